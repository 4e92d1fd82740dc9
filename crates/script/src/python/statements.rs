//! Statements of Python.

use std::sync::Arc;

use ruff_python_ast::{self as ast, ElifElseClause, Stmt};

use super::{
    expressions::{expression, operator, target},
    functions::{class, function},
    span,
};
use crate::tree::{Case, Expression, ExpressionKind, Import, ImportBinding, Imported, Over, Statement, StatementKind};

/// What the statements say; `pass` and types say nothing.
pub(super) fn statements(list: &[Stmt]) -> Vec<Statement> {
    let mut body = Vec::new();
    for one in list {
        statement(one, &mut body);
    }
    body
}

fn statement(stmt: &Stmt, into: &mut Vec<Statement>) {
    let kind = match stmt {
        Stmt::FunctionDef(inner) => StatementKind::Function(Arc::new(function(inner))),
        Stmt::ClassDef(inner) => StatementKind::Class(Arc::new(class(inner))),
        Stmt::Return(inner) => StatementKind::Return(inner.value.as_deref().map(expression)),
        Stmt::Assign(inner) => StatementKind::Variable {
            targets: inner.targets.iter().map(target).collect(),
            value: Some(expression(&inner.value)),
        },
        Stmt::AnnAssign(inner) => StatementKind::Variable {
            targets: vec![target(&inner.target)],
            value: inner.value.as_deref().map(expression),
        },
        Stmt::AugAssign(inner) => {
            let (changed, value) = (Box::new(target(&inner.target)), Box::new(expression(&inner.value)));
            let kind = ExpressionKind::Assign(changed, Some(operator(inner.op)), value);
            StatementKind::Expression(Expression { span: span(inner), kind })
        }
        Stmt::For(inner) => {
            let pattern = target(&inner.target);
            let kind = StatementKind::For {
                pattern,
                each: expression(&inner.iter),
                over: Over::Values,
                body: statements(&inner.body),
            };
            into.push(Statement { span: span(stmt), kind });
            return into.extend(statements(&inner.orelse));
        }
        Stmt::While(inner) => StatementKind::Loop {
            before: Vec::new(),
            test: Some(expression(&inner.test)),
            after: None,
            body: statements(&inner.body),
        },
        Stmt::If(inner) => StatementKind::If {
            test: expression(&inner.test),
            then: statements(&inner.body),
            otherwise: otherwise(&inner.elif_else_clauses),
        },
        Stmt::With(inner) => StatementKind::With {
            items: inner
                .items
                .iter()
                .map(|item| (expression(&item.context_expr), item.optional_vars.as_deref().map(target)))
                .collect(),
            body: statements(&inner.body),
        },
        Stmt::Match(inner) => {
            StatementKind::Switch { subject: expression(&inner.subject), cases: inner.cases.iter().map(case).collect() }
        }
        Stmt::Raise(inner) => StatementKind::Throw(inner.exc.as_deref().map(expression)),
        Stmt::Try(inner) => {
            let mut after = statements(&inner.orelse);
            after.extend(statements(&inner.finalbody));
            let handlers = inner.handlers.iter().map(|handler| {
                let ast::ExceptHandler::ExceptHandler(handler) = handler;
                statements(&handler.body)
            });
            StatementKind::Try { body: statements(&inner.body), handlers: handlers.collect(), after }
        }
        Stmt::Import(inner) => return into.extend(inner.names.iter().map(|alias| plain_import(stmt, alias))),
        Stmt::ImportFrom(inner) => StatementKind::Import(from_import(inner)),
        Stmt::Expr(inner) => StatementKind::Expression(expression(&inner.value)),
        Stmt::Break(_) => StatementKind::Break,
        Stmt::Continue(_) => StatementKind::Continue,
        Stmt::Global(inner) => StatementKind::Outer(inner.names.iter().map(ToString::to_string).collect()),
        Stmt::Nonlocal(inner) => StatementKind::Outer(inner.names.iter().map(ToString::to_string).collect()),
        Stmt::Pass(_) | Stmt::TypeAlias(_) | Stmt::Assert(_) => return,
        Stmt::Delete(_) => StatementKind::Opaque("del"),
        Stmt::IpyEscapeCommand(_) => StatementKind::Opaque("notebook command"),
    };
    into.push(Statement { span: span(stmt), kind });
}

/// `elif` and `else`, as one `if` in the other.
fn otherwise(clauses: &[ElifElseClause]) -> Vec<Statement> {
    let mut rest: Vec<Statement> = Vec::new();
    for clause in clauses.iter().rev() {
        let body = statements(&clause.body);
        rest = match &clause.test {
            None => body,
            Some(test) => {
                let kind = StatementKind::If { test: expression(test), then: body, otherwise: rest };
                vec![Statement { span: span(clause), kind }]
            }
        };
    }
    rest
}

fn case(inner: &ast::MatchCase) -> Case {
    let mut values = Vec::new();
    let sound = case_values(&inner.pattern, &mut values);
    // A guard may let the case go by.
    let open = !sound || inner.guard.is_some();
    Case { values: if open { Vec::new() } else { values }, open, body: statements(&inner.body) }
}

/// The values that a pattern stands for; false if it stands for more.
fn case_values(pattern: &ast::Pattern, values: &mut Vec<Expression>) -> bool {
    match pattern {
        ast::Pattern::MatchValue(inner) => values.push(expression(&inner.value)),
        ast::Pattern::MatchSingleton(inner) => {
            let kind = match inner.value {
                ast::Singleton::None => ExpressionKind::Null,
                ast::Singleton::True => ExpressionKind::Boolean(true),
                ast::Singleton::False => ExpressionKind::Boolean(false),
            };
            values.push(Expression { span: span(inner), kind });
        }
        ast::Pattern::MatchOr(inner) => return inner.patterns.iter().all(|one| case_values(one, values)),
        _ => return false,
    }
    true
}

fn plain_import(stmt: &Stmt, alias: &ast::Alias) -> Statement {
    let module = alias.name.to_string();
    let (imported, local, place) = match &alias.asname {
        Some(local) => (Imported::Module, local.to_string(), span(local)),
        None => {
            let first = module.split('.').next().unwrap_or_default().to_owned();
            let imported = if first == module { Imported::Module } else { Imported::FirstPart };
            (imported, first, span(&alias.name))
        }
    };
    let bindings = vec![ImportBinding { imported, local, span: place }];
    let import = Import { module, level: 0, span: span(&alias.name), bindings, type_only: false };
    Statement { span: span(stmt), kind: StatementKind::Import(import) }
}

fn from_import(inner: &ast::StmtImportFrom) -> Import {
    let bindings = inner
        .names
        .iter()
        .map(|alias| {
            let name = alias.name.to_string();
            if name == "*" {
                return ImportBinding { imported: Imported::All, local: String::new(), span: span(alias) };
            }
            let (local, place) = alias
                .asname
                .as_ref()
                .map_or_else(|| (name.clone(), span(&alias.name)), |local| (local.to_string(), span(local)));
            ImportBinding { imported: Imported::Name(name), local, span: place }
        })
        .collect();
    Import {
        module: inner.module.as_ref().map(ToString::to_string).unwrap_or_default(),
        level: inner.level,
        span: inner.module.as_ref().map_or_else(|| span(inner), span),
        bindings,
        type_only: false,
    }
}
