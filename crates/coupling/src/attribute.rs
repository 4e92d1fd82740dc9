//! Which functions a changed file belongs to.
//!
//! The question is answered once for every path that the history names, in a table; a changeset only looks it up.
//! Code that one function reaches is that function's own; code that several reach is shared by them. The file in
//! which one function starts is its own even if others import it: those share it. Code that is gone belongs to the
//! function in whose folder it was. Contracts are kept apart: they are what a communication channel is made of, and
//! the measure asks what must change when they do not.

use lockstep_model::{
    BlobId, ChangeKind, Closure, FileChange, FileKind, FileStatus, Function, History, PathId, RepoPath, Symbols,
    Timestamp,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{Input, Parts};

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
struct Attribution {
    /// Whose behaviour changes.
    code: Code,
    /// Whose contract changes if the change is one of a contract.
    contract: Option<SetId>,
    /// Whose own file it is, be it code, a test, or configuration: the one whose code it is, else the one in whose
    /// folder it lies.
    owner: Option<u32>,
}

/// What every path of the history belongs to.
pub(crate) struct Table {
    of: Vec<Attribution>,
    /// Per change of a file of which functions reach parts: whose parts of it changed.
    parts: FxHashMap<(PathId, BlobId, BlobId), Vec<Code>>,
    /// The sets of functions that share something, each sorted, each once.
    pub sets: Vec<Box<[u32]>>,
    /// Per function: true if some file of today is its own, or some part of the file in which it starts.
    pub has_own: Vec<bool>,
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
}

/// Extensions of program text. A file of this kind that no closure holds is dead, or a build script; any other file
/// in a function's folder is data that it may read.
const PROGRAM_TEXT: &[&str] = &[
    "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "py", "pyi", "rs", "go", "java", "kt", "kts", "scala",
    "groovy", "cs", "fs", "vb", "rb", "php", "swift", "c", "cc", "cpp", "h", "hpp", "sh", "bash", "ps1", "vue",
    "svelte", "pl", "ex", "exs", "clj",
];

impl Table {
    pub(crate) fn new(input: &Input<'_>, closures: &[Option<&Closure>]) -> Self {
        let Input { functions, history, exists, .. } = *input;
        let mut reached = reached(closures);
        mark_entries(functions, &mut reached);
        let folders = own_folders(closures);
        let mut contracts = NearestFunctions::new(functions);
        let mut sets = Sets::default();
        let mut has_own = vec![false; functions.len()];
        for reach in reached.values() {
            if let Some(function) = reach.owner() {
                has_own[function as usize] = true;
            }
        }
        let contract_changes = paths_changed_as_contract(history);
        let mut of = Vec::with_capacity(history.paths.len());
        for (number, path) in history.paths.iter().enumerate() {
            of.push(match reached.get(path) {
                Some(reach) => attribution_of_reached(reach, innermost(&folders, path), &mut sets),
                None => {
                    let owner = innermost(&folders, path);
                    let code = match owner {
                        Some(function) if !exists(path) || is_data(path) => Code::Own(function),
                        _ => Code::Nobody,
                    };
                    let contract = contract_changes.contains(&(number as u32)).then(|| match owner {
                        Some(function) => sets.id(&[function]),
                        None => sets.id(contracts.below_nearest_folder(path)),
                    });
                    Attribution { code, contract, owner }
                }
            });
        }
        mark_own_symbols(closures, history, input.parts, &mut has_own);
        let changes = history.changesets.iter().flat_map(|changeset| &changeset.changes);
        let parts = changes
            .filter_map(|change| {
                let starts = reached.get(history.path(change.path)).and_then(|reach| reach.starts);
                let parts = input.parts.of(change)?.iter().map(|functions| match (&functions[..], starts) {
                    ([function], _) => Code::Own(*function),
                    (all, Some(starts)) if all.contains(&starts) => Code::Entry(starts, sets.id(all)),
                    (all, _) => Code::Shared(sets.id(all)),
                });
                Some(((change.path, change.before, change.after), parts.collect()))
            })
            .collect();
        Self { of, parts, sets: sets.all, has_own }
    }

    fn get(&self, change: &FileChange) -> Attribution {
        self.of[change.path.0 as usize]
    }

    /// The parts of a file that `change` touches; none if only the file is known.
    fn parts(&self, change: &FileChange) -> Option<&[Code]> {
        self.parts.get(&(change.path, change.before, change.after)).map(Vec::as_slice)
    }

    /// The functions whose contract `change` touches; none if it touches none. Code that runs is no contract, even
    /// if it stands in a file that others take for one.
    pub(crate) fn contract_of(&self, change: &FileChange) -> Option<&[u32]> {
        let Attribution { code, contract, .. } = self.get(change);
        let is_contract = match change.kind {
            ChangeKind::Contract => true,
            ChangeKind::Behaviour => code == Code::Nobody && self.parts(change).is_none(),
            _ => false,
        };
        let set = contract.filter(|_| is_contract && !is_pure_move(change))?;
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
    all: Vec<Box<[u32]>>,
    known: FxHashMap<Box<[u32]>, SetId>,
}

impl Sets {
    fn id(&mut self, functions: &[u32]) -> SetId {
        if let Some(id) = self.known.get(functions) {
            return *id;
        }
        let id = self.all.len() as SetId;
        self.all.push(functions.into());
        self.known.insert(functions.into(), id);
        id
    }
}

fn reached<'a>(closures: &[Option<&'a Closure>]) -> FxHashMap<&'a RepoPath, Reach> {
    let mut reached: FxHashMap<&RepoPath, Reach> = FxHashMap::default();
    for (function, closure) in closures.iter().enumerate() {
        for file in closure.iter().flat_map(|closure| &closure.files) {
            let reach = reached.entry(&file.path).or_default();
            let functions = match file.kind {
                FileKind::Implementation => &mut reach.implementation,
                FileKind::Contract => &mut reach.contract,
                FileKind::TypeOnly => &mut reach.types,
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

fn attribution_of_reached(reach: &Reach, folder: Option<u32>, sets: &mut Sets) -> Attribution {
    let code = match (reach.owner(), &reach.implementation[..]) {
        (_, []) => Code::Nobody,
        (Some(function), [_]) => Code::Own(function),
        (Some(function), all) => Code::Entry(function, sets.id(all)),
        (None, all) => Code::Shared(sets.id(all)),
    };
    // Types that only one function uses join nothing; types that several use, and nobody runs, are a contract.
    let types: &[u32] = if reach.types.len() > 1 || !reach.contract.is_empty() { &reach.types } else { &[] };
    let mut contract: Vec<u32> = [&reach.contract, types, &reach.implementation].concat();
    contract.sort_unstable();
    contract.dedup();
    let owner = match code {
        Code::Own(function) | Code::Entry(function, _) => Some(function),
        Code::Shared(_) => None,
        Code::Nobody => folder,
    };
    Attribution { code, contract: (!contract.is_empty()).then(|| sets.id(&contract)), owner }
}

/// The folders that were one function's alone. A folder that two functions claim is neither's.
fn own_folders<'a>(closures: &[Option<&'a Closure>]) -> FxHashMap<&'a str, Option<u32>> {
    let mut folders: FxHashMap<&str, Option<u32>> = FxHashMap::default();
    for (function, closure) in closures.iter().enumerate() {
        for folder in closure.iter().flat_map(|closure| &closure.own_folders) {
            let function = function as u32;
            folders
                .entry(folder.as_str())
                .and_modify(|owner| *owner = owner.filter(|owner| *owner == function))
                .or_insert(Some(function));
        }
    }
    folders
}

