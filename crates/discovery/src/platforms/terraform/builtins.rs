//! The functions and operators of the language that matter for what is deployed. Those that are not here give a value
//! that is not known, but still says what it is made of.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    paths, render,
    value::{LARGEST, Piece, Value},
    world::World,
};

/// What the function `name` gives for `values`.
pub(super) fn call(world: &World<'_>, name: &str, values: &[Value], scope: usize) -> Value {
    let first = values.first();
    match (name, values) {
        (
            "tostring"
            | "tonumber"
            | "tobool"
            | "tomap"
            | "nonsensitive"
            | "sensitive"
            | "abspath"
            | "pathexpand"
            | "trimspace"
            | "jsonencode"
            | "yamlencode"
            | "ephemeralasnull"
            | "provider::terraform::encode_expr",
            [value, ..],
        ) => value.clone(),
        ("jsondecode" | "yamldecode", [value]) => render::structured(value).unwrap_or_else(|| Value::made_of([value])),
        ("toset" | "tolist" | "sort" | "reverse" | "distinct", [value]) => {
            world.all_of(value).map_or_else(|| value.clone(), Value::list)
        }
        ("merge", _) => merge(values),
        ("concat" | "setunion", _) => Value::list(values.iter().flat_map(|value| listed(world, value)).collect()),
        ("flatten", [value]) => {
            let mut flat = Vec::new();
            flatten(value, &mut flat, 32);
            Value::list(flat)
        }
        ("compact", [value]) => Value::list(listed(world, value).into_iter().filter(|item| !item.is_empty()).collect()),
        ("keys", [value]) => match world.entries(value) {
            Some(entries) if !matches!(value, Value::List(_)) => {
                Value::list(entries.into_iter().map(|(key, _)| key).collect())
            }
            _ => Value::made_of([value]),
        },
        ("values", [value]) => world.all_of(value).map_or_else(|| Value::made_of([value]), Value::list),
        ("one", [value]) => match world.all_of(value).as_deref() {
            Some([only]) => only.clone(),
            Some([]) => Value::Null,
            _ => value.clone(),
        },
        ("length", [value]) => length(world, value),
        ("lookup", [map, key, default @ ..]) => lookup(map, key, default.first()),
        ("element", [list, index]) => element(world, list, index),
        ("zipmap", [Value::List(keys), Value::List(items)]) => {
            let pairs = keys.iter().zip(items.iter());
            Value::map(pairs.filter_map(|(key, item)| Some((key.known()?, item.clone()))).collect())
        }
        ("slice", [Value::List(items), from, to]) => match (number(from), number(to)) {
            (Some(from), Some(to)) => Value::list(items.get(from..to).unwrap_or_default().to_vec()),
            _ => Value::made_of(values),
        },
        ("range", _) => range(values),
        ("contains", [Value::List(items), wanted]) => {
            let known = wanted.known().filter(|_| items.iter().all(|item| item.known().is_some()));
            known.map_or_else(Value::unknown, |known| {
                Value::Bool(items.iter().any(|item| item.known().as_ref() == Some(&known)))
            })
        }
        ("startswith" | "endswith" | "strcontains", [text, part]) => match (text.known(), part.known()) {
            (Some(text), Some(part)) => Value::Bool(match name {
                "startswith" => text.starts_with(&part),
                "endswith" => text.ends_with(&part),
                _ => text.contains(&part),
            }),
            _ => Value::unknown(),
        },
        ("join", [separator, list]) => join(world, separator, list),
        ("split", [separator, text]) => split(separator, text),
        ("format", [pattern, rest @ ..]) => format(pattern, rest),
        ("replace", [text, old, new]) => replace(text, old, new),
        ("lower", [text]) => each_text(text, |part| part.to_lowercase()),
        ("upper", [text]) => each_text(text, |part| part.to_uppercase()),
        ("trimprefix", [text, part]) => trim(text, part, |text, part| text.strip_prefix(part)),
        ("trimsuffix", [text, part]) => trim(text, part, |text, part| text.strip_suffix(part)),
        ("trim", [text, set]) => match (text.known(), set.known()) {
            (Some(text), Some(set)) => Value::text(text.trim_matches(|c| set.contains(c))),
            _ => text.clone(),
        },
        ("substr", [text, from, length]) => substr(text, from, length),
        ("basename" | "dirname", [path]) => part_of_path(name, path),
        ("file", [path]) => paths::content(world, scope, path).map_or_else(Value::unknown, |text| Value::text(&text)),
        ("templatefile", [path, variables]) => render::template_file(world, scope, path, variables),
        ("fileexists", [path]) => {
            let known = path.known().map(|path| paths::file(world, scope, &path).is_some());
            known.map_or_else(Value::unknown, Value::Bool)
        }
        ("fileset", [folder, pattern]) => paths::file_set(world, scope, folder, pattern),
        ("coalescelist", _) => values.iter().find(|value| !value.is_empty()).cloned().unwrap_or_else(Value::unknown),
        ("find_in_parent_folders" | "get_terragrunt_dir" | "get_repo_root" | "get_parent_terragrunt_dir", _) => {
            paths::of_terragrunt(world, scope, name, first)
        }
        // A digest says nothing about what it is made of.
        _ if name.contains("sha") || name.contains("md5") || name.starts_with("uuid") => Value::unknown(),
        _ => Value::made_of(values),
    }
}

