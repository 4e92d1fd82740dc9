//! What the languages and their libraries bring along, as far as programs that declare things use it.

pub(super) mod data;
mod files;
mod lists;
mod objects;
pub(super) mod paths;
pub(super) mod strings;

use std::rc::Rc;

use super::{
    calls::Arg,
    machine::{Frame, Machine, number_text},
    values::{ExternalV, Fields, HOLE, Place, V},
};
use crate::tree::Language;

/// Names that a language knows without an import.
pub(super) fn is_library_global(name: &str, python: bool) -> bool {
    const JAVASCRIPT: [&str; 38] = [
        "AbortController",
        "AggregateError",
        "Array",
        "BigInt",
        "Boolean",
        "Buffer",
        "Date",
        "Error",
        "Function",
        "Infinity",
        "Intl",
        "JSON",
        "Map",
        "Math",
        "NaN",
        "Number",
        "Object",
        "Promise",
        "Proxy",
        "RangeError",
        "Reflect",
        "RegExp",
        "Set",
        "String",
        "Symbol",
        "SyntaxError",
        "TextEncoder",
        "TypeError",
        "URL",
        "WeakMap",
        "clearTimeout",
        "console",
        "crypto",
        "fetch",
        "parseFloat",
        "parseInt",
        "process",
        "setTimeout",
    ];
    const PYTHON: [&str; 50] = [
        "BaseException",
        "Exception",
        "FileNotFoundError",
        "KeyError",
        "NotImplementedError",
        "RuntimeError",
        "TypeError",
        "ValueError",
        "all",
        "any",
        "bool",
        "bytes",
        "callable",
        "chr",
        "classmethod",
        "dict",
        "dir",
        "enumerate",
        "filter",
        "float",
        "format",
        "frozenset",
        "getattr",
        "hasattr",
        "hash",
        "id",
        "input",
        "int",
        "isinstance",
        "issubclass",
        "iter",
        "len",
        "list",
        "map",
        "max",
        "min",
        "next",
        "object",
        "open",
        "print",
        "property",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "setattr",
        "sorted",
        "staticmethod",
        "str",
    ];
    const MORE_PYTHON: [&str; 5] = ["sum", "tuple", "type", "vars", "zip"];
    if python {
        PYTHON.contains(&name) || MORE_PYTHON.contains(&name)
    } else {
        JAVASCRIPT.contains(&name) || matches!(name, "globalThis" | "global" | "structuredClone" | "queueMicrotask")
    }
}

/// A property of the library that is known without a call.
pub(super) fn constant(external: &ExternalV, name: &str) -> Option<V> {
    if !external.library {
        return None;
    }
    match (external.module.as_str(), external.path.as_str(), name) {
        ("" | "process", "process.env" | "env", _) => Some(V::unknown("an environment variable")),
        ("path" | "os", _, "sep") => Some(V::text("/")),
        ("" | "process", "process" | "", "platform") => Some(V::text("linux")),
        ("", "Number", "MAX_SAFE_INTEGER") => Some(V::Number(9_007_199_254_740_991.0)),
        _ => None,
    }
}

/// Calls a function of the library.
pub(super) fn function(
    machine: &mut Machine<'_, '_, '_>,
    external: &ExternalV,
    arguments: &[Arg],
    place: Place,
    frame: &Frame,
) -> V {
    let module = external.module.split('/').next().unwrap_or_default();
    let path = external.path.as_str();
    let values: Vec<V> = arguments.iter().filter(|one| one.name.is_none()).map(|one| one.value.clone()).collect();
    let first = values.first().cloned().unwrap_or(V::Undefined);
    let python = machine.language(frame.module) == Language::Python;
    if let Some(found) = paths::function(machine, module, path, &values) {
        return found;
    }
    if let Some(found) = files::function(machine, module, path, &values, frame) {
        return found;
    }
    if let Some(found) = objects::function(machine, module, path, &values, arguments) {
        return found;
    }
    if let Some(found) = lists::function(machine, module, path, &values, arguments, place, frame) {
        return found;
    }
    match (module, path) {
        ("", "String" | "str" | "Path" | "format") => match &first {
            V::Text(_) => first,
            V::Path(text) => V::Text(text.clone()),
            other => V::text(machine.display(other)),
        },
        ("", "Number" | "parseInt" | "int" | "parseFloat" | "float") => match &first {
            V::Number(_) => first,
            other => other
                .known_str()
                .and_then(|text| text.trim().parse().ok())
                .map_or_else(|| V::unknown("a number"), V::Number),
        },
        ("", "Boolean" | "bool") => {
            let language = machine.language(frame.module);
            machine.truth(&first, language).map_or_else(|| V::unknown("a condition that is not known"), V::Boolean)
        }
        ("", "Promise.resolve" | "Object.freeze" | "Object.seal" | "structuredClone" | "copy" | "deepcopy") => first,
        ("copy", "copy" | "deepcopy") => objects::copied(machine, &first),
        ("", "Promise.all" | "Promise.allSettled") => first,
        ("", "isinstance" | "issubclass" | "hasattr" | "callable") => V::unknown("a question about a type"),
        ("", "getattr") => match values.get(1).and_then(V::known_str) {
            Some(name) => match machine.member(&first, name) {
                V::Undefined => values.get(2).cloned().unwrap_or(V::Undefined),
                found => found,
            },
            None => V::unknown("a property whose name is computed"),
        },
        ("", "setattr") => {
            if let (Some(name), Some(value)) = (values.get(1).and_then(V::known_str), values.get(2)) {
                machine.set_member(&first, name, value.clone());
            }
            V::Undefined
        }
        ("", "type") if python => match &first {
            V::Object(object) => object.class.clone().map_or_else(|| V::unknown("a type"), V::Class),
            _ => V::unknown("a type"),
        },
        ("os", "getenv" | "environ.get") | ("", "process.cwd") if path != "process.cwd" => {
            V::unknown("an environment variable")
        }
        ("", path) if path.starts_with("console.") || path == "print" => V::Undefined,
        ("functools", "partial") => partial(&first, &values),
        _ => V::unknown(&format!("what `{}` of the library gives", if path.is_empty() { module } else { path })),
    }
}

