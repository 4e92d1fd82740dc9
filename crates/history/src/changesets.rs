//! From what each commit did to the changesets of a [`History`]: paths numbered, renames followed, kinds told, and
//! what does not count set aside.

use std::collections::BTreeSet;

use lockstep_model::{
    Author, BlobId, ChangeKind, Changeset, ChangesetKind, CommitId, DropReason, FileChange, FileStatus, History,
    PathId, RepoPath,
};
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::{
    Difference, Scope, count, diff, filter,
    follow::{self, Change, Paths},
    kind::Kinds,
    objects::{ObjectError, Objects},
    walk::{Batch, End, MainLine, Step, WrittenBy},
};

/// The files of the commit `step`; none if they cannot all be read.
pub(crate) fn files(objects: &mut Objects<'_>, step: &Step) -> Option<FxHashSet<RepoPath>> {
    let mut files = FxHashSet::default();
    diff::diff(objects, None, Some(&step.tree), &mut |change| {
        files.insert(RepoPath::from_git(change.path));
    })
    .ok()?;
    Some(files)
}

/// Fills `history` from what the commits of `line` did, and then from `change`, if there is one. `today` are the files
/// after the last of them; without them renames are not followed. Gives the distinct objects that could not be read.
pub(crate) fn assemble(
    history: &mut History,
    line: &MainLine,
    batches: &[Batch],
    pending: Option<&Difference>,
    today: Option<&FxHashSet<RepoPath>>,
    kinds: &Kinds,
    scope: Scope,
) -> Vec<ObjectError> {
    let mut paths = Paths::default();
    let mut drafts = numbered(batches, &mut paths);
    if let Some(pending) = pending {
        drafts.extend(pending.changes(&mut paths).map(|changes| Draft { changes: Ok(changes), writer: &NOBODY }));
    }
    if today.is_some() {
        drafts.par_iter_mut().for_each(|draft| {
            if let Ok(changes) = &mut draft.changes {
                follow::pair(changes, &paths);
            }
        });
    }
    let mut names = match today {
        Some(today) => {
            let changes: Vec<&[Change]> = drafts.iter().map(Draft::changes).collect();
            follow::names_of_today(&changes, today, &mut paths)
        }
        None => drafts.iter().map(|draft| draft.changes().iter().map(|change| change.then).collect()).collect(),
    };
    let kind_of: Vec<ChangeKind> = paths.list().par_iter().map(|path| kinds.of(path.as_str())).collect();

    let mut failures = BTreeSet::new();
    history.total = line.steps.len() as u32;
    let mut last = || {
        let (draft, names) = (drafts.pop()?, names.pop()?);
        Some(draft.changes().iter().zip(names).map(|(change, path)| file_change(change, path, &kind_of)).collect())
    };
    let not_yet = pending.and_then(|pending| Some(not_made_yet(pending, last()?, last()?, &paths)));
    for (at, ((step, draft), names)) in line.steps.iter().zip(drafts).zip(names).enumerate() {
        let edge = (at == 0).then_some(&line.end);
        match draft.judge(edge, step, scope) {
            Some(reason) => count(history, reason),
            None => {
                let changes =
                    draft.changes().iter().zip(names).map(|(change, path)| file_change(change, path, &kind_of));
                match worth_counting(changes.collect(), &paths, scope) {
                    Some(changes) => history.changesets.push(changeset(step, draft.writer, changes)),
                    None => count(history, DropReason::NoBehaviour),
                }
            }
        }
        failures.extend(draft.changes.err());
    }
    history.changesets.extend(not_yet.into_iter().flatten());
    history.paths = paths.into_list();
    failures.into_iter().map(|Ordered(error)| error).collect()
}

/// What one commit did, its paths numbered for the whole history.
struct Draft<'a> {
    changes: Result<Vec<Change>, Ordered>,
    writer: &'a WrittenBy,
}

/// Who writes what is not made yet.
const NOBODY: WrittenBy = WrittenBy { bot: false, author: None };

/// Orders failures by what they say, so that each is told once and in the same order in every run.
#[derive(Debug, PartialEq, Eq)]
struct Ordered(ObjectError);

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.to_string().cmp(&other.0.to_string())
    }
}

impl Draft<'_> {
    fn changes(&self) -> &[Change] {
        self.changes.as_deref().unwrap_or_default()
    }

    /// Whether what `scope` calls a program wrote it.
    fn is_by_bot(&self, step: &Step, scope: Scope) -> bool {
        match scope {
            Scope::Behaviour => self.writer.bot,
            Scope::ByPeople => filter::is_bot(&step.author),
            Scope::EveryCommit => false,
        }
    }

    /// Why it is set aside at first sight. `edge` is where the main line ends, for the oldest commit of it.
    fn judge(&self, edge: Option<&End>, step: &Step, scope: Scope) -> Option<DropReason> {
        match (edge, &self.changes) {
            (Some(End::Shallow), _) => Some(DropReason::ShallowBoundary),
            (Some(End::Broken(_)), _) => Some(DropReason::MissingObject),
            (_, Err(Ordered(ObjectError::TooLarge { .. }))) => Some(DropReason::Bulk),
            (_, Err(_)) => Some(DropReason::MissingObject),
            (_, Ok(changes)) if changes.is_empty() => Some(DropReason::Empty),
            _ if self.is_by_bot(step, scope) => Some(DropReason::Bot),
            _ => None,
        }
    }
}

