//! What differs between two baselines: for the review of a pull request that changes one.

use crate::{Baseline, Entry, Key};

/// An entry that is in both, and not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// As it was.
    pub old: Entry,
    /// As it is.
    pub new: Entry,
}

/// What differs between two baselines.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Entries of the new one only.
    pub added: Vec<Entry>,
    /// Entries of the old one only.
    pub removed: Vec<Entry>,
    /// Entries that are in both and not the same.
    pub changed: Vec<Changed>,
    /// Entries of the old one.
    pub before: usize,
    /// Entries of the new one.
    pub after: usize,
}

/// What differs between `old` and `new`, sorted by rule and functions. Where a line stands is no difference.
pub fn compare(old: &Baseline, new: &Baseline) -> Comparison {
    let only = |one: &Baseline, other: &Baseline| {
        let missing = |entry: &&Entry| !other.entries.contains_key(&entry.key);
        one.entries().filter(missing).cloned().collect()
    };
    let same = |old: &Entry, new: &Entry| Entry { line: new.line, ..old.clone() } == *new;
    let both = |(key, old): (&Key, &Entry)| Some((old.clone(), new.entries.get(key)?.clone()));
    Comparison {
        added: only(new, old),
        removed: only(old, new),
        changed: (old.entries.iter().filter_map(both))
            .filter(|(old, new)| !same(old, new))
            .map(|(old, new)| Changed { old, new })
            .collect(),
        before: old.len(),
        after: new.len(),
    }
}
