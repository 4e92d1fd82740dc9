//! What two functions look like before their joint history is looked at: a Beta prior for every ordered pair.
//!
//! Pairs differ before any history speaks: their code is alike or not, and the other functions tie them together or
//! do not. A regression fitted on the repository turns both into an expected share π, and the prior counts for as much
//! as eight changes would:
//!
//! ```text
//! logit π(A→B) = α + β·√likeness(A, B) + γ·logit t(A→B)       a = 8 π     b = 8 (1 − π)
//! ```
//!
//! α, β and γ maximise the Beta-binomial likelihood of all ordered pairs (empirical Bayes), held near what was found on
//! other repositories by a wide normal prior, so that a small repository cannot run away with them. How it was chosen,
//! and what did not help, is in `docs/src/evaluation-measure.md`.

use rayon::prelude::*;

use crate::{
    Likeness, Options, Prior,
    attribute::Touched,
    count::Counts,
    distinct::Weighted,
    gamma::{LnGamma, ln_gamma},
    measure, newton,
    pair_sample::{Sample, Second},
    prior,
    repositories::{Repositories, Scope},
    through::{Shares, Through},
};

/// a + b of every pair's prior. Fitted freely it runs away where weighted counts vary less than whole ones; between 5
/// and 16 it made no difference.
pub const PRIOR_WEIGHT: f64 = 8.0;
/// Bounds of the share through others, so that its logit is finite.
const SHARES: (f64, f64) = (1e-5, 0.98);
/// Where α, β and γ were on other repositories, and how far they may be from there.
const USUAL: [(f64, f64); 3] = [(-1.0, 3.0), (3.5, 3.0), (0.75, 0.5)];

/// The regression of a repository.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairModel {
    /// α.
    pub intercept: f64,
    /// β, of the square root of the likeness.
    pub likeness: f64,
    /// γ, of the logit of the share through others.
    pub through: f64,
}

/// The priors of all pairs.
pub(crate) struct PairPriors {
    /// The prior of any pair.
    pub global: Prior,
    /// The prior of pairs of two repositories, which meet only where something joins their changesets.
    across: Prior,
    repositories: Repositories,
    /// None where the repository is too small; then the global one serves.
    pub model: Option<PairModel>,
    pub likeness: Likeness,
    pub through: Through,
    /// Per function: how alike it is to each that it changed with, ascending. Empty where no regression is made.
    alike: Vec<Vec<(u32, f64)>>,
}

/// One per thread, so that a row takes no new memory.
pub(crate) struct Scratch {
    /// One zero per function.
    sums: Vec<f64>,
    /// Zeros.
    alike: Vec<f64>,
}

impl Scratch {
    pub(crate) fn new(functions: usize) -> Self {
        Self { sums: vec![0.0; functions], alike: Vec::new() }
    }
}

/// How often other functions change when a first one does.
pub(crate) struct Strengths {
    /// Of some of them, ascending.
    pub some: Vec<(u32, f64)>,
    /// Of all others.
    pub rest: f64,
}

impl PairPriors {
    pub(crate) fn fit(
        counts: &Counts,
        touched: &[Touched],
        likeness: Option<&Likeness>,
        global: Prior,
        options: &Options,
    ) -> Self {
        let mut priors = Self {
            global,
            across: prior::fit(counts, Scope::Across, options),
            repositories: counts.repositories.clone(),
            model: None,
            likeness: likeness.cloned().unwrap_or_default(),
            through: Through::of(counts, touched),
            alike: Vec::new(),
        };
        if counts.kept.len() >= options.min_changesets as usize {
            priors.alike = priors.alike_to_partners(counts);
            priors.model = Sample::of(counts).and_then(|sample| model(&pairs(counts, &sample, &priors)));
        }
        priors
    }

    fn alike_to_partners(&self, counts: &Counts) -> Vec<Vec<(u32, f64)>> {
        let of = |scratch: &mut Scratch, a: usize| {
            let partners = counts.rows[a].iter().map(|cell| cell.other);
            self.likeness.to_each(a, partners, &mut scratch.alike)
        };
        let functions = counts.rows.len();
        (0..functions).into_par_iter().map_init(|| Scratch::new(functions), of).collect()
    }

    /// The prior of how often `b` changes when `a` does.
    pub(crate) fn of(&self, a: usize, b: usize) -> Prior {
        if self.repositories.scope(a, b) == Scope::Across {
            return self.across;
        }
        let Some(model) = self.model else { return self.global };
        model.prior(features(self.alike(a, b), self.through.between(a, b)))
    }

