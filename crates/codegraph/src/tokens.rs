//! Source texts as rows of tokens, for finding copies: comments and layout are no tokens, names are all alike, and so are
//! literals. What only brings names in, documents, or describes types that vanish before the code runs, is left out.

use std::ops::Range;

use lockstep_model::RepoPath;

use crate::{change, language_of};

/// One token of a source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What kind of token it is: [`Token::NAME`], [`Token::LITERAL`], or a number that stands for a keyword or sign, the
    /// same in every language and every run.
    pub class: u32,
    /// Its first byte.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

impl Token {
    /// The class of identifiers.
    pub const NAME: u32 = 0;
    /// The class of numbers, strings and pieces of strings.
    pub const LITERAL: u32 = 1;
    /// The class of what no copy spans: the end of a passage.
    pub(crate) const BORDER: u32 = 2;

    /// A token that spans `span`.
    pub fn new(class: u32, span: Range<usize>) -> Self {
        // Larger texts are not read at all.
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { class, start: number(span.start), end: number(span.end) }
    }

    /// A keyword or a sign, told by its text.
    pub fn word(text: &str, span: Range<usize>) -> Self {
        Self::new(class_of(text), span)
    }

    /// The bytes that it spans.
    pub fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Its text.
    pub(crate) fn text<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.span()).unwrap_or_default()
    }
}

/// The class of a keyword or sign: FNV-1a, which is the same everywhere.
pub(crate) fn class_of(word: &str) -> u32 {
    let hash = word.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    // The first numbers are taken.
    hash.max(16)
}

/// Texts beyond this were written by programs: 1 MiB.
const LARGEST: usize = 1 << 20;

/// The tokens of the source file `path`; empty for what is no source, or none that a person wrote.
pub(crate) fn of(path: &RepoPath, text: &str) -> Vec<Token> {
    if text.len() > LARGEST {
        return Vec::new();
    }
    let tokens = match language_of(path) {
        Some(language) => language.tokens(path, text),
        None => change::tokens_by_grammar(path, text),
    };
    without_layout(tokens)
}

/// True if the tokens of `path` are the leaves of the tree that its facts are read from.
pub(crate) fn are_of_the_tree(path: &RepoPath) -> bool {
    language_of(path).is_some() && change::has_grammar(path)
}

/// Takes off what formatters put in and take out: semicolons, and commas before a closing bracket.
fn without_layout(tokens: Vec<Token>) -> Vec<Token> {
    let (semicolon, comma) = (class_of(";"), class_of(","));
    let closing = [")", "]", "}"].map(class_of);
    let mut kept: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        if closing.contains(&token.class) && kept.last().is_some_and(|last| last.class == comma) {
            kept.pop();
        }
        if token.class != semicolon {
            kept.push(token);
        }
    }
    kept
}

/// Leaves out the tokens that begin in one of `spans`, which are in the order of the text.
pub(crate) fn without(tokens: Vec<Token>, spans: &[Range<usize>]) -> Vec<Token> {
    let mut spans = spans.iter().peekable();
    let mut is_outside = |token: &Token| {
        let start = token.start as usize;
        while spans.next_if(|span| span.end <= start).is_some() {}
        spans.peek().is_none_or(|span| start < span.start)
    };
    tokens.into_iter().filter(|token| is_outside(token)).collect()
}

#[cfg(test)]
mod tests;
