//! The index: the files as they would be committed now, and what git knows of their folders.

use std::path::{Path, PathBuf};

use gix_index::{File, decode, entry::Flags};
use lockstep_model::RepoPath;

use crate::{
    Repository,
    diff::{self, Side},
    difference::{DifferenceError, Files},
    objects::ObjectId,
};

/// What stands in an index.
pub(crate) struct Indexed {
    /// The files as they would be committed: neither what is only announced (`git add -N`) nor what is in conflict.
    pub(crate) files: Files,
    /// What is in conflict, sorted.
    pub(crate) conflicts: Vec<RepoPath>,
    /// The outermost folder, as far as git knows the trees of folders.
    pub(crate) folders: Option<Folder>,
}

/// A folder in the index.
pub(crate) struct Folder {
    name: String,
    /// The tree that it would be written as, and how many files are in it, at any depth; none since something in it was added.
    pub(crate) tree: Option<(ObjectId, usize)>,
    /// Those in it, sorted by name.
    folders: Vec<Folder>,
}

impl Repository {
    /// What stands in the index that is `named`; in the repository's own if none is.
    ///
    /// # Errors
    /// If there is no index, or it is of a kind that is not read (sparse).
    pub(crate) fn indexed(&self, named: Option<&Path>) -> Result<Indexed, DifferenceError> {
        if self.is_bare() {
            return Err(DifferenceError::Bare);
        }
        let index = self.open_index(named)?;
        if index.is_sparse() {
            return Err(DifferenceError::SparseIndex);
        }
        let (mut files, mut conflicts) = (Vec::with_capacity(index.entries().len()), Vec::new());
        for entry in index.entries() {
            let path = RepoPath::from_git(entry.path(&index));
            match entry.stage_raw() {
                0 if entry.flags.contains(Flags::INTENT_TO_ADD) => {}
                0 => {
                    let id = entry.id.as_bytes().try_into().unwrap_or_default();
                    files.push((path, Side { mode: diff::canonical(entry.mode.bits()), id }));
                }
                _ => conflicts.push(path),
            }
        }
        conflicts.sort();
        conflicts.dedup();
        let folders = index.tree().map(Folder::of);
        // They come sorted, but for names that are not UTF-8: a tree of them is made at once.
        Ok(Indexed { files: files.into_iter().collect(), conflicts, folders })
    }

    fn open_index(&self, named: Option<&Path>) -> Result<File, DifferenceError> {
        let own = || self.git_dir().join("index");
        // Git means it from the root of the work tree, in which it runs hooks; a hook may have gone elsewhere since.
        let place = match named {
            None => own(),
            Some(named) => {
                let places = [Some(named.to_owned()), self.work_tree().map(|root| root.join(named))];
                let found = places.into_iter().flatten().find(|place: &PathBuf| place.is_file());
                found.ok_or_else(|| DifferenceError::Index(format!("there is no file `{}`", named.display())))?
            }
        };
        // Git does not check the hash of an index either, unless it is told to: it takes longer than all the rest.
        let options = decode::Options { thread_limit: Some(1), ..decode::Options::default() };
        let opened = match named {
            None => File::at_or_default(place, gix_hash::Kind::Sha1, true, options),
            Some(_) => File::at(place, gix_hash::Kind::Sha1, true, options),
        };
        opened.map_err(|error| DifferenceError::Index(error.to_string()))
    }
}

impl Folder {
    /// The one in it that is called so.
    pub(crate) fn folder(&self, name: &str) -> Option<&Self> {
        let at = self.folders.binary_search_by(|folder| folder.name.as_str().cmp(name)).ok()?;
        self.folders.get(at)
    }

    fn of(tree: &gix_index::extension::Tree) -> Self {
        let known = || Some((tree.id.as_bytes().try_into().ok()?, tree.num_entries? as usize));
        let mut folders: Vec<Self> = tree.children.iter().map(Self::of).collect();
        // Git sorts them by length first.
        folders.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Self { name: String::from_utf8_lossy(&tree.name).into_owned(), tree: known(), folders }
    }
}

#[cfg(test)]
impl Folder {
    pub(crate) fn new(name: &str, tree: Option<(ObjectId, usize)>, folders: Vec<Self>) -> Self {
        Self { name: name.to_owned(), tree, folders }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// What it says may be wrong, as with git itself: it must not be the end of the run.
    #[test]
    fn a_damaged_index_is_an_error_or_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let git = git2::Repository::init(folder.path()).unwrap();
        let mut index = git.index().unwrap();
        fs::create_dir_all(folder.path().join("b/d")).unwrap();
        for name in ["a.md", "b/c.md", "b/d/e.md"] {
            fs::write(folder.path().join(name), name).unwrap();
            index.add_path(Path::new(name)).unwrap();
        }
        index.write_tree().unwrap();
        index.write().unwrap();
        let repository = Repository::discover(folder.path()).unwrap();
        let good = fs::read(repository.git_dir().join("index")).unwrap();
        let place = folder.path().join("damaged");
        let read = |bytes: &[u8]| {
            fs::write(&place, bytes).unwrap();
            repository.indexed(Some(&place))
        };
        let indexed = read(&good).unwrap();
        assert_eq!((indexed.files.len(), indexed.folders.map(|all| all.folder("b").is_some())), (3, Some(true)));
        for at in 0..good.len() {
            for bits in [0x01, 0x40, 0xff] {
                let mut bad = good.clone();
                bad[at] ^= bits;
                let _ = read(&bad);
            }
            let _ = read(&good[..at]);
        }
        assert!(read(&good[..good.len() / 2]).is_err() && read(b"").is_err());
    }
}
