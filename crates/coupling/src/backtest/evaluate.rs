//! How well an estimator foretells the future.
//!
//! Two questions are asked, as in the experiment behind the measure. *Events*: a changeset of the future touches A; is B
//! in it as well? Asked for every B that is alive, also where A changed alone, so that popularity and over-prediction
//! are punished. *Queries*: a changeset of the future touches A and others; how high are the others ranked?
//!
//! Most pairs have nothing that tells them apart, and one score: candidates with one score are counted, not listed.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::{
    backtest::{
        calibration::Calibration,
        estimate::Estimator,
        metrics::{Tied, area_under_curve, average_precision},
        ranking::Ranking,
        sets::Set,
    },
    pair_prior::Scratch,
};

/// What the future holds.
pub(crate) struct Future<'a> {
    /// Per function: true if it existed at the split.
    alive: &'a [bool],
    /// Per function that is alive and changes: what is asked of it.
    asked: BTreeMap<u32, Asked>,
    queries: u64,
}

/// What is asked of one function.
#[derive(Default)]
struct Asked {
    /// In how many of the changesets it is.
    trials: u64,
    /// The other functions in them that are alive, with their numbers among the queries.
    queries: Vec<(u64, Vec<u32>)>,
}

impl Asked {
    /// The others, and in how many of the changesets each is.
    fn joint(&self) -> BTreeMap<u32, u64> {
        let mut joint = BTreeMap::new();
        self.queries.iter().flat_map(|(_, others)| others).for_each(|other| *joint.entry(*other).or_default() += 1);
        joint
    }
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
    pub(crate) fn new(sets: &[Set], alive: &'a [bool], most: usize) -> Self {
        let (mut asked, mut queries) = (BTreeMap::<u32, Asked>::new(), 0);
        for set in sets.iter().filter(|set| set.functions.len() <= most) {
            let there: Vec<u32> = set.functions.iter().copied().filter(|function| alive[*function as usize]).collect();
            for a in &there {
                let of_a = asked.entry(*a).or_default();
                of_a.trials += 1;
                if there.len() > 1 {
                    of_a.queries.push((queries, there.iter().copied().filter(|b| b != a).collect()));
                    queries += 1;
                }
            }
        }
        Self { alive, asked, queries }
    }

    /// How many queries there are: pairs of a changeset and a function in it that is not alone there.
    pub(crate) fn queries(&self) -> u64 {
        self.queries
    }

    /// How many functions are alive.
    pub(crate) fn candidates(&self) -> usize {
        self.alive.iter().filter(|alive| **alive).count()
    }
}

/// Asks `estimator` both questions.
pub(crate) fn evaluate(estimator: &dyn Estimator, future: &Future<'_>) -> Scores {
    let answers = answers(estimator, future, true);
    let events = tied(answers.iter().flat_map(|answer| answer.events.iter().copied()).collect());
    Scores { e_auc: area_under_curve(&events), e_ap: average_precision(&events), ..scores(answers) }
}

/// As [`evaluate`], without the figures of events, which take all pairs at once.
pub(crate) fn foretold(estimator: &dyn Estimator, future: &Future<'_>) -> Scores {
    scores(answers(estimator, future, false))
}

/// What was answered about one function.
struct Answer {
    calibration: Calibration,
    /// Events with one score.
    events: Vec<(f64, Tied)>,
    /// By the numbers of the queries: average precision, and whether the first is right, and one of the first three.
    queries: Vec<(u64, [f64; 3])>,
}

fn answers(estimator: &dyn Estimator, future: &Future<'_>, with_events: bool) -> Vec<Answer> {
    let ranking = |a: u32, scratch: &mut Scratch| Ranking::new(&estimator.of(a as usize, scratch), future.alive);
    let always = (!estimator.is_of_pairs()).then(|| ranking(0, &mut Scratch::new(0)));
    let of = |scratch: &mut Scratch, (a, asked): (&u32, &Asked)| {
        let ranking = always.clone().unwrap_or_else(|| ranking(*a, scratch));
        answer(&ranking.without(*a), asked, with_events)
    };
    let asked: Vec<(&u32, &Asked)> = future.asked.iter().collect();
    asked.into_par_iter().map_init(|| Scratch::new(future.alive.len()), of).collect()
}

fn answer(ranking: &Ranking, asked: &Asked, with_events: bool) -> Answer {
    let joint = asked.joint();
    let mut hits = vec![0; ranking.groups().len()];
    joint.iter().for_each(|(b, joint)| hits[ranking.group_of(*b)] += joint);
    let mut answer = Answer { calibration: Calibration::default(), events: Vec::new(), queries: Vec::new() };
    for (group, hits) in ranking.groups().iter().zip(hits) {
        let tied = Tied { size: asked.trials * group.size, hits };
        answer.calibration.add(group.score, tied.size, tied.hits);
        if with_events {
            answer.events.push((group.score, tied));
        }
    }
    for (number, others) in &asked.queries {
        let groups = ranking.hit_by(others);
        let Some(precision) = groups.average_precision() else { continue };
        answer.queries.push((*number, [precision, groups.hit_in_first(1), groups.hit_in_first(3)]));
    }
    answer
}

/// All answers together, those to queries in the order in which they were asked.
fn scores(answers: Vec<Answer>) -> Scores {
    let mut calibration = Calibration::default();
    let mut queries: Vec<(u64, [f64; 3])> = Vec::new();
    for answer in answers {
        calibration.join(&answer.calibration);
        queries.extend(answer.queries);
    }
    queries.sort_unstable_by_key(|(number, _)| *number);
    let mean = |of: usize| {
        let sum: f64 = queries.iter().map(|(_, answers)| answers[of]).sum();
        (!queries.is_empty()).then(|| sum / queries.len() as f64)
    };
    Scores { e_auc: None, e_ap: None, map: mean(0), top1: mean(1), top3: mean(2), calibration }
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

#[cfg(test)]
mod tests;
