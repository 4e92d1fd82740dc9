//! `lockstep`: functions that must change together. One finding per group of functions.

use lockstep_coupling::{Coupling, Directed, Explanation};
use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use lockstep_model::Location;
use serde::{Deserialize, Serialize};

use crate::{
    Draft, Range, Rule, RuleOptions, Sink, View,
    groups::{LockstepGroup, lockstep_groups, lower_of_both},
    prose::{self, count, names, percent, times},
    view::sorted,
};

/// The rule.
pub(crate) struct Lockstep;

/// What may be set for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Options {
    /// Fewest changesets that edit both functions and no contract of theirs.
    pub min_support: u32,
    /// The lower bound that both directions must reach.
    pub lower: f64,
    /// The lower bound from which a coupling between services is denied.
    pub deny_lower: f64,
    /// How many commits a finding names.
    pub commits: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_support: 3, lower: 0.20, deny_lower: 0.30, commits: 3 }
    }
}

impl RuleOptions for Options {
    const RANGES: &'static [(&'static str, Range)] = &[
        ("min-support", Range::AtLeast(1)),
        ("lower", Range::Share),
        ("deny-lower", Range::Share),
        ("commits", Range::AtLeast(0)),
    ];
}

/// Names in one sentence before "and 3 more".
const NAMES: usize = 4;
/// Pairs of a large group whose figures a person wants to read.
const PAIRS_TOLD: usize = 3;
/// Pairs of a large group that are kept as evidence.
const PAIRS_KEPT: usize = 12;
/// Shared files that are named.
const FILES: usize = 3;

/// What is said of folders that are taken for functions.
pub(crate) const NOT_FOLLOWED: &str = "folders are taken for functions here: what joins their code was not looked for";

impl Rule for Lockstep {
    const META: RuleMeta = RuleMeta {
        name: "lockstep",
        group: Group::Coupling,
        default_level: Level::Warn,
        summary: "functions that must change together: one microservice in several pieces",
        since: "0.1.0",
        page: include_str!("lockstep.md"),
    };
    const VARIES: Option<&'static str> =
        Some("`deny` between services where the coupling is specific or reaches `deny-lower`");
    type Options = Options;

    fn check(options: &Options, view: &View<'_>, sink: &mut Sink) {
        for group in lockstep_groups(view, options.min_support, options.lower) {
            sink.say(finding(options, view, &group));
        }
    }
}

fn finding(options: &Options, view: &View<'_>, group: &LockstepGroup<'_>) -> Draft {
    let mut functions = group.functions.clone();
    functions.sort_by_key(|function| view.id(*function));
    let ids: Vec<&str> = functions.iter().map(|function| view.id(*function).as_str()).collect();
    let message =
        format!("{} change in lockstep: they are one microservice in {} pieces", names(&ids, NAMES), functions.len());
    let primary = Label {
        location: view.functions()[functions[0]].declared_at().clone(),
        message: told_at_manifest(view, &functions, functions[0]),
    };
    let mut draft = Draft::new(message, primary).about(view, functions.iter().copied());
    draft.level = Some(level(options, view, group));
    draft.weight = group.pairs.iter().map(|pair| lower_of_both(pair)).fold(0.0, f64::max);
    draft.related = related(view, &functions);
    tell_figures(view, group, &mut draft);
    tell_commits(options, view, &functions, &mut draft);
    let joins = tell_what_joins(view, group, &mut draft);
    draft.help = help(view, &functions, &joins);
    draft
}

/// Deny where a pair of two services is surely or specifically coupled, else warn.
fn level(options: &Options, view: &View<'_>, group: &LockstepGroup<'_>) -> (Level, String) {
    // A pair with another group counts for both, so that no denied pair hides behind the borders of groups.
    let between = |pair: &&&Coupling| view.service(pair.a) != view.service(pair.b);
    let mut crossing = group.pairs.iter().chain(&group.outward).filter(between).peekable();
    if crossing.peek().is_none() {
        return (Level::Warn, "`lockstep` is `warn` by default inside one service".to_owned());
    }
    match crossing.find(|pair| pair.specific || lower_of_both(pair) >= options.deny_lower) {
        Some(_) => (Level::Deny, "`lockstep` is `deny` by default between services".to_owned()),
        None => (
            Level::Warn,
            format!(
                "`lockstep` is `warn` by default where the coupling is diffuse and below {}",
                percent(options.deny_lower)
            ),
        ),
    }
}

