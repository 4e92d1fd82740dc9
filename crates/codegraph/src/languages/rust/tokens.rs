//! The tokens of a Rust file, by the lexer that syn uses.

use lockstep_script::nesting::{self, Lexis};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::tokens::Token;

/// Words that are no names.
const KEYWORDS: [&str; 37] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "false", "fn", "for", "if",
    "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "Self", "static",
    "struct", "super", "trait", "true", "type", "unsafe", "use", "where", "while",
];

/// See [`crate::Language::tokens`].
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let read = || {
        let mut tokens = Vec::new();
        // A `#!` line is none of the language; `#![` is.
        let start = if text.starts_with("#!") && !text.starts_with("#![") { text.find('\n').unwrap_or(0) } else { 0 };
        if let Ok(stream) = text[start..].parse::<TokenStream>() {
            Writer { text, offset: start, tokens: &mut tokens }.items(stream);
        }
        // The spans of a file are kept per thread until told otherwise: they would pile up over a repository.
        proc_macro2::extra::invalidate_current_thread_spans();
        tokens
    };
    nesting::with_room(text, Lexis::Rust, read).unwrap_or_default()
}

struct Writer<'t> {
    text: &'t str,
    offset: usize,
    tokens: &'t mut Vec<Token>,
}

impl Writer<'_> {
    fn items(&mut self, stream: TokenStream) {
        let mut rest = stream.into_iter().peekable();
        let mut starts_item = true;
        while let Some(tree) = rest.next() {
            // Documentation, attributes of the compiler.
            if is_sign(&tree, '#') {
                let _ = rest.next_if(|next| is_sign(next, '!'));
                let _ = rest.next_if(|next| matches!(next, TokenTree::Group(_)));
                continue;
            }
            if starts_item && matches!(&tree, TokenTree::Ident(word) if word == "use" || word == "extern") {
                while rest.next_if(|next| !is_sign(next, ';') && !is_brace(next)).is_some() {}
                continue;
            }
            starts_item = is_sign(&tree, ';') || is_brace(&tree) || (starts_item && is_visibility(&tree));
            self.write(tree);
        }
    }

    fn span(&self, tree: &TokenTree) -> std::ops::Range<usize> {
        let range = tree.span().byte_range();
        range.start + self.offset..range.end + self.offset
    }

    fn write(&mut self, tree: TokenTree) {
        let span = self.span(&tree);
        match tree {
            TokenTree::Group(group) => {
                let whole = self.text.get(span.clone()).unwrap_or_default();
                let has_brackets = group.delimiter() != Delimiter::None && whole.len() >= 2;
                if has_brackets {
                    self.tokens.push(Token::word(&whole[..1], span.start..span.start + 1));
                }
                self.items(group.stream());
                if has_brackets {
                    self.tokens.push(Token::word(&whole[whole.len() - 1..], span.end - 1..span.end));
                }
            }
            TokenTree::Literal(_) => self.tokens.push(Token::new(Token::LITERAL, span)),
            TokenTree::Ident(word) => {
                let word = word.to_string();
                self.tokens.push(if KEYWORDS.contains(&word.as_str()) {
                    Token::word(&word, span)
                } else {
                    Token::new(Token::NAME, span)
                });
            }
            TokenTree::Punct(sign) => self.tokens.push(Token::word(sign.as_char().encode_utf8(&mut [0; 4]), span)),
        }
    }
}

fn is_sign(tree: &TokenTree, sign: char) -> bool {
    matches!(tree, TokenTree::Punct(found) if found.as_char() == sign)
}

fn is_brace(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_visibility(tree: &TokenTree) -> bool {
    match tree {
        TokenTree::Ident(word) => word == "pub",
        TokenTree::Group(group) => group.delimiter() == Delimiter::Parenthesis,
        _ => false,
    }
}
