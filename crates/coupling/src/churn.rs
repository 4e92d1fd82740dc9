//! Shared code that changes: how often, and how many deployments that forces.
//!
//! A changeset *deploys* a function if it changes the function's own code or shared code that it reaches. A change of
//! shared code *forces* the deployment of those whose own code it leaves alone.

use std::collections::BTreeMap;

use lockstep_model::{FileChange, History, PathId, RepoPath};

use crate::{
    attribute::{Touched, changes_behaviour},
    count,
    graph::CouplingGraph,
    table::Table,
};

/// The changesets that changed a file's behaviour, as numbers of the graph, with the functions that each touched.
type Changes = Vec<(u32, Box<[u32]>)>;

/// A file that several functions run, and what its changes did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedFile {
    /// The file.
    pub path: RepoPath,
    /// All functions that a change of it ever touched, sorted.
    pub functions: Vec<usize>,
    changes: Changes,
}

/// What the changes of some shared files did, taken together.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Churn {
    /// The changesets, oldest first.
    pub changesets: Vec<ChurnedIn>,
    /// Their weight: a changeset counts half after a half-life.
    pub weight: f64,
    /// Functions deployed, added up over the changesets.
    pub deployments: u32,
    /// Those of them whose own code the changeset left alone.
    pub forced: u32,
    /// Their weight.
    pub forced_weight: f64,
}

/// One changeset that changed shared files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChurnedIn {
    /// Its number in [`History::changesets`].
    pub changeset: usize,
    /// Functions whose own code it left alone, and that had to be deployed all the same.
    pub forced: usize,
}

/// All deployments of a history.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Deployments {
    /// How many.
    pub count: u32,
    /// Their weight.
    pub weight: f64,
}

/// Per touched changeset: how many functions it deploys.
pub(crate) fn deployed(table: &Table, touched: &[Touched]) -> Vec<u32> {
    touched
        .iter()
        .map(|touched| {
            let shared = touched.shared.iter().flat_map(|set| table.sets[*set as usize].iter());
            let mut functions: Vec<u32> = touched.own.iter().chain(shared).copied().collect();
            functions.sort_unstable();
            functions.dedup();
            functions.len() as u32
        })
        .collect()
}

impl CouplingGraph {
    /// The files that several functions run and that changed at least once, by path. `history` must be the one that was
    /// measured.
    pub fn shared_churn(&self, history: &History) -> Vec<SharedFile> {
        let mut files: BTreeMap<PathId, Changes> = BTreeMap::new();
        for (number, touched) in (0u32..).zip(&self.touched).filter(|(_, touched)| !touched.shared.is_empty()) {
            let changes = &history.changesets[touched.changeset as usize].changes;
            for change in changes.iter().filter(|change| changes_behaviour(change)) {
                let functions = self.sharing(change);
                if functions.len() > 1 {
                    files.entry(change.path).or_default().push((number, functions));
                }
            }
        }
        let mut files: Vec<SharedFile> = files
            .into_iter()
            .map(|(path, changes)| {
                let all = changes.iter().flat_map(|(_, functions)| functions).map(|function| *function as usize);
                SharedFile { path: history.path(path).clone(), functions: sorted(all.collect()), changes }
            })
            .collect();
        files.sort_by(|x, y| x.path.cmp(&y.path));
        files
    }

    /// The functions that share what `change` changes.
    fn sharing(&self, change: &FileChange) -> Box<[u32]> {
        match self.parts().of(change) {
            Some(parts) => {
                let shared = parts.iter().filter(|functions| functions.len() > 1).flatten();
                sorted(shared.copied().collect()).into_boxed_slice()
            }
            None => self.shared_by[change.path.0 as usize].clone(),
        }
    }

    /// What the changes of `files` did to those of their functions that `counts` says true of.
    pub fn churn(&self, files: &[&SharedFile], counts: &dyn Fn(usize) -> bool) -> Churn {
        let mut by_changeset: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (number, functions) in files.iter().flat_map(|file| &file.changes) {
            let functions = functions.iter().copied().filter(|function| counts(*function as usize));
            by_changeset.entry(*number).or_default().extend(functions);
        }
        let mut churn = Churn::default();
        for (number, functions) in by_changeset.into_iter().map(|(number, functions)| (number, sorted(functions))) {
            let touched = &self.touched[number as usize];
            let forced = functions.iter().filter(|function| touched.own.binary_search(function).is_err()).count();
            let weight = self.weight_of(touched);
            churn.changesets.push(ChurnedIn { changeset: touched.changeset as usize, forced });
            churn.weight += weight;
            churn.deployments += functions.len() as u32;
            churn.forced += forced as u32;
            churn.forced_weight += weight * forced as f64;
        }
        churn
    }

    /// All deployments that the history made necessary.
    pub fn deployments(&self) -> Deployments {
        let mut all = Deployments::default();
        for (touched, functions) in self.touched.iter().zip(&self.deployed) {
            all.count += functions;
            all.weight += f64::from(*functions) * self.weight_of(touched);
        }
        all
    }

    fn weight_of(&self, touched: &Touched) -> f64 {
        count::weight(self.as_of() - touched.time, self.options.half_life_days)
    }
}

fn sorted<T: Ord>(mut all: Vec<T>) -> Vec<T> {
    all.sort_unstable();
    all.dedup();
    all
}
