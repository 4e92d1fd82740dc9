//! [`Past`]: all that the stages after mining need of the past, as a value: the main line as it was read, and what the
//! versions of its files say of each other. A run with it says what a run with the repository says, and reads of the
//! repository only what the value does not hold. It can be written and read back ([`wire`]), so that a model of the main
//! branch can stand for its history, and so that a second run need not begin anew.
//!
//! What is kept depends on what was read and on nothing else: neither on what functions reach today, nor on the
//! configuration. So a change that lets a function reach more finds the past of that, as far as it was compared.

mod code;
mod growth;
mod store;
mod wire;

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{Mutex, PoisonError, RwLock, RwLockReadGuard},
};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_history::{Apart, Line, Repository};
use lockstep_model::{BlobId, ChangeKind, CommitId, FileChange, RepoPath, Timestamp};
use rustc_hash::{FxHashMap, FxHashSet};

use code::{Code, LazyCode};
pub use store::PastStore;
pub use wire::{PAST, PastError, PastFacts};

/// What a file held before and after a change.
pub(crate) type Pair = (BlobId, BlobId);

/// What two versions say a change is, by what the path says it is.
type Kinds = FxHashMap<(ChangeKind, BlobId, BlobId), Option<ChangeKind>>;

/// What is known of the past. Shared by threads; the stages take from it and add to it.
#[derive(Default)]
pub struct Past {
    line: Mutex<Option<Line>>,
    known: RwLock<Known>,
    /// Where it is kept from run to run; none for a model.
    store: Option<PastStore>,
}

/// What the versions of files say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// Per path as it was called then: the kind that two versions say a change is, by the kind that the path says; none if
    /// they do not say.
    kinds: FxHashMap<RepoPath, Kinds>,
    /// Per name of a source file, wherever it lies.
    code: FxHashMap<String, LazyCode>,
    /// Per manifest.
    blocks: FxHashMap<RepoPath, KeptBlocks>,
    /// Contents that are too large, minified, or no text.
    unusable: FxHashSet<BlobId>,
}

/// What is known of the blocks of one manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeptBlocks {
    /// The keys that lead to each block that was asked about.
    pub keys: Vec<Vec<String>>,
    /// Per change, what it did to them.
    pub pairs: BTreeMap<Pair, BlocksChanged>,
}

/// What a change of a manifest did to its blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BlocksChanged {
    /// The numbers of the blocks that differ, ascending.
    pub blocks: Vec<u32>,
    /// The versions that had to be parsed, and do not.
    pub broken: Vec<BlobId>,
}

/// What is known, for as long as it is looked at; nothing where nothing is kept.
pub(crate) struct KnownGuard<'p>(Result<RwLockReadGuard<'p, Known>, Known>);

impl Deref for KnownGuard<'_> {
    type Target = Known;

    fn deref(&self) -> &Known {
        match &self.0 {
            Ok(known) => known,
            Err(nothing) => nothing,
        }
    }
}

impl Past {
    /// The line, which is put back when it was gone on with.
    pub(crate) fn take_line(&self) -> Option<Line> {
        self.load();
        self.line.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Keeps a line.
    pub(crate) fn put_line(&self, line: Option<Line>) {
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = line;
    }

    /// What the line tells of the paths that were there after `commit`.
    pub(crate) fn paths_at(&self, commit: CommitId) -> Option<Vec<RepoPath>> {
        self.load();
        self.line.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?.paths_at(commit)
    }

    /// What is known of versions.
    pub(crate) fn known(past: Option<&Self>) -> KnownGuard<'_> {
        KnownGuard(match past {
            Some(past) => Ok({
                past.load();
                past.known.read().unwrap_or_else(PoisonError::into_inner)
            }),
            None => Err(Known::default()),
        })
    }

