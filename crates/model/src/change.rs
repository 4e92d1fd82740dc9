//! Changes as the history tells them: changesets, the files they touch, and what was set aside.

use std::{
    collections::BTreeMap,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use serde::Serialize;

use crate::{Origin, RepoPath};

/// Seconds since 1970-01-01 UTC.
pub type Timestamp = i64;

/// The id of a commit: 20 bytes of SHA-1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CommitId(pub [u8; 20]);

/// The id of a file's content, as [`CommitId`]; all zero where there is none.
#[derive(Clone, Copy, Eq, PartialOrd, Ord, Default)]
pub struct BlobId(pub [u8; 20]);

impl BlobId {
    /// Eight bytes from `start` on, as a number.
    #[inline]
    fn word(&self, start: usize) -> u64 {
        self.0[start..].first_chunk().map_or(0, |word| u64::from_ne_bytes(*word))
    }
}

/// Compared as numbers, without a call. The last one repeats what the one before it ends with.
impl PartialEq for BlobId {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.word(0) == other.word(0) && self.word(8) == other.word(8) && self.word(12) == other.word(12)
    }
}

/// An id is a hash already: its first eight bytes tell it from others as well as all of them would.
impl Hash for BlobId {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.word(0));
    }
}

fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

impl CommitId {
    /// The first ten hexadecimal digits, enough to name a commit to a person.
    pub fn short(&self) -> String {
        self.0[..5].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

/// Number of a path in [`History::paths`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathId(pub u32);

/// Who wrote a change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Author {
    /// As in the commit; may hold anything.
    pub name: String,
    /// As in the commit; may hold anything.
    pub email: String,
}

/// How a changeset came onto the main line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangesetKind {
    /// A merge: all that it brought to its first parent.
    Merge,
    /// A commit made on the main line, squashed pull requests included.
    Commit,
    /// The change that is looked at: what is staged, or what a branch adds. No part of the history.
    Pending,
    /// What goes with it and was made before: by earlier commits of its branch, or on the other side of a merge.
    Brought,
}

impl ChangesetKind {
    /// The time of a changeset that is not made yet: later than any moment from which ages are counted.
    pub const NOT_YET: Timestamp = Timestamp::MAX;

    /// True for changesets that are no part of the history.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Pending | Self::Brought)
    }
}

/// One logical change: a merged pull request, else a commit of the main line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changeset {
    /// The merge or the commit.
    pub id: CommitId,
    /// When it came onto the main line (committer's time).
    pub time: Timestamp,
    /// Who wrote it; of a merge, who wrote what it brought last, not who merged it.
    pub author: Arc<Author>,
    /// What it says of itself: the first line; for a merge that names a pull request, the request's title.
    pub subject: String,
    /// How it came.
    pub kind: ChangesetKind,
    /// The files it touched, sorted by path.
    pub changes: Vec<FileChange>,
}

/// One file in a changeset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Today's name of the file, renames followed; its last name if it is gone.
    pub path: PathId,
    /// Its name after this changeset (before it, for a deletion).
    pub then: PathId,
    /// What happened.
    pub status: FileStatus,
    /// What kind of change it is: by the path, until the contents before and after are compared.
    pub kind: ChangeKind,
    /// Its content before; zero if added.
    pub before: BlobId,
    /// Its content after; zero if deleted.
    pub after: BlobId,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileStatus {
    /// It is new.
    Added,
    /// Its content or type changed.
    Modified,
    /// It is gone.
    Deleted,
    /// It moved, content unchanged.
    Renamed,
    /// It moved, and its content changed.
    RenamedModified,
}

/// What kind of change a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// What the code does.
    Behaviour,
    /// What a communication channel is made of.
    Contract,
    /// Manifests and deployment, and how a package is built.
    Configuration,
    /// Lock files and lists of dependencies.
    Dependency,
    /// Tests and their data.
    Test,
    /// Documentation and pictures.
    Documentation,
    /// Nothing that a compiler sees: a pure move, formatting, generated or vendored files.
    Cosmetic,
}

