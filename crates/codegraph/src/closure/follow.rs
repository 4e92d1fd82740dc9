//! One function's walk over the imports, from its entry file.
//!
//! Files are the unit: a file that is reached is reached whole. Two places are finer. In an entry file that holds the
//! handlers of several functions only what the own handler uses counts, and a file that only re-exports passes on only
//! the names that were asked for, and files that do something when they are loaded.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use lockstep_model::{Closure, ClosureFile, Location, RepoPath, Symbols, UnresolvedImport, Via};

use super::{Graph, sources::Loaded};
use crate::{FileFacts, Import, ImportKind, Resolution, kinds};

/// How many files are looked into when a name, or an effect, is looked for behind re-exports. Bounds the depth of
/// that search too.
const MOST_PASSED_ON: usize = 200;

/// What is asked of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    All,
    Names(BTreeSet<String>),
}

impl Wanted {
    fn of(import: &Import) -> Self {
        if import.whole || import.names.is_empty() {
            Self::All
        } else {
            Self::Names(import.names.iter().cloned().collect())
        }
    }

    /// Asks for `more` as well. True if that is new.
    fn add(&mut self, more: Self) -> bool {
        match (self, more) {
            (Self::All, _) => false,
            (this, Self::All) => {
                *this = Self::All;
                true
            }
            (Self::Names(names), Self::Names(more)) => {
                let before = names.len();
                names.extend(more);
                names.len() > before
            }
        }
    }
}

struct Reached {
    /// False if only types are taken from it.
    value: bool,
    wanted: Wanted,
    via: Option<Via>,
}

/// The walk.
pub(super) struct Walk<'w, 'a> {
    graph: &'w Graph<'a>,
    roots: Vec<RepoPath>,
    reached: BTreeMap<RepoPath, Reached>,
    open: VecDeque<RepoPath>,
    external: BTreeSet<String>,
    unresolved: BTreeMap<(RepoPath, usize, String), String>,
    entry: Option<RepoPath>,
    /// The names of the entry file that the handler reaches; none if that is all of it.
    symbols: Option<Vec<String>>,
}

/// The imports to follow, each with what is asked of it where that differs from what it says.
type Selected = BTreeMap<usize, Option<Wanted>>;

impl<'w, 'a> Walk<'w, 'a> {
    pub(super) fn new(graph: &'w Graph<'a>, roots: Vec<RepoPath>) -> Self {
        Self {
            graph,
            roots,
            reached: BTreeMap::new(),
            open: VecDeque::new(),
            external: BTreeSet::new(),
            unresolved: BTreeMap::new(),
            entry: None,
            symbols: None,
        }
    }

    /// Reaches everything from `entry`, of which only `symbol` is wanted, if that is given.
    pub(super) fn follow(&mut self, entry: &RepoPath, symbol: Option<&str>) {
        self.entry = Some(entry.clone());
        let wanted = symbol.map_or(Wanted::All, |symbol| Wanted::Names(BTreeSet::from([symbol.to_owned()])));
        self.reach(entry, true, wanted, None);
        while let Some(path) = self.open.pop_front() {
            if let Some(loaded) = self.graph.sources.get(&path) {
                self.imports_of(&path, loaded);
            }
        }
    }

    /// The files, by path. Packages and dead ends go into `closure`.
    pub(super) fn finish(self, closure: &mut Closure) -> BTreeMap<RepoPath, ClosureFile> {
        closure.external = self.external.into_iter().collect();
        let dead_end = |((path, start, specifier), reason): ((RepoPath, usize, String), String)| {
            let text = self.graph.sources.get(&path).map(|loaded| loaded.text.clone()).unwrap_or_default();
            let location = Location::of_span(path, &text, start..start + specifier.len());
            UnresolvedImport { location, specifier, reason }
        };
        closure.unresolved = self.unresolved.into_iter().map(dead_end).collect();
        let file = |(path, reached): (RepoPath, Reached)| {
            let facts = self.graph.sources.get(&path).map(|loaded| &loaded.facts);
            let named = self.graph.contracts.contains(&path);
            let is_entry = self.entry.as_ref() == Some(&path);
            let symbols = self.symbols.clone().filter(|_| is_entry).map_or(Symbols::All, Symbols::Some);
            let kind = kinds::kind(&path, facts, named, reached.value);
            (path.clone(), ClosureFile { path, symbols, own: false, kind, via: reached.via })
        };
        self.reached.into_iter().map(file).collect()
    }