    /// How often each other function changes when `a` does.
    pub(crate) fn strengths(&self, a: usize, scratch: &mut Scratch) -> Strengths {
        let joint: Vec<(u32, f64)> = self.through.partners(a).collect();
        let shares = match self.model {
            Some(_) => self.through.from(a, &mut scratch.sums),
            None => Shares { reached: joint.clone(), otherwise: 0.0 },
        };
        let joint_with = |b: u32| joint.binary_search_by_key(&b, |(other, _)| *other).map_or(0.0, |at| joint[at].1);
        let changes = self.through.changes(a);
        let within =
            |alike: f64, through: f64| self.model.map_or(self.global, |model| model.prior(features(alike, through)));
        let of = |b: u32, alike: f64, through: f64| match self.repositories.scope(a, b as usize) {
            Scope::Across => (b, measure::strength(self.across, joint_with(b), changes)),
            Scope::Within => (b, measure::strength(within(alike, through), joint_with(b), changes)),
        };
        let some = if self.likeness.is_known() || self.repositories.count() > 1 {
            let all = 0..self.repositories.functions() as u32;
            let alike = self.likeness.to_each(a, all, &mut scratch.alike);
            alike.into_iter().map(|(b, alike)| of(b, alike, shares.of(b as usize))).collect()
        } else {
            shares.reached.iter().map(|(b, through)| of(*b, 0.0, *through)).collect()
        };
        Strengths { some, rest: measure::strength(within(0.0, shares.otherwise), 0.0, changes) }
    }

    /// The prior of the lower bound. That two functions are alike may excuse them and must not accuse them: a pair that
    /// hardly ever changed is held to no more than is usual of any pair, and no more of that is held against what happened.
    pub(crate) fn cautious(&self, a: usize, b: usize) -> Prior {
        let prior = self.of(a, b);
        if self.repositories.scope(a, b) == Scope::Across {
            return prior;
        }
        let of_any = |prior: Prior| prior.a + prior.b;
        let weight = of_any(self.global).clamp(of_any(Prior::FALLBACK), PRIOR_WEIGHT);
        if self.model.is_some() { weighing(weight, prior.mean().min(self.global.mean())) } else { prior }
    }

    /// How alike the code of `a` and `b` is, which is the same both ways.
    fn alike(&self, a: usize, b: usize) -> f64 {
        let known = self.alike.get(a).and_then(|alike| {
            let at = alike.binary_search_by_key(&(b as u32), |(other, _)| *other);
            at.ok().map(|at| alike[at].1)
        });
        known.unwrap_or_else(|| self.likeness.between(a, b))
    }
}

impl PairModel {
    fn prior(self, [_, likeness, through]: [f64; 3]) -> Prior {
        weighing(PRIOR_WEIGHT, share(self.intercept + self.likeness * likeness + self.through * through))
    }
}

/// What the coefficients of the regression are multiplied with.
fn features(alike: f64, through: f64) -> [f64; 3] {
    let through = through.clamp(SHARES.0, SHARES.1);
    [1.0, alike.sqrt(), (through / (1.0 - through)).ln()]
}

/// The prior that counts for `weight` changes and expects the share `mean`.
fn weighing(weight: f64, mean: f64) -> Prior {
    Prior { a: weight * mean, b: weight * (1.0 - mean), fitted: true }
}

/// The share whose logit is `eta`.
fn share(eta: f64) -> f64 {
    1.0 / (1.0 + (-eta.clamp(-12.0, 12.0)).exp())
}

/// One ordered pair of the fit.
struct Pair {
    joint: f64,
    changes: f64,
    features: [f64; 3],
    /// How many pairs it stands for.
    weight: f64,
}

/// The pairs of `sample`, row by row.
fn pairs(counts: &Counts, sample: &Sample<'_>, priors: &PairPriors) -> Vec<Pair> {
    let functions = counts.rows.len();
    let rows: Vec<Vec<Pair>> = sample
        .rows()
        .par_iter()
        .enumerate()
        .map_init(
            || Scratch::new(functions),
            |scratch, (at, a)| {
                let seconds = sample.beside(at);
                let shares = priors.through.from(*a, &mut scratch.sums);
                let functions = seconds.iter().map(|second| second.function);
                let alike = priors.likeness.to_each(*a, functions, &mut scratch.alike);
                let changes = counts.weighted[*a];
                seconds
                    .iter()
                    .zip(alike)
                    .map(|(second, (_, alike))| Pair::of(changes, second, alike, &shares))
                    .collect()
            },
        )
        .collect();
    rows.into_iter().flatten().collect()
}

