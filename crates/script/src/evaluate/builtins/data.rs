//! JSON, as values.

use super::super::{
    machine::Machine,
    values::{Fields, V},
};

/// Values in one document.
const MOST: usize = 50_000;

/// The value of a JSON text; none if it is none.
pub(in super::super) fn json(text: &str, machine: &Machine<'_, '_, '_>) -> Option<V> {
    let value = jsonc_parser::parse_to_serde_value::<serde_json::Value>(text, &Default::default()).ok()?;
    Some(of(&value, machine, &mut MOST.clone()))
}

fn of(value: &serde_json::Value, machine: &Machine<'_, '_, '_>, left: &mut usize) -> V {
    match left.checked_sub(1) {
        Some(rest) => *left = rest,
        None => return V::unknown("a large document"),
    }
    match value {
        serde_json::Value::Null => V::Null,
        serde_json::Value::Bool(value) => V::Boolean(*value),
        serde_json::Value::Number(number) => V::Number(number.as_f64().unwrap_or_default()),
        serde_json::Value::String(text) => V::text(text.as_str()),
        serde_json::Value::Array(items) => V::list(items.iter().map(|item| of(item, machine, left)).collect()),
        serde_json::Value::Object(entries) => {
            let mut fields = Fields::default();
            for (key, value) in entries {
                fields.set(key.as_str().into(), of(value, machine, left));
            }
            machine.new_object(fields, false)
        }
    }
}

/// A value as JSON; none if parts of it are not known.
pub(super) fn text(machine: &Machine<'_, '_, '_>, value: &V, depth: usize) -> Option<serde_json::Value> {
    if depth == 0 {
        return None;
    }
    Some(match value {
        V::Undefined | V::Null => serde_json::Value::Null,
        V::Boolean(value) => serde_json::Value::Bool(*value),
        V::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => serde_json::Value::from(*number as i64),
        V::Number(number) => serde_json::Value::from(*number),
        V::Text(text) => serde_json::Value::String(text.text.clone()),
        V::List(list) => {
            let items = list.items.borrow();
            serde_json::Value::Array(items.iter().map(|item| text(machine, item, depth - 1)).collect::<Option<_>>()?)
        }
        V::Object(object) if object.instance.get().is_none() => {
            let mut map = serde_json::Map::new();
            for (key, value) in object.fields.borrow().iter().filter(|(_, value)| !matches!(value, V::Undefined)) {
                map.insert(key.to_string(), text(machine, value, depth - 1)?);
            }
            serde_json::Value::Object(map)
        }
        other => serde_json::Value::String(machine.display(other)),
    })
}
