//! Writing a baseline anew: what stays, what is added, what goes. It grows only where that was asked for.

use std::collections::BTreeSet;

use lockstep_diagnostics::{Finding, Level};

use crate::{Baseline, Entry, Key, Ratchet, Strength};

/// What is asked of [`Baseline::refreshed`].
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Take in what is not known yet, and what has become worse.
    pub grow: bool,
    /// The day, and what counts as worse.
    pub ratchet: Ratchet,
}

/// A baseline that was brought up to date.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Refreshed {
    /// The new one.
    pub baseline: Baseline,
    /// Entries that were added.
    pub added: usize,
    /// Entries that hold less than before: a weaker finding, or fewer functions.
    pub tightened: usize,
    /// Entries that were raised to the strength of a finding that has become worse.
    pub raised: usize,
    /// Findings that are not known and were not added, as growing was not asked for.
    pub left_new: usize,
    /// Findings that have become worse and were not accepted, as growing was not asked for.
    pub left_worse: usize,
}

impl Baseline {
    /// This baseline brought up to date with `findings`: what is known of them is written as it is now, and never more
    /// than before unless growing is asked for; entries that match nothing stay as they are. Reasons, last days and the
    /// day of acceptance stay with their entries. What is silenced otherwise, what is about a change only, and what is
    /// forbidden, so that it cannot be held back, is not taken in.
    pub fn refreshed(&self, findings: &[Finding], wanted: Wanted) -> Refreshed {
        let mut done = Refreshed::default();
        let mut replaced: BTreeSet<&Key> = BTreeSet::new();
        let mut fresh = Vec::new();
        let can_be_held = |level| matches!(level, Level::Warn | Level::Deny);
        for finding in findings.iter().filter(|finding| can_be_held(finding.level) && !finding.of_change) {
            let key = Key::of(finding);
            let now = Strength::of(finding.weight);
            let Some(known) = self.find(&key, wanted.ratchet.today) else {
                if wanted.grow {
                    done.added += 1;
                    // One whose last day is over is accepted anew; why it was accepted may still be true.
                    let reason = self.entries.get(&key).and_then(|old| old.reason.clone());
                    let since = wanted.ratchet.today;
                    fresh.push(Entry { key, at: now, since, reason, expires: None, line: 0 });
                } else {
                    done.left_new += 1;
                }
                continue;
            };
            let worse = wanted.ratchet.is_worse(finding, known);
            let at = match worse {
                true if wanted.grow => now,
                _ => known.at.min(now),
            };
            done.raised += usize::from(worse && wanted.grow);
            done.left_worse += usize::from(worse && !wanted.grow);
            done.tightened += usize::from(at < known.at || key != known.key);
            replaced.insert(&known.key);
            fresh.push(Entry { key, at, ..known.clone() });
        }
        let renewed: BTreeSet<Key> = fresh.iter().map(|entry| entry.key.clone()).collect();
        let kept =
            self.entries.values().filter(|entry| !replaced.contains(&entry.key) && !renewed.contains(&entry.key));
        done.baseline = Self::new(kept.cloned().chain(fresh));
        done
    }

    /// This baseline without the entries `keys`.
    pub fn without(&self, keys: &BTreeSet<Key>) -> Self {
        Self::new(self.entries.values().filter(|entry| !keys.contains(&entry.key)).cloned())
    }
}

#[cfg(test)]
mod tests;
