//! How well an estimator foretells the future.
//!
//! Two questions are asked, as in the experiment behind the measure. *Events*: a changeset of the future touches A; is B
//! in it as well? Asked for every B that is alive, also where A changed alone, so that popularity and over-prediction
//! are punished. *Queries*: a changeset of the future touches A and others; how high are the others ranked?

use std::collections::BTreeMap;

use crate::backtest::{
    calibration::Calibration,
    estimate::Estimator,
    metrics::{Tied, area_under_curve, average_precision, hit_in_first},
    sets::Set,
};

/// What the future holds.
pub(crate) struct Future<'a> {
    /// The changesets after the split that touch few enough functions.
    sets: Vec<&'a Set>,
    /// Per function: true if it existed at the split.
    alive: &'a [bool],
    /// Per function that is alive: in how many of the sets it is.
    trials: BTreeMap<u32, u64>,
    /// Per ordered pair of functions that are alive: in how many of the sets both are.
    joint: BTreeMap<(u32, u32), u64>,
}

/// How well an estimator did.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// Events: the probability that one that comes true is ranked before one that does not; none if all or none do.
    pub e_auc: Option<f64>,
    /// Events: average precision; none if none comes true.
    pub e_ap: Option<f64>,
    /// Queries: mean average precision; this and the next two are none without queries.
    pub map: Option<f64>,
    /// Queries: how often the first answer is right.
    pub top1: Option<f64>,
    /// Queries: how often one of the first three is right.
    pub top3: Option<f64>,
    /// Events: predicted probabilities, and what came true.
    pub calibration: Calibration,
}

impl<'a> Future<'a> {
    /// The sets of at most `most` functions.
    pub(crate) fn new(sets: &'a [Set], alive: &'a [bool], most: usize) -> Self {
        let sets: Vec<&Set> = sets.iter().filter(|set| set.functions.len() <= most).collect();
        let (mut trials, mut joint) = (BTreeMap::new(), BTreeMap::new());
        for set in &sets {
            let there = living(set, alive);
            for a in &there {
                *trials.entry(*a).or_default() += 1;
                for b in there.iter().filter(|b| *b != a) {
                    *joint.entry((*a, *b)).or_default() += 1;
                }
            }
        }
        Self { sets, alive, trials, joint }
    }

    /// How many queries there are: pairs of a changeset and a function in it that is not alone there.
    pub(crate) fn queries(&self) -> u64 {
        let of = |set: &&Set| match living(set, self.alive).len() as u64 {
            1 => 0,
            several => several,
        };
        self.sets.iter().map(of).sum()
    }

    /// How many functions are alive.
    pub(crate) fn candidates(&self) -> usize {
        self.alive.iter().filter(|alive| **alive).count()
    }

    /// Functions that are alive and change in the future.
    fn asked(&self) -> impl Iterator<Item = (u32, u64)> {
        self.trials.iter().map(|(function, trials)| (*function, *trials))
    }
}

fn living(set: &Set, alive: &[bool]) -> Vec<u32> {
    set.functions.iter().copied().filter(|function| alive[*function as usize]).collect()
}

/// Asks `estimator` both questions.
pub(crate) fn evaluate(estimator: &dyn Estimator, future: &Future<'_>) -> Scores {
    let mut calibration = Calibration::default();
    let mut events: Vec<(f64, Tied)> = Vec::new();
    let mut rankings: BTreeMap<u32, Vec<(f64, u32)>> = BTreeMap::new();
    for (a, trials) in future.asked() {
        let mut ranking: Vec<(f64, u32)> = (0u32..)
            .zip(future.alive)
            .filter(|(b, alive)| **alive && *b != a)
            .map(|(b, _)| (estimator.score(a as usize, b as usize), b))
            .collect();
        for (score, b) in &ranking {
            let hits = future.joint.get(&(a, *b)).copied().unwrap_or(0);
            calibration.add(*score, trials, hits);
            events.push((*score, Tied { size: trials, hits }));
        }
        ranking.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        rankings.insert(a, ranking);
    }
    let events = tied(events);
    let queries = Queries::ask(future, &rankings);
    Scores {
        e_auc: area_under_curve(&events),
        e_ap: average_precision(&events),
        map: queries.mean(queries.precision),
        top1: queries.mean(queries.first),
        top3: queries.mean(queries.three),
        calibration,
    }
}

/// Joins what has one score, the best first.
fn tied(mut events: Vec<(f64, Tied)>) -> Vec<Tied> {
    events.sort_by(|x, y| y.0.total_cmp(&x.0));
    let join = |group: &[(f64, Tied)]| Tied {
        size: group.iter().map(|(_, tied)| tied.size).sum(),
        hits: group.iter().map(|(_, tied)| tied.hits).sum(),
    };
    events.chunk_by(|x, y| x.0 == y.0).map(join).collect()
}

/// Sums over all queries.
#[derive(Default)]
struct Queries {
    asked: u64,
    precision: f64,
    first: f64,
    three: f64,
}

impl Queries {
    fn ask(future: &Future<'_>, rankings: &BTreeMap<u32, Vec<(f64, u32)>>) -> Self {
        let mut all = Self::default();
        for set in &future.sets {
            let there = living(set, future.alive);
            for a in there.iter().filter(|_| there.len() > 1) {
                let Some(ranking) = rankings.get(a) else { continue };
                let hit = |b: &u32| u64::from(there.binary_search(b).is_ok());
                let group = |group: &[(f64, u32)]| Tied {
                    size: group.len() as u64,
                    hits: group.iter().map(|(_, b)| hit(b)).sum(),
                };
                let groups: Vec<Tied> = ranking.chunk_by(|x, y| x.0 == y.0).map(group).collect();
                let Some(precision) = average_precision(&groups) else { continue };
                all.asked += 1;
                all.precision += precision;
                all.first += hit_in_first(&groups, 1);
                all.three += hit_in_first(&groups, 3);
            }
        }
        all
    }

    fn mean(&self, sum: f64) -> Option<f64> {
        (self.asked > 0).then(|| sum / self.asked as f64)
    }
}

#[cfg(test)]
mod tests;