impl Pair {
    fn of(changes: f64, second: &Second, alike: f64, shares: &Shares) -> Self {
        let Second { function, joint, weight } = *second;
        Self { joint, changes: changes.max(joint), features: features(alike, shares.of(function as usize)), weight }
    }
}

/// The regression that makes the pairs most likely; none if there are no pairs or no joint change among them.
fn model(pairs: &[Pair]) -> Option<PairModel> {
    if !pairs.iter().any(|pair| pair.joint > 0.0) {
        return None;
    }
    // Most pairs never changed together, and of a function that is like no other many pairs look the same.
    let mut weighted = Weighted::default();
    for pair in pairs {
        let key = [pair.joint, pair.changes, pair.features[1], pair.features[2]].map(f64::to_bits);
        weighted.add(key, pair, pair.weight);
    }
    let found = newton::minimise(USUAL.map(|(mean, _)| mean), &Cost(weighted));
    Some(PairModel { intercept: found[0], likeness: found[1], through: found[2] })
}

/// −log of the posterior of the coefficients, up to a constant.
struct Cost<'p>(Weighted<[u64; 4], &'p Pair>);

impl newton::Smooth<3> for Cost<'_> {
    fn at(&self, point: [f64; 3]) -> newton::Local<3> {
        let term = |pair: &&Pair| likelihood(pair, (0..3).map(|i| point[i] * pair.features[i]).sum());
        let mut local = newton::Local::default();
        for (Pair { features, .. }, weight, term) in self.0.with(term) {
            local.value -= weight * term.value;
            for i in 0..3 {
                local.gradient[i] -= weight * term.slope * features[i];
                for j in 0..3 {
                    local.curvature[i][j] -= weight * term.curvature * features[i] * features[j];
                }
            }
        }
        for (i, (mean, deviation)) in USUAL.into_iter().enumerate() {
            let away = (point[i] - mean) / deviation;
            local.value += away * away / 2.0;
            local.gradient[i] += away / deviation;
            local.curvature[i][i] += 1.0 / (deviation * deviation);
        }
        local
    }
}

/// log of the Beta-binomial likelihood of a pair whose prior mean has the logit `eta`, up to what does not depend on it, and its
/// first and second derivative by `eta`.
struct Likelihood {
    value: f64,
    slope: f64,
    curvature: f64,
}

/// See there. Of the mean m, da/dη = −db/dη = w m (1 − m), and d²a/dη² = (1 − 2 m) da/dη.
fn likelihood(pair: &Pair, eta: f64) -> Likelihood {
    let mean = share(eta);
    let (a, b) = (PRIOR_WEIGHT * mean, PRIOR_WEIGHT * (1.0 - mean));
    let change = PRIOR_WEIGHT * mean * (1.0 - mean);
    let joint = if pair.joint > 0.0 { ln_gamma(pair.joint + a) - ln_gamma(a) } else { LnGamma::default() };
    let missed = ln_gamma(pair.changes - pair.joint + b) - ln_gamma(b);
    let by_share = joint.slope - missed.slope;
    let curvature = (joint.curvature + missed.curvature) * change * change + by_share * change * (1.0 - 2.0 * mean);
    Likelihood { value: joint.value + missed.value, slope: by_share * change, curvature }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against differences of what they are derivatives of.
    #[test]
    fn derivatives_are_those_of_the_likelihood() {
        const STEP: f64 = 1e-4;
        for (joint, changes) in [(0.0, 0.4), (0.0, 60.0), (0.25, 3.0), (2.0, 2.0), (9.5, 40.0)] {
            let pair = Pair { joint, changes, features: [1.0, 0.0, 0.0], weight: 1.0 };
            for eta in [-9.0, -3.0, -0.5, 0.0, 2.0, 6.0] {
                let (before, after) = (likelihood(&pair, eta - STEP), likelihood(&pair, eta + STEP));
                let first = (after.value - before.value) / (2.0 * STEP);
                let second = (after.slope - before.slope) / (2.0 * STEP);
                let Likelihood { slope, curvature, .. } = likelihood(&pair, eta);
                let close = |x: f64, y: f64| (x - y).abs() < 1e-6 * (1.0 + y.abs());
                assert!(close(slope, first), "{joint} of {changes} at {eta}: {slope} {first}");
                assert!(close(curvature, second), "{joint} of {changes} at {eta}: {curvature} {second}");
            }
        }
    }
}
