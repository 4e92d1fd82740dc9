//! One function looked at from within: which of its own files change together, and which never do.

use std::collections::BTreeMap;

use lockstep_model::{FileStatus, History, RepoPath};

use crate::{CouplingGraph, Together, attribute::changes_behaviour};

/// Files of one function that changed together, directly or by way of others of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileGroup {
    /// The files, those of the most changesets first, each with their number.
    pub files: Vec<(RepoPath, u32)>,
    /// The changesets that edit any of them, oldest first.
    pub changesets: Vec<Together>,
}

/// The groups of one function's own files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileGroups {
    /// Those of the most changesets first. No changeset edits files of two of them.
    pub groups: Vec<FileGroup>,
    /// Of each changeset: how many of the files it edits.
    sizes: Vec<u32>,
}

impl FileGroups {
    /// How many changesets would edit both groups if each edited as many files as it does, whichever they are, each as
    /// often as it is edited: the sum over changesets of `1 − (1−p)^k − (1−q)^k + (1−p−q)^k`, where p and q are the shares
    /// that the two groups have of all edits, and k is how many files the changeset edits.
    pub fn expected(&self, one: usize, other: usize) -> f64 {
        let edits = |group: &FileGroup| group.files.iter().map(|(_, count)| f64::from(*count)).sum::<f64>();
        let all: f64 = self.groups.iter().map(edits).sum();
        let [p, q] = [one, other].map(|group| edits(&self.groups[group]) / all.max(1.0));
        let both = |files: &u32| {
            let miss = |share: f64| (1.0 - share).max(0.0).powi(*files as i32);
            1.0 - miss(p) - miss(q) + miss(p + q)
        };
        self.sizes.iter().map(both).sum()
    }
}

impl CouplingGraph {
    /// Groups those of `function`'s own files that `counts` says true of, by the changesets that edit them. `history` must
    /// be the one that was measured.
    pub fn file_groups(&self, history: &History, function: usize, counts: &dyn Fn(&RepoPath) -> bool) -> FileGroups {
        let changes: Vec<(Together, Vec<RepoPath>)> = self
            .changes_of(function)
            .into_iter()
            .map(|at| {
                let changes = &history.changesets[at.changeset].changes;
                // That files came together says little: the first commit of a repository brings all of them.
                let edited = changes.iter().filter(|change| {
                    changes_behaviour(change) && change.status != FileStatus::Added && self.is_own(change, function)
                });
                let mut files: Vec<RepoPath> = edited.map(|change| history.path(change.path).clone()).collect();
                files.retain(|path| counts(path));
                files.sort_unstable();
                files.dedup();
                (at, files)
            })
            .filter(|(_, files)| !files.is_empty())
            .collect();
        let mut numbers: BTreeMap<&RepoPath, usize> = BTreeMap::new();
        for path in changes.iter().flat_map(|(_, files)| files) {
            let next = numbers.len();
            numbers.entry(path).or_insert(next);
        }
        let mut leaders = Leaders((0..numbers.len()).collect());
        for (_, files) in &changes {
            for pair in files.windows(2) {
                leaders.join(numbers[&pair[0]], numbers[&pair[1]]);
            }
        }
        let mut groups: BTreeMap<usize, (BTreeMap<RepoPath, u32>, Vec<Together>)> = BTreeMap::new();
        for (at, files) in &changes {
            let (counted, changesets) = groups.entry(leaders.of(numbers[&files[0]])).or_default();
            files.iter().for_each(|path| *counted.entry(path.clone()).or_default() += 1);
            changesets.push(*at);
        }
        let group = |(counted, changesets): (BTreeMap<RepoPath, u32>, Vec<Together>)| {
            let mut files: Vec<(RepoPath, u32)> = counted.into_iter().collect();
            files.sort_by(|x, y| y.1.cmp(&x.1).then_with(|| x.0.cmp(&y.0)));
            FileGroup { files, changesets }
        };
        let mut groups: Vec<FileGroup> = groups.into_values().map(group).collect();
        groups.sort_by(|x, y| y.changesets.len().cmp(&x.changesets.len()).then_with(|| x.files.cmp(&y.files)));
        let sizes = changes.iter().map(|(_, files)| files.len() as u32).collect();
        FileGroups { groups, sizes }
    }
}

/// Sets of numbers, each known by one of them.
struct Leaders(Vec<usize>);

impl Leaders {
    fn of(&mut self, number: usize) -> usize {
        let mut at = number;
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        self.0[one.max(other)] = one.min(other);
    }
}
