//! Python to the neutral tree, with ruff's parser. Nothing of ruff's leaves this module.

mod expressions;
mod functions;
mod statements;

use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use crate::{
    nesting::{self, Lexis},
    tree::{Language, Module, Span},
};

/// Trees deeper than this are refused: whoever walks an owned tree, or drops it, recurses. No person writes such code.
const DEEPEST: usize = 1_500;

/// Reads Python whose text is `text`. Never fails: what cannot be read is said in [`Module::error`].
pub fn parse_python(text: &str) -> Module {
    let refused = |at: usize| Module {
        language: Language::Python,
        body: Vec::new(),
        error: Some((at..at, nesting::TOO_DEEP.to_owned())),
    };
    if nesting::depth_of(text, Lexis::Python) > DEEPEST {
        return refused(0);
    }
    nesting::with_room(text, Lexis::Python, || read(text)).unwrap_or_else(refused)
}

fn read(text: &str) -> Module {
    let parsed = ruff_python_parser::parse_unchecked_source(text, ast::PySourceType::Python);
    let error = parsed.errors().first().map(|error| {
        let place = error.location.start().to_usize()..error.location.end().to_usize();
        (place, error.error.to_string())
    });
    Module { language: Language::Python, body: statements::statements(parsed.suite()), error }
}

fn span(node: &impl Ranged) -> Span {
    let range = node.range();
    range.start().to_usize()..range.end().to_usize()
}

#[cfg(test)]
mod tests;