    fn reach(&mut self, path: &RepoPath, value: bool, wanted: Wanted, via: Option<Via>) {
        match self.reached.get_mut(path) {
            Some(reached) => {
                let mut more = reached.wanted.add(wanted);
                if value && !reached.value {
                    reached.value = true;
                    reached.via = via;
                    more = true;
                }
                if !more {
                    return;
                }
            }
            None => drop(self.reached.insert(path.clone(), Reached { value, wanted, via })),
        }
        self.open.push_back(path.clone());
    }

    fn imports_of(&mut self, path: &RepoPath, loaded: &Loaded) {
        let Some(reached) = self.reached.get(path) else { return };
        let (value, wanted) = (reached.value, reached.wanted.clone());
        let facts = &loaded.facts;
        for (index, asked) in self.selected(path, facts, &wanted) {
            let Some(import) = facts.imports.get(index) else { continue };
            // From a file whose types alone are wanted, only types lead on.
            let leads_on = value || facts.type_only || matches!(import.kind, ImportKind::Type | ImportKind::ReExport);
            if leads_on {
                let value = value && import.kind != ImportKind::Type;
                self.import(path, loaded, import, value, asked.unwrap_or_else(|| Wanted::of(import)));
            }
        }
    }

    fn import(&mut self, path: &RepoPath, loaded: &Loaded, import: &Import, value: bool, wanted: Wanted) {
        match self.graph.sources.resolve(path, import, &self.roots) {
            Resolution::Files(targets) => {
                // The packages on the way come first: they are loaded, but nothing is asked of them.
                let last = targets.len().saturating_sub(1);
                for (index, target) in targets.iter().enumerate().filter(|(_, target)| *target != path) {
                    let location = Location::of_span(path.clone(), &loaded.text, import.span.clone());
                    let via = Via { location, specifier: import.specifier.clone() };
                    let asked = if index == last { wanted.clone() } else { Wanted::Names(BTreeSet::new()) };
                    self.reach(target, value, asked, Some(via));
                }
            }
            // What only types take from outside is not there when the code runs.
            Resolution::External(name) if value => drop(self.external.insert(name)),
            Resolution::Unresolved(reason) if value => {
                let place = (path.clone(), import.span.start, import.specifier.clone());
                self.unresolved.insert(place, reason);
            }
            Resolution::External(_) | Resolution::Unresolved(_) | Resolution::Builtin => {}
        }
    }

    /// The imports of a file that lead on when `wanted` is asked of it.
    fn selected(&mut self, path: &RepoPath, facts: &FileFacts, wanted: &Wanted) -> Selected {
        let is_entry = self.entry.as_ref() == Some(path);
        if let Wanted::Names(names) = wanted
            && (is_entry || is_barrel(facts))
            && let Some((mut selected, symbols)) = self.by_name(path, facts, names)
        {
            if is_entry {
                self.symbols = Some(symbols);
            } else {
                self.add_effects(path, facts, &mut selected);
            }
            return selected;
        }
        if is_entry {
            self.symbols = None;
        }
        (0..facts.imports.len()).map(|index| (index, None)).collect()
    }

    /// What the names use: imports, and symbols of the file. None if one of the names is not to be found.
    fn by_name(&self, path: &RepoPath, facts: &FileFacts, names: &BTreeSet<String>) -> Option<(Selected, Vec<String>)> {
        if facts.error.is_some() {
            return None;
        }
        let mut selected: Selected = facts.top_level_imports.iter().map(|index| (*index, None)).collect();
        let mut open = Vec::new();
        for name in names {
            let exported: Vec<_> = facts.exports.iter().filter(|export| export.name == *name).collect();
            let defined = facts.symbols.iter().position(|symbol| symbol.name == *name);
            let behind = exported.iter().any(|export| export.symbol.is_some() || export.import.is_some());
            if behind {
                open.extend(exported.iter().filter_map(|export| export.symbol));
                selected.extend(exported.iter().filter_map(|export| Some((export.import?, None))));
            } else if let Some(symbol) = defined {
                open.push(symbol);
            } else {
                self.through_stars(path, facts, name, &mut selected)?;
            }
        }
        let mut seen = BTreeSet::new();
        while let Some(index) = open.pop() {
            let Some(symbol) = facts.symbols.get(index).filter(|_| seen.insert(index)) else { continue };
            open.extend(&symbol.uses);
            for import in &symbol.imports {
                selected.entry(*import).or_insert(None);
            }
        }
        let symbols: BTreeSet<String> = seen.iter().map(|index| facts.symbols[*index].name.clone()).collect();
        Some((selected, symbols.into_iter().collect()))
    }

