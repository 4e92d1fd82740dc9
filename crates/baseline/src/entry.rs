//! [`Entry`]: one finding that is known.

use std::fmt;

use jiff::civil::Date;
use lockstep_diagnostics::{Finding, Fingerprint};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// What an entry is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Key {
    /// The rule.
    pub rule: String,
    /// The ids of the functions, sorted, each once.
    pub functions: Vec<String>,
    /// What else tells two findings of the rule about the same functions apart, sorted: a contract, a file.
    pub subjects: Vec<String>,
}

impl Key {
    /// A key of these parts, in any order.
    pub fn new(rule: impl Into<String>, mut functions: Vec<String>, mut subjects: Vec<String>) -> Self {
        for list in [&mut functions, &mut subjects] {
            list.sort_unstable();
            list.dedup();
        }
        Self { rule: rule.into(), functions, subjects }
    }

    /// The key of a finding.
    pub fn of(finding: &Finding) -> Self {
        let functions = finding.functions.iter().map(|id| id.as_str().to_owned()).collect();
        Self::new(finding.rule.name, functions, finding.subjects.clone())
    }

    /// The fingerprint of the findings that have this key.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new(&self.rule, self.functions.iter().chain(&self.subjects).map(String::as_str))
    }

    /// True if `self` is what is left of `whole`: some of its functions, at least two, and all else the same.
    pub fn is_part_of(&self, whole: &Self) -> bool {
        self.functions.len() >= 2
            && self.functions.len() < whole.functions.len()
            && self.rule == whole.rule
            && self.subjects == whole.subjects
            && self.functions.iter().all(|id| whole.functions.binary_search(id).is_ok())
    }
}

/// How strong a finding is, in hundredths: 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Strength(u8);

impl Strength {
    /// The strength of a weight between 0 and 1; what lies outside counts as the nearer end.
    pub fn of(weight: f64) -> Self {
        Self((weight.clamp(0.0, 1.0) * 100.0).round() as u8)
    }

    /// True if it is more than `tolerance` above `then`.
    pub fn exceeds(self, then: Self, tolerance: Self) -> bool {
        u16::from(self.0) > u16::from(then.0) + u16::from(tolerance.0)
    }

    /// As a share, 0 to 1.
    pub fn share(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.share())
    }
}

impl Serialize for Strength {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.share())
    }
}

impl<'de> Deserialize<'de> for Strength {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let share = f64::deserialize(deserializer)?;
        if !(0.0..=1.0).contains(&share) {
            return Err(D::Error::custom(format!("`at` is {share}; it is a share between 0 and 1")));
        }
        Ok(Self::of(share))
    }
}

/// One finding that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is known by.
    pub key: Key,
    /// How strong it was when it was accepted.
    pub at: Strength,
    /// The day of the commit with which it was accepted.
    pub since: Date,
    /// Why it is accepted, if somebody said so.
    pub reason: Option<String>,
    /// The last day on which it is.
    pub expires: Option<Date>,
    /// The line of the file on which it stands, from 1; 0 for an entry that stands in no file yet.
    pub line: u32,
}

impl Entry {
    /// True if its last day is over on `day`.
    pub fn is_expired(&self, day: Date) -> bool {
        self.expires.is_some_and(|last| day > last)
    }

    /// One entry of two with the same key, as a merge of two branches leaves them: what either of them held back stays
    /// held back. Of two reasons it takes the one that comes later in the alphabet, so that the order does not matter.
    pub(crate) fn merged(self, other: Self) -> Self {
        let expires = match (self.expires, other.expires) {
            (Some(one), Some(two)) => Some(one.max(two)),
            _ => None,
        };
        Self {
            at: self.at.max(other.at),
            since: self.since.min(other.since),
            reason: self.reason.max(other.reason),
            expires,
            line: self.line.min(other.line),
            key: self.key,
        }
    }
}

/// An entry as it is written. The fingerprint is there for other tools: matching goes by what it is made of.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    rule: String,
    functions: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    subjects: Vec<String>,
    at: Strength,
    since: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(default)]
    fingerprint: String,
}

impl Line {
    /// The entry that stands on line `line`.
    ///
    /// # Errors
    /// If a day is none, or the rule has no name; in words.
    pub(crate) fn entry(self, line: u32) -> Result<Entry, String> {
        let day = |name: &str, text: &str| {
            text.parse::<Date>().map_err(|_| format!("`{name}` must be a day such as 2027-03-01, not `{text}`"))
        };
        if self.rule.is_empty() {
            return Err("`rule` is empty".to_owned());
        }
        Ok(Entry {
            since: day("since", &self.since)?,
            expires: self.expires.map(|text| day("expires", &text)).transpose()?,
            key: Key::new(self.rule, self.functions, self.subjects),
            at: self.at,
            reason: self.reason.filter(|reason| !reason.trim().is_empty()),
            line,
        })
    }
}

impl From<&Entry> for Line {
    fn from(entry: &Entry) -> Self {
        Self {
            rule: entry.key.rule.clone(),
            functions: entry.key.functions.clone(),
            subjects: entry.key.subjects.clone(),
            at: entry.at,
            since: entry.since.to_string(),
            reason: entry.reason.clone(),
            expires: entry.expires.map(|day| day.to_string()),
            fingerprint: entry.key.fingerprint().to_string(),
        }
    }
}
