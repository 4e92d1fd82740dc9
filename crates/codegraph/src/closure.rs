//! What every function reaches: the files, what is in them of its own, and what leads out of the repository.

mod calls;
mod code_root;
mod follow;
mod moved;
mod select;
pub(crate) mod sources;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicUsize, Ordering},
};

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{
    Basis, Closure, ClosureFile, CodeClone, FileSet, Function, Looked, RepoPath, Size, Symbols, is_contract_by_content,
};
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use self::{
    code_root::Places,
    follow::Walk,
    sources::{Asked, Resolvers, Sources, lines_of},
};
pub use self::{moved::Moved, sources::Outlines};
use crate::{
    Answers, KeptFacts, KnownAnswers, OwnCode, OwnFile, Surface, SurfaceId, Way,
    clones::{self, clones_in},
    kept, kinds, language_of,
    own_code::{self, Reached},
    ownership, sizes,
};

/// What is known beyond the files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Files that declare functions: they change with every function, and are never code.
    pub manifests: &'a [RepoPath],
    /// Files that the user names as contracts.
    pub contracts: &'a [RepoPath],
    /// Facts of earlier runs.
    pub kept: Option<&'a dyn KeptFacts>,
    /// True to take every file whole that an import leads to, as compilers and bundlers do that drop nothing.
    pub whole_files: bool,
}

/// What following one function gave, and what was looked into for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Its closure. Whose the files in it are is told anew where other functions are followed.
    pub closure: Closure,
    /// The source files that were looked into, or would have been if they could be read, in the order of their paths.
    pub looked: Vec<RepoPath>,
}

/// What is known of functions before they are followed.
#[derive(Default)]
pub struct Known {
    /// Per function, in their order; none for those that are to be followed. Empty if nothing is known. Where all are known,
    /// whose the files are is so as well.
    pub walked: Vec<Option<Walked>>,
    /// Files that known functions looked into and that are not as they were then, but lead the same way.
    pub moved: Moved,
    /// Those of the files that were looked into which are not read or do not parse.
    pub faulty: Vec<RepoPath>,
    /// Outlines of files as they are now.
    pub outlines: Outlines,
    /// What was told before of the own code of the same functions, in whatever files.
    pub own_code: OwnCode,
    /// What imports mean, as far as that is as before.
    pub answers: KnownAnswers,
}

/// What the code of all functions was made from, besides the names of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MadeFrom {
    /// What was looked at for all functions alike: manifests of packages, settings of compilers, data. Not of functions
    /// that were known.
    pub around: Looked,
    /// What source files showed that were asked for it to tell what imports mean, in the order of their paths. What a function
    /// reaches may depend on such files without reaching them, if they are of languages that run together with its own:
    /// [`may_mean`]. Not of functions that were known.
    pub surfaces: Vec<(RepoPath, SurfaceId)>,
    /// The same of outlines.
    pub outlines: Outlines,
    /// What was told of the own code.
    pub own_code: OwnCode,
    /// What imports were found to mean, besides what was known.
    pub found: Answers,
    /// Per function: see [`Walked::looked`].
    pub looked: Vec<Vec<RepoPath>>,
    /// How those files lead on, as far as they parse. Not those that nobody looked into now, for all that was looked into them
    /// for was known.
    pub ways: Vec<(RepoPath, Way)>,
}

/// Told after each function: how many are done, and how many there are.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// The code of all functions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeGraph {
    /// One closure per function, in the order of the functions.
    pub closures: Vec<Closure>,
    /// Copies in the own code of two functions, in the order of the functions.
    pub clones: Vec<CodeClone>,
    /// How large each function is, in their order.
    pub sizes: Vec<Size>,
    /// Languages whose imports are not followed, and how many functions start in them.
    pub not_followed: BTreeMap<&'static str, usize>,
}

/// Follows the code of every function from its entry, each file being read once.
///
/// The problems are files that could not be read or parsed, in the order of their paths, and one for each language
/// that is not followed.
pub fn closures(
    functions: &[Function],
    files: &FileSet,
    options: &Options<'_>,
    progress: Progress<'_>,
) -> Partial<CodeGraph> {
    closures_knowing(functions, files, options, Known::default(), progress).0
}

