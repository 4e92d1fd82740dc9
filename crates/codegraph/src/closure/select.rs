//! What is reached in one file when names are asked of it: definitions, and imports that lead on.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_model::{RepoPath, Symbols};

use super::follow::{Use, Walk, Wanted};
use crate::{Export, FileFacts, Import, ImportKind, Resolution};

/// How many files are looked into when a name, or an effect, is looked for behind re-exports. Bounds the depth of
/// that search too.
const MOST_PASSED_ON: usize = 200;

/// The imports to follow, each with what is asked of it where that differs from what it says.
pub(super) type Selected = BTreeMap<usize, Option<Wanted>>;

/// What is reached in a file.
pub(super) struct Selection {
    /// The imports that lead on.
    pub(super) imports: Selected,
    /// Those that only types that are mentioned lead to.
    pub(super) types: Selected,
    /// The definitions, and the names that are passed on.
    pub(super) symbols: Symbols,
}

impl Walk<'_, '_> {
    /// What is reached in a file when `wanted` is asked of it, for code or for types.
    pub(super) fn select(&self, path: &RepoPath, facts: &FileFacts, wanted: &Wanted, kind: Use) -> Selection {
        let by_name = match wanted {
            Wanted::Names(names) => self.by_name(path, facts, names, kind),
            Wanted::All => None,
        };
        let Some(mut selection) = by_name else {
            let imports = (0..facts.imports.len()).map(|index| (index, None)).collect();
            return Selection { imports, types: Selected::new(), symbols: Symbols::All };
        };
        // Types are taken from a file that is not loaded for that.
        if kind == Use::Value {
            add_loaded(facts, &mut selection.imports);
        }
        selection
    }

    /// What the names use, and what the file's own code uses: imports, and symbols of the file. None if names do not
    /// tell, or if one of them is not to be found.
    fn by_name(&self, path: &RepoPath, facts: &FileFacts, names: &BTreeSet<String>, kind: Use) -> Option<Selection> {
        if facts.error.is_some() || facts.opaque.is_some() {
            return None;
        }
        let (mut selected, mut open) = (Selected::new(), Vec::new());
        if kind == Use::Value {
            selected.extend(facts.top_level_imports.iter().map(|index| (*index, None)));
            open.extend(&facts.top_level_symbols);
        }
        let mut symbols = BTreeSet::new();
        let (exports, defined) = (exported(facts, names), defined(facts, names));
        for name in names {
            let exported = exports.get(name.as_str()).map(Vec::as_slice).unwrap_or_default();
            let defined = defined.get(name.as_str()).copied();
            let passed_on: Vec<usize> = exported.iter().filter_map(|export| export.import).collect();
            let behind: Vec<usize> = exported.iter().filter_map(|export| export.symbol).collect();
            if !passed_on.is_empty() || !behind.is_empty() {
                if !passed_on.is_empty() {
                    symbols.insert(name.clone());
                }
                open.extend(behind);
                selected.extend(passed_on.into_iter().map(|import| (import, None)));
            } else if let Some(symbol) = defined {
                open.push(symbol);
            } else {
                self.through_stars(path, facts, name, &mut selected)?;
                symbols.insert(name.clone());
            }
        }
        let (values, mentioned) = used(facts, open);
        let imports_of = |index: &usize| facts.symbols[*index].imports.iter().map(|import| (*import, None));
        for (import, asked) in values.iter().flat_map(imports_of) {
            selected.entry(import).or_insert(asked);
        }
        let types = mentioned.iter().flat_map(imports_of).collect();
        symbols.extend(values.iter().chain(&mentioned).map(|index| facts.symbols[*index].name.clone()));
        Some(Selection { imports: selected, types, symbols: Symbols::Some(symbols.into_iter().collect()) })
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
        match self.graph.resolvers.resolve(path, import, &self.roots) {
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

/// The symbols that those of `open` use, themselves among them, and the further ones that they only mention as types.
fn used(facts: &FileFacts, mut open: Vec<usize>) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let is_type = |from: usize, to: usize| facts.type_uses.binary_search(&(from, to)).is_ok();
    let mut values = BTreeSet::new();
    let mut mentioned = Vec::new();
    while let Some(index) = open.pop() {
        let Some(symbol) = facts.symbols.get(index).filter(|_| values.insert(index)) else { continue };
        let (types, uses): (Vec<usize>, Vec<usize>) = symbol.uses.iter().partition(|used| is_type(index, **used));
        open.extend(uses);
        mentioned.extend(types);
    }
    let mut types = BTreeSet::new();
    while let Some(index) = mentioned.pop() {
        if !values.contains(&index)
            && let Some(symbol) = facts.symbols.get(index)
            && types.insert(index)
        {
            mentioned.extend(&symbol.uses);
        }
    }
    (values, types)
}

/// Selects what is loaded with the file though nothing that is reached uses it.
fn add_loaded(facts: &FileFacts, selected: &mut Selected) {
    for (index, import) in facts.imports.iter().enumerate() {
        if matches!(import.kind, ImportKind::Value | ImportKind::ReExport) {
            selected.entry(index).or_insert_with(|| Some(Wanted::nothing()));
        }
    }
}

/// What is exported under each of `names`.
fn exported<'f>(facts: &'f FileFacts, names: &BTreeSet<String>) -> BTreeMap<&'f str, Vec<&'f Export>> {
    let mut found: BTreeMap<&str, Vec<&Export>> = BTreeMap::new();
    for export in facts.exports.iter().filter(|export| names.contains(&export.name)) {
        found.entry(&export.name).or_default().push(export);
    }
    found
}

/// The first symbol of each of `names`.
fn defined<'f>(facts: &'f FileFacts, names: &BTreeSet<String>) -> BTreeMap<&'f str, usize> {
    let mut found = BTreeMap::new();
    for (index, symbol) in facts.symbols.iter().enumerate().filter(|(_, symbol)| names.contains(&symbol.name)) {
        found.entry(symbol.name.as_str()).or_insert(index);
    }
    found
}

/// The imports behind `export *`.
fn stars(facts: &FileFacts) -> impl Iterator<Item = usize> {
    let stars = facts.exports.iter().filter(|export| export.name == "*");
    stars.filter_map(|export| export.import).filter(|index| *index < facts.imports.len())
}
