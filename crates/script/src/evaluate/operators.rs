//! Operators, conditions, and values that depend on conditions.

use std::rc::Rc;

use super::{
    machine::Machine,
    values::{Fields, HOLE, ListV, V},
};
use crate::tree::{Language, Operator, UnaryOperator};

impl Machine<'_, '_, '_> {
    /// Whether a condition holds; none if that is not known.
    pub(super) fn truth(&self, value: &V, language: Language) -> Option<bool> {
        match value {
            V::Undefined | V::Null => Some(false),
            V::Boolean(value) => Some(*value),
            V::Number(value) => Some(*value != 0.0 && !value.is_nan()),
            V::Text(text) => match text.text.chars().all(|c| c == HOLE) {
                true if text.text.is_empty() => Some(false),
                true => None,
                false => Some(true),
            },
            V::List(list) if language == Language::Python => match list.items.borrow().is_empty() {
                true if list.open.get() => None,
                empty => Some(!empty),
            },
            V::Object(object) if language == Language::Python && object.class.is_none() => {
                match object.fields.borrow().len() == 0 {
                    true if object.open.get() => None,
                    empty => Some(!empty),
                }
            }
            V::Path(_) | V::List(_) | V::Object(_) | V::Function(_) | V::Class(_) | V::Native(_) | V::Module(_) => {
                Some(true)
            }
            V::External(_) => Some(true),
            V::Instance(event) => self.is_made(*event).then_some(true),
            V::Attribute(..) | V::Import(_) | V::Unknown(_) => None,
        }
    }

    pub(super) fn binary(&mut self, operator: Operator, left: &V, right: &V) -> V {
        match operator {
            Operator::Equal => boolean(equal(left, right)),
            Operator::NotEqual => boolean(equal(left, right).map(|equal| !equal)),
            Operator::Add => self.add(left, right),
            Operator::In | Operator::NotIn => {
                let found = self.contains(right, left);
                boolean(if operator == Operator::In { found } else { found.map(|found| !found) })
            }
            Operator::Join => match (left, right) {
                (V::Object(_), V::Object(_)) => {
                    let mut fields = Fields::default();
                    let open = self.spread_into(&mut fields, left) | self.spread_into(&mut fields, right);
                    self.new_object(fields, open)
                }
                _ => V::unknown("an operator on bits"),
            },
            // pathlib: `Path(a) / "b"`.
            Operator::Divide if matches!(left, V::Path(_)) => {
                super::builtins::paths::joined(&[left.clone(), right.clone()], true)
            }
            Operator::Remainder if left.as_str().is_some() => super::builtins::strings::percent(left, right),
            Operator::Multiply if matches!(left, V::List(_)) => left.clone(),
            _ => match (left, right) {
                (V::Number(left), V::Number(right)) => numbers(operator, *left, *right),
                _ => V::unknown("a calculation with what is not known"),
            },
        }
    }

    fn add(&mut self, left: &V, right: &V) -> V {
        match (left, right) {
            (V::Number(left), V::Number(right)) => V::Number(left + right),
            (V::List(left), V::List(right)) => {
                let mut items = left.items.borrow().clone();
                items.extend(right.items.borrow().iter().cloned());
                if left.open.get() || right.open.get() { V::open_list(items) } else { V::list(items) }
            }
            (V::Text(_), _) | (_, V::Text(_)) => {
                let text = format!("{}{}", self.display(left), self.display(right));
                V::written(text, left.origin().or(right.origin()))
            }
            _ => V::unknown("a sum with what is not known"),
        }
    }

    /// Whether a list, text or object holds a value.
    fn contains(&self, whole: &V, part: &V) -> Option<bool> {
        match whole {
            V::List(list) => holds(list, part),
            V::Object(object) => {
                let key = part.known_str()?;
                match object.fields.borrow().get(key).is_some() {
                    false if object.open.get() => None,
                    found => Some(found),
                }
            }
            V::Text(_) => Some(whole.known_str()?.contains(part.known_str()?)),
            _ => None,
        }
    }

    pub(super) fn unary(&self, operator: UnaryOperator, value: &V, language: Language) -> V {
        match operator {
            UnaryOperator::Not => boolean(self.truth(value, language).map(|truth| !truth)),
            UnaryOperator::Minus => match value {
                V::Number(value) => V::Number(-value),
                _ => V::unknown("a calculation with what is not known"),
            },
            UnaryOperator::Plus => match value {
                V::Text(_) => value
                    .known_str()
                    .and_then(|text| text.trim().parse().ok())
                    .map_or_else(|| V::unknown("a number from a text"), V::Number),
                other => other.clone(),
            },
            UnaryOperator::Void => V::Undefined,
            UnaryOperator::TypeOf => type_of(value),
            UnaryOperator::Other => V::unknown("an operator on bits"),
        }
    }

    /// A copy of an object or list that may hold more.
    fn opened(&mut self, value: &V) -> V {
        match value {
            V::List(list) => V::open_list(list.items.borrow().clone()),
            _ => {
                let mut fields = Fields::default();
                self.spread_into(&mut fields, value);
                self.new_object(fields, true)
            }
        }
    }

    /// The value that is one or the other, as a condition that is not known decides.
    pub(super) fn either(&mut self, one: V, other: V) -> V {
        match (&one, &other) {
            _ if same(&one, &other) => one,
            (V::Undefined | V::Null, _) => other,
            (_, V::Undefined | V::Null) => one,
            (V::Object(left), V::Object(right)) if left.class.is_none() && right.class.is_none() => {
                let mut fields = Fields::default();
                for (key, value) in left.fields.borrow().iter() {
                    fields.set(key.clone(), value.clone());
                }
                let others: Vec<_> =
                    right.fields.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
                for (key, value) in others {
                    let merged = match fields.get(&key).cloned() {
                        Some(old) => self.either(old, value),
                        None => value,
                    };
                    fields.set(key, merged);
                }
                self.new_object(fields, left.open.get() || right.open.get())
            }
            (V::List(left), V::List(right)) => {
                let mut items = left.items.borrow().clone();
                for item in right.items.borrow().iter() {
                    if !items.iter().any(|known| same(known, item)) {
                        items.push(item.clone());
                    }
                }
                if left.open.get() || right.open.get() { V::open_list(items) } else { V::list(items) }
            }
            (V::Text(_), V::Text(_)) => V::text(HOLE.to_string()),
            // What is known says more than what is not; there may be more.
            (V::Unknown(_), V::Object(object)) if object.class.is_none() => self.opened(&other),
            (V::Object(object), V::Unknown(_)) if object.class.is_none() => self.opened(&one),
            (V::Unknown(_), V::List(_)) => self.opened(&other),
            (V::List(_), V::Unknown(_)) => self.opened(&one),
            (V::Unknown(_), V::Object(_) | V::Instance(_) | V::Function(_) | V::Class(_)) => other,
            (V::Unknown(_), _) => one,
            (V::Object(_) | V::List(_) | V::Instance(_) | V::Function(_) | V::Class(_), _) => one,
            (_, V::Object(_) | V::List(_) | V::Instance(_) | V::Function(_) | V::Class(_)) => other,
            _ => V::unknown("it depends on a condition that is not known"),
        }
    }
}

