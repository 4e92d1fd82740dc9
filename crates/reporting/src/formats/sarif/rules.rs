//! The rules, each with its page in short.

use lockstep_diagnostics::{Level, RuleMeta};

use super::document::{Configuration, Help, RuleDescriptor, RuleProperties, Text};
use crate::{ReportView, page, tool};

/// The rules of a run, sorted by name.
pub(super) struct Rules(Vec<&'static RuleMeta>);

impl Rules {
    /// All rules that there are: a viewer then tells what was looked for and not found.
    pub(super) fn new(report: &ReportView<'_>) -> Self {
        let found = report.findings.iter().map(|finding| finding.rule);
        let mut rules: Vec<_> = report.rules.iter().copied().chain(found).collect();
        rules.sort_by_key(|rule| rule.name);
        rules.dedup_by_key(|rule| rule.name);
        Self(rules)
    }

    /// The place of `rule` in the list.
    pub(super) fn index(&self, rule: &RuleMeta) -> usize {
        self.0.partition_point(|other| other.name < rule.name)
    }

    pub(super) fn descriptors(&self) -> Vec<RuleDescriptor> {
        self.0.iter().map(|rule| descriptor(rule)).collect()
    }
}

fn descriptor(rule: &RuleMeta) -> RuleDescriptor {
    let (summary, address) = (sentence(rule.summary), tool::page(rule));
    let lead = page::lead(rule.page);
    RuleDescriptor {
        id: rule.name,
        name: rule.name.contains('-').then(|| pascal_case(rule.name)),
        full_description: Text::of(if lead.is_empty() { summary.clone() } else { lead }),
        short_description: Text::of(summary),
        help: Help { text: page::text(rule.page, &address), markdown: page::markdown(rule.page, &address) },
        help_uri: address,
        default_configuration: Configuration { enabled: rule.default_level > Level::Allow, level: level(rule) },
        properties: RuleProperties {
            tags: ["serverless", rule.group.as_str()],
            precision: precision(rule),
            severity: match level(rule) {
                "note" => "recommendation",
                other => other,
            },
        },
    }
}

/// What a finding of `rule` is if nobody asks for another level.
pub(super) fn level(rule: &RuleMeta) -> &'static str {
    rule.default_level.severity().as_str()
}

/// How often a rule is right is what its default level was set by.
fn precision(rule: &RuleMeta) -> &'static str {
    match rule.default_level {
        Level::Deny | Level::Forbid => "high",
        Level::Warn => "medium",
        Level::Allow => "low",
    }
}

/// A summary as a sentence: it is written to follow a name.
fn sentence(summary: &str) -> String {
    let mut characters = summary.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    let text: String = first.chain(characters).collect();
    if text.ends_with('.') { text } else { text + "." }
}

/// `shared-implementation` as `SharedImplementation`: in SARIF a rule has a name only if it says more than its id does.
fn pascal_case(name: &str) -> String {
    let word = |word: &str| {
        let mut characters = word.chars();
        let first = characters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(characters).collect::<String>()
    };
    name.split('-').map(word).collect()
}
