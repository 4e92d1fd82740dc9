//! Reading many blobs at once: group by group, in parallel, each thread through an object database of its own.
//!
//! The versions of one file lie in one chain of deltas, so whoever reads them one after the other reads most of the
//! chain once; that is what the groups are for.

use std::{
    ffi::OsStr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use git2::{ObjectType, OdbLookupFlags, Oid, RepositoryOpenFlags};
use lockstep_model::BlobId;

use crate::{
    ObjectError, Repository, handles,
    objects::{Objects, hex},
    packs::{Packs, Reader},
};

/// From so many blobs on they are read from the packs themselves; opening these takes a millisecond or two. What is in none, or
/// about which anything is unusual, is read by libgit2.
const MANY: usize = 256;

/// So many keep a thread busy for longer than it takes to start it and to open the repository for it.
const WORTH_A_THREAD: usize = 8;

/// How to read blobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobOptions {
    /// Threads; 0 for as many as there are processors. It changes nothing but the time.
    pub jobs: usize,
    /// Larger blobs are not read, in bytes.
    pub largest: u64,
    /// Of one group, no more than this is held at once, in bytes; what comes later in the group is not read.
    pub largest_group: u64,
}

/// Reads the blobs of every group and hands them, in the order of the group, to `each` with the number of the group.
/// Gives what `each` made of them, in the order of the groups. List the versions of one file as one group, newest
/// first: git keeps the newer ones whole and the older ones as differences from them.
///
/// Blobs that cannot be had are errors in their places: not in this clone, larger than asked for, or broken.
///
/// # Errors
/// If a thread cannot open the repository.
pub fn read_blobs<T: Send>(
    repository: &Repository,
    groups: &[Vec<BlobId>],
    options: BlobOptions,
    each: &(dyn Fn(usize, Vec<Result<Vec<u8>, ObjectError>>) -> T + Sync),
) -> Result<Vec<T>, ObjectError> {
    let broken = |why: String| ObjectError::Broken { id: "of a file".to_owned(), why };
    let (git_dir, folders) = (repository.git_dir(), handles::folders(repository.common_dir()));
    let number: usize = groups.iter().map(Vec::len).sum();
    let packs = (number >= MANY).then(|| Packs::open(&folders));
    let partial = repository.state().history.partial.is_some();
    let next = AtomicUsize::new(0);
    let made: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(groups.len()));
    let read_some = |thread: usize| -> Result<(), git2::Error> {
        // The first thread reads as everybody does; the others would wait for it.
        let separate = (thread > 0).then(|| handles::separate(&folders, thread)).flatten();
        let opened: git2::Repository;
        let odb = match separate {
            Some(odb) => odb,
            None => {
                opened = git2::Repository::open_ext(git_dir, RepositoryOpenFlags::NO_SEARCH, [] as [&OsStr; 0])?;
                opened.odb()?
            }
        };
        let mut packed = packs.as_ref().map(Reader::new);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(group) = groups.get(number) else { return Ok(()) };
            let mut room = options.largest_group;
            let mut in_turn = |id: &BlobId| {
                let largest = options.largest.min(room);
                let found = packed.as_mut().and_then(|packed| packed.blob(&id.0, largest));
                let blob = match found {
                    Some(found) => found.map_err(|size| too_large(*id, size, largest)),
                    None => read(&odb, *id, largest, partial),
                };
                room -= blob.as_ref().map_or(0, |bytes| (bytes.len() as u64).min(room));
                blob
            };
            let blobs = group.iter().map(&mut in_turn).collect();
            let value = each(number, blobs);
            made.lock().unwrap_or_else(PoisonError::into_inner).push((number, value));
        }
    };
    let threads = match options.jobs {
        _ if number < 2 * WORTH_A_THREAD => 1,
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        jobs => jobs,
    };
    let results = match threads {
        1 => vec![read_some(0)],
        _ => {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.map_err(|error| broken(error.to_string()))?.broadcast(|thread| read_some(thread.index()))
        }
    };
    results.into_iter().collect::<Result<(), _>>().map_err(|error| broken(error.message().to_owned()))?;
    let mut made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    made.sort_unstable_by_key(|(number, _)| *number);
    Ok(made.into_iter().map(|(_, value)| value).collect())
}

fn read(odb: &git2::Odb<'_>, id: BlobId, largest: u64, partial: bool) -> Result<Vec<u8>, ObjectError> {
    let missing = || ObjectError::Missing { id: hex(&id.0) };
    let oid = Oid::from_bytes(&id.0).map_err(|_| missing())?;
    // A partial clone misses thousands: libgit2 would look for new packs at each of them.
    if partial && !odb.exists_ext(oid, OdbLookupFlags::NO_REFRESH) {
        return Err(missing());
    }
    let mut objects = Objects::of(odb);
    let size = objects.blob_size(&id.0)?;
    if size > largest {
        return Err(too_large(id, size, largest));
    }
    objects.with(&id.0, ObjectType::Blob, <[u8]>::to_vec)
}

fn too_large(id: BlobId, size: u64, largest: u64) -> ObjectError {
    ObjectError::too_large(&id.0, format!("it has {size} bytes, more than {largest}"))
}
