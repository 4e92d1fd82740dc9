//! A history in which nothing is coupled: the placebo.
//!
//! Within quarters, changesets trade the functions that only one of two touches ("curveball", Strona et al. 2014): each
//! changeset keeps its size and each function its activity in the quarter, and who changes with whom is chance. What a
//! rule flags there, it flags for the habits of the repository and not for its functions.

use lockstep_model::Timestamp;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

use crate::backtest::sets::Set;

/// A quarter, as in the experiment that calibrated the measure.
const QUARTER: Timestamp = 91 * 86_400;
/// Trades for each changeset; after as many nothing of the old order is left.
const TRADES: usize = 5;

/// `sets`, which are in the order of time, shuffled. The same seed gives the same shuffle on every machine.
pub(crate) fn shuffled(sets: &[Set], seed: u64) -> Vec<Set> {
    let mut chance = Chance(ChaCha8Rng::seed_from_u64(seed));
    let mut sets = sets.to_vec();
    let Some(first) = sets.first().map(|set| set.time) else { return sets };
    let quarter = |set: &Set| (set.time - first) / QUARTER;
    for stratum in sets.chunk_by_mut(|a, b| quarter(a) == quarter(b)) {
        for _ in 0..TRADES * stratum.len() {
            let (a, b) = (chance.below(stratum.len()), chance.below(stratum.len()));
            if let Ok([a, b]) = stratum.get_disjoint_mut([a, b]) {
                trade(&mut a.functions, &mut b.functions, &mut chance);
            }
        }
    }
    sets
}

/// Deals out anew what only one of the two has.
fn trade(a: &mut Vec<u32>, b: &mut Vec<u32>, chance: &mut Chance) {
    let only = |of: &[u32], not: &[u32]| -> Vec<u32> {
        of.iter().copied().filter(|function| not.binary_search(function).is_err()).collect()
    };
    let (mut pool, of_b) = (only(a, b), only(b, a));
    if pool.is_empty() || of_b.is_empty() {
        return;
    }
    let share = pool.len();
    a.retain(|function| b.binary_search(function).is_ok());
    b.clone_from(a);
    pool.extend(of_b);
    for last in (1..pool.len()).rev() {
        pool.swap(last, chance.below(last + 1));
    }
    a.extend(&pool[..share]);
    b.extend(&pool[share..]);
    a.sort_unstable();
    b.sort_unstable();
}

/// Chance with a memory.
struct Chance(ChaCha8Rng);

impl Chance {
    /// A number below `end`, which is not 0. The high half of a product is as even as a shuffle needs.
    fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.0.next_u64()) * end as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history() -> Vec<Set> {
        let of = |number: u32| {
            let mut functions = vec![number % 7, (number * 3 + 1) % 7, (number * number) % 7];
            functions.sort_unstable();
            functions.dedup();
            Set { time: Timestamp::from(number) * 3 * 86_400, functions }
        };
        (0..120).map(of).collect()
    }

    /// Per quarter and function, how often it changed.
    fn activity(sets: &[Set]) -> Vec<(Timestamp, u32)> {
        let first = sets[0].time;
        let mut all: Vec<_> = sets
            .iter()
            .flat_map(|set| set.functions.iter().map(move |function| ((set.time - first) / QUARTER, *function)))
            .collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn sizes_times_and_activity_stay() {
        let sets = history();
        for seed in 0..20 {
            let other = shuffled(&sets, seed);
            assert_ne!(other, sets);
            assert_eq!(activity(&other), activity(&sets));
            for (new, old) in other.iter().zip(&sets) {
                assert_eq!((new.time, new.functions.len()), (old.time, old.functions.len()));
                assert!(new.functions.is_sorted_by(|a, b| a < b), "{new:?}");
            }
        }
    }

    #[test]
    fn a_seed_is_a_shuffle() {
        let sets = history();
        assert_eq!(shuffled(&sets, 3), shuffled(&sets, 3));
        assert_ne!(shuffled(&sets, 3), shuffled(&sets, 4));
    }

    /// Two functions that always change together, among others that change alone, do so no longer.
    #[test]
    fn coupling_goes() {
        let sets: Vec<Set> = (0..200)
            .map(|number| Set {
                time: number * 3_600,
                functions: if number % 2 == 0 { vec![0, 1] } else { vec![2 + (number as u32 / 2) % 10] },
            })
            .collect();
        let together = shuffled(&sets, 1).iter().filter(|set| set.functions == [0, 1]).count();
        assert!(together < 60, "{together} of 100");
    }
}
