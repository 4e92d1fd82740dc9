//! [`Project`]: what is linted. The only place that reads the checkout.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use lockstep_codegraph::KeptFacts;
use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_history::{Against, ObjectError, OpenError, Repository, TreeFile, TreeFileKind};
use lockstep_model::{BlobId, CommitId, FileEntry, FileSet, FileType, ReadError, RepoPath, Source, Timestamp};
use rustc_hash::FxHashMap;

use crate::{ChangeAsked, Ci, FactsStore, Incomplete, Member, Past, Traces, work_tree::walk};

/// A checkout (or a bare repository, or a plain folder) and its files.
pub struct Project {
    /// The root of the checkout; none for a bare repository.
    pub root: Option<PathBuf>,
    /// Its repository; none for a plain folder.
    pub repository: Option<Arc<Mutex<Repository>>>,
    /// Why there is no repository.
    pub no_repository: Option<OpenError>,
    /// The commit whose files these are; none if they are those of the checkout, of the index, or of HEAD.
    pub(crate) at: Option<CommitId>,
    /// The files, by their names below the root.
    pub files: FileSet,
    /// How many bytes have to be read to know what all files hold, in whole pages: of those that git does not know, or not as
    /// they are. 0 where they are not those of the disk.
    pub(crate) to_read: u64,
    /// The part of the repository that was asked for; the root for all of it.
    pub scope: RepoPath,
    /// The system that runs this, which is told how it brings what is missing.
    pub ci: Option<Ci>,
    /// The change that is looked at, if one was asked for.
    pub change: Option<ChangeAsked>,
    /// The folder that it was opened with.
    place: PathBuf,
    /// Where the facts of its files are kept: from run to run, or for this run.
    pub facts: Option<Arc<FactsStore>>,
    /// What its stages made in earlier runs, if that is kept.
    pub traces: Option<Arc<Traces>>,
    /// What is known of the past already, and where what is read of it is kept; none if nothing is to be kept.
    pub past: Option<Arc<Past>>,
    /// When the newest commit of the model was made that the history is taken from; none without a model.
    pub model_time: Option<Timestamp>,
    /// Why the model that was to be used is not.
    pub without_model: Option<Incomplete>,
    /// What was left out while listing.
    pub problems: Vec<Problem>,
    /// The repositories that it consists of; empty if it is one.
    pub members: Vec<Arc<Member>>,
}

/// A project cannot be opened at all.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The path does not exist, or cannot be read.
    #[error("cannot read `{}`", path.display())]
    Path {
        /// As given.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// It is a file.
    #[error("`{}` is a file: give a folder of the repository", .0.display())]
    NotAFolder(PathBuf),
}

impl Project {
    /// Opens the repository around `path`. A folder that is in no repository is a project as well: it has no history.
    ///
    /// # Errors
    /// If `path` cannot be read or is no folder.
    pub fn open(path: &Path) -> Result<Self, ProjectError> {
        Self::open_with(path, None)
    }

    /// As [`Self::open`], to look at a change. Where it is what is staged, the files are those of the index: what
    /// would be committed, whatever lies in the work tree. A change that cannot be had is told in [`Self::change`].
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with(path: &Path, change: Option<Against>) -> Result<Self, ProjectError> {
        let given = fs::canonicalize(path).map_err(|source| ProjectError::Path { path: path.to_owned(), source })?;
        if !given.is_dir() {
            return Err(ProjectError::NotAFolder(path.to_owned()));
        }
        let (repository, no_repository) = match Repository::discover(&given) {
            Ok(repository) => (Some(repository), None),
            Err(error) => (None, Some(error)),
        };
        let mut problems = Vec::new();
        let root = match &repository {
            Some(repository) => repository.work_tree().and_then(|root| fs::canonicalize(root).ok()),
            None => Some(given.clone()),
        };
        let change = change.map(|against| ChangeAsked::new(against, repository.as_ref()));
        let staged = change.as_ref().filter(|change| change.found.is_ok()).map(|change| &change.against);
        let mut to_read = 0;
        let files = match (&root, &repository) {
            (_, Some(repository)) if let Some(Against::Head { index, .. }) = staged => {
                let listed = repository.staged_files(index.as_deref());
                contents(&given, listed.map_err(|error| error.to_string()), &mut problems)
            }
            (Some(root), _) => {
                problems
                    .extend(repository.as_ref().filter(|repository| repository.is_sparse()).map(|_| not_all_there()));
                let walked = walk(root, repository.as_ref(), &mut problems);
                to_read = walked.to_read;
                walked.files
            }
            (None, Some(repository)) => tree(&given, repository, &mut problems),
            (None, None) => FileSet::from_texts([]),
        };
        let scope = root
            .as_deref()
            .and_then(|root| given.strip_prefix(root).ok())
            .map_or_else(RepoPath::root, |inside| RepoPath::from_git(&path_bytes(inside)));
        problems.extend(change.as_ref().and_then(ChangeAsked::problems));
        // What was before the change is judged as well, and by the same past.
        let looks_at_change = change.is_some();
        let repository = repository.map(|repository| Arc::new(Mutex::new(repository)));
        Ok(Self {
            root,
            repository,
            no_repository,
            at: None,
            files,
            to_read,
            scope,
            ci: None,
            change,
            place: given,
            facts: Some(Arc::new(FactsStore::of_this_run())),
            traces: looks_at_change.then(|| Arc::new(Traces::of_this_run())),
            past: looks_at_change.then(Arc::default),
            model_time: None,
            without_model: None,
            problems,
            members: Vec::new(),
        })
    }

