//! [`Memory`]: whose parts of files changed, from one run to the next. What is asked of a file, what it holds today and what its
//! changes lead from and to decide that, so it is known by a hash of these, and only of a file of which one is another it is told
//! again.

use lockstep_codegraph::parts::Asked;
use lockstep_model::RepoPath;
use rustc_hash::{FxHashMap, FxHashSet};

use super::File;
use crate::{
    Past, PastStore, Project,
    keep::hash,
    traces::{KeptTold, TellKey, Told, Traces, is_worth_writing},
};

/// What was told in earlier runs.
pub(super) struct Memory<'p> {
    /// None where nothing is kept, and where a model is made: that has to hold what all of this is told from.
    traces: Option<&'p Traces>,
    /// Nothing where what is kept of the past was lost: that has to hold it as well.
    told: FxHashMap<TellKey, Told>,
    /// What of it was asked for.
    asked: FxHashSet<TellKey>,
}

impl<'p> Memory<'p> {
    pub(super) fn of(project: &'p Project) -> Self {
        let store = project.past.as_deref().and_then(Past::store);
        let traces = project.traces.as_deref().filter(|_| store.is_some());
        let known = traces.filter(|_| store.is_some_and(PastStore::knew_versions));
        let told = known.map_or_else(FxHashMap::default, |traces| traces.told().files());
        Self { traces, told, asked: FxHashSet::default() }
    }

    /// A hash of what decides whose parts of the file `path` changed; none if nothing is kept of it.
    pub(super) fn key(&self, project: &Project, path: &RepoPath, file: &File<'_>) -> Option<TellKey> {
        let today = self.traces.and_then(|_| project.files.id(path))?;
        let mut all = today.0.to_vec();
        let text = |all: &mut Vec<u8>, text: &str| {
            all.extend((text.len() as u64).to_le_bytes());
            all.extend(text.as_bytes());
        };
        text(&mut all, path.as_str());
        for asked in &file.asked {
            match asked {
                Asked::Start(symbol) => {
                    all.push(b's');
                    text(&mut all, symbol);
                }
                Asked::Names(names) => {
                    all.push(b'n');
                    all.extend((names.len() as u64).to_le_bytes());
                    names.iter().for_each(|name| text(&mut all, name));
                }
                Asked::Whole => all.push(b'w'),
            }
        }
        all.push(b'.');
        for change in &file.changes {
            all.extend(change.before.0);
            all.extend(change.after.0);
        }
        Some(hash(&all))
    }

    /// What was told then.
    pub(super) fn told(&mut self, key: Option<&TellKey>) -> Option<&Told> {
        let (key, told) = self.told.get_key_value(key?)?;
        self.asked.insert(*key);
        Some(told)
    }

    /// Keeps what this run told, if it is much; of what was known before, no more than that: it may be asked for again, on another
    /// branch or in the state before a change. What is missing in this clone may come.
    pub(super) fn keep(self, learnt: Vec<(TellKey, Told)>) {
        let mut all: Vec<(TellKey, Told)> = learnt.into_iter().filter(|(_, told)| told.missing == 0).collect();
        let Some(traces) = self.traces.filter(|_| is_worth_writing(all.len(), self.told.is_empty())) else { return };
        let (asked, rest): (Vec<_>, Vec<_>) = self.told.into_iter().partition(|(key, _)| self.asked.contains(key));
        all.extend(asked);
        let most = all.len();
        all.extend(rest.into_iter().take(most));
        all.sort_unstable_by_key(|(key, _)| *key);
        traces.keep_told(KeptTold::of(&all));
    }
}
