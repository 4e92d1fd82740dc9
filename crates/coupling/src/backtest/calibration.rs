//! Whether probabilities mean what they say: of all predictions of about 40 %, did 40 % come true?

/// Predictions fall into so many bins of equal width.
pub const BINS: usize = 10;
/// From here on a prediction is one that a rule would speak of.
const SPEAKING: f64 = 0.30;

/// Predictions, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// How many predictions.
    pub n: u64,
    /// The sum of the probabilities that were predicted.
    pub predicted: f64,
    /// How many came true.
    pub observed: u64,
}

impl Bin {
    fn add(&mut self, probability: f64, n: u64, observed: u64) {
        self.n += n;
        self.predicted += probability * n as f64;
        self.observed += observed;
    }

    fn join(&mut self, other: &Self) {
        self.n += other.n;
        self.predicted += other.predicted;
        self.observed += other.observed;
    }

    /// The mean probability that was predicted, and the share that came true; none for an empty bin.
    pub fn shares(&self) -> Option<(f64, f64)> {
        let n = self.n as f64;
        (self.n > 0).then(|| (self.predicted / n, self.observed as f64 / n))
    }
}

/// All predictions of an estimator. Sums, so that those of several repositories can be joined.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calibration {
    /// By predicted probability: [0, .1), [.1, .2) … [.9, 1].
    pub bins: [Bin; BINS],
    /// Those of at least .30.
    pub at_30: Bin,
    /// Sum of (probability − outcome)².
    squares: f64,
}

impl Calibration {
    /// Adds `n` predictions of one probability, `observed` of which came true.
    pub(crate) fn add(&mut self, probability: f64, n: u64, observed: u64) {
        let bin = ((probability * BINS as f64) as usize).min(BINS - 1);
        self.bins[bin].add(probability, n, observed);
        if probability >= SPEAKING {
            self.at_30.add(probability, n, observed);
        }
        let missed = (n - observed) as f64;
        self.squares += observed as f64 * (1.0 - probability).powi(2) + missed * probability.powi(2);
    }

    /// Adds the predictions of another repository.
    pub fn join(&mut self, other: &Self) {
        self.bins.iter_mut().zip(&other.bins).for_each(|(bin, other)| bin.join(other));
        self.at_30.join(&other.at_30);
        self.squares += other.squares;
    }

    /// How many predictions there are.
    pub fn n(&self) -> u64 {
        self.bins.iter().map(|bin| bin.n).sum()
    }

    /// The share of all predictions that came true.
    pub fn base_rate(&self) -> f64 {
        self.bins.iter().map(|bin| bin.observed).sum::<u64>() as f64 / (self.n() as f64).max(1.0)
    }

    /// Brier's score: the mean of (probability − outcome)². Smaller is better.
    pub fn brier(&self) -> f64 {
        self.squares / (self.n() as f64).max(1.0)
    }

    /// Expected calibration error: the mean distance between prediction and outcome over the bins, each as heavy as it
    /// has predictions. Smaller is better.
    pub fn ece(&self) -> f64 {
        let distance = |bin: &Bin| (bin.predicted - bin.observed as f64).abs();
        self.bins.iter().map(distance).sum::<f64>() / (self.n() as f64).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against `headline.py` on the same twelve predictions (numpy).
    #[test]
    fn agrees_with_the_experiment() {
        let mut all = Calibration::default();
        let predictions: [(f64, u64); 12] = [
            (0.02, 0),
            (0.04, 0),
            (0.08, 1),
            (0.15, 0),
            (0.12, 0),
            (0.25, 1),
            (0.33, 0),
            (0.38, 1),
            (0.45, 0),
            (0.62, 1),
            (0.91, 1),
            (0.97, 1),
        ];
        for (probability, outcome) in predictions {
            all.add(probability, 1, outcome);
        }
        assert!((all.brier() - 0.191_416_666_667).abs() < 1e-9, "{}", all.brier());
        assert!((all.ece() - 0.26).abs() < 1e-9, "{}", all.ece());
        assert_eq!((all.n(), all.at_30.n, all.at_30.observed), (12, 6, 4));
        assert!((all.base_rate() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn joined_predictions_are_those_of_both() {
        let (mut one, mut other, mut both) = <(Calibration, Calibration, Calibration)>::default();
        one.add(0.2, 3, 1);
        other.add(0.7, 2, 2);
        both.add(0.2, 3, 1);
        both.add(0.7, 2, 2);
        one.join(&other);
        assert_eq!(one, both);
    }

    #[test]
    fn certainty_has_a_bin() {
        let mut sure = Calibration::default();
        sure.add(1.0, 4, 4);
        assert_eq!(sure.bins[BINS - 1].n, 4);
        assert_eq!((sure.brier(), sure.ece()), (0.0, 0.0));
    }
}