impl ChangeKind {
    /// All of them, in the order of their numbers (`kind as usize`).
    pub const ALL: [Self; 7] = [
        Self::Behaviour,
        Self::Contract,
        Self::Configuration,
        Self::Dependency,
        Self::Test,
        Self::Documentation,
        Self::Cosmetic,
    ];

    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Behaviour => "behaviour",
            Self::Contract => "contract",
            Self::Configuration => "configuration",
            Self::Dependency => "dependency",
            Self::Test => "test",
            Self::Documentation => "documentation",
            Self::Cosmetic => "cosmetic",
        }
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a changeset, or a commit, is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DropReason {
    /// Written by a program.
    Bot,
    /// It touches more functions than one change can mean.
    Bulk,
    /// No behaviour changed: documentation, lock files, moves.
    NoBehaviour,
    /// It touches no function.
    NoFunction,
    /// It changes only code that several functions share: it says what must be deployed, not what changes with what.
    SharedOnly,
    /// The edge of a shallow clone: everything looks new there.
    ShallowBoundary,
    /// The repository lacks an object that is needed to read it.
    MissingObject,
    /// It is part of a changeset of several repositories, which counts in its place.
    Joined,
    /// It changes nothing.
    Empty,
}

impl DropReason {
    /// The word used in machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Bulk => "bulk",
            Self::NoBehaviour => "no-behaviour",
            Self::NoFunction => "no-function",
            Self::SharedOnly => "shared-only",
            Self::ShallowBoundary => "shallow-boundary",
            Self::MissingObject => "missing-object",
            Self::Joined => "joined",
            Self::Empty => "empty",
        }
    }
}

/// What the repository can tell.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct HistoryState {
    /// The commit that was read from; none in a repository without commits.
    pub head: Option<CommitId>,
    /// The committer's time of `head`: the default as-of time.
    pub head_time: Option<Timestamp>,
    /// True if the clone is shallow: history is missing.
    pub shallow: bool,
    /// The filter of a partial clone (`blob:none`), if it is one.
    pub partial: Option<String>,
    /// Objects that were needed and are not there.
    pub missing_objects: u32,
}

/// The main line of a repository, oldest changeset first.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct History {
    /// What the repository can tell.
    pub state: HistoryState,
    /// Every path ever named, each once; [`PathId`] counts here.
    pub paths: Vec<RepoPath>,
    /// The changesets that count, oldest first. Those that are not made yet stand at the end: see
    /// [`ChangesetKind::is_pending`].
    pub changesets: Vec<Changeset>,
    /// How many first-parent commits were read.
    pub total: u32,
    /// How many of them were set aside, and why.
    pub dropped: BTreeMap<DropReason, u32>,
    /// Where each of the changesets comes from, in their order; empty if all are of one repository.
    pub origins: Vec<Origin>,
}

impl History {
    /// The path behind a number.
    pub fn path(&self, id: PathId) -> &RepoPath {
        &self.paths[id.0 as usize]
    }

    /// The changesets that are not made yet, with their numbers.
    pub fn pending(&self) -> impl Iterator<Item = (usize, &Changeset)> {
        self.changesets.iter().enumerate().filter(|(_, changeset)| changeset.kind.is_pending())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_in_the_order_of_their_numbers() {
        assert!(ChangeKind::ALL.iter().enumerate().all(|(number, kind)| *kind as usize == number));
        assert_eq!(ChangeKind::Cosmetic as usize + 1, ChangeKind::ALL.len());
    }

    #[test]
    fn contents_are_the_same_if_all_bytes_of_their_ids_are() {
        let id = BlobId(std::array::from_fn(|at| at as u8));
        for at in 0..id.0.len() {
            let mut other = id;
            assert_eq!(other, id);
            other.0[at] ^= 1;
            assert_ne!(other, id, "byte {at}");
            assert_eq!(other.cmp(&id).is_eq(), other == id);
        }
    }
}
