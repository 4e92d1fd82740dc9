//! What `rules` and `explain` show.

use std::io;

use lockstep_diagnostics::{Group, Level, RuleMeta};
use serde::Serialize;
use serde_json::Value;

use crate::{
    Options, escape,
    functions::write_safely,
    json::{self, SCHEMA_VERSION},
    table::Table,
};

/// A rule and the levels it has in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleView {
    /// The rule.
    pub meta: &'static RuleMeta,
    /// Which of its findings have another level than the one in force.
    pub varies: Option<&'static str>,
    /// The level in force for findings about functions of several services, and why, in words.
    pub between: (Level, String),
    /// The same for all other findings.
    pub inside: (Level, String),
}

impl RuleView {
    /// The higher of its levels, and why.
    fn highest(&self) -> &(Level, String) {
        if self.inside.0 > self.between.0 { &self.inside } else { &self.between }
    }

    /// The level in a few words.
    fn level(&self) -> String {
        if self.between.0 == self.inside.0 {
            return self.inside.0.to_string();
        }
        format!("{} between, {} inside", self.between.0, self.inside.0)
    }

    /// Why it has levels that are not those of the defaults; each reason once.
    fn origins(&self) -> Vec<&str> {
        let mut origins: Vec<&str> = [&self.between, &self.inside]
            .into_iter()
            .map(|(_, origin)| origin.as_str())
            .filter(|origin| !origin.ends_with(" by default"))
            .collect();
        origins.dedup();
        origins
    }
}

/// An option of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionView {
    /// Its name.
    pub name: String,
    /// Its default.
    pub default: Value,
    /// The least that it takes.
    pub least: Option<f64>,
    /// The most.
    pub most: Option<f64>,
    /// What it means.
    pub meaning: String,
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
    between: LevelEntry<'a>,
    inside: LevelEntry<'a>,
    varies: Option<&'static str>,
    summary: &'static str,
    since: &'static str,
}

#[derive(Serialize)]
struct LevelEntry<'a> {
    level: Level,
    origin: &'a str,
}

impl<'a> From<&'a RuleView> for RuleEntry<'a> {
    fn from(rule: &'a RuleView) -> Self {
        let (level, level_origin) = rule.highest();
        let entry = |(level, origin): &'a (Level, String)| LevelEntry { level: *level, origin };
        Self {
            name: rule.meta.name,
            group: rule.meta.group,
            default_level: rule.meta.default_level,
            level: *level,
            level_origin,
            between: entry(&rule.between),
            inside: entry(&rule.inside),
            varies: rule.varies,
            summary: rule.meta.summary,
            since: rule.meta.since,
        }
    }
}

#[derive(Serialize)]
struct PageDocument<'a> {
    schema_version: u32,
    #[serde(flatten)]
    rule: RuleEntry<'a>,
    options: Vec<OptionEntry<'a>>,
    page: &'a str,
}

#[derive(Serialize)]
struct OptionEntry<'a> {
    name: &'a str,
    default: &'a Value,
    minimum: Option<f64>,
    maximum: Option<f64>,
    meaning: &'a str,
}

/// Writes the document of `rules --format json`, in the order given.
///
/// # Errors
/// If `out` refuses.
pub fn write_json(rules: &[RuleView], out: &mut dyn io::Write) -> io::Result<()> {
    json::write(&Document { schema_version: SCHEMA_VERSION, rules: rules.iter().map(RuleEntry::from).collect() }, out)
}

/// Writes the rules as a table, in the order given.
///
/// # Errors
/// If `out` refuses.
pub fn write_text(rules: &[RuleView], options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut table = Table::new(&["rule", "level", "group", "says"]);
    for rule in rules {
        let asked = if rule.origins().is_empty() { "" } else { " *" };
        let varies = if rule.varies.is_none() { "" } else { " +" };
        let level = rule.level() + asked + varies;
        table.row([rule.meta.name, &level, rule.meta.group.as_str(), rule.meta.summary]);
    }
    let mut text = table.render(options.color);
    let changed = rules.iter().flat_map(RuleView::origins).map(|origin| format!("* {}\n", escape::line(origin)));
    let varies = rules.iter().filter_map(|rule| Some(format!("+ `{}`: {}\n", rule.meta.name, rule.varies?)));
    let notes: String = changed.chain(varies).collect();
    if !notes.is_empty() {
        text.push('\n');
        text += &notes;
    }
    write_safely(text, options, out)
}

/// Writes the rules as a table in Markdown, in the order given.
///
/// # Errors
/// If `out` refuses.
pub fn write_markdown(rules: &[RuleView], out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "| rule | level | group | says |\n|---|---|---|---|")?;
    for rule in rules {
        let varies = rule.varies.map_or_else(String::new, |varies| format!("; {varies}"));
        let (name, group, says) = (rule.meta.name, rule.meta.group.as_str(), rule.meta.summary);
        writeln!(out, "| `{name}` | {}{varies} | {group} | {says} |", rule.level())?;
    }
    Ok(())
}

/// Writes the document of `explain RULE --format json`.
///
/// # Errors
/// If `out` refuses.
pub fn write_page_json(rule: &RuleView, options: &[OptionView], out: &mut dyn io::Write) -> io::Result<()> {
    let options = options.iter().map(|option| OptionEntry {
        name: &option.name,
        default: &option.default,
        minimum: option.least,
        maximum: option.most,
        meaning: &option.meaning,
    });
    let document = PageDocument {
        schema_version: SCHEMA_VERSION,
        rule: rule.into(),
        options: options.collect(),
        page: rule.meta.page.trim_end(),
    };
    json::write(&document, out)
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
        let both = |level: Level, origin: &str| (level, origin.to_owned());
        let plain = both(Level::Deny, "`lockstep` is `deny` by default");
        vec![
            RuleView { meta: &LOCKSTEP, varies: Some("`warn` inside"), between: plain.clone(), inside: plain },
            RuleView {
                meta: &FOLLOWER,
                varies: None,
                between: both(Level::Warn, "`follower` is `warn` by default"),
                inside: both(Level::Allow, "`follower` is `allow` inside one service by lockstep.toml:3"),
            },
        ]
    }

    #[test]
    fn all_forms_tell_the_level_in_force() {
        let (mut text, mut json, mut markdown) = (Vec::new(), Vec::new(), Vec::new());
        write_text(&rules(), &Options::default(), &mut text).unwrap();
        write_json(&rules(), &mut json).unwrap();
        write_markdown(&rules(), &mut markdown).unwrap();
        insta::assert_snapshot!(String::from_utf8([text, json, markdown].concat()).unwrap());
    }

    #[test]
    fn a_page_is_printed_as_it_is() {
        let mut out = Vec::new();
        write_page(&FOLLOWER, &mut out).unwrap();
        assert_eq!(out, b"# follower\n");
    }
}
