//! Opening a repository, and what can be asked of it without its history: its state, its index, its ignored files,
//! the files of a commit. Nothing of the repository is executed, and nothing is fetched.

use std::{
    collections::HashSet,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use git2::{ErrorClass, ErrorCode, ObjectType, Odb, RepositoryOpenFlags};
use lockstep_model::{BlobId, CommitId, FileStatus, HistoryState, RepoPath, Timestamp};
use thiserror::Error;

use crate::{
    commit::{Commit, object_id},
    diff::{self, LINK, RawStatus, SUBMODULE, Side},
    handles,
    objects::{self, ObjectError, ObjectId, Objects, Store},
    replacements,
    tracked::Tracked,
};

/// A repository on disk: with a work tree, a linked work tree, or bare.
pub struct Repository(git2::Repository);

/// A repository could not be opened. The message says how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    /// There is none at this place, nor above it.
    #[error("no git repository at `{}` or in a folder above it", .0.display())]
    NotARepository(PathBuf),
    /// It belongs to somebody else, and git itself would refuse it.
    #[error("the repository at `{0}` belongs to another user; if you trust it: git config --global --add safe.directory '{0}'", path.display())]
    DubiousOwnership {
        /// What to declare safe.
        path: PathBuf,
    },
    /// It is kept in a way that is not read.
    #[error("the repository cannot be read: {why}")]
    UnsupportedFormat {
        /// The way.
        why: String,
        /// What makes it one that is.
        way_out: Option<String>,
    },
    /// It is damaged.
    #[error("the repository is damaged: {0}; git fsck tells more")]
    Corrupt(String),
}

/// `text` with its control characters made visible; quotes stay as they are.
fn visible(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if c.is_control() {
            out.extend(c.escape_default())
        } else {
            out.push(c)
        }
        out
    })
}

/// A revision could not be had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RevisionError {
    /// Nothing has this name, or what has it is no commit.
    #[error("no commit is called `{}`: {}", rev.escape_debug(), visible(why))]
    Unknown {
        /// The name.
        rev: String,
        /// What git says.
        why: String,
    },
    /// The repository has no commit yet.
    #[error("the repository has no commits yet")]
    NoCommits,
    /// A part of it could not be read.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

/// What can be said of a repository without reading its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryState {
    /// Head, shallowness and filter.
    pub history: HistoryState,
    /// True if it has no work tree.
    pub bare: bool,
    /// True if the work tree is one of several of the repository (`git worktree add`).
    pub linked_worktree: bool,
    /// True if it has replacements or grafts, which git follows and this does not.
    pub replaced: bool,
}

/// What stands at a path in a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeFileKind {
    /// A regular file.
    File,
    /// A symbolic link, and what it says.
    Link(String),
    /// A commit of another repository.
    Submodule,
}

/// One file of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// Where.
    pub path: RepoPath,
    /// What.
    pub kind: TreeFileKind,
    /// Its content, for [`Repository::read_blob`].
    pub blob: BlobId,
}

/// One path that a commit changed against its first parent, renames not considered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathChange {
    /// Where.
    pub path: RepoPath,
    /// What happened: added, modified or deleted.
    pub status: FileStatus,
    /// Its content before; zero if added.
    pub before: BlobId,
    /// Its content after; zero if deleted.
    pub after: BlobId,
}

