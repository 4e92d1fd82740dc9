//! What was planted: which functions really must change together, how strongly, and which only seem to.

use std::collections::BTreeSet;

/// Two functions by the ids that Lockstep gives them, the smaller one first.
pub type Pair = (String, String);

/// The pair of `a` and `b`.
pub fn pair(a: &str, b: &str) -> Pair {
    if a < b { (a.to_owned(), b.to_owned()) } else { (b.to_owned(), a.to_owned()) }
}

/// One direction of a planted coupling.
#[derive(Clone, Debug, PartialEq)]
pub struct Planted {
    /// The function that changes.
    pub from: String,
    /// The function that must change as well.
    pub to: String,
    /// P(`to` changes | `from` changes) that the mixture of changesets has. Between 0 and 1. It is a little less than
    /// what was drawn for the two, since `from` is also changed by tangled work and by sweeps.
    pub strength: f64,
    /// How many changes of the behaviour of `from` are to be expected, sweeps over more than ten functions aside.
    pub changes: f64,
}

/// The share that a coupling must be shown to have: what `lockstep` and `follower` compare lower bounds with.
const CLAIM: f64 = 0.20;
/// The risk of a wrong claim that one who claims it runs: the rules take the 10 % quantile.
const RISK: f64 = 0.10;
/// The least chance that one who sees every change as it was has to prove the claim.
const POWER: f64 = 0.99;
/// Fewer expected joint changes prove nothing to anybody.
const FEWEST_JOINT: f64 = 8.0;

impl Planted {
    /// True if one who knows of every change what it was would find it: at least eight joint changes are to be expected,
    /// and an exact binomial test of "at least 20 %" at the risk of 10 % has a power of at least 99 %. That judge
    /// weighs old changes like new ones and needs no prior; Lockstep pays for both, so this is no test that it passes
    /// by its construction.
    pub fn is_recallable(&self) -> bool {
        let trials = self.changes.round() as u32;
        let joint = self.changes * self.strength;
        let needed = (0..=trials).find(|hits| at_least(*hits, trials, CLAIM) <= RISK);
        joint >= FEWEST_JOINT && needed.is_some_and(|hits| at_least(hits, trials, self.strength) >= POWER)
    }
}

/// P(X ≥ `hits`) where X is binomial with `trials` trials of chance `chance`.
fn at_least(hits: u32, trials: u32, chance: f64) -> f64 {
    let (mut term, mut below) = ((1.0 - chance).powi(trials as i32), 0.0);
    for number in 0..hits {
        below += term;
        term *= f64::from(trials - number) / f64::from(number + 1) * chance / (1.0 - chance);
    }
    1.0 - below
}

/// The truth of one made-up history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Truth {
    /// All functions, by the ids that Lockstep gives them.
    pub functions: Vec<String>,
    /// The planted couplings, each direction by itself.
    pub planted: Vec<Planted>,
    /// Pairs of which at least one must change when the other does: a finding about any other pair is false.
    pub coupled: BTreeSet<Pair>,
    /// Those of them that can be found at all: see [`Planted::is_recallable`].
    pub recallable: BTreeSet<Pair>,
    /// Pairs that change together only when their contract does.
    pub contract_only: BTreeSet<Pair>,
    /// Pairs that are only joined by a module of which both run the part that changes.
    pub shared_only: BTreeSet<Pair>,
    /// For each changeset, the functions whose own behaviour it changes, as numbers in `functions`, ascending.
    pub changed: Vec<Box<[u32]>>,
}

impl Truth {
    /// How many changesets change the own behaviour of `function`, those of more than `most` functions left out.
    pub fn changes(&self, function: &str, most: usize) -> usize {
        self.count(&[function], most)
    }

    /// How many change that of both.
    pub fn together(&self, a: &str, b: &str, most: usize) -> usize {
        self.count(&[a, b], most)
    }

    fn count(&self, all: &[&str], most: usize) -> usize {
        let number = |id: &&str| self.functions.iter().position(|function| function == id).map(|at| at as u32);
        let Some(numbers) = all.iter().map(number).collect::<Option<Vec<u32>>>() else { return 0 };
        let holds = |changed: &[u32]| numbers.iter().all(|number| changed.contains(number));
        self.changed.iter().filter(|changed| changed.len() <= most && holds(changed)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against `scipy.stats.binom.sf(hits - 1, trials, chance)`.
    #[test]
    fn the_binomial_tail_is_scipys() {
        for (hits, trials, chance, tail) in
            [(7, 20, 0.2, 0.086_692_513_567), (6, 14, 0.2, 0.043_854_380_564), (0, 5, 0.3, 1.0), (5, 5, 0.5, 0.031_25)]
        {
            assert!(
                (at_least(hits, trials, chance) - tail).abs() < 1e-9,
                "{hits} of {trials}: {}",
                at_least(hits, trials, chance)
            );
        }
    }

    #[test]
    fn weak_and_seldom_couplings_cannot_be_found_by_anybody() {
        let planted = |strength, changes| Planted { from: "a".into(), to: "b".into(), strength, changes };
        for (strength, changes, found) in [
            (0.9, 9.0, true),
            (0.9, 6.0, false),
            (0.6, 20.0, true),
            (0.5, 20.0, false),
            (0.5, 40.0, true),
            (0.3, 40.0, false),
        ] {
            assert_eq!(planted(strength, changes).is_recallable(), found, "{strength} of {changes}");
        }
    }
}
