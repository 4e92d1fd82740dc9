//! PHP source to [`FileFacts`]: namespaces, classes, functions, and who owns which code.
//!
//! Bodies wait in a queue instead of being read where they stand, so that nothing here recurses.

mod bodies;
mod calls;
mod names;
mod paths;
mod remote;

use std::{collections::BTreeMap, rc::Rc};

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use self::{
    bodies::Class,
    names::{Names, Wanted},
    paths::Place,
};
use super::{ABSTRACT, ALWAYS_LOADED, STANDS_FOR};
use crate::{
    RemoteCallSite, change,
    draft::{Draft, Extent, Owner},
    language::{FileFacts, Import, ImportKind},
    syntax,
};

/// What `text` says.
pub(super) fn facts(text: &str) -> FileFacts {
    let generated = change::is_generated(text.trim_start_matches("<?php"));
    let tree = match syntax::parse(&tree_sitter_php::LANGUAGE_PHP.into(), text) {
        Ok(tree) => tree,
        Err(why) => return FileFacts { error: Some((0..0, why)), generated, ..FileFacts::default() },
    };
    let mut reader = Reader::new(text);
    reader.read(tree.root_node());
    let remote_calls = std::mem::take(&mut reader.remote_calls);
    FileFacts { error: syntax::first_error(&tree), generated, remote_calls, ..reader.draft.finish() }
}

/// What the code of one body may name.
#[derive(Clone)]
struct Context {
    /// Who the code belongs to.
    owner: Owner,
    names: Rc<Names>,
    class: Option<Rc<Class>>,
    /// True in a function: it runs when it is called.
    in_function: bool,
}