/// The folders above a path, innermost first, the root (empty) last.
fn folders_above(path: &RepoPath) -> impl Iterator<Item = &str> {
    let parent = |path: &str| path.rfind('/').unwrap_or(0);
    let text = path.as_str();
    std::iter::successors((!text.is_empty()).then(|| &text[..parent(text)]), move |folder| {
        (!folder.is_empty()).then(|| &folder[..parent(folder)])
    })
}

fn innermost(folders: &FxHashMap<&str, Option<u32>>, path: &RepoPath) -> Option<u32> {
    folders_above(path).find_map(|folder| folders.get(folder).copied()).flatten()
}

fn is_data(path: &RepoPath) -> bool {
    path.extension().is_none_or(|extension| !PROGRAM_TEXT.contains(&extension.to_ascii_lowercase().as_str()))
}

fn paths_changed_as_contract(history: &History) -> FxHashSet<u32> {
    let changes = history.changesets.iter().flat_map(|changeset| &changeset.changes);
    changes.filter(|change| change.kind == ChangeKind::Contract).map(|change| change.path.0).collect()
}

/// Finds the functions that live next to a contract which no code imports (an OpenAPI document, an event schema).
struct NearestFunctions {
    below: FxHashMap<String, Vec<u32>>,
}

impl NearestFunctions {
    fn new(functions: &[Function]) -> Self {
        let mut below: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for (number, function) in functions.iter().enumerate() {
            let entry = function.entry.iter().map(|entry| &entry.path);
            let places = entry.chain(function.declarations.iter().map(|declaration| &declaration.location.path));
            for folder in places.flat_map(folders_above) {
                let functions = below.entry(folder.to_owned()).or_default();
                if functions.last() != Some(&(number as u32)) {
                    functions.push(number as u32);
                }
            }
        }
        Self { below }
    }

    /// The functions below the innermost folder above `path` that has any. For a contract in a folder of its own at
    /// the top of the repository, that is all functions: a contract that all may share.
    fn below_nearest_folder(&mut self, path: &RepoPath) -> &[u32] {
        folders_above(path).find_map(|folder| self.below.get(folder)).map_or(&[], Vec::as_slice)
    }
}

/// What one changeset touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Touched {
    /// Its number in the history.
    pub changeset: u32,
    /// When.
    pub time: Timestamp,
    /// The functions whose own behaviour changed, sorted.
    pub own: Vec<u32>,
    /// The sets of functions whose shared behaviour changed, sorted.
    pub shared: Vec<SetId>,
    /// The functions whose contract changed, sorted.
    pub contract: Vec<u32>,
    /// True if any behaviour changed, somebody's or nobody's.
    pub behaviour: bool,
}

