//! From values of the machine to those that are handed out: owned, finite, without the machine.

use std::cell::Cell;

use super::{
    Code, Given, Object, Text, Value,
    calls::Arg,
    machine::Machine,
    values::{Fields, HOLE, Name, Place, TextV, V},
};

/// Objects inside one another; a program may make circles.
const DEEPEST: usize = 9;
/// Values in one argument.
const MOST: usize = 4_000;

impl Machine<'_, '_, '_> {
    pub(super) fn snap_argument(&self, argument: &Arg) -> Given {
        Given {
            name: argument.name.as_ref().map(ToString::to_string),
            value: self.snap(&argument.value),
            span: argument.span.clone(),
        }
    }

    pub(super) fn snap(&self, value: &V) -> Value {
        self.snap_within(value, DEEPEST, &Cell::new(MOST))
    }

    pub(super) fn snap_fields(&self, fields: &Fields) -> Vec<(String, Value)> {
        let left = Cell::new(MOST);
        fields.iter().map(|(key, value)| (visible(key), self.snap_within(value, DEEPEST - 2, &left))).collect()
    }

    fn snap_within(&self, value: &V, depth: usize, left: &Cell<usize>) -> Value {
        let Some(rest) = left.get().checked_sub(1).filter(|_| depth > 0) else {
            return Value::Unknown("too large to be kept".to_owned());
        };
        left.set(rest);
        match value {
            V::Undefined | V::Null => Value::Nothing,
            V::Boolean(value) => Value::Boolean(*value),
            V::Number(value) => Value::Number(*value),
            V::Text(text) | V::Path(text) => Value::Text(self.snap_text(text)),
            V::List(list) => {
                let items = list.items.borrow();
                Value::List(items.iter().map(|item| self.snap_within(item, depth - 1, left)).collect())
            }
            V::Object(object) => match object.instance.get() {
                Some(event) => Value::Instance(event),
                None => {
                    let fields = object.fields.borrow();
                    let entry = |(key, value): (&Name, &V)| (visible(key), self.snap_within(value, depth - 1, left));
                    let class = object.class.as_ref().and_then(|class| class.name.as_ref());
                    Value::Object(Object {
                        entries: fields.iter().map(entry).collect(),
                        open: object.open.get(),
                        class: class.map(ToString::to_string),
                    })
                }
            },
            V::Function(function) => {
                let name = function.code.name.clone().or_else(|| function.name.as_ref().map(ToString::to_string));
                let span = &function.code.span;
                Value::Function(self.code(function.module, span.start, span.end, name))
            }
            V::Class(class) => {
                let span = &class.code.span;
                Value::Class(self.code(
                    class.module,
                    span.start,
                    span.end,
                    class.name.as_ref().map(ToString::to_string),
                ))
            }
            V::Instance(event) => Value::Instance(*event),
            V::Attribute(event, path) => Value::Attribute(*event, path.to_string()),
            V::External(external) => Value::External(external.module.clone(), external.path.clone()),
            V::Native(native) => Value::Unknown(format!("`{}` of the language", native.name)),
            V::Module(_) | V::Import(_) => Value::Unknown("a module".to_owned()),
            V::Unknown(why) => Value::Unknown(why.to_string()),
        }
    }

    pub(super) fn code(&self, module: usize, start: usize, end: usize, name: Option<String>) -> Code {
        Code { site: self.site(Place { module, start, end }), name }
    }

    fn snap_text(&self, text: &TextV) -> Text {
        Text {
            text: visible(&text.text),
            holes: text.text.contains(HOLE),
            origin: text.origin.map(|place| self.site(place)),
        }
    }
}

/// Holes as people read them.
fn visible(text: &str) -> String {
    if !text.contains(HOLE) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        // Two holes side by side say no more than one.
        if c != HOLE {
            shown.push(c);
        } else if !shown.ends_with('*') {
            shown.push('*');
        }
    }
    shown
}
