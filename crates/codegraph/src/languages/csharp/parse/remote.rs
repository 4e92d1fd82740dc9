//! Calls of functions and state machines by the AWS SDK for .NET: a call is where its request is made.

use lockstep_model::{
    RemoteCallKind::{self, Function, StateMachine},
    RemoteTarget,
};
use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::paths;
use crate::{
    languages::csharp::mention::last,
    remote::{RemoteCallSite, joined, waits},
    syntax::{children, field, text, walk},
};

/// Requests: the property that says what is called, the kind, and whether the caller waits if nothing else is said.
const REQUESTS: [(&str, &str, RemoteCallKind, bool); 4] = [
    ("InvokeRequest", "FunctionName", Function, true),
    ("InvokeAsyncRequest", "FunctionName", Function, false),
    ("StartExecutionRequest", "StateMachineArn", StateMachine, false),
    ("StartSyncExecutionRequest", "StateMachineArn", StateMachine, true),
];

/// How many names are followed to a value, one through the other, and how deep a text is put together.
const DEEPEST: usize = 8;

/// What names are given, anywhere in the file; none for those that are given several things.
type Values<'t, 's> = FxHashMap<&'s str, Option<Node<'t>>>;

/// The calls below `root`, in the order of the text.
pub(super) fn read<'t, 's>(root: Node<'t>, source: &'s str) -> Vec<RemoteCallSite> {
    if !REQUESTS.iter().any(|(request, ..)| source.contains(request)) {
        return Vec::new();
    }
    let mut values = Values::default();
    let mut requests = Vec::new();
    let mut give = |name: Option<&'s str>, value: Option<Node<'t>>| {
        if let Some((name, value)) = name.zip(value) {
            values.entry(name).and_modify(|known| *known = None).or_insert(Some(value));
        }
    };
    walk(root, &mut |node| {
        match node.kind() {
            "variable_declarator" => {
                let value = children(node).into_iter().skip(1).next_back();
                give(field(node, "name", source), value);
            }
            "property_declaration" => give(field(node, "name", source), node.child_by_field_name("value")),
            "assignment_expression" => {
                let left = node.child_by_field_name("left").map(|left| paths::read(left, source).names);
                let name = left.and_then(|names| names.last().copied()).filter(|name| !is_property(name));
                give(name, node.child_by_field_name("right"));
            }
            "object_creation_expression" => requests.push(node),
            _ => {}
        }
        true
    });
    requests.into_iter().filter_map(|request| call(request, &values, source)).collect()
}

fn is_property(name: &str) -> bool {
    name == "InvocationType" || REQUESTS.iter().any(|(_, property, ..)| *property == name)
}

fn call(request: Node<'_>, values: &Values<'_, '_>, source: &str) -> Option<RemoteCallSite> {
    let made = last(field(request, "type", source)?);
    let (_, property, kind, usually) = REQUESTS.iter().find(|(name, ..)| *name == made)?;
    let assigned = request.child_by_field_name("initializer").map(children).unwrap_or_default();
    let value = |property: &str| {
        let is_it = |node: &&Node<'_>| field(**node, "left", source) == Some(property);
        assigned.iter().find(is_it).and_then(|node| node.child_by_field_name("right"))
    };
    let said = value("InvocationType").map(|kind| last(text(kind, source)));
    let target = value(property).map_or(RemoteTarget::Unknown, |value| target(value, values, source, 0));
    Some(RemoteCallSite {
        span: request.byte_range(),
        kind: *kind,
        target,
        waits: if said.is_some() { waits(said) } else { Some(*usually) },
    })
}

/// What a value says, as far as it is text or a variable of the environment.
fn target(node: Node<'_>, values: &Values<'_, '_>, source: &str, depth: usize) -> RemoteTarget {
    if depth > DEEPEST {
        return RemoteTarget::Unknown;
    }
    let inner = |node: Node<'_>| target(node, values, source, depth + 1);
    match node.kind() {
        "string_literal" => RemoteTarget::Text(text(node, source).trim_matches('"').to_owned()),
        "interpolated_string_expression" => joined(children(node).into_iter().filter_map(|part| match part.kind() {
            "string_content" => Some(RemoteTarget::Text(text(part, source).to_owned())),
            "interpolation" => {
                let value = children(part).into_iter().find(|node| node.kind() != "interpolation_brace");
                Some(value.map_or(RemoteTarget::Unknown, inner))
            }
            _ => None,
        })),
        "binary_expression" => match field(node, "operator", source) {
            Some("+") => {
                joined(["left", "right"].into_iter().filter_map(|side| node.child_by_field_name(side)).map(inner))
            }
            // `Environment.GetEnvironmentVariable("X") ?? "fallback"`
            Some("??") => node.child_by_field_name("left").map_or(RemoteTarget::Unknown, inner),
            _ => RemoteTarget::Unknown,
        },
        "invocation_expression" => variable(node, source).unwrap_or(RemoteTarget::Unknown),
        "parenthesized_expression" | "postfix_unary_expression" => {
            node.named_child(0).map_or(RemoteTarget::Unknown, inner)
        }
        "identifier" | "member_access_expression" => {
            let name = paths::read(node, source).names.last().copied().unwrap_or_default();
            values.get(name).copied().flatten().map_or(RemoteTarget::Unknown, inner)
        }
        _ => RemoteTarget::Unknown,
    }
}

/// `Environment.GetEnvironmentVariable("PAY_FUNCTION")`
fn variable(call: Node<'_>, source: &str) -> Option<RemoteTarget> {
    let method = last(field(call, "function", source)?);
    let argument = call.child_by_field_name("arguments").map(children)?.into_iter().next()?;
    let name = super::mentions::literal_argument(argument, source)?;
    (method == "GetEnvironmentVariable").then(|| RemoteTarget::Environment(name.to_owned(), String::new()))
}
