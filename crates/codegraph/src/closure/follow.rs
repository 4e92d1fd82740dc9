//! One function's walk over the imports, from its entry file.
//!
//! A file is asked for names, and what these use in it is reached, with what runs when the file is loaded ([`select`]
//! says what that is). Where names do not tell, a file is reached whole. Imports that nothing reached uses are loaded all
//! the same; a file of which nothing is asked and nothing runs is no part of the closure.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use lockstep_model::{
    Closure, ClosureFile, DynamicPlace, FileKind, Location, RepoPath, Symbols, UnresolvedImport, Via,
};
use rustc_hash::FxHashSet;

use super::{Graph, select::Selected, sources::Loaded};
use crate::{Import, ImportKind, Resolution, kinds, parts};

/// What is asked of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    All,
    Names(BTreeSet<String>),
}

impl Wanted {
    /// Nothing but what runs when the file is loaded.
    pub(super) fn nothing() -> Self {
        Self::Names(BTreeSet::new())
    }

    /// What `import` in `from` asks of `target`.
    fn of(from: &RepoPath, import: &Import, target: &RepoPath) -> Self {
        let names = if import.whole || names_module(from, import, target) {
            import.members.as_deref().unwrap_or_default()
        } else {
            &import.names
        };
        if names.is_empty() { Self::All } else { Self::Names(names.iter().cloned().collect()) }
    }

    /// Asks for `more` as well. True if that is new.
    pub(super) fn add(&mut self, more: Self) -> bool {
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

/// True if the name that a Python import takes is that of the module `target`: `from lib import money`, but not
/// `from lib.money import money`.
fn names_module(from: &RepoPath, import: &Import, target: &RepoPath) -> bool {
    let folder = target.parent();
    let (module, around) = match target.file_stem() {
        "__init__" => (folder.as_ref().map_or("", RepoPath::file_name), folder.as_ref().and_then(RepoPath::parent)),
        stem => (stem, folder.clone()),
    };
    let inside =
        import.specifier.rsplit('.').next() == Some(module) && around.is_none_or(|around| around.file_name() != module);
    from.extension() == Some("py") && !inside && import.names.iter().any(|name| name == module)
}

/// What a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Code that runs.
    Value,
    /// Types, which lead to types only.
    Type,
}

struct Reached {
    /// What code that runs asks of it; none if only types are taken from it.
    values: Option<Wanted>,
    /// What types ask of it.
    types: Option<Wanted>,
    via: Option<Via>,
    /// What of it is reached, as far as the walk knows by now.
    symbols: Symbols,
}

/// The walk.
pub(super) struct Walk<'w, 'a> {
    pub(super) graph: &'w Graph<'a>,
    pub(super) roots: Vec<RepoPath>,
    reached: BTreeMap<RepoPath, Reached>,
    open: VecDeque<RepoPath>,
    /// What stands in `open`.
    waiting: FxHashSet<RepoPath>,
    external: BTreeSet<String>,
    unresolved: BTreeMap<(RepoPath, usize, String), String>,
}

impl<'w, 'a> Walk<'w, 'a> {
    pub(super) fn new(graph: &'w Graph<'a>, roots: Vec<RepoPath>) -> Self {
        Self {
            graph,
            roots,
            reached: BTreeMap::new(),
            open: VecDeque::new(),
            waiting: FxHashSet::default(),
            external: BTreeSet::new(),
            unresolved: BTreeMap::new(),
        }
    }

    /// Reaches everything from `entry`, of which only `symbol` is wanted, if that is given.
    pub(super) fn follow(&mut self, entry: &RepoPath, symbol: Option<&str>) {
        let symbol = symbol.filter(|_| !self.graph.whole_files);
        let wanted = symbol.map_or(Wanted::All, |symbol| Wanted::Names(BTreeSet::from([symbol.to_owned()])));
        self.reach(entry, true, wanted, || None);
        while let Some(path) = self.open.pop_front() {
            self.waiting.remove(&path);
            if let Some(loaded) = self.graph.sources.get(&path) {
                self.imports_of(&path, loaded);
            }
        }
    }

    /// All files that were reached, also those that are no part of the closure in the end.
    pub(super) fn reached(&self) -> impl Iterator<Item = &RepoPath> {
        self.reached.keys()
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
        let opaque = self.reached.iter().filter_map(|(path, reached)| {
            let loaded = self.graph.sources.get(path).filter(|_| reached.symbols == Symbols::All)?;
            let opaque = loaded.facts.opaque.as_ref()?;
            let location = Location::of_span(path.clone(), &loaded.text, opaque.span.clone());
            Some(DynamicPlace { location, reason: opaque.reason.clone() })
        });
        closure.dynamic = opaque.collect();
        let graph = self.graph;
        // What is loaded and does nothing then is no part of the function, or of its code at least.
        let runs = |path: &RepoPath, reached: &Reached| {
            reached.via.is_none()
                || reached
                    .values
                    .as_ref()
                    .is_some_and(|wanted| *wanted != Wanted::nothing() || runs_when_loaded(graph, path))
        };
        let used = self.reached.into_iter().filter_map(|(path, reached)| {
            let runs = runs(&path, &reached);
            let asked = reached.types.as_ref().is_some_and(|wanted| *wanted != Wanted::nothing());
            (runs || asked || reached.symbols != Symbols::Some(Vec::new())).then_some((path, reached, runs))
        });
        let file = |(path, reached, runs): (RepoPath, Reached, bool)| {
            let facts = graph.sources.get(&path).map(|loaded| &loaded.facts);
            let named = graph.contracts.contains(&path);
            let kind = match kinds::kind(&path, facts, named, runs) {
                // Where a function starts is no test, wherever it lies.
                kind if kind.runs() && reached.via.is_none() => FileKind::Implementation,
                kind => kind,
            };
            (path.clone(), ClosureFile { path, symbols: reached.symbols, own: false, kind, via: reached.via, lines: 0 })
        };
        used.map(file).collect()
    }

