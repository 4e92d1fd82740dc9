//! The walk over a work tree: what git tracks, and what it neither tracks nor ignores. The only walk over the file system.
//!
//! Folders in which git tracks something are looked at at the same time: of these, the index tells what belongs. What else
//! lies there is asked about one by one, for rules of ignoring are known to the repository, which is of one thread.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_history::{Repository, Tracked};
use lockstep_model::{BlobId, FileEntry, FileSet, FileType, RepoPath};
use rayon::prelude::*;
use walkdir::WalkDir;

use crate::project::{Disk, below, link_at};

/// Folders that never hold code of the project, whatever git says of them.
const NEVER: [&str; 6] = [GIT, "node_modules", ".terraform", ".venv", "__pycache__", ".hg"];

/// What makes a folder a repository of its own.
const GIT: &str = ".git";

/// The least that reading a file costs, in bytes.
const PAGE: u64 = 4 << 10;

/// What says how files are checked out.
const ATTRIBUTES: &str = ".gitattributes";

/// What a walk finds.
pub(crate) struct Walked {
    pub files: FileSet,
    /// See [`crate::Project::to_read`].
    pub to_read: u64,
}

/// The files below `root`, which is the work tree of `repository`, or a plain folder.
pub(crate) fn walk(root: &Path, repository: Option<&Repository>, problems: &mut Vec<Problem>) -> Walked {
    let tracked = match repository.map(Repository::tracked) {
        Some(Ok(tracked)) => tracked,
        Some(Err(error)) => {
            problems.push(Problem::general(ProblemKind::History, format!("the index cannot be read: {error}")));
            Tracked::default()
        }
        None => Tracked::default(),
    };
    let look = Look { root, tracked: &tracked, in_repository: repository.is_some() };
    let mut seen = look.at(root, &RepoPath::root());
    for (path, is_folder) in std::mem::take(&mut seen.untracked) {
        if repository.is_none_or(|repository| !repository.is_ignored(&path.0)) {
            look.at_untracked(path, is_folder, repository, &mut seen);
        }
    }
    let Seen { entries, misnamed, clean, problems: met, .. } = seen;
    problems.extend(met);
    let mut clean: BTreeMap<RepoPath, BlobId> = clean.into_iter().collect();
    if entries.iter().any(|(path, _)| path.file_name() == ATTRIBUTES && may_convert(&root.join(path.as_str()))) {
        clean.clear();
    }
    let misnamed = misnamed.into_iter().collect();
    let unknown = entries.iter().filter(|(path, _)| !clean.contains_key(path));
    let sizes = unknown.filter_map(|(_, entry)| entry.size()).filter(|size| *size <= FileSet::LARGEST);
    let to_read = sizes.map(|size| (size + 1).next_multiple_of(PAGE)).sum();
    let files = FileSet::new(entries, Arc::new(Disk { root: root.to_owned(), misnamed, clean, ids: Mutex::default() }));
    Walked { files, to_read }
}

/// True if files may be other bytes than what git keeps of them for what stands at `place`.
fn may_convert(place: &Path) -> bool {
    fs::read_to_string(place).map_or(true, |text| lockstep_history::is_converting(&text))
}

/// What a file or a folder is called, and where it is: names that are not UTF-8 are spelled differently.
type Place = (RepoPath, PathBuf);

/// What is found in a part of the tree.
#[derive(Default)]
struct Seen {
    entries: Vec<(RepoPath, FileEntry)>,
    /// See [`Disk`].
    misnamed: Vec<Place>,
    clean: Vec<(RepoPath, BlobId)>,
    /// Files that git does not track, and folders in which it tracks nothing; true for these.
    untracked: Vec<(Place, bool)>,
    problems: Vec<Problem>,
}

impl Seen {
    fn add(&mut self, mut other: Self) {
        self.entries.append(&mut other.entries);
        self.misnamed.append(&mut other.misnamed);
        self.clean.append(&mut other.clean);
        self.untracked.append(&mut other.untracked);
        self.problems.append(&mut other.problems);
    }

    fn fail(&mut self, why: &str) {
        let message = format!("a folder cannot be read: {why}");
        self.problems.push(Problem::general(ProblemKind::UnreadableFile, message));
    }
}