struct Reader<'a, 't> {
    text: &'a str,
    draft: Draft,
    queue: Vec<(Node<'t>, Context)>,
    /// Nodes that were read with what is around them.
    handled: FxHashSet<usize>,
    /// Variables and constants that hold paths.
    known: BTreeMap<String, Vec<Place>>,
    remote_calls: Vec<RemoteCallSite>,
}

impl<'a, 't> Reader<'a, 't> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            draft: Draft::default(),
            queue: Vec::new(),
            handled: FxHashSet::default(),
            known: BTreeMap::new(),
            remote_calls: Vec::new(),
        }
    }

    fn read(&mut self, root: Node<'t>) {
        self.import(None, ALWAYS_LOADED.to_owned(), 0..0, ImportKind::Value);
        let outside = Rc::new(Names::of("", &syntax::children(root), self.text));
        let mut names = outside.clone();
        let mut waiting = Vec::new();
        let children = syntax::children(root);
        for (index, node) in children.iter().enumerate() {
            let mut nodes = vec![*node];
            if node.kind() == "namespace_definition" {
                let name = syntax::field(*node, "name", self.text).unwrap_or_default();
                match node.child_by_field_name("body") {
                    Some(body) => {
                        nodes = syntax::children(body);
                        names = Rc::new(Names::of(name, &nodes, self.text));
                    }
                    None => {
                        names = Rc::new(Names::of(name, &children[index + 1..], self.text));
                        continue;
                    }
                }
            }
            let context = Context { owner: None, names: names.clone(), class: None, in_function: false };
            waiting.extend(nodes.into_iter().map(|node| (node, context.clone())));
        }
        for (node, context) in waiting {
            if self.node(node, false, &context) {
                self.code(node, &context);
            }
        }
        while let Some((node, context)) = self.queue.pop() {
            self.code(node, &context);
        }
    }

    fn source(&self, node: Node<'_>) -> &'a str {
        syntax::text(node, self.text)
    }

    fn import(&mut self, owner: Owner, specifier: String, span: std::ops::Range<usize>, kind: ImportKind) {
        let import = Import { specifier, span, names: Vec::new(), whole: true, members: None, kind, level: 0 };
        self.draft.import(owner, import);
    }

    /// Reads code below `root`; definitions in it are read later.
    fn code(&mut self, root: Node<'t>, context: &Context) {
        syntax::walk(root, &mut |node| {
            let is_root = node.id() == root.id();
            if !is_root && self.handled.contains(&node.id()) {
                return false;
            }
            self.node(node, is_root, context)
        });
    }

    /// Reads one node. False if what is below it has been read, or will be.
    fn node(&mut self, node: Node<'t>, is_root: bool, context: &Context) -> bool {
        if !node.is_named() {
            return false;
        }
        match node.kind() {
            "class_declaration" | "interface_declaration" | "trait_declaration" | "enum_declaration" if !is_root => {
                self.class(node, context)
            }
            "anonymous_class" => self.anonymous_class(node, context),
            "function_definition" if !is_root => self.function(node, context),
            "const_declaration" if context.class.is_none() => self.constants(node, context),
            "namespace_use_declaration" | "comment" | "variable_name" | "use_list" => false,
            "named_type" => self.mention_child(node, Wanted::Type, context),
            "attribute" => {
                self.mention_child(node, Wanted::Class(Extent::Itself), context);
                true
            }
            "simple_parameter" | "property_promotion_parameter" | "variadic_parameter" | "property_declaration" => {
                self.injected(node, context);
                true
            }
            "object_creation_expression" => self.creation(node, context),
            "scoped_call_expression" | "scoped_property_access_expression" | "class_constant_access_expression" => {
                self.scoped(node, context)
            }
            "function_call_expression" => self.call(node, context),
            "member_call_expression" | "nullsafe_member_call_expression" => self.member_call(node, context),
            "member_access_expression" | "nullsafe_member_access_expression" => {
                self.skip_name(node);
                true
            }
            "binary_expression" => self.instance_test(node, context),
            "include_expression" | "include_once_expression" | "require_expression" | "require_once_expression" => {
                self.include(node, context)
            }
            "assignment_expression" => self.assignment(node),
            "foreach_statement" => self.loop_over(node),
            "name" | "qualified_name" | "relative_name" => {
                self.mention(node, Wanted::Constant, context);
                false
            }
            "argument" => {
                self.skip_name(node);
                true
            }
            _ => true,
        }
    }

    /// The name of a member or an argument names nothing that a file defines.
    fn skip_name(&mut self, node: Node<'t>) {
        if let Some(name) = node.child_by_field_name("name").filter(|name| name.kind() == "name") {
            self.handled.insert(name.id());
        }
    }

    /// A mention of what the first child that is a name spells.
    fn mention_child(&mut self, node: Node<'t>, wanted: Wanted, context: &Context) -> bool {
        for child in syntax::children(node).into_iter().filter(|child| names::is_name(*child)).take(1) {
            self.handled.insert(child.id());
            self.mention(child, wanted, context);
        }
        false
    }

    /// Types of parameters and properties: a container may serve them.
    fn injected(&mut self, node: Node<'t>, context: &Context) {
        let Some(root) = node.child_by_field_name("type") else { return };
        self.handled.insert(root.id());
        let mut types = Vec::new();
        syntax::walk(root, &mut |node| {
            if node.kind() == "named_type" {
                types.extend(syntax::children(node).into_iter().filter(|child| names::is_name(*child)));
            }
            true
        });
        for name in types {
            self.mention(name, Wanted::Injected, context);
        }
    }

    /// `$x instanceof Money`: the right side is a class.
    fn instance_test(&mut self, node: Node<'t>, context: &Context) -> bool {
        let tests = syntax::field(node, "operator", self.text) == Some("instanceof");
        if let Some(class) = node.child_by_field_name("right").filter(|right| tests && names::is_name(*right)) {
            self.handled.insert(class.id());
            self.mention(class, Wanted::Type, context);
        }
        true
    }

    /// `const RATE = 2;` outside of classes.
    fn constants(&mut self, node: Node<'t>, context: &Context) -> bool {
        for element in syntax::children(node).into_iter().filter(|child| child.kind() == "const_element") {
            let parts = syntax::children(element);
            let Some(name) = parts.first() else { continue };
            let owner = Some(self.draft.define(context.names.own(self.source(*name)), node.byte_range()));
            self.handled.insert(name.id());
            if let Some(value) = parts.get(1) {
                let places = self.places(*value, 0);
                self.known.insert(self.source(*name).to_owned(), places);
                self.queue.push((*value, Context { owner, ..context.clone() }));
            }
        }
        false
    }

    fn assignment(&mut self, node: Node<'t>) -> bool {
        if let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) {
            let places = self.places(right, 0);
            if left.kind() == "variable_name" && !places.is_empty() {
                self.known.insert(self.source(left).to_owned(), places);
            }
        }
        true
    }

    /// `foreach (glob(__DIR__ . '/routes/*.php') as $file)`.
    fn loop_over(&mut self, node: Node<'t>) -> bool {
        let children = syntax::children(node);
        if let [list, variable, ..] = children[..] {
            let places = self.places(list, 0);
            if variable.kind() == "variable_name" && !places.is_empty() {
                self.known.insert(self.source(variable).to_owned(), places);
            }
        }
        true
    }
}
