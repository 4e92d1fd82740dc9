//! [`Difference`]: a change that is not part of the history yet: what is staged, or what a branch adds to its base.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use git2::Oid;
use lockstep_model::{BlobId, CommitId, RepoPath};
use rustc_hash::FxHashSet;
use thiserror::Error;

use crate::{
    ObjectError, Repository, RevisionError, TreeFile,
    commit::object_id,
    diff::{self, RawStatus, Side},
    follow::Change,
    index::{Folder, Indexed},
    objects::{ObjectId, Objects, TreeSource},
    paths::Paths,
    trees_of::TreesOf,
};

/// What a change is told from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Against {
    /// `HEAD` against where it left the first of these revisions that is there and has a commit in common with it.
    Base(Vec<String>),
    /// The index against `HEAD`. Git hands an index of its own to hooks, as `GIT_INDEX_FILE`.
    Head {
        /// That file; the repository's own index if none.
        index: Option<PathBuf>,
        /// Where the branch may come from: the commits since it left the first of these that is there belong to the same
        /// change, and what they touch is not missing from it.
        bases: Vec<String>,
        /// Commits that a merge in progress joins to `HEAD`, where git has not written them down yet.
        merged: Vec<String>,
    },
}

/// A change could not be had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DifferenceError {
    /// None of the revisions is in this clone.
    #[error("the base `{}` is not in this clone", rev.escape_debug())]
    NoBase {
        /// The first of them.
        rev: String,
    },
    /// The two have no commit in common, or this clone does not reach back to it.
    #[error("`{}` and HEAD have no commit in common here", rev.escape_debug())]
    NoMergeBase {
        /// The base.
        rev: String,
    },
    /// There is no index in a bare repository.
    #[error("a bare repository has no index: nothing can be staged")]
    Bare,
    /// The index cannot be read.
    #[error("the index cannot be read: {}", .0.escape_debug())]
    Index(String),
    /// The index leaves out what is not checked out.
    #[error("the index is sparse, and a sparse one is not read")]
    SparseIndex,
    /// `HEAD` cannot be had.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// A tree cannot be read.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

/// A path, what happened to it, and both of its sides.
type Raw = (RepoPath, RawStatus, Side, Side);
/// The files of one side, by path.
pub(crate) type Files = BTreeMap<RepoPath, Side>;

/// A change: what was before, and what differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The commit before it; none before the first commit.
    pub before: Option<CommitId>,
    /// The files after it.
    pub(crate) files: FxHashSet<RepoPath>,
    /// Paths whose conflict is not resolved; they count as unchanged.
    pub conflicts: Vec<RepoPath>,
    changes: Vec<Raw>,
    /// What earlier commits of the branch differ in.
    earlier: Vec<Raw>,
    /// Paths that a merge in progress takes from its other side as they are there.
    brought: FxHashSet<RepoPath>,
}

/// A file that holds something else after a change, and is in all else what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub path: RepoPath,
    /// What it held before.
    pub before: BlobId,
    /// What it holds now.
    pub after: BlobId,
}

impl Difference {
    /// All that it says but for the files after it, in words for programs: two differences between the same files that say
    /// the same here are the same.
    pub fn told(&self) -> String {
        let Self { before, files: _, conflicts, changes, earlier, brought } = self;
        let mut brought: Vec<&RepoPath> = brought.iter().collect();
        brought.sort_unstable();
        format!("{before:?} {conflicts:?} {changes:?} {earlier:?} {brought:?}")
    }

    /// The files that hold something else, if nothing but that differs: no file came, went, or became a link or a program,
    /// and no conflict is left.
    pub fn edits(&self) -> Option<Vec<Edit>> {
        let edit = |(path, status, before, after): &Raw| {
            let edited = *status == RawStatus::Modified && before.mode == after.mode && before.is_file();
            edited.then(|| Edit { path: path.clone(), before: BlobId(before.id), after: BlobId(after.id) })
        };
        self.changes.iter().map(edit).collect::<Option<_>>().filter(|_| self.conflicts.is_empty())
    }

    /// How many paths differ.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// True if nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// What earlier commits of the branch changed, and what the change itself does.
    pub(crate) fn changes(&self, paths: &mut Paths) -> [Vec<Change>; 2] {
        [&self.earlier, &self.changes].map(|changes| {
            let number =
                |(path, status, before, after): &Raw| Change::raw(paths.id(path.clone()), *status, *before, *after);
            changes.iter().map(number).collect()
        })
    }

    /// True if the path is as the other side of the merge has it.
    pub(crate) fn is_brought(&self, path: &RepoPath) -> bool {
        self.brought.contains(path)
    }
}

