//! Who says how likely B changes when A does: this tool, the formula it started from, and the two baselines that it
//! has to beat. All are made from the past alone.

use crate::{
    Options, Prior,
    backtest::{pairs::Pairs, sets::Set},
    measure,
    pair_prior::{PairPriors, Scratch, Strengths},
    prior,
};
use lockstep_model::Timestamp;

/// An answer for every ordered pair of functions.
pub(crate) trait Estimator: Sync {
    /// How likely each other function changes in a changeset that changes `a`; for estimators that are no probability, any
    /// number between 0 and 1 that orders pairs.
    fn of(&self, a: usize, scratch: &mut Scratch) -> Strengths;

    /// False if it says the same whatever `a` is.
    fn is_of_pairs(&self) -> bool {
        true
    }
}

/// The baseline that knows nothing of pairs: how often B changes at all.
pub(crate) struct Popularity {
    shares: Vec<f64>,
}

impl Popularity {
    /// From the changesets that touch at most `most` functions.
    pub(crate) fn of(past: &[Set], functions: usize, most: usize) -> Self {
        let kept = past.iter().filter(|set| set.functions.len() <= most);
        let pairs = Pairs::count(functions, kept.clone().map(|set| (&set.functions[..], 1.0)));
        let all = kept.count().max(1) as f64;
        Self { shares: pairs.changes.iter().map(|changes| changes / all).collect() }
    }
}

impl Estimator for Popularity {
    fn of(&self, _: usize, _: &mut Scratch) -> Strengths {
        let shares = (0u32..).zip(self.shares.iter().copied());
        Strengths { some: shares.filter(|(_, share)| *share > 0.0).collect(), rest: 0.0 }
    }

    fn is_of_pairs(&self) -> bool {
        false
    }
}

/// The baseline of code-maat: shared revisions over the mean of both functions' revisions, over commits as they are.
pub(crate) struct Degree {
    pairs: Pairs,
}

impl Degree {
    pub(crate) fn of<'a>(commits: impl Iterator<Item = &'a Set>, functions: usize) -> Self {
        Self { pairs: Pairs::count(functions, commits.map(|set| (&set.functions[..], 1.0))) }
    }
}

impl Estimator for Degree {
    fn of(&self, a: usize, _: &mut Scratch) -> Strengths {
        let partners = self.pairs.partners(a).iter();
        Strengths { some: partners.map(|(b, _)| (*b, degree(&self.pairs, a, *b as usize))).collect(), rest: 0.0 }
    }
}

/// Shared revisions over mean revisions, 0 to 1.
pub(crate) fn degree(pairs: &Pairs, a: usize, b: usize) -> f64 {
    let mean = (pairs.changes[a] + pairs.changes[b]) / 2.0;
    if mean > 0.0 { pairs.joint(a, b) / mean } else { 0.0 }
}

/// The formula that the measure started from: confidence over changesets of at most ten functions with a half-life of a
/// year, shrunk by one Beta prior fitted to all pairs. Kept as it was found, so that progress can be measured.
pub(crate) struct Frozen {
    pairs: Pairs,
    prior: Prior,
}

impl Frozen {
    pub(crate) fn of(past: &[Set], functions: usize, now: Timestamp) -> Self {
        // Not the options of the run: what is frozen does not follow the configuration.
        let frozen = Options::default();
        let weight = |set: &Set| {
            let age_in_days = (now - set.time) as f64 / 86_400.0;
            (-age_in_days / frozen.half_life_days).exp2()
        };
        let kept = past.iter().filter(|set| set.functions.len() <= frozen.max_functions);
        let pairs = Pairs::count(functions, kept.map(|set| (&set.functions[..], weight(set))));
        let mut known = vec![false; functions];
        past.iter().flat_map(|set| &set.functions).for_each(|function| known[*function as usize] = true);
        let prior = prior::of_all_pairs(&pairs.changes, &pairs.all(), &known);
        Self { pairs, prior }
    }
}

impl Estimator for Frozen {
    fn of(&self, a: usize, _: &mut Scratch) -> Strengths {
        let strength = |joint| measure::strength(self.prior, joint, self.pairs.changes[a]);
        let some = self.pairs.partners(a).iter().map(|(b, joint)| (*b, strength(*joint))).collect();
        Strengths { some, rest: strength(0.0) }
    }
}

/// This tool: the strengths that it prints.
pub(crate) struct Tool<'a> {
    pub priors: &'a PairPriors,
}

impl Estimator for Tool<'_> {
    fn of(&self, a: usize, scratch: &mut Scratch) -> Strengths {
        self.priors.strengths(a, scratch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Timestamp = 86_400;

    fn past() -> Vec<Set> {
        let all: [(Timestamp, &[u32]); 10] = [
            (0, &[0, 1]),
            (10, &[0, 1, 2]),
            (20, &[3]),
            (40, &[2, 3]),
            (60, &[0, 1]),
            (100, &[4]),
            (150, &[1, 2]),
            (200, &[0, 3]),
            (300, &[2, 3]),
            (365, &[0]),
        ];
        all.map(|(day, functions)| Set { time: day * DAY, functions: functions.to_vec() }).to_vec()
    }

    fn score(estimator: &dyn Estimator, a: usize, b: u32) -> f64 {
        let Strengths { some, rest } = estimator.of(a, &mut Scratch::new(5));
        some.into_iter().find(|(function, _)| *function == b).map_or(rest, |(_, score)| score)
    }

    fn close(ours: f64, theirs: f64, by: f64) {
        assert!((ours - theirs).abs() < by, "{ours} instead of {theirs}");
    }

    /// Against `measures.Hist` and `measures.fit_beta` of the experiment on the same ten changesets.
    #[test]
    fn agree_with_the_experiment() {
        let degree = Degree::of(past().iter(), 5);
        for (a, b, theirs) in [(0, 1, 0.666_667), (1, 0, 0.666_667), (0, 2, 0.222_222), (1, 2, 0.5), (0, 4, 0.0)] {
            close(score(&degree, a, b), theirs, 1e-6);
        }
        let frozen = Frozen::of(&past(), 5, 365 * DAY);
        for (a, b, theirs) in [(0, 1, 0.250_942), (1, 0, 0.251_209), (2, 3, 0.250_971), (0, 4, 0.249_377)] {
            close(score(&frozen, a, b), theirs, 2e-3);
        }
    }

    #[test]
    fn popularity_is_how_often_a_function_changes() {
        let popularity = Popularity::of(&past(), 5, 2);
        close(score(&popularity, 4, 0), 4.0 / 9.0, 1e-12);
        close(score(&popularity, 0, 4), 1.0 / 9.0, 1e-12);
    }
}
