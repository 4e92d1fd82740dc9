//! The names of one Rust file: what mentions mean, and the [`FileFacts`] that follow.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use crate::language::{Export, FileFacts, Import, ImportKind, Symbol};

/// A path as mentioned, as it would be written at the top of the file: its segments.
pub(super) type Mention = Vec<String>;

/// One item of the file, or its own code: what it mentions.
#[derive(Default)]
pub(super) struct Definition {
    /// Its name; an `impl` is named after what it is about.
    pub(super) name: String,
    /// The whole item.
    pub(super) span: Range<usize>,
    /// The paths in it.
    pub(super) mentions: BTreeSet<Mention>,
    /// Imports that belong to it without being named: included files.
    pub(super) imports: BTreeSet<usize>,
    /// The type and the trait that an `impl` is about: they bring it in.
    pub(super) about: Vec<String>,
}

/// What the names of a file stand for.
#[derive(Default)]
pub(super) struct Names {
    pub(super) imports: Vec<Import>,
    by_specifier: BTreeMap<String, usize>,
    /// Names that `use` binds, to the imports behind them.
    pub(super) bound: BTreeMap<String, Vec<usize>>,
    pub(super) globs: BTreeSet<usize>,
    /// `mod x;` of this file, to its import.
    pub(super) modules: BTreeMap<String, usize>,
    /// Modules that may be meant without being named.
    pub(super) silent_modules: BTreeSet<String>,
    /// Items of the file, to their definitions.
    pub(super) names: BTreeMap<String, Vec<usize>>,
    pub(super) exported: Vec<(String, Option<usize>, Option<usize>)>,
    pub(super) definitions: Vec<Definition>,
    /// What items without a name mention: they are part of whatever uses the file.
    pub(super) own_code: Definition,
    /// Where a path is mentioned first.
    pub(super) spans: BTreeMap<Mention, Range<usize>>,
}

impl Names {
    /// The import of `path`, once per file.
    pub(super) fn import(&mut self, path: Vec<String>, span: Range<usize>, kind: ImportKind) -> usize {
        let specifier = path.join("::");
        if let Some(index) = self.by_specifier.get(&specifier) {
            return *index;
        }
        let whole = path.last().is_some_and(|name| name == "*") || path.len() == 1;
        let names = if whole { Vec::new() } else { wanted(&path).into_iter().collect() };
        self.imports.push(Import { specifier: specifier.clone(), span, names, whole, members: None, kind, level: 0 });
        self.by_specifier.insert(specifier, self.imports.len() - 1);
        self.imports.len() - 1
    }

    /// The definitions and imports behind the mentions of one definition.
    fn bind(&mut self, mentions: &BTreeSet<Mention>) -> (BTreeSet<usize>, BTreeSet<usize>, BTreeSet<String>) {
        let (mut uses, mut imports, mut modules) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for path in mentions {
            let relative = path[0] == "self";
            let rest = if relative { &path[1..] } else { &path[..] };
            let Some(head) = rest.first() else { continue };
            let span = self.spans.get(path).cloned().unwrap_or_default();
            if let Some(indices) = self.names.get(head) {
                uses.extend(indices);
            } else if let Some(index) = self.modules.get(head).copied() {
                modules.insert(head.clone());
                if self.imports[index].whole || rest.len() == 1 {
                    imports.insert(index);
                } else {
                    let full = std::iter::once("self".to_owned()).chain(rest.iter().cloned()).collect();
                    imports.insert(self.import(full, span, ImportKind::Value));
                }
            } else if matches!(head.as_str(), "crate" | "super") {
                imports.insert(self.import(rest.to_vec(), span, ImportKind::Value));
            } else if let Some(indices) = self.bound.get(head).cloned() {
                let module = head.starts_with(|letter: char| letter.is_lowercase()) && rest.len() > 1;
                for index in indices {
                    imports.insert(if module {
                        let prefix = self.imports[index].specifier.split("::").map(str::to_owned);
                        let full = prefix.chain(rest[1..].iter().cloned()).collect();
                        self.import(full, span.clone(), ImportKind::Value)
                    } else {
                        index
                    });
                }
            } else {
                imports.extend(&self.globs);
                if rest.len() > 1 && !relative && may_be_crate(head) {
                    imports.insert(self.import(rest.to_vec(), span, ImportKind::Value));
                }
            }
        }
        (uses, imports, modules)
    }

