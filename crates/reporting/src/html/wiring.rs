//! What joins functions in manifests and code, as lists: channels, stores, calls and shared files, each with its
//! functions. The map draws lines from it, and the page's table shows all of it.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_model::{Access, ChannelDirection, Closure, FileKind, Function, FunctionId, Strength};

/// A kind of joint, in the order of the legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// Implementation that several functions run.
    Code,
    /// A channel.
    Channel,
    /// A store.
    Store,
    /// A call.
    Call,
}

impl Kind {
    /// All kinds.
    pub(super) const ALL: [Self; 4] = [Self::Code, Self::Channel, Self::Store, Self::Call];

    /// The word for it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Code => "shared code",
            Self::Channel => "channel",
            Self::Store => "store",
            Self::Call => "call",
        }
    }
}

/// One thing that joins functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hub {
    /// Of what kind.
    pub(super) kind: Kind,
    /// What it is: `queue orders#Queue`, `shared/money.ts`.
    pub(super) what: String,
    /// Functions that send, write or call.
    pub(super) from: Vec<usize>,
    /// Functions that receive, read or are called; for code, all that run it.
    pub(super) to: Vec<usize>,
}

impl Hub {
    /// Its functions, each once.
    pub(super) fn functions(&self) -> BTreeSet<usize> {
        self.from.iter().chain(&self.to).copied().collect()
    }
}

/// Everything that joins at least two functions: kind by kind, in the order of their names.
pub(super) fn hubs(functions: &[Function], closures: &[Closure]) -> Vec<Hub> {
    let mut all: BTreeMap<(Kind, String), (BTreeSet<usize>, BTreeSet<usize>)> = BTreeMap::new();
    let numbers: BTreeMap<&FunctionId, usize> = (0..).zip(functions).map(|(n, function)| (&function.id, n)).collect();
    for (number, function) in functions.iter().enumerate() {
        // What is said for all functions at once (a role that all share) tells nothing of two.
        for channel in function.channels.iter().filter(|channel| channel.strength == Strength::Own) {
            let hub = all.entry((Kind::Channel, format!("{} {}", channel.kind, channel.key))).or_default();
            match channel.direction {
                ChannelDirection::Sends => hub.0.insert(number),
                ChannelDirection::Receives => hub.1.insert(number),
            };
        }
        for store in function.stores.iter().filter(|store| store.strength == Strength::Own) {
            let hub = all.entry((Kind::Store, format!("{} {}", store.kind, store.key))).or_default();
            match store.access {
                Access::Write => hub.0.insert(number),
                Access::Read | Access::Unknown => hub.1.insert(number),
            };
        }
        let called = function.invokes.iter().filter_map(|call| call.function.as_ref());
        for other in called.chain(function.calls.iter().map(|call| &call.function)) {
            if let Some(other) = numbers.get(other).filter(|other| **other != number) {
                let hub = all.entry((Kind::Call, function.id.to_string())).or_default();
                hub.0.insert(number);
                hub.1.insert(*other);
            }
        }
    }
    for (number, closure) in closures.iter().enumerate() {
        let shared = closure.files.iter().filter(|file| !file.own && file.kind == FileKind::Implementation);
        for file in shared {
            all.entry((Kind::Code, file.path.as_str().to_owned())).or_default().1.insert(number);
        }
    }
    let hub = |((kind, what), (from, to)): (_, (BTreeSet<usize>, BTreeSet<usize>))| Hub {
        kind,
        what,
        from: from.into_iter().collect(),
        to: to.into_iter().collect(),
    };
    all.into_iter().map(hub).filter(|hub| hub.functions().len() > 1).collect()
}
