//! `duplicated-code`: copies in functions that change together. One finding per group of functions.

use std::collections::BTreeSet;

use lockstep_coupling::{Coupling, Together};
use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use lockstep_model::{CloneKind, CodeClone, Fragment, RepoPath};
use serde::{Deserialize, Serialize};

use super::lockstep::co_change;
use crate::{
    Draft, Range, Rule, RuleOptions, Sink, View,
    groups::lower_of_one,
    prose::{count, names, times},
    stages::are_stages,
    view::sorted,
};

/// The rule.
pub(crate) struct DuplicatedCode;

/// What may be set for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Options {
    /// Fewest lines of code that a copy has, without blank lines and comments.
    pub min_lines: u32,
    /// Fewest changesets that edit the files of both copies.
    pub min_support: u32,
    /// The lower bound that one direction must reach where the coupling is diffuse.
    pub lower: f64,
    /// How many commits a finding names.
    pub commits: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_lines: SHORTEST, min_support: 3, lower: 0.20, commits: 3 }
    }
}

impl RuleOptions for Options {
    const RANGES: &'static [(&'static str, Range)] = &[
        ("min-lines", Range::AtLeast(SHORTEST)),
        ("min-support", Range::AtLeast(1)),
        ("lower", Range::Share),
        ("commits", Range::AtLeast(0)),
    ];
}

/// Lines of the shortest copies that are looked for.
const SHORTEST: u32 = 10;
/// Names in one sentence before "and 3 more".
const NAMES: usize = 4;
/// Copies that are shown, and told of.
const SHOWN: usize = 4;

/// Two functions with their copies.
struct Pair<'a> {
    coupling: &'a Coupling,
    /// The longest first, each with the changesets that edit the files of both of its places.
    clones: Vec<(&'a CodeClone, Vec<Together>)>,
}

impl Pair<'_> {
    fn lines(&self) -> u32 {
        self.clones.iter().map(|(clone, _)| clone.lines).sum()
    }
}

impl Rule for DuplicatedCode {
    const META: RuleMeta = RuleMeta {
        name: "duplicated-code",
        group: Group::Code,
        default_level: Level::Warn,
        summary: "copies in functions that change together",
        since: "0.1.0",
        page: include_str!("duplicated_code.md"),
    };
    const FROM_HISTORY: bool = true;
    type Options = Options;

    fn check(options: &Options, view: &View<'_>, sink: &mut Sink) {
        let pairs: Vec<Pair<'_>> =
            view.candidates(options.min_support).filter_map(|coupling| pair(options, view, coupling)).collect();
        let ends: Vec<(usize, usize)> = pairs.iter().map(|pair| (pair.coupling.a, pair.coupling.b)).collect();
        for group in view.graph().groups(&ends) {
            let mut inside: Vec<&Pair<'_>> = pairs
                .iter()
                .filter(|pair| group.contains(&pair.coupling.a) && group.contains(&pair.coupling.b))
                .collect();
            inside.sort_by_key(|pair| (std::cmp::Reverse(pair.lines()), pair.coupling.a, pair.coupling.b));
            sink.say(finding(options, view, group, &inside));
        }
    }
}

/// The copies of two functions whose coupling is more than a chance, that were edited together often enough.
fn pair<'a>(options: &Options, view: &View<'a>, coupling: &'a Coupling) -> Option<Pair<'a>> {
    let (a, b) = (coupling.a, coupling.b);
    let clones = view.clones(a, b);
    let is_coupled = coupling.specific || lower_of_one(coupling) >= options.lower;
    if clones.is_empty() || !is_coupled || are_stages(view, &[a, b]) {
        return None;
    }
    let edits: Vec<(Together, BTreeSet<RepoPath>, BTreeSet<RepoPath>)> = view
        .graph()
        .together(a, b)
        .into_iter()
        .map(|both| (both, edited(view, a, both), edited(view, b, both)))
        .collect();
    let together = |clone: &CodeClone| -> Vec<Together> {
        let (of_a, of_b) = if clone.a.function == *view.id(a) { (&clone.a, &clone.b) } else { (&clone.b, &clone.a) };
        let both = edits
            .iter()
            .filter(|(_, mine, others)| mine.contains(&of_a.location.path) && others.contains(&of_b.location.path));
        both.map(|(both, ..)| *both).collect()
    };
    let clones: Vec<_> = clones
        .iter()
        .filter(|clone| clone.lines >= options.min_lines)
        .map(|clone| (*clone, together(clone)))
        .filter(|(_, together)| together.len() >= options.min_support.max(1) as usize)
        .collect();
    (!clones.is_empty()).then_some(Pair { coupling, clones })
}

/// The files of `function`'s own that a changeset edits.
fn edited(view: &View<'_>, function: usize, changeset: Together) -> BTreeSet<RepoPath> {
    view.own_files(function, &[changeset]).into_iter().map(|(path, _)| path).collect()
}

