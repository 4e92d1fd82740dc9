//! Changesets of several repositories: where each comes from, and what joins those that are one change.

use std::fmt;

use serde::Serialize;

use crate::{CommitId, Timestamp};

/// Where a changeset comes from, in a history of several repositories.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Origin {
    /// The name of its repository; of a joined one, that of its newest commit.
    pub repository: String,
    /// What it is joined of; none if it is one commit.
    pub joined: Option<Joined>,
}

/// Changesets of several repositories that are one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// What joins them.
    pub by: JoinedBy,
    /// The ticket (`SHOP-12`), the trailer (`Change-Id: I0f3a`) or the author's address. May hold anything.
    pub key: String,
    /// The commits of their main lines, oldest first.
    pub commits: Vec<JoinedCommit>,
}

/// One of the commits of a joined changeset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JoinedCommit {
    /// When it came onto the main line.
    pub time: Timestamp,
    /// The name of its repository.
    pub repository: String,
    /// Its id.
    pub id: CommitId,
    /// Who wrote it.
    pub author: String,
    /// What it says of itself.
    pub subject: String,
}

/// What joins changesets of several repositories, surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum JoinedBy {
    /// The same trailer stands in their messages.
    Trailer,
    /// They name the same ticket.
    Ticket,
    /// One author made them within a short time.
    Author,
}

impl JoinedBy {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trailer => "trailer",
            Self::Ticket => "ticket",
            Self::Author => "author",
        }
    }
}

impl fmt::Display for JoinedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
