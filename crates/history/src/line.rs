//! [`Line`]: a main line as it was read, before anything is made of it. Commits never change, so what was read once can be
//! kept, stand for the repository, and be gone on from.

mod wire;

use lockstep_model::{BlobId, CommitId, RepoPath, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    diff::RawStatus,
    objects::ObjectId,
    walk::{Batch, End, MainLine},
};

/// The commits of a main line, oldest first, with what each changed, raw: nothing is set aside, no rename followed, no kind
/// told. Can be serialised; what is read back is checked and never trusted.
pub struct Line {
    pub(crate) main: MainLine,
    /// What the commits did, in batches that follow each other.
    pub(crate) batches: Vec<Batch>,
}

/// One path that one commit changed, as git's raw format tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RawFact<'l> {
    /// The commit.
    pub commit: CommitId,
    /// `A`, `D`, `M`, or `T` where a file became a link or a submodule, or the other way round.
    pub status: char,
    /// Any bytes but NUL.
    pub path: &'l [u8],
    /// Git's mode before; 0 if nothing was there.
    pub mode_before: u32,
    /// Git's mode after; 0 if nothing is there.
    pub mode_after: u32,
    /// The content before.
    pub before: BlobId,
    /// The content after.
    pub after: BlobId,
}

impl Line {
    /// Every fact, commit by commit, oldest first.
    pub fn facts(&self) -> impl Iterator<Item = RawFact<'_>> {
        let batches = self.batches.iter().flat_map(|batch| batch.deeds.iter().map(move |deed| (batch, deed)));
        self.main.steps.iter().zip(batches).flat_map(|(step, (batch, deed))| {
            deed.facts.iter().flatten().map(|fact| RawFact {
                commit: CommitId(step.id),
                status: match fact.status {
                    RawStatus::Added => 'A',
                    RawStatus::Deleted => 'D',
                    RawStatus::Modified => 'M',
                    RawStatus::TypeChanged => 'T',
                },
                path: &batch.paths[fact.path as usize],
                mode_before: fact.before.mode,
                mode_after: fact.after.mode,
                before: BlobId(fact.before.id),
                after: BlobId(fact.after.id),
            })
        })
    }

    /// The newest commit; none if there is none.
    pub fn head(&self) -> Option<CommitId> {
        self.main.steps.last().map(|step| CommitId(step.id))
    }

    /// The committer's time of the newest commit.
    pub fn head_time(&self) -> Option<Timestamp> {
        self.main.steps.last().map(|step| step.time)
    }

    /// How many commits it has.
    pub fn len(&self) -> usize {
        self.main.steps.len()
    }

    /// True if it has no commits.
    pub fn is_empty(&self) -> bool {
        self.main.steps.is_empty()
    }

    /// True if it goes back to the first commit and all of it could be read.
    pub fn is_whole(&self) -> bool {
        self.main.end == End::Root && self.batches.iter().flat_map(|batch| &batch.deeds).all(|deed| deed.facts.is_ok())
    }

    /// True if `commit` is on it.
    pub fn has(&self, commit: CommitId) -> bool {
        self.main.steps.iter().any(|step| step.id == commit.0)
    }

    /// The paths that were there after `commit`, sorted; none if it is not on the line, or the line does not go back to the
    /// first commit.
    pub fn paths_at(&self, commit: CommitId) -> Option<Vec<RepoPath>> {
        let last = self.main.steps.iter().position(|step| step.id == commit.0)?;
        if self.main.end != End::Root {
            return None;
        }
        let mut there: FxHashSet<&[u8]> = FxHashSet::default();
        let deeds = self.batches.iter().flat_map(|batch| batch.deeds.iter().map(move |deed| (batch, deed)));
        for (batch, deed) in deeds.take(last + 1) {
            for fact in deed.facts.as_ref().ok()? {
                let path = &*batch.paths[fact.path as usize];
                match fact.status {
                    RawStatus::Added => drop(there.insert(path)),
                    RawStatus::Deleted => drop(there.remove(path)),
                    RawStatus::Modified | RawStatus::TypeChanged => {}
                }
            }
        }
        let mut paths: Vec<RepoPath> = there.into_iter().map(RepoPath::from_git).collect();
        paths.sort_unstable();
        Some(paths)
    }

    /// The line up to `commit`; none if it is not on it.
    pub(crate) fn up_to(mut self, commit: &ObjectId) -> Option<Self> {
        let last = self.main.steps.iter().position(|step| step.id == *commit)?;
        if last + 1 < self.len() {
            self.main.steps.truncate(last + 1);
            self.batches = vec![joined(&self.batches, last + 1)];
        }
        Some(self)
    }

    /// The line, gone on with `main`, of which the first step follows on its last.
    pub(crate) fn and(mut self, main: MainLine, batches: Vec<Batch>) -> Self {
        self.main.steps.extend(main.steps);
        self.batches.extend(batches);
        self
    }
}

/// The first `number` deeds of `batches` as one batch, its paths in the order in which they are first named: as if nothing
/// else had been read.
fn joined(batches: &[Batch], number: usize) -> Batch {
    let mut ids: FxHashMap<&[u8], u32> = FxHashMap::default();
    let mut all = Batch::default();
    let deeds = batches.iter().flat_map(|batch| batch.deeds.iter().map(move |deed| (batch, deed)));
    for (batch, deed) in deeds.take(number) {
        let mut deed = deed.clone();
        for fact in deed.facts.iter_mut().flatten() {
            let path = &*batch.paths[fact.path as usize];
            fact.path = *ids.entry(path).or_insert_with(|| {
                all.paths.push(path.into());
                (all.paths.len() - 1) as u32
            });
        }
        all.deeds.push(deed);
    }
    all
}
