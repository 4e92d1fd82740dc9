//! Walking a tree of tree-sitter without recursion: a tree may be as deep as its text is long.

use tree_sitter::{Language, Node, Parser, Tree};

/// Larger texts are not parsed. 2 MiB.
const LARGEST: usize = 2 << 20;

/// How deep an expression is followed: text is put together by a few signs, not by hundreds.
pub(super) const DEEPEST: usize = 32;

/// The tree of `text`; none if it is too large.
pub(super) fn parse(language: &Language, text: &str) -> Option<Tree> {
    if text.len() > LARGEST {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(language).ok()?;
    parser.parse(text, None)
}

/// The named children of `node`.
pub(super) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// The named children of a kind.
pub(super) fn of_kind<'a>(node: Node<'a>, kind: &'a str) -> impl Iterator<Item = Node<'a>> {
    children(node).into_iter().filter(move |child| child.kind() == kind)
}

/// Every node below `node` of a kind, in the order of the text; what is below such a node too.
pub(super) fn below<'a>(node: Node<'a>, kind: &str) -> Vec<Node<'a>> {
    let mut found = Vec::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if node.kind() == kind {
            found.push(node);
        }
        open.extend(children(node).into_iter().rev());
    }
    found
}

/// The bytes of `node` as text.
pub(super) fn text<'a>(node: Node<'_>, source: &'a str) -> &'a str {
    source.get(node.byte_range()).unwrap_or_default()
}

/// The last name of a path of names, type arguments taken off: `Task` of `Async.Task<X>`.
pub(super) fn last_name(path: &str) -> &str {
    let plain = path.split('<').next().unwrap_or(path);
    plain.rsplit(['.', ':']).next().unwrap_or(plain).trim()
}
