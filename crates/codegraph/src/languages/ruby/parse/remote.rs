//! Calls of what runs elsewhere: `client.invoke(function_name: …)`.

use lockstep_model::{
    RemoteCallKind::{self, Function, StateMachine},
    RemoteTarget,
};
use tree_sitter::Node;

use super::Reader;
use crate::{
    RemoteCallSite,
    remote::{joined, waits},
    syntax,
};

/// Methods of AWS's clients: the field that says what is called, the kind, and whether it waits if nothing else is said.
const METHODS: [(&str, &str, RemoteCallKind, Option<bool>); 4] = [
    ("invoke", "function_name", Function, Some(true)),
    ("invoke_async", "function_name", Function, Some(false)),
    ("start_execution", "state_machine_arn", StateMachine, Some(false)),
    ("start_sync_execution", "state_machine_arn", StateMachine, Some(true)),
];

impl<'t> Reader<'_, 't> {
    /// Notes a call of another function.
    pub(super) fn remote_call(&mut self, node: Node<'t>, method: &str, arguments: &[Node<'t>]) {
        let Some((_, field, kind, waiting)) = METHODS.iter().find(|(name, ..)| *name == method) else { return };
        let values = arguments.iter().flat_map(|argument| match argument.kind() {
            "hash" => syntax::children(*argument),
            _ => vec![*argument],
        });
        let values: Vec<Node<'_>> = values.collect();
        let value = |name: &str| {
            let pair = values.iter().find(|pair| {
                syntax::field(**pair, "key", self.text).is_some_and(|key| key.trim_matches([':', '"', '\'']) == name)
            });
            pair.and_then(|pair| pair.child_by_field_name("value"))
        };
        let Some(target) = value(field) else { return };
        let said = value("invocation_type").and_then(|node| self.literal(node));
        let call = RemoteCallSite {
            span: node.byte_range(),
            kind: *kind,
            target: self.target(target),
            waits: waits(said.as_deref()).or(*waiting),
        };
        self.remote_calls.push(call);
    }

    /// What a value names, as far as the file says.
    fn target(&self, node: Node<'t>) -> RemoteTarget {
        match node.kind() {
            "string" => joined(syntax::children(node).into_iter().map(|part| match part.kind() {
                "interpolation" => {
                    syntax::children(part).first().map_or(RemoteTarget::Unknown, |inner| self.variable(*inner))
                }
                _ => RemoteTarget::Text(self.source(part).to_owned()),
            })),
            _ => self.variable(node),
        }
    }

    /// `ENV["X"]`, `ENV.fetch("X")`.
    fn variable(&self, node: Node<'t>) -> RemoteTarget {
        let key = match node.kind() {
            "element_reference" if syntax::field(node, "object", self.text) == Some("ENV") => {
                syntax::children(node).get(1).copied()
            }
            "call" if syntax::field(node, "receiver", self.text) == Some("ENV") => {
                node.child_by_field_name("arguments").and_then(|list| syntax::children(list).first().copied())
            }
            _ => None,
        };
        match key.and_then(|key| self.literal(key)) {
            Some(name) => RemoteTarget::Environment(name, String::new()),
            None => RemoteTarget::Unknown,
        }
    }
}
