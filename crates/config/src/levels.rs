//! [`Levels`]: which level each rule has, and why: default, then the configuration (`all`, the group, the rule), then
//! the flags from left to right. `forbid` stays whatever comes after it.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Level, RuleMeta};

use crate::{Config, ConfigError, Target, rules::WARNINGS, told};

/// One of the flags `-A`, `-W`, `-D`, `-F`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelFlag {
    /// What it asks for.
    pub level: Level,
    /// A rule, a group, `all`, or `warnings`: whatever would be reported at `warn`.
    pub name: String,
}

impl LevelFlag {
    /// As it is written: `-D warnings`.
    fn written(&self) -> String {
        let letter = match self.level {
            Level::Allow => 'A',
            Level::Warn => 'W',
            Level::Deny => 'D',
            Level::Forbid => 'F',
        };
        format!("-{letter} {}", self.name)
    }
}

/// The two kinds of findings that a rule may have different levels for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// About functions of several services.
    Between,
    /// All others.
    Inside,
}

impl Reach {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Between, Self::Inside];
}

/// What was asked for, rule by rule.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Levels {
    asked: BTreeMap<(&'static str, Reach), (Level, String)>,
    /// What becomes of warnings, and what says so.
    warnings: Option<(Level, String)>,
}

impl Levels {
    /// The levels that `config` and then `flags` ask for, among `rules`.
    ///
    /// # Errors
    /// Flags that name no rule and no group.
    pub fn new(config: &Config, flags: &[LevelFlag], rules: &[&'static RuleMeta]) -> Result<Self, Vec<ConfigError>> {
        let mut levels = Self::default();
        levels.configured(config, rules);
        let mut errors = Vec::new();
        for flag in flags {
            if flag.name == WARNINGS {
                levels.set_warnings(flag.level, format!("`{}`", flag.written()));
                continue;
            }
            match Target::named(&flag.name, rules) {
                Ok(target) => {
                    let flag_text = flag.written();
                    levels.set(target, &Reach::ALL, flag.level, rules, |rule| {
                        format!("`{rule}` is `{}` by `{flag_text}`", flag.level)
                    });
                }
                Err(help) => {
                    let message = format!("`{}`: there is no rule or group `{}`", flag.written(), flag.name);
                    errors.push(ConfigError::general(message).with_help(help));
                }
            }
        }
        if errors.is_empty() { Ok(levels) } else { Err(errors) }
    }

    fn configured(&mut self, config: &Config, rules: &[&'static RuleMeta]) {
        // The narrower entry wins, wherever it stands in the file.
        let width = |target: &Target| match target {
            Target::All => 0,
            Target::Group(_) => 1,
            Target::Rule(_) => 2,
        };
        let mut settings: Vec<_> = config.rules.iter().collect();
        settings.sort_by_key(|setting| width(&setting.target));
        for setting in settings {
            let asked = [
                ("level", "", setting.level, &Reach::ALL[..]),
                ("between", " between services", setting.between, &[Reach::Between]),
                ("inside", " inside one service", setting.inside, &[Reach::Inside]),
            ];
            // Within one entry, what is said of some findings comes after what is said of all.
            for (key, of, level, reach) in asked {
                let Some(level) = level else { continue };
                let place = told(setting.places.get(key).unwrap_or(&setting.location));
                self.set(setting.target, reach, level, rules, |rule| match setting.target {
                    Target::Rule(_) => format!("`{rule}` is `{level}`{of} by {place}"),
                    target => format!("`{rule}` is `{level}`{of} by `{}` in {place}", target.as_str()),
                });
            }
        }
        if let Some((level, place)) = &config.warnings {
            self.set_warnings(*level, format!("`{WARNINGS}` in {}", told(place)));
        }
    }

    fn set_warnings(&mut self, level: Level, by: String) {
        if !matches!(self.warnings, Some((Level::Forbid, _))) {
            self.warnings = Some((level, by));
        }
    }

    fn set(
        &mut self,
        target: Target,
        reach: &[Reach],
        level: Level,
        rules: &[&'static RuleMeta],
        origin: impl Fn(&str) -> String,
    ) {
        for rule in rules.iter().filter(|rule| target.means(rule.name, rule.group)) {
            for reach in reach {
                let sticky = matches!(self.asked.get(&(rule.name, *reach)), Some((Level::Forbid, _)));
                if !sticky {
                    self.asked.insert((rule.name, *reach), (level, origin(rule.name)));
                }
            }
        }
    }

    /// What was asked for findings of the rule `name`, and why; none if nobody asked, so that the rule's own level holds
    /// (which may depend on the finding).
    pub fn asked(&self, name: &'static str, reach: Reach) -> Option<(Level, String)> {
        self.asked.get(&(name, reach)).cloned()
    }

    /// What becomes of warnings, and what says so; none if nobody asked.
    pub fn warnings(&self) -> Option<&(Level, String)> {
        self.warnings.as_ref()
    }

    /// The level in force for one finding: `level` as asked or by default, after `-D warnings` and its kin.
    pub fn in_force(&self, level: Level, origin: String) -> (Level, String) {
        match &self.warnings {
            Some((wanted, by)) if level == Level::Warn && *wanted != Level::Warn => {
                (*wanted, format!("{origin}, and {by} makes warnings `{wanted}`"))
            }
            _ => (level, origin),
        }
    }

    /// The level in force for the findings of `rule`, where nobody asked as if its own held for all: what `rules` prints.
    pub fn of(&self, rule: &RuleMeta, reach: Reach) -> (Level, String) {
        let default = || (rule.default_level, format!("`{}` is `{}` by default", rule.name, rule.default_level));
        let (level, origin) = self.asked(rule.name, reach).unwrap_or_else(default);
        self.in_force(level, origin)
    }
}

#[cfg(test)]
mod tests {
    use lockstep_diagnostics::Group;
    use lockstep_model::RepoPath;

    use super::*;
    use crate::parse;

    const fn rule(name: &'static str, group: Group, default_level: Level) -> RuleMeta {
        RuleMeta { name, group, default_level, summary: "", since: "0.1.0", page: "" }
    }

    static LOCKSTEP: RuleMeta = rule("lockstep", Group::Coupling, Level::Deny);
    static FOLLOWER: RuleMeta = rule("follower", Group::Coupling, Level::Warn);
    static SHARED: RuleMeta = rule("shared-implementation", Group::Code, Level::Allow);
    const RULES: [&RuleMeta; 3] = [&LOCKSTEP, &FOLLOWER, &SHARED];

    fn levels(toml: &str, flags: &[(Level, &str)]) -> Levels {
        let config = parse(&RepoPath::new("lockstep.toml").unwrap(), toml, &RULES).unwrap();
        let flags: Vec<_> =
            flags.iter().map(|(level, name)| LevelFlag { level: *level, name: (*name).to_owned() }).collect();
        Levels::new(&config, &flags, &RULES).unwrap()
    }

    #[test]
    fn the_narrower_and_the_later_win() {
        let toml = "[rules]\nfollower = \"deny\"\ncoupling = \"allow\"\nall = \"warn\"\n";
        let configured = levels(toml, &[]);
        let told = |levels: &Levels, rule| levels.of(rule, Reach::Inside).1;
        assert_eq!(told(&configured, &LOCKSTEP), "`lockstep` is `allow` by `coupling` in lockstep.toml:3");
        assert_eq!(told(&configured, &FOLLOWER), "`follower` is `deny` by lockstep.toml:2");
        assert_eq!(told(&configured, &SHARED), "`shared-implementation` is `warn` by `all` in lockstep.toml:4");
        let flagged = levels(toml, &[(Level::Deny, "coupling"), (Level::Warn, "lockstep")]);
        assert_eq!(told(&flagged, &LOCKSTEP), "`lockstep` is `warn` by `-W lockstep`");
        assert_eq!(told(&flagged, &FOLLOWER), "`follower` is `deny` by `-D coupling`");
        assert_eq!(told(&levels("", &[]), &LOCKSTEP), "`lockstep` is `deny` by default");
        assert_eq!(levels("", &[]).asked("lockstep", Reach::Between), None);
    }

    #[test]
    fn forbid_stays() {
        let flags = [(Level::Forbid, "lockstep"), (Level::Allow, "lockstep"), (Level::Allow, "all")];
        assert_eq!(levels("", &flags).of(&LOCKSTEP, Reach::Inside).0, Level::Forbid);
        assert_eq!(levels("", &flags).of(&FOLLOWER, Reach::Inside).0, Level::Allow);
        let configured = levels("[rules]\nlockstep = \"forbid\"\n", &[(Level::Warn, "lockstep")]);
        assert_eq!(
            configured.of(&LOCKSTEP, Reach::Inside),
            (Level::Forbid, "`lockstep` is `forbid` by lockstep.toml:2".to_owned())
        );
    }

    #[test]
    fn between_and_inside_are_narrower_than_the_level() {
        let toml =
            "[rules]\ncoupling = { between = \"deny\" }\n[rules.lockstep]\nlevel = \"warn\"\ninside = \"allow\"\n";
        let told = |levels: &Levels, rule, reach| levels.of(rule, reach).1;
        let configured = levels(toml, &[]);
        assert_eq!(told(&configured, &LOCKSTEP, Reach::Between), "`lockstep` is `warn` by lockstep.toml:4");
        assert_eq!(
            told(&configured, &LOCKSTEP, Reach::Inside),
            "`lockstep` is `allow` inside one service by lockstep.toml:5"
        );
        assert_eq!(
            told(&configured, &FOLLOWER, Reach::Between),
            "`follower` is `deny` between services by `coupling` in lockstep.toml:2"
        );
        assert_eq!(told(&configured, &FOLLOWER, Reach::Inside), "`follower` is `warn` by default");
        let flagged = levels(toml, &[(Level::Deny, "lockstep")]);
        for reach in Reach::ALL {
            assert_eq!(told(&flagged, &LOCKSTEP, reach), "`lockstep` is `deny` by `-D lockstep`");
        }
        let sticky = levels("[rules]\nlockstep = { between = \"forbid\" }\n", &[(Level::Allow, "all")]);
        assert_eq!(sticky.of(&LOCKSTEP, Reach::Between).0, Level::Forbid);
        assert_eq!(sticky.of(&LOCKSTEP, Reach::Inside).0, Level::Allow);
    }

    #[test]
    fn warnings_in_the_file_are_those_of_the_flag() {
        let raised = levels("[rules]\nwarnings = \"deny\"\n", &[]);
        let why = "`follower` is `warn` by default, and `warnings` in lockstep.toml:2 makes warnings `deny`";
        assert_eq!(raised.of(&FOLLOWER, Reach::Inside), (Level::Deny, why.to_owned()));
        let lowered = levels("[rules]\nwarnings = \"deny\"\n", &[(Level::Warn, "warnings")]);
        assert_eq!(lowered.of(&FOLLOWER, Reach::Inside), (Level::Warn, "`follower` is `warn` by default".to_owned()));
    }

    #[test]
    fn warnings_can_be_raised_as_one() {
        let raised = levels("", &[(Level::Deny, "warnings")]);
        assert_eq!(
            raised.of(&FOLLOWER, Reach::Inside),
            (Level::Deny, "`follower` is `warn` by default, and `-D warnings` makes warnings `deny`".to_owned())
        );
        assert_eq!(raised.of(&SHARED, Reach::Inside).0, Level::Allow);
        assert_eq!(levels("", &[(Level::Allow, "warnings")]).of(&FOLLOWER, Reach::Inside).0, Level::Allow);
        let sticky = [(Level::Forbid, "warnings"), (Level::Allow, "warnings")];
        assert_eq!(levels("", &sticky).of(&FOLLOWER, Reach::Inside).0, Level::Forbid);
    }

    #[test]
    fn an_unknown_name_is_an_error_with_advice() {
        let flag = LevelFlag { level: Level::Deny, name: "folower".to_owned() };
        let errors = Levels::new(&Config::default(), &[flag], &RULES).unwrap_err();
        assert_eq!(
            errors[0].to_string(),
            "`-D folower`: there is no rule or group `folower` (did you mean `follower`?)"
        );
    }
}
