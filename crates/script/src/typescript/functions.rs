//! Functions and classes of TypeScript and JavaScript.

use std::sync::Arc;

use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, Class as OxcClass, ClassElement, Decorator, FormalParameters,
    Function as OxcFunction, MethodDefinitionKind,
};
use oxc_span::GetSpan;

use super::{
    expressions::{expression, key},
    patterns::binding,
    span,
    statements::statements,
};
use crate::tree::{
    Argument, ArgumentKind, Class, ClassMember, Expression, Function, MemberKind, Parameter, ParameterKind, Pattern,
    PatternKind, Statement, StatementKind,
};

/// A function, a method, a function expression.
pub(super) fn function(inner: &OxcFunction<'_>) -> Function {
    let whole = span(inner);
    Function {
        name: inner.id.as_ref().map(|id| id.name.to_string()),
        name_span: inner.id.as_ref().map_or(whole.start..whole.start, span),
        span: whole,
        decorators: Vec::new(),
        parameters: parameters(&inner.params),
        body: inner.body.as_ref().map(|body| statements(&body.statements)).unwrap_or_default(),
        arrow: false,
        generator: inner.generator,
    }
}

/// An arrow.
pub(super) fn arrow(inner: &ArrowFunctionExpression<'_>) -> Function {
    let body = match &inner.body {
        ArrowFunctionBody::FunctionBody(body) => statements(&body.statements),
        other => match other.as_expression() {
            Some(value) => {
                let place = span(value);
                vec![Statement { span: place, kind: StatementKind::Return(Some(expression(value))) }]
            }
            None => Vec::new(),
        },
    };
    let whole = span(inner);
    Function {
        name: None,
        name_span: whole.start..whole.start,
        span: whole,
        decorators: Vec::new(),
        parameters: parameters(&inner.params),
        body,
        arrow: true,
        generator: false,
    }
}

fn parameters(list: &FormalParameters<'_>) -> Vec<Parameter> {
    let mut found: Vec<Parameter> = list
        .items
        .iter()
        .map(|one| {
            let pattern = binding(&one.pattern);
            let pattern = match &one.initializer {
                Some(value) => {
                    Pattern { span: span(one), kind: PatternKind::Default(Box::new(pattern), expression(value)) }
                }
                None => pattern,
            };
            let field = one.accessibility.is_some() || one.readonly || one.r#override;
            Parameter { pattern, kind: ParameterKind::Ordinary, field }
        })
        .collect();
    if let Some(rest) = &list.rest {
        let pattern = binding(&rest.rest.argument);
        found.push(Parameter { pattern, kind: ParameterKind::Rest, field: false });
    }
    found
}

/// A class.
pub(super) fn class(inner: &OxcClass<'_>) -> Class {
    let whole = span(inner);
    let base = inner.heritage.as_ref().map(|heritage| Argument {
        kind: ArgumentKind::Positional,
        value: expression(&heritage.expression),
        span: span(&heritage.expression),
    });
    Class {
        name: inner.id.as_ref().map(|id| id.name.to_string()),
        name_span: inner.id.as_ref().map_or(whole.start..whole.start, span),
        span: whole,
        decorators: decorators(&inner.decorators),
        bases: base.into_iter().collect(),
        members: inner.body.body.iter().filter_map(member).collect(),
    }
}

fn decorators(list: &[Decorator<'_>]) -> Vec<Expression> {
    list.iter().map(|decorator| expression(&decorator.expression)).collect()
}

fn member(element: &ClassElement<'_>) -> Option<ClassMember> {
    let (is_static, kind) = match element {
        ClassElement::StaticBlock(block) => (true, MemberKind::Statements(statements(&block.body))),
        ClassElement::PropertyDefinition(field) if !field.declare => {
            let value = field.value.as_ref().map(expression);
            (field.r#static, MemberKind::Field(key(&field.key, field.computed), value))
        }
        ClassElement::AccessorProperty(field) => {
            let value = field.value.as_ref().map(expression);
            (field.r#static, MemberKind::Field(key(&field.key, field.computed), value))
        }
        // A method without a body is an overload, or abstract.
        ClassElement::MethodDefinition(method) if method.value.body.is_some() => {
            let name = key(&method.key, method.computed);
            let mut code = function(&method.value);
            code.decorators = decorators(&method.decorators);
            code.name_span = span(&method.key);
            code.name = method.key.static_name().map(|name| name.to_string());
            let code = Arc::new(code);
            let kind = match method.kind {
                MethodDefinitionKind::Constructor => MemberKind::Constructor(code),
                MethodDefinitionKind::Get => MemberKind::Getter(name, code),
                MethodDefinitionKind::Set => MemberKind::Setter(name, code),
                MethodDefinitionKind::Method => MemberKind::Method(name, code),
            };
            (method.r#static, kind)
        }
        _ => return None,
    };
    let place = element.span();
    Some(ClassMember { span: place.start as usize..place.end as usize, is_static, kind })
}
