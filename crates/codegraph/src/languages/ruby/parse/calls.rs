//! Calls: which definitions they name, and where they are too dynamic to tell.

use tree_sitter::Node;

use super::{Context, Reader, names};
use crate::{
    draft::Extent,
    language::{Import, ImportKind},
    syntax,
};

/// Ways to call a method by a name that is computed.
const SENDERS: [&str; 4] = ["send", "public_send", "__send__", "method"];

/// Ways to run a text.
const EVALUATORS: [&str; 4] = ["eval", "instance_eval", "class_eval", "module_eval"];

impl<'t> Reader<'_, 't> {
    /// Reads a call. False if all of it has been read.
    pub(super) fn call(&mut self, node: Node<'t>, context: &Context) -> bool {
        let Some(method) = node.child_by_field_name("method") else { return true };
        let name = self.source(method);
        let receiver = node.child_by_field_name("receiver");
        let arguments = node.child_by_field_name("arguments").map(syntax::children).unwrap_or_default();
        self.handled.insert(method.id());
        self.loops(node, receiver);
        self.remote_call(node, name, &arguments);
        if self.loads(node, name, receiver, &arguments, context) {
            return false;
        }
        if EVALUATORS.contains(&name) && arguments.iter().any(|argument| argument.kind() != "block_argument") {
            self.draft.opaque(node.byte_range(), "`eval` is called");
        }
        let constant = receiver.and_then(|receiver| names::constant_path(receiver, self.text));
        match (receiver, constant) {
            (_, _) if matches!(name, "const_get" | "constantize" | "safe_constantize") => {
                self.named_constant(node, receiver, &arguments, context);
            }
            (Some(receiver), Some(path)) => {
                self.handled.insert(receiver.id());
                self.call_of_constant(receiver, &path, name, &arguments, context);
            }
            (None, _) => self.call_of_self(node, method, name, &arguments, context),
            (Some(receiver), None) if receiver.kind() == "self" => {
                self.call_of_self(node, method, name, &arguments, context);
            }
            (Some(receiver), None) => {
                if let Some(class) = context.class.as_ref().filter(|_| self.source(receiver) == "self.class") {
                    let class = class.name.clone();
                    self.draft.uses(context.owner, format!("{class}.{name}"));
                }
            }
        }
        true
    }

    fn call_of_constant(
        &mut self,
        receiver: Node<'t>,
        path: &str,
        name: &str,
        arguments: &[Node<'t>],
        context: &Context,
    ) {
        if !SENDERS.contains(&name) {
            self.static_call(receiver, path, name, context);
        } else if let Some(name) = arguments.first().and_then(|argument| self.literal(*argument)) {
            self.static_call(receiver, path, &name, context);
        } else {
            self.constant(receiver, context, Extent::Members);
        }
    }

    fn call_of_self(
        &mut self,
        node: Node<'t>,
        method: Node<'t>,
        name: &str,
        arguments: &[Node<'t>],
        context: &Context,
    ) {
        match name {
            "include" | "extend" | "prepend" => {
                for argument in arguments {
                    if names::constant_path(*argument, self.text).is_some() {
                        self.handled.insert(argument.id());
                        self.constant(*argument, context, Extent::Inside);
                    }
                }
            }
            _ if SENDERS.contains(&name) => match arguments.first().and_then(|argument| self.literal(*argument)) {
                Some(name) => self.bare_call(method, &name, context),
                None => self.sends_computed(node, context),
            },
            _ if method.kind() == "identifier" => self.bare_call(method, name, context),
            _ => {}
        }
    }

    /// A method of self is called by a name that is computed.
    fn sends_computed(&mut self, node: Node<'t>, context: &Context) {
        match &context.class {
            // What instances can do is taken whole in any case.
            Some(class) if context.is_static => {
                let (name, candidates) = (class.name.clone(), vec![class.name.clone()]);
                self.mention(node, name, candidates, Extent::Members, true, context);
            }
            Some(_) => {}
            None => self.draft.opaque(node.byte_range(), "a method is called by a computed name"),
        }
    }

    /// `const_get("X")`, `"X".constantize`.
    fn named_constant(
        &mut self,
        node: Node<'t>,
        receiver: Option<Node<'t>>,
        arguments: &[Node<'t>],
        context: &Context,
    ) {
        let said = arguments.first().copied().or(receiver);
        match said.and_then(|said| self.literal(said)) {
            Some(name) => {
                let outer = receiver.and_then(|receiver| names::constant_path(receiver, self.text));
                let outer = outer.filter(|outer| outer != "Object" && outer != "Kernel");
                let path = outer.map_or_else(|| name.clone(), |outer| format!("{outer}::{name}"));
                self.constant_named(node, &path, Extent::Members, context);
            }
            None => {
                let specifier = said.map(|said| self.source(said)).unwrap_or_default().to_owned();
                let span = said.unwrap_or(node).byte_range();
                self.computed(specifier, span, context);
            }
        }
    }

    pub(super) fn computed(&mut self, specifier: String, span: std::ops::Range<usize>, context: &Context) {
        let import = Import {
            specifier,
            span,
            names: Vec::new(),
            whole: true,
            members: None,
            kind: ImportKind::Computed,
            level: 0,
        };
        self.draft.import(context.owner, import);
    }

    /// The text of a string or symbol without computed parts.
    pub(super) fn literal(&self, node: Node<'_>) -> Option<String> {
        match node.kind() {
            "simple_symbol" => Some(self.source(node).trim_start_matches(':').to_owned()),
            "string" | "delimited_symbol" | "bare_string" => {
                let parts = syntax::children(node);
                let plain = parts.iter().all(|part| part.kind() == "string_content");
                plain.then(|| parts.iter().map(|part| self.source(*part)).collect())
            }
            _ => None,
        }
    }
}
