//! What is known of a rule before it runs.

use serde::Serialize;

use crate::Level;

/// Families of rules, for setting levels at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// What changes together.
    Coupling,
    /// What the code shares.
    Code,
    /// What the channels and stores join.
    Channels,
    /// How it is packaged and deployed.
    Deployment,
    /// Whose it is.
    Ownership,
    /// The linter's own honesty.
    Meta,
}

impl Group {
    /// All groups.
    pub const ALL: [Self; 6] =
        [Self::Coupling, Self::Code, Self::Channels, Self::Deployment, Self::Ownership, Self::Meta];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Coupling => "coupling",
            Self::Code => "code",
            Self::Channels => "channels",
            Self::Deployment => "deployment",
            Self::Ownership => "ownership",
            Self::Meta => "meta",
        }
    }

    /// What its rules look at.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Coupling => "What changes together",
            Self::Code => "What the code shares",
            Self::Channels => "What the channels and stores join",
            Self::Deployment => "How it is packaged and deployed",
            Self::Ownership => "Whose it is",
            Self::Meta => "The linter's own honesty: what it could not read or follow",
        }
    }
}

/// A rule's name, place and page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleMeta {
    /// Reads well after "allow": `shared-implementation`.
    pub name: &'static str,
    /// Its family.
    pub group: Group,
    /// The level it has if nobody asks for another.
    pub default_level: Level,
    /// One line.
    pub summary: &'static str,
    /// The version that brought it.
    pub since: &'static str,
    /// Its page, in Markdown: what it does, why it matters, examples that are run, what to do.
    pub page: &'static str,
}
