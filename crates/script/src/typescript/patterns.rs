//! What binds names: declarations, parameters, assignments.

use oxc_ast::ast::{
    AssignmentTarget, AssignmentTargetMaybeDefault, AssignmentTargetProperty, BindingPattern, SimpleAssignmentTarget,
};

use super::{
    expressions::{expression, key, member, text_key},
    span,
};
use crate::tree::{Expression, ExpressionKind, Pattern, PatternKind, PropertyKey, Span};

/// The names that a declaration or a parameter binds.
pub(super) fn binding(pattern: &BindingPattern<'_>) -> Pattern {
    let kind = match pattern {
        BindingPattern::BindingIdentifier(name) => PatternKind::Name(name.name.to_string()),
        BindingPattern::AssignmentPattern(inner) => {
            PatternKind::Default(Box::new(binding(&inner.left)), expression(&inner.right))
        }
        BindingPattern::ObjectPattern(inner) => PatternKind::Object {
            properties: inner
                .properties
                .iter()
                .map(|property| (key(&property.key, property.computed), binding(&property.value)))
                .collect(),
            rest: inner.rest.as_ref().map(|rest| Box::new(binding(&rest.argument))),
        },
        BindingPattern::ArrayPattern(inner) => PatternKind::Array {
            elements: inner.elements.iter().map(|element| element.as_ref().map(binding)).collect(),
            rest: inner.rest.as_ref().map(|rest| (inner.elements.len(), Box::new(binding(&rest.argument)))),
        },
    };
    Pattern { span: span(pattern), kind }
}

/// What an assignment changes.
pub(super) fn target(target: &AssignmentTarget<'_>) -> Pattern {
    let whole = span(target);
    if let Some(simple) = target.as_simple_assignment_target() {
        return self::simple(simple);
    }
    let kind = match target {
        AssignmentTarget::ArrayAssignmentTarget(inner) => PatternKind::Array {
            elements: inner.elements.iter().map(|element| element.as_ref().map(maybe_default)).collect(),
            rest: inner.rest.as_ref().map(|rest| (inner.elements.len(), Box::new(self::target(&rest.target)))),
        },
        AssignmentTarget::ObjectAssignmentTarget(inner) => PatternKind::Object {
            properties: inner.properties.iter().map(property).collect(),
            rest: inner.rest.as_ref().map(|rest| Box::new(self::target(&rest.target))),
        },
        _ => place(whole.clone(), ExpressionKind::Opaque("assignment target")),
    };
    Pattern { span: whole, kind }
}

/// A name, or a place in something.
pub(super) fn simple(target: &SimpleAssignmentTarget<'_>) -> Pattern {
    let whole = span(target);
    let kind = match target {
        SimpleAssignmentTarget::AssignmentTargetIdentifier(name) => PatternKind::Name(name.name.to_string()),
        SimpleAssignmentTarget::TSAsExpression(inner) => PatternKind::Place(expression(&inner.expression)),
        SimpleAssignmentTarget::TSSatisfiesExpression(inner) => PatternKind::Place(expression(&inner.expression)),
        SimpleAssignmentTarget::TSNonNullExpression(inner) => PatternKind::Place(expression(&inner.expression)),
        SimpleAssignmentTarget::TSTypeAssertion(inner) => PatternKind::Place(expression(&inner.expression)),
        other => match other.as_member_expression() {
            Some(inner) => place(whole.clone(), member(inner)),
            None => place(whole.clone(), ExpressionKind::Opaque("assignment target")),
        },
    };
    Pattern { span: whole, kind }
}

fn place(span: Span, kind: ExpressionKind) -> PatternKind {
    PatternKind::Place(Expression { span, kind })
}

fn maybe_default(inner: &AssignmentTargetMaybeDefault<'_>) -> Pattern {
    match inner {
        AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(with) => {
            let kind = PatternKind::Default(Box::new(target(&with.binding)), expression(&with.init));
            Pattern { span: span(inner), kind }
        }
        other => match other.as_assignment_target() {
            Some(inner) => target(inner),
            None => Pattern { span: span(inner), kind: PatternKind::Name("_".to_owned()) },
        },
    }
}

fn property(inner: &AssignmentTargetProperty<'_>) -> (PropertyKey, Pattern) {
    match inner {
        AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(one) => {
            let name = one.binding.name.to_string();
            let place = span(&one.binding);
            let bound = Pattern { span: place.clone(), kind: PatternKind::Name(name.clone()) };
            let bound = match &one.init {
                Some(value) => {
                    Pattern { span: span(&**one), kind: PatternKind::Default(Box::new(bound), expression(value)) }
                }
                None => bound,
            };
            (text_key(name, place), bound)
        }
        AssignmentTargetProperty::AssignmentTargetPropertyProperty(one) => {
            (key(&one.name, one.computed), maybe_default(&one.binding))
        }
    }
}
