//! What a Scala file declares. With `imports`, the only file for Scala that knows its grammar.

mod imports;

use std::sync::LazyLock;

use tree_sitter::{Node, Tree};

use crate::{
    jvm::{
        self, Dialect,
        shape::{self, Definition, Kind, Shape},
        tokens::{self, Leaf},
    },
    language::FileFacts,
    syntax::{self, ByKind, Nodes, children, field},
};

/// What mentions something.
static LEAVES: LazyLock<ByKind<Leaf>> = LazyLock::new(|| {
    tokens::leaves(&tree_sitter_scala::LANGUAGE.into(), &["import_declaration", "package_identifier"])
});

/// What the names of a file are told by.
static NAMES: LazyLock<ByKind<Naming>> = LazyLock::new(|| ByKind::of(&tree_sitter_scala::LANGUAGE.into(), Naming::of));

/// What the kind of a node says of names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Naming {
    Import,
    /// Variables are known in it; those in the body of a type are none.
    Scope,
    Body,
    Case,
    /// A name is declared, and variables are known in it.
    Function,
    Declared,
    Lambda,
    Parameter,
    Value,
    Enumerator,
    #[default]
    Nothing,
}

impl Naming {
    fn of(kind: &str, _: bool) -> Self {
        match kind {
            "import_declaration" => Self::Import,
            "template_body" | "enum_body" => Self::Body,
            "block" | "indented_block" | "for_expression" => Self::Scope,
            "case_clause" => Self::Case,
            "function_definition" | "function_declaration" | "extension_definition" | "given_definition" => {
                Self::Function
            }
            "class_definition" | "trait_definition" | "object_definition" | "enum_definition" | "package_object"
            | "type_definition" | "full_enum_case" | "simple_enum_case" | "class_parameter" => Self::Declared,
            "lambda_expression" => Self::Lambda,
            "parameter" | "binding" => Self::Parameter,
            "val_definition" | "var_definition" => Self::Value,
            "enumerator" => Self::Enumerator,
            _ => Self::Nothing,
        }
    }
}

/// Supertypes that call nothing of the object that has them.
const HARMLESS: [&str; 4] = ["Logging", "Logger", "Serializable", "App"];

