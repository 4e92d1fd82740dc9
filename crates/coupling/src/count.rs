//! Which functions changed how often, and which together.
//!
//! One row per function, all rows at once: a row walks the changesets of its function and adds up its partners. Work
//! and memory follow the co-changes that exist, not the square of the functions; and as every row adds in the order
//! of time, threads change nothing.

use std::collections::BTreeMap;

use lockstep_model::{DropReason, Timestamp};
use rayon::prelude::*;

use crate::{
    Input, Options,
    attribute::Touched,
    repositories::Repositories,
    table::{SetId, Table},
};

const SECONDS_PER_DAY: f64 = 86_400.0;

/// How many changesets there were, and what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changesets {
    /// All that were read, up to the as-of time.
    pub total: u32,
    /// Those that count.
    pub kept: u32,
    /// Those that were set aside, by reason.
    pub dropped: BTreeMap<DropReason, u32>,
}

impl Changesets {
    /// Changesets by people that change behaviour and are small enough to mean one thing, whether or not what they
    /// change is a function's own: how long the repository was observed.
    pub fn of_behaviour(&self) -> u32 {
        let beside = [DropReason::NoFunction, DropReason::SharedOnly];
        self.kept + beside.iter().filter_map(|reason| self.dropped.get(reason)).sum::<u32>()
    }
}

/// A changeset that counts.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// Its number among the touched ones.
    pub touched: u32,
    /// When.
    pub time: Timestamp,
    /// What it weighs: 1 at the as-of time, half of that a half-life earlier.
    pub weight: f64,
}

/// Two functions that changed together, seen from the first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cell {
    pub other: u32,
    /// Changesets with edits of both.
    pub support: u32,
    /// Their weight.
    pub joint: f64,
    /// Those of them that touch no contract of either.
    pub support_free: u32,
    /// Their weight.
    pub joint_free: f64,
    /// Weight of the first function's changesets that touch no contract of either.
    pub changes_free: f64,
    /// Further changesets in which code changed that both reach. Only counted where `other` is the larger number.
    pub shared: u32,
}

/// The counts of a history.
pub(crate) struct Counts {
    pub changesets: Changesets,
    /// The changesets that count, oldest first.
    pub kept: Vec<Kept>,
    /// Per function: the changesets with edits of its own code, as numbers into `kept`, ascending.
    pub changes: Vec<Vec<u32>>,
    /// Per function: their weight.
    pub weighted: Vec<f64>,
    /// Per function: the changesets after which it had to be deployed, through its own or through shared code.
    pub deployments: Vec<u32>,
    /// Per function: its partners, ascending.
    pub rows: Vec<Vec<Cell>>,
    /// Which functions are of one repository.
    pub repositories: Repositories,
}

/// Counts what `touched` tells.
pub(crate) fn count(touched: &[Touched], table: &Table, input: &Input<'_>) -> Counts {
    let functions = input.functions.len();
    let (kept, changesets) = keep(touched, input);
    let mut changes = vec![Vec::new(); functions];
    let mut weighted = vec![0.0; functions];
    for (number, changeset) in (0u32..).zip(&kept) {
        for function in &touched[changeset.touched as usize].own {
            changes[*function as usize].push(number);
            weighted[*function as usize] += changeset.weight;
        }
    }
    let shared = SharedChanges::new(touched, table, functions);
    let rows = (0..functions)
        .into_par_iter()
        .map_init(
            || Scratch::new(functions),
            |scratch, function| {
                let mut row = scratch.row(function, &changes[function], &kept, touched);
                for cell in row.iter_mut().filter(|cell| cell.other as usize > function) {
                    cell.shared = shared.together(function, cell.other as usize, touched);
                }
                row
            },
        )
        .collect();
    let deployments = (0..functions)
        .into_par_iter()
        .map(|function| {
            let own = changes[function].iter().map(|number| kept[*number as usize].touched);
            shared.with(function, own.collect())
        })
        .collect();
    let repositories = Repositories::new(input.repositories, functions);
    Counts { changesets, kept, changes, weighted, deployments, rows, repositories }
}

/// Takes the changesets that count, and says why the others do not.
fn keep(touched: &[Touched], input: &Input<'_>) -> (Vec<Kept>, Changesets) {
    let later = (input.history.changesets.len() - input.history.pending().count() - touched.len()) as u32;
    let mut changesets = Changesets {
        total: input.history.total.saturating_sub(later),
        kept: 0,
        dropped: input.history.dropped.clone(),
    };
    let mut kept = Vec::new();
    for (number, changeset) in (0u32..).zip(touched) {
        match drop_reason(changeset, &input.options) {
            Some(reason) => *changesets.dropped.entry(reason).or_default() += 1,
            None => kept.push(Kept {
                touched: number,
                time: changeset.time,
                weight: weight(input.as_of - changeset.time, input.options.half_life_days),
            }),
        }
    }
    changesets.kept = kept.len() as u32;
    (kept, changesets)
}