fn finding(options: &Options, view: &View<'_>, mut functions: Vec<usize>, pairs: &[&Pair<'_>]) -> Draft {
    functions.sort_by_key(|function| view.id(*function));
    let ids: Vec<&str> = functions.iter().map(|function| view.id(*function).as_str()).collect();
    let together: Vec<Together> = changesets(pairs);
    let longest = pairs[0].clones[0].0;
    let what = match pairs {
        [pair] if pair.clones.len() == 1 => format!("the same {}", count(pair.lines(), "line")),
        [pair] => format!("the same {} in {} places", count(pair.lines(), "line"), pair.clones.len()),
        _ => format!("the same code, up to {}", count(longest.lines, "line")),
    };
    let message = format!(
        "{} hold copies of {what}, and the files of the copies were edited together {}",
        names(&ids, NAMES),
        times(together.len() as u32)
    );
    let mut labels = labels(pairs);
    let primary = labels.remove(0);
    let mut draft = Draft::new(message, primary).about(view, functions.iter().copied());
    draft.related = labels;
    draft.weight = pairs.iter().map(|pair| lower_of_one(pair.coupling)).fold(0.0, f64::max);
    for pair in pairs {
        let (lines, copies) = (pair.lines(), pair.clones.len() as u32);
        let longest = Box::new(pair.clones[0].0.clone());
        draft.evidence.push(Evidence::Clone { lines, copies, longest });
        draft.evidence.push(co_change(view, pair.coupling, pair.coupling.a));
    }
    tell(view, pairs, &functions, &mut draft);
    draft.evidence.push(Evidence::Commits(view.telling(&functions, &together, options.commits)));
    draft.help = vec![
        "move what is copied into a shared module, and let one service own it; with a version of its own, the others \
         take a change when they are ready"
            .to_owned(),
        "or merge the functions, if each change of the one is meant for the other".to_owned(),
        "or keep the copies apart on purpose, and say so in an `[[allow]]` table of lockstep.toml".to_owned(),
    ];
    draft
}

/// The changesets that edit two copies of some pair, each once.
fn changesets(pairs: &[&Pair<'_>]) -> Vec<Together> {
    let all = pairs.iter().flat_map(|pair| &pair.clones).flat_map(|(_, together)| together);
    let all: BTreeSet<(usize, usize)> = all.map(|both| (both.changeset, both.functions)).collect();
    all.into_iter().map(|(changeset, functions)| Together { changeset, functions }).collect()
}

/// The places of the longest copies, each passage once.
fn labels(pairs: &[&Pair<'_>]) -> Vec<Label> {
    let mut clones: Vec<&CodeClone> = pairs.iter().flat_map(|pair| &pair.clones).map(|(clone, _)| *clone).collect();
    clones.sort_by_key(|clone| std::cmp::Reverse((clone.lines, clone.tokens)));
    let mut labels: Vec<Label> = Vec::new();
    let mut shown: Vec<&Fragment> = Vec::new();
    let overlaps = |x: &Fragment, y: &Fragment| {
        x.location.path == y.location.path && x.location.line <= y.last_line && y.location.line <= x.last_line
    };
    for clone in clones {
        for (fragment, other) in [(&clone.a, &clone.b), (&clone.b, &clone.a)] {
            if labels.len() < SHOWN && !shown.iter().any(|known| overlaps(known, fragment)) {
                shown.push(fragment);
                let message =
                    format!("to line {}: as in `{}`{}", fragment.last_line, other.function, but_for(clone.kind));
                labels.push(Label { location: fragment.location.clone(), message });
            }
        }
    }
    labels
}

fn but_for(kind: CloneKind) -> &'static str {
    match kind {
        CloneKind::Exact => "",
        CloneKind::Renamed => ", but for names and values",
        CloneKind::Edited => ", but for a few edits",
    }
}

fn tell(view: &View<'_>, pairs: &[&Pair<'_>], functions: &[usize], draft: &mut Draft) {
    let mut told = 0;
    for (clone, together) in pairs.iter().flat_map(|pair| &pair.clones) {
        if told < SHOWN {
            let place = |fragment: &Fragment| {
                format!("`{}:{}-{}`", fragment.location.path, fragment.location.line, fragment.last_line)
            };
            draft.notes.push(format!(
                "{} is {}{}: the two files were edited together {}",
                place(&clone.a),
                place(&clone.b),
                but_for(clone.kind),
                times(together.len() as u32)
            ));
        }
        told += 1;
    }
    if told > SHOWN {
        let more = (told - SHOWN) as u32;
        draft.notes.push(if more == 1 { "and one more copy".to_owned() } else { format!("and {more} more copies") });
    }
    let services = sorted(functions.iter().map(|function| view.service(*function)).collect());
    if services.len() > 1 {
        draft.notes.push(format!("they are of {} services: {}", services.len(), names(&services, NAMES)));
    }
}
