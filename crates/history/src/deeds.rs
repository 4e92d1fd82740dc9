//! [`Deeds`]: what each commit of a line did, and then what is not made yet did, with one numbering of all paths, and a file
//! that moved as one change. Where nothing moved, that is read from the line where it lies.

use std::ops::Range;

use lockstep_model::PathId;
use rustc_hash::FxHashMap;

use crate::{
    Difference, Line,
    follow::{self, Change},
    line::{Entry, Facts, View},
    objects::ObjectError,
    paths::Paths,
    threads::Threads,
    walk::{End, Fact},
};

/// Commits in which files may have moved that one thread looks at in turn, where much changed in them.
const PIECE: usize = 64;
/// Changes in such commits that are worth starting threads.
const MUCH: usize = 50_000;

/// All changes of the commits in which files moved, by the number of the commit.
pub(crate) type Moved = FxHashMap<u32, Vec<Change>>;

/// The numbers of the paths of a stretch; none where they are the same.
pub(crate) type Numbers = Option<Vec<PathId>>;

/// What was done, oldest first.
pub(crate) struct Deeds<'l> {
    line: &'l Line,
    /// The stretches of the line, and the numbers of the paths of each.
    parts: Vec<(View<'l>, Numbers)>,
    /// Where files moved.
    moved: Moved,
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

    /// Calls `each` with every change.
    #[inline]
    pub(crate) fn each(&self, mut each: impl FnMut(Change)) {
        match *self {
            Self::Raw(facts, numbers) => facts.iter().for_each(|fact| each(Change::of(&fact, numbers))),
            Self::Moved(changes) => changes.iter().for_each(|change| each(*change)),
            Self::Unread(_) => {}
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
    /// What the commits of `line` and then `pending` did, the paths numbered in `paths`, where those of the first stretches are
    /// `known` already.
    pub(crate) fn of(line: &'l Line, pending: Option<&Difference>, paths: &mut Paths, known: Vec<Numbers>) -> Self {
        let mut known = known.into_iter();
        let parts = line.views().into_iter().map(|view| {
            let numbers = known.next().unwrap_or_else(|| paths.number(view.part()));
            (view, numbers)
        });
        let parts = parts.collect();
        let pending = pending.map_or(Vec::new(), |pending| pending.changes(paths).into());
        Self { line, parts, moved: Moved::default(), is_moved: Vec::new(), pending }
    }

    /// The numbers of the paths, stretch by stretch.
    pub(crate) fn into_numbers(self) -> Vec<Numbers> {
        self.parts.into_iter().map(|(_, numbers)| numbers).collect()
    }

    /// Makes one change of a deletion and an addition that are one file; what moved before the commit `next` is `known`.
    pub(crate) fn join_moves(&mut self, known: Moved, next: u32, paths: &Paths, threads: &Threads) {
        for changes in &mut self.pending {
            follow::pair(changes, paths);
        }
        self.moved = known;
        let moved = self.moves(next, paths, threads);
        self.moved.extend(moved);
        self.is_moved = vec![false; self.line.len()];
        self.moved.keys().for_each(|number| self.is_moved[*number as usize] = true);
    }

    /// The changes of the commits from `next` on in which files moved.
    pub(crate) fn moves(&self, next: u32, paths: &Paths, threads: &Threads) -> Moved {
        let mut looked_at: Vec<(u32, Did<'_>)> = Vec::new();
        self.each(next..self.made(), |number, _, did| match did {
            Did::Raw(facts, _) if facts.may_move() => looked_at.push((number, *did)),
            _ => {}
        });
        let of = |commits: &[(u32, Did<'_>)]| {
            let paired = |(number, did): &(u32, Did<'_>)| {
                let mut changes = Vec::with_capacity(did.len());
                did.each(|change| changes.push(change));
                follow::pair(&mut changes, paths).then_some((*number, changes))
            };
            commits.iter().filter_map(paired).collect()
        };
        let changes: usize = looked_at.iter().map(|(_, did)| did.len()).sum();
        let piece = if changes < MUCH { looked_at.len() } else { PIECE };
        threads.pieces(&looked_at, piece, of).into_iter().collect()
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
