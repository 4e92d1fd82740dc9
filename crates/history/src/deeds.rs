//! [`Deeds`]: what each commit of a line did, and then what is not made yet did, with one numbering of all paths, and a file
//! that moved as one change. Where nothing moved, that is read from the line where it lies.

use lockstep_model::PathId;
use rustc_hash::FxHashMap;

use crate::{
    Difference, Line,
    follow::{self, Change, Paths},
    line::{Entry, Facts, Part},
    objects::ObjectError,
    threads::Threads,
    walk::End,
};

/// Commits in which files may have moved that one thread looks at in turn.
const PIECE: usize = 128;

/// What was done, oldest first.
pub(crate) struct Deeds<'l> {
    line: &'l Line,
    /// By stretch of the line, the numbers of its paths; none where they are the same.
    numbers: Vec<Option<Vec<PathId>>>,
    /// Where files moved: all changes, by the number of the commit.
    moved: FxHashMap<u32, Vec<Change>>,
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
    pub(crate) fn each(&self, mut each: impl FnMut(Change)) {
        match *self {
            Self::Raw(facts, numbers) => {
                for fact in facts {
                    let path = numbered(numbers, fact.path);
                    each(Change::raw(path, fact.status, fact.before, fact.after));
                }
            }
            Self::Moved(changes) => changes.iter().copied().for_each(each),
            Self::Unread(_) => {}
        }
    }

    /// The names after it.
    pub(crate) fn names(&self) -> impl Iterator<Item = PathId> + use<'d> {
        let (facts, changes) = match *self {
            Self::Raw(facts, numbers) => (Some((facts, numbers)), &[][..]),
            Self::Moved(changes) => (None, changes),
            Self::Unread(_) => (None, &[][..]),
        };
        let raw = facts.into_iter().flat_map(|(facts, numbers)| facts.paths().map(move |path| numbered(numbers, path)));
        raw.chain(changes.iter().map(|change| change.then))
    }
}

fn numbered(numbers: Option<&[PathId]>, path: u32) -> PathId {
    numbers.map_or(PathId(path), |numbers| numbers[path as usize])
}

impl<'l> Deeds<'l> {
    /// What the commits of `line` and then `pending` did, the paths numbered in `paths`.
    pub(crate) fn of(line: &'l Line, pending: Option<&Difference>, paths: &mut Paths) -> Self {
        let numbers = line.parts().iter().map(|part| paths.number(part)).collect();
        let pending = pending.map_or(Vec::new(), |pending| pending.changes(paths).into());
        Self { line, numbers, moved: FxHashMap::default(), pending }
    }

    /// Makes one change of a deletion and an addition that are one file.
    pub(crate) fn join_moves(&mut self, paths: &Paths, threads: &Threads) {
        for changes in &mut self.pending {
            follow::pair(changes, paths);
        }
        self.moved = self.moves(paths, threads);
    }

    /// The changes of all commits in which files moved.
    fn moves(&self, paths: &Paths, threads: &Threads) -> FxHashMap<u32, Vec<Change>> {
        let may_move = |did: &Did<'_>| matches!(did, Did::Raw(facts, _) if facts.may_move());
        let looked_at: Vec<(u32, Did<'_>)> =
            (0..).zip(self.made()).map(|(number, (_, did))| (number, did)).filter(|(_, did)| may_move(did)).collect();
        let of = |commits: &[(u32, Did<'_>)]| {
            let paired = |(number, did): &(u32, Did<'_>)| {
                let mut changes = Vec::with_capacity(did.len());
                did.each(|change| changes.push(change));
                follow::pair(&mut changes, paths).then_some((*number, changes))
            };
            commits.iter().filter_map(paired).collect()
        };
        threads.pieces(&looked_at, PIECE, of).into_iter().collect()
    }

    /// How many changes there are, at most.
    pub(crate) fn len(&self) -> usize {
        let made: usize = self.line.parts().iter().map(Part::facts).sum();
        made + self.pending.iter().map(Vec::len).sum::<usize>()
    }

    /// What each commit did.
    pub(crate) fn made(&self) -> impl DoubleEndedIterator<Item = (Entry<'_>, Did<'_>)> {
        let firsts = self.line.parts().iter().scan(0, |next, part| {
            let first = *next;
            *next += part.len();
            Some(first)
        });
        let parts: Vec<_> = self.line.parts().iter().zip(&self.numbers).zip(firsts).collect();
        parts.into_iter().flat_map(move |((part, numbers), first)| {
            (0..part.len()).zip(part.entries()).map(move |(at, entry)| {
                let did = match self.moved.get(&((first + at) as u32)) {
                    Some(changes) => Did::Moved(changes),
                    None => match entry.facts() {
                        Ok(facts) => Did::Raw(facts, numbers.as_deref()),
                        Err(error) => Did::Unread(error),
                    },
                };
                (entry, did)
            })
        })
    }

    /// What earlier commits of a branch did that is not made yet, and what it does itself; nothing if there is none.
    pub(crate) fn pending(&self) -> impl DoubleEndedIterator<Item = Did<'_>> {
        self.pending.iter().map(|changes| Did::Moved(changes))
    }

    /// Everything, oldest first.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = Did<'_>> {
        self.made().map(|(_, did)| did).chain(self.pending())
    }

    /// By path, whether it is there after the last commit; none if the line does not tell.
    pub(crate) fn there(&self, paths: &Paths) -> Option<Vec<bool>> {
        let whole = *self.line.end() == End::Root && self.line.is_whole();
        // Of two spellings that are one path here, each has a past of its own.
        if !whole || paths.are_respelled() {
            return None;
        }
        let mut there = vec![false; paths.list().len()];
        for (part, numbers) in self.line.parts().iter().zip(&self.numbers) {
            part.leads_to(&mut there, |path| numbered(numbers.as_deref(), path).0 as usize);
        }
        Some(there)
    }
}
