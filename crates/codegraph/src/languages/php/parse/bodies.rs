//! Classes and functions: what becomes a definition of its own.

use std::{collections::BTreeSet, rc::Rc};

use tree_sitter::Node;

use super::{ABSTRACT, Context, Reader, STANDS_FOR, names, names::Wanted};
use crate::{
    draft::{Extent, LONGEST_NAME},
    syntax,
};

/// A class, interface, trait or enumeration.
#[derive(Debug, Default)]
pub(super) struct Class {
    /// Its full name; empty if it has none.
    pub(super) name: String,
    /// Methods, constants (`RATE`) and fields (`$cache`) that can be used without an instance.
    pub(super) statics: BTreeSet<String>,
}

impl<'t> Reader<'_, 't> {
    /// `class A extends B implements C { … }` and its kin.
    pub(super) fn class(&mut self, node: Node<'t>, context: &Context) -> bool {
        let name = node.child_by_field_name("name").filter(|name| self.source(*name).len() <= LONGEST_NAME);
        let Some(name) = name else { return true };
        let full = context.names.own(self.source(name));
        let definition = self.draft.define(full.clone(), node.byte_range());
        let children = syntax::children(node);
        let is_abstract =
            node.kind() == "interface_declaration" || children.iter().any(|child| child.kind() == "abstract_modifier");
        if is_abstract {
            self.draft.stands_for(format!("{ABSTRACT}{full}"), definition);
        }
        let inner = Context { owner: Some(definition), ..context.clone() };
        self.heritage(&children, Some(definition), &inner);
        self.queue.extend(node.child_by_field_name("attributes").map(|attributes| (attributes, inner.clone())));
        if let Some(body) = node.child_by_field_name("body") {
            let class = Class { name: full, statics: self.statics(body) };
            self.members(body, &Context { class: Some(Rc::new(class)), ..inner });
        }
        false
    }

    /// What a class is made from: it takes all of it.
    fn heritage(&mut self, children: &[Node<'t>], definition: Option<usize>, context: &Context) {
        let clauses = children.iter().filter(|child| matches!(child.kind(), "base_clause" | "class_interface_clause"));
        for parent in clauses.flat_map(|clause| syntax::children(*clause)).filter(|node| names::is_name(*node)) {
            self.handled.insert(parent.id());
            self.mention(parent, Wanted::Class(Extent::Inside), context);
            if let Some(definition) = definition {
                let parent = context.names.class(self.source(parent));
                self.draft.stands_for(format!("{STANDS_FOR}{parent}"), definition);
            }
        }
    }

    /// `new class(…) extends A { … }` belongs to the code around it.
    pub(super) fn anonymous_class(&mut self, node: Node<'t>, context: &Context) -> bool {
        self.heritage(&syntax::children(node), None, context);
        let Some(body) = node.child_by_field_name("body") else { return true };
        let class = Class::default();
        self.handled.insert(body.id());
        self.queue.push((body, Context { class: Some(Rc::new(class)), in_function: true, ..context.clone() }));
        true
    }

    fn statics(&self, body: Node<'t>) -> BTreeSet<String> {
        let members = syntax::children(body).into_iter().flat_map(|member| self.static_names(member));
        members.map(|(name, _)| name).collect()
    }

    /// The names that a member defines, if it can be used without an instance, with the nodes of their values.
    fn static_names(&self, member: Node<'t>) -> Vec<(String, Option<Node<'t>>)> {
        let children = syntax::children(member);
        let is_static = children.iter().any(|child| child.kind() == "static_modifier");
        let named = |node: Node<'t>| syntax::field(node, "name", self.text).map(str::to_owned);
        match member.kind() {
            "method_declaration" if is_static => named(member).map(|name| (name, None)).into_iter().collect(),
            "property_declaration" if is_static => {
                let elements = children.into_iter().filter(|child| child.kind() == "property_element");
                elements
                    .filter_map(|element| Some((named(element)?, element.child_by_field_name("default_value"))))
                    .collect()
            }
            "const_declaration" => {
                let elements = children.into_iter().filter(|child| child.kind() == "const_element");
                let parts = elements.map(syntax::children);
                parts
                    .filter_map(|parts| Some((self.source(*parts.first()?).to_owned(), parts.get(1).copied())))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn members(&mut self, body: Node<'t>, context: &Context) {
        let Some(class) = context.class.clone() else { return };
        for member in syntax::children(body) {
            let statics = self.static_names(member);
            for (name, value) in &statics {
                let owner = Some(self.draft.define(format!("{}.{name}", class.name), member.byte_range()));
                let inner = Context { owner, in_function: true, ..context.clone() };
                match value {
                    Some(value) => self.queue.push((*value, inner)),
                    None if member.kind() == "method_declaration" => self.method(member, inner),
                    None => {}
                }
                if let Some(root) = member.child_by_field_name("type") {
                    let inner = Context { owner, ..context.clone() };
                    self.queue.push((root, inner));
                }
            }
            match member.kind() {
                _ if !statics.is_empty() => {}
                "method_declaration" => self.method(member, Context { in_function: true, ..context.clone() }),
                "use_declaration" => self.traits(member, context),
                "enum_case" => {
                    self.skip_name(member);
                    self.queue.push((member, context.clone()));
                }
                _ => self.queue.push((member, context.clone())),
            }
        }
    }

    fn method(&mut self, node: Node<'t>, context: Context) {
        self.skip_name(node);
        self.queue.push((node, context));
    }

    /// `use Audited;` in a class.
    fn traits(&mut self, node: Node<'t>, context: &Context) {
        for name in syntax::children(node).into_iter().filter(|child| names::is_name(*child)) {
            self.mention(name, Wanted::Class(Extent::Inside), context);
        }
    }

    /// `function total(…) { … }`.
    pub(super) fn function(&mut self, node: Node<'t>, context: &Context) -> bool {
        let name = syntax::field(node, "name", self.text).unwrap_or_default();
        self.skip_name(node);
        let owner = match context.in_function {
            true => context.owner,
            false => Some(self.draft.define(context.names.own(name), node.byte_range())),
        };
        self.queue.push((node, Context { owner, class: None, in_function: true, names: context.names.clone() }));
        false
    }
}
