//! How alike the code of the functions is: the texts that the measure's prior compares, and their words, as far as these are
//! known from an earlier run.

use std::{borrow::Cow, sync::Arc};

use lockstep_coupling::{Likeness, words_of};
use lockstep_model::{BlobId, Closure, ClosureFile, FileKind, FileSet, Function, RepoPath};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    Project,
    traces::{KeptWords, Traces, WordsOfFiles, is_worth_writing},
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
    let mut texts = String::new();
    let WordsOfFiles { all, files: known } = traces.words().read(&mut texts);
    let of = |path| File::of(&project.files, path, &known);
    let files: Vec<Vec<File<'_>>> = functions
        .par_iter()
        .zip(closures)
        .map(|(function, closure)| own(function, closure).filter_map(of).collect())
        .collect();
    let words: Vec<Vec<Words<'_>>> = files.par_iter().map(|files| files.iter().map(File::words).collect()).collect();
    let read = words.iter().flatten().flat_map(Words::read).copied();
    let dictionary = Dictionary::of(all, read);
    let numbers: Vec<Vec<Cow<'_, [u32]>>> =
        words.par_iter().map(|words| words.iter().map(|words| dictionary.numbers(words)).collect()).collect();
    keep(traces, &known, &dictionary, files.iter().flatten().zip(numbers.iter().flatten()));
    Likeness::of_numbers(dictionary.all.len(), &numbers)
}

/// All words of today, and those that are kept.
struct Dictionary<'w> {
    /// Ascending.
    all: Vec<&'w str>,
    /// By the number of a kept word, its number here; none where that is the same.
    moved: Option<Vec<u32>>,
}

impl<'w> Dictionary<'w> {
    /// The words that are `kept`, ascending, and those that were `read`.
    fn of(kept: Vec<&'w str>, read: impl Iterator<Item = &'w str>) -> Self {
        let new: FxHashSet<&str> = read.filter(|word| kept.binary_search(word).is_err()).collect();
        if new.is_empty() {
            return Self { all: kept, moved: None };
        }
        let mut all: Vec<(&str, Option<usize>)> = kept.iter().copied().zip((0..).map(Some)).collect();
        all.extend(new.into_iter().map(|word| (word, None)));
        all.sort_unstable();
        let mut moved = vec![0; kept.len()];
        for (number, (_, before)) in (0..).zip(&all) {
            if let Some(before) = before {
                moved[*before] = number;
            }
        }
        Self { all: all.into_iter().map(|(word, _)| word).collect(), moved: Some(moved) }
    }

    fn numbers<'n>(&self, words: &Words<'n>) -> Cow<'n, [u32]> {
        match (words, &self.moved) {
            (Words::Known(numbers), None) => Cow::Borrowed(numbers),
            (Words::Known(numbers), Some(moved)) => numbers.iter().map(|number| moved[*number as usize]).collect(),
            (Words::Read(words), _) => {
                let number = |word: &&str| self.all.binary_search(word).ok().map(|number| number as u32);
                words.iter().filter_map(number).collect()
            }
        }
    }
}

/// The files that the words of a function come from.
fn own<'c>(function: &'c Function, closure: &'c Closure) -> impl Iterator<Item = &'c RepoPath> {
    let starts = |file: &ClosureFile| function.entry.as_ref().is_some_and(|entry| entry.path == file.path);
    let own = closure.files.iter().filter(move |file| file.own || starts(file));
    own.filter(|file| file.kind == FileKind::Implementation).map(|file| &file.path)
}

/// The numbers of the words of some files, by the ids of what these hold.
type Known = FxHashMap<BlobId, Vec<u32>>;

/// A file that is text.
enum File<'k> {
    /// Its words are known.
    Known(BlobId, &'k [u32]),
    /// They are not.
    Read(Option<BlobId>, Arc<str>),
}

/// The words of a file.
enum Words<'w> {
    /// By the numbers of those that are kept.
    Known(&'w [u32]),
    Read(Vec<&'w str>),
}

impl<'w> Words<'w> {
    /// Those that are not known by numbers.
    fn read(&self) -> &[&'w str] {
        match self {
            Self::Known(_) => &[],
            Self::Read(words) => words,
        }
    }
}

impl<'k> File<'k> {
    /// None if it is no text.
    fn of(files: &FileSet, path: &RepoPath, known: &'k Known) -> Option<Self> {
        let id = || files.id(&files.resolve(path)?);
        let kept = |id: BlobId| Some(Self::Known(id, known.get(&id)?));
        id().and_then(kept).or_else(|| {
            let text = files.text(path).ok()?;
            // Of some files the id is known when they were read.
            Some(Self::Read(id(), text))
        })
    }

    fn words(&self) -> Words<'_> {
        match self {
            Self::Known(_, words) => Words::Known(words),
            Self::Read(_, text) => Words::Read(words_of(text)),
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
fn keep<'f>(
    traces: &Traces,
    known: &Known,
    dictionary: &Dictionary<'_>,
    files: impl Iterator<Item = (&'f File<'f>, &'f Cow<'f, [u32]>)>,
) {
    let mut asked: FxHashMap<BlobId, Cow<'_, [u32]>> = FxHashMap::default();
    let mut read = 0;
    for (file, words) in files {
        let Some(id) = file.id() else { continue };
        let is_first = asked.insert(id, Cow::Borrowed(words)).is_none();
        read += usize::from(is_first && matches!(file, File::Read(..)));
    }
    if is_worth_writing(read, known.is_empty()) {
        let rest = known.iter().filter(|(id, _)| !asked.contains_key(*id)).take(asked.len());
        let rest: Vec<_> = rest.map(|(id, words)| (*id, dictionary.numbers(&Words::Known(words)))).collect();
        let mut all: Vec<_> = asked.into_iter().chain(rest).collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        traces.keep_words(KeptWords::of(&dictionary.all, &all));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_words_keep_their_places_among_new_ones() {
        let kept = || vec!["list", "price", "total"];
        let same = Dictionary::of(kept(), ["price"].into_iter());
        assert_eq!((&same.all, &same.moved), (&kept(), &None));
        let more = Dictionary::of(kept(), ["order", "zone", "order", "add", "total"].into_iter());
        assert_eq!(more.all, ["add", "list", "order", "price", "total", "zone"]);
        assert_eq!(*more.numbers(&Words::Known(&[0, 2])), [1, 4]);
        assert_eq!(*more.numbers(&Words::Read(vec!["zone", "list"])), [5, 1]);
        assert!(Dictionary::of(Vec::new(), std::iter::empty()).all.is_empty());
    }
}
