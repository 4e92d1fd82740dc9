//! How independence developed: the history in periods, each with how often functions changed alone in it, and with the
//! couplings that the measure would have found at its end, of what had happened by then.
//!
//! The formula is that of today for every period, and so are the functions and their code: what stands at the end of a
//! period is what [`crate::couple`] measures with that moment as its as-of time. Whose a changed file is stands in one
//! table for all of them, so that a period costs its counting and no more.

use lockstep_model::Timestamp;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::{
    Coupling, FunctionNode, Input, Knowledge, Share,
    attribute::{self, Touched},
    count, graph, pair_prior, prior,
    repositories::Scope,
    significance,
    table::Table,
};

/// A share of fewer changesets than this is not told: one changeset more or less would move it by a tenth.
pub const FEWEST: u32 = 10;

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first second.
    pub from: Timestamp,
    /// Its last second.
    pub to: Timestamp,
}

/// Says whether a coupling is one to speak of. Asked only where enough is known of both functions.
pub type Flagged<'a> = &'a (dyn Fn(&Coupling) -> bool + Sync);

/// A history in periods.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Trend {
    /// The services, by name.
    pub services: Vec<String>,
    /// Per function: its service, as a number into these.
    pub service_of: Vec<usize>,
    /// The periods, in their order.
    pub periods: Vec<PeriodTrend>,
    /// The changesets that edit a function's own code, whether or not they lie in a period; oldest first.
    pub edits: Vec<Edit>,
    /// More functions than this are a sweeping change.
    pub max_functions: usize,
}

/// How many units a changeset edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    /// When.
    pub time: Timestamp,
    /// How many functions; at least one.
    pub functions: usize,
    /// How many services; at least one.
    pub services: usize,
}

/// One period.
#[derive(Clone, Debug, PartialEq)]
pub struct PeriodTrend {
    /// When.
    pub period: Period,
    /// What its changesets edit.
    pub whole: Alone,
    /// The same of those that edit a function of a service, per service.
    pub services: Vec<Alone>,
    /// The couplings at its end; none if the history was too short by then to tell.
    pub end: Option<AtEnd>,
}

/// Changesets that edit a function's own code, sweeping ones included, by how alone they leave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Alone {
    /// All of them.
    pub changesets: u32,
    /// Those that edit exactly one function.
    pub one_function: u32,
    /// Those that edit functions of exactly one service.
    pub one_service: u32,
    /// Those that edit more functions than the measure takes for one change.
    pub sweeping: u32,
}

impl Alone {
    /// The share that edits exactly one function; none of fewer than [`FEWEST`] changesets.
    pub fn of_functions(self) -> Option<Share> {
        self.share(self.one_function)
    }

    /// The share that edits exactly one service; none of fewer than [`FEWEST`] changesets.
    pub fn of_services(self) -> Option<Share> {
        self.share(self.one_service)
    }

    fn share(self, single: u32) -> Option<Share> {
        (self.changesets >= FEWEST).then_some(Share { changesets: self.changesets, single })
    }

    fn and(self, other: Self) -> Self {
        Self {
            changesets: self.changesets + other.changesets,
            one_function: self.one_function + other.one_function,
            one_service: self.one_service + other.one_service,
            sweeping: self.sweeping + other.sweeping,
        }
    }

    fn add(&mut self, functions: usize, services: usize, most: usize) {
        self.changesets += 1;
        self.one_function += u32::from(functions == 1);
        self.one_service += u32::from(services == 1);
        self.sweeping += u32::from(functions > most);
    }
}

/// What the measure would have said at the end of a period.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct AtEnd {
    /// Per service: the functions of which enough was known.
    pub known: Vec<u32>,
    /// The couplings to speak of, by their functions.
    pub pairs: Vec<Pair>,
    /// Those of them that were none at the end of the period before; empty where nothing was known then.
    pub began: Vec<Pair>,
    /// Those of the period before that are none any more, with their figures of now.
    pub ceased: Vec<Pair>,
}

