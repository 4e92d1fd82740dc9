//! `missing-co-change`: the change that is looked at leaves out a function that usually changes with those it edits.
//! One finding per function that is missing.

use lockstep_coupling::{Combined, Coupling, Explanation, Together, combined};
use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use lockstep_model::{Location, RepoPath};
use serde::{Deserialize, Serialize};

use super::lockstep::{NOT_FOLLOWED, co_change, evidence, in_words};
use crate::{
    Change, Draft, Range, Rule, RuleOptions, Sink, View,
    prose::{count, names, percent},
};

/// The rule.
pub(crate) struct MissingCoChange;

/// What may be set for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Options {
    /// Fewest changesets that edit both functions and no contract of theirs.
    pub min_support: u32,
    /// The lower bound that the strength of one of the changed functions must reach.
    pub lower: f64,
    /// The lower bound from which a diffuse coupling is reported as well.
    pub sure_lower: f64,
    /// How likely all changed functions together must make the one that is missing.
    pub probability: f64,
    /// A change of more functions than this says nothing about any other.
    pub max_functions: usize,
    /// At most so many functions are reported as missing, the likeliest first.
    pub most: usize,
    /// How many commits a finding names.
    pub commits: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            min_support: 3,
            lower: 0.20,
            sure_lower: 0.30,
            probability: 0.30,
            max_functions: 10,
            most: 3,
            commits: 3,
        }
    }
}

impl RuleOptions for Options {
    const RANGES: &'static [(&'static str, Range)] = &[
        ("min-support", Range::AtLeast(1)),
        ("lower", Range::Share),
        ("sure-lower", Range::Share),
        ("probability", Range::Share),
        ("max-functions", Range::AtLeast(1)),
        ("most", Range::AtLeast(1)),
        ("commits", Range::AtLeast(0)),
    ];
}

/// Names in one sentence before "and 3 more".
const NAMES: usize = 3;
/// Files of the missing function that are named.
const FILES: usize = 2;

impl Rule for MissingCoChange {
    const META: RuleMeta = RuleMeta {
        name: "missing-co-change",
        group: Group::Coupling,
        default_level: Level::Warn,
        summary: "a change that leaves out a function which usually changes with those it edits (with --staged or --base)",
        since: "0.1.0",
        page: include_str!("missing_co_change.md"),
    };
    type Options = Options;

    fn check(options: &Options, view: &View<'_>, sink: &mut Sink) {
        let Some(change) = view.change() else { return };
        let changed: Vec<usize> = change.own.keys().copied().filter(|function| view.is_known(*function)).collect();
        if change.own.len() > options.max_functions {
            return;
        }
        let mut missing: Vec<Missing<'_>> = (0..view.functions().len())
            .filter(|function| change.touched.binary_search(function).is_err() && view.is_known(*function))
            .filter_map(|function| Missing::new(options, view, &changed, function))
            .collect();
        missing.sort_by(|x, y| {
            (y.combined.probability.total_cmp(&x.combined.probability))
                .then_with(|| view.id(x.function).cmp(view.id(y.function)))
        });
        let more = missing.len().saturating_sub(options.most);
        let last = missing.len().min(options.most);
        for (number, missing) in missing.iter().take(options.most).enumerate() {
            let mut draft = finding(options, view, change, missing);
            if more > 0 && number + 1 == last {
                draft
                    .notes
                    .push(format!("{} may be missing as well; `most` lists them", count(more as u32, "function")));
            }
            sink.say(draft);
        }
    }
}

/// A function that the change leaves out.
struct Missing<'a> {
    function: usize,
    combined: Combined,
    /// The couplings that point at it by themselves, strongest first, each with the changed function.
    pointing: Vec<(usize, &'a Coupling)>,
}

impl<'a> Missing<'a> {
    /// None if what is known does not suffice to say so.
    fn new(options: &Options, view: &View<'a>, changed: &[usize], function: usize) -> Option<Self> {
        let combined = combined(view.graph(), changed, function);
        let points = |(from, _): &(usize, _)| {
            let pair = view.graph().between(*from, function)?;
            let lower = pair.towards(function).lower_free;
            let enough = pair.support_free >= options.min_support.max(1)
                && lower >= options.lower
                && (pair.specific || lower >= options.sure_lower);
            enough.then_some((*from, pair))
        };
        let pointing: Vec<_> = combined.from.iter().filter_map(points).collect();
        let likely = combined.probability >= options.probability && !pointing.is_empty();
        likely.then_some(Self { function, combined, pointing })
    }
}

/// "in 17 of 28 changes of `orders/Create`".
fn odds(view: &View<'_>, from: usize, pair: &Coupling) -> String {
    let changes = view.graph().functions()[from].changes;
    format!("in {} of {} of `{}`", pair.support, count(changes, "change"), view.id(from))
}