/// Gives the paths of all batches one numbering. Batches come in the order of the history, whoever read them, so the
/// numbers do not depend on the threads.
fn numbered<'a>(batches: &'a [Batch], paths: &mut Paths) -> Vec<Draft<'a>> {
    let mut drafts = Vec::with_capacity(batches.iter().map(|batch| batch.deeds.len()).sum());
    for batch in batches {
        let ids: Vec<PathId> = batch.paths.iter().map(|path| paths.id(RepoPath::from_git(path))).collect();
        drafts.extend(batch.deeds.iter().map(|deed| Draft {
            changes: deed.facts.as_ref().map_err(|error| Ordered(error.clone())).map(|facts| {
                let change = |fact: &crate::walk::Fact| {
                    Change::raw(ids[fact.path as usize], fact.status, fact.before, fact.after)
                };
                facts.iter().map(change).collect()
            }),
            writer: &deed.writer,
        }));
    }
    drafts
}

fn file_change(change: &Change, path: PathId, kind_of: &[ChangeKind]) -> FileChange {
    let kind = if change.is_submodule() {
        ChangeKind::Dependency
    } else if change.keeps_content() {
        ChangeKind::Cosmetic
    } else {
        kind_of[change.then.0 as usize]
    };
    FileChange {
        path,
        then: change.then,
        status: change.status,
        kind,
        before: BlobId(change.before.id),
        after: BlobId(change.after.id),
    }
}

/// The changes in order, if one of them is of a kind that `scope` keeps: of behaviour, of a contract or of configuration
/// in any case.
fn worth_counting(mut changes: Vec<FileChange>, paths: &Paths, scope: Scope) -> Option<Vec<FileChange>> {
    let counts = |change: &FileChange| {
        scope != Scope::Behaviour
            || matches!(change.kind, ChangeKind::Behaviour | ChangeKind::Contract | ChangeKind::Configuration)
    };
    if !changes.iter().any(counts) {
        return None;
    }
    in_order(&mut changes, paths);
    Some(changes)
}

fn in_order(changes: &mut Vec<FileChange>, paths: &Paths) {
    changes.sort_unstable_by(|a, b| {
        let key = |change: &FileChange| (paths.get(change.path), paths.get(change.then), change.status);
        key(a).cmp(&key(b))
    });
    join_moves(changes);
}

/// The change that is looked at, and what was there before it: on the other side of a merge, or in earlier commits of
/// the branch.
fn not_made_yet(
    pending: &Difference,
    changes: Vec<FileChange>,
    earlier: Vec<FileChange>,
    paths: &Paths,
) -> [Changeset; 2] {
    let (mut brought, mut own): (Vec<_>, Vec<_>) =
        changes.into_iter().partition(|change| pending.is_brought(paths.get(change.then)));
    brought.extend(earlier);
    in_order(&mut own, paths);
    in_order(&mut brought, paths);
    let changeset = |kind, changes| Changeset {
        id: CommitId::default(),
        time: ChangesetKind::NOT_YET,
        author: Author { name: String::new(), email: String::new() },
        subject: String::new(),
        kind,
        changes,
    };
    [changeset(ChangesetKind::Pending, own), changeset(ChangesetKind::Brought, brought)]
}

/// A deletion and an addition of what is one path today are a move that changed the content: it was the folder
/// that moved, and only the whole history shows it.
fn join_moves(changes: &mut Vec<FileChange>) {
    let mut joined: Vec<FileChange> = Vec::with_capacity(changes.len());
    for group in changes.chunk_by(|a, b| a.path == b.path) {
        match group {
            [a, b] => match (a.status, b.status) {
                (FileStatus::Deleted, FileStatus::Added) => joined.push(move_of(a, b)),
                (FileStatus::Added, FileStatus::Deleted) => joined.push(move_of(b, a)),
                _ => joined.extend_from_slice(group),
            },
            _ => joined.extend_from_slice(group),
        }
    }
    *changes = joined;
}

fn move_of(deleted: &FileChange, added: &FileChange) -> FileChange {
    FileChange { status: FileStatus::RenamedModified, before: deleted.before, ..*added }
}

fn changeset(step: &Step, writer: &WrittenBy, changes: Vec<FileChange>) -> Changeset {
    Changeset {
        id: CommitId(step.id),
        time: step.time,
        author: Author::clone(writer.author.as_ref().unwrap_or(&step.author)),
        subject: step.subject.clone(),
        kind: step.kind,
        changes,
    }
}
