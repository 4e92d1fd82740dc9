//! Counts of changes and of joint changes, as plain sums of weights: what the measures of others are made of, and
//! what came true is counted with.

use rustc_hash::FxHashMap;

/// How much each function changed, and each pair together.
pub(crate) struct Pairs {
    /// Per function.
    pub changes: Vec<f64>,
    /// Per function: those that it changed with, ascending, and how much.
    partners: Vec<Vec<(u32, f64)>>,
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
        let mut partners = vec![Vec::new(); functions];
        for ((a, b), joint) in joint {
            partners[a as usize].push((b, joint));
            partners[b as usize].push((a, joint));
        }
        partners.iter_mut().for_each(|partners| partners.sort_unstable_by_key(|(other, _)| *other));
        Self { changes, partners }
    }

    /// How much two functions changed together.
    pub(crate) fn joint(&self, a: usize, b: usize) -> f64 {
        let partners = &self.partners[a];
        let found = partners.binary_search_by_key(&(b as u32), |(other, _)| *other);
        found.map_or(0.0, |at| partners[at].1)
    }

    /// The functions that changed with `a`, ascending, and how much.
    pub(crate) fn partners(&self, a: usize) -> &[(u32, f64)] {
        &self.partners[a]
    }

    /// All pairs that changed together, in order, with how much.
    pub(crate) fn all(&self) -> Vec<((u32, u32), f64)> {
        let of = |(a, partners): (u32, &Vec<(u32, f64)>)| {
            let later = partners.iter().filter(move |(b, _)| *b > a).copied().collect::<Vec<_>>();
            later.into_iter().map(move |(b, joint)| ((a, b), joint))
        };
        (0u32..).zip(&self.partners).flat_map(of).collect()
    }
}
