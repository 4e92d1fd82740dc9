//! The options of the commands that tell of rules and configuration, and of those that tell of the program itself.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Common, LevelArgs, ListFormat};

/// `explain`.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// A rule, or a group of rules
    #[arg(value_name = "RULE|GROUP")]
    pub rule: String,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: PageFormat,
}

/// Formats of `explain`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    /// The page as it stands in the book
    #[default]
    Markdown,
    /// One document: the page, the options with their defaults and ranges
    Json,
}

/// `rules`.
#[derive(Debug, Clone, Args)]
pub struct RulesArgs {
    /// Rules or groups; all rules if none is named
    #[arg(value_name = "RULE|GROUP")]
    pub rules: Vec<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: RulesFormat,
    #[command(flatten)]
    pub levels: LevelArgs,
    #[command(flatten)]
    pub common: Common,
}

/// Formats of `rules`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// For people
    #[default]
    Text,
    /// One document
    Json,
    /// A table in Markdown
    #[value(alias = "md")]
    Markdown,
}

/// `config`.
#[derive(Debug, Clone, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct ConfigArgs {
    /// What to show
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What `config` shows.
#[derive(Debug, Clone, Subcommand)]
pub enum ConfigCommand {
    /// Show every value in force and where it comes from, as a lockstep.toml
    Show(ShowArgs),
    /// Print the JSON Schema of lockstep.toml
    Schema,
}

/// `config show`.
#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    /// A folder of the repository
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: ListFormat,
    #[command(flatten)]
    pub levels: LevelArgs,
    #[command(flatten)]
    pub common: Common,
}

/// `init`.
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// A folder of the repository; the file is written at the repository's root
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Print the file instead of writing it
    #[arg(long)]
    pub print: bool,
    /// Let git merge the baseline line by line: add a line to .gitattributes. Done anyway where there is a baseline
    #[arg(long)]
    pub gitattributes: bool,
    #[command(flatten)]
    pub common: Common,
}

/// `completions`.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `man`.
#[derive(Debug, Clone, Args)]
pub struct ManArgs {
    /// Write the pages of all commands into this folder instead
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
