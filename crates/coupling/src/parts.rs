//! [`Parts`]: whose part a change touches, for files of which functions reach parts: those in which several start, and
//! modules of which each uses some names.

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
        self.add_part(change.path, change.before, change.after, parts);
    }

    /// As [`Self::add`], for the change of `path` that leads from the content `before` to `after`.
    pub fn add_part(&mut self, path: PathId, before: BlobId, after: BlobId, parts: impl IntoIterator<Item = Vec<u32>>) {
        let sorted = |mut functions: Vec<u32>| {
            functions.sort_unstable();
            functions.dedup();
            functions.into_boxed_slice()
        };
        let parts = parts.into_iter().map(sorted).filter(|part| !part.is_empty()).collect();
        self.covered.insert(path);
        self.of.insert((path, before, after), parts);
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
