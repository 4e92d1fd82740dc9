//! `oversized-function`: a function whose own code holds several groups that never change together. One finding per
//! function.

use std::collections::BTreeMap;

use lockstep_coupling::{FileGroup, FileGroups};
use lockstep_diagnostics::{CommitRef, Evidence, Group, Label, Level, RuleMeta};
use lockstep_model::{Basis, ClosureFile, FileKind, Location, RepoPath};

use serde::{Deserialize, Serialize};

use crate::{
    Draft, Range, Rule, RuleOptions, Sink, View,
    prose::{self, count, times},
};

/// The rule.
pub(crate) struct OversizedFunction;

/// What may be set for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Options {
    /// Fewest changesets that edit a group.
    pub min_changes: usize,
    /// Fewest lines of code of a group.
    pub min_lines: usize,
    /// Fewest joint changes of two groups that there would be if they had nothing to do with whether the other changes.
    pub min_expected: f64,
    /// How many commits of each group a finding names.
    pub commits: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_changes: 5, min_lines: 50, min_expected: 3.0, commits: 1 }
    }
}

impl RuleOptions for Options {
    const RANGES: &'static [(&'static str, Range)] = &[
        ("min-changes", Range::AtLeast(1)),
        ("min-lines", Range::AtLeast(1)),
        ("min-expected", Range::AtLeast(0)),
        ("commits", Range::AtLeast(0)),
    ];
}

/// Groups that are told of.
const TOLD: usize = 4;
/// Files of a group that are named.
const FILES: usize = 3;

impl Rule for OversizedFunction {
    const META: RuleMeta = RuleMeta {
        name: "oversized-function",
        group: Group::Deployment,
        default_level: Level::Allow,
        summary: "functions whose own code holds several groups that never change together",
        since: "0.1.0",
        page: include_str!("oversized_function.md"),
    };
    const FROM_HISTORY: bool = true;
    type Options = Options;

    fn check(options: &Options, view: &View<'_>, sink: &mut Sink) {
        for function in (0..view.functions().len()).filter(|function| view.is_known(*function)) {
            let lines = own_lines(view, function);
            if lines.len() < 2 {
                continue;
            }
            let all = view.file_groups(function, &|path| lines.contains_key(path));
            let apart = apart(options, &all, &lines);
            if apart.len() > 1 {
                sink.say(finding(options, view, function, &all, &apart, &lines));
            }
        }
    }
}

/// The files of the function's own code with their lines, but for the one where it starts: what starts everything
/// changes with everything.
fn own_lines<'a>(view: &View<'a>, function: usize) -> BTreeMap<&'a RepoPath, usize> {
    let entry = view.functions()[function].entry.as_ref().map(|entry| &entry.path);
    let closure = view.closure(function).filter(|closure| closure.basis == Basis::Imports);
    let is_code = |file: &&ClosureFile| file.own && file.kind == FileKind::Implementation && file.lines > 0;
    let files = closure.map(|closure| closure.files.iter()).into_iter().flatten();
    files.filter(is_code).filter(|file| Some(&file.path) != entry).map(|file| (&file.path, file.lines)).collect()
}

/// The numbers of the groups that are large and lively enough, and that should have met one another if they were one.
fn apart(options: &Options, all: &FileGroups, lines: &BTreeMap<&RepoPath, usize>) -> Vec<usize> {
    let large: Vec<usize> = (0..all.groups.len())
        .filter(|number| {
            let group = &all.groups[*number];
            group.changesets.len() >= options.min_changes && lines_of(group, lines) >= options.min_lines
        })
        .collect();
    let meets =
        |one: usize| large.iter().any(|other| *other != one && all.expected(one, *other) >= options.min_expected);
    large.iter().copied().filter(|number| meets(*number)).collect()
}

fn lines_of(group: &FileGroup, lines: &BTreeMap<&RepoPath, usize>) -> usize {
    group.files.iter().map(|(path, _)| lines.get(path).copied().unwrap_or(0)).sum()
}

fn finding(
    options: &Options,
    view: &View<'_>,
    function: usize,
    all: &FileGroups,
    apart: &[usize],
    lines: &BTreeMap<&RepoPath, usize>,
) -> Draft {
    let id = view.id(function);
    let message = format!("`{id}` holds {} groups of code that never change together", apart.len());
    let primary = Label {
        location: view.functions()[function].declared_at().clone(),
        message: format!("{} of its own", count(view.lines(function).own as u32, "line")),
    };
    let mut draft = Draft::new(message, primary).about(view, [function]);
    let changes: usize = apart.iter().map(|number| all.groups[*number].changesets.len()).sum();
    let smaller: usize = apart[1..].iter().map(|number| all.groups[*number].changesets.len()).sum();
    draft.weight = smaller as f64 / changes.max(1) as f64;
    for (at, number) in apart.iter().take(TOLD).enumerate() {
        let group = &all.groups[*number];
        let changed = times(group.changesets.len() as u32);
        draft.related.push(Label {
            location: Location::whole_file(group.files[0].0.clone()),
            message: format!("group {}: changed {changed}", at + 1),
        });
        draft.notes.push(format!(
            "group {}: {} ({}) changed {changed}{}",
            at + 1,
            files_in_words(group),
            count(lines_of(group, lines) as u32, "line"),
            last(view, group)
        ));
    }
    if apart.len() > TOLD {
        draft.notes.push(format!("and {}", count((apart.len() - TOLD) as u32, "more group")));
    }
    draft.notes.push(format!(
        "no changeset edits both of the first two; if files were edited together at random, {:.1} would",
        all.expected(apart[0], apart[1])
    ));
    let commits: Vec<CommitRef> =
        apart.iter().take(TOLD).flat_map(|number| newest(options, view, &all.groups[*number])).collect();
    draft.evidence = vec![Evidence::ChangedIn(commits)];
    draft.help = vec![
        "make each group a function of its own, with what they share as a contract".to_owned(),
        "or allow it here, if what they have in common is worth one deployment".to_owned(),
    ];
    draft
}

/// "`a.ts`, `b.ts` and 3 more".
fn files_in_words(group: &FileGroup) -> String {
    let paths: Vec<&str> = group.files.iter().map(|(path, _)| path.as_str()).collect();
    prose::names(&paths, FILES)
}

/// ", between 2024-03 and 2026-10".
fn last(view: &View<'_>, group: &FileGroup) -> String {
    let times = group.changesets.iter().map(|at| view.time(at.changeset));
    let window = times.clone().min().zip(times.max());
    window.map_or_else(String::new, |(first, last)| format!(" {}", prose::window(first, last)))
}

fn newest(options: &Options, view: &View<'_>, group: &FileGroup) -> Vec<CommitRef> {
    group.changesets.iter().rev().take(options.commits).map(|at| view.commit(at.changeset)).collect()
}
