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
use statrs::function::gamma::{digamma, ln_gamma};

use crate::{
    Likeness, Options, Prior,
    attribute::Touched,
    count::Counts,
    distinct::Distinct,
    newton, prior,
    repositories::{Repositories, Scope},
    through::Through,
};

/// a + b of every pair's prior. Fitted freely it runs away where weighted counts vary less than whole ones; between 5
/// and 16 it made no difference.
pub const PRIOR_WEIGHT: f64 = 8.0;
/// Fewer ordered pairs than this make no regression.
const FEWEST_PAIRS: usize = 50;
/// Weight of changes that a function must have for its pairs to be part of the fit.
const FEWEST_CHANGES: f64 = 1.0;
/// Of the pairs that never changed together, as many as this are looked at; more say the same.
const MOST_WITHOUT: usize = 40_000;
/// Of more functions than this the likeness of all pairs is not held at once: 16 MB.
const MOST_ALIKE: usize = 2_000;
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
    /// The likeness of each two functions, the second before the first, where all of them are asked for.
    alike: Vec<f64>,
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
            if counts.rows.len() <= MOST_ALIKE {
                let alike = |a: usize| priors.likeness.with_those_before(a);
                priors.alike = (0..counts.rows.len()).into_par_iter().flat_map_iter(alike).collect();
            }
            priors.model = model(&pairs(counts, &priors));
        }
        priors
    }

    /// The prior of how often `b` changes when `a` does.
    pub(crate) fn of(&self, a: usize, b: usize) -> Prior {
        if self.repositories.scope(a, b) == Scope::Across {
            return self.across;
        }
        let Some(model) = self.model else { return self.global };
        let [_, likeness, through] = self.features(a, b);
        weighing(PRIOR_WEIGHT, share(model.intercept + model.likeness * likeness + model.through * through))
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

    /// What the coefficients of the regression are multiplied with.
    fn features(&self, a: usize, b: usize) -> [f64; 3] {
        let through = self.through.between(a, b).clamp(SHARES.0, SHARES.1);
        [1.0, self.alike(a, b).sqrt(), (through / (1.0 - through)).ln()]
    }

    /// How alike the code of `a` and `b` is, which is the same both ways.
    fn alike(&self, a: usize, b: usize) -> f64 {
        let (first, second) = (a.max(b), a.min(b));
        let known = (first * first.saturating_sub(1) / 2).checked_add(second).filter(|_| first != second);
        known.and_then(|at| self.alike.get(at).copied()).unwrap_or_else(|| self.likeness.between(a, b))
    }
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

/// All ordered pairs of one repository whose first function changed enough and whose second changed at all, row by row; of those that
/// never changed together every n-th, counted n times, where there are very many.
fn pairs(counts: &Counts, priors: &PairPriors) -> Vec<Pair> {
    let alive: Vec<usize> = (0..counts.rows.len()).filter(|function| !counts.changes[*function].is_empty()).collect();
    let rows: Vec<usize> =
        alive.iter().copied().filter(|function| counts.weighted[*function] >= FEWEST_CHANGES).collect();
    let repositories = &counts.repositories;
    let others = repositories.others(&|function| !counts.changes[function].is_empty(), Scope::Within);
    if rows.iter().map(|row| others[repositories.of(*row)]).sum::<usize>() < FEWEST_PAIRS {
        return Vec::new();
    }
    let within = |row: usize, other: usize| repositories.scope(row, other) == Scope::Within;
    let met = |row: usize| counts.rows[row].iter().filter(|cell| within(row, cell.other as usize)).count();
    let without: usize = rows.iter().map(|row| others[repositories.of(*row)].saturating_sub(met(*row))).sum();
    let step = without.div_ceil(MOST_WITHOUT).max(1);
    rows.par_iter()
        .enumerate()
        .flat_map_iter(|(at, a)| {
            let a = *a;
            // Each row starts elsewhere, so that no function is left out throughout.
            let mut seen = at % step;
            let wanted = alive.iter().copied().filter(move |b| *b != a && within(a, *b)).filter_map(move |b| {
                let found = counts.rows[a].binary_search_by_key(&(b as u32), |cell| cell.other);
                if let Ok(at) = found {
                    return Some((b, counts.rows[a][at].joint, 1.0));
                }
                seen += 1;
                seen.is_multiple_of(step).then_some((b, 0.0, step as f64))
            });
            wanted.map(move |(b, joint, weight)| Pair {
                joint,
                changes: counts.weighted[a].max(joint),
                features: priors.features(a, b),
                weight,
            })
        })
        .collect()
}

/// The regression that makes the pairs most likely; none if there are no pairs or no joint change among them.
fn model(pairs: &[Pair]) -> Option<PairModel> {
    if !pairs.iter().any(|pair| pair.joint > 0.0) {
        return None;
    }
    // Most pairs never changed together, and of a function that is like no other many pairs look the same.
    let mut distinct = Distinct::default();
    let key = |pair: &Pair| [pair.joint, pair.changes, pair.features[1], pair.features[2]].map(f64::to_bits);
    let numbers: Vec<u32> = pairs.iter().map(|pair| distinct.number(key(pair), pair)).collect();
    let found = newton::minimise(USUAL.map(|(mean, _)| mean), |point| cost(pairs, &distinct, &numbers, point));
    Some(PairModel { intercept: found[0], likeness: found[1], through: found[2] })
}

/// −log of the posterior of the coefficients, up to a constant, with its gradient and its curvature. `numbers` tells of each
/// pair which of the distinct ones it is.
fn cost(pairs: &[Pair], distinct: &Distinct<[u64; 4], &Pair>, numbers: &[u32], point: [f64; 3]) -> newton::Local {
    let terms: Vec<(f64, f64, f64)> = distinct.map(|pair| {
        let eta: f64 = (0..3).map(|i| point[i] * pair.features[i]).sum();
        let step = 1e-4;
        let curvature = (slope(pair, eta + step) - slope(pair, eta - step)) / (2.0 * step);
        (log_likelihood(pair, eta), slope(pair, eta), curvature)
    });
    let mut local = newton::Local::default();
    for (pair, number) in pairs.iter().zip(numbers) {
        let (value, slope, curvature) = terms[*number as usize];
        local.value -= pair.weight * value;
        for i in 0..3 {
            local.gradient[i] -= pair.weight * slope * pair.features[i];
            for j in 0..3 {
                local.curvature[i][j] -= pair.weight * curvature * pair.features[i] * pair.features[j];
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

/// log of the Beta-binomial likelihood of a pair whose prior mean has the logit `eta`, up to what does not depend on it.
fn log_likelihood(pair: &Pair, eta: f64) -> f64 {
    let mean = share(eta);
    let (a, b) = (PRIOR_WEIGHT * mean, PRIOR_WEIGHT * (1.0 - mean));
    let joint = if pair.joint > 0.0 { ln_gamma(pair.joint + a) - ln_gamma(a) } else { 0.0 };
    joint + ln_gamma(pair.changes - pair.joint + b) - ln_gamma(b)
}

/// Its derivative.
fn slope(pair: &Pair, eta: f64) -> f64 {
    let mean = share(eta);
    let (a, b) = (PRIOR_WEIGHT * mean, PRIOR_WEIGHT * (1.0 - mean));
    let joint = if pair.joint > 0.0 { digamma(pair.joint + a) - digamma(a) } else { 0.0 };
    let missed = digamma(pair.changes - pair.joint + b) - digamma(b);
    (joint - missed) * PRIOR_WEIGHT * mean * (1.0 - mean)
}
