//! What every command that reads a repository takes.

use clap::{ArgAction, Args, ValueEnum};

/// What every command that reads a repository takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Configuration and output")]
pub struct Common {
    /// Configuration file [default: lockstep.toml, .lockstep.toml, .config/lockstep.toml, or a table in Cargo.toml or
    /// pyproject.toml, upwards from PATH]; or one setting over it, `'history.min-changes = 8'`, several times for several
    #[arg(long, value_name = "FILE|KEY=VALUE")]
    pub config: Vec<String>,
    /// Read no configuration file
    #[arg(long)]
    pub isolated: bool,
    /// Take folders or files as functions instead of what manifests declare: `handlers/*`, `src/{cart,checkout}`; several
    /// times for several; `!GLOB` leaves out; `re:^handlers/([^/]+)/` makes the names of its groups
    #[arg(long, value_name = "DIR|GLOB")]
    pub units: Vec<String>,
    /// Threads to use [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// Neither read nor write what is kept from run to run: facts of source files and of the history, in the user's
    /// cache folder (LOCKSTEP_CACHE_DIR names another one)
    #[arg(long)]
    pub no_cache: bool,
    /// Colours: by default on a terminal only
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorWhen,
    /// Links to places, which a terminal opens with a click: by default on terminals that are known to
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub hyperlinks: LinksWhen,
    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,
    /// No progress bars
    #[arg(long)]
    pub no_progress: bool,
    /// Findings only, no summary and no hints; twice: nothing but the exit code
    #[arg(short, long, action = ArgAction::Count, conflicts_with = "verbose")]
    pub quiet: u8,
    /// List everything that was left out; twice: when each stage began
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,
}

/// How history is read.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "History")]
pub struct HistoryArgs {
    /// The moment from which ages are counted: a date (2026-03-31) or a revision [default: HEAD's commit]
    #[arg(long, value_name = "DATE|REV")]
    pub as_of: Option<String>,
    /// Go on with a shallow clone; no finding is above `warn` then
    #[arg(long)]
    pub allow_shallow: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, and in the logs of GitHub Actions and GitLab, unless NO_COLOR is set; also where CLICOLOR_FORCE or
    /// FORCE_COLOR is
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// When to make places links.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LinksWhen {
    /// On a terminal that is known to open them; also where FORCE_HYPERLINK is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
