//! [`Finding`]: one thing said about some functions.

use lockstep_model::{FunctionId, Location};

use crate::{Evidence, Fingerprint, Level, RuleMeta, Severity};

/// A place with words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub location: Location,
    /// What is to be seen there.
    pub message: String,
}

/// What a baseline says of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum BaselineState {
    /// It is not in the baseline, or there is none.
    #[default]
    New,
    /// It is in the baseline.
    Known,
    /// It is in the baseline, and has become worse.
    Worse,
}

impl BaselineState {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Known => "known",
            Self::Worse => "worse",
        }
    }
}

/// What silences a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressedBy {
    /// An `[[allow]]` table of the configuration.
    Configuration,
    /// A comment beside the code or the declaration.
    Comment,
    /// A trailer of a commit.
    Trailer,
}

impl SuppressedBy {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Comment => "comment",
            Self::Trailer => "trailer",
        }
    }
}

/// Why a finding is silent though its rule speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// What silences it.
    pub by: SuppressedBy,
    /// Where that stands; none for a commit.
    pub location: Option<Location>,
    /// The reason that is given there.
    pub reason: String,
}

/// How a finding stands to the change that is looked at (`--staged`, `--base`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Standing {
    /// False if what was there before the change has it already; none if no change is looked at, or what was before it
    /// cannot be told.
    pub introduced: Option<bool>,
    /// True if it is counted and neither shown nor failed on: what was there before the change has it already.
    pub held_back: bool,
    /// True if the place to look at first lies on a line that the change touches.
    pub on_changed_line: bool,
}

/// One finding of one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static RuleMeta,
    /// The level in force.
    pub level: Level,
    /// Why the level is what it is: `` `lockstep` is `deny` by default between services ``.
    pub level_origin: String,
    /// The one sentence. Names from the repository stand in it as they are: formats escape them.
    pub message: String,
    /// The functions it is about, sorted.
    pub functions: Vec<FunctionId>,
    /// Their services, sorted.
    pub services: Vec<String>,
    /// What tells it apart from other findings of the rule about the same functions: a contract, a file. Part of its
    /// identity, as the functions are.
    pub subjects: Vec<String>,
    /// The place to look at first.
    pub primary: Label,
    /// The other places.
    pub related: Vec<Label>,
    /// Why it is said.
    pub evidence: Vec<Evidence>,
    /// Further lines for people, each a sentence: what the evidence amounts to.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// Its identity.
    pub fingerprint: Fingerprint,
    /// What the baseline says.
    pub baseline: BaselineState,
    /// What silences it; its level is `allow` then.
    pub suppression: Option<Suppression>,
    /// Orders findings of one level, largest first: how strong, 0 to 1.
    pub weight: f64,
    /// True if it is about the change that is looked at (`--staged`, `--base`): such findings come before all others.
    pub of_change: bool,
    /// How it stands to that change.
    pub standing: Standing,
}

impl Finding {
    /// How it is shown.
    pub fn severity(&self) -> Severity {
        self.level.severity()
    }
}
