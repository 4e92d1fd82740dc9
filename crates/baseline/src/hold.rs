//! Holding back what is known: which findings are, which have become worse, and which entries match nothing any more.

use std::collections::BTreeSet;

use jiff::civil::Date;
use lockstep_diagnostics::{BaselineState, Finding, Group, Level};

use crate::{Baseline, Entry, Key, Strength};

/// By how much a finding may grow before it speaks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratchet {
    /// The tolerance.
    pub tolerance: Strength,
    /// The day of the run: entries whose last day is over hold nothing back.
    pub today: Date,
}

/// What a baseline did.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Held {
    /// Findings that are held back.
    pub known: usize,
    /// Findings that are in it and have become worse.
    pub worse: usize,
    /// Those of the findings that are held back that have become better.
    pub better: usize,
    /// The entries that match a finding.
    pub matched: BTreeSet<Key>,
}

/// Why an entry has no purpose any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// No finding matches it.
    Gone,
    /// Its last day is over.
    Expired(Date),
}

impl Ratchet {
    /// True if a finding of `strength` is worse than the entry says. Rules outside the group `coupling` are about which
    /// functions there are, not how often they change: one more is a new finding, and their strength is a share of all
    /// functions, which moves when others come and go.
    pub fn is_worse(&self, finding: &Finding, entry: &Entry) -> bool {
        finding.rule.group == Group::Coupling && Strength::of(finding.weight).exceeds(entry.at, self.tolerance)
    }

    /// True if it is better than the entry says, by the same measure.
    pub fn is_better(&self, finding: &Finding, entry: &Entry) -> bool {
        finding.rule.group == Group::Coupling && entry.at.exceeds(Strength::of(finding.weight), self.tolerance)
    }
}

impl Baseline {
    /// The entry that knows a finding with `key`: that of the same key, else of the groups that had more functions the one
    /// that allows most, so that what any of them held back stays held back. Entries whose last day is over know nothing.
    pub fn find(&self, key: &Key, today: Date) -> Option<&Entry> {
        let valid = |entry: &&Entry| !entry.is_expired(today);
        self.entries.get(key).filter(valid).or_else(|| {
            let wholes = self.entries.values().filter(|entry| key.is_part_of(&entry.key));
            wholes.filter(valid).min_by_key(|entry| (std::cmp::Reverse(entry.at), entry.key.functions.len()))
        })
    }

    /// Marks the findings that are known, and those that have become worse, with a note. One that is forbidden is never
    /// held back, and says so.
    pub fn hold(&self, findings: &mut [Finding], ratchet: &Ratchet) -> Held {
        let mut held = Held::default();
        for finding in findings {
            let Some(entry) = self.find(&Key::of(finding), ratchet.today) else { continue };
            held.matched.insert(entry.key.clone());
            match finding.level {
                Level::Allow => continue,
                Level::Forbid => {
                    finding.notes.push("it is in the baseline, but nothing lowers `forbid`".to_owned());
                    continue;
                }
                Level::Warn | Level::Deny => {}
            }
            if ratchet.is_worse(finding, entry) {
                held.worse += 1;
                finding.baseline = BaselineState::Worse;
                let now = Strength::of(finding.weight);
                finding.notes.push(format!("worse than the baseline: {} then, {now} now", entry.at));
            } else {
                held.known += 1;
                held.better += usize::from(ratchet.is_better(finding, entry));
                finding.baseline = BaselineState::Known;
            }
        }
        held
    }

    /// The entries that have no purpose any more. Of those that match nothing, only what `assessed` says true of: its
    /// rule ran, and its functions were looked at.
    pub fn stale(&self, held: &Held, today: Date, assessed: &dyn Fn(&Entry) -> bool) -> Vec<(&Entry, Stale)> {
        let why = |entry: &Entry| match entry.expires {
            Some(last) if entry.is_expired(today) => Some(Stale::Expired(last)),
            _ if !held.matched.contains(&entry.key) && assessed(entry) => Some(Stale::Gone),
            _ => None,
        };
        self.entries.values().filter_map(|entry| Some((entry, why(entry)?))).collect()
    }
}

#[cfg(test)]
mod tests;