fn drop_reason(touched: &Touched, options: &Options) -> Option<DropReason> {
    match touched.own.len() {
        0 if !touched.behaviour => Some(DropReason::NoBehaviour),
        0 if !touched.shared.is_empty() => Some(DropReason::SharedOnly),
        0 => Some(DropReason::NoFunction),
        size if size > options.max_functions => Some(DropReason::Bulk),
        _ => None,
    }
}

/// `2^(−age / half-life)`, the age in seconds.
pub(crate) fn weight(age: Timestamp, half_life_days: f64) -> f64 {
    (-(age.max(0) as f64) / (half_life_days * SECONDS_PER_DAY)).exp2()
}

/// The sums of one row while it is added up; one per thread.
struct Scratch {
    sums: Vec<Sums>,
    partners: Vec<u32>,
    contracts: Vec<u32>,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    support: u32,
    joint: f64,
    support_free: u32,
    joint_free: f64,
    /// Weight of the row's changesets, free of its own contracts, that touch this function's contract.
    with_contract: f64,
}

impl Scratch {
    fn new(functions: usize) -> Self {
        Self { sums: vec![Sums::default(); functions], partners: Vec::new(), contracts: Vec::new() }
    }

    fn row(&mut self, function: usize, changes: &[u32], kept: &[Kept], touched: &[Touched]) -> Vec<Cell> {
        let mut free_of_own_contract = 0.0;
        for number in changes {
            let Kept { touched: at, weight, .. } = kept[*number as usize];
            let changeset = &touched[at as usize];
            let free = changeset.contract.binary_search(&(function as u32)).is_err();
            if free {
                free_of_own_contract += weight;
                for other in changeset.contract.iter() {
                    self.sums[*other as usize].with_contract += weight;
                    self.contracts.push(*other);
                }
            }
            for other in changeset.own.iter().filter(|other| **other as usize != function) {
                let sums = &mut self.sums[*other as usize];
                if sums.support == 0 {
                    self.partners.push(*other);
                }
                sums.support += 1;
                sums.joint += weight;
                if free && changeset.contract.binary_search(other).is_err() {
                    sums.support_free += 1;
                    sums.joint_free += weight;
                }
            }
        }
        self.partners.sort_unstable();
        let cell = |other: &u32| {
            let sums = &self.sums[*other as usize];
            Cell {
                other: *other,
                support: sums.support,
                joint: sums.joint,
                support_free: sums.support_free,
                joint_free: sums.joint_free,
                // The difference of two sums may fall a bit short of what it holds.
                changes_free: (free_of_own_contract - sums.with_contract).max(sums.joint_free),
                shared: 0,
            }
        };
        let row = self.partners.iter().map(cell).collect();
        for other in self.partners.drain(..).chain(self.contracts.drain(..)) {
            self.sums[other as usize] = Sums::default();
        }
        row
    }
}

/// The changesets in which shared code changed, of any size: however many functions they edit besides, all functions
/// that reach the code had to be deployed.
struct SharedChanges {
    /// Per set of functions: the changesets that changed code of the set, ascending.
    changesets: Vec<Vec<u32>>,
    /// Per function: the sets it is in that ever changed, ascending.
    sets: Vec<Vec<SetId>>,
}

impl SharedChanges {
    fn new(touched: &[Touched], table: &Table, functions: usize) -> Self {
        let mut changesets = vec![Vec::new(); table.sets.len()];
        for (number, changeset) in (0u32..).zip(touched) {
            for set in &changeset.shared {
                changesets[*set as usize].push(number);
            }
        }
        let mut sets = vec![Vec::new(); functions];
        for (set, members) in (0u32..).zip(&table.sets) {
            if !changesets[set as usize].is_empty() {
                members.iter().for_each(|function| sets[*function as usize].push(set));
            }
        }
        Self { changesets, sets }
    }

    /// How many changesets changed code that both functions reach, those that edit both left out.
    fn together(&self, a: usize, b: usize, touched: &[Touched]) -> u32 {
        let (mine, others) = (&self.sets[a], &self.sets[b]);
        let common = mine.iter().filter(|set| others.binary_search(set).is_ok());
        let mut all: Vec<u32> = common.flat_map(|set| &self.changesets[*set as usize]).copied().collect();
        all.sort_unstable();
        all.dedup();
        let edits =
            |number: u32, function: usize| touched[number as usize].own.binary_search(&(function as u32)).is_ok();
        all.iter().filter(|number| !(edits(**number, a) && edits(**number, b))).count() as u32
    }

    /// How many changesets changed the function's shared code, or are among `own`.
    fn with(&self, function: usize, mut own: Vec<u32>) -> u32 {
        own.extend(self.sets[function].iter().flat_map(|set| &self.changesets[*set as usize]));
        own.sort_unstable();
        own.dedup();
        own.len() as u32
    }
}
