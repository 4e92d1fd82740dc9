//! Expressions that name files: what can be told of them without running anything.

use tree_sitter::Node;

use super::Reader;
use crate::syntax;

/// How deep such an expression may be nested, and how many values it may have.
const DEEPEST: usize = 24;
const MOST: usize = 64;

/// What an expression names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A text: a path, or a part of one.
    Text(String),
    /// A path below the folder of the file; begins with the file itself where that is the start.
    Here(String),
    /// A path below the folder into which the code is deployed.
    Root(String),
}

impl Place {
    fn text(&self) -> &str {
        match self {
            Self::Text(path) | Self::Here(path) | Self::Root(path) => path,
        }
    }

    /// The folder `levels` above.
    fn parent(&self, levels: usize) -> Self {
        let up = |path: &str| {
            let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
            for _ in 0..levels {
                match parts.last() {
                    Some(last) if *last != ".." => drop(parts.pop()),
                    _ => parts.push(".."),
                }
            }
            parts.join("/")
        };
        match self {
            Self::Text(path) => Self::Text(up(path)),
            Self::Here(path) => Self::Here(up(path)),
            Self::Root(path) => Self::Root(up(path)),
        }
    }

    /// As an import says it.
    pub(super) fn specifier(&self) -> String {
        match self {
            Self::Text(path) => path.clone(),
            Self::Here(path) => format!("./{}", path.trim_start_matches('/')),
            Self::Root(path) => format!("/var/task/{}", path.trim_start_matches('/')),
        }
    }
}

impl<'t> Reader<'_, 't> {
    /// The places that an expression may mean; none if that cannot be told.
    pub(super) fn places(&self, node: Node<'t>, depth: usize) -> Vec<Place> {
        if depth > DEEPEST {
            return Vec::new();
        }
        match node.kind() {
            "string" => self.literal(node).map(Place::Text).into_iter().collect(),
            "encapsed_string" => {
                let parts = syntax::children(node).into_iter().map(|part| match part.kind() {
                    "string_content" | "escape_sequence" => vec![Place::Text(self.source(part).to_owned())],
                    _ => self.places(part, depth + 1),
                });
                parts.reduce(|start, end| behind(&start, &end)).unwrap_or_default()
            }
            "name" | "qualified_name" => match self.source(node).trim_start_matches('\\') {
                "__DIR__" => vec![Place::Here(String::new())],
                "__FILE__" => vec![Place::Here("<file>".to_owned())],
                "DIRECTORY_SEPARATOR" | "DS" => vec![Place::Text("/".to_owned())],
                name => self.known.get(name).cloned().unwrap_or_default(),
            },
            "variable_name" => self.known.get(self.source(node)).cloned().unwrap_or_default(),
            "parenthesized_expression" => match syntax::children(node)[..] {
                [inner] => self.places(inner, depth + 1),
                _ => Vec::new(),
            },
            "binary_expression" if syntax::field(node, "operator", self.text) == Some(".") => {
                let side = |name| node.child_by_field_name(name).map(|side| self.places(side, depth + 1));
                behind(&side("left").unwrap_or_default(), &side("right").unwrap_or_default())
            }
            "subscript_expression" if self.source(node).contains("LAMBDA_TASK_ROOT") => {
                vec![Place::Root(String::new())]
            }
            "array_creation_expression" => {
                let items = syntax::children(node).into_iter().take(MOST).filter_map(|item| item.named_child(0));
                items.flat_map(|item| self.places(item, depth + 1)).collect()
            }
            "function_call_expression" => self.called(node, depth),
            _ => Vec::new(),
        }
    }

    fn called(&self, node: Node<'t>, depth: usize) -> Vec<Place> {
        let function = syntax::field(node, "function", self.text).unwrap_or_default();
        let arguments = self.arguments(node);
        let Some(first) = arguments.first() else { return Vec::new() };
        match function.trim_start_matches('\\') {
            "dirname" => {
                let levels = arguments.get(1).and_then(|levels| self.source(*levels).parse().ok()).unwrap_or(1);
                self.places(*first, depth + 1).iter().map(|place| place.parent(levels.min(MOST))).collect()
            }
            "realpath" | "glob" => self.places(*first, depth + 1),
            "getenv" if self.literal(*first).as_deref() == Some("LAMBDA_TASK_ROOT") => {
                vec![Place::Root(String::new())]
            }
            _ => Vec::new(),
        }
    }
}

/// Each of `starts` with each of `ends` right behind it.
fn behind(starts: &[Place], ends: &[Place]) -> Vec<Place> {
    let pairs = starts.iter().flat_map(|start| ends.iter().map(move |end| (start, end)));
    let joined = |(start, end): (&Place, &Place)| match start {
        Place::Text(text) if text.is_empty() => end.clone(),
        Place::Text(text) => Place::Text(format!("{text}{}", end.text())),
        Place::Here(path) => Place::Here(format!("{path}{}", end.text())),
        Place::Root(path) => Place::Root(format!("{path}{}", end.text())),
    };
    pairs.take(MOST).map(joined).collect()
}
