//! Calls of what runs elsewhere: `$lambda->invoke(['FunctionName' => …])`.

use lockstep_model::RemoteTarget;
use tree_sitter::Node;

use super::Reader;
use crate::{
    RemoteCallSite,
    remote::{METHODS, joined, waits},
    syntax,
};

impl<'t> Reader<'_, 't> {
    /// Notes a call of another function.
    pub(super) fn remote_call(&mut self, node: Node<'t>, method: &str) {
        let method = method.strip_suffix("Async").filter(|name| *name != "invoke").unwrap_or(method);
        let Some((_, field, kind, waiting)) = METHODS.iter().find(|(name, ..)| *name == method) else { return };
        let Some(list) = self.arguments(node).first().copied() else { return };
        if list.kind() != "array_creation_expression" {
            return;
        }
        let pairs = syntax::children(list);
        let value = |name: &str| {
            let parts = pairs.iter().map(|pair| syntax::children(*pair));
            parts
                .filter(|parts| parts.len() == 2)
                .find_map(|parts| (self.literal(parts[0]).as_deref() == Some(name)).then_some(parts[1]))
        };
        let Some(target) = value(field) else { return };
        let said = value("InvocationType").and_then(|node| self.literal(node));
        let call = RemoteCallSite {
            span: node.byte_range(),
            kind: *kind,
            target: self.target(target, 0),
            waits: waits(said.as_deref()).or(*waiting),
        };
        self.remote_calls.push(call);
    }

    /// What a value names, as far as the file says.
    fn target(&self, node: Node<'t>, depth: usize) -> RemoteTarget {
        if depth > 16 {
            return RemoteTarget::Unknown;
        }
        match node.kind() {
            "string" => RemoteTarget::Text(self.literal(node).unwrap_or_default()),
            "encapsed_string" => joined(syntax::children(node).into_iter().map(|part| match part.kind() {
                "string_content" => RemoteTarget::Text(self.source(part).to_owned()),
                _ => RemoteTarget::Unknown,
            })),
            "binary_expression" if syntax::field(node, "operator", self.text) == Some(".") => {
                let side = |name| {
                    node.child_by_field_name(name).map_or(RemoteTarget::Unknown, |side| self.target(side, depth + 1))
                };
                joined([side("left"), side("right")])
            }
            "function_call_expression" if syntax::field(node, "function", self.text) == Some("getenv") => {
                self.variable(self.arguments(node).first().copied())
            }
            "subscript_expression"
                if self.source(node).starts_with("$_ENV") || self.source(node).starts_with("$_SERVER") =>
            {
                self.variable(syntax::children(node).get(1).copied())
            }
            _ => RemoteTarget::Unknown,
        }
    }

    fn variable(&self, name: Option<Node<'t>>) -> RemoteTarget {
        match name.and_then(|name| self.literal(name)) {
            Some(name) => RemoteTarget::Environment(name, String::new()),
            None => RemoteTarget::Unknown,
        }
    }
}
