//! Calls, creations and static members: which definitions they name, and where they are too dynamic to tell.

use tree_sitter::Node;

use super::{Context, Reader, names, names::Wanted, paths::Place};
use crate::{draft::Extent, language::ImportKind, syntax};

/// Functions that call what their first argument names.
const CALLERS: [&str; 4] =
    ["call_user_func", "call_user_func_array", "forward_static_call", "register_shutdown_function"];

/// Functions of which an argument may name a function.
const APPLIERS: [&str; 8] =
    ["array_map", "array_filter", "array_walk", "usort", "uasort", "uksort", "is_callable", "spl_autoload_register"];

impl<'t> Reader<'_, 't> {
    /// `new Money`, `new $class`.
    pub(super) fn creation(&mut self, node: Node<'t>, context: &Context) -> bool {
        let Some(class) = node.named_child(0) else { return true };
        if names::is_name(class) {
            self.handled.insert(class.id());
            self.class_name(class, Wanted::Class(Extent::Itself), context);
        } else if class.kind() != "anonymous_class" && class.kind() != "arguments" {
            self.said_computed(class, context);
        }
        true
    }

    /// A class by its name, or by `self`, `static` and `parent`.
    fn class_name(&mut self, node: Node<'t>, wanted: Wanted, context: &Context) {
        match (self.source(node), &context.class) {
            ("self" | "static" | "parent", Some(class)) => {
                let name = class.name.clone();
                self.draft.uses(context.owner, name);
            }
            _ => self.mention(node, wanted, context),
        }
    }

    /// `Money::total()`, `Money::$cache`, `Money::RATE`, `Money::class`.
    pub(super) fn scoped(&mut self, node: Node<'t>, context: &Context) -> bool {
        let children = syntax::children(node);
        let scope = node.child_by_field_name("scope").or_else(|| children.first().copied());
        let name = node.child_by_field_name("name").or_else(|| children.get(1).copied());
        let (Some(scope), Some(name)) = (scope, name) else { return true };
        let member = self.source(name);
        let is_computed = name.kind() == "variable_name" && node.kind() != "scoped_property_access_expression";
        if name.kind() == "name" {
            self.handled.insert(name.id());
        }
        if scope.kind() == "relative_scope"
            || (names::is_name(scope) && matches!(self.source(scope), "self" | "static" | "parent"))
        {
            self.handled.insert(scope.id());
            self.own_member(self.source(scope), member, is_computed, context);
        } else if names::is_name(scope) {
            self.handled.insert(scope.id());
            if member == "class" || is_computed {
                self.mention(scope, Wanted::Class(Extent::Members), context);
            } else {
                let class = context.names.class(self.source(scope));
                let written = format!("{}::{member}", self.source(scope));
                let candidates = vec![format!("{class}.{member}"), class];
                self.mention_named(scope, written, candidates, Wanted::Class(Extent::Itself), context);
            }
        } else if self.source(scope) == "$this" {
            self.own_member("static", member, is_computed, context);
        } else if node.kind() == "scoped_call_expression" && member != "class" {
            self.said_computed(scope, context);
        }
        true
    }

    /// `self::total()`: a member of its own, else one that it inherits.
    fn own_member(&mut self, scope: &str, member: &str, is_computed: bool, context: &Context) {
        let Some(class) = context.class.clone() else { return };
        if scope != "parent" && !is_computed && class.statics.contains(member) {
            self.draft.uses(context.owner, format!("{}.{member}", class.name));
            return;
        }
        self.draft.uses(context.owner, class.name.clone());
        if is_computed {
            for member in &class.statics {
                self.draft.uses(context.owner, format!("{}.{member}", class.name));
            }
        }
    }

    /// `$this->total()`: it may be static.
    pub(super) fn member_call(&mut self, node: Node<'t>, context: &Context) -> bool {
        let name = syntax::field(node, "name", self.text).unwrap_or_default();
        let own = syntax::field(node, "object", self.text) == Some("$this");
        if let Some(class) = context.class.as_ref().filter(|class| own && class.statics.contains(name)) {
            self.draft.uses(context.owner, format!("{}.{name}", class.name));
        }
        self.remote_call(node, name);
        self.skip_name(node);
        true
    }

    /// `total()`, `$f()`, `call_user_func('total')`.
    pub(super) fn call(&mut self, node: Node<'t>, context: &Context) -> bool {
        let Some(function) = node.child_by_field_name("function") else { return true };
        if !names::is_name(function) {
            return true;
        }
        self.handled.insert(function.id());
        let name = self.source(function).trim_start_matches('\\');
        let arguments = self.arguments(node);
        match name {
            "eval" => self.draft.opaque(node.byte_range(), "`eval` is called"),
            "define" => self.defined(node, &arguments, context),
            _ if CALLERS.contains(&name) => match arguments.first() {
                Some(first) if first.kind() == "variable_name" => self.said_computed(*first, context),
                Some(first) => self.callable(*first, context),
                None => {}
            },
            _ if APPLIERS.contains(&name) => {
                arguments.iter().take(2).for_each(|argument| self.callable(*argument, context));
            }
            _ => self.mention(function, Wanted::Function, context),
        }
        true
    }

    /// The values of the arguments of a call.
    pub(super) fn arguments(&self, call: Node<'t>) -> Vec<Node<'t>> {
        let list = call.child_by_field_name("arguments").map(syntax::children).unwrap_or_default();
        let values = list.into_iter().filter(|node| node.kind() == "argument");
        values.filter_map(|argument| syntax::children(argument).into_iter().next_back()).collect()
    }

    /// A text that names a function: `'total'`, `'App\Money::total'`.
    fn callable(&mut self, node: Node<'t>, context: &Context) {
        let Some(text) = self.literal(node) else { return };
        let name = text.trim_start_matches('\\').to_owned();
        let (candidates, wanted) = match name.split_once("::") {
            Some((class, method)) => {
                (vec![format!("{class}.{method}"), class.to_owned()], Wanted::Class(Extent::Itself))
            }
            None => (vec![name.clone()], Wanted::Function),
        };
        self.mention_named(node, name, candidates, wanted, context);
    }

    /// `define('RATE', 2)` outside of functions is a definition.
    fn defined(&mut self, node: Node<'t>, arguments: &[Node<'t>], context: &Context) {
        let Some(name) = arguments.first().and_then(|name| self.literal(*name)) else { return };
        if let Some(value) = arguments.get(1) {
            let places = self.places(*value, 0);
            if !places.is_empty() {
                self.known.insert(name.clone(), places);
            }
        }
        if !context.in_function && context.owner.is_none() {
            self.draft.define(name, node.byte_range());
        }
    }

    fn said_computed(&mut self, node: Node<'t>, context: &Context) {
        self.import(context.owner, self.source(node).to_owned(), node.byte_range(), ImportKind::Computed);
    }

    /// `require`, `include` and their kin.
    pub(super) fn include(&mut self, node: Node<'t>, context: &Context) -> bool {
        let Some(path) = node.named_child(0) else { return true };
        let places = self.places(path, 0);
        if places.is_empty() {
            self.said_computed(path, context);
            return true;
        }
        let kind = if context.in_function { ImportKind::Lazy } else { ImportKind::Value };
        for specifier in places.iter().map(Place::specifier) {
            self.import(context.owner, specifier, path.byte_range(), kind);
        }
        false
    }

    /// The text of a string without computed parts.
    pub(super) fn literal(&self, node: Node<'_>) -> Option<String> {
        if !matches!(node.kind(), "string" | "encapsed_string") {
            return None;
        }
        let parts = syntax::children(node);
        let plain = parts.iter().all(|part| matches!(part.kind(), "string_content" | "escape_sequence"));
        plain.then(|| parts.iter().map(|part| self.source(*part)).collect::<String>().replace("\\\\", "\\"))
    }
}
