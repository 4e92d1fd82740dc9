//! [`Part`]: a stretch of a line, in the bytes that it was written as. They are checked when they are read: after that every
//! number in them leads somewhere.

use std::{ops::Range, sync::Arc};

use lockstep_model::{Author, ChangesetKind, Timestamp};
use zerocopy::little_endian::{I64, U32};

use super::{
    columns::{BOT, Cell, Column, Columns, Counts, FAILED, MERGE, NOBODY},
    rest::Rest,
};
use crate::{
    diff::{LINK, RawStatus, SUBMODULE, Side},
    objects::{ObjectError, ObjectId},
    walk::{End, Fact},
};

/// The modes that a side can have, in the order of their numbers. A fact has both in one byte.
pub(super) const MODES: [u32; 5] = [0, 0o100_644, 0o100_755, LINK, SUBMODULE];

/// The number of the mode before, of both.
fn before_of(modes: u8) -> usize {
    usize::from(modes) / MODES.len()
}

/// The number of the mode after, of both.
fn after_of(modes: u8) -> usize {
    usize::from(modes) % MODES.len()
}

/// Some commits that follow each other.
pub(crate) struct Part {
    bytes: Vec<u8>,
    columns: Columns,
    commits: usize,
    paths: usize,
    authors: Vec<Arc<Author>>,
    end: End,
    /// What could not be read, by the numbers of the commits, ascending.
    failures: Vec<(u32, ObjectError)>,
}

impl Part {
    /// None if `bytes` are no such stretch.
    pub(super) fn read(bytes: Vec<u8>) -> Option<Self> {
        let counts = Counts::read(&bytes)?;
        let columns = Columns::of(&counts);
        if columns.length() != bytes.len() {
            return None;
        }
        let rest: Rest = postcard::from_bytes(columns.get(&bytes, Column::Rest)).ok()?;
        let failures = rest.failures.into_iter().map(|(number, error)| (number, error.into())).collect();
        let authors = authors(&bytes, &columns)?;
        let part = Self::new(bytes, &counts, authors, rest.end.into(), failures);
        part.is_sound().then_some(part)
    }

    /// What `bytes` are known to be.
    pub(super) fn new(
        bytes: Vec<u8>,
        counts: &Counts,
        authors: Vec<Arc<Author>>,
        end: End,
        failures: Vec<(u32, ObjectError)>,
    ) -> Self {
        let columns = Columns::of(counts);
        Self { bytes, columns, commits: counts.commits, paths: counts.paths, authors, end, failures }
    }

    /// True if every number leads somewhere.
    fn is_sound(&self) -> bool {
        let below = |column, count: usize| self.numbers(column).iter().all(|number| (number.get() as usize) < count);
        let modes = self.column::<u8>(Column::Modes);
        let blobs = self.column::<ObjectId>(Column::Blob).len();
        let flags = self.column::<u8>(Column::Flags);
        let failed = (0..).zip(flags).filter(|(_, flags)| **flags & FAILED != 0).map(|(number, _): (u32, _)| number);
        let subjects = std::str::from_utf8(self.column(Column::Subjects));
        let ends = |column, length| {
            let ends = self.numbers(column);
            ends.is_sorted() && ends.last().map_or(0, |end| end.get() as usize) == length
        };
        modes.iter().all(|modes| (1..MODES.len().pow(2)).contains(&usize::from(*modes)))
            && below(Column::Author, self.authors.len())
            && self.writers_are_known()
            && below(Column::Path, self.paths)
            && below(Column::Before, blobs)
            && below(Column::After, blobs)
            && ends(Column::FactEnd, modes.len())
            && ends(Column::PathEnd, self.column::<u8>(Column::Names).len())
            && subjects.is_ok_and(|subjects| {
                ends(Column::SubjectEnd, subjects.len())
                    && self.numbers(Column::SubjectEnd).iter().all(|end| subjects.is_char_boundary(end.get() as usize))
            })
            && self.failures.iter().map(|(number, _)| *number).eq(failed)
    }

