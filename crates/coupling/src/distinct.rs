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

    /// Each of them, by its number.
    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }

    /// What `of` makes of each, by its number.
    pub(crate) fn map<R: Send>(&self, of: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
        self.values.par_iter().with_min_len(FEW).map(of).collect()
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
}