    /// What the file says, now that all its names are known.
    pub(super) fn finish(mut self) -> FileFacts {
        let definitions = std::mem::take(&mut self.definitions);
        let mut named = BTreeSet::new();
        let mut symbols = Vec::with_capacity(definitions.len());
        for (index, definition) in definitions.iter().enumerate() {
            let (mut uses, mut imports, modules) = self.bind(&definition.mentions);
            uses.remove(&index);
            imports.extend(&definition.imports);
            named.extend(modules);
            symbols.push((definition, uses, imports));
        }
        for (index, definition) in definitions.iter().enumerate() {
            for subject in definition.about.iter().flat_map(|name| &self.names[name]) {
                symbols[*subject].1.insert(index);
            }
        }
        let own = std::mem::take(&mut self.own_code);
        let (used, mut top_level, modules) = self.bind(&own.mentions);
        named.extend(modules);
        top_level.extend(own.imports);
        let top_level_symbols = used.iter().copied().collect();
        reach(&symbols, used, &mut top_level);
        // Nobody names a module that holds nothing but `impl` blocks.
        top_level.extend(self.silent_modules.difference(&named).filter_map(|name| self.modules.get(name)));
        let symbols = symbols
            .into_iter()
            .map(|(definition, uses, imports)| Symbol {
                name: definition.name.clone(),
                span: definition.span.clone(),
                uses: uses.into_iter().collect(),
                imports: imports.into_iter().collect(),
            })
            .collect();
        let exports = self.exported.into_iter().map(|(name, symbol, import)| Export { name, symbol, import }).collect();
        let top_level_imports = top_level.into_iter().collect();
        FileFacts {
            imports: self.imports,
            symbols,
            exports,
            top_level_imports,
            top_level_symbols,
            ..FileFacts::default()
        }
    }
}

/// Adds the imports of all that `used` reaches inside the file.
fn reach(
    symbols: &[(&Definition, BTreeSet<usize>, BTreeSet<usize>)],
    used: BTreeSet<usize>,
    imports: &mut BTreeSet<usize>,
) {
    let mut waiting: Vec<usize> = used.into_iter().collect();
    let mut seen = vec![false; symbols.len()];
    while let Some(index) = waiting.pop() {
        if !std::mem::replace(&mut seen[index], true) {
            imports.extend(&symbols[index].2);
            waiting.extend(&symbols[index].1);
        }
    }
}

/// `path` as it would be written at the top of the file, outside of the inline modules around it.
pub(super) fn normal(inline: &[String], path: Vec<String>) -> Vec<String> {
    let supers = path.iter().take_while(|part| *part == "super").count();
    let own = supers == 0 && path.first().is_some_and(|part| part == "self");
    if (supers == 0 && !own) || inline.is_empty() {
        return path;
    }
    let rest = path.iter().skip(supers.max(1)).cloned();
    match inline.len().checked_sub(supers) {
        Some(kept) => std::iter::once("self".to_owned()).chain(inline[..kept].iter().cloned()).chain(rest).collect(),
        None => std::iter::repeat_n("super".to_owned(), supers - inline.len()).chain(rest).collect(),
    }
}

/// The name that a path wants from the module it leads to: the first that looks like a type or a constant (what
/// follows is inside it), else the last.
fn wanted(path: &[String]) -> Option<String> {
    let type_like = path.iter().find(|part| part.starts_with(|letter: char| letter.is_uppercase()));
    type_like.or(path.last()).cloned()
}

/// Lower-case names that begin a path and are no primitive type may be crates.
fn may_be_crate(name: &str) -> bool {
    const PRIMITIVES: &[&str] = &[
        "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "str", "u128", "u16", "u32", "u64",
        "u8", "usize",
    ];
    name.starts_with(|letter: char| letter.is_lowercase()) && PRIMITIVES.binary_search(&name).is_err()
}
