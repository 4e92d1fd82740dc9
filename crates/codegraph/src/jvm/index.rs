//! All types of a repository by their qualified names, with Kotlin's and Scala's functions and values in packages.
//!
//! What a file is called by is known at once, by its outline; what it says in full is read when a name leads to it.

use std::sync::OnceLock;

use lockstep_model::{FileSet, RepoPath};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    modules::Modules,
    outline::{self, Outline},
};
use crate::{
    Surface,
    language::{Export, FileFacts, Import, ImportKind, RoleKind, SourceFacts},
};

/// A file, as a number.
pub(super) type FileNumber = u32;

/// A definition, or a whole file where none is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Hit {
    pub(super) file: FileNumber,
    pub(super) symbol: Option<usize>,
}

/// One source file, with all that it shows.
pub(super) struct Source<'a> {
    pub(super) path: &'a RepoPath,
    pub(super) module: usize,
    pub(super) surface: Surface<'a>,
    /// Definitions by their names; of several of one name the first, which uses the others.
    pub(super) symbols: FxHashMap<&'a str, usize>,
    /// Packages whose names the file sees: its own first.
    pub(super) packages: Vec<&'a str>,
    /// What it imports all of.
    pub(super) stars: Vec<&'a str>,
}

/// One source file, which may have been read.
struct Slot<'a> {
    path: &'a RepoPath,
    module: usize,
    source: OnceLock<Source<'a>>,
}

/// A file that may define a name.
struct Candidate {
    file: FileNumber,
    hits: OnceLock<Vec<Hit>>,
}

/// All of them.
pub(super) struct Index<'a> {
    sources: &'a dyn SourceFacts,
    slots: Vec<Slot<'a>>,
    by_path: FxHashMap<&'a RepoPath, FileNumber>,
    /// The files that may define what packages hold, by qualified names, in the order of their numbers.
    tops: FxHashMap<String, Vec<Candidate>>,
    /// The files that may define, in a package, what is used without being named.
    implicits: FxHashMap<String, Vec<FileNumber>>,
    packages: FxHashSet<String>,
    pub(super) modules: Modules,
}

impl<'a> Index<'a> {
    /// Knows all files but those of tests.
    pub(super) fn new(files: &'a FileSet, sources: &'a dyn SourceFacts) -> Self {
        let modules = Modules::new(files);
        let ours = |path: &&RepoPath| outline::dialect(path).is_some();
        let paths: Vec<&RepoPath> = files.paths().filter(ours).filter(|path| !modules.is_test(path)).collect();
        let slot = |path: &&'a RepoPath| Slot { path, module: modules.of(path), source: OnceLock::new() };
        let mut index = Self {
            sources,
            by_path: (0..).zip(&paths).map(|(number, path)| (*path, number)).collect(),
            slots: paths.iter().map(slot).collect(),
            tops: FxHashMap::default(),
            implicits: FxHashMap::default(),
            packages: FxHashSet::default(),
            modules,
        };
        let outline = |number: FileNumber| {
            let told = sources.outline(index.slots[number as usize].path);
            told.unwrap_or_else(|| index.source(number).outline())
        };
        let outlines: Vec<Outline> = index.numbers().into_par_iter().map(outline).collect();
        (0..).zip(outlines).for_each(|(number, outline)| index.add(number, outline));
        index
    }

    fn add(&mut self, file: FileNumber, outline: Outline) {
        for name in outline.names {
            let candidate = Candidate { file, hits: OnceLock::new() };
            self.tops.entry(qualified(&outline.package, &name)).or_default().push(candidate);
        }
        if outline.implicit {
            self.implicits.entry(outline.package.clone()).or_default().push(file);
        }
        self.packages.insert(outline.package);
    }

    /// The numbers of all files.
    pub(super) fn numbers(&self) -> std::ops::Range<FileNumber> {
        0..self.slots.len() as FileNumber
    }

    /// The number of a file; none for those that are not known here.
    pub(super) fn number(&self, path: &RepoPath) -> Option<FileNumber> {
        self.by_path.get(path).copied()
    }

    pub(super) fn module(&self, file: FileNumber) -> usize {
        self.slots[file as usize].module
    }

