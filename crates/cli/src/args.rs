//! The command line. The options of each command stand in a file of their own below.

mod baseline;
mod cache;
mod check;
mod common;
mod config;
mod levels;
mod model;
mod output;
mod read;
mod verify_mining;

use std::ffi::OsString;

pub use baseline::{BaselineArgs, BaselineFileArg, BaselineVerb, DiffArgs, DiffFormat, PruneArgs, WriteArgs};
pub use cache::{CacheArgs, CacheCommand};
pub use check::{CheckArgs, DemoArgs, ReportArgs};
use clap::{Parser, Subcommand};
pub use common::{ColorWhen, Common, HistoryArgs, LinksWhen};
pub use config::{
    CompletionsArgs, ConfigArgs, ConfigCommand, ExplainArgs, InitArgs, ManArgs, PageFormat, RulesArgs, RulesFormat,
    ShowArgs,
};
pub use levels::{LevelArgs, level_flags};
pub use model::{ModelArgs, ModelCommand, ModelShowArgs, ModelWriteArgs};
pub use output::{OutputArgs, ReportTo};
pub use read::{
    AffectedArgs, AffectedFormat, BacktestArgs, BacktestFormat, CodeArgs, GraphArgs, GraphFormat, ListArgs, ListFormat,
    ServicesArgs, StepArg, TrendArgs, TruthArg, VerdictArgs, WhyArgs,
};
pub use verify_mining::VerifyMiningArgs;

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
    args_conflicts_with_subcommands = true
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
    /// Show how functions change together: JSON, DOT, Mermaid or a picture
    Graph(GraphArgs),
    /// Say of a function, or of all, whether it is a microservice of its own, and why
    Verdict(VerdictArgs),
    /// Show the changesets behind the coupling of two functions
    Why(WhyArgs),
    /// Replay the measure on this history: how often would it have been right?
    Backtest(BacktestArgs),
    /// Compare the services that the history suggests with those that are claimed
    Services(ServicesArgs),
    /// Show how independence developed: is it getting better?
    Trend(TrendArgs),
    /// Write everything a run finds out into one page to look at
    Report(ReportArgs),
    /// Write, prune or compare the file of findings that are known and held back
    Baseline(BaselineArgs),
    /// Write the history of the main branch to a file, for pull requests that are checked without it
    Model(ModelArgs),
    /// Say where facts are kept from run to run, or delete them
    Cache(CacheArgs),
    /// Print the page of a rule, or list the rules of a group
    Explain(ExplainArgs),
    /// List the rules, their levels and where these come from
    Rules(RulesArgs),
    /// Write a commented lockstep.toml with what was found here
    Init(InitArgs),
    /// Show the configuration in force and where each value comes from, or the schema of lockstep.toml
    Config(ConfigArgs),
    /// Say what can be read here: repository, history, configuration, functions
    Doctor(ListArgs),
    /// Write a made-up repository with a history of seventeen months, and lint it
    Demo(DemoArgs),
    /// Print the completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write those of all commands
    Man(ManArgs),
    /// Read the history in both ways that there are, and compare
    #[command(hide = true)]
    VerifyMining(VerifyMiningArgs),
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
