//! Lockstep's measure: from functions, the code they reach and the history of that code to a graph of calibrated
//! couplings.
//!
//! Pure: nothing here reads a disk, and nothing can fail. The stages, in order: [`table`] says whose a changed file is,
//! [`attribute`] what each changeset touches of whom, [`count`] which functions changed together how often, [`prior`]
//! what a pair of functions of this repository looks like before it is looked at, and [`pair_prior`] what this very pair
//! does (its [`likeness`], and what others say of it: [`through`]), [`measure`] how strong each coupling is,
//! [`significance`] whether it is more than habit, [`communities`] which functions cluster, and [`graph`] holds it all.
//! [`explain`] says what in the code and the manifests joins two functions, [`kinds`] what else happened to each.
//! [`backtest`] holds all of it against what came true, and [`trend`] shows how it developed.

mod attribute;
pub mod backtest;
mod beside;
mod boundaries;
mod change;
mod churn;
mod combine;
mod communities;
mod contracts;
mod count;
mod cycles;
mod distinct;
mod early;
mod explain;
mod folders;
mod gamma;
mod graph;
mod independence;
mod kinds;
mod likeness;
mod measure;
mod newton;
mod null_model;
mod pair_prior;
mod pair_sample;
mod parts;
mod prior;
mod rand_index;
mod repositories;
mod significance;
mod table;
mod through;
mod trend;
mod within;

use std::sync::Arc;

use lockstep_model::{Closure, Function, History, RepoPath, Service, Timestamp};
use rustc_hash::FxHashMap;

use repositories::Scope;

pub use boundaries::{Bond, Boundaries, Inferred, Merge, Move, Split};
pub use change::Change;
pub use churn::{Churn, ChurnedIn, Deployments, SharedFile};
pub use combine::{Combined, combined};
pub use contracts::ContractFile;
pub use count::Changesets;
pub use cycles::cycles;
pub use early::EarlySign;
pub use explain::{Explainer, Explanation};
pub use graph::{Coupling, CouplingGraph, FunctionNode, Knowledge, Sums, Together, Unknown};
pub use independence::{Independence, Share};
pub use kinds::FunctionChange;
pub use likeness::{Likeness, words_of};
pub use measure::{Directed, lower_bound, strength};
pub use pair_prior::{PRIOR_WEIGHT, PairModel};
pub use parts::Parts;
pub use prior::Prior;
pub use rand_index::adjusted_rand_index;
pub use trend::{Alone, AtEnd, Edit, FEWEST, Flagged, Pair, Period, PeriodTrend, Trend, trend};
pub use within::{FileGroup, FileGroups};

/// All that the measure looks at.
#[derive(Clone)]
pub struct Input<'a> {
    /// The functions; the graph numbers them in this order.
    pub functions: &'a [Function],
    /// Who claims to belong together.
    pub services: &'a [Service],
    /// What each function reaches; found by the function's id, a function without one has no code.
    pub closures: &'a [Closure],
    /// What changed.
    pub history: &'a History,
    /// Whose parts of files changed, where more is known than the file.
    pub parts: &'a Parts,
    /// Per function: the number of its repository, from 0; empty if all are of one.
    pub repositories: &'a [u32],
    /// How alike the functions' code is, if that is known.
    pub likeness: Option<&'a Likeness>,
    /// The moment from which ages are counted; later changesets are left out.
    pub as_of: Timestamp,
    /// True for files that exist today.
    pub exists: &'a (dyn Fn(&RepoPath) -> bool + Sync),
    /// The constants of the measure.
    pub options: Options,
}

/// The constants of the measure. The defaults are those under which it was calibrated.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// A changeset that edits the own code of more functions than this says nothing about any two of them.
    pub max_functions: usize,
    /// Days after which a changeset weighs half.
    pub half_life_days: f64,
    /// Fewest joint changes worth speaking of; also the fewest changes of each side for a pair to be tested.
    pub min_support: u32,
    /// Below this many changes, nothing is known of a function.
    pub min_changes: u32,
    /// Below this many changesets that change behaviour, nothing is known of any function.
    pub min_changesets: u32,
    /// Resolution of the communities: larger means smaller communities.
    pub resolution: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_functions: 10,
            half_life_days: 365.0,
            min_support: 3,
            min_changes: 5,
            min_changesets: 50,
            resolution: 2.0,
        }
    }
}

/// Measures how functions change together.
pub fn couple(input: &Input<'_>) -> CouplingGraph {
    let closures = closures_in_order(input);
    let table = Arc::new(table::Table::new(input, &closures));
    let touched = attribute::touched(&table, input.history, input.as_of);
    let mut graph = measured(input, &table, touched);
    graph.table = Some(table);
    graph
}

/// Measures what `touched` tells; ages are counted from the as-of time of `input`.
fn measured(input: &Input<'_>, table: &table::Table, touched: Vec<attribute::Touched>) -> CouplingGraph {
    let (counts, priors) = expected(input, table, &touched);
    let gate = significance::test(&counts, input.options.min_support);
    graph::build(input, table, touched, counts, priors, &gate)
}

/// What `touched` counts, and what the pairs look like before they are looked at: all that a strength is made of.
fn expected(
    input: &Input<'_>,
    table: &table::Table,
    touched: &[attribute::Touched],
) -> (count::Counts, pair_prior::PairPriors) {
    let counts = count::count(touched, table, input);
    let global = prior::fit(&counts, Scope::Within, &input.options);
    let priors = pair_prior::PairPriors::fit(&counts, touched, input.likeness, global, &input.options);
    (counts, priors)
}

/// The closure of each function, in the order of the functions.
fn closures_in_order<'a>(input: &Input<'a>) -> Vec<Option<&'a Closure>> {
    let by_id: FxHashMap<_, _> = input.closures.iter().map(|closure| (&closure.function, closure)).collect();
    input.functions.iter().map(|function| by_id.get(&function.id).copied()).collect()
}