impl Repository {
    /// Opens the repository that holds `path`: there, or in a folder above it.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn discover(path: &Path) -> Result<Self, OpenError> {
        objects::set_up();
        git2::Repository::open_ext(path, RepositoryOpenFlags::CROSS_FS, [] as [&OsStr; 0])
            .map(Self)
            .map_err(|error| open_error(path, &error))
    }

    /// The root of the checkout; none in a bare repository.
    pub fn work_tree(&self) -> Option<PathBuf> {
        self.0.workdir().filter(|_| !self.is_bare()).map(Path::to_path_buf)
    }

    /// The folder of this work tree's git data (`.git`, or `.git/worktrees/NAME`).
    pub fn git_dir(&self) -> &Path {
        self.0.path()
    }

    /// The folder of the data that all work trees share.
    pub fn common_dir(&self) -> &Path {
        self.0.commondir()
    }

    /// True if it has no work tree.
    pub fn is_bare(&self) -> bool {
        self.0.is_bare() || self.is_bare_by_its_name()
    }

    /// Where no configuration says whether there is a work tree, git looks at the name of the folder; libgit2 does not,
    /// and would take the folder around a mirror for a checkout.
    fn is_bare_by_its_name(&self) -> bool {
        let says = |key: &str| self.0.config().is_ok_and(|config| config.get_entry(key).is_ok());
        !self.0.is_worktree()
            && self.0.path().file_name().is_some_and(|name| name != ".git")
            && !says("core.bare")
            && !says("core.worktree")
    }

    /// What can be said of it at once.
    pub fn state(&self) -> RepositoryState {
        let head = self.resolve(None).ok();
        let commit = head.and_then(|id| self.commit(&id).ok());
        let common = self.0.commondir();
        RepositoryState {
            history: HistoryState {
                head: head.map(CommitId),
                head_time: commit.map(|commit| commit.time),
                shallow: !self.shallow_boundary().is_empty(),
                partial: self.partial_filter(),
                missing_objects: 0,
            },
            bare: self.is_bare(),
            linked_worktree: self.0.is_worktree(),
            replaced: replacements::are_in(common) || common.join("info/grafts").is_file(),
        }
    }

    /// The commit that `rev` names, `HEAD` if none.
    ///
    /// # Errors
    /// If it names none.
    pub fn commit_id(&self, rev: Option<&str>) -> Result<CommitId, RevisionError> {
        self.resolve(rev).map(CommitId)
    }

    /// The committer's time of the commit that `rev` names, in seconds since 1970.
    ///
    /// # Errors
    /// If it names none.
    pub fn commit_time(&self, rev: &str) -> Result<Timestamp, RevisionError> {
        Ok(self.commit(&self.resolve(Some(rev))?)?.time)
    }

    /// The paths of all files of the commit that `rev` names (`HEAD` if none), submodules and links among them, sorted.
    /// Only trees are read.
    ///
    /// # Errors
    /// If there is no such commit, or a tree of it is missing.
    pub fn tree_paths(&self, rev: Option<&str>) -> Result<Vec<RepoPath>, RevisionError> {
        let commit = self.commit(&self.resolve(rev)?)?;
        let odb = self.odb()?;
        let mut paths = Vec::new();
        diff::diff(&mut Objects::of(&odb), None, Some(&commit.tree), &mut |change| {
            paths.push(RepoPath::from_git(change.path));
        })?;
        paths.sort_unstable();
        Ok(paths)
    }

    /// The files of the commit that `rev` names (`HEAD` if none), sorted by path.
    ///
    /// # Errors
    /// If there is no such commit, or a tree of it is missing. A missing blob is no error here.
    pub fn tree_files(&self, rev: Option<&str>) -> Result<Vec<TreeFile>, RevisionError> {
        let commit = self.commit(&self.resolve(rev)?)?;
        let odb = self.odb()?;
        let mut objects = Objects::of(&odb);
        let mut entries = Vec::new();
        diff::diff(&mut objects, None, Some(&commit.tree), &mut |change| {
            entries.push((RepoPath::from_git(change.path), change.after));
        })?;
        self.tree_files_of(entries.into_iter()).map_err(Into::into)
    }

    /// What stands at each of `entries`, sorted by path.
    pub(crate) fn tree_files_of(
        &self,
        entries: impl Iterator<Item = (RepoPath, Side)>,
    ) -> Result<Vec<TreeFile>, ObjectError> {
        let odb = self.odb()?;
        let mut objects = Objects::of(&odb);
        let mut files: Vec<_> = entries
            .map(|(path, side)| {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let kind = match side.mode {
                    LINK => TreeFileKind::Link(objects.with(&side.id, ObjectType::Blob, text).unwrap_or_default()),
                    SUBMODULE => TreeFileKind::Submodule,
                    _ => TreeFileKind::File,
                };
                TreeFile { path, kind, blob: BlobId(side.id) }
            })
            .collect();
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// The content of a file.
    ///
    /// # Errors
    /// If this clone does not have it.
    pub fn read_blob(&self, id: BlobId) -> Result<Vec<u8>, ObjectError> {
        Objects::of(&self.odb()?).with(&id.0, ObjectType::Blob, <[u8]>::to_vec)
    }

    /// How large a file is, in bytes.
    ///
    /// # Errors
    /// If this clone does not have it.
    pub fn blob_size(&self, id: BlobId) -> Result<u64, ObjectError> {
        Objects::of(&self.odb()?).blob_size(&id.0)
    }

    /// What the index says; nothing in a bare repository.
    ///
    /// # Errors
    /// If the index is damaged, or of a kind that is not read (split or sparse).
    pub fn tracked(&self) -> Result<Tracked, OpenError> {
        if self.is_bare() {
            return Ok(Tracked::default());
        }
        let index = self.0.index().map_err(|error| OpenError::Corrupt(format!("its index: {}", error.message())))?;
        Ok(Tracked::of(&index, self.0.config().ok().as_ref(), self.0.commondir()))
    }

    /// True if only a part of the tracked files is checked out.
    pub fn is_sparse(&self) -> bool {
        self.0.config().and_then(|config| config.get_bool("core.sparseCheckout")).unwrap_or(false)
    }

    /// True if git ignores `path`, a file or a folder of the work tree. Ask for a folder before what is in it.
    pub fn is_ignored(&self, path: &RepoPath) -> bool {
        !path.is_root() && self.0.is_path_ignored(path.as_str()).unwrap_or(false)
    }

    /// The names of its remotes; none if they cannot be told.
    pub fn remotes(&self) -> Vec<String> {
        let names = self.0.remotes();
        names.iter().flatten().flatten().flatten().map(str::to_owned).collect()
    }

    /// What the commit `id` changed against its first parent (against nothing if it has none), sorted by path.
    ///
    /// # Errors
    /// If the commit, its parent or one of their trees cannot be read.
    pub fn changes_of(&self, id: CommitId) -> Result<Vec<PathChange>, ObjectError> {
        let commit = self.commit(&id.0)?;
        let parent = commit.parents.first().map(|parent| self.commit(parent)).transpose()?;
        let odb = self.odb()?;
        let mut changes = Vec::new();
        diff::diff(
            &mut Objects::of(&odb),
            parent.as_ref().map(|parent| &parent.tree),
            Some(&commit.tree),
            &mut |change| {
                changes.push(PathChange {
                    path: RepoPath::from_git(change.path),
                    status: match change.status {
                        RawStatus::Added => FileStatus::Added,
                        RawStatus::Deleted => FileStatus::Deleted,
                        RawStatus::Modified | RawStatus::TypeChanged => FileStatus::Modified,
                    },
                    before: BlobId(change.before.id),
                    after: BlobId(change.after.id),
                });
            },
        )?;
        changes.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(changes)
    }

    pub(crate) fn git(&self) -> &git2::Repository {
        &self.0
    }

    /// All objects, for many threads; `with_packs` as far as possible from the packs themselves.
    pub(crate) fn store(&self, with_packs: bool) -> Store {
        Store::new(self.git_dir(), handles::folders(self.common_dir()), with_packs)
    }

    pub(crate) fn odb(&self) -> Result<Odb<'_>, ObjectError> {
        self.0.odb().map_err(|error| ObjectError::broken(&[0; 20], error.message()))
    }

    pub(crate) fn commit(&self, id: &ObjectId) -> Result<Commit, ObjectError> {
        Objects::of(&self.odb()?)
            .with(id, ObjectType::Commit, |bytes| Commit::parse(*id, bytes))?
            .map_err(|why| ObjectError::broken(id, why))
    }

    /// The commit that `rev` names, `HEAD` if none.
    pub(crate) fn resolve(&self, rev: Option<&str>) -> Result<ObjectId, RevisionError> {
        let name = rev.unwrap_or("HEAD");
        let unknown = |why: &str| RevisionError::Unknown { rev: name.to_owned(), why: why.to_owned() };
        let oid = match rev {
            Some(rev) => {
                self.0.revparse_single(rev).and_then(|object| object.peel_to_commit()).map(|commit| commit.id())
            }
            None => self
                .0
                .head()
                .and_then(|head| head.resolve()?.target().ok_or_else(|| git2::Error::from_str("HEAD names no commit"))),
        };
        match oid {
            Ok(oid) => oid.as_bytes().try_into().map_err(|_| unknown("its name is no SHA-1")),
            Err(error) if rev.is_none() && error.code() == ErrorCode::UnbornBranch => Err(RevisionError::NoCommits),
            Err(error) => Err(unknown(error.message())),
        }
    }

    /// The commits whose parents a shallow clone left out.
    pub(crate) fn shallow_boundary(&self) -> HashSet<ObjectId> {
        let text = std::fs::read(self.0.commondir().join("shallow")).unwrap_or_default();
        text.split(|byte| *byte == b'\n').filter_map(|line| object_id(line.trim_ascii())).collect()
    }

    /// The filter of a partial clone; `promisor` where a remote promises objects without saying which are left out.
    fn partial_filter(&self) -> Option<String> {
        let config = self.0.config().ok()?.snapshot().ok()?;
        let first = |pattern: &str| {
            let mut found = None;
            let entries = config.entries(Some(pattern)).ok()?;
            let _ = entries.for_each(|entry| found = found.take().or_else(|| entry.value().ok().map(str::to_owned)));
            found
        };
        first(r"^remote\..*\.partialclonefilter$")
            .or_else(|| first(r"^remote\..*\.promisor$").filter(|value| value == "true").map(|_| "promisor".to_owned()))
    }
}