/// As [`closures`], following only functions of which nothing is `known`; with what it was made from, by which somebody can
/// tell whether it would be the same in other files. What is known must be what following would give.
pub fn closures_knowing(
    functions: &[Function],
    files: &FileSet,
    options: &Options<'_>,
    known: Known,
    progress: Progress<'_>,
) -> (Partial<CodeGraph>, MadeFrom) {
    let around = files.noting();
    let sources = Sources::new(files, options.kept);
    let asked = Asked::new(&sources, known.outlines, known.answers);
    let mut known_of = known.walked;
    known_of.resize_with(functions.len(), || None);
    let places = moved::Places::of(&known.moved, &sources);
    let moved = |(known, function): (Option<Walked>, &Function)| places.moved(known?, function);
    let known_of: Vec<Option<Walked>> = known_of.into_iter().zip(functions).map(moved).collect();
    let is_all_known = known_of.iter().all(Option::is_some);
    let to_walk = functions.iter().zip(&known_of).filter(|(_, known)| known.is_none()).map(|(function, _)| function);
    let graph = Graph::new(functions, to_walk, (&around, &sources, &asked), options);
    let done = AtomicUsize::new(0);
    let walked: Vec<Walked> = functions
        .par_iter()
        .zip(known_of)
        .map(|(function, known)| {
            let walked = known.unwrap_or_else(|| graph.walk(function));
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, functions.len());
            walked
        })
        .collect();
    let (mut closures, looked): (Vec<Closure>, Vec<Vec<RepoPath>>) =
        walked.into_iter().map(|walked| (walked.closure, walked.looked)).unzip();
    if !is_all_known {
        ownership::mark(functions, &mut closures);
    }
    let (own_code, sizes) = own(files, &sources, &closures, known.own_code);
    for path in &known.faulty {
        sources.get(path);
    }
    let mut problems = sources.problems();
    let mut not_followed = BTreeMap::new();
    for (function, closure) in functions.iter().zip(&closures) {
        if let Some(entry) = function.entry.as_ref().filter(|_| closure.basis == Basis::CodeRoot) {
            *not_followed.entry(kinds::source_language(&entry.path).unwrap_or(kinds::OTHER)).or_insert(0) += 1;
        }
    }
    for (language, count) in &not_followed {
        let functions = if *count == 1 { "1 function".to_owned() } else { format!("{count} functions") };
        let message = format!("{language} is not followed yet: for {functions} the code root counts as their own code");
        problems.push(Problem::general(ProblemKind::Unsupported, message));
    }
    let clones = own_code.clones.clone();
    let value = CodeGraph { closures, clones, sizes, not_followed };
    let (found, surfaces) = (graph.resolvers.found(), asked.surfaces());
    let (around, ways) = (around.looked(), ways(&looked, &sources));
    let made_from = MadeFrom { around, surfaces, outlines: asked.outlines(), own_code, found, looked, ways };
    (Partial { value, problems }, made_from)
}

/// What is told of the own code of functions, whose files know their lines, and their sizes. What is `known` may be of other files.
fn own(files: &FileSet, sources: &Sources<'_>, closures: &[Closure], mut known: OwnCode) -> (OwnCode, Vec<Size>) {
    let reached = own_code::reached(files, closures);
    let mut kept = known.take(&reached);
    let alone = |(reached, kept): (&Reached<'_>, &mut Option<OwnFile>)| match kept {
        Some(kept) => std::mem::take(&mut kept.alone),
        None => sizes::alone(sources, reached),
    };
    let alone: Vec<Vec<(u32, u32)>> = reached.par_iter().zip(&mut kept).map(alone).collect();
    let sizes = sizes::sizes(closures.len(), reached.iter().zip(alone.iter().map(Vec::as_slice)));
    let mut own = clones_in(clones::Code { files, sources, closures, reached: &reached }, kept, known);
    for (reached, alone) in reached.iter().zip(alone) {
        own.files.get_mut(reached.path).into_iter().for_each(|file| file.alone.clone_from(&alone));
    }
    (own, sizes)
}

/// How the files lead on that were `looked` into in this run.
fn ways(looked: &[Vec<RepoPath>], sources: &Sources<'_>) -> Vec<(RepoPath, Way)> {
    let paths: BTreeSet<&RepoPath> = looked.iter().flatten().collect();
    let paths: Vec<&RepoPath> = paths.into_iter().collect();
    let way = |path: &RepoPath| {
        let loaded = sources.read(path)?;
        Some((path.clone(), Way::of(&loaded.text, &loaded.facts)?))
    };
    paths.par_iter().filter_map(|path| way(path)).collect()
}

/// What a source file shows that holds `text`; none if its language is not followed. What is `kept` is not parsed.
pub fn surface_id(path: &RepoPath, text: &str, kept: Option<&dyn KeptFacts>) -> Option<SurfaceId> {
    let language = language_of(path)?;
    Some(Surface::new(language, &kept::facts(kept, language, path, text)).id())
}

/// True if what imports mean in code that starts in the file `start` may depend on the source file `other`.
pub fn may_mean(start: &RepoPath, other: &RepoPath) -> bool {
    let [Some(start), Some(other)] = [start, other].map(language_of) else { return false };
    kinds::run_together(start.name(), other.name())
}

