//! Whether two functions change together more than the repository's habits explain.
//!
//! The null model keeps how active each function is and how many functions each changeset edits, within strata of half a
//! year, and forgets who changed with whom (a stochastic degree sequence model, Neal, Domagalski and Sagan 2021; how it
//! is fitted stands in [`crate::null_model`]). The expected joint changes under it are
//! `E = Σ over strata y, c in y: P(A in c) · P(B in c)`;
//! `p = P(Poisson(E) ≥ J)`, and `q` is Benjamini and Hochberg's over all pairs that could have been found.

use std::collections::BTreeMap;

use rayon::prelude::*;
use statrs::distribution::{DiscreteCDF, Poisson};

use crate::{count::Counts, null_model::NullModel, repositories::Scope};

/// A pair is specific if its q is at most this.
const FALSE_DISCOVERIES: f64 = 0.10;
/// Two quarters. Over a whole year two functions that were busy in the same months look coupled (the book's chapter on
/// choosing the prior has the figures; `cargo run -p lockstep-xtask -- placebo` counts them anew).
const STRATUM: i64 = 2 * 91 * 86_400;

/// What the gate says of one pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Verdict {
    /// Joint changes expected under the null model.
    pub expected: f64,
    /// How often the null model yields as many as were seen.
    pub p: f64,
    /// The share of false discoveries among pairs at least as telling; 1 for pairs that were not tested.
    pub q: f64,
    /// q ≤ .10.
    pub specific: bool,
}

/// Judges every pair (a < b) with joint changes; one verdict per cell of the upper half, row by row.
pub(crate) fn test(counts: &Counts, min_changes: u32) -> Vec<Verdict> {
    let strata = strata(counts);
    let testable = |function: u32| counts.changes[function as usize].len() >= min_changes as usize;
    let pairs: Vec<(u32, u32, u32)> = (0u32..)
        .zip(&counts.rows)
        .flat_map(|(a, row)| {
            row.iter().filter(move |cell| cell.other > a).map(move |cell| (a, cell.other, cell.support))
        })
        .collect();
    let mut verdicts: Vec<Verdict> = pairs
        .par_iter()
        .map(|(a, b, support)| {
            let (a, b) = (*a as usize, *b as usize);
            let expected = strata.of(a, b, counts).iter().map(|stratum| stratum.expected(a, b)).sum();
            Verdict { expected, p: at_least(*support, expected), q: 1.0, specific: false }
        })
        .collect();
    // Pairs that never changed together have p = 1: they count as tested, and need no row.
    let active = (0..counts.changes.len() as u32).filter(|function| testable(*function)).count() as f64;
    let tested: Vec<usize> = (0..pairs.len()).filter(|at| testable(pairs[*at].0) && testable(pairs[*at].1)).collect();
    benjamini_hochberg(&mut verdicts, tested, active * (active - 1.0) / 2.0);
    verdicts
}

/// P(Poisson(`expected`) ≥ `seen`).
fn at_least(seen: u32, expected: f64) -> f64 {
    if seen == 0 {
        return 1.0;
    }
    Poisson::new(expected.max(1e-9)).map_or(1.0, |null| null.sf(u64::from(seen) - 1).clamp(0.0, 1.0))
}

/// Fills in q for the verdicts numbered `tested`, of `tests` tests in all; the rest of those have p = 1.
fn benjamini_hochberg(verdicts: &mut [Verdict], mut tested: Vec<usize>, tests: f64) {
    tested.sort_by(|x, y| verdicts[*x].p.total_cmp(&verdicts[*y].p).then(x.cmp(y)));
    let mut smallest: f64 = 1.0;
    for (rank, at) in tested.iter().enumerate().rev() {
        smallest = smallest.min(verdicts[*at].p * tests / (rank + 1) as f64);
        verdicts[*at].q = smallest;
        verdicts[*at].specific = smallest <= FALSE_DISCOVERIES;
    }
}

