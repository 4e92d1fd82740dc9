//! Which functions each changeset touches, and how.
//!
//! Whose a path is stands in [`Table`]; here it is looked up for each change. What changes a function's own code, what
//! changes code that it shares, and what changes its contract is kept apart; so is everything else, by its kind.

use std::sync::Arc;

use lockstep_model::{ChangeKind, FileChange, FileStatus, History, Timestamp};

use crate::{
    backtest::noise::is_noise,
    kinds::{FunctionChange, KindSet},
    table::{Code, SetId, Table},
};

/// What more functions than this have in common is held once, and not listed for each changeset.
const WIDE: usize = 16;

/// What one changeset touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Touched {
    /// Its number in the history.
    pub changeset: u32,
    /// When.
    pub time: Timestamp,
    /// The functions whose own behaviour changed, sorted.
    pub own: Vec<u32>,
    /// The sets of functions whose shared behaviour changed, sorted.
    pub shared: Vec<SetId>,
    /// The functions whose contract changed, sorted. A contract of all is one list, however often it changed.
    pub contract: Arc<[u32]>,
    /// True if any behaviour changed, somebody's or nobody's.
    pub behaviour: bool,
    /// What kinds of change it was for each function that it touches in any way, by function.
    kinds: Vec<(u32, KindSet)>,
    /// The same of many functions at once, each list sorted.
    wide: Vec<(Arc<[u32]>, KindSet)>,
}

impl Touched {
    /// What kinds of change it was for `function`; none if it does not touch it.
    pub(crate) fn kinds_of(&self, function: usize) -> KindSet {
        let at = self.kinds.binary_search_by_key(&(function as u32), |(function, _)| *function);
        let mut kinds = at.map_or(KindSet::default(), |at| self.kinds[at].1);
        let wide = self.wide.iter().filter(|(functions, _)| functions.binary_search(&(function as u32)).is_ok());
        wide.for_each(|(_, more)| kinds.add(*more));
        kinds
    }

    fn note(&mut self, functions: &Arc<[u32]>, kind: FunctionChange) {
        if functions.len() > WIDE {
            self.wide.push((Arc::clone(functions), KindSet::of(kind)));
        } else {
            self.kinds.extend(functions.iter().map(|function| (*function, KindSet::of(kind))));
        }
    }

    fn add_contract(&mut self, functions: &Arc<[u32]>) {
        if self.contract.is_empty() {
            self.contract = Arc::clone(functions);
        } else if self.contract != *functions {
            let mut both = [&self.contract[..], &functions[..]].concat();
            both.sort_unstable();
            both.dedup();
            self.contract = both.into();
        }
    }

    /// Puts everything in order, each once.
    fn settle(&mut self) {
        for list in [&mut self.own, &mut self.shared] {
            list.sort_unstable();
            list.dedup();
        }
        self.kinds.sort_by_key(|(function, _)| *function);
        self.kinds.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1.add(next.1);
            }
            same
        });
        self.kinds.shrink_to_fit();
    }
}

/// What each changeset up to `as_of` touches, in an order that does not depend on how the history lists them.
pub(crate) fn touched(table: &Table, history: &History, as_of: Timestamp) -> Vec<Touched> {
    each(history, as_of, &|touched, change| touch(touched, table, change))
}

/// The functions that each changeset up to `as_of` touches by a change that is neither noise nor a pure move; they stand in
/// [`Touched::own`].
pub(crate) fn touched_in_any_way(table: &Table, history: &History, as_of: Timestamp) -> Vec<Touched> {
    let noise: Vec<bool> = history.paths.iter().map(is_noise).collect();
    each(history, as_of, &|touched, change| {
        if change.status != FileStatus::Renamed && !noise[change.then.0 as usize] {
            touch_owners(touched, table, change);
        }
    })
}

/// The functions that each changeset up to `as_of` touches at all; they stand in [`Touched::own`].
pub(crate) fn touched_at_all(table: &Table, history: &History, as_of: Timestamp) -> Vec<Touched> {
    each(history, as_of, &|touched, change| touch_owners(touched, table, change))
}

/// Notes the functions whose file, or whose part of a file, a change is of.
fn touch_owners(touched: &mut Touched, table: &Table, change: &FileChange) {
    let own = |part: &Code| match part {
        Code::Own(function) | Code::Entry(function, _) => Some(*function),
        Code::Nobody | Code::Shared(_) => None,
    };
    match table.parts(change) {
        Some(parts) => touched.own.extend(parts.iter().filter_map(own)),
        None => touched.own.extend(table.get(change).owner),
    }
    touched.behaviour |= !touched.own.is_empty();
}

/// Lets `note` note each change of each changeset up to `as_of`.
fn each(history: &History, as_of: Timestamp, note: &dyn Fn(&mut Touched, &FileChange)) -> Vec<Touched> {
    let mut all: Vec<Touched> = (0u32..)
        .zip(&history.changesets)
        .filter(|(_, changeset)| changeset.time <= as_of && !changeset.kind.is_pending())
        .map(|(number, changeset)| touched_by(number, changeset.time, &changeset.changes, note))
        .collect();
    let id = |touched: &Touched| history.changesets[touched.changeset as usize].id;
    all.sort_by(|a, b| a.time.cmp(&b.time).then_with(|| id(a).cmp(&id(b))));
    all
}