    fn writers_are_known(&self) -> bool {
        let known = self.authors.len() as u32;
        self.numbers(Column::Writer).iter().all(|writer| writer.get() < known || writer.get() == NOBODY)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn column<T: Cell>(&self, column: Column) -> &[T] {
        self.columns.get(&self.bytes, column)
    }

    fn numbers(&self, column: Column) -> &[U32] {
        self.column(column)
    }

    /// How many commits it has.
    pub(crate) fn len(&self) -> usize {
        self.commits
    }

    /// How many paths they name.
    pub(crate) fn paths(&self) -> usize {
        self.paths
    }

    /// How many facts they have.
    pub(crate) fn facts(&self) -> usize {
        self.column::<u8>(Column::Modes).len()
    }

    /// A path, as git has it.
    pub(crate) fn path(&self, number: u32) -> &[u8] {
        self.cells(Column::Names, self.range(Column::PathEnd, number as usize))
    }

    /// The paths in the order of their texts, if that is what whoever wrote it was careful about.
    pub(crate) fn order(&self) -> &[U32] {
        self.numbers(Column::Order)
    }

    /// Where the line ends before it, going back in time; [`End::Root`] if it follows on another stretch.
    pub(crate) fn end(&self) -> &End {
        &self.end
    }

    /// True if all that its commits changed could be read.
    pub(crate) fn is_whole(&self) -> bool {
        self.failures.is_empty()
    }

    /// Says of each path whether it is there after the last commit; `number` is the place of a path in `there`.
    pub(crate) fn leads_to(&self, there: &mut [bool], number: impl Fn(u32) -> usize) {
        for (path, modes) in self.numbers(Column::Path).iter().zip(self.column::<u8>(Column::Modes)) {
            if let Some(there) = there.get_mut(number(path.get())) {
                *there = after_of(*modes) != 0;
            }
        }
    }

    /// The commits, oldest first.
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = Entry<'_>> + ExactSizeIterator {
        (0..self.commits).map(move |at| Entry { part: self, at })
    }

    /// The commit `at`, from 0; none if there are not so many.
    pub(crate) fn entry(&self, at: usize) -> Option<Entry<'_>> {
        (at < self.commits).then_some(Entry { part: self, at })
    }

    /// Some of the facts.
    fn facts_in(&self, range: Range<usize>) -> Facts<'_> {
        Facts {
            paths: self.cells(Column::Path, range.clone()),
            before: self.cells(Column::Before, range.clone()),
            after: self.cells(Column::After, range.clone()),
            modes: self.cells(Column::Modes, range),
            blobs: self.column(Column::Blob),
        }
    }

    /// A part of a column.
    fn cells<T: Cell>(&self, column: Column, range: Range<usize>) -> &[T] {
        self.column(column).get(range).unwrap_or_default()
    }

    /// One number of a column; 0 where there is none.
    fn number(&self, column: Column, at: usize) -> usize {
        self.numbers(column).get(at).map_or(0, |number| number.get() as usize)
    }

    /// Where number `at` lies of what ends where `column` says.
    fn range(&self, column: Column, at: usize) -> Range<usize> {
        at.checked_sub(1).map_or(0, |at| self.number(column, at))..self.number(column, at)
    }
}

/// Who is named, each once; none if that cannot be read.
fn authors(bytes: &[u8], columns: &Columns) -> Option<Vec<Arc<Author>>> {
    let text = std::str::from_utf8(columns.get(bytes, Column::People)).ok()?;
    let (names, addresses) = (columns.get(bytes, Column::NameEnd), columns.get(bytes, Column::AddressEnd));
    let mut start = 0;
    let authors = names.iter().zip(addresses).map(|(name, address): (&U32, &U32)| {
        let (name_end, end) = (name.get() as usize, address.get() as usize);
        let (name, email) = (text.get(start..name_end)?.to_owned(), text.get(name_end..end)?.to_owned());
        start = end;
        Some(Arc::new(Author { name, email }))
    });
    authors.collect()
}

