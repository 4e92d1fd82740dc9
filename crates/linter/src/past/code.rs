//! [`Code`]: what is known of the versions of source files. What was kept of a name is read when a file of that name is asked
//! for: most runs ask for those alone that were edited.

use std::{fmt, sync::OnceLock};

use lockstep_codegraph::parts::{Changed, Outline};
use lockstep_model::{BlobId, FileChange};
use rustc_hash::FxHashMap;

use super::{Pair, wire::WrittenCode};

/// What is known of the versions of source files of one name.
#[derive(Debug, Default)]
pub(crate) struct Code {
    pub(super) outlines: Vec<Outline>,
    /// The numbers of outlines, once one is added: most runs add none.
    numbers: FxHashMap<Outline, u32>,
    /// The outline of each version; none if it does not parse.
    pub(super) versions: FxHashMap<BlobId, Option<u32>>,
    pub(super) changed: FxHashMap<Pair, Changed>,
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        (&self.outlines, &self.versions, &self.changed) == (&other.outlines, &other.versions, &other.changed)
    }
}

impl Eq for Code {}

impl Code {
    /// The outline of a version, if the version is known; none in it if it does not parse.
    pub fn outline(&self, id: BlobId) -> Option<Option<&Outline>> {
        let number = self.versions.get(&id)?;
        Some(number.and_then(|number| self.outlines.get(number as usize)))
    }

    /// The same, with the number that versions of the same outline share.
    pub fn number(&self, id: BlobId) -> Option<Option<(u32, &Outline)>> {
        let number = self.versions.get(&id)?;
        Some(number.and_then(|number| Some((number, self.outlines.get(number as usize)?))))
    }

    /// What differs between the versions of a change, if that is known.
    pub fn changed(&self, change: &FileChange) -> Option<&Changed> {
        self.changed.get(&(change.before, change.after))
    }

    /// Keeps the outline of a version.
    pub fn add_version(&mut self, id: BlobId, outline: Option<Outline>) {
        if self.numbers.len() < self.outlines.len() {
            self.numbers = self.outlines.iter().cloned().zip(0..).collect();
        }
        let number = outline.map(|outline| match self.numbers.get(&outline) {
            Some(number) => *number,
            None => {
                let number = self.outlines.len() as u32;
                self.outlines.push(outline.clone());
                self.numbers.insert(outline, number);
                number
            }
        });
        self.versions.insert(id, number);
    }

    /// Keeps what differs between two versions.
    pub fn add_changed(&mut self, pair: Pair, changed: Changed) {
        self.changed.insert(pair, changed);
    }

    /// How much is known; it grows with whatever is added.
    pub(super) fn size(&self) -> usize {
        self.versions.len() + self.changed.len()
    }
}

/// [`Code`] that may not be read yet.
#[derive(Default)]
pub(super) struct LazyCode {
    written: Option<WrittenCode>,
    read: OnceLock<Code>,
}

impl LazyCode {
    /// What is written there.
    pub(super) fn of(written: WrittenCode) -> Self {
        Self { written: Some(written), read: OnceLock::new() }
    }

    pub(super) fn get(&self) -> &Code {
        self.read.get_or_init(|| Self::read(self.written.as_ref()))
    }

    /// True if what is written there makes sense, which is found out by reading it.
    pub(super) fn is_sound(&self) -> bool {
        let Some(written) = self.written.as_ref().filter(|_| self.read.get().is_none()) else { return true };
        written.read().map(|code| _ = self.read.set(code)).is_some()
    }

    /// Adds to what is known.
    pub(super) fn add(&mut self, to: impl FnOnce(&mut Code)) {
        let mut code = self.read.take().unwrap_or_else(|| Self::read(self.written.as_ref()));
        to(&mut code);
        *self = Self { written: None, read: code.into() };
    }

    /// [`Code::size`], for which nothing need be read.
    pub(super) fn size(&self) -> usize {
        match (self.read.get(), &self.written) {
            (Some(code), _) => code.size(),
            (None, Some(written)) => written.size,
            (None, None) => 0,
        }
    }

    /// Of what makes no sense nothing is known.
    fn read(written: Option<&WrittenCode>) -> Code {
        written.and_then(WrittenCode::read).unwrap_or_default()
    }
}

impl fmt::Debug for LazyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl PartialEq for LazyCode {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for LazyCode {}
