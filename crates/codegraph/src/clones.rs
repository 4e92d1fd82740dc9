//! Copies: passages of ten lines and more that stand in the own code of two functions, also where names and literals
//! were changed or a line was put in.
//!
//! Each function's own code becomes rows of tokens ([`own`], [`rows`]), in which maximal repeats are found ([`repeats`]); those of
//! one pair of texts that stand one behind the other are joined, and each is weighed as a copy ([`weigh`]): accidents
//! of grammar, tables of data and the frame that a framework asks for are none.

mod own;
mod repeats;
mod rows;
mod weigh;

use std::collections::BTreeMap;

use lockstep_model::{Closure, CodeClone, FileSet, RepoPath};

pub use self::repeats::Effort;
use self::rows::Rows;
use crate::closure::sources::Sources;

/// What a search for copies found, and what it searched: by that, another one need not look again at what is still the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// The files.
    pub files: BTreeMap<RepoPath, SearchedFile>,
    /// The copies.
    pub clones: Vec<CodeClone>,
    /// What it took.
    pub effort: Effort,
}

/// A file as it was searched for copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchedFile {
    /// A hash of what its rows were made from: of what it held, and of who reached what of it, by the numbers of functions.
    pub made_from: [u8; 32],
    /// Per function of which it holds own code, the classes of the tokens of that.
    pub rows: Vec<(u32, Vec<u32>)>,
}

/// The copies in the own code of the functions of `closures`, in the order of the functions; none if two functions
/// have none. Of passages that overlap, the longest.
pub fn clones(files: &FileSet, closures: &[Closure]) -> Vec<CodeClone> {
    clones_in(files, &Sources::new(files, None), closures, Searched::default()).clones
}

/// As [`clones`], with sources that were read, and with what is `known`, which may be of other files; but the functions must be
/// the same.
pub(crate) fn clones_in(files: &FileSet, sources: &Sources<'_>, closures: &[Closure], known: Searched) -> Searched {
    let mut rows = Rows::of(files, sources, closures, known.files);
    let (mut found, effort) = rows.repeats(known.effort);
    found.sort_unstable_by_key(|repeat| (repeat.a.0, repeat.b.0, repeat.a.1, repeat.b.1));
    let mut clones = rows.clones(&found);
    clones.extend(rows.kept(known.clones));
    clones.sort_by(|x, y| (x.0, x.1, &x.2).cmp(&(y.0, y.1, &y.2)));
    let clones = clones.into_iter().map(|(.., clone)| clone).collect();
    rows.searched(clones, effort)
}

#[cfg(test)]
mod tests;
