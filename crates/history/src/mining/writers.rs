//! Who wrote the changesets: people or programs.

use std::sync::Arc;

use git2::ObjectType;
use lockstep_model::Author;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Miner;
use crate::{
    commit::Commit,
    filter,
    line::Known,
    objects::{ObjectId, Objects},
    walk::{Step, WrittenBy},
};

/// Changesets that one thread looks at in turn.
const PIECE: usize = 256;

/// For each of `steps`, who wrote it. Before the first of them the commits that are `known` are on the main line as well.
pub(super) fn written_by(miner: &Miner<'_>, steps: &[Step], known: &Known<'_>) -> Vec<WrittenBy> {
    let new: FxHashSet<ObjectId> = steps.iter().map(|step| step.id).collect();
    let on_line = |id: &ObjectId| new.contains(id) || known.has(id);
    let of = |steps: &[Step]| {
        let mut judge = Judge { objects: miner.store.objects(), on_line: &on_line, known: FxHashMap::default() };
        steps.iter().map(|step| judge.writer(step)).collect::<Vec<WrittenBy>>()
    };
    miner.threads.pieces(steps, PIECE, of)
}

struct Judge<'j> {
    objects: Objects<'j>,
    /// Whether a commit is on the main line.
    on_line: &'j dyn Fn(&ObjectId) -> bool,
    /// Who is a program, and each author once: most commits are written by a few people.
    known: FxHashMap<Author, (bool, Arc<Author>)>,
}

impl Judge<'_> {
    /// Who wrote what `step` brings. A commit is its author's. A merge is of who wrote what it merges: a person who presses
    /// the button did not write it, and a merge queue that presses it for a person did not either.
    fn writer(&mut self, step: &Step) -> WrittenBy {
        match step.merged.and_then(|tip| self.writer_of_branch(tip)) {
            Some((bot, author)) => WrittenBy { bot: bot || step.bot_branch, author: Some(author) },
            None => WrittenBy { bot: step.bot_branch || self.look(&step.author).0, author: None },
        }
    }

    /// Whether `author` is a program, and the author.
    fn look(&mut self, author: &Author) -> (bool, Arc<Author>) {
        if let Some((bot, author)) = self.known.get(author) {
            return (*bot, Arc::clone(author));
        }
        let found = (filter::is_bot(author), Arc::new(author.clone()));
        self.known.insert(author.clone(), found.clone());
        found
    }

    /// The person who wrote the newest commit of the branch that ends in `tip`, or a program if programs wrote all of it;
    /// none if it cannot be told.
    fn writer_of_branch(&mut self, tip: ObjectId) -> Option<(bool, Arc<Author>)> {
        /// Programs' branches are short, and each commit costs a read.
        const FAR_ENOUGH: usize = 32;
        let (mut next, mut by_bots) = (tip, None);
        for _ in 0..FAR_ENOUGH {
            if (self.on_line)(&next) {
                break;
            }
            let read = self.objects.with(&next, ObjectType::Commit, |bytes| Commit::parse(next, bytes));
            let Ok(Ok(commit)) = read else { break };
            // Bringing a branch up to date is no work on it, whoever does it.
            if !commit.is_merge() {
                let (bot, author) = self.look(&commit.author);
                if !bot {
                    return Some((false, author));
                }
                by_bots = Some((true, author));
            }
            match commit.parents.first() {
                Some(parent) => next = *parent,
                None => break,
            }
        }
        by_bots
    }
}