/// One commit of a line.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'p> {
    part: &'p Part,
    at: usize,
}

impl<'p> Entry<'p> {
    fn cell<T: Cell + Copy + Default>(&self, column: Column) -> T {
        self.part.column(column).get(self.at).copied().unwrap_or_default()
    }

    pub(crate) fn id(&self) -> ObjectId {
        self.cell(Column::Id)
    }

    pub(crate) fn tree(&self) -> ObjectId {
        self.cell(Column::Tree)
    }

    /// When it was committed.
    pub(crate) fn time(&self) -> Timestamp {
        self.cell::<I64>(Column::Time).get()
    }

    fn flag(&self, flag: u8) -> bool {
        self.cell::<u8>(Column::Flags) & flag != 0
    }

    pub(crate) fn kind(&self) -> ChangesetKind {
        if self.flag(MERGE) { ChangesetKind::Merge } else { ChangesetKind::Commit }
    }

    /// True if a program wrote what it brings.
    pub(crate) fn is_by_bot(&self) -> bool {
        self.flag(BOT)
    }

    /// The author of the commit.
    pub(crate) fn author(&self) -> &'p Arc<Author> {
        &self.part.authors[self.part.number(Column::Author, self.at)]
    }

    /// Who wrote the branch that it merges; none if the author of the commit did.
    pub(crate) fn writer(&self) -> Option<&'p Arc<Author>> {
        self.part.authors.get(self.part.number(Column::Writer, self.at))
    }

    pub(crate) fn subject(&self) -> &'p str {
        let range = self.part.range(Column::SubjectEnd, self.at);
        std::str::from_utf8(self.part.cells(Column::Subjects, range)).unwrap_or_default()
    }

    /// What it changed.
    pub(crate) fn facts(&self) -> Result<Facts<'p>, &'p ObjectError> {
        if self.flag(FAILED) {
            let failures = &self.part.failures;
            let at = failures.partition_point(|(number, _)| (*number as usize) < self.at);
            return Err(&failures[at].1);
        }
        Ok(self.part.facts_in(self.part.range(Column::FactEnd, self.at)))
    }
}

/// What a commit changed, in the order of git's trees.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'p> {
    paths: &'p [U32],
    before: &'p [U32],
    after: &'p [U32],
    modes: &'p [u8],
    blobs: &'p [ObjectId],
}

impl<'p> Facts<'p> {
    pub(crate) fn len(&self) -> usize {
        self.modes.len()
    }

    /// The numbers of the paths.
    pub(crate) fn paths(&self) -> impl Iterator<Item = u32> + use<'p> {
        self.paths.iter().map(|path| path.get())
    }

    /// True if one file went and another came, so that a file may have moved.
    pub(crate) fn may_move(&self) -> bool {
        let (mut gone, mut come) = (false, false);
        for modes in self.modes {
            come |= before_of(*modes) == 0;
            gone |= after_of(*modes) == 0;
        }
        gone && come
    }
}

impl<'p> IntoIterator for Facts<'p> {
    type Item = Fact;
    type IntoIter = FactsOf<'p>;

    fn into_iter(self) -> FactsOf<'p> {
        FactsOf { facts: self, at: 0 }
    }
}

/// The facts of a commit, one after the other.
pub(crate) struct FactsOf<'p> {
    facts: Facts<'p>,
    at: usize,
}

impl Iterator for FactsOf<'_> {
    type Item = Fact;

    fn next(&mut self) -> Option<Fact> {
        let (facts, at) = (&self.facts, self.at);
        let modes = *facts.modes.get(at)?;
        self.at += 1;
        let side = |mode: usize, number: &U32| Side { mode: MODES[mode], id: facts.blobs[number.get() as usize] };
        let before = side(before_of(modes), &facts.before[at]);
        let after = side(after_of(modes), &facts.after[at]);
        let status = RawStatus::of(before.mode, after.mode);
        Some(Fact { path: facts.paths[at].get(), status, before, after })
    }
}
