//! Binding and assigning: what patterns do with values.

use super::{
    machine::{Frame, Machine},
    values::{Fields, Name, Scope, V, Variable},
};
use crate::tree::{ExpressionKind, KeyKind, Language, Pattern, PatternKind, PropertyKey};

/// What a pattern does with the names in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bind {
    /// They are new names of this scope.
    New,
    /// They are names that exist.
    Existing,
}

impl Machine<'_, '_, '_> {
    pub(super) fn bind(&mut self, pattern: &Pattern, value: V, frame: &Frame, bind: Bind) {
        if !self.step() {
            return;
        }
        match &pattern.kind {
            PatternKind::Name(name) => self.bind_name(name, value, frame, bind),
            PatternKind::Default(inner, default) => {
                let value = match value {
                    V::Undefined => self.eval(default, frame),
                    // What is not known may be absent: then the default holds.
                    V::Unknown(_) => {
                        let default = self.eval(default, frame);
                        self.either(value, default)
                    }
                    other => other,
                };
                self.bind(inner, value, frame, bind);
            }
            PatternKind::Object { properties, rest } => {
                let mut taken: Vec<Name> = Vec::new();
                for (key, inner) in properties {
                    let Some(key) = self.key(key, frame) else {
                        self.bind(inner, V::unknown("a key that is not known"), frame, bind);
                        continue;
                    };
                    let found = self.member(&value, &key);
                    taken.push(key);
                    self.bind(inner, found, frame, bind);
                }
                if let Some(rest) = rest {
                    let others = self.without(&value, &taken);
                    self.bind(rest, others, frame, bind);
                }
            }
            PatternKind::Array { elements, rest } => self.bind_elements(elements, rest, value, frame, bind),
            PatternKind::Place(place) => match &place.kind {
                ExpressionKind::Member(object, name) => {
                    let object = self.eval(object, frame);
                    self.set_member(&object, name, value);
                }
                ExpressionKind::Index(object, index) => {
                    let object = self.eval(object, frame);
                    let index = self.eval(index, frame);
                    self.set_index(&object, &index, value);
                }
                _ => {}
            },
        }
    }

    fn bind_elements(
        &mut self,
        elements: &[Option<Pattern>],
        rest: &Option<(usize, Box<Pattern>)>,
        value: V,
        frame: &Frame,
        bind: Bind,
    ) {
        let items = self.elements(&value);
        let at = |index: usize| match &items {
            Some(items) => items.get(index).cloned().unwrap_or(V::Undefined),
            None => match &value {
                V::Attribute(event, path) => V::Attribute(*event, format!("{path}.{index}").into()),
                V::Instance(event) => V::Attribute(*event, index.to_string().into()),
                _ => V::unknown("an element of what is not known"),
            },
        };
        let after = rest.as_ref().map_or(0, |(place, _)| elements.len() - place.min(&elements.len()));
        let extra = items.as_ref().map_or(0, |items| items.len().saturating_sub(elements.len()));
        for (index, element) in elements.iter().enumerate() {
            let Some(element) = element else { continue };
            let behind_rest = rest.as_ref().is_some_and(|(place, _)| index >= *place);
            self.bind(element, at(if behind_rest { index + extra } else { index }), frame, bind);
        }
        if let Some((place, rest)) = rest {
            let value = match &items {
                Some(items) => {
                    let end = items.len().saturating_sub(after).max(*place);
                    V::list(items.get(*place..end).map(<[V]>::to_vec).unwrap_or_default())
                }
                None => V::unknown("elements of what is not known"),
            };
            self.bind(rest, value, frame, bind);
        }
    }

    fn bind_name(&mut self, name: &str, value: V, frame: &Frame, bind: Bind) {
        let python = self.language(frame.module) == Language::Python;
        let outer = frame.scope.outer.borrow().iter().any(|one| one == name);
        if bind == Bind::New && !python {
            return frame.scope.bind(name, value, self.below);
        }
        // Python binds in the function's own scope.
        if python && !outer {
            let old = frame.scope.names.borrow().get(name).cloned();
            return self.rebind(&frame.scope, name, old, value);
        }
        let mut scope = if outer { frame.scope.parent.clone() } else { Some(frame.scope.clone()) };
        while let Some(inner) = scope {
            let old = inner.names.borrow().get(name).cloned();
            if old.is_some() {
                return self.rebind(&inner, name, old, value);
            }
            scope = inner.parent.clone();
        }
        frame.scope.bind(name, value, self.below);
    }

    /// Gives a name another value; below a condition that is not known, it may have either.
    fn rebind(&mut self, scope: &Scope, name: &str, old: Option<Variable>, value: V) {
        match old {
            Some(old) if old.below < self.below => {
                let value = self.either(old.value, value);
                scope.bind(name, value, old.below);
            }
            _ => scope.bind(name, value, self.below),
        }
    }

    /// The key of a property; none if it is not known.
    pub(super) fn key(&mut self, key: &PropertyKey, frame: &Frame) -> Option<Name> {
        match &key.kind {
            KeyKind::Name(name) => Some(name.as_str().into()),
            KeyKind::Computed(value) => {
                let value = self.eval(value, frame);
                match &value {
                    V::Text(text) => Some(text.text.as_str().into()),
                    V::Number(number) => Some(super::machine::number_text(*number).into()),
                    V::External(external) => Some(external.path.rsplit('.').next().unwrap_or_default().into()),
                    _ => None,
                }
            }
        }
    }

    /// An object without some of its keys.
    fn without(&mut self, value: &V, taken: &[Name]) -> V {
        match value {
            V::Object(object) => {
                let mut fields = Fields::default();
                for (key, value) in object.fields.borrow().iter().filter(|(key, _)| !taken.contains(key)) {
                    fields.set(key.clone(), value.clone());
                }
                self.new_object(fields, object.open.get())
            }
            V::Undefined | V::Null => self.new_object(Fields::default(), false),
            _ => self.new_object(Fields::default(), true),
        }
    }

    pub(super) fn set_member(&mut self, object: &V, name: &str, value: V) {
        match object {
            V::Object(inner) => {
                let old = inner.fields.borrow().get(name).cloned();
                let value = match old {
                    Some(old) if inner.below < self.below => self.either(old, value),
                    _ => value,
                };
                inner.fields.borrow_mut().set(name.into(), value);
            }
            V::Class(class) => class.statics.borrow_mut().set(name.into(), value),
            V::Instance(event) => self.extra.entry(*event).or_default().set(name.into(), value),
            _ => {}
        }
    }

    pub(super) fn set_index(&mut self, object: &V, index: &V, value: V) {
        match (object, index) {
            (V::List(list), V::Number(at)) if *at >= 0.0 && *at < 10_000.0 => {
                let at = *at as usize;
                let mut items = list.items.borrow_mut();
                while items.len() <= at {
                    items.push(V::Undefined);
                }
                items[at] = value;
            }
            (V::List(list), _) => list.open.set(true),
            (V::Object(inner), V::Text(key)) if key.text.contains(super::values::HOLE) => {
                inner.open.set(true);
                inner.fields.borrow_mut().set(key.text.as_str().into(), value);
            }
            (V::Object(_) | V::Class(_) | V::Instance(_), V::Text(key)) => {
                self.set_member(object, &key.text.clone(), value)
            }
            (V::Object(inner), _) => inner.open.set(true),
            _ => {}
        }
    }
}
