//! What a pair of functions of this repository looks like before it is looked at: a Beta prior for P(B | A), fitted
//! by maximum likelihood to all ordered pairs at once (empirical Bayes).
//!
//! The joint changes J of an ordered pair, given the changes k of its first function, follow a Beta-binomial. The
//! fit is over the logit of its mean and the logarithm of its size (a + b), by Newton's method. Counts are sums of
//! weights, so the likelihood is that of Gamma functions, not of factorials.

use crate::{
    Options,
    count::Counts,
    distinct::Weighted,
    gamma::{LnGamma, ln_gamma},
    newton,
    repositories::Scope,
};

/// A Beta prior.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    /// Pseudo-count of joint changes.
    pub a: f64,
    /// Pseudo-count of changes without the other.
    pub b: f64,
    /// True if it was fitted on this history; false for the one that was found on others.
    pub fitted: bool,
}

impl Prior {
    /// The prior found on other repositories, for those that are too small to have one: Beta(0.4, 3.6).
    pub const FALLBACK: Self = Self { a: 0.4, b: 3.6, fitted: false };

    /// What it expects of a pair it knows nothing about.
    pub fn mean(self) -> f64 {
        self.a / (self.a + self.b)
    }
}

/// Fewer ordered pairs than this do not make a prior.
const FEWEST_PAIRS: usize = 200;
/// Weight of changes that a function must have for its pairs to be part of the fit.
const FEWEST_CHANGES: f64 = 1.0;
/// Bound of the logit of the mean.
const MOST_LOGIT: f64 = 15.0;
/// Bounds of a + b, as in the experiment that calibrated the measure.
const SIZES: (f64, f64) = (0.1, 1000.0);

/// The pairs of one first function.
struct Row {
    changes: f64,
    joint: Vec<f64>,
    /// How many other functions never changed with it.
    without: f64,
}

/// The prior of the pairs of `scope` in the history that `counts` describe.
pub(crate) fn fit(counts: &Counts, scope: Scope, options: &Options) -> Prior {
    let repositories = &counts.repositories;
    let others = repositories.others(&|function| !counts.changes[function].is_empty(), scope);
    let (mut rows, mut pairs, mut changes) = (Vec::new(), 0, vec![0.0; others.len()]);
    for (function, (row, weighted)) in counts.rows.iter().zip(&counts.weighted).enumerate() {
        if *weighted < FEWEST_CHANGES {
            continue;
        }
        let met = row.iter().filter(|cell| repositories.scope(function, cell.other as usize) == scope);
        let joint: Vec<f64> = met.map(|cell| cell.joint).collect();
        let repository = repositories.of(function);
        let without = others[repository].saturating_sub(joint.len()) as f64;
        pairs += others[repository];
        changes[repository] += weighted;
        rows.push(Row { changes: *weighted, joint, without });
    }
    let joint: f64 = rows.iter().flat_map(|row| &row.joint).sum();
    if pairs < FEWEST_PAIRS || counts.kept.len() < options.min_changesets as usize || joint <= 0.0 {
        return Prior::FALLBACK;
    }
    let all: f64 = changes.iter().zip(&others).map(|(changes, others)| changes * *others as f64).sum();
    maximise(&rows, (joint / all).max(1e-4))
}

/// The prior of all ordered pairs of the functions that are `known`, however few they are: of the weighted `changes` of
/// each function and the `joint` ones of each pair.
pub(crate) fn of_all_pairs(changes: &[f64], joint: &[((u32, u32), f64)], known: &[bool]) -> Prior {
    let others = known.iter().filter(|known| **known).count().saturating_sub(1);
    let mut partners: Vec<Vec<f64>> = vec![Vec::new(); changes.len()];
    for ((a, b), joint) in joint {
        partners[*a as usize].push(*joint);
        partners[*b as usize].push(*joint);
    }
    let rows: Vec<Row> = changes
        .iter()
        .zip(partners)
        .filter(|(changes, _)| **changes >= FEWEST_CHANGES)
        .map(|(changes, joint)| Row { changes: *changes, without: others.saturating_sub(joint.len()) as f64, joint })
        .collect();
    let joint: f64 = rows.iter().flat_map(|row| &row.joint).sum();
    let all: f64 = rows.iter().map(|row| row.changes).sum::<f64>() * others as f64;
    if joint > 0.0 { maximise(&rows, (joint / all).max(1e-4)) } else { Prior::FALLBACK }
}

/// a and b of a mean given as its logit and a size given as its logarithm, both held in sound bounds.
fn parameters(point: [f64; 2]) -> (f64, f64) {
    let mean = 1.0 / (1.0 + (-point[0].clamp(-MOST_LOGIT, MOST_LOGIT)).exp());
    let size = point[1].clamp(SIZES.0.ln(), SIZES.1.ln()).exp();
    (mean * size, (1.0 - mean) * size)
}

/// The weights of a fit, with how often each comes. Most come again: functions that changed together once, in the same changeset,
/// have the same.
#[derive(Default)]
struct Weights(Weighted<u64, f64>);

impl Weights {
    fn add(&mut self, weight: f64, times: f64) {
        self.0.add(weight.to_bits(), weight, times);
    }

    /// The sum of ln Γ(weight + `to`), with its derivatives by `to`.
    fn sum(&self, to: f64) -> LnGamma {
        let terms = self.0.with(|weight| ln_gamma(weight + to));
        terms.fold(LnGamma::default(), |sum, (_, times, term)| sum + term.times(times))
    }
}