/// What a walk goes by.
#[derive(Clone, Copy)]
struct Look<'a> {
    root: &'a Path,
    tracked: &'a Tracked,
    in_repository: bool,
}

impl Look<'_> {
    /// What is in `folder`, which is called `path`, and in all below it in which git tracks something; without a repository,
    /// in all below it.
    fn at(&self, folder: &Path, path: &RepoPath) -> Seen {
        let (mut seen, mut folders) = (Seen::default(), Vec::new());
        // The system finds a file faster by its folder than by its whole name, as which `walkdir` asks for it.
        let entries = fs::read_dir(folder).map_err(|error| seen.fail(&told(&error, folder)));
        for entry in entries.into_iter().flatten() {
            let read = entry.and_then(|entry| Ok((entry.file_type()?, entry)));
            let Ok((kind, entry)) = read.map_err(|error| seen.fail(&told(&error, folder))) else { continue };
            let name = entry.file_name();
            if name == GIT && self.in_repository && !path.is_root() {
                return Seen::default();
            }
            if kind.is_dir() && is_never(&name) {
                continue;
            }
            let own = inside(path, &name);
            let known = if kind.is_dir() { self.tracked.holds_below(&own) } else { self.tracked.contains(&own) };
            if self.in_repository && !known {
                seen.untracked.push(((own, entry.path()), kind.is_dir()));
            } else if kind.is_dir() {
                folders.push((own, entry.path()));
            } else {
                self.take((own, entry.path()), entry.metadata().ok(), &mut seen);
            }
        }
        let below: Vec<Seen> = folders.par_iter().map(|(path, folder)| self.at(folder, path)).collect();
        below.into_iter().for_each(|below| seen.add(below));
        seen
    }

    /// What is at a place in which git tracks nothing and which it does not ignore.
    fn at_untracked(&self, place: Place, is_folder: bool, repository: Option<&Repository>, seen: &mut Seen) {
        if !is_folder {
            let metadata = fs::symlink_metadata(&place.1).ok();
            self.take(place, metadata, seen);
            return;
        }
        let wanted = |entry: &walkdir::DirEntry| {
            let is_folder = entry.file_type().is_dir();
            let other = is_folder && (is_never(entry.file_name()) || entry.path().join(GIT).exists());
            let ignored = |path: RepoPath| repository.is_some_and(|repository| repository.is_ignored(&path));
            !other && !below(self.root, entry.path()).is_some_and(ignored)
        };
        for entry in WalkDir::new(&place.1).follow_links(false).into_iter().filter_entry(wanted) {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => {
                    if let Some(path) = below(self.root, entry.path()) {
                        self.take((path, entry.path().to_owned()), entry.metadata().ok(), seen);
                    }
                }
                Err(error) => seen.fail(&error.to_string()),
            }
        }
    }

    fn take(&self, (path, place): Place, metadata: Option<Metadata>, seen: &mut Seen) {
        let size = metadata.as_ref().map_or(0, Metadata::len);
        let is_link = metadata.as_ref().is_some_and(Metadata::is_symlink);
        let kind = if is_link { link_at(self.root, &path, &place) } else { FileType::File };
        if let Some(id) = metadata.and_then(|metadata| self.tracked.id(&path, &metadata)) {
            seen.clean.push((path.clone(), id));
        }
        seen.entries.push((path.clone(), FileEntry::new(kind, size)));
        if place.to_str().is_none() {
            seen.misnamed.push((path, place));
        }
    }
}

/// What the system says of a folder, which it does not name itself.
fn told(error: &io::Error, folder: &Path) -> String {
    format!("{}: {error}", folder.display())
}

fn is_never(name: &OsStr) -> bool {
    NEVER.iter().any(|never| name == *never)
}

/// What `name` is called right inside of `folder`.
fn inside(folder: &RepoPath, name: &OsStr) -> RepoPath {
    let name = name.as_encoded_bytes();
    match folder.is_root() {
        true => RepoPath::from_git(name),
        false => RepoPath::from_git(&[folder.as_str().as_bytes(), b"/", name].concat()),
    }
}
