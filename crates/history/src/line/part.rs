//! [`Part`]: a stretch of a line, in the bytes that it was written as. They are checked when they are read: after that every
//! number in them leads somewhere.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use lockstep_model::{Author, ChangeKind, ChangesetKind, PathId, Timestamp};
use zerocopy::little_endian::{I64, U32};

use super::{
    columns::{BOT, Cell, Column, Columns, Counts, FAILED, MERGE, NOBODY},
    rest::Rest,
};
use crate::{
    Held,
    diff::{LINK, RawStatus, SUBMODULE, Side},
    follow::{self, Change},
    objects::{ObjectError, ObjectId},
    walk::{End, Fact},
};

/// The modes that a side can have, in the order of their numbers. A fact has both in one byte.
pub(super) const MODES: [u32; 5] = [0, 0o100_644, 0o100_755, LINK, SUBMODULE];

/// How many pairs of modes there are.
pub(crate) const BOTH_MODES: usize = MODES.len() * MODES.len();

/// The modes before and after that a number of both means.
pub(crate) const fn modes_of(both: usize) -> (u32, u32) {
    (MODES[both / MODES.len()], MODES[both % MODES.len()])
}

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
    bytes: Held,
    /// True if they were read, and not made in this run.
    read_back: bool,
    columns: Columns,
    commits: usize,
    paths: usize,
    authors: Vec<Arc<Author>>,
    end: End,
    /// What could not be read, by the numbers of the commits, ascending.
    failures: Vec<(u32, ObjectError)>,
    /// Files that moved: the numbers of the facts that add them and delete them, in the order of the former.
    moves: Vec<(u32, u32)>,
}

impl Part {
    /// None if `bytes` are no such stretch.
    pub(super) fn read(bytes: Held) -> Option<Self> {
        let counts = Counts::read(&bytes)?;
        let columns = Columns::of(&counts);
        if columns.length() != bytes.len() {
            return None;
        }
        let rest: Rest = postcard::from_bytes(columns.get(&bytes, Column::Rest)).ok()?;
        let failures = rest.failures.into_iter().map(|(number, error)| (number, error.into())).collect();
        let authors = authors(&bytes, &columns)?;
        let part =
            Self { read_back: true, ..Self::new(bytes, &counts, authors, rest.end.into(), failures, rest.moves) };
        part.is_sound().then_some(part)
    }

    /// What `bytes` are known to be.
    pub(super) fn new(
        bytes: Held,
        counts: &Counts,
        authors: Vec<Arc<Author>>,
        end: End,
        failures: Vec<(u32, ObjectError)>,
        moves: Vec<(u32, u32)>,
    ) -> Self {
        let columns = Columns::of(counts);
        let (commits, paths) = (counts.commits, counts.paths);
        Self { bytes, read_back: false, columns, commits, paths, authors, end, failures, moves }
    }

    /// True if every number leads somewhere.
    fn is_sound(&self) -> bool {
        // All of a column, and not up to the first that is wrong: so several numbers are looked at at once.
        let below = |column, count: usize| {
            let numbers = self.numbers(column).iter();
            !numbers.fold(false, |wrong, number| wrong | (number.get() as usize >= count))
        };
        let modes = self.column::<u8>(Column::Modes);
        let blobs = self.column::<ObjectId>(Column::Blob).len();
        let flags = self.column::<u8>(Column::Flags);
        let failed = (0..).zip(flags).filter(|(_, flags)| **flags & FAILED != 0).map(|(number, _): (u32, _)| number);
        let subjects = std::str::from_utf8(self.column(Column::Subjects));
        let ends = |column, length| {
            let ends = self.numbers(column);
            ends.is_sorted() && ends.last().map_or(0, |end| end.get() as usize) == length
        };
        !modes.iter().fold(false, |wrong, modes| wrong | (*modes == 0) | (usize::from(*modes) >= BOTH_MODES))
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
            && self.column::<u8>(Column::Kind).iter().all(|kind| usize::from(*kind) < ChangeKind::ALL.len())
            && self.moves_are_sound(modes)
    }

