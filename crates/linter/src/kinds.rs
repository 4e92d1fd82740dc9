//! What changed: judges the changes of a mined history by what the files held before and after.
//!
//! The history knows a change by its path. Here the two versions are compared: what says the same to a compiler is
//! cosmetic, whatever its path; a manifest of a package whose lists of dependencies alone differ is a dependency, any
//! other change of it is configuration. Only changes that can matter are read: of files that functions reach, of files
//! in their folders, and of contracts.

mod data;
mod packages;
mod text;
mod xml;

use std::collections::BTreeMap;

use lockstep_codegraph::change;
use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{BlobId, ChangeKind, Changeset, Closure, FileChange, FileStatus, History, PathId, RepoPath};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    Past, Project,
    contents::{self, Contents, Wanted},
};

/// Changesets with more files to read are set aside as bulk in any case.
const BULK: usize = 2_000;

/// What the judgement of a history did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Changes of files whose versions were compared.
    pub compared: usize,
    /// What was said, of which changes.
    verdicts: Verdicts,
    /// How many of them became another kind: from what the path says, to what the versions say.
    pub moved: BTreeMap<(ChangeKind, ChangeKind), usize>,
    /// Changes of which a version is not in this clone; they keep what their path says.
    pub missing: usize,
    /// Changes of which a version is too large, minified, or does not parse; they too.
    pub unread: usize,
}

impl Judged {
    /// True if the versions of `change` were compared.
    pub fn has_compared(&self, change: &FileChange) -> bool {
        self.verdicts.get(&pair(change)).is_some_and(Result::is_ok)
    }

    /// How many changes became `kind`.
    pub fn became(&self, kind: ChangeKind) -> usize {
        self.moved.iter().filter(|((_, to), _)| *to == kind).map(|(_, number)| number).sum()
    }

    /// Adds what was done in another repository, whose paths are numbered from `first` on.
    pub(crate) fn add(&mut self, other: Self, first: u32) {
        self.compared += other.compared;
        let number = |((path, before, after), said): (Pair, Verdict)| ((PathId(path.0 + first), before, after), said);
        self.verdicts.extend(other.verdicts.into_iter().map(number));
        other.moved.into_iter().for_each(|(kinds, number)| *self.moved.entry(kinds).or_default() += number);
        self.missing += other.missing;
        self.unread += other.unread;
    }

    /// What is to be said of a clone that lacks contents.
    pub(crate) fn problem(&self) -> Option<Problem> {
        (self.missing > 0).then(|| {
            let message = format!(
                "{} of {} changes of files are judged by their path alone: their contents are not in this clone; \
                 git fetch --refetch --no-filter brings them",
                self.missing,
                self.missing + self.compared
            );
            Problem::general(ProblemKind::History, message)
        })
    }
}

/// A change that may be the same in several changesets: the file's name then, and what it held before and after.
type Pair = (PathId, BlobId, BlobId);

/// What the two versions of a pair say: its kind; or, if they do not say, why.
type Verdict = Result<ChangeKind, Silent>;

/// Why two versions say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Silent {
    /// One of them is not in this clone.
    Missing,
    /// One of them cannot be read.
    Unread,
}

/// Judges the changes of `history` anew, as far as they can matter to functions with these `closures`.
pub fn compare_versions(project: &Project, closures: &[Closure], history: &mut History, jobs: usize) -> Judged {
    let relevant = relevant(closures, history);
    let bulk = |changeset: &Changeset| {
        changeset.changes.iter().filter(|change| relevant[change.path.0 as usize]).count() > BULK
    };
    let wanted =
        history.changesets.iter().filter(|changeset| !bulk(changeset)).flat_map(|changeset| &changeset.changes).filter(
            |change| is_open(change) && (relevant[change.path.0 as usize] || change.kind == ChangeKind::Contract),
        );
    let past = project.past.as_deref();
    let known = Past::known(past);
    let of_path: Vec<_> = history.paths.iter().map(|path| known.kinds(path)).collect();
    let (mut verdicts, mut open) = (Verdicts::default(), Vec::new());
    for change in wanted {
        let said =
            of_path[change.then.0 as usize].and_then(|said| said.get(&(change.kind, change.before, change.after)));
        match said {
            Some(said) => drop(verdicts.insert(pair(change), said.ok_or(Silent::Unread))),
            None => open.push(*change),
        }
    }
    drop(known);
    let read = read(project, history, &open, jobs);
    if let Some(past) = past {
        keep(past, history, &read);
    }
    verdicts.extend(read.into_iter().map(|((pair, _), verdict)| (pair, verdict)));
    apply(history, verdicts)
}

/// What the versions of changes say.
type Verdicts = FxHashMap<Pair, Verdict>;

/// Compares the versions of `changes`, by their contents. What is said comes with the kind that the path says.
fn read(
    project: &Project,
    history: &History,
    changes: &[FileChange],
    jobs: usize,
) -> BTreeMap<(Pair, ChangeKind), Verdict> {
    // In the order of the history: a version is read faster right after the one before it.
    let mut of_file: BTreeMap<PathId, Vec<(Pair, ChangeKind)>> = BTreeMap::new();
    let mut seen = FxHashSet::default();
    for change in changes {
        if seen.insert((change.path, pair(change), change.kind)) {
            of_file.entry(change.path).or_default().push((pair(change), change.kind));
        }
    }
    let verdicts = contents::each_file(project, jobs, Wanted::of(changes.iter(), &|_| true), &|file, contents| {
        let pairs = of_file.get(&file).into_iter().flatten();
        let verdict =
            |(pair, kind): &(Pair, ChangeKind)| ((*pair, *kind), verdict(history.path(pair.0), *kind, *pair, contents));
        pairs.map(verdict).collect::<Vec<_>>()
    });
    verdicts.into_values().flatten().collect()
}

