//! [`Node`]: the tree that every format becomes.

use std::ops::Range;

/// A parsed text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its value.
    pub root: Node,
    /// The format it was written in.
    pub syntax: Syntax,
    /// True if further YAML documents follow in the text; they are not read.
    pub more_documents: bool,
}

/// The format a document was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// YAML.
    Yaml,
    /// JSON, with comments and trailing commas allowed.
    Json,
    /// TOML.
    Toml,
    /// HCL.
    Hcl,
}

/// A value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands, in bytes of the text: quotes and brackets included, tags and anchors not. Block collections end
    /// with their last value. What an alias or a merge key repeats keeps the place where it was written first.
    pub span: Range<usize>,
    /// The tag without its exclamation mark: `Ref`, `GetAtt`. Tags of YAML's own (`!!str`) are applied, not kept.
    pub tag: Option<String>,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing: `null`, `~`, or no text at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// Text, escapes resolved. Dates are text.
    String(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the text. A key that is written twice is here twice; what merge keys (`<<`) bring
    /// stands first, and only where the mapping does not say the key itself.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its text; for a key that is itself a collection, its source.
    pub text: String,
    /// Where it stands, in bytes of the text.
    pub span: Range<usize>,
}

impl Node {
    /// A node without a tag.
    pub fn new(value: Value, span: Range<usize>) -> Self {
        Self { value, span, tag: None }
    }

    /// The value of `key`, if this is a mapping that has it; the last one, if it is written twice.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.get_entry(key).map(|(_, value)| value)
    }

    /// As [`Self::get`], with the key and its place.
    pub fn get_entry(&self, key: &str) -> Option<(&Key, &Self)> {
        self.entries().iter().rev().find(|(found, _)| found.text == key).map(|(key, value)| (key, value))
    }

    /// The node that `keys` lead to, one mapping inside the other.
    pub fn path(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// True if both say the same, wherever they stand: tags and values agree, and mappings have the same keys in any
    /// order.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let alike = match (&self.value, &other.value) {
            (Value::List(mine), Value::List(others)) => {
                mine.len() == others.len() && mine.iter().zip(others).all(|(mine, other)| mine.says_the_same(other))
            }
            (Value::Map(mine), Value::Map(others)) => {
                let same = |(key, _): &(Key, Self)| match (self.get(&key.text), other.get(&key.text)) {
                    (Some(mine), Some(other)) => mine.says_the_same(other),
                    _ => false,
                };
                mine.iter().all(same) && others.iter().all(same)
            }
            (mine, other) => mine == other,
        };
        alike && self.tag == other.tag
    }

    /// The text of a string; none for numbers and booleans.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string, a number or a boolean.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) | Value::Number(text) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The items of a sequence; none for anything else.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping, in the order of the text; none for anything else.
    pub fn entries(&self) -> &[(Key, Self)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// True for a mapping.
    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// True for a sequence.
    pub fn is_list(&self) -> bool {
        matches!(self.value, Value::List(_))
    }

    /// True for `null` and for no text at all.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }
}
