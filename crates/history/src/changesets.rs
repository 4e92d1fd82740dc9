//! From what each commit did to the changesets of a [`History`]: paths numbered, renames followed, kinds told, and
//! what does not count set aside.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use lockstep_model::{
    Author, BlobId, ChangeKind, Changeset, ChangesetKind, CommitId, DropReason, FileChange, FileStatus, History,
    PathId, RepoPath,
};
use rustc_hash::FxHashSet;

use crate::{
    Difference, Line, Scope,
    deeds::{Deeds, Did, numbered},
    diff::{self, RawStatus, Side},
    filter,
    follow::{self, Change, Today},
    kind::Kinds,
    line::{BOTH_MODES, Entry, FactCells, modes_of},
    objects::{ObjectError, ObjectId, Objects},
    paths::Paths,
    threads::Threads,
    walk::End,
};

/// Changes that are worth a second thread. Tests have fewer.
pub(crate) const MANY: usize = if cfg!(test) { 4_096 } else { 65_536 };

/// What changesets are made of.
pub(crate) struct MadeOf<'m> {
    pub(crate) line: &'m Line,
    /// A change that comes after the last commit and is not made yet.
    pub(crate) pending: Option<&'m Difference>,
    pub(crate) follow_renames: bool,
    pub(crate) kinds: &'m Kinds,
    pub(crate) scope: Scope,
}

impl MadeOf<'_> {
    /// Fills `history` from what the commits did, and then from what is pending. Gives the distinct objects that could not be
    /// read.
    pub(crate) fn assemble(
        &self,
        history: &mut History,
        objects: &mut Objects<'_>,
        threads: &Threads,
    ) -> Vec<ObjectError> {
        let mut paths = Paths::default();
        let mut deeds = Deeds::of(self.line, self.pending, &mut paths);
        let today = self.today(&deeds, &paths, objects);
        let kinds = self.kinds.all(paths.list(), deeds.kinds(&paths));
        let names = match today {
            Some(today) => {
                deeds.join_moves(&paths);
                follow::names_of_today(&deeds, &today, &mut paths, threads)
            }
            None => follow::names_as_told(&deeds),
        };
        let told = Told { kinds, ranks: paths.ranks(), by_modes: by_modes() };
        let failures = self.fill(history, &deeds, &names, &told, threads);
        if let Some(pending) = self.pending {
            history.changesets.extend(not_made_yet(pending, &deeds, &names, &told, &paths));
        }
        history.paths = paths.into_list();
        failures.into_iter().map(|Ordered(error)| error).collect()
    }

    /// The files after the last of the deeds: as the pending change has them, or as the line tells, or as the tree of its last
    /// commit has them. None if that cannot be told, or nobody asks; then renames are not followed.
    fn today(&self, deeds: &Deeds<'_>, paths: &Paths, objects: &mut Objects<'_>) -> Option<Today<'_>> {
        if !self.follow_renames {
            return None;
        }
        if let Some(pending) = self.pending {
            return Some(Today::Names(Cow::Borrowed(&pending.files)));
        }
        // Commits of all branches do not follow each other: what they did leads nowhere.
        let follows = self.scope != Scope::EveryCommit;
        let by_line = || deeds.there(paths).filter(|_| follows).map(Today::Numbers);
        by_line().or_else(|| files(objects, &self.line.last()?.tree).map(|files| Today::Names(Cow::Owned(files))))
    }

    /// Adds a changeset for every commit that counts. Another thread makes those of the newer half of all changes.
    fn fill(
        &self,
        history: &mut History,
        deeds: &Deeds<'_>,
        names: &[PathId],
        told: &Told,
        threads: &Threads,
    ) -> BTreeSet<Ordered> {
        let all = deeds.made();
        let (half, before) = if names.len() < MANY { (all, names.len()) } else { deeds.half() };
        let (older, newer) = names.split_at(before.min(names.len()));
        let there = || self.made(deeds, half..all, newer, told, (all - half) as usize);
        let here = || self.made(deeds, 0..half, older, told, all as usize);
        let (mut more, mut made) = threads.both(half < all, there, here);
        made.changesets.append(&mut more.changesets);
        history.total = all;
        history.changesets = made.changesets;
        for (reason, number) in made.dropped.into_iter().chain(more.dropped) {
            *history.dropped.entry(reason).or_default() += number;
        }
        made.failures.append(&mut more.failures);
        made.failures
    }

    /// What is made of some of the commits; `names` are those of today, and `room` is how many changesets there may be.
    fn made(&self, deeds: &Deeds<'_>, commits: Range<u32>, mut names: &[PathId], told: &Told, room: usize) -> Made {
        let mut made = Made { changesets: Vec::with_capacity(room), ..Made::default() };
        let mut changes = Vec::new();
        deeds.each(commits, |number, entry, did| {
            let (own, rest) = names.split_at(did.len());
            names = rest;
            let edge = (number == 0).then_some(self.line.end());
            let dropped = judge(edge, entry, did, self.scope).or_else(|| {
                changes.clear();
                told.add(&mut changes, did, own);
                is_not_counted(&changes, self.scope).then_some(DropReason::NoBehaviour)
            });
            match dropped {
                Some(reason) => *made.dropped.entry(reason).or_default() += 1,
                None => {
                    told.put_in_order(&mut changes);
                    made.changesets.push(changeset(entry, changes.clone()));
                }
            }
            if let Did::Unread(error) = did {
                made.failures.insert(Ordered((*error).clone()));
            }
        });
        made
    }
}

