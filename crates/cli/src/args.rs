//! The command line.

use std::{ffi::OsString, path::PathBuf};

use clap::{ArgAction, ArgMatches, Args, Parser, Subcommand, ValueEnum};
use lockstep_diagnostics::Level;

/// Which of your serverless functions are really one microservice?
#[derive(Debug, Parser)]
#[command(
    version,
    about = "Which of your serverless functions are really one microservice?",
    long_about = "Lockstep asks of every deployed function: if it is changed in any way (communication channels \
                  excluded), must another function be changed as well? It reads the manifests, the code that each \
                  function reaches and the git history, and reports as a compiler would.\n\nNothing of the repository \
                  is executed, and nothing is sent anywhere.",
    after_help = "Exit codes: 0 nothing at deny level · 1 a finding at deny level · 2 usage, configuration or internal \
                  error · 3 analysis incomplete (no, short or shallow history; nothing that could be read)",
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// The command; `check` if none is given.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The options of `check`.
    #[command(flatten)]
    pub check: CheckArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lint the repository (the default)
    Check(CheckArgs),
    /// List the functions, where they are declared and where their code starts
    Functions(ListArgs),
    /// Show the code that a function reaches
    Code(CodeArgs),
    /// List the functions that a change makes it necessary to deploy, and why
    Affected(AffectedArgs),
    /// Show how functions change together: JSON, DOT or Mermaid
    Graph(GraphArgs),
    /// Say of a function, or of all, whether it is a microservice of its own, and why
    Verdict(VerdictArgs),
    /// Show the changesets behind the coupling of two functions
    Why(WhyArgs),
    /// Replay the measure on this history: how often would it have been right?
    Backtest(BacktestArgs),
    /// Compare the services that the history suggests with those that are claimed
    Services(ServicesArgs),
    /// Print the page of a rule
    Explain(ExplainArgs),
    /// List the rules and their levels
    Rules(RulesArgs),
    /// Say what can be read here: repository, history, configuration, functions
    Doctor(ListArgs),
    /// Write a made-up repository with a history of seventeen months, and lint it
    Demo(DemoArgs),
}

/// What every command that reads a repository takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Configuration file [default: lockstep.toml, .lockstep.toml or .config/lockstep.toml, upwards from PATH]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Take folders or files as functions instead of what manifests declare: `handlers/*`, `src/{cart,checkout}`; several
    /// times for several; `!GLOB` leaves out; `re:^handlers/([^/]+)/` makes the names of its groups
    #[arg(long, value_name = "DIR|GLOB")]
    pub units: Vec<String>,
    /// Threads to use [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Neither read nor write what is kept from run to run: facts of source files, in the user's cache folder
    /// (LOCKSTEP_CACHE_DIR names another one)
    #[arg(long)]
    pub no_cache: bool,
    /// Colours: by default on a terminal only
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorWhen,
    /// No progress bars
    #[arg(long)]
    pub no_progress: bool,
    /// Findings only, no summary and no hints
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// List everything that was left out; twice: when each stage began
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,
}

/// How history is read.
#[derive(Debug, Clone, Args)]
pub struct HistoryArgs {
    /// The moment from which ages are counted: a date (2026-03-31) or a revision [default: HEAD's commit]
    #[arg(long, value_name = "DATE|REV")]
    pub as_of: Option<String>,
    /// Go on with a shallow clone; no finding is above `warn` then
    #[arg(long)]
    pub allow_shallow: bool,
}

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
    /// How findings are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: CheckFormat,
    /// Show at most this many findings; the others are counted
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub max_findings: usize,
    /// Exit with 0 where it would be 1
    #[arg(long)]
    pub exit_zero: bool,
    #[command(flatten)]
    pub history: HistoryArgs,
    #[command(flatten)]
    pub common: Common,
}

/// Commands that list something.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    /// A folder of the repository
    #[arg(default_value = ".")]
    pub path: PathBuf,
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
    /// A folder of the repository
    #[arg(default_value = ".")]
    pub path: PathBuf,
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
    /// A folder of the repository [default: .]; alone, say it with a slash at its end
    pub path: Option<PathBuf>,
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
    /// A folder of the repository
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ListFormat,
    #[command(flatten)]
    pub history: HistoryArgs,
    #[command(flatten)]
    pub common: Common,
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
    /// A folder of the repository
    #[arg(default_value = ".")]
    pub path: PathBuf,
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

/// `explain`.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// The rule
    pub rule: String,
}

/// `rules`.
#[derive(Debug, Clone, Args)]
pub struct RulesArgs {
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ListFormat,
}

/// `demo`.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// Where to write it, and leave it: an empty or new folder [default: a temporary one, removed afterwards]
    pub folder: Option<PathBuf>,
    /// How findings are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: CheckFormat,
    #[command(flatten)]
    pub common: Common,
}

/// Formats of `check`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    #[default]
    Text,
    /// One document, as docs/src/schema/check.json says
    Json,
    /// Annotations on a pull request
    Github,
}

impl CheckFormat {
    /// The name under which `reporting` knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Github => "github",
        }
    }
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
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set; also where CLICOLOR_FORCE or FORCE_COLOR is
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
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

/// Cargo hands `cargo lockstep check` to `cargo-lockstep lockstep check`: the second word is taken off, once.
pub fn without_subcommand(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.get(1).is_some_and(|word| word == "lockstep") {
        arguments.remove(1);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn check_is_what_happens_without_a_word() {
        for line in ["lockstep", "lockstep .", "lockstep --format json", "lockstep -D warnings services/orders"] {
            assert!(parse(line).is_ok_and(|cli| cli.command.is_none()), "{line}");
        }
        assert!(matches!(parse("lockstep check -A lockstep").unwrap().command, Some(Command::Check(_))));
    }

    #[test]
    fn both_ways_of_calling_cargo_mean_the_same() {
        let words = |line: &str| line.split_whitespace().map(OsString::from).collect::<Vec<_>>();
        let plain = words("cargo-lockstep check");
        assert_eq!(without_subcommand(words("cargo-lockstep lockstep check")), plain);
        assert_eq!(without_subcommand(plain.clone()), plain);
        // A folder that is called `lockstep` can still be checked.
        assert_eq!(without_subcommand(words("cargo-lockstep check lockstep")), words("cargo-lockstep check lockstep"));
    }

    #[test]
    fn level_flags_keep_their_order() {
        let line = "lockstep check -A coupling -W lockstep -A follower -D lockstep";
        let matches = Cli::command().get_matches_from(line.split_whitespace());
        let flags = level_flags(matches.subcommand_matches("check").unwrap());
        let words: Vec<String> = flags.iter().map(|(level, name)| format!("{level} {name}")).collect();
        assert_eq!(words, ["allow coupling", "warn lockstep", "allow follower", "deny lockstep"]);
    }

    #[test]
    fn unknown_words_are_errors() {
        for line in ["lockstep --frmat json", "lockstep check --jobs 0", "lockstep graph --format text"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
