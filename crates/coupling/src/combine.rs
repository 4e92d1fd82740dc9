//! What several changed functions say together about one that did not change.
//!
//! The strongest of them speaks; where they changed together before, what happened then corrects it:
//!
//! ```text
//! P(B | all of Q) = (J_Q + 16 s) / (k_Q + 16)      s = the largest strength s(A→B) of the A in Q
//! ```
//!
//! `k_Q` is the weight of the changesets that edit all of Q, `J_Q` of those that edit B as well; changesets that touch a
//! contract of one of them are left out, and s is the strength without them. Of one changed function this is its strength.
//! Noisy-or, means and products of odds say too much or rank no better (`docs/src/evaluation-measure.md`).

use crate::{CouplingGraph, Directed, PRIOR_WEIGHT};

/// Changes of all of Q together that the strongest strength counts for.
const OF_STRONGEST: f64 = 2.0 * PRIOR_WEIGHT;

/// Combined evidence that a function should change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Combined {
    /// P(target changes | the changed ones did), 0 to 1; contracts left out, as in [`Directed::strength_free`].
    pub probability: f64,
    /// J: weight of the changesets that edit all of the changed functions and the target.
    pub joint: f64,
    /// k: weight of the changesets that edit all of the changed functions.
    pub changes: f64,
    /// The changed functions that ever changed together with the target, with the strength of each towards it, the
    /// strongest first.
    pub from: Vec<(usize, Directed)>,
}

/// What the functions `changed` say of `target`. The target itself, and functions named twice, count once or not at
/// all; the order of `changed` changes nothing.
pub fn combined(graph: &CouplingGraph, changed: &[usize], target: usize) -> Combined {
    let mut changed: Vec<usize> = changed.iter().copied().filter(|function| *function != target).collect();
    changed.sort_unstable();
    changed.dedup();
    if changed.is_empty() {
        return Combined::default();
    }
    let of_pair = |function: &usize| Some((*function, graph.between(*function, target)?.towards(target)));
    let mut from: Vec<(usize, Directed)> = changed.iter().filter_map(of_pair).collect();
    from.sort_by(|x, y| y.1.strength_free.total_cmp(&x.1.strength_free).then(x.0.cmp(&y.0)));
    let strengths = changed.iter().map(|function| graph.strength(*function, target).strength_free);
    let strongest = strengths.fold(0.0, f64::max);
    let all: Vec<usize> = changed.iter().copied().chain([target]).collect();
    let changes = graph.weight_of_all(&changed, &all);
    let joint = graph.weight_of_all(&all, &all);
    let probability = if changed.len() > 1 { share(joint, changes, strongest) } else { strongest };
    Combined { probability, joint, changes, from }
}

/// `(J + 16 s) / (k + 16)`.
fn share(joint: f64, changes: f64, strongest: f64) -> f64 {
    ((joint + OF_STRONGEST * strongest) / (changes.max(joint) + OF_STRONGEST)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn worked_out_by_hand() {
        for ((joint, changes, strongest), expected) in [
            ((0.0, 0.0, 0.4), 0.4),
            ((4.0, 4.0, 0.4), 10.4 / 20.0),
            ((0.0, 8.0, 0.6), 9.6 / 24.0),
            ((100.0, 100.0, 0.1), 101.6 / 116.0),
        ] {
            let ours = share(joint, changes, strongest);
            assert!((ours - expected).abs() < 1e-12, "{joint} of {changes}, {strongest}: {ours}");
        }
    }

    proptest! {
        #[test]
        fn lies_between_what_happened_and_the_strongest(
            changes in 0.001..100.0f64,
            happened in 0.0..=1.0f64,
            strongest in 0.0..=1.0f64,
        ) {
            let ours = share(changes * happened, changes, strongest);
            prop_assert!(ours >= happened.min(strongest) - 1e-12 && ours <= happened.max(strongest) + 1e-12);
        }
    }
}
