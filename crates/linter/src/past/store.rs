//! [`PastStore`]: a past on disk, from one run to the next, so that a second run reads of the history only what is new.
//!
//! One file per repository, as for the facts of source files ([`crate::FactsStore`]): read whole, checked whole, replaced
//! whole; and one for the commits that came since ([`growth`]). A run that is killed leaves the old one, and two at once leave that of the last. What is damaged, cut short, of
//! another build or of another repository is thrown away, never trusted. What is in it is known by the ids of commits and
//! of contents, so a history that was rewritten finds of it what is still true, and nothing else.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock, PoisonError},
};

use lockstep_history::{Held, Line};
use lockstep_model::CommitId;

use super::{
    Known, Past,
    code::LazyCode,
    growth::{self, Seal},
};
use crate::{Project, keep};

/// A larger one is not kept, in bytes: reading it would take longer than what it saves. 256 MiB.
const LARGEST: usize = 256 << 20;

/// What a run learnt of the versions of files is not worth writing all of it anew if it is less: what is staged now is
/// something else in the next run.
const FEW: usize = 8;

/// Where the past of one repository is kept.
#[derive(Debug)]
pub struct PastStore {
    path: PathBuf,
    /// What tells the repository from others.
    repository: String,
    /// What was found there, once it was looked for.
    found: OnceLock<Found>,
}

/// What was there when the run began.
#[derive(Debug, Default)]
struct Found {
    /// Why it was thrown away; none if it was not, or there was nothing.
    discarded: Option<String>,
    mark: Mark,
    /// What tells what was there from others.
    seal: Seal,
}

/// What was there, and can be used.
struct Kept {
    past: Past,
    seal: Seal,
    /// Why the newest commits were thrown away.
    discarded: Option<String>,
}

/// How much a past knows: one that knows more is another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Mark {
    commits: usize,
    head: Option<CommitId>,
    known: usize,
}

impl PastStore {
    /// The store in `folder` of the repository whose objects lie in `common_dir`. Nothing is read yet.
    pub fn new(folder: &Path, common_dir: &Path) -> Self {
        let name = blake3::hash(common_dir.as_os_str().as_encoded_bytes()).to_hex();
        let path = folder.join("past").join(format!("{}.bin", &name.as_str()[..32]));
        Self { path, repository: common_dir.to_string_lossy().into_owned(), found: OnceLock::new() }
    }

    /// Why what was there was thrown away, in words; none if it was not, or nobody has looked.
    pub fn discarded(&self) -> Option<&str> {
        self.found.get()?.discarded.as_deref()
    }

    /// How many commits it knew when the run began; none if nobody has looked.
    pub fn commits(&self) -> Option<usize> {
        self.found.get().map(|found| found.mark.commits)
    }

    /// True if it knew something of versions of files when the run began; false if nobody has looked.
    pub(crate) fn knew_versions(&self) -> bool {
        self.found.get().is_some_and(|found| found.mark.known > 0)
    }

    fn settings(&self) -> Vec<(String, String)> {
        vec![("repository".to_owned(), self.repository.clone())]
    }

    /// Where the commits are that came since.
    fn growth_path(&self) -> PathBuf {
        self.path.with_extension("new")
    }

    /// What is there; none if there is nothing that can be used.
    fn read(&self) -> Result<Option<Kept>, String> {
        let Some(bytes) = bytes_at(&self.path)? else { return Ok(None) };
        let (facts, past) = Past::from_held(&bytes).map_err(|error| error.to_string())?;
        if facts.settings != self.settings() {
            return Err("it is of another repository".to_owned());
        }
        let seal = growth::seal_of(&bytes);
        let grown = match bytes_at(&self.growth_path()) {
            Ok(Some(bytes)) => growth::read(&bytes, &seal).map_err(|error| error.to_string()),
            Ok(None) => Ok(None),
            Err(why) => Err(why),
        };
        let discarded = grown.as_ref().err().map(|why| format!("{why}, where the newest commits are"));
        let mut past = past;
        if let (Ok(line), Ok(Some(grown))) = (past.line.get_mut(), grown) {
            *line = line.take().map(|line| line.and(grown));
        }
        Ok(Some(Kept { past, seal, discarded }))
    }
}

