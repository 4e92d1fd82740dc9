//! Which files the names that a file mentions lead to.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_model::{FileSet, RepoPath};
use rustc_hash::FxHashSet;

use super::{
    index::{FileId, Index, Place},
    inject,
    mention::{self, Form, Mention, STARTUP},
};
use crate::language::{Import, ImportKind, Resolution, Resolve, SourceFacts};

/// How many types an injection may lead to, one through the other.
const MOST_INJECTED: usize = 1_000;

/// The resolver.
pub(super) struct Resolver {
    index: Index,
}

/// Files, each with the names that are asked of it.
type Parts = BTreeMap<FileId, BTreeSet<String>>;

impl Resolver {
    /// Reads what the files of a checkout define.
    pub(super) fn new(files: &FileSet, sources: &dyn SourceFacts) -> Self {
        Self { index: Index::new(files, sources) }
    }

    /// What a mention in file `from` leads to.
    fn mentioned(&self, from: FileId, mention: &Mention<'_>, roots: &[RepoPath]) -> Parts {
        let mut parts = Parts::new();
        let bind = |name: &str| self.index.bind(from, mention.scope, name);
        match mention.form {
            Form::Binding => {}
            Form::Entry => self.add_startups(from, &mut parts),
            Form::Name => self.add(from, bind(mention.name), &mut parts),
            Form::Attribute => {
                let full = bind(&format!("{}Attribute", mention.name)).or_else(|| bind(mention.name));
                self.add(from, full, &mut parts);
            }
            Form::Call => match bind(mention.name) {
                Some(full) => self.add(from, Some(full), &mut parts),
                None => self.add_extensions(from, mention, mention::last(mention.name), &mut parts),
            },
            Form::Member => {
                self.add_extensions(from, mention, mention.name, &mut parts);
                if inject::looks_for_controllers(mention.name) {
                    self.add_controllers(from, roots, &mut parts);
                }
            }
            Form::Base => {
                let full = bind(mention.name);
                if let Some(full) = &full {
                    let inherited = mention::inherited_name(full);
                    for file in self.index.definers(from, full) {
                        if self.index.has(file, &inherited) {
                            parts.entry(file).or_default().insert(inherited.clone());
                        }
                    }
                }
                self.add(from, full, &mut parts);
            }
            Form::Injected => self.add_injected(from, bind(mention.name), mention.name, roots, &mut parts),
            Form::Sent => {
                let message = bind(mention.name).unwrap_or_else(|| mention::last(mention.name).to_owned());
                let deployed = self.deployed(from, roots);
                for (class, _) in self.index.heirs.get(&format!("handler {message}")).into_iter().flatten() {
                    if self.is_deployed(class.1, &deployed) {
                        self.add_place(class, &mut parts);
                    }
                }
            }
        }
        parts
    }

    fn add(&self, from: FileId, full: Option<String>, parts: &mut Parts) {
        let Some(full) = full else { return };
        for file in self.index.definers(from, &full) {
            parts.entry(file).or_default().insert(full.clone());
        }
    }

    /// A type, with the other files that define parts of it.
    fn add_place(&self, (class, file): &Place, parts: &mut Parts) {
        self.add(*file, Some(class.clone()), parts);
    }

    fn add_extensions(&self, from: FileId, mention: &Mention<'_>, method: &str, parts: &mut Parts) {
        for (file, export) in self.index.extensions(from, mention, method) {
            parts.entry(file).or_default().insert(export.to_owned());
        }
    }

    /// What the host of a function runs before it.
    fn add_startups(&self, from: FileId, parts: &mut Parts) {
        let own = self.index.projects.of(&self.index.files[from]);
        for file in &self.index.startups {
            let of = self.index.projects.of(&self.index.files[*file]);
            if of.iter().any(|project| own.contains(project)) || (own.is_empty() && of.is_empty()) {
                let names = parts.entry(*file).or_default();
                // Statements run when the file is loaded, without being asked for.
                if self.index.has(*file, STARTUP) {
                    names.insert(STARTUP.to_owned());
                }
            }
        }
    }

    fn add_controllers(&self, from: FileId, roots: &[RepoPath], parts: &mut Parts) {
        let deployed = self.deployed(from, roots);
        let heirs = self.index.heirs.values().flatten().filter(|(_, base)| inject::is_controller(base));
        for (class, _) in heirs.filter(|(class, _)| self.is_deployed(class.1, &deployed)) {
            self.add_place(class, parts);
        }
    }

