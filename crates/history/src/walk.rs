//! The main line of a history: its commits, walked by first parents, and what is known of each.

use std::{collections::HashSet, sync::Arc};

use lockstep_model::{Author, ChangesetKind, Timestamp};
use rustc_hash::FxHashSet;

use crate::{
    commit::{People, RawCommit},
    diff::{RawStatus, Side},
    filter, group,
    line::Known,
    mining::{Commits, Sink, Walked},
    objects::{ObjectError, ObjectId},
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
    pub(crate) author: Arc<Author>,
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

/// Follows the first parents of `head`, to the first of those that are `known`, which are given with their trees: that one is
/// told beside the commits after it; none if none of them was met.
pub(crate) fn main_line(
    commits: &mut Commits<'_>,
    sink: &mut Sink<'_>,
    head: ObjectId,
    known: &Known<'_>,
    shallow: &HashSet<ObjectId>,
) -> Walked {
    let (mut order, mut seen) = (Vec::new(), FxHashSet::default());
    let (mut next, mut met) = (head, None);
    // The newest commit that is still to be told what it changed.
    let mut open: Option<(u32, ObjectId, ObjectId)> = None;
    let mut close = |sink: &mut Sink<'_>, with: Option<ObjectId>, then: Option<(u32, ObjectId, ObjectId)>| {
        if let Some((number, id, tree)) = std::mem::replace(&mut open, then) {
            sink.changed(number, id, tree, with);
            order.push((number, with));
        }
    };
    let end = loop {
        if let Some(tree) = known.tree(&next) {
            met = Some(next);
            close(sink, Some(tree), None);
            break End::Root;
        }
        // Names are not verified against contents, so a crafted history can run in a circle.
        if !seen.insert(next) {
            break End::Broken(ObjectError::broken(&next, "it is its own ancestor"));
        }
        let mut looked = match commits.look(&next) {
            Ok(looked) => looked,
            Err(error) => break End::Broken(error),
        };
        let number = sink.found(&mut looked);
        close(sink, Some(looked.tree), Some((number, next, looked.tree)));
        match looked.parents.first() {
            _ if shallow.contains(&next) => break End::Shallow,
            Some(parent) => next = *parent,
            None => break End::Root,
        }
    };
    close(sink, None, None);
    order.reverse();
    Walked { order, end, met }
}

/// The step that `commit`, called `id`, is; what it changed is told later.
pub(crate) fn step(id: ObjectId, commit: &RawCommit<'_>, people: &mut People) -> Step {
    let merge = commit.parents.len() > 1;
    let (subject, bot_branch) = if merge {
        let message = commit.message();
        let words = group::words(&message);
        (words.subject, words.branch.is_some_and(filter::is_bot_branch))
    } else {
        (commit.first_line(), false)
    };
    Step {
        id,
        tree: commit.tree,
        before: None,
        merged: commit.parents.get(1).copied(),
        kind: if merge { ChangesetKind::Merge } else { ChangesetKind::Commit },
        author: commit.author_of(people),
        time: commit.time,
        subject,
        bot_branch,
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
    pub(crate) author: Option<Arc<Author>>,
}

/// What some neighbouring changesets did.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) paths: Vec<Box<[u8]>>,
    pub(crate) deeds: Vec<Deed>,
}