/// What is made of some commits.
#[derive(Default)]
struct Made {
    changesets: Vec<Changeset>,
    /// How many were set aside, and why.
    dropped: BTreeMap<DropReason, u32>,
    /// What could not be read.
    failures: BTreeSet<Ordered>,
}

/// The files of the tree `tree`; none if they cannot all be read.
fn files(objects: &mut Objects<'_>, tree: &ObjectId) -> Option<FxHashSet<RepoPath>> {
    let mut files = FxHashSet::default();
    diff::diff(objects, None, Some(tree), &mut |change| {
        files.insert(RepoPath::from_git(change.path));
    })
    .ok()?;
    Some(files)
}

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

/// Why the commit is set aside at first sight. `edge` is where the main line ends, for the oldest commit of it.
fn judge(edge: Option<&End>, entry: &Entry<'_, '_>, did: &Did<'_>, scope: Scope) -> Option<DropReason> {
    match (edge, did) {
        (Some(End::Shallow), _) => Some(DropReason::ShallowBoundary),
        (Some(End::Broken(_)), _) => Some(DropReason::MissingObject),
        (_, Did::Unread(ObjectError::TooLarge { .. })) => Some(DropReason::Bulk),
        (_, Did::Unread(_)) => Some(DropReason::MissingObject),
        (_, did) if did.len() == 0 => Some(DropReason::Empty),
        _ if is_by_bot(entry, scope) => Some(DropReason::Bot),
        _ => None,
    }
}

/// Whether what `scope` calls a program wrote it.
fn is_by_bot(entry: &Entry<'_, '_>, scope: Scope) -> bool {
    match scope {
        Scope::Behaviour => entry.is_by_bot(),
        Scope::ByPeople => filter::is_bot(entry.author()),
        Scope::EveryCommit => false,
    }
}

/// True unless one of the changes is of a kind that `scope` keeps: of behaviour, of a contract or of configuration in any case.
fn is_not_counted(changes: &[FileChange], scope: Scope) -> bool {
    let counts = |change: &FileChange| {
        matches!(change.kind, ChangeKind::Behaviour | ChangeKind::Contract | ChangeKind::Configuration)
    };
    scope == Scope::Behaviour && !changes.iter().any(counts)
}

/// What paths say, by their numbers.
struct Told {
    kinds: Vec<ChangeKind>,
    /// The place of each in the order of their texts.
    ranks: Vec<u32>,
    /// What happened where the modes before and after are those, and whether it happened to a submodule.
    by_modes: [(FileStatus, bool); BOTH_MODES],
}

