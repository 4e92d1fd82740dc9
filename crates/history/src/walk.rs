//! The main line of a history, and what each of its commits changed, read in batches by several threads.

use std::{
    collections::HashSet,
    ffi::OsStr,
    sync::{
        Mutex,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
};

use git2::{ObjectType, RepositoryOpenFlags};
use lockstep_model::{Author, ChangesetKind, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    Progress, Repository,
    commit::Commit,
    diff::{self, RawStatus, Side},
    filter, group, handles,
    objects::{ObjectError, ObjectId, Objects},
};

/// One commit of the main line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) id: ObjectId,
    pub(crate) tree: ObjectId,
    /// The tree that it changed: that of its first parent. None for a commit without one, and at the edge of what is here.
    pub(crate) before: Option<ObjectId>,
    /// What a merge brought in, first of several.
    pub(crate) merged: Option<ObjectId>,
    pub(crate) kind: ChangesetKind,
    pub(crate) author: Author,
    pub(crate) time: Timestamp,
    pub(crate) subject: String,
    /// A merge whose branch only programs push to.
    pub(crate) bot_branch: bool,
}

/// Where the main line ends, going back in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// At the first commit.
    Root,
    /// At the edge of a shallow clone.
    Shallow,
    /// At a commit whose parent cannot be read.
    Broken(ObjectError),
}

/// Commits that follow each other, oldest first: those that are reached by first parents only, or those of
/// [`crate::branches`].
pub(crate) struct MainLine {
    pub(crate) steps: Vec<Step>,
    pub(crate) end: End,
}

/// Follows the first parents of `head`, to the first of those that are `known`: that one is given beside the commits after
/// it; none if none of them was met.
pub(crate) fn main_line(
    objects: &Objects<'_>,
    head: ObjectId,
    known: &FxHashSet<ObjectId>,
    shallow: &HashSet<ObjectId>,
    progress: &(dyn Fn(Progress) + Sync),
) -> (MainLine, Option<ObjectId>) {
    let (mut steps, mut seen) = (Vec::new(), FxHashSet::default());
    let (mut next, mut met) = (head, None);
    let end = loop {
        if known.contains(&next) {
            met = Some(next);
            break End::Root;
        }
        // Names are not verified against contents, so a crafted history can run in a circle.
        if !seen.insert(next) {
            break End::Broken(ObjectError::broken(&next, "it is its own ancestor"));
        }
        let commit = match objects.with(&next, ObjectType::Commit, |bytes| Commit::parse(next, bytes)) {
            Ok(Ok(commit)) => commit,
            Ok(Err(why)) => break End::Broken(ObjectError::broken(&next, why)),
            Err(error) => break End::Broken(error),
        };
        let parent = commit.parents.first().copied();
        steps.push(step(commit, None));
        if steps.len() % 1024 == 0 {
            progress(Progress::Walked(steps.len() as u32));
        }
        match parent {
            _ if shallow.contains(&next) => break End::Shallow,
            Some(parent) => next = parent,
            None => break End::Root,
        }
    };
    steps.reverse();
    for at in 1..steps.len() {
        steps[at].before = Some(steps[at - 1].tree);
    }
    (MainLine { steps, end }, met)
}

/// The step that `commit` is from the tree `before`.
pub(crate) fn step(commit: Commit, before: Option<ObjectId>) -> Step {
    let merge = commit.is_merge();
    let words = group::words(&commit.message, merge);
    Step {
        id: commit.id,
        tree: commit.tree,
        before,
        merged: commit.parents.get(1).copied(),
        kind: if merge { ChangesetKind::Merge } else { ChangesetKind::Commit },
        bot_branch: words.branch.is_some_and(filter::is_bot_branch),
        subject: words.subject,
        author: commit.author,
        time: commit.time,
    }
}

/// One path that a changeset touched. `path` counts in [`Batch::paths`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) path: u32,
    pub(crate) status: RawStatus,
    pub(crate) before: Side,
    pub(crate) after: Side,
}

/// What one changeset did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deed {
    pub(crate) facts: Result<Vec<Fact>, ObjectError>,
    /// Who wrote it.
    pub(crate) writer: WrittenBy,
}

/// Who wrote what a changeset brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WrittenBy {
    /// True for a program.
    pub(crate) bot: bool,
    /// Who wrote the branch that a merge brought; none if the author of the commit did.
    pub(crate) author: Option<Author>,
}

/// What some neighbouring changesets did.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) paths: Vec<Box<[u8]>>,
    pub(crate) deeds: Vec<Deed>,
}

