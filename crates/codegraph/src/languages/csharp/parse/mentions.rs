//! What a region of text mentions: types, static members, methods that may be extensions.

use std::ops::Range;

use tree_sitter::Node;

use super::{
    locals::Locals,
    paths::{self, Head, Path, written},
    special::{self, Call},
    split,
};
use crate::{
    languages::csharp::mention::{Form, last},
    syntax::{DEEPEST, children, field, text},
};

/// A mention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) form: Form,
    /// The name; for a binding, those of what is made behind it.
    pub(super) names: Vec<String>,
    pub(super) span: Range<usize>,
}

/// How a node is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// True where types say what a container injects.
    pub(super) injected: bool,
    /// The registration whose factory it stands in: what it mentions is reached by those who are given its product.
    pub(super) binding: Option<usize>,
}

/// Reads one region.
pub(super) struct Reader<'t, 's, 'c> {
    pub(super) source: &'s str,
    pub(super) locals: Locals<'s>,
    /// True for the names of members of the types around.
    pub(super) is_member: &'c dyn Fn(&str) -> bool,
    pub(super) found: Vec<Found>,
    /// Places whose target only the run tells, with a reason.
    pub(super) computed: Vec<(Range<usize>, &'static str)>,
    pub(super) open: Vec<(Node<'t>, Place)>,
}

impl<'t, 's> Reader<'t, 's, '_> {
    /// Reads `root` and all below it. Does not recurse.
    pub(super) fn read(&mut self, root: Node<'t>, place: Place) {
        self.open.push((root, place));
        while let Some((node, place)) = self.open.pop() {
            self.visit(node, place);
        }
    }

    fn visit(&mut self, node: Node<'t>, place: Place) {
        match node.kind() {
            "comment" | "predefined_type" | "implicit_type" | "using_directive" | "explicit_interface_specifier" => {}
            "identifier" | "generic_name" | "qualified_name" | "alias_qualified_name" | "member_access_expression" => {
                self.path(node, place);
            }
            "invocation_expression" => self.invocation(node, place),
            "attribute" => self.attribute(node, place),
            "base_list" => self.bases(node, place),
            "constructor_declaration" => {
                let parameters = node.child_by_field_name("parameters");
                self.parts(node, place, |child| Some(child) != parameters);
                self.open.extend(parameters.map(|list| (list, Place { injected: true, ..place })));
            }
            "parameter" => {
                let lists = children(node).into_iter().filter(|child| child.kind() == "attribute_list");
                let given = lists.flat_map(|list| split::attributes(list, self.source).collect::<Vec<_>>());
                let injected = place.injected
                    || given.into_iter().any(|name| name == "FromServices" || name == "FromKeyedServices");
                self.parts(node, Place { injected, ..place }, |_| true);
            }
            "initializer_expression" => self.initializer(node, place),
            "with_initializer"
            | "let_clause"
            | "goto_statement"
            | "labeled_statement"
            | "type_parameter_constraints_clause" => {
                let first = node.named_child(0).filter(|child| child.kind() == "identifier");
                self.parts(node, place, |child| Some(child) != first);
            }
            "subpattern" => {
                let first = node.named_child(0).filter(|_| node.named_child_count() > 1);
                self.parts(node, place, |child| Some(child) != first);
            }
            "foreach_statement" => {
                let left = node.child_by_field_name("left").filter(|left| left.kind() == "identifier");
                self.parts(node, place, |child| Some(child) != left);
            }
            "anonymous_object_creation_expression" => {
                let named = |child: Node<'_>| {
                    child.kind() == "identifier" && child.next_sibling().is_some_and(|next| next.kind() == "=")
                };
                self.parts(node, place, |child| !named(child));
            }
            "attribute_argument" => self.attribute_argument(node, place),
            "preproc_if" | "preproc_elif" => {
                let condition = node.child_by_field_name("condition");
                self.parts(node, place, |child| Some(child) != condition);
            }
            _ => self.parts(node, place, |_| true),
        }
    }

    /// Opens the children of a node but its name and those that are not `kept`.
    fn parts(&mut self, node: Node<'t>, place: Place, kept: impl Fn(Node<'t>) -> bool) {
        let mut cursor = node.walk();
        if !cursor.goto_first_child() {
            return;
        }
        let from = self.open.len();
        loop {
            let child = cursor.node();
            if child.is_named() && cursor.field_name() != Some("name") && kept(child) {
                self.open.push((child, place));
            }
            if !cursor.goto_next_sibling() {
                break;
            }
        }
        self.open[from..].reverse();
    }

    /// Opens nodes, the last of which is read first.
    pub(super) fn more(&mut self, nodes: impl IntoIterator<Item = Node<'t>>, place: Place) {
        self.open.extend(nodes.into_iter().map(|node| (node, place)));
    }

    /// Notes a mention. What a factory makes and takes belongs to its registration.
    pub(super) fn note(&mut self, form: Form, name: String, node: Node<'t>, place: Place) {
        let made = matches!(form, Form::Name | Form::Injected | Form::Call);
        match place.binding {
            Some(index) if made => self.found[index].names.push(name),
            _ => self.found.push(Found { form, names: vec![name], span: node.byte_range() }),
        }
    }

    fn is_value(&self, head: &str) -> bool {
        self.locals.contains_key(head) || (self.is_member)(head)
    }

    fn path(&mut self, node: Node<'t>, place: Place) {
        let path = paths::read(node, self.source);
        if path.head == Head::This || (path.head == Head::Name && !self.is_value(path.names[0])) {
            let is_type = place.injected && path.head == Head::Name;
            let name = if is_type { written(node, self.source) } else { path.joined() };
            if !name.is_empty() {
                self.note(if is_type { Form::Injected } else { Form::Name }, name, node, place);
            }
        }
        self.more(path.inside, place);
    }

    fn invocation(&mut self, node: Node<'t>, place: Place) {
        let arguments = node.child_by_field_name("arguments");
        let Some(function) = node.child_by_field_name("function") else {
            return self.parts(node, place, |_| true);
        };
        let mut path = paths::read(function, self.source);
        let mut method = path.names.last().copied();
        // `order?.Total()`: the method stands at the end of what follows the question mark.
        if let [only] = path.inside[..]
            && only.kind() == "conditional_access_expression"
            && path.names.is_empty()
        {
            method = bound_method(only, self.source);
        }
        let call = Call {
            node,
            method: method.unwrap_or_default(),
            receiver: (path.names.len() > 1).then(|| path.names[path.names.len() - 2]),
            types: path
                .inside
                .iter()
                .copied()
                .filter(|inner| inner.kind() == "type_argument_list")
                .flat_map(children)
                .collect(),
            arguments: arguments.map(children).unwrap_or_default(),
        };
        if special::is_taken(self, &call, place) {
            path.inside.retain(|inner| inner.kind() != "type_argument_list");
            self.more(path.inside, place);
            // `Startup.Services.GetRequiredService<IOrders>()` mentions `Startup.Services` too.
            path.names.pop();
            let is_mentioned = match path.head {
                Head::Name => path.names.first().is_some_and(|head| !self.is_value(head)),
                Head::This => !path.names.is_empty(),
                Head::Value => false,
            };
            if is_mentioned {
                let receiver = Path { inside: Vec::new(), ..path };
                self.note(Form::Name, receiver.joined(), function, place);
            }
            return;
        }
        self.called(&path, &call, function, place);
        self.more(path.inside, place);
        self.more(call.arguments, place);
    }

    fn called(&mut self, path: &Path<'t, 's>, call: &Call<'t, 's>, function: Node<'t>, place: Place) {
        let plain = Place { binding: None, ..place };
        match path.head {
            // A method of this class, or of a type that `using static` brings in.
            Head::Name if path.names.len() == 1 && self.is_value(path.names[0]) => {}
            Head::Name if path.names.len() == 1 => self.note(Form::Name, path.joined(), function, plain),
            Head::Name if !self.is_value(path.names[0]) => self.note(Form::Call, path.joined(), function, place),
            Head::This if !path.names.is_empty() => self.note(Form::Call, path.joined(), function, plain),
            _ if !call.method.is_empty() => self.note(Form::Member, call.method.to_owned(), function, place),
            _ => {}
        }
    }

    fn attribute(&mut self, node: Node<'t>, place: Place) {
        if let Some(name) = node.child_by_field_name("name") {
            let path = paths::read(name, self.source);
            let joined = path.joined();
            let plain = last(&joined);
            if split::MARKS.contains(&plain.strip_suffix("Attribute").unwrap_or(plain)) {
                self.note(Form::Entry, joined.clone(), node, place);
            }
            self.note(Form::Attribute, joined, node, place);
            self.more(path.inside, place);
        }
        self.parts(node, place, |_| true);
    }

    fn attribute_argument(&mut self, node: Node<'t>, place: Place) {
        let assigned = node.named_child(0).filter(|child| child.kind() == "assignment_expression");
        match assigned.and_then(|assigned| assigned.child_by_field_name("right")) {
            Some(value) => self.open.push((value, place)),
            None => self.parts(node, place, |_| true),
        }
    }

    /// `{ Name = value }`: the names are members of what is made.
    fn initializer(&mut self, node: Node<'t>, place: Place) {
        let parts = children(node).into_iter().rev().map(|child| {
            let left = child.child_by_field_name("left").filter(|_| child.kind() == "assignment_expression");
            let right = child.child_by_field_name("right");
            if left.is_some_and(|left| left.kind() == "identifier") { right.unwrap_or(child) } else { child }
        });
        self.open.extend(parts.map(|part| (part, place)).collect::<Vec<_>>());
    }

    fn bases(&mut self, node: Node<'t>, place: Place) {
        for base in children(node) {
            let plain = Place { injected: false, ..place };
            let (kind, arguments) = match base.kind() {
                "primary_constructor_base_type" => (base.child_by_field_name("type"), base.named_child(1)),
                "argument_list" => (None, Some(base)),
                _ => (Some(base), None),
            };
            if let Some(kind) = kind {
                self.note(Form::Base, written(kind, self.source), kind, plain);
                let inside = paths::read(kind, self.source).inside;
                self.more(inside.into_iter().filter(|inner| *inner != kind), plain);
            }
            self.more(arguments, plain);
        }
    }

    /// The type that a local is said to have, or is made with.
    pub(super) fn type_of(&self, local: &str) -> Option<String> {
        self.locals.get(local).cloned().flatten()
    }
}

