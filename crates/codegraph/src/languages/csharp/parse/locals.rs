//! The names that a region of text declares for itself: parameters, variables, type parameters.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::paths::written;
use crate::syntax::{field, text, walk};

/// The names, each with its type where that is written.
pub(super) type Locals<'s> = FxHashMap<&'s str, Option<String>>;

/// What is declared at or below `node`.
pub(super) fn read<'s>(node: Node<'_>, source: &'s str) -> Locals<'s> {
    let mut found = Locals::default();
    let mut kinds: Vec<(usize, String)> = Vec::new();
    walk(node, &mut |node| {
        match node.kind() {
            "variable_declaration" => {
                let kind = node.child_by_field_name("type").filter(|kind| kind.kind() != "implicit_type");
                kinds.extend(kind.map(|kind| (node.end_byte(), written(kind, source))));
            }
            "variable_declarator" if field(node, "name", source).is_some() => {
                kinds.retain(|(end, _)| *end >= node.end_byte());
                let kind = kinds.last().map(|(_, kind)| kind.clone()).or_else(|| created(node, source));
                found.insert(field(node, "name", source).unwrap_or_default(), kind);
            }
            "parameter"
            | "declaration_expression"
            | "declaration_pattern"
            | "recursive_pattern"
            | "catch_declaration" => {
                if let Some(name) = field(node, "name", source) {
                    let kind = node.child_by_field_name("type").map(|kind| written(kind, source));
                    found.insert(name, kind);
                }
            }
            "type_parameter"
            | "local_function_statement"
            | "from_clause"
            | "var_pattern"
            | "list_pattern"
            | "parenthesized_variable_designation"
            | "tuple_pattern" => {
                let mut cursor = node.walk();
                for name in node.children_by_field_name("name", &mut cursor) {
                    found.insert(text(name, source), None);
                }
            }
            "implicit_parameter" => drop(found.insert(text(node, source), None)),
            "foreach_statement" => {
                if let Some(left) = node.child_by_field_name("left").filter(|left| left.kind() == "identifier") {
                    let kind = node.child_by_field_name("type").map(|kind| written(kind, source));
                    found.insert(text(left, source), kind);
                }
            }
            _ => {}
        }
        true
    });
    found
}

/// The type of what `var x = new T()` holds.
fn created(declarator: Node<'_>, source: &str) -> Option<String> {
    let mut cursor = declarator.walk();
    let value = declarator.named_children(&mut cursor).find(|child| child.kind() == "object_creation_expression")?;
    value.child_by_field_name("type").map(|kind| written(kind, source))
}
