//! Quarters of years, by which the page tells when things changed.

use lockstep_model::Timestamp;

/// Quarters that are told apart: fifteen years. What lies before or after is counted with the nearest.
const MOST: i32 = 60;

/// A run of quarters.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Quarters {
    /// Quarters since the year 0.
    first: i32,
    number: i32,
}

impl Quarters {
    /// From the first of `times` to the last, and to `as_of`. Commits may carry any time: those after `as_of` extend
    /// nothing.
    pub(super) fn new(times: impl Iterator<Item = Timestamp>, as_of: Option<Timestamp>) -> Self {
        let serials: Vec<i32> = times.chain(as_of).filter_map(serial).collect();
        let newest = as_of.and_then(serial).or_else(|| serials.iter().max().copied());
        let (Some(last), Some(first)) = (newest, serials.iter().min().copied()) else { return Self::default() };
        let first = first.clamp(last - MOST + 1, last);
        Self { first, number: last - first + 1 }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.number.max(0) as usize
    }

    /// The number of the quarter of `time`, counted from the first.
    pub(super) fn at(&self, time: Timestamp) -> usize {
        let serial = serial(time).unwrap_or(if time < 0 { i32::MIN } else { i32::MAX });
        serial.saturating_sub(self.first).clamp(0, (self.number - 1).max(0)) as usize
    }

    /// `2026 Q3`.
    pub(super) fn label(&self, number: usize) -> String {
        let serial = self.first + number as i32;
        format!("{} Q{}", serial.div_euclid(4), serial.rem_euclid(4) + 1)
    }

    /// All labels.
    pub(super) fn labels(&self) -> Vec<String> {
        (0..self.len()).map(|number| self.label(number)).collect()
    }
}

fn serial(time: Timestamp) -> Option<i32> {
    let date = jiff::Timestamp::from_second(time).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date();
    Some(i32::from(date.year()) * 4 + (i32::from(date.month()) - 1) / 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Timestamp = 86_400;

    #[test]
    fn quarters_run_from_the_first_change_to_the_end() {
        // 2026-11-18, and a year before.
        let (now, before) = (1_795_000_000, 1_795_000_000 - 365 * DAY);
        let quarters = Quarters::new([before].into_iter(), Some(now));
        assert_eq!(quarters.labels(), ["2025 Q4", "2026 Q1", "2026 Q2", "2026 Q3", "2026 Q4"]);
        assert_eq!([before, now, now + 400 * DAY, i64::MIN, i64::MAX].map(|time| quarters.at(time)), [0, 4, 4, 0, 4]);
    }

    #[test]
    fn times_without_sense_make_no_endless_page() {
        let quarters = Quarters::new([i64::MIN, 0, 200_000_000_000].into_iter(), Some(1_795_000_000));
        assert_eq!(quarters.len(), MOST as usize);
        assert_eq!(Quarters::new([].into_iter(), None).len(), 0);
        assert_eq!(Quarters::default().at(5), 0);
    }
}
