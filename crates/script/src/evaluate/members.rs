//! Members, elements and keys of values.

use std::rc::Rc;

use super::{
    calls::dotted,
    machine::{Frame, Machine, number_text},
    values::{ExternalV, HOLE, V},
};
use crate::tree::{Expression, ExpressionKind, Language};

impl Machine<'_, '_, '_> {
    pub(super) fn member_expression(&mut self, object: &Expression, name: &str, frame: &Frame) -> V {
        if let ExpressionKind::Super = &object.kind {
            let this = frame.scope.find("this").unwrap_or(V::Undefined);
            return self.member(&this, name);
        }
        let object = self.eval(object, frame);
        self.member(&object, name)
    }

    /// `object.name`.
    pub(super) fn member(&mut self, object: &V, name: &str) -> V {
        match object {
            V::Undefined | V::Null => V::Undefined,
            V::Object(inner) => self.object_member(object, inner, name),
            V::Class(class) => {
                if name == "name" || name == "__name__" {
                    return class.name.as_ref().map_or(V::Undefined, |name| V::text(&**name));
                }
                if let Some(found) = self.class_member(class, name, None) {
                    return found;
                }
                // Statics that a package's class hands down.
                match class.bases.iter().find(|base| matches!(base, V::External(_))) {
                    Some(base) => self.member(&base.clone(), name),
                    None => V::Undefined,
                }
            }
            V::External(external) => super::builtins::constant(external, name).unwrap_or_else(|| {
                V::External(Rc::new(ExternalV {
                    module: external.module.clone(),
                    path: dotted(&external.path, name),
                    library: external.library,
                }))
            }),
            V::Instance(event) => self.attribute(*event, name),
            V::Attribute(event, path) => self.attribute(*event, &dotted(path, name)),
            V::Module(inner) => {
                let found = self.export(*inner, name);
                match (&found, name) {
                    // `import x from` of a module without a default export: tools give the module itself.
                    (V::Undefined, "default") => object.clone(),
                    _ => found,
                }
            }
            V::List(list) if name == "length" && !list.open.get() => V::Number(list.items.borrow().len() as f64),
            V::List(list) if name.bytes().all(|byte| byte.is_ascii_digit()) => {
                let index = name.parse().ok();
                index.and_then(|index: usize| list.items.borrow().get(index).cloned()).unwrap_or(V::Undefined)
            }
            V::Text(text) if name == "length" && !text.text.contains(HOLE) => {
                V::Number(text.text.encode_utf16().count() as f64)
            }
            V::Path(_) => super::builtins::paths::part(object, name).unwrap_or_else(|| V::native(name, object.clone())),
            V::Text(_) | V::List(_) | V::Native(_) => V::native(name, object.clone()),
            V::Function(function) if name == "name" => {
                let name = function.code.name.clone().or_else(|| function.name.as_ref().map(ToString::to_string));
                name.map_or(V::Undefined, V::text)
            }
            V::Unknown(why) => V::Unknown(why.clone()),
            _ => V::Undefined,
        }
    }

    fn object_member(&mut self, object: &V, inner: &Rc<super::values::ObjectV>, name: &str) -> V {
        let found = inner.fields.borrow().get(name).cloned();
        if let Some(found) = found {
            return self.settled(found);
        }
        if let Some(class) = &inner.class
            && let Some(found) = self.class_member(class, name, Some(object))
        {
            return found;
        }
        match inner.instance.get() {
            Some(event) => self.attribute(event, name),
            None if inner.open.get() => V::unknown("a property of what is known in part only"),
            None if inner
                .class
                .as_ref()
                .is_some_and(|class| class.bases.iter().any(|base| matches!(base, V::External(_) | V::Unknown(_)))) =>
            {
                V::unknown("a property that a base may have")
            }
            None => V::Undefined,
        }
    }

    /// What a package gave has a property.
    fn attribute(&mut self, event: usize, path: &str) -> V {
        if let Some(set) = self.extra.get(&event).and_then(|fields| fields.get(path)) {
            return set.clone();
        }
        let known = self.events.get(event).and_then(|one| self.options.host.attribute(one, path, &self.events));
        match known {
            Some(value) => self.known(&value),
            None => V::Attribute(event, path.into()),
        }
    }

    /// `object[index]`.
    pub(super) fn index(&mut self, object: &V, index: &V, frame: &Frame) -> V {
        match (object, index) {
            (V::List(list), V::Number(at)) => {
                let items = list.items.borrow();
                let at = if *at < 0.0 { items.len() as f64 + at } else { *at };
                let found = items.get(at as usize).filter(|_| at >= 0.0).cloned();
                found.unwrap_or(if list.open.get() { V::unknown("an element that is not known") } else { V::Undefined })
            }
            (V::Text(text), V::Number(at)) if !text.text.contains(HOLE) && *at >= 0.0 => {
                text.text.chars().nth(*at as usize).map_or(V::Undefined, |c| V::text(c.to_string()))
            }
            (_, V::Text(key)) if !key.text.contains(HOLE) => {
                if let V::External(external) = object
                    && external.library
                    && external.path == "environ"
                {
                    return V::unknown("an environment variable");
                }
                self.member(object, &key.text.clone())
            }
            (_, V::Number(at)) => self.member(object, &number_text(*at)),
            (V::Object(inner), _) => {
                // Which one it is depends on what is not known: if all are alike, it is one of those.
                let values: Vec<V> = inner.fields.borrow().iter().map(|(_, value)| value.clone()).collect();
                let mut values = values.into_iter();
                let Some(first) = values.next() else { return V::unknown("a property that is not known") };
                let rest: Vec<V> = values.take(16).collect();
                rest.into_iter().fold(first, |one, other| self.either(one, other))
            }
            (V::Attribute(event, path), _) => V::Attribute(*event, dotted(path, "*").into()),
            (V::Instance(event), _) => V::Attribute(*event, "*".into()),
            (V::External(external), _) if self.language(frame.module) == Language::Python => {
                // `Callable[[int], str]`: a type.
                V::External(external.clone())
            }
            _ => V::unknown("an element that is not known"),
        }
    }

    /// The elements of a list, or of what is gone through like one; none if they are not known.
    pub(super) fn elements(&self, value: &V) -> Option<Vec<V>> {
        match value {
            V::List(list) => Some(list.items.borrow().clone()),
            V::Text(text) if !text.text.contains(HOLE) => {
                Some(text.text.chars().map(|c| V::text(c.to_string())).collect())
            }
            V::Object(object) if object.class.is_none() => {
                Some(object.fields.borrow().iter().map(|(key, _)| V::text(&**key)).collect())
            }
            V::Undefined | V::Null => Some(Vec::new()),
            _ => None,
        }
    }

    /// The keys of an object, or the indices of a list.
    pub(super) fn keys(&self, value: &V) -> Option<Vec<V>> {
        match value {
            V::List(list) => Some((0..list.items.borrow().len()).map(|index| V::text(index.to_string())).collect()),
            V::Object(object) => Some(object.fields.borrow().iter().map(|(key, _)| V::text(&**key)).collect()),
            _ => None,
        }
    }

    /// True if everything that the value holds is known.
    pub(super) fn is_closed(&self, value: &V) -> bool {
        match value {
            V::List(list) => !list.open.get(),
            V::Object(object) => !object.open.get() && object.class.is_none(),
            V::Text(text) => !text.text.contains(HOLE),
            V::Undefined | V::Null => true,
            _ => false,
        }
    }

    /// One element of what is not known.
    pub(super) fn element_of(&self, value: &V) -> V {
        match value {
            V::Instance(event) => V::Attribute(*event, "*".into()),
            V::Attribute(event, path) => V::Attribute(*event, dotted(path, "*").into()),
            V::Unknown(why) => V::Unknown(why.clone()),
            _ => V::unknown("an element of what is not known"),
        }
    }
}
