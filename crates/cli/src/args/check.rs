//! The options of `check` and `demo`.

use std::path::PathBuf;

use clap::{ArgMatches, Args};
use lockstep_diagnostics::Level;

use super::{Common, HistoryArgs, OutputArgs};

/// `check`.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// A folder of the repository; only functions declared below it are looked at
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Look at what HEAD adds to REF (`auto`: to the base that CI names, else to the main branch), too
    #[arg(long, value_name = "REF|auto", conflicts_with = "staged")]
    pub base: Option<String>,
    /// Look at what is staged for the next commit, too; contents are read from the index
    #[arg(long)]
    pub staged: bool,
    /// Silence a rule or a group
    #[arg(short = 'A', long = "allow", value_name = "RULE|GROUP")]
    pub allow: Vec<String>,
    /// Report a rule or a group; the exit code stays 0
    #[arg(short = 'W', long = "warn", value_name = "RULE|GROUP")]
    pub warn: Vec<String>,
    /// Report a rule or a group, and fail; `-D warnings` fails on all that would be a warning
    #[arg(short = 'D', long = "deny", value_name = "RULE|GROUP")]
    pub deny: Vec<String>,
    /// As deny, and nothing can lower it
    #[arg(short = 'F', long = "forbid", value_name = "RULE|GROUP")]
    pub forbid: Vec<String>,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Show at most this many findings; the others are counted
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub max_findings: usize,
    /// Show how many findings each rule has, instead of the findings
    #[arg(long)]
    pub statistics: bool,
    /// Exit with 0 where it would be 1
    #[arg(long)]
    pub exit_zero: bool,
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

/// The level flags of `check` in the order in which they stand on the command line: the last one wins.
pub fn level_flags(matches: &ArgMatches) -> Vec<(Level, String)> {
    let levels = [("allow", Level::Allow), ("warn", Level::Warn), ("deny", Level::Deny), ("forbid", Level::Forbid)];
    let mut flags: Vec<(usize, Level, String)> = Vec::new();
    for (name, level) in levels {
        let places = matches.indices_of(name).into_iter().flatten();
        let values = matches.get_many::<String>(name).into_iter().flatten();
        flags.extend(places.zip(values).map(|(place, value)| (place, level, value.clone())));
    }
    flags.sort();
    flags.into_iter().map(|(_, level, value)| (level, value)).collect()
}
