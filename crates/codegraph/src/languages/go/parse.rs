//! Go source to its definitions and imports, with tree-sitter. Its nodes are known here, in [`names`],
//! [`effects`] and [`remote`] only.

use std::{collections::BTreeSet, ops::Range};

use tree_sitter::{Node, Tree};

use super::{
    effects,
    names::{self, Mention, Mentions},
    remote,
};
use crate::{RemoteCallSite, syntax};

/// One file as written.
#[derive(Default)]
pub(super) struct Source {
    /// The package that it says it belongs to, with the place.
    pub(super) package: (String, Range<usize>),
    pub(super) imports: Vec<ImportSpec>,
    pub(super) definitions: Vec<Definition>,
    /// Calls of what runs elsewhere.
    pub(super) remote_calls: Vec<RemoteCallSite>,
    /// The first syntax error.
    pub(super) error: Option<(Range<usize>, String)>,
}

/// One line of an import declaration.
pub(super) struct ImportSpec {
    pub(super) path: String,
    /// Where the path stands.
    pub(super) span: Range<usize>,
    /// The name that the file gives it: `m`, `.`, `_`; none where the package's own name counts.
    pub(super) name: Option<String>,
}

/// One definition of the package, or several names that are defined at once.
pub(super) struct Definition {
    /// Its names; a method goes by that of its type.
    pub(super) names: Vec<String>,
    pub(super) kind: Kind,
    /// All of it, with the directives right before it.
    pub(super) span: Range<usize>,
    pub(super) mentions: Mentions,
    /// True if it does something when the package is loaded.
    pub(super) runs: bool,
    /// What the comments right before it tell the compiler.
    pub(super) directives: Vec<Directive>,
}

/// `embed a.txt` of `//go:embed a.txt`, and where the comment stands.
pub(super) type Directive = (String, Range<usize>);

/// How many constants a group may have to be taken as one. Larger ones are lists of names, written by programs.
const MOST_TOGETHER: usize = 64;

/// What is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A function, a variable or a constant.
    Plain,
    /// A type with fields.
    Struct,
    /// Another type.
    Type,
    /// A method.
    Method,
}

/// What `text` says.
pub(super) fn source(text: &str) -> Source {
    let tree = match syntax::parse(&tree_sitter_go::LANGUAGE.into(), text) {
        Ok(tree) => tree,
        Err(why) => return Source { package: package_by_line(text), error: Some((0..0, why)), ..Source::default() },
    };
    let mut reader = Reader { text, types: types(&tree, text), source: Source::default() };
    for (item, directives) in with_directives(tree.root_node(), text) {
        reader.item(item, directives);
    }
    let mut source = reader.source;
    source.remote_calls = remote::calls(tree.root_node(), text);
    source.error = syntax::first_error(&tree);
    if source.package.0.is_empty() {
        source.package = package_by_line(text);
    }
    source
}

/// The package clause of a text that was not parsed.
fn package_by_line(text: &str) -> (String, Range<usize>) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(rest) = line.strip_prefix("package ") {
            let name: String = rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            let end = at + "package ".len() + name.len();
            return (name, at..end);
        }
        at += line.len();
    }
    Default::default()
}

/// The names of the types that a file defines.
fn types<'a>(tree: &Tree, text: &'a str) -> BTreeSet<&'a str> {
    let declarations = syntax::children(tree.root_node()).into_iter().filter(|item| item.kind() == "type_declaration");
    declarations.flat_map(syntax::children).filter_map(|spec| syntax::field(spec, "name", text)).collect()
}

struct Reader<'a> {
    text: &'a str,
    types: BTreeSet<&'a str>,
    source: Source,
}

