//! Paths of names in a tree: `Shop.Money.Total`, `order.Customer`, `global::Shop.Money`.

use tree_sitter::Node;

use crate::syntax::{children, text};

/// What a path begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// The first of its names.
    Name,
    /// `this` or `base`.
    This,
    /// An expression.
    Value,
}

/// A path of names.
pub(super) struct Path<'t, 's> {
    pub(super) head: Head,
    /// The names, in the order of the text; after an expression or `this`, what follows it.
    pub(super) names: Vec<&'s str>,
    /// True behind `global::`.
    pub(super) absolute: bool,
    /// Type arguments, and the expression at its head: they mention things by themselves.
    pub(super) inside: Vec<Node<'t>>,
}

impl Path<'_, '_> {
    /// The names as one.
    pub(super) fn joined(&self) -> String {
        let path = self.names.join(".");
        if self.absolute { format!("global::{path}") } else { path }
    }
}

/// The path that ends with `node`. Does not recurse: a path may be as long as its file.
pub(super) fn read<'t, 's>(node: Node<'t>, source: &'s str) -> Path<'t, 's> {
    let mut path = Path { head: Head::Value, names: Vec::new(), absolute: false, inside: Vec::new() };
    let mut at = Some(node);
    while let Some(node) = at.take() {
        match node.kind() {
            "member_access_expression" | "qualified_name" => {
                if let Some(name) = node.child_by_field_name("name") {
                    path.name(name, source);
                }
                at = node.child_by_field_name("expression").or_else(|| node.child_by_field_name("qualifier"));
            }
            "alias_qualified_name" => {
                if let Some(name) = node.child_by_field_name("name") {
                    path.name(name, source);
                }
                match node.child_by_field_name("alias").map(|alias| text(alias, source)) {
                    Some("global") => path.absolute = true,
                    Some(alias) => path.names.push(alias),
                    None => {}
                }
                path.head = Head::Name;
            }
            "identifier" | "generic_name" => {
                path.name(node, source);
                path.head = Head::Name;
            }
            "this" | "this_expression" | "base" | "base_expression" => path.head = Head::This,
            // `order!.Total()` is `order.Total()`.
            "postfix_unary_expression" if text(node, source).ends_with('!') => at = node.named_child(0),
            _ => path.inside.push(node),
        }
    }
    path.names.reverse();
    if path.names.is_empty() && path.head == Head::Name {
        // What is left of a name where the text has an error.
        path.head = Head::Value;
    }
    path
}

impl<'t, 's> Path<'t, 's> {
    fn name(&mut self, node: Node<'t>, source: &'s str) {
        if node.kind() == "generic_name" {
            for part in children(node) {
                if part.kind() == "identifier" {
                    self.names.push(text(part, source));
                } else {
                    self.inside.push(part);
                }
            }
        } else {
            self.names.push(text(node, source));
        }
    }
}

/// A type as written, without white space.
pub(super) fn written(node: Node<'_>, source: &str) -> String {
    text(node, source).chars().filter(|c| !c.is_whitespace()).collect::<String>().trim_end_matches('?').to_owned()
}
