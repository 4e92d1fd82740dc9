//! Lockstep's rules: from the coupling graph, the code and the manifests to findings.
//!
//! Pure: a rule looks at a [`View`] and says what it sees; it reads no disk and cannot fail. A rule is two files in
//! `rules/` and one line in [`registry`]. What a rule says is a [`Draft`]; the level in force is put on it here, so
//! that no rule knows of configurations.

mod calls;
mod groups;
mod options;
mod outcome;
mod overlap;
mod prose;
pub mod registry;
mod rule;
mod rules;
mod stages;
mod verdict;
mod view;

use lockstep_diagnostics::{Finding, Level, RuleMeta};
use serde_json::{Map, Value};

pub use groups::{in_lockstep, lockstep_thresholds, pairs_in_lockstep};
pub use options::{OptionError, Range, RuleOption, RuleOptions};
pub use outcome::{Idle, IdleBecause, Outcome, StaleEntry};
pub use registry::{RULES, find};
pub use rule::{Draft, Rule, RuleEntry, Sink};
pub use rules::lockstep::evidence;
pub use verdict::verdicts;
pub use view::{Change, Facts, View};

/// A level that somebody asked for, and who: `` `-D lockstep` on the command line ``.
pub type Configured = (Level, String);

/// The levels that somebody asked for a rule, apart for its two kinds of findings.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Asked {
    /// For findings about functions of several services.
    pub between: Option<Configured>,
    /// For all others.
    pub inside: Option<Configured>,
}

impl From<Option<Configured>> for Asked {
    /// The same for all findings.
    fn from(asked: Option<Configured>) -> Self {
        Self { between: asked.clone(), inside: asked }
    }
}

impl Asked {
    /// What was asked for a draft.
    fn of(&self, draft: &Draft) -> &Option<Configured> {
        if draft.is_between_services() { &self.between } else { &self.inside }
    }

    /// True if nothing that `rule` says would be reported.
    pub fn silences(&self, rule: &RuleMeta) -> bool {
        let level = |asked: &Option<Configured>| asked.as_ref().map_or(rule.default_level, |(level, _)| *level);
        level(&self.between) == Level::Allow && level(&self.inside) == Level::Allow
    }
}

/// Runs all rules that are not at `allow`, those aside that look at what became of the others' findings, and puts the
/// findings in order: those about the change that is looked
/// at first, then the highest level, then the weightiest.
///
/// `levels` says what levels were asked for, if any; `options` what options were set. Options that do not fit are those
/// of the defaults: the configuration says so before, with [`RuleEntry::check_options`].
pub fn check(
    view: &View<'_>,
    levels: &dyn Fn(&RuleMeta) -> Asked,
    options: &dyn Fn(&RuleMeta) -> Map<String, Value>,
) -> Vec<Finding> {
    run(view, levels, options, false)
}

/// As [`check`], for the rules that look at what became of the others' findings: [`Facts::outcome`] says what.
pub fn check_last(
    view: &View<'_>,
    levels: &dyn Fn(&RuleMeta) -> Asked,
    options: &dyn Fn(&RuleMeta) -> Map<String, Value>,
) -> Vec<Finding> {
    run(view, levels, options, true)
}

fn run(
    view: &View<'_>,
    levels: &dyn Fn(&RuleMeta) -> Asked,
    options: &dyn Fn(&RuleMeta) -> Map<String, Value>,
    last: bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.last == last) {
        let asked = levels(rule.meta);
        if asked.silences(rule.meta) {
            continue;
        }
        let mut sink = Sink::default();
        rule.run(&options(rule.meta), view, &mut sink);
        let said = sink.into_drafts().into_iter().map(|draft| {
            let configured = asked.of(&draft).clone();
            draft.into_finding(rule.meta, configured)
        });
        findings.extend(said.filter(|finding| finding.level != Level::Allow));
    }
    findings.sort_by(|x, y| {
        y.of_change
            .cmp(&x.of_change)
            .then_with(|| y.level.cmp(&x.level))
            .then_with(|| y.weight.total_cmp(&x.weight))
            .then_with(|| x.rule.name.cmp(y.rule.name))
            .then_with(|| x.primary.location.cmp(&y.primary.location))
            .then_with(|| x.message.cmp(&y.message))
    });
    findings
}