    /// Asks `path` for what is wanted; `via` says who does, if it matters.
    fn reach(&mut self, path: &RepoPath, value: bool, wanted: Wanted, via: impl FnOnce() -> Option<Via>) {
        let wanted = if self.graph.whole_files { Wanted::All } else { wanted };
        // Of data, and of languages that are not followed, nothing is told apart.
        let nothing = wanted == Wanted::nothing();
        let symbols = if nothing { Symbols::Some(Vec::new()) } else { Symbols::All };
        let Some(reached) = self.reached.get_mut(path) else {
            let (values, types) = if value { (Some(wanted), None) } else { (None, Some(wanted)) };
            self.reached.insert(path.clone(), Reached { values, types, via: via(), symbols });
            self.open_again(path);
            return;
        };
        let asked = if value { &mut reached.values } else { &mut reached.types };
        match asked {
            Some(known) => {
                if !known.add(wanted) {
                    return;
                }
            }
            None => {
                *asked = Some(wanted);
                // A way that code takes says more than one that types take.
                if value {
                    reached.via = via();
                }
            }
        }
        if symbols == Symbols::All {
            reached.symbols = symbols;
        }
        self.open_again(path);
    }

    /// Lets `path` be read for all that is asked of it by then.
    fn open_again(&mut self, path: &RepoPath) {
        if self.waiting.insert(path.clone()) {
            self.open.push_back(path.clone());
        }
    }

    fn imports_of(&mut self, path: &RepoPath, loaded: &Loaded) {
        let Some(reached) = self.reached.get(path) else { return };
        let facts = &loaded.facts;
        let is_entry = reached.via.is_none();
        let mut symbols = Symbols::Some(Vec::new());
        let asked = [(Use::Value, reached.values.clone()), (Use::Type, reached.types.clone())];
        for (kind, wanted) in asked.into_iter().filter_map(|(kind, wanted)| Some((kind, wanted?))) {
            let mut selection = self.select(path, facts, &wanted, kind);
            if wanted == Wanted::All && !is_entry {
                // What is passed on whole is asked for whole.
                for export in facts.exports.iter().filter(|export| export.name == "*") {
                    export.import.iter().for_each(|import| drop(selection.imports.insert(*import, Some(Wanted::All))));
                }
            }
            let value = kind == Use::Value;
            self.imports(path, loaded, selection.imports, value);
            self.imports(path, loaded, selection.types, false);
            symbols = together(symbols, selection.symbols);
        }
        if let Some(reached) = self.reached.get_mut(path) {
            reached.symbols = symbols;
        }
    }

    fn imports(&mut self, path: &RepoPath, loaded: &Loaded, selected: Selected, value: bool) {
        let facts = &loaded.facts;
        for (index, asked) in selected {
            let Some(import) = facts.imports.get(index) else { continue };
            // From types, only types lead on.
            let leads_on = value || facts.type_only || matches!(import.kind, ImportKind::Type | ImportKind::ReExport);
            if leads_on {
                self.import(path, loaded, import, value && import.kind != ImportKind::Type, asked);
            }
        }
    }

    /// Follows an import; `asked` is what is asked of it where that differs from what it says.
    fn import(&mut self, path: &RepoPath, loaded: &Loaded, import: &Import, value: bool, asked: Option<Wanted>) {
        let via = || {
            let location = Location::of_span(path.clone(), &loaded.text, import.span.clone());
            Some(Via { location, specifier: import.specifier.clone() })
        };
        match self.graph.resolvers.resolve(path, import, &self.roots) {
            Resolution::Parts(parts) => {
                // A file may be asked for more of itself: for what a type inherits from another one beside it.
                let leads = |part: &(RepoPath, Vec<String>)| part.0 != *path || !part.1.is_empty();
                for (target, names) in parts.into_iter().filter(leads) {
                    let whole = names.iter().any(|name| name == "*");
                    let wanted = if whole { Wanted::All } else { Wanted::Names(names.into_iter().collect()) };
                    self.reach(&target, value, wanted, via);
                }
            }
            Resolution::Files(targets) => {
                // The packages on the way come first: they are loaded, but nothing is asked of them.
                let last = targets.len().saturating_sub(1);
                for (index, target) in targets.iter().enumerate().filter(|(_, target)| *target != path) {
                    let wanted = match &asked {
                        _ if index < last => Wanted::nothing(),
                        Some(asked) => asked.clone(),
                        None => Wanted::of(path, import, target),
                    };
                    // What nothing is used of, and what need not be loaded for itself, is left out by bundlers.
                    if wanted != Wanted::nothing() || self.graph.resolvers.has_side_effects(target) {
                        self.reach(target, value, wanted, via);
                    }
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
}

/// What either reaches.
fn together(one: Symbols, other: Symbols) -> Symbols {
    match (one, other) {
        (Symbols::Some(one), Symbols::Some(other)) => {
            let names: BTreeSet<String> = one.into_iter().chain(other).collect();
            Symbols::Some(names.into_iter().collect())
        }
        _ => Symbols::All,
    }
}

/// True if the file does anything but define when it is loaded, as far as can be told.
fn runs_when_loaded(graph: &Graph<'_>, path: &RepoPath) -> bool {
    graph.sources.get(path).is_some_and(|loaded| {
        loaded.facts.error.is_some()
            || !loaded.facts.top_level_imports.is_empty()
            || !loaded.facts.top_level_symbols.is_empty()
            || parts::runs_when_loaded(&loaded.text, &loaded.facts)
    })
}
