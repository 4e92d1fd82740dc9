//! A first `lockstep.toml`: all that may stand in it, as comments, with what was found in the repository.
//!
//! `# ` begins prose, `#` alone a setting: taking that sign off a line makes it hold.

use std::{collections::BTreeMap, fmt::Write as _};

use lockstep_diagnostics::Group;
use serde_json::Value;

use crate::{
    NewService, RuleSchema, SCHEMA_URL, Within,
    keys::{HISTORY, Kind},
    service_tables,
};

/// What a first configuration tells.
pub struct FirstConfig<'a> {
    /// What was found in the repository, a line each.
    pub found: &'a [String],
    /// The services that the stacks make of it.
    pub services: &'a [NewService],
    /// The rules there are.
    pub rules: &'a [RuleSchema],
    /// The values of keys that are not set: `history.max-functions`.
    pub defaults: &'a BTreeMap<String, Value>,
}

/// Services that are written down; the others are counted.
const SERVICES: usize = 20;
/// Comments behind a setting begin in this column if it leaves room.
const COMMENTS: usize = 34;

impl FirstConfig<'_> {
    /// The text of the file.
    pub fn text(&self) -> String {
        let mut text = format!("#:schema {SCHEMA_URL}\n\n");
        text += "# Lockstep's configuration. Nothing is set yet: take the # off a line, and it holds.\n";
        text += "# `lockstep config show` tells what is in force, `lockstep explain RULE` what a rule says.\n";
        if !self.found.is_empty() {
            text += "#\n# Found here:\n";
            for line in self.found {
                let _ = writeln!(text, "#   {}", one_line(line));
            }
        }
        text += "\n# Files that are not looked at.\n#exclude = [\"vendor\", \"**/generated\"]\n";
        text +=
            "\n# Folders or files that are functions, instead of what manifests declare.\n#units = [\"handlers/*\"]\n";
        text += "\n# The file of the findings that are known and held back, and how much stronger they may become.\n";
        text += "#baseline = { file = \"lockstep-baseline.jsonl\", tolerance = 0.10 }\n";
        self.history(&mut text);
        text += "\n[contracts]\n# Files that are contracts, whatever their names say.\n#paths = [\"events/**\"]\n";
        self.rules(&mut text);
        self.services(&mut text);
        text += "\n# A finding that is accepted: its rule or group, all of its functions, why, and until when.\n";
        text += "#[[allow]]\n#rule = \"lockstep\"\n#functions = [\"orders/*\", \"billing/*\"]\n";
        text += "#reason = \"one team takes them apart until spring\"\n#expires = 2030-03-01\n";
        text
    }

    fn history(&self, text: &mut String) {
        text.push_str("\n[history]\n");
        for key in HISTORY {
            let default = self.defaults.get(&format!("history.{}", key.name));
            let example = match key.kind {
                Kind::Day => "2024-01-01",
                _ => "\"v1.0\"",
            };
            let value = default.map_or_else(|| example.to_owned(), ToString::to_string);
            setting(text, &format!("{} = {value}", key.name), key.meaning);
        }
    }

    fn rules(&self, text: &mut String) {
        text.push_str("\n# Levels: allow says nothing, warn reports, deny reports and fails, forbid is deny that nothing lowers.\n");
        text.push_str("# Of a group: `coupling = \"deny\"`. Between services and inside one: `{ between = \"deny\", inside = \"allow\" }`.\n");
        text.push_str("[rules]\n");
        setting(text, "warnings = \"deny\"", "fail on all that would be a warning");
        for group in Group::ALL {
            let rules: Vec<_> = self.rules.iter().filter(|rule| rule.meta.group == group).collect();
            if rules.is_empty() {
                continue;
            }
            let _ = writeln!(text, "\n# {}: {}.", group.as_str(), lower_first(group.meaning()));
            for rule in rules {
                let varies = rule.varies.map_or_else(String::new, |varies| format!("; by default {varies}"));
                let line = format!("{} = \"{}\"", rule.meta.name, rule.meta.default_level);
                setting(text, &line, &format!("{}{varies}", rule.meta.summary));
            }
        }
    }

    fn services(&self, text: &mut String) {
        text.push_str("\n# Functions that are meant to be one microservice: they may change together.\n");
        if self.services.is_empty() {
            text.push_str(
                "#[[service]]\n#name = \"billing\"\n#functions = [\"billing/*\", \"orders/CreateInvoice\"]\n",
            );
            return;
        }
        text.push_str(
            "# These are the stacks of several functions; `lockstep services` tells what the history makes of them.\n",
        );
        let shown = &self.services[..self.services.len().min(SERVICES)];
        for line in service_tables(shown, Within::Whole).trim().lines() {
            text.push_str(if line.is_empty() { "" } else { "#" });
            text.push_str(line);
            text.push('\n');
        }
        if self.services.len() > SERVICES {
            let _ = writeln!(text, "\n# … and {} more.", self.services.len() - SERVICES);
        }
    }
}

fn setting(text: &mut String, line: &str, meaning: &str) {
    let _ = writeln!(text, "#{line:COMMENTS$} # {}", one_line(meaning));
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The text without what would end a comment.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use lockstep_model::{FunctionId, RepoPath};
    use serde_json::json;

    use super::*;
    use crate::{Config, parse};

    #[test]
    fn nothing_holds_until_its_sign_is_taken_off() {
        let services = [NewService { name: "a\n\"b".to_owned(), functions: vec![FunctionId::new("a/[x]")] }];
        let found = ["7 functions\nexclude = [\"x\"]".to_owned()];
        let defaults = HISTORY.iter().filter_map(|key| {
            let value = match key.kind {
                Kind::Flag => json!(true),
                Kind::Whole(least) => json!(least),
                Kind::Positive => json!(365.0),
                _ => return None,
            };
            Some((format!("history.{}", key.name), value))
        });
        let first = FirstConfig { found: &found, services: &services, rules: &[], defaults: &defaults.collect() };
        let text = first.text();
        let at = RepoPath::new("lockstep.toml").unwrap();
        let config = parse(&at, &text, &[]).unwrap();
        assert_eq!(config, Config { path: Some(at.clone()), ..Config::default() }, "nothing is set");
        let live: String = text.lines().map(|line| format!("{}\n", uncommented(line))).collect();
        // There are no rules in this test.
        let errors = parse(&at, &live, &[]).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0].message, "there is no rule or group `lockstep`");
    }

    fn uncommented(line: &str) -> &str {
        let is_setting = |rest: &&str| !rest.is_empty() && (!rest.starts_with([' ', ':']) || rest.starts_with("    "));
        line.strip_prefix('#').filter(is_setting).unwrap_or(line)
    }
}
