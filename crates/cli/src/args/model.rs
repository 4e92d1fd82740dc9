//! The options of `model`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Common, ListFormat};

/// `model`.
#[derive(Debug, Clone, Args)]
pub struct ModelArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: ModelCommand,
}

/// What can be done with a model.
#[derive(Debug, Clone, Subcommand)]
pub enum ModelCommand {
    /// Write the history of the main branch to a file, for `check --model FILE` in clones that do not have it
    Write(ModelWriteArgs),
    /// Say what a model is of: its newest commit, how much history, and which Lockstep wrote it
    Show(ModelShowArgs),
}

/// `model write`.
#[derive(Debug, Clone, Args)]
pub struct ModelWriteArgs {
    /// Where to write it; a file that is there is replaced
    pub file: PathBuf,
    /// A folder of the repository; only functions declared below it are looked at
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Let git fetch the history, where it is missing
    #[arg(long)]
    pub fetch_history: bool,
    #[command(flatten)]
    pub common: Common,
}

/// `model show`.
#[derive(Debug, Clone, Args)]
pub struct ModelShowArgs {
    /// The model
    pub file: PathBuf,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ListFormat,
}
