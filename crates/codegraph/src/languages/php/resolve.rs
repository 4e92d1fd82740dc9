//! Which files an `include` loads, which file defines a class, and who may stand for an interface.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_model::{FileSet, RepoPath};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{
    ABSTRACT, ALWAYS_LOADED, STANDS_FOR,
    composer::{self, Project},
};
use crate::{
    draft, kinds,
    language::{Import, ImportKind, Resolution, Resolve, SourceFacts},
    program::Program,
};

/// Resolves for one checkout.
pub(super) struct Resolver<'a> {
    files: &'a FileSet,
    program: Program<'a>,
    projects: BTreeMap<RepoPath, Project>,
    /// What stands for a class or interface: files, and their definitions.
    standing_for: FxHashMap<&'a str, Vec<(&'a RepoPath, &'a str)>>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(files: &'a FileSet, sources: &'a dyn SourceFacts) -> Self {
        let paths: Vec<_> =
            files.paths().filter(|path| path.extension() == Some("php") && !kinds::is_foreign(path)).collect();
        let read: Vec<_> = paths.into_par_iter().filter_map(|path| Some((path, sources.surface(path)?))).collect();
        let mut standing_for: FxHashMap<&str, Vec<(&RepoPath, &str)>> = FxHashMap::default();
        for (path, surface) in &read {
            for export in surface.exports() {
                let name = export.symbol.map(|symbol| surface.symbol(symbol)).unwrap_or_default();
                standing_for.entry(export.name.as_str()).or_default().push((path, name));
            }
        }
        let projects = composer::projects(files);
        let mut resolver = Self { files, program: Program::new(read), projects, standing_for };
        for (from, to) in resolver.said_loads() {
            resolver.program.add_load(&from, &to, kinds::is_test(&from));
        }
        resolver
    }

    fn said_loads(&self) -> Vec<(RepoPath, RepoPath)> {
        let files: Vec<_> = self.program.files().collect();
        let loads = files.into_par_iter().flat_map_iter(|(path, surface)| {
            let imports = surface.imports().filter(|import| {
                matches!(import.kind, ImportKind::Value | ImportKind::Lazy) && import.names.is_empty()
            });
            let loaded = imports.filter_map(|import| self.included(path, &import.specifier, &[]).ok());
            loaded.flatten().map(move |target| (path.clone(), target))
        });
        loads.collect()
    }

    fn project(&self, file: &RepoPath) -> Option<(RepoPath, &Project)> {
        file.ancestors().find_map(|folder| self.projects.get(&folder).map(|project| (folder, project)))
    }

    /// The files that `include specifier` loads.
    ///
    /// # Errors
    /// What it is instead.
    fn included(&self, from: &RepoPath, specifier: &str, roots: &[RepoPath]) -> Result<Vec<RepoPath>, Resolution> {
        let project = self.project(from);
        let always = || project.as_ref().map(|(_, project)| project.files.clone()).unwrap_or_default();
        if specifier == ALWAYS_LOADED || specifier.ends_with("vendor/autoload.php") {
            return Ok(always());
        }
        let here = from.parent().unwrap_or_else(RepoPath::root);
        let deployed = specifier.strip_prefix("/var/task/");
        let mut bases = if deployed.is_some() { Vec::new() } else { vec![here] };
        if !specifier.starts_with("./") || specifier.contains("./..") {
            bases.extend(roots.iter().cloned());
            bases.extend(project.iter().map(|(folder, _)| folder.clone()));
            if deployed.is_some() {
                bases.extend(from.ancestors());
            }
        }
        let path = deployed.unwrap_or(specifier);
        let found = bases.iter().filter_map(|base| base.join(path).ok()).find_map(|path| self.there(&path));
        match found {
            Some(files) => Ok(files),
            None if path.contains("vendor/") => Err(Resolution::External(vendored(path))),
            None => Err(Resolution::Unresolved("there is no such file".to_owned())),
        }
    }

    /// The file at `path`, or those whose names end like its pattern.
    fn there(&self, path: &RepoPath) -> Option<Vec<RepoPath>> {
        if self.files.is_file(path) {
            return Some(vec![path.clone()]);
        }
        let (start, end) = path.file_name().split_once('*')?;
        let folder = path.parent()?;
        let fits = |path: &&RepoPath| {
            let name = path.file_name();
            path.parent().as_ref() == Some(&folder) && name.starts_with(start) && name.ends_with(end)
        };
        let found: Vec<RepoPath> = self.files.under(&folder).filter(fits).cloned().collect();
        (!found.is_empty()).then_some(found)
    }

    fn mentioned(&self, from: &RepoPath, import: &Import, roots: &[RepoPath]) -> Resolution {
        let extent = draft::extent(import);
        for name in &import.names {
            let found = self.visible(from, name, roots);
            if !found.is_empty() {
                let mut parts: BTreeMap<RepoPath, BTreeSet<String>> = BTreeMap::new();
                for path in found {
                    parts.entry(path.clone()).or_default().extend(self.program.names_of(path, name, extent));
                }
                if import.kind == ImportKind::Lazy {
                    self.add_served(from, name, roots, &mut parts);
                }
                return Resolution::Parts(
                    parts.into_iter().map(|(path, names)| (path, names.into_iter().collect())).collect(),
                );
            }
        }
        self.outside(from, import)
    }

    /// Adds what a container may serve for `name`, if that cannot be created itself.
    fn add_served(
        &self,
        from: &RepoPath,
        name: &str,
        roots: &[RepoPath],
        parts: &mut BTreeMap<RepoPath, BTreeSet<String>>,
    ) {
        let mut open = vec![name];
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            let is_abstract = self.standing_for.contains_key(format!("{ABSTRACT}{name}").as_str());
            if !seen.insert(name) || !is_abstract {
                continue;
            }
            let standing = self.standing_for.get(format!("{STANDS_FOR}{name}").as_str());
            for (path, class) in standing.into_iter().flatten() {
                if self.is_near(from, path, roots) {
                    parts.entry((*path).clone()).or_default().insert((*class).to_owned());
                    open.push(class);
                }
            }
        }
    }

    fn outside(&self, from: &RepoPath, import: &Import) -> Resolution {
        // Only classes and qualified names have one meaning; others may be PHP's own.
        let Some(name) = import.names.last().filter(|name| name.contains('\\')) else { return Resolution::Builtin };
        match self.project(from) {
            Some((_, project)) if project.is_own(name) => {
                Resolution::Unresolved("Composer's rules name a file that is not there".to_owned())
            }
            Some((_, project)) => Resolution::External(project.package_of(name)),
            None => Resolution::External(name.split('\\').next().unwrap_or_default().to_ascii_lowercase()),
        }
    }

    /// The files that define `name` for `from`: the one that Composer would load, those that are included together
    /// with it, those of its project.
    fn visible(&self, from: &RepoPath, name: &str, roots: &[RepoPath]) -> Vec<&'a RepoPath> {
        let all: Vec<&RepoPath> = self.program.defining(name).collect();
        if all.len() > 1 {
            let class = name.split('.').next().unwrap_or_default();
            if let Some((_, project)) = self.project(from) {
                let said = project.looked_for(class).find_map(|path| all.iter().find(|known| ***known == path));
                if let Some(path) = said {
                    return vec![path];
                }
            }
        }
        let together: Vec<_> = all.iter().copied().filter(|path| self.program.are_together(from, path)).collect();
        if !together.is_empty() {
            return together;
        }
        all.into_iter().filter(|path| self.is_near(from, path, roots)).collect()
    }

    /// True if code in `from` may load `path` by the name of a class.
    fn is_near(&self, from: &RepoPath, path: &RepoPath, roots: &[RepoPath]) -> bool {
        if kinds::is_test(path) && !kinds::is_test(from) && !self.program.are_together(from, path) {
            return false;
        }
        match (self.project(from), self.project(path)) {
            (Some((one, project)), Some((other, _))) => {
                one == other || project.packages.iter().any(|package| other.starts_with(package))
            }
            _ => roots.iter().any(|root| path.starts_with(root)),
        }
    }
}

/// The package in `vendor/aws/aws-sdk-php/src/x.php`.
fn vendored(path: &str) -> String {
    let inside = path.rsplit_once("vendor/").map_or(path, |(_, inside)| inside);
    inside.split('/').take(2).collect::<Vec<_>>().join("/")
}

impl Resolve for Resolver<'_> {
    fn resolve(&self, from: &RepoPath, import: &Import, roots: &[RepoPath]) -> Resolution {
        if import.kind == ImportKind::Computed {
            return Resolution::Unresolved("the name is computed".to_owned());
        }
        if !import.names.is_empty() {
            return self.mentioned(from, import, roots);
        }
        match self.included(from, &import.specifier, roots) {
            Ok(files) if files.is_empty() => Resolution::Builtin,
            Ok(files) => Resolution::Parts(files.into_iter().map(|path| (path, Vec::new())).collect()),
            Err(other) => other,
        }
    }
}
