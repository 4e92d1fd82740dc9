//! What a Kotlin file declares. The only file for Kotlin that knows its grammar.

use std::{ops::Range, sync::LazyLock};

use lockstep_model::RepoPath;
use rustc_hash::FxHashSet;
use tree_sitter::{Node, Tree};

use crate::{
    jvm::{
        self, Dialect, outline,
        shape::{self, Brought, Definition, Kind, Shape},
        tokens::{self, Leaf},
    },
    language::FileFacts,
    syntax::{self, ByKind, Nodes, children, field},
};

/// What mentions something.
static LEAVES: LazyLock<ByKind<Leaf>> =
    LazyLock::new(|| tokens::leaves(&tree_sitter_kotlin_ng::LANGUAGE.into(), &["import", "package_header", "shebang"]));

/// Supertypes that call nothing of the object that has them.
const HARMLESS: [&str; 4] = ["Logging", "Logger", "Serializable", "KLogging"];

/// What one file says.
pub(super) fn facts(path: &RepoPath, text: &str) -> FileFacts {
    let tree = match syntax::parse(&tree_sitter_kotlin_ng::LANGUAGE.into(), text) {
        Ok(tree) => tree,
        Err(why) => return FileFacts { error: Some((0..0, why)), ..FileFacts::default() },
    };
    let nodes = Nodes::of(&tree);
    let shape = read(path, &tree, &nodes, text);
    let paths = tokens::paths(&nodes, text, &LEAVES, &shape.declared);
    FileFacts { error: syntax::first_error(&tree), ..jvm::facts(Dialect::Kotlin, text, shape, &paths) }
}

fn read(path: &RepoPath, tree: &Tree, nodes: &Nodes<'_>, text: &str) -> Shape {
    let mut reader = Reader { text, shape: Shape::default(), companions: FxHashSet::default() };
    reader.names(tree.root_node(), nodes);
    reader.file(path, tree.root_node());
    reader.shape
}

struct Reader<'t> {
    text: &'t str,
    shape: Shape,
    /// The definitions that are companions.
    companions: FxHashSet<usize>,
}

impl<'t> Reader<'t> {
    fn text(&self, node: Node<'_>) -> &'t str {
        syntax::text(node, self.text).trim_matches('`')
    }

    /// Notes names that are declared, and where those of variables are known.
    fn names<'n>(&mut self, root: Node<'n>, nodes: &Nodes<'n>) {
        let mut scopes: Vec<Node<'n>> = vec![root];
        nodes.walk(&mut |node| {
            while scopes.len() > 1 && scopes.last().is_some_and(|scope| scope.end_byte() <= node.start_byte()) {
                scopes.pop();
            }
            match node.kind() {
                "class_declaration" | "object_declaration" | "companion_object" => {
                    let name = node.child_by_field_name("name");
                    self.shape.declared.extend(name.map(|name| name.start_byte()));
                }
                "function_declaration" => {
                    let name = node.child_by_field_name("name");
                    self.shape.declared.extend(name.map(|name| name.start_byte()));
                    scopes.push(node);
                }
                "class_body"
                | "enum_class_body"
                | "block"
                | "lambda_literal"
                | "anonymous_function"
                | "secondary_constructor"
                | "when_expression"
                | "for_statement"
                | "catch_block"
                | "setter" => {
                    scopes.push(node);
                }
                "class_parameter" => self.shape.declared.extend(identifier(node).map(|name| name.start_byte())),
                "variable_declaration" | "parameter" => {
                    if let Some(name) = identifier(node) {
                        self.shape.declared.insert(name.start_byte());
                        let scope = scopes.last().copied().unwrap_or(root);
                        // What stands in these is a definition, or a member.
                        if !matches!(scope.kind(), "source_file" | "class_body" | "enum_class_body") {
                            self.shape.locals.add(self.text(name), scope.byte_range());
                        }
                    }
                }
                "enum_entry" => self.shape.declared.extend(identifier(node).map(|name| name.start_byte())),
                "label" => return false,
                _ => {}
            }
            true
        });
    }

