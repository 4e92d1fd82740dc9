//! Statements of TypeScript and JavaScript.

use std::sync::Arc;

use oxc_ast::ast::{
    Declaration, Expression as Expr, ForStatementInit, ForStatementLeft, Statement as Stmt, SwitchCase,
    TSEnumDeclaration, TSEnumMemberName, TSImportEqualsDeclaration, TSModuleReference, TryStatement,
    VariableDeclaration,
};

use super::{
    expressions::{expression, text_key},
    functions::{class, function},
    modules, patterns, span,
};
use crate::tree::{
    Argument, ArgumentKind, Call, Case, Expression, ExpressionKind, Over, Pattern, PatternKind, Property, Span,
    Statement, StatementKind,
};

/// What the statements say; types and declarations without code say nothing.
pub(super) fn statements<'a>(list: impl IntoIterator<Item = &'a Stmt<'a>>) -> Vec<Statement> {
    let mut body = Vec::new();
    for one in list {
        statement(one, &mut body);
    }
    body
}

/// The body of a branch or a loop: a block's statements, or the one statement.
fn block(stmt: &Stmt<'_>) -> Vec<Statement> {
    match stmt {
        Stmt::BlockStatement(block) => statements(&block.body),
        other => statements([other]),
    }
}

fn statement<'a>(stmt: &'a Stmt<'a>, into: &mut Vec<Statement>) {
    if let Some(found) = stmt.as_declaration() {
        return declaration(found, span(stmt), into);
    }
    if let Some(found) = stmt.as_module_declaration() {
        return into.extend(modules::module_statement(found));
    }
    let kind = match stmt {
        Stmt::BlockStatement(inner) => StatementKind::Block(statements(&inner.body)),
        Stmt::BreakStatement(_) => StatementKind::Break,
        Stmt::ContinueStatement(_) => StatementKind::Continue,
        Stmt::ExpressionStatement(inner) => StatementKind::Expression(expression(&inner.expression)),
        Stmt::ReturnStatement(inner) => StatementKind::Return(inner.argument.as_ref().map(expression)),
        Stmt::ThrowStatement(inner) => StatementKind::Throw(Some(expression(&inner.argument))),
        Stmt::IfStatement(inner) => StatementKind::If {
            test: expression(&inner.test),
            then: block(&inner.consequent),
            otherwise: inner.alternate.as_ref().map(block).unwrap_or_default(),
        },
        Stmt::ForOfStatement(inner) => each(&inner.left, &inner.right, Over::Values, &inner.body),
        Stmt::ForInStatement(inner) => each(&inner.left, &inner.right, Over::Keys, &inner.body),
        Stmt::ForStatement(inner) => StatementKind::Loop {
            before: inner.init.as_ref().map(start).unwrap_or_default(),
            test: inner.test.as_ref().map(expression),
            after: inner.update.as_ref().map(expression),
            body: block(&inner.body),
        },
        Stmt::WhileStatement(inner) => repeated(&inner.test, &inner.body),
        Stmt::DoWhileStatement(inner) => repeated(&inner.test, &inner.body),
        Stmt::TryStatement(inner) => tried(inner),
        Stmt::SwitchStatement(inner) => StatementKind::Switch {
            subject: expression(&inner.discriminant),
            cases: inner.cases.iter().map(case).collect(),
        },
        Stmt::LabeledStatement(inner) => return statement(&inner.body, into),
        Stmt::WithStatement(_) => StatementKind::Opaque("with"),
        _ => return,
    };
    into.push(Statement { span: span(stmt), kind });
}

/// `const`, `function`, `class`, `enum` …; several statements for several declarators.
pub(super) fn declaration(declaration: &Declaration<'_>, whole: Span, into: &mut Vec<Statement>) {
    let kind = match declaration {
        Declaration::VariableDeclaration(inner) => return variables(inner, into),
        Declaration::FunctionDeclaration(inner) if inner.body.is_some() => {
            StatementKind::Function(Arc::new(function(inner)))
        }
        Declaration::ClassDeclaration(inner) if !inner.declare => StatementKind::Class(Arc::new(class(inner))),
        Declaration::TSEnumDeclaration(inner) if !inner.declare => enumeration(inner),
        Declaration::TSImportEqualsDeclaration(inner) => match import_equals(inner) {
            Some(kind) => kind,
            None => return,
        },
        Declaration::TSNamespaceDeclaration(inner) if !inner.declare => StatementKind::Opaque("namespace"),
        _ => return,
    };
    into.push(Statement { span: whole, kind });
}