/// The bytes of a file; none if there is none.
fn bytes_at(path: &Path) -> Result<Option<Held>, String> {
    match Held::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

impl Past {
    /// The past that `store` keeps, read when it is first asked for.
    pub fn kept_in(store: PastStore) -> Self {
        Self { store: Some(store), ..Self::default() }
    }

    /// Where it is kept; none if it is a model, or is forgotten after the run.
    pub fn store(&self) -> Option<&PastStore> {
        self.store.as_ref()
    }

    /// Reads what is kept, if that was not done.
    pub(super) fn load(&self) {
        let Some(store) = &self.store else { return };
        store.found.get_or_init(|| {
            let (past, seal, discarded) = match store.read() {
                Ok(Some(kept)) => (kept.past, kept.seal, kept.discarded),
                Ok(None) => (Self::default(), Seal::default(), None),
                Err(why) => (Self::default(), Seal::default(), Some(why)),
            };
            let mark = past.mark();
            *self.line.lock().unwrap_or_else(PoisonError::into_inner) =
                past.line.into_inner().unwrap_or_else(PoisonError::into_inner);
            *self.known.write().unwrap_or_else(PoisonError::into_inner) =
                past.known.into_inner().unwrap_or_else(PoisonError::into_inner);
            Found { discarded, mark, seal }
        });
    }

    /// Writes what is known now, if that is so much more than what was kept that it is worth it. That it cannot be kept is no reason to fail: the next
    /// run reads it again.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn save(&self) -> io::Result<()> {
        let Some((store, found)) = self.store.as_ref().and_then(|store| Some((store, store.found.get()?))) else {
            return Ok(());
        };
        let (old, new) = (found.mark, self.mark());
        let longer = new.head != old.head && new.commits >= old.commits;
        let little = new.known.abs_diff(old.known) < FEW;
        if !longer && little {
            return Ok(());
        }
        if new.commits < old.commits {
            self.look_back(store);
        }
        {
            let line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
            if !line.as_ref().is_some_and(Line::is_whole) {
                return Ok(());
            }
            // What is known of versions is in the large file only. What little came with these commits is read again.
            if let Some(growth) = line.as_ref().and_then(Line::growth).filter(|_| longer && little) {
                return keep::replace(&store.growth_path(), &growth::to_bytes(&found.seal, &growth));
            }
        }
        let bytes = self.to_bytes(0, store.settings()).map_err(io::Error::other)?;
        if bytes.len() > LARGEST {
            return Ok(());
        }
        keep::replace(&store.path, &bytes)?;
        // It follows on what was there before, and is in it now.
        let _ = fs::remove_file(store.growth_path());
        Ok(())
    }

    /// Takes the line that is kept, if it goes on from the newest commit that is known: a look at an older commit, such as the
    /// base of a branch, forgets nothing.
    fn look_back(&self, store: &PastStore) {
        let kept = store.read().ok().flatten().and_then(|kept| kept.past.line.into_inner().ok().flatten());
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let head = line.as_ref().and_then(Line::head);
        if let Some(kept) = kept.filter(|kept| head.is_some_and(|head| kept.has(head))) {
            *line = Some(kept);
        }
    }

    fn mark(&self) -> Mark {
        let line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        Mark {
            commits: line.as_ref().map_or(0, Line::len),
            head: line.as_ref().and_then(Line::head),
            known: known.size(),
        }
    }
}

impl Known {
    /// How much is known; it grows with whatever is added.
    fn size(&self) -> usize {
        let kinds = self.kinds.values().map(std::collections::HashMap::len);
        let code = self.code.values().map(LazyCode::size);
        let blocks = self.blocks.values().map(|blocks| blocks.pairs.len() + keys_of(&blocks.keys));
        self.unusable.len() + kinds.chain(code).chain(blocks).sum::<usize>()
    }
}

/// A number that tells blocks from others.
fn keys_of(keys: &[Vec<String>]) -> usize {
    let bytes = keys.iter().flatten().flat_map(|key| key.bytes().chain([0]));
    bytes.fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte))) % (1 << 40)
}

impl Project {
    /// Keeps what is read of its history in `folder` from run to run. A plain folder keeps nothing.
    pub fn keep_past_in(&mut self, folder: &Path) {
        let common_dir =
            self.repository.as_ref().and_then(|repository| Some(repository.lock().ok()?.common_dir().to_owned()));
        self.past = common_dir.map(|common_dir| Arc::new(Past::kept_in(PastStore::new(folder, &common_dir))));
    }

    /// The model that stands for its history, if one does.
    pub(crate) fn model(&self) -> Option<&Past> {
        self.past.as_deref().filter(|past| past.store().is_none())
    }

    /// Writes what was read of the history anew.
    pub(crate) fn keep_past(&self) {
        if let Some(past) = &self.past {
            let _ = past.save();
        }
    }
}
