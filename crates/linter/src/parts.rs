//! Whose part of a file changed, where functions reach parts of it: the definitions of each version are compared, and
//! the functions that reach a changed one are those that changed.

mod memory;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use lockstep_codegraph::{
    KeptFacts, language_of,
    parts::{Asked, Changed, Outline, Reached, Version},
};
use lockstep_coupling::Parts;
use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_history::id_of;
use lockstep_model::{
    BlobId, ChangeKind, Closure, ClosureFile, FileChange, FileKind, FileStatus, Function, History, PathId, RepoPath,
    Symbols,
};
use rustc_hash::{FxHashMap, FxHashSet};

use self::memory::Memory;
use crate::{
    Past, Project,
    contents::{self, Contents, Wanted, each_file},
    past::{Known, Pair},
    traces::Told,
};

/// What is asked of one file, by whom, and what happened to it.
struct File<'h> {
    asked: Vec<Asked>,
    /// The numbers of the functions that ask for each.
    functions: Vec<Vec<u32>>,
    /// Its changes of behaviour, oldest first.
    changes: Vec<&'h FileChange>,
}

/// Those who ask for something that is there today, by their numbers, where not all of them reach all of the file.
struct Askers {
    asked: Vec<Asked>,
    numbers: Vec<u32>,
}

/// Adds to `parts` the changes of files of which functions reach parts. What cannot be had of the past is a problem;
/// the changes that it is about count for the file as a whole.
pub(crate) fn of_code(
    project: &Project,
    functions: &[Function],
    closures: &[Closure],
    history: &History,
    jobs: usize,
    parts: &mut Parts,
) -> Vec<Problem> {
    let files = files(functions, closures, history);
    let mut memory = Memory::of(project);
    let mut lost = Lost::default();
    let mut add = |path: PathId, file: &File<'_>, told: &Told| {
        lost.add(told);
        for (change, asked) in &told.parts {
            let Some(change) = file.changes.get(*change as usize) else { continue };
            parts.add_part(path, change.before, change.after, asked.iter().map(|part| file.functions_of(part)));
        }
    };
    let (mut again, mut keys) = (BTreeMap::new(), BTreeMap::new());
    for (path, file) in &files {
        let key = memory.key(project, history.path(*path), file);
        match memory.told(key.as_ref()) {
            Some(told) => add(*path, file, told),
            None => {
                again.insert(*path, file);
                keys.extend(key.map(|key| (*path, key)));
            }
        }
    }
    let mut learnt = Vec::new();
    for (path, told) in tell_again(project, &again, history, jobs) {
        add(path, again[&path], &told);
        learnt.extend(keys.remove(&path).zip(Some(told)));
    }
    memory.keep(learnt);
    lost.problems()
}

/// Tells whose parts of `files` changed, by what is known of their versions, and by their contents where that is not known.
/// Keeps what it learns.
fn tell_again(
    project: &Project,
    files: &BTreeMap<PathId, &File<'_>>,
    history: &History,
    jobs: usize,
) -> BTreeMap<PathId, Told> {
    let past = project.past.as_deref();
    let known = Past::known(past);
    let mut today = Vec::new();
    let mut askers: BTreeMap<PathId, Askers> = BTreeMap::new();
    for (path, file) in files {
        let apart = told_apart_today(project, history.path(*path), &file.asked, &known, &mut today);
        askers.extend(apart.map(|apart| (*path, apart)));
    }
    let open = |change: &FileChange| !known.knows_parts(history.path(change.path), change);
    let wanted = Wanted::of(askers.keys().flat_map(|path| files[path].changes.iter().copied()), &open);
    let made = each_file(project, jobs, wanted, &|path, contents| {
        let (name, changes) = (history.path(path), &files[&path].changes);
        let read = Read::of(name, changes.iter().filter(|change| open(change)), contents, project.kept());
        (tell(name, &askers[&path], changes, &known, &read), past.map(|_| read))
    });
    drop(known);
    if let Some(past) = past.filter(|_| !today.is_empty()) {
        past.add(|known| {
            for (path, id, outline) in today {
                known.add_code(&path, |code| code.add_version(id, outline));
            }
        });
    }
    // Of a file that nobody tells apart there is nothing to be told.
    let mut all: BTreeMap<PathId, Told> = files.keys().map(|path| (*path, Told::default())).collect();
    for (path, (told, read)) in made {
        if let (Some(past), Some(read)) = (past, read) {
            past.add(|known| read.keep(history.path(path), known));
        }
        all.insert(path, told);
    }
    all
}

impl File<'_> {
    /// The functions that ask for one of these, by their numbers.
    fn functions_of(&self, asked: &[u32]) -> Vec<u32> {
        asked.iter().flat_map(|number| self.functions.get(*number as usize).into_iter().flatten().copied()).collect()
    }
}

fn is_of_behaviour(change: &FileChange) -> bool {
    change.kind == ChangeKind::Behaviour && change.status != FileStatus::Renamed
}

