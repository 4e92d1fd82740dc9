//! The tokens of a JavaScript or TypeScript file, by oxc's lexer.

use std::ops::Range;

use lockstep_model::RepoPath;
use lockstep_script::nesting::with_script_room;
use oxc_allocator::Allocator;
use oxc_ast::ast::{Declaration, Expression, Program, Statement, VariableDeclaration};
use oxc_parser::{Kind, ParseOptions, Parser, config::TokensParserConfig};
use oxc_span::{GetSpan, SourceType};

use super::facts::source_type;
use crate::tokens::{Token, without};

/// See [`crate::Language::tokens`].
pub(super) fn tokens(path: &RepoPath, text: &str) -> Vec<Token> {
    let Some(source_type) = source_type(path) else { return Vec::new() };
    with_script_room(&[text], || read(source_type, text)).unwrap_or_default()
}

fn read(source_type: SourceType, text: &str) -> Vec<Token> {
    let allocator = Allocator::default();
    let options = ParseOptions { allow_return_outside_function: true, ..Default::default() };
    let parsed =
        Parser::new(&allocator, text, source_type).with_options(options).with_config(TokensParserConfig).parse();
    let tokens = parsed.tokens.iter().filter_map(|token| {
        let span = token.start() as usize..token.end() as usize;
        Some(match token.kind() {
            Kind::Eof | Kind::Undetermined | Kind::Skip | Kind::HashbangComment => return None,
            Kind::Ident | Kind::PrivateIdentifier => Token::new(Token::NAME, span),
            kind if kind.is_number() || is_text(kind) => Token::new(Token::LITERAL, span),
            _ => Token::word(text.get(span.clone())?, span),
        })
    });
    without(tokens.collect(), &left_out(&parsed.program))
}

fn is_text(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Str
            | Kind::RegExp
            | Kind::NoSubstitutionTemplate
            | Kind::TemplateHead
            | Kind::TemplateMiddle
            | Kind::TemplateTail
            | Kind::JSXText
    )
}

/// Statements of the file that import, re-export, or describe types.
fn left_out(program: &Program<'_>) -> Vec<Range<usize>> {
    let statements = program.body.iter().filter(|statement| match statement {
        Statement::ImportDeclaration(_)
        | Statement::ExportAllDeclaration(_)
        | Statement::ExportFromDeclaration(_)
        | Statement::ExportNamedDeclaration(_)
        | Statement::TSInterfaceDeclaration(_)
        | Statement::TSTypeAliasDeclaration(_)
        | Statement::TSImportEqualsDeclaration(_) => true,
        Statement::VariableDeclaration(variables) => requires(variables),
        Statement::ExportDeclaration(export) => matches!(
            export.declaration,
            Declaration::TSInterfaceDeclaration(_) | Declaration::TSTypeAliasDeclaration(_)
        ),
        _ => false,
    });
    statements.map(|statement| statement.span().start as usize..statement.span().end as usize).collect()
}

/// True for `const x = require('y')`.
fn requires(variables: &VariableDeclaration<'_>) -> bool {
    let is_require = |value: &Expression<'_>| match value {
        Expression::CallExpression(call) => call.callee.is_specific_id("require"),
        Expression::StaticMemberExpression(member) => {
            matches!(&member.object, Expression::CallExpression(call) if call.callee.is_specific_id("require"))
        }
        _ => false,
    };
    variables.declarations.iter().all(|one| one.init.as_ref().is_some_and(is_require))
}
