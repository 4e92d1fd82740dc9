//! What an expression comes to, as far as the checkout tells: values with holes, and references to what a deployment
//! makes.

use std::{collections::BTreeMap, ops::Deref, rc::Rc};

/// Stands before a path that starts at the root of the repository: what `path.module` comes to.
pub(super) const ROOT_MARK: char = '\u{1}';

/// Longer lists and mappings are not put together.
pub(super) const LARGEST: usize = 4_096;

/// Deeper lists and mappings are not put together.
const DEEPEST: usize = 100;

/// Longer texts are not put together, in bytes.
pub(super) const LONGEST: usize = 1 << 16;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Only a deployment knows; what it is made of, where that is known.
    Unknown(Rc<[Rc<Reference>]>),
    Null,
    Bool(bool),
    Number(f64),
    /// Text, holes included.
    Text(Rc<[Piece]>),
    List(Rc<Nested<Vec<Value>>>),
    Map(Rc<Nested<BTreeMap<String, Value>>>),
    /// A resource, a data source, a module, or something of one.
    Ref(Rc<Reference>),
}

/// A collection, and how deep it is: a value that is too deep could not even be dropped.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Nested<T> {
    depth: usize,
    inner: T,
}

impl<T> Deref for Nested<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(Rc<str>),
    Hole,
    Ref(Rc<Reference>),
}

/// Something that a deployment makes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Reference {
    /// The scope that it stands in.
    pub(super) scope: usize,
    /// `aws_sqs_queue.jobs`, `data.aws_sqs_queue.jobs` or `module.queue`.
    pub(super) address: Rc<str>,
    /// Which of several, if there are several.
    pub(super) key: Option<Rc<str>>,
    /// What of it: `arn`; empty for the whole.
    pub(super) path: Vec<Rc<str>>,
}

impl Reference {
    /// The last step: `arn`.
    pub(super) fn attribute(&self) -> &str {
        self.path.last().map_or("", |last| last)
    }

    /// True for a call of a module.
    pub(super) fn is_module(&self) -> bool {
        self.address.starts_with("module.")
    }

    /// The type of the resource: `aws_sqs_queue`, for a data source too; empty for a module.
    pub(super) fn kind(&self) -> &str {
        let address = self.address.strip_prefix("data.").unwrap_or(&self.address);
        if self.is_module() { "" } else { address.split('.').next().unwrap_or("") }
    }
}

impl Value {
    pub(super) fn unknown() -> Self {
        Self::Unknown(Rc::from([]))
    }

