//! Constants and variables: what names in some code may mean.

use tree_sitter::Node;

use super::{Context, Reader, bodies::Locals};
use crate::{
    draft::{Extent, Mention},
    language::ImportKind,
    syntax,
};

/// Nobody writes longer paths of constants.
const LONGEST_PATH: usize = 32;

/// `A::B` as text; none if a part of it is computed. Begins with `::` if it is absolute.
pub(super) fn constant_path(node: Node<'_>, text: &str) -> Option<String> {
    let mut parts = Vec::new();
    let mut at = Some(node);
    while let Some(node) = at {
        match node.kind() {
            "constant" => {
                parts.push(syntax::text(node, text));
                break;
            }
            "scope_resolution" => {
                parts.push(syntax::field(node, "name", text)?);
                at = node.child_by_field_name("scope");
                if at.is_none() {
                    parts.push("");
                }
            }
            _ => return None,
        }
        if parts.len() > LONGEST_PATH {
            return None;
        }
    }
    parts.reverse();
    Some(parts.join("::"))
}

/// The full name of `path` as defined inside of `outer`.
pub(super) fn full(outer: Option<&String>, path: &str) -> String {
    match (path.strip_prefix("::"), outer) {
        (Some(absolute), _) => absolute.to_owned(),
        (None, Some(outer)) => format!("{outer}::{path}"),
        (None, None) => path.to_owned(),
    }
}

/// The variables of a method or body, without those of definitions inside of it.
pub(super) fn locals(root: Node<'_>, text: &str) -> Locals {
    let mut found = Locals::new();
    syntax::walk(root, &mut |node| {
        match node.kind() {
            "class" | "module" | "method" | "singleton_method" | "singleton_class" if node.id() != root.id() => {
                return false;
            }
            "assignment" | "operator_assignment" => {
                if let Some(left) = node.child_by_field_name("left") {
                    assigned(left, text, &mut found);
                }
            }
            "method_parameters" | "block_parameters" | "lambda_parameters" => parameters(node, text, &mut found),
            "exception_variable" => assigned(node, text, &mut found),
            "for" | "in_clause" => {
                if let Some(pattern) = node.child_by_field_name("pattern") {
                    assigned(pattern, text, &mut found);
                }
            }
            _ => {}
        }
        true
    });
    found
}

fn assigned(left: Node<'_>, text: &str, found: &mut Locals) {
    match left.kind() {
        "identifier" => drop(found.insert(syntax::text(left, text).to_owned())),
        "call" | "element_reference" => {}
        _ => syntax::walk(left, &mut |node| {
            if node.kind() == "identifier" {
                found.insert(syntax::text(node, text).to_owned());
            }
            !matches!(node.kind(), "call" | "element_reference")
        }),
    }
}

fn parameters(list: Node<'_>, text: &str, found: &mut Locals) {
    syntax::walk(list, &mut |node| match node.kind() {
        "identifier" => {
            found.insert(syntax::text(node, text).to_owned());
            false
        }
        "optional_parameter" | "keyword_parameter" => {
            found.extend(syntax::field(node, "name", text).map(str::to_owned));
            false
        }
        _ => true,
    });
}

impl<'t> Reader<'_, 't> {
    /// A mention of the constant that `node` spells.
    pub(super) fn constant(&mut self, node: Node<'t>, context: &Context, extent: Extent) {
        if let Some(path) = constant_path(node, self.text) {
            self.constant_named(node, &path, extent, context);
        }
    }

    /// A mention of the constant `path`, at `node`.
    pub(super) fn constant_named(&mut self, node: Node<'t>, path: &str, extent: Extent, context: &Context) {
        let mut candidates = scoped(path, context);
        // What is inside of a class may be defined by a program, or inherited.
        if let Some((outer, _)) = path.rsplit_once("::").filter(|(outer, _)| !outer.is_empty()) {
            candidates.extend(scoped(outer, context));
        }
        self.mention(node, path.to_owned(), candidates, extent, true, context);
    }

    /// A call of the method `method` of the constant `path` itself.
    pub(super) fn static_call(&mut self, node: Node<'t>, path: &str, method: &str, context: &Context) {
        let candidates = scoped(path, context).into_iter().flat_map(|class| [format!("{class}.{method}"), class]);
        let candidates = candidates.collect();
        self.mention(node, format!("{path}.{method}"), candidates, Extent::Itself, true, context);
    }

    pub(super) fn mention(
        &mut self,
        node: Node<'t>,
        name: String,
        candidates: Vec<String>,
        extent: Extent,
        open: bool,
        context: &Context,
    ) {
        let mention = Mention { name, span: node.byte_range(), candidates, extent, open, kind: ImportKind::Mention };
        self.draft.mention(context.owner, mention);
    }
}

/// What the constant `path` may mean, the innermost first.
fn scoped(path: &str, context: &Context) -> Vec<String> {
    match path.strip_prefix("::") {
        Some(absolute) => vec![absolute.to_owned()],
        None => {
            let within = context.lexical.iter().map(|outer| format!("{outer}::{path}"));
            within.chain(std::iter::once(path.to_owned())).collect()
        }
    }
}
