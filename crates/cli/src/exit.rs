//! Exit codes. They are part of the interface, and the same in every format.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at deny level.
    Clean,
    /// A finding at deny level.
    Findings,
    /// Wrong usage or configuration, or an internal error.
    Failed,
    /// The analysis is incomplete: history is missing, or nothing could be read.
    Incomplete,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Failed => 2,
            Exit::Incomplete => 3,
        })
    }
}
