//! The facts of one JavaScript or TypeScript file, read with oxc's parser and scope analysis.
//!
//! All of oxc but its resolver stays below this module. In order: the calls that import (`calls`), the statements of
//! the file (`statements`), which definition uses what (`uses`), and what names do not show (`members`).

mod calls;
mod members;
mod statements;
mod uses;

use std::{ops::Range, thread};

use lockstep_model::RepoPath;
use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser};
use oxc_semantic::{Semantic, SemanticBuilder};
use oxc_span::{GetSpan, SourceType, Span};
use oxc_syntax::symbol::SymbolId;
use rustc_hash::FxHashMap;

use crate::{Export, FileFacts, Import, ImportKind, Symbol, depth_bound};

/// Larger files are bundles or data, written by programs. 4 MiB.
const LARGEST: usize = 4 << 20;

/// Up to this estimate of its depth, a text is parsed on the stack at hand (2 MiB in a thread of rayon).
const SHALLOW: usize = 150;

/// Beyond this estimate a text is not parsed at all: its tree could overflow even [`BIG_STACK`].
const DEEPEST: usize = 12_000;

/// Enough for [`DEEPEST`] levels in a build without optimisation; the pages that are not used cost nothing. 512 MiB.
const BIG_STACK: usize = 512 << 20;

/// See [`crate::Language::facts`].
pub(super) fn facts(path: &RepoPath, text: &str) -> FileFacts {
    let refuse = |why: String| FileFacts { error: Some((0..0, why)), ..FileFacts::default() };
    with_room(&[text], || read(path, text)).unwrap_or_else(refuse)
}

/// Runs `read`, which parses and walks `texts`, on a stack that is large enough for them.
///
/// # Errors
/// Why they are not read: larger or deeper than what people write.
pub(super) fn with_room<T: Send>(texts: &[&str], read: impl FnOnce() -> T + Send) -> Result<T, String> {
    if let Some(text) = texts.iter().find(|text| text.len() > LARGEST) {
        return Err(format!("the file has {} bytes, more than a source that people write", text.len()));
    }
    let depth = texts.iter().map(|text| depth_bound(text)).max().unwrap_or(0);
    let too_deep = || format!("the code is nested too deeply to be read (some {depth} levels)");
    if depth > DEEPEST {
        return Err(too_deep());
    }
    if depth <= SHALLOW {
        return Ok(read());
    }
    thread::scope(|scope| {
        let deep = thread::Builder::new().stack_size(BIG_STACK).spawn_scoped(scope, read);
        deep.map_err(|_| too_deep())?.join().map_err(|_| too_deep())
    })
}

fn read(path: &RepoPath, text: &str) -> FileFacts {
    let Some(source_type) = source_type(path) else {
        return FileFacts::default();
    };
    let (mut facts, given_up) = parse(source_type, text);
    // The parser gives nothing at all for some errors. What stands before the line of the error, imports above all,
    // is read again without it.
    if let Some((span, _)) = facts.error.as_ref().filter(|_| given_up)
        && let Some(end) = text.get(..span.start).and_then(|before| before.rfind('\n'))
    {
        facts = FileFacts { error: facts.error, ..parse(source_type, &text[..end]).0 };
    }
    facts.generated = is_generated(text);
    facts
}

/// The facts of a text, and whether the parser gave up on it.
fn parse(source_type: SourceType, text: &str) -> (FileFacts, bool) {
    let allocator = Allocator::default();
    let options = ParseOptions { allow_return_outside_function: true, preserve_parens: false, ..Default::default() };
    let parsed = Parser::new(&allocator, text, source_type).with_options(options).parse();
    let error = parsed.diagnostics.iter().next().map(|diagnostic| {
        let label = diagnostic.labels.first();
        let span = label.map_or(0..0, |label| label.offset() as usize..(label.offset() + label.len()) as usize);
        (span, diagnostic.message.to_string())
    });
    let semantic = SemanticBuilder::new().with_build_nodes(true).build(&parsed.program).semantic;
    let mut reader = Reader::new(text, &semantic, source_type.is_typescript());
    reader.calls();
    let type_only = reader.statements(&parsed.program) || source_type.is_typescript_definition();
    (FileFacts { type_only, error, ..reader.finish() }, parsed.panicked)
}

/// How oxc is to read the file: JSX everywhere but in TypeScript files that cannot hold it.
pub(super) fn source_type(path: &RepoPath) -> Option<SourceType> {
    let source_type = SourceType::from_path(path.file_name()).ok()?;
    let javascript = source_type.is_javascript();
    let source_type = if javascript { source_type.with_jsx(true) } else { source_type };
    // `.js` may be either: a script may `return` at its top and use reserved words that a module may not.
    Some(if path.extension() == Some("js") || path.extension() == Some("jsx") {
        source_type.with_unambiguous(true)
    } else {
        source_type
    })
}

