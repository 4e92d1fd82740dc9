//! [`Parts`]: whose part a change touches, for files of which functions reach parts: those in which several start, and
//! modules of which each uses some names; whose blocks of manifests; and whose contracts
//! files are that manifests name.

use lockstep_model::{BlobId, FileChange, PathId, RepoPath};
use rustc_hash::{FxHashMap, FxHashSet};

/// What identifies a change of one file: the file, and its content before and after.
type Change = (PathId, BlobId, BlobId);

/// Changes of which more is known than the file: for each part of a code file that changed, the functions that reach
/// it, and of manifests, the functions whose own blocks changed.
///
/// A change that was not added is attributed by its file as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    of: FxHashMap<Change, Vec<Box<[u32]>>>,
    covered: FxHashSet<PathId>,
    blocks: FxHashMap<Change, Box<[u32]>>,
    /// The manifests of those.
    manifests: FxHashSet<PathId>,
    contracts: FxHashMap<RepoPath, Box<[u32]>>,
}

impl Parts {
    /// Says which parts `change` touches: for each, the numbers of the functions that reach it, in any order.
    pub fn add(&mut self, change: &FileChange, parts: impl IntoIterator<Item = Vec<u32>>) {
        self.add_part(change.path, change.before, change.after, parts);
    }

    /// As [`Self::add`], for the change of `path` that leads from the content `before` to `after`.
    pub fn add_part(&mut self, path: PathId, before: BlobId, after: BlobId, parts: impl IntoIterator<Item = Vec<u32>>) {
        let parts = parts.into_iter().map(sorted).filter(|part| !part.is_empty()).collect();
        self.covered.insert(path);
        self.of.insert((path, before, after), parts);
    }

    /// The parts that `change` touches, each with its functions, ascending; none if only the file is known.
    pub fn of(&self, change: &FileChange) -> Option<&[Box<[u32]>]> {
        self.of.get(&(change.path, change.before, change.after)).map(Vec::as_slice)
    }

    /// Says whose blocks of a manifest the change of `path` from the content `before` to `after` touches; of nobody's if
    /// there are none.
    pub fn add_block(&mut self, path: PathId, before: BlobId, after: BlobId, functions: Vec<u32>) {
        self.manifests.insert(path);
        self.blocks.insert((path, before, after), sorted(functions));
    }

    /// The functions whose blocks of a manifest `change` touches, ascending; none if it is no change of a manifest.
    pub fn block(&self, change: &FileChange) -> Option<&[u32]> {
        self.blocks.get(&(change.path, change.before, change.after)).map(AsRef::as_ref)
    }

    /// Says that a file of today is a contract, since a manifest names it as one, and whose.
    pub fn tie(&mut self, contract: RepoPath, functions: Vec<u32>) {
        self.contracts.insert(contract, sorted(functions));
    }

    /// The functions whose contract a manifest says `path` to be, ascending; none if no manifest does.
    pub fn tied(&self, path: &RepoPath) -> Option<&[u32]> {
        self.contracts.get(path).map(AsRef::as_ref)
    }

    /// Adds what is known of another repository, whose paths are numbered from `paths` on and its functions from
    /// `functions` on, and whose files are called what `named` says.
    pub fn add_all(&mut self, other: Self, paths: u32, functions: u32, named: &dyn Fn(&RepoPath) -> RepoPath) {
        let path = |path: PathId| PathId(path.0 + paths);
        let ids = |ids: Box<[u32]>| -> Box<[u32]> { ids.iter().map(|function| function + functions).collect() };
        for ((at, before, after), parts) in other.of {
            self.of.insert((path(at), before, after), parts.into_iter().map(ids).collect());
        }
        self.covered.extend(other.covered.into_iter().map(path));
        self.manifests.extend(other.manifests.into_iter().map(path));
        for ((at, before, after), blocks) in other.blocks {
            self.blocks.insert((path(at), before, after), ids(blocks));
        }
        self.contracts.extend(other.contracts.into_iter().map(|(contract, tied)| (named(&contract), ids(tied))));
    }

    /// True if it is known of some change of the path whose blocks of a manifest it touches.
    pub fn has_blocks(&self, path: PathId) -> bool {
        self.manifests.contains(&path)
    }

    /// True if some change of the path is told apart.
    pub fn covers(&self, path: PathId) -> bool {
        self.covered.contains(&path)
    }
}

fn sorted(mut functions: Vec<u32>) -> Box<[u32]> {
    functions.sort_unstable();
    functions.dedup();
    functions.into_boxed_slice()
}
