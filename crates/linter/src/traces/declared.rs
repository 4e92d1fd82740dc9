//! What manifests say of the functions that they declare, kept by what they hold and by where in them the declarations stand.

use std::sync::Arc;

use lockstep_model::{BlobId, RepoPath};
use rustc_hash::FxHashMap;

use super::codec::{Bytes, Kept, Reader, Writer};
use crate::manifests::Says;

/// A manifest: its name, and the id of what it holds.
pub(crate) type ManifestId = (RepoPath, BlobId);
/// Where declarations begin and end, in their order.
pub(crate) type Places = Vec<(usize, usize)>;

/// What some manifests say, as bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeptManifests(pub(super) Arc<Bytes>);

impl KeptManifests {
    /// What these say.
    pub fn of(all: &Vec<(ManifestId, (Places, Says))>) -> Self {
        Self(Arc::new(Bytes::of(all)))
    }

    /// All of them; nothing of what is damaged.
    pub fn all(&self) -> FxHashMap<ManifestId, (Places, Says)> {
        if self.0.0.is_empty() {
            return FxHashMap::default();
        }
        let all: Option<Vec<(ManifestId, (Places, Says))>> = self.0.value();
        all.unwrap_or_default().into_iter().collect()
    }
}

impl Kept for Says {
    fn write(&self, to: &mut Writer) {
        self.blocks.write(to);
        self.texts.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { blocks: Kept::read(from)?, texts: Kept::read(from)? })
    }
}