    /// Unknown, but made of `values`.
    pub(super) fn made_of<'v>(values: impl IntoIterator<Item = &'v Self>) -> Self {
        let mut found = Vec::new();
        for value in values {
            value.each_reference(&mut |reference| {
                if found.len() < LARGEST && !found.contains(reference) {
                    found.push(reference.clone());
                }
            });
        }
        Self::Unknown(found.into())
    }

    pub(super) fn text(text: &str) -> Self {
        Self::Text(Rc::from([Piece::Text(Rc::from(text))]))
    }

    pub(super) fn list(items: Vec<Self>) -> Self {
        let depth = 1 + items.iter().map(Self::depth).max().unwrap_or(0);
        if items.len() > LARGEST || depth > DEEPEST {
            return Self::made_of(&items);
        }
        Self::List(Rc::new(Nested { depth, inner: items }))
    }

    pub(super) fn map(entries: BTreeMap<String, Self>) -> Self {
        let depth = 1 + entries.values().map(Self::depth).max().unwrap_or(0);
        if entries.len() > LARGEST || depth > DEEPEST {
            return Self::made_of(entries.values());
        }
        Self::Map(Rc::new(Nested { depth, inner: entries }))
    }

    fn depth(&self) -> usize {
        match self {
            Self::List(items) => items.depth,
            Self::Map(entries) => entries.depth,
            _ => 0,
        }
    }

    /// Text put together: neighbouring pieces are joined.
    pub(super) fn joined(pieces: impl IntoIterator<Item = Piece>) -> Self {
        let mut all: Vec<Piece> = Vec::new();
        let mut open = String::new();
        let mut length = 0;
        for piece in pieces {
            match piece {
                Piece::Text(text) => {
                    length += text.len();
                    if length > LONGEST {
                        return Self::unknown();
                    }
                    open.push_str(&text);
                }
                Piece::Hole if open.is_empty() && all.last() == Some(&Piece::Hole) => {}
                other => {
                    if !open.is_empty() {
                        all.push(Piece::Text(Rc::from(std::mem::take(&mut open))));
                    }
                    all.push(other);
                }
            }
        }
        if !open.is_empty() || all.is_empty() {
            all.push(Piece::Text(Rc::from(open)));
        }
        Self::Text(all.into())
    }

    /// The parts of the value where it stands in a text.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        match self {
            Self::Text(pieces) => pieces.to_vec(),
            Self::Ref(reference) => vec![Piece::Ref(reference.clone())],
            Self::Unknown(made_of) if made_of.len() == 1 => vec![Piece::Ref(made_of[0].clone())],
            Self::Unknown(_) => vec![Piece::Hole],
            other => other.known().map_or_else(|| vec![Piece::Hole], |text| vec![Piece::Text(Rc::from(text))]),
        }
    }

    /// The text of a value that is wholly known: of text, numbers and booleans.
    pub(super) fn known(&self) -> Option<String> {
        match self {
            Self::Bool(value) => Some(value.to_string()),
            Self::Number(number) => Some(number.to_string()),
            Self::Text(pieces) => {
                let parts = pieces.iter().map(|piece| match piece {
                    Piece::Text(text) => Some(&**text),
                    Piece::Hole | Piece::Ref(_) => None,
                });
                parts.collect()
            }
            _ => None,
        }
    }

    /// True for null, empty text, and collections without items.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(_) => self.known().is_some_and(|text| text.is_empty()),
            Self::List(items) => items.is_empty(),
            Self::Map(entries) => entries.is_empty(),
            _ => false,
        }
    }

    /// The first reference in it.
    pub(super) fn reference(&self) -> Option<Rc<Reference>> {
        let mut first = None;
        self.each_reference(&mut |reference| {
            first.get_or_insert_with(|| reference.clone());
        });
        first
    }

    /// Calls `visit` with every reference in the value.
    pub(super) fn each_reference(&self, visit: &mut dyn FnMut(&Rc<Reference>)) {
        let mut stack = vec![self];
        while let Some(value) = stack.pop() {
            match value {
                Self::Unknown(made_of) => made_of.iter().for_each(&mut *visit),
                Self::Ref(reference) => visit(reference),
                Self::Text(pieces) => {
                    for piece in pieces.iter() {
                        if let Piece::Ref(reference) = piece {
                            visit(reference);
                        }
                    }
                }
                Self::List(items) => stack.extend(items.iter().rev()),
                Self::Map(entries) => stack.extend(entries.values().rev()),
                Self::Null | Self::Bool(_) | Self::Number(_) => {}
            }
        }
    }

    /// The items of a list; the value itself if it is none.
    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            other => std::slice::from_ref(other),
        }
    }

    /// The value of `key`, if this is a mapping that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.get(key),
            // A block that stands once may be read as if it were not a list.
            Self::List(items) if items.len() == 1 => items[0].get(key),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_joined_and_bounded() {
        let text = |text: &str| Piece::Text(Rc::from(text));
        let joined = Value::joined([text("a"), text("b"), Piece::Hole, Piece::Hole, text("c")]);
        assert_eq!(joined, Value::Text(Rc::from([text("ab"), Piece::Hole, text("c")])));
        assert_eq!(Value::joined([text(&"x".repeat(LONGEST)), text("y")]), Value::unknown());
        assert_eq!(Value::joined([]).known().as_deref(), Some(""));
    }
}
