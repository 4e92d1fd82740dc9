//! Paths: `path`, `os.path`, `pathlib`, `url`.

use std::rc::Rc;

use super::super::{
    ROOT,
    machine::Machine,
    values::{HOLE, TextV, V},
};

/// A function of `path`, `os.path`, `url` or `pathlib`; none for anything else.
pub(super) fn function(machine: &Machine<'_, '_, '_>, module: &str, path: &str, values: &[V]) -> Option<V> {
    let path = path.strip_prefix("posix.").or_else(|| path.strip_prefix("default.")).unwrap_or(path);
    let first = values.first().cloned().unwrap_or(V::Undefined);
    let cwd = || {
        let folder = &machine.options.folder;
        if folder.is_root() { ROOT.to_owned() } else { format!("{ROOT}/{folder}") }
    };
    let absolute = |value: V| match value.as_str() {
        Some(text) if !text.starts_with('/') => V::written(normal(&format!("{}/{text}", cwd())), value.origin()),
        Some(text) => V::written(normal(text), value.origin()),
        None => value,
    };
    Some(match (module, path) {
        ("path", "join") | ("os", "path.join") => joined(values, module == "os"),
        ("path", "resolve") => absolute(joined(values, true)),
        ("path", "normalize") | ("os", "path.normpath") => joined(values, true),
        ("os", "path.abspath" | "path.realpath") => absolute(first),
        ("path", "dirname") | ("os", "path.dirname") => apply(&first, folder),
        ("path", "basename") | ("os", "path.basename") => {
            let ending = values.get(1).and_then(V::known_str).unwrap_or_default().to_owned();
            apply(&first, |text| {
                let name = text.rsplit('/').next().unwrap_or_default();
                name.strip_suffix(ending.as_str()).unwrap_or(name).to_owned()
            })
        }
        ("path", "extname") => apply(&first, |text| {
            let name = text.rsplit('/').next().unwrap_or_default();
            name.rfind('.').filter(|at| *at > 0).map_or("", |at| &name[at..]).to_owned()
        }),
        ("path", "parse") => {
            let mut fields = super::super::values::Fields::default();
            let text = first.as_str()?.to_owned();
            let base = text.rsplit('/').next().unwrap_or_default().to_owned();
            let dot = base.rfind('.').filter(|at| *at > 0).unwrap_or(base.len());
            fields.set("name".into(), V::text(&base[..dot]));
            fields.set("ext".into(), V::text(&base[dot..]));
            fields.set("dir".into(), V::text(folder(&text)));
            fields.set("base".into(), V::text(base));
            machine.new_object(fields, false)
        }
        ("path", "relative") => {
            let to = values.get(1).cloned().unwrap_or(V::Undefined);
            match (first.known_str(), to.known_str()) {
                (Some(from), Some(to)) => {
                    to.strip_prefix(from).and_then(|rest| rest.strip_prefix('/')).map_or_else(Machine::hole, V::text)
                }
                _ => Machine::hole(),
            }
        }
        ("os", "getcwd") | ("", "process.cwd") => V::text(cwd()),
        ("process", "cwd") => V::text(cwd()),
        ("url", "fileURLToPath") => apply(&first, |text| text.strip_prefix("file://").unwrap_or(text).to_owned()),
        ("pathlib", "Path" | "PurePath" | "PosixPath") => match joined(values, true) {
            V::Text(text) => V::Path(text),
            other => other,
        },
        ("pathlib", "Path.cwd") => V::Path(Rc::new(TextV { text: cwd(), origin: None })),
        _ => return None,
    })
}

fn apply(value: &V, change: impl Fn(&str) -> String) -> V {
    match value.as_str() {
        Some(text) => V::written(change(text), value.origin()),
        None => Machine::hole(),
    }
}

fn folder(text: &str) -> String {
    match text.trim_end_matches('/').rfind('/') {
        Some(0) => "/".to_owned(),
        Some(at) => text[..at].to_owned(),
        None => ".".to_owned(),
    }
}

/// The parts as one path; an absolute part starts afresh if `absolute_wins`.
pub(in super::super) fn joined(values: &[V], absolute_wins: bool) -> V {
    let mut text = String::new();
    let mut origin = None;
    let mut python = false;
    for value in values {
        let part = match value {
            V::Text(part) | V::Path(part) => part.text.clone(),
            _ => HOLE.to_string(),
        };
        python |= matches!(value, V::Path(_));
        origin = value.origin().or(origin);
        if absolute_wins && part.starts_with('/') {
            text.clear();
        }
        if !text.is_empty() && !part.is_empty() {
            text.push('/');
        }
        text.push_str(&part);
    }
    let text = Rc::new(TextV { text: normal(&text), origin });
    if python { V::Path(text) } else { V::Text(text) }
}

/// A path without `.`, `..` and doubled separators.
fn normal(text: &str) -> String {
    let absolute = text.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if absolute => {}
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    let text = parts.join("/");
    match (absolute, text.is_empty()) {
        (true, _) => format!("/{text}"),
        (false, true) => ".".to_owned(),
        (false, false) => text,
    }
}

/// A property of a `Path`.
pub(in super::super) fn part(path: &V, name: &str) -> Option<V> {
    let V::Path(text) = path else { return None };
    let as_path = |text: String| V::Path(Rc::new(TextV { text, origin: path.origin() }));
    let base = text.text.rsplit('/').next().unwrap_or_default();
    let dot = base.rfind('.').filter(|at| *at > 0).unwrap_or(base.len());
    Some(match name {
        "parent" => as_path(folder(&text.text)),
        "parents" => {
            let mut list = Vec::new();
            let mut at = folder(&text.text);
            while at.len() > 1 && list.len() < 40 {
                list.push(as_path(at.clone()));
                at = folder(&at);
            }
            V::open_list(list)
        }
        "name" => V::text(base),
        "stem" => V::text(&base[..dot]),
        "suffix" => V::text(&base[dot..]),
        _ => return None,
    })
}

/// A method of a `Path`.
pub(super) fn method(machine: &mut Machine<'_, '_, '_>, path: &V, name: &str, values: &[V]) -> V {
    match name {
        "joinpath" => joined(&[std::slice::from_ref(path), values].concat(), true),
        "resolve" | "absolute" => match path.as_str() {
            Some(text) if !text.starts_with('/') => {
                let folder = &machine.options.folder;
                let text = normal(&format!("{ROOT}/{folder}/{text}"));
                V::Path(Rc::new(TextV { text, origin: path.origin() }))
            }
            _ => path.clone(),
        },
        "as_posix" | "__str__" => path.as_str().map_or(V::Undefined, |text| V::written(text, path.origin())),
        "read_text" | "open" => super::files::read(machine, path),
        "exists" | "is_file" | "is_dir" => V::unknown("whether a file is there"),
        "with_suffix" | "with_name" => V::unknown("another path"),
        _ => V::unknown("a method of a path"),
    }
}

/// `new URL(text, base)`: only of files.
pub(super) fn url(machine: &Machine<'_, '_, '_>, text: &V, base: &V) -> V {
    let (Some(text), Some(base)) = (text.as_str(), base.as_str()) else { return V::unknown("a URL") };
    let Some(place) = base.strip_prefix("file://") else { return V::unknown("a URL") };
    let joined = normal(&format!("{}/{text}", folder(place)));
    let mut fields = super::super::values::Fields::default();
    fields.set("pathname".into(), V::text(joined.clone()));
    fields.set("href".into(), V::text(format!("file://{joined}")));
    machine.new_object(fields, true)
}
