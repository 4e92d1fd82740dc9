//! [`Allow`]: a finding that the user has looked at and accepts, with the reason.

use jiff::civil::Date;
use lockstep_diagnostics::{Finding, Group};
use lockstep_model::{Location, Timestamp};

use crate::{IdPatterns, rules::Target};

/// One `[[allow]]` table.
#[derive(Clone, Debug, PartialEq)]
pub struct Allow {
    /// The rules it is about.
    pub target: Target,
    /// The functions it is about.
    pub functions: IdPatterns,
    /// Why it is accepted. Never empty.
    pub reason: String,
    /// The last day on which it is.
    pub expires: Option<Date>,
    /// Where the table stands.
    pub location: Location,
}

impl Allow {
    /// True if it is about `finding`: its rule is meant, and every one of its functions matches a pattern.
    pub fn covers(&self, finding: &Finding) -> bool {
        self.target.means(finding.rule.name, finding.rule.group)
            && !finding.functions.is_empty()
            && finding.functions.iter().all(|id| self.functions.contains(id))
    }

    /// True if its last day is over at `as_of`. Days are those of UTC.
    pub fn is_expired(&self, as_of: Timestamp) -> bool {
        self.expires.is_some_and(|last| day(as_of) > last)
    }
}

/// The day of `time` in UTC. A time that is in no calendar has the first day of all: nothing is over on it.
pub fn day(time: Timestamp) -> Date {
    jiff::Timestamp::from_second(time).map_or(Date::MIN, |time| jiff::tz::Offset::UTC.to_datetime(time).date())
}

impl Target {
    /// True if it means the rule `name` of `group`.
    pub fn means(&self, name: &str, group: Group) -> bool {
        match self {
            Self::All => true,
            Self::Group(meant) => *meant == group,
            Self::Rule(rule) => rule.name == name,
        }
    }
}