    /// Selects what a barrel loads besides what was asked for, if it does something when it is loaded (connects to a
    /// database, say).
    fn add_effects(&self, path: &RepoPath, facts: &FileFacts, selected: &mut Selected) {
        for index in 0..facts.imports.len() {
            let mut seen = BTreeSet::from([path.clone()]);
            if !selected.contains_key(&index) && self.has_effects(path, &facts.imports[index], &mut seen) {
                selected.insert(index, Some(Wanted::Names(BTreeSet::new())));
            }
        }
    }

    /// True if the file that is imported, or one that it passes on, does something when it is loaded.
    fn has_effects(&self, path: &RepoPath, import: &Import, seen: &mut BTreeSet<RepoPath>) -> bool {
        if import.kind == ImportKind::Type || seen.len() > MOST_PASSED_ON {
            return false;
        }
        let Some(target) = self.target(path, import).filter(|target| seen.insert(target.clone())) else {
            return false;
        };
        self.graph.sources.get(&target).is_some_and(|loaded| {
            let facts = &loaded.facts;
            !facts.top_level_imports.is_empty()
                || (is_barrel(facts) && facts.imports.iter().any(|import| self.has_effects(&target, import, seen)))
        })
    }

    /// Selects the `export *` that bring in `name`; all of them if none can be made out. None if there is none.
    fn through_stars(&self, path: &RepoPath, facts: &FileFacts, name: &str, selected: &mut Selected) -> Option<()> {
        let stars: Vec<usize> = stars(facts).collect();
        let provides = |index: &&usize| {
            self.target(path, &facts.imports[**index])
                .is_some_and(|target| self.provides(&target, name, &mut BTreeSet::new()))
        };
        let found: Vec<usize> = stars.iter().filter(provides).copied().take(1).collect();
        for index in if found.is_empty() { &stars } else { &found } {
            let asked = Wanted::Names(BTreeSet::from([name.to_owned()]));
            if let Some(wanted) = selected.entry(*index).or_insert_with(|| Some(asked.clone())) {
                wanted.add(asked);
            }
        }
        (!stars.is_empty()).then_some(())
    }

    /// The file that the import names; packages that are loaded on the way to it come before it.
    fn target(&self, path: &RepoPath, import: &Import) -> Option<RepoPath> {
        match self.graph.sources.resolve(path, import, &self.roots) {
            Resolution::Files(files) => files.into_iter().next_back(),
            _ => None,
        }
    }

    /// True if the file, or a file that it re-exports whole, exports the name.
    fn provides(&self, path: &RepoPath, name: &str, seen: &mut BTreeSet<RepoPath>) -> bool {
        if seen.len() > MOST_PASSED_ON || !seen.insert(path.clone()) {
            return false;
        }
        let Some(loaded) = self.graph.sources.get(path) else { return false };
        let facts = &loaded.facts;
        facts.exports.iter().any(|export| export.name == name)
            || stars(facts).any(|index| {
                let target = self.target(path, &facts.imports[index]);
                target.is_some_and(|target| self.provides(&target, name, seen))
            })
    }
}

/// The imports behind `export *`.
fn stars(facts: &FileFacts) -> impl Iterator<Item = usize> {
    let stars = facts.exports.iter().filter(|export| export.name == "*");
    stars.filter_map(|export| export.import).filter(|index| *index < facts.imports.len())
}

/// True for a file that does nothing but re-export.
fn is_barrel(facts: &FileFacts) -> bool {
    facts.symbols.is_empty()
        && facts.top_level_imports.is_empty()
        && !facts.exports.is_empty()
        && facts.exports.iter().all(|export| export.import.is_some())
}
