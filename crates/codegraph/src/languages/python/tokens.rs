//! The tokens of a Python file, by ruff's lexer.

use std::ops::Range;

use lockstep_script::nesting::{self, Lexis};
use ruff_python_ast::{self as ast, Expr, Stmt, token::TokenKind};
use ruff_text_size::{Ranged, TextRange};

use crate::tokens::{Token, without};

/// See [`crate::Language::tokens`].
pub(super) fn tokens(text: &str) -> Vec<Token> {
    nesting::with_room(text, Lexis::Python, || read(text)).unwrap_or_default()
}

fn read(text: &str) -> Vec<Token> {
    let parsed = ruff_python_parser::parse_unchecked_source(text, ast::PySourceType::Python);
    let tokens = parsed.tokens().iter().filter_map(|token| {
        let span = bytes(token.range());
        Some(match token.kind() {
            TokenKind::Comment | TokenKind::Newline | TokenKind::NonLogicalNewline | TokenKind::EndOfFile => {
                return None;
            }
            TokenKind::Name => Token::new(Token::NAME, span),
            TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringStart
            | TokenKind::FStringMiddle
            | TokenKind::FStringEnd
            | TokenKind::TStringStart
            | TokenKind::TStringMiddle
            | TokenKind::TStringEnd => Token::new(Token::LITERAL, span),
            // Where a block begins and ends is grammar here.
            TokenKind::Indent => Token::word("{", span),
            TokenKind::Dedent => return None,
            _ => Token::word(text.get(span.clone())?, span),
        })
    });
    let mut left_out = Vec::new();
    leave_out(parsed.suite(), &mut left_out);
    without(tokens.collect(), &left_out)
}

/// Imports, the docstrings of the module and its definitions, and what runs when the file is called by hand.
fn leave_out(body: &[Stmt], spans: &mut Vec<Range<usize>>) {
    for (number, statement) in body.iter().enumerate() {
        match statement {
            Stmt::Import(_) | Stmt::ImportFrom(_) => spans.push(bytes(statement.range())),
            Stmt::Expr(expr) if number == 0 && matches!(*expr.value, Expr::StringLiteral(_)) => {
                spans.push(bytes(statement.range()));
            }
            Stmt::If(branch) if is_main(&branch.test) => spans.push(bytes(statement.range())),
            Stmt::ClassDef(class) => leave_out(&class.body, spans),
            Stmt::FunctionDef(function) => leave_out(&function.body, spans),
            _ => {}
        }
    }
}

/// True for `__name__ == "__main__"`.
fn is_main(test: &Expr) -> bool {
    matches!(test, Expr::Compare(compare) if matches!(&*compare.left, Expr::Name(name) if name.id == "__name__"))
}

fn bytes(range: TextRange) -> Range<usize> {
    range.start().to_usize()..range.end().to_usize()
}