    /// True if what moved was added and deleted by the same commit, and once.
    fn moves_are_sound(&self, modes: &[u8]) -> bool {
        let is_addition = |at: u32| modes.get(at as usize).is_some_and(|modes| before_of(*modes) == 0);
        let is_deletion = |at: u32| modes.get(at as usize).is_some_and(|modes| after_of(*modes) == 0);
        let ends = self.numbers(Column::FactEnd);
        let commit = |at: u32| ends.partition_point(|end| end.get() <= at);
        let mut from: Vec<u32> = self.moves.iter().map(|(_, from)| *from).collect();
        from.sort_unstable();
        self.moves.iter().all(|(to, from)| is_addition(*to) && is_deletion(*from) && commit(*to) == commit(*from))
            && self.moves.is_sorted_by(|(a, _), (b, _)| a < b)
            && from.is_sorted_by(|a, b| a < b)
    }

    fn writers_are_known(&self) -> bool {
        let known = self.authors.len() as u32;
        let writers = self.numbers(Column::Writer).iter();
        !writers.fold(false, |wrong, writer| wrong | ((writer.get() >= known) & (writer.get() != NOBODY)))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// True if it was read back, and not made in this run.
    pub(super) fn is_read_back(&self) -> bool {
        self.read_back
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
        let range = between(self.numbers(Column::PathEnd), number as usize);
        self.column(Column::Names).get(range).unwrap_or_default()
    }

    /// All paths, one after the other.
    pub(crate) fn names(&self) -> &[u8] {
        self.column(Column::Names)
    }

    /// The paths in the order of their texts, if that is what whoever wrote it was careful about.
    pub(crate) fn order(&self) -> &[U32] {
        self.numbers(Column::Order)
    }

    /// The kind of change that each path tells by its name.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = ChangeKind> {
        self.column::<u8>(Column::Kind).iter().map(|kind| ChangeKind::ALL[usize::from(*kind)])
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

    /// Says of each path that the first `commits` of them changed whether it is there after those; none if not all of that could
    /// be read.
    pub(super) fn there_after(&self, commits: usize) -> Option<impl Iterator<Item = (&[u8], bool)>> {
        if self.failures.first().is_some_and(|(number, _)| (*number as usize) < commits) {
            return None;
        }
        let ends = self.numbers(Column::FactEnd).get(..commits)?;
        let facts = ends.last().map_or(0, |end| end.get() as usize);
        let mut there = vec![None; self.paths];
        for (path, modes) in self.numbers(Column::Path).iter().zip(self.column::<u8>(Column::Modes)).take(facts) {
            if let Some(there) = there.get_mut(path.get() as usize) {
                *there = Some(after_of(*modes) != 0);
            }
        }
        Some((0..).zip(there).filter_map(|(path, there)| Some((self.path(path), there?))))
    }

    /// The id, the tree and the time of the newest commit; none if there is none.
    pub(super) fn last(&self) -> Option<(ObjectId, ObjectId, Timestamp)> {
        let id = *self.column(Column::Id).last()?;
        let (tree, time) = (*self.column(Column::Tree).last()?, self.column::<I64>(Column::Time).last()?.get());
        Some((id, tree, time))
    }

    /// The columns of it.
    pub(crate) fn view(&self) -> View<'_> {
        View {
            ids: self.column(Column::Id),
            trees: self.column(Column::Tree),
            times: self.column(Column::Time),
            authors: self.column(Column::Author),
            writers: self.column(Column::Writer),
            flags: self.column(Column::Flags),
            subject_ends: self.column(Column::SubjectEnd),
            fact_ends: self.column(Column::FactEnd),
            subjects: OnceLock::new(),
            facts: FactColumns {
                paths: self.column(Column::Path),
                before: self.column(Column::Before),
                after: self.column(Column::After),
                modes: self.column(Column::Modes),
                blobs: self.column(Column::Blob),
            },
            part: self,
        }
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

/// Where what ends at number `at` of `ends` lies.
fn between(ends: &[U32], at: usize) -> Range<usize> {
    let end = |at: usize| ends.get(at).map_or(0, |end| end.get() as usize);
    at.checked_sub(1).map_or(0, end)..end(at)
}

/// The columns of a stretch.
pub(crate) struct View<'p> {
    ids: &'p [ObjectId],
    trees: &'p [ObjectId],
    times: &'p [I64],
    authors: &'p [U32],
    writers: &'p [U32],
    flags: &'p [u8],
    subject_ends: &'p [U32],
    fact_ends: &'p [U32],
    /// Told to be a text when one is asked for.
    subjects: OnceLock<&'p str>,
    facts: FactColumns<'p>,
    part: &'p Part,
}

impl<'p> View<'p> {
    /// The stretch.
    pub(crate) fn part(&self) -> &'p Part {
        self.part
    }

