//! [`CouplingGraph`]: functions, and how strongly each pair is coupled.

use std::{fmt, sync::Arc};

use lockstep_model::{Basis, FileChange, Function, FunctionId, History, PathId, RepoPath, Timestamp};
use petgraph::graph::{NodeIndex, UnGraph};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::{
    Change, Changesets, Directed, Input, Likeness, Options, Parts, Prior,
    attribute::Touched,
    churn, communities,
    contracts::ContractChanges,
    count,
    count::{Cell, Counts, Kept},
    measure::directed,
    pair_prior::{PairModel, PairPriors},
    significance::Verdict,
    table::Table,
};

/// One function of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionNode {
    /// Its id.
    pub id: FunctionId,
    /// The service it belongs to.
    pub service: String,
    /// Kept changesets that edit its own behaviour.
    pub changes: u32,
    /// Their weight.
    pub weighted_changes: f64,
    /// Changesets after which it had to be deployed: those, and all that changed shared code it reaches.
    pub deployments: u32,
    /// True if it starts in the same file as another function and has no code of its own: files cannot tell the two
    /// apart.
    pub inseparable: bool,
    /// Whether the history says enough about it.
    pub knowledge: Knowledge,
}

/// Whether the history says enough about a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// It does.
    Known,
    /// It does not, and that is no clean bill.
    Unknown(Unknown),
}

/// Why nothing is known of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Its code could not be found.
    NoCode,
    /// All its code is shared with functions that start in the same file.
    Inseparable {
        /// The file.
        entry: RepoPath,
        /// How many functions start there.
        functions: usize,
    },
    /// The whole repository has too short a history.
    FewChangesets {
        /// Changesets that change behaviour, whether a function's or not.
        changesets: u32,
        /// How many it would take.
        needed: u32,
    },
    /// The function changed too seldom.
    FewChanges {
        /// How often it changed.
        changes: u32,
        /// How often it would have to.
        needed: u32,
    },
}

impl Unknown {
    /// The reason in a few words, for counting: `changed too seldom`.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NoCode => "without code",
            Self::Inseparable { .. } => "not to be told apart by files",
            Self::FewChangesets { .. } => "in too short a history",
            Self::FewChanges { .. } => "changed too seldom",
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCode => f.write_str("its code was not found"),
            Self::Inseparable { entry, functions } => {
                write!(f, "{functions} functions start in `{entry}` and cannot be told apart by files")
            }
            Self::FewChangesets { changesets, needed } => {
                write!(f, "the repository has {changesets} changesets that change behaviour; it takes {needed}")
            }
            Self::FewChanges { changes: 1, needed } => write!(f, "it changed once; it takes {needed}"),
            Self::FewChanges { changes, needed } => write!(f, "it changed {changes} times; it takes {needed}"),
        }
    }
}

/// Two functions that changed together at least once.
#[derive(Clone, Debug, PartialEq)]
pub struct Coupling {
    /// The function with the smaller number.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// Kept changesets that edit the own code of both.
    pub support: u32,
    /// Those of them that touch no contract of either.
    pub support_free: u32,
    /// Further changesets, which do not edit both, in which shared code changed that both reach.
    pub shared: u32,
    /// How often `b` changes when `a` does.
    pub a_to_b: Directed,
    /// How often `a` changes when `b` does.
    pub b_to_a: Directed,
    /// Joint changes that the repository's habits would yield.
    pub expected: f64,
    /// How often habits yield as many as were seen.
    pub p: f64,
    /// The share of false discoveries among couplings at least as telling.
    pub q: f64,
    /// q ≤ .10: more than habits explain. Otherwise the coupling is diffuse: true, and not special to this pair.
    pub specific: bool,
}

impl Coupling {
    /// How often `to` changes when the other does; `to` must be one of the two.
    pub fn towards(&self, to: usize) -> Directed {
        if to == self.b { self.a_to_b } else { self.b_to_a }
    }
}

