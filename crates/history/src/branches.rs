//! Every commit of a history, those of merged branches included, merges left out: what `git log --no-merges` shows. It is
//! what tools count that know nothing of pull requests; Lockstep's own measure never does.

use std::collections::{BinaryHeap, HashSet};

use git2::ObjectType;
use lockstep_model::Timestamp;
use rustc_hash::FxHashMap;

use crate::{
    commit::Commit,
    objects::{ObjectError, ObjectId, Objects},
    walk::{End, MainLine, step},
};

/// The commits that `head` can be reached from by any parents, merges left out, oldest first, none before its parents.
pub(crate) fn every_commit(objects: &Objects<'_>, head: ObjectId, shallow: &HashSet<ObjectId>) -> MainLine {
    let (mut commits, end) = reachable(objects, head, shallow);
    let trees: FxHashMap<ObjectId, ObjectId> = commits.iter().map(|(id, commit)| (*id, commit.tree)).collect();
    let mut steps = Vec::with_capacity(commits.len());
    for id in newest_first(&commits, head) {
        if let Some(commit) = commits.remove(&id).filter(|commit| !commit.is_merge()) {
            let parent = commit.parents.first().filter(|_| !shallow.contains(&id));
            let before = parent.and_then(|parent| trees.get(parent).copied());
            steps.push(step(commit, before));
        }
    }
    steps.reverse();
    MainLine { steps, end }
}

/// All commits behind `head`, and what the history ends with.
fn reachable(objects: &Objects<'_>, head: ObjectId, shallow: &HashSet<ObjectId>) -> (FxHashMap<ObjectId, Commit>, End) {
    let (mut commits, mut end, mut waiting) = (FxHashMap::default(), End::Root, vec![head]);
    while let Some(id) = waiting.pop() {
        if commits.contains_key(&id) {
            continue;
        }
        let commit = match objects.with(&id, ObjectType::Commit, |bytes| Commit::parse(id, bytes)) {
            Ok(Ok(commit)) => commit,
            Ok(Err(why)) => {
                end = End::Broken(ObjectError::broken(&id, why));
                continue;
            }
            Err(error) => {
                end = End::Broken(error);
                continue;
            }
        };
        if shallow.contains(&id) {
            end = End::Shallow;
        } else {
            waiting.extend(&commit.parents);
        }
        commits.insert(id, commit);
    }
    (commits, end)
}

/// The commits in an order in which none comes before all that follow on it; among those that could come, the newest
/// does. What lies on a circle, which only a crafted history has, is left out.
fn newest_first(commits: &FxHashMap<ObjectId, Commit>, head: ObjectId) -> Vec<ObjectId> {
    let mut children: FxHashMap<ObjectId, usize> = FxHashMap::default();
    for parent in commits.values().flat_map(|commit| &commit.parents) {
        *children.entry(*parent).or_default() += 1;
    }
    let mut ready: BinaryHeap<(Timestamp, ObjectId)> = BinaryHeap::new();
    ready.extend(commits.get(&head).map(|commit| (commit.time, head)));
    let mut order = Vec::with_capacity(commits.len());
    while let Some((_, id)) = ready.pop() {
        order.push(id);
        for parent in commits.get(&id).map(|commit| commit.parents.as_slice()).unwrap_or_default() {
            if let Some(left) = children.get_mut(parent) {
                *left -= 1;
                if *left == 0 {
                    ready.extend(commits.get(parent).map(|commit| (commit.time, *parent)));
                }
            }
        }
    }
    order
}
