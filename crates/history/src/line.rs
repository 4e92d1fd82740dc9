//! [`Line`]: a main line as it was read, before anything is made of it. Commits never change, so what was read once can be
//! kept, stand for the repository, and be gone on from.
//!
//! In memory it is what it is on disk: columns of numbers of a fixed width ([`part`]) that are checked once and used where they
//! lie. Reading back a hundred thousand changes of files costs no more than the bytes of them.

mod builder;
mod columns;
mod known;
mod part;
mod rest;

use std::borrow::Cow;

use lockstep_model::{BlobId, CommitId, RepoPath, Timestamp};
use rustc_hash::FxHashMap;

pub(crate) use known::Known;
pub(crate) use part::{BOTH_MODES, Entry, FactCells, Facts, Part, View, modes_of};

use crate::{
    Held,
    diff::RawStatus,
    line::builder::Builder,
    objects::ObjectId,
    walk::{Batch, End, Fact, MainLine},
};

/// The commits of a main line, oldest first, with what each changed, raw: nothing is set aside and no rename followed. Beside it
/// stands what commits and names alone say: what moved within a commit, and the kind that a path tells. Can be written; what is
/// read back is checked and never trusted.
pub struct Line {
    /// Stretches that follow each other, each with numbers of its own.
    parts: Vec<Part>,
}

/// Why bytes are no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no main line of a history")]
pub struct NoLine;

/// One path that one commit changed, as git's raw format tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RawFact<'l> {
    /// The commit.
    pub commit: CommitId,
    /// `A`, `D`, `M`, or `T` where a file became a link or a submodule, or the other way round.
    pub status: char,
    /// Any bytes but NUL.
    pub path: &'l [u8],
    /// Git's mode before; 0 if nothing was there.
    pub mode_before: u32,
    /// Git's mode after; 0 if nothing is there.
    pub mode_after: u32,
    /// The content before.
    pub before: BlobId,
    /// The content after.
    pub after: BlobId,
}

impl Line {
    /// A line without commits.
    pub(crate) fn nothing() -> Self {
        Self { parts: Vec::new() }
    }

    /// The line of what was mined.
    pub(crate) fn of(MainLine { steps, end }: MainLine, batch: Batch) -> Self {
        let mut builder = Builder::default();
        builder.mined(steps, batch);
        Self { parts: vec![builder.part(end)] }
    }

    /// Reads what [`Self::to_bytes`] wrote. The bytes are used where they lie.
    ///
    /// # Errors
    /// If they are anything else, or a number in them leads nowhere.
    pub fn from_bytes(bytes: impl Into<Held>) -> Result<Self, NoLine> {
        Ok(Self { parts: vec![Part::read(bytes.into()).ok_or(NoLine)?] })
    }