    fn file(&mut self, path: &RepoPath, root: Node<'_>) {
        let mut facade = None;
        for node in children(root) {
            match node.kind() {
                "package_header" => {
                    let name = children(node).into_iter().find(|child| child.kind() == "qualified_identifier");
                    self.shape.package = name.map(|name| self.dotted(name)).unwrap_or_default();
                }
                "import" => self.import(node),
                "file_annotation" => {
                    let text = syntax::text(node, self.text);
                    let name = text.contains("JvmName").then(|| text.split('"').nth(1)).flatten();
                    facade = facade.or(name.map(str::to_owned));
                }
                _ => self.definition(node),
            }
        }
        if self
            .shape
            .definitions
            .iter()
            .any(|definition| definition.kind == Kind::Member && definition.parent.is_none())
        {
            self.shape.facade = Some(facade.unwrap_or_else(|| outline::facade(path.file_stem())));
        }
    }

    fn dotted(&self, node: Node<'_>) -> String {
        let text: String = syntax::text(node, self.text).split_whitespace().collect();
        text.replace('`', "")
    }

    fn import(&mut self, node: Node<'_>) {
        let parts = children(node);
        let Some(name) = parts.first() else { return };
        let path: Vec<String> = self.dotted(*name).split('.').map(str::to_owned).collect();
        let star = syntax::text(node, self.text).trim_end().ends_with('*');
        let alias = parts.get(1).filter(|part| part.kind() == "identifier").map(|alias| self.text(*alias).to_owned());
        let name = alias.or_else(|| path.last().cloned()).filter(|_| !star).unwrap_or_default();
        self.shape.imports.push(Brought { path, name, star, span: node.byte_range() });
    }

    /// What `node` declares, at the top of the file or inside of a type, and what is inside of it.
    fn definition(&mut self, node: Node<'_>) {
        let mut open = vec![(node, None)];
        while let Some((node, parent)) = open.pop() {
            match node.kind() {
                "class_declaration" => {
                    let Some(name) = field(node, "name", self.text) else { continue };
                    let has = |wanted: &str| self.modifiers(node).iter().any(|modifier| self.text(*modifier) == wanted);
                    let inner = has("inner");
                    let sealed = has("sealed") && self.annotations(node).contains(&"Serializable");
                    let class = Definition { inner, sealed, ..self.type_definition(node, name, parent, Kind::Type) };
                    self.inject(node, class.managed);
                    self.body(node, class, &mut open);
                }
                "object_declaration" => {
                    let Some(name) = field(node, "name", self.text) else { continue };
                    let object = self.type_definition(node, name, parent, Kind::Object);
                    self.body(node, object, &mut open);
                }
                "companion_object" => {
                    let name = field(node, "name", self.text).unwrap_or("Companion");
                    let companion = self.type_definition(node, name, parent, Kind::Object);
                    let companion = Definition { attached: !self.may_be_taken_apart(&companion), ..companion };
                    self.companions.insert(self.shape.definitions.len());
                    self.body(node, companion, &mut open);
                }
                "type_alias" => {
                    let Some(name) = identifier(node) else { continue };
                    self.shape.declared.insert(name.start_byte());
                    let alias = self.named(node, self.text(name), parent, Kind::Type);
                    self.shape.definitions.push(alias);
                }
                "annotated_expression" => self.annotation_class(node),
                "function_declaration" | "property_declaration" => self.member(node, parent),
                "anonymous_initializer" if self.is_object(parent) => {
                    let initialiser = self.named(node, "init", parent, Kind::Initialiser);
                    self.shape.definitions.push(initialiser);
                }
                _ => {}
            }
        }
    }

    /// `@Target(…) annotation class Shown`, which the grammar takes for the call of an infix function `class`.
    fn annotation_class(&mut self, annotated: Node<'_>) {
        let mut node = annotated;
        while node.kind() == "annotated_expression" {
            let Some(inner) = children(node).into_iter().next_back() else { return };
            node = inner;
        }
        let words = children(node);
        if let ("infix_expression", [annotation, class, name]) = (node.kind(), words.as_slice())
            && (self.text(*annotation), self.text(*class)) == ("annotation", "class")
        {
            self.shape.declared.extend(words.iter().map(Node::start_byte));
            let class = self.named(annotated, self.text(*name), None, Kind::Type);
            self.shape.definitions.push(class);
        }
    }

