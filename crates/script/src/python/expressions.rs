//! Expressions of Python, and what its assignments bind.

use std::sync::Arc;

use ruff_python_ast::{self as ast, CmpOp, Expr, InterpolatedStringElement};

use super::{functions::lambda, span};
use crate::tree::{
    Argument, ArgumentKind, Call, Clause, Comprehension, Element, Expression, ExpressionKind, KeyKind, Operator, Part,
    Pattern, PatternKind, Property, PropertyKey, UnaryOperator,
};

/// What an expression says.
pub(super) fn expression(expr: &Expr) -> Expression {
    Expression { span: span(expr), kind: kind(expr) }
}

fn boxed(expr: &Expr) -> Box<Expression> {
    Box::new(expression(expr))
}

fn kind(expr: &Expr) -> ExpressionKind {
    match expr {
        Expr::NoneLiteral(_) => ExpressionKind::Null,
        Expr::BooleanLiteral(inner) => ExpressionKind::Boolean(inner.value),
        Expr::NumberLiteral(inner) => number(&inner.value),
        Expr::StringLiteral(inner) => ExpressionKind::String(inner.value.to_str().to_owned()),
        Expr::FString(inner) => ExpressionKind::Template(parts(&inner.value)),
        Expr::Name(inner) => ExpressionKind::Name(inner.id.to_string()),
        Expr::List(inner) => ExpressionKind::Array(inner.elts.iter().map(element).collect()),
        Expr::Tuple(inner) => ExpressionKind::Array(inner.elts.iter().map(element).collect()),
        Expr::Set(inner) => ExpressionKind::Array(inner.elts.iter().map(element).collect()),
        Expr::Dict(inner) => ExpressionKind::Object(inner.items.iter().map(item).collect()),
        Expr::Lambda(inner) => ExpressionKind::Function(Arc::new(lambda(inner))),
        Expr::Await(inner) => ExpressionKind::Await(boxed(&inner.value)),
        Expr::Call(inner) => {
            let call = Call { callee: expression(&inner.func), arguments: arguments(&inner.arguments) };
            ExpressionKind::Call(Box::new(call))
        }
        Expr::Attribute(inner) => ExpressionKind::Member(boxed(&inner.value), inner.attr.to_string()),
        Expr::Subscript(inner) => subscript(inner),
        Expr::If(inner) => ExpressionKind::Conditional(boxed(&inner.test), boxed(&inner.body), boxed(&inner.orelse)),
        Expr::BinOp(inner) => ExpressionKind::Binary(operator(inner.op), boxed(&inner.left), boxed(&inner.right)),
        Expr::BoolOp(inner) => {
            let operator = if matches!(inner.op, ast::BoolOp::And) { Operator::And } else { Operator::Or };
            folded(operator, inner.values.iter().map(expression))
        }
        Expr::Compare(inner) => comparison(inner),
        Expr::UnaryOp(inner) => ExpressionKind::Unary(unary(inner.op), boxed(&inner.operand)),
        Expr::Named(inner) => ExpressionKind::Assign(Box::new(target(&inner.target)), None, boxed(&inner.value)),
        Expr::ListComp(inner) => comprehension(&inner.elt, None, &inner.generators),
        Expr::SetComp(inner) => comprehension(&inner.elt, None, &inner.generators),
        Expr::Generator(inner) => comprehension(&inner.elt, None, &inner.generators),
        Expr::DictComp(inner) => match &inner.key {
            Some(key) => comprehension(key, Some(&inner.value), &inner.generators),
            None => ExpressionKind::Opaque("comprehension"),
        },
        Expr::Yield(inner) => match &inner.value {
            Some(value) => ExpressionKind::Await(boxed(value)),
            None => ExpressionKind::Opaque("yield"),
        },
        Expr::YieldFrom(inner) => ExpressionKind::Await(boxed(&inner.value)),
        _ => ExpressionKind::Opaque("expression"),
    }
}

fn number(value: &ast::Number) -> ExpressionKind {
    match value {
        ast::Number::Int(inner) => match inner.as_i64() {
            Some(value) => ExpressionKind::Number(value as f64),
            None => ExpressionKind::Opaque("large number"),
        },
        ast::Number::Float(value) => ExpressionKind::Number(*value),
        ast::Number::Complex { .. } => ExpressionKind::Opaque("complex number"),
    }
}

fn parts(value: &ast::FStringValue) -> Vec<Part> {
    let mut parts = Vec::new();
    for part in value.iter() {
        match part {
            ast::FStringPart::Literal(text) => parts.push(Part::Text(text.value.to_string())),
            ast::FStringPart::FString(inner) => {
                for element in inner.elements.iter() {
                    parts.push(match element {
                        InterpolatedStringElement::Literal(text) => Part::Text(text.value.to_string()),
                        InterpolatedStringElement::Interpolation(value) => Part::Value(expression(&value.expression)),
                    });
                }
            }
        }
    }
    parts
}

fn element(expr: &Expr) -> Element {
    match expr {
        Expr::Starred(inner) => Element::Spread(expression(&inner.value)),
        other => Element::Item(expression(other)),
    }
}

fn item(item: &ast::DictItem) -> Property {
    let value = expression(&item.value);
    match &item.key {
        None => Property::Spread(value),
        Some(Expr::StringLiteral(text)) => {
            let kind = KeyKind::Name(text.value.to_str().to_owned());
            Property::Pair(PropertyKey { span: span(text), kind }, value)
        }
        Some(key) => {
            let kind = KeyKind::Computed(expression(key));
            Property::Pair(PropertyKey { span: span(key), kind }, value)
        }
    }
}