/// Two functions and their figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The function with the smaller number.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// The mean strength of both directions, contracts left out; 0 to 1.
    pub strength: f64,
    /// The lower bound of the weaker direction, contracts left out; 0 to 1.
    pub lower: f64,
    /// Changesets that edit both.
    pub support: u32,
}

impl Pair {
    fn of(coupling: &Coupling) -> Self {
        let (forth, back) = (coupling.a_to_b, coupling.b_to_a);
        Self {
            a: coupling.a,
            b: coupling.b,
            strength: (forth.strength_free + back.strength_free) / 2.0,
            lower: forth.lower_free.min(back.lower_free),
            support: coupling.support,
        }
    }
}

/// How the functions of `input` developed in `periods`, which follow each other in the order of time. Nothing after the
/// as-of time of `input` is counted.
pub fn trend(input: &Input<'_>, periods: &[Period], flagged: Flagged<'_>) -> Trend {
    let table = Table::new(input, &crate::closures_in_order(input));
    let touched = attribute::touched(&table, input.history, input.as_of);
    let (services, service_of) = services(input);
    let mut periods: Vec<(PeriodTrend, Vec<Coupling>)> = periods
        .par_iter()
        .map(|period| {
            let (whole, of_services) = alone(input, &touched, *period, &service_of, services.len());
            let (end, couplings) = match at_end(input, &table, &touched, period.to) {
                Some((nodes, couplings)) => {
                    let end = AtEnd {
                        known: known_by_service(&nodes, &service_of, services.len()),
                        pairs: flagged_pairs(&nodes, &couplings, flagged),
                        ..AtEnd::default()
                    };
                    (Some(end), couplings)
                }
                None => (None, Vec::new()),
            };
            (PeriodTrend { period: *period, whole, services: of_services, end }, couplings)
        })
        .collect();
    compare(&mut periods);
    let edits = touched.iter().filter(|touched| !touched.own.is_empty()).map(|touched| Edit {
        time: touched.time,
        functions: touched.own.len(),
        services: services_in(&touched.own, &service_of).len(),
    });
    Trend {
        edits: edits.collect(),
        services,
        service_of,
        periods: periods.into_iter().map(|(period, _)| period).collect(),
        max_functions: input.options.max_functions,
    }
}

impl Trend {
    /// What the changesets of all periods edit that edit a function of the service numbered `service`.
    pub fn all_of(&self, service: usize) -> Alone {
        self.periods.iter().fold(Alone::default(), |all, period| all.and(period.services[service]))
    }

    /// What the changesets up to a moment edit, and what those after it do. The moment is `at`; without one it is when
    /// half of the changesets had passed.
    pub fn halves(&self, at: Option<Timestamp>) -> Option<(Timestamp, Alone, Alone)> {
        let middle = || self.edits.get((self.edits.len() / 2).checked_sub(1)?).map(|edit| edit.time);
        let at = at.or_else(middle)?;
        let (mut before, mut after) = (Alone::default(), Alone::default());
        for edit in &self.edits {
            let side = if edit.time <= at { &mut before } else { &mut after };
            side.add(edit.functions, edit.services, self.max_functions);
        }
        Some((at, before, after))
    }
}

/// The names of all services, and the number of each function's.
fn services(input: &Input<'_>) -> (Vec<String>, Vec<usize>) {
    let of = graph::service_names(input);
    let mut names = of.clone();
    names.sort_unstable();
    names.dedup();
    let numbers: FxHashMap<&str, usize> = names.iter().enumerate().map(|(number, name)| (*name, number)).collect();
    (names.iter().map(|name| (*name).to_owned()).collect(), of.iter().map(|name| numbers[name]).collect())
}

/// The services of functions, each once.
fn services_in(functions: &[u32], service_of: &[usize]) -> Vec<usize> {
    let mut services: Vec<usize> = functions.iter().map(|function| service_of[*function as usize]).collect();
    services.sort_unstable();
    services.dedup();
    services
}

