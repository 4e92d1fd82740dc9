//! The definitions of a C# file, and the regions of text whose mentions belong to each.
//!
//! A symbol is a type, or what can be used without the rest of it: static members, constants, nested types. In a class
//! in which functions start, methods are symbols as well, and the class is what they have in common.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::split;
use crate::{
    languages::csharp::{mention, scope::join},
    syntax::{children, field, text},
};

/// Types nested deeper belong to the type around them.
const DEEPEST: usize = 16;

/// Longer full names are not made by people: what is inside of them belongs to the type around.
const LONGEST_NAME: usize = 500;

/// A symbol on its way.
pub(super) struct Definition {
    /// As printed: `Money.Total`.
    pub(super) name: String,
    /// With its namespace.
    pub(super) full: String,
    pub(super) span: Range<usize>,
    /// Symbols that it uses, however it is used.
    pub(super) uses: Vec<usize>,
}

/// A type that is declared.
pub(super) struct Type {
    pub(super) symbol: usize,
    pub(super) outer: Option<usize>,
    namespace: String,
    depth: usize,
    is_interface: bool,
    /// True if its methods are symbols of their own.
    is_split: bool,
    static_constructor: Option<usize>,
    /// What is called by a bare name and is no symbol: fields, properties, methods.
    members: FxHashSet<String>,
}

/// Text whose mentions belong to a symbol, or to the file's own code.
pub(super) struct Region<'t> {
    pub(super) node: Node<'t>,
    /// None for statements and attributes of the file.
    pub(super) symbol: Option<usize>,
    /// The innermost type around it.
    pub(super) inside: Option<usize>,
}

/// What was found.
#[derive(Default)]
pub(super) struct Declarations<'t> {
    pub(super) package: String,
    pub(super) symbols: Vec<Definition>,
    pub(super) types: Vec<Type>,
    pub(super) regions: Vec<Region<'t>>,
    /// Names that a file exports beside full names, with their symbol.
    pub(super) exports: Vec<(String, Option<usize>)>,
    /// `using` directives as written, with their places.
    pub(super) usings: Vec<(String, Range<usize>)>,
    /// Symbols of partial types: other files may hold the rest.
    pub(super) partial: Vec<usize>,
    /// True if everything that the file defines is an interface or a delegate.
    pub(super) only_types: bool,
}

/// Something to look into: where, in which namespace, inside which type.
type Open<'t> = (Node<'t>, String, Option<usize>);

/// Reads the definitions below `root`. Does not recurse.
pub(super) fn read<'t>(root: Node<'t>, source: &str) -> Declarations<'t> {
    let mut found = Declarations { only_types: true, ..Declarations::default() };
    let mut open: Vec<Open<'t>> = vec![(root, String::new(), None)];
    while let Some((node, namespace, inside)) = open.pop() {
        let inner = found.visit(node, &namespace, inside, source);
        open.extend(inner.into_iter().rev());
    }
    found.add_static_constructors();
    found.only_types &= !found.types.is_empty();
    found
}

impl<'t> Declarations<'t> {
    /// The full name of what is around a region: its type, else its namespace.
    pub(super) fn scope(&self, inside: Option<usize>) -> &str {
        inside.map_or(self.package.as_str(), |index| &self.symbols[self.types[index].symbol].full)
    }

    /// True if a bare name is that of a member of a type around the region.
    pub(super) fn is_member(&self, inside: Option<usize>, name: &str) -> bool {
        let mut around = std::iter::successors(inside, |index| self.types[*index].outer);
        around.any(|index| self.types[index].members.contains(name))
    }