/// "changed 40 times, 36 of them together with `billing/charge`".
fn told_at_manifest(view: &View<'_>, functions: &[usize], function: usize) -> String {
    let others: Vec<usize> = functions.iter().filter(|other| **other != function).copied().collect();
    let mut joint: Vec<usize> =
        others.iter().flat_map(|other| view.graph().together(function, *other)).map(|both| both.changeset).collect();
    joint = sorted(joint);
    let with = match others[..] {
        [other] => format!("`{}`", view.id(other)),
        _ => "another of them".to_owned(),
    };
    let changes = view.graph().functions()[function].changes;
    format!("its own code changed {}, {} of them together with {with}", times(changes), joint.len())
}

fn related(view: &View<'_>, functions: &[usize]) -> Vec<Label> {
    let manifests = functions[1..].iter().map(|function| Label {
        location: view.functions()[*function].declared_at().clone(),
        message: told_at_manifest(view, functions, *function),
    });
    let mut labels: Vec<Label> = manifests.collect();
    for function in functions {
        if let Some(entry) = &view.functions()[*function].entry {
            let start = view.closure(*function).and_then(|closure| closure.start.clone());
            let location = start.unwrap_or_else(|| Location::whole_file(entry.path.clone()));
            labels.push(Label { location, message: format!("the code of `{}` starts here", view.id(*function)) });
        }
    }
    labels
}

/// The figures of the strongest pairs, for people and for machines.
fn tell_figures(view: &View<'_>, group: &LockstepGroup<'_>, draft: &mut Draft) {
    for pair in group.pairs.iter().take(PAIRS_KEPT) {
        draft.evidence.extend([co_change(view, pair, pair.a), co_change(view, pair, pair.b)]);
    }
    for pair in group.pairs.iter().take(PAIRS_TOLD) {
        draft.notes.push(deployed_together(view, pair));
        draft.notes.push(how_often(view, pair));
    }
    if group.pairs.len() > PAIRS_TOLD {
        let more = group.pairs.len() - PAIRS_TOLD;
        draft.notes.push(format!("{more} more pairs of them move together; `lockstep why A B` shows each"));
    }
    for pair in group.outward.iter().take(PAIRS_TOLD) {
        draft.notes.push(format!(
            "`{}` and `{}` move in lockstep as well, across the border of two such groups",
            view.id(pair.a),
            view.id(pair.b)
        ));
        draft.evidence.extend([co_change(view, pair, pair.a), co_change(view, pair, pair.b)]);
    }
    if group.outward.len() > PAIRS_TOLD {
        draft.notes.push(format!(
            "and {} with functions of other groups",
            count((group.outward.len() - PAIRS_TOLD) as u32, "more pair")
        ));
    }
    if group.pairs.len() > PAIRS_KEPT {
        let more = group.pairs.len() - PAIRS_KEPT;
        draft.evidence.push(Evidence::Note(format!("{more} weaker pairs are left out here; `graph` holds them all")));
    }
}

/// The figures of one direction, contracts left out.
pub(crate) fn co_change(view: &View<'_>, pair: &Coupling, from: usize) -> Evidence {
    let to = if from == pair.a { pair.b } else { pair.a };
    let directed = pair.towards(to);
    let both = view.graph().together(pair.a, pair.b);
    let time = |both: &lockstep_coupling::Together| view.time(both.changeset);
    Evidence::CoChange {
        from: view.id(from).clone(),
        to: view.id(to).clone(),
        own: pair.support,
        shared: pair.shared,
        of: view.graph().functions()[from].deployments,
        strength: directed.strength_free,
        lower: directed.lower_free,
        specific: pair.specific,
        between: both.iter().map(time).min().zip(both.iter().map(time).max()),
    }
}

