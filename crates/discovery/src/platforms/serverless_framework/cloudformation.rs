//! CloudFormation inside a service: what `Ref`, `GetAtt`, `Sub` and the like name, and by which key a thing is known.

use std::collections::BTreeMap;

use super::{
    library::At,
    variables::{Found, Mode, Variables},
};
use crate::aws::{arn, resource_types::KINDS};

/// What a value names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A resource of the same stack, by its logical id.
    Resource(String),
    /// A name, an ARN or a reference to another stack, holes in it.
    Name(String),
}

/// How deep intrinsic functions may be nested.
const DEPTH: usize = 12;

/// The intrinsic function and its argument: `!Ref X`, `{Ref: X}`, `{Fn::Sub: …}`.
fn call<'a>(at: At<'a>) -> Option<(&'a str, At<'a>)> {
    if let Some(tag) = &at.node.tag {
        return Some((tag.as_str(), at));
    }
    let [(key, value)] = at.node.entries() else { return None };
    let name = key.text.strip_prefix("Fn::").or((key.text == "Ref").then_some("Ref"))?;
    Some((name, At { source: at.source, node: value }))
}

/// What `at` names, if it names anything.
pub(super) fn target<'a>(variables: &Variables<'a>, at: At<'a>) -> Option<Target> {
    let (pieces, resource) = pieces(variables, at, DEPTH);
    match resource {
        Some(id) => Some(Target::Resource(id)),
        None => pieces.contains(char::is_alphanumeric).then_some(Target::Name(pieces)),
    }
}

/// The text of a value with holes, and the first resource that is named in it.
fn pieces<'a>(variables: &Variables<'a>, at: At<'a>, depth: usize) -> (String, Option<String>) {
    let hole = || ("*".to_owned(), None);
    if depth == 0 {
        return hole();
    }
    let mut at = at;
    if at.node.tag.is_none() && at.node.as_str().is_some() {
        match variables.follow(at, Mode::Key) {
            Found::Text(text) => return (text, None),
            Found::Missing(_) => return hole(),
            Found::Nodes(nodes) => match nodes.first() {
                // A file for each stage, of which none is this service's own.
                Some(first) if nodes.len() == 1 || !first.node.is_map() => at = *first,
                _ => return hole(),
            },
        }
    }
    let text_of = |at: At<'_>| at.node.as_str().map(str::to_owned);
    let Some((name, argument)) = call(at) else {
        return variables.text(at, Mode::Key).map_or_else(hole, |text| (text, None));
    };
    match name {
        "Ref" => match text_of(argument) {
            Some(id) if id.starts_with("AWS::") => hole(),
            Some(id) => ("*".to_owned(), Some(id)),
            None => hole(),
        },
        "GetAtt" => {
            let id = match argument.node.items().first() {
                Some(first) => first.as_str().map(str::to_owned),
                None => text_of(argument).and_then(|text| text.split('.').next().map(str::to_owned)),
            };
            ("*".to_owned(), id)
        }
        "Sub" => {
            let text = match argument.node.items().first() {
                Some(first) => first.as_str(),
                None => argument.node.as_str(),
            };
            text.map_or_else(hole, |text| substitute(variables, text, argument))
        }
        "Join" => {
            let [separator, list] = argument.node.items() else { return hole() };
            let separator = separator.as_str().unwrap_or("");
            let items = At { source: argument.source, node: list }.items();
            let all: Vec<_> = items.into_iter().map(|item| pieces(variables, item, depth - 1)).collect();
            let resource = all.iter().find_map(|(_, resource)| resource.clone());
            (all.into_iter().map(|(text, _)| text).collect::<Vec<_>>().join(separator), resource)
        }
        "ImportValue" => {
            let plain = if argument.node.tag.as_deref() == Some("ImportValue") {
                variables.text(argument, Mode::Key)
            } else {
                Some(pieces(variables, argument, depth - 1).0)
            };
            plain.map_or_else(hole, |name| (format!("import:{name}"), None))
        }
        "If" => match argument.node.items() {
            [_, then, _] => pieces(variables, At { source: argument.source, node: then }, depth - 1),
            _ => hole(),
        },
        "Select" | "Split" => match argument.node.items() {
            [_, of] => pieces(variables, At { source: argument.source, node: of }, depth - 1),
            _ => hole(),
        },
        _ => hole(),
    }
}

/// `Fn::Sub`: `${Table}` and `${Table.Arn}` name resources, `${AWS::Region}` and the framework's variables are text.
fn substitute<'a>(variables: &Variables<'a>, text: &str, at: At<'a>) -> (String, Option<String>) {
    let mut rest = text;
    let mut resource = None;
    while let Some(start) = rest.find("${") {
        rest = &rest[start + 2..];
        let inner = &rest[..rest.find('}').unwrap_or(rest.len())];
        if !inner.is_empty() && inner.chars().all(|c| c.is_alphanumeric() || c == '.') {
            resource = resource.or_else(|| inner.split('.').next().map(str::to_owned));
        }
    }
    (variables.filled(text, at, Mode::Key), resource)
}

/// The names that all services give to their resources, so that a thing is known under one key.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_name: BTreeMap<(&'static str, String), Vec<String>>,
    aliases: BTreeMap<String, String>,
}

impl Names {
    /// Remembers that the `kind` of thing called `name` is known as `key`.
    pub(super) fn add_name(&mut self, kind: &'static str, name: String, key: String) {
        if name.chars().filter(|c| c.is_alphanumeric()).count() < 3 {
            return;
        }
        let known = self.by_name.entry((kind, name)).or_default();
        if !known.contains(&key) {
            known.push(key);
        }
    }

    /// Remembers that another stack calls a thing `alias`.
    pub(super) fn add_alias(&mut self, alias: String, key: String) {
        self.aliases.entry(alias).or_insert(key);
    }

    /// The key of a `kind` of thing that the service `label` calls `text`: a name, an ARN, or another stack's word for it.
    pub(super) fn key(&self, kind: &'static str, text: &str, label: &str) -> Option<String> {
        if let Some(key) = self.aliases.get(text) {
            return Some(key.clone());
        }
        let name = arn::name(text, kind);
        if !name.contains(char::is_alphanumeric) {
            return None;
        }
        Some(self.known(kind, name, label).unwrap_or_else(|| name.to_owned()))
    }

    /// The key of the resource that has this very name: the service's own, else the only one.
    fn known(&self, kind: &'static str, name: &str, label: &str) -> Option<String> {
        let known = self.by_name.get(&(kind, name.to_owned()))?;
        let is_own = |key: &&String| key.rsplit_once('#').is_some_and(|(of, _)| of == label);
        known.iter().find(is_own).or_else(|| known.first().filter(|_| known.len() == 1)).cloned()
    }

    /// The kind and key of the resource that has this very name, whatever it is.
    pub(super) fn known_as_any(&self, name: &str, label: &str) -> Option<(&'static str, String)> {
        KINDS.iter().find_map(|kind| Some((*kind, self.known(kind, name, label)?)))
    }
}