impl Repository {
    /// The change against `against`.
    ///
    /// # Errors
    /// If one of its sides is not in this clone.
    pub fn difference(&self, against: &Against) -> Result<Difference, DifferenceError> {
        match against {
            Against::Base(revs) => self.since(revs),
            Against::Head { index, bases, merged } => self.staged(index.as_deref(), bases, merged),
        }
    }

    /// What `HEAD` adds to the first of `revs` that is there and has a commit in common with it.
    fn since(&self, revs: &[String]) -> Result<Difference, DifferenceError> {
        let head = self.resolve(None)?;
        let found: Vec<_> = revs.iter().filter_map(|rev| Some((rev, self.resolve(Some(rev)).ok()?))).collect();
        let common = found.iter().find_map(|(_, base)| self.merge_base(base, &head));
        let common = common.ok_or_else(|| match found.first() {
            Some((rev, _)) => DifferenceError::NoMergeBase { rev: (*rev).clone() },
            None => DifferenceError::NoBase { rev: revs.first().cloned().unwrap_or_default() },
        })?;
        let (before, after) = (self.files_of(&common)?, self.files_of(&head)?);
        Ok(difference(Some(CommitId(common)), changes(&before, &after), &after, &[]))
    }

    /// What the index adds to `HEAD`.
    fn staged(&self, index: Option<&Path>, bases: &[String], merged: &[String]) -> Result<Difference, DifferenceError> {
        let Indexed { files: after, conflicts, folders } = self.indexed(index)?;
        let head = match self.resolve(None) {
            Ok(head) => Some(head),
            Err(RevisionError::NoCommits) => None,
            Err(error) => return Err(error.into()),
        };
        let earlier = match head.as_ref().and_then(|head| Some((head, self.left(bases, head)?))) {
            Some((head, base)) => self.changes_between(&base, head, &conflicts)?,
            None => Vec::new(),
        };
        let mut changes = self.changes_to(head.as_ref(), &after, folders.as_ref())?;
        // What is in conflict is neither here nor there.
        changes.retain(|(path, ..)| !conflicts.contains(path));
        let named = merged.iter().filter_map(|rev| self.resolve(Some(rev)).ok());
        let others: Vec<ObjectId> = self.merged_heads().into_iter().chain(named).collect();
        let others = others.iter().map(|other| self.files_of(other)).collect::<Result<Vec<_>, _>>()?;
        let mut difference = difference(head.map(CommitId), changes, &after, &others);
        difference.files.extend(conflicts.iter().cloned());
        difference.conflicts = conflicts;
        difference.earlier = earlier;
        Ok(difference)
    }

    /// Where `head` left the first of `bases` that is there; none if it did not.
    fn left(&self, bases: &[String], head: &ObjectId) -> Option<ObjectId> {
        let base = bases.iter().find_map(|base| self.resolve(Some(base)).ok())?;
        self.merge_base(&base, head).filter(|common| common != head)
    }

    /// The files that would be committed now, with their contents as they are staged.
    ///
    /// # Errors
    /// As [`Self::difference`].
    pub fn staged_files(&self, index: Option<&Path>) -> Result<Vec<TreeFile>, DifferenceError> {
        Ok(self.tree_files_of(self.indexed(index)?.files.into_iter())?)
    }

    /// The commits that a merge in progress joins to `HEAD`.
    fn merged_heads(&self) -> Vec<ObjectId> {
        let text = fs::read(self.git_dir().join("MERGE_HEAD")).unwrap_or_default();
        text.split(|byte| *byte == b'\n').filter_map(|line| object_id(line.trim_ascii())).collect()
    }

    fn merge_base(&self, one: &ObjectId, two: &ObjectId) -> Option<ObjectId> {
        // Mostly one comes from the other, and is near: a search through all parents costs a hundred times as much.
        for (older, newer) in [(one, two), (two, one)] {
            if self.comes_from(newer, older) {
                return Some(*older);
            }
        }
        let oid = |id: &ObjectId| Oid::from_bytes(id).ok();
        let common = self.git().merge_base(oid(one)?, oid(two)?).ok()?;
        common.as_bytes().try_into().ok()
    }

    /// True if `older` is among the next first parents of `newer`, or is it; false if it is not, or cannot be told.
    fn comes_from(&self, newer: &ObjectId, older: &ObjectId) -> bool {
        /// Commits of a branch that somebody works on.
        const FAR_ENOUGH: usize = 100;
        let mut next = *newer;
        for _ in 0..FAR_ENOUGH {
            if next == *older {
                return true;
            }
            match self.commit(&next).ok().and_then(|commit| commit.parents.first().copied()) {
                Some(parent) => next = parent,
                None => return false,
            }
        }
        false
    }

