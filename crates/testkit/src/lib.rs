//! Lockstep's test kit: pages that are documentation and tests at once, and throw-away git repositories with a
//! made-up, reproducible history. Used by tests only.
//!
//! - [`Script`]: a history, one line per commit in git's status letters.
//! - [`Plan`]: what every version of every file holds, so that the last is what the page shows.
//! - [`Repository`]: the plan as a real repository in a temporary folder, with the same commit ids everywhere.
//! - [`Page`]: a Markdown page, its cases, their files and commands.
//! - [`Runner`]: runs the commands of a page and compares what they print; `UPDATE_PAGES=1` writes it back.
//! - [`Scrub`]: hides what differs from run to run.
//! - [`simulator`]: made-up histories of which the truth is known, to see whether it is found.
//! - [`hostile`]: repositories whose names want to be more than names.
//! - [`client`]: GitHub's side of workflow commands, to judge what we print.

pub mod client;
mod content;
mod diff;
mod error;
mod expect;
pub mod hostile;
mod page;
mod plan;
mod repository;
mod run;
mod script;
mod scrub;
pub mod simulator;

pub use error::PageError;
pub use expect::matches;
pub use page::{Block, Case, Invocation, Page};
pub use plan::{Edit, Plan, PlannedCommit};
pub use repository::Repository;
pub use run::{Failure, Runner};
pub use script::{Change, Commit, Script};
pub use scrub::Scrub;
