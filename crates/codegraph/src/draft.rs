//! A file's facts while they are put together, for languages in which a name may mean what any file defines.
//!
//! A mention is kept with all that it may mean, best first. When the file has been read, a mention of what the file
//! itself defines becomes a use; any other becomes an [`ImportKind::Mention`], whose `names` are what it may mean.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use crate::language::{Export, FileFacts, Import, ImportKind, Opaque, Symbol};

/// Names longer than this are nobody's: what is called so defines nothing, and nothing is inside of it.
pub(crate) const LONGEST_NAME: usize = 300;

/// How many things a file may name. Only programs write more.
const MOST_MENTIONS: usize = 50_000;

/// How much of what it names a mention takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// The definition, not what can be used without the rest of it.
    Itself,
    /// It, and its static members: the type is used as a value.
    Members,
    /// All that is inside of it: it is inherited from, or mixed in.
    Inside,
}

/// One mention of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    /// The name as written.
    pub(crate) name: String,
    /// Where it stands.
    pub(crate) span: Range<usize>,
    /// What it may mean, by full names, best first.
    pub(crate) candidates: Vec<String>,
    /// How much is taken.
    pub(crate) extent: Extent,
    /// True if other files may hold more of what this file defines.
    pub(crate) open: bool,
    /// How it is said: a mention, or one that is served by a container ([`ImportKind::Lazy`]).
    pub(crate) kind: ImportKind,
}

/// What one definition, or the file's own code, says.
#[derive(Debug, Default)]
struct Part {
    name: String,
    span: Range<usize>,
    /// Names of definitions of this file that it uses.
    uses: BTreeSet<String>,
    mentions: BTreeMap<(Vec<String>, Extent, bool), Mention>,
    /// Indices of imports.
    imports: BTreeSet<usize>,
}

/// The definition that something belongs to; none for the file's own code.
pub(crate) type Owner = Option<usize>;

/// See the file's head.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    imports: Vec<Import>,
    /// How many mentions were kept.
    mentions: usize,
    parts: Vec<Part>,
    top_level: Part,
    /// Definitions that whoever loads the file runs.
    running: BTreeSet<usize>,
    /// Names that stand for others: an interface, and what is served for it.
    exports: Vec<(String, usize)>,
    opaque: Option<Opaque>,
}

impl Draft {
    /// Adds a definition.
    pub(crate) fn define(&mut self, name: String, span: Range<usize>) -> usize {
        self.parts.push(Part { name, span, ..Part::default() });
        self.parts.len() - 1
    }

    /// Says that loading the file runs a definition.
    pub(crate) fn runs(&mut self, definition: usize) {
        self.running.insert(definition);
    }

    /// Adds an import of a file, which belongs to `owner`.
    pub(crate) fn import(&mut self, owner: Owner, import: Import) -> usize {
        self.imports.push(import);
        let index = self.imports.len() - 1;
        self.part(owner).imports.insert(index);
        index
    }

    /// Adds a mention.
    pub(crate) fn mention(&mut self, owner: Owner, mention: Mention) {
        if self.mentions >= MOST_MENTIONS {
            self.opaque(mention.span, "it names more things than are followed");
            return;
        }
        let key = (mention.candidates.clone(), mention.extent, mention.kind == ImportKind::Lazy);
        let mut new = false;
        self.part(owner).mentions.entry(key).or_insert_with(|| {
            new = true;
            mention
        });
        self.mentions += usize::from(new);
    }

    /// Says that `owner` uses what this file defines as `name`, if it does.
    pub(crate) fn uses(&mut self, owner: Owner, name: String) {
        self.part(owner).uses.insert(name);
    }

    /// Says that the definition `definition` may stand where `name` is asked for.
    pub(crate) fn stands_for(&mut self, name: String, definition: usize) {
        self.exports.push((name, definition));
    }

    /// Says that the file can only be taken whole; the first reason is kept.
    pub(crate) fn opaque(&mut self, span: Range<usize>, reason: &str) {
        self.opaque.get_or_insert_with(|| Opaque { span, reason: reason.to_owned() });
    }

    fn part(&mut self, owner: Owner) -> &mut Part {
        match owner {
            Some(index) => &mut self.parts[index],
            None => &mut self.top_level,
        }
    }

