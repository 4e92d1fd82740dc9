//! What a pair of functions of this repository looks like before it is looked at: a Beta prior for P(B | A), fitted
//! by maximum likelihood to all ordered pairs at once (empirical Bayes).
//!
//! The joint changes J of an ordered pair, given the changes k of its first function, follow a Beta-binomial. The
//! fit is over its mean and its size (a + b), by Nelder-Mead, which needs no derivatives and always takes the same
//! way. Counts are sums of weights, so the likelihood is that of Gamma functions, not of factorials.

use crate::{Options, count::Counts, distinct::Distinct, gamma::ln_gamma, repositories::Scope};

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
    let mean = 1.0 / (1.0 + (-point[0].clamp(-15.0, 15.0)).exp());
    let size = point[1].clamp(SIZES.0.ln(), SIZES.1.ln()).exp();
    (mean * size, (1.0 - mean) * size)
}

/// The rows of a fit. Most weights come again: functions that changed together once, in the same changeset, have the same.
#[derive(Default)]
struct Rows {
    /// Weights of joint changes.
    joint: Distinct<u64, f64>,
    /// Weights of changes without the other.
    missed: Distinct<u64, f64>,
    rows: Vec<NumberedRow>,
}

/// A [`Row`] whose weights are numbers of those.
struct NumberedRow {
    changes: f64,
    without: f64,
    /// All changes, as if none had been joint.
    all_missed: u32,
    pairs: Vec<(u32, u32)>,
}

impl Rows {
    fn of(rows: &[Row]) -> Self {
        let mut all = Self::default();
        for row in rows {
            let Self { joint, missed, .. } = &mut all;
            let mut miss = |weight: f64| missed.number(weight.to_bits(), weight);
            let all_missed = miss(row.changes);
            let pair = |weight: &f64| (joint.number(weight.to_bits(), *weight), miss((row.changes - weight).max(0.0)));
            let pairs = row.joint.iter().map(pair).collect();
            all.rows.push(NumberedRow { changes: row.changes, without: row.without, all_missed, pairs });
        }
        all
    }

    /// −log of the likelihood, up to what does not depend on a and b. Rows are added in their order.
    fn cost(&self, point: [f64; 2]) -> f64 {
        let (a, b) = parameters(point);
        let (gamma_a, gamma_b, gamma_ab) = (ln_gamma(a), ln_gamma(b), ln_gamma(a + b));
        let joint = self.joint.map(|weight| ln_gamma(weight + a));
        let missed = self.missed.map(|weight| ln_gamma(weight + b));
        let of_row = |row: &NumberedRow| {
            let pairs = row.without + row.pairs.len() as f64;
            let hits: f64 = row.pairs.iter().map(|(both, one)| joint[*both as usize] + missed[*one as usize]).sum();
            let none = row.without * (gamma_a + missed[row.all_missed as usize]);
            let all = pairs * (ln_gamma(row.changes + a + b) + gamma_a + gamma_b - gamma_ab);
            all - hits - none
        };
        self.rows.iter().map(of_row).sum()
    }
}

/// Nelder-Mead in two dimensions, from the crude mean and a size of e.
fn maximise(rows: &[Row], mean: f64) -> Prior {
    let rows = Rows::of(rows);
    let cost = |point: [f64; 2]| (rows.cost(point), point);
    let start = [(mean / (1.0 - mean).max(1e-9)).ln(), 1.0];
    let mut simplex = [cost(start), cost([start[0] + 0.5, start[1]]), cost([start[0], start[1] + 0.5])];
    for _ in 0..300 {
        simplex.sort_by(|x, y| x.0.total_cmp(&y.0));
        let [best, good, worst] = simplex;
        let width =
            (0..2).map(|i| (best.1[i] - worst.1[i]).abs().max((best.1[i] - good.1[i]).abs())).fold(0.0, f64::max);
        if width < 1e-6 {
            break;
        }
        let middle = [(best.1[0] + good.1[0]) / 2.0, (best.1[1] + good.1[1]) / 2.0];
        let along = |t: f64| cost([0, 1].map(|i| middle[i] + t * (worst.1[i] - middle[i])));
        let reflected = along(-1.0);
        simplex[2] = if reflected.0 < best.0 {
            let expanded = along(-2.0);
            if expanded.0 < reflected.0 { expanded } else { reflected }
        } else if reflected.0 < good.0 {
            reflected
        } else {
            let contracted = if reflected.0 < worst.0 { along(-0.5) } else { along(0.5) };
            if contracted.0 < reflected.0.min(worst.0) {
                contracted
            } else {
                let towards_best = |point: [f64; 2]| [0, 1].map(|i| (point[i] + best.1[i]) / 2.0);
                simplex[1] = cost(towards_best(good.1));
                cost(towards_best(worst.1))
            }
        };
    }
    simplex.sort_by(|x, y| x.0.total_cmp(&y.0));
    let (a, b) = parameters(simplex[0].1);
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
}
