//! `backtest`: how often the tool would have been right on this history; and the short form of it that every check runs.

use std::collections::BTreeMap;

use lockstep_config::Config;
use lockstep_coupling::{
    CouplingGraph, Input, Likeness, Parts,
    backtest::{self, Outcome, Prepared, Truth, Verdict, Wishes},
};
use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_history::{Scope, TreeFileKind};
use lockstep_model::{Closure, CommitId, History, PathId, RepoPath, Timestamp};
use rustc_hash::FxHashMap;

use crate::{
    Found, Incomplete, Options, Progress, Project, Report, constants, earlier,
    gather::{self, Gathered, Wanted},
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
        Truth::Any => Scope::ByPeople,
    };
    progress.stage("reading the repository");
    // What counts as any change is told by paths, as it was where the measure was found.
    let wishes = Wanted { scope, past_units: true, by_paths: wanted.truth == Truth::Any };
    let read = gather::everything(project, config, options, wishes, progress);
    project.keep_traces();
    let Gathered { found, followed, mined, judged, parts, of_the_past, repositories } = read;
    let (closures, history, mut incomplete) = (followed.code.closures, mined.history, mined.incomplete);
    incomplete.extend(Incomplete::nothing_read(&found.functions, &found.problems));
    let mut problems = [found.problems.clone(), followed.problems, mined.problems, of_the_past].concat();
    problems.extend(judged.problem());
    progress.stage("reading the commits of all branches");
    let exists = |path: &RepoPath| project.files.is_file(path);
    let commits = gather::every_commit(project, config, options, progress).map(|all| {
        let closures = gather::closures_for(config, &found, &closures, &all);
        backtest::commits(
            &input(config, options, &found, &closures, (&all, &Parts::default(), &repositories), &exists),
            MOST_FILES,
        )
    });
    progress.stage("measuring");
    let input = input(config, options, &found, &closures, (&history, &parts, &repositories), &exists);
    let outcome = match backtest::prepare(&input, wanted.truth, wanted.split) {
        Prepared::TooShort { changesets, needed } => {
            if incomplete.is_empty() {
                incomplete.push(Incomplete::too_short_to_split(changesets, needed));
            }
            None
        }
        Prepared::Ready(split) => {
            let present = present(project, &history, split.at(), &mut problems);
            let likeness = likeness_then(project, &history, &split, found.functions.len());
            Some(split.run(&Wishes {
                present: &present,
                likeness: &likeness,
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
    past: Past<'_>,
    graph: &CouplingGraph,
) -> Option<Verdict> {
    let history = past.0;
    let exists = |path: &RepoPath| project.files.is_file(path);
    let input = input(config, options, found, closures, past, &exists);
    match backtest::prepare_measured(&input, graph, SPLIT) {
        Prepared::TooShort { .. } => None,
        // That a tree of the past cannot be read is told by the history already.
        Prepared::Ready(split) => Some(split.verdict(&present(project, history, split.at(), &mut Vec::new()))),
    }
}

/// A history, whose parts of files changed in it, and per function the number of its repository, if there are several.
type Past<'a> = (&'a History, &'a Parts, &'a [u32]);

/// How far forecasts would have come true on the history of `report`: a backtest by the report's own data, without the
/// commits of other branches and without shuffled histories. None if the history is too short to tell.
pub fn calibration(project: &Project, config: &Config, options: &Options, report: &Report) -> Option<Outcome> {
    let exists = |path: &RepoPath| project.files.is_file(path);
    let (found, history) = (&report.found, &report.history);
    let past = (history, report.graph.parts(), &report.repositories[..]);
    let input = input(config, options, found, &report.code.closures, past, &exists);
    let Prepared::Ready(split) = backtest::prepare_measured(&input, &report.graph, SPLIT) else { return None };
    // That a tree of the past cannot be read is told by the history already.
    let present = present(project, history, split.at(), &mut Vec::new());
    Some(split.run(&Wishes {
        present: &present,
        likeness: &likeness_then(project, history, &split, found.functions.len()),
        commits: None,
        shuffles: 0,
        reported: &lockstep_rules::pairs_in_lockstep,
    }))
}

fn input<'a>(
    config: &Config,
    options: &Options,
    found: &'a Found,
    closures: &'a [Closure],
    (history, parts, repositories): Past<'a>,
    exists: &'a (dyn Fn(&RepoPath) -> bool + Sync),
) -> Input<'a> {
    Input {
        functions: &found.functions,
        services: &found.services,
        closures,
        history,
        parts,
        repositories,
        // A backtest has that of the past.
        likeness: None,
        as_of: options.as_of.or(history.state.head_time).unwrap_or(0),
        exists,
        options: constants(config),
    }
}

/// What is known of a moment of the past.
struct Then<'a> {
    /// The last changeset by then.
    last: CommitId,
    /// The paths of the history, by their names then, with their numbers of today.
    today: FxHashMap<PathId, PathId>,
    ids: FxHashMap<&'a RepoPath, PathId>,
}

