//! `backtest`: how often the tool would have been right on this history; and the short form of it that every check runs.

use lockstep_config::Config;
use lockstep_coupling::{
    Input, Parts,
    backtest::{self, Outcome, Prepared, Truth, Verdict, Wishes},
};
use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_history::Scope;
use lockstep_model::{Closure, CommitId, History, PathId, RepoPath, Timestamp};
use rustc_hash::FxHashMap;

use crate::{
    Found, Incomplete, Options, Progress, Project, constants,
    gather::{self, Wanted},
    tell_apart,
};

/// The share of the changesets that is the past, unless another is asked for.
pub const SPLIT: f64 = 0.7;
/// code-maat leaves out commits of more files.
const MOST_FILES: usize = 30;

/// What a backtest wants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BacktestOptions {
    /// The share of the changesets that is the past, between 0 and 1.
    pub split: f64,
    /// What counts as a change.
    pub truth: Truth,
    /// How many shuffled histories are held against the real one.
    pub shuffles: u32,
}

/// What a backtest found.
pub struct Backtested {
    /// The outcome; none if the history is too short, of which `incomplete` tells then.
    pub outcome: Option<Outcome>,
    /// Why the answer is less than whole; empty if it is.
    pub incomplete: Vec<Incomplete>,
    /// What was left out.
    pub problems: Vec<Problem>,
}

/// Replays the measure on the history of `project`.
pub fn backtest(
    project: &Project,
    config: &Config,
    options: &Options,
    wanted: &BacktestOptions,
    progress: &dyn Progress,
) -> Backtested {
    let scope = match wanted.truth {
        Truth::Behaviour => Scope::Behaviour,
        Truth::Any => Scope::Tests,
    };
    progress.stage("reading the repository");
    let wishes = Wanted { scope, past_units: true };
    let (found, followed, mined) = gather::gather(project, config, options, wishes, progress);
    let (parts, of_the_past) = tell_apart(project, &found, &followed.code.closures, &mined.history, options.jobs);
    let (closures, history, mut incomplete) = (followed.code.closures, mined.history, mined.incomplete);
    incomplete.extend(Incomplete::nothing_read(&found.functions, &found.problems));
    let mut problems = [found.problems.clone(), followed.problems, mined.problems, of_the_past].concat();
    progress.stage("reading the commits of all branches");
    let exists = |path: &RepoPath| project.files.is_file(path);
    let commits = gather::every_commit(project, config, options, progress).map(|all| {
        let closures = gather::closures_for(config, &found, &closures, &all);
        backtest::commits(&input(config, options, &found, &closures, (&all, &Parts::default()), &exists), MOST_FILES)
    });
    progress.stage("measuring");
    let input = input(config, options, &found, &closures, (&history, &parts), &exists);
    let outcome = match backtest::prepare(&input, wanted.truth, wanted.split) {
        Prepared::TooShort { changesets, needed } => {
            if incomplete.is_empty() {
                incomplete.push(Incomplete::too_short_to_split(changesets, needed));
            }
            None
        }
        Prepared::Ready(split) => {
            let present = present(project, &history, split.at(), &mut problems);
            Some(split.run(&Wishes {
                present: &present,
                commits: commits.as_deref(),
                shuffles: wanted.shuffles,
                reported: &lockstep_rules::pairs_in_lockstep,
            }))
        }
    };
    problems.sort();
    problems.dedup();
    Backtested { outcome, incomplete, problems }
}

/// Whether history predicts here; none if it is too short to tell.
pub(crate) fn verdict(
    project: &Project,
    config: &Config,
    options: &Options,
    (found, closures): (&Found, &[Closure]),
    (history, parts): (&History, &Parts),
) -> Option<Verdict> {
    let exists = |path: &RepoPath| project.files.is_file(path);
    let input = input(config, options, found, closures, (history, parts), &exists);
    match backtest::prepare(&input, Truth::Behaviour, SPLIT) {
        Prepared::TooShort { .. } => None,
        // That a tree of the past cannot be read is told by the history already.
        Prepared::Ready(split) => Some(split.verdict(&present(project, history, split.at(), &mut Vec::new()))),
    }
}

fn input<'a>(
    config: &Config,
    options: &Options,
    found: &'a Found,
    closures: &'a [Closure],
    (history, parts): (&'a History, &'a Parts),
    exists: &'a (dyn Fn(&RepoPath) -> bool + Sync),
) -> Input<'a> {
    Input {
        functions: &found.functions,
        services: &found.services,
        closures,
        history,
        parts,
        as_of: options.as_of.or(history.state.head_time).unwrap_or(0),
        exists,
        options: constants(config),
    }
}

/// The files that existed at the time `at`, by their names of today. If the tree of that time cannot be had, all that
/// had changed by then stand in for it.
fn present(project: &Project, history: &History, at: Timestamp, problems: &mut Vec<Problem>) -> Vec<PathId> {
    let before = || history.changesets.iter().filter(|changeset| changeset.time <= at);
    // The newest change of a path by then knows best what it is called today.
    let mut today: FxHashMap<PathId, PathId> = FxHashMap::default();
    for change in before().flat_map(|changeset| &changeset.changes) {
        today.insert(change.then, change.path);
    }
    let Some(last) = before().max_by_key(|changeset| changeset.time).map(|changeset| changeset.id) else {
        return Vec::new();
    };
    match tree_paths(project, last) {
        Ok(paths) => {
            let ids: FxHashMap<&RepoPath, PathId> =
                (0u32..).zip(&history.paths).map(|(id, path)| (path, PathId(id))).collect();
            let there = paths.iter().filter_map(|path| ids.get(path));
            there.map(|id| today.get(id).copied().unwrap_or(*id)).collect()
        }
        Err(why) => {
            let message = format!("the tree of {last} cannot be read: {why}");
            problems.push(Problem::general(ProblemKind::History, message));
            let mut all: Vec<PathId> = today.into_values().collect();
            all.sort_unstable();
            all
        }
    }
}

fn tree_paths(project: &Project, commit: CommitId) -> Result<Vec<RepoPath>, String> {
    let repository = project.repository.as_ref().ok_or("there is no repository")?;
    let repository = repository.lock().map_err(|_| "the repository is lost")?;
    repository.tree_paths(Some(&commit.to_string())).map_err(|error| error.to_string())
}
