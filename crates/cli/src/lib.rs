//! The command line: arguments, commands, exit codes. Only this crate exits, and only `reporting` writes for people.

mod answering;
mod args;
mod base;
mod cache;
mod commands;
mod configuration;
mod demo;
mod exit;
mod fetch;
mod memory;
mod organisation;
mod page;
mod patience;
mod predictive;
mod reports;
mod session;
mod terminal;
mod views;
mod whole;

use std::{ffi::OsString, process::ExitCode};

pub use args::without_subcommand;
use args::{CheckArgs, Cli, Command};
use clap::{ArgMatches, CommandFactory, FromArgMatches};
use exit::Exit;

/// Runs `arguments` as the binary `name`.
pub fn run(name: &'static str, arguments: Vec<OsString>) -> ExitCode {
    let called_by_cargo = std::env::var_os("CARGO").is_some() && name == "cargo-lockstep";
    let shown = if called_by_cargo { "cargo lockstep" } else { name };
    let matches = match Cli::command().bin_name(shown).name(shown).try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => {
            let failed = error.use_stderr();
            let _ = error.print();
            return if failed { Exit::Failed.into() } else { Exit::Clean.into() };
        }
    };
    let result = Cli::from_arg_matches(&matches).map_err(anyhow::Error::from).and_then(|cli| dispatch(cli, &matches));
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            session::complain(&error);
            Exit::Failed.into()
        }
    }
}

fn dispatch(cli: Cli, matches: &ArgMatches) -> anyhow::Result<Exit> {
    let check = |args: &CheckArgs, matches: &ArgMatches| commands::check(args, &args::level_flags(matches));
    let of = |command: &str| matches.subcommand_matches(command).unwrap_or(matches);
    match &cli.command {
        None => check(&cli.check, matches),
        Some(Command::Check(args)) => check(args, of("check")),
        Some(Command::Functions(args)) => commands::functions(args),
        Some(Command::Code(args)) => commands::code(args),
        Some(Command::Affected(args)) => commands::affected(args),
        Some(Command::Graph(args)) => commands::graph(args),
        Some(Command::Verdict(args)) => commands::verdict(args),
        Some(Command::Why(args)) => commands::why(args),
        Some(Command::Backtest(args)) => commands::backtest(args),
        Some(Command::Services(args)) => commands::services(args),
        Some(Command::Trend(args)) => commands::trend(args),
        Some(Command::Report(args)) => commands::report(args, &args::level_flags(of("report"))),
        Some(Command::Baseline(args)) => commands::baseline(args, matches),
        Some(Command::Model(args)) => commands::model(args),
        Some(Command::Cache(args)) => commands::cache(args),
        Some(Command::Explain(args)) => commands::explain(args),
        Some(Command::Rules(args)) => commands::rules(args, &args::level_flags(of("rules"))),
        Some(Command::Init(args)) => commands::init(args),
        Some(Command::Config(args)) => {
            let show = of("config").subcommand_matches("show").map(args::level_flags);
            commands::config(args, &show.unwrap_or_default())
        }
        Some(Command::Doctor(args)) => commands::doctor(args),
        Some(Command::Demo(args)) => commands::demo(args),
        Some(Command::Completions(args)) => commands::completions(args),
        Some(Command::Man(args)) => commands::man(args),
        Some(Command::VerifyMining(args)) => commands::verify_mining(args),
    }
}