/// What a strength is computed from: `(joint + a) / (changes + a + b)`, with a and b of the prior.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sums {
    /// J: weight of the changesets that edit both.
    pub joint: f64,
    /// k: weight of the changesets that edit the first.
    pub changes: f64,
    /// The prior of the pair.
    pub prior: Prior,
}

/// A changeset that edits two functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Together {
    /// Its number in [`History::changesets`].
    pub changeset: usize,
    /// How many functions it edits in all: the fewer, the more it says about two of them.
    pub functions: usize,
}

/// The functions of a repository and their couplings.
pub struct CouplingGraph {
    functions: Vec<FunctionNode>,
    by_id: FxHashMap<FunctionId, usize>,
    couplings: Vec<Coupling>,
    /// Edges carry the number of their coupling.
    net: UnGraph<(), u32>,
    communities: Vec<usize>,
    priors: PairPriors,
    changesets: Changesets,
    as_of: Timestamp,
    span: Option<(Timestamp, Timestamp)>,
    pub(crate) touched: Vec<Touched>,
    pub(crate) kept: Vec<Kept>,
    pub(crate) changes: Vec<Vec<u32>>,
    /// Per path of the history: the functions that share it; empty where they do not.
    pub(crate) shared_by: Vec<Box<[u32]>>,
    pub(crate) contracts: ContractChanges,
    /// Per touched changeset: how many functions it deploys.
    pub(crate) deployed: Vec<u32>,
    pub(crate) options: Options,
    /// Per path of the history: the function whose own it is.
    pub(crate) owned_by: Vec<Option<u32>>,
    parts: Parts,
    change: Option<Change>,
    /// Whose each path is: it takes long to make, and a backtest on the same history needs the same.
    pub(crate) table: Option<Arc<Table>>,
}

impl CouplingGraph {
    /// The functions, in the order of the input; their numbers are used everywhere.
    pub fn functions(&self) -> &[FunctionNode] {
        &self.functions
    }

