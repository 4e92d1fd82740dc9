//! Expressions of TypeScript and JavaScript.

use std::sync::Arc;

use oxc_ast::ast::{
    Argument as OxcArgument, ArrayExpressionElement, AssignmentExpression, CallExpression, ChainElement,
    Expression as Expr, MemberExpression, ObjectPropertyKind, PropertyKey as OxcKey, PropertyKind, TemplateLiteral,
    UpdateExpression,
};
use oxc_syntax::operator::{AssignmentOperator, BinaryOperator, LogicalOperator, UnaryOperator as OxcUnary};

use super::{
    functions::{arrow, class, function},
    patterns, span,
};
use crate::tree::{
    Argument, ArgumentKind, Call, Element, Expression, ExpressionKind, KeyKind, Operator, Part, Property, PropertyKey,
    Span, UnaryOperator,
};

/// What an expression says, types seen through.
pub(super) fn expression(expr: &Expr<'_>) -> Expression {
    if let Some(inner) = seen_through(expr) {
        return expression(inner);
    }
    Expression { span: span(expr), kind: kind(expr) }
}

fn boxed(expr: &Expr<'_>) -> Box<Expression> {
    Box::new(expression(expr))
}

/// What a type or a pair of parentheses is put around.
fn seen_through<'e, 'a>(expr: &'e Expr<'a>) -> Option<&'e Expr<'a>> {
    match expr {
        Expr::ParenthesizedExpression(inner) => Some(&inner.expression),
        Expr::TSAsExpression(inner) => Some(&inner.expression),
        Expr::TSSatisfiesExpression(inner) => Some(&inner.expression),
        Expr::TSTypeAssertion(inner) => Some(&inner.expression),
        Expr::TSNonNullExpression(inner) => Some(&inner.expression),
        Expr::TSInstantiationExpression(inner) => Some(&inner.expression),
        _ => None,
    }
}

fn kind(expr: &Expr<'_>) -> ExpressionKind {
    match expr {
        Expr::NullLiteral(_) => ExpressionKind::Null,
        Expr::BooleanLiteral(inner) => ExpressionKind::Boolean(inner.value),
        Expr::NumericLiteral(inner) => ExpressionKind::Number(inner.value),
        Expr::StringLiteral(inner) => ExpressionKind::String(inner.value.to_string()),
        Expr::TemplateLiteral(inner) => ExpressionKind::Template(parts(inner)),
        Expr::TaggedTemplateExpression(inner) => ExpressionKind::Tagged(boxed(&inner.tag), parts(&inner.quasi)),
        Expr::Identifier(inner) => ExpressionKind::Name(inner.name.to_string()),
        Expr::ThisExpression(_) => ExpressionKind::This,
        Expr::Super(_) => ExpressionKind::Super,
        Expr::ImportMeta(_) => ExpressionKind::ImportMeta,
        Expr::ArrayExpression(inner) => ExpressionKind::Array(inner.elements.iter().map(element).collect()),
        Expr::ObjectExpression(inner) => ExpressionKind::Object(inner.properties.iter().map(property).collect()),
        Expr::ArrowFunctionExpression(inner) => ExpressionKind::Function(Arc::new(arrow(inner))),
        Expr::FunctionExpression(inner) => ExpressionKind::Function(Arc::new(function(inner))),
        Expr::ClassExpression(inner) => ExpressionKind::Class(Arc::new(class(inner))),
        Expr::AwaitExpression(inner) => ExpressionKind::Await(boxed(&inner.argument)),
        Expr::CallExpression(inner) => call(inner),
        Expr::NewExpression(inner) => {
            let call = Call { callee: expression(&inner.callee), arguments: arguments(&inner.arguments) };
            ExpressionKind::New(Box::new(call))
        }
        Expr::ImportExpression(inner) => ExpressionKind::Import(boxed(&inner.source)),
        Expr::ChainExpression(inner) => match &inner.expression {
            ChainElement::CallExpression(one) => call(one),
            ChainElement::TSNonNullExpression(one) => kind(&one.expression),
            other => other.as_member_expression().map_or(ExpressionKind::Opaque("chain"), member),
        },
        Expr::ConditionalExpression(inner) => {
            ExpressionKind::Conditional(boxed(&inner.test), boxed(&inner.consequent), boxed(&inner.alternate))
        }
        Expr::BinaryExpression(inner) => {
            ExpressionKind::Binary(binary(inner.operator), boxed(&inner.left), boxed(&inner.right))
        }
        Expr::LogicalExpression(inner) => {
            ExpressionKind::Binary(logical(inner.operator), boxed(&inner.left), boxed(&inner.right))
        }
        Expr::UnaryExpression(inner) => ExpressionKind::Unary(unary(inner.operator), boxed(&inner.argument)),
        Expr::AssignmentExpression(inner) => assignment(inner),
        Expr::UpdateExpression(inner) => update(inner),
        Expr::SequenceExpression(inner) => ExpressionKind::Sequence(inner.expressions.iter().map(expression).collect()),
        Expr::ComputedMemberExpression(_) | Expr::StaticMemberExpression(_) | Expr::PrivateFieldExpression(_) => {
            expr.as_member_expression().map_or(ExpressionKind::Opaque("member"), member)
        }
        Expr::JSXElement(_) | Expr::JSXFragment(_) => ExpressionKind::Opaque("JSX"),
        Expr::RegExpLiteral(_) => ExpressionKind::Opaque("regular expression"),
        Expr::YieldExpression(inner) => match &inner.argument {
            Some(value) => ExpressionKind::Await(Box::new(expression(value))),
            None => ExpressionKind::Opaque("yield"),
        },
        _ => ExpressionKind::Opaque("expression"),
    }
}