    /// A type that a container is asked for: what it is told to make of it; where it is told nothing, and the type is
    /// abstract, what implements it in the code that is deployed.
    fn add_injected(&self, from: FileId, full: Option<String>, name: &str, roots: &[RepoPath], parts: &mut Parts) {
        let deployed = self.deployed(from, roots);
        self.add(from, full.clone(), parts);
        let first = full.unwrap_or_else(|| mention::last(name).to_owned());
        let mut seen: FxHashSet<String> = FxHashSet::from_iter([first.clone()]);
        let mut open = vec![(first, name.to_owned())];
        while let Some((service, name)) = open.pop() {
            if seen.len() > MOST_INJECTED {
                break;
            }
            let mut told = false;
            for (made, file) in self.index.bound.get(&service).into_iter().flatten() {
                if !self.is_deployed(*file, &deployed) {
                    continue;
                }
                told |= !made.is_empty();
                for full in made.iter().filter(|full| seen.insert((*full).clone())) {
                    self.add(*file, Some(full.clone()), parts);
                    open.push((full.clone(), mention::last(full).to_owned()));
                }
            }
            let is_abstract = self.index.exists(&mention::abstract_name(&service));
            // Of types from outside, only those whose arguments say which is meant have an implementation here.
            let from_outside = !self.index.exists(&service) && !mention::arguments(&name).is_empty();
            if told || !(is_abstract || from_outside) {
                continue;
            }
            for (class, base) in self.index.heirs.get(&service).into_iter().flatten() {
                if self.is_deployed(class.1, &deployed) && inject::fits(base, &name) && seen.insert(class.0.clone()) {
                    self.add_place(class, parts);
                    open.push((class.0.clone(), mention::last(&class.0).to_owned()));
                }
            }
        }
    }

    /// The projects that are deployed together with a file: those of the code root, else those that it sees.
    fn deployed(&self, from: FileId, roots: &[RepoPath]) -> FxHashSet<usize> {
        let own = self.index.projects.of(&self.index.files[from]);
        let deployed = roots.first().map(|root| self.index.projects.deployed(root)).unwrap_or_default();
        if own.iter().all(|project| deployed.contains(project)) && !own.is_empty() {
            return deployed;
        }
        let seen = (0..self.index.projects.list.len()).filter(|project| self.index.projects.sees(own, &[*project]));
        deployed.into_iter().chain(seen).collect()
    }

    fn is_deployed(&self, file: FileId, deployed: &FxHashSet<usize>) -> bool {
        let of = self.index.projects.of(&self.index.files[file]);
        of.is_empty() || of.iter().any(|project| deployed.contains(project))
    }

    /// A `using` directive: what it brings in is found by the names that are mentioned; packages are named here.
    fn directive(&self, from: FileId, specifier: &str) -> Resolution {
        let directive = specifier.trim_start_matches("global ").trim_start_matches("static ");
        let target = directive.split_once('=').map_or(directive, |(_, target)| target).trim();
        let target = target.split('<').next().unwrap_or(target).trim_start_matches("global::");
        let starts = |name: &str| target == name || target.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        if self.index.is_namespace(target) || self.index.exists(target) || starts("System") {
            return Resolution::Builtin;
        }
        let projects = self.index.projects.of(&self.index.files[from]);
        let packages = projects.iter().flat_map(|project| &self.index.projects.list[*project].packages);
        let package = packages
            .filter(|package| starts(package) || starts(&namespace_of(package)))
            .max_by_key(|package| package.len());
        if let Some(package) = package {
            return Resolution::External(package.clone());
        }
        let is_web = projects.iter().any(|project| self.index.projects.list[*project].is_web);
        if is_web && (starts("Microsoft.AspNetCore") || starts("Microsoft.Extensions")) {
            return Resolution::Builtin;
        }
        // A directive that is relative to the namespace around it.
        let mentioned = self.index.bind(from, "", target).is_some();
        if mentioned { Resolution::Builtin } else { Resolution::External(target.to_owned()) }
    }
}

/// The namespace that a package brings, where it is not called like it.
fn namespace_of(package: &str) -> String {
    match package.strip_prefix("AWSSDK.") {
        Some("Core") => "Amazon.Runtime".to_owned(),
        Some(service) => format!("Amazon.{service}"),
        None => package.to_owned(),
    }
}

impl Resolve for Resolver {
    fn resolve(&self, from: &RepoPath, import: &Import, roots: &[RepoPath]) -> Resolution {
        if import.kind == ImportKind::Computed {
            return Resolution::Unresolved(import.specifier.clone());
        }
        let Some(from) = self.index.id(from) else { return Resolution::Builtin };
        let Some(mention) = mention::read(import) else { return self.directive(from, &import.specifier) };
        let parts = self.mentioned(from, &mention, roots);
        if parts.is_empty() {
            return Resolution::Builtin;
        }
        let part =
            |(file, names): (FileId, BTreeSet<String>)| (self.index.files[file].clone(), names.into_iter().collect());
        Resolution::Parts(parts.into_iter().map(part).collect())
    }
}
