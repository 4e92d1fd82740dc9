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
mod commit_graph;
mod deeds;
mod diff;
mod difference;
mod filter;
mod follow;
mod group;
mod handles;
mod held;
mod index;
mod kind;
mod line;
mod lines;
mod mailmap;
mod marks;
mod mining;
mod objects;
mod packs;
mod pages;
mod paths;
mod replacements;
mod repository;
mod threads;
mod tracked;
mod trailers;
mod trees_of;
mod verify;
mod walk;

use std::collections::HashSet;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{CommitId, History};

pub use blobs::{BlobOptions, read_blobs};
pub use difference::{Against, Difference, DifferenceError, Edit};
pub use held::Held;
pub use line::{Line, NoLine, RawFact};
pub use lines::changed_lines;
pub use mailmap::Mailmap;
pub use marks::Marks;
pub use objects::{ObjectError, id_of};
pub use repository::{OpenError, PathChange, Repository, RepositoryState, RevisionError, TreeFile, TreeFileKind};
pub use tracked::{Tracked, is_converting};
pub use trailers::Trailer;
pub use verify::{Mining, VerifyError, Way, mine, verify};

use crate::{line::Known, mining::Miner, objects::ObjectId, threads::Threads, walk::End};

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
    /// True if a known line stands for the history where this clone has neither all of it nor a commit of the line; false if
    /// the line only saves reading.
    pub known_stands_in: bool,
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
        Self {
            rev: None,
            jobs: 0,
            contract_globs: Vec::new(),
            follow_renames: true,
            scope: Scope::default(),
            known_stands_in: true,
        }
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

/// What reading a history gave.
pub struct Read {
    /// The history. The changesets that are there, and those counted in [`History::dropped`], are together
    /// [`History::total`].
    pub history: History,
    /// The main line that it was made of, to be kept; none if it could not be had, or is no main line.
    pub line: Option<Line>,
    /// Set if the line that was known could not be joined to the commit that was asked for.
    pub apart: Option<Apart>,
}

/// A known line, and a commit that does not follow on it as far as this clone reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apart {
    /// The newest commit of the line.
    pub known: CommitId,
    /// The commit that was asked for.
    pub asked: CommitId,
    /// True if the history is that of the known line; false if this clone has a whole history of its own, which was read.
    pub used: bool,
}

/// Reads the main line of `repository`.
///
/// What could not be read is named in the problems, all of kind [`ProblemKind::History`] but for globs that are none.
pub fn read(repository: &Repository, options: &Options, progress: &(dyn Fn(Progress) + Sync)) -> Partial<History> {
    let Partial { value, problems } = read_on(repository, options, None, None, progress);
    Partial { value: value.history, problems }
}

/// As [`read`]. With a `change`, only what came before it, and then the change itself: as the changeset (or the two) at the
/// end that are no part of the history; files are called what they are called after it. With a `known` line, only what is
/// not on it is read from the repository; a history of other than the main line is read whole.
pub fn read_on(
    repository: &Repository,
    options: &Options,
    change: Option<&Difference>,
    known: Option<Line>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Partial<Read> {
    let mut problems = Vec::new();
    let state = repository.state();
    let mut read = Read { history: History { state: state.history, ..History::default() }, line: None, apart: None };
    if state.replaced {
        problems.push(history_problem(
            "replacements (refs/replace) and grafts are not followed: the history is read as it was written",
        ));
    }
    if let Err(why) = fill(repository, options, change, known, progress, &mut read, &mut problems) {
        problems.push(history_problem(why));
    }
    Partial { value: read, problems }
}

fn history_problem(message: impl Into<String>) -> Problem {
    Problem::general(ProblemKind::History, message)
}

fn fill(
    repository: &Repository,
    options: &Options,
    change: Option<&Difference>,
    known: Option<Line>,
    progress: &(dyn Fn(Progress) + Sync),
    into: &mut Read,
    problems: &mut Vec<Problem>,
) -> Result<(), String> {
    let newest = match change {
        Some(change) => change.before.map(|commit| commit.0),
        None => Some(repository.resolve(options.rev.as_deref()).map_err(|error| error.to_string())?),
    };
    let (store, threads) = (repository.store(true), Threads::new(options.jobs));
    let known = known.filter(|line| options.scope != Scope::EveryCommit && !line.is_empty());
    let with_known = known.is_some();
    let miner = Miner { store: &store, threads: &threads, progress };
    let (line, apart) = main_line(&miner, &repository.shallow_boundary(), options, newest, known)?;
    into.apart = apart;
    let history = &mut into.history;
    if with_known {
        // The clone may be shallow, and the line goes back further.
        history.state.shallow = *line.end() == End::Shallow;
    }
    history.state.head = apart.filter(|apart| apart.used).map(|apart| apart.known).or(newest.map(CommitId));
    history.state.head_time = line.head_time();

    let (kinds, wrong) = kind::Kinds::new(&options.contract_globs);
    problems.extend(
        wrong
            .into_iter()
            .map(|why| Problem::general(ProblemKind::Configuration, format!("a glob of contracts: {why}"))),
    );
    let made_of = changesets::MadeOf {
        line: &line,
        pending: change,
        follow_renames: options.follow_renames,
        kinds: &kinds,
        scope: options.scope,
    };
    let failures = made_of.assemble(history, &mut store.objects(), &threads);
    report(line.end(), history, &failures, problems);
    into.line = (options.scope != Scope::EveryCommit).then_some(line);
    Ok(())
}

/// The commits up to `newest` that `options` ask for: those of the `known` line, and those after it; that line alone if the
/// two do not meet.
fn main_line(
    miner: &Miner<'_>,
    shallow: &HashSet<ObjectId>,
    options: &Options,
    newest: Option<ObjectId>,
    known: Option<Line>,
) -> Result<(Line, Option<Apart>), String> {
    let Some(newest) = newest else {
        // Before the first commit there is nothing, unless it is known.
        return Ok((Line::nothing(), None));
    };
    let known_commits = Known::of(known.as_ref());
    if known.as_ref().and_then(Line::head).is_some_and(|head| head.0 == newest)
        && let Some(known) = known
    {
        return Ok((known, None));
    }
    let mined = miner.mine(&known_commits, &|commits, sink| match options.scope {
        Scope::Behaviour | Scope::ByPeople => walk::main_line(commits, sink, newest, &known_commits, shallow),
        Scope::EveryCommit => branches::every_commit(commits, sink, newest, shallow),
    });
    let line = Line::of(mined.line, mined.batch);
    drop(mined.pages);
    let Some(known) = known else { return Ok((line, None)) };
    if let Some(met) = mined.met {
        let known = known.up_to(&met).ok_or("the known line is broken")?;
        return Ok((known.and(line), None));
    }
    // A whole history of its own is as good as the known one, and right.
    let used = options.known_stands_in && *line.end() != End::Root;
    let apart = known.head().map(|known| Apart { known, asked: CommitId(newest), used });
    Ok((if used { known } else { line }, apart))
}

/// Says what is missing, and the command that mends it.
fn report(end: &End, history: &mut History, failures: &[ObjectError], problems: &mut Vec<Problem>) {
    if *end == End::Shallow {
        problems.push(history_problem(format!(
            "the clone is shallow: {} commits of the main line are here, older ones are not; \
             git fetch --unshallow --filter=blob:none brings them",
            history.total
        )));
    }
    let broken_line = match end {
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
