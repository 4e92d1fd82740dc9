//! One syntax tree for TypeScript, JavaScript and Python, as far as data and declarations go.
//!
//! Types, comments and layout are gone; `x as T`, `x!`, `x satisfies T` are `x`. What no declaration is made of (JSX,
//! generators, bit operations) is [`ExpressionKind::Opaque`] or [`StatementKind::Opaque`], with a word for it.

use std::{ops::Range, sync::Arc};

/// Bytes of the file's text.
pub type Span = Range<usize>;

/// Which language a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// TypeScript or JavaScript, ES modules or CommonJS.
    TypeScript,
    /// Python 3.
    Python,
}

/// One file.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// Its language.
    pub language: Language,
    /// Its statements, in the order of the text.
    pub body: Vec<Statement>,
    /// The first syntax error: where, and what. What could be read besides is in `body`.
    pub error: Option<(Span, String)>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The whole statement.
    pub span: Span,
    /// What it says.
    pub kind: StatementKind,
}

/// What a statement says.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `import …`, `from … import …`.
    Import(Import),
    /// `export …`.
    Export(Export),
    /// `const a = b`, one statement for each declarator; Python's `a = b = c`. It binds names of the scope it stands in.
    Variable {
        /// What is bound; more than one only in Python's `a = b = c`.
        targets: Vec<Pattern>,
        /// None for `let a;` and `a: T`.
        value: Option<Expression>,
    },
    /// A function with a name.
    Function(Arc<Function>),
    /// A class with a name.
    Class(Arc<Class>),
    /// An expression, evaluated for what it does. Assignments of JavaScript are among them.
    Expression(Expression),
    /// `return`.
    Return(Option<Expression>),
    /// `if`; `elif` is an `If` alone in `otherwise`.
    If {
        /// The condition.
        test: Expression,
        /// If it holds.
        then: Vec<Statement>,
        /// If not.
        otherwise: Vec<Statement>,
    },
    /// `for (const x of y)`, `for (const x in y)`, `for x in y:`.
    For {
        /// What each turn binds.
        pattern: Pattern,
        /// What is gone through.
        each: Expression,
        /// Whether values or JavaScript's keys (`for … in`) are gone through.
        over: Over,
        /// What each turn does.
        body: Vec<Statement>,
    },
    /// `while`, `do`, `for (;;)`.
    Loop {
        /// Before the first turn.
        before: Vec<Statement>,
        /// Before each turn (`do`: after it).
        test: Option<Expression>,
        /// After each turn.
        after: Option<Expression>,
        /// What each turn does.
        body: Vec<Statement>,
    },
    /// Python's `with`.
    With {
        /// What is entered, and the names bound to it.
        items: Vec<(Expression, Option<Pattern>)>,
        /// The block.
        body: Vec<Statement>,
    },
    /// `try`.
    Try {
        /// The block.
        body: Vec<Statement>,
        /// The handlers, one after the other.
        handlers: Vec<Vec<Statement>>,
        /// `else` and `finally`.
        after: Vec<Statement>,
    },
    /// `switch`, `match`.
    Switch {
        /// What is asked.
        subject: Expression,
        /// The values that cases stand for, and what they do; no value for `default`.
        cases: Vec<Case>,
    },
    /// A block of its own.
    Block(Vec<Statement>),
    /// `throw`, `raise`.
    Throw(Option<Expression>),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `global a`, `nonlocal a`: the names.
    Outer(Vec<String>),
    /// Something that declares nothing; a word for it.
    Opaque(&'static str),
}

/// One case of a `switch` or `match`.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The values it stands for; several for `case 1 | 2:`.
    pub values: Vec<Expression>,
    /// True for `default`, and for patterns that are no values.
    pub open: bool,
    /// What it does.
    pub body: Vec<Statement>,
}

/// What a loop goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// `of`; Python's `in`, which gives the keys of a dict.
    Values,
    /// JavaScript's `in`.
    Keys,
}

/// An import that stands as a statement. `require()` and `import()` are expressions.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// As written: `./money`, `aws_cdk.aws_lambda`; without the dots of a relative Python import.
    pub module: String,
    /// How many dots stand before it (Python).
    pub level: u32,
    /// Where the specifier stands.
    pub span: Span,
    /// The names bound by it; none for an import for its effects.
    pub bindings: Vec<ImportBinding>,
    /// True for `import type`.
    pub type_only: bool,
}

/// A name that an import binds.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportBinding {
    /// What is taken.
    pub imported: Imported,
    /// The name here; empty for [`Imported::All`].
    pub local: String,
    /// Where it stands.
    pub span: Span,
}

/// What an import takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Imported {
    /// One name: `x`; `default`.
    Name(String),
    /// The module: `import * as m`, `import a.b as m`, `import m = require()`.
    Module,
    /// The first part of a dotted name: `import a.b` binds `a`.
    FirstPart,
    /// Every name: `from m import *`.
    All,
}