/// What one file says.
pub(super) fn facts(text: &str) -> FileFacts {
    let tree = match syntax::parse(&tree_sitter_scala::LANGUAGE.into(), text) {
        Ok(tree) => tree,
        Err(why) => return FileFacts { error: Some((0..0, why)), ..FileFacts::default() },
    };
    let nodes = Nodes::of(&tree);
    let shape = read(&tree, &nodes, text);
    let paths = tokens::paths(&nodes, text, &LEAVES, &shape.declared);
    FileFacts { error: syntax::first_error(&tree), ..jvm::facts(Dialect::Scala, text, shape, &paths) }
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
        syntax::text(node, self.text).trim_matches('`')
    }

    /// Notes imports, names that are declared, and where those of variables are known.
    fn names<'n>(&mut self, root: Node<'n>, nodes: &Nodes<'n>) {
        // Each with whether what is defined in it is no variable.
        let whole = (root, root.kind() == "compilation_unit");
        let mut scopes: Vec<(Node<'n>, bool)> = vec![whole];
        nodes.walk(&mut |node| {
            let naming = NAMES.get(&node);
            if naming == Naming::Nothing {
                return true;
            }
            while scopes.len() > 1 && scopes.last().is_some_and(|(scope, _)| scope.end_byte() <= node.start_byte()) {
                scopes.pop();
            }
            let (scope, is_body) = scopes.last().copied().unwrap_or(whole);
            match naming {
                Naming::Import => {
                    imports::read(node, self.text, &mut self.shape.imports);
                    return false;
                }
                Naming::Body => scopes.push((node, true)),
                Naming::Scope => scopes.push((node, false)),
                Naming::Case => {
                    scopes.push((node, false));
                    for name in self.bound(node.child_by_field_name("pattern")) {
                        self.local(name, node);
                    }
                }
                Naming::Function => {
                    self.declare(node.child_by_field_name("name"));
                    scopes.push((node, false));
                }
                Naming::Declared => self.declare(node.child_by_field_name("name")),
                Naming::Lambda => {
                    let name = node.child_by_field_name("parameters").filter(|child| child.kind() == "identifier");
                    name.into_iter().for_each(|name| self.local(name, node));
                    scopes.push((node, false));
                }
                Naming::Parameter => {
                    let name = node.child_by_field_name("name");
                    name.into_iter().for_each(|name| self.local(name, scope));
                }
                Naming::Value => {
                    for name in self.bound(node.child_by_field_name("pattern")) {
                        if is_body { self.declare(Some(name)) } else { self.local(name, scope) }
                    }
                }
                Naming::Enumerator => {
                    for name in self.bound(node.named_child(0)) {
                        self.local(name, scope);
                    }
                }
                Naming::Nothing => {}
            }
            true
        });
    }

    fn declare(&mut self, name: Option<Node<'_>>) {
        self.shape.declared.extend(name.map(|name| name.start_byte()));
    }

    fn local(&mut self, name: Node<'_>, scope: Node<'_>) {
        self.shape.declared.insert(name.start_byte());
        self.shape.locals.add(self.text(name), scope.byte_range());
    }

    /// The variables that a pattern binds.
    fn bound<'n>(&self, pattern: Option<Node<'n>>) -> Vec<Node<'n>> {
        let mut names = Vec::new();
        let Some(pattern) = pattern else { return names };
        syntax::walk(pattern, &mut |node| {
            let lower = || self.text(node).starts_with(|first: char| first.is_lowercase());
            if node.kind() == "identifier" && lower() {
                names.push(node);
            }
            !matches!(node.kind(), "stable_identifier" | "stable_type_identifier" | "interpolation")
        });
        names
    }

    fn file(&mut self, root: Node<'_>) {
        let mut packages: Vec<String> = Vec::new();
        let mut open: Vec<Node<'_>> = children(root).into_iter().rev().collect();
        while let Some(node) = open.pop() {
            match node.kind() {
                "package_clause" => {
                    let name: String = field(node, "name", self.text).unwrap_or_default().split_whitespace().collect();
                    let around = packages.last().map(|around| format!("{around}.")).unwrap_or_default();
                    packages.push(around + &name);
                    if let Some(body) = node.child_by_field_name("body") {
                        open.extend(children(body).into_iter().rev());
                    }
                }
                _ => self.definitions(node),
            }
        }
        self.shape.package = packages.pop().unwrap_or_default();
        self.shape.around = packages.into_iter().rev().collect();
    }

    /// What `node` declares, and what is inside of it.
    fn definitions(&mut self, node: Node<'_>) {
        let mut open = vec![(node, None)];
        while let Some((node, parent)) = open.pop() {
            match node.kind() {
                "class_definition" | "trait_definition" | "enum_definition" => {
                    self.type_definition(node, parent, Kind::Type, &mut open);
                }
                "object_definition" | "package_object" => {
                    self.type_definition(node, parent, Kind::Object, &mut open);
                }
                "type_definition" => {
                    let name = field(node, "name", self.text).unwrap_or_default().to_owned();
                    self.define(node, node, &name, parent, Kind::Type);
                }
                "extension_definition" => {
                    for function in children(node) {
                        if let ("function_definition", Some(name)) =
                            (function.kind(), field(function, "name", self.text))
                        {
                            let index = self.define(node, function, name, parent, Kind::Member);
                            self.shape.definitions[index].implicit = true;
                        }
                    }
                }
                kind if is_member(kind) => {
                    for name in self.member_names(node) {
                        self.define(node, node, &name, parent, Kind::Member);
                    }
                }
                // Statements in an object run when it is first touched.
                _ if parent.is_some() && !node.kind().contains("comment") && node.kind() != "self_type" => {
                    self.define(node, node, "init", parent, Kind::Initialiser);
                }
                _ => {}
            }
        }
    }

    fn define(&mut self, whole: Node<'_>, said: Node<'_>, name: &str, parent: Option<usize>, kind: Kind) -> usize {
        let outer = parent.map(|parent| format!("{}.", self.shape.definitions[parent].name)).unwrap_or_default();
        if let Some(parent) = parent.filter(|_| kind == Kind::Member) {
            self.shape.definitions[parent].methods.push(name.to_owned());
        }
        self.shape.definitions.push(Definition {
            name: format!("{outer}{}", name.trim_matches('`')),
            span: whole.byte_range(),
            kind,
            parent,
            implicit: self.is_implicit(said),
            ..Definition::default()
        });
        self.shape.definitions.len() - 1
    }

    fn type_definition<'n>(
        &mut self,
        node: Node<'n>,
        parent: Option<usize>,
        kind: Kind,
        open: &mut Vec<(Node<'n>, Option<usize>)>,
    ) {
        let Some(name) = field(node, "name", self.text) else { return };
        let annotations = self.annotations(node);
        let in_class = parent.is_some_and(|parent| self.shape.definitions[parent].kind == Kind::Type);
        let index = self.define(node, node, name, parent, kind);
        let supertypes = supertypes(node);
        let harmless = |start: &usize| {
            let rest = self.text.get(*start..).unwrap_or_default();
            let name = rest.split(|c: char| !c.is_alphanumeric() && c != '.').next().unwrap_or_default();
            HARMLESS.iter().any(|end| name.ends_with(end))
        };
        // What other code may call through what an object implements cannot be told apart.
        let apart = kind == Kind::Object && supertypes.iter().all(harmless);
        if annotations.contains(&"Inject") || annotations.iter().any(|name| shape::is_managed(name)) {
            let mut cursor = node.walk();
            let parameters = node.children_by_field_name("class_parameters", &mut cursor);
            self.shape.injected.extend(parameters.map(|parameters| parameters.byte_range()));
        }
        let definition = &mut self.shape.definitions[index];
        definition.supertypes = supertypes;
        definition.inner = in_class;
        definition.managed = annotations.iter().any(|name| shape::is_managed(name));
        let nests = definition.may_nest();
        for parameter in class_parameters(node) {
            let name = field(parameter, "name", self.text).unwrap_or_default().to_owned();
            self.shape.definitions[index].members.insert(name);
        }
        let Some(body) = node.child_by_field_name("body") else { return };
        for member in children(body) {
            if is_type(member.kind()) && nests || apart {
                open.push((member, Some(index)));
            } else if member.kind() == "enum_case_definitions" {
                let names = children(member).into_iter().filter_map(|case| field(case, "name", self.text));
                self.shape.definitions[index].constants.extend(names.map(str::to_owned));
            } else if is_member(member.kind()) {
                let names = self.member_names(member);
                self.shape.definitions[index].methods.extend(names.iter().cloned());
                self.shape.definitions[index].members.extend(names);
            }
        }
    }

    /// The names that a member has: several for `val (a, b) = …`.
    fn member_names(&self, node: Node<'_>) -> Vec<String> {
        match node.kind() {
            "val_definition" | "var_definition" => {
                let pattern = node.child_by_field_name("pattern");
                match pattern.filter(|pattern| pattern.kind() == "identifier") {
                    Some(name) => vec![self.text(name).to_owned()],
                    None => self.bound(pattern).into_iter().map(|name| self.text(name).to_owned()).collect(),
                }
            }
            "given_definition" => {
                let made = field(node, "return_type", self.text).unwrap_or_default();
                let named = field(node, "name", self.text).map(str::to_owned);
                vec![named.unwrap_or_else(|| format!("given {}", made.split_whitespace().collect::<String>()))]
            }
            _ => field(node, "name", self.text).into_iter().map(|name| name.trim_matches('`').to_owned()).collect(),
        }
    }

    fn is_implicit(&self, node: Node<'_>) -> bool {
        let modifiers = children(node).into_iter().filter(|child| child.kind() == "modifiers");
        let words = modifiers.flat_map(|modifiers| self.text(modifiers).split_whitespace().collect::<Vec<_>>());
        node.kind() == "given_definition" || words.into_iter().any(|word| word == "implicit")
    }

    /// The simple names of the annotations of a definition.
    fn annotations(&self, node: Node<'_>) -> Vec<&'t str> {
        let annotations = children(node).into_iter().filter(|child| child.kind() == "annotation");
        annotations.filter_map(|annotation| field(annotation, "name", self.text)?.rsplit('.').next()).collect()
    }
}

fn is_type(kind: &str) -> bool {
    matches!(kind, "class_definition" | "trait_definition" | "enum_definition" | "object_definition")
}

fn is_member(kind: &str) -> bool {
    matches!(
        kind,
        "function_definition"
            | "function_declaration"
            | "val_definition"
            | "var_definition"
            | "val_declaration"
            | "var_declaration"
            | "given_definition"
    )
}

fn class_parameters(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    let lists: Vec<Node<'_>> = node.children_by_field_name("class_parameters", &mut cursor).collect();
    lists.into_iter().flat_map(children).filter(|child| child.kind() == "class_parameter").collect()
}

/// Where the names of the types start that a definition extends.
fn supertypes(node: Node<'_>) -> Vec<usize> {
    let Some(clause) = node.child_by_field_name("extend") else { return Vec::new() };
    let mut cursor = clause.walk();
    let types = clause.children_by_field_name("type", &mut cursor).filter(Node::is_named);
    // `A with B` is one node in some places.
    types
        .flat_map(|of| if of.kind() == "compound_type" { children(of) } else { vec![of] })
        .map(|of| of.start_byte())
        .collect()
}
