//! The properties of a function as SAM sees them: its own over `Globals.Function`.

use lockstep_document::Node;

/// What `Globals.Function` may not say; the transformation refuses templates that try.
const OWN_ONLY: [&str; 8] =
    ["Role", "Policies", "FunctionName", "Events", "PackageType", "ImageUri", "ImageConfig", "InlineCode"];

/// The properties of one function.
#[derive(Clone, Copy)]
pub(super) struct Properties<'a> {
    own: Option<&'a Node>,
    globals: Option<&'a Node>,
    ignored: Option<&'a Node>,
}

/// A property that globals and function both contribute to: globals first.
pub(super) struct Both<'a> {
    pub(super) global: Option<&'a Node>,
    pub(super) own: Option<&'a Node>,
}

impl<'a> Properties<'a> {
    /// The properties of the resource `node`, of a stack with `globals`.
    pub(super) fn new(node: &'a Node, globals: Option<&'a Node>) -> Self {
        Self { own: node.get("Properties"), globals, ignored: node.get("IgnoreGlobals") }
    }

    /// The value in force of a property that is not merged: the function's own, else the globals'.
    pub(super) fn get(&self, name: &str) -> Option<&'a Node> {
        self.own.and_then(|own| own.get(name)).or_else(|| self.global(name))
    }

    /// Both values of a property that is merged (lists are joined, maps key by key).
    pub(super) fn both(&self, name: &str) -> Both<'a> {
        Both { global: self.global(name), own: self.own.and_then(|own| own.get(name)) }
    }

    fn global(&self, name: &str) -> Option<&'a Node> {
        if OWN_ONLY.contains(&name) {
            return None;
        }
        let ignores = |node: &Node| node.as_str().is_some_and(|ignored| ignored == "*" || ignored == name);
        if self.ignored.is_some_and(|ignored| ignores(ignored) || ignored.items().iter().any(ignores)) {
            return None;
        }
        self.globals?.get(name)
    }
}
