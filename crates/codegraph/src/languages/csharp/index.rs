//! Who defines what, over all files: full names, extension methods, what is abstract, and what it is implemented by.

use lockstep_model::{FileSet, RepoPath};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    inject,
    mention::{self, Form, Mention, STARTUP, STATEMENTS},
    projects::{Projects, is_source},
    scope::{self, Names, Usings},
};
use crate::{
    Surface,
    language::{ImportKind, SourceFacts},
};

/// A file, as a number.
pub(super) type FileId = usize;

/// A type with the file that says what is asked here.
pub(super) type Place = (String, FileId);

/// What the files of a checkout define.
pub(super) struct Index {
    pub(super) files: Vec<RepoPath>,
    ids: FxHashMap<RepoPath, FileId>,
    pub(super) projects: Projects,
    /// The files behind each full name, and behind the other exports.
    defined: FxHashMap<String, Vec<FileId>>,
    /// All names that full names are made of: what does not begin with one of these means nothing here.
    words: FxHashSet<String>,
    namespaces: FxHashSet<String>,
    /// The extension methods of a name: namespace, export, file.
    extensions: FxHashMap<String, Vec<(String, String, FileId)>>,
    usings: Vec<Usings>,
    /// `global using` directives, by project; the last is for files without one.
    global: Vec<Usings>,
    /// Types by a base, under its full name; where that is not known, under its last name.
    pub(super) heirs: FxHashMap<String, Vec<(Place, String)>>,
    /// What a container is told to make, by the same names.
    pub(super) bound: FxHashMap<String, Vec<(Vec<String>, FileId)>>,
    pub(super) startups: Vec<FileId>,
}

/// The names that one file can see.
pub(super) struct Seen<'i> {
    pub(super) index: &'i Index,
    pub(super) from: FileId,
}

impl Names for Seen<'_> {
    fn defines(&self, full: &str) -> bool {
        self.index.defined.get(full).is_some_and(|files| files.iter().any(|file| self.index.sees(self.from, *file)))
    }

    fn is_namespace(&self, full: &str) -> bool {
        self.index.namespaces.contains(full)
    }
}

impl Index {
    /// Reads all C# files of `files`.
    pub(super) fn new(files: &FileSet, sources: &dyn SourceFacts) -> Self {
        let paths: Vec<RepoPath> = files.paths().filter(|path| is_source(path)).cloned().collect();
        let shown: Vec<Surface<'_>> = paths.par_iter().map(|path| sources.surface(path).unwrap_or_default()).collect();
        let projects = Projects::read(files);
        let mut index = Self {
            ids: paths.iter().cloned().zip(0..).collect(),
            files: paths,
            global: projects.list.iter().map(|project| project.usings.clone()).chain([Usings::default()]).collect(),
            projects,
            defined: FxHashMap::default(),
            words: FxHashSet::default(),
            namespaces: FxHashSet::default(),
            extensions: FxHashMap::default(),
            usings: Vec::new(),
            heirs: FxHashMap::default(),
            bound: FxHashMap::default(),
            startups: Vec::new(),
        };
        for (file, surface) in shown.iter().enumerate() {
            index.add_exports(file, *surface);
        }
        for (file, surface) in shown.iter().enumerate() {
            index.add_usings(file, *surface);
        }
        let relations: Vec<_> =
            (0..shown.len()).into_par_iter().map(|file| index.relations(file, shown[file])).collect();
        for (file, (heirs, bound)) in relations.into_iter().enumerate() {
            for (base, class, written) in heirs {
                index.heirs.entry(base).or_default().push(((class, file), written));
            }
            for (service, made) in bound {
                index.bound.entry(service).or_default().push((made, file));
            }
        }
        index
    }

    fn add_exports(&mut self, file: FileId, surface: Surface<'_>) {
        for export in surface.exports() {
            let name = export.name.as_str();
            if name == STARTUP || name == STATEMENTS {
                if self.startups.last() != Some(&file) {
                    self.startups.push(file);
                }
            } else if let Some((namespace, method)) = name.split_once("..") {
                let known = self.extensions.entry(method.to_owned()).or_default();
                if known.last().is_none_or(|(_, last, of)| last != name || *of != file) {
                    known.push((namespace.to_owned(), name.to_owned(), file));
                }
            } else if !name.contains("::") && !name.contains(' ') {
                self.words.extend(name.split('.').map(str::to_owned));
                self.namespaces
                    .extend(scope::around(name).skip(1).filter(|around| !around.is_empty()).map(str::to_owned));
            }
            let known = self.defined.entry(name.to_owned()).or_default();
            if known.last() != Some(&file) {
                known.push(file);
            }
        }
    }

    fn add_usings(&mut self, file: FileId, surface: Surface<'_>) {
        let mut own = Usings::default();
        let directives =
            surface.imports().filter(|import| import.kind == ImportKind::Value && import.members.is_none());
        for directive in directives.map(|import| import.specifier.as_str()) {
            match directive.strip_prefix("global ") {
                Some(directive) => {
                    let projects = self.projects.of(&self.files[file]);
                    let none = [self.global.len() - 1];
                    for project in if projects.is_empty() { &none } else { projects } {
                        self.global[*project].add(directive);
                    }
                }
                None => own.add(directive),
            }
        }
        // Inside of a namespace, a directive may leave out what is around it.
        let around: Vec<&str> = scope::around(surface.package()).filter(|around| !around.is_empty()).collect();
        for name in own.namespaces.iter_mut().chain(&mut own.statics).filter(|name| !self.is_known(name)) {
            let inner = around.iter().map(|around| scope::join(around, name)).find(|full| self.is_known(full));
            if let Some(inner) = inner {
                *name = inner;
            }
        }
        self.usings.push(own);
    }