/// What a file holds today, with its outline; none in it if it does not parse.
type Today = (RepoPath, BlobId, Option<Outline>);

/// The files of which some function may reach a part only, and that changed.
fn files<'h>(functions: &[Function], closures: &[Closure], history: &'h History) -> BTreeMap<PathId, File<'h>> {
    let mut asked = asked_of_each(functions, closures);
    let of_path: Vec<Option<_>> = history.paths.iter().map(|path| asked.remove(path)).collect();
    let mut changes: Vec<Vec<&FileChange>> = vec![Vec::new(); of_path.len()];
    let all = history.changesets.iter().flat_map(|changeset| &changeset.changes);
    for change in all.filter(|change| is_of_behaviour(change)) {
        let path = change.path.0 as usize;
        if of_path[path].is_some() {
            changes[path].push(change);
        }
    }
    let files = (0..).map(PathId).zip(of_path.into_iter().zip(changes));
    let changed = files.filter_map(|(path, (asked, changes))| {
        let (asked, functions) = asked?.into_iter().unzip();
        (!changes.is_empty()).then_some((path, File { asked, functions, changes }))
    });
    changed.collect()
}

/// What is asked of each source file, with the numbers of the functions that ask for it, where not all ask for all of it.
fn asked_of_each<'c>(
    functions: &'c [Function],
    closures: &'c [Closure],
) -> FxHashMap<&'c RepoPath, BTreeMap<Asked, Vec<u32>>> {
    let mut starts: BTreeMap<&RepoPath, usize> = BTreeMap::new();
    for entry in functions.iter().filter_map(|function| function.entry.as_ref()) {
        *starts.entry(&entry.path).or_default() += 1;
    }
    let mut asked: FxHashMap<&RepoPath, BTreeMap<Asked, Vec<u32>>> = FxHashMap::default();
    let mut contracts: FxHashSet<&RepoPath> = FxHashSet::default();
    for (number, (function, closure)) in (0u32..).zip(functions.iter().zip(closures)) {
        for file in closure.files.iter().filter(|file| language_of(&file.path).is_some()) {
            match file.kind {
                kind if kind.runs() => {
                    let ask = ask(function, file, &starts);
                    asked.entry(&file.path).or_default().entry(ask).or_default().push(number);
                }
                FileKind::Contract => drop(contracts.insert(&file.path)),
                _ => {}
            }
        }
    }
    asked.retain(|path, asked| !contracts.contains(path) && asked.keys().any(|asked| *asked != Asked::Whole));
    asked
}

fn ask(function: &Function, file: &ClosureFile, starts: &BTreeMap<&RepoPath, usize>) -> Asked {
    let entry = function.entry.as_ref().filter(|entry| entry.path == file.path);
    match (entry.map(|entry| &entry.symbol), &file.symbols) {
        (Some(Some(symbol)), _) if starts.get(&file.path).is_some_and(|count| *count > 1) => {
            Asked::Start(symbol.clone())
        }
        (Some(_), _) | (None, Symbols::All) => Asked::Whole,
        (None, Symbols::Some(names)) => Asked::Names(names.clone()),
    }
}

/// Who asks what of the file, if today's version tells them apart. A function whose symbol is not there has no part of
/// the file. An outline of today that had to be read is added to `today`.
fn told_apart_today(
    project: &Project,
    path: &RepoPath,
    asked: &[Asked],
    known: &Known,
    today: &mut Vec<Today>,
) -> Option<Askers> {
    // Most files are what their last changeset made of them, and that is known.
    let known = project.files.id(path).and_then(|id| known.code(path)?.outline(id));
    let today = match known {
        Some(outline) => Cow::Borrowed(outline?),
        None => {
            let text = project.files.text(path).ok()?;
            let outline = Outline::read(path, &text, project.kept());
            today.extend(version_of(project, path, &text).map(|id| (path.clone(), id, outline.clone())));
            Cow::Owned(outline?)
        }
    };
    let reached = today.reached(asked);
    let there: Vec<usize> = (0..asked.len()).filter(|number| reached.is_reached(*number)).collect();
    if there.iter().all(|number| reached.is_reached_whole(*number)) {
        return None;
    }
    let kept = |number: usize| (asked[number].clone(), number as u32);
    let (asked, numbers) = there.into_iter().map(kept).unzip();
    Some(Askers { asked, numbers })
}

/// The id of what `path` holds today, which is `text`, if it would be read of the past as well: as it is, and as something that
/// people wrote.
fn version_of(project: &Project, path: &RepoPath, text: &str) -> Option<BlobId> {
    let id = project.files.id(path)?;
    (contents::is_written(text) && id_of(text.as_bytes()) == id).then_some(id)
}

/// What was read of the versions of one file.
#[derive(Default)]
struct Read {
    /// The outline of each version; none if it does not parse.
    outlines: BTreeMap<BlobId, Option<Outline>>,
    changed: BTreeMap<Pair, Changed>,
    /// What is no text that people wrote.
    unusable: BTreeSet<BlobId>,
}

