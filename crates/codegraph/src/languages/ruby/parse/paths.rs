//! Expressions that name files: what can be told of them without running anything.

use tree_sitter::Node;

use super::Reader;
use crate::syntax;

/// How deep such an expression may be nested, and how many values a list may have.
const DEEPEST: usize = 24;
const MOST: usize = 64;

/// What an expression names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A text: a name on the load path, or a part of a path.
    Text(String),
    /// A path below the folder of the file; begins with the file itself where that is the start (`__FILE__/..`).
    Here(String),
    /// A path below the folder into which the code is deployed.
    Root(String),
}

/// Stands for the file itself at the start of a path.
const FILE: &str = "<file>";

impl Place {
    fn join(self, more: &str) -> Self {
        match self {
            Self::Text(path) => Self::Text(joined(&path, more)),
            Self::Here(path) => Self::Here(joined(&path, more)),
            Self::Root(path) => Self::Root(joined(&path, more)),
        }
    }

    /// As an import says it.
    pub(super) fn specifier(&self) -> String {
        match self {
            Self::Text(path) => path.clone(),
            Self::Here(path) if path.starts_with("..") => path.clone(),
            Self::Here(path) => format!("./{path}"),
            Self::Root(path) => format!("/var/task/{path}"),
        }
    }
}

/// `a/b` and `../c` make `a/c`.
fn joined(path: &str, more: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let absolute = path.starts_with('/');
    for part in more.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}

