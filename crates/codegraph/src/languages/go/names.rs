//! The names that a Go definition mentions and does not bind itself: what it takes from elsewhere.
//!
//! Scopes are followed as the compiler does, so that a variable called like a package, or like a definition of it, is
//! told apart from that. Nothing recurses: a tree may be as deep as its text is long.

use std::{collections::BTreeMap, ops::Range};

use rustc_hash::FxHashMap;
use tree_sitter::{Node, TreeCursor};

use crate::syntax;

/// What is mentioned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mention {
    /// `total`: of the package, of one that is imported with a dot, or predeclared.
    Name(String),
    /// `money.Total`: of an import, or a part of what the package calls `money`.
    Member(String, String),
    /// `Rate` in `Price{Rate: 2}` or `money.Price{Rate: 2}`: a field if the type before it is a struct.
    Key(String, String),
}

/// Everything that is mentioned, with the first place of each.
pub(super) type Mentions = BTreeMap<Mention, Range<usize>>;

/// Names that the language defines and that nobody gives another meaning.
const PREDECLARED: [&str; 22] = [
    "_",
    "bool",
    "byte",
    "complex128",
    "complex64",
    "error",
    "float32",
    "float64",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "panic",
    "recover",
    "rune",
    "string",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
];

/// Adds what `root` mentions.
pub(super) fn collect(root: Node<'_>, source: &str, into: &mut Mentions) {
    let walker = Walker {
        source,
        scopes: Vec::new(),
        bound: FxHashMap::default(),
        literals: Vec::new(),
        around: Vec::new(),
        found: into,
    };
    walker.walk(root);
}

/// What the keys of a composite literal are.
#[derive(Clone)]
enum Keys {
    /// Expressions: of a map or an array, or of what is not known.
    Expressions,
    /// Fields of a struct.
    Fields,
    /// Fields, if the type of this name is a struct.
    Of(String),
}

/// A composite literal around the place of the walk.
struct Literal<'t> {
    keys: Keys,
    /// The type of its elements, which they need not repeat.
    element: Option<Node<'t>>,
}

struct Walker<'t, 's, 'm> {
    source: &'s str,
    /// The names that each scope around the place binds.
    scopes: Vec<Vec<&'s str>>,
    /// How often a name is bound in them.
    bound: FxHashMap<&'s str, usize>,
    literals: Vec<Literal<'t>>,
    /// The nodes around the place, the innermost last.
    around: Vec<Node<'t>>,
    found: &'m mut Mentions,
}