    /// The number of a function.
    pub fn number(&self, id: &FunctionId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// All pairs that changed together at least once, ordered by `a`, then `b`.
    pub fn couplings(&self) -> &[Coupling] {
        &self.couplings
    }

    /// The coupling of two functions, in either order; none if they never changed together.
    pub fn between(&self, a: usize, b: usize) -> Option<&Coupling> {
        let edge = self.net.find_edge(NodeIndex::new(a), NodeIndex::new(b))?;
        Some(&self.couplings[self.net[edge] as usize])
    }

    /// The couplings of one function, in the order of [`Self::couplings`].
    pub fn couplings_of(&self, function: usize) -> Vec<&Coupling> {
        let mut numbers: Vec<u32> = self.net.edges(NodeIndex::new(function)).map(|edge| *edge.weight()).collect();
        numbers.sort_unstable();
        numbers.into_iter().map(|number| &self.couplings[number as usize]).collect()
    }

    /// The community of each function, numbered in the order of their first members.
    pub fn communities(&self) -> &[usize] {
        &self.communities
    }

    /// The groups that `pairs` of functions make: each function in exactly one, each of at least two; large ones are
    /// divided where few pairs join them.
    pub fn groups(&self, pairs: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let weight = |a, b| self.between(a, b).map_or(0.0, |coupling| pull(coupling, self.prior()));
        let pairs: Vec<(usize, usize, f64)> = pairs.iter().map(|(a, b)| (*a, *b, weight(*a, *b))).collect();
        communities::groups(self.functions.len(), &pairs)
    }

    /// What any pair looks like before it is looked at.
    pub fn prior(&self) -> Prior {
        self.priors.global
    }

    /// What the pairs look like before they are looked at, with the counts behind it.
    pub(crate) fn priors(&self) -> &PairPriors {
        &self.priors
    }

    /// What this pair looks like before its joint changes are looked at: how often `b` should change when `a` does.
    pub fn prior_of(&self, a: usize, b: usize) -> Prior {
        self.priors.of(a, b)
    }

    /// The regression behind [`Self::prior_of`]; none where the repository is too small for one, and the prior of any
    /// pair serves.
    pub fn pair_model(&self) -> Option<PairModel> {
        self.priors.model
    }

    /// How alike the code of two functions is, 0 to 1.
    pub fn likeness(&self, a: usize, b: usize) -> f64 {
        self.priors.likeness.between(a, b)
    }

    /// How alike the code of any two functions is, as it was handed in.
    pub fn all_likeness(&self) -> &Likeness {
        &self.priors.likeness
    }

    /// How often the functions that change with `a` bring `b` where `a` does not change, 0 to 1.
    pub fn through_others(&self, a: usize, b: usize) -> f64 {
        self.priors.through.between(a, b)
    }

    /// How often `b` changes when `a` does, whether or not they ever changed together.
    pub fn strength(&self, a: usize, b: usize) -> Directed {
        if let Some(coupling) = self.between(a, b) {
            return coupling.towards(b);
        }
        let free = self.weight_of_all(&[a], &[a, b]);
        directed(
            self.prior_of(a, b),
            self.priors.cautious(a, b),
            (0.0, self.functions[a].weighted_changes),
            (0.0, free),
        )
    }

    /// What the strength of `a` towards `b` is computed from.
    pub fn sums(&self, a: usize, b: usize) -> Sums {
        let (joint, changes) = (self.weight_of_all(&[a, b], &[]), self.functions[a].weighted_changes);
        Sums { joint, changes, prior: self.prior_of(a, b) }
    }

    /// The weight of the kept changesets that edit every one of `functions` and touch no contract of any `free_of`.
    pub(crate) fn weight_of_all(&self, functions: &[usize], free_of: &[usize]) -> f64 {
        let Some((first, others)) = functions.split_first() else { return 0.0 };
        let all = |number: &&u32| others.iter().all(|other| self.changes[*other].binary_search(number).is_ok());
        let kept = self.changes[*first].iter().filter(all).map(|number| &self.kept[*number as usize]);
        kept.filter(|kept| self.is_free_of(kept, free_of)).map(|kept| kept.weight).sum()
    }

    fn is_free_of(&self, kept: &Kept, functions: &[usize]) -> bool {
        let contract = &self.touched[kept.touched as usize].contract;
        functions.iter().all(|function| contract.binary_search(&(*function as u32)).is_err())
    }

    /// Whose parts of files changed, where more is known than the file.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The change that is looked at; none if there is none.
    pub fn change(&self) -> Option<&Change> {
        self.change.as_ref()
    }

    /// How many changesets there were, and what became of them.
    pub fn changesets(&self) -> &Changesets {
        &self.changesets
    }

    /// The share of all kept changesets that edit `function`, by weight: how often it changes, whatever else does.
    pub fn base_rate(&self, function: usize) -> f64 {
        let all: f64 = self.kept.iter().map(|kept| kept.weight).sum();
        if all > 0.0 { self.functions[function].weighted_changes / all } else { 0.0 }
    }

    /// The moment from which ages are counted.
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// What a changeset of this time weighs: 1 at the as-of time, half of that a half-life earlier.
    pub fn weight_at(&self, time: Timestamp) -> f64 {
        count::weight(self.as_of() - time, self.options.half_life_days)
    }

    /// When the first and the last kept changeset came; none if there is none.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.span
    }

    /// When the first changeset came that edits a function's own code, sweeping ones included; none if there is none.
    pub fn first_edit(&self) -> Option<Timestamp> {
        self.touched.iter().find(|touched| !touched.own.is_empty()).map(|touched| touched.time)
    }

    /// The kept changesets that edit `function`, oldest first.
    pub fn changes_of(&self, function: usize) -> Vec<Together> {
        self.changes[function].iter().map(|number| self.together_at(*number)).collect()
    }

    /// The kept changesets that edit both functions, oldest first: those that [`Coupling::support`] counts.
    pub fn together(&self, a: usize, b: usize) -> Vec<Together> {
        let others = &self.changes[b];
        let both = self.changes[a].iter().filter(|number| others.binary_search(number).is_ok());
        both.map(|number| self.together_at(*number)).collect()
    }

