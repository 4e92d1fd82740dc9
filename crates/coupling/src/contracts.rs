//! Contracts that change: which of them functions changed with, how often.
//!
//! The measure leaves changesets out that touch a contract of either function, because that is when two functions may
//! change together. How often that happened, and through which file, is asked here.

use std::sync::Arc;

use lockstep_model::{History, PathId, RepoPath};
use rustc_hash::FxHashMap;

use crate::{
    attribute::Touched,
    graph::CouplingGraph,
    table::{SetId, Table},
};

/// Every change of a contract, by changeset.
pub(crate) struct ContractChanges {
    /// Per touched changeset: the contracts that changed, each with the set of functions that it is a contract of.
    of: Vec<Vec<(PathId, SetId)>>,
    /// Those sets, each sorted.
    sets: Vec<Arc<[u32]>>,
    /// Per contract: the changesets of any size that touch it.
    changes: FxHashMap<PathId, u32>,
}

/// A contract, and how often it changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractFile {
    /// The file.
    pub path: RepoPath,
    /// The kept changesets that touch it and edit at least two of the functions asked for, one of which has the contract:
    /// numbers in [`History::changesets`], oldest first.
    pub changesets: Vec<usize>,
    /// Changesets of any kind that touch it.
    pub changes: u32,
}

impl ContractChanges {
    /// The changes of contracts in `history`, which `touched` was made of.
    pub(crate) fn new(table: &Table, history: &History, touched: &[Touched]) -> Self {
        let mut all = Self { of: Vec::with_capacity(touched.len()), sets: Vec::new(), changes: FxHashMap::default() };
        let mut numbers: FxHashMap<Arc<[u32]>, SetId> = FxHashMap::default();
        for touched in touched {
            let changes = &history.changesets[touched.changeset as usize].changes;
            let mut contracts: Vec<(PathId, SetId)> = Vec::new();
            for (path, functions) in changes.iter().filter_map(|change| Some((change.path, table.contract_of(change)?)))
            {
                let next = all.sets.len() as SetId;
                let set = *numbers.entry(Arc::clone(functions)).or_insert(next);
                if set == next {
                    all.sets.push(Arc::clone(functions));
                }
                contracts.push((path, set));
            }
            contracts.sort_unstable();
            contracts.dedup();
            contracts.iter().for_each(|(path, _)| *all.changes.entry(*path).or_default() += 1);
            all.of.push(contracts);
        }
        all
    }

    /// The contracts that the changeset touches and that one of `functions` has.
    fn in_changeset(&self, touched: u32, functions: &[u32]) -> impl Iterator<Item = PathId> {
        let of_one =
            |set: SetId| functions.iter().any(|function| self.sets[set as usize].binary_search(function).is_ok());
        self.of[touched as usize].iter().filter(move |(_, set)| of_one(*set)).map(|(path, _)| *path)
    }
}

impl CouplingGraph {
    /// The contracts behind the joint changes of `functions`: those of the most changesets first, then by path.
    /// `history` must be the one that was measured.
    pub fn contract_files(&self, history: &History, functions: &[usize]) -> Vec<ContractFile> {
        let mut found: FxHashMap<PathId, Vec<usize>> = FxHashMap::default();
        for kept in &self.kept {
            let touched = &self.touched[kept.touched as usize];
            let edited: Vec<u32> =
                touched.own.iter().copied().filter(|function| functions.contains(&(*function as usize))).collect();
            if edited.len() < 2 {
                continue;
            }
            for path in self.contracts.in_changeset(kept.touched, &edited) {
                found.entry(path).or_default().push(touched.changeset as usize);
            }
        }
        let mut files: Vec<ContractFile> = found
            .into_iter()
            .map(|(path, changesets)| ContractFile {
                path: history.path(path).clone(),
                changesets,
                changes: self.contracts.changes.get(&path).copied().unwrap_or(0),
            })
            .collect();
        files.sort_by(|x, y| y.changesets.len().cmp(&x.changesets.len()).then_with(|| x.path.cmp(&y.path)));
        files
    }
}