    /// The files of several repositories, below the folder `root`, which is none itself.
    pub(crate) fn of_files(root: PathBuf, files: FileSet, members: Vec<Arc<Member>>) -> Self {
        Self {
            root: Some(root.clone()),
            repository: None,
            no_repository: None,
            at: None,
            files,
            to_read: 0,
            scope: RepoPath::root(),
            ci: None,
            change: None,
            place: root,
            facts: None,
            traces: None,
            past: None,
            model_time: None,
            without_model: None,
            problems: Vec::new(),
            members,
        }
    }

    /// Keeps the facts of its files in `folder` from run to run. Those of a plain folder are forgotten after the run.
    pub fn keep_facts_in(&mut self, folder: &Path) {
        let common_dir =
            self.repository.as_ref().and_then(|repository| Some(repository.lock().ok()?.common_dir().to_owned()));
        if let Some(common_dir) = common_dir {
            self.facts = Some(Arc::new(FactsStore::open(folder, &common_dir)));
        }
    }

    /// The facts of earlier runs, and of what this run read before.
    pub(crate) fn kept(&self) -> Option<&dyn KeptFacts> {
        self.facts.as_deref().map(|facts| facts as &dyn KeptFacts)
    }

    /// Writes the facts that were read anew. That they cannot be kept is no reason to fail: the next run reads them again.
    pub(crate) fn keep(&self) {
        if let Some(facts) = &self.facts {
            let _ = facts.save();
        }
    }

    /// The project as it was at `commit`, in the scope of this one: its files, and its history up to there. It shares the
    /// repository of this one, and what is known of the past; without a repository there are no files.
    pub fn at(&self, commit: CommitId) -> Self {
        let rev = commit.to_string();
        let mut problems = Vec::new();
        let listed = match self.repository.as_ref().map(|repository| repository.lock()) {
            Some(Ok(repository)) => repository.tree_files(Some(&rev)).map_err(|error| error.to_string()),
            _ => Err("there is no repository to read it from".to_owned()),
        };
        let listed = listed.map_err(|why| format!("the files of {rev} cannot be read: {why}"));
        let files = contents(&self.place, listed, &mut problems);
        Self {
            root: None,
            repository: self.repository.clone(),
            no_repository: self.no_repository.clone(),
            at: Some(commit),
            files,
            to_read: 0,
            scope: self.scope.clone(),
            ci: self.ci,
            change: None,
            place: self.place.clone(),
            facts: self.facts.clone(),
            traces: self.traces.clone(),
            past: self.past.clone(),
            model_time: self.model_time,
            without_model: None,
            problems,
            members: Vec::new(),
        }
    }
}

fn not_all_there() -> Problem {
    let message = "the checkout is sparse: functions in files that are not checked out are not looked at; \
                   git sparse-checkout disable brings them";
    Problem::general(ProblemKind::UnreadableFile, message)
}

/// The name of `path` below `root`; none for the root itself.
pub(crate) fn below(root: &Path, path: &Path) -> Option<RepoPath> {
    let inside = path.strip_prefix(root).ok().filter(|inside| !inside.as_os_str().is_empty())?;
    Some(RepoPath::from_git(&path_bytes(inside)))
}

/// The bytes of a path, with `/` between its parts.
fn path_bytes(path: &Path) -> Vec<u8> {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().as_encoded_bytes()).collect();
    parts.join(&b'/')
}