    fn together_at(&self, number: u32) -> Together {
        let touched = &self.touched[self.kept[number as usize].touched as usize];
        Together { changeset: touched.changeset as usize, functions: touched.own.len() }
    }

    /// The shared files behind [`Coupling::shared`] with the number of those changesets each changed in, most first.
    /// `history` must be the one that was measured.
    pub fn shared_files(&self, history: &History, a: usize, b: usize) -> Vec<(RepoPath, u32)> {
        let has = |own: &[u32], function: usize| own.binary_search(&(function as u32)).is_ok();
        let mut counts: FxHashMap<PathId, u32> = FxHashMap::default();
        let with_shared = self.touched.iter().filter(|touched| !touched.shared.is_empty());
        for touched in with_shared.filter(|touched| !(has(&touched.own, a) && has(&touched.own, b))) {
            let changes = &history.changesets[touched.changeset as usize].changes;
            let both_run = |change: &&FileChange| match self.parts.of(change) {
                Some(parts) => parts.iter().any(|functions| has(functions, a) && has(functions, b)),
                None => {
                    let functions = &self.shared_by[change.path.0 as usize];
                    has(functions, a) && has(functions, b)
                }
            };
            let changed = changes.iter().filter(|change| crate::attribute::changes_behaviour(change));
            let mut paths: Vec<PathId> = changed.filter(both_run).map(|change| change.path).collect();
            paths.sort_unstable();
            paths.dedup();
            paths.into_iter().for_each(|path| *counts.entry(path).or_default() += 1);
        }
        let mut files: Vec<_> = counts.into_iter().map(|(path, count)| (history.path(path).clone(), count)).collect();
        files.sort_by(|x, y| y.1.cmp(&x.1).then_with(|| x.0.cmp(&y.0)));
        files
    }
}

/// Puts the parts together.
pub(crate) fn build(
    input: &Input<'_>,
    table: &Table,
    touched: Vec<Touched>,
    counts: Counts,
    priors: PairPriors,
    gate: &[Verdict],
) -> CouplingGraph {
    let couplings = couplings(&counts, &priors, gate);
    let count = input.functions.len();
    let mut net = UnGraph::with_capacity(count, couplings.len());
    (0..count).for_each(|_| {
        net.add_node(());
    });
    for (number, coupling) in (0u32..).zip(&couplings) {
        net.add_edge(NodeIndex::new(coupling.a), NodeIndex::new(coupling.b), number);
    }
    let edges: Vec<(usize, usize, f64)> = couplings
        .iter()
        .map(|coupling| (coupling.a, coupling.b, pull(coupling, priors.global)))
        .filter(|(_, _, weight)| *weight > 0.0)
        .collect();
    let shared_by = (0..input.history.paths.len() as u32).map(|path| table.shared_by(path).unwrap_or_default().into());
    let deployed = churn::deployed(table, &touched);
    let contracts = ContractChanges::new(table, input.history, &touched);
    CouplingGraph {
        functions: nodes(input, table, &counts),
        by_id: input.functions.iter().enumerate().map(|(number, function)| (function.id.clone(), number)).collect(),
        communities: communities::communities(count, &edges, input.options.resolution),
        couplings,
        net,
        priors,
        changesets: counts.changesets,
        as_of: input.as_of,
        span: counts.kept.first().zip(counts.kept.last()).map(|(first, last)| (first.time, last.time)),
        touched,
        kept: counts.kept,
        changes: counts.changes,
        shared_by: shared_by.collect(),
        contracts,
        deployed,
        options: input.options.clone(),
        owned_by: (0..input.history.paths.len() as u32).map(|path| table.owned_by(path)).collect(),
        parts: input.parts.clone(),
        change: Change::of(table, input.history),
        table: None,
    }
}

/// What holds two functions in one community: their mean strength above that of any pair.
pub(crate) fn pull(coupling: &Coupling, prior: Prior) -> f64 {
    (coupling.a_to_b.strength + coupling.b_to_a.strength) / 2.0 - prior.mean()
}

