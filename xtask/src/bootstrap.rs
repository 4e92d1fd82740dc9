//! How sure a mean difference over repositories is.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

/// Resamples, as in the experiment behind the measure.
const RESAMPLES: usize = 10_000;
const SEED: u64 = 1;

/// The mean of `differences` (one per repository), its 95 % bootstrap interval, and how many are above zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// The mean.
    pub mean: f64,
    /// 2.5 % and 97.5 % quantiles of the means of resamples.
    pub interval: (f64, f64),
    /// Differences above zero.
    pub better: usize,
}

/// Resamples the repositories. The same differences give the same interval.
pub fn contrast(differences: &[f64]) -> Contrast {
    let n = differences.len().max(1);
    let mut chance = ChaCha8Rng::seed_from_u64(SEED);
    let mut pick = || ((u128::from(chance.next_u64()) * n as u128) >> 64) as usize;
    let mut means: Vec<f64> =
        (0..RESAMPLES).map(|_| (0..n).filter_map(|_| differences.get(pick())).sum::<f64>() / n as f64).collect();
    means.sort_by(f64::total_cmp);
    let quantile = |share: f64| means[((RESAMPLES - 1) as f64 * share).round() as usize];
    Contrast {
        mean: differences.iter().sum::<f64>() / n as f64,
        interval: (quantile(0.025), quantile(0.975)),
        better: differences.iter().filter(|difference| **difference > 0.0).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against numpy: 95 % of 200,000 resamples of these eleven lie in [0.0348, 0.1285].
    #[test]
    fn agrees_with_numpy() {
        let differences = [0.082, 0.198, 0.161, 0.061, 0.073, 0.007, 0.006, -0.057, 0.129, 0.202, 0.035];
        let contrast = contrast(&differences);
        assert!((contrast.mean - 0.081545).abs() < 1e-5, "{contrast:?}");
        assert!(
            (contrast.interval.0 - 0.0348).abs() < 0.002 && (contrast.interval.1 - 0.1285).abs() < 0.002,
            "{contrast:?}"
        );
        assert_eq!(contrast.better, 10);
    }
}
