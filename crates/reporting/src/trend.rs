//! What `trend` shows: how independence developed, period by period, as text and as JSON.

mod json;
mod text;

use lockstep_model::{FunctionId, Timestamp};

use crate::ChangesetCounts;

pub use json::write_json;
pub use text::write_text;

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Step {
    /// A month of the calendar.
    Month,
    /// Three months.
    #[default]
    Quarter,
    /// A year.
    Year,
}

impl Step {
    /// The word for it: `quarter`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// What the period that begins at `from` is called, in UTC: `2024 Q1`, `2024-03`, `2024`.
    pub fn name(self, from: Timestamp) -> String {
        let Ok(time) = jiff::Timestamp::from_second(from) else { return format!("@{from}") };
        let date = time.to_zoned(jiff::tz::TimeZone::UTC).date();
        match self {
            Self::Month => format!("{:04}-{:02}", date.year(), date.month()),
            Self::Quarter => format!("{:04} Q{}", date.year(), (date.month() - 1) / 3 + 1),
            Self::Year => format!("{:04}", date.year()),
        }
    }
}

/// The development of a repository, as plain values.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct TrendView {
    /// The time up to which changes are counted.
    pub as_of: Option<Timestamp>,
    /// The changesets behind it.
    pub changesets: ChangesetCounts,
    /// How long a period is.
    pub step: Step,
    /// How many functions there are.
    pub functions: usize,
    /// True if units that are gone today are among them.
    pub gone: bool,
    /// A share of fewer changesets is not told.
    pub fewest: u32,
    /// What makes a coupling one that is counted.
    pub counted: Counted,
    /// Changesets that edit a function before the first period.
    pub earlier: u32,
    /// The periods, oldest first, without gaps; the last one may not be over.
    pub periods: Vec<PeriodView>,
    /// The services, by name.
    pub services: Vec<ServiceTrendView>,
    /// Two halves of the history; none if nothing ever changed.
    pub halves: Option<HalvesView>,
}

/// What makes a coupling one that is counted: it reaches both, in both directions, contracts left out, and enough is known
/// of both functions. These are the pairs behind the findings of the rule `lockstep`.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Counted {
    /// The lower bound, 0 to 1.
    pub lower: f64,
    /// Changesets that edit both functions and no contract of theirs.
    pub min_support: u32,
}

/// One period.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PeriodView {
    /// What it is called.
    pub name: String,
    /// Its first second.
    pub from: Timestamp,
    /// Its last second: the as-of time that yields the same couplings.
    pub to: Timestamp,
    /// What its changesets edit.
    pub alone: AloneView,
    /// The couplings at its end; none if the history was too short by then to tell.
    pub end: Option<EndView>,
}

/// Changesets that edit a function's own code, sweeping ones included, by how alone they leave it.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct AloneView {
    /// All of them.
    pub changesets: u32,
    /// Those that edit exactly one function.
    pub one_function: u32,
    /// Those that edit functions of exactly one service.
    pub one_service: u32,
    /// Those that edit more functions than the measure takes for one change.
    pub sweeping: u32,
    /// The share of one function; none of too few changesets.
    pub of_functions: Option<ShareView>,
    /// The share of one service; none of too few changesets.
    pub of_services: Option<ShareView>,
}

/// A share, 0 to 1, with the 10 % and 90 % quantiles of its posterior under Jeffreys' prior.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct ShareView {
    /// The share.
    pub value: f64,
    /// What it is at least.
    pub lower: f64,
    /// What it is at most.
    pub upper: f64,
}

/// What the measure would have said at the end of a period.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct EndView {
    /// Functions of which enough was known.
    pub known: u32,
    /// The couplings that are counted.
    pub pairs: Vec<PairView>,
    /// Those of them that were not counted at the end of the period before.
    pub began: Vec<PairView>,
    /// Those of the period before that are not counted any more, with their figures of now.
    pub ceased: Vec<PairView>,
}

/// Two functions and their figures.
#[derive(Clone, Debug, PartialEq)]
pub struct PairView {
    /// The one.
    pub a: FunctionId,
    /// The other.
    pub b: FunctionId,
    /// True if they are of different services.
    pub between_services: bool,
    /// The mean strength of both directions, contracts left out.
    pub strength: f64,
    /// The lower bound of the weaker direction, contracts left out.
    pub lower: f64,
    /// Changesets that edit both.
    pub support: u32,
}

/// One service in all periods.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ServiceTrendView {
    /// Its name.
    pub name: String,
    /// How many functions it has.
    pub functions: usize,
    /// The changesets of the whole history that edit one of its functions.
    pub alone: AloneView,
    /// The periods, as [`TrendView::periods`].
    pub periods: Vec<ServicePeriodView>,
}

/// A service in one period.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct ServicePeriodView {
    /// What the changesets edit that edit one of its functions.
    pub alone: AloneView,
    /// Its couplings at the end; none if nothing was known of any of its functions.
    pub end: Option<ServiceEndView>,
}

/// The couplings of a service.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct ServiceEndView {
    /// Its functions of which enough was known.
    pub known: u32,
    /// Couplings between functions of it.
    pub inside: u32,
    /// Couplings of one of its functions with one of another service.
    pub outward: u32,
    /// The mean strength of all of these; none if there are none.
    pub strength: Option<f64>,
}

/// What the changesets up to a moment edit, and those after it.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct HalvesView {
    /// The last second of the first half.
    pub at: Timestamp,
    /// True if somebody asked for that moment; else half of the changesets had passed then.
    pub asked: bool,
    /// Up to it.
    pub before: AloneView,
    /// After it.
    pub after: AloneView,
}

impl EndView {
    /// How many couplings join functions of different services.
    pub fn between(&self) -> usize {
        self.pairs.iter().filter(|pair| pair.between_services).count()
    }

    /// The mean strength of the couplings; none if there are none.
    pub fn strength(&self) -> Option<f64> {
        let sum: f64 = self.pairs.iter().map(|pair| pair.strength).sum();
        (!self.pairs.is_empty()).then(|| sum / self.pairs.len() as f64)
    }
}

/// How a share developed, as far as can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It rose: its bounds lie above those of before.
    Rose,
    /// It fell.
    Fell,
    /// The bounds overlap: chance alone may have moved it.
    Uncertain,
}

impl Direction {
    /// The word used in machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rose => "rose",
            Self::Fell => "fell",
            Self::Uncertain => "uncertain",
        }
    }

    /// From the shares before and after; none if one of them is not told.
    pub fn of(before: Option<ShareView>, after: Option<ShareView>) -> Option<Self> {
        let (before, after) = (before?, after?);
        Some(match () {
            () if after.lower > before.upper => Self::Rose,
            () if after.upper < before.lower => Self::Fell,
            () => Self::Uncertain,
        })
    }
}

#[cfg(test)]
mod tests;
