//! Reading with tree-sitter: what the languages have in common that use its grammars. Their own `parse.rs` and this file
//! are the only ones here that know its nodes.
//!
//! A tree may be as deep as its text is long: nothing here recurses, and what a language does with a tree must not
//! either, or must stop at [`DEEPEST`].

mod recent;

use std::{
    ops::{ControlFlow, Range},
    sync::{Arc, Mutex, PoisonError},
};

use tree_sitter::{Language, Node, ParseOptions, Parser, Tree, TreeCursor};

use self::recent::Known;
use crate::tokens::Token;

/// Larger texts are not parsed: data and bundles, written by programs. 4 MiB.
const LARGEST: usize = 4 << 20;

/// A parse may take a step, which is a hundred of the parser's operations, for so many bytes of its text: far more than sources
/// take. Repairing what is none, with a stack as deep as the text is long, would take the square of its length.
const BYTES_PER_STEP: usize = 6;

/// Steps that every parse may take.
const STEPS: usize = 1_000;

/// How deep a walk may recurse; what lies deeper is passed over, and said to be.
pub(crate) const DEEPEST: usize = 400;

/// The tree of `text`. What it has in common with a text that this thread read just before is not parsed again.
///
/// # Errors
/// Why there is none: it is larger than what people write, or repairing its errors takes too long.
pub(crate) fn parse(language: &Language, text: &str) -> Result<Tree, String> {
    if text.len() > LARGEST {
        return Err(format!("the file has {} bytes, more than a source that people write", text.len()));
    }
    let near = match recent::of(language, text) {
        Known::Whole(tree) => return Ok(tree),
        Known::Near(tree) => Some(tree),
        Known::Nothing => None,
    };
    let follows = |tree: &Tree| !tree.root_node().has_error();
    let tree = match near.and_then(|near| parse_from(language, text, Some(&near)).ok()).filter(follows) {
        Some(tree) => tree,
        None => parse_from(language, text, None)?,
    };
    if follows(&tree) {
        recent::hold(language, text, &tree);
    }
    Ok(tree)
}

/// The tree of `text`, made of what is still true of `near`, and of the text.
fn parse_from(language: &Language, text: &str, near: Option<&Tree>) -> Result<Tree, String> {
    let mut parser = Parser::new();
    parser.set_language(language).map_err(|error| error.to_string())?;
    let mut steps = 0;
    let most = STEPS + text.len() / BYTES_PER_STEP;
    let mut count = |_: &tree_sitter::ParseState| {
        steps += 1;
        if steps > most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut count);
    let bytes = text.as_bytes();
    let tree = parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), near, Some(options));
    tree.ok_or_else(|| "the text is not of this language, as far as could be read".to_owned())
}

/// The first place at which the text does not follow the grammar, with a word for it; none if it does.
pub(crate) fn first_error(tree: &Tree) -> Option<(Range<usize>, String)> {
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            let what =
                if node.is_missing() { format!("`{}` is missing", node.kind()) } else { "syntax error".to_owned() };
            return Some((node.byte_range(), what));
        }
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return None;
            }
        }
    }
}

/// The bytes of `node` as text.
pub(crate) fn text<'a>(node: Node<'_>, source: &'a str) -> &'a str {
    source.get(node.byte_range()).unwrap_or_default()
}

/// The named children of `node`.
pub(crate) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// The text of the child of `node` that the grammar calls `field`.
pub(crate) fn field<'a>(node: Node<'_>, field: &str, source: &'a str) -> Option<&'a str> {
    node.child_by_field_name(field).map(|child| text(child, source))
}

/// Calls `visit` for `root` and all below it, in the order of the text; what is below a node is passed over where it says
/// false. Does not recurse.
pub(crate) fn walk<'t>(root: Node<'t>, visit: &mut dyn FnMut(Node<'t>) -> bool) {
    let mut cursor = root.walk();
    // Per node that is open, its children that are still to come: how many there are is quicker told than tried.
    let mut open: Vec<u32> = Vec::new();
    loop {
        let node = cursor.node();
        let children = if visit(node) { node.child_count() } else { 0 };
        if children > 0 && cursor.goto_first_child() {
            open.push(children - 1);
            continue;
        }
        if !goes_on(&mut cursor, &mut open) {
            return;
        }
    }
}

/// Moves to the node that follows in the order of the text and is not below this one; false if there is none. Per node that is
/// `open`, the number of its children that are still to come.
fn goes_on(cursor: &mut TreeCursor<'_>, open: &mut Vec<u32>) -> bool {
    while let Some(left) = open.last_mut() {
        if *left > 0 && cursor.goto_next_sibling() {
            *left -= 1;
            return true;
        }
        open.pop();
        cursor.goto_parent();
    }
    false
}

/// The nodes of a tree in the order of the text, read once for all who walk through them.
pub(crate) struct Nodes<'t> {
    /// Each with the number of the first that is not below it.
    all: Vec<(Node<'t>, usize)>,
}

impl<'t> Nodes<'t> {
    pub(crate) fn of(tree: &'t Tree) -> Self {
        let mut all: Vec<(Node<'t>, usize)> = Vec::with_capacity(tree.root_node().descendant_count());
        let (mut open, mut numbers) = (Vec::new(), Vec::new());
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            let (number, children) = (all.len(), node.child_count());
            all.push((node, number + 1));
            if children > 0 && cursor.goto_first_child() {
                open.push(children - 1);
                numbers.push(number);
                continue;
            }
            let more = goes_on(&mut cursor, &mut open);
            let end = all.len();
            numbers.drain(open.len()..).for_each(|closed: usize| all[closed].1 = end);
            if !more {
                return Self { all };
            }
        }
    }

