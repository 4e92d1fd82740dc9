//! A replay: how often `missing-co-change` would have spoken, and how often it would have been right, on changes that
//! were made. Each of the last changesets is looked at as if it were not made yet, by the history before it.
//!
//! It runs on the demo. `LOCKSTEP_REPLAY=/path/to/a/repository cargo test --test e2e replay -- --nocapture` runs it on
//! another one, with the configuration that `LOCKSTEP_REPLAY_CONFIG` names, and prints the figures.
//!
//! The code is that of today, which is kinder than a replay with the code of each day: a function that is gone is not
//! judged, and one that is new has little history to be named by.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use lockstep_config::{Config, LevelFlag, Levels};
use lockstep_diagnostics::Level;
use lockstep_linter::{Options, Project, Report, Silent, analyse, judge, measure, rules, tell_apart};
use lockstep_model::{ChangesetKind, FileChange, History, RepoPath};

use crate::program;

/// Changesets that are replayed.
const REPLAYED: usize = 100;
/// Changesets after a change in which what was missing may have been made up for.
const SOON: usize = 5;

/// A project whose history is cut off.
struct Replay {
    project: Project,
    config: Config,
    levels: Levels,
    report: Report,
    whole: History,
}

/// What came out.
#[derive(Debug, Default)]
struct Figures {
    /// Changesets replayed, all of which edit a function.
    changesets: usize,
    /// Those in which something was said.
    spoke: usize,
    /// Functions named as missing.
    named: usize,
    /// Those of them that one of the next changesets changed.
    made_up: usize,
    /// The same for as many functions that were not touched and not named: what chance yields.
    untouched: usize,
    untouched_made_up: usize,
    /// Functions left out of a change that edited them and others, one at a time.
    left_out: usize,
    /// Those of them that were named.
    found: usize,
    /// Functions named beside them, which the change did not edit.
    beside: usize,
}

impl Replay {
    fn open(path: &Path, config: Option<&Path>) -> Self {
        let project = Project::open(path).expect("a project");
        let metas = rules();
        let config = match config {
            Some(path) => {
                let text = std::fs::read_to_string(path).expect("a configuration");
                lockstep_config::parse(&RepoPath::from_git(b"lockstep.toml"), &text, &metas).expect("a sound one")
            }
            None => Config::default(),
        };
        let flag = |level, name: &str| LevelFlag { level, name: name.to_owned() };
        let flags = [flag(Level::Allow, "all"), flag(Level::Warn, "missing-co-change")];
        let levels = Levels::new(&config, &flags, &metas).expect("sound flags");
        let options = Options { as_of: None, allow_shallow: true, jobs: 0 };
        let mut report = analyse(&project, &config, &options, &Silent);
        let whole = std::mem::take(&mut report.history);
        Self { project, config, levels, report, whole }
    }

    /// The functions that `changes` edit by the history before changeset `number`, and those that it leaves out.
    fn look(&mut self, number: usize, changes: Vec<FileChange>) -> (BTreeSet<usize>, Vec<usize>) {
        let mut history = History {
            state: self.whole.state.clone(),
            paths: self.whole.paths.clone(),
            changesets: self.whole.changesets[..number].to_vec(),
            total: number as u32,
            ..History::default()
        };
        let as_of = history.changesets.iter().map(|changeset| changeset.time).max();
        let mut pending = self.whole.changesets[number].clone();
        (pending.kind, pending.time, pending.changes) = (ChangesetKind::Pending, ChangesetKind::NOT_YET, changes);
        history.changesets.push(pending);
        let options = Options { as_of, allow_shallow: true, jobs: 0 };
        let (found, closures) = (&self.report.found, &self.report.code.closures);
        let (parts, _) = tell_apart(&self.project, found, closures, &history, options.jobs);
        self.report.graph = measure(&self.project, &self.config, found, closures, &history, (&parts, &[]), &options);
        self.report.history = history;
        let findings = judge(&self.project, &self.config, &self.levels, &self.report).findings;
        let edited: BTreeSet<usize> = self.report.graph.change().expect("a change").own.keys().copied().collect();
        let graph = &self.report.graph;
        let numbers = findings.iter().flat_map(|finding| &finding.functions).filter_map(|id| graph.number(id));
        let missing: BTreeSet<usize> = numbers.filter(|function| !edited.contains(function)).collect();
        (edited, missing.into_iter().collect())
    }

    /// The functions that each changeset edits, by the whole history.
    fn edits(&self) -> Vec<BTreeSet<usize>> {
        let mut edits = vec![BTreeSet::new(); self.whole.changesets.len()];
        for function in 0..self.report.graph.functions().len() {
            for change in self.report.graph.changes_of(function) {
                edits[change.changeset].insert(function);
            }
        }
        edits
    }

    fn run(&mut self) -> Figures {
        let edits = self.edits();
        let with_edits: Vec<usize> = (0..edits.len()).filter(|number| !edits[*number].is_empty()).collect();
        let mut figures = Figures::default();
        for (at, number) in with_edits.iter().enumerate().skip(with_edits.len().saturating_sub(REPLAYED)) {
            let next: BTreeSet<usize> =
                with_edits[at + 1..].iter().take(SOON).flat_map(|number| edits[*number].clone()).collect();
            self.replay(*number, &next, &mut figures);
        }
        figures
    }

    fn replay(&mut self, number: usize, next: &BTreeSet<usize>, figures: &mut Figures) {
        let all = self.whole.changesets[number].changes.clone();
        let (edited, missing) = self.look(number, all.clone());
        figures.changesets += 1;
        figures.spoke += usize::from(!missing.is_empty());
        figures.named += missing.len();
        figures.made_up += missing.iter().filter(|function| next.contains(function)).count();
        let change = self.report.graph.change().expect("a change");
        let others = (0..self.report.found.functions.len())
            .filter(|function| change.touched.binary_search(function).is_err() && !missing.contains(function));
        for other in others {
            figures.untouched += 1;
            figures.untouched_made_up += usize::from(next.contains(&other));
        }
        if edited.len() < 2 {
            return;
        }
        let files = change.own.clone();
        for left_out in &edited {
            let rest: Vec<FileChange> =
                all.iter().filter(|change| !files[left_out].contains(&change.path)).copied().collect();
            let (still, missing) = self.look(number, rest);
            if still.contains(left_out) || still.is_empty() {
                continue;
            }
            figures.left_out += 1;
            figures.found += usize::from(missing.contains(left_out));
            figures.beside += missing.iter().filter(|function| !edited.contains(function)).count();
        }
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "the figures are what one asks this test for")]
fn a_replay_names_what_was_left_out() {
    let given = std::env::var_os("LOCKSTEP_REPLAY").map(PathBuf::from);
    let config = std::env::var_os("LOCKSTEP_REPLAY_CONFIG").map(PathBuf::from);
    let demo = given.is_none().then(program::demo);
    let path = given.clone().or_else(|| Some(demo.as_ref()?.1.clone())).expect("a folder");
    let figures = Replay::open(&path, config.as_deref()).run();
    assert!(figures.named >= figures.made_up && figures.left_out >= figures.found, "{figures:?}");
    if given.is_some() {
        eprintln!("{figures:#?}");
        return;
    }
    // The demo's pairs were planted: what is left out of a joint change is found more often than not.
    assert!(figures.left_out >= 10 && 2 * figures.found > figures.left_out, "{figures:?}");
    // And it does not cry wolf on the changes as they were made.
    assert!(4 * figures.spoke < figures.changesets, "{figures:?}");
}