/// Keeps what versions said, and that some said nothing. That a version is not in this clone is not kept.
fn keep(past: &Past, history: &History, verdicts: &BTreeMap<(Pair, ChangeKind), Verdict>) {
    past.add(|known| {
        for ((pair, kind), verdict) in verdicts {
            let said = match verdict {
                Ok(said) => Some(*said),
                Err(Silent::Unread) => None,
                Err(Silent::Missing) => continue,
            };
            known.add_kind(history.path(pair.0), *kind, (pair.1, pair.2), said);
        }
    });
}

fn pair(change: &FileChange) -> Pair {
    (change.then, change.before, change.after)
}

/// True for a change of which the path does not say all.
fn is_open(change: &FileChange) -> bool {
    use ChangeKind::{Behaviour, Configuration, Contract, Dependency};
    change.before != change.after
        && change.status != FileStatus::Renamed
        && matches!(change.kind, Behaviour | Contract | Configuration | Dependency)
}

/// Per path of the history: whether some function reaches it, or has it in its folder.
fn relevant(closures: &[Closure], history: &History) -> Vec<bool> {
    let files: FxHashSet<&RepoPath> =
        closures.iter().flat_map(|closure| &closure.files).map(|file| &file.path).collect();
    let own_folders = closures.iter().flat_map(|closure| &closure.own_folders);
    let folders: FxHashSet<&str> = own_folders.map(RepoPath::as_str).collect();
    let below = |path: &RepoPath| path.folders().any(|folder| folders.contains(folder));
    history.paths.iter().map(|path| files.contains(path) || below(path)).collect()
}

fn apply(history: &mut History, verdicts: Verdicts) -> Judged {
    let mut judged = Judged::default();
    let changes = history.changesets.iter_mut().flat_map(|changeset| &mut changeset.changes);
    for change in changes.filter(|change| is_open(change)) {
        match verdicts.get(&pair(change)) {
            Some(Ok(kind)) => {
                judged.compared += 1;
                if *kind != change.kind {
                    *judged.moved.entry((change.kind, *kind)).or_default() += 1;
                    change.kind = *kind;
                }
            }
            Some(Err(Silent::Missing)) => judged.missing += 1,
            Some(Err(Silent::Unread)) => judged.unread += 1,
            None => {}
        }
    }
    Judged { verdicts, ..judged }
}

fn verdict(path: &RepoPath, kind: ChangeKind, (_, before, after): Pair, contents: &Contents) -> Verdict {
    let text =
        |id: BlobId| contents.get(id).ok_or(if contents.is_missing(id) { Silent::Missing } else { Silent::Unread });
    let (before_text, after_text) = (text(before)?, text(after)?);
    if before == BlobId::default() || after == BlobId::default() {
        return Ok(of_one(path, kind, [before_text, after_text].concat().as_str()));
    }
    of_two(path, kind, before_text, after_text).ok_or(Silent::Unread)
}

/// The kind of a change that adds or deletes a file.
fn of_one(path: &RepoPath, kind: ChangeKind, text: &str) -> ChangeKind {
    match kind {
        ChangeKind::Behaviour if change::is_generated(text) => of_generated(path),
        ChangeKind::Dependency => packages::kind_of_one(path),
        _ => kind,
    }
}

/// What a program writes changes with what it was written from.
fn of_generated(path: &RepoPath) -> ChangeKind {
    if change::is_stub(path) { ChangeKind::Contract } else { ChangeKind::Cosmetic }
}

/// The kind of a change from one text to another; none if one of them does not parse.
fn of_two(path: &RepoPath, kind: ChangeKind, before: &str, after: &str) -> Option<ChangeKind> {
    if change::same_but_for_line_ends(before, after) {
        return Some(ChangeKind::Cosmetic);
    }
    match kind {
        ChangeKind::Dependency => packages::kind(path, before, after),
        ChangeKind::Configuration => {
            Some(if data::agree_at_sight(path, before, after) { ChangeKind::Cosmetic } else { kind })
        }
        ChangeKind::Contract if data::is_tree(path) => data::kind_of_description(path, before, after),
        ChangeKind::Contract if !change::has_syntax(path) => Some(text::kind_of_schema(path, before, after)),
        _ if change::is_generated(after) && kind == ChangeKind::Behaviour => Some(of_generated(path)),
        _ if change::has_syntax(path) => change::agree(path, before, after).map(|agree| cosmetic_if(agree, kind)),
        _ if data::is_tree(path) => data::agree(path, before, after).map(|agree| cosmetic_if(agree, kind)),
        _ => Some(kind),
    }
}

/// True if two versions of a file say the same to whoever runs, builds or reads it as data.
pub(crate) fn says_the_same(path: &RepoPath, before: &str, after: &str) -> bool {
    of_two(path, ChangeKind::Behaviour, before, after) == Some(ChangeKind::Cosmetic) && !change::is_generated(after)
}

fn cosmetic_if(agree: bool, kind: ChangeKind) -> ChangeKind {
    if agree { ChangeKind::Cosmetic } else { kind }
}

#[cfg(test)]
mod tests;