impl<'t, 's> Walker<'t, 's, '_> {
    fn walk(mut self, root: Node<'t>) {
        let mut cursor: TreeCursor<'t> = root.walk();
        loop {
            let node = cursor.node();
            if self.enter(node, cursor.field_name()) && cursor.goto_first_child() {
                self.around.push(node);
                continue;
            }
            self.leave(node);
            while !self.around.is_empty() && !cursor.goto_next_sibling() {
                cursor.goto_parent();
                self.around.pop();
                self.leave(cursor.node());
            }
            if self.around.is_empty() {
                return;
            }
        }
    }

    /// True if what is below `node` is to be visited.
    fn enter(&mut self, node: Node<'t>, field: Option<&str>) -> bool {
        let parent = self.around.last().copied();
        let above = parent.map_or("", |parent| parent.kind());
        if opens_scope(node.kind()) {
            self.open(node, field, parent);
            return true;
        }
        match node.kind() {
            "identifier" | "type_identifier" => {
                if field != Some("name") || !binds_names(above) {
                    self.mention(node, Mention::Name);
                }
                false
            }
            "expression_list" => match field {
                Some("left") => !parent.is_some_and(declares),
                Some("alias") => false,
                _ => true,
            },
            "selector_expression" => self.selector(node),
            "qualified_type" => {
                if let (Some(package), Some(name)) = (self.child(node, "package"), self.child(node, "name"))
                    && !self.bound.contains_key(package)
                {
                    self.note(Mention::Member(package.to_owned(), name.to_owned()), node);
                }
                false
            }
            "literal_value" => {
                let literal = self.literal(parent, above);
                self.literals.push(literal);
                true
            }
            "literal_element" if field == Some("key") => self.key(node),
            "comment" | "interpreted_string_literal" | "raw_string_literal" | "label_name" => false,
            _ => true,
        }
    }

    fn leave(&mut self, node: Node<'t>) {
        let kind = node.kind();
        if opens_scope(kind) {
            for name in self.scopes.pop().into_iter().flatten() {
                if let Some(count) = self.bound.get_mut(name) {
                    *count -= 1;
                    if *count == 0 {
                        self.bound.remove(name);
                    }
                }
            }
            return;
        }
        match kind {
            "literal_value" => drop(self.literals.pop()),
            "short_var_declaration" => self.bind_list(node, "left"),
            "range_clause" | "receive_statement" if declares(node) => self.bind_list(node, "left"),
            "var_spec" | "const_spec" => self.bind_names(node),
            _ => {}
        }
    }

    fn open(&mut self, node: Node<'t>, field: Option<&str>, parent: Option<Node<'t>>) {
        let kind = node.kind();
        if matches!(kind, "type_spec" | "type_alias")
            && let Some(name) = node.child_by_field_name("name")
        {
            self.bind(name);
        }
        self.scopes.push(Vec::new());
        match kind {
            "function_declaration" | "type_spec" | "type_alias" => self.bind_type_parameters(node),
            "method_declaration" => self.bind_receiver_types(node),
            "block" if field == Some("body") => {
                if let Some(function) = parent.filter(|parent| is_function(parent.kind())) {
                    for list in ["receiver", "parameters", "result"] {
                        self.bind_parameters(function, list);
                    }
                }
            }
            "type_case" | "default_case" => {
                if let Some(switch) = parent.filter(|parent| parent.kind() == "type_switch_statement") {
                    self.bind_list(switch, "alias");
                }
            }
            _ => {}
        }
    }

    fn selector(&mut self, node: Node<'t>) -> bool {
        let operand = node.child_by_field_name("operand").filter(|operand| operand.kind() == "identifier");
        let (Some(operand), Some(name)) = (operand, self.child(node, "field")) else { return true };
        let text = self.text(operand);
        if !self.bound.contains_key(text) {
            self.note(Mention::Member(text.to_owned(), name.to_owned()), node);
        }
        false
    }

    /// A key of a composite literal; true if it is to be visited as an expression.
    fn key(&mut self, node: Node<'t>) -> bool {
        let Some(name) = node.named_child(0).filter(|name| name.kind() == "identifier") else { return true };
        match self.literals.last().map(|literal| literal.keys.clone()) {
            Some(Keys::Fields) => {}
            Some(Keys::Of(of)) => self.mention(name, |name| Mention::Key(of, name)),
            Some(Keys::Expressions) | None => self.mention(name, Mention::Name),
        }
        false
    }

    fn literal(&self, parent: Option<Node<'t>>, above: &str) -> Literal<'t> {
        let said = match above {
            "composite_literal" => parent.and_then(|parent| parent.child_by_field_name("type")),
            _ => self.literals.last().and_then(|literal| literal.element),
        };
        said.map_or(Literal { keys: Keys::Expressions, element: None }, |said| self.literal_of(said))
    }

    fn literal_of(&self, mut ty: Node<'t>) -> Literal<'t> {
        for _ in 0..8 {
            let inner = match ty.kind() {
                "pointer_type" | "parenthesized_type" => ty.named_child(0),
                "generic_type" => ty.child_by_field_name("type"),
                _ => None,
            };
            match inner {
                Some(inner) => ty = inner,
                None => break,
            }
        }
        let keys = match ty.kind() {
            "struct_type" => Keys::Fields,
            "type_identifier" if !self.bound.contains_key(self.text(ty)) => Keys::Of(self.text(ty).to_owned()),
            "qualified_type" => Keys::Of(self.text(ty).split_whitespace().collect()),
            _ => Keys::Expressions,
        };
        let element = ty.child_by_field_name("element").or_else(|| ty.child_by_field_name("value"));
        Literal { keys, element }
    }

    fn mention(&mut self, node: Node<'t>, of: impl FnOnce(String) -> Mention) {
        let name = self.text(node);
        if !self.bound.contains_key(name) && PREDECLARED.binary_search(&name).is_err() {
            self.note(of(name.to_owned()), node);
        }
    }

    fn note(&mut self, mention: Mention, node: Node<'t>) {
        self.found.entry(mention).or_insert_with(|| node.byte_range());
    }

    fn text(&self, node: Node<'t>) -> &'s str {
        syntax::text(node, self.source)
    }

    fn child(&self, node: Node<'t>, field: &str) -> Option<&'s str> {
        syntax::field(node, field, self.source)
    }

    fn bind(&mut self, name: Node<'t>) {
        let name = self.text(name);
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(name);
            *self.bound.entry(name).or_insert(0) += 1;
        }
    }

    /// Binds the identifiers of a list of expressions.
    fn bind_list(&mut self, node: Node<'t>, field: &str) {
        for name in node.child_by_field_name(field).map(syntax::children).unwrap_or_default() {
            if name.kind() == "identifier" {
                self.bind(name);
            }
        }
    }

    /// Binds what the node itself names.
    fn bind_names(&mut self, node: Node<'t>) {
        let mut cursor = node.walk();
        let names: Vec<Node<'t>> = node.children_by_field_name("name", &mut cursor).collect();
        for name in names.into_iter().filter(|name| name.kind() == "identifier") {
            self.bind(name);
        }
    }

    fn bind_parameters(&mut self, function: Node<'t>, list: &str) {
        let list = function.child_by_field_name(list).filter(|list| list.kind() == "parameter_list");
        for parameter in list.map(syntax::children).unwrap_or_default() {
            self.bind_names(parameter);
        }
    }

    fn bind_type_parameters(&mut self, node: Node<'t>) {
        for parameter in node.child_by_field_name("type_parameters").map(syntax::children).unwrap_or_default() {
            self.bind_names(parameter);
        }
    }

    /// `T` of `func (s *Store[T]) Put()`.
    fn bind_receiver_types(&mut self, method: Node<'t>) {
        let Some(arguments) = receiver(method).and_then(|ty| ty.child_by_field_name("type_arguments")) else { return };
        for argument in syntax::children(arguments) {
            if let Some(name) = argument.named_child(0).filter(|name| name.kind() == "type_identifier") {
                self.bind(name);
            }
        }
    }
}

/// The type that a method belongs to, without its `*`.
pub(super) fn receiver(method: Node<'_>) -> Option<Node<'_>> {
    let list = method.child_by_field_name("receiver")?;
    let mut ty = list.named_child(0)?.child_by_field_name("type")?;
    for _ in 0..4 {
        if matches!(ty.kind(), "pointer_type" | "parenthesized_type") {
            ty = ty.named_child(0)?;
        }
    }
    Some(ty)
}

fn opens_scope(kind: &str) -> bool {
    is_function(kind)
        || matches!(
            kind,
            "block"
                | "communication_case"
                | "default_case"
                | "expression_case"
                | "expression_switch_statement"
                | "for_statement"
                | "if_statement"
                | "type_alias"
                | "type_case"
                | "type_spec"
                | "type_switch_statement"
        )
}

fn is_function(kind: &str) -> bool {
    matches!(kind, "func_literal" | "function_declaration" | "method_declaration")
}

/// True for nodes whose names are new.
fn binds_names(kind: &str) -> bool {
    matches!(
        kind,
        "const_spec"
            | "function_declaration"
            | "parameter_declaration"
            | "type_alias"
            | "type_parameter_declaration"
            | "type_spec"
            | "var_spec"
            | "variadic_parameter_declaration"
    )
}

/// True for what gives names on its left, not only values.
fn declares(node: Node<'_>) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| child.kind() == ":=")
}
