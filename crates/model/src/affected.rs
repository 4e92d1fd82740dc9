//! What a change makes it necessary to deploy.

use serde::Serialize;

use crate::{CommitId, FunctionId, RepoPath};

/// The functions of a project after a change, told apart by whether the change reaches them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Affected {
    /// The commit before the change; none before the first commit.
    pub before: Option<CommitId>,
    /// Those to deploy, sorted by id.
    pub functions: Vec<AffectedFunction>,
    /// Those that are as they were, sorted by id.
    pub unaffected: Vec<FunctionId>,
    /// Those that were declared before the change and are no more, sorted by id.
    pub removed: Vec<FunctionId>,
    /// How many files differ.
    pub files: usize,
}

/// A function to deploy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedFunction {
    /// Which.
    pub id: FunctionId,
    /// Its service.
    pub service: String,
    /// Why: each file once for each kind of reason, in that order. At least one.
    pub reasons: Vec<DeployReason>,
}

/// One reason to deploy a function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeployReason {
    /// What kind of reason it is.
    pub kind: DeployReasonKind,
    /// The file that changed, or through which something else is reached now; none for a function that is new.
    pub path: Option<RepoPath>,
    /// What of it changed: symbols, blocks, packages. Empty where that is all of it, or not told apart. Sorted.
    pub names: Vec<String>,
}

/// Why a function must be deployed, the most telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeployReasonKind {
    /// It was not declared before.
    New,
    /// Code that it alone reaches says something else.
    OwnCode,
    /// Code that other functions reach too says something else, in the part that it uses.
    SharedCode,
    /// It reaches code that it did not reach, or no longer reaches code that it did.
    Reach,
    /// A layer that it names holds something else.
    Layer,
    /// Its declaration says something else, or what is said there for all functions.
    Manifest,
    /// A package from outside is of another version, or another one is used.
    Dependencies,
    /// What builds its package says something else.
    Build,
    /// Its code is not known: a change of anything that may be its code counts.
    UnknownCode,
}
