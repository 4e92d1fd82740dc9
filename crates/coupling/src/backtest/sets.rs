//! What a backtest reads: which functions each changeset touched, and when; and where the past ends.

use lockstep_model::Timestamp;

use crate::attribute::Touched;

/// A changeset that touches functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// When.
    pub time: Timestamp,
    /// The functions, ascending, each once; never empty.
    pub functions: Vec<u32>,
}

/// The changesets of `touched` that touch a function, in their order.
pub(crate) fn of(touched: &[Touched]) -> Vec<Set> {
    let set = |touched: &Touched| Set { time: touched.time, functions: touched.own.clone() };
    touched.iter().filter(|touched| !touched.own.is_empty()).map(set).collect()
}

/// The time at which the first `share` of the sets, which are in the order of time, ends. What comes later is the
/// future. None if nothing would come later.
pub(crate) fn split(sets: &[Set], share: f64) -> Option<Timestamp> {
    let at = (sets.len() as f64 * share) as usize;
    let time = sets.get(at)?.time;
    (sets.last()?.time > time).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(times: &[Timestamp]) -> Vec<Set> {
        times.iter().map(|time| Set { time: *time, functions: vec![0] }).collect()
    }

    #[test]
    fn the_past_ends_with_the_changeset_at_the_share() {
        assert_eq!(split(&at(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 0.7), Some(8));
        assert_eq!(split(&at(&[1, 2, 3]), 0.5), Some(2));
    }

    #[test]
    fn a_past_without_a_future_is_none() {
        assert_eq!(split(&at(&[]), 0.7), None);
        assert_eq!(split(&at(&[5]), 0.7), None);
        assert_eq!(split(&at(&[1, 7, 7, 7]), 0.7), None);
    }
}
