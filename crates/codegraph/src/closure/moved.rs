//! What a function reaches through files that lead the same way as before: the same, but in other places.

use std::{collections::BTreeMap, ops::Range};

use lockstep_model::{Basis, Closure, Function, Location, RepoPath, Symbols};
use rustc_hash::FxHashSet;

use super::{
    Walked, calls,
    sources::{Loaded, Sources},
};
use crate::Way;

/// Files that lead the same way as when they were looked into, though they do not hold the same; with where their imports
/// started then.
pub type Moved = BTreeMap<RepoPath, Vec<u32>>;

/// The files of [`Moved`] as they are now, and how to find the same places in them.
pub(super) struct Places<'a> {
    sources: &'a Sources<'a>,
    /// Where imports start now, by where they started; none where the file leads another way after all.
    starts: BTreeMap<&'a RepoPath, Option<BTreeMap<u32, u32>>>,
}

impl<'a> Places<'a> {
    pub(super) fn of(moved: &'a Moved, sources: &'a Sources<'a>) -> Self {
        let now = |path: &RepoPath, then: &Vec<u32>| {
            let loaded = sources.get(path)?;
            let now = Way::of(&loaded.text, &loaded.facts)?.starts;
            (now.len() == then.len()).then(|| then.iter().copied().zip(now).collect())
        };
        Self { sources, starts: moved.iter().map(|(path, then)| (path, now(path, then))).collect() }
    }

    /// What following `function` would give now; none if that cannot be told without.
    pub(super) fn moved(&self, mut walked: Walked, function: &Function) -> Option<Walked> {
        let mut moved = walked.looked.iter().filter_map(|path| self.starts.get(path)).peekable();
        if moved.peek().is_some() {
            moved.all(Option::is_some).then(|| self.move_places(&mut walked.closure, function))??;
        }
        Some(walked)
    }

    fn move_places(&self, closure: &mut Closure, function: &Function) -> Option<()> {
        let is_moved = |location: &Location| self.starts.contains_key(&location.path);
        if closure.start.as_ref().is_some_and(is_moved) {
            let (path, symbol) = (closure.start.take()?.path, function.entry.as_ref()?.symbol.as_deref()?);
            closure.start = self.sources.get(&path)?.definition(&path, symbol);
        }
        for file in &mut closure.files {
            if let Some(via) = file.via.as_mut().filter(|via| is_moved(&via.location)) {
                via.location = self.import(&via.location, None)?;
            }
            if self.starts.contains_key(&file.path) {
                file.lines = self.sources.get(&file.path)?.lines_in(&file.symbols);
            }
        }
        for dead_end in closure.unresolved.iter_mut().filter(|dead_end| is_moved(&dead_end.location)) {
            dead_end.location = self.import(&dead_end.location, Some(dead_end.specifier.len()))?;
        }
        for place in closure.dynamic.iter_mut().filter(|place| is_moved(&place.location)) {
            let loaded = self.sources.get(&place.location.path)?;
            let span = loaded.facts.opaque.as_ref()?.span.clone();
            place.location = Location::of_span(place.location.path.clone(), &loaded.text, span);
        }
        if closure.basis == Basis::Imports {
            let there = closure.files.iter().filter(|file| self.starts.contains_key(&file.path));
            let now = calls::of(there, self.sources);
            closure.remote_calls.retain(|call| !is_moved(&call.location));
            closure.remote_calls.extend(now);
            closure.remote_calls.sort();
        }
        Some(())
    }

    /// Where the import is now that stood at `place`; so long, if it is not as long as it was.
    fn import(&self, place: &Location, length: Option<usize>) -> Option<Location> {
        let start = *self.starts.get(&place.path)?.as_ref()?.get(&place.start)? as usize;
        let length = length.unwrap_or(place.span().len());
        Some(Location::of_span(place.path.clone(), &self.sources.get(&place.path)?.text, start..start + length))
    }
}

impl Loaded {
    /// How many lines that are not blank the definitions have that are reached.
    pub(super) fn lines_in(&self, symbols: &Symbols) -> usize {
        match symbols {
            Symbols::All => self.lines(),
            Symbols::Some(names) => {
                // Several names of one definition span the same: it counts once.
                let mut counted: FxHashSet<Range<usize>> = FxHashSet::default();
                let reached = self.facts.symbols.iter().zip(self.own_lines()).filter(|(symbol, _)| {
                    names.binary_search(&symbol.name).is_ok() && counted.insert(symbol.span.clone())
                });
                reached.map(|(_, lines)| lines).sum()
            }
        }
    }

    /// The first line of what the file, which is at `path`, exports, or defines, as `symbol`.
    pub(super) fn definition(&self, path: &RepoPath, symbol: &str) -> Option<Location> {
        let facts = &self.facts;
        let exported = facts.exports.iter().find(|export| export.name == symbol).and_then(|export| export.symbol);
        let index = exported.or_else(|| facts.symbols.iter().position(|known| known.name == symbol))?;
        let span = facts.symbols.get(index)?.span.clone();
        let first_line = self.text.get(span.clone())?.lines().next().map_or(0, str::len);
        Some(Location::of_span(path.clone(), &self.text, span.start..span.start + first_line))
    }
}
