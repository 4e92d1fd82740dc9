//! Methods and what is annotated on them, in the languages where annotations declare functions: attributes of C#
//! ([`csharp`]), annotations of Java ([`java`]).
//!
//! The result is owned and the same for all: nothing of tree-sitter leaves the files of the languages.

pub mod csharp;
pub mod java;
mod walk;

use std::ops::Range;

/// What one source file has of methods, annotated properties and constants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Methods with at least one annotation, in the order of the text.
    pub methods: Vec<Method>,
    /// Annotated properties and fields, in the order of the text.
    pub properties: Vec<Property>,
    /// Constants whose value is text.
    pub constants: Vec<Constant>,
    /// True if the whole file was understood; false if it has an error, is too large or too deep.
    pub complete: bool,
}

/// A method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// The class it stands in, without its package.
    pub class: String,
    /// Its name.
    pub name: String,
    /// All of it, annotations included.
    pub span: Range<usize>,
    /// What is annotated on it.
    pub annotations: Vec<Annotation>,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// The type it returns, as written.
    pub returns: String,
    /// Conditions of the preprocessor around it, outermost first; false for the branch where it does not hold.
    pub conditions: Vec<(String, bool)>,
    /// Calls in its body, in the order of the text.
    pub calls: Vec<Call>,
}

/// A parameter of a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type, as written.
    pub kind: String,
    /// What is annotated on it.
    pub annotations: Vec<Annotation>,
}

/// An annotated property or field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// The class it stands in.
    pub class: String,
    /// What is annotated on it.
    pub annotations: Vec<Annotation>,
}

/// An annotation or attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Its name without its package: `HttpTrigger`.
    pub name: String,
    /// All of it.
    pub span: Range<usize>,
    /// Its arguments.
    pub arguments: Vec<Argument>,
}

/// An argument, with its name if one is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The name.
    pub name: Option<String>,
    /// The value.
    pub value: Value,
}

/// A constant with text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// The class it stands in.
    pub class: String,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
}

/// A call by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The last name before the arguments: `CallActivityAsync`.
    pub name: String,
    /// The arguments.
    pub arguments: Vec<Value>,
}

/// A value as far as it is text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, put together from pieces.
    Text(Vec<Piece>),
    /// Several values.
    List(Vec<Value>),
    /// Anything else, as written.
    Other(String),
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Said here.
    Literal(String),
    /// What a name stands for: `Queues.Orders`, `Orders`.
    Name(String),
    /// Known when it runs.
    Unknown,
}

impl Annotation {
    /// The value of the argument called `name`.
    pub fn named(&self, name: &str) -> Option<&Value> {
        self.arguments.iter().find(|argument| argument.name.as_deref() == Some(name)).map(|argument| &argument.value)
    }

    /// The values of the arguments without a name, in their order.
    pub fn positional(&self) -> impl Iterator<Item = &Value> {
        self.arguments.iter().filter(|argument| argument.name.is_none()).map(|argument| &argument.value)
    }
}

impl Value {
    /// A literal text.
    pub fn literal(text: impl Into<String>) -> Self {
        Self::Text(vec![Piece::Literal(text.into())])
    }
}
