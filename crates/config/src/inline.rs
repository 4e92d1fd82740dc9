//! `--config 'KEY = VALUE'`: a piece of configuration on the command line, and how it is laid over the file.

use std::path::Path;

use lockstep_diagnostics::RuleMeta;
use lockstep_model::{Location, RepoPath};

use crate::{Config, ConfigError, RuleSetting, file::parse_text};

/// How paths begin that stand for the command line.
const FLAG: &str = "--config ";

/// True if the value of a `--config` is a piece of configuration, not the name of a file: it sets a key, and there is no
/// such file.
pub fn is_inline(value: &str) -> bool {
    value.contains('=') && !Path::new(value).exists()
}

/// The path that stands for a `--config` with this value: what was written.
pub fn inline_path(value: &str) -> RepoPath {
    RepoPath::from_git(format!("{FLAG}'{value}'").as_bytes())
}

/// The place as people know it: `lockstep.toml:3`, or the flag as it was written.
pub fn told(place: &Location) -> String {
    if place.path.as_str().starts_with(FLAG) {
        place.path.to_string()
    } else {
        format!("{}:{}", place.path, place.line)
    }
}

/// Reads the value of a `--config`. Its patterns are relative to the root.
///
/// # Errors
/// As [`crate::parse`].
pub fn parse_inline(value: &str, rules: &[&'static RuleMeta]) -> Result<Config, Vec<ConfigError>> {
    let path = inline_path(value);
    let config = parse_text(&path, crate::Within::Whole, value, &RepoPath::root(), rules)?;
    Ok(Config { path: None, ..config })
}

impl Config {
    /// Lays `over` over this configuration: single values replace those of the same key, tables of a list come before the
    /// ones that are there.
    #[must_use]
    pub fn overlaid(mut self, over: Self) -> Self {
        for setting in over.rules {
            match self.rules.iter_mut().find(|own| own.target == setting.target) {
                Some(own) => own.overlay(setting),
                None => self.rules.push(setting),
            }
        }
        let set = |key: &str| over.places.contains_key(key);
        if set("exclude") {
            self.exclude = over.exclude;
        }
        if set("contracts.paths") {
            self.contracts = over.contracts;
        }
        if set("baseline.file") {
            self.baseline.file = over.baseline.file;
        }
        if set("baseline.tolerance") {
            self.baseline.tolerance = over.baseline.tolerance;
        }
        if set("units") {
            self.units = over.units;
        }
        self.repositories.splice(0..0, over.repositories);
        self.join = self.join.overlaid(over.join);
        self.functions.splice(0..0, over.functions);
        self.services.splice(0..0, over.services);
        self.allows.splice(0..0, over.allows);
        self.warnings = over.warnings.or(self.warnings);
        self.as_of = over.as_of.or(self.as_of);
        let (own, over_history) = (self.history, over.history);
        self.history = crate::HistorySettings {
            max_functions: over_history.max_functions.or(own.max_functions),
            half_life_days: over_history.half_life_days.or(own.half_life_days),
            min_changesets: over_history.min_changesets.or(own.min_changesets),
            min_changes: over_history.min_changes.or(own.min_changes),
            min_support: over_history.min_support.or(own.min_support),
            follow_renames: over_history.follow_renames.or(own.follow_renames),
            since: over_history.since.or(own.since),
            change_kinds: over_history.change_kinds.or(own.change_kinds),
        };
        self.places.extend(over.places);
        self
    }
}

impl RuleSetting {
    fn overlay(&mut self, over: Self) {
        if over.level.is_some() {
            // A level for all findings is later than what the file says of some of them.
            (self.between, self.inside) = (None, None);
        }
        self.level = over.level.or(self.level);
        self.between = over.between.or(self.between);
        self.inside = over.inside.or(self.inside);
        self.options.extend(over.options);
        self.places.extend(over.places);
    }
}

#[cfg(test)]
mod tests {
    use lockstep_diagnostics::{Group, Level};
    use serde_json::json;

    use super::*;
    use crate::parse;

    static LOCKSTEP: RuleMeta = RuleMeta {
        name: "lockstep",
        group: Group::Coupling,
        default_level: Level::Warn,
        summary: "",
        since: "0.1.0",
        page: "",
    };

    fn over(file: &str, flags: &[&str]) -> Config {
        let file = parse(&RepoPath::new("lockstep.toml").unwrap(), file, &[&LOCKSTEP]).unwrap();
        flags.iter().fold(file, |config, flag| config.overlaid(parse_inline(flag, &[&LOCKSTEP]).unwrap()))
    }

    #[test]
    fn what_is_set_replaces_and_the_rest_stays() {
        let file = "exclude = [\"a\"]\n[rules]\nlockstep = { between = \"deny\", lower = 0.3, commits = 1 }\n[history]\nmin-changes = 9\nas-of = \"v1\"\n";
        let flags = [
            "rules.lockstep.lower = 0.5",
            "history.min-changes=2",
            "exclude = []",
            "history.as-of = 2026-01-01",
            "baseline = 'none'",
        ];
        let config = over(file, &flags);
        let setting = config.rule("lockstep").unwrap();
        assert_eq!(json!(setting.options), json!({ "lower": 0.5, "commits": 1 }));
        assert_eq!(setting.between, Some(Level::Deny));
        assert_eq!((config.history.min_changes, config.exclude.is_empty()), (Some(2), true));
        assert_eq!(config.as_of.as_ref().unwrap().0, "2026-01-01");
        assert_eq!(config.baseline.file, crate::BaselineFile::None);
        assert_eq!(told(&setting.places["lower"]), "--config 'rules.lockstep.lower = 0.5'");
        assert_eq!(told(&setting.places["commits"]), "lockstep.toml:3");
        assert_eq!(told(&config.places["history.min-changes"]), "--config 'history.min-changes=2'");
        assert_eq!(config.path.unwrap().as_str(), "lockstep.toml");
    }

    #[test]
    fn the_last_level_wins() {
        let config = over(
            "[rules]\nlockstep = { between = \"deny\" }\n",
            &["rules.lockstep = 'allow'", "rules.lockstep = 'warn'"],
        );
        let setting = config.rule("lockstep").unwrap();
        assert_eq!((setting.level, setting.between), (Some(Level::Warn), None));
    }

    #[test]
    fn file_and_tolerance_of_the_baseline_are_set_apart() {
        let file = "[baseline]\nfile = \"known.jsonl\"\ntolerance = 0.3\n";
        let named = crate::BaselineFile::Named(RepoPath::new("known.jsonl").unwrap());
        let tolerant = over(file, &["baseline.tolerance = 0.05"]).baseline;
        assert_eq!((tolerant.file, tolerant.tolerance), (named, 0.05));
        let without = over(file, &["baseline = 'none'"]).baseline;
        assert_eq!((without.file, without.tolerance), (crate::BaselineFile::None, 0.3));
    }

    #[test]
    fn errors_stand_at_the_flag() {
        let error = parse_inline("rules.lokstep = 'warn'", &[&LOCKSTEP]).unwrap_err().remove(0);
        assert_eq!(error.location.unwrap().path.as_str(), "--config 'rules.lokstep = 'warn''");
        assert!(parse_inline("a = = 1", &[&LOCKSTEP]).is_err());
        assert!(is_inline("exclude = []") && !is_inline("lockstep.toml") && !is_inline("Cargo.toml"));
    }
}
