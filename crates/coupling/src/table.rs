//! Whose a changed file is.
//!
//! The question is answered once for every path that the history names, in a table; a changeset only looks it up.
//! Code that one function reaches is that function's own; code that several reach is shared by them. The file in
//! which one function starts is its own even if others import it: those share it. Code that is gone belongs to the
//! function in whose folder it was. Contracts are kept apart: they are what a communication channel is made of, and
//! the measure asks what must change when they do not.

use std::sync::Arc;

use lockstep_model::{BlobId, ChangeKind, Closure, FileChange, FileKind, Function, History, PathId, RepoPath, Symbols};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    Input, Parts,
    attribute::is_pure_move,
    beside::Beside,
    folders::{NearestFunctions, innermost, is_data, own_folders},
};

/// Number of a set of functions in [`Table::sets`].
pub(crate) type SetId = u32;

/// Whose behaviour a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Nobody's.
    Nobody,
    /// One function's own.
    Own(u32),
    /// Shared by a set of functions.
    Shared(SetId),
    /// One function's own, since it starts there, and shared by a set of functions that reach it.
    Entry(u32, SetId),
}

/// What a change of one path touches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribution {
    /// Whose behaviour changes.
    pub code: Code,
    /// Whose contract changes if the change is one of a contract.
    pub contract: Option<SetId>,
    /// Whose own file it is, be it code, a test, or configuration: the one whose code it is, else the one in whose
    /// folder it lies.
    pub owner: Option<u32>,
}

/// What every path of the history belongs to.
pub(crate) struct Table {
    of: Vec<Attribution>,
    /// Per change of a file of which functions reach parts: whose parts of it changed.
    parts: OfChanges<Vec<Code>>,
    /// Per change of a manifest: whose blocks changed.
    blocks: OfChanges<SetId>,
    /// Paths that manifests name as contracts.
    tied: FxHashSet<PathId>,
    /// Per path, and kind of change that is none of behaviour or contract: whose it is.
    beside: Vec<BesideKinds>,
    /// The sets of functions that share something, each sorted, each once.
    pub sets: Vec<Arc<[u32]>>,
    /// Per function: true if some file of today is its own, or some part of the file in which it starts.
    pub has_own: Vec<bool>,
}

/// By the number of a kind of change, whose it is.
type BesideKinds = [Option<SetId>; ChangeKind::ALL.len()];

/// What is known of single changes, which are those of a few files.
struct OfChanges<T> {
    /// By the number of a path, whether it is one of these.
    files: Vec<bool>,
    of: FxHashMap<(PathId, BlobId, BlobId), T>,
}

impl<T> OfChanges<T> {
    /// What `tell` tells of the changes of files that are so.
    fn of(history: &History, is_one: impl Fn(PathId) -> bool, mut tell: impl FnMut(&FileChange) -> Option<T>) -> Self {
        let files: Vec<bool> = (0..history.paths.len() as u32).map(|path| is_one(PathId(path))).collect();
        let mut of = FxHashMap::default();
        for change in history.changesets.iter().flat_map(|changeset| &changeset.changes) {
            if let Some(told) = files[change.path.0 as usize].then(|| tell(change)).flatten() {
                of.insert((change.path, change.before, change.after), told);
            }
        }
        Self { files, of }
    }

    fn get(&self, change: &FileChange) -> Option<&T> {
        let is_one = self.files[change.path.0 as usize];
        is_one.then(|| self.of.get(&(change.path, change.before, change.after))).flatten()
    }
}

/// How functions reach a file of today.
#[derive(Default)]
struct Reach {
    implementation: Vec<u32>,
    contract: Vec<u32>,
    types: Vec<u32>,
    /// The one function that starts there.
    starts: Option<u32>,
}

impl Reach {
    /// The function whose own code it is.
    fn owner(&self) -> Option<u32> {
        match self.implementation[..] {
            [function] => Some(function),
            _ => self.starts.filter(|function| self.implementation.contains(function)),
        }
    }

