//! Classes, modules and methods: what becomes a definition of its own.

use std::{collections::BTreeSet, rc::Rc};

use tree_sitter::Node;

use super::{Class, Context, DEEPEST_SCOPE, Reader, names, words};
use crate::{
    draft::{Extent, LONGEST_NAME},
    syntax,
};

impl<'t> Reader<'_, 't> {
    /// `class A < B … end`, `module A … end`.
    pub(super) fn module(&mut self, node: Node<'t>, context: &Context) -> bool {
        let path = node.child_by_field_name("name").and_then(|name| names::constant_path(name, self.text));
        let name =
            path.filter(|path| path.len() <= LONGEST_NAME).map(|path| names::full(context.lexical.first(), &path));
        let fits = |name: &String| context.lexical.len() < DEEPEST_SCOPE && name.len() <= LONGEST_NAME;
        let Some(name) = name.filter(fits) else {
            self.queue.push((node, context.clone()));
            return false;
        };
        let body = node.child_by_field_name("body").map(syntax::children).unwrap_or_default();
        let holds_others = !body.is_empty()
            && body.iter().all(|child| matches!(child.kind(), "class" | "module" | "comment"))
            && node.kind() == "module";
        let mut class = Class { name: name.clone(), ..Class::default() };
        self.survey(&body, &mut class);
        if let Some(parent) = node.child_by_field_name("superclass") {
            class.inherits = true;
            self.handled.insert(parent.id());
        }
        if !holds_others {
            class.definition = Some(self.draft.define(name.clone(), node.byte_range()));
            self.describe(node, &class, context);
        }
        let lexical = std::iter::once(name).chain(context.lexical.iter().cloned()).collect();
        let locals = node.child_by_field_name("body").map(|body| names::locals(body, self.text)).unwrap_or_default();
        let inner = Context {
            owner: class.definition,
            lexical: Rc::new(lexical),
            class: Some(Rc::new(class)),
            is_static: false,
            in_method: context.in_method,
            locals: Rc::new(locals),
        };
        self.queue.extend(node.child_by_field_name("body").map(|body| (body, inner)));
        false
    }

    /// What a class says beside its body: its superclass, its hooks, and whether loading it is all that it takes.
    fn describe(&mut self, node: Node<'t>, class: &Class, context: &Context) {
        let Some(definition) = class.definition else { return };
        let owner = Context { owner: Some(definition), ..context.clone() };
        for parent in node.child_by_field_name("superclass").map(syntax::children).unwrap_or_default() {
            if names::constant_path(parent, self.text).is_some() {
                self.constant(parent, &owner, Extent::Inside);
            } else {
                // `Struct.new(…)`, `Class.new(Base)`.
                self.queue.push((parent, owner.clone()));
            }
        }
        for hook in words::HOOKS {
            self.draft.uses(Some(definition), format!("{}.{hook}", class.name));
        }
        if words::is_core(&class.name) || self.registers_itself(node) {
            self.draft.runs(definition);
        }
    }

    /// True if the body of a class hands the class to another: `Registry.add(self)`.
    fn registers_itself(&self, class: Node<'t>) -> bool {
        let body = class.child_by_field_name("body").map(syntax::children).unwrap_or_default();
        body.iter().filter(|child| child.kind() == "call").any(|call| {
            let receiver = call.child_by_field_name("receiver");
            let other = receiver.is_some_and(|receiver| matches!(receiver.kind(), "constant" | "scope_resolution"));
            let arguments = call.child_by_field_name("arguments").map(syntax::children).unwrap_or_default();
            other && arguments.iter().any(|argument| argument.kind() == "self")
        })
    }

    /// The methods that a body defines, and what else it does.
    fn survey(&self, body: &[Node<'t>], class: &mut Class) {
        for child in body {
            match child.kind() {
                "method" => class.methods.extend(self.method_name(*child)),
                "singleton_method" => class.statics.extend(self.method_name(*child)),
                "singleton_class" => {
                    let inner = child.child_by_field_name("body").map(syntax::children).unwrap_or_default();
                    class.statics.extend(inner.iter().filter_map(|method| self.method_name(*method)));
                }
                "call" => self.survey_call(*child, class),
                "identifier" if self.source(*child) == "module_function" => class.is_own_method = true,
                "assignment" | "operator_assignment" => {
                    let left = child.child_by_field_name("left");
                    class.runs |= !left.is_some_and(|left| matches!(left.kind(), "constant" | "scope_resolution"));
                }
                "class" | "module" | "comment" | "alias" | "undef" | "identifier" | "string" | "empty_statement" => {}
                _ => class.runs = true,
            }
        }
        if class.is_own_method {
            class.statics.extend(class.methods.iter().cloned());
        }
    }

    fn survey_call(&self, call: Node<'t>, class: &mut Class) {
        let method = syntax::field(call, "method", self.text).unwrap_or_default();
        let arguments = call.child_by_field_name("arguments").map(syntax::children).unwrap_or_default();
        if call.child_by_field_name("receiver").is_some() || !words::is_declaring(method) {
            class.runs = true;
        }
        let symbols = || arguments.iter().map(|argument| self.source(*argument).trim_start_matches(':').to_owned());
        match method {
            "extend" if arguments.iter().any(|argument| argument.kind() == "self") => class.is_own_method = true,
            "extend" => class.inherits = true,
            "module_function" => class.statics.extend(symbols()),
            "attr_accessor" | "attr_reader" | "attr" => class.methods.extend(symbols()),
            "private" | "public" | "protected" | "private_class_method" => {
                for argument in &arguments {
                    match argument.kind() {
                        "method" => class.methods.extend(self.method_name(*argument)),
                        "singleton_method" => class.statics.extend(self.method_name(*argument)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn method_name(&self, method: Node<'_>) -> Option<String> {
        matches!(method.kind(), "method" | "singleton_method")
            .then(|| syntax::field(method, "name", self.text).map(str::to_owned))?
    }

    /// `class << self … end`: its methods are the class's own, those of `class << Money` Money's, and others those of an
    /// object that only the code around them knows.
    pub(super) fn singleton_class(&mut self, node: Node<'t>, context: &Context) -> bool {
        let (Some(value), Some(body)) = (node.child_by_field_name("value"), node.child_by_field_name("body")) else {
            return true;
        };
        let constant = names::constant_path(value, self.text);
        if constant.is_none() && !(value.kind() == "self" && context.class.is_some()) {
            self.queue.push((node, Context { in_method: true, ..context.clone() }));
            return false;
        }
        for child in syntax::children(body) {
            match child.kind() {
                "method" => self.define_method(child, constant.clone(), true, context),
                // `private def x` and the like: what it defines is the class's own as well.
                _ => self.queue.push((child, Context { is_static: true, ..context.clone() })),
            }
        }
        false
    }

    /// `def x`, `def self.x`, `def Money.x`.
    pub(super) fn method(&mut self, node: Node<'t>, context: &Context) -> bool {
        if context.in_method {
            // A method that a method defines is part of it.
            self.handled.extend(node.child_by_field_name("name").map(|name| name.id()));
            self.queue.push((node, context.clone()));
            return false;
        }
        let object = node.child_by_field_name("object");
        match object {
            Some(object) if object.kind() == "self" => self.define_method(node, None, true, context),
            Some(object) => match names::constant_path(object, self.text) {
                Some(path) => self.define_method(node, Some(path), true, context),
                None => self.queue.push((node, context.clone())),
            },
            None => {
                let name = syntax::field(node, "name", self.text).unwrap_or_default();
                let own = context.is_static
                    || context.class.as_ref().is_some_and(|class| class.is_own_method || class.statics.contains(name));
                self.define_method(node, None, own, context);
            }
        }
        false
    }

    /// Reads a method: one of its own class, and one of no class, is a definition; one of instances belongs to the class.
    fn define_method(&mut self, node: Node<'t>, object: Option<String>, is_static: bool, context: &Context) {
        let name = syntax::field(node, "name", self.text).unwrap_or_default();
        let class = context.class.as_deref();
        let owner = match (object, class) {
            (Some(object), Some(class)) if object == class.name || class.name.ends_with(&format!("::{object}")) => {
                Some(self.draft.define(format!("{}.{name}", class.name), node.byte_range()))
            }
            (Some(object), _) => Some(self.draft.define(format!("{object}.{name}"), node.byte_range())),
            (None, Some(class)) if is_static => {
                Some(self.draft.define(format!("{}.{name}", class.name), node.byte_range()))
            }
            (None, Some(_)) => context.owner,
            (None, None) => Some(self.draft.define(name.to_owned(), node.byte_range())),
        };
        if let Some(class) = class.filter(|class| is_static && class.runs) {
            self.draft.uses(owner, class.name.clone());
        }
        let locals = names::locals(node, self.text);
        let named = [node.child_by_field_name("name"), node.child_by_field_name("object")];
        self.handled.extend(named.into_iter().flatten().map(|node| node.id()));
        let inner = Context {
            owner,
            is_static: is_static && class.is_some(),
            in_method: true,
            locals: Rc::new(locals),
            ..context.clone()
        };
        self.queue.push((node, inner));
    }

    /// A call without a receiver, or a variable.
    pub(super) fn bare_call(&mut self, node: Node<'t>, name: &str, context: &Context) {
        let variable = context.locals.contains(name);
        if variable || words::is_kernel(name) || !name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        {
            return;
        }
        let built_in = words::is_declaring(name) || matches!(name, "new" | "allocate");
        let mut candidates = Vec::new();
        if let Some(class) = &context.class {
            if context.is_static {
                candidates.push(format!("{}.{name}", class.name));
                if !class.statics.contains(name) && (class.inherits || class.runs || built_in) {
                    self.draft.uses(context.owner, class.name.clone());
                }
            } else if class.methods.contains(name) {
                return;
            }
        }
        if built_in && candidates.is_empty() {
            return;
        }
        if !built_in {
            candidates.push(name.to_owned());
        }
        self.mention(node, name.to_owned(), candidates, Extent::Itself, false, context);
    }
}

/// Names of variables.
pub(super) type Locals = BTreeSet<String>;