/// An export.
#[derive(Clone, Debug, PartialEq)]
pub enum Export {
    /// `export const …`, `export function …`, `export class …`, `export enum …`.
    Declaration(Vec<Statement>),
    /// `export { a as b }`: name here, name outside.
    Names(Vec<(String, String)>),
    /// `export { a as b } from "m"`: specifier, its place, name there, name outside.
    From(String, Span, Vec<(String, String)>),
    /// `export * from "m"`, `export * as n from "m"`.
    All(String, Span, Option<String>),
    /// `export default …`. A function or class with a name is bound to it as well.
    Default(Expression),
    /// `export = …`.
    Module(Expression),
}

/// What binds names.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Where it stands.
    pub span: Span,
    /// What it binds.
    pub kind: PatternKind,
}

/// What a pattern binds.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// A name.
    Name(String),
    /// `{ a, b: c, ...rest }`.
    Object {
        /// Key, and what its value is bound to.
        properties: Vec<(PropertyKey, Pattern)>,
        /// What the other properties are bound to.
        rest: Option<Box<Pattern>>,
    },
    /// `[a, , b, ...rest]`, `a, *b`.
    Array {
        /// By place; none where a place is skipped.
        elements: Vec<Option<Pattern>>,
        /// What the other elements are bound to, and before which element it stands (`a, *b, c`: 1).
        rest: Option<(usize, Box<Pattern>)>,
    },
    /// `a = 1`: a value for what is missing.
    Default(Box<Pattern>, Expression),
    /// A place in something that exists: `this.x`, `a[0]`.
    Place(Expression),
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// The whole expression.
    pub span: Span,
    /// What it says.
    pub kind: ExpressionKind,
}

/// What an expression says.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionKind {
    /// `null`, `None`. `undefined` is a name.
    Null,
    /// `true`, `False`.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A string; adjacent ones joined.
    String(String),
    /// A template string, an f-string.
    Template(Vec<Part>),
    /// `` tag`…` ``.
    Tagged(Box<Expression>, Vec<Part>),
    /// An array, list, tuple or set.
    Array(Vec<Element>),
    /// An object or dict.
    Object(Vec<Property>),
    /// A name; `undefined`, `__dirname` and `self` are names.
    Name(String),
    /// `this`.
    This,
    /// `super` (JavaScript). Python's `super()` is a call of a name.
    Super,
    /// `import.meta`.
    ImportMeta,
    /// `a.b`, `a?.b`, `a.#b`.
    Member(Box<Expression>, String),
    /// `a[b]`.
    Index(Box<Expression>, Box<Expression>),
    /// Python's `a[b:c]`.
    Slice(Box<Expression>, Option<Box<Expression>>, Option<Box<Expression>>),
    /// `a(b)`.
    Call(Box<Call>),
    /// `new a(b)`.
    New(Box<Call>),
    /// `import(a)`.
    Import(Box<Expression>),
    /// A function without a name of its own, a lambda, an arrow.
    Function(Arc<Function>),
    /// A class as a value.
    Class(Arc<Class>),
    /// `a ? b : c`, `b if a else c`: test, then, otherwise.
    Conditional(Box<Expression>, Box<Expression>, Box<Expression>),
    /// Two operands.
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// One operand.
    Unary(UnaryOperator, Box<Expression>),
    /// `a = b`, `a += b` as an expression; Python's `a += b` and `a := b`.
    Assign(Box<Pattern>, Option<Operator>, Box<Expression>),
    /// `await a`, `yield a`: what comes back is made of `a` by whoever runs it.
    Await(Box<Expression>),
    /// `a, b`: the last one is the value.
    Sequence(Vec<Expression>),
    /// `[a for b in c if d]`.
    Comprehension(Box<Comprehension>),
    /// Something that is no data; a word for it.
    Opaque(&'static str),
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Literal text.
    Text(String),
    /// A value put in.
    Value(Expression),
}

/// An element of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// One element.
    Item(Expression),
    /// `...a`, `*a`.
    Spread(Expression),
    /// Nothing between two commas.
    Hole,
}

/// A property of an object or dict.
#[derive(Clone, Debug, PartialEq)]
pub enum Property {
    /// `key: value`, `key` alone, a method.
    Pair(PropertyKey, Expression),
    /// `...a`, `**a`.
    Spread(Expression),
}

/// A key.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyKey {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: KeyKind,
}

/// What a key is.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyKind {
    /// Known as it stands.
    Name(String),
    /// `[a]`; every key of a Python dict that is no string.
    Computed(Expression),
}

/// A call, or a `new`.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What is called.
    pub callee: Expression,
    /// With what.
    pub arguments: Vec<Argument>,
}

