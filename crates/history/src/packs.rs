//! The packs of a repository, opened by `gix-pack`: where an object lies in them, and how it is kept there. This is the only
//! file that knows that library.
//!
//! libgit2 reads packs as well, with one lock and one small cache for all threads. What is ordinary is read from here, four
//! times as fast; what is not is left to libgit2, object by object: see [`crate::objects`].

mod delta;
mod generations;
mod reader;

use std::{
    cmp::Ordering,
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use git2::ObjectType;
use gix_pack::{data, data::entry::Header, index};

pub(crate) use generations::Generations;
pub(crate) use reader::{Object, Reader};

use crate::objects::ObjectId;

/// Where an object begins: a pack, and an offset in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place(u64);

impl Place {
    const OFFSET_BITS: u32 = 48;

    fn new(pack: usize, offset: u64) -> Self {
        Self((pack as u64) << Self::OFFSET_BITS | offset)
    }

    fn pack(self) -> usize {
        (self.0 >> Self::OFFSET_BITS) as usize
    }

    fn offset(self) -> u64 {
        self.0 & ((1 << Self::OFFSET_BITS) - 1)
    }
}

/// How a pack keeps an object.
pub(crate) struct Kept<'p> {
    content: Content,
    /// Of what is kept, when it is unpacked: of the object, or of what makes it from another.
    size: u64,
    /// Compressed; goes on to the end of the pack.
    packed: &'p [u8],
}

enum Content {
    Whole(ObjectType),
    /// A delta on what begins there.
    Delta(Place),
    /// A delta on this object, wherever it is.
    DeltaOf(ObjectId),
}

struct Pack {
    index: index::File,
    /// How often it was asked, as long as that is not often.
    asked: AtomicU32,
    /// Where the names begin that have the same first bits, for each value of these; made when the pack is asked often.
    starts: OnceLock<Box<[u32]>>,
    data: data::File,
}

/// All packs of a repository and of its alternates. Whoever reads from them has a [`Reader`].
pub(crate) struct Packs(Vec<Pack>);

impl Packs {
    /// The packs in the `pack` folders of `folders`. What cannot be opened is left out: its objects are read by libgit2, or
    /// are missing there as well.
    pub(crate) fn open(folders: &[PathBuf]) -> Self {
        let mut indexes: Vec<PathBuf> = folders.iter().flat_map(|folder| indexes(&folder.join("pack"))).collect();
        indexes.truncate(1 << (u64::BITS - Place::OFFSET_BITS));
        Self(indexes.iter().filter_map(|path| Pack::open(path)).collect())
    }

    /// Where the object `id` is; the pack number `first` is asked first.
    fn find(&self, id: &ObjectId, first: usize) -> Option<Place> {
        let others = (0..self.0.len()).filter(|number| *number != first);
        std::iter::once(first).chain(others).find_map(|number| {
            let pack = self.0.get(number)?;
            Some(Place::new(number, pack.index.pack_offset_at_index(pack.number_of(id)?)))
        })
    }

    /// What is kept at `place`; none if it makes no sense.
    fn kept(&self, place: Place) -> Option<Kept<'_>> {
        let data = &self.0.get(place.pack())?.data;
        let entry = data.entry(place.offset()).ok()?;
        let content = match entry.header {
            Header::Commit => Content::Whole(ObjectType::Commit),
            Header::Tree => Content::Whole(ObjectType::Tree),
            Header::Blob => Content::Whole(ObjectType::Blob),
            Header::Tag => Content::Whole(ObjectType::Tag),
            // Backwards always, so that chains of these end.
            Header::OfsDelta { base_distance } => match entry.checked_base_pack_offset(base_distance) {
                Some(offset) if base_distance > 0 => Content::Delta(Place::new(place.pack(), offset)),
                _ => return None,
            },
            Header::RefDelta { base_id } => Content::DeltaOf(base_id.as_bytes().try_into().ok()?),
        };
        let packed = data.entry_slice(entry.data_offset..data.pack_end() as u64)?;
        Some(Kept { content, size: entry.decompressed_size, packed })
    }
}

impl Pack {
    fn open(index: &Path) -> Option<Self> {
        let hash = gix_hash::Kind::Sha1;
        let data = data::File::at(index.with_extension("pack"), hash).ok()?;
        let index = index::File::at(index, hash).ok()?;
        let belong_together = index.pack_checksum() == data.checksum() && index.num_objects() == data.num_objects();
        (belong_together && (data.data_len() as u64) < 1 << Place::OFFSET_BITS).then_some(Self {
            index,
            asked: AtomicU32::new(0),
            starts: OnceLock::new(),
            data,
        })
    }
}

/// Names that have the same first bits, on average. The format's own table, by the first byte, leaves thousands in a large pack,
/// and each step of a search among them waits for memory.
const TOGETHER: u32 = 8;

/// Names that are looked for by the format's own table: to make another, all names are looked at.
const FEW: u32 = 1024;

impl Pack {
    /// The number of `id` among the names of the index, which are in order.
    fn number_of(&self, id: &ObjectId) -> Option<u32> {
        if self.asked.load(Relaxed) < FEW {
            self.asked.fetch_add(1, Relaxed);
            return self.index.lookup(gix_hash::oid::from_bytes_unchecked(id));
        }
        let starts = self.starts.get_or_init(|| starts(&self.index));
        let shift = u64::BITS - starts.len().ilog2();
        let bits = (head(id) >> shift) as usize;
        let end = starts.get(bits + 1).copied().unwrap_or(self.index.num_objects());
        for number in *starts.get(bits)?..end {
            match self.index.oid_at_index(number).as_bytes().cmp(id.as_slice()) {
                Ordering::Less => {}
                Ordering::Equal => return Some(number),
                Ordering::Greater => break,
            }
        }
        None
    }
}

/// The table of [`Pack::starts`] for `index`. Of names that are not in order, as in no index that git wrote, some are not found.
fn starts(index: &index::File) -> Box<[u32]> {
    let number = index.num_objects();
    let bits = (number / TOGETHER).max(2).next_power_of_two().ilog2();
    let mut starts = Vec::with_capacity(1 << bits);
    for at in 0..number {
        let here = (head(index.oid_at_index(at).as_bytes()) >> (u64::BITS - bits)) as usize;
        while starts.len() <= here {
            starts.push(at);
        }
    }
    starts.resize(1 << bits, number);
    starts.into()
}

/// The indexes in a folder of packs, in the order of their names.
fn indexes(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    let mut indexes: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "idx")).collect();
    indexes.sort_unstable();
    indexes
}

/// The first eight bytes of a name as a number.
fn head(id: &[u8]) -> u64 {
    id.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
