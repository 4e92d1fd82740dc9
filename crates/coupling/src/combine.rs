//! What several changed functions say together about one that did not change.
//!
//! A leaky noisy-or (Henrion 1987): every changed function may make the target change, independently of the others,
//! and so may anything else, at the rate at which the target changes anyway:
//! `P = 1 − (1 − r) · Π (1 − c_i)`, with `r` the target's share of all kept changesets (weighted) and
//! `c_i = max(0, (s_i − r) / (1 − r))`, the part of the strength `s_i` of A_i → target that is above the leak. With one
//! changed function this is its strength (or the leak, if that is more).

use crate::{CouplingGraph, Directed};

/// Combined evidence that a function should change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Combined {
    /// P(target changes | the changed ones did), 0 to 1; contracts left out, as in [`Directed::strength_free`].
    pub probability: f64,
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
    let of_pair = |function: &usize| Some((*function, graph.between(*function, target)?.towards(target)));
    let mut from: Vec<(usize, Directed)> = changed.iter().filter_map(of_pair).collect();
    from.sort_by(|x, y| y.1.strength_free.total_cmp(&x.1.strength_free).then(x.0.cmp(&y.0)));
    let strengths = from.iter().map(|(_, directed)| directed.strength_free);
    let probability = noisy_or(graph.base_rate(target), strengths);
    Combined { probability, from }
}

/// `1 − (1 − leak) · Π (1 − c_i)`: see the top of the file.
fn noisy_or(leak: f64, strengths: impl Iterator<Item = f64>) -> f64 {
    let leak = leak.clamp(0.0, 1.0);
    let above = |strength: f64| if leak < 1.0 { ((strength - leak) / (1.0 - leak)).clamp(0.0, 1.0) } else { 0.0 };
    1.0 - strengths.fold(1.0 - leak, |none, strength| none * (1.0 - above(strength)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn worked_out_by_hand() {
        let cases: [(f64, &[f64], f64); 6] = [
            (0.0, &[], 0.0),
            (0.1, &[], 0.1),
            (0.1, &[0.4], 0.4),
            (0.1, &[0.05], 0.1),
            // 1 − 0.9 · (1 − 0.3/0.9) · (1 − 0.1/0.9)
            (0.1, &[0.4, 0.2], 1.0 - 0.9 * (2.0 / 3.0) * (8.0 / 9.0)),
            (1.0, &[0.4], 1.0),
        ];
        for (leak, strengths, expected) in cases {
            let ours = noisy_or(leak, strengths.iter().copied());
            assert!((ours - expected).abs() < 1e-12, "{leak} {strengths:?}: {ours}");
        }
    }

    proptest! {
        #[test]
        fn more_evidence_never_says_less(
            leak in 0.0..=1.0f64,
            strengths in proptest::collection::vec(0.0..=1.0f64, 1..8),
        ) {
            let all = noisy_or(leak, strengths.iter().copied());
            let fewer = noisy_or(leak, strengths[1..].iter().copied());
            let reversed = noisy_or(leak, strengths.iter().rev().copied());
            prop_assert!((0.0..=1.0).contains(&all));
            prop_assert!(all >= fewer - 1e-12);
            prop_assert!((all - reversed).abs() < 1e-9);
        }
    }
}
