//! From git to changesets: the main line of a repository, read raw and in parallel, one changeset for each merged
//! pull request or commit, files followed through renames to their names of today, and what was written by programs
//! or changes no behaviour set aside and counted.
//!
//! Reading the history needs no blob, so a clone with `--filter=blob:none` is as good as a whole one for it; what
//! contents can add is read by [`read_blobs`]. Nothing is ever fetched, and
//! nothing of the repository is executed. References under `refs/replace` and grafts are not followed; the answer
//! says so where there are any.

mod blobs;
mod branches;
mod changesets;
mod commit;
mod diff;
mod difference;
mod filter;
mod follow;
mod group;
mod handles;
mod kind;
mod objects;
mod repository;
mod trailers;
mod walk;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{CommitId, DropReason, History};

pub use blobs::{BlobOptions, read_blobs};
pub use difference::{Against, Difference, DifferenceError};
pub use objects::ObjectError;
pub use repository::{OpenError, PathChange, Repository, RepositoryState, RevisionError, TreeFile, TreeFileKind};
pub use trailers::Trailer;

use crate::{
    objects::Objects,
    walk::{End, MainLine},
};

/// How to read a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The commit to read from, in any spelling of git's; `HEAD` if none.
    pub rev: Option<String>,
    /// Threads; 0 for as many as there are processors. It changes nothing but the time.
    pub jobs: usize,
    /// Globs of files that are contracts, over whole paths; `*` stops at `/`, `**` does not.
    pub contract_globs: Vec<String>,
    /// Whether a file that moved is the same file.
    pub follow_renames: bool,
    /// Which commits are read, and which of them kept.
    pub scope: Scope,
}

/// Which commits are read, and which of them are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The main line; what programs wrote, and what changes neither behaviour nor contracts nor configuration, is set
    /// aside.
    #[default]
    Behaviour,
    /// The main line; only what names a program as its author is set aside, so that a merge is its merger's whatever it
    /// merges. That is how the experiment behind the measure read histories; its figures are compared on this.
    ByPeople,
    /// Every commit of every branch, merges left out; nothing is set aside that can be read and changes something.
    EveryCommit,
}

impl Default for Options {
    fn default() -> Self {
        Self { rev: None, jobs: 0, contract_globs: Vec::new(), follow_renames: true, scope: Scope::default() }
    }
}

/// How far the reading is. Calls come from several threads, in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many commits of the main line are known; there may be more.
    Walked(u32),
    /// The changes of `done` commits are read.
    Read {
        /// Commits read.
        done: u32,
        /// Commits in all.
        total: u32,
    },
}

/// Reads the main line of `repository`.
///
/// The changesets that are returned, and those counted in [`History::dropped`], are together [`History::total`].
/// What could not be read is named in the problems, all of kind [`ProblemKind::History`] but for globs that are none.
pub fn read(repository: &Repository, options: &Options, progress: &(dyn Fn(Progress) + Sync)) -> Partial<History> {
    read_with(repository, options, None, progress)
}

/// As [`read`], but only what came before `change`, and then `change` itself: as the changeset (or the two) at the end
/// that are no part of the history. Files are called what they are called after it.
pub fn read_before(
    repository: &Repository,
    options: &Options,
    change: &Difference,
    progress: &(dyn Fn(Progress) + Sync),
) -> Partial<History> {
    read_with(repository, options, Some(change), progress)
}

fn read_with(
    repository: &Repository,
    options: &Options,
    change: Option<&Difference>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Partial<History> {
    let mut problems = Vec::new();
    let state = repository.state();
    let mut history = History { state: state.history, ..History::default() };
    if state.replaced {
        problems.push(history_problem(
            "replacements (refs/replace) and grafts are not followed: the history is read as it was written",
        ));
    }
    if let Err(why) = fill(repository, options, change, progress, &mut history, &mut problems) {
        problems.push(history_problem(why));
    }
    Partial { value: history, problems }
}

fn history_problem(message: impl Into<String>) -> Problem {
    Problem::general(ProblemKind::History, message)
}

fn fill(
    repository: &Repository,
    options: &Options,
    change: Option<&Difference>,
    progress: &(dyn Fn(Progress) + Sync),
    history: &mut History,
    problems: &mut Vec<Problem>,
) -> Result<(), String> {
    let newest = match change {
        Some(change) => change.before.map(|commit| commit.0),
        None => Some(repository.resolve(options.rev.as_deref()).map_err(|error| error.to_string())?),
    };
    history.state.head = newest.map(CommitId);
    let odb = repository.odb().map_err(|error| error.to_string())?;
    let mut objects = Objects::of(&odb);
    let shallow = repository.shallow_boundary();
    let line = match (newest, options.scope) {
        // Before the first commit there is nothing.
        (None, _) => MainLine { steps: Vec::new(), end: End::Root },
        (Some(newest), Scope::Behaviour | Scope::ByPeople) => walk::main_line(&objects, newest, &shallow, progress),
        (Some(newest), Scope::EveryCommit) => branches::every_commit(&objects, newest, &shallow),
    };
    history.state.head_time = line.steps.last().map(|step| step.time);

    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.jobs).build().map_err(|error| error.to_string())?;
    let batches = walk::read(repository, &line, &pool, progress).map_err(|error| error.message().to_owned())?;

    let (kinds, wrong) = kind::Kinds::new(&options.contract_globs);
    problems.extend(
        wrong
            .into_iter()
            .map(|why| Problem::general(ProblemKind::Configuration, format!("a glob of contracts: {why}"))),
    );
    let today = match change {
        _ if !options.follow_renames => None,
        Some(change) => Some(change.files.clone()),
        None => line.steps.last().and_then(|last| changesets::files(&mut objects, last)),
    };
    let failures =
        pool.install(|| changesets::assemble(history, &line, batches, change, today.as_ref(), &kinds, options.scope));
    report(&line, history, &failures, problems);
    Ok(())
}

/// Says what is missing, and the command that mends it.
fn report(line: &MainLine, history: &mut History, failures: &[ObjectError], problems: &mut Vec<Problem>) {
    if line.end == End::Shallow {
        problems.push(history_problem(format!(
            "the clone is shallow: {} commits of the main line are here, older ones are not; \
             git fetch --unshallow --filter=blob:none brings them",
            history.total
        )));
    }
    let broken_line = match &line.end {
        End::Broken(error) => Some(error),
        End::Root | End::Shallow => None,
    };
    let missing: Vec<&ObjectError> =
        failures.iter().chain(broken_line).filter(|error| matches!(error, ObjectError::Missing { .. })).collect();
    history.state.missing_objects = missing.len() as u32;
    if let Some(first) = missing.first() {
        problems.push(history_problem(format!(
            "{} objects that the history needs are not in this clone ({first}); \
             git fetch --refetch --filter=blob:none brings them",
            missing.len()
        )));
    }
    let others = failures.iter().chain(broken_line).filter(|error| !matches!(error, ObjectError::Missing { .. }));
    problems.extend(others.map(|error| history_problem(error.to_string())));
    debug_assert_eq!(
        history.total as usize,
        history.changesets.len() - history.pending().count()
            + history.dropped.values().map(|n| *n as usize).sum::<usize>()
    );
}

/// Counts one more of `reason`.
fn count(history: &mut History, reason: DropReason) {
    *history.dropped.entry(reason).or_default() += 1;
}
