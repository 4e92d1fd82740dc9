//! Early signs: functions that changed too seldom to be judged, and changed together more often than not.
//!
//! They are no findings and carry no figure that was calibrated. A short history is *unknown*, and that is said; this
//! says what there is to see in it, so that people know where to look, with the commits that `why` lists.

use crate::graph::{Coupling, CouplingGraph, Knowledge, Unknown};

/// Joint changes without which nothing is a sign: one is how functions are born.
const LEAST: u32 = 2;
/// The share of the changes of the rarer function that must be joint.
const SHARE: f64 = 0.5;

/// Functions that changed together so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlySign {
    /// Their numbers, ascending.
    pub functions: Vec<usize>,
    /// Kept changesets that edit at least two of them.
    pub together: usize,
    /// Changes of the one that changed least, and of the one that changed most.
    pub changes: (u32, u32),
}

impl CouplingGraph {
    /// What there is to see where nothing can be judged, the most telling first.
    pub fn early_signs(&self) -> Vec<EarlySign> {
        let is_sign = |pair: &&Coupling| {
            let (a, b) = (&self.functions()[pair.a], &self.functions()[pair.b]);
            let unjudged = changed_too_seldom(&a.knowledge) || changed_too_seldom(&b.knowledge);
            let rarer = a.changes.min(b.changes);
            unjudged && pair.support >= LEAST && f64::from(pair.support) >= SHARE * f64::from(rarer)
        };
        let pairs: Vec<_> = self.couplings().iter().filter(is_sign).map(|pair| (pair.a, pair.b)).collect();
        let mut signs: Vec<EarlySign> = self.groups(&pairs).into_iter().map(|functions| self.sign(functions)).collect();
        signs.sort_by_key(|sign| (std::cmp::Reverse(sign.together), sign.functions.clone()));
        signs
    }

    fn sign(&self, mut functions: Vec<usize>) -> EarlySign {
        functions.sort_unstable();
        let mut changesets: Vec<usize> =
            functions.iter().flat_map(|function| self.changes_of(*function)).map(|change| change.changeset).collect();
        changesets.sort_unstable();
        let together = changesets.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).count();
        let changes = functions.iter().map(|function| self.functions()[*function].changes);
        let changes = (changes.clone().min().unwrap_or(0), changes.max().unwrap_or(0));
        EarlySign { functions, together, changes }
    }
}

fn changed_too_seldom(knowledge: &Knowledge) -> bool {
    matches!(knowledge, Knowledge::Unknown(Unknown::FewChanges { .. } | Unknown::FewChangesets { .. }))
}