/// An argument.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// How it is given.
    pub kind: ArgumentKind,
    /// What is given.
    pub value: Expression,
    /// The whole argument, its name too.
    pub span: Span,
}

/// How an argument is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgumentKind {
    /// By its place.
    Positional,
    /// By its name (Python).
    Named(String),
    /// `...a`, `*a`.
    Spread,
    /// `**a`.
    SpreadNamed,
}

/// A function, method, lambda or arrow.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name, if it has one of its own.
    pub name: Option<String>,
    /// Where the name stands; the head of the function if it has none.
    pub name_span: Span,
    /// The whole function, its decorators too.
    pub span: Span,
    /// What stands above it, outermost first.
    pub decorators: Vec<Expression>,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Its statements; a single [`StatementKind::Return`] for a lambda or an arrow with an expression.
    pub body: Vec<Statement>,
    /// True for an arrow or lambda: `this` is the one outside.
    pub arrow: bool,
    /// True for a generator.
    pub generator: bool,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// What it binds; a [`PatternKind::Default`] where it has a default.
    pub pattern: Pattern,
    /// What it takes.
    pub kind: ParameterKind,
    /// True for TypeScript's `constructor(private readonly a)`: it is a field as well.
    pub field: bool,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// One argument.
    Ordinary,
    /// One argument that has to be named (Python).
    NamedOnly,
    /// All further arguments: `...a`, `*a`.
    Rest,
    /// All further named arguments: `**a`.
    RestNamed,
}

/// A class.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Where the name stands; the head of the class if it has none.
    pub name_span: Span,
    /// The whole class, its decorators too.
    pub span: Span,
    /// What stands above it.
    pub decorators: Vec<Expression>,
    /// What it extends; Python: several, and named ones (`metaclass=…`).
    pub bases: Vec<Argument>,
    /// What it holds, in the order of the text.
    pub members: Vec<ClassMember>,
}

/// A member of a class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassMember {
    /// The whole member.
    pub span: Span,
    /// True if it belongs to the class, not to its instances.
    pub is_static: bool,
    /// What it is.
    pub kind: MemberKind,
}

/// What a member of a class is.
#[derive(Clone, Debug, PartialEq)]
pub enum MemberKind {
    /// A field, with its first value.
    Field(PropertyKey, Option<Expression>),
    /// `constructor`, `__init__`.
    Constructor(Arc<Function>),
    /// A method.
    Method(PropertyKey, Arc<Function>),
    /// `get x()`, `@property`.
    Getter(PropertyKey, Arc<Function>),
    /// `set x(v)`.
    Setter(PropertyKey, Arc<Function>),
    /// Statements that run with the class: a static block, other statements of a Python class.
    Statements(Vec<Statement>),
}

/// A comprehension.
#[derive(Clone, Debug, PartialEq)]
pub struct Comprehension {
    /// The element, or the key of a dict comprehension.
    pub element: Expression,
    /// The value of a dict comprehension.
    pub value: Option<Expression>,
    /// `for a in b if c`, outermost first.
    pub clauses: Vec<Clause>,
}

/// A clause of a comprehension.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// What each turn binds.
    pub pattern: Pattern,
    /// What is gone through.
    pub each: Expression,
    /// The conditions, all of which must hold.
    pub conditions: Vec<Expression>,
}

/// An operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `//` of Python
    FloorDivide,
    /// `%`
    Remainder,
    /// `**`
    Power,
    /// `==`, `===`, `is`
    Equal,
    /// `!=`, `!==`, `is not`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `&&`, `and`
    And,
    /// `||`, `or`
    Or,
    /// `??`
    Coalesce,
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// `|`: Python joins dicts and sets with it
    Join,
    /// Any other
    Other,
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `!`, `not`
    Not,
    /// `-`
    Minus,
    /// `+`
    Plus,
    /// `typeof`
    TypeOf,
    /// `void`
    Void,
    /// Any other
    Other,
}

impl Expression {
    /// A name or a chain of members of one, dotted: `aws.lambda.Function`; none for anything else.
    pub fn dotted_name(&self) -> Option<String> {
        match &self.kind {
            ExpressionKind::Name(name) => Some(name.clone()),
            ExpressionKind::This => Some("this".to_owned()),
            ExpressionKind::Member(object, name) => Some(format!("{}.{name}", object.dotted_name()?)),
            _ => None,
        }
    }

    /// The text of a literal string, or of a template without values.
    pub fn as_text(&self) -> Option<String> {
        match &self.kind {
            ExpressionKind::String(text) => Some(text.clone()),
            ExpressionKind::Template(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) => Some(text.as_str()),
                    Part::Value(_) => None,
                })
                .collect(),
            _ => None,
        }
    }
}
