//! The options of `cache`.

use clap::{Args, Subcommand};

/// `cache`.
#[derive(Debug, Clone, Args)]
pub struct CacheArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: CacheCommand,
}

/// What can be done with what is kept from run to run.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum CacheCommand {
    /// Print the folder in which facts of source files and of histories are kept
    Path,
    /// Delete all that is kept there, of all repositories
    Clean,
}