    fn is_known(&self, full: &str) -> bool {
        self.namespaces.contains(full) || self.defined.contains_key(full)
    }

    /// The bases of a file's types, and its registrations, by full names.
    #[expect(clippy::type_complexity, reason = "two lists of rows")]
    fn relations(
        &self,
        file: FileId,
        surface: Surface<'_>,
    ) -> (Vec<(String, String, String)>, Vec<(String, Vec<String>)>) {
        let (mut heirs, mut bound) = (Vec::new(), Vec::new());
        for mention in surface.imports().filter_map(mention::read) {
            let full = |name: &str| self.bind(file, mention.scope, name);
            let key = || full(mention.name).unwrap_or_else(|| mention::last(mention.name).to_owned());
            match mention.form {
                Form::Base => {
                    // Handlers are found by their messages, whoever the interface is from.
                    if inject::is_handler(mention.name) {
                        let message = mention::arguments(mention.name).first().copied().unwrap_or_default().to_owned();
                        let message = full(&message).unwrap_or(message);
                        heirs.push((format!("handler {message}"), mention.scope.to_owned(), mention.name.to_owned()));
                    }
                    heirs.push((key(), mention.scope.to_owned(), mention.name.to_owned()));
                }
                Form::Binding => {
                    let made = mention.more.iter().filter_map(|name| full(name)).collect();
                    bound.push((key(), made));
                }
                _ => {}
            }
        }
        (heirs, bound)
    }

    pub(super) fn id(&self, path: &RepoPath) -> Option<FileId> {
        self.ids.get(path).copied()
    }

    /// True if code of file `from` may use what file `to` defines.
    pub(super) fn sees(&self, from: FileId, to: FileId) -> bool {
        from == to || self.projects.sees(self.projects.of(&self.files[from]), self.projects.of(&self.files[to]))
    }

    /// The full name of what a name means in a file.
    pub(super) fn bind(&self, from: FileId, scope: &str, name: &str) -> Option<String> {
        let usings = self.usings_of(from);
        let head = name.strip_prefix("global::").unwrap_or(name).split(['.', '<']).next().unwrap_or(name);
        if !self.words.contains(head) && !usings.iter().any(|usings| usings.aliases.contains_key(head)) {
            return None;
        }
        scope::bind(&Seen { index: self, from }, &usings, scope, name)
    }

    fn usings_of(&self, from: FileId) -> Vec<&Usings> {
        let projects = self.projects.of(&self.files[from]);
        let none = [self.global.len() - 1];
        let global = if projects.is_empty() { &none } else { projects };
        self.usings.get(from).into_iter().chain(global.iter().map(|project| &self.global[*project])).collect()
    }

    /// The files that define `full`: those of the same project if there are any, else those that can be seen.
    pub(super) fn definers(&self, from: FileId, full: &str) -> Vec<FileId> {
        let Some(files) = self.defined.get(full) else { return Vec::new() };
        let own = self.projects.of(&self.files[from]);
        let same = |file: &&FileId| {
            let of = self.projects.of(&self.files[**file]);
            of.iter().any(|project| own.contains(project)) || (of.is_empty() && own.is_empty())
        };
        let near: Vec<FileId> = files.iter().filter(same).copied().collect();
        if near.is_empty() { files.iter().filter(|file| self.sees(from, **file)).copied().collect() } else { near }
    }

    /// True if the file has an export of that name.
    pub(super) fn has(&self, file: FileId, export: &str) -> bool {
        self.defined.get(export).is_some_and(|files| files.contains(&file))
    }

    /// True if any file has an export of that name.
    pub(super) fn exists(&self, export: &str) -> bool {
        self.defined.contains_key(export)
    }

    /// True for a namespace that files of the checkout have.
    pub(super) fn is_namespace(&self, full: &str) -> bool {
        self.namespaces.contains(full)
    }

    /// The extension methods called `method` that a file can see where `mention` stands.
    pub(super) fn extensions(&self, from: FileId, mention: &Mention<'_>, method: &str) -> Vec<(FileId, &str)> {
        let Some(known) = self.extensions.get(method) else { return Vec::new() };
        let usings = self.usings_of(from);
        let in_scope = |namespace: &str| {
            scope::around(mention.scope).any(|around| around == namespace)
                || usings.iter().any(|usings| {
                    usings.namespaces.iter().any(|known| known == namespace)
                        || usings.statics.iter().any(|class| class.rsplit_once('.').map_or("", |it| it.0) == namespace)
                })
        };
        let seen = known.iter().filter(|(namespace, _, file)| in_scope(namespace) && self.sees(from, *file));
        seen.map(|(_, export, file)| (*file, export.as_str())).collect()
    }
}
