//! Whose parts of files changed, kept by all that it was told from.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::codec::{Bytes, Kept, Reader, Writer, parts};
use crate::keep::HASH;

/// A hash of what something was told from.
pub(crate) type TellKey = [u8; HASH];

/// What was told of the changes of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// By the number of a change: those who ask for each part that changed, by their numbers.
    pub parts: Vec<(u32, Vec<Vec<u32>>)>,
    /// How many versions are not in this clone.
    pub missing: u32,
    /// How many are no text that people wrote.
    pub unusable: u32,
    /// How many do not parse.
    pub unparsed: u32,
}

parts! {
    Told { parts, missing, unusable, unparsed }
}

/// What was told of some files, as bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeptTold(pub(super) Arc<Bytes>);

impl KeptTold {
    /// This, by the hashes of what it was told from.
    pub fn of(told: &Vec<(TellKey, Told)>) -> Self {
        Self(Arc::new(Bytes::of(told)))
    }

    /// All of it; nothing of what is damaged.
    pub fn files(&self) -> FxHashMap<TellKey, Told> {
        let told: Option<Vec<(TellKey, Told)>> = self.0.value();
        told.unwrap_or_default().into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_damaged_is_nothing() {
        let told = Told { parts: vec![(3, vec![vec![0, 700], Vec::new()])], missing: 0, unusable: 1, unparsed: 2 };
        let all = vec![([1; 16], told), ([2; 16], Told::default())];
        let kept = KeptTold::of(&all);
        assert_eq!(kept.files(), all.into_iter().collect());
        let cut = kept.0.0[..kept.0.0.len() - 1].to_vec();
        assert!(KeptTold(Arc::new(Bytes(cut))).files().is_empty());
        assert!(KeptTold::default().files().is_empty());
    }
}
