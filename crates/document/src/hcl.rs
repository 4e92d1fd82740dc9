//! HCL, the language of Terraform and OpenTofu, as an owned tree with places: bodies, blocks, attributes, expressions.
//! Nothing is evaluated here. Terraform's JSON syntax gives the same tree.

mod convert;
mod json;
mod nodes;
mod print;

use std::ops::Range;

pub(crate) use self::nodes::parse as parse_nodes;
use crate::{Key, ParseError};

/// How long a text of HCL may be, in bytes: longer ones are data that a program wrote. 4 MiB.
const MAX_HCL_BYTES: usize = 4 << 20;

/// What stands between braces, or in a whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// `name = expression`, in the order of the text.
    pub attributes: Vec<Attribute>,
    /// `type "label" { … }`, in the order of the text.
    pub blocks: Vec<Block>,
}

/// `name = expression`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name and its place.
    pub key: Key,
    /// What it is set to.
    pub value: Expr,
}

/// `type "label" "label" { … }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The type and its place.
    pub kind: Key,
    /// The labels, without quotes; their places include them.
    pub labels: Vec<Key>,
    /// What stands in it.
    pub body: Body,
    /// From the type to the closing brace, in bytes of the text.
    pub span: Range<usize>,
}

/// An expression with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands, in bytes of the text.
    pub span: Range<usize>,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// Text without holes, escapes resolved; heredocs too.
    Text(String),
    /// Text with holes.
    Template(Vec<Part>),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{ key = value }`. A key that is a bare name is [`ExprKind::Text`].
    Object(Vec<(Expr, Expr)>),
    /// A bare name: `var`, `each`, `aws_sqs_queue`.
    Name(String),
    /// `of.attribute[index].*`.
    Traversal {
        /// Where it starts.
        of: Box<Expr>,
        /// What is taken of it, one after the other; never empty.
        steps: Vec<Step>,
    },
    /// `name(arguments)`.
    Call {
        /// The function, with its namespace.
        name: String,
        /// What it is given.
        arguments: Vec<Expr>,
        /// True if the last argument is a list of arguments: `max(list...)`.
        expand_last: bool,
    },
    /// `test ? then : otherwise`.
    Conditional {
        /// What decides.
        test: Box<Expr>,
        /// The value if it is true.
        then: Box<Expr>,
        /// The value if it is false.
        otherwise: Box<Expr>,
    },
    /// `[for key, value in collection : result if condition]`, or the same with braces.
    For(Box<For>),
    /// `!of` or `-of`.
    Unary {
        /// `!` or `-`.
        operator: &'static str,
        /// What it applies to.
        of: Box<Expr>,
    },
    /// `left operator right`.
    Binary {
        /// As written: `==`, `&&`, `+` …
        operator: &'static str,
        /// The left side.
        left: Box<Expr>,
        /// The right side.
        right: Box<Expr>,
    },
}

/// A `for` expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct For {
    /// The name of the key or index, if it has one.
    pub key: Option<String>,
    /// The name of the value.
    pub value: String,
    /// What is gone through.
    pub collection: Expr,
    /// The key of each result; none if the result is a list.
    pub result_key: Option<Expr>,
    /// Each result.
    pub result: Expr,
    /// Which items count.
    pub condition: Option<Expr>,
    /// True if results of one key are collected in lists (`…`).
    pub grouping: bool,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// `${…}`.
    Hole(Expr),
    /// `%{ if … }`.
    If {
        /// What decides.
        test: Expr,
        /// The text if it is true.
        then: Vec<Part>,
        /// The text if it is false.
        otherwise: Vec<Part>,
    },
    /// `%{ for … }`.
    For {
        /// What is gone through.
        collection: Expr,
        /// What is written for each item.
        body: Vec<Part>,
    },
}

/// A step of a traversal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `.name`.
    Attribute(String),
    /// `[key]`, or `.0`.
    Index(Expr),
    /// `.*` or `[*]`: what follows is taken of each item.
    Splat,
}

impl Body {
    /// The value of the attribute `name`; of the last, if it is written twice.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().rev().find(|attribute| attribute.key.text == name)
    }

    /// The blocks of type `kind`, in the order of the text.
    pub fn blocks<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Block> {
        self.blocks.iter().filter(move |block| block.kind.text == kind)
    }
}

impl Block {
    /// The text of label number `at`; empty if there is none.
    pub fn label(&self, at: usize) -> &str {
        self.labels.get(at).map_or("", |label| label.text.as_str())
    }

    /// The key that names the block: its last label, or its type if it has none.
    pub fn name(&self) -> &Key {
        self.labels.last().unwrap_or(&self.kind)
    }
}

/// Reads a file: `json` is Terraform's JSON syntax, any other extension is HCL. A byte order mark is passed over.
///
/// # Errors
/// If the text is not well formed, too long, or too deeply nested; with the place.
pub fn parse(extension: &str, text: &str) -> Result<Body, ParseError> {
    check_length(text)?;
    if extension.eq_ignore_ascii_case("json") {
        return Ok(json::body(&crate::json::parse(text)?.root));
    }
    convert::parse(text)
}

/// Reads the text of a file that `templatefile` fills.
///
/// # Errors
/// As for [`parse`].
pub fn parse_template(text: &str) -> Result<Vec<Part>, ParseError> {
    check_length(text)?;
    convert::parse_template(text)
}

fn check_length(text: &str) -> Result<(), ParseError> {
    if text.len() <= MAX_HCL_BYTES {
        return Ok(());
    }
    let message = format!("the text has {} bytes; more than {MAX_HCL_BYTES} of HCL are not read", text.len());
    Err(ParseError::new(message, 0..0))
}

#[cfg(test)]
mod tests;
