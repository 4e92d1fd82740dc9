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

use lockstep_model::{Closure, CodeClone, FileSet};

pub use self::repeats::Effort;
use self::rows::Rows;
use crate::{
    closure::sources::Sources,
    own_code::{self, OwnCode, OwnFile, Reached},
};

/// The copies in the own code of the functions of `closures`, in the order of the functions; none if two functions
/// have none. Of passages that overlap, the longest.
pub fn clones(files: &FileSet, closures: &[Closure]) -> Vec<CodeClone> {
    let reached = own_code::reached(files, closures);
    let sources = Sources::new(files, None);
    clones_in(Code { files, sources: &sources, closures, reached: &reached }, Vec::new(), OwnCode::default()).clones
}

/// Code in which copies are looked for.
#[derive(Clone, Copy)]
pub(crate) struct Code<'c> {
    pub(crate) files: &'c FileSet,
    pub(crate) sources: &'c Sources<'c>,
    pub(crate) closures: &'c [Closure],
    pub(crate) reached: &'c [Reached<'c>],
}

/// As [`clones`]. What is `known` may be of other files, but the functions must be the same; what of it is as it was was taken out,
/// and stands in `kept`, per file that is reached. The result holds all files.
pub(crate) fn clones_in(code: Code<'_>, kept: Vec<Option<OwnFile>>, known: OwnCode) -> OwnCode {
    let mut rows = Rows::of(code, kept, known.files);
    let (mut found, effort) = rows.repeats(known.effort);
    found.sort_unstable_by_key(|repeat| (repeat.a.0, repeat.b.0, repeat.a.1, repeat.b.1));
    let mut clones = rows.clones(&found);
    clones.extend(rows.kept(known.clones));
    clones.sort_by(|x, y| (x.0, x.1, &x.2).cmp(&(y.0, y.1, &y.2)));
    let clones = clones.into_iter().map(|(.., clone)| clone).collect();
    OwnCode { files: rows.files(), clones, effort }
}

#[cfg(test)]
mod tests;