/// The items of a list; the value itself, if it may be one.
fn listed(world: &World<'_>, value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        value => world.all_of(value).unwrap_or_else(|| vec![value.clone()]),
    }
}

/// Later mappings win. One that is not known leaves the others.
fn merge(values: &[Value]) -> Value {
    let mut all = BTreeMap::new();
    for value in values {
        if let Value::Map(entries) = value {
            all.extend(entries.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
    }
    if all.is_empty() && values.iter().any(|value| matches!(value, Value::Unknown(_) | Value::Ref(_))) {
        return Value::made_of(values);
    }
    Value::map(all)
}

fn flatten(value: &Value, flat: &mut Vec<Value>, depth: usize) {
    match value {
        Value::List(items) if depth > 0 => items.iter().for_each(|item| flatten(item, flat, depth - 1)),
        _ if flat.len() > LARGEST => {}
        other => flat.push(other.clone()),
    }
}

fn length(world: &World<'_>, value: &Value) -> Value {
    let length = match value {
        Value::Text(_) => value.known().map(|text| text.chars().count()),
        value => world.all_of(value).map(|items| items.len()),
    };
    length.map_or_else(Value::unknown, |length| Value::Number(length as f64))
}

fn lookup(map: &Value, key: &Value, default: Option<&Value>) -> Value {
    let found = key.known().and_then(|key| map.get(&key));
    match (found, map, default) {
        (Some(value), ..) => value.clone(),
        (None, Value::Map(_), Some(default)) if key.known().is_some() => default.clone(),
        _ => Value::made_of([map].into_iter().chain(default)),
    }
}

fn number(value: &Value) -> Option<usize> {
    value.known()?.parse().ok()
}

fn element(world: &World<'_>, list: &Value, index: &Value) -> Value {
    match (world.all_of(list), number(index)) {
        (Some(items), Some(at)) if !items.is_empty() => items[at % items.len()].clone(),
        _ => Value::made_of([list]),
    }
}

fn range(values: &[Value]) -> Value {
    let numbers: Option<Vec<usize>> = values.iter().map(number).collect();
    let (from, to, step) = match numbers.as_deref() {
        Some([to]) => (0, *to, 1),
        Some([from, to]) => (*from, *to, 1),
        Some([from, to, step]) => (*from, *to, *step),
        _ => return Value::unknown(),
    };
    if step == 0 || to.saturating_sub(from) / step > LARGEST {
        return Value::unknown();
    }
    Value::list((from..to).step_by(step).map(|number| Value::Number(number as f64)).collect())
}

fn join(world: &World<'_>, separator: &Value, list: &Value) -> Value {
    let Some(items) = world.all_of(list) else { return Value::made_of([list]) };
    let mut pieces = Vec::new();
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            pieces.extend(separator.pieces());
        }
        pieces.extend(item.pieces());
    }
    Value::joined(pieces)
}

fn split(separator: &Value, text: &Value) -> Value {
    match (separator.known(), text.known()) {
        (Some(separator), Some(text)) if !separator.is_empty() => {
            Value::list(text.split(separator.as_str()).map(Value::text).collect())
        }
        _ => Value::made_of([text]),
    }
}

/// `format("%s-%d", …)`; other verbs leave holes.
fn format(pattern: &Value, values: &[Value]) -> Value {
    let Some(pattern) = pattern.known() else { return Value::made_of(values) };
    let mut pieces = Vec::new();
    let mut values = values.iter();
    let mut rest = pattern.as_str();
    while let Some(at) = rest.find('%') {
        pieces.push(Piece::Text(Rc::from(&rest[..at])));
        let verb = rest[at + 1..].find(|c: char| c.is_alphabetic() || c == '%').map_or(rest.len(), |end| at + 1 + end);
        match rest.get(verb..).and_then(|verb| verb.chars().next()) {
            Some('%') => pieces.push(Piece::Text(Rc::from("%"))),
            Some('s' | 'v') if verb == at + 1 => match values.next() {
                Some(value) => pieces.extend(value.pieces()),
                None => pieces.push(Piece::Hole),
            },
            Some('d') if verb == at + 1 => {
                pieces.extend(values.next().map_or_else(|| vec![Piece::Hole], Value::pieces))
            }
            _ => {
                values.next();
                pieces.push(Piece::Hole);
            }
        }
        let width = rest.get(verb..).and_then(|verb| verb.chars().next()).map_or(0, char::len_utf8);
        rest = rest.get(verb + width..).unwrap_or("");
    }
    pieces.push(Piece::Text(Rc::from(rest)));
    Value::joined(pieces)
}

