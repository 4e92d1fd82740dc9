//! Names that statements bind, known before they run.

use std::rc::Rc;

use super::{
    machine::{Frame, Machine},
    values::{FunctionV, V},
};
use crate::tree::{Export, Language, Pattern, PatternKind, Statement, StatementKind};

impl Machine<'_, '_, '_> {
    /// Binds the functions of a block of JavaScript: they may be called above their place.
    pub(super) fn hoist(&mut self, body: &[Statement], frame: &Frame) {
        if self.language(frame.module) == Language::Python {
            return;
        }
        for statement in body {
            match &statement.kind {
                StatementKind::Function(function) => {
                    let value = V::Function(Rc::new(FunctionV {
                        code: function.clone(),
                        scope: frame.scope.clone(),
                        module: frame.module,
                        bound: None,
                        home: None,
                        name: None,
                    }));
                    if let Some(name) = &function.name {
                        frame.scope.bind(name, value, self.below);
                    }
                }
                StatementKind::Export(Export::Declaration(inner)) => self.hoist(inner, frame),
                _ => {}
            }
        }
    }
}

/// The names that a statement binds in its own scope.
pub(super) fn bound_names(statement: &Statement) -> Vec<String> {
    let mut names = Vec::new();
    match &statement.kind {
        StatementKind::Variable { targets, .. } => targets.iter().for_each(|target| pattern_names(target, &mut names)),
        StatementKind::Function(function) => names.extend(function.name.clone()),
        StatementKind::Class(class) => names.extend(class.name.clone()),
        _ => {}
    }
    names
}

fn pattern_names(pattern: &Pattern, names: &mut Vec<String>) {
    match &pattern.kind {
        PatternKind::Name(name) => names.push(name.clone()),
        PatternKind::Default(inner, _) => pattern_names(inner, names),
        PatternKind::Object { properties, rest } => {
            properties.iter().for_each(|(_, inner)| pattern_names(inner, names));
            rest.iter().for_each(|inner| pattern_names(inner, names));
        }
        PatternKind::Array { elements, rest } => {
            elements.iter().flatten().for_each(|inner| pattern_names(inner, names));
            rest.iter().for_each(|(_, inner)| pattern_names(inner, names));
        }
        PatternKind::Place(_) => {}
    }
}
