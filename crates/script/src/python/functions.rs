//! Functions and classes of Python.

use std::sync::Arc;

use ruff_python_ast::{self as ast, Expr, ParameterWithDefault, Stmt};

use super::{
    expressions::{arguments, expression},
    span,
    statements::statements,
};
use crate::tree::{
    Class, ClassMember, Expression, Function, KeyKind, MemberKind, Parameter, ParameterKind, Pattern, PatternKind,
    PropertyKey, Statement, StatementKind,
};

/// `def`.
pub(super) fn function(inner: &ast::StmtFunctionDef) -> Function {
    Function {
        name: Some(inner.name.to_string()),
        name_span: span(&inner.name),
        span: span(inner),
        decorators: decorators(&inner.decorator_list),
        parameters: parameters(&inner.parameters),
        body: statements(&inner.body),
        arrow: false,
        generator: false,
    }
}

/// `lambda`.
pub(super) fn lambda(inner: &ast::ExprLambda) -> Function {
    let whole = span(inner);
    let value = expression(&inner.body);
    Function {
        name: None,
        name_span: whole.start..whole.start,
        span: whole,
        decorators: Vec::new(),
        parameters: inner.parameters.as_deref().map(parameters).unwrap_or_default(),
        body: vec![Statement { span: value.span.clone(), kind: StatementKind::Return(Some(value)) }],
        arrow: true,
        generator: false,
    }
}

fn decorators(list: &[ast::Decorator]) -> Vec<Expression> {
    list.iter().map(|decorator| expression(&decorator.expression)).collect()
}

fn parameters(list: &ast::Parameters) -> Vec<Parameter> {
    let ordinary = list.posonlyargs.iter().chain(&list.args).map(|one| with_default(one, ParameterKind::Ordinary));
    let mut found: Vec<Parameter> = ordinary.collect();
    found.extend(list.vararg.as_deref().map(|one| bare(one, ParameterKind::Rest)));
    found.extend(list.kwonlyargs.iter().map(|one| with_default(one, ParameterKind::NamedOnly)));
    found.extend(list.kwarg.as_deref().map(|one| bare(one, ParameterKind::RestNamed)));
    found
}

fn bare(inner: &ast::Parameter, kind: ParameterKind) -> Parameter {
    let pattern = Pattern { span: span(&inner.name), kind: PatternKind::Name(inner.name.to_string()) };
    Parameter { pattern, kind, field: false }
}

fn with_default(inner: &ParameterWithDefault, kind: ParameterKind) -> Parameter {
    let mut found = bare(&inner.parameter, kind);
    if let Some(value) = &inner.default {
        found.pattern =
            Pattern { span: span(inner), kind: PatternKind::Default(Box::new(found.pattern), expression(value)) };
    }
    found
}

/// `class`.
pub(super) fn class(inner: &ast::StmtClassDef) -> Class {
    Class {
        name: Some(inner.name.to_string()),
        name_span: span(&inner.name),
        span: span(inner),
        decorators: decorators(&inner.decorator_list),
        bases: inner.arguments.as_deref().map(arguments).unwrap_or_default(),
        members: inner.body.iter().flat_map(members).collect(),
    }
}

fn members(stmt: &Stmt) -> Vec<ClassMember> {
    let whole = span(stmt);
    let member = |is_static, kind| ClassMember { span: whole.clone(), is_static, kind };
    let field = |target: &Expr, value: Option<&Expr>| match target {
        Expr::Name(name) => {
            let key = PropertyKey { span: span(name), kind: KeyKind::Name(name.id.to_string()) };
            Some(member(true, MemberKind::Field(key, value.map(expression))))
        }
        _ => None,
    };
    match stmt {
        Stmt::FunctionDef(inner) => vec![method(inner)],
        Stmt::Assign(inner) if inner.targets.len() == 1 => {
            field(&inner.targets[0], Some(&inner.value)).into_iter().collect()
        }
        Stmt::AnnAssign(inner) => field(&inner.target, inner.value.as_deref()).into_iter().collect(),
        other => {
            let body = statements(std::slice::from_ref(other));
            // A docstring says nothing.
            let docstring = matches!(other, Stmt::Expr(inner) if matches!(&*inner.value, Expr::StringLiteral(_)));
            if body.is_empty() || docstring { Vec::new() } else { vec![member(true, MemberKind::Statements(body))] }
        }
    }
}

fn method(inner: &ast::StmtFunctionDef) -> ClassMember {
    let code = Arc::new(function(inner));
    let decorated = |name: &str| {
        inner.decorator_list.iter().any(|decorator| match &decorator.expression {
            Expr::Name(found) => found.id.as_str() == name,
            Expr::Attribute(found) => found.attr.as_str() == name,
            _ => false,
        })
    };
    let key = PropertyKey { span: code.name_span.clone(), kind: KeyKind::Name(inner.name.to_string()) };
    let kind = if inner.name.as_str() == "__init__" {
        MemberKind::Constructor(code)
    } else if decorated("property") || decorated("cached_property") {
        MemberKind::Getter(key, code)
    } else if decorated("setter") {
        MemberKind::Setter(key, code)
    } else {
        MemberKind::Method(key, code)
    };
    ClassMember { span: span(inner), is_static: decorated("staticmethod") || decorated("classmethod"), kind }
}