    /// Adds to what is known.
    pub(crate) fn add(&self, to: impl FnOnce(&mut Known)) {
        to(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// What is to be said where a known past, of so many seconds since 1970, does not lead to the commit that was asked for.
pub(crate) fn apart(repository: &Repository, apart: Apart, known_time: Option<Timestamp>) -> Problem {
    let (known, asked) = (apart.known.short(), apart.asked.short());
    let later = repository.commit_time(&apart.asked.to_string()).ok().zip(known_time);
    let days = later.map_or(0, |(asked, known)| asked.saturating_sub(known) / (24 * 60 * 60));
    let when = match days {
        ..=0 => String::new(),
        1 => " a day later".to_owned(),
        days => format!(" {days} days later"),
    };
    let message = match apart.used {
        true => format!(
            "the model ends at {known}, and this clone does not reach from there to {asked}{when}: what changed in between \
             is not known"
        ),
        false => {
            format!("the model ends at {known}, which is not behind {asked}: the history of this clone is read instead")
        }
    };
    Problem::general(ProblemKind::History, message)
}

impl Known {
    /// What the versions of the changes of a path, as it was called then, say: their kinds, or that they do not say.
    pub fn kinds(&self, then: &RepoPath) -> Option<&Kinds> {
        self.kinds.get(then)
    }

    /// Keeps what they say.
    pub fn add_kind(&mut self, then: &RepoPath, kind: ChangeKind, (before, after): Pair, said: Option<ChangeKind>) {
        if !self.kinds.contains_key(then) {
            self.kinds.insert(then.clone(), FxHashMap::default());
        }
        if let Some(of_path) = self.kinds.get_mut(then) {
            of_path.insert((kind, before, after), said);
        }
    }

    /// True if all that is known of source files can be read.
    fn is_sound(&self) -> bool {
        self.code.values().all(LazyCode::is_sound)
    }

    /// True if a content is known to be no text that people wrote.
    pub fn is_unusable(&self, id: BlobId) -> bool {
        self.unusable.contains(&id)
    }

    /// Keeps that some are not.
    pub fn add_unusable(&mut self, ids: impl IntoIterator<Item = BlobId>) {
        self.unusable.extend(ids);
    }

    /// What is known of source files that are called as `path` is.
    pub fn code(&self, path: &RepoPath) -> Option<&Code> {
        Some(self.code.get(path.file_name())?.get())
    }

    /// Adds to what is known of them.
    pub fn add_code(&mut self, path: &RepoPath, to: impl FnOnce(&mut Code)) {
        self.code.entry(path.file_name().to_owned()).or_default().add(to);
    }

    /// True if all is known that can be said of a change of the source file `path`.
    pub fn knows_parts(&self, path: &RepoPath, change: &FileChange) -> bool {
        let code = self.code(path);
        // Whether a side parses, as far as it is known.
        let side = |id: BlobId| match id == BlobId::default() {
            true => Some(true),
            false if self.is_unusable(id) => Some(false),
            false => code.and_then(|code| code.outline(id)).map(|outline| outline.is_some()),
        };
        match (side(change.before), side(change.after)) {
            (Some(true), Some(true)) => code.is_some_and(|code| code.changed(change).is_some()),
            (Some(_), Some(_)) => true,
            _ => false,
        }
    }

    /// What is known of the blocks of the manifest `path`.
    pub fn blocks(&self, path: &RepoPath) -> Option<&KeptBlocks> {
        self.blocks.get(path)
    }

    /// Keeps what is known of them. What was known of the same blocks stays.
    pub fn add_blocks(&mut self, path: &RepoPath, blocks: KeptBlocks) {
        match self.blocks.get_mut(path) {
            Some(known) if known.keys == blocks.keys => known.pairs.extend(blocks.pairs),
            _ => drop(self.blocks.insert(path.clone(), blocks)),
        }
    }
}

impl KeptBlocks {
    /// The numbers here of the blocks that `keys` lead to; none of those that were not asked about.
    pub fn numbers<'k>(&self, keys: impl Iterator<Item = &'k Vec<String>>) -> Vec<Option<u32>> {
        // Most often they are the same, in the same order.
        let mut next = 0;
        let number = |keys| {
            let likely = self.keys.get(next).filter(|own| *own == keys).map(|_| next);
            let found = likely.or_else(|| self.keys.iter().position(|own| own == keys))?;
            next = found + 1;
            Some(found as u32)
        };
        keys.map(number).collect()
    }

    /// Which of some blocks, by their [`numbers`](Self::numbers), a change did something to, by their places among these, with
    /// the versions that do not parse; none if that is not known of all of them, unless `some` will do.
    pub fn changed(&self, pair: Pair, numbers: &[Option<u32>], some: bool) -> Option<BlocksChanged> {
        let known = self.pairs.get(&pair)?;
        if !some && numbers.contains(&None) {
            return None;
        }
        let has_changed = |number: &Option<u32>| number.is_some_and(|own| known.blocks.binary_search(&own).is_ok());
        let blocks = (0..).zip(numbers).filter(|(_, number)| has_changed(number)).map(|(place, _)| place).collect();
        Some(BlocksChanged { blocks, broken: known.broken.clone() })
    }

    /// True if it is known what a change did to all of them.
    pub fn knows(&self, pair: Pair, numbers: &[Option<u32>]) -> bool {
        !numbers.contains(&None) && self.pairs.contains_key(&pair)
    }
}