/// What each changeset up to `as_of` touches, in an order that does not depend on how the history lists them.
pub(crate) fn touched(table: &Table, history: &History, as_of: Timestamp) -> Vec<Touched> {
    each(history, as_of, &|touched, change| touch(touched, table, change))
}

/// The functions that each changeset up to `as_of` touches by a change of code, contract, configuration or tests; they
/// stand in [`Touched::own`].
pub(crate) fn touched_in_any_way(table: &Table, history: &History, as_of: Timestamp) -> Vec<Touched> {
    let counts = |change: &FileChange| {
        use ChangeKind::{Behaviour, Configuration, Contract, Test};
        !is_pure_move(change) && matches!(change.kind, Behaviour | Contract | Configuration | Test)
    };
    each(history, as_of, &|touched, change| {
        if counts(change) {
            touch_owners(touched, table, change);
        }
    })
}

/// The functions that each changeset up to `as_of` touches at all; they stand in [`Touched::own`].
pub(crate) fn touched_at_all(table: &Table, history: &History, as_of: Timestamp) -> Vec<Touched> {
    each(history, as_of, &|touched, change| touch_owners(touched, table, change))
}

/// Notes the functions whose file, or whose part of a file, a change is of.
fn touch_owners(touched: &mut Touched, table: &Table, change: &FileChange) {
    let own = |part: &Code| match part {
        Code::Own(function) | Code::Entry(function, _) => Some(*function),
        Code::Nobody | Code::Shared(_) => None,
    };
    match table.parts(change) {
        Some(parts) => touched.own.extend(parts.iter().filter_map(own)),
        None => touched.own.extend(table.get(change).owner),
    }
    touched.behaviour |= !touched.own.is_empty();
}

/// Lets `note` note each change of each changeset up to `as_of`.
fn each(history: &History, as_of: Timestamp, note: &dyn Fn(&mut Touched, &FileChange)) -> Vec<Touched> {
    let mut all: Vec<Touched> = (0u32..)
        .zip(&history.changesets)
        .filter(|(_, changeset)| changeset.time <= as_of && !changeset.kind.is_pending())
        .map(|(number, changeset)| touched_by(number, changeset.time, &changeset.changes, note))
        .collect();
    let id = |touched: &Touched| history.changesets[touched.changeset as usize].id;
    all.sort_by(|a, b| a.time.cmp(&b.time).then_with(|| id(a).cmp(&id(b))));
    all
}

/// What `changes`, all or some of those of the changeset `number`, touch by their behaviour and contracts.
pub(crate) fn touched_by_changes(table: &Table, number: u32, time: Timestamp, changes: &[FileChange]) -> Touched {
    touched_by(number, time, changes, &|touched, change| touch(touched, table, change))
}

/// Lets `note` note each of `changes`.
fn touched_by(
    number: u32,
    time: Timestamp,
    changes: &[FileChange],
    note: &dyn Fn(&mut Touched, &FileChange),
) -> Touched {
    let mut touched = Touched { changeset: number, time, ..Touched::default() };
    changes.iter().for_each(|change| note(&mut touched, change));
    for list in [&mut touched.own, &mut touched.shared, &mut touched.contract] {
        list.sort_unstable();
        list.dedup();
    }
    touched
}

/// True if a change leaves every byte as it was: a move, or a change of the mode.
fn is_pure_move(change: &FileChange) -> bool {
    change.status == FileStatus::Renamed || (change.status == FileStatus::Modified && change.before == change.after)
}

/// True if a change is one of behaviour, whoever's.
pub(crate) fn changes_behaviour(change: &FileChange) -> bool {
    change.kind == ChangeKind::Behaviour && !is_pure_move(change)
}

/// Notes whose behaviour a change of `code` is.
fn touch_code(touched: &mut Touched, code: Code) {
    match code {
        Code::Nobody => {}
        Code::Own(function) => touched.own.push(function),
        Code::Shared(set) => touched.shared.push(set),
        Code::Entry(function, set) => {
            touched.own.push(function);
            touched.shared.push(set);
        }
    }
}

fn touch(touched: &mut Touched, table: &Table, change: &FileChange) {
    if is_pure_move(change) {
        return;
    }
    if let Some(parts) = table.parts(change).filter(|_| change.kind == ChangeKind::Behaviour) {
        touched.behaviour = true;
        parts.iter().for_each(|part| touch_code(touched, *part));
        return;
    }
    if let Some(functions) = table.contract_of(change) {
        touched.contract.extend(functions);
        return;
    }
    match change.kind {
        ChangeKind::Behaviour => {
            touched.behaviour = true;
            touch_code(touched, table.get(change).code);
        }
        ChangeKind::Contract
        | ChangeKind::Configuration
        | ChangeKind::Dependency
        | ChangeKind::Test
        | ChangeKind::Documentation
        | ChangeKind::Cosmetic => {}
    }
}
