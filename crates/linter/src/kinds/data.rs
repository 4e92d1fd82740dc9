//! Data and descriptions of interfaces as trees: the order of keys says nothing, the order of a list does.

use lockstep_document::{Document, Key, Node, Value, parse};
use lockstep_model::{ChangeKind, RepoPath};

/// True for the formats that are read as trees.
pub(super) fn is_tree(path: &RepoPath) -> bool {
    let extension = path.extension().unwrap_or_default();
    matches!(extension, "json" | "jsonc" | "json5" | "yaml" | "yml" | "toml" | "avsc")
}

/// Both versions as trees; none if one of them is not well formed, or holds more than one document.
pub(super) fn trees(path: &RepoPath, before: &str, after: &str) -> Option<(Node, Node)> {
    let extension = match path.extension().unwrap_or_default() {
        "avsc" => "json",
        extension => extension,
    };
    let whole = |text: &str| parse(extension, text).ok().filter(|document: &Document| !document.more_documents);
    Some((whole(before)?.root, whole(after)?.root))
}

/// True if the trees agree; none if one of the texts is not well formed.
pub(super) fn agree(path: &RepoPath, before: &str, after: &str) -> Option<bool> {
    let (before, after) = trees(path, before, after)?;
    Some(same(&before, &after))
}

/// True if two versions of a manifest differ in comments, empty lines and the order of lines at most, and their trees
/// agree. Manifests are long, have many versions, and mostly differ at first sight.
pub(super) fn agree_at_sight(path: &RepoPath, before: &str, after: &str) -> bool {
    is_tree(path) && lines(before) == lines(after) && agree(path, before, after) == Some(true)
}

/// The lines that say something, sorted.
fn lines(text: &str) -> Vec<&str> {
    let uncommented = text.lines().map(|line| line.split_once(" #").map_or(line, |(before, _)| before).trim());
    let mut lines: Vec<&str> = uncommented.filter(|line| !line.is_empty() && !line.starts_with(['#', '/'])).collect();
    lines.sort_unstable();
    lines
}

/// True for an entry, by its key and value, that says nothing of some sort.
type SaysNothing = fn(&str, &Node) -> bool;

/// The kind of a change of a description of an interface: documentation if only what people read differs,
/// configuration if only where and by what it is served does, else the contract.
pub(super) fn kind_of_description(path: &RepoPath, before: &str, after: &str) -> Option<ChangeKind> {
    let (mut before, mut after) = trees(path, before, after)?;
    let steps: [(ChangeKind, SaysNothing); 3] = [
        (ChangeKind::Cosmetic, |_, _| false),
        (ChangeKind::Documentation, is_prose),
        (ChangeKind::Configuration, is_deployment),
    ];
    for (kind, says_nothing) in steps {
        drop_keys(&mut before, false, says_nothing);
        drop_keys(&mut after, false, says_nothing);
        if same(&before, &after) {
            return Some(kind);
        }
    }
    Some(ChangeKind::Contract)
}

fn is_prose(key: &str, value: &Node) -> bool {
    match key {
        "description" | "summary" | "title" | "doc" | "$comment" => {
            matches!(value.value, Value::String(_) | Value::Null)
        }
        "example" | "examples" | "externalDocs" => true,
        _ => false,
    }
}

/// What a cloud's gateway is told, and the addresses of servers.
fn is_deployment(key: &str, _: &Node) -> bool {
    key == "servers" || key.starts_with("x-amazon-apigateway-") || key.starts_with("x-google-")
}

/// Takes entries away. Below `properties` and the like keys are names that the interface gives: they stay.
fn drop_keys(node: &mut Node, named: bool, says_nothing: SaysNothing) {
    match &mut node.value {
        Value::Map(entries) => {
            entries.retain(|(key, value)| named || !says_nothing(&key.text, value));
            for (key, value) in entries {
                let names = !named && matches!(key.text.as_str(), "properties" | "schemas" | "definitions" | "$defs");
                drop_keys(value, names, says_nothing);
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| drop_keys(item, false, says_nothing)),
        _ => {}
    }
}

/// True if two trees agree, wherever they stand in their texts.
pub(super) fn same(one: &Node, other: &Node) -> bool {
    one.tag == other.tag
        && match (&one.value, &other.value) {
            (Value::Map(one), Value::Map(other)) => {
                one.len() == other.len()
                    && sorted(one)
                        .into_iter()
                        .zip(sorted(other))
                        .all(|(one, other)| one.0.text == other.0.text && same(&one.1, &other.1))
            }
            (Value::List(one), Value::List(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
            }
            (one, other) => one == other,
        }
}

fn sorted(entries: &[(Key, Node)]) -> Vec<&(Key, Node)> {
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by(|one, other| one.0.text.cmp(&other.0.text));
    entries
}