fn variables(declaration: &VariableDeclaration<'_>, into: &mut Vec<Statement>) {
    if declaration.declare {
        return;
    }
    let only = declaration.declarations.len() == 1;
    for declarator in &declaration.declarations {
        let whole = if only { span(declaration) } else { span(declarator) };
        let kind = StatementKind::Variable {
            targets: vec![patterns::binding(&declarator.id)],
            value: declarator.init.as_ref().map(expression),
        };
        into.push(Statement { span: whole, kind });
    }
}

/// An enum is an object: names to values.
fn enumeration(inner: &TSEnumDeclaration<'_>) -> StatementKind {
    let mut next = Some(0.0);
    let mut properties = Vec::new();
    for member in &inner.body.members {
        let name = match &member.id {
            TSEnumMemberName::Identifier(name) => name.name.to_string(),
            TSEnumMemberName::String(text) | TSEnumMemberName::ComputedString(text) => text.value.to_string(),
            TSEnumMemberName::ComputedTemplateString(_) => continue,
        };
        let value = match &member.initializer {
            Some(value) => expression(value),
            None => {
                let kind = next.map_or(ExpressionKind::Opaque("enum member"), ExpressionKind::Number);
                Expression { span: span(member), kind }
            }
        };
        next = match &value.kind {
            ExpressionKind::Number(number) => Some(number + 1.0),
            _ => None,
        };
        properties.push(Property::Pair(text_key(name, span(&member.id)), value));
    }
    let target = Pattern { span: span(&inner.id), kind: PatternKind::Name(inner.id.name.to_string()) };
    let value = Expression { span: span(inner), kind: ExpressionKind::Object(properties) };
    StatementKind::Variable { targets: vec![target], value: Some(value) }
}

/// `import a = require("b")`, `import a = b.c`.
fn import_equals(inner: &TSImportEqualsDeclaration<'_>) -> Option<StatementKind> {
    let target = Pattern { span: span(&inner.id), kind: PatternKind::Name(inner.id.name.to_string()) };
    let kind = match &inner.module_reference {
        TSModuleReference::ExternalModuleReference(module) => {
            let place = span(&module.expression);
            let text =
                Expression { span: place.clone(), kind: ExpressionKind::String(module.expression.value.to_string()) };
            let callee = Expression { span: place.clone(), kind: ExpressionKind::Name("require".to_owned()) };
            let argument = Argument { kind: ArgumentKind::Positional, value: text, span: place };
            ExpressionKind::Call(Box::new(Call { callee, arguments: vec![argument] }))
        }
        TSModuleReference::IdentifierReference(name) => ExpressionKind::Name(name.name.to_string()),
        TSModuleReference::QualifiedName(_) => return None,
    };
    let value = Expression { span: span(&inner.module_reference), kind };
    Some(StatementKind::Variable { targets: vec![target], value: Some(value) })
}

fn each<'a>(left: &ForStatementLeft<'a>, right: &Expr<'a>, over: Over, body: &'a Stmt<'a>) -> StatementKind {
    let pattern = match left {
        ForStatementLeft::VariableDeclaration(declaration) => {
            declaration.declarations.first().map(|first| patterns::binding(&first.id))
        }
        other => other.as_assignment_target().map(patterns::target),
    };
    let nothing = || Pattern { span: span(left), kind: PatternKind::Name("_".to_owned()) };
    StatementKind::For { pattern: pattern.unwrap_or_else(nothing), each: expression(right), over, body: block(body) }
}

fn start(init: &ForStatementInit<'_>) -> Vec<Statement> {
    let mut before = Vec::new();
    match init {
        ForStatementInit::VariableDeclaration(declaration) => variables(declaration, &mut before),
        other => {
            if let Some(value) = other.as_expression() {
                let kind = StatementKind::Expression(expression(value));
                before.push(Statement { span: span(value), kind });
            }
        }
    }
    before
}

fn repeated<'a>(test: &Expr<'a>, body: &'a Stmt<'a>) -> StatementKind {
    StatementKind::Loop { before: Vec::new(), test: Some(expression(test)), after: None, body: block(body) }
}

fn tried(inner: &TryStatement<'_>) -> StatementKind {
    StatementKind::Try {
        body: statements(&inner.block.body),
        handlers: inner.handler.iter().map(|handler| statements(&handler.body.body)).collect(),
        after: inner.finalizer.as_ref().map(|after| statements(&after.body)).unwrap_or_default(),
    }
}

fn case(inner: &SwitchCase<'_>) -> Case {
    Case {
        values: inner.test.iter().map(expression).collect(),
        open: inner.test.is_none(),
        body: statements(&inner.consequent),
    }
}
