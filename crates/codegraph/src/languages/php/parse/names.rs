//! Names: namespaces, what `use` makes of them, and what a name in the code may mean.

use std::collections::BTreeMap;

use tree_sitter::Node;

use super::{Context, Reader};
use crate::{
    draft::{Extent, LONGEST_NAME, Mention},
    language::ImportKind,
    syntax,
};

/// What is wanted of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A class, and how much of it.
    Class(Extent),
    /// A class that is only named: what is of this type was made elsewhere.
    Type,
    /// A class, or what a container serves for it.
    Injected,
    Function,
    Constant,
}

/// The names of one namespace in one file.
#[derive(Debug, Default)]
pub(super) struct Names {
    namespace: String,
    classes: BTreeMap<String, String>,
    functions: BTreeMap<String, String>,
    constants: BTreeMap<String, String>,
}

/// True for a name in the code.
pub(super) fn is_name(node: Node<'_>) -> bool {
    matches!(node.kind(), "name" | "qualified_name" | "relative_name")
}

impl Names {
    /// Reads the `use` declarations up to the next namespace.
    pub(super) fn of(namespace: &str, nodes: &[Node<'_>], text: &str) -> Self {
        let namespace = if namespace.len() > LONGEST_NAME { String::new() } else { namespace.to_owned() };
        let mut names = Self { namespace, ..Self::default() };
        let own = nodes.iter().take_while(|node| node.kind() != "namespace_definition");
        for node in own.filter(|node| node.kind() == "namespace_use_declaration") {
            names.read(*node, text);
        }
        names
    }

    fn read(&mut self, declaration: Node<'_>, text: &str) {
        let kind = syntax::field(declaration, "type", text);
        let prefix = syntax::children(declaration).into_iter().find(|child| child.kind() == "namespace_name");
        let prefix = prefix.map(|node| syntax::text(node, text));
        let clauses = declaration.child_by_field_name("body").unwrap_or(declaration);
        for clause in syntax::children(clauses).into_iter().filter(|child| child.kind() == "namespace_use_clause") {
            let Some(name) = syntax::children(clause).into_iter().find(|child| is_name(*child)) else { continue };
            let name = syntax::text(name, text).trim_start_matches('\\');
            let full =
                prefix.map_or_else(|| name.to_owned(), |prefix| format!("{}\\{name}", prefix.trim_matches('\\')));
            if full.len() > LONGEST_NAME {
                continue;
            }
            let last = full.rsplit('\\').next().unwrap_or_default();
            let alias = syntax::field(clause, "alias", text).unwrap_or(last).to_owned();
            match syntax::field(clause, "type", text).or(kind) {
                Some("function") => self.functions.insert(alias, full),
                Some("const") => self.constants.insert(alias, full),
                _ => self.classes.insert(alias, full),
            };
        }
    }

    /// The full name of what is defined here as `name`.
    pub(super) fn own(&self, name: &str) -> String {
        if self.namespace.is_empty() { name.to_owned() } else { format!("{}\\{name}", self.namespace) }
    }

    /// The full name of the class `name`.
    pub(super) fn class(&self, name: &str) -> String {
        if let Some(absolute) = name.strip_prefix('\\') {
            return absolute.to_owned();
        }
        if let Some(own) = name.strip_prefix("namespace\\") {
            return self.own(own);
        }
        let (first, rest) = name.split_once('\\').map_or((name, None), |(first, rest)| (first, Some(rest)));
        match (self.classes.get(first), rest) {
            (Some(full), Some(rest)) => format!("{full}\\{rest}"),
            (Some(full), None) => full.clone(),
            (None, _) => self.own(name),
        }
    }

    /// What the function or constant `name` may mean: its own namespace comes before that of all.
    pub(super) fn loose(&self, name: &str, function: bool) -> Vec<String> {
        let said = if function { &self.functions } else { &self.constants };
        if name.contains('\\') {
            return vec![self.class(name)];
        }
        match said.get(name) {
            Some(full) => vec![full.clone()],
            None if self.namespace.is_empty() => vec![name.to_owned()],
            None => vec![self.own(name), name.to_owned()],
        }
    }
}

/// Names that stand for no definition.
const RESERVED: [&str; 12] =
    ["self", "static", "parent", "true", "false", "null", "TRUE", "FALSE", "NULL", "mixed", "iterable", "object"];

impl<'t> Reader<'_, 't> {
    /// A mention of what `node` spells.
    pub(super) fn mention(&mut self, node: Node<'t>, wanted: Wanted, context: &Context) {
        let name = self.source(node);
        if RESERVED.contains(&name) || (name.starts_with("__") && wanted == Wanted::Constant) {
            return;
        }
        let candidates = match wanted {
            Wanted::Class(_) | Wanted::Type | Wanted::Injected => vec![context.names.class(name)],
            Wanted::Function => context.names.loose(name, true),
            Wanted::Constant => context.names.loose(name, false),
        };
        self.mention_named(node, name.to_owned(), candidates, wanted, context);
    }

    pub(super) fn mention_named(
        &mut self,
        node: Node<'t>,
        name: String,
        candidates: Vec<String>,
        wanted: Wanted,
        context: &Context,
    ) {
        let extent = if let Wanted::Class(extent) = wanted { extent } else { Extent::Itself };
        let injected = wanted == Wanted::Injected;
        let kind = if injected { ImportKind::Lazy } else { ImportKind::Mention };
        // Whoever stands for an interface of this file may be anywhere.
        let mention = Mention { name, span: node.byte_range(), candidates, extent, open: injected, kind };
        self.draft.mention(context.owner, mention);
    }
}
