//! Whose part of a file changed, where functions reach parts of it: the definitions of each version are compared, and
//! the functions that reach a changed one are those that changed.

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

use crate::{
    Past, Project,
    contents::{self, Contents, Unread, Wanted, each_file},
    past::{Known, Pair},
};

/// What is asked of one file, with the numbers of the functions that ask for each.
struct Askers {
    asked: Vec<Asked>,
    functions: Vec<Vec<u32>>,
}

/// What a file held before and after a change, and the functions of each part that changed.
type Change = (Pair, Vec<Vec<u32>>);

/// What became of the changes of one file.
#[derive(Default)]
struct Told {
    parts: Vec<Change>,
    unread: Unread,
    unparsed: usize,
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
    let past = project.past.as_deref();
    let known = Past::known(past);
    let mut today = Vec::new();
    let files = in_parts(project, functions, closures, &known, &mut today);
    let askers: Vec<Option<&Askers>> = history.paths.iter().map(|path| files.get(path)).collect();
    let mut changes: BTreeMap<PathId, Vec<&FileChange>> = BTreeMap::new();
    let all = history.changesets.iter().flat_map(|changeset| &changeset.changes);
    for change in all.filter(|change| askers[change.path.0 as usize].is_some() && is_of_behaviour(change)) {
        changes.entry(change.path).or_default().push(change);
    }
    let open = |change: &FileChange| !known.knows_parts(history.path(change.path), change);
    let wanted = Wanted::of(changes.values().flatten().copied(), &open);
    let told = each_file(project, jobs, wanted, &|path, contents| {
        let (file, changes) = (history.path(path), &changes[&path]);
        let read = Read::of(file, changes.iter().filter(|change| open(change)), contents, project.kept());
        let told = askers[path.0 as usize].map(|askers| tell(file, askers, changes, &known, &read));
        (told.unwrap_or_default(), past.map(|_| read))
    });
    drop(known);
    if let Some(past) = past.filter(|_| !today.is_empty()) {
        past.add(|known| {
            today.into_iter().for_each(|(path, id, outline)| known.code_mut(&path).add_version(id, outline));
        });
    }
    let mut lost = Told::default();
    for (path, (told, read)) in told {
        if let (Some(past), Some(read)) = (past, read) {
            past.add(|known| read.keep(history.path(path), known));
        }
        for ((before, after), functions) in told.parts {
            parts.add_part(path, before, after, functions);
        }
        lost.unread += told.unread;
        lost.unparsed += told.unparsed;
    }
    lost.problems()
}

fn is_of_behaviour(change: &FileChange) -> bool {
    change.kind == ChangeKind::Behaviour && change.status != FileStatus::Renamed
}

/// What a file holds today, with its outline; none in it if it does not parse.
type Today = (RepoPath, BlobId, Option<Outline>);

/// The files of which some function reaches a part only, with what each function asks of them. Outlines of today that had to be
/// read are added to `today`.
fn in_parts(
    project: &Project,
    functions: &[Function],
    closures: &[Closure],
    known: &Known,
    today: &mut Vec<Today>,
) -> FxHashMap<RepoPath, Askers> {
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
    let files = asked
        .into_iter()
        .filter(|(path, asked)| !contracts.contains(path) && asked.keys().any(|asked| *asked != Asked::Whole));
    files
        .filter_map(|(path, asked)| Some((path.clone(), told_apart_today(project, path, asked, known, today)?)))
        .collect()
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
/// the file.
fn told_apart_today(
    project: &Project,
    path: &RepoPath,
    asked: BTreeMap<Asked, Vec<u32>>,
    known: &Known,
    today: &mut Vec<Today>,
) -> Option<Askers> {
    let (asked, functions): (Vec<Asked>, Vec<Vec<u32>>) = asked.into_iter().unzip();
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
    let reached = today.reached(&asked);
    let there: Vec<usize> = (0..asked.len()).filter(|number| reached.is_reached(*number)).collect();
    if there.iter().all(|number| reached.is_reached_whole(*number)) {
        return None;
    }
    let kept = |number: &usize| (asked[*number].clone(), functions[*number].clone());
    let (asked, functions) = there.iter().map(kept).unzip();
    Some(Askers { asked, functions })
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
        let code = known.code_mut(path);
        for (id, outline) in self.outlines {
            code.add_version(id, outline);
        }
        for (pair, changed) in self.changed {
            code.add_changed(pair, changed);
        }
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
            _ if known.is_unusable(id) || read.unusable.contains(&id) => told.unread.unusable += 1,
            _ => told.unread.missing += 1,
        }
    }
    for change in changes {
        let pair = (change.before, change.after);
        let changed = read.changed.get(&pair).or_else(|| code.and_then(|code| code.changed(change)));
        let Some(changed) = changed else { continue };
        let numbers = |part: Vec<usize>| part.into_iter().flat_map(|asked| askers.functions[asked].clone()).collect();
        let side = |id: BlobId| reached.get(&id).map(AsRef::as_ref);
        let parts = changed.parts(side(change.before), side(change.after)).into_iter().map(numbers).collect();
        told.parts.push((pair, parts));
    }
    told
}

impl Told {
    fn problems(&self) -> Vec<Problem> {
        let lost = [
            (self.unread.missing, ProblemKind::History, "are not in this clone"),
            (self.unread.unusable, ProblemKind::UnparsedSource, "are no text that people wrote"),
            (self.unparsed, ProblemKind::UnparsedSource, "do not parse"),
        ];
        let tell = |(number, kind, why): (usize, ProblemKind, &str)| {
            let what = if number == 1 { "1 version".to_owned() } else { format!("{number} versions") };
            let message = format!(
                "{what} of files of which functions reach parts {why}: such changes count for all that reach the file"
            );
            Problem::general(kind, message)
        };
        lost.into_iter().filter(|(number, ..)| *number > 0).map(tell).collect()
    }
}