/// The text parts of a value, changed; what is between them stays.
fn each_text(value: &Value, change: impl Fn(&str) -> String) -> Value {
    let changed = value.pieces().into_iter().map(|piece| match piece {
        Piece::Text(text) => Piece::Text(Rc::from(change(&text))),
        other => other,
    });
    Value::joined(changed)
}

fn replace(text: &Value, old: &Value, new: &Value) -> Value {
    match (old.known(), new.known()) {
        (Some(old), _) if old.len() > 2 && old.starts_with('/') && old.ends_with('/') => Value::made_of([text]),
        (Some(old), Some(new)) if !old.is_empty() => each_text(text, |part| part.replace(&old, &new)),
        // What is put in is not known; the rest is kept, because it may name what is meant.
        _ => text.clone(),
    }
}

fn trim(text: &Value, part: &Value, strip: impl for<'t> Fn(&'t str, &str) -> Option<&'t str>) -> Value {
    match (text.known(), part.known()) {
        (Some(text), Some(part)) => Value::text(strip(&text, &part).unwrap_or(&text)),
        _ => text.clone(),
    }
}

fn substr(text: &Value, from: &Value, length: &Value) -> Value {
    match (text.known(), number(from), length.known().and_then(|length| length.parse::<i64>().ok())) {
        (Some(text), Some(from), Some(length)) => {
            let rest = text.chars().skip(from);
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            Value::text(&rest.take(length).collect::<String>())
        }
        // Names are cut to what is allowed: as a rule that leaves them whole.
        (None, Some(0), _) => text.clone(),
        _ => Value::made_of([text]),
    }
}

fn part_of_path(which: &str, path: &Value) -> Value {
    match path.known() {
        Some(path) => {
            let (folder, name) = path.trim_end_matches('/').rsplit_once('/').unwrap_or((".", &path));
            Value::text(if which == "basename" { name } else { folder })
        }
        None => Value::made_of([path]),
    }
}

/// `!x` and `-x`.
pub(super) fn unary(operator: &str, value: &Value) -> Value {
    match (operator, value) {
        ("!", Value::Bool(value)) => Value::Bool(!value),
        ("-", Value::Number(number)) => Value::Number(-number),
        _ => Value::unknown(),
    }
}

/// `x && y`, `x == y`, `x + y` …
pub(super) fn binary(operator: &str, left: &Value, right: &Value) -> Value {
    match (operator, left, right) {
        ("&&", Value::Bool(false), _) | ("&&", _, Value::Bool(false)) => Value::Bool(false),
        ("||", Value::Bool(true), _) | ("||", _, Value::Bool(true)) => Value::Bool(true),
        ("&&" | "||", Value::Bool(value), Value::Bool(_)) => Value::Bool(*value),
        ("==" | "!=", ..) => match same(left, right) {
            Some(same) => Value::Bool(same == (operator == "==")),
            None => Value::unknown(),
        },
        (_, Value::Number(left), Value::Number(right)) => match operator {
            "+" => Value::Number(left + right),
            "-" => Value::Number(left - right),
            "*" => Value::Number(left * right),
            "/" => Value::Number(left / right),
            "%" => Value::Number(left % right),
            "<" => Value::Bool(left < right),
            "<=" => Value::Bool(left <= right),
            ">" => Value::Bool(left > right),
            ">=" => Value::Bool(left >= right),
            _ => Value::unknown(),
        },
        _ => Value::unknown(),
    }
}

/// Whether two values are equal, as far as they are known.
fn same(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Null, Value::Null) => Some(true),
        (Value::Unknown(_) | Value::Ref(_), _) | (_, Value::Unknown(_) | Value::Ref(_)) => None,
        (Value::Null, _) | (_, Value::Null) => Some(false),
        _ => match (left.known(), right.known()) {
            (Some(left), Some(right)) => Some(left == right),
            _ if left.is_empty() || right.is_empty() => Some(left.is_empty() && right.is_empty()),
            _ => None,
        },
    }
}
