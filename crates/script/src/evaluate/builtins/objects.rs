//! Objects, dicts, maps.

use std::rc::Rc;

use super::{
    super::{
        calls::Arg,
        machine::{Frame, Machine},
        values::{Fields, Name, ObjectV, Place, V},
    },
    call_for, list_of, object,
};

/// `Object.entries`, `dict` …; none for anything else.
pub(super) fn function(
    machine: &mut Machine<'_, '_, '_>,
    module: &str,
    path: &str,
    values: &[V],
    arguments: &[Arg],
) -> Option<V> {
    let first = values.first().cloned().unwrap_or(V::Undefined);
    Some(match (module, path) {
        ("", "Object.entries" | "Object.keys" | "Object.values") => listed(machine, &first, path),
        ("", "Object.assign") => {
            for value in values.iter().skip(1) {
                let mut fields = Fields::default();
                let open = machine.spread_into(&mut fields, value);
                for (key, value) in fields.iter() {
                    machine.set_member(&first, key, value.clone());
                }
                if let V::Object(inner) = &first {
                    inner.open.set(inner.open.get() || open);
                }
            }
            first
        }
        ("", "Object.fromEntries") => from_entries(machine, &first),
        ("", "dict") => {
            let mut fields = Fields::default();
            let mut open = false;
            match &first {
                V::List(_) => {
                    let pairs = from_entries(machine, &first);
                    open |= machine.spread_into(&mut fields, &pairs);
                }
                V::Undefined => {}
                other => open |= machine.spread_into(&mut fields, other),
            }
            for argument in arguments {
                if let Some(name) = &argument.name {
                    fields.set(name.clone(), argument.value.clone());
                }
            }
            object(machine, fields, open)
        }
        _ => return None,
    })
}

fn listed(machine: &mut Machine<'_, '_, '_>, value: &V, path: &str) -> V {
    let entries: Vec<(Name, V)> = match value {
        V::Object(inner) => inner.fields.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        V::List(list) => {
            let items = list.items.borrow();
            items.iter().enumerate().map(|(index, item)| (index.to_string().into(), item.clone())).collect()
        }
        V::Module(module) => {
            let names = machine.export_names(*module, 8);
            names.into_iter().map(|name| (name.clone(), machine.export(*module, &name))).collect()
        }
        _ => return V::open_list(Vec::new()),
    };
    let item = |(key, value): (Name, V)| match path.rsplit('.').next() {
        Some("keys") => V::text(&*key),
        Some("values") => value,
        _ => V::list(vec![V::text(&*key), value]),
    };
    let open = !machine.is_closed(value) && !matches!(value, V::Module(_));
    list_of(entries.into_iter().map(item).collect(), open)
}

/// Pairs as an object; keys that are no texts are left, and the object is open.
pub(super) fn from_entries(machine: &mut Machine<'_, '_, '_>, value: &V) -> V {
    let mut fields = Fields::default();
    let mut open = !machine.is_closed(value);
    for pair in machine.elements(value).unwrap_or_default() {
        match &pair {
            V::List(pair) => match pair.items.borrow().as_slice() {
                [V::Text(key), value, ..] => fields.set(key.text.as_str().into(), value.clone()),
                _ => open = true,
            },
            _ => open = true,
        }
    }
    object(machine, fields, open)
}

/// A copy of an object or list, one level deep.
pub(super) fn copied(machine: &Machine<'_, '_, '_>, value: &V) -> V {
    match value {
        V::Object(inner) if inner.class.is_none() => {
            let mut fields = Fields::default();
            for (key, value) in inner.fields.borrow().iter() {
                fields.set(key.clone(), value.clone());
            }
            object(machine, fields, inner.open.get())
        }
        V::List(list) => list_of(list.items.borrow().clone(), list.open.get()),
        other => other.clone(),
    }
}

/// A method of an object without a class: a dict, or a map.
pub(super) fn method(
    machine: &mut Machine<'_, '_, '_>,
    inner: &Rc<ObjectV>,
    name: &str,
    values: &[V],
    place: Place,
    frame: &Frame,
) -> V {
    let first = values.first().cloned().unwrap_or(V::Undefined);
    let this = V::Object(inner.clone());
    match name {
        "items" | "entries" => listed(machine, &this, "entries"),
        "keys" => listed(machine, &this, "keys"),
        "values" => listed(machine, &this, "values"),
        "get" => match first.known_str() {
            Some(key) => {
                let found = inner.fields.borrow().get(key).cloned();
                let missing = || if inner.open.get() { V::unknown("a key that may be there") } else { V::Undefined };
                found.or(values.get(1).cloned()).unwrap_or_else(missing)
            }
            None => machine.index(&this, &first, frame),
        },
        "set" | "setdefault" => {
            if let Some(value) = values.get(1) {
                machine.set_index(&this, &first, value.clone());
            }
            this
        }
        "has" | "hasOwnProperty" => match first.known_str() {
            Some(key) if inner.fields.borrow().get(key).is_some() => V::Boolean(true),
            Some(_) if !inner.open.get() => V::Boolean(false),
            _ => V::unknown("whether a key is there"),
        },
        "update" => {
            let mut fields = Fields::default();
            let open = machine.spread_into(&mut fields, &first);
            for (key, value) in fields.iter() {
                machine.set_member(&this, key, value.clone());
            }
            inner.open.set(inner.open.get() || open);
            V::Undefined
        }
        "copy" => copied(machine, &this),
        "pop" | "delete" => {
            let removed = first.known_str().and_then(|key| inner.fields.borrow_mut().remove(key));
            removed.or(values.get(1).cloned()).unwrap_or(V::Undefined)
        }
        "forEach" => {
            let entries: Vec<(Name, V)> =
                inner.fields.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            for (key, value) in entries {
                call_for(machine, &first, vec![value, V::text(&*key)], place, frame);
            }
            V::Undefined
        }
        "toString" => Machine::hole(),
        _ if inner.open.get() => V::unknown("a method of what is known in part only"),
        _ => V::unknown(&format!("`{name}` of an object")),
    }
}