/// [`Told::by_modes`].
fn by_modes() -> [(FileStatus, bool); BOTH_MODES] {
    std::array::from_fn(|both| {
        let (before, after) = modes_of(both);
        let side = |mode| Side { mode, id: [0; 20] };
        let change = Change::raw(PathId(0), RawStatus::of(before, after), side(before), side(after));
        (change.status, change.is_submodule())
    })
}

impl Told {
    /// Adds the changes of a commit; `names` are those of today.
    fn add(&self, changes: &mut Vec<FileChange>, did: &Did<'_>, names: &[PathId]) {
        match did {
            Did::Raw(facts, numbers) => {
                let cells = facts.cells().zip(names);
                changes.extend(cells.map(|(fact, path)| self.raw_change(&fact, numbered(*numbers, fact.path), *path)));
            }
            Did::Moved(own) => {
                changes.extend(own.iter().zip(names).map(|(change, path)| self.file_change(change, *path)))
            }
            Did::Unread(_) => {}
        }
    }

    /// The same as [`Self::file_change`] of a change that git tells, for the hundred thousands of them.
    #[inline]
    fn raw_change(&self, fact: &FactCells<'_>, then: PathId, path: PathId) -> FileChange {
        let (status, is_submodule) = self.by_modes[usize::from(fact.modes) % BOTH_MODES];
        let kind = if is_submodule {
            ChangeKind::Dependency
        } else if fact.before == fact.after {
            ChangeKind::Cosmetic
        } else {
            self.kinds[then.0 as usize]
        };
        FileChange { path, then, status, kind, before: BlobId(*fact.before), after: BlobId(*fact.after) }
    }

    fn file_change(&self, change: &Change, path: PathId) -> FileChange {
        let kind = if change.is_submodule() {
            ChangeKind::Dependency
        } else if change.keeps_content() {
            ChangeKind::Cosmetic
        } else {
            self.kinds[change.then.0 as usize]
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

    /// Sorts the changes by their paths.
    fn put_in_order(&self, changes: &mut Vec<FileChange>) {
        let rank = |path: PathId| self.ranks[path.0 as usize];
        // Git tells them in that order, unless something moved.
        if changes.windows(2).all(|pair| rank(pair[0].path) < rank(pair[1].path)) {
            return;
        }
        changes.sort_unstable_by_key(|change| (rank(change.path), rank(change.then), change.status));
        join_moves(changes);
    }
}

/// The change that is looked at, and what was there before it: on the other side of a merge, or in earlier commits of
/// the branch.
fn not_made_yet(
    pending: &Difference,
    deeds: &Deeds<'_>,
    names: &[PathId],
    told: &Told,
    paths: &Paths,
) -> [Changeset; 2] {
    let mut left = names;
    let mut all = deeds.pending().rev().map(|did| {
        let (before, names) = left.split_at(left.len() - did.len());
        left = before;
        let mut changes = Vec::with_capacity(did.len());
        told.add(&mut changes, &did, names);
        changes
    });
    let (changes, earlier) = (all.next().unwrap_or_default(), all.next().unwrap_or_default());
    let (mut brought, mut own): (Vec<_>, Vec<_>) =
        changes.into_iter().partition(|change| pending.is_brought(paths.get(change.then)));
    brought.extend(earlier);
    told.put_in_order(&mut own);
    told.put_in_order(&mut brought);
    let changeset = |kind, changes| Changeset {
        id: CommitId::default(),
        time: ChangesetKind::NOT_YET,
        author: Author { name: String::new(), email: String::new() }.into(),
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

fn changeset(entry: &Entry<'_, '_>, changes: Vec<FileChange>) -> Changeset {
    Changeset {
        id: CommitId(entry.id()),
        time: entry.time(),
        author: Arc::clone(entry.writer().unwrap_or(entry.author())),
        subject: entry.subject().to_owned(),
        kind: entry.kind(),
        changes,
    }
}