/// `a.b`, `a[b]`, `a.#b`. An index that is a literal string is a member.
pub(super) fn member(inner: &MemberExpression<'_>) -> ExpressionKind {
    match inner {
        MemberExpression::StaticMemberExpression(one) => {
            ExpressionKind::Member(boxed(&one.object), one.property.name.to_string())
        }
        MemberExpression::PrivateFieldExpression(one) => {
            ExpressionKind::Member(boxed(&one.object), format!("#{}", one.field.name))
        }
        MemberExpression::ComputedMemberExpression(one) => match &one.expression {
            Expr::StringLiteral(text) => ExpressionKind::Member(boxed(&one.object), text.value.to_string()),
            index => ExpressionKind::Index(boxed(&one.object), boxed(index)),
        },
    }
}

fn call(inner: &CallExpression<'_>) -> ExpressionKind {
    let call = Call { callee: expression(&inner.callee), arguments: arguments(&inner.arguments) };
    ExpressionKind::Call(Box::new(call))
}

fn arguments(list: &[OxcArgument<'_>]) -> Vec<Argument> {
    list.iter()
        .map(|argument| match argument {
            OxcArgument::SpreadElement(inner) => {
                Argument { kind: ArgumentKind::Spread, value: expression(&inner.argument), span: span(argument) }
            }
            other => {
                let value = other.as_expression().map(expression);
                let opaque = || Expression { span: span(argument), kind: ExpressionKind::Opaque("argument") };
                let value = value.unwrap_or_else(opaque);
                Argument { kind: ArgumentKind::Positional, value, span: span(argument) }
            }
        })
        .collect()
}

fn element(inner: &ArrayExpressionElement<'_>) -> Element {
    match inner {
        ArrayExpressionElement::SpreadElement(spread) => Element::Spread(expression(&spread.argument)),
        other => other.as_expression().map_or(Element::Hole, |value| Element::Item(expression(value))),
    }
}

fn property(inner: &ObjectPropertyKind<'_>) -> Property {
    match inner {
        ObjectPropertyKind::SpreadProperty(spread) => Property::Spread(expression(&spread.argument)),
        ObjectPropertyKind::ObjectProperty(pair) => {
            let value = match pair.kind {
                PropertyKind::Init => expression(&pair.value),
                // What an accessor gives is known only when it is asked.
                PropertyKind::Get | PropertyKind::Set => {
                    Expression { span: span(&pair.value), kind: ExpressionKind::Opaque("accessor") }
                }
            };
            Property::Pair(key(&pair.key, pair.computed), value)
        }
    }
}

/// The key of a property or of a member of a class.
pub(super) fn key(inner: &OxcKey<'_>, computed: bool) -> PropertyKey {
    let place = span(inner);
    let kind = match inner {
        OxcKey::StaticIdentifier(name) => KeyKind::Name(name.name.to_string()),
        OxcKey::PrivateIdentifier(name) => KeyKind::Name(format!("#{}", name.name)),
        other => match (other.static_name(), other.as_expression()) {
            (Some(name), Some(Expr::StringLiteral(_) | Expr::NumericLiteral(_))) => KeyKind::Name(name.into_owned()),
            (Some(name), _) if !computed => KeyKind::Name(name.into_owned()),
            (_, Some(value)) => KeyKind::Computed(expression(value)),
            (_, None) => KeyKind::Name(String::new()),
        },
    };
    PropertyKey { span: place, kind }
}

/// A key that is known.
pub(super) fn text_key(name: String, span: Span) -> PropertyKey {
    PropertyKey { span, kind: KeyKind::Name(name) }
}

fn parts(inner: &TemplateLiteral<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut values = inner.expressions.iter();
    for quasi in &inner.quasis {
        let text = quasi.value.cooked.as_ref().unwrap_or(&quasi.value.raw);
        if !text.is_empty() {
            parts.push(Part::Text(text.to_string()));
        }
        parts.extend(values.next().map(|value| Part::Value(expression(value))));
    }
    parts
}

fn assignment(inner: &AssignmentExpression<'_>) -> ExpressionKind {
    let operator = match inner.operator {
        AssignmentOperator::Assign => None,
        AssignmentOperator::Addition => Some(Operator::Add),
        AssignmentOperator::Subtraction => Some(Operator::Subtract),
        AssignmentOperator::Multiplication => Some(Operator::Multiply),
        AssignmentOperator::Division => Some(Operator::Divide),
        AssignmentOperator::LogicalOr => Some(Operator::Or),
        AssignmentOperator::LogicalAnd => Some(Operator::And),
        AssignmentOperator::LogicalNullish => Some(Operator::Coalesce),
        _ => Some(Operator::Other),
    };
    ExpressionKind::Assign(Box::new(patterns::target(&inner.left)), operator, boxed(&inner.right))
}

/// `a++` is `a += 1`.
fn update(inner: &UpdateExpression<'_>) -> ExpressionKind {
    let operator = if inner.operator.as_str() == "++" { Operator::Add } else { Operator::Subtract };
    let one = Expression { span: span(inner), kind: ExpressionKind::Number(1.0) };
    ExpressionKind::Assign(Box::new(patterns::simple(&inner.argument)), Some(operator), Box::new(one))
}

fn binary(operator: BinaryOperator) -> Operator {
    match operator {
        BinaryOperator::Equality | BinaryOperator::StrictEquality => Operator::Equal,
        BinaryOperator::Inequality | BinaryOperator::StrictInequality => Operator::NotEqual,
        BinaryOperator::LessThan => Operator::Less,
        BinaryOperator::LessEqualThan => Operator::LessOrEqual,
        BinaryOperator::GreaterThan => Operator::Greater,
        BinaryOperator::GreaterEqualThan => Operator::GreaterOrEqual,
        BinaryOperator::Addition => Operator::Add,
        BinaryOperator::Subtraction => Operator::Subtract,
        BinaryOperator::Multiplication => Operator::Multiply,
        BinaryOperator::Division => Operator::Divide,
        BinaryOperator::Remainder => Operator::Remainder,
        BinaryOperator::Exponential => Operator::Power,
        BinaryOperator::In => Operator::In,
        _ => Operator::Other,
    }
}

fn logical(operator: LogicalOperator) -> Operator {
    match operator {
        LogicalOperator::Or => Operator::Or,
        LogicalOperator::And => Operator::And,
        LogicalOperator::Coalesce => Operator::Coalesce,
    }
}

fn unary(operator: OxcUnary) -> UnaryOperator {
    match operator {
        OxcUnary::UnaryPlus => UnaryOperator::Plus,
        OxcUnary::UnaryNegation => UnaryOperator::Minus,
        OxcUnary::LogicalNot => UnaryOperator::Not,
        OxcUnary::Typeof => UnaryOperator::TypeOf,
        OxcUnary::Void => UnaryOperator::Void,
        OxcUnary::BitwiseNot | OxcUnary::Delete => UnaryOperator::Other,
    }
}