    /// All who reach it, ascending.
    fn all(&self) -> Vec<u32> {
        let mut all = [&self.implementation[..], &self.contract, &self.types].concat();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Table {
    pub(crate) fn new(input: &Input<'_>, closures: &[Option<&Closure>]) -> Self {
        let Input { functions, history, exists, .. } = *input;
        let mut reached = reached(closures);
        mark_entries(functions, &mut reached);
        let owners = innermost(&own_folders(closures), &history.paths);
        let mut contracts = NearestFunctions::new(functions);
        let mut sets = Sets::default();
        let mut has_own = vec![false; functions.len()];
        for reach in reached.values() {
            if let Some(function) = reach.owner() {
                has_own[function as usize] = true;
            }
        }
        let contract_changes = paths_changed_as_contract(history);
        let mut tied = FxHashSet::default();
        let mut of = Vec::with_capacity(history.paths.len());
        for ((number, path), owner) in history.paths.iter().enumerate().zip(owners.iter().copied()) {
            let named = input.parts.tied(path);
            if named.is_some() {
                tied.insert(PathId(number as u32));
            }
            of.push(match reached.get(path) {
                Some(reach) => attribution_of_reached(reach, owner, named.unwrap_or_default(), &mut sets),
                None => {
                    let code = match owner {
                        Some(function) if named.is_none() && (!exists(path) || is_data(path)) => Code::Own(function),
                        _ => Code::Nobody,
                    };
                    let is_contract = named.is_some() || contract_changes.contains(&(number as u32));
                    let contract = is_contract.then(|| match (named, owner) {
                        (Some(functions), _) => sets.id(functions),
                        (None, Some(function)) => sets.id(&[function]),
                        (None, None) => sets.id(contracts.below_nearest_folder(path)),
                    });
                    Attribution { code, contract, owner }
                }
            });
        }
        mark_own_symbols(closures, history, input.parts, &mut has_own);
        let parts = OfChanges::of(
            history,
            |path| input.parts.covers(path),
            |change| {
                let starts = reached.get(history.path(change.path)).and_then(|reach| reach.starts);
                let parts = input.parts.of(change)?.iter().map(|functions| match (&functions[..], starts) {
                    ([function], _) => Code::Own(*function),
                    (all, Some(starts)) if all.contains(&starts) => Code::Entry(starts, sets.id(all)),
                    (all, _) => Code::Shared(sets.id(all)),
                });
                Some(parts.collect())
            },
        );
        let blocks = OfChanges::of(
            history,
            |path| input.parts.has_blocks(path),
            |change| input.parts.block(change).map(|functions| sets.id(functions)),
        );
        let beside = Beside::new(functions, closures, history, exists);
        let beside = beside_of_paths(history, &reached, &beside, &owners, &mut sets);
        Self { of, parts, blocks, tied, beside, sets: sets.all, has_own }
    }

    pub(crate) fn get(&self, change: &FileChange) -> Attribution {
        self.of[change.path.0 as usize]
    }

    /// The functions whose blocks of a manifest `change` touches; none if it is no change of a manifest.
    pub(crate) fn block(&self, change: &FileChange) -> Option<&Arc<[u32]>> {
        self.blocks.get(change).map(|set| &self.sets[*set as usize])
    }

    /// The functions that a change belongs to that is none of behaviour or contract; none if no such change is known.
    pub(crate) fn beside(&self, path: PathId, kind: ChangeKind) -> Option<&Arc<[u32]>> {
        self.beside[path.0 as usize][kind as usize].map(|set| &self.sets[set as usize])
    }

    /// The parts of a file that `change` touches; none if only the file is known.
    pub(crate) fn parts(&self, change: &FileChange) -> Option<&[Code]> {
        self.parts.get(change).map(Vec::as_slice)
    }

    /// The functions whose contract `change` touches; none if it touches none. Code that runs is no contract, even
    /// if it stands in a file that others take for one.
    pub(crate) fn contract_of(&self, change: &FileChange) -> Option<&Arc<[u32]>> {
        let Attribution { code, contract, .. } = self.get(change);
        let is_contract = match change.kind {
            ChangeKind::Contract => true,
            ChangeKind::Behaviour => code == Code::Nobody && self.parts(change).is_none(),
            // Its extension says nothing: `api.yaml`.
            ChangeKind::Configuration => self.tied.contains(&change.path),
            _ => false,
        };
        let set = contract.filter(|_| is_contract && self.block(change).is_none() && !is_pure_move(change))?;
        Some(&self.sets[set as usize])
    }

    /// Whose own file a path is: code, a test or configuration.
    pub(crate) fn owner(&self, path: PathId) -> Option<u32> {
        self.of[path.0 as usize].owner
    }

    /// The function whose own a path is, even if others share it; none if it is nobody's.
    pub(crate) fn owned_by(&self, path: u32) -> Option<u32> {
        match self.of[path as usize].code {
            Code::Own(function) | Code::Entry(function, _) => Some(function),
            Code::Nobody | Code::Shared(_) => None,
        }
    }

    /// The set that shares a path; none if at most one function reaches it.
    pub(crate) fn shared_by(&self, path: u32) -> Option<&[u32]> {
        match self.of[path as usize].code {
            Code::Shared(set) | Code::Entry(_, set) => Some(&self.sets[set as usize]),
            Code::Nobody | Code::Own(_) => None,
        }
    }
}

/// Marks the functions that reach something of a file in parts which no other does.
fn mark_own_symbols(closures: &[Option<&Closure>], history: &History, parts: &Parts, has_own: &mut [bool]) {
    let covered: FxHashSet<&RepoPath> = (0u32..)
        .zip(&history.paths)
        .filter(|(number, _)| parts.covers(PathId(*number)))
        .map(|(_, path)| path)
        .collect();
    let mut reach: FxHashMap<(&RepoPath, &str), Vec<usize>> = FxHashMap::default();
    for (function, closure) in closures.iter().enumerate() {
        for file in closure.iter().flat_map(|closure| &closure.files).filter(|file| covered.contains(&file.path)) {
            if let Symbols::Some(names) = &file.symbols {
                names.iter().for_each(|name| reach.entry((&file.path, name)).or_default().push(function));
            }
        }
    }
    for functions in reach.values() {
        if let [function] = functions[..] {
            has_own[function] = true;
        }
    }
}

/// Gives equal sets equal numbers.
#[derive(Default)]
struct Sets {
    all: Vec<Arc<[u32]>>,
    known: FxHashMap<Arc<[u32]>, SetId>,
}

impl Sets {
    fn id(&mut self, functions: &[u32]) -> SetId {
        if let Some(id) = self.known.get(functions) {
            return *id;
        }
        let id = self.all.len() as SetId;
        let functions: Arc<[u32]> = functions.into();
        self.all.push(Arc::clone(&functions));
        self.known.insert(functions, id);
        id
    }
}

fn reached<'a>(closures: &[Option<&'a Closure>]) -> FxHashMap<&'a RepoPath, Reach> {
    let mut reached: FxHashMap<&RepoPath, Reach> = FxHashMap::default();
    for (function, closure) in closures.iter().enumerate() {
        for file in closure.iter().flat_map(|closure| &closure.files) {
            let reach = reached.entry(&file.path).or_default();
            let functions = match file.kind {
                FileKind::Contract => &mut reach.contract,
                FileKind::TypeOnly => &mut reach.types,
                // Whether a change of generated or foreign code counts is told by its kind, not by the file's.
                _ => &mut reach.implementation,
            };
            if functions.last() != Some(&(function as u32)) {
                functions.push(function as u32);
            }
        }
    }
    reached
}