    pub(super) fn source(&self, file: FileNumber) -> &Source<'a> {
        let slot = &self.slots[file as usize];
        slot.source.get_or_init(|| {
            let surface = self.sources.surface(slot.path).unwrap_or_default();
            Source::new(slot.path, slot.module, surface)
        })
    }

    /// All that a file says whose own mentions are looked up.
    pub(super) fn own(&self, file: FileNumber) -> Option<&'a FileFacts> {
        self.sources.own(self.slots[file as usize].path)
    }

    /// What `module` sees under a qualified name: the definitions in the nearest module that has some.
    pub(super) fn top(&self, name: &str, module: usize) -> Vec<Hit> {
        let candidates = self.tops.get(name).map(Vec::as_slice).unwrap_or_default();
        let distance = |candidate: &'_ Candidate| self.modules.distance(module, self.module(candidate.file));
        let mut known: Vec<(u32, &Candidate)> =
            candidates.iter().filter_map(|candidate| Some((distance(candidate)?, candidate))).collect();
        known.sort_by_key(|(distance, _)| *distance);
        for nearest in known.chunk_by(|(one, _), (other, _)| one == other) {
            let hits = |(_, candidate): &(u32, &Candidate)| self.hits(name, candidate).to_vec();
            let found: Vec<Hit> = nearest.iter().flat_map(hits).collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// What a file defines under a qualified name.
    fn hits<'c>(&self, name: &str, candidate: &'c Candidate) -> &'c [Hit] {
        candidate.hits.get_or_init(|| {
            let source = self.source(candidate.file);
            let package = source.packages[0];
            let inside = if package.is_empty() { Some(name) } else { name.strip_prefix(package) };
            let Some(name) = inside.map(|name| name.trim_start_matches('.')).filter(at_top) else { return Vec::new() };
            let surface = source.surface;
            let symbols = (0..).zip(surface.symbols()).filter(|(_, symbol)| *symbol == name);
            let mut hits: Vec<Hit> =
                symbols.map(|(symbol, _)| Hit { file: candidate.file, symbol: Some(symbol) }).collect();
            let whole = surface.exports().iter().any(|export| is_whole_file(export) && export.name == name);
            hits.extend(whole.then_some(Hit { file: candidate.file, symbol: None }));
            hits
        })
    }

    /// What a package holds that is used without being named, as far as `module` sees it.
    pub(super) fn implicits(&self, package: &str, module: usize) -> Vec<Hit> {
        let mut found = Vec::new();
        for file in self.implicits.get(package).into_iter().flatten().copied() {
            if self.modules.distance(module, self.module(file)).is_some() {
                let symbols = self.source(file).implicits();
                found.extend(symbols.map(|symbol| Hit { file, symbol: Some(symbol) }));
            }
        }
        found
    }

    /// True for a package of the repository.
    pub(super) fn has_package(&self, name: &str) -> bool {
        self.packages.contains(name)
    }

    /// True if the definition is used without being named.
    pub(super) fn is_implicit(&self, hit: Hit) -> bool {
        let roles = self.source(hit.file).surface.roles();
        roles.iter().any(|role| role.kind == RoleKind::Implicit && Some(role.symbol) == hit.symbol)
    }
}

/// True for the name of something that is inside of nothing.
fn at_top(name: &&str) -> bool {
    !name.contains('.')
}

/// True if a file is known by the name, not something in it.
fn is_whole_file(export: &Export) -> bool {
    export.symbol.is_none() && export.import.is_none()
}

/// What an import brings in all of.
pub(super) fn star(import: &Import) -> Option<&str> {
    import.specifier.strip_suffix(".*").filter(|_| import.kind == ImportKind::Type)
}

fn qualified(package: &str, name: &str) -> String {
    if package.is_empty() { name.to_owned() } else { format!("{package}.{name}") }
}

impl<'a> Source<'a> {
    fn new(path: &'a RepoPath, module: usize, surface: Surface<'a>) -> Self {
        let mut symbols = FxHashMap::default();
        for (index, symbol) in surface.symbols().enumerate() {
            symbols.entry(symbol).or_insert(index);
        }
        for export in surface.exports().iter().filter(|export| !export.name.contains("::")) {
            if let Some(symbol) = export.symbol {
                symbols.entry(export.name.as_str()).or_insert(symbol);
            }
        }
        let stars = surface.imports().filter_map(star).collect();
        Self { path, module, surface, symbols, packages: vec![surface.package()], stars }
    }

    /// The outline of a file that had to be read for it.
    fn outline(&self) -> Outline {
        let symbols = self.surface.symbols().filter(at_top);
        let whole = self.surface.exports().iter().filter(|export| is_whole_file(export));
        let mut names: Vec<String> =
            symbols.chain(whole.map(|export| export.name.as_str())).map(str::to_owned).collect();
        names.sort_unstable();
        names.dedup();
        Outline { package: self.surface.package().to_owned(), names, implicit: self.implicits().next().is_some() }
    }

    /// The definitions at the top that are used without being named.
    fn implicits(&self) -> impl Iterator<Item = usize> + use<'a> {
        let surface = self.surface;
        let roles = surface.roles().iter().filter(|role| role.kind == RoleKind::Implicit);
        roles.map(|role| role.symbol).filter(move |symbol| at_top(&surface.symbol(*symbol)))
    }
}