fn partial(first: &V, values: &[V]) -> V {
    if values.len() == 1 { first.clone() } else { V::unknown("a function with some of its arguments") }
}

/// `new X(…)` of the library.
pub(super) fn construct(machine: &mut Machine<'_, '_, '_>, external: &ExternalV, arguments: &[Arg]) -> V {
    let first = arguments.first().map_or(V::Undefined, |argument| argument.value.clone());
    match external.path.as_str() {
        "Set" => match machine.elements(&first) {
            Some(items) => lists::distinct(items),
            None => V::open_list(Vec::new()),
        },
        "Map" => objects::from_entries(machine, &first),
        "Array" => V::open_list(Vec::new()),
        "URL" => {
            let base = arguments.get(1).map_or(V::Undefined, |argument| argument.value.clone());
            paths::url(machine, &first, &base)
        }
        "String" | "Number" => first,
        other => V::unknown(&format!("a `{other}` of the library")),
    }
}

/// Calls a method of a text, list, object, path or number.
pub(super) fn method(
    machine: &mut Machine<'_, '_, '_>,
    receiver: &V,
    name: &str,
    arguments: &[Arg],
    place: Place,
    frame: &Frame,
) -> V {
    let values: Vec<V> = arguments.iter().filter(|one| one.name.is_none()).map(|one| one.value.clone()).collect();
    match receiver {
        V::Text(_) => strings::method(machine, receiver, name, &values, arguments, place, frame),
        V::Path(_) => paths::method(machine, receiver, name, &values),
        V::List(list) => lists::method(machine, &list.clone(), name, &values, place, frame),
        V::Object(object) => objects::method(machine, &object.clone(), name, &values, place, frame),
        V::Number(number) => match name {
            "toString" => V::text(number_text(*number)),
            _ => V::unknown("a number as text"),
        },
        _ => V::unknown("a method of the language"),
    }
}

/// `a[from:to]`.
pub(super) fn slice(object: &V, from: &V, to: &V) -> V {
    let bounds = |length: usize| {
        let at = |value: &V, default: usize| match value {
            V::Undefined | V::Null => Some(default),
            V::Number(at) if *at < 0.0 => Some((length as f64 + at).max(0.0) as usize),
            V::Number(at) => Some((*at as usize).min(length)),
            _ => None,
        };
        let (from, to) = (at(from, 0)?, at(to, length)?);
        Some(from..to.max(from))
    };
    match object {
        V::Text(text) if !text.text.contains(HOLE) => {
            let chars: Vec<char> = text.text.chars().collect();
            bounds(chars.len()).map_or_else(
                || V::text(HOLE.to_string()),
                |range| V::written(chars[range].iter().collect::<String>(), text.origin),
            )
        }
        V::Text(_) => V::text(HOLE.to_string()),
        V::List(list) => {
            let items = list.items.borrow();
            match bounds(items.len()) {
                Some(range) => V::list(items[range].to_vec()),
                None => V::open_list(items.clone()),
            }
        }
        V::Unknown(why) => V::Unknown(why.clone()),
        _ => V::unknown("a part of what is not known"),
    }
}

/// Calls a function of the repository for an element.
fn call_for(machine: &mut Machine<'_, '_, '_>, function: &V, values: Vec<V>, place: Place, frame: &Frame) -> V {
    let span = place.start..place.end;
    let arguments = values.into_iter().map(|value| Arg { name: None, value, span: span.clone() }).collect();
    machine.call(function, arguments, place, frame)
}

fn object(machine: &Machine<'_, '_, '_>, fields: Fields, open: bool) -> V {
    machine.new_object(fields, open)
}

fn list_of(items: Vec<V>, open: bool) -> V {
    if open { V::open_list(items) } else { V::list(items) }
}

fn native_list(value: &V) -> Option<Rc<super::values::ListV>> {
    match value {
        V::List(list) => Some(list.clone()),
        _ => None,
    }
}