    /// The commits, oldest first.
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = Entry<'_, 'p>> + ExactSizeIterator {
        (0..self.part.commits).map(move |at| Entry { view: self, at })
    }

    /// Where files moved: the commits, each with all its changes; `numbers` are those of the paths, if they are others than its
    /// own.
    pub(crate) fn moves(&self, numbers: Option<&[PathId]>) -> impl Iterator<Item = (usize, Vec<Change>)> {
        let commit = |(to, _): &(u32, u32)| self.fact_ends.partition_point(|end| end.get() <= *to);
        self.part.moves.chunk_by(move |a, b| commit(a) == commit(b)).map(move |moves| {
            let at = commit(&moves[0]);
            let Range { start, end } = between(self.fact_ends, at);
            let changes: Vec<Change> =
                Facts { columns: &self.facts, start, end }.iter().map(|fact| Change::of(&fact, numbers)).collect();
            let pairs: Vec<(usize, usize)> =
                moves.iter().map(|(to, from)| (*to as usize - start, *from as usize - start)).collect();
            (at, follow::with_moves(&changes, &pairs))
        })
    }

    /// The commit `at`, from 0; none if there are not so many.
    pub(crate) fn entry(&self, at: usize) -> Option<Entry<'_, 'p>> {
        (at < self.part.commits).then_some(Entry { view: self, at })
    }
}

/// One commit of a line.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'v, 'p> {
    view: &'v View<'p>,
    at: usize,
}

impl<'v, 'p> Entry<'v, 'p> {
    pub(crate) fn id(&self) -> ObjectId {
        self.view.ids[self.at]
    }

    pub(crate) fn tree(&self) -> ObjectId {
        self.view.trees[self.at]
    }

    /// When it was committed.
    pub(crate) fn time(&self) -> Timestamp {
        self.view.times[self.at].get()
    }

    fn flag(&self, flag: u8) -> bool {
        self.view.flags[self.at] & flag != 0
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
        &self.view.part.authors[self.view.authors[self.at].get() as usize]
    }

    /// Who wrote the branch that it merges; none if the author of the commit did.
    pub(crate) fn writer(&self) -> Option<&'p Arc<Author>> {
        self.view.part.authors.get(self.view.writers[self.at].get() as usize)
    }

    pub(crate) fn subject(&self) -> &'p str {
        let column = || std::str::from_utf8(self.view.part.column(Column::Subjects)).unwrap_or_default();
        let all = self.view.subjects.get_or_init(column);
        all.get(between(self.view.subject_ends, self.at)).unwrap_or_default()
    }

    /// What it changed.
    #[inline]
    pub(crate) fn facts(&self) -> Result<Facts<'v>, &'p ObjectError> {
        if self.flag(FAILED) {
            return Err(self.failure());
        }
        let Range { start, end } = between(self.view.fact_ends, self.at);
        Ok(Facts { columns: &self.view.facts, start, end })
    }

    fn failure(&self) -> &'p ObjectError {
        let failures = &self.view.part.failures;
        let at = failures.partition_point(|(number, _)| (*number as usize) < self.at);
        &failures[at].1
    }
}

