//! The options of `check`, `report` and `demo`.

use std::path::PathBuf;

use clap::Args;

use super::{BaselineFileArg, Common, HistoryArgs, LevelArgs, OutputArgs};

/// `check`.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// A folder of the repository; only functions declared below it are looked at. Several for several repositories that
    /// are looked at as one
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Look at what HEAD adds to REF (`auto`: to the base that CI names, else to the main branch), too
    #[arg(long, value_name = "REF|auto", conflicts_with = "staged")]
    pub base: Option<String>,
    /// Look at what is staged for the next commit, too; contents are read from the index
    #[arg(long)]
    pub staged: bool,
    /// Show the findings as well that were there before the change, and fail on them
    #[arg(long)]
    pub show_inherited: bool,
    /// Let git fetch the history and the base, where they are missing; nothing else ever reaches a network
    #[arg(long)]
    pub fetch_history: bool,
    /// Take the history from a model that `lockstep model write` wrote on the main branch
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Show at most this many findings; the others are counted [default: 20 in text, all where one line is one finding]
    #[arg(long, value_name = "N")]
    pub max_findings: Option<usize>,
    /// Show how many findings each rule has, instead of the findings (in text)
    #[arg(long)]
    pub statistics: bool,
    /// Exit with 0 where it would be 1
    #[arg(long)]
    pub exit_zero: bool,
    // What is flattened brings headings of its own, and stands last.
    #[command(flatten)]
    pub levels: LevelArgs,
    #[command(flatten)]
    pub baseline: BaselineFileArg,
    #[command(flatten)]
    pub history: HistoryArgs,
    #[command(flatten)]
    pub common: Common,
}

/// `report`.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// A folder of the repository; only functions declared below it are looked at. Several for several repositories that
    /// are looked at as one
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Write the page to this file; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub html: PathBuf,
    /// Look at what HEAD adds to REF (`auto`: to the base that CI names, else to the main branch), too
    #[arg(long, value_name = "REF|auto", conflicts_with = "staged")]
    pub base: Option<String>,
    /// Look at what is staged for the next commit, too; contents are read from the index
    #[arg(long)]
    pub staged: bool,
    /// Show the findings as well that were there before the change
    #[arg(long)]
    pub show_inherited: bool,
    /// Let git fetch the history and the base, where they are missing; nothing else ever reaches a network
    #[arg(long)]
    pub fetch_history: bool,
    /// Take the history from a model that `lockstep model write` wrote on the main branch
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    // What is flattened brings headings of its own, and stands last.
    #[command(flatten)]
    pub levels: LevelArgs,
    #[command(flatten)]
    pub baseline: BaselineFileArg,
    #[command(flatten)]
    pub history: HistoryArgs,
    #[command(flatten)]
    pub common: Common,
}

/// `demo`.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// Where to write it, and leave it: an empty or new folder [default: a temporary one, removed afterwards]
    pub folder: Option<PathBuf>,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub common: Common,
}