fn holds(list: &Rc<ListV>, part: &V) -> Option<bool> {
    let mut sure = !list.open.get();
    for item in list.items.borrow().iter() {
        match equal(item, part) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => sure = false,
        }
    }
    sure.then_some(false)
}

fn boolean(known: Option<bool>) -> V {
    known.map_or_else(|| V::unknown("a comparison with what is not known"), V::Boolean)
}

/// Whether two values are equal; none if that is not known.
pub(super) fn equal(left: &V, right: &V) -> Option<bool> {
    if same(left, right) {
        return Some(true);
    }
    match (left, right) {
        (V::Unknown(_) | V::Attribute(..) | V::Import(_), _) | (_, V::Unknown(_) | V::Attribute(..) | V::Import(_)) => {
            None
        }
        (V::Text(one), V::Text(other)) => {
            if one.text.contains(HOLE) || other.text.contains(HOLE) {
                None
            } else {
                Some(false)
            }
        }
        (V::Undefined | V::Null, V::Undefined | V::Null) => Some(true),
        // What a package gave may be anything, a text too.
        (V::Instance(_), _) | (_, V::Instance(_)) => (left.is_nothing() || right.is_nothing()).then_some(false),
        (V::External(_), V::External(_)) => Some(false),
        (V::External(_), _) | (_, V::External(_)) => None,
        _ => Some(false),
    }
}

/// True if the two are surely one and the same.
pub(super) fn same(left: &V, right: &V) -> bool {
    match (left, right) {
        (V::Undefined, V::Undefined) | (V::Null, V::Null) => true,
        (V::Boolean(one), V::Boolean(other)) => one == other,
        (V::Number(one), V::Number(other)) => one == other,
        (V::Text(one), V::Text(other)) | (V::Path(one), V::Path(other)) => {
            one.text == other.text && !one.text.contains(HOLE)
        }
        (V::List(one), V::List(other)) => Rc::ptr_eq(one, other),
        (V::Object(one), V::Object(other)) => Rc::ptr_eq(one, other),
        (V::Function(one), V::Function(other)) => Rc::ptr_eq(one, other),
        (V::Class(one), V::Class(other)) => Rc::ptr_eq(one, other),
        (V::External(one), V::External(other)) => one.module == other.module && one.path == other.path,
        (V::Instance(one), V::Instance(other)) => one == other,
        (V::Attribute(one, name), V::Attribute(other, path)) => one == other && name == path,
        (V::Module(one), V::Module(other)) => one == other,
        _ => false,
    }
}

fn type_of(value: &V) -> V {
    let word = match value {
        V::Undefined => "undefined",
        V::Boolean(_) => "boolean",
        V::Number(_) => "number",
        V::Text(_) => "string",
        V::Function(_) | V::Class(_) | V::Native(_) => "function",
        V::Null | V::List(_) | V::Object(_) | V::Path(_) | V::Module(_) => "object",
        _ => return V::unknown("the type of what is not known"),
    };
    V::text(word)
}

fn numbers(operator: Operator, left: f64, right: f64) -> V {
    match operator {
        Operator::Subtract => V::Number(left - right),
        Operator::Multiply => V::Number(left * right),
        Operator::Divide => V::Number(left / right),
        Operator::FloorDivide => V::Number((left / right).floor()),
        Operator::Remainder => V::Number(left % right),
        Operator::Power => V::Number(left.powf(right)),
        Operator::Less => V::Boolean(left < right),
        Operator::LessOrEqual => V::Boolean(left <= right),
        Operator::Greater => V::Boolean(left > right),
        Operator::GreaterOrEqual => V::Boolean(left >= right),
        _ => V::unknown("an operator on bits"),
    }
}
