//! The rows that are searched: those that are read now, and those that are as they were when they were searched before. Of the
//! latter the classes are known, which is all that is searched; the file itself is read where a repeat was found in it.

use std::collections::BTreeMap;

use lockstep_model::{CodeClone, Fragment, FunctionId, RepoPath};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Code, Effort,
    own::{self, Row},
    repeats::{self, Repeat, Stretch},
    weigh,
};
use crate::own_code::{OwnFile, Reached};

/// The own code of one function in one file.
struct Entry {
    function: usize,
    /// The number of the file.
    file: usize,
    classes: Vec<u32>,
    /// True if it was not searched before.
    fresh: bool,
    row: Option<Row>,
}

/// All of them, in the order of the functions and paths.
pub(super) struct Rows<'a> {
    code: Code<'a>,
    entries: Vec<Entry>,
    /// The classes of rows that were searched before and are there no more.
    gone: Vec<Vec<u32>>,
}

impl<'a> Rows<'a> {
    /// The rows of `code`, of which some may be `kept`; others were there before.
    pub(super) fn of(code: Code<'a>, mut kept: Vec<Option<OwnFile>>, before: BTreeMap<RepoPath, OwnFile>) -> Self {
        kept.resize_with(code.reached.len(), || None);
        let entries_of = |(file, (reached, kept)): (usize, (&Reached<'_>, Option<OwnFile>))| match kept {
            Some(kept) => {
                let entry = |(function, classes): (u32, Vec<u32>)| Entry {
                    function: function as usize,
                    file,
                    classes,
                    fresh: false,
                    row: None,
                };
                kept.rows.into_iter().map(entry).collect::<Vec<_>>()
            }
            None => {
                let classes = |row: &Row| row.tokens.iter().map(|token| token.class).collect();
                let entry = |row: Row| Entry {
                    function: row.function,
                    file,
                    classes: classes(&row),
                    fresh: true,
                    row: Some(row),
                };
                own::rows(code.files, code.sources, reached).into_iter().map(entry).collect()
            }
        };
        let mut entries: Vec<Entry> = code.reached.par_iter().zip(kept).enumerate().flat_map_iter(entries_of).collect();
        // The numbers of the files are in the order of their paths.
        entries.sort_by_key(|entry| (entry.function, entry.file));
        let gone = before.into_values().flat_map(|file| file.rows).map(|(_, classes)| classes).collect();
        Self { code, entries, gone }
    }

    /// The repeats in rows of different functions of which one at least was not searched before, which took `effort`.
    pub(super) fn repeats(&mut self, effort: Effort) -> (Vec<Repeat>, Effort) {
        let stretch = |entry| {
            let Entry { function, classes, .. }: &Entry = entry;
            Stretch { owner: *function, classes }
        };
        let stretches: Vec<Stretch<'_>> = self.entries.iter().map(stretch).collect();
        let fresh: Vec<bool> = self.entries.iter().map(|entry| entry.fresh).collect();
        let few = 2 * fresh.iter().filter(|fresh| **fresh).count() < fresh.len();
        let gone: Vec<&[u32]> = self.gone.iter().map(Vec::as_slice).collect();
        let found = few.then(|| repeats::repeats_of(&fresh, &stretches, &gone, effort)).flatten();
        if let Some(found) = found {
            return found;
        }
        let found = repeats::repeats(&stretches);
        self.entries.iter_mut().for_each(|entry| entry.fresh = true);
        found
    }

    /// The copies that repeats tell, which are in order, with the numbers of the functions.
    pub(super) fn clones(&mut self, found: &[Repeat]) -> Vec<(usize, usize, CodeClone)> {
        let pairs: Vec<&[Repeat]> = found
            .chunk_by(|x, y| (x.a.0, x.b.0) == (y.a.0, y.b.0))
            .filter(|repeats| weigh::may_be_copies(repeats))
            .collect();
        let wanted: FxHashSet<usize> = pairs.iter().flat_map(|repeats| [repeats[0].a.0, repeats[0].b.0]).collect();
        self.read(&wanted);
        let of_pair = |repeats: &&[Repeat]| {
            let row = |number: usize| Some((self.entries[number].function, self.entries[number].row.as_ref()?));
            let ((one, a), (other, b)) = row(repeats[0].a.0).zip(row(repeats[0].b.0))?;
            let ids = (&self.code.closures[one].function, &self.code.closures[other].function);
            Some(weigh::clones(ids, a, b, repeats).into_iter().map(move |clone| (one, other, clone)))
        };
        pairs.par_iter().filter_map(of_pair).flat_map_iter(|clones| clones).collect()
    }

    /// Reads the files of these rows that are not read yet.
    fn read(&mut self, wanted: &FxHashSet<usize>) {
        let files: FxHashSet<usize> = wanted
            .iter()
            .map(|number| &self.entries[*number])
            .filter(|entry| entry.row.is_none())
            .map(|entry| entry.file)
            .collect();
        let read = |file: usize| {
            let rows = own::rows(self.code.files, self.code.sources, &self.code.reached[file]);
            rows.into_iter().map(move |row| ((row.function, file), row))
        };
        let mut rows: FxHashMap<(usize, usize), Row> = files.into_par_iter().flat_map_iter(read).collect();
        for entry in self.entries.iter_mut().filter(|entry| entry.row.is_none()) {
            entry.row = rows.remove(&(entry.function, entry.file));
        }
    }

    /// Those of the copies that were found before between rows that are as they were, with the numbers of the functions.
    pub(super) fn kept(&self, before: Vec<CodeClone>) -> Vec<(usize, usize, CodeClone)> {
        let kept = self.entries.iter().filter(|entry| !entry.fresh);
        let kept: FxHashSet<(usize, &RepoPath)> =
            kept.map(|entry| (entry.function, self.code.reached[entry.file].path)).collect();
        let numbers: FxHashMap<&FunctionId, usize> =
            self.code.closures.iter().zip(0..).map(|(closure, number)| (&closure.function, number)).collect();
        let row = |fragment: &Fragment| {
            let number = *numbers.get(&fragment.function)?;
            kept.contains(&(number, &fragment.location.path)).then_some(number)
        };
        before.into_iter().filter_map(|clone| Some((row(&clone.a)?, row(&clone.b)?, clone))).collect()
    }

    /// What was searched, for another search: nothing else is told of the files yet.
    pub(super) fn files(self) -> BTreeMap<RepoPath, OwnFile> {
        let mut rows: Vec<Vec<(u32, Vec<u32>)>> = self.code.reached.iter().map(|_| Vec::new()).collect();
        for entry in self.entries {
            rows[entry.file].push((entry.function as u32, entry.classes));
        }
        let file = |(reached, rows): (&Reached<'_>, Vec<(u32, Vec<u32>)>)| {
            Some((reached.path.clone(), OwnFile { made_from: reached.made_from?, rows, alone: Vec::new() }))
        };
        self.code.reached.iter().zip(rows).filter_map(file).collect()
    }
}
