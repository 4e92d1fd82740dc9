//! Values for the tests of this crate.

use jiff::civil::{Date, date};
use lockstep_diagnostics::{BaselineState, Finding, Fingerprint, Group, Label, Level, RuleMeta, Standing};
use lockstep_model::{FunctionId, Location, RepoPath};

use crate::{Entry, Key, Ratchet, Strength};

const fn rule(name: &'static str, group: Group) -> RuleMeta {
    RuleMeta { name, group, default_level: Level::Warn, summary: "", since: "0.1.0", page: "" }
}

pub(crate) static LOCKSTEP: RuleMeta = rule("lockstep", Group::Coupling);
pub(crate) static SHARED: RuleMeta = rule("shared-implementation", Group::Code);

pub(crate) const TODAY: Date = date(2026, 3, 1);

pub(crate) fn ratchet() -> Ratchet {
    Ratchet { tolerance: Strength::of(0.1), today: TODAY }
}

/// A finding about the functions whose names are the letters of `functions`.
pub(crate) fn finding(rule: &'static RuleMeta, functions: &str, weight: f64) -> Finding {
    let ids: Vec<String> = functions.chars().map(String::from).collect();
    Finding {
        rule,
        level: Level::Deny,
        level_origin: String::new(),
        message: String::new(),
        functions: ids.iter().map(FunctionId::new).collect(),
        services: Vec::new(),
        subjects: Vec::new(),
        primary: Label { location: Location::whole_file(RepoPath::root()), message: String::new() },
        related: Vec::new(),
        evidence: Vec::new(),
        notes: Vec::new(),
        help: Vec::new(),
        fingerprint: Fingerprint::new(rule.name, ids.iter().map(String::as_str)),
        baseline: BaselineState::New,
        suppression: None,
        weight,
        of_change: false,
        standing: Standing::default(),
    }
}

/// An entry about the same, accepted in January.
pub(crate) fn entry(rule: &str, functions: &str, at: f64) -> Entry {
    let functions = functions.chars().map(String::from).collect();
    Entry {
        key: Key::new(rule, functions, Vec::new()),
        at: Strength::of(at),
        since: date(2026, 1, 10),
        reason: None,
        expires: None,
        line: 0,
    }
}
