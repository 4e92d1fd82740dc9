//! The flags that set levels: `-A`, `-W`, `-D`, `-F`.

use clap::{ArgMatches, Args};
use lockstep_diagnostics::Level;

/// The flags that set levels, from left to right, after the configuration. In which order they stand only the matches
/// know: see [`level_flags`].
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Levels, from left to right, after the configuration")]
pub struct LevelArgs {
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
}

/// The level flags of a command in the order in which they stand on the command line: the last one wins.
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
