//! [`Deeds`]: what each commit of a line did, and then what is not made yet did, with one numbering of all paths, and a file
//! that moved as one change. Where nothing moved, that is read from the line where it lies.

use std::ops::Range;

use lockstep_model::{ChangeKind, PathId};
use rustc_hash::FxHashMap;

use crate::{
    Difference, Line,
    follow::{self, Change},
    line::{Entry, Facts, View},
    objects::ObjectError,
    paths::Paths,
    walk::{End, Fact},
};

/// What was done, oldest first.
pub(crate) struct Deeds<'l> {
    line: &'l Line,
    /// The stretches of the line, and the numbers of the paths of each; none where they are the same.
    parts: Vec<(View<'l>, Option<Vec<PathId>>)>,
    /// Where files moved: all changes, by the number of the commit.
    moved: FxHashMap<u32, Vec<Change>>,
    /// By the number of a commit, whether files moved in it: in most none did.
    is_moved: Vec<bool>,
    /// What earlier commits of a branch did that is not made yet, and what it does.
    pending: Vec<Vec<Change>>,
}

/// What one commit did.
#[derive(Clone, Copy)]
pub(crate) enum Did<'d> {
    /// As git tells it, and the numbers of the paths if they are others.
    Raw(Facts<'d>, Option<&'d [PathId]>),
    /// With files that moved.
    Moved(&'d [Change]),
    /// It cannot be read.
    Unread(&'d ObjectError),
}

impl<'d> Did<'d> {
    /// How many changes they are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Raw(facts, _) => facts.len(),
            Self::Moved(changes) => changes.len(),
            Self::Unread(_) => 0,
        }
    }

    /// Calls `each` with the name after each change, the last first.
    #[inline]
    pub(crate) fn each_name_from_last(&self, mut each: impl FnMut(PathId)) {
        match *self {
            Self::Raw(facts, numbers) => facts.paths().rev().for_each(|path| each(numbered(numbers, path))),
            Self::Moved(changes) => changes.iter().rev().for_each(|change| each(change.then)),
            Self::Unread(_) => {}
        }
    }
}

impl Change {
    /// A fact; `numbers` are those of the paths, if they are others than its own.
    #[inline]
    pub(crate) fn of(fact: &Fact, numbers: Option<&[PathId]>) -> Self {
        Self::raw(numbered(numbers, fact.path), fact.status, fact.before, fact.after)
    }
}

/// The number of a path; `numbers` are those of the paths, if they are others than its own.
#[inline]
pub(crate) fn numbered(numbers: Option<&[PathId]>, path: u32) -> PathId {
    numbers.map_or(PathId(path), |numbers| numbers[path as usize])
}

impl<'l> Deeds<'l> {
    /// What the commits of `line` and then `pending` did, the paths numbered in `paths`.
    pub(crate) fn of(line: &'l Line, pending: Option<&Difference>, paths: &mut Paths) -> Self {
        let parts = line.views().into_iter().map(|view| {
            let numbers = paths.number(view.part());
            (view, numbers)
        });
        let parts = parts.collect();
        let pending = pending.map_or(Vec::new(), |pending| pending.changes(paths).into());
        Self { line, parts, moved: FxHashMap::default(), is_moved: Vec::new(), pending }
    }

    /// Makes one change of a deletion and an addition that are one file.
    pub(crate) fn join_moves(&mut self, paths: &Paths) {
        for changes in &mut self.pending {
            let pairs = follow::pairs(changes, &|path| paths.text(path));
            *changes = follow::with_moves(changes, &pairs);
        }
        let mut first = 0;
        for (view, numbers) in &self.parts {
            let moves = view.moves(numbers.as_deref()).map(|(at, changes)| (first + at as u32, changes));
            self.moved.extend(moves);
            first += view.part().len() as u32;
        }
        self.is_moved = vec![false; self.line.len()];
        self.moved.keys().for_each(|number| self.is_moved[*number as usize] = true);
    }

    /// How many commits there are.
    pub(crate) fn made(&self) -> u32 {
        self.line.len() as u32
    }