/// What all walks share.
struct Graph<'a> {
    functions: &'a [Function],
    /// They note what is looked at in them. Source files are read by `sources`.
    files: &'a FileSet,
    sources: &'a Sources<'a>,
    resolvers: Resolvers<'a>,
    whole_files: bool,
    manifests: FxHashSet<RepoPath>,
    contracts: FxHashSet<RepoPath>,
    /// How many functions start in a file.
    entries: BTreeMap<RepoPath, usize>,
    places: Places,
}

impl<'a> Graph<'a> {
    /// For walks of some of `functions`: those of `to_walk`.
    fn new(
        functions: &'a [Function],
        to_walk: impl Iterator<Item = &'a Function>,
        (files, sources, asked): (&'a FileSet, &'a Sources<'a>, &'a Asked<'a>),
        options: &Options<'_>,
    ) -> Self {
        let starts: Vec<RepoPath> = to_walk.filter_map(|function| entry_file(function, files)).collect();
        let mut entries = BTreeMap::new();
        for path in functions.iter().filter_map(|function| entry_file(function, files)) {
            *entries.entry(path).or_insert(0) += 1;
        }
        Self {
            functions,
            files,
            sources,
            resolvers: Resolvers::new(files, asked, starts.iter()),
            whole_files: options.whole_files,
            manifests: options.manifests.iter().cloned().collect(),
            contracts: options.contracts.iter().cloned().collect(),
            entries,
            places: Places::of(functions, files),
        }
    }

    fn walk(&self, function: &Function) -> Walked {
        let mut closure = Closure {
            function: function.id.clone(),
            basis: Basis::Nothing,
            start: None,
            files: Vec::new(),
            own_folders: Vec::new(),
            external: Vec::new(),
            unresolved: Vec::new(),
            dynamic: Vec::new(),
            remote_calls: Vec::new(),
        };
        let Some(entry) = entry_file(function, self.files) else { return Walked { closure, looked: Vec::new() } };
        let mut files = BTreeMap::new();
        let mut looked = BTreeSet::new();
        if language_of(&entry).is_some() {
            closure.basis = Basis::Imports;
            let symbol = function.entry.as_ref().and_then(|entry| entry.symbol.as_deref());
            closure.start = symbol.and_then(|symbol| self.sources.get(&entry)?.definition(&entry, symbol));
            // A file with one handler belongs to it as a whole.
            let symbol = symbol.filter(|_| self.entries.get(&entry).is_some_and(|count| *count > 1));
            let mut walk = Walk::new(self, code_root::roots(function));
            walk.follow(&entry, symbol);
            looked.extend(walk.reached().cloned());
            files = walk.finish(&mut closure);
            self.add_data(function, &mut files);
        } else {
            closure.basis = Basis::CodeRoot;
            self.add_code_root(function, &entry, &mut files);
        }
        self.add_layers(function, &mut files);
        files.retain(|path, _| !self.manifests.contains(path));
        closure.files = files.into_values().collect();
        for file in &mut closure.files {
            file.lines = self.lines(file);
        }
        if closure.basis == Basis::Imports {
            closure.remote_calls = calls::of(closure.files.iter(), self.sources);
        }
        looked.extend(closure.files.iter().map(|file| file.path.clone()));
        looked.retain(|path| language_of(path).is_some());
        Walked { closure, looked: looked.into_iter().collect() }
    }

    /// See [`ClosureFile::lines`].
    fn lines(&self, file: &ClosureFile) -> usize {
        let Some(loaded) = self.sources.get(&file.path) else {
            let source = kinds::source_language(&file.path).is_some();
            let text = if source { self.files.text(&file.path).ok() } else { None };
            return text.map_or(0, |text| lines_of(&text));
        };
        loaded.lines_in(&file.symbols)
    }

    /// A file that comes with a folder, not by an import.
    fn packaged(&self, path: &RepoPath) -> ClosureFile {
        let describes = || {
            matches!(path.extension(), Some("yaml" | "yml" | "json"))
                && self.files.text(path).is_ok_and(|text| is_contract_by_content(&text))
        };
        ClosureFile {
            path: path.clone(),
            symbols: Symbols::All,
            own: false,
            kind: kinds::kind(path, None, self.contracts.contains(path) || describes(), true),
            via: None,
            lines: 0,
        }
    }
}

/// Where the code of the function starts, links followed.
fn entry_file(function: &Function, files: &FileSet) -> Option<RepoPath> {
    files.resolve(&function.entry.as_ref()?.path)
}

#[cfg(test)]
mod tests;