/// What a commit changed, in the order of git's trees.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'v> {
    columns: &'v FactColumns<'v>,
    start: usize,
    end: usize,
}

/// A fact: the number of its path, and of both sides the content and, in one number below [`BOTH_MODES`], the modes.
#[derive(Clone, Copy)]
pub(crate) struct FactCells<'p> {
    pub(crate) path: u32,
    pub(crate) before: &'p ObjectId,
    pub(crate) after: &'p ObjectId,
    pub(crate) modes: u8,
}

/// The columns of facts.
pub(super) struct FactColumns<'p> {
    pub(super) paths: &'p [U32],
    pub(super) before: &'p [U32],
    pub(super) after: &'p [U32],
    pub(super) modes: &'p [u8],
    pub(super) blobs: &'p [ObjectId],
}

impl FactColumns<'_> {
    /// What moved in the commits whose facts end there: the numbers of the facts that add and delete a file, in the order of
    /// the former. `text` gives the text of a path.
    pub(super) fn moves<'t>(&self, fact_ends: &[U32], text: &dyn Fn(PathId) -> &'t str) -> Vec<(u32, u32)> {
        let mut all = Vec::new();
        for at in 0..fact_ends.len() {
            let Range { start, end } = between(fact_ends, at);
            let facts = Facts { columns: self, start, end };
            if !facts.may_move() {
                continue;
            }
            let changes: Vec<Change> = facts.iter().map(|fact| Change::of(&fact, None)).collect();
            let pairs = follow::pairs(&changes, text);
            all.extend(pairs.into_iter().map(|(to, from)| ((start + to) as u32, (start + from) as u32)));
        }
        all
    }
}

impl<'v> Facts<'v> {
    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    /// The numbers of the paths.
    #[inline]
    pub(crate) fn paths(&self) -> impl DoubleEndedIterator<Item = u32> + use<'v> {
        self.columns.paths[self.start..self.end].iter().map(|path| path.get())
    }

    /// Every fact.
    #[inline]
    pub(crate) fn iter(&self) -> impl Iterator<Item = Fact> + use<'v> {
        self.cells().map(|cells| {
            let before = Side { mode: MODES[before_of(cells.modes)], id: *cells.before };
            let after = Side { mode: MODES[after_of(cells.modes)], id: *cells.after };
            Fact { path: cells.path, status: RawStatus::of(before.mode, after.mode), before, after }
        })
    }

    /// Every fact as it lies there.
    #[inline]
    pub(crate) fn cells(&self) -> impl Iterator<Item = FactCells<'v>> + use<'v> {
        let FactColumns { paths, before, after, modes, blobs } = *self.columns;
        let range = self.start..self.end;
        let numbers = paths[range.clone()].iter().zip(&before[range.clone()]).zip(&after[range.clone()]);
        numbers.zip(&modes[range]).map(move |(((path, before), after), modes)| FactCells {
            path: path.get(),
            before: &blobs[before.get() as usize],
            after: &blobs[after.get() as usize],
            modes: *modes,
        })
    }

    /// False if no file came with the content of one that went, so that none can have moved.
    fn may_move(&self) -> bool {
        let (mut gone, mut come) = (false, false);
        for modes in &self.columns.modes[self.start..self.end] {
            come |= before_of(*modes) == 0;
            gone |= after_of(*modes) == 0;
        }
        if !(gone && come) {
            return false;
        }
        // The beginning of an id tells nearly all of them apart.
        let start = |id: &ObjectId| id.first_chunk().map_or(0, |start| u64::from_le_bytes(*start));
        let went = self.cells().filter(|cells| after_of(cells.modes) == 0).map(|cells| start(cells.before));
        let mut went: Vec<u64> = went.collect();
        went.sort_unstable();
        let mut came = self.cells().filter(|cells| before_of(cells.modes) == 0);
        came.any(|cells| went.binary_search(&start(cells.after)).is_ok())
    }
}