    /// How many changes there are, at most.
    pub(crate) fn len(&self) -> usize {
        let made: usize = self.parts.iter().map(|(view, _)| view.part().facts()).sum();
        made + self.pending.iter().map(Vec::len).sum::<usize>()
    }

    /// The commit at which half of all changes were made, and how many changes came before it.
    pub(crate) fn half(&self) -> (u32, usize) {
        let (all, mut half) = (self.len(), (self.made(), 0));
        let mut before = 0;
        self.each(0..self.made(), |number, _, did| {
            if before <= all / 2 {
                half = (number, before);
            }
            before += did.len();
        });
        half
    }

    /// Calls `each` with the number of each of those commits, the commit, and what it did, the oldest first.
    #[inline]
    pub(crate) fn each<'d>(&'d self, commits: Range<u32>, mut each: impl FnMut(u32, &Entry<'d, 'l>, &Did<'d>)) {
        let mut first = 0;
        for (view, numbers) in &self.parts {
            let end = first + view.part().len() as u32;
            for number in first.max(commits.start)..end.min(commits.end) {
                if let Some(entry) = view.entry((number - first) as usize) {
                    each(number, &entry, &self.did(number, &entry, numbers.as_deref()));
                }
            }
            first = end;
        }
    }

    /// Calls `each` with what is pending and with what each commit did, the newest first.
    #[inline]
    pub(crate) fn each_from_last(&self, mut each: impl FnMut(&Did<'_>)) {
        self.pending().rev().for_each(|did| each(&did));
        let mut end = self.made();
        for (view, numbers) in self.parts.iter().rev() {
            let first = end - view.part().len() as u32;
            for (number, entry) in (first..end).zip(view.entries()).rev() {
                each(&self.did(number, &entry, numbers.as_deref()));
            }
            end = first;
        }
    }

    #[inline]
    fn did<'d>(&'d self, number: u32, entry: &Entry<'d, 'l>, numbers: Option<&'d [PathId]>) -> Did<'d> {
        let moved = self.is_moved.get(number as usize).copied().unwrap_or(false);
        match moved.then(|| self.moved.get(&number)).flatten() {
            Some(changes) => Did::Moved(changes),
            None => match entry.facts() {
                Ok(facts) => Did::Raw(facts, numbers),
                Err(error) => Did::Unread(error),
            },
        }
    }

    /// What earlier commits of a branch did that is not made yet, and what it does itself; nothing if there is none.
    pub(crate) fn pending(&self) -> impl DoubleEndedIterator<Item = Did<'_>> {
        self.pending.iter().map(|changes| Did::Moved(changes))
    }

    /// Where files moved: the name before, and the name after.
    pub(crate) fn renames(&self) -> impl Iterator<Item = (PathId, PathId)> {
        let changes = self.moved.values().chain(&self.pending).flatten();
        changes.filter_map(|change| Some((change.from?, change.then)))
    }

    /// The kinds of changes of paths, by the number of a path, as the names of files tell them; none of those that no commit names.
    pub(crate) fn kinds(&self, paths: &Paths) -> Vec<Option<ChangeKind>> {
        let mut kinds = vec![None; paths.list().len()];
        for (view, numbers) in &self.parts {
            for (path, kind) in (0..).zip(view.part().kinds()) {
                kinds[numbered(numbers.as_deref(), path).0 as usize] = Some(kind);
            }
        }
        kinds
    }

    /// By path, whether it is there after the last commit; none if the line does not tell.
    pub(crate) fn there(&self, paths: &Paths) -> Option<Vec<bool>> {
        let whole = *self.line.end() == End::Root && self.line.is_whole();
        // Of two spellings that are one path here, each has a past of its own.
        if !whole || paths.are_respelled() {
            return None;
        }
        let mut there = vec![false; paths.list().len()];
        for (view, numbers) in &self.parts {
            view.part().leads_to(&mut there, |path| numbered(numbers.as_deref(), path).0 as usize);
        }
        Some(there)
    }
}
