//! `nanoservice`: functions that are too small to stand alone and always moved with others. One finding per function.

use lockstep_coupling::Coupling;
use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use lockstep_model::Basis;
use serde::{Deserialize, Serialize};

use super::lockstep::{co_change, deployed_together};
use crate::{
    Draft, Range, Rule, RuleOptions, Sink, View,
    prose::{count, names, percent},
};

/// The rule.
pub(crate) struct Nanoservice;

/// What may be set for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Options {
    /// Most lines of its own code.
    pub max_lines: usize,
    /// Fewest changesets that edit both functions and no contract of theirs.
    pub min_support: u32,
    /// The lower bound of how often the other changes when it does.
    pub lower: f64,
    /// How many commits a finding names.
    pub commits: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_lines: 50, min_support: 3, lower: 0.30, commits: 3 }
    }
}

impl RuleOptions for Options {
    const RANGES: &'static [(&'static str, Range)] = &[
        ("max-lines", Range::AtLeast(1)),
        ("min-support", Range::AtLeast(1)),
        ("lower", Range::Share),
        ("commits", Range::AtLeast(0)),
    ];
}

/// Names in one sentence before "and 3 more".
const NAMES: usize = 4;
/// Others whose figures a person wants to read.
const TOLD: usize = 3;

impl Rule for Nanoservice {
    const META: RuleMeta = RuleMeta {
        name: "nanoservice",
        group: Group::Deployment,
        default_level: Level::Allow,
        summary: "functions that are too small to stand alone and always moved with others",
        since: "0.1.0",
        page: include_str!("nanoservice.md"),
    };
    const FROM_HISTORY: bool = true;
    type Options = Options;

    fn check(options: &Options, view: &View<'_>, sink: &mut Sink) {
        let mut others: Vec<Vec<(usize, &Coupling)>> = vec![Vec::new(); view.functions().len()];
        for pair in view.candidates(options.min_support) {
            for (function, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
                if pair.towards(other).lower_free >= options.lower && is_small(options, view, function) {
                    others[function].push((other, pair));
                }
            }
        }
        for (function, others) in others.into_iter().enumerate().filter(|(_, others)| !others.is_empty()) {
            sink.say(finding(options, view, function, others));
        }
    }
}

/// What a finding about the small function `id` is known by.
pub(crate) fn subject(id: &str) -> String {
    format!("nanoservice {id}")
}

/// Only of code that was followed is it known how much of it there is.
fn is_small(options: &Options, view: &View<'_>, function: usize) -> bool {
    let followed = view.closure(function).is_some_and(|closure| closure.basis == Basis::Imports);
    let size = view.lines(function);
    followed && size.own + size.shared > 0 && size.own <= options.max_lines
}

fn finding(options: &Options, view: &View<'_>, function: usize, mut others: Vec<(usize, &Coupling)>) -> Draft {
    let towards = |(other, pair): &(usize, &Coupling)| pair.towards(*other).lower_free;
    others.sort_by(|x, y| towards(y).total_cmp(&towards(x)).then_with(|| view.id(x.0).cmp(view.id(y.0))));
    let ids: Vec<&str> = others.iter().map(|(other, _)| view.id(*other).as_str()).collect();
    let (id, size) = (view.id(function), view.lines(function));
    let message = format!(
        "`{id}` has {} of its own, and when it changes, {} must change as well",
        count(size.own as u32, "line"),
        names(&ids, NAMES)
    );
    let declared = |function: usize| view.functions()[function].declared_at().clone();
    let start = view.closure(function).and_then(|closure| closure.start.clone());
    let primary = Label { location: declared(function), message: "too small to stand alone".to_owned() };
    let mut draft = Draft::new(message, primary)
        .about(view, std::iter::once(function).chain(others.iter().map(|(other, _)| *other)));
    // Which of them is the small one is part of what the finding is.
    draft.subjects = vec![subject(id.as_str())];
    draft.weight = others.first().map_or(0.0, towards);
    draft.related.extend(start.map(|location| Label { location, message: "its code starts here".to_owned() }));
    draft.notes.push(match size.shared as u32 {
        0 => "it shares no code with other functions".to_owned(),
        shared => format!("it reaches {} that it shares with other functions", count(shared, "line")),
    });
    for (number, (other, pair)) in others.iter().enumerate() {
        draft.evidence.push(co_change(view, pair, function));
        if number < TOLD {
            let there = pair.towards(*other);
            draft.related.push(Label { location: declared(*other), message: "it is moved with this".to_owned() });
            draft.notes.push(deployed_together(view, pair));
            draft.notes.push(format!(
                "when `{id}` changes, expect `{}` to change in {} (at least {})",
                view.id(*other),
                percent(there.strength_free),
                percent(there.lower_free)
            ));
        }
    }
    let both = [function, others[0].0];
    draft.evidence.push(Evidence::Commits(view.telling(&both, &view.together(&both), options.commits)));
    draft.help = vec![
        format!(
            "merge it into {}: what it costs to deploy, watch and secure it buys no independence",
            names(&ids[..1], 1)
        ),
        "or give it more of what it needs to be changed alone".to_owned(),
    ];
    draft
}