/// The method that `x?.A.B` ends with.
fn bound_method<'s>(access: Node<'_>, source: &'s str) -> Option<&'s str> {
    let mut at = access.named_child(access.named_child_count().checked_sub(1)? as u32)?;
    for _ in 0..DEEPEST {
        match at.kind() {
            "member_binding_expression" | "member_access_expression" => {
                return field(at, "name", source).map(|name| name.split('<').next().unwrap_or(name).trim());
            }
            "conditional_access_expression" => at = at.named_child(at.named_child_count().checked_sub(1)? as u32)?,
            _ => break,
        }
    }
    None
}

/// The text of the only literal among the arguments.
pub(super) fn literal_argument<'s>(argument: Node<'_>, source: &'s str) -> Option<&'s str> {
    children(argument).into_iter().find_map(|child| split::literal(child, source))
}

/// The type inside of `typeof(…)`.
pub(super) fn typeof_argument(argument: Node<'_>) -> Option<Node<'_>> {
    let inner = children(argument).into_iter().find(|child| child.kind() == "typeof_expression")?;
    inner.child_by_field_name("type")
}

/// The type that an argument creates.
pub(super) fn created_type<'t>(argument: Node<'t>) -> Option<Node<'t>> {
    let inner = children(argument).into_iter().find(|child| child.kind() == "object_creation_expression")?;
    inner.child_by_field_name("type")
}

/// The name that an argument is.
pub(super) fn named_argument<'s>(argument: Node<'_>, source: &'s str) -> Option<&'s str> {
    children(argument).into_iter().find(|child| child.kind() == "identifier").map(|name| text(name, source))
}