    /// What differs between a commit, or nothing, and `after`. Folders that hold the same are not read.
    fn changes_to(
        &self,
        commit: Option<&ObjectId>,
        after: &Files,
        known: Option<&Folder>,
    ) -> Result<Vec<Raw>, DifferenceError> {
        let Some(commit) = commit else { return Ok(changes(&Files::new(), after)) };
        let tree = self.commit(commit)?.tree;
        let odb = self.odb()?;
        let mut objects = Objects::of(&odb);
        // What git knows of folders saves making their trees, if those are there.
        for known in [known, None] {
            let Some(mut trees) = TreesOf::new(after.iter(), known, &mut objects) else { continue };
            let root = trees.root;
            match between(&mut trees, &tree, &root) {
                Err(_) if known.is_some() => {}
                changes => return Ok(changes?),
            }
        }
        Ok(changes(&self.files_of(commit)?, after))
    }

    /// What differs between two commits, where paths in conflict are not in the second.
    fn changes_between(
        &self,
        before: &ObjectId,
        after: &ObjectId,
        conflicts: &[RepoPath],
    ) -> Result<Vec<Raw>, ObjectError> {
        if conflicts.is_empty() {
            let odb = self.odb()?;
            let [before, after] = [self.commit(before)?.tree, self.commit(after)?.tree];
            return between(&mut Objects::of(&odb), &before, &after);
        }
        let mut files = self.files_of(after)?;
        files.retain(|path, _| !conflicts.contains(path));
        Ok(changes(&self.files_of(before)?, &files))
    }

    /// The files of a commit.
    fn files_of(&self, commit: &ObjectId) -> Result<Files, ObjectError> {
        let tree = self.commit(commit)?.tree;
        let odb = self.odb()?;
        let mut files = Files::new();
        diff::diff(&mut Objects::of(&odb), None, Some(&tree), &mut |change| {
            files.insert(RepoPath::from_git(change.path), change.after);
        })?;
        Ok(files)
    }
}

/// The difference that `changes` are, which lead to `after`; what is in `after` as in one of `others` came with a merge.
fn difference(commit: Option<CommitId>, changes: Vec<Raw>, after: &Files, others: &[Files]) -> Difference {
    let as_there = |path: &RepoPath| others.iter().any(|other| other.get(path) == after.get(path));
    let brought = changes.iter().map(|(path, ..)| path).filter(|path| as_there(path)).cloned().collect();
    Difference {
        before: commit,
        files: after.keys().cloned().collect(),
        conflicts: Vec::new(),
        changes,
        earlier: Vec::new(),
        brought,
    }
}

/// What differs between two trees, in the order of the paths.
fn between(source: &mut impl TreeSource, before: &ObjectId, after: &ObjectId) -> Result<Vec<Raw>, ObjectError> {
    let mut changes: Vec<Raw> = Vec::new();
    diff::diff(source, Some(before), Some(after), &mut |change| {
        changes.push((RepoPath::from_git(change.path), change.status, change.before, change.after));
    })?;
    changes.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(joined(changes))
}

/// The changes with one for each path. A name that is not UTF-8 is spelled otherwise than in git, so it seems to go and to come.
fn joined(changes: Vec<Raw>) -> Vec<Raw> {
    let one = |group: &[Raw]| match group {
        [a, b] => {
            let (gone, come) = if a.1 == RawStatus::Deleted { (a, b) } else { (b, a) };
            let status = status(gone.2, come.3)?;
            Some((a.0.clone(), status, gone.2, come.3))
        }
        _ => group.first().cloned(),
    };
    changes.chunk_by(|a, b| a.0 == b.0).filter_map(one).collect()
}

/// What became of a file that is there before and after; none if it is the same.
fn status(then: Side, now: Side) -> Option<RawStatus> {
    match then {
        _ if then == now => None,
        _ if (then.mode ^ now.mode) & 0o170_000 != 0 => Some(RawStatus::TypeChanged),
        _ => Some(RawStatus::Modified),
    }
}

fn changes(before: &Files, after: &Files) -> Vec<Raw> {
    let mut changes = Vec::new();
    for (path, now) in after {
        match before.get(path) {
            Some(then) => changes.extend(status(*then, *now).map(|status| (path.clone(), status, *then, *now))),
            None => changes.push((path.clone(), RawStatus::Added, Side::default(), *now)),
        }
    }
    for (path, then) in before.iter().filter(|(path, _)| !after.contains_key(*path)) {
        changes.push((path.clone(), RawStatus::Deleted, *then, Side::default()));
    }
    changes.sort_by(|a, b| a.0.cmp(&b.0));
    changes
}