/// The symbolic link at `place`, which is called `path` in the work tree `root`.
pub(crate) fn link_at(root: &Path, path: &RepoPath, place: &Path) -> FileType {
    let target = fs::read_link(place).unwrap_or_default();
    if target.is_absolute() {
        return match below(root, &target) {
            Some(inside) => FileType::Link(inside),
            None => FileType::LinkOutside(target.to_string_lossy().into_owned()),
        };
    }
    link(path, &target.to_string_lossy())
}

/// A symbolic link at `path` that says `target`.
fn link(path: &RepoPath, target: &str) -> FileType {
    let folder = path.parent().unwrap_or_else(RepoPath::root);
    folder.join(target).map_or_else(|_| FileType::LinkOutside(target.to_owned()), FileType::Link)
}

/// Contents from the disk.
pub(crate) struct Disk {
    pub root: PathBuf,
    /// Where the files are whose names are not UTF-8: a [`RepoPath`] spells them differently.
    pub misnamed: BTreeMap<RepoPath, PathBuf>,
    /// What the index knows of files that nobody wrote to since; of those of which checking them out made other bytes,
    /// nothing.
    pub clean: BTreeMap<RepoPath, BlobId>,
    /// What was read.
    pub ids: Mutex<BTreeMap<RepoPath, BlobId>>,
}

impl Source for Disk {
    fn read(&self, path: &RepoPath) -> Result<Vec<u8>, ReadError> {
        let place = self.misnamed.get(path).cloned().unwrap_or_else(|| self.root.join(path.as_str()));
        let bytes = fs::read(place).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ReadError::Missing,
            _ => ReadError::Io(error.to_string()),
        })?;
        let id = lockstep_history::id_of(&bytes);
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), id);
        Ok(bytes)
    }

    /// The id of the bytes that were read, for the file may have been written to since; of what was not read, what the index
    /// says.
    fn id(&self, path: &RepoPath) -> Option<BlobId> {
        let read = self.ids.lock().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        read.or_else(|| self.clean.get(path).copied())
    }
}

/// The files of HEAD's tree, for a bare repository.
fn tree(given: &Path, repository: &Repository, problems: &mut Vec<Problem>) -> FileSet {
    let listed = repository.tree_files(None).map_err(|error| format!("the tree of HEAD cannot be read: {error}"));
    contents(given, listed, problems)
}

/// Files whose contents come from the object database.
fn contents(given: &Path, listed: Result<Vec<TreeFile>, String>, problems: &mut Vec<Problem>) -> FileSet {
    let listed = match listed {
        Ok(listed) => listed,
        Err(why) => {
            problems.push(Problem::general(ProblemKind::History, why));
            return FileSet::from_texts([]);
        }
    };
    let mut blobs = FxHashMap::default();
    let mut entries = Vec::new();
    for file in listed {
        let kind = match file.kind {
            TreeFileKind::File => FileType::File,
            TreeFileKind::Link(target) => link(&file.path, &target),
            TreeFileKind::Submodule => continue,
        };
        blobs.insert(file.path.clone(), file.blob);
        entries.push((file.path, FileEntry::of_any_size(kind)));
    }
    // Contents are asked for while the history is read: they have a handle of their own.
    let own = match Repository::discover(given) {
        Ok(own) => own,
        Err(error) => {
            problems.push(Problem::general(ProblemKind::History, format!("contents cannot be read: {error}")));
            return FileSet::from_texts([]);
        }
    };
    FileSet::new(entries, Arc::new(Objects { repository: Mutex::new(own), blobs }))
}

/// Contents from the object database.
struct Objects {
    repository: Mutex<Repository>,
    blobs: FxHashMap<RepoPath, BlobId>,
}

impl Source for Objects {
    fn read(&self, path: &RepoPath) -> Result<Vec<u8>, ReadError> {
        let blob = self.blobs.get(path).ok_or(ReadError::Missing)?;
        let repository = self.repository.lock().map_err(|_| ReadError::Io("the repository is lost".to_owned()))?;
        let failed = |error: ObjectError| ReadError::Io(error.to_string());
        // The list of files does not know how large they are: asking that of each takes longer than listing them.
        let size = repository.blob_size(*blob).map_err(failed)?;
        if size > FileSet::LARGEST {
            return Err(ReadError::TooLarge(size));
        }
        repository.read_blob(*blob).map_err(failed)
    }

    fn id(&self, path: &RepoPath) -> Option<BlobId> {
        self.blobs.get(path).copied()
    }
}
