//! [`Partial`]: a value, and what was left out on the way to it.

use lockstep_model::Location;
use serde::Serialize;

/// A value and the problems met in making it. Nothing is lost: what could not be read is named.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Partial<T> {
    /// What could be made.
    pub value: T,
    /// What could not, in the order of its places.
    pub problems: Vec<Problem>,
}

impl<T> Partial<T> {
    /// A whole value.
    pub fn whole(value: T) -> Self {
        Self { value, problems: Vec::new() }
    }

    /// The value; its problems go to `problems`.
    pub fn collect(self, problems: &mut Vec<Problem>) -> T {
        problems.extend(self.problems);
        self.value
    }
}

/// What kind of input was left out, or read only in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// A manifest that cannot be read: a finding of `invalid-manifest`.
    InvalidManifest,
    /// A part of a manifest that only its own tools can evaluate (a script, a remote value).
    Unevaluated,
    /// A source file that does not parse; its imports are not followed.
    UnparsedSource,
    /// A file that is no text, too large, or unreadable.
    UnreadableFile,
    /// A path that leads out of the repository.
    OutsideRepository,
    /// History that is missing or incomplete.
    History,
    /// Input of a kind that is not supported yet.
    Unsupported,
    /// Something in the configuration.
    Configuration,
    /// A line of a file of code owners that its host does not take, or the whole file.
    Owners,
}

impl ProblemKind {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidManifest => "invalid-manifest",
            Self::Unevaluated => "unevaluated",
            Self::UnparsedSource => "unparsed-source",
            Self::UnreadableFile => "unreadable-file",
            Self::OutsideRepository => "outside-repository",
            Self::History => "history",
            Self::Unsupported => "unsupported",
            Self::Configuration => "configuration",
            Self::Owners => "owners",
        }
    }
}

/// Something that was left out, with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// What kind.
    pub kind: ProblemKind,
    /// Where; none for the run as a whole.
    pub location: Option<Location>,
    /// What happened, in words. Names from the repository stand in it as they are: formats escape them.
    pub message: String,
}

impl Problem {
    /// A problem at a place.
    pub fn at(kind: ProblemKind, location: Location, message: impl Into<String>) -> Self {
        Self { kind, location: Some(location), message: message.into() }
    }

    /// A problem of the run as a whole.
    pub fn general(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { kind, location: None, message: message.into() }
    }
}
