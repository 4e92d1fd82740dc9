//! [`Change`]: what a change that is not made yet touches, told in the same way as what the history's changesets do.

use std::collections::BTreeMap;

use lockstep_model::{ChangesetKind, FileChange, History, PathId, RepoPath};

use crate::{
    CouplingGraph, Together,
    attribute::{changes_behaviour, touched_by_changes},
    table::Table,
};

/// What the change that is looked at touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The functions whose own behaviour it edits, each with the files, ascending.
    pub own: BTreeMap<usize, Vec<PathId>>,
    /// The functions that it touches in any way: own code, shared code, a contract; what earlier commits of
    /// its branch and the other side of a merge in progress touch counts as well. Ascending.
    pub touched: Vec<usize>,
}

impl Change {
    /// The change at the end of `history`; none if there is none.
    pub(crate) fn of(table: &Table, history: &History) -> Option<Self> {
        let (number, own) = history.pending().find(|(_, changeset)| changeset.kind == ChangesetKind::Pending)?;
        let mut change = Self::default();
        for file in &own.changes {
            for function in touched_by_changes(table, number as u32, own.time, std::slice::from_ref(file)).own {
                change.own.entry(function as usize).or_default().push(file.path);
            }
        }
        for (number, changeset) in history.pending() {
            let touched = touched_by_changes(table, number as u32, changeset.time, &changeset.changes);
            let shared = touched.shared.iter().flat_map(|set| table.sets[*set as usize].iter());
            let all = touched.own.iter().chain(touched.contract.iter()).chain(shared);
            change.touched.extend(all.map(|function| *function as usize));
        }
        change.touched.sort_unstable();
        change.touched.dedup();
        Some(change)
    }

    /// The functions whose own behaviour it edits, ascending.
    pub fn functions(&self) -> Vec<usize> {
        self.own.keys().copied().collect()
    }
}

impl CouplingGraph {
    /// The files of `function`'s own that `changesets` changed, with the number of those that changed each, most first.
    /// `history` must be the one that was measured.
    pub fn own_files(&self, history: &History, function: usize, changesets: &[Together]) -> Vec<(RepoPath, u32)> {
        let mut counts: BTreeMap<PathId, u32> = BTreeMap::new();
        for at in changesets {
            let changes = &history.changesets[at.changeset].changes;
            let mine = changes.iter().filter(|change| changes_behaviour(change) && self.is_own(change, function));
            let mut paths: Vec<PathId> = mine.map(|change| change.path).collect();
            paths.sort_unstable();
            paths.dedup();
            paths.into_iter().for_each(|path| *counts.entry(path).or_default() += 1);
        }
        let mut files: Vec<_> = counts.into_iter().map(|(path, count)| (history.path(path).clone(), count)).collect();
        files.sort_by(|x, y| y.1.cmp(&x.1).then_with(|| x.0.cmp(&y.0)));
        files
    }

    /// True if a change is of `function`'s own code, or of a part of a file that is its own.
    pub(crate) fn is_own(&self, change: &FileChange, function: usize) -> bool {
        let function = function as u32;
        match self.parts().of(change) {
            Some(parts) => parts.iter().any(|part| **part == [function]),
            None => self.owned_by[change.path.0 as usize] == Some(function),
        }
    }
}