fn open_error(path: &Path, error: &git2::Error) -> OpenError {
    let message = error.message();
    match error.code() {
        ErrorCode::NotFound => OpenError::NotARepository(path.to_path_buf()),
        ErrorCode::Owner => {
            // "repository path '…' is not owned by current user"
            let named = message.split('\'').nth(1).map(PathBuf::from);
            OpenError::DubiousOwnership { path: named.unwrap_or_else(|| path.to_path_buf()) }
        }
        _ => match unsupported(message) {
            Some((why, way_out)) => OpenError::UnsupportedFormat { why, way_out: way_out.map(str::to_owned) },
            None if error.class() == ErrorClass::Os => OpenError::NotARepository(path.to_path_buf()),
            None => OpenError::Corrupt(message.to_owned()),
        },
    }
}

/// What to tell of a format that libgit2 does not know, and what mends it.
fn unsupported(message: &str) -> Option<(String, Option<&'static str>)> {
    let name = message.strip_prefix("unsupported extension name extensions.").map(str::trim);
    Some(match name {
        Some("refstorage") => (
            "its references are kept in the reftable format".to_owned(),
            Some(
                "a copy that is read: git clone --ref-format=files . ../copy (git refs migrate --ref-format=files \
                 converts them in place, from git 2.48 on)",
            ),
        ),
        Some("partialclone") => (
            "it is a partial clone in the way of git before 2.24".to_owned(),
            Some(
                "for its remote (mostly `origin`): git config remote.origin.promisor true && \
                 git config --unset extensions.partialClone",
            ),
        ),
        Some(name) => (format!("it uses the extension `{}`", name.escape_debug()), None),
        None if message.contains("object format") => (
            "its objects are named by SHA-256, only SHA-1 is read".to_owned(),
            Some(
                "a copy that is read: git init --object-format=sha1 ../copy && \
                 git fast-export --all | git -C ../copy fast-import",
            ),
        ),
        None if message.contains("repository version") || message.contains("repository format") => {
            (message.to_owned(), None)
        }
        None => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_of_somebody_else_is_named_with_what_makes_it_safe() {
        let message = "repository path '/srv/shop/' is not owned by current user";
        let error =
            open_error(Path::new("deep/in/it"), &git2::Error::new(ErrorCode::Owner, ErrorClass::Config, message));
        assert_eq!(error, OpenError::DubiousOwnership { path: "/srv/shop/".into() });
        assert!(error.to_string().contains("git config --global --add safe.directory '/srv/shop/'"), "{error}");
    }

    #[test]
    fn what_is_not_understood_is_damage() {
        let error = git2::Error::new(ErrorCode::GenericError, ErrorClass::Config, "failed to parse config file");
        assert!(matches!(open_error(Path::new("."), &error), OpenError::Corrupt(_)));
    }
}
