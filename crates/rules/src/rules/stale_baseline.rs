//! `stale-baseline`: an entry of the baseline that matches no finding any more. One finding per entry.

use lockstep_diagnostics::{Group, Label, Level, RuleMeta};
use serde_json::{Map, Value};

use crate::{Draft, Rule, Sink, StaleEntry, View, prose::names};

/// The rule.
pub(crate) struct StaleBaseline;

/// Functions in one sentence before "and 3 more".
const NAMES: usize = 3;

impl Rule for StaleBaseline {
    const META: RuleMeta = RuleMeta {
        name: "stale-baseline",
        group: Group::Meta,
        default_level: Level::Warn,
        summary: "an entry of the baseline that matches no finding any more",
        since: "0.1.0",
        page: include_str!("stale_baseline.md"),
    };
    const LAST: bool = true;
    type Options = Map<String, Value>;

    fn check(_: &Self::Options, view: &View<'_>, sink: &mut Sink) {
        for entry in view.outcome().into_iter().flat_map(|outcome| &outcome.stale) {
            sink.say(finding(entry));
        }
    }
}

fn finding(entry: &StaleEntry) -> Draft {
    let rule = &entry.rule;
    let about = match (&entry.functions[..], &entry.subjects[..]) {
        ([], []) => String::new(),
        ([], subjects) => format!(" about {}", names(subjects, NAMES)),
        (functions, _) => format!(" about {}", names(functions, NAMES)),
    };
    let (message, label, help) = match &entry.expired {
        Some(last) => (
            format!("the baseline has held back no `{rule}`{about} since {last}"),
            format!("its last day was {last}"),
            "`lockstep baseline prune` removes it; to accept what it is about again, give it a later day",
        ),
        None => (
            format!("the baseline knows a `{rule}`{about}, and there is none any more"),
            "no finding matches this entry".to_owned(),
            "`lockstep baseline prune` removes it",
        ),
    };
    let mut draft = Draft::new(message, Label { location: entry.location.clone(), message: label });
    if !entry.known_rule {
        draft.notes.push(format!("there is no rule `{rule}`"));
    }
    match &entry.gone[..] {
        [] => {}
        [one] => draft.notes.push(format!("there is no function `{one}`")),
        gone => draft.notes.push(format!("there are no functions {}", names(gone, NAMES))),
    }
    draft.subjects = std::iter::once(rule).chain(&entry.functions).chain(&entry.subjects).cloned().collect();
    draft.help = vec![help.to_owned()];
    draft
}