/// Notes where exactly one function starts.
fn mark_entries(functions: &[Function], reached: &mut FxHashMap<&RepoPath, Reach>) {
    let mut starts: FxHashMap<&RepoPath, Vec<u32>> = FxHashMap::default();
    for (number, function) in (0u32..).zip(functions) {
        if let Some(entry) = &function.entry {
            starts.entry(&entry.path).or_default().push(number);
        }
    }
    for (path, functions) in starts {
        if let ([function], Some(reach)) = (&functions[..], reached.get_mut(path)) {
            reach.starts = Some(*function);
        }
    }
}

/// `folder` is the function in whose folder the file lies, `named` are those whose contract a manifest says it to be.
fn attribution_of_reached(reach: &Reach, folder: Option<u32>, named: &[u32], sets: &mut Sets) -> Attribution {
    let code = match (reach.owner(), &reach.implementation[..]) {
        (_, []) => Code::Nobody,
        (Some(function), [_]) => Code::Own(function),
        (Some(function), all) => Code::Entry(function, sets.id(all)),
        (None, all) => Code::Shared(sets.id(all)),
    };
    // Types that only one function uses join nothing; types that several use, and nobody runs, are a contract.
    let types: &[u32] = if reach.types.len() > 1 || !reach.contract.is_empty() { &reach.types } else { &[] };
    let mut contract: Vec<u32> = [&reach.contract, types, &reach.implementation, named].concat();
    contract.sort_unstable();
    contract.dedup();
    let owner = match code {
        Code::Own(function) | Code::Entry(function, _) => Some(function),
        Code::Shared(_) => None,
        Code::Nobody => folder,
    };
    Attribution { code, contract: (!contract.is_empty()).then(|| sets.id(&contract)), owner }
}

fn paths_changed_as_contract(history: &History) -> FxHashSet<u32> {
    let changes = history.changesets.iter().flat_map(|changeset| &changeset.changes);
    changes.filter(|change| change.kind == ChangeKind::Contract).map(|change| change.path.0).collect()
}

/// Whose every path is in changes that are none of behaviour or contract. Formatting belongs to all who reach the code.
fn beside_of_paths(
    history: &History,
    reached: &FxHashMap<&RepoPath, Reach>,
    beside: &Beside<'_>,
    owners: &[Option<u32>],
    sets: &mut Sets,
) -> Vec<BesideKinds> {
    let mut all = vec![BesideKinds::default(); history.paths.len()];
    for change in history.changesets.iter().flat_map(|changeset| &changeset.changes) {
        let kind = match change.kind {
            ChangeKind::Behaviour | ChangeKind::Contract if is_pure_move(change) => ChangeKind::Cosmetic,
            ChangeKind::Behaviour | ChangeKind::Contract => continue,
            kind => kind,
        };
        all[change.path.0 as usize][kind as usize].get_or_insert_with(|| {
            let path = history.path(change.path);
            match reached.get(path).filter(|_| kind == ChangeKind::Cosmetic) {
                Some(reach) => sets.id(&reach.all()),
                None => sets.id(&beside.functions(path, owners[change.path.0 as usize], kind)),
            }
        });
    }
    all
}
