//! `synchronous-invocation`: a function that calls another one and waits for its answer. One finding per caller.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use serde_json::{Map, Value};

use crate::{
    Draft, Rule, Sink, View,
    calls::{Edge, edges},
    prose::names,
};

/// The rule.
pub(crate) struct SynchronousInvocation;

/// Names in one sentence before "and 3 more".
const NAMES: usize = 4;
/// Calls, and functions called, that are shown.
const SHOWN: usize = 6;
/// Calls in turn that are told.
const IN_TURN: usize = 3;

impl Rule for SynchronousInvocation {
    const META: RuleMeta = RuleMeta {
        name: "synchronous-invocation",
        group: Group::Channels,
        default_level: Level::Warn,
        summary: "a function that calls another function and waits for its answer",
        since: "0.1.0",
        page: include_str!("synchronous_invocation.md"),
    };
    type Options = Map<String, Value>;

    fn check(_: &Self::Options, view: &View<'_>, sink: &mut Sink) {
        let edges = edges(view);
        let mut callers: BTreeMap<usize, Vec<&Edge<'_>>> = BTreeMap::new();
        for edge in edges.iter().filter(|edge| edge.may_wait() && !view.declared_together(edge.from, edge.to)) {
            callers.entry(edge.from).or_default().push(edge);
        }
        for called in callers.values() {
            sink.say(finding(view, &callers, called));
        }
    }
}

/// What the findings of a caller are known by: the functions that it calls are no callers.
pub(crate) fn subject(caller: &str) -> String {
    format!("caller {caller}")
}

/// True for what [`subject`] made.
pub(crate) fn is_subject(text: &str) -> bool {
    text.starts_with("caller ")
}

fn finding(view: &View<'_>, callers: &BTreeMap<usize, Vec<&Edge<'_>>>, called: &[&Edge<'_>]) -> Draft {
    let from = called[0].from;
    let caller = view.id(from).as_str();
    let (sure, perhaps): (Vec<&Edge<'_>>, Vec<&Edge<'_>>) = called.iter().partition(|edge| edge.waits());
    let (done, allowed): (Vec<&Edge<'_>>, Vec<&Edge<'_>>) = perhaps.iter().partition(|edge| edge.certain);
    let (told, calls, waits) = match (sure.is_empty(), done.is_empty()) {
        (false, _) => (&sure, "calls", "waits"),
        (true, false) => (&done, "calls", "may wait"),
        (true, true) => (&allowed, "may call", "wait"),
    };
    let ids = ids(view, told);
    let answers = if ids.len() == 1 { "its answer" } else { "their answers" };
    let message = format!("`{caller}` {calls} {} and {waits} for {answers}", names(&ids, NAMES));
    let mut labels = labels(view, called);
    let primary = labels.remove(0);
    let mut draft = Draft::new(message, primary).about(view, called.iter().map(|edge| edge.to).chain([from]));
    draft.subjects = vec![subject(caller)];
    draft.related = labels;
    draft.evidence = called
        .iter()
        .map(|edge| Evidence::Invocation { from: view.id(from).clone(), to: view.id(edge.to).clone() })
        .collect();
    draft.weight = sure.len() as f64 / view.functions().len().max(1) as f64;
    draft.notes = notes(view, caller, callers, &sure, &perhaps);
    draft.help = vec![
        "send a message or an event instead, and go on when the answer comes as one".to_owned(),
        "or let a state machine call one after the other, so that neither waits for the other".to_owned(),
        "or make one function of them, if neither can do without the other".to_owned(),
    ];
    draft
}

fn ids<'a>(view: &View<'a>, edges: &[&Edge<'_>]) -> Vec<&'a str> {
    let mut ids: Vec<&str> = edges.iter().map(|edge| view.id(edge.to).as_str()).collect();
    ids.sort_unstable();
    ids
}

/// The calls, or what lets the function make them; then the functions called.
fn labels(view: &View<'_>, called: &[&Edge<'_>]) -> Vec<Label> {
    let calls = called.iter().flat_map(|edge| edge.calls.iter().map(move |call| (edge, call)));
    let mut labels: Vec<Label> = calls
        .filter(|(_, call)| call.waits != Some(false))
        .map(|(edge, call)| Label {
            location: call.location.clone(),
            message: format!("`{}` is called here, by `{}`", view.id(edge.to), call.by),
        })
        .collect();
    labels.sort_by(|x, y| x.location.cmp(&y.location));
    labels.truncate(SHOWN);
    if labels.is_empty() {
        let from = called[0].from;
        let message =
            if called[0].certain { "its manifest binds it to them" } else { "its manifest gives it the right" };
        let message = if called.len() == 1 { message.replace("them", "it") } else { message.to_owned() };
        labels.push(Label { location: view.functions()[from].declared_at().clone(), message });
    }
    labels.extend(called.iter().take(SHOWN).map(|edge| Label {
        location: view.functions()[edge.to].declared_at().clone(),
        message: format!("`{}` is deployed on its own", view.id(edge.to)),
    }));
    labels
}

fn notes(
    view: &View<'_>,
    caller: &str,
    callers: &BTreeMap<usize, Vec<&Edge<'_>>>,
    sure: &[&Edge<'_>],
    perhaps: &[&Edge<'_>],
) -> Vec<String> {
    let mut notes = vec![format!(
        "`{caller}` works only while {} and is paid for while it waits",
        if sure.len() + perhaps.len() == 1 { "the other does," } else { "all of them do," }
    )];
    let in_turn = sure.iter().chain(perhaps).filter_map(|edge| {
        let next = callers.get(&edge.to)?;
        let verb = if next.iter().any(|edge| edge.waits()) { "waits" } else { "may wait" };
        Some(format!("`{}` {verb} in turn for {}", view.id(edge.to), names(&ids(view, next), NAMES)))
    });
    notes.extend(in_turn.take(IN_TURN));
    let unseen: Vec<&Edge<'_>> = perhaps.iter().filter(|edge| edge.calls.is_empty()).copied().collect();
    if !unseen.is_empty() {
        notes.push(format!(
            "of {} the manifest says that it may be called; the call itself, and whether it waits, was not found in the code",
            names(&ids(view, &unseen), NAMES)
        ));
    }
    notes
}
