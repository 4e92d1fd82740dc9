//! What Lockstep says, and how sure it is: findings with their places and evidence, the levels that people ask for,
//! the fingerprints by which a finding is known again, and values that carry what went wrong on the way.

mod evidence;
mod finding;
mod fingerprint;
mod level;
mod partial;
mod rule;
mod verdict;

pub use evidence::{CommitRef, Evidence};
pub use finding::{BaselineState, Finding, Label, Standing, SuppressedBy, Suppression};
pub use fingerprint::Fingerprint;
pub use level::{Level, Severity, UnknownLevel};
pub use partial::{Partial, Problem, ProblemKind};
pub use rule::{Group, RuleMeta};
pub use verdict::{Answer, Closest, Criterion, Outcome, Verdict};
