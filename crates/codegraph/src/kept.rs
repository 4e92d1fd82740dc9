//! Facts that outlive a run. They are pure: the same text under the same name says the same, so what was read once need not
//! be parsed again.

use std::fmt;

use lockstep_model::RepoPath;

use crate::{FileFacts, Language};

/// The build that reads facts. Those of another build may say something else of the same text.
pub const FACTS: &str = concat!(env!("CARGO_PKG_VERSION"), "-", env!("LOCKSTEP_FACTS"));

/// What facts were read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactsKey(pub [u8; 32]);

impl FactsKey {
    /// The key of the facts of `text` under the name `path`. Where the file lies says nothing, what it is called may.
    pub(crate) fn of(language: &dyn Language, path: &RepoPath, text: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [language.name(), path.file_name()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.update(text.as_bytes());
        Self(*hasher.finalize().as_bytes())
    }
}

/// A place where facts are kept. Shared by threads.
pub trait KeptFacts: Sync + fmt::Debug {
    /// The facts under `key`; none if there are none.
    fn get(&self, key: FactsKey) -> Option<FileFacts>;

    /// Keeps `facts` under `key`.
    fn keep(&self, key: FactsKey, facts: &FileFacts);
}