/// −log of the likelihood of all rows, up to what does not depend on a and b.
#[derive(Default)]
struct Cost {
    /// Joint changes of pairs: that of pairs without any is 0.
    joint: Weights,
    /// Changes of pairs without the other.
    missed: Weights,
    /// Changes of the first functions of pairs.
    changes: Weights,
    pairs: f64,
}

impl Cost {
    fn of(rows: &[Row]) -> Self {
        let mut cost = Self::default();
        for row in rows {
            for joint in &row.joint {
                cost.joint.add(*joint, 1.0);
                cost.missed.add((row.changes - joint).max(0.0), 1.0);
            }
            cost.joint.add(0.0, row.without);
            cost.missed.add(row.changes, row.without);
            let pairs = row.without + row.joint.len() as f64;
            cost.changes.add(row.changes, pairs);
            cost.pairs += pairs;
        }
        cost
    }
}

impl newton::Smooth<2> for Cost {
    fn at(&self, point: [f64; 2]) -> newton::Local<2> {
        let (a, b) = parameters(point);
        // The three parts of the cost: what depends on a, on b, and on both.
        let of_a = ln_gamma(a).times(self.pairs) - self.joint.sum(a);
        let of_b = ln_gamma(b).times(self.pairs) - self.missed.sum(b);
        let of_both = self.changes.sum(a + b) - ln_gamma(a + b).times(self.pairs);
        let (by_a, by_b) = (of_a.slope + of_both.slope, of_b.slope + of_both.slope);
        let (by_aa, by_bb, by_ab) =
            (of_a.curvature + of_both.curvature, of_b.curvature + of_both.curvature, of_both.curvature);
        // With the mean m and the size s: da/dx = −db/dx = m (1 − m) s by the logit x, da/dy = a and db/dy = b by the
        // logarithm y. Beyond their bounds nothing changes.
        let free = [point[0].abs() < MOST_LOGIT, SIZES.0.ln() < point[1] && point[1] < SIZES.1.ln()].map(f64::from);
        let (size, mean) = (a + b, a / (a + b));
        let by_x = mean * (1.0 - mean) * size * free[0];
        let (a_y, b_y) = (a * free[1], b * free[1]);
        let bent = by_x * (1.0 - 2.0 * mean);
        let xx = (by_aa - 2.0 * by_ab + by_bb) * by_x * by_x + (by_a - by_b) * bent;
        let xy = by_x * (by_aa * a_y + by_ab * b_y - by_ab * a_y - by_bb * b_y) + (by_a - by_b) * by_x * free[1];
        let yy = by_aa * a_y * a_y + 2.0 * by_ab * a_y * b_y + by_bb * b_y * b_y + by_a * a_y + by_b * b_y;
        newton::Local {
            value: of_a.value + of_b.value + of_both.value,
            gradient: [(by_a - by_b) * by_x, by_a * a_y + by_b * b_y],
            curvature: [[xx, xy], [xy, yy]],
        }
    }
}

/// The most likely prior, from the crude mean and a size of e on.
fn maximise(rows: &[Row], mean: f64) -> Prior {
    let start = [(mean / (1.0 - mean).max(1e-9)).ln(), 1.0];
    let (a, b) = parameters(newton::minimise(start, &Cost::of(rows)));
    Prior { a, b, fitted: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against `measures.fit_beta` of the experiment (numpy, scipy) on the same counts.
    #[test]
    fn agrees_with_the_experiment() {
        let rows: Vec<Row> = [
            (40.0, vec![12.0, 9.5, 1.0, 1.0, 0.5], 15.0),
            (25.0, vec![12.0, 3.0], 18.0),
            (10.0, vec![9.5, 1.0, 0.25], 17.0),
            (6.5, vec![3.0, 1.0], 18.0),
            (3.0, vec![0.5], 19.0),
        ]
        .into_iter()
        .map(|(changes, joint, without)| Row { changes, joint, without })
        .collect();
        let prior = maximise(&rows, 0.02);
        let (a, b) = (0.055_387_65, 1.551_336_65);
        assert!((prior.a / a - 1.0).abs() < 1e-4 && (prior.b / b - 1.0).abs() < 1e-4, "{prior:?}");
        assert!(prior.fitted);
    }

    /// Against differences of what they are derivatives of.
    #[test]
    fn derivatives_are_those_of_the_cost() {
        const STEP: f64 = 1e-4;
        let rows = [(12.0, vec![3.0, 0.5, 0.5], 9.0), (4.5, vec![1.0], 11.0)].map(|(changes, joint, without)| Row {
            changes,
            joint,
            without,
        });
        let cost = Cost::of(&rows);
        for point in [[-3.0, 1.0], [-0.5, 0.0], [1.0, 4.0], [-6.0, -1.5]] {
            let local = newton::Smooth::at(&cost, point);
            for i in 0..2 {
                let beside = |step: f64| {
                    let mut beside = point;
                    beside[i] += step;
                    newton::Smooth::at(&cost, beside)
                };
                let (before, after) = (beside(-STEP), beside(STEP));
                let close = |x: f64, y: f64| (x - y).abs() < 1e-5 * (1.0 + y.abs());
                assert!(close(local.gradient[i], (after.value - before.value) / (2.0 * STEP)), "{point:?} {i}");
                for j in 0..2 {
                    let bent = (after.gradient[j] - before.gradient[j]) / (2.0 * STEP);
                    assert!(close(local.curvature[i][j], bent), "{point:?} {i} {j}: {bent}");
                }
            }
        }
    }
}
