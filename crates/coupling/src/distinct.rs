//! Values that come again and again, each once: what is computed of one is the same, to the last bit, for all that are
//! alike, and need not be computed again.

use std::hash::Hash;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// For so many, waking another thread takes longer than it helps.
const FEW: usize = 512;

/// Values without repetitions, in the order in which they first came. `K` tells which are alike.
pub(crate) struct Distinct<K, T> {
    values: Vec<T>,
    numbers: FxHashMap<K, u32>,
}

impl<K, T> Default for Distinct<K, T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: FxHashMap::default() }
    }
}

impl<K: Eq + Hash, T: Sync> Distinct<K, T> {
    /// The number of `value`, a new one if none with its `key` has come yet.
    pub(crate) fn number(&mut self, key: K, value: T) -> u32 {
        *self.numbers.entry(key).or_insert_with(|| {
            self.values.push(value);
            (self.values.len() - 1) as u32
        })
    }

    /// What `of` makes of each, by its number.
    pub(crate) fn map<R: Send>(&self, of: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
        self.values.par_iter().with_min_len(FEW).map(of).collect()
    }
}

/// The same, each with what all that are like it weigh together.
pub(crate) struct Weighted<K, T> {
    distinct: Distinct<K, T>,
    weights: Vec<f64>,
}

impl<K, T> Default for Weighted<K, T> {
    fn default() -> Self {
        Self { distinct: Distinct::default(), weights: Vec::new() }
    }
}

impl<K: Eq + Hash, T: Sync> Weighted<K, T> {
    /// Adds a `value` that weighs so much.
    pub(crate) fn add(&mut self, key: K, value: T, weight: f64) {
        let number = self.distinct.number(key, value) as usize;
        self.weights.resize(self.weights.len().max(number + 1), 0.0);
        self.weights[number] += weight;
    }

    /// Each of them with its weight, and with what `of` makes of it.
    pub(crate) fn with<R: Send>(&self, of: impl Fn(&T) -> R + Sync + Send) -> impl Iterator<Item = (&T, f64, R)> {
        let made = self.distinct.map(of);
        self.distinct.values.iter().zip(&self.weights).zip(made).map(|((value, weight), made)| (value, *weight, made))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_has_one_number() {
        let mut distinct = Distinct::default();
        let numbers: Vec<u32> =
            [0.5f64, 0.25, 0.5, -0.0, 0.0].map(|value| distinct.number(value.to_bits(), value)).to_vec();
        assert_eq!(numbers, [0, 1, 0, 2, 3]);
        assert_eq!(distinct.map(|value| value * 2.0), [1.0, 0.5, -0.0, 0.0]);
    }

    #[test]
    fn what_is_alike_weighs_together() {
        let mut weighted = Weighted::default();
        for (key, value, weight) in [("a", 1, 0.5), ("b", 2, 1.0), ("a", 1, 2.0)] {
            weighted.add(key, value, weight);
        }
        let all: Vec<(i32, f64, i32)> =
            weighted.with(|value| value * 10).map(|(value, w, made)| (*value, w, made)).collect();
        assert_eq!(all, [(1, 2.5, 10), (2, 1.0, 20)]);
    }
}