/// "deployed together in 36 of 40 changes between 2024-03 and 2026-10: 9 by edits in both, 27 through
/// `shared/money.ts`".
pub(crate) fn deployed_together(view: &View<'_>, pair: &Coupling) -> String {
    let deployments = |function: usize| view.graph().functions()[function].deployments;
    // The rarer of the two: what share of its changes moved the other one.
    let rarer = if deployments(pair.b) < deployments(pair.a) { pair.b } else { pair.a };
    let both = view.graph().together(pair.a, pair.b);
    let time = |both: &lockstep_coupling::Together| view.time(both.changeset);
    let when = match both.iter().map(time).min().zip(both.iter().map(time).max()) {
        Some((first, last)) => format!(" {}", prose::window(first, last)),
        None => String::new(),
    };
    let mut text = format!(
        "`{}` and `{}` were deployed together in {} of {} of `{}`{when}: ",
        view.id(pair.a),
        view.id(pair.b),
        pair.support + pair.shared,
        count(deployments(rarer), "change"),
        view.id(rarer),
    );
    if pair.shared == 0 {
        text += "each time by edits in both";
        return text;
    }
    let files = view.shared_files(pair.a, pair.b);
    let through: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    text + &format!("{} by edits in both, {} through {}", pair.support, pair.shared, names(&through, FILES))
}

/// "when A changes, B changes in 62 % of cases …".
fn how_often(view: &View<'_>, pair: &Coupling) -> String {
    let share =
        |directed: Directed| format!("{} (at least {})", percent(directed.strength_free), percent(directed.lower_free));
    let contracts = match pair.support - pair.support_free {
        0 => String::new(),
        1 => ", 1 change that touches their contracts left out".to_owned(),
        with => format!(", {with} changes that touch their contracts left out"),
    };
    let habit = if pair.specific {
        format!("; this repository's habits would explain {:.1} of the {} edits of both", pair.expected, pair.support)
    } else {
        "; most changes here touch several functions, so this is not special to these two".to_owned()
    };
    format!(
        "when `{}` changes, expect `{}` to change in {}; the other way round in {}{contracts}{habit}",
        view.id(pair.a),
        view.id(pair.b),
        share(pair.a_to_b),
        share(pair.b_to_a),
    )
}

fn tell_commits(options: &Options, view: &View<'_>, functions: &[usize], draft: &mut Draft) {
    let commits = view.telling(functions, &view.together(functions), options.commits);
    draft.evidence.push(Evidence::Commits(commits));
}

/// What joins the functions, each once: what changed with them first.
fn tell_what_joins(view: &View<'_>, group: &LockstepGroup<'_>, draft: &mut Draft) -> Vec<Explanation> {
    let mut joins: Vec<Explanation> =
        group.pairs.iter().take(PAIRS_KEPT).flat_map(|pair| view.explain(pair.a, pair.b)).collect();
    joins = sorted(joins);
    let moved: Vec<String> = sorted(
        group
            .pairs
            .iter()
            .take(PAIRS_KEPT)
            .flat_map(|pair| view.shared_files(pair.a, pair.b))
            .map(|(path, _)| path.to_string())
            .collect(),
    );
    // A shared file explains something if it ever changed with them, or if it is theirs more than everybody's.
    let few = group.functions.len().max(2) * 2;
    let (files, joins): (Vec<_>, Vec<_>) =
        joins.into_iter().partition(|join| matches!(join, Explanation::SharedFile { .. }));
    // A pair is told of its copies; in a group, the longest are enough.
    let (copies, mut told): (Vec<_>, Vec<_>) =
        joins.into_iter().partition(|join| matches!(join, Explanation::Clone { .. }));
    told.extend(copies.into_iter().rev().take(FILES));
    let (telling, silent): (Vec<_>, Vec<_>) = files.into_iter().partition(|join| match join {
        Explanation::SharedFile { path, functions } => {
            moved.binary_search(&path.to_string()).is_ok() || *functions <= few
        }
        _ => true,
    });
    told.extend(telling.into_iter().take(FILES));
    if told.is_empty() && !view.are_followed(&group.functions) {
        draft.notes.push(NOT_FOLLOWED.to_owned());
    } else if told.is_empty() {
        draft.evidence.push(Evidence::Hidden);
        draft.notes.push(match silent.len() {
            0 => "nothing in the code or the manifests joins them: the coupling is hidden".to_owned(),
            shared => format!(
                "they share {}, none of which changed when they did, and nothing else joins them: the coupling is hidden",
                count(shared as u32, "file")
            ),
        });
        return told;
    }
    draft.notes.extend(told.iter().take(2 * FILES).map(in_words));
    draft.evidence.extend(told.iter().map(evidence));
    told
}