fn finding(options: &Options, view: &View<'_>, change: &Change, missing: &Missing<'_>) -> Draft {
    let id = view.id(missing.function);
    let from: Vec<usize> = missing.pointing.iter().map(|(from, _)| *from).collect();
    let ids: Vec<&str> = from.iter().map(|from| view.id(*from).as_str()).collect();
    let (strongest, pair) = missing.pointing[0];
    let message =
        format!("{} changed without `{id}`, which changed {}", names(&ids, NAMES), odds(view, strongest, pair));
    let together = view.graph().together(strongest, missing.function);
    let files = view.own_files(missing.function, &together);
    let mut places = from.iter().flat_map(|from| first_place(view, change, *from));
    let declared = || (strongest, view.functions()[strongest].declared_at().clone());
    let (_, location) = places.next().unwrap_or_else(declared);
    let primary = Label { location, message: format!("`{}` changes here", view.id(strongest)) };
    let others: Vec<(usize, Location)> = places.collect();
    let mut draft = Draft::new(message, primary).about(view, from.iter().copied().chain([missing.function]));
    draft.of_change = true;
    draft.subjects = vec![format!("missing {id}")];
    draft.weight = missing.combined.probability;
    draft.related = others
        .into_iter()
        .map(|(from, location)| Label { location, message: format!("`{}` changes here", view.id(from)) })
        .collect();
    draft.related.push(untouched(view, missing.function, &files));
    for (from, pair) in &missing.pointing {
        draft.evidence.push(co_change(view, pair, *from));
    }
    draft.notes = notes(view, missing, &files, &together);
    let commits = view.telling(&[strongest, missing.function], &together, options.commits);
    draft.evidence.push(Evidence::Commits(commits));
    let joins = view.explain(strongest, missing.function);
    tell_what_joins(&joins, view.are_followed(&[strongest, missing.function]), &mut draft);
    draft.help = help(view, strongest, missing.function, &files);
    draft
}

/// Where the change begins to edit a function.
fn first_place(view: &View<'_>, change: &Change, function: usize) -> Option<(usize, Location)> {
    let places = &change.own[&function];
    // The file in which it starts says most; else the first one in the order of paths.
    let entry = view.functions()[function].entry.as_ref().map(|entry| &entry.path);
    let place = places.iter().find(|place| Some(&place.path) == entry).or_else(|| places.first())?;
    Some((function, place.clone()))
}

/// The place that one would have expected to change.
fn untouched(view: &View<'_>, function: usize, files: &[(RepoPath, u32)]) -> Label {
    let start = view.closure(function).and_then(|closure| closure.start.clone());
    let location = match files.first() {
        Some((path, _)) => {
            start.filter(|start| start.path == *path).unwrap_or_else(|| Location::whole_file(path.clone()))
        }
        None => start.unwrap_or_else(|| view.functions()[function].declared_at().clone()),
    };
    Label { location, message: format!("`{}` usually changes with it, and is untouched", view.id(function)) }
}

fn notes(view: &View<'_>, missing: &Missing<'_>, files: &[(RepoPath, u32)], together: &[Together]) -> Vec<String> {
    let id = view.id(missing.function);
    let mut notes = Vec::new();
    for (number, (from, pair)) in missing.pointing.iter().take(NAMES).enumerate() {
        let there = pair.towards(missing.function);
        // The message has the first of them.
        let counted = if number == 0 { String::new() } else { format!("`{id}` changed {}: ", odds(view, *from, pair)) };
        let shared = match pair.shared {
            0 => String::new(),
            shared => format!("; in {shared} further changesets code changed that both reach"),
        };
        notes.push(format!(
            "{counted}expect it to change in {} of the changes of `{}` (at least {}){shared}",
            percent(there.strength_free),
            view.id(*from),
            percent(there.lower_free),
        ));
    }
    if missing.combined.from.len() > 1 {
        notes.push(format!(
            "all {} functions that this change edits taken together, expect it in {}",
            missing.combined.from.len(),
            percent(missing.combined.probability)
        ));
    }
    let told = |(path, number): &(RepoPath, u32)| format!("`{path}` in {number}");
    match files.iter().take(FILES).map(told).collect::<Vec<_>>().join(", ") {
        told if told.is_empty() => {}
        told => notes.push(format!("of the {} changesets that edit both, {told}", together.len())),
    }
    notes
}

fn tell_what_joins(joins: &[Explanation], followed: bool, draft: &mut Draft) {
    // What all functions share explains nothing about two of them; what joins them directly comes first.
    let direct = joins.iter().find(|join| !matches!(join, Explanation::SharedFile { .. }));
    match direct {
        Some(join) => {
            draft.notes.push(in_words(join));
            draft.evidence.push(evidence(join));
        }
        None if joins.is_empty() && !followed => draft.notes.push(NOT_FOLLOWED.to_owned()),
        None if joins.is_empty() => {
            draft.notes.push("nothing in the code or the manifests joins them: only the history knows".to_owned());
            draft.evidence.push(Evidence::Hidden);
        }
        None => {}
    }
}

fn help(view: &View<'_>, from: usize, function: usize, files: &[(RepoPath, u32)]) -> Vec<String> {
    let (from, id) = (view.id(from), view.id(function));
    let place = files.first().map_or_else(|| format!("`{id}`"), |(path, _)| format!("`{path}`"));
    vec![
        format!("look at {place}: does it rely on what changed here? If not, nothing is missing"),
        format!("`lockstep why {from} {id}` shows the commits"),
    ]
}