impl<'t> Reader<'_, 't> {
    /// The places that an expression may mean; none if that cannot be told.
    pub(super) fn places(&self, node: Node<'t>, depth: usize) -> Vec<Place> {
        if depth > DEEPEST {
            return Vec::new();
        }
        match node.kind() {
            "string" | "bare_string" | "simple_symbol" | "bare_symbol" => self.text_places(node, depth),
            "file" => vec![Place::Here(FILE.to_owned())],
            "identifier" if self.source(node) == "__FILE__" => vec![Place::Here(FILE.to_owned())],
            "identifier" if self.source(node) == "__dir__" => vec![Place::Here(String::new())],
            "identifier" | "constant" | "scope_resolution" => {
                self.known.get(self.source(node)).cloned().unwrap_or_default()
            }
            "string_array" | "symbol_array" | "array" => {
                let items = syntax::children(node);
                items.into_iter().take(MOST).flat_map(|item| self.places(item, depth + 1)).collect()
            }
            "parenthesized_statements" => match syntax::children(node)[..] {
                [inner] => self.places(inner, depth + 1),
                _ => Vec::new(),
            },
            "binary" => self.sum(node, depth),
            "element_reference" => self.element(node, depth),
            "call" => self.call_place(node, depth),
            _ => Vec::new(),
        }
    }

    fn text_places(&self, node: Node<'t>, depth: usize) -> Vec<Place> {
        let mut found = vec![Place::Text(String::new())];
        let mut empty = true;
        for part in syntax::children(node) {
            let pieces = match part.kind() {
                "interpolation" => match syntax::children(part)[..] {
                    [inner] => self.places(inner, depth + 1),
                    _ => Vec::new(),
                },
                _ => vec![Place::Text(self.source(part).to_owned())],
            };
            if pieces.is_empty() {
                return Vec::new();
            }
            found = combined(&found, &pieces, empty);
            empty = false;
        }
        if node.named_child_count() == 0 {
            found = vec![Place::Text(self.source(node).trim_start_matches(':').trim_matches(['"', '\'']).to_owned())];
        }
        found
    }

    /// `a + b`, `pathname / b`.
    fn sum(&self, node: Node<'t>, depth: usize) -> Vec<Place> {
        let side = |name| node.child_by_field_name(name).map(|side| self.places(side, depth + 1)).unwrap_or_default();
        match syntax::field(node, "operator", self.text) {
            Some("+" | "/") => combined(&side("left"), &side("right"), false),
            _ => Vec::new(),
        }
    }

    /// `ENV["LAMBDA_TASK_ROOT"]`, `Dir["./lib/*.rb"]`.
    fn element(&self, node: Node<'t>, depth: usize) -> Vec<Place> {
        let object = syntax::field(node, "object", self.text).unwrap_or_default();
        let keys = syntax::children(node);
        match (object, keys.get(1)) {
            ("ENV", Some(key)) if self.literal(*key).as_deref() == Some("LAMBDA_TASK_ROOT") => {
                vec![Place::Root(String::new())]
            }
            ("Dir", Some(_)) => keys[1..].iter().flat_map(|key| self.places(*key, depth + 1)).collect(),
            _ => Vec::new(),
        }
    }

    fn call_place(&self, node: Node<'t>, depth: usize) -> Vec<Place> {
        let receiver = node.child_by_field_name("receiver");
        let subject = receiver.map(|receiver| self.source(receiver)).unwrap_or_default();
        let method = syntax::field(node, "method", self.text).unwrap_or_default();
        let arguments = node.child_by_field_name("arguments").map(syntax::children).unwrap_or_default();
        let argument = |index: usize| arguments.get(index).map(|node| self.places(*node, depth + 1));
        let first = || argument(0).unwrap_or_default();
        let below = || receiver.map(|receiver| self.places(receiver, depth + 1)).unwrap_or_default();
        match (subject, method) {
            ("File" | "Pathname", "expand_path" | "absolute_path" | "realpath") => match argument(1) {
                Some(base) => crossed(&base, &first()),
                None => first(),
            },
            ("File", "join") => {
                let start = first();
                arguments.iter().skip(1).fold(start, |places, next| crossed(&places, &self.places(*next, depth + 1)))
            }
            ("File", "dirname") => first().into_iter().map(|place| place.join("..")).collect(),
            ("Pathname", "new") | ("", "Pathname") => first(),
            ("Dir", "glob") => arguments.first().map(|node| self.places(*node, depth + 1)).unwrap_or_default(),
            ("Dir", "pwd") | ("Rails", "root") | ("Jets", "root") | ("Bundler", "root") => {
                vec![Place::Root(String::new())]
            }
            ("ENV", "fetch")
                if arguments.first().and_then(|key| self.literal(*key)).as_deref() == Some("LAMBDA_TASK_ROOT") =>
            {
                vec![Place::Root(String::new())]
            }
            (_, "join" | "expand_path") => {
                arguments.iter().fold(below(), |places, next| crossed(&places, &self.places(*next, depth + 1)))
            }
            (_, "dirname" | "parent") => below().into_iter().map(|place| place.join("..")).collect(),
            (
                _,
                "to_s" | "to_path" | "freeze" | "sort" | "uniq" | "reverse" | "each" | "map" | "select" | "reject"
                | "sort_by" | "each_with_index",
            ) => below(),
            _ => Vec::new(),
        }
    }
}

/// Each of `starts` with each of `ends` below it.
fn crossed(starts: &[Place], ends: &[Place]) -> Vec<Place> {
    let pairs = starts.iter().flat_map(|start| ends.iter().map(move |end| (start, end)));
    let below = |(start, end): (&Place, &Place)| match end {
        Place::Text(text) if text.starts_with('/') && matches!(start, Place::Text(_)) => end.clone(),
        Place::Text(text) => start.clone().join(text),
        place => place.clone(),
    };
    pairs.take(MOST).map(below).collect()
}

/// Each of `starts` with each of `ends` right behind it. `empty` if there is nothing before the ends.
fn combined(starts: &[Place], ends: &[Place], empty: bool) -> Vec<Place> {
    let pairs = starts.iter().flat_map(|start| ends.iter().map(move |end| (start, end)));
    let behind = |(start, end): (&Place, &Place)| match (start, end) {
        (_, end) if empty => end.clone(),
        (Place::Text(start), Place::Text(end)) => Place::Text(format!("{start}{end}")),
        (start, Place::Text(end)) => start.clone().join(end),
        (_, end) => end.clone(),
    };
    pairs.take(MOST).map(behind).collect()
}
