//! Ruby source to [`FileFacts`]: classes, modules, methods and constants, and who owns which code.
//!
//! Bodies wait in a queue instead of being read where they stand, so that nothing here recurses.

mod bodies;
mod calls;
mod loading;
mod names;
mod paths;
mod remote;

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use rustc_hash::FxHashSet;
use tree_sitter::Node;

pub(super) use self::loading::LOAD_PATH;
use self::paths::Place;
use super::words;
use crate::{
    RemoteCallSite, change,
    draft::{Draft, Extent, Owner},
    language::FileFacts,
    syntax,
};

/// Modules nested deeper than this are read as part of what is around them.
const DEEPEST_SCOPE: usize = 16;

/// What `text` says.
pub(super) fn facts(text: &str) -> FileFacts {
    let generated = change::is_generated(text);
    let tree = match syntax::parse(&tree_sitter_ruby::LANGUAGE.into(), text) {
        Ok(tree) => tree,
        Err(why) => return FileFacts { error: Some((0..0, why)), generated, ..FileFacts::default() },
    };
    let mut reader = Reader::new(text);
    reader.read(tree.root_node());
    let remote_calls = std::mem::take(&mut reader.remote_calls);
    FileFacts { error: syntax::first_error(&tree), generated, remote_calls, ..reader.draft.finish() }
}

/// The class or module around some code.
#[derive(Debug, Default)]
struct Class {
    /// Its full name.
    name: String,
    /// Its definition; none for a module that only holds others.
    definition: Owner,
    /// Methods of its instances.
    methods: BTreeSet<String>,
    /// Methods of its own.
    statics: BTreeSet<String>,
    /// True if it has methods that others define: those of a superclass or of a module that extends it.
    inherits: bool,
    /// True if its methods are its own: `extend self`, `module_function`.
    is_own_method: bool,
    /// True if its body does something when it is loaded.
    runs: bool,
}

/// What the code of one body may name.
#[derive(Clone)]
struct Context {
    /// Who the code belongs to.
    owner: Owner,
    /// Full names of the modules around it, the innermost first.
    lexical: Rc<Vec<String>>,
    class: Option<Rc<Class>>,
    /// True in a method of the class itself.
    is_static: bool,
    /// True in any method: it runs when it is called.
    in_method: bool,
    /// Variables of the method, or of the body.
    locals: Rc<BTreeSet<String>>,
}

struct Reader<'a, 't> {
    text: &'a str,
    draft: Draft,
    queue: Vec<(Node<'t>, Context)>,
    /// Nodes that were read with what is around them.
    handled: FxHashSet<usize>,
    /// Variables and constants that hold paths, or lists of texts.
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
        let context = Context {
            owner: None,
            lexical: Rc::new(Vec::new()),
            class: None,
            is_static: false,
            in_method: false,
            locals: Rc::new(names::locals(root, self.text)),
        };
        self.queue.push((root, context));
        while let Some((node, context)) = self.queue.pop() {
            self.code(node, &context);
        }
    }

    fn source(&self, node: Node<'_>) -> &'a str {
        syntax::text(node, self.text)
    }

    /// Reads code below `root`; definitions in it are read later.
    fn code(&mut self, root: Node<'t>, context: &Context) {
        syntax::walk(root, &mut |node| {
            if node.id() != root.id() && self.handled.contains(&node.id()) {
                return false;
            }
            self.node(node, node.id() == root.id(), context)
        });
    }

    /// Reads one node. False if what is below it has been read, or will be.
    fn node(&mut self, node: Node<'t>, is_root: bool, context: &Context) -> bool {
        if !node.is_named() {
            return false;
        }
        match node.kind() {
            "module" | "class" if !is_root => self.module(node, context),
            "singleton_class" if !is_root => self.singleton_class(node, context),
            "method" | "singleton_method" if !is_root => self.method(node, context),
            "assignment" | "operator_assignment" => self.assignment(node, context),
            "constant" => {
                self.constant(node, context, Extent::Members);
                false
            }
            "scope_resolution" => match names::constant_path(node, self.text) {
                Some(_) => {
                    self.constant(node, context, Extent::Members);
                    false
                }
                None => true,
            },
            "call" => self.call(node, context),
            "identifier" => {
                self.bare_call(node, self.source(node), context);
                false
            }
            "binary" => self.appended_load_path(node, context),
            "alias" | "undef" | "comment" | "superclass" => false,
            _ => true,
        }
    }

    /// A constant that is given a value is a definition.
    fn assignment(&mut self, node: Node<'t>, context: &Context) -> bool {
        let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
            return true;
        };
        let places = self.places(right, 0);
        if !places.is_empty() {
            self.known.insert(self.source(left).to_owned(), places);
        }
        let path = match left.kind() {
            "constant" | "scope_resolution" => names::constant_path(left, self.text),
            _ => None,
        };
        let Some(path) = path.filter(|_| !context.in_method) else { return true };
        let name = names::full(context.lexical.first(), &path);
        let definition = self.draft.define(name, node.byte_range());
        self.queue.push((right, Context { owner: Some(definition), ..context.clone() }));
        false
    }
}