/// What every step of `line` did, in batches that follow each other, read by `pool`. Commits that are `known` are on the
/// main line as well, before its first step.
///
/// # Errors
/// If a thread cannot open the repository.
pub(crate) fn read(
    repository: &Repository,
    line: &MainLine,
    known: &FxHashSet<ObjectId>,
    pool: &rayon::ThreadPool,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Batch>, git2::Error> {
    let steps = &line.steps;
    // Large enough that neighbours share their trees in a thread's cache, small enough that threads end together.
    let size = steps.len().div_ceil(8 * pool.current_num_threads()).clamp(16, 256);
    let on_line: FxHashSet<ObjectId> = steps.iter().map(|step| step.id).chain(known.iter().copied()).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicU32::new(0));
    let batches: Mutex<Vec<(usize, Batch)>> = Mutex::new(Vec::new());
    let (git_dir, folders) = (repository.git_dir(), handles::folders(repository.common_dir()));
    let results = pool.broadcast(|thread| -> Result<(), git2::Error> {
        // The first thread reads as everybody does; opening takes less than a millisecond.
        let separate = (thread.index() > 0).then(|| handles::separate(&folders, thread.index())).flatten();
        let opened: git2::Repository;
        let odb = match separate {
            Some(odb) => odb,
            None => {
                opened = git2::Repository::open_ext(git_dir, RepositoryOpenFlags::NO_SEARCH, [] as [&OsStr; 0])?;
                opened.odb()?
            }
        };
        let mut reader = Reader { objects: Objects::of(&odb), on_line: &on_line };
        loop {
            let first = next.fetch_add(size, Ordering::Relaxed);
            if first >= steps.len() {
                return Ok(());
            }
            let last = (first + size).min(steps.len());
            let batch = reader.batch(line, first, last);
            batches.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((first, batch));
            let read = (last - first) as u32;
            let done = done.fetch_add(read, Ordering::Relaxed) + read;
            progress(Progress::Read { done, total: steps.len() as u32 });
        }
    });
    results.into_iter().collect::<Result<(), _>>()?;
    let mut batches = batches.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    batches.sort_unstable_by_key(|(first, _)| *first);
    Ok(batches.into_iter().map(|(_, batch)| batch).collect())
}

/// One thread's reader.
struct Reader<'r> {
    objects: Objects<'r>,
    on_line: &'r FxHashSet<ObjectId>,
}

impl Reader<'_> {
    fn batch(&mut self, line: &MainLine, first: usize, last: usize) -> Batch {
        let mut ids: FxHashMap<Box<[u8]>, u32> = FxHashMap::default();
        let mut batch = Batch::default();
        for at in first..last {
            let step = &line.steps[at];
            let before = step.before.as_ref();
            let facts = match (&line.end, before) {
                (End::Shallow | End::Broken(_), None) => Ok(Vec::new()),
                _ => self.facts(before, &step.tree, &mut ids, &mut batch.paths),
            };
            batch.deeds.push(Deed { facts, writer: self.writer(step) });
        }
        batch
    }

    fn facts(
        &mut self,
        before: Option<&ObjectId>,
        after: &ObjectId,
        ids: &mut FxHashMap<Box<[u8]>, u32>,
        paths: &mut Vec<Box<[u8]>>,
    ) -> Result<Vec<Fact>, ObjectError> {
        let mut facts = Vec::new();
        diff::diff(&mut self.objects, before, Some(after), &mut |change| {
            let path = match ids.get(change.path) {
                Some(path) => *path,
                None => {
                    let path = paths.len() as u32;
                    ids.insert(change.path.into(), path);
                    paths.push(change.path.into());
                    path
                }
            };
            facts.push(Fact { path, status: change.status, before: change.before, after: change.after });
        })?;
        Ok(facts)
    }

    /// Who wrote what `step` brings. A commit is its author's. A merge is of who wrote what it merges: a person who presses
    /// the button did not write it, and a merge queue that presses it for a person did not either.
    fn writer(&self, step: &Step) -> WrittenBy {
        let of_branch = step.merged.and_then(|tip| self.writer_of_branch(tip));
        match of_branch {
            Some(WrittenBy { bot, author }) => WrittenBy { bot: bot || step.bot_branch, author },
            None => WrittenBy { bot: step.bot_branch || filter::is_bot(&step.author), author: None },
        }
    }

    /// The person who wrote the newest commit of the branch that ends in `tip`, or a program if programs wrote all of it;
    /// none if it cannot be told.
    fn writer_of_branch(&self, tip: ObjectId) -> Option<WrittenBy> {
        /// Programs' branches are short, and each commit costs a read.
        const FAR_ENOUGH: usize = 32;
        let (mut next, mut by_bots) = (tip, None);
        for _ in 0..FAR_ENOUGH {
            if self.on_line.contains(&next) {
                break;
            }
            let read = self.objects.with(&next, ObjectType::Commit, |bytes| Commit::parse(next, bytes));
            let Ok(Ok(commit)) = read else { break };
            // Bringing a branch up to date is no work on it, whoever does it.
            if !commit.is_merge() {
                if !filter::is_bot(&commit.author) {
                    return Some(WrittenBy { bot: false, author: Some(commit.author) });
                }
                by_bots = Some(WrittenBy { bot: true, author: Some(commit.author) });
            }
            match commit.parents.first() {
                Some(parent) => next = *parent,
                None => break,
            }
        }
        by_bots
    }
}
