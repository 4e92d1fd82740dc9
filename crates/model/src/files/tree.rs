//! What a set of files consists of: the files in the order of their paths, found by them at once.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{FileEntry, FileType, Source};
use crate::RepoPath;

/// The files of a checkout, and where their contents come from.
pub(super) struct Tree {
    /// Sorted by path, each path once.
    files: Vec<(RepoPath, FileEntry)>,
    /// Per path: its place among them. They are asked for far more often than they are listed.
    places: FxHashMap<RepoPath, u32>,
    folders: FxHashSet<RepoPath>,
    has_links: bool,
    pub(super) source: Arc<dyn Source>,
}

impl Tree {
    /// Of several entries of one path, the last counts.
    pub(super) fn new(entries: impl IntoIterator<Item = (RepoPath, FileEntry)>, source: Arc<dyn Source>) -> Self {
        let mut files: Vec<(RepoPath, FileEntry)> = entries.into_iter().collect();
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        files.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(&mut later.1, &mut earlier.1);
            }
            same
        });
        let places = (0..).zip(&files).map(|(place, (path, _))| (path.clone(), place)).collect();
        let has_links = files.iter().any(|(_, entry)| matches!(entry.file_type, FileType::Link(_)));
        Self { folders: folders(&files), files, places, has_links, source }
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    pub(super) fn get(&self, path: &RepoPath) -> Option<&FileEntry> {
        Some(&self.files[*self.places.get(path)? as usize].1)
    }

    /// All of them, by path.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&RepoPath, &FileEntry)> {
        self.files.iter().map(|(path, entry)| (path, entry))
    }

    /// Those that do not come before `path`, by path.
    pub(super) fn from(&self, path: &RepoPath) -> impl Iterator<Item = &RepoPath> {
        self.files[self.files.partition_point(|(other, _)| other < path)..].iter().map(|(path, _)| path)
    }

    /// True for the root, and for every folder with a file in it.
    pub(super) fn is_folder(&self, path: &RepoPath) -> bool {
        self.folders.contains(path)
    }

    /// True if a link leads to a place in the repository.
    pub(super) fn has_links(&self) -> bool {
        self.has_links
    }
}

/// The folders around `files`, which are sorted.
fn folders(files: &[(RepoPath, FileEntry)]) -> FxHashSet<RepoPath> {
    let mut folders = FxHashSet::from_iter([RepoPath::root()]);
    let around = |path: &RepoPath| path.as_str().len() - path.file_name().len();
    let mut last = "";
    for (path, _) in files {
        // Files of one folder stand beside each other.
        let folder = &path.as_str()[..around(path)];
        if folder == last {
            continue;
        }
        last = folder;
        for folder in path.ancestors().skip(1) {
            if !folders.insert(folder) {
                break;
            }
        }
    }
    folders
}
