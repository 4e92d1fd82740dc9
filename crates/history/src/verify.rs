//! Mining in two ways, from the packs and by libgit2 alone, and whether both say the same.

use std::hash::{Hash, Hasher};

use lockstep_model::CommitId;
use rustc_hash::FxHasher;
use thiserror::Error;

use crate::{
    Line, Options, Progress, RawFact, Repository,
    line::{Entry, View},
    main_line,
    mining::Miner,
    threads::Threads,
};

/// Where objects are read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// From the packs and the commit-graph; by libgit2 what is unusual. What every run does.
    #[default]
    Packs,
    /// By libgit2 only, commit by commit.
    Libgit2,
}

/// What was mined, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mining {
    /// Commits whose changes were read.
    pub commits: usize,
    /// Paths that they changed, each counted in each commit.
    pub facts: usize,
    /// The same for the same facts in any order; of no meaning outside this build.
    pub digest: u64,
}

impl Mining {
    /// The numbers of `line`.
    pub fn of(line: &Line) -> Self {
        let digest = |fact: RawFact<'_>| {
            let mut hasher = FxHasher::default();
            fact.hash(&mut hasher);
            hasher.finish()
        };
        let (mut facts, mut sum) = (0, 0_u64);
        for fact in line.facts() {
            (facts, sum) = (facts + 1, sum.wrapping_add(digest(fact)));
        }
        Self { commits: line.len(), facts, digest: sum }
    }
}

/// Two ways of mining could not be compared, or do not agree.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// There is nothing to mine.
    #[error("{0}")]
    Unreadable(String),
    /// The first difference, in the order of the history.
    #[error("mined from the packs, {0}")]
    Differ(String),
}

/// The commits that `options` ask for, and what each changed, as it was read: nothing is set aside, no rename followed.
///
/// # Errors
/// If the revision names no commit.
pub fn mine(
    repository: &Repository,
    options: &Options,
    way: Way,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Line, String> {
    let newest = repository.resolve(options.rev.as_deref()).map_err(|error| error.to_string())?;
    let store = repository.store(way == Way::Packs);
    let miner = Miner { store: &store, threads: &Threads::new(options.jobs), progress };
    main_line(&miner, &repository.shallow_boundary(), options, Some(newest), None).map(|(line, _)| line)
}

/// Mines in both ways, and compares: commit by commit, with all that is known of each.
///
/// # Errors
/// If there is nothing to mine, or the two differ.
pub fn verify(repository: &Repository, options: &Options) -> Result<Mining, VerifyError> {
    let mined = |way| mine(repository, options, way, &|_| ()).map_err(VerifyError::Unreadable);
    let (packs, libgit2) = (mined(Way::Packs)?, mined(Way::Libgit2)?);
    match difference(&packs, &libgit2) {
        Some(difference) => Err(VerifyError::Differ(difference)),
        None => Ok(Mining::of(&packs)),
    }
}

/// The first difference between two lines, in words.
fn difference(ours: &Line, theirs: &Line) -> Option<String> {
    let (our_views, their_views) = (ours.views(), theirs.views());
    let entries = our_views.iter().flat_map(View::entries).zip(their_views.iter().flat_map(View::entries));
    for (at, (our, their)) in entries.enumerate() {
        if said(&our) != said(&their) {
            return Some(format!("commit {at} of the line is {:?}, by libgit2 it is {:?}", said(&our), said(&their)));
        }
        let (name, our, their) = (CommitId(their.id()), our.facts().err(), their.facts().err());
        if our != their {
            return Some(format!("what {name} changed cannot be read: {our:?}; by libgit2: {their:?}"));
        }
    }
    let lengths = (ours.len() != theirs.len()).then(|| format!("{} commits, by libgit2 {}", ours.len(), theirs.len()));
    let ends = || {
        let differ = ours.end() != theirs.end();
        differ.then(|| format!("the history ends with {:?}, by libgit2 with {:?}", ours.end(), theirs.end()))
    };
    lengths.or_else(ends).or_else(|| different_fact(ours, theirs))
}

/// All that is known of a commit but for what it changed.
fn said<'p>(commit: &Entry<'_, 'p>) -> impl PartialEq + std::fmt::Debug + use<'p> {
    let (id, tree) = (CommitId(commit.id()), CommitId(commit.tree()));
    let people = (commit.author(), commit.writer(), commit.is_by_bot());
    (id, tree, commit.kind(), commit.time(), people, commit.subject())
}

fn different_fact(ours: &Line, theirs: &Line) -> Option<String> {
    let (mut our, mut their) = (ours.facts(), theirs.facts());
    loop {
        match (our.next(), their.next()) {
            (None, None) => return None,
            (our, their) if our == their => {}
            (our, their) => return Some(format!("there is {}, by libgit2 {}", told(our), told(their))),
        }
    }
}

fn told(fact: Option<RawFact<'_>>) -> String {
    let Some(fact) = fact else { return "nothing".to_owned() };
    let RawFact { commit, status, mode_before, mode_after, before, after, .. } = fact;
    let path = String::from_utf8_lossy(fact.path);
    format!("{commit}: {status} {} {mode_before:o} {before:?} to {mode_after:o} {after:?}", path.escape_debug())
}