/// What `changes`, all or some of those of the changeset `number`, touch by their behaviour and contracts.
pub(crate) fn touched_by_changes(table: &Table, number: u32, time: Timestamp, changes: &[FileChange]) -> Touched {
    touched_by(number, time, changes, &|touched, change| touch(touched, table, change))
}

/// Lets `note` note each of `changes`.
fn touched_by(
    number: u32,
    time: Timestamp,
    changes: &[FileChange],
    note: &dyn Fn(&mut Touched, &FileChange),
) -> Touched {
    let mut touched = Touched { changeset: number, time, ..Touched::default() };
    changes.iter().for_each(|change| note(&mut touched, change));
    touched.settle();
    touched
}

/// True if a change leaves every byte as it was: a move, or a change of the mode.
pub(crate) fn is_pure_move(change: &FileChange) -> bool {
    change.status == FileStatus::Renamed || (change.status == FileStatus::Modified && change.before == change.after)
}

/// True if a change is one of behaviour, whoever's.
pub(crate) fn changes_behaviour(change: &FileChange) -> bool {
    change.kind == ChangeKind::Behaviour && !is_pure_move(change)
}

/// Notes whose behaviour a change of `code` is.
fn touch_code(touched: &mut Touched, table: &Table, code: Code) {
    let (own, shared) = match code {
        Code::Nobody => (None, None),
        Code::Own(function) => (Some(function), None),
        Code::Shared(set) => (None, Some(set)),
        Code::Entry(function, set) => (Some(function), Some(set)),
    };
    touched.own.extend(own);
    touched.shared.extend(shared);
    touched.kinds.extend(own.map(|function| (function, KindSet::of(FunctionChange::Behaviour))));
    if let Some(set) = shared {
        let others = table.sets[set as usize].iter().filter(|function| Some(**function) != own);
        touched.kinds.extend(others.map(|function| (*function, KindSet::of(FunctionChange::SharedBehaviour))));
    }
}

fn touch(touched: &mut Touched, table: &Table, change: &FileChange) {
    if is_pure_move(change) {
        if let Some(functions) = table.beside(change.path, ChangeKind::Cosmetic) {
            touched.note(functions, FunctionChange::Cosmetic);
        }
        return;
    }
    if let Some(functions) = table.block(change) {
        touched.note(functions, FunctionChange::Configuration);
        return;
    }
    if let Some(parts) = table.parts(change).filter(|_| change.kind == ChangeKind::Behaviour) {
        touched.behaviour = true;
        parts.iter().for_each(|part| touch_code(touched, table, *part));
        return;
    }
    if let Some(functions) = table.contract_of(change) {
        touched.add_contract(functions);
        touched.note(functions, FunctionChange::Contract);
        return;
    }
    let beside = match change.kind {
        ChangeKind::Behaviour => {
            touched.behaviour = true;
            return touch_code(touched, table, table.get(change).code);
        }
        // A contract of nobody.
        ChangeKind::Contract => return,
        ChangeKind::Configuration => FunctionChange::Configuration,
        ChangeKind::Dependency => FunctionChange::Dependency,
        ChangeKind::Test => FunctionChange::Test,
        ChangeKind::Documentation => FunctionChange::Documentation,
        ChangeKind::Cosmetic => FunctionChange::Cosmetic,
    };
    if let Some(functions) = table.beside(change.path, change.kind) {
        touched.note(functions, beside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_have_in_common_is_as_if_it_were_listed() {
        let (few, many): (Arc<[u32]>, Arc<[u32]>) = ([3, 9].into(), (0..WIDE as u32 + 4).collect());
        let mut touched = Touched::default();
        touched.note(&many, FunctionChange::Contract);
        touched.note(&few, FunctionChange::Test);
        touched.settle();
        let mut both = KindSet::of(FunctionChange::Contract);
        both.add(KindSet::of(FunctionChange::Test));
        assert_eq!((touched.kinds_of(3), touched.kinds_of(4)), (both, KindSet::of(FunctionChange::Contract)));
        assert_eq!(touched.kinds_of(WIDE + 4), KindSet::default());
        assert!(touched.kinds.len() == 2 && Arc::ptr_eq(&touched.wide[0].0, &many));
    }

    #[test]
    fn a_contract_is_one_list_until_there_are_two() {
        let (one, other): (Arc<[u32]>, Arc<[u32]>) = ([1, 5].into(), [2, 5].into());
        let mut touched = Touched::default();
        touched.add_contract(&one);
        touched.add_contract(&one);
        assert!(Arc::ptr_eq(&touched.contract, &one));
        touched.add_contract(&other);
        assert_eq!(*touched.contract, [1, 2, 5]);
    }
}
