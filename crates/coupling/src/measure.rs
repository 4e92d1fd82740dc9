//! The strength of a coupling, and how sure it is.
//!
//! P(B changes | A changes) is a share; its estimate is the mean of the Beta posterior, its lower bound a quantile
//! of it. The prior is fitted on the repository, so that three of three is not taken for certainty.

use statrs::distribution::{Beta, ContinuousCDF};

use crate::Prior;

/// The quantile of the posterior that thresholds are compared with.
const QUANTILE: f64 = 0.10;

/// One direction of a coupling: how often the second function changes when the first does. All between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Directed {
    /// The calibrated share, over all kept changesets.
    pub strength: f64,
    /// Its 10 % quantile.
    pub lower: f64,
    /// The share over the changesets that touch no contract of either function.
    pub strength_free: f64,
    /// Its 10 % quantile.
    pub lower_free: f64,
}

/// `(J + a) / (k + a + b)`: how often B changes when A does, from the (weighted) joint changes `joint` and the
/// changes `changes` of A.
pub fn strength(prior: Prior, joint: f64, changes: f64) -> f64 {
    (joint + prior.a) / (changes.max(joint) + prior.a + prior.b)
}

/// The 10 % quantile of Beta(J + a, k − J + b), the posterior of the same share.
pub fn lower_bound(prior: Prior, joint: f64, changes: f64) -> f64 {
    // Sums of weights may differ in their last bit, so the difference is held at zero.
    let missed = (changes - joint).max(0.0);
    match Beta::new(joint + prior.a, missed + prior.b) {
        Ok(posterior) => posterior.inverse_cdf(QUANTILE).clamp(0.0, 1.0),
        Err(_) => 0.0,
    }
}

/// Both figures over all changesets (`joint` of `changes`) and over those free of contracts: the strength with `prior`,
/// the lower bound with `cautious`.
pub(crate) fn directed(prior: Prior, cautious: Prior, all: (f64, f64), free: (f64, f64)) -> Directed {
    let (strength_all, lower_all) = (strength(prior, all.0, all.1), lower_bound(cautious, all.0, all.1));
    if all == free {
        let (strength_free, lower_free) = (strength_all, lower_all);
        return Directed { strength: strength_all, lower: lower_all, strength_free, lower_free };
    }
    Directed {
        strength: strength_all,
        lower: lower_all,
        strength_free: strength(prior, free.0, free.1),
        lower_free: lower_bound(cautious, free.0, free.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against `scipy.stats.beta.ppf(0.1, J + a, k - J + b)`.
    #[test]
    fn agrees_with_scipy() {
        let cases = [
            ((3.0, 3.0, 0.4, 3.6), 0.485_714_285_714, 0.251_091_028_179),
            ((9.0, 40.0, 0.4, 3.6), 0.213_636_363_636, 0.138_145_455_025),
            ((12.5, 13.25, 0.4, 3.6), 0.747_826_086_957, 0.610_016_456_617),
            ((0.0, 20.0, 0.4, 3.6), 0.016_666_666_667, 0.000_100_798_594),
            ((36.0, 40.0, 0.05, 1.2), 0.873_939_393_939, 0.805_186_184_763),
            ((0.7, 2.1, 0.2, 3.8), 0.147_549_801_606, 0.014_873_302_347),
            ((250.0, 300.0, 1.1, 9.0), 0.809_738_793_937, 0.780_793_237_684),
        ];
        for ((joint, changes, a, b), mean, lower) in cases {
            let prior = Prior { a, b, fitted: true };
            assert!((strength(prior, joint, changes) - mean).abs() < 1e-5, "{joint} of {changes}");
            assert!((lower_bound(prior, joint, changes) - lower).abs() < 1e-9, "{joint} of {changes}");
        }
    }

    #[test]
    fn more_joint_changes_than_changes_is_all_of_them() {
        let prior = Prior::FALLBACK;
        assert_eq!(strength(prior, 2.000_000_1, 2.0), strength(prior, 2.000_000_1, 2.000_000_1));
        assert!(lower_bound(prior, 2.000_000_1, 2.0) > 0.0);
    }
}
