//! Contents of the past: the versions of the files that a stage asks about, read in bulk and in parallel, one file at
//! a time, so that a history of any length takes the memory of its longest file. Bounded: what a program wrote (large,
//! minified, no text) is not read.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_history::{BlobOptions, ObjectError};
use lockstep_model::{BlobId, FileChange, PathId};
use rayon::prelude::*;

use crate::Project;

/// Larger contents are bundles or data, written by programs. 1 MiB.
const LARGEST: u64 = 1 << 20;

/// The newest versions of one file that are held at once. 128 MiB.
const LARGEST_FILE: u64 = 128 << 20;

/// Texts whose lines are longer than this on average are written by programs, in bytes.
const LONGEST_MEAN_LINE: usize = 500;
/// Shorter texts may have a line as long as they like, in bytes.
const SMALL: usize = 4 << 10;

/// Which contents are asked for: the versions of each file, by today's name of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted(BTreeMap<PathId, Vec<BlobId>>);

impl Wanted {
    /// The versions that `changes`, oldest first, lead from and to. Of those that are not `open` none is read, though their
    /// files are looked at.
    pub fn of<'a>(changes: impl Iterator<Item = &'a FileChange>, open: &dyn Fn(&FileChange) -> bool) -> Self {
        let mut files: BTreeMap<PathId, Vec<BlobId>> = BTreeMap::new();
        for change in changes {
            let versions = files.entry(change.path).or_default();
            if open(change) {
                versions.extend([change.before, change.after]);
            }
        }
        for versions in files.values_mut() {
            // The newest first: git keeps them whole, and the older ones as differences from them.
            versions.reverse();
            let mut seen = BTreeSet::from([BlobId::default()]);
            versions.retain(|version| seen.insert(*version));
        }
        Self(files)
    }
}

/// The versions of one file, as far as they can be had.
#[derive(Debug, Default)]
pub struct Contents {
    texts: BTreeMap<BlobId, String>,
    /// Those that are there and no use.
    unusable: BTreeSet<BlobId>,
    /// How many of them are not here.
    pub unread: Unread,
}

/// How many contents were asked for and cannot be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Not in this clone.
    pub missing: usize,
    /// Too large, minified, or no text.
    pub unusable: usize,
}

impl std::ops::AddAssign for Unread {
    fn add_assign(&mut self, other: Self) {
        self.missing += other.missing;
        self.unusable += other.unusable;
    }
}

impl Contents {
    /// The text of a version: empty where there was no file, none if it cannot be had or is not for people to read.
    pub fn get(&self, id: BlobId) -> Option<&str> {
        if id == BlobId::default() {
            return Some("");
        }
        self.texts.get(&id).map(String::as_str)
    }

    /// Those that are there and no use: too large, minified, no text.
    pub fn unusable(&self) -> &BTreeSet<BlobId> {
        &self.unusable
    }

    /// True if this clone lacks a version; false if it is there, or would be no use: too large, minified, no text.
    pub fn is_missing(&self, id: BlobId) -> bool {
        self.get(id).is_none() && !self.unusable.contains(&id)
    }

    pub(crate) fn of(ids: &[BlobId], blobs: Vec<Result<Vec<u8>, ObjectError>>) -> Self {
        let mut contents = Self::default();
        for (id, blob) in ids.iter().zip(blobs) {
            match blob.map(String::from_utf8) {
                Ok(Ok(text)) if !is_minified(&text) => drop(contents.texts.insert(*id, text)),
                Ok(_) | Err(ObjectError::TooLarge { .. }) => {
                    contents.unusable.insert(*id);
                    contents.unread.unusable += 1;
                }
                Err(_) => contents.unread.missing += 1,
            }
        }
        contents
    }
}

/// True for a text that people wrote: neither too large nor minified.
pub(crate) fn is_written(text: &str) -> bool {
    text.len() as u64 <= LARGEST && !is_minified(text)
}

fn is_minified(text: &str) -> bool {
    let lines = || memchr::memchr_iter(b'\n', text.as_bytes()).count() + usize::from(!text.ends_with('\n'));
    text.len() > SMALL && text.len() / lines() > LONGEST_MEAN_LINE
}

/// Files of which nothing is read that one thread looks at by itself: waking another takes longer.
const FEW: usize = 64;

/// Reads what is `wanted`, `jobs` files at a time (0: as many as there are processors), and gives what `each` makes of
/// every file's versions, by the file. Without a repository every version is missing.
pub fn each_file<T: Send>(
    project: &Project,
    jobs: usize,
    wanted: Wanted,
    each: &(dyn Fn(PathId, &Contents) -> T + Sync),
) -> BTreeMap<PathId, T> {
    let (known, unread): (Vec<_>, Vec<_>) = wanted.0.into_iter().partition(|(_, versions)| versions.is_empty());
    let nothing = Contents::default();
    let of_known = known.into_par_iter().with_min_len(FEW).map(|(file, _)| (file, each(file, &nothing)));
    let mut made: BTreeMap<PathId, T> = of_known.collect::<Vec<_>>().into_iter().collect();
    made.extend(each_unread(project, jobs, unread, each));
    made
}

/// As [`each_file`], of files of which something is to be read.
fn each_unread<T: Send>(
    project: &Project,
    jobs: usize,
    unread: Vec<(PathId, Vec<BlobId>)>,
    each: &(dyn Fn(PathId, &Contents) -> T + Sync),
) -> Vec<(PathId, T)> {
    if unread.is_empty() {
        return Vec::new();
    }
    let (files, groups): (Vec<PathId>, Vec<Vec<BlobId>>) = unread.into_iter().unzip();
    let options = BlobOptions { jobs, largest: LARGEST, largest_group: LARGEST_FILE };
    let read = project.repository.as_ref().and_then(|repository| {
        let repository = repository.lock().ok()?;
        let each = |number: usize, blobs| each(files[number], &Contents::of(&groups[number], blobs));
        lockstep_history::read_blobs(&repository, &groups, options, &each).ok()
    });
    let made = read.unwrap_or_else(|| {
        let nothing =
            |ids: &Vec<BlobId>| Contents { unread: Unread { missing: ids.len(), unusable: 0 }, ..Contents::default() };
        files.iter().zip(&groups).map(|(file, ids)| each(*file, &nothing(ids))).collect()
    });
    files.into_iter().zip(made).collect()
}