    /// As [`walk`], of all of them.
    pub(crate) fn walk(&self, visit: &mut dyn FnMut(Node<'t>) -> bool) {
        let mut at = 0;
        while let Some((node, end)) = self.all.get(at) {
            at = if visit(*node) { at + 1 } else { *end };
        }
    }
}

/// What the kind of a node says of it, looked up by its number: comparing names takes long where there are many nodes.
pub(crate) struct ByKind<T>(Vec<T>);

impl<T: Copy + Default> ByKind<T> {
    /// `of` says it by the name of a kind, and by whether the grammar gives it one of its own, which signs have not.
    pub(crate) fn of(language: &Language, of: impl Fn(&str, bool) -> T) -> Self {
        let count = u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
        let named = |id| (language.node_kind_for_id(id).unwrap_or_default(), language.node_kind_is_named(id));
        let say = |(kind, is_named)| of(kind, is_named);
        Self((0..count).map(named).map(say).collect())
    }

    /// What is said of the node; the default for those that are errors.
    pub(crate) fn get(&self, node: &Node<'_>) -> T {
        self.0.get(usize::from(node.kind_id())).copied().unwrap_or_default()
    }
}

/// Kinds of nodes that only bring names in, or only describe types.
const NAMING: [&str; 11] = [
    "import_declaration",
    "import",
    "import_list",
    "package_clause",
    "package_declaration",
    "package_header",
    "using_directive",
    "namespace_use_declaration",
    "interface_declaration",
    "type_declaration",
    "php_tag",
];

/// What becomes of a node where copies are looked for.
#[derive(Clone, Copy, Default)]
enum Leaf {
    /// Neither it nor what is in it is a token.
    PassedOver,
    Name,
    Literal,
    /// A keyword or a sign, told by its text.
    #[default]
    Word,
}

impl Leaf {
    fn of(kind: &str, is_named: bool) -> Self {
        let says = |words: &[&str]| is_named && words.iter().any(|word| kind.contains(word));
        let literal = [
            "string", "literal", "integer", "float", "number", "char", "content", "symbol", "escape", "heredoc",
            "regex",
        ];
        if says(&["comment"]) || (is_named && NAMING.contains(&kind)) {
            Self::PassedOver
        } else if says(&["identifier", "name", "constant", "variable", "label"]) {
            Self::Name
        } else if says(&literal) {
            Self::Literal
        } else {
            Self::Word
        }
    }
}

/// Per language: what becomes of its nodes.
static LEAVES: Mutex<Vec<(Language, Arc<ByKind<Leaf>>)>> = Mutex::new(Vec::new());

fn leaves(language: &Language) -> Arc<ByKind<Leaf>> {
    let mut known = LEAVES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, leaves)) = known.iter().find(|(known, _)| known == language) {
        return Arc::clone(leaves);
    }
    let leaves = Arc::new(ByKind::of(language, Leaf::of));
    known.push((language.clone(), Arc::clone(&leaves)));
    leaves
}

/// The leaves of the tree of `text` as tokens; none where there is no tree. See [`crate::Language::tokens`].
pub(crate) fn tokens(language: &Language, source: &str) -> Vec<Token> {
    let Ok(tree) = parse(language, source) else { return Vec::new() };
    let (leaves, mut tokens) = (leaves(language), Vec::new());
    walk(tree.root_node(), &mut |node| {
        let leaf = leaves.get(&node);
        if matches!(leaf, Leaf::PassedOver) {
            return false;
        }
        if node.child_count() == 0 && !text(node, source).trim().is_empty() {
            tokens.push(match leaf {
                Leaf::Name => Token::new(Token::NAME, node.byte_range()),
                Leaf::Literal => Token::new(Token::LITERAL, node.byte_range()),
                Leaf::PassedOver | Leaf::Word => Token::word(text(node, source), node.byte_range()),
            });
        }
        true
    });
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_source_is_bounded() {
        let go: Language = tree_sitter_go::LANGUAGE.into();
        let tree = parse(&go, "package main\n\nfunc main() {\n\tprintln(1\n}\n").unwrap();
        assert!(first_error(&tree).is_some());
        assert_eq!(first_error(&parse(&go, "package main\n").unwrap()), None);
        assert!(parse(&go, &"x".repeat(LARGEST + 1)).is_err());
        let deep = format!("package main\n\nvar x = {}1{}\n", "(".repeat(20_000), ")".repeat(20_000));
        let mut nodes = 0;
        walk(parse(&go, &deep).unwrap().root_node(), &mut |_| {
            nodes += 1;
            true
        });
        assert!(nodes > 20_000);
        let tree = parse(&go, "package main\n\nfunc main() {\n\tprintln(f(1), 2)\n}\n").unwrap();
        for passed_over in ["", "parameter_list", "argument_list", "block", "source_file"] {
            let (mut one, mut other) = (Vec::new(), Vec::new());
            let visit = |seen: &mut Vec<_>, node: Node<'_>| {
                seen.push(node.id());
                node.kind() != passed_over
            };
            walk(tree.root_node(), &mut |node| visit(&mut one, node));
            Nodes::of(&tree).walk(&mut |node| visit(&mut other, node));
            assert_eq!(one, other, "{passed_over}");
            assert!(!passed_over.is_empty() || one.len() == tree.root_node().descendant_count());
        }
    }
}
