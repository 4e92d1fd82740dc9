//! What a file mentions: chains of names (`Money.total`), read off the leaves of its tree.
//!
//! The three grammars differ in their nodes, and agree in their leaves. Nothing here recurses.

use std::ops::Range;

use rustc_hash::FxHashSet;
use tree_sitter::Language;

use crate::syntax::{ByKind, Nodes};

/// Names of a chain beyond these say nothing more.
const LONGEST: usize = 12;

/// A chain of names.
#[derive(Debug, Default)]
pub(crate) struct Path<'t> {
    pub(crate) names: Vec<&'t str>,
    pub(crate) span: Range<usize>,
    /// True if it goes on from something that is no name: `f(x).total`.
    pub(crate) member: bool,
    /// True if it goes on from `this` or `super`.
    pub(crate) own: bool,
    /// True if parentheses follow, or nothing but `::` stands before it: `map(::total)`.
    pub(crate) call: bool,
    /// The text that is the first argument of the call.
    pub(crate) argument: Option<&'t str>,
}

enum Token<'t> {
    Name(&'t str),
    This,
    Dot,
    /// `::`
    Reference,
    Open,
    /// The end of what a dot may follow.
    Close,
    Comma,
    Equals,
    Text(&'t str),
    Other,
}

/// What the kind of a node says of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// What is in it mentions nothing.
    PassedOver,
    Name,
    Text,
    #[default]
    Other,
}

/// What the kinds of nodes say; comments, and those of the kinds `passed_over`, mention nothing.
pub(crate) fn leaves(language: &Language, passed_over: &[&str]) -> ByKind<Leaf> {
    ByKind::of(language, |kind, _| match kind {
        _ if passed_over.contains(&kind) || kind.contains("comment") => Leaf::PassedOver,
        "identifier" | "type_identifier" => Leaf::Name,
        "string_fragment" | "string_content" | "string" => Leaf::Text,
        _ => Leaf::Other,
    })
}

/// The chains of names in the order of the text, by what the kinds of nodes say. Names that start at a place in `declared` are
/// left out.
pub(crate) fn paths<'t>(
    nodes: &Nodes<'_>,
    text: &'t str,
    leaves: &ByKind<Leaf>,
    declared: &FxHashSet<usize>,
) -> Vec<Path<'t>> {
    let mut reader =
        Reader { paths: Vec::new(), open: None, before: Token::Other, last_dot: false, alone: false, argument: false };
    nodes.walk(&mut |node| {
        let leaf = leaves.get(&node);
        if leaf == Leaf::PassedOver {
            return false;
        }
        if node.child_count() > 0 {
            return true;
        }
        let source = text.get(node.byte_range()).unwrap_or_default();
        if source.trim().is_empty() {
            return false;
        }
        let token = token(leaf, source);
        if !matches!(source, "\"" | "\"\"\"") {
            reader.take(token, node.byte_range(), declared);
        }
        false
    });
    reader.end();
    reader.paths
}

fn token(leaf: Leaf, source: &str) -> Token<'_> {
    match source {
        "." | "?." | "#" | "!!." => return Token::Dot,
        "::" => return Token::Reference,
        "(" => return Token::Open,
        ")" | "]" | "}" | ">" | "?" | "!!" => return Token::Close,
        "," => return Token::Comma,
        "=" => return Token::Equals,
        "this" | "super" => return Token::This,
        _ => {}
    }
    match leaf {
        Leaf::Name => Token::Name(source.trim_matches('`')),
        Leaf::Text => Token::Text(source.trim_matches('"')),
        Leaf::PassedOver | Leaf::Other => Token::Other,
    }
}

struct Reader<'t> {
    paths: Vec<Path<'t>>,
    /// The chain that may go on.
    open: Option<Path<'t>>,
    before: Token<'t>,
    /// True if the last token was a dot.
    last_dot: bool,
    /// True if that dot is a `::` that nothing stands before.
    alone: bool,
    /// True if the chain begins an argument, and names its parameter if `=` follows.
    argument: bool,
}

impl<'t> Reader<'t> {
    fn take(&mut self, token: Token<'t>, span: Range<usize>, declared: &FxHashSet<usize>) {
        match &token {
            Token::Name(name) => self.name(name, span, declared),
            Token::This => {
                self.end();
                self.open = Some(Path { own: true, span, ..Path::default() });
            }
            Token::Dot | Token::Reference => {
                if self.last_dot {
                    self.end();
                }
                let follows =
                    self.open.is_some() || matches!(self.before, Token::Close | Token::Text(_) | Token::Name(_));
                self.alone = matches!(token, Token::Reference) && !follows;
            }
            Token::Open => {
                if let Some(mut path) = self.open.take() {
                    path.call = true;
                    self.push(path);
                }
            }
            Token::Text(text) => {
                self.end();
                if let (Token::Open, Some(path)) = (&self.before, self.paths.last_mut()) {
                    path.argument.get_or_insert(text);
                }
            }
            // `f(total = 1)`: the name of a parameter.
            Token::Equals if self.argument && self.open.as_ref().is_some_and(|path| path.names.len() == 1) => {
                self.open = None;
            }
            Token::Comma | Token::Equals | Token::Close | Token::Other => self.end(),
        }
        self.last_dot = matches!(token, Token::Dot | Token::Reference);
        self.before = token;
    }

    fn name(&mut self, name: &'t str, span: Range<usize>, declared: &FxHashSet<usize>) {
        if declared.contains(&span.start) {
            self.end();
            return;
        }
        match &mut self.open {
            Some(path) if self.last_dot => {
                path.span.end = span.end;
                if path.names.len() < LONGEST {
                    path.names.push(name);
                }
            }
            _ => {
                self.end();
                let call = self.last_dot && self.alone;
                let member = self.last_dot && !call;
                self.argument = matches!(self.before, Token::Open | Token::Comma);
                self.open = Some(Path { names: vec![name], span, member, call, ..Path::default() });
            }
        }
    }

    fn end(&mut self) {
        if let Some(path) = self.open.take() {
            self.push(path);
        }
    }

    fn push(&mut self, path: Path<'t>) {
        if !path.names.is_empty() {
            self.paths.push(path);
        }
    }
}
