//! What `rules` and `explain` show.

use std::io;

use lockstep_diagnostics::{Group, Level, RuleMeta};
use serde::Serialize;

use crate::{
    Options, escape,
    functions::write_safely,
    json::{self, SCHEMA_VERSION},
    table::Table,
};

/// A rule and the level it has in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleView {
    /// The rule.
    pub meta: &'static RuleMeta,
    /// The level in force.
    pub level: Level,
    /// Why it is in force, in words.
    pub origin: String,
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    rules: Vec<RuleEntry<'a>>,
}

#[derive(Serialize)]
struct RuleEntry<'a> {
    name: &'static str,
    group: Group,
    default_level: Level,
    level: Level,
    level_origin: &'a str,
    summary: &'static str,
    since: &'static str,
}

/// Writes the document of `rules --format json`, in the order given.
///
/// # Errors
/// If `out` refuses.
pub fn write_json(rules: &[RuleView], out: &mut dyn io::Write) -> io::Result<()> {
    let rules = rules.iter().map(|rule| RuleEntry {
        name: rule.meta.name,
        group: rule.meta.group,
        default_level: rule.meta.default_level,
        level: rule.level,
        level_origin: &rule.origin,
        summary: rule.meta.summary,
        since: rule.meta.since,
    });
    json::write(&Document { schema_version: SCHEMA_VERSION, rules: rules.collect() }, out)
}

/// Writes the rules as a table, in the order given.
///
/// # Errors
/// If `out` refuses.
pub fn write_text(rules: &[RuleView], options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut table = Table::new(&["rule", "level", "group", "says"]);
    for rule in rules {
        let changed = if rule.level == rule.meta.default_level { "" } else { " *" };
        let level = format!("{}{changed}", rule.level);
        table.row([rule.meta.name, &level, rule.meta.group.as_str(), rule.meta.summary]);
    }
    let mut text = table.render(options.color);
    let changed: Vec<_> = rules.iter().filter(|rule| rule.level != rule.meta.default_level).collect();
    if !changed.is_empty() {
        text.push('\n');
        for rule in changed {
            text += &format!("* {}\n", escape::line(&rule.origin));
        }
    }
    write_safely(text, options, out)
}

/// Writes the page of one rule: Markdown, as it was compiled in.
///
/// # Errors
/// If `out` refuses.
pub fn write_page(meta: &RuleMeta, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{}", meta.page.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{FOLLOWER, LOCKSTEP};

    fn rules() -> Vec<RuleView> {
        vec![
            RuleView { meta: &LOCKSTEP, level: Level::Deny, origin: "`lockstep` is `deny` by default".to_owned() },
            RuleView {
                meta: &FOLLOWER,
                level: Level::Allow,
                origin: "`follower` is `allow` by lockstep.toml:3".to_owned(),
            },
        ]
    }

    #[test]
    fn both_forms_tell_the_level_in_force() {
        let (mut text, mut json) = (Vec::new(), Vec::new());
        write_text(&rules(), &Options::default(), &mut text).unwrap();
        write_json(&rules(), &mut json).unwrap();
        insta::assert_snapshot!(String::from_utf8([text, json].concat()).unwrap());
    }

    #[test]
    fn a_page_is_printed_as_it_is() {
        let mut out = Vec::new();
        write_page(&FOLLOWER, &mut out).unwrap();
        assert_eq!(out, b"# follower\n");
    }
}