    fn visit(&mut self, node: Node<'t>, namespace: &str, inside: Option<usize>, source: &str) -> Vec<Open<'t>> {
        match node.kind() {
            "compilation_unit" => self.file(node, namespace, source),
            "namespace_declaration" => {
                let inner = self.enter(namespace, field(node, "name", source).unwrap_or_default());
                let body = node.child_by_field_name("body");
                body.map_or_else(Vec::new, |body| {
                    children(body).into_iter().map(|child| (child, inner.clone(), None)).collect()
                })
            }
            "using_directive" => {
                self.using(node, source);
                Vec::new()
            }
            "class_declaration"
            | "struct_declaration"
            | "record_declaration"
            | "interface_declaration"
            | "enum_declaration"
            | "delegate_declaration" => self.a_type(node, namespace, inside, source),
            "preproc_if" | "preproc_elif" | "preproc_else" | "ERROR" => {
                let condition = node.child_by_field_name("condition");
                let inner = children(node).into_iter().filter(|child| Some(*child) != condition);
                inner.map(|child| (child, namespace.to_owned(), inside)).collect()
            }
            "global_statement" | "global_attribute" => {
                if node.kind() == "global_statement" {
                    self.exports.push((mention::STATEMENTS.to_owned(), None));
                    self.only_types = false;
                }
                self.regions.push(Region { node, symbol: None, inside: None });
                Vec::new()
            }
            _ => {
                if let Some(index) = inside {
                    self.member(node, index, source);
                }
                Vec::new()
            }
        }
    }

    /// The parts of a file: what follows `namespace X;` is in it.
    fn file(&mut self, node: Node<'t>, namespace: &str, source: &str) -> Vec<Open<'t>> {
        let mut namespace = namespace.to_owned();
        let mut parts = Vec::new();
        for child in children(node) {
            if child.kind() == "file_scoped_namespace_declaration" {
                namespace = self.enter(&namespace, field(child, "name", source).unwrap_or_default());
            } else {
                parts.push((child, namespace.clone(), None));
            }
        }
        parts
    }

    fn enter(&mut self, namespace: &str, name: &str) -> String {
        let name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
        let inner = join(namespace, &name);
        // Too long to be made by people.
        let inner = if inner.len() > LONGEST_NAME { namespace.to_owned() } else { inner };
        if self.package.is_empty() {
            self.package.clone_from(&inner);
        }
        inner
    }

    fn using(&mut self, node: Node<'t>, source: &str) {
        let mut words = text(node, source).trim_end_matches(';').split_whitespace();
        let mut directive = String::new();
        let is_global = words.clone().next() == Some("global");
        let kept = words.by_ref().filter(|word| !matches!(*word, "global" | "using" | "unsafe"));
        for word in kept {
            if !directive.is_empty() {
                directive.push(' ');
            }
            directive.push_str(word);
        }
        let directive = if is_global { format!("global {directive}") } else { directive };
        self.usings.push((directive, node.byte_range()));
    }

    fn a_type(&mut self, node: Node<'t>, namespace: &str, inside: Option<usize>, source: &str) -> Vec<Open<'t>> {
        let name = field(node, "name", source).unwrap_or_default();
        let depth = inside.map_or(0, |outer| self.types[outer].depth + 1);
        let around = inside.map_or(namespace, |outer| self.symbols[self.types[outer].symbol].full.as_str());
        let full = join(around, name);
        if depth > DEEPEST || full.len() > LONGEST_NAME {
            if let Some(outer) = inside {
                self.regions.push(Region { node, symbol: Some(self.types[outer].symbol), inside });
            }
            return Vec::new();
        }
        let printed = match inside {
            Some(outer) => join(&self.symbols[self.types[outer].symbol].name, name),
            None if namespace == self.package => name.to_owned(),
            None => full.clone(),
        };
        let symbol = self.define(printed, full.clone(), node.byte_range());
        let is_interface = node.kind() == "interface_declaration";
        if is_interface || has(node, "abstract", source) {
            self.exports.push((mention::abstract_name(&full), Some(symbol)));
        }
        let is_partial = has(node, "partial", source);
        if is_partial {
            self.partial.push(symbol);
        }
        self.only_types &= is_interface || node.kind() == "delegate_declaration";
        let index = self.types.len();
        self.types.push(Type {
            symbol,
            outer: inside,
            namespace: namespace.to_owned(),
            depth,
            is_interface,
            is_split: false,
            static_constructor: None,
            members: FxHashSet::default(),
        });
        if is_startup(node, source) {
            self.exports.push((mention::STARTUP.to_owned(), Some(symbol)));
        }
        if matches!(node.kind(), "enum_declaration" | "delegate_declaration") {
            self.regions.push(Region { node, symbol: Some(symbol), inside: Some(index) });
            return Vec::new();
        }
        self.header(node, index, source);
        let Some(body) = node.child_by_field_name("body") else { return Vec::new() };
        let members = children(body);
        self.types[index].is_split = !is_partial && split::starts_functions(&members, source);
        members.into_iter().map(|member| (member, namespace.to_owned(), Some(index))).collect()
    }

    /// What stands before the members: attributes, the primary constructor, bases.
    fn header(&mut self, node: Node<'t>, index: usize, source: &str) {
        let symbol = self.types[index].symbol;
        for part in children(node) {
            if part.kind() == "parameter_list" {
                for parameter in children(part) {
                    self.note_member(
                        index,
                        parameter.child_by_field_name("type"),
                        field(parameter, "name", source),
                        source,
                    );
                }
            }
            if !matches!(part.kind(), "declaration_list" | "identifier" | "modifier" | "comment") {
                self.regions.push(Region { node: part, symbol: Some(symbol), inside: Some(index) });
            }
        }
    }

    fn member(&mut self, node: Node<'t>, index: usize, source: &str) {
        let is_static = has(node, "static", source) || has(node, "const", source);
        let own = self.types[index].symbol;
        let symbol = match node.kind() {
            "comment" => return,
            "method_declaration" => self.method(node, index, is_static, source),
            "field_declaration" | "event_field_declaration" => self.fields(node, index, is_static, source),
            "property_declaration" | "event_declaration" => {
                let name = field(node, "name", source).unwrap_or_default();
                if is_static {
                    self.static_member(node, index, name, source)
                } else {
                    self.note_member(index, node.child_by_field_name("type"), Some(name), source);
                    own
                }
            }
            "constructor_declaration" if is_static => {
                let name = format!("{}.cctor", self.symbols[own].name);
                let symbol = self.define(name, String::new(), node.byte_range());
                self.types[index].static_constructor = Some(symbol);
                symbol
            }
            _ => own,
        };
        self.only_types &= self.types[index].is_interface
            && (node.kind() != "method_declaration" || node.child_by_field_name("body").is_none());
        self.regions.push(Region { node, symbol: Some(symbol), inside: Some(index) });
    }

    fn method(&mut self, node: Node<'t>, index: usize, is_static: bool, source: &str) -> usize {
        let own = self.types[index].symbol;
        let name = field(node, "name", source).unwrap_or_default();
        let symbol = if is_static {
            let symbol = self.static_member(node, index, name, source);
            self.note_static(node, index, name, symbol, source);
            symbol
        } else if self.types[index].is_split && split::stands_alone(node, source) {
            let symbol = self.inner(node, index, name);
            self.symbols[symbol].uses.push(own);
            // Who asks for the class asks for its methods.
            let full = self.symbols[own].full.clone();
            self.exports.push((full, Some(symbol)));
            symbol
        } else {
            self.types[index].members.insert(name.to_owned());
            own
        };
        if has(node, "public", source) || split::is_marked(node, source) {
            let class = mention::last(&self.symbols[own].full).to_owned();
            self.exports.push((format!("{class}::{name}"), Some(symbol)));
        }
        symbol
    }

    /// What is known of a static method beside its name.
    fn note_static(&mut self, node: Node<'t>, index: usize, name: &str, symbol: usize, source: &str) {
        if split::is_extension(node, source) {
            let name = mention::extension_name(&self.types[index].namespace, name);
            self.exports.push((name, Some(symbol)));
        }
        if name == "Main" {
            self.exports.push((mention::STARTUP.to_owned(), Some(symbol)));
        }
    }

    /// Fields of one declaration; the symbol of the first, if they are symbols.
    fn fields(&mut self, node: Node<'t>, index: usize, is_static: bool, source: &str) -> usize {
        let own = self.types[index].symbol;
        let mut first = None;
        let declarations = children(node).into_iter().filter(|child| child.kind() == "variable_declaration");
        for declaration in declarations.collect::<Vec<_>>() {
            for declarator in children(declaration) {
                let Some(name) =
                    field(declarator, "name", source).filter(|_| declarator.kind() == "variable_declarator")
                else {
                    continue;
                };
                if is_static {
                    let symbol = self.static_member(node, index, name, source);
                    // Fields of one declaration share what it mentions.
                    match first {
                        Some(first) => self.symbols[symbol].uses.push(first),
                        None => first = Some(symbol),
                    }
                } else {
                    self.note_member(index, declaration.child_by_field_name("type"), Some(name), source);
                }
            }
        }
        first.unwrap_or(own)
    }

    fn static_member(&mut self, node: Node<'t>, index: usize, name: &str, source: &str) -> usize {
        let symbol = self.inner(node, index, name);
        // Without a word for it, members of classes are private.
        let visible = ["public", "protected", "internal"].iter().any(|word| has(node, word, source));
        if visible || self.types[index].is_interface {
            let inherited = mention::inherited_name(&self.symbols[self.types[index].symbol].full);
            self.exports.push((inherited, Some(symbol)));
        }
        symbol
    }

    fn inner(&mut self, node: Node<'t>, index: usize, name: &str) -> usize {
        let own = &self.symbols[self.types[index].symbol];
        let (printed, full) = (join(&own.name, name), join(&own.full, name));
        self.define(printed, full, node.byte_range())
    }

    fn define(&mut self, name: String, full: String, span: Range<usize>) -> usize {
        self.symbols.push(Definition { name, full, span, uses: Vec::new() });
        self.symbols.len() - 1
    }

    /// A member that is no symbol. One that is called like its type does not hide it.
    fn note_member(&mut self, index: usize, kind: Option<Node<'t>>, name: Option<&str>, source: &str) {
        let kind = kind.map_or("", |kind| mention::last(text(kind, source).trim_end_matches('?')));
        if let Some(name) = name.filter(|name| *name != kind) {
            self.types[index].members.insert(name.to_owned());
        }
    }

    /// A static constructor runs before anything of its type is used.
    fn add_static_constructors(&mut self) {
        let constructors: FxHashMap<String, usize> = self
            .types
            .iter()
            .filter_map(|it| Some((self.symbols[it.symbol].full.clone(), it.static_constructor?)))
            .collect();
        let types: FxHashSet<usize> = self.types.iter().map(|it| it.symbol).collect();
        for (at, symbol) in self.symbols.iter_mut().enumerate() {
            let is_type = types.contains(&at);
            let outer = symbol.full.rsplit_once('.').map_or("", |(outer, _)| outer);
            let around = if is_type { symbol.full.as_str() } else { outer };
            symbol.uses.extend(constructors.get(around));
        }
    }

    /// The symbols behind each full name.
    pub(super) fn by_name(&self) -> FxHashMap<String, Vec<usize>> {
        let mut names: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        let defined = self.symbols.iter().enumerate().map(|(at, symbol)| (symbol.full.as_str(), at));
        let exported = self.exports.iter().filter_map(|(name, symbol)| Some((name.as_str(), (*symbol)?)));
        for (name, symbol) in defined.chain(exported).filter(|(name, _)| !name.is_empty()) {
            names.entry(name.to_owned()).or_default().push(symbol);
        }
        names
    }
}

/// True if a declaration has the modifier.
pub(super) fn has(node: Node<'_>, modifier: &str, source: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| child.kind() == "modifier" && text(child, source) == modifier)
}

/// True for a class that a host runs before any function: of Lambda Annotations, by its attribute; of Azure's functions
/// in process, by its base.
fn is_startup(node: Node<'_>, source: &str) -> bool {
    children(node).iter().any(|part| match part.kind() {
        "attribute_list" => split::attributes(*part, source).any(|name| name == "LambdaStartup"),
        "base_list" => children(*part)
            .iter()
            .any(|base| matches!(mention::last(text(*base, source)), "FunctionsStartup" | "IWebJobsStartup")),
        _ => false,
    })
}
