//! State machines: which functions their definitions call.

use std::collections::BTreeSet;

use lockstep_document::Node;

use super::{
    evaluate::World,
    intrinsic::{self, Part, substitution},
    stacks::local,
    template::Resource,
    wiring,
};

/// The properties that hold a definition, or the path of one.
const INLINE: [&str; 3] = ["Definition", "DefinitionString", "DefinitionBody"];

/// The functions that the state machine `resource` of `stack` calls, sorted.
pub(super) fn functions(
    world: &World<'_>,
    stack: usize,
    template: usize,
    resource: &Resource<'_>,
) -> BTreeSet<(usize, String)> {
    let mut found = BTreeSet::new();
    for definition in INLINE.iter().filter_map(|name| resource.property(name)) {
        each_node(definition, &mut |node| found.extend(called(world, stack, node)));
    }
    let substitutions = resource.property("DefinitionSubstitutions");
    for (_, value) in substitutions.into_iter().flat_map(Node::entries) {
        found.extend(wiring::function(world, stack, value));
    }
    let uri = resource.property("DefinitionUri").and_then(|uri| world.literal(stack, uri));
    if let Some(path) = uri.filter(|path| !path.starts_with("s3://")) {
        let folder = world.templates[template].folder();
        let text =
            local(&folder, &path, |path| world.files.is_file(path)).and_then(|path| world.files.text(&path).ok());
        // A definition may also name functions itself, by their ARNs.
        let names = text.iter().flat_map(|text| arns(text)).map(|arn| intrinsic_text(&arn));
        found.extend(names.filter_map(|node| wiring::function(world, stack, &node)));
    }
    found
}

/// The functions that one node of a definition names: by a reference, or inside the text of `!Sub`.
fn called(world: &World<'_>, stack: usize, node: &Node) -> Vec<(usize, String)> {
    let Some(call) = intrinsic::call(node) else {
        let arns = node.as_str().map(arns).unwrap_or_default();
        return arns.iter().filter_map(|arn| wiring::function(world, stack, &intrinsic_text(arn))).collect();
    };
    match call.name {
        "Ref" | "GetAtt" => wiring::function(world, stack, node).into_iter().collect(),
        "Sub" => {
            let (text, variables) = match call.argument.items() {
                [text, variables] => (text, Some(variables)),
                _ => (call.argument, None),
            };
            let text = text.as_str().unwrap_or_default();
            let parts = substitution(text);
            let names = parts.iter().filter_map(|part| match part {
                Part::Name(name) => Some(*name),
                Part::Text(_) => None,
            });
            names
                .filter_map(|name| match variables.and_then(|variables| variables.get(name)) {
                    Some(value) => wiring::function(world, stack, value),
                    None => {
                        let id = name.split('.').next()?;
                        let known = world.resource(stack, id).is_some_and(Resource::is_function);
                        known.then(|| (stack, id.to_owned()))
                    }
                })
                .chain(arns(text).iter().filter_map(|arn| wiring::function(world, stack, &intrinsic_text(arn))))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// A node that is just this text.
fn intrinsic_text(text: &str) -> Node {
    Node::new(lockstep_document::Value::String(text.to_owned()), 0..0)
}

/// The ARNs of functions in `text`; `${…}` in them become `*`.
fn arns(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("arn:") {
        let rest = &text[at..];
        let end = rest.find(['"', '\'', '\n', ' ', ',', '\\']).unwrap_or(rest.len());
        let arn = &rest[..end];
        if arn.contains(":lambda:") && arn.contains(":function:") {
            let plain = substitution(arn).into_iter().map(|part| match part {
                Part::Text(text) => text,
                Part::Name(_) => "*",
            });
            found.push(plain.collect());
        }
    }
    found
}

/// Calls `visit` with `node` and all below it.
fn each_node<'a>(node: &'a Node, visit: &mut dyn FnMut(&'a Node)) {
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        visit(node);
        stack.extend(node.items());
        stack.extend(node.entries().iter().map(|(_, value)| value));
    }
}