fn subscript(inner: &ast::ExprSubscript) -> ExpressionKind {
    match &*inner.slice {
        Expr::Slice(slice) if slice.step.is_none() => ExpressionKind::Slice(
            boxed(&inner.value),
            slice.lower.as_deref().map(boxed),
            slice.upper.as_deref().map(boxed),
        ),
        Expr::Slice(_) => ExpressionKind::Opaque("slice with a step"),
        index => ExpressionKind::Index(boxed(&inner.value), boxed(index)),
    }
}

/// The arguments of a call, or the bases of a class.
pub(super) fn arguments(list: &ast::Arguments) -> Vec<Argument> {
    let positional = list.args.iter().map(|argument| match argument {
        Expr::Starred(inner) => {
            Argument { kind: ArgumentKind::Spread, value: expression(&inner.value), span: span(argument) }
        }
        other => Argument { kind: ArgumentKind::Positional, value: expression(other), span: span(argument) },
    });
    let named = list.keywords.iter().map(|keyword| {
        let kind = match &keyword.arg {
            Some(name) => ArgumentKind::Named(name.to_string()),
            None => ArgumentKind::SpreadNamed,
        };
        Argument { kind, value: expression(&keyword.value), span: span(keyword) }
    });
    positional.chain(named).collect()
}

fn folded(operator: Operator, mut values: impl Iterator<Item = Expression>) -> ExpressionKind {
    let Some(first) = values.next() else { return ExpressionKind::Opaque("expression") };
    let all = values.fold(first, |left, right| {
        let span = left.span.start..right.span.end;
        Expression { span, kind: ExpressionKind::Binary(operator, Box::new(left), Box::new(right)) }
    });
    all.kind
}

/// `a < b < c` is `a < b and b < c`.
fn comparison(inner: &ast::ExprCompare) -> ExpressionKind {
    let mut left = &*inner.left;
    let mut pairs = Vec::new();
    for (operator, right) in inner.ops.iter().zip(&inner.comparators) {
        let span = span(left).start..span(right).end;
        pairs.push(Expression { span, kind: ExpressionKind::Binary(compared(*operator), boxed(left), boxed(right)) });
        left = right;
    }
    folded(Operator::And, pairs.into_iter())
}

fn compared(operator: CmpOp) -> Operator {
    match operator {
        CmpOp::Eq | CmpOp::Is => Operator::Equal,
        CmpOp::NotEq | CmpOp::IsNot => Operator::NotEqual,
        CmpOp::Lt => Operator::Less,
        CmpOp::LtE => Operator::LessOrEqual,
        CmpOp::Gt => Operator::Greater,
        CmpOp::GtE => Operator::GreaterOrEqual,
        CmpOp::In => Operator::In,
        CmpOp::NotIn => Operator::NotIn,
    }
}

/// An operator with two operands.
pub(super) fn operator(operator: ast::Operator) -> Operator {
    match operator {
        ast::Operator::Add => Operator::Add,
        ast::Operator::Sub => Operator::Subtract,
        ast::Operator::Mult => Operator::Multiply,
        ast::Operator::Div => Operator::Divide,
        ast::Operator::FloorDiv => Operator::FloorDivide,
        ast::Operator::Mod => Operator::Remainder,
        ast::Operator::Pow => Operator::Power,
        ast::Operator::BitOr => Operator::Join,
        _ => Operator::Other,
    }
}

fn unary(operator: ast::UnaryOp) -> UnaryOperator {
    match operator {
        ast::UnaryOp::Not => UnaryOperator::Not,
        ast::UnaryOp::USub => UnaryOperator::Minus,
        ast::UnaryOp::UAdd => UnaryOperator::Plus,
        ast::UnaryOp::Invert => UnaryOperator::Other,
    }
}

fn comprehension(element: &Expr, value: Option<&Expr>, generators: &[ast::Comprehension]) -> ExpressionKind {
    let clauses = generators.iter().map(|one| Clause {
        pattern: target(&one.target),
        each: expression(&one.iter),
        conditions: one.ifs.iter().map(expression).collect(),
    });
    let (element, value) = (expression(element), value.map(expression));
    ExpressionKind::Comprehension(Box::new(Comprehension { element, value, clauses: clauses.collect() }))
}

/// What an assignment or a loop binds.
pub(super) fn target(expr: &Expr) -> Pattern {
    let kind = match expr {
        Expr::Name(name) => PatternKind::Name(name.id.to_string()),
        Expr::Tuple(inner) => sequence(&inner.elts),
        Expr::List(inner) => sequence(&inner.elts),
        Expr::Starred(inner) => return target(&inner.value),
        other => PatternKind::Place(expression(other)),
    };
    Pattern { span: span(expr), kind }
}

fn sequence(list: &[Expr]) -> PatternKind {
    let star = list.iter().position(|one| matches!(one, Expr::Starred(_)));
    let rest = star.map(|at| (at, Box::new(target(&list[at]))));
    let others = list.iter().enumerate().filter(|(at, _)| Some(*at) != star);
    PatternKind::Array { elements: others.map(|(_, one)| Some(target(one))).collect(), rest }
}