    fn named(&self, node: Node<'_>, name: &str, parent: Option<usize>, kind: Kind) -> Definition {
        let name = name.trim_matches('`');
        let name = match parent.map(|parent| &self.shape.definitions[parent]) {
            Some(outer) => format!("{}.{name}", outer.name),
            None => name.to_owned(),
        };
        Definition { name, span: node.byte_range(), kind, parent, ..Definition::default() }
    }

    fn type_definition(&mut self, node: Node<'_>, name: &str, parent: Option<usize>, kind: Kind) -> Definition {
        let annotations = self.annotations(node);
        self.shape.generated |= parent.is_none() && annotations.iter().any(|name| shape::is_generated(name));
        let clauses = children(node).into_iter().filter(|child| child.kind() == "delegation_specifiers");
        let types = clauses.flat_map(children).filter_map(|specifier| first_leaf_of_type(specifier));
        Definition {
            supertypes: types.map(|named| named.start_byte()).collect(),
            managed: annotations.iter().any(|name| shape::is_managed(name)),
            scans: annotations.iter().any(|name| shape::scans(name)),
            ..self.named(node, name, parent, kind)
        }
    }

    /// Adds a type, and opens what is inside of it.
    fn body<'n>(&mut self, node: Node<'n>, definition: Definition, open: &mut Vec<(Node<'n>, Option<usize>)>) {
        let apart = definition.kind == Kind::Type || self.may_be_taken_apart(&definition);
        let nests = definition.may_nest();
        self.shape.definitions.push(definition);
        let index = self.shape.definitions.len() - 1;
        for parameter in self.parameters(node) {
            if let Some(name) = identifier(parameter).map(|name| self.text(name).to_owned()) {
                self.shape.definitions[index].members.insert(name);
            }
        }
        let bodies =
            children(node).into_iter().filter(|child| matches!(child.kind(), "class_body" | "enum_class_body"));
        for member in bodies.flat_map(children) {
            match member.kind() {
                "function_declaration" | "property_declaration" if !apart || !self.is_object(Some(index)) => {
                    self.instance_member(member, index);
                }
                "class_declaration" | "object_declaration" | "companion_object" | "type_alias" if nests => {
                    open.push((member, Some(index)));
                }
                "enum_entry" => {
                    let name = identifier(member).map(|name| self.text(name).to_owned());
                    self.shape.definitions[index].constants.extend(name);
                }
                _ if apart => open.push((member, Some(index))),
                _ => {}
            }
        }
    }

    /// False for an object that other code may call through what it implements.
    fn may_be_taken_apart(&self, object: &Definition) -> bool {
        let harmless = |start: &usize| {
            let rest = self.text.get(*start..).unwrap_or_default();
            let name = rest.split(|c: char| !c.is_alphanumeric() && c != '.').next().unwrap_or_default();
            HARMLESS.iter().any(|end| name.ends_with(end))
        };
        object.supertypes.iter().all(harmless)
    }

    fn is_object(&self, index: Option<usize>) -> bool {
        index.is_some_and(|index| self.shape.definitions[index].kind == Kind::Object)
    }

    /// The class of which `object` is the companion.
    fn class_around(&self, object: usize) -> Option<usize> {
        self.shape.definitions[object].parent.filter(|_| self.companions.contains(&object))
    }

    /// A function or property of the package, or of an object.
    fn member(&mut self, node: Node<'_>, parent: Option<usize>) {
        let names: Vec<String> = match node.kind() {
            "function_declaration" => field(node, "name", self.text).into_iter().map(str::to_owned).collect(),
            _ => variables(node).into_iter().map(|name| self.text(name).to_owned()).collect(),
        };
        // The members of a companion are called like those of its class.
        let around = parent.and_then(|object| self.class_around(object)).or(parent);
        let implicit = parent.is_none() && is_extension(node);
        for name in names {
            let named = self.named(node, &name, around, Kind::Member);
            if let Some(object) = parent {
                self.shape.definitions[object].methods.push(name);
            }
            self.shape.definitions.push(Definition { implicit, parent, ..named });
        }
        self.provide(node);
    }

    fn instance_member(&mut self, node: Node<'_>, parent: usize) {
        match node.kind() {
            "function_declaration" => {
                let Some(name) = field(node, "name", self.text) else { return };
                self.shape.definitions[parent].members.insert(name.to_owned());
                self.shape.definitions[parent].methods.push(name.to_owned());
            }
            _ => {
                let names: Vec<String> = variables(node).iter().map(|name| self.text(*name).to_owned()).collect();
                self.shape.definitions[parent].members.extend(names);
                if self.annotations(node).iter().any(|name| shape::is_injected(name)) {
                    self.shape.injected.extend(type_spans(node));
                }
            }
        }
        self.provide(node);
    }

