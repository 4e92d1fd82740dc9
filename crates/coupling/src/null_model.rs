//! The null model of one stratum: who changes with whom if nobody is coupled.
//!
//! It is the most random history in which every function is expected to change as often as it did, and every changeset to
//! touch as many functions as it did: a bipartite configuration model (Saracco et al., *Inferring monopartite
//! projections of bipartite networks*, New J. Phys. 19, 2017). A function of k changes is part of a changeset of n
//! functions with probability `x_k y_n / (1 + x_k y_n)`; the x and y make both sums right. The product `k n / M` is its
//! limit where functions change seldom, and falls short of it where one is part of nearly every changeset.

use std::collections::BTreeMap;

/// Steps of the fit; each brings the sums closer.
const MOST_STEPS: usize = 500;
/// The fit ends when no x or y moves by more than this, relative to itself.
const CLOSE: f64 = 1e-9;

/// The null model of one stratum.
pub(crate) struct NullModel {
    /// Per function: its place in `chances`; none if it does not change in the stratum.
    class: Vec<Option<usize>>,
    /// Per number of changes, per size: the probability to be part of a changeset of that size.
    chances: Vec<Vec<f64>>,
    /// Per size: how many changesets there are.
    changesets: Vec<f64>,
}

impl NullModel {
    /// The model of a stratum in which the functions have `changes`, and changesets the sizes of `sizes` (size, how many).
    pub(crate) fn fit(changes: &[u32], sizes: &BTreeMap<usize, u32>) -> Self {
        let mut degrees: BTreeMap<u32, f64> = BTreeMap::new();
        for changes in changes.iter().filter(|changes| **changes > 0) {
            *degrees.entry(*changes).or_default() += 1.0;
        }
        let functions: Vec<(f64, f64)> = degrees.iter().map(|(changes, many)| (f64::from(*changes), *many)).collect();
        let sets: Vec<(f64, f64)> = sizes.iter().map(|(size, many)| (*size as f64, f64::from(*many))).collect();
        let (x, y) = solve(&functions, &sets);
        let chance = |x: f64| y.iter().map(|y| x * y / (1.0 + x * y)).collect();
        let numbers: BTreeMap<u32, usize> = degrees.keys().copied().zip(0..).collect();
        Self {
            class: changes.iter().map(|changes| numbers.get(changes).copied()).collect(),
            chances: x.iter().map(|x| chance(*x)).collect(),
            changesets: sets.iter().map(|(_, many)| *many).collect(),
        }
    }

    /// How many changesets of the stratum both functions are expected to be part of.
    pub(crate) fn expected(&self, a: usize, b: usize) -> f64 {
        let (Some(a), Some(b)) = (self.class[a], self.class[b]) else { return 0.0 };
        let both = self.chances[a].iter().zip(&self.chances[b]).map(|(a, b)| a * b);
        both.zip(&self.changesets).map(|(chance, many)| chance * many).sum()
    }
}

/// The x of each of `functions` (changes, how many such functions) and the y of each of `sets` (size, how many such
/// changesets), by fixed-point iteration.
fn solve(functions: &[(f64, f64)], sets: &[(f64, f64)]) -> (Vec<f64>, Vec<f64>) {
    let total: f64 = sets.iter().map(|(size, many)| size * many).sum();
    let start = |of: &[(f64, f64)]| of.iter().map(|(degree, _)| degree / total.max(1.0).sqrt()).collect();
    let (mut x, mut y): (Vec<f64>, Vec<f64>) = (start(functions), start(sets));
    for _ in 0..MOST_STEPS {
        let moved = step(functions, &mut x, sets, &y).max(step(sets, &mut y, functions, &x));
        if moved < CLOSE {
            break;
        }
    }
    (x, y)
}

/// Moves the values of one side to where their sums are right, given the other's; by how much at most.
fn step(mine: &[(f64, f64)], values: &mut [f64], others: &[(f64, f64)], theirs: &[f64]) -> f64 {
    let mut moved: f64 = 0.0;
    for ((degree, _), value) in mine.iter().zip(values) {
        let sum: f64 = others.iter().zip(theirs).map(|((_, many), their)| many * their / (1.0 + *value * their)).sum();
        let next = degree / sum.max(f64::MIN_POSITIVE);
        moved = moved.max((next - *value).abs() / next);
        *value = next;
    }
    moved
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sizes(of: &[usize]) -> BTreeMap<usize, u32> {
        let mut sizes = BTreeMap::new();
        of.iter().for_each(|size| *sizes.entry(*size).or_default() += 1);
        sizes
    }

    /// With a function that is part of every changeset, all changes of any other are joint.
    #[test]
    fn a_function_of_every_changeset_is_expected_in_every_one() {
        let model = NullModel::fit(&[3, 2, 1], &sizes(&[2, 2, 2]));
        assert!((model.expected(0, 1) - 2.0).abs() < 0.02, "{}", model.expected(0, 1));
        assert!((model.expected(1, 2) - 0.667).abs() < 0.02, "{}", model.expected(1, 2));
    }

    #[test]
    fn seldom_functions_are_expected_as_the_product_says() {
        let changes = vec![4; 100];
        let model = NullModel::fit(&changes, &sizes(&[2; 200]));
        assert!((model.expected(0, 1) - 200.0 * 0.02 * 0.02).abs() < 1e-6);
        assert_eq!(NullModel::fit(&[0, 2], &sizes(&[1, 1])).expected(0, 1), 0.0);
    }

    proptest! {
        /// Every function is expected to change as often as it did.
        #[test]
        fn sums_are_kept(sets in prop::collection::vec(prop::collection::btree_set(0usize..12, 1..6), 1..40)) {
            let mut changes = vec![0; 12];
            sets.iter().flatten().for_each(|function| changes[*function] += 1);
            let model = NullModel::fit(&changes, &sizes(&sets.iter().map(|set| set.len()).collect::<Vec<_>>()));
            for (function, changes) in changes.iter().enumerate() {
                let class = model.class[function];
                let sum: f64 = class.map_or(0.0, |class| {
                    model.chances[class].iter().zip(&model.changesets).map(|(chance, many)| chance * many).sum()
                });
                prop_assert!((sum - f64::from(*changes)).abs() < 0.05 * f64::from(*changes) + 0.05, "{} {}", sum, changes);
            }
        }
    }
}