/// The first changeset of `touched`, which are in the order of time, that came after `time`.
fn after(touched: &[Touched], time: Timestamp) -> usize {
    touched.partition_point(|touched| touched.time <= time)
}

/// What the changesets of a period edit, of all functions and per service.
fn alone(
    input: &Input<'_>,
    touched: &[Touched],
    period: Period,
    service_of: &[usize],
    services: usize,
) -> (Alone, Vec<Alone>) {
    let (mut whole, mut by_service) = (Alone::default(), vec![Alone::default(); services]);
    let end = after(touched, period.to);
    let inside = &touched[after(touched, period.from.saturating_sub(1)).min(end)..end];
    for own in inside.iter().map(|touched| &touched.own).filter(|own| !own.is_empty()) {
        let of = services_in(own, service_of);
        let most = input.options.max_functions;
        whole.add(own.len(), of.len(), most);
        of.iter().for_each(|service| by_service[*service].add(own.len(), of.len(), most));
    }
    (whole, by_service)
}

/// What [`crate::couple`] says with `time` as its as-of time; none if the history was too short for it to say anything.
fn at_end(
    input: &Input<'_>,
    table: &Table,
    touched: &[Touched],
    time: Timestamp,
) -> Option<(Vec<FunctionNode>, Vec<Coupling>)> {
    let input = Input { as_of: time.min(input.as_of), ..input.clone() };
    let touched = &touched[..after(touched, time)];
    let counts = count::count(touched, table, &input);
    if counts.changesets.of_behaviour() < input.options.min_changesets {
        return None;
    }
    let global = prior::fit(&counts, Scope::Within, &input.options);
    let priors = pair_prior::PairPriors::fit(&counts, touched, input.likeness, global, &input.options);
    let gate = significance::test(&counts, input.options.min_support);
    Some((graph::nodes(&input, table, &counts), graph::couplings(&counts, &priors, &gate)))
}

fn is_known(node: &FunctionNode) -> bool {
    node.knowledge == Knowledge::Known
}

fn known_by_service(nodes: &[FunctionNode], service_of: &[usize], services: usize) -> Vec<u32> {
    let mut known = vec![0; services];
    let all = nodes.iter().zip(service_of).filter(|(node, _)| is_known(node));
    all.for_each(|(_, service)| known[*service] += 1);
    known
}

fn flagged_pairs(nodes: &[FunctionNode], couplings: &[Coupling], flagged: Flagged<'_>) -> Vec<Pair> {
    let known = |coupling: &&Coupling| is_known(&nodes[coupling.a]) && is_known(&nodes[coupling.b]);
    couplings.iter().filter(known).filter(|coupling| flagged(coupling)).map(Pair::of).collect()
}

/// Fills in which pairs began and which ceased. Pairs and couplings are in the order of their functions.
fn compare(periods: &mut [(PeriodTrend, Vec<Coupling>)]) {
    let key = |pair: &Pair| (pair.a, pair.b);
    for at in 1..periods.len() {
        let (earlier, later) = periods.split_at_mut(at);
        let Some(before) = earlier[at - 1].0.end.as_ref().map(|end| &end.pairs) else { continue };
        let (now, couplings) = &mut later[0];
        let Some(now) = now.end.as_mut() else { continue };
        let is_in = |pairs: &[Pair], pair: &Pair| pairs.binary_search_by_key(&key(pair), key).is_ok();
        now.began = now.pairs.iter().filter(|pair| !is_in(before, pair)).copied().collect();
        let gone = before.iter().filter(|pair| !is_in(&now.pairs, pair));
        now.ceased = gone
            .filter_map(|pair| {
                let found = couplings.binary_search_by_key(&key(pair), |coupling| (coupling.a, coupling.b));
                found.ok().map(|at| Pair::of(&couplings[at]))
            })
            .collect();
    }
}
