//! Classes in which functions start: whether their methods can be told apart.
//!
//! Such a method uses what the class has in common (constructors, fields, properties, bases) and the methods that it
//! names. That does not hold where the object is handed on (`this` as a value), or where a base class calls back.

use tree_sitter::Node;

use super::declarations::has;
use crate::{
    languages::csharp::mention::last,
    syntax::{children, field, text, walk},
};

/// Attributes that make a method a function.
pub(super) const MARKS: [&str; 3] = ["Function", "FunctionName", "LambdaFunction"];

/// True if functions start in a class with these members, and its methods can be told apart.
pub(super) fn starts_functions(members: &[Node<'_>], source: &str) -> bool {
    let methods = || members.iter().filter(|member| member.kind() == "method_declaration");
    methods().any(|method| is_marked(*method, source) || takes_context(*method, source))
        && !members.iter().any(|member| hands_on_this(*member))
}

/// True for a method that nobody calls but by its name.
pub(super) fn stands_alone(method: Node<'_>, source: &str) -> bool {
    let explicit = children(method).iter().any(|child| child.kind() == "explicit_interface_specifier");
    !explicit && !has(method, "override", source)
}

/// True for a method with the attribute of a function.
pub(super) fn is_marked(method: Node<'_>, source: &str) -> bool {
    let lists = children(method).into_iter().filter(|child| child.kind() == "attribute_list");
    lists.flat_map(|list| attributes(list, source).collect::<Vec<_>>()).any(|name| MARKS.contains(&name))
}

/// The names of the attributes of a list, without namespaces and the end `Attribute`.
pub(super) fn attributes<'a>(list: Node<'_>, source: &'a str) -> impl Iterator<Item = &'a str> {
    let names = children(list).into_iter().filter_map(|attribute| field(attribute, "name", source)).map(last);
    names.map(|name| name.strip_suffix("Attribute").unwrap_or(name)).collect::<Vec<_>>().into_iter()
}

/// True for a method that Lambda's runtime calls with its context.
fn takes_context(method: Node<'_>, source: &str) -> bool {
    parameters(method).iter().any(|parameter| {
        field(*parameter, "type", source).is_some_and(|kind| last(kind.trim_end_matches('?')) == "ILambdaContext")
    })
}

/// True for a static method whose first parameter is the value that it is called on.
pub(super) fn is_extension(method: Node<'_>, source: &str) -> bool {
    parameters(method).first().is_some_and(|parameter| has(*parameter, "this", source))
}

fn parameters(method: Node<'_>) -> Vec<Node<'_>> {
    let list = method.child_by_field_name("parameters").map(children).unwrap_or_default();
    list.into_iter().filter(|child| child.kind() == "parameter").collect()
}

/// True if a member uses `this` otherwise than to name a member.
fn hands_on_this(member: Node<'_>) -> bool {
    let mut found = false;
    walk(member, &mut |node| {
        let access = node.kind() == "member_access_expression";
        let named = if access { node.child_by_field_name("expression") } else { None };
        let mut cursor = node.walk();
        found |= node
            .children(&mut cursor)
            .any(|child| matches!(child.kind(), "this" | "this_expression") && Some(child) != named)
            && node.kind() != "modifier"
            && node.kind() != "constructor_initializer";
        !found
    });
    found
}

/// The text of a node, if it is a literal string.
pub(super) fn literal<'a>(node: Node<'_>, source: &'a str) -> Option<&'a str> {
    (node.kind() == "string_literal").then(|| text(node, source).trim_matches('"'))
}
