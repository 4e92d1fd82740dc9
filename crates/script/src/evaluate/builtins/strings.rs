//! Texts.

use super::{
    super::{
        calls::Arg,
        machine::{Frame, Machine},
        values::{HOLE, LONGEST_TEXT, Place, V},
    },
    call_for,
};

/// A method of a text.
pub(super) fn method(
    machine: &mut Machine<'_, '_, '_>,
    receiver: &V,
    name: &str,
    values: &[V],
    arguments: &[Arg],
    place: Place,
    frame: &Frame,
) -> V {
    let V::Text(text) = receiver else { return V::Undefined };
    let (text, origin) = (text.text.as_str(), text.origin);
    let written = |changed: String| V::written(changed, origin);
    let argument = |index: usize| values.get(index).and_then(V::as_str);
    let known = |index: usize| values.get(index).and_then(V::known_str);
    let number = |index: usize| match values.get(index) {
        Some(V::Number(number)) => Some(*number),
        _ => None,
    };
    match name {
        "toLowerCase" | "lower" | "toLocaleLowerCase" | "casefold" => written(text.to_lowercase()),
        "toUpperCase" | "upper" | "toLocaleUpperCase" => written(text.to_uppercase()),
        "trim" | "strip" => written(text.trim().to_owned()),
        "lstrip" | "trimStart" => written(text.trim_start().to_owned()),
        "rstrip" | "trimEnd" => match known(0) {
            Some(ends) => written(text.trim_end_matches(|c| ends.contains(c)).to_owned()),
            None => written(text.trim_end().to_owned()),
        },
        "toString" | "valueOf" | "encode" | "decode" | "normalize" => receiver.clone(),
        // A file that was opened is its path; see `open`.
        "read" | "close" | "readlines" => super::files::read(machine, receiver),
        "capitalize" => written(capitalised(&text.to_lowercase())),
        "title" => written(text.split(' ').map(capitalised).collect::<Vec<_>>().join(" ")),
        "concat" => {
            let rest: String = values.iter().map(|value| machine.display(value)).collect();
            written(format!("{text}{rest}"))
        }
        "charAt" => match number(0) {
            Some(at) if !text.contains(HOLE) => {
                written(text.chars().nth(at.max(0.0) as usize).map(String::from).unwrap_or_default())
            }
            _ => Machine::hole(),
        },
        "slice" | "substring" | "substr" => {
            let end = values.get(1).cloned().unwrap_or(V::Undefined);
            let end = match (name, number(0), &end) {
                ("substr", Some(from), V::Number(length)) => V::Number(from + length),
                _ => end,
            };
            super::slice(receiver, &values.first().cloned().unwrap_or(V::Undefined), &end)
        }
        "split" => split(text, argument(0), origin),
        "join" => join(machine, text, values.first()),
        "replace" | "replaceAll" => replace(machine, receiver, name, values, place, frame),
        "format" => format(machine, text, values, arguments),
        "startsWith" | "startswith" => question(text, known(0), |text, part| text.starts_with(part)),
        "endsWith" | "endswith" => question(text, known(0), |text, part| text.ends_with(part)),
        "includes" => question(text, known(0), |text, part| text.contains(part)),
        "removeprefix" => {
            known(0).map_or_else(Machine::hole, |part| written(text.strip_prefix(part).unwrap_or(text).to_owned()))
        }
        "removesuffix" => {
            known(0).map_or_else(Machine::hole, |part| written(text.strip_suffix(part).unwrap_or(text).to_owned()))
        }
        "padStart" | "padEnd" | "zfill" | "repeat" => Machine::hole(),
        "indexOf" | "find" | "lastIndexOf" | "rfind" => match known(0) {
            Some(part) if !text.contains(HOLE) => {
                let at = if name.starts_with(['l', 'r']) { text.rfind(part) } else { text.find(part) };
                V::Number(at.map_or(-1.0, |at| at as f64))
            }
            _ => V::unknown("where a text stands in another"),
        },
        _ => V::unknown(&format!("`{name}` of a text")),
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn question(text: &str, part: Option<&str>, holds: impl Fn(&str, &str) -> bool) -> V {
    match part {
        Some(part) if !text.contains(HOLE) => V::Boolean(holds(text, part)),
        Some(part) if holds(text, part) => V::Boolean(true),
        _ => V::unknown("a question about a text that is not known"),
    }
}

fn split(text: &str, separator: Option<&str>, origin: Option<Place>) -> V {
    let part = |part: &str| V::written(part, origin);
    let parts: Vec<V> = match separator {
        None => text.split_whitespace().map(part).collect(),
        Some("") => text.chars().map(|c| part(&c.to_string())).collect(),
        Some(separator) => text.split(separator).map(part).collect(),
    };
    // A hole may hold the separator.
    if text.contains(HOLE) { V::open_list(parts) } else { V::list(parts) }
}

/// Python's `", ".join(list)`.
fn join(machine: &Machine<'_, '_, '_>, separator: &str, list: Option<&V>) -> V {
    match list.and_then(|list| machine.elements(list)) {
        Some(items) => V::text(chained(items.iter().map(|item| machine.display(item)), separator)),
        None => Machine::hole(),
    }
}

/// Texts one after the other; no longer than a text may be.
pub(super) fn chained(texts: impl Iterator<Item = String>, separator: &str) -> String {
    let mut whole = String::new();
    for (index, text) in texts.enumerate() {
        if index > 0 {
            whole.push_str(separator);
        }
        whole.push_str(&text);
        if whole.len() > LONGEST_TEXT {
            return HOLE.to_string();
        }
    }
    whole
}

fn replace(
    machine: &mut Machine<'_, '_, '_>,
    receiver: &V,
    name: &str,
    values: &[V],
    place: Place,
    frame: &Frame,
) -> V {
    let (Some(text), [from, to, ..]) = (receiver.as_str(), values) else { return Machine::hole() };
    // Only texts: a regular expression is not known. The one that makes slashes makes them of the backslashes of
    // another system.
    let Some(from) = from.as_str() else {
        return if to.as_str() == Some("/") && !text.contains('\\') { receiver.clone() } else { Machine::hole() };
    };
    let to = match to {
        V::Function(_) => call_for(machine, to, vec![V::text(from)], place, frame),
        other => other.clone(),
    };
    let to = machine.display(&to);
    if text.len().saturating_mul(to.len()) > LONGEST_TEXT * 64 {
        return Machine::hole();
    }
    let once = name == "replace" && machine.language(frame.module) == crate::tree::Language::TypeScript;
    let changed = if once { text.replacen(from, &to, 1) } else { text.replace(from, &to) };
    V::written(changed, receiver.origin())
}

/// Python's `"{} {name}".format(…)`.
fn format(machine: &Machine<'_, '_, '_>, text: &str, values: &[V], arguments: &[Arg]) -> V {
    let mut shown = String::new();
    let mut rest = text;
    let mut next = 0;
    while let Some(open) = rest.find('{') {
        shown.push_str(&rest[..open]);
        rest = &rest[open + 1..];
        if let Some(after) = rest.strip_prefix('{') {
            shown.push('{');
            rest = after;
            continue;
        }
        let Some(close) = rest.find('}') else { break };
        let field = rest[..close].split([':', '!']).next().unwrap_or_default();
        let named = arguments.iter().find(|argument| argument.name.as_deref() == Some(field)).map(|one| &one.value);
        let value = match (field, field.parse::<usize>()) {
            ("", _) => {
                next += 1;
                values.get(next - 1)
            }
            (_, Ok(index)) => values.get(index),
            _ => named,
        };
        shown.push_str(&value.map_or_else(|| HOLE.to_string(), |value| machine.display(value)));
        rest = &rest[close + 1..];
    }
    shown.push_str(rest);
    V::text(shown)
}

/// Python's `"%s-%s" % (a, b)`.
pub(in super::super) fn percent(text: &V, values: &V) -> V {
    let Some(text) = text.as_str() else { return Machine::hole() };
    let items = match values {
        V::List(list) => list.items.borrow().clone(),
        other => vec![other.clone()],
    };
    let mut items = items.into_iter();
    let mut shown = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('%', Some('%')) => {
                chars.next();
                shown.push('%');
            }
            ('%', Some('s' | 'd')) => {
                chars.next();
                match items.next() {
                    Some(V::Text(text)) => shown.push_str(&text.text),
                    Some(V::Number(number)) => shown.push_str(&super::super::machine::number_text(number)),
                    _ => shown.push(HOLE),
                }
            }
            _ => shown.push(c),
        }
    }
    V::text(shown)
}
