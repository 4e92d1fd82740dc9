//! The statements of a module in one list, and what the module exports.

use std::ops::Range;

use lockstep_script::tree::{
    Element, Export as Written, Expression, ExpressionKind, Import, ImportBinding, Imported, KeyKind, Pattern,
    PatternKind, Property, Statement, StatementKind,
};

/// A statement that runs with its module.
pub(crate) struct Top {
    pub(crate) statement: Statement,
    /// True for `export const …` and its like.
    pub(crate) exported: bool,
    /// Conditions around it, outermost first: where each stands, and whether it has to hold.
    pub(crate) conditions: Vec<(Range<usize>, bool)>,
}

/// A name that a module exports.
pub(crate) struct Export<'s> {
    /// The name outside; empty for everything of another module.
    pub(crate) name: &'s str,
    /// Where it is exported.
    pub(crate) span: Range<usize>,
    /// What it is.
    pub(crate) what: Exported<'s>,
}

/// What is exported.
#[derive(Clone, Copy)]
pub(crate) enum Exported<'s> {
    /// A name of this module.
    Name(&'s str),
    /// A name of another module.
    From(&'s str, &'s str),
    /// Another module as one object.
    Module(&'s str),
    /// All names of another module.
    All(&'s str),
    /// A value.
    Value(&'s Expression),
    /// All properties of a value.
    Properties(&'s Expression),
}

/// A step into a value that a pattern takes apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step<'s> {
    Key(&'s str),
    Index(usize),
}

/// What a name is bound by.
pub(super) enum Bound<'s> {
    Import(&'s Import, &'s ImportBinding),
    Value(&'s Expression, Vec<Step<'s>>),
    Function(&'s lockstep_script::tree::Function),
    Class(&'s lockstep_script::tree::Class),
}

/// `body` with the statements of conditions, blocks and `try` in it.
pub(super) fn flatten(body: Vec<Statement>) -> Vec<Top> {
    let mut found = Vec::new();
    // The parser bounds how deep statements are nested.
    add(body, false, &[], &mut found);
    found
}

fn add(body: Vec<Statement>, exported: bool, conditions: &[(Range<usize>, bool)], found: &mut Vec<Top>) {
    for statement in body {
        let span = statement.span.clone();
        match statement.kind {
            StatementKind::If { test, then, otherwise } => {
                for (body, holds) in [(then, true), (otherwise, false)] {
                    let mut inner = conditions.to_vec();
                    inner.push((test.span.clone(), holds));
                    add(body, exported, &inner, found);
                }
            }
            StatementKind::Block(body) | StatementKind::With { body, .. } => add(body, exported, conditions, found),
            StatementKind::Try { body, handlers, after } => {
                for body in std::iter::once(body).chain(handlers).chain([after]) {
                    add(body, exported, conditions, found);
                }
            }
            StatementKind::Export(Written::Declaration(body)) => add(body, true, conditions, found),
            kind => {
                let statement = Statement { span, kind };
                found.push(Top { statement, exported, conditions: conditions.to_vec() });
            }
        }
    }
}

impl Top {
    /// The names that it binds.
    pub(super) fn names(&self) -> Vec<&str> {
        names_of(&self.statement)
    }

    /// What binds `name` here.
    pub(super) fn bound(&self, name: &str) -> Option<Bound<'_>> {
        bound_by(&self.statement, name)
    }

    /// What it exports.
    pub(crate) fn exports(&self) -> Vec<Export<'_>> {
        let export = |name, span: &Range<usize>, what| Export { name, span: span.clone(), what };
        let span = &self.statement.span;
        match &self.statement.kind {
            StatementKind::Export(Written::Names(names)) => {
                names.iter().map(|(here, outside)| export(outside, span, Exported::Name(here))).collect()
            }
            StatementKind::Export(Written::From(module, _, names)) => {
                names.iter().map(|(there, outside)| export(outside, span, Exported::From(module, there))).collect()
            }
            StatementKind::Export(Written::All(module, _, None)) => vec![export("", span, Exported::All(module))],
            StatementKind::Export(Written::All(module, _, Some(name))) => {
                vec![export(name, span, Exported::Module(module))]
            }
            StatementKind::Export(Written::Default(value)) => vec![export("default", span, Exported::Value(value))],
            StatementKind::Export(Written::Module(value)) => vec![export("", span, Exported::Properties(value))],
            StatementKind::Expression(expression) => assigned(expression),
            _ if self.exported => {
                self.names().into_iter().map(|name| export(name, span, Exported::Name(name))).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// `exports.a = b`, `module.exports = …`, `Object.assign(exports, …)`.
fn assigned(expression: &Expression) -> Vec<Export<'_>> {
    let export = |name, what| Export { name, span: expression.span.clone(), what };
    match &expression.kind {
        ExpressionKind::Assign(target, None, value) => {
            let PatternKind::Place(place) = &target.kind else { return Vec::new() };
            let mut found = match exported_name(place) {
                Some("") => vec![export("", Exported::Properties(value))],
                Some(name) => vec![export(name, Exported::Value(value))],
                None => Vec::new(),
            };
            // `exports.a = exports.b = c`.
            found.extend(assigned(value));
            found
        }
        ExpressionKind::Call(call) if call.callee.dotted_name().as_deref() == Some("Object.assign") => {
            let mut arguments = call.arguments.iter().map(|argument| &argument.value);
            let into_exports = arguments.next().is_some_and(|target| exported_name(target) == Some(""));
            if !into_exports {
                return Vec::new();
            }
            arguments.map(|value| export("", Exported::Properties(value))).collect()
        }
        _ => Vec::new(),
    }
}

/// `exports.x` and `module.exports.x` are `x`, `module.exports` and `exports` are nothing more than the module.
fn exported_name(place: &Expression) -> Option<&str> {
    let is_exports =
        |expression: &Expression| matches!(expression.dotted_name().as_deref(), Some("exports" | "module.exports"));
    match &place.kind {
        _ if is_exports(place) => Some(""),
        ExpressionKind::Member(object, name) if is_exports(object) => Some(name),
        ExpressionKind::Index(object, key) if is_exports(object) => match &key.kind {
            ExpressionKind::String(name) => Some(name),
            _ => None,
        },
        _ => None,
    }
}

/// The names that a statement binds.
pub(super) fn names_of(statement: &Statement) -> Vec<&str> {
    match &statement.kind {
        StatementKind::Import(import) => import.bindings.iter().map(|binding| binding.local.as_str()).collect(),
        StatementKind::Variable { targets, .. } => {
            let mut names = Vec::new();
            targets.iter().for_each(|target| names_in(target, &mut names));
            names
        }
        StatementKind::Function(function) => function.name.as_deref().into_iter().collect(),
        StatementKind::Class(class) => class.name.as_deref().into_iter().collect(),
        StatementKind::Export(Written::Default(value)) => match &value.kind {
            ExpressionKind::Function(function) => function.name.as_deref().into_iter().collect(),
            ExpressionKind::Class(class) => class.name.as_deref().into_iter().collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn names_in<'s>(pattern: &'s Pattern, names: &mut Vec<&'s str>) {
    match &pattern.kind {
        PatternKind::Name(name) => names.push(name),
        PatternKind::Object { properties, rest } => {
            properties.iter().for_each(|(_, pattern)| names_in(pattern, names));
            rest.iter().for_each(|pattern| names_in(pattern, names));
        }
        PatternKind::Array { elements, rest } => {
            elements.iter().flatten().for_each(|pattern| names_in(pattern, names));
            rest.iter().for_each(|(_, pattern)| names_in(pattern, names));
        }
        PatternKind::Default(pattern, _) => names_in(pattern, names),
        PatternKind::Place(_) => {}
    }
}

/// What binds `name` in `statement`.
pub(super) fn bound_by<'s>(statement: &'s Statement, name: &str) -> Option<Bound<'s>> {
    match &statement.kind {
        StatementKind::Import(import) => {
            let binding = import.bindings.iter().find(|binding| binding.local == name)?;
            Some(Bound::Import(import, binding))
        }
        StatementKind::Variable { targets, value } => {
            let steps = targets.iter().find_map(|target| steps_to(target, name))?;
            Some(Bound::Value(value.as_ref()?, steps))
        }
        StatementKind::Function(function) if function.name.as_deref() == Some(name) => Some(Bound::Function(function)),
        StatementKind::Class(class) if class.name.as_deref() == Some(name) => Some(Bound::Class(class)),
        StatementKind::Export(Written::Default(value)) => match &value.kind {
            ExpressionKind::Function(function) if function.name.as_deref() == Some(name) => {
                Some(Bound::Function(function))
            }
            ExpressionKind::Class(class) if class.name.as_deref() == Some(name) => Some(Bound::Class(class)),
            _ => None,
        },
        _ => None,
    }
}

fn steps_to<'s>(pattern: &'s Pattern, name: &str) -> Option<Vec<Step<'s>>> {
    let below = |step, pattern| {
        let mut steps = steps_to(pattern, name)?;
        steps.insert(0, step);
        Some(steps)
    };
    match &pattern.kind {
        PatternKind::Name(bound) => (bound == name).then(Vec::new),
        PatternKind::Object { properties, .. } => properties.iter().find_map(|(key, pattern)| match &key.kind {
            KeyKind::Name(key) => below(Step::Key(key), pattern),
            KeyKind::Computed(_) => None,
        }),
        PatternKind::Array { elements, .. } => {
            let mut elements = elements.iter().enumerate();
            elements.find_map(|(at, pattern)| below(Step::Index(at), pattern.as_ref()?))
        }
        PatternKind::Default(pattern, _) => steps_to(pattern, name),
        PatternKind::Place(_) => None,
    }
}

/// The value of `key` in an object literal; the last one, if it is written twice.
pub(super) fn property<'s>(properties: &'s [Property], key: &str) -> Option<&'s Expression> {
    properties.iter().rev().find_map(|property| match property {
        Property::Pair(written, value) if matches!(&written.kind, KeyKind::Name(name) if name == key) => Some(value),
        _ => None,
    })
}

/// What an object literal spreads, last first.
pub(super) fn spreads(properties: &[Property]) -> impl Iterator<Item = &Expression> {
    properties.iter().rev().filter_map(|property| match property {
        Property::Spread(value) => Some(value),
        Property::Pair(..) => None,
    })
}

/// The element at a place of an array literal without spreads before it.
pub(super) fn element(elements: &[Element], at: usize) -> Option<&Expression> {
    let before = elements.get(..at)?;
    if before.iter().any(|element| matches!(element, Element::Spread(_))) {
        return None;
    }
    match elements.get(at)? {
        Element::Item(value) => Some(value),
        Element::Spread(_) | Element::Hole => None,
    }
}

/// What an import takes from its module; none for the module itself.
pub(super) fn taken(binding: &ImportBinding) -> Option<&str> {
    match &binding.imported {
        Imported::Name(name) => Some(name),
        Imported::Module | Imported::FirstPart | Imported::All => None,
    }
}
