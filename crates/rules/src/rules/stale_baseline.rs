//! `stale-baseline`: entries of the baseline that match no finding any more. One finding per rule that they name, as one
//! command removes them all.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Group, Label, Level, RuleMeta};
use serde_json::{Map, Value};

use crate::{Draft, Rule, Sink, StaleEntry, View, prose::names, view::sorted};

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
        let mut groups: BTreeMap<(&str, bool), Vec<&StaleEntry>> = BTreeMap::new();
        for entry in view.outcome().into_iter().flat_map(|outcome| &outcome.stale) {
            groups.entry((&entry.rule, entry.expired.is_some())).or_default().push(entry);
        }
        for ((rule, expired), mut entries) in groups {
            entries.sort_by(|x, y| x.location.cmp(&y.location));
            sink.say(finding(rule, expired, &entries));
        }
    }
}

fn finding(rule: &str, expired: bool, entries: &[&StaleEntry]) -> Draft {
    let (first, number) = (entries[0], entries.len());
    let message = match (&first.expired, number) {
        (Some(last), 1) => format!("the baseline has held back no `{rule}`{} since {last}", about(first)),
        (Some(_), _) => {
            format!("the baseline holds back {number} findings of `{rule}` no more: their last day is over")
        }
        (None, 1) => format!("the baseline knows a `{rule}`{}, and there is none any more", about(first)),
        (None, _) => format!("the baseline knows {number} findings of `{rule}` that are there no more"),
    };
    let mut labels = entries.iter().map(|entry| label(entry));
    let mut draft = Draft::new(message, labels.next().unwrap_or_else(|| label(first)));
    draft.related = labels.collect();
    if !first.known_rule {
        draft.notes.push(format!("there is no rule `{rule}`"));
    }
    let gone = sorted(entries.iter().flat_map(|entry| &entry.gone).collect());
    match &gone[..] {
        [] => {}
        [one] => draft.notes.push(format!("there is no function `{one}`")),
        gone => draft.notes.push(format!("there are no functions {}", names(gone, NAMES))),
    }
    draft.subjects = vec![rule.to_owned(), if expired { "expired" } else { "gone" }.to_owned()];
    let them = if number == 1 { "it" } else { "them" };
    draft.help = vec![match expired {
        true => format!("`lockstep baseline prune` removes {them}; to accept it again, give the entry a later day"),
        false => format!("`lockstep baseline prune` removes {them}"),
    }];
    draft
}

fn label(entry: &StaleEntry) -> Label {
    let message = match &entry.expired {
        Some(last) => format!("its last day was {last}"),
        None => "no finding matches this entry".to_owned(),
    };
    Label { location: entry.location.clone(), message }
}

/// " about `a` and `b`".
fn about(entry: &StaleEntry) -> String {
    match (&entry.functions[..], &entry.subjects[..]) {
        ([], []) => String::new(),
        ([], subjects) => format!(" about {}", names(subjects, NAMES)),
        (functions, _) => format!(" about {}", names(functions, NAMES)),
    }
}

#[cfg(test)]
mod tests {
    use lockstep_model::{Location, RepoPath};

    use super::*;

    fn entry(functions: &[&str], line: u32) -> StaleEntry {
        let path = RepoPath::new("lockstep-baseline.jsonl").unwrap();
        StaleEntry {
            rule: "follower".to_owned(),
            functions: functions.iter().map(|id| (*id).to_owned()).collect(),
            subjects: Vec::new(),
            location: Location { line, ..Location::whole_file(path) },
            expired: None,
            gone: Vec::new(),
            known_rule: true,
        }
    }

    #[test]
    fn one_entry_is_named_and_many_are_counted() {
        let one = entry(&["a", "b"], 2);
        let said = finding("follower", false, &[&one]);
        assert_eq!(said.message, "the baseline knows a `follower` about `a` and `b`, and there is none any more");
        let other = StaleEntry { gone: vec!["c".to_owned()], ..entry(&["a", "c"], 3) };
        let said = finding("follower", false, &[&one, &other]);
        assert_eq!(said.message, "the baseline knows 2 findings of `follower` that are there no more");
        assert_eq!((said.primary.location.line, said.related[0].location.line), (2, 3));
        assert_eq!(
            (&said.notes[..], &said.help[..]),
            (&["there is no function `c`".to_owned()][..], &["`lockstep baseline prune` removes them".to_owned()][..])
        );
    }

    #[test]
    fn an_entry_without_functions_is_named_by_what_it_has() {
        let mut about = entry(&[], 2);
        about.subjects = vec!["orders/template.yaml".to_owned()];
        about.known_rule = false;
        about.expired = Some("2026-01-31".to_owned());
        let said = finding("gone-rule", true, &[&about]);
        assert_eq!(
            said.message,
            "the baseline has held back no `gone-rule` about `orders/template.yaml` since 2026-01-31"
        );
        assert_eq!(said.notes, ["there is no rule `gone-rule`"]);
    }
}
