//! Every commit of a history, those of merged branches included, merges left out: what `git log --no-merges` shows. It is
//! what tools count that know nothing of pull requests; Lockstep's own measure never does.

use std::{
    collections::{BinaryHeap, HashSet},
    ops::Range,
};

use lockstep_model::Timestamp;
use rustc_hash::FxHashMap;

use crate::{
    mining::{Commits, Sink, Walked},
    objects::ObjectId,
    walk::End,
};

/// The commits that `head` can be reached from by any parents, merges left out, oldest first, none before its parents.
pub(crate) fn every_commit(
    commits: &mut Commits<'_>,
    sink: &mut Sink<'_>,
    head: ObjectId,
    shallow: &HashSet<ObjectId>,
) -> Walked {
    let mut reached = Reached { nodes: Vec::new(), numbers: FxHashMap::default(), edges: Vec::new(), end: End::Root };
    let mut waiting = BinaryHeap::new();
    waiting.extend(reached.reach(commits, sink, &head));
    // The newest first, so that neighbours in time, which share most of their trees, are compared one after the other.
    while let Some((_, node)) = waiting.pop() {
        let parents = std::mem::take(&mut reached.nodes[node].parents);
        let is_edge = shallow.contains(&reached.nodes[node].id);
        if is_edge {
            reached.end = End::Shallow;
        } else {
            for parent in &parents {
                waiting.extend(reached.reach(commits, sink, parent));
            }
        }
        reached.join(node, &parents, is_edge);
        let before = reached.before(node);
        let Node { id, tree, step, .. } = &reached.nodes[node];
        if let Some(step) = step {
            sink.changed(*step, *id, *tree, before);
        }
    }
    let newest_first = reached.newest_first();
    let order =
        newest_first.into_iter().rev().filter_map(|node| Some((reached.nodes[node].step?, reached.before(node))));
    Walked { order: order.collect(), end: reached.end.clone(), met: None }
}

/// A commit that was reached.
struct Node {
    id: ObjectId,
    tree: ObjectId,
    /// Until they are reached: then they stand in [`Reached::edges`].
    parents: Vec<ObjectId>,
    time: Timestamp,
    /// Its number among those that are mined; none for a merge.
    step: Option<u32>,
    /// Where its parents stand, as many as could be reached.
    edges: Range<u32>,
    /// Its first parent, if that could be reached and is no further than a shallow clone goes.
    first: Option<u32>,
}

struct Reached {
    nodes: Vec<Node>,
    numbers: FxHashMap<ObjectId, u32>,
    /// Parents of all nodes.
    edges: Vec<u32>,
    /// What the history ends with.
    end: End,
}

impl Reached {
    /// Reaches `id`; none if it was reached before, or cannot be read.
    fn reach(&mut self, commits: &mut Commits<'_>, sink: &mut Sink<'_>, id: &ObjectId) -> Option<(Timestamp, usize)> {
        if self.numbers.contains_key(id) {
            return None;
        }
        let mut looked = match commits.look(id) {
            Ok(looked) => looked,
            Err(error) => {
                self.end = End::Broken(error);
                return None;
            }
        };
        let step = (looked.parents.len() < 2).then(|| sink.found(&mut looked));
        let (node, time) = (self.nodes.len(), looked.time);
        let parents = looked.parents;
        self.nodes.push(Node { id: *id, tree: looked.tree, parents, time, step, edges: 0..0, first: None });
        self.numbers.insert(*id, node as u32);
        Some((time, node))
    }

    /// Joins `node` to its parents, which have been reached, if they could be. Over an edge there is nothing to compare with.
    fn join(&mut self, node: usize, parents: &[ObjectId], is_edge: bool) {
        let start = self.edges.len() as u32;
        self.edges.extend(parents.iter().filter_map(|parent| self.numbers.get(parent)));
        let first = parents.first().filter(|_| !is_edge).and_then(|parent| self.numbers.get(parent)).copied();
        (self.nodes[node].edges, self.nodes[node].first) = (start..self.edges.len() as u32, first);
    }

    /// The tree that `node` changed: that of its first parent, if it is here.
    fn before(&self, node: usize) -> Option<ObjectId> {
        self.nodes[node].first.map(|parent| self.nodes[parent as usize].tree)
    }

    /// The commits in an order in which none comes before all that follow on it; among those that could come, the newest
    /// does. What lies on a circle, which only a crafted history has, is left out.
    fn newest_first(&self) -> Vec<usize> {
        let parents = |node: &Node| &self.edges[node.edges.start as usize..node.edges.end as usize];
        let mut children = vec![0_usize; self.nodes.len()];
        for parent in &self.edges {
            children[*parent as usize] += 1;
        }
        let key = |node: usize| (self.nodes[node].time, self.nodes[node].id, node);
        // The commit that was asked for was reached first.
        let mut ready: BinaryHeap<_> = self.nodes.first().map(|_| key(0)).into_iter().collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some((_, _, node)) = ready.pop() {
            order.push(node);
            for parent in parents(&self.nodes[node]).iter().map(|parent| *parent as usize) {
                children[parent] -= 1;
                if children[parent] == 0 {
                    ready.push(key(parent));
                }
            }
        }
        order
    }
}
