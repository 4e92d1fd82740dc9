//! Counts of changes and of joint changes, as plain sums of weights: what the measures of others are made of, and
//! what came true is counted with.

use rustc_hash::FxHashMap;

/// How much each function changed, and each pair together.
pub(crate) struct Pairs {
    /// Per function.
    pub changes: Vec<f64>,
    /// The smaller number first; pairs that never changed together are missing.
    joint: FxHashMap<(u32, u32), f64>,
}

impl Pairs {
    /// Counts `sets` of functions (each ascending) with their weights, in their order.
    pub(crate) fn count<'a>(functions: usize, sets: impl Iterator<Item = (&'a [u32], f64)>) -> Self {
        let mut changes = vec![0.0; functions];
        let mut joint: FxHashMap<(u32, u32), f64> = FxHashMap::default();
        for (set, weight) in sets {
            for (at, a) in set.iter().enumerate() {
                changes[*a as usize] += weight;
                for b in &set[at + 1..] {
                    *joint.entry((*a, *b)).or_default() += weight;
                }
            }
        }
        Self { changes, joint }
    }

    /// How much two functions changed together.
    pub(crate) fn joint(&self, a: usize, b: usize) -> f64 {
        self.joint.get(&(a.min(b) as u32, a.max(b) as u32)).copied().unwrap_or(0.0)
    }

    /// All pairs that changed together, in order, with how much.
    pub(crate) fn all(&self) -> Vec<((u32, u32), f64)> {
        let mut all: Vec<_> = self.joint.iter().map(|(pair, joint)| (*pair, *joint)).collect();
        all.sort_unstable_by_key(|(pair, _)| *pair);
        all
    }
}
