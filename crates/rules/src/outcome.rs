//! [`Outcome`]: what became of the findings of all other rules. The rules about suppressions and the baseline look at it,
//! and run last.

use lockstep_model::Location;

/// What became of findings.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Outcome {
    /// What was meant to silence findings, and does not.
    pub idle: Vec<Idle>,
    /// What the baseline knows, and is there no more.
    pub stale: Vec<StaleEntry>,
}

/// Something that was meant to silence findings: a table, a comment, a trailer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idle {
    /// What it is, in words: `` this `[[allow]]` table ``, `this comment`, `` the trailer of commit `0123456789` ``.
    pub what: String,
    /// What it is about, in words that do not change from run to run: part of the identity of what is said of it.
    pub about: Vec<String>,
    /// Where it stands; none for a trailer.
    pub location: Option<Location>,
    /// Why it has no effect.
    pub why: IdleBecause,
}

/// Why a suppression has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdleBecause {
    /// It silences nothing.
    Nothing {
        /// The rule or group it names.
        target: String,
    },
    /// Its last day is over.
    Expired {
        /// That day.
        last: String,
        /// How many findings speak again.
        speak: usize,
    },
    /// No function is called like this.
    NoFunction {
        /// What it names.
        name: String,
        /// What may be meant.
        near: Option<String>,
    },
    /// It stands beside no function.
    Stray,
    /// It cannot be understood.
    Fault {
        /// What is wrong.
        message: String,
        /// What mends it.
        help: Option<String>,
    },
}

/// An entry of the baseline that has no purpose any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleEntry {
    /// The rule that it names.
    pub rule: String,
    /// Its functions.
    pub functions: Vec<String>,
    /// What else it is known by.
    pub subjects: Vec<String>,
    /// Where it stands.
    pub location: Location,
    /// Its last day, if that is over.
    pub expired: Option<String>,
    /// Functions of it that are not there.
    pub gone: Vec<String>,
    /// False if there is no rule of that name.
    pub known_rule: bool,
}