/// What joins two functions, as a sentence.
pub(crate) fn in_words(join: &Explanation) -> String {
    match join {
        Explanation::Import { from, path, .. } => format!("`{from}` imports `{path}`, where another of them starts"),
        Explanation::SharedEntry { path, functions } => {
            format!("they start in the same file, `{path}`, as {} in all do", count(*functions as u32, "function"))
        }
        Explanation::Invocation { from, to } => format!("`{from}` calls `{to}`"),
        Explanation::SharedChannel { kind, key } => format!("the {kind} `{key}` joins them"),
        Explanation::SharedStore { kind, key } => format!("they use the same {kind}, `{key}`"),
        Explanation::SharedLayer { name } => format!("they run the layer `{name}`"),
        Explanation::Clone { lines, copies, longest } => {
            let (a, b) = (&longest.a.location, &longest.b.location);
            let first = if *copies > 1 { ", first of all" } else { ":" };
            format!(
                "`{}` and `{}` hold copies of the same {}{first} `{}:{}` and `{}:{}`",
                longest.a.function,
                longest.b.function,
                count(*lines, "line"),
                a.path,
                a.line,
                b.path,
                b.line
            )
        }
        Explanation::SharedFile { path, functions } => {
            format!("they are deployed with `{path}`, as {} in all are", count(*functions as u32, "function"))
        }
    }
}

/// What joins two functions, as evidence.
pub fn evidence(join: &Explanation) -> Evidence {
    match join {
        Explanation::Import { location, path, .. } => Evidence::Import {
            location: location.clone().unwrap_or_else(|| Location::whole_file(path.clone())),
            path: path.clone(),
        },
        Explanation::SharedEntry { path, functions } | Explanation::SharedFile { path, functions } => {
            Evidence::SharedFile { path: path.clone(), functions: *functions }
        }
        Explanation::Invocation { from, to } => Evidence::Invocation { from: from.clone(), to: to.clone() },
        Explanation::SharedChannel { kind, key } => Evidence::SharedChannel { kind: kind.clone(), key: key.clone() },
        Explanation::SharedStore { kind, key } => Evidence::SharedStore { kind: kind.clone(), key: key.clone() },
        Explanation::SharedLayer { name } => Evidence::SharedLayer { name: name.clone() },
        Explanation::Clone { lines, copies, longest } => {
            Evidence::Clone { lines: *lines, copies: *copies, longest: Box::new(longest.clone()) }
        }
    }
}

/// What to do: the two ways that always exist, and the one that what joins them suggests.
fn help(view: &View<'_>, functions: &[usize], joins: &[Explanation]) -> Vec<String> {
    let services = sorted(functions.iter().map(|function| view.service(*function)).collect());
    let mut help = vec![match services[..] {
        [_] => "merge them into one function, or declare them one `[[service]]` in lockstep.toml if they are meant \
                to be deployed as one"
            .to_owned(),
        _ => format!(
            "merge them into one microservice: today they are spread over {}; if they already are deployed as one, \
             declare them one `[[service]]` in lockstep.toml",
            names(&services, NAMES)
        ),
    }];
    help.push(match joins.first() {
        Some(Explanation::Import { path, .. }) => {
            format!("or keep them apart: call what `{path}` does through its contract, do not import it")
        }
        Some(Explanation::SharedEntry { path, .. }) => {
            format!("or keep them apart: give each an entry file of its own instead of `{path}`")
        }
        Some(Explanation::Invocation { to, .. }) => format!(
            "or keep them apart: write down what `{to}` takes and returns as a contract (a schema, an OpenAPI \
             document), so that either side can change behind it"
        ),
        Some(Explanation::SharedChannel { kind, key }) => format!(
            "or keep them apart: write down what goes over the {kind} `{key}` as a contract (an event schema), so \
             that either side can change behind it"
        ),
        Some(Explanation::SharedStore { kind, key }) => {
            format!("or keep them apart: give the {kind} `{key}` to one of them and let the others ask it")
        }
        Some(Explanation::SharedLayer { name }) => {
            format!("or keep them apart: take what they share out of the layer `{name}`; share contracts instead")
        }
        Some(Explanation::Clone { .. }) => {
            "or keep them apart: move what is copied into a shared module that one of them owns, or let the copies \
             go separate ways on purpose"
                .to_owned()
        }
        Some(Explanation::SharedFile { path, .. }) => format!(
            "or keep them apart: move what they agree on out of `{path}` into a contract (a schema, an event), and \
             give each its own code behind it"
        ),
        None => {
            let [a, b] = [functions[0], functions[1]].map(|function| view.id(function));
            format!("or find out what forces it: `lockstep why {a} {b}` shows the commits")
        }
    });
    help
}