/// True if the head of the file says that a program wrote it.
fn is_generated(text: &str) -> bool {
    let mut end = text.len().min(600);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text[..end].to_ascii_lowercase();
    head.contains("@generated")
        || head.contains("do not edit")
        || ["auto-generated", "autogenerated", "automatically generated", "code generated by", "generated by "]
            .iter()
            .any(|mark| {
                head.lines().any(|line| {
                    let line = line.trim_start();
                    (line.starts_with("//") || line.starts_with('*') || line.starts_with("/*")) && line.contains(mark)
                })
            })
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// What is gathered from one file. Places in `imports` and `symbols` are final only after [`Reader::finish`].
struct Reader<'s, 'a> {
    text: &'s str,
    semantic: &'s Semantic<'a>,
    typescript: bool,
    imports: Vec<Import>,
    /// The local names that stand for an import.
    bindings: FxHashMap<SymbolId, Vec<usize>>,
    /// Where an import without a binding is used: where it stands.
    loose: Vec<(Range<usize>, usize)>,
    symbols: Vec<Symbol>,
    /// The local names that stand for a definition; several for merged declarations.
    locals: FxHashMap<SymbolId, Vec<usize>>,
    exports: Vec<Found>,
    /// Statements that only export: what they name is no use of it.
    quiet: Vec<Range<usize>>,
    /// See [`FileFacts::opaque`].
    opaque: bool,
}

/// An export, before its local name is looked up.
struct Found {
    name: String,
    local: Option<SymbolId>,
    symbol: Option<usize>,
    import: Option<usize>,
}

impl<'s, 'a> Reader<'s, 'a> {
    fn new(text: &'s str, semantic: &'s Semantic<'a>, typescript: bool) -> Self {
        Self {
            text,
            semantic,
            typescript,
            imports: Vec::new(),
            bindings: FxHashMap::default(),
            loose: Vec::new(),
            symbols: Vec::new(),
            locals: FxHashMap::default(),
            exports: Vec::new(),
            quiet: Vec::new(),
            opaque: false,
        }
    }

    fn import(&mut self, specifier: &str, span: Span, taken: Taken, kind: ImportKind) -> usize {
        let (names, whole) = match taken {
            Taken::Nothing => (Vec::new(), false),
            Taken::Whole => (Vec::new(), true),
            Taken::Name(name) => (vec![name], false),
        };
        self.imports.push(Import {
            specifier: specifier.to_owned(),
            span: range(span),
            names,
            whole,
            members: None,
            kind,
            level: 0,
        });
        self.imports.len() - 1
    }

    fn symbol(&mut self, name: &str, span: Span, locals: &[SymbolId]) -> usize {
        self.symbols.push(Symbol { name: name.to_owned(), span: range(span), uses: Vec::new(), imports: Vec::new() });
        let index = self.symbols.len() - 1;
        for local in locals {
            self.locals.entry(*local).or_default().push(index);
        }
        index
    }

    fn export(&mut self, name: &str, local: Option<SymbolId>, symbol: Option<usize>, import: Option<usize>) {
        self.exports.push(Found { name: name.to_owned(), local, symbol, import });
    }

    /// The local name that a reference means.
    fn meant(&self, reference: &oxc_ast::ast::IdentifierReference<'a>) -> Option<SymbolId> {
        self.semantic.scoping().get_reference(reference.reference_id.get()?).symbol_id()
    }

    /// True if the local name is ever used as a value; false for names that only types mention.
    fn used_as_value(&self, local: SymbolId) -> bool {
        self.semantic
            .scoping()
            .get_resolved_references(local)
            .any(|reference| !reference.flags().is_type_only() || self.is_decorator_metadata(reference.node_id()))
    }

    /// Puts imports and symbols into the order of the text and makes the facts.
    fn finish(mut self) -> FileFacts {
        let exports = self.found_exports();
        let (top_level, top_level_symbols) = self.uses();
        self.members();
        let opaque = self.opaque || self.is_opaque(&exports);
        let (import_place, symbol_place) =
            (places(&self.imports, |import| import.span.start), places(&self.symbols, |symbol| symbol.span.start));
        let moved = |list: &[usize], place: &[usize]| {
            let mut list: Vec<usize> = list.iter().map(|index| place[*index]).collect();
            list.sort_unstable();
            list.dedup();
            list
        };
        for symbol in &mut self.symbols {
            symbol.uses = moved(&symbol.uses, &symbol_place);
            symbol.imports = moved(&symbol.imports, &import_place);
        }
        let exports = exports
            .into_iter()
            .map(|export| Export {
                name: export.name,
                symbol: export.symbol.map(|index| symbol_place[index]),
                import: export.import.map(|index| import_place[index]),
            })
            .collect();
        FileFacts {
            top_level_imports: moved(&top_level, &import_place),
            top_level_symbols: moved(&top_level_symbols, &symbol_place),
            opaque,
            imports: ordered(self.imports, &import_place),
            symbols: ordered(self.symbols, &symbol_place),
            exports,
            ..FileFacts::default()
        }
    }

    /// The exports, with what their local names stand for.
    fn found_exports(&self) -> Vec<Export> {
        let mut exports = Vec::new();
        for found in &self.exports {
            let symbols = found.local.and_then(|local| self.locals.get(&local));
            let imports = found.local.and_then(|local| self.bindings.get(&local));
            let symbol = found.symbol.or_else(|| symbols.and_then(|list| list.first().copied()));
            let import = found.import.or_else(|| imports.and_then(|list| list.first().copied()));
            exports.push(Export { name: found.name.clone(), symbol, import });
        }
        exports
    }
}

/// What an import takes from the other file.
enum Taken {
    Nothing,
    Whole,
    Name(String),
}

/// Where each item goes when the list is sorted, stably, by `key`.
fn places<T>(items: &[T], key: impl Fn(&T) -> usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|index| key(&items[*index]));
    let mut place = vec![0; items.len()];
    for (new, old) in order.into_iter().enumerate() {
        place[old] = new;
    }
    place
}

fn ordered<T>(items: Vec<T>, place: &[usize]) -> Vec<T> {
    let mut tagged: Vec<(usize, T)> = place.iter().copied().zip(items).collect();
    tagged.sort_by_key(|(place, _)| *place);
    tagged.into_iter().map(|(_, item)| item).collect()
}

/// The span of a node that has one.
fn span_of(node: &impl GetSpan) -> Range<usize> {
    range(node.span())
}

#[cfg(test)]
mod tests;