impl Reader<'_> {
    fn item(&mut self, item: Node<'_>, directives: Vec<Directive>) {
        match item.kind() {
            "package_clause" => {
                let name = item.named_child(0).map(|name| syntax::text(name, self.text)).unwrap_or_default();
                self.source.package = (name.to_owned(), item.byte_range());
            }
            "import_declaration" => syntax::walk(item, &mut |node| {
                if node.kind() == "import_spec" {
                    self.import(node);
                }
                node.kind() != "import_spec"
            }),
            "function_declaration" => {
                let name = syntax::field(item, "name", self.text).unwrap_or_default();
                self.define(item, directives, item, vec![name.to_owned()], Kind::Plain);
            }
            "method_declaration" => {
                let receiver = names::receiver(item);
                let name = receiver.map(|ty| ty.child_by_field_name("type").unwrap_or(ty));
                let name = name.map(|name| syntax::text(name, self.text)).unwrap_or_default();
                self.define(item, directives, item, vec![name.to_owned()], Kind::Method);
            }
            "type_declaration" => self.types(item, directives),
            "const_declaration" => self.constants(item, directives),
            "var_declaration" => self.variables(item, directives),
            _ => {}
        }
    }

    fn import(&mut self, spec: Node<'_>) {
        let Some(path) = spec.child_by_field_name("path") else { return };
        let unquoted = syntax::text(path, self.text).trim_matches(['"', '`']).to_owned();
        let name = syntax::field(spec, "name", self.text).map(str::to_owned);
        self.source.imports.push(ImportSpec { path: unquoted, span: path.byte_range(), name });
    }

    fn types(&mut self, declaration: Node<'_>, directives: Vec<Directive>) {
        for (whole, directives, spec) in self.specs(declaration, declaration, directives) {
            let name = syntax::field(spec, "name", self.text).unwrap_or_default().to_owned();
            let structure = spec.child_by_field_name("type").is_some_and(|ty| ty.kind() == "struct_type");
            let kind = if structure { Kind::Struct } else { Kind::Type };
            self.define(whole, directives, spec, vec![name], kind);
        }
    }

    /// Constants; those of a group that counts, or repeats what came before, are defined by the group.
    fn constants(&mut self, declaration: Node<'_>, directives: Vec<Directive>) {
        let specs = self.specs(declaration, declaration, directives.clone());
        let counts = |spec: Node<'_>| {
            let mut found = spec.child_by_field_name("value").is_none();
            syntax::walk(spec, &mut |node| {
                found |= node.kind() == "iota";
                !found
            });
            found
        };
        let counting = is_grouped(declaration) && specs.iter().any(|(_, _, spec)| counts(*spec));
        if counting && specs.len() <= MOST_TOGETHER {
            let names = specs.iter().flat_map(|(_, _, spec)| self.names(*spec)).collect();
            self.define(declaration, directives, declaration, names, Kind::Plain);
            return;
        }
        let mut before: Option<String> = None;
        for (whole, directives, spec) in specs {
            let names = self.names(spec);
            let first = names.first().cloned();
            self.define(whole, directives, spec, names, Kind::Plain);
            // What has no value repeats that of the one before.
            if let (None, Some(before), Some(definition)) =
                (spec.child_by_field_name("value"), before, self.source.definitions.last_mut())
            {
                definition.mentions.insert(Mention::Name(before), spec.byte_range());
            }
            before = first;
        }
    }

    fn variables(&mut self, declaration: Node<'_>, directives: Vec<Directive>) {
        let list = declaration.named_child(0).filter(|child| child.kind() == "var_spec_list");
        for (whole, directives, spec) in self.specs(declaration, list.unwrap_or(declaration), directives) {
            let names = self.names(spec);
            self.define(whole, directives, spec, names, Kind::Plain);
            let value = spec.child_by_field_name("value");
            if let (Some(value), Some(definition)) = (value, self.source.definitions.last_mut()) {
                definition.runs = effects::does_something(value, self.text, &self.types);
            }
        }
    }

    /// The parts of a declaration, which stand in `list`: what is defined at once, its directives, and what it says.
    fn specs<'t>(
        &self,
        declaration: Node<'t>,
        list: Node<'t>,
        directives: Vec<Directive>,
    ) -> Vec<(Node<'t>, Vec<Directive>, Node<'t>)> {
        let alone = list == declaration && !is_grouped(declaration);
        let specs = with_directives(list, self.text)
            .into_iter()
            .filter(|(spec, _)| matches!(spec.kind(), "const_spec" | "type_alias" | "type_spec" | "var_spec"));
        if alone {
            return specs.map(|(spec, _)| (declaration, directives.clone(), spec)).collect();
        }
        specs.map(|(spec, directives)| (spec, directives, spec)).collect()
    }

    fn names(&self, spec: Node<'_>) -> Vec<String> {
        let mut cursor = spec.walk();
        let names = spec.children_by_field_name("name", &mut cursor).filter(|name| name.kind() == "identifier");
        names.map(|name| syntax::text(name, self.text).to_owned()).collect()
    }

    /// Notes what stands in `whole`, of which `said` is read for mentions.
    fn define(&mut self, whole: Node<'_>, directives: Vec<Directive>, said: Node<'_>, names: Vec<String>, kind: Kind) {
        let mut mentions = Mentions::new();
        names::collect(said, self.text, &mut mentions);
        let runs = whole.kind() == "function_declaration" && names == ["init"];
        let start = directives.first().map_or(whole.start_byte(), |(_, span)| span.start);
        let span = start..whole.end_byte();
        self.source.definitions.push(Definition { names, kind, span, mentions, runs, directives });
    }
}

/// The children of a node but its comments, each with the directives in the comments right before it.
fn with_directives<'t>(parent: Node<'t>, text: &str) -> Vec<(Node<'t>, Vec<Directive>)> {
    let mut found = Vec::new();
    let mut directives = Vec::new();
    for child in syntax::children(parent) {
        if child.kind() == "comment" {
            if let Some(directive) = syntax::text(child, text).strip_prefix("//go:") {
                directives.push((directive.trim_end().to_owned(), child.byte_range()));
            }
        } else {
            found.push((child, std::mem::take(&mut directives)));
        }
    }
    found
}

/// True for `type (…)`, `const (…)`.
fn is_grouped(declaration: Node<'_>) -> bool {
    declaration.child(1).is_some_and(|child| child.kind() == "(")
}
