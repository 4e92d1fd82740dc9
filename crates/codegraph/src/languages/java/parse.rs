//! What a Java file declares. The only file for Java that knows its grammar.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;
use tree_sitter::{Node, Tree};

use crate::{
    jvm::{
        self, Dialect,
        shape::{self, Brought, Definition, Kind, Shape},
        tokens::{self, Leaf},
    },
    language::FileFacts,
    syntax::{self, ByKind, Nodes, children, field},
};

/// What mentions something.
static LEAVES: LazyLock<ByKind<Leaf>> = LazyLock::new(|| {
    tokens::leaves(
        &tree_sitter_java::LANGUAGE.into(),
        &["import_declaration", "package_declaration", "module_declaration"],
    )
});

/// What one file says.
pub(super) fn facts(text: &str) -> FileFacts {
    let tree = match syntax::parse(&tree_sitter_java::LANGUAGE.into(), text) {
        Ok(tree) => tree,
        Err(why) => return FileFacts { error: Some((0..0, why)), ..FileFacts::default() },
    };
    let nodes = Nodes::of(&tree);
    let shape = read(&tree, &nodes, text);
    let paths = tokens::paths(&nodes, text, &LEAVES, &shape.declared);
    FileFacts { error: syntax::first_error(&tree), ..jvm::facts(Dialect::Java, text, shape, &paths) }
}

fn read(tree: &Tree, nodes: &Nodes<'_>, text: &str) -> Shape {
    let mut reader = Reader { text, shape: Shape::default() };
    reader.names(tree.root_node(), nodes);
    reader.file(tree.root_node());
    reader.shape
}

struct Reader<'t> {
    text: &'t str,
    shape: Shape,
}

impl<'t> Reader<'t> {
    fn text(&self, node: Node<'_>) -> &'t str {
        syntax::text(node, self.text)
    }

    /// Notes names that are declared, and where those of variables are known.
    fn names<'n>(&mut self, root: Node<'n>, nodes: &Nodes<'n>) {
        let mut scopes: Vec<Node<'n>> = vec![root];
        nodes.walk(&mut |node| {
            while scopes.len() > 1 && scopes.last().is_some_and(|scope| scope.end_byte() <= node.start_byte()) {
                scopes.pop();
            }
            let scope = scopes.last().map(Node::byte_range).unwrap_or_default();
            match node.kind() {
                "field_declaration" | "constant_declaration" => {
                    let mut cursor = node.walk();
                    let fields = node.children_by_field_name("declarator", &mut cursor);
                    let names = fields.filter_map(|declarator| declarator.child_by_field_name("name"));
                    self.shape.declared.extend(names.map(|name| name.start_byte()));
                }
                "variable_declarator"
                | "formal_parameter"
                | "catch_formal_parameter"
                | "resource"
                | "enhanced_for_statement"
                | "instanceof_expression" => {
                    // Fields are known as such already.
                    let name = node.child_by_field_name("name");
                    if let Some(name) = name.filter(|name| !self.shape.declared.contains(&name.start_byte())) {
                        self.local(name, scope);
                    }
                }
                "type_pattern" | "record_pattern_component" => {
                    let name = children(node).into_iter().rev().find(|child| child.kind() == "identifier");
                    name.into_iter().for_each(|name| self.local(name, scope.clone()));
                }
                "inferred_parameters" => {
                    children(node).into_iter().for_each(|name| self.local(name, scope.clone()));
                }
                "lambda_expression" => {
                    let name = node.child_by_field_name("parameters").filter(|child| child.kind() == "identifier");
                    name.into_iter().for_each(|name| self.local(name, node.byte_range()));
                    scopes.push(node);
                }
                kind if kind.ends_with("_declaration") => {
                    if let Some(name) = node.child_by_field_name("name") {
                        self.shape.declared.insert(name.start_byte());
                    }
                    if kind != "local_variable_declaration" {
                        scopes.push(node);
                    }
                }
                "static_initializer" => scopes.push(node),
                "enum_constant" | "element_value_pair" => {
                    self.shape.declared.extend(node.named_child(0).map(|name| name.start_byte()));
                    let name = node.child_by_field_name("name");
                    self.shape.declared.extend(name.map(|name| name.start_byte()));
                }
                _ => {}
            }
            true
        });
    }

    fn local(&mut self, name: Node<'_>, scope: std::ops::Range<usize>) {
        self.shape.declared.insert(name.start_byte());
        self.shape.locals.add(self.text(name), scope);
    }

    fn file(&mut self, root: Node<'_>) {
        for node in children(root) {
            match node.kind() {
                "package_declaration" => {
                    let name = children(node).into_iter().find(|child| child.kind().ends_with("identifier"));
                    self.shape.package = name.map(|name| squeezed(self.text(name))).unwrap_or_default();
                }
                "import_declaration" => self.import(node),
                _ => self.types(node),
            }
        }
    }

    fn import(&mut self, node: Node<'_>) {
        let parts = children(node);
        let Some(name) = parts.iter().find(|child| child.kind().ends_with("identifier")) else { return };
        let path: Vec<String> = squeezed(self.text(*name)).split('.').map(str::to_owned).collect();
        let star = parts.iter().any(|child| child.kind() == "asterisk");
        let name = if star { String::new() } else { path.last().cloned().unwrap_or_default() };
        self.shape.imports.push(Brought { path, name, star, span: node.byte_range() });
    }

