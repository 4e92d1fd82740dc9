//! [`Verdict`]: what the checklist of a microservice says of one function. Rules fill it in, formats show it.

use lockstep_model::FunctionId;
use serde::Serialize;

use crate::Evidence;

/// The verdict on one function.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The function.
    pub function: FunctionId,
    /// The service it claims to belong to.
    pub service: String,
    /// Changesets that edit its own code.
    pub changes: u32,
    /// Those of them that edit no other function.
    pub alone: u32,
    /// Changesets after which it had to be deployed: those that edit it, and all that changed shared code it reaches.
    pub deployments: u32,
    /// The answer.
    pub answer: Answer,
    /// The function that is likeliest to change with it; none if it never changed with another.
    pub closest: Option<Closest>,
    /// The checklist, in its order.
    pub criteria: Vec<Criterion>,
}

/// Whether the function is a microservice of its own: whether it can be changed without another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It can.
    Independent,
    /// It is a part of one: these change together, or are declared to be one.
    PartOf {
        /// The name of most of them.
        service: String,
        /// True if a `[[service]]` table says so.
        declared: bool,
        /// The others, sorted.
        with: Vec<FunctionId>,
    },
    /// It cannot: others change with it, and it need not change with them.
    NotIndependent {
        /// Who, the likeliest first.
        followers: Vec<FunctionId>,
    },
    /// The history does not say.
    Unknown {
        /// Why, with the numbers.
        why: String,
    },
}

impl Answer {
    /// The word used in machine output.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::PartOf { .. } => "part-of",
            Self::NotIndependent { .. } => "not-independent",
            Self::Unknown { .. } => "unknown",
        }
    }
}

/// The function that is likeliest to change when this one does.
#[derive(Clone, Debug, PartialEq)]
pub struct Closest {
    /// Which.
    pub function: FunctionId,
    /// Changesets that edit the own code of both.
    pub own: u32,
    /// Further changesets in which code changed that both reach.
    pub shared: u32,
    /// How often it changes when this one does, 0 to 1, contracts left out.
    pub strength: f64,
    /// The lower bound of that.
    pub lower: f64,
}

/// One line of the checklist.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// The word used in machine output and above columns.
    pub name: &'static str,
    /// What is asked, in words.
    pub title: &'static str,
    /// The rules that decide it, and whether each is there yet.
    pub rules: Vec<(&'static str, bool)>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why; also what is known where nothing is decided.
    pub evidence: Vec<Evidence>,
}

/// How a line of the checklist ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
    /// Too little is known.
    Unknown,
    /// A rule that would decide it does not exist yet.
    NotChecked,
}
