//! Columns side by side in one stretch of bytes: how many numbers each has, and where each lies.

use std::ops::Range;

use zerocopy::{
    FromBytes, Immutable, KnownLayout, Unaligned,
    little_endian::{I64, U32, U64},
};

use crate::objects::ObjectId;

/// How much there is of what columns are about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) commits: usize,
    pub(super) facts: usize,
    pub(super) blobs: usize,
    pub(super) authors: usize,
    pub(super) paths: usize,
    /// Bytes of texts.
    pub(super) subjects: usize,
    pub(super) people: usize,
    pub(super) names: usize,
    /// Bytes of what is no column.
    pub(super) rest: usize,
}

impl Counts {
    /// How many counts there are, which is what the bytes begin with.
    const NUMBER: usize = 9;

    fn array(&self) -> [usize; Self::NUMBER] {
        let Self { commits, facts, blobs, authors, paths, subjects, people, names, rest } = *self;
        [commits, facts, blobs, authors, paths, subjects, people, names, rest]
    }

    /// The bytes of them.
    pub(super) fn to_bytes(self) -> Vec<u8> {
        self.array().iter().flat_map(|count| (*count as u64).to_le_bytes()).collect()
    }

    /// What `bytes` begin with; none if they are too short, or count more than any history has.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (counts, _) = <[U64; Self::NUMBER]>::ref_from_prefix(bytes).ok()?;
        let mut numbers = counts.iter().map(|count| u32::try_from(count.get()).ok().map(|count| count as usize));
        let mut next = || numbers.next().flatten();
        Some(Self {
            commits: next()?,
            facts: next()?,
            blobs: next()?,
            authors: next()?,
            paths: next()?,
            subjects: next()?,
            people: next()?,
            names: next()?,
            rest: next()?,
        })
    }
}

/// The columns, in their order.
#[derive(Clone, Copy, Debug)]
#[repr(usize)]
pub(super) enum Column {
    /// The commits.
    Id,
    Tree,
    Time,
    /// Who made the commit.
    Author,
    /// Who wrote the branch that it merges; [`NOBODY`] if the author did.
    Writer,
    Flags,
    /// Where the subject of each commit ends, in bytes, and where its facts end.
    SubjectEnd,
    FactEnd,
    /// The facts: the path, the contents on both sides, and both modes.
    Path,
    Before,
    After,
    Modes,
    /// The ids of contents; the first is that of nothing.
    Blob,
    /// Where the name of each author ends, and where the address.
    NameEnd,
    AddressEnd,
    PathEnd,
    /// The paths in the order of their texts.
    Order,
    /// The kind of change that each path tells by its name.
    Kind,
    /// Texts.
    Subjects,
    People,
    Names,
    /// Where the line ends, what could not be read, and what moved.
    Rest,
}

/// How many columns there are.
const COLUMNS: usize = Column::Rest as usize + 1;

/// No author.
pub(super) const NOBODY: u32 = u32::MAX;

/// The commit is a merge.
pub(super) const MERGE: u8 = 1;
/// A program wrote it.
pub(super) const BOT: u8 = 1 << 1;
/// What it changed could not be read.
pub(super) const FAILED: u8 = 1 << 2;

/// What a column may hold: any bytes are one, wherever they lie.
pub(super) trait Cell: FromBytes + Immutable + KnownLayout + Unaligned {}

impl<T: FromBytes + Immutable + KnownLayout + Unaligned> Cell for T {}

/// Where each column lies.
#[derive(Clone, Debug)]
pub(super) struct Columns([Range<usize>; COLUMNS]);

impl Columns {
    /// Where the columns of so much lie.
    pub(super) fn of(counts: &Counts) -> Self {
        let Counts { commits, facts, blobs, authors, paths, subjects, people, names, rest } = *counts;
        let (id, number) = (size_of::<ObjectId>(), size_of::<U32>());
        let sizes: [(usize, usize); COLUMNS] = [
            (commits, id),
            (commits, id),
            (commits, size_of::<I64>()),
            (commits, number),
            (commits, number),
            (commits, 1),
            (commits, number),
            (commits, number),
            (facts, number),
            (facts, number),
            (facts, number),
            (facts, 1),
            (blobs, id),
            (authors, number),
            (authors, number),
            (paths, number),
            (paths, number),
            (paths, 1),
            (subjects, 1),
            (people, 1),
            (names, 1),
            (rest, 1),
        ];
        let mut ranges = std::array::from_fn(|_| 0..0);
        let mut at = Counts::NUMBER * size_of::<U64>();
        for (range, (count, size)) in ranges.iter_mut().zip(sizes) {
            let end = at.saturating_add(count.saturating_mul(size));
            *range = at..end;
            at = end;
        }
        Self(ranges)
    }

    /// How many bytes they are.
    pub(super) fn length(&self) -> usize {
        self.0[Column::Rest as usize].end
    }

    /// A column of `bytes`, as it lies there.
    pub(super) fn get<'b, T: Cell>(&self, bytes: &'b [u8], column: Column) -> &'b [T] {
        let column = bytes.get(self.0[column as usize].clone()).unwrap_or_default();
        <[T]>::ref_from_bytes(column).unwrap_or_default()
    }
}
