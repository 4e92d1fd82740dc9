//! What a module says once all of it was read: names are bound to what defines them, and what is registered is joined
//! with what registers it.

use std::collections::BTreeSet;

use super::{Decorated, Mentions, Reader, scopes};
use crate::language::{Export, FileFacts, Import, ImportKind, Opaque, Symbol};

/// How many imports of one name, or names in one place, are told apart. People write two or three.
const MOST: usize = 50;

impl Reader<'_> {
    pub(super) fn finish(mut self) -> FileFacts {
        self.export_listed();
        let mut symbols: Vec<Symbol> = Vec::with_capacity(self.symbols.len());
        let mut filled = Vec::with_capacity(self.symbols.len());
        for (mut symbol, mentions) in std::mem::take(&mut self.symbols) {
            let (uses, imports) = self.bind(&mentions);
            symbol.uses = uses.into_iter().filter(|used| *used != symbols.len()).collect();
            symbol.imports = imports.into_iter().collect();
            symbols.push(symbol);
            filled.push(mentions.filled);
        }
        let again =
            self.symbol_names.values().flat_map(|indices| indices.iter().skip(1).map(|index| (indices[0], *index)));
        join(&mut symbols, again.chain(self.joined.iter().copied()).collect());
        let loaded = self.register(&mut symbols, &filled);
        let top_level_imports = self.top_level_imports(&symbols, &loaded);
        let top_level_symbols: BTreeSet<usize> = self.bind(&self.own_code).0.into_iter().chain(loaded).collect();
        let top_level_symbols = top_level_symbols.into_iter().collect();
        let opaque = self.is_opaque(&symbols);
        for (import, local) in &self.locals {
            let used = self.attributes.get(local).cloned().flatten();
            self.imports[*import].members = used.map(|names| names.into_iter().collect());
        }
        self.narrow_star();
        let exports = self.exported.into_iter().map(|(name, symbol, import)| Export { name, symbol, import }).collect();
        let imports = self.imports;
        FileFacts { imports, symbols, exports, top_level_imports, top_level_symbols, opaque, ..FileFacts::default() }
    }

    /// What registers a definition uses it: `app` in `@app.get(…)`, the collection that a decorator puts it into, the
    /// class that keeps its subclasses. Those that are registered beyond the module, or nobody knows where, are given
    /// back: whoever loads the module runs them.
    fn register(&self, symbols: &mut [Symbol], filled: &[BTreeSet<String>]) -> BTreeSet<usize> {
        let mut loaded = BTreeSet::new();
        let mut edges: Vec<(usize, usize)> = Vec::new();
        for Decorated { symbol, decorator } in self.decorated.iter().filter(|decorated| !decorated.decorator.wraps()) {
            let here: Vec<usize> = self.first_of(decorator.root).into_iter().collect();
            let filled: Vec<&String> = here.iter().flat_map(|index| &filled[*index]).take(MOST).collect();
            if decorator.method.is_some() || here.iter().any(|index| self.classes.contains_key(index)) {
                edges.extend(here.iter().map(|registrar| (*registrar, *symbol)));
            }
            for name in &filled {
                match self.first_of(name) {
                    Some(collection) => edges.push((collection, *symbol)),
                    None => drop(loaded.insert(*symbol)),
                }
            }
            if filled.is_empty() && (here.is_empty() || decorator.method.is_none()) && decorator.says_so() {
                loaded.insert(*symbol);
            }
        }
        for (index, class) in &self.classes {
            if class.is_made {
                loaded.insert(*index);
            }
            for base in class.bases.iter().take(MOST).filter_map(|base| self.first_of(base)) {
                if self.asks_for_subclasses || self.classes.get(&base).is_some_and(|base| base.knows_subclasses) {
                    edges.push((base, *index));
                }
            }
        }
        join(symbols, edges);
        loaded
    }

    /// Of a module that is imported by `*`, those names are used that nothing here defines. Of two, nobody knows which
    /// name is whose.
    fn narrow_star(&mut self) {
        let [star] = *self.stars else { return };
        let mentioned = self.mentioned.iter().filter(|name| {
            !self.symbol_names.contains_key(*name)
                && !self.import_names.contains_key(*name)
                && !scopes::is_builtin(name)
        });
        let local: BTreeSet<&String> = self.locals.values().collect();
        let free: Vec<String> = mentioned.filter(|name| !local.contains(name)).cloned().collect();
        if !free.is_empty() {
            self.imports[star].members = Some(free);
        }
    }

    /// Set if the module looks names up that it does not spell out.
    fn is_opaque(&self, symbols: &[Symbol]) -> Option<Opaque> {
        let said = |name: &str, reason: String| Some(Opaque { span: self.first_mentions.get(name)?.clone(), reason });
        let builtin = ["globals", "eval", "exec", "vars"]
            .into_iter()
            .find_map(|name| said(name, format!("`{name}` may use any name of the module")));
        let of_symbol = || {
            let index = self.symbol_names.get("__getattr__")?.first()?;
            let span = symbols.get(*index)?.span.clone();
            Some(Opaque { span, reason: "`__getattr__` makes names up".to_owned() })
        };
        let of_modules = || {
            let used = self.attributes.get("sys")?;
            let modules = used.as_ref().is_none_or(|used| used.contains("modules"));
            if modules { said("sys", "`sys.modules` holds the module itself".to_owned()) } else { None }
        };
        builtin.or_else(of_symbol).or_else(of_modules)
    }

    /// Names in `__all__` that nothing binds are submodules: `from package import *` imports them.
    fn export_listed(&mut self) {
        for (name, span) in std::mem::take(&mut self.listed) {
            let bound = self.symbol_names.contains_key(&name) || self.import_names.contains_key(&name);
            if !bound && self.stars.is_empty() {
                let import = self.imports.len();
                let names = vec![name.clone()];
                let kind = ImportKind::ReExport;
                self.imports.push(Import {
                    specifier: ".".to_owned(),
                    span,
                    names,
                    whole: false,
                    members: None,
                    kind,
                    level: 1,
                });
                self.exported.push((name, None, Some(import)));
            }
        }
    }

    /// The first definition of a name. It uses those that follow: what mentions the name may mean any of them.
    fn first_of(&self, name: &str) -> Option<usize> {
        self.symbol_names.get(name)?.first().copied()
    }

    /// The symbols and imports behind the names mentioned.
    fn bind(&self, mentions: &Mentions) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let mut symbols = BTreeSet::new();
        let mut imports = mentions.imports.clone();
        for name in &mentions.names {
            let bound_symbol = self.first_of(name);
            let bound_imports = self.import_names.get(name);
            symbols.extend(bound_symbol);
            imports.extend(bound_imports.into_iter().flat_map(|imports| imports.iter().rev().take(MOST)));
            if bound_symbol.is_none() && bound_imports.is_none() {
                imports.extend(self.stars.iter().rev().take(MOST));
            }
        }
        (symbols, imports)
    }

    /// What the module's own code uses, through the symbols that it uses; and modules imported by their plain name and
    /// never mentioned, which can only be there for what they do when imported.
    fn top_level_imports(&self, symbols: &[Symbol], loaded: &BTreeSet<usize>) -> Vec<usize> {
        let (mut waiting, mut reached): (Vec<usize>, BTreeSet<usize>) = {
            let (used, imports) = self.bind(&self.own_code);
            (used.into_iter().chain(loaded.iter().copied()).collect(), imports)
        };
        let mut seen = vec![false; symbols.len()];
        while let Some(index) = waiting.pop() {
            if !std::mem::replace(&mut seen[index], true) {
                reached.extend(&symbols[index].imports);
                waiting.extend(&symbols[index].uses);
            }
        }
        let used: BTreeSet<usize> = symbols.iter().flat_map(|symbol| symbol.imports.iter().copied()).collect();
        for index in self.import_names.values().flatten() {
            if self.imports[*index].whole && !used.contains(index) && self.imports[*index].kind == ImportKind::Value {
                reached.insert(*index);
            }
        }
        reached.into_iter().collect()
    }
}

/// Lets the first symbol of each pair use the second.
fn join(symbols: &mut [Symbol], mut edges: Vec<(usize, usize)>) {
    edges.retain(|(from, to)| from != to);
    edges.sort_unstable();
    edges.dedup();
    for group in edges.chunk_by(|one, other| one.0 == other.0) {
        let uses = &mut symbols[group[0].0].uses;
        uses.extend(group.iter().map(|(_, to)| *to));
        uses.sort_unstable();
        uses.dedup();
    }
}
