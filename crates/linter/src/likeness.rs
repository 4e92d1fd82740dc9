//! How alike the code of the functions is: the texts that the measure's prior compares, and their words, as far as these are
//! known from an earlier run.

use std::{borrow::Cow, sync::Arc};

use lockstep_coupling::{Likeness, words_of};
use lockstep_model::{BlobId, Closure, ClosureFile, FileKind, FileSet, Function, RepoPath};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::{
    Project,
    traces::{KeptWords, Traces, is_worth_writing},
};

/// How alike the own code of `functions` is, as it stands in `files`. For a measurement of the past, `files` must be
/// those of that time: what was written later tells what changed later.
///
/// `closures` are in the order of the functions. A file that is no text has no words.
pub fn likeness(files: &FileSet, functions: &[Function], closures: &[Closure]) -> Likeness {
    let texts: Vec<Vec<_>> = functions
        .par_iter()
        .zip(closures)
        .map(|(function, closure)| own(function, closure).filter_map(|path| files.text(path).ok()).collect())
        .collect();
    Likeness::of(&texts)
}

/// The same in the files of `project`, of which those are not read whose words are kept.
pub(crate) fn of_today(project: &Project, functions: &[Function], closures: &[Closure]) -> Likeness {
    let Some(traces) = &project.traces else { return likeness(&project.files, functions, closures) };
    let kept = traces.words();
    let known = kept.files();
    let of = |path| File::of(&project.files, path, &known);
    let files: Vec<Vec<File<'_>>> = functions
        .par_iter()
        .zip(closures)
        .map(|(function, closure)| own(function, closure).filter_map(of).collect())
        .collect();
    let words: Vec<Vec<Cow<'_, [&str]>>> =
        files.par_iter().map(|files| files.iter().map(File::words).collect()).collect();
    keep(traces, &known, files.iter().flatten().zip(words.iter().flatten()));
    Likeness::of_words(&words)
}

/// The files that the words of a function come from.
fn own<'c>(function: &'c Function, closure: &'c Closure) -> impl Iterator<Item = &'c RepoPath> {
    let starts = |file: &ClosureFile| function.entry.as_ref().is_some_and(|entry| entry.path == file.path);
    let own = closure.files.iter().filter(move |file| file.own || starts(file));
    own.filter(|file| file.kind == FileKind::Implementation).map(|file| &file.path)
}

/// The words of some files, by the ids of what these hold.
type Known<'k> = FxHashMap<BlobId, Vec<&'k str>>;

/// A file that is text.
enum File<'k> {
    /// Its words are known.
    Known(BlobId, &'k [&'k str]),
    /// They are not.
    Read(Option<BlobId>, Arc<str>),
}

impl<'k> File<'k> {
    /// None if it is no text.
    fn of(files: &FileSet, path: &RepoPath, known: &'k Known<'_>) -> Option<Self> {
        let id = || files.id(&files.resolve(path)?);
        let kept = |id: BlobId| Some(Self::Known(id, known.get(&id)?));
        id().and_then(kept).or_else(|| {
            let text = files.text(path).ok()?;
            // Of some files the id is known when they were read.
            Some(Self::Read(id(), text))
        })
    }

    fn words(&self) -> Cow<'_, [&str]> {
        match self {
            Self::Known(_, words) => Cow::Borrowed(words),
            Self::Read(_, text) => Cow::Owned(words_of(text)),
        }
    }

    fn id(&self) -> Option<BlobId> {
        match self {
            Self::Known(id, _) => Some(*id),
            Self::Read(id, _) => *id,
        }
    }
}

/// Keeps the words of `files`, if those of many were not `known`; and of what was known and is in none of these, no more than that: it
/// may be asked for again, on another branch or in the state before a change.
fn keep<'f>(traces: &Traces, known: &Known<'_>, files: impl Iterator<Item = (&'f File<'f>, &'f Cow<'f, [&'f str]>)>) {
    let mut asked: FxHashMap<BlobId, &[&str]> = FxHashMap::default();
    let mut read = 0;
    for (file, words) in files {
        let Some(id) = file.id() else { continue };
        let is_first = asked.insert(id, words).is_none();
        read += usize::from(is_first && matches!(file, File::Read(..)));
    }
    if is_worth_writing(read, known.is_empty()) {
        let rest = known.iter().filter(|(id, _)| !asked.contains_key(*id)).take(asked.len());
        let rest: Vec<(BlobId, &[&str])> = rest.map(|(id, words)| (*id, &words[..])).collect();
        let mut all: Vec<(BlobId, &[&str])> = asked.into_iter().chain(rest).collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        traces.keep_words(KeptWords::of(&all));
    }
}