    /// Notes what a method makes for a container.
    fn provide(&mut self, node: Node<'_>) {
        if node.kind() == "function_declaration" && self.annotations(node).iter().any(|name| shape::provides(name)) {
            let result = children(node).into_iter().rfind(|child| is_type(*child));
            self.shape.provided.extend(result.map(|result| result.byte_range()));
            let parameters = children(node).into_iter().find(|child| child.kind() == "function_value_parameters");
            self.shape.injected.extend(parameters.map(|parameters| parameters.byte_range()));
        }
    }

    /// Notes what a container fills in when it makes the class.
    fn inject(&mut self, class: Node<'_>, managed: bool) {
        let Some(constructor) = children(class).into_iter().find(|child| child.kind() == "primary_constructor") else {
            return;
        };
        if managed || self.annotations(constructor).iter().any(|name| shape::is_injected(name)) {
            self.shape.injected.push(constructor.byte_range());
        }
    }

    fn parameters<'n>(&self, class: Node<'n>) -> Vec<Node<'n>> {
        let constructor = children(class).into_iter().filter(|child| child.kind() == "primary_constructor");
        let lists = constructor.flat_map(children).filter(|child| child.kind() == "class_parameters");
        lists.flat_map(children).filter(|child| child.kind() == "class_parameter").collect()
    }

    fn modifiers<'n>(&self, node: Node<'n>) -> Vec<Node<'n>> {
        children(node).into_iter().filter(|child| child.kind() == "modifiers").flat_map(children).collect()
    }

    /// The simple names of the annotations of a declaration.
    fn annotations(&self, node: Node<'_>) -> Vec<&'t str> {
        let annotations = self.modifiers(node).into_iter().filter(|modifier| modifier.kind() == "annotation");
        let name = |annotation: Node<'_>| {
            let text = syntax::text(annotation, self.text).trim_start_matches('@');
            let text = text.rsplit_once(':').filter(|(site, _)| !site.contains('(')).map_or(text, |(_, name)| name);
            text.split(['(', '<']).next()?.trim().rsplit('.').next()
        };
        annotations.filter_map(name).collect()
    }
}

fn identifier(node: Node<'_>) -> Option<Node<'_>> {
    children(node).into_iter().find(|child| child.kind() == "identifier")
}

fn is_type(node: Node<'_>) -> bool {
    matches!(node.kind(), "user_type" | "nullable_type" | "non_nullable_type" | "parenthesized_type" | "function_type")
}

fn type_spans(property: Node<'_>) -> Vec<Range<usize>> {
    let declarations = children(property).into_iter().filter(|child| child.kind() == "variable_declaration");
    declarations.flat_map(children).filter(|child| is_type(*child)).map(|child| child.byte_range()).collect()
}

/// The names that a property declaration declares.
fn variables(node: Node<'_>) -> Vec<Node<'_>> {
    let mut names = Vec::new();
    for child in children(node) {
        match child.kind() {
            "variable_declaration" => names.extend(identifier(child)),
            "multi_variable_declaration" => names.extend(children(child).into_iter().filter_map(identifier)),
            _ => {}
        }
    }
    names
}

/// True for a function or property with a receiver: `fun Order.total()`.
fn is_extension(node: Node<'_>) -> bool {
    let mut cursor = node.walk();
    let parts: Vec<Node<'_>> = node.children(&mut cursor).collect();
    let name = parts
        .iter()
        .position(|part| matches!(part.kind(), "identifier" | "variable_declaration" | "multi_variable_declaration"));
    name.is_some_and(|name| parts[..name].iter().any(|part| part.kind() == "."))
}

/// Where the name of the type of a delegation specifier starts.
fn first_leaf_of_type(mut node: Node<'_>) -> Option<Node<'_>> {
    // No deeper than the grammar nests a name.
    for _ in 0..8 {
        if node.kind() == "identifier" {
            return Some(node);
        }
        node = children(node).into_iter().find(|child| child.kind() != "annotation")?;
    }
    None
}