impl<'a> Then<'a> {
    /// None if nothing had happened at the time `at`.
    fn at(history: &'a History, at: Timestamp) -> Option<Self> {
        let before = || history.changesets.iter().filter(|changeset| changeset.time <= at);
        let last = before().max_by_key(|changeset| changeset.time)?.id;
        // The newest change of a path by then knows best what it is called today.
        let changes = before().flat_map(|changeset| &changeset.changes);
        let today = changes.map(|change| (change.then, change.path)).collect();
        let ids = (0u32..).zip(&history.paths).map(|(id, path)| (path, PathId(id))).collect();
        Some(Self { last, today, ids })
    }

    /// What a path of then is today; none if it never changed.
    fn id(&self, path: &RepoPath) -> Option<PathId> {
        self.ids.get(path).map(|id| self.today.get(id).copied().unwrap_or(*id))
    }
}

/// The files that existed at the time `at`, by their names of today. If the tree of that time cannot be had, all that
/// had changed by then stand in for it.
fn present(project: &Project, history: &History, at: Timestamp, problems: &mut Vec<Problem>) -> Vec<PathId> {
    let Some(then) = Then::at(history, at) else { return Vec::new() };
    if !project.members.is_empty() {
        return present_in_members(project, history, at, &then);
    }
    match tree_paths(project, then.last) {
        Ok(paths) => paths.iter().filter_map(|path| then.id(path)).collect(),
        Err(why) => {
            let message = format!("the tree of {} cannot be read: {why}", then.last);
            problems.push(Problem::general(ProblemKind::History, message));
            let mut all: Vec<PathId> = then.today.into_values().collect();
            all.sort_unstable();
            all
        }
    }
}

/// The same for several repositories, each by the tree of its last changeset by then. That a tree of one cannot be read is
/// told by its history already.
fn present_in_members(project: &Project, history: &History, at: Timestamp, then: &Then<'_>) -> Vec<PathId> {
    let mut last: BTreeMap<&str, CommitId> = BTreeMap::new();
    for (changeset, origin) in history.changesets.iter().zip(&history.origins) {
        match &origin.joined {
            _ if changeset.time > at => {}
            Some(joined) => last.extend(joined.commits.iter().map(|commit| (commit.repository.as_str(), commit.id))),
            None => drop(last.insert(&origin.repository, changeset.id)),
        }
    }
    let mut all = Vec::new();
    for member in &project.members {
        let (Ok(own), Some(last)) = (&member.project, last.get(member.name.as_str())) else { continue };
        let prefix = member.prefix();
        let paths = tree_paths(own, *last).unwrap_or_default();
        all.extend(paths.iter().filter_map(|path| then.id(&prefix.path(path))));
    }
    all
}

/// How alike the own code of the functions was when the past of `split` ended. Unknown, and then no help to the measure,
/// where the tree of that time cannot be read.
fn likeness_then(project: &Project, history: &History, split: &backtest::Backtest<'_>, functions: usize) -> Likeness {
    let Some(then) = Then::at(history, split.at()) else { return Likeness::default() };
    let repository = project.repository.as_ref().and_then(|repository| repository.lock().ok());
    let Some(repository) = repository else { return Likeness::default() };
    // That a tree cannot be read is said where its paths are asked for.
    let files = repository.tree_files(Some(&then.last.to_string())).unwrap_or_default();
    let mut texts: Vec<Vec<String>> = vec![Vec::new(); functions];
    for file in files.iter().filter(|file| file.kind == TreeFileKind::File) {
        let owner = then.id(&file.path).and_then(|path| split.owner(path));
        let Some(of_owner) = owner.and_then(|function| texts.get_mut(function)) else { continue };
        let text = repository.read_blob(file.blob).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        of_owner.extend(text.filter(|text| !text.contains('\0')));
    }
    Likeness::of(&texts)
}

fn tree_paths(project: &Project, commit: CommitId) -> Result<Vec<RepoPath>, String> {
    // What was read of a whole history tells the same as the tree, and needs no reading.
    let known = project.past.as_ref().filter(|_| earlier::is_whole(project)).and_then(|past| past.paths_at(commit));
    if let Some(paths) = known {
        return Ok(paths);
    }
    // A clone that is not whole may know of the past what it does not have.
    let by_tree = by_tree(project, commit);
    by_tree.or_else(|why| project.model().and_then(|past| past.paths_at(commit)).ok_or(why))
}

fn by_tree(project: &Project, commit: CommitId) -> Result<Vec<RepoPath>, String> {
    let repository = project.repository.as_ref().ok_or("there is no repository")?;
    let repository = repository.lock().map_err(|_| "the repository is lost")?;
    repository.tree_paths(Some(&commit.to_string())).map_err(|error| error.to_string())
}
