//! How independence developed, in the periods of the calendar.

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use lockstep_config::Config;
use lockstep_coupling::{Input, Period, Trend, trend};
use lockstep_model::{RepoPath, Timestamp};
use serde_json::{Map, Value};

use crate::{Project, Report, constants};

/// The rule that says which couplings are spoken of.
const RULE: &str = "lockstep";
/// More periods than this are not made: commits may claim to be of any year. The newest ones are.
const MOST: usize = 400;

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A month of the calendar.
    Month,
    /// Three months, from January, April, July or October.
    Quarter,
    /// A year.
    Year,
}

impl Step {
    fn months(self) -> i8 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }

    /// The first day of the period in which `day` lies.
    fn start(self, day: Date) -> Option<Date> {
        let month = (day.month() - 1) / self.months() * self.months() + 1;
        Date::new(day.year(), month, 1).ok()
    }

    /// The periods from that of `first` to that of `last`, in UTC; the last one ends with `last`.
    fn periods(self, first: Timestamp, last: Timestamp) -> Vec<Period> {
        let mut periods = Vec::new();
        let mut start = day(last).and_then(|day| self.start(day));
        let mut to = last;
        while let Some(from) = start.and_then(second).filter(|from| *from <= to) {
            periods.push(Period { from, to });
            if from <= first || periods.len() == MOST {
                break;
            }
            to = from - 1;
            start = start.and_then(|start| start.checked_sub(i32::from(self.months()).months()).ok());
        }
        periods.reverse();
        periods
    }
}

/// The day of `time` in UTC.
fn day(time: Timestamp) -> Option<Date> {
    Some(jiff::Timestamp::from_second(time).ok()?.to_zoned(TimeZone::UTC).date())
}

/// The first second of `day` in UTC.
fn second(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

/// What `config` sets for the rule.
fn set(config: &Config) -> Map<String, Value> {
    config.rule(RULE).map(|setting| setting.options.clone()).unwrap_or_default()
}

/// Which couplings [`Report::trend`] counts: the lower bound that both directions reach, and the fewest changesets that
/// edit both functions and no contract of theirs.
pub fn lockstep_thresholds(config: &Config) -> (f64, u32) {
    lockstep_rules::lockstep_thresholds(&set(config))
}

/// What became of the couplings since a model was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SinceModel {
    /// When its newest commit was made.
    pub at: Timestamp,
    /// Changesets since that edit a function.
    pub changesets: u32,
    /// Couplings then.
    pub then: usize,
    /// Couplings now.
    pub now: usize,
    /// Those of now that were none then.
    pub began: usize,
    /// Those of then that are none now.
    pub ceased: usize,
}

/// What became of the couplings of `report` since the model was written; none without a model, where no function changed
/// since, or where too little was known then to tell.
pub(crate) fn since_model(project: &Project, config: &Config, report: &Report) -> Option<SinceModel> {
    let at = project.model_time?;
    let now = report.graph.as_of();
    let periods = [Period { from: Timestamp::MIN, to: at }, Period { from: at.saturating_add(1), to: now }];
    let trend = report.trend_in(project, config, |_, _| periods.to_vec());
    let [then, now] = &trend.periods[..] else { return None };
    let (before, after) = (then.end.as_ref()?, now.end.as_ref()?);
    // A model of the very history says nothing that the history does not.
    (now.whole.changesets > 0).then_some(())?;
    Some(SinceModel {
        at,
        changesets: now.whole.changesets,
        then: before.pairs.len(),
        now: after.pairs.len(),
        began: after.began.len(),
        ceased: after.ceased.len(),
    })
}

impl Report {
    /// How the functions of the report, which is about `project`, developed from the first change of one of them to the
    /// as-of time. Couplings are those that the rule `lockstep` speaks of, as `config` sets it, whether or not the two
    /// are declared as one service.
    pub fn trend(&self, project: &Project, config: &Config, step: Step) -> Trend {
        self.trend_in(project, config, |first, last| step.periods(first, last))
    }

    /// As [`Self::trend`], in the periods that are made of the times of the first change and of now.
    fn trend_in(
        &self,
        project: &Project,
        config: &Config,
        periods: impl Fn(Timestamp, Timestamp) -> Vec<Period>,
    ) -> Trend {
        let as_of = self.graph.as_of();
        let input = Input {
            functions: &self.found.functions,
            services: &self.found.services,
            closures: &self.code.closures,
            history: &self.history,
            parts: self.graph.parts(),
            repositories: &self.repositories,
            likeness: Some(self.graph.all_likeness()),
            as_of,
            exists: &|path: &RepoPath| project.files.is_file(path),
            options: constants(config),
        };
        let flagged = lockstep_rules::in_lockstep(&set(config));
        let periods = self.graph.first_edit().map_or_else(Vec::new, |first| periods(first, as_of));
        trend(&input, &periods, &flagged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse::<jiff::Timestamp>().unwrap().as_second()
    }

    #[test]
    fn periods_follow_the_calendar_without_gaps() {
        let (first, last) = (at("2023-02-14T12:00:00Z"), at("2024-08-03T01:02:03Z"));
        for (step, number, from) in [
            (Step::Month, 19, "2023-02-01T00:00:00Z"),
            (Step::Quarter, 7, "2023-01-01T00:00:00Z"),
            (Step::Year, 2, "2023-01-01T00:00:00Z"),
        ] {
            let periods = step.periods(first, last);
            assert_eq!((periods.len(), periods[0].from), (number, at(from)), "{step:?}");
            assert!(periods.windows(2).all(|pair| pair[0].to + 1 == pair[1].from), "{step:?}");
            assert_eq!(periods.last().map(|period| period.to), Some(last));
        }
        let quarters = Step::Quarter.periods(first, last);
        assert_eq!(quarters[1], Period { from: at("2023-04-01T00:00:00Z"), to: at("2023-06-30T23:59:59Z") });
        // A change at the very second in which a period begins.
        assert_eq!(Step::Year.periods(at("2024-01-01T00:00:00Z"), last).len(), 1);
    }

    #[test]
    fn dates_that_are_none_make_few_periods() {
        assert_eq!(Step::Quarter.periods(i64::MIN, at("2024-01-01T00:00:00Z")).len(), MOST);
        assert_eq!(Step::Year.periods(0, i64::MAX), []);
        assert_eq!(Step::Month.periods(0, 0), [Period { from: 0, to: 0 }]);
        assert_eq!(Step::Month.periods(9, 3), [Period { from: 0, to: 3 }]);
    }
}
