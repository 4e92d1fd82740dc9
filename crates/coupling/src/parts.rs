//! [`Parts`]: whose part a change touches, for files in which several functions start.

use lockstep_model::{BlobId, FileChange, PathId};
use rustc_hash::{FxHashMap, FxHashSet};

/// What identifies a change of one file: the file, and its content before and after.
type Change = (PathId, BlobId, BlobId);

/// Changes of which more is known than the file: for each part that changed, the functions that reach it.
///
/// A change that was not added is attributed by its file as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    of: FxHashMap<Change, Vec<Box<[u32]>>>,
    covered: FxHashSet<PathId>,
}

impl Parts {
    /// Says which parts `change` touches: for each, the numbers of the functions that reach it, in any order.
    pub fn add(&mut self, change: &FileChange, parts: impl IntoIterator<Item = Vec<u32>>) {
        let sorted = |mut functions: Vec<u32>| {
            functions.sort_unstable();
            functions.dedup();
            functions.into_boxed_slice()
        };
        let parts = parts.into_iter().map(sorted).filter(|part| !part.is_empty()).collect();
        self.covered.insert(change.path);
        self.of.insert((change.path, change.before, change.after), parts);
    }

    /// The parts that `change` touches, each with its functions, ascending; none if only the file is known.
    pub fn of(&self, change: &FileChange) -> Option<&[Box<[u32]>]> {
        self.of.get(&(change.path, change.before, change.after)).map(Vec::as_slice)
    }

    /// True if some change of the path is told apart.
    pub fn covers(&self, path: PathId) -> bool {
        self.covered.contains(&path)
    }
}