impl Read {
    /// Reads and compares the versions of `changes`, as far as they are in `contents`.
    fn of<'c>(
        path: &RepoPath,
        changes: impl Iterator<Item = &'c &'c FileChange>,
        contents: &Contents,
        kept: Option<&dyn KeptFacts>,
    ) -> Self {
        let mut versions: BTreeMap<BlobId, Option<Version>> = BTreeMap::new();
        let mut changed = BTreeMap::new();
        for change in changes {
            for id in [change.before, change.after].into_iter().filter(|id| *id != BlobId::default()) {
                if let Some(text) = contents.get(id) {
                    versions.entry(id).or_insert_with(|| Version::read(path, text, kept));
                }
            }
            let version = |id: BlobId| match id == BlobId::default() {
                true => Some(None),
                false => versions.get(&id)?.as_ref().map(Some),
            };
            if let (Some(before), Some(after)) = (version(change.before), version(change.after)) {
                changed.insert((change.before, change.after), Changed::between(path, before, after));
            }
        }
        let outline = |version: Version| version.outline().clone();
        let outlines = versions.into_iter().map(|(id, version)| (id, version.map(outline))).collect();
        Self { outlines, changed, unusable: contents.unusable().clone() }
    }

    fn keep(self, path: &RepoPath, known: &mut Known) {
        known.add_unusable(self.unusable);
        if self.outlines.is_empty() {
            return;
        }
        known.add_code(path, |code| {
            for (id, outline) in self.outlines {
                code.add_version(id, outline);
            }
            for (pair, changed) in self.changed {
                code.add_changed(pair, changed);
            }
        });
    }
}

/// What those who ask reach in a version.
fn of<'o>(outline: &'o Outline, askers: &Askers) -> Rc<Reached<'o>> {
    Rc::new(outline.reached(&askers.asked))
}

/// Tells whose parts of one file changed, by what is known of its versions and what was read of them.
fn tell(path: &RepoPath, askers: &Askers, changes: &[&FileChange], known: &Known, read: &Read) -> Told {
    let code = known.code(path);
    let kept = |id: BlobId| code.and_then(|code| code.number(id));
    let mut told = Told::default();
    // Most versions have the same outline.
    let mut by_number: FxHashMap<u32, Rc<Reached<'_>>> = FxHashMap::default();
    let mut by_outline: FxHashMap<&Outline, Rc<Reached<'_>>> = FxHashMap::default();
    let mut reached: FxHashMap<BlobId, Rc<Reached<'_>>> = FxHashMap::default();
    let mut seen = FxHashSet::from_iter([BlobId::default()]);
    for id in changes.iter().flat_map(|change| [change.before, change.after]).filter(|id| seen.insert(*id)) {
        match (read.outlines.get(&id), kept(id)) {
            (Some(Some(outline)), _) => {
                reached.insert(id, Rc::clone(by_outline.entry(outline).or_insert_with(|| of(outline, askers))));
            }
            (None, Some(Some((number, outline)))) => {
                reached.insert(id, Rc::clone(by_number.entry(number).or_insert_with(|| of(outline, askers))));
            }
            (Some(None), _) | (None, Some(None)) => told.unparsed += 1,
            _ if known.is_unusable(id) || read.unusable.contains(&id) => told.unusable += 1,
            _ => told.missing += 1,
        }
    }
    for (number, change) in (0u32..).zip(changes) {
        let pair = (change.before, change.after);
        let changed = read.changed.get(&pair).or_else(|| code.and_then(|code| code.changed(change)));
        let Some(changed) = changed else { continue };
        let numbers = |part: Vec<usize>| part.into_iter().map(|asked| askers.numbers[asked]).collect();
        let side = |id: BlobId| reached.get(&id).map(AsRef::as_ref);
        let parts = changed.parts(side(change.before), side(change.after)).into_iter().map(numbers).collect();
        told.parts.push((number, parts));
    }
    told
}

/// What could not be had of the past.
#[derive(Default)]
struct Lost {
    missing: u32,
    unusable: u32,
    unparsed: u32,
}

impl Lost {
    fn add(&mut self, told: &Told) {
        self.missing += told.missing;
        self.unusable += told.unusable;
        self.unparsed += told.unparsed;
    }

    fn problems(&self) -> Vec<Problem> {
        let lost = [
            (self.missing, ProblemKind::History, "are not in this clone"),
            (self.unusable, ProblemKind::UnparsedSource, "are no text that people wrote"),
            (self.unparsed, ProblemKind::UnparsedSource, "do not parse"),
        ];
        let tell = |(number, kind, why): (u32, ProblemKind, &str)| {
            let what = if number == 1 { "1 version".to_owned() } else { format!("{number} versions") };
            let message = format!(
                "{what} of files of which functions reach parts {why}: such changes count for all that reach the file"
            );
            Problem::general(kind, message)
        };
        lost.into_iter().filter(|(number, ..)| *number > 0).map(tell).collect()
    }
}
