//! The options of the commands that show what was read: functions, code, what changes together.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Common, HistoryArgs};

/// Commands that list something.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    /// A folder of the repository; several for several repositories that are looked at as one
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ListFormat,
    #[command(flatten)]
    pub common: Common,
}

/// `code`.
#[derive(Debug, Clone, Args)]
pub struct CodeArgs {
    /// A function: its id, or the end of it
    pub function: String,
    #[command(flatten)]
    pub list: ListArgs,
}

/// `affected`.
#[derive(Debug, Clone, Args)]
pub struct AffectedArgs {
    /// A folder of the repository; only functions declared below it are looked at
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// What is deployed now: the files as they are here are compared with where HEAD left REF (`auto`: the base that CI
    /// names, else the main branch) [default: auto]
    #[arg(long, value_name = "REF|auto", conflicts_with = "staged")]
    pub base: Option<String>,
    /// Compare what is staged for the next commit with HEAD
    #[arg(long)]
    pub staged: bool,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: AffectedFormat,
    #[command(flatten)]
    pub common: Common,
}

/// `graph`.
#[derive(Debug, Clone, Args)]
pub struct GraphArgs {
    /// A folder of the repository; several for several repositories that are looked at as one
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: GraphFormat,
    #[command(flatten)]
    pub history: HistoryArgs,
    #[command(flatten)]
    pub common: Common,
}

/// `verdict`.
#[derive(Debug, Clone, Args)]
pub struct VerdictArgs {
    /// A function: its id, or the end of it; all functions if none is named
    pub function: Option<String>,
    /// A folder of the repository [default: .]; alone, say it with a slash at its end. Several for several repositories that
    /// are looked at as one
    pub paths: Vec<PathBuf>,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ListFormat,
    #[command(flatten)]
    pub history: HistoryArgs,
    #[command(flatten)]
    pub common: Common,
}

/// `why`.
#[derive(Debug, Clone, Args)]
pub struct WhyArgs {
    /// A function: its id, or the end of it
    pub a: String,
    /// The other function
    pub b: String,
    /// A folder of the repository; several for several repositories that are looked at as one
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ListFormat,
    #[command(flatten)]
    pub history: HistoryArgs,
    #[command(flatten)]
    pub common: Common,
}

/// `trend`.
#[derive(Debug, Clone, Args)]
pub struct TrendArgs {
    /// A folder of the repository
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// How long a period is
    #[arg(long, value_enum, default_value_t, value_name = "PERIOD")]
    pub by: StepArg,
    /// Compare what came up to this moment with what came after it: a date or a revision [default: when half of the
    /// changesets had passed]
    #[arg(long, value_name = "DATE|REV")]
    pub around: Option<String>,
    /// With units: count those as well that are gone today
    #[arg(long)]
    pub with_gone: bool,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ListFormat,
    #[command(flatten)]
    pub history: HistoryArgs,
    #[command(flatten)]
    pub common: Common,
}

/// How long a period is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum StepArg {
    /// A month of the calendar
    Month,
    /// Three months
    #[default]
    Quarter,
    /// A year
    Year,
}

/// `backtest`.
#[derive(Debug, Clone, Args)]
pub struct BacktestArgs {
    /// A folder of the repository
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// The share of the changesets that is learned from; the rest is the test
    #[arg(long, value_name = "SHARE", default_value_t = lockstep_linter::SPLIT, value_parser = share)]
    pub split: f64,
    /// What counts as a change of a function
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub truth: TruthArg,
    /// Histories in which nothing is coupled, for comparison; 0 for none
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(..=10_000))]
    pub shuffles: u32,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: BacktestFormat,
    /// Write the calibration plot to a file as well
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    #[command(flatten)]
    pub history: HistoryArgs,
    #[command(flatten)]
    pub common: Common,
}

/// `services`.
#[derive(Debug, Clone, Args)]
pub struct ServicesArgs {
    /// A folder of the repository; several for several repositories that are looked at as one
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ListFormat,
    /// Add a [[service]] table for each inferred service of several functions to lockstep.toml
    #[arg(long, conflicts_with = "format")]
    pub write: bool,
    #[command(flatten)]
    pub history: HistoryArgs,
    #[command(flatten)]
    pub common: Common,
}

/// A share of which something is left on both sides.
fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    if share > 0.0 && share < 1.0 { Ok(share) } else { Err("it must lie between 0 and 1".to_owned()) }
}

/// What counts as a change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum TruthArg {
    /// Behaviour: what the rules are about
    #[default]
    Behaviour,
    /// Contracts, configuration and tests as well
    Any,
}

/// Formats of `backtest`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum BacktestFormat {
    /// For people
    #[default]
    Text,
    /// One document, as docs/src/schema/backtest.json says
    Json,
    /// The calibration plot
    Svg,
}

/// Formats of commands that list something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people
    #[default]
    Text,
    /// One document
    Json,
}

/// Formats of `affected`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum AffectedFormat {
    /// For people
    #[default]
    Text,
    /// One document, as docs/src/schema/affected.json says
    Json,
    /// One id a line
    List,
    /// One line of JSON: the matrix of a job of GitHub Actions
    Matrix,
}

/// Formats of `graph`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// One document, as docs/src/schema/graph.json says
    #[default]
    Json,
    /// For Graphviz
    Dot,
    /// For Markdown; the forty strongest couplings
    Mermaid,
    /// A picture; the forty strongest couplings
    Svg,
}
