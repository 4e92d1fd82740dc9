//! `invocation-cycle`: functions that call each other in a circle. One finding per group of functions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use lockstep_coupling::cycles;
use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use serde_json::{Map, Value};

use crate::{
    Draft, Rule, Sink, View,
    calls::{Edge, edges},
    prose::count,
};

/// The rule.
pub(crate) struct InvocationCycle;

impl Rule for InvocationCycle {
    const META: RuleMeta = RuleMeta {
        name: "invocation-cycle",
        group: Group::Channels,
        default_level: Level::Deny,
        summary: "functions that call each other in a circle",
        since: "0.1.0",
        page: include_str!("invocation_cycle.md"),
    };
    const VARIES: Option<&'static str> =
        Some("`warn` where only manifests let the calls happen, and inside one declared service");
    type Options = Map<String, Value>;

    fn check(_: &Self::Options, view: &View<'_>, sink: &mut Sink) {
        let edges = edges(view);
        let certain: Vec<&Edge<'_>> = edges.iter().filter(|edge| edge.certain).collect();
        let all: Vec<&Edge<'_>> = edges.iter().collect();
        let mut told: BTreeSet<usize> = BTreeSet::new();
        // What the code does comes first; rights that were given may close further circles.
        for (edges, sure) in [(&certain, true), (&all, false)] {
            for group in cycles(&pairs(edges)) {
                if !group.iter().any(|function| told.contains(function)) {
                    told.extend(&group);
                    sink.say(finding(view, edges, &group, sure));
                }
            }
        }
    }
}

fn pairs(edges: &[&Edge<'_>]) -> Vec<(usize, usize)> {
    edges.iter().map(|edge| (edge.from, edge.to)).collect()
}

fn finding(view: &View<'_>, edges: &[&Edge<'_>], group: &[usize], sure: bool) -> Draft {
    let circle = shortest(view, edges, group);
    let steps: Vec<&Edge<'_>> = circle
        .iter()
        .zip(circle.iter().cycle().skip(1))
        .filter_map(|(from, to)| edges.iter().find(|edge| (edge.from, edge.to) == (*from, *to)).copied())
        .collect();
    let verb = if sure { "calls" } else { "may call" };
    let mut words = format!("`{}` {verb} ", view.id(circle[0]));
    for to in &circle[1..] {
        words += &format!("`{}`, which {verb} ", view.id(*to));
    }
    let message = format!("{words}`{}` again: a circle", view.id(circle[0]));
    let mut labels: Vec<Label> = steps.iter().map(|step| label(view, step)).collect();
    let primary = labels.remove(0);
    let mut draft = Draft::new(message, primary).about(view, group.iter().copied());
    draft.level = Some(level(view, group, sure));
    draft.related = labels;
    draft.evidence = steps
        .iter()
        .map(|step| Evidence::Invocation { from: view.id(step.from).clone(), to: view.id(step.to).clone() })
        .collect();
    draft.weight = group.len() as f64 / view.functions().len().max(1) as f64;
    if group.len() > circle.len() {
        let number = count(group.len() as u32, "function");
        draft.notes.push(format!("it is the shortest of the circles that join {number}"));
    }
    let waits = steps.iter().all(|step| step.waits());
    draft.notes.push(if waits {
        "each waits for the next: one request may hold all of them, and none of them can do without the others"
            .to_owned()
    } else {
        "nothing but their own code ends it: a circle that does not end is paid for until somebody sees it".to_owned()
    });
    if !sure {
        draft.notes.push(
            "some of the calls are rights that manifests give; that they are used was not found in the code".to_owned(),
        );
    }
    draft.help = vec![
        "break the circle: let one of them return, or publish an event, instead of calling back".to_owned(),
        "or make one function of them: they cannot be understood, tested or deployed apart".to_owned(),
    ];
    draft
}

fn level(view: &View<'_>, group: &[usize], sure: bool) -> (Level, String) {
    let why = if !sure {
        "is `warn` by default where only manifests let the calls happen"
    } else if view.all_declared_together(group) {
        "is `warn` by default inside one declared service"
    } else {
        return (Level::Deny, "`invocation-cycle` is `deny` by default".to_owned());
    };
    (Level::Warn, format!("`invocation-cycle` {why}"))
}

fn label(view: &View<'_>, step: &Edge<'_>) -> Label {
    let to = view.id(step.to);
    match step.calls.first() {
        Some(call) => {
            Label { location: call.location.clone(), message: format!("`{}` calls `{to}` here", view.id(step.from)) }
        }
        None => Label {
            location: view.functions()[step.from].declared_at().clone(),
            message: format!("its manifest lets `{}` call `{to}`", view.id(step.from)),
        },
    }
}

/// The shortest circle in `group`; of several, the one that starts at the first id.
fn shortest(view: &View<'_>, edges: &[&Edge<'_>], group: &[usize]) -> Vec<usize> {
    let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for edge in edges.iter().filter(|edge| group.contains(&edge.from) && group.contains(&edge.to)) {
        next.entry(edge.from).or_default().push(edge.to);
    }
    let mut starts = group.to_vec();
    starts.sort_by_key(|function| view.id(*function));
    let circles = starts.iter().filter_map(|start| circle_through(*start, &next));
    circles.min_by_key(Vec::len).unwrap_or(starts)
}

/// The shortest way from `start` back to it.
fn circle_through(start: usize, next: &BTreeMap<usize, Vec<usize>>) -> Option<Vec<usize>> {
    let mut before: BTreeMap<usize, usize> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for to in next.get(&at).into_iter().flatten() {
            if *to == start {
                let mut way = vec![at];
                while let Some(previous) = way.last().and_then(|last| before.get(last)) {
                    way.push(*previous);
                }
                way.reverse();
                return Some(way);
            }
            if !before.contains_key(to) {
                before.insert(*to, at);
                open.push_back(*to);
            }
        }
    }
    None
}
