//! Copies: passages of ten lines and more that stand in the own code of two functions, also where names and literals
//! were changed or a line was put in.
//!
//! Each function's own code becomes rows of tokens ([`own`]), in which maximal repeats are found ([`repeats`]); those of
//! one pair of texts that stand one behind the other are joined, and each is weighed as a copy ([`weigh`]): accidents
//! of grammar, tables of data and the frame that a framework asks for are none.

mod own;
mod repeats;
mod weigh;

use lockstep_model::{Closure, CodeClone, FileSet};
use rayon::prelude::*;

use self::{
    own::Row,
    repeats::{Repeat, Stretch},
};
use crate::closure::sources::Sources;

/// The copies in the own code of the functions of `closures`, in the order of the functions; none if two functions
/// have none. Of passages that overlap, the longest.
pub fn clones(files: &FileSet, closures: &[Closure]) -> Vec<CodeClone> {
    clones_in(files, &Sources::new(files, None), closures)
}

/// As [`clones`], with sources that were read.
pub(crate) fn clones_in(files: &FileSet, sources: &Sources<'_>, closures: &[Closure]) -> Vec<CodeClone> {
    let rows = own::rows(files, sources, closures);
    let classes: Vec<(usize, Vec<u32>)> =
        rows.iter().map(|row| (row.function, row.tokens.iter().map(|token| token.class).collect())).collect();
    let stretches: Vec<Stretch<'_>> =
        classes.iter().map(|(owner, classes)| Stretch { owner: *owner, classes }).collect();
    let mut found = repeats::repeats(&stretches);
    found.sort_unstable_by_key(|repeat| (repeat.a.0, repeat.b.0, repeat.a.1, repeat.b.1));
    let pairs: Vec<&[Repeat]> = found.chunk_by(|x, y| (x.a.0, x.b.0) == (y.a.0, y.b.0)).collect();
    let mut clones: Vec<(usize, usize, CodeClone)> =
        pairs.par_iter().flat_map_iter(|repeats| of_pair(closures, &rows, repeats)).collect();
    clones.sort_by(|x, y| (x.0, x.1, &x.2).cmp(&(y.0, y.1, &y.2)));
    clones.into_iter().map(|(.., clone)| clone).collect()
}

/// The copies between two rows, with the numbers of their functions.
fn of_pair(closures: &[Closure], rows: &[Row], repeats: &[Repeat]) -> Vec<(usize, usize, CodeClone)> {
    let Some(first) = repeats.first() else { return Vec::new() };
    let (a, b) = (&rows[first.a.0], &rows[first.b.0]);
    let ids = (&closures[a.function].function, &closures[b.function].function);
    let clone = weigh::clones(ids, a, b, repeats);
    clone.into_iter().map(|clone| (a.function, b.function, clone)).collect()
}

#[cfg(test)]
mod tests;
