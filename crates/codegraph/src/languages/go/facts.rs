//! From what a Go file says to its [`FileFacts`]: which definition means which, and what leads out of the file.
//!
//! An import is loaded, and no more: what a definition takes from it is an import of its own (`money.Total`), and so is
//! what it takes from other files of the package. Which package `money` is can be told only where the files are known;
//! where the file itself gives the name, the path stands instead of it (`"example.com/money".Total`).

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    names::Mention,
    parse::{Definition, Kind, Source},
};
use crate::language::{Export, FileFacts, Import, ImportKind, Role, RoleKind, Symbol};

/// What a file says.
pub(super) fn facts(source: &Source) -> FileFacts {
    let mut binder = Binder::new(source);
    let mut symbols = Vec::new();
    let (mut top_level, mut roles) = (Vec::new(), Vec::new());
    for definition in &source.definitions {
        if definition.kind == Kind::Struct {
            roles.push(Role { symbol: symbols.len(), kind: RoleKind::Fields, other: None, import: None });
        }
        binder.define(definition, &mut symbols, &mut top_level);
    }
    let (package, span) = source.package.clone();
    let mut imports = binder.imports;
    if !package.is_empty() {
        imports.push(import(format!("package {package}"), span, Vec::new(), ImportKind::Value));
    }
    let named = |name: &str| !matches!(name, "_" | "init");
    let exports = symbols.iter().enumerate().filter(|(_, symbol): &(usize, &Symbol)| named(&symbol.name));
    let exports =
        exports.map(|(index, symbol)| Export { name: symbol.name.clone(), symbol: Some(index), import: None });
    FileFacts {
        exports: exports.collect(),
        package,
        imports,
        symbols,
        roles,
        top_level_symbols: top_level,
        remote_calls: source.remote_calls.clone(),
        error: source.error.clone(),
        ..FileFacts::default()
    }
}

fn import(specifier: String, span: Range<usize>, names: Vec<String>, kind: ImportKind) -> Import {
    Import { specifier, span, names, whole: false, members: None, kind, level: 0 }
}

/// Names that belong to no type are only there once; those of a type stand for it and for its methods.
struct Binder<'a> {
    /// The symbols behind a name of the file.
    local: BTreeMap<&'a str, Vec<usize>>,
    /// Names that are types of this file, with their kinds.
    types: BTreeMap<&'a str, Kind>,
    /// The names that the file gives to imports.
    given: BTreeMap<&'a str, &'a str>,
    imports: Vec<Import>,
    by_specifier: BTreeMap<String, usize>,
    loads_plugins: bool,
}

impl<'a> Binder<'a> {
    fn new(source: &'a Source) -> Self {
        let mut local: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut types = BTreeMap::new();
        let mut count = 0;
        for definition in &source.definitions {
            for name in &definition.names {
                if matches!(definition.kind, Kind::Struct | Kind::Type) {
                    types.insert(name.as_str(), definition.kind);
                }
                local.entry(name).or_default().push(count);
                count += 1;
            }
        }
        local.remove("_");
        local.remove("init");
        let mut imports = Vec::new();
        let mut given = BTreeMap::new();
        for spec in &source.imports {
            let names = if spec.name.as_deref() == Some(".") { vec!["*".to_owned()] } else { Vec::new() };
            let whole = spec.name.is_none();
            imports.push(Import { whole, ..import(spec.path.clone(), spec.span.clone(), names, ImportKind::Value) });
            if let Some(name) = spec.name.as_deref().filter(|name| !matches!(*name, "." | "_")) {
                given.insert(name, spec.path.as_str());
            }
        }
        let loads_plugins = source.imports.iter().any(|spec| spec.path == "plugin");
        Self { local, types, given, imports, by_specifier: BTreeMap::new(), loads_plugins }
    }

