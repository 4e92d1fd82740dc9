//! [`FunctionChange`]: what kind of change each changeset was for each function.

use std::collections::BTreeMap;

use crate::CouplingGraph;

/// What a changeset changed for a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FunctionChange {
    /// What its own code does.
    Behaviour,
    /// What code does that it shares with others.
    SharedBehaviour,
    /// What a communication channel of it is made of.
    Contract,
    /// Its own block of a manifest, or settings in its folder.
    Configuration,
    /// What it asks for from outside the repository.
    Dependency,
    /// Its tests.
    Test,
    /// What is written about it.
    Documentation,
    /// Its code, in no way that a compiler sees.
    Cosmetic,
}

impl FunctionChange {
    /// All of them, in their order.
    pub const ALL: [Self; 8] = [
        Self::Behaviour,
        Self::SharedBehaviour,
        Self::Contract,
        Self::Configuration,
        Self::Dependency,
        Self::Test,
        Self::Documentation,
        Self::Cosmetic,
    ];

    /// The word used in machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Behaviour => "behaviour",
            Self::SharedBehaviour => "shared-behaviour",
            Self::Contract => "contract",
            Self::Configuration => "configuration",
            Self::Dependency => "dependency",
            Self::Test => "test",
            Self::Documentation => "documentation",
            Self::Cosmetic => "cosmetic",
        }
    }
}

/// A set of kinds of change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KindSet(u8);

impl KindSet {
    pub(crate) fn of(kind: FunctionChange) -> Self {
        Self(1 << kind as u8)
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    fn kinds(self) -> impl Iterator<Item = FunctionChange> {
        FunctionChange::ALL.into_iter().filter(move |kind| self.0 & Self::of(*kind).0 != 0)
    }
}

impl CouplingGraph {
    /// How many changesets were which kind of change for `function`, those that do not count in the measure included.
    /// A changeset may be of several kinds.
    pub fn kinds_of(&self, function: usize) -> BTreeMap<FunctionChange, u32> {
        let mut counts = BTreeMap::new();
        for kind in self.touched.iter().flat_map(|touched| touched.kinds_of(function).kinds()) {
            *counts.entry(kind).or_insert(0) += 1;
        }
        counts
    }

    /// How many changesets touch `function` in any way.
    pub fn touches_of(&self, function: usize) -> u32 {
        self.touched.iter().filter(|touched| touched.kinds_of(function) != KindSet::default()).count() as u32
    }

    /// What kinds of change the changeset with this number in the history was for `function`; empty if it does not
    /// touch it.
    pub fn kinds_in(&self, changeset: usize, function: usize) -> Vec<FunctionChange> {
        let touched = self.touched.iter().find(|touched| touched.changeset as usize == changeset);
        touched.map(|touched| touched.kinds_of(function).kinds().collect()).unwrap_or_default()
    }
}