    /// The line as bytes: those of the same line are the same, whatever it was made of.
    pub fn to_bytes(&self) -> Cow<'_, [u8]> {
        match self.parts.as_slice() {
            [one] => one.bytes().into(),
            parts => joined(parts, self.len(), self.end().clone()).bytes().to_vec().into(),
        }
    }

    /// If it begins with a line that was read back and a little follows, what follows, as a line of its own. That may be written
    /// instead of all of it, and [joined](Self::and) to what was read.
    pub fn growth(&self) -> Option<Self> {
        /// How many times as many commits were read back.
        const LITTLE: usize = 8;
        let (read, more) = self.parts.split_first().filter(|(first, _)| first.is_read_back())?;
        let number: usize = more.iter().map(Part::len).sum();
        (number <= read.len() / LITTLE).then(|| Self { parts: vec![joined(more, number, End::Root)] })
    }

    /// Its columns, stretch by stretch.
    pub(crate) fn views(&self) -> Vec<View<'_>> {
        self.parts.iter().map(Part::view).collect()
    }

    /// Of the newest commit: the id, the tree and the time; none if there is none.
    pub(crate) fn last(&self) -> Option<Last> {
        let (id, tree, time) = self.parts.iter().rev().find_map(Part::last)?;
        Some(Last { id, tree, time })
    }

    /// Where it ends, going back in time.
    pub(crate) fn end(&self) -> &End {
        self.parts.first().map_or(&End::Root, Part::end)
    }

    /// Every fact, commit by commit, oldest first.
    pub fn facts<'l>(&'l self) -> impl Iterator<Item = RawFact<'l>> {
        self.parts.iter().flat_map(|part| {
            let view = part.view();
            (0..part.len()).flat_map(move |at| facts_of(&view, at))
        })
    }

    /// The newest commit; none if there is none.
    pub fn head(&self) -> Option<CommitId> {
        self.last().map(|last| CommitId(last.id))
    }

    /// The committer's time of the newest commit.
    pub fn head_time(&self) -> Option<Timestamp> {
        self.last().map(|last| last.time)
    }

    /// How many commits it has.
    pub fn len(&self) -> usize {
        self.parts.iter().map(Part::len).sum()
    }

    /// True if it has no commits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True if it goes back to the first commit and all of it could be read.
    pub fn is_whole(&self) -> bool {
        *self.end() == End::Root && self.parts.iter().all(Part::is_whole)
    }

    /// True if `commit` is on it.
    pub fn has(&self, commit: CommitId) -> bool {
        self.position(&commit.0).is_some()
    }

    fn position(&self, id: &ObjectId) -> Option<usize> {
        self.views().iter().flat_map(View::entries).position(|entry| entry.id() == *id)
    }

    /// The paths that were there after `commit`, sorted; none if it is not on the line, or the line does not go back to the
    /// first commit.
    pub fn paths_at(&self, commit: CommitId) -> Option<Vec<RepoPath>> {
        let mut left = self.position(&commit.0)? + 1;
        if *self.end() != End::Root {
            return None;
        }
        let mut all: FxHashMap<&[u8], bool> = FxHashMap::default();
        for part in &self.parts {
            let taken = left.min(part.len());
            all.extend(part.there_after(taken)?);
            left -= taken;
        }
        let there = all.into_iter().filter(|(_, there)| *there);
        let mut paths: Vec<RepoPath> = there.map(|(path, _)| RepoPath::from_git(path)).collect();
        paths.sort_unstable();
        Some(paths)
    }

    /// The line up to `commit`; none if it is not on it.
    pub(crate) fn up_to(self, commit: &ObjectId) -> Option<Self> {
        if self.head().is_some_and(|head| head.0 == *commit) {
            return Some(self);
        }
        let last = self.position(commit)?;
        Some(Self { parts: vec![self.first(last + 1)] })
    }

    /// The line, gone on with `then`, of which the first commit follows on its last.
    #[must_use]
    pub fn and(mut self, then: Self) -> Self {
        self.parts.extend(then.parts.into_iter().filter(|part| part.len() > 0));
        self
    }

    /// The first `number` commits as if nothing else had been read.
    fn first(&self, number: usize) -> Part {
        joined(&self.parts, number, self.end().clone())
    }
}

/// The first `number` commits of `parts`, before which the line ends like that, as one stretch: the paths in the order in which
/// they are first named.
fn joined(parts: &[Part], number: usize, end: End) -> Part {
    let mut builder = Builder::default();
    let mut left = number;
    for part in parts {
        let taken = left.min(part.len());
        builder.first(part, taken);
        left -= taken;
    }
    builder.part(end)
}

/// The newest commit of a line.
#[derive(Clone, Copy)]
pub(crate) struct Last {
    pub(crate) id: ObjectId,
    pub(crate) tree: ObjectId,
    pub(crate) time: Timestamp,
}

/// The facts of commit `at`.
fn facts_of<'p>(view: &View<'p>, at: usize) -> Vec<RawFact<'p>> {
    let Some(entry) = view.entry(at) else { return Vec::new() };
    let Ok(facts) = entry.facts() else { return Vec::new() };
    let raw = |fact: Fact| RawFact {
        commit: CommitId(entry.id()),
        status: match fact.status {
            RawStatus::Added => 'A',
            RawStatus::Deleted => 'D',
            RawStatus::Modified => 'M',
            RawStatus::TypeChanged => 'T',
        },
        path: view.part().path(fact.path),
        mode_before: fact.before.mode,
        mode_after: fact.after.mode,
        before: BlobId(fact.before.id),
        after: BlobId(fact.after.id),
    };
    facts.iter().map(raw).collect()
}

#[cfg(test)]
mod tests;
