//! All types of a repository by their qualified names, with Kotlin's and Scala's functions and values in packages.

use lockstep_model::{FileSet, RepoPath};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::modules::Modules;
use crate::language::{FileFacts, RoleKind, SourceFacts};

/// A file, as a number.
pub(super) type FileNumber = u32;

/// A definition, or a whole file where none is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Hit {
    pub(super) file: FileNumber,
    pub(super) symbol: Option<usize>,
}

/// One source file.
pub(super) struct Source<'a> {
    pub(super) path: &'a RepoPath,
    pub(super) facts: &'a FileFacts,
    pub(super) module: usize,
    /// Definitions by their names; of several of one name the first, which uses the others.
    pub(super) symbols: FxHashMap<&'a str, usize>,
    /// Packages whose names the file sees: its own first.
    pub(super) packages: Vec<&'a str>,
    /// What it imports all of.
    pub(super) stars: Vec<&'a str>,
}

/// All of them.
pub(super) struct Index<'a> {
    pub(super) sources: Vec<Source<'a>>,
    pub(super) numbers: FxHashMap<&'a RepoPath, FileNumber>,
    /// What packages hold, by qualified names.
    tops: FxHashMap<String, Vec<Hit>>,
    /// What packages hold that is used without being named.
    implicits: FxHashMap<&'a str, Vec<Hit>>,
    packages: FxHashSet<&'a str>,
    pub(super) modules: Modules,
}

impl<'a> Index<'a> {
    /// Reads all files but those of tests.
    pub(super) fn new(files: &'a FileSet, sources: &'a dyn SourceFacts) -> Self {
        let modules = Modules::new(files);
        let ours = |path: &&RepoPath| matches!(path.extension(), Some("java" | "kt" | "scala"));
        let paths: Vec<&RepoPath> = files.paths().filter(ours).filter(|path| !modules.is_test(path)).collect();
        let read = |path: &&'a RepoPath| Some(Source::new(path, sources.facts(path)?, modules.of(path)));
        let sources: Vec<Source<'a>> = paths.par_iter().filter_map(read).collect();
        let mut index = Self {
            numbers: (0..).zip(&sources).map(|(number, source)| (source.path, number)).collect(),
            sources: Vec::new(),
            tops: FxHashMap::default(),
            implicits: FxHashMap::default(),
            packages: FxHashSet::default(),
            modules,
        };
        (0..).zip(&sources).for_each(|(number, source)| index.add(number, source));
        index.sources = sources;
        index
    }

    fn add(&mut self, file: FileNumber, source: &Source<'a>) {
        let package = source.packages[0];
        self.packages.insert(package);
        let top = |name: &str| if package.is_empty() { name.to_owned() } else { format!("{package}.{name}") };
        for (index, symbol) in source.facts.symbols.iter().enumerate() {
            if !symbol.name.contains('.') {
                self.tops.entry(top(&symbol.name)).or_default().push(Hit { file, symbol: Some(index) });
            }
        }
        for export in source.facts.exports.iter().filter(|export| export.symbol.is_none() && export.import.is_none()) {
            self.tops.entry(top(&export.name)).or_default().push(Hit { file, symbol: None });
        }
        for role in source.facts.roles.iter().filter(|role| role.kind == RoleKind::Implicit) {
            if !source.facts.symbols[role.symbol].name.contains('.') {
                self.implicits.entry(package).or_default().push(Hit { file, symbol: Some(role.symbol) });
            }
        }
    }

    pub(super) fn source(&self, file: FileNumber) -> &Source<'a> {
        &self.sources[file as usize]
    }

    /// What `module` sees under a qualified name: the definitions in the nearest module that has some.
    pub(super) fn top(&self, name: &str, module: usize) -> Vec<Hit> {
        self.nearest(self.tops.get(name).map(Vec::as_slice).unwrap_or_default(), module)
    }

    /// What a package holds that is used without being named, as far as `module` sees it.
    pub(super) fn implicits(&self, package: &str, module: usize) -> Vec<Hit> {
        let all = self.implicits.get(package).map(Vec::as_slice).unwrap_or_default();
        let seen = |hit: &&Hit| self.modules.distance(module, self.source(hit.file).module).is_some();
        all.iter().filter(seen).copied().collect()
    }

    /// True for a package of the repository.
    pub(super) fn has_package(&self, name: &str) -> bool {
        self.packages.contains(name)
    }

    /// True if the definition is used without being named.
    pub(super) fn is_implicit(&self, hit: Hit) -> bool {
        let roles = &self.source(hit.file).facts.roles;
        roles.iter().any(|role| role.kind == RoleKind::Implicit && Some(role.symbol) == hit.symbol)
    }

    fn nearest(&self, hits: &[Hit], module: usize) -> Vec<Hit> {
        let distance = |hit: &Hit| self.modules.distance(module, self.source(hit.file).module);
        let Some(nearest) = hits.iter().filter_map(distance).min() else { return Vec::new() };
        hits.iter().filter(|hit| distance(hit) == Some(nearest)).copied().collect()
    }
}

impl<'a> Source<'a> {
    fn new(path: &'a RepoPath, facts: &'a FileFacts, module: usize) -> Self {
        let mut symbols = FxHashMap::default();
        for (index, symbol) in facts.symbols.iter().enumerate() {
            symbols.entry(symbol.name.as_str()).or_insert(index);
        }
        for export in facts.exports.iter().filter(|export| !export.name.contains("::")) {
            if let Some(symbol) = export.symbol {
                symbols.entry(export.name.as_str()).or_insert(symbol);
            }
        }
        let stars = facts.imports.iter().filter(|import| import.kind == crate::ImportKind::Type);
        let stars = stars.filter_map(|import| import.specifier.strip_suffix(".*")).collect();
        Self { path, facts, module, symbols, packages: vec![facts.package.as_str()], stars }
    }
}