    fn define(&mut self, definition: &'a Definition, symbols: &mut Vec<Symbol>, top_level: &mut Vec<usize>) {
        let Some(first) = definition.names.first() else { return };
        let index = symbols.len();
        let mut uses = BTreeSet::new();
        let mut imports = BTreeSet::new();
        let mut mentions: Vec<_> = definition.mentions.iter().collect();
        mentions.sort_by_key(|(_, span)| span.start);
        for (mention, span) in mentions {
            self.mention(mention, span, &mut uses, &mut imports);
        }
        let own = match definition.kind {
            Kind::Struct | Kind::Type => self.local.get(first.as_str()).cloned(),
            Kind::Method if self.types.contains_key(first.as_str()) => self.local.get(first.as_str()).cloned(),
            _ => None,
        };
        uses.extend(own.into_iter().flatten());
        // A type has methods in other files of the package, or a method its type.
        if definition.kind != Kind::Plain
            && (definition.kind != Kind::Method || !self.types.contains_key(first.as_str()))
        {
            imports.insert(self.import(first.clone(), &definition.span, first));
        }
        for (directive, span) in &definition.directives {
            self.directive(directive, span, &mut imports);
        }
        uses.remove(&index);
        for (offset, name) in definition.names.iter().enumerate() {
            let first = offset == 0;
            // Names that are defined at once: the first of them says what all use.
            let uses = if first { uses.iter().copied().collect() } else { vec![index] };
            let imports = if first { imports.iter().copied().collect() } else { Vec::new() };
            if first && definition.runs {
                top_level.push(symbols.len());
            }
            symbols.push(Symbol { name: name.clone(), span: definition.span.clone(), uses, imports });
        }
    }

    fn mention(
        &mut self,
        mention: &Mention,
        span: &Range<usize>,
        uses: &mut BTreeSet<usize>,
        imports: &mut BTreeSet<usize>,
    ) {
        match mention {
            Mention::Name(name) => match self.local.get(name.as_str()) {
                Some(symbols) => uses.extend(symbols),
                None => drop(imports.insert(self.import(name.clone(), span, name))),
            },
            Mention::Member(of, name) => {
                if let Some(symbols) = self.local.get(of.as_str()) {
                    uses.extend(symbols);
                    return;
                }
                let specifier = match self.given.get(of.as_str()) {
                    Some(path) => format!("\"{path}\".{name}"),
                    None => format!("{of}.{name}"),
                };
                if self.loads_plugins && specifier == "plugin.Open" {
                    imports.insert(self.computed(specifier, span));
                } else {
                    imports.insert(self.import(specifier, span, name));
                }
            }
            Mention::Key(of, name) => {
                let symbols = self.local.get(name.as_str());
                match (self.types.get(of.as_str()), symbols) {
                    (Some(Kind::Struct), _) => {}
                    (Some(_), Some(symbols)) => uses.extend(symbols),
                    (Some(_), None) => drop(imports.insert(self.import(name.clone(), span, name))),
                    (None, symbols) => {
                        // Whether it is a field is known where the type is.
                        let of = match of.split_once('.') {
                            Some((package, ty)) => match self.given.get(package) {
                                Some(path) => format!("\"{path}\".{ty}"),
                                None => of.clone(),
                            },
                            None => of.clone(),
                        };
                        match symbols {
                            Some(symbols) => uses.extend(symbols),
                            None => drop(imports.insert(self.import(format!("{of}{{{name}}}"), span, name))),
                        }
                    }
                }
            }
        }
    }

    /// `//go:embed`, and `//go:linkname` with the place that is meant.
    fn directive(&mut self, directive: &str, span: &Range<usize>, imports: &mut BTreeSet<usize>) {
        let words: Vec<&str> = directive.split_whitespace().collect();
        match words.as_slice() {
            ["embed", ..] => drop(imports.insert(self.import(format!("go:{directive}"), span, ""))),
            ["linkname", _, target] => {
                if let Some((path, name)) = target.rsplit_once('.') {
                    imports.insert(self.import(format!("\"{path}\".{name}"), span, name));
                }
            }
            _ => {}
        }
    }

    /// The import of what `specifier` says, once per file.
    fn import(&mut self, specifier: String, span: &Range<usize>, name: &str) -> usize {
        if let Some(index) = self.by_specifier.get(&specifier) {
            return *index;
        }
        let names = if name.is_empty() { Vec::new() } else { vec![name.to_owned()] };
        self.imports.push(import(specifier.clone(), span.clone(), names, ImportKind::Mention));
        self.by_specifier.insert(specifier, self.imports.len() - 1);
        self.imports.len() - 1
    }

    fn computed(&mut self, specifier: String, span: &Range<usize>) -> usize {
        self.imports.push(import(specifier, span.clone(), Vec::new(), ImportKind::Computed));
        self.imports.len() - 1
    }
}
