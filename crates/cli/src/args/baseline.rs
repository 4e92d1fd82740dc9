//! The options of `baseline`, and of what reads one.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Common, HistoryArgs, LevelArgs};

/// Which baseline is meant.
#[derive(Debug, Clone, Args)]
pub struct BaselineFileArg {
    /// The findings that are known and held back; `none` for none [default: lockstep-baseline.jsonl beside the
    /// configuration or at the root, if it is there]
    #[arg(long, value_name = "FILE|none")]
    pub baseline: Option<PathBuf>,
}

/// `baseline`.
#[derive(Debug, Clone, Args)]
pub struct BaselineArgs {
    /// What to do
    #[command(subcommand)]
    pub verb: BaselineVerb,
}

/// What can be done with a baseline.
#[derive(Debug, Clone, Subcommand)]
#[command(
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 done · 2 usage, configuration or internal error · 3 the analysis is incomplete, or a \
                  baseline is missing or broken: nothing is written"
)]
pub enum BaselineVerb {
    /// Write what is found now: a new file, or the entries that are there, as they are now
    Write(WriteArgs),
    /// Remove the entries that match no finding any more, or whose last day is over
    Prune(PruneArgs),
    /// Show what differs between two baselines
    Diff(DiffArgs),
}

/// What `write` and `prune` need to lint as `check` does.
#[derive(Debug, Clone, Args)]
pub struct PruneArgs {
    /// A folder of the repository; only functions declared below it are looked at
    #[arg(default_value = ".")]
    pub path: PathBuf,
    #[command(flatten)]
    pub file: BaselineFileArg,
    #[command(flatten)]
    pub levels: LevelArgs,
    #[command(flatten)]
    pub history: HistoryArgs,
    #[command(flatten)]
    pub common: Common,
}

/// `baseline write`.
#[derive(Debug, Clone, Args)]
pub struct WriteArgs {
    /// Take in what is new, and what has become worse, where there is a baseline already
    #[arg(long)]
    pub grow: bool,
    #[command(flatten)]
    pub run: PruneArgs,
}

/// `baseline diff`.
#[derive(Debug, Clone, Args)]
pub struct DiffArgs {
    /// The older file [default: the baseline of this repository, as it is at --base]
    #[arg(requires = "new")]
    pub old: Option<PathBuf>,
    /// The newer file [default: the baseline of this repository, as it is here]
    pub new: Option<PathBuf>,
    /// Compare with the file where HEAD left REF (`auto`: the base that CI names, else the main branch) [default: HEAD]
    #[arg(long, value_name = "REF|auto", conflicts_with = "old")]
    pub base: Option<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: DiffFormat,
    #[command(flatten)]
    pub file: BaselineFileArg,
    #[command(flatten)]
    pub common: Common,
}

/// Formats of `baseline diff`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people
    #[default]
    Text,
    /// One document, as docs/src/schema/baseline-diff.json says
    Json,
    /// For a comment on a pull request
    Markdown,
}
