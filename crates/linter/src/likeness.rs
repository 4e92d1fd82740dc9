//! How alike the code of the functions is: the texts that the measure's prior compares.

use lockstep_coupling::Likeness;
use lockstep_model::{Closure, ClosureFile, FileKind, FileSet, Function};
use rayon::prelude::*;

/// How alike the own code of `functions` is, as it stands in `files`. For a measurement of the past, `files` must be
/// those of that time: what was written later tells what changed later.
///
/// `closures` are in the order of the functions. A file that is no text has no words.
pub fn likeness(files: &FileSet, functions: &[Function], closures: &[Closure]) -> Likeness {
    let texts: Vec<Vec<_>> = functions
        .par_iter()
        .zip(closures)
        .map(|(function, closure)| {
            let starts = |file: &ClosureFile| function.entry.as_ref().is_some_and(|entry| entry.path == file.path);
            let own = closure.files.iter().filter(|file| file.own || starts(file));
            let run = own.filter(|file| file.kind == FileKind::Implementation);
            run.filter_map(|file| files.text(&file.path).ok()).collect()
        })
        .collect();
    Likeness::of(&texts)
}