pub(crate) fn couplings(counts: &Counts, priors: &PairPriors, gate: &[Verdict]) -> Vec<Coupling> {
    let upper: Vec<(usize, &Cell)> = counts
        .rows
        .iter()
        .enumerate()
        .flat_map(|(a, row)| row.iter().filter(move |cell| cell.other as usize > a).map(move |cell| (a, cell)))
        .collect();
    upper
        .par_iter()
        .zip(gate)
        .map(|((a, cell), verdict)| {
            let b = cell.other as usize;
            // Both rows have the pair; the second knows the changes of its own function.
            let back = counts.rows[b].binary_search_by_key(a, |cell| cell.other as usize);
            let back_free = back.map_or(0.0, |at| counts.rows[b][at].changes_free);
            let free = |changes| (cell.joint_free, changes);
            Coupling {
                a: *a,
                b,
                support: cell.support,
                support_free: cell.support_free,
                shared: cell.shared,
                a_to_b: directed(
                    priors.of(*a, b),
                    priors.cautious(*a, b),
                    (cell.joint, counts.weighted[*a]),
                    free(cell.changes_free),
                ),
                b_to_a: directed(
                    priors.of(b, *a),
                    priors.cautious(b, *a),
                    (cell.joint, counts.weighted[b]),
                    free(back_free),
                ),
                expected: verdict.expected,
                p: verdict.p,
                q: verdict.q,
                specific: verdict.specific,
            }
        })
        .collect()
}

/// The service of each function: the one that lists it, else its own word for it.
pub(crate) fn service_names<'a>(input: &Input<'a>) -> Vec<&'a str> {
    let listed: FxHashMap<&FunctionId, &str> = input
        .services
        .iter()
        .flat_map(|service| service.functions.iter().map(|function| (function, service.name.as_str())))
        .collect();
    let name = |function: &'a Function| listed.get(&function.id).copied().unwrap_or(&function.service);
    input.functions.iter().map(name).collect()
}

pub(crate) fn nodes(input: &Input<'_>, table: &Table, counts: &Counts) -> Vec<FunctionNode> {
    let mut starts: FxHashMap<&RepoPath, usize> = FxHashMap::default();
    for entry in input.functions.iter().filter_map(|function| function.entry.as_ref()) {
        *starts.entry(&entry.path).or_default() += 1;
    }
    let services = service_names(input);
    let no_code: Vec<&FunctionId> = input
        .closures
        .iter()
        .filter(|closure| closure.basis == Basis::Nothing)
        .map(|closure| &closure.function)
        .collect();
    let node = |(number, function): (usize, &Function)| {
        let changes = counts.changes[number].len() as u32;
        let together = function.entry.as_ref().map_or(1, |entry| starts[&entry.path]);
        let inseparable = together > 1 && !table.has_own[number];
        let why = if function.entry.is_none() && no_code.contains(&&function.id) {
            Some(Unknown::NoCode)
        } else {
            let entry = function.entry.as_ref().filter(|_| inseparable);
            entry
                .map(|entry| Unknown::Inseparable { entry: entry.path.clone(), functions: together })
                .or_else(|| too_little_history(counts.changesets.of_behaviour(), changes, &input.options))
        };
        FunctionNode {
            id: function.id.clone(),
            service: services[number].to_owned(),
            changes,
            weighted_changes: counts.weighted[number],
            deployments: counts.deployments[number],
            inseparable,
            knowledge: why.map_or(Knowledge::Known, Knowledge::Unknown),
        }
    };
    input.functions.iter().enumerate().map(node).collect()
}

fn too_little_history(changesets: u32, changes: u32, options: &Options) -> Option<Unknown> {
    if changesets < options.min_changesets {
        Some(Unknown::FewChangesets { changesets, needed: options.min_changesets })
    } else if changes < options.min_changes {
        Some(Unknown::FewChanges { changes, needed: options.min_changes })
    } else {
        None
    }
}