    /// The type that `node` declares, and those inside of it.
    fn types(&mut self, node: Node<'_>) {
        let mut open = vec![(node, None)];
        while let Some((node, parent)) = open.pop() {
            let Some(index) = self.type_definition(node, parent) else { continue };
            let Some(body) = node.child_by_field_name("body") else { continue };
            let mut members = children(body);
            if let Some(more) = members.iter().find(|member| member.kind() == "enum_body_declarations").copied() {
                members.extend(children(more));
            }
            for member in members {
                if is_type(member) && self.shape.definitions[index].may_nest() {
                    open.push((member, Some(index)));
                } else {
                    self.member(member, index, node.kind());
                }
            }
        }
    }

    fn type_definition(&mut self, node: Node<'_>, parent: Option<usize>) -> Option<usize> {
        if !is_type(node) {
            return None;
        }
        let name = field(node, "name", self.text)?;
        let annotations = self.annotations(node);
        let nested = parent.map(|parent| &self.shape.definitions[parent]);
        let in_class = nested.is_some();
        let name = nested.map_or_else(|| name.to_owned(), |outer| format!("{}.{name}", outer.name));
        let managed = annotations.iter().any(|name| shape::is_managed(name));
        self.shape.generated |= parent.is_none() && annotations.iter().any(|name| shape::is_generated(name));
        let definition = Definition {
            name,
            span: node.byte_range(),
            parent,
            supertypes: self.supertypes(node),
            inner: in_class
                && node.kind() == "class_declaration"
                && node.parent().is_some_and(|body| body.kind() == "class_body")
                && !self.has_modifier(node, "static"),
            managed,
            scans: annotations.iter().any(|name| shape::scans(name)),
            ..Definition::default()
        };
        self.shape.definitions.push(definition);
        Some(self.shape.definitions.len() - 1)
    }

    /// Where the names of the types start that a type extends or implements.
    fn supertypes(&self, node: Node<'_>) -> Vec<usize> {
        let clauses = children(node)
            .into_iter()
            .filter(|child| matches!(child.kind(), "superclass" | "super_interfaces" | "extends_interfaces"));
        let types = clauses.flat_map(children).flat_map(|child| match child.kind() {
            "type_list" | "interface_type_list" => children(child),
            _ => vec![child],
        });
        types.map(|named| named.start_byte()).collect()
    }

    fn member(&mut self, node: Node<'_>, parent: usize, around: &str) {
        let is_static = self.has_modifier(node, "static");
        let outer = self.shape.definitions[parent].name.clone();
        let managed = self.shape.definitions[parent].managed;
        let define = |shape: &mut Shape, name: &str, kind| {
            let name = format!("{outer}.{name}");
            let span = node.byte_range();
            shape.definitions.push(Definition { name, span, kind, parent: Some(parent), ..Definition::default() });
        };
        match node.kind() {
            "method_declaration" | "annotation_type_element_declaration" => {
                let Some(name) = field(node, "name", self.text) else { return };
                let annotations = self.annotations(node);
                if annotations.iter().any(|name| shape::provides(name)) {
                    self.shape.provided.extend(node.child_by_field_name("type").map(|made| made.byte_range()));
                    self.inject(node);
                } else if annotations.iter().any(|name| shape::is_injected(name)) {
                    self.inject(node);
                }
                self.shape.definitions[parent].methods.push(name.to_owned());
                if is_static {
                    define(&mut self.shape, name, Kind::Member);
                } else {
                    self.shape.definitions[parent].members.insert(name.to_owned());
                }
            }
            "field_declaration" | "constant_declaration" => {
                let constant = around == "interface_declaration" || around == "annotation_type_declaration";
                if self.annotations(node).iter().any(|name| shape::is_injected(name)) {
                    self.shape.injected.extend(node.child_by_field_name("type").map(|of| of.byte_range()));
                }
                let mut cursor = node.walk();
                let declarators: Vec<_> = node.children_by_field_name("declarator", &mut cursor).collect();
                for name in declarators.into_iter().filter_map(|declarator| field(declarator, "name", self.text)) {
                    if is_static || constant {
                        define(&mut self.shape, name, Kind::Member);
                    } else {
                        self.shape.definitions[parent].members.insert(name.to_owned());
                    }
                }
            }
            "enum_constant" => {
                let name = field(node, "name", self.text).unwrap_or_default().to_owned();
                self.shape.definitions[parent].constants.push(name);
            }
            "static_initializer" => define(&mut self.shape, "static", Kind::Initialiser),
            "constructor_declaration" => {
                let injected = self.annotations(node).iter().any(|name| shape::is_injected(name));
                if injected || managed {
                    self.inject(node);
                }
            }
            _ => {}
        }
    }

    /// A container fills in the parameters of `node`.
    fn inject(&mut self, node: Node<'_>) {
        self.shape.injected.extend(node.child_by_field_name("parameters").map(|parameters| parameters.byte_range()));
    }

    fn modifiers<'n>(&self, node: Node<'n>) -> Vec<Node<'n>> {
        let list = children(node).into_iter().find(|child| child.kind() == "modifiers");
        let Some(list) = list else { return Vec::new() };
        let mut cursor = list.walk();
        list.children(&mut cursor).collect()
    }

    fn has_modifier(&self, node: Node<'_>, modifier: &str) -> bool {
        self.modifiers(node).iter().any(|found| found.kind() == modifier)
    }

    /// The simple names of the annotations of a declaration.
    fn annotations(&self, node: Node<'_>) -> FxHashSet<&'t str> {
        let names = self.modifiers(node).into_iter().filter_map(|modifier| field(modifier, "name", self.text));
        names.filter_map(|name| name.rsplit('.').next()).map(str::trim).collect()
    }
}

fn is_type(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "class_declaration"
            | "interface_declaration"
            | "enum_declaration"
            | "record_declaration"
            | "annotation_type_declaration"
    )
}

/// A dotted name without the white space in it.
fn squeezed(name: &str) -> String {
    name.split_whitespace().collect()
}