/// The null models of a history, each a list of strata.
struct Strata {
    /// Of all functions: changesets as they are, joined ones once.
    all: Vec<NullModel>,
    /// Of the functions of each repository, where there are several: their changesets as that repository has them. What
    /// happens in others makes its own pairs no more and no less surprising.
    each: Vec<Vec<NullModel>>,
}

impl Strata {
    /// Those that the joint changes of two functions are held against.
    fn of(&self, a: usize, b: usize, counts: &Counts) -> &[NullModel] {
        match counts.repositories.scope(a, b) {
            Scope::Within => self.each.get(counts.repositories.of(a)).unwrap_or(&self.all),
            Scope::Across => &self.all,
        }
    }
}

/// The kept changesets in strata, counted from the first.
fn strata(counts: &Counts) -> Strata {
    let repositories = counts.repositories.count();
    let each = if repositories < 2 { 0 } else { repositories };
    Strata {
        all: strata_of(counts, &|_| true),
        each: (0..each)
            .map(|repository| strata_of(counts, &|function| counts.repositories.of(function) == repository))
            .collect(),
    }
}

/// The strata of the functions that are `wanted`.
fn strata_of(counts: &Counts, wanted: &dyn Fn(usize) -> bool) -> Vec<NullModel> {
    let mut own = vec![0; counts.kept.len()];
    let functions = || counts.changes.iter().enumerate().filter(|(function, _)| wanted(*function));
    functions().flat_map(|(_, numbers)| numbers).for_each(|number| own[*number as usize] += 1);
    let Some(first) = (0..own.len()).find(|number| own[*number] > 0).map(|number| counts.kept[number].time) else {
        return Vec::new();
    };
    let stratum_of = |number: usize| (counts.kept[number].time - first) / STRATUM;
    let touched = || (0..own.len()).filter(|number| own[*number] > 0);
    let mut numbers: Vec<i64> = touched().map(stratum_of).collect();
    numbers.dedup();
    let at = |number: usize| numbers.binary_search(&stratum_of(number)).unwrap_or_default();
    let mut sizes: Vec<BTreeMap<usize, u32>> = vec![BTreeMap::new(); numbers.len()];
    for number in touched() {
        *sizes[at(number)].entry(own[number]).or_default() += 1;
    }
    let mut changes = vec![vec![0; counts.changes.len()]; numbers.len()];
    for (function, numbers) in functions() {
        for number in numbers {
            changes[at(*number as usize)][function] += 1;
        }
    }
    changes.par_iter().zip(&sizes).map(|(changes, sizes)| NullModel::fit(changes, sizes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against `scipy.stats.poisson.sf(J - 1, E)`.
    #[test]
    fn tail_agrees_with_scipy() {
        let cases = [
            (0, 2.0, 1.0),
            (1, 0.5, 0.393_469_340_287),
            (3, 0.2, 0.001_148_481_245),
            (9, 2.5, 0.001_140_252_833),
            (40, 12.0, 1.558_711_310e-10),
            (30, 0.01, 3.733_680_026e-93),
        ];
        for (seen, expected, tail) in cases {
            let ours = at_least(seen, expected);
            assert!((ours / tail - 1.0).abs() < 1e-6, "{seen} where {expected} were expected: {ours}");
        }
    }

    /// Ten tests, four of them with rows; worked out by hand.
    #[test]
    fn false_discoveries_are_held_at_a_tenth() {
        let of = |p| Verdict { expected: 0.0, p, q: 1.0, specific: false };
        let mut verdicts: Vec<Verdict> = [0.03, 0.001, 0.5, 0.02].into_iter().map(of).collect();
        benjamini_hochberg(&mut verdicts, vec![0, 1, 2, 3], 10.0);
        let q: Vec<f64> = verdicts.iter().map(|verdict| verdict.q).collect();
        for (ours, expected) in q.iter().zip([0.1, 0.01, 1.0, 0.1]) {
            assert!((ours - expected).abs() < 1e-12, "{q:?}");
        }
        assert_eq!(verdicts.iter().map(|verdict| verdict.specific).collect::<Vec<_>>(), [true, true, false, true]);
    }
}