    /// What the file says.
    pub(crate) fn finish(mut self) -> FileFacts {
        let parts = std::mem::take(&mut self.parts);
        let mut defined: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, part) in parts.iter().enumerate() {
            defined.entry(&part.name).or_default().push(index);
        }
        let mut known = BTreeMap::new();
        let top_level = std::mem::take(&mut self.top_level);
        let bound: Vec<_> = parts.iter().map(|part| self.bind(part, &defined, &mut known)).collect();
        let (mut running, top_imports) = self.bind(&top_level, &defined, &mut known);
        running.extend(&self.running);
        let symbols = parts.iter().zip(bound).enumerate().map(|(index, (part, (mut uses, imports)))| {
            uses.remove(&index);
            Symbol {
                name: part.name.clone(),
                span: part.span.clone(),
                uses: uses.into_iter().collect(),
                imports: imports.into_iter().collect(),
            }
        });
        let symbols: Vec<Symbol> = symbols.collect();
        let mut facts = FileFacts {
            symbols,
            exports: self
                .exports
                .into_iter()
                .map(|(name, symbol)| Export { name, symbol: Some(symbol), import: None })
                .collect(),
            top_level_imports: top_imports.into_iter().collect(),
            top_level_symbols: running.into_iter().collect(),
            imports: self.imports,
            opaque: self.opaque,
            ..FileFacts::default()
        };
        in_order(&mut facts);
        facts
    }

    /// The definitions and imports behind what a part says.
    fn bind(
        &mut self,
        part: &Part,
        defined: &BTreeMap<&str, Vec<usize>>,
        known: &mut BTreeMap<(Vec<String>, Extent, bool), usize>,
    ) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let named = part.uses.iter().filter_map(|name| defined.get(name.as_str())).flatten();
        let mut uses: BTreeSet<usize> = named.copied().collect();
        let mut imports = part.imports.clone();
        for (key, mention) in &part.mentions {
            let local = mention.candidates.iter().find(|name| defined.contains_key(name.as_str()));
            if let Some(name) = local {
                uses.extend(with_members(defined, name, mention.extent));
                if !mention.open {
                    continue;
                }
            }
            let import = known.entry(key.clone()).or_insert_with(|| {
                self.imports.push(imported(mention));
                self.imports.len() - 1
            });
            imports.insert(*import);
        }
        (uses, imports)
    }
}

fn imported(mention: &Mention) -> Import {
    Import {
        specifier: mention.name.clone(),
        span: mention.span.clone(),
        names: mention.candidates.clone(),
        whole: mention.extent != Extent::Itself,
        members: (mention.extent == Extent::Inside).then(Vec::new),
        kind: mention.kind,
        level: 0,
    }
}

/// How much the import of a mention takes.
pub(crate) fn extent(import: &Import) -> Extent {
    match (import.whole, &import.members) {
        (false, _) => Extent::Itself,
        (true, None) => Extent::Members,
        (true, Some(_)) => Extent::Inside,
    }
}

/// True if a definition called `name` is part of `whole`, as far as `extent` goes.
pub(crate) fn is_part(name: &str, whole: &str, extent: Extent) -> bool {
    let Some(rest) = name.strip_prefix(whole) else { return false };
    match extent {
        _ if rest.is_empty() => true,
        Extent::Itself => false,
        Extent::Members => rest.starts_with('.'),
        Extent::Inside => rest.starts_with(['.', ':', '\\']),
    }
}

fn with_members(defined: &BTreeMap<&str, Vec<usize>>, whole: &str, extent: Extent) -> Vec<usize> {
    if extent == Extent::Itself {
        return defined.get(whole).cloned().unwrap_or_default();
    }
    let below = defined.range(whole..).take_while(|(name, _)| name.starts_with(whole));
    below.filter(|(name, _)| is_part(name, whole, extent)).flat_map(|(_, indices)| indices.iter().copied()).collect()
}

/// Puts imports and definitions in the order of the text.
fn in_order(facts: &mut FileFacts) {
    let order = |spans: Vec<&Range<usize>>| {
        let mut order: Vec<usize> = (0..spans.len()).collect();
        order.sort_by_key(|index| (spans[*index].start, spans[*index].end));
        order
    };
    let places = |order: &[usize]| {
        let mut places = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, index)| places[*index] = place);
        places
    };
    let symbols = order(facts.symbols.iter().map(|symbol| &symbol.span).collect());
    let imports = order(facts.imports.iter().map(|import| &import.span).collect());
    let (symbol_places, import_places) = (places(&symbols), places(&imports));
    let moved = |indices: &mut Vec<usize>, places: &[usize]| {
        indices.iter_mut().for_each(|index| *index = places[*index]);
        indices.sort_unstable();
    };
    for symbol in &mut facts.symbols {
        moved(&mut symbol.uses, &symbol_places);
        moved(&mut symbol.imports, &import_places);
    }
    moved(&mut facts.top_level_symbols, &symbol_places);
    moved(&mut facts.top_level_imports, &import_places);
    for export in &mut facts.exports {
        export.symbol = export.symbol.map(|index| symbol_places[index]);
    }
    facts.symbols = symbols.iter().map(|index| std::mem::replace(&mut facts.symbols[*index], empty_symbol())).collect();
    facts.imports = imports.iter().map(|index| facts.imports[*index].clone()).collect();
}

fn empty_symbol() -> Symbol {
    Symbol { name: String::new(), span: 0..0, uses: Vec::new(), imports: Vec::new() }
}
