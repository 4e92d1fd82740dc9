//! What a program that declares things says, without running it: a bounded abstract interpreter over the neutral tree.
//!
//! It follows modules, constants, functions, classes and loops of the *repository*. Whatever comes from a package is
//! opaque: a call of it, a `new`, or a method of what it gave is an [`Event`], with the arguments as far as they are
//! known, the place of the call, and the chain of calls through the repository's code that led to it. So a wrapper of
//! the repository is seen through, and judged where its literals stand.
//!
//! A condition that is not known takes both ways; a value that is not known is [`Value::Unknown`], and `*` inside of a
//! text. Nothing of the repository is executed; steps, depth and sizes are bounded; the result depends on nothing but
//! the arguments.
//!
//! ```
//! use lockstep_model::{FileSet, RepoPath};
//! use lockstep_script::{Sources, evaluate::{Options, evaluate}};
//!
//! let files = FileSet::from_texts([(
//!     "bin/app.ts",
//!     "import { Queue } from 'queues';\nfor (const name of ['a', 'b']) new Queue(`${name}-${process.env.STAGE}`);",
//! )]);
//! let found = evaluate(&Sources::new(&files), &RepoPath::new("bin/app.ts").unwrap(), &Options::default());
//! let names: Vec<&str> = found.events.iter().filter_map(|event| event.positional(0)?.as_text()).collect();
//! assert_eq!(names, ["a-*", "b-*"]);
//! assert!(found.events.iter().all(|event| event.callee.is("queues", "Queue")));
//! ```

mod builtins;
mod calls;
mod classes;
mod expressions;
mod hoist;
mod host;
mod machine;
mod members;
mod modules;
mod operators;
mod patterns;
mod snapshot;
mod statements;
mod values;

use lockstep_diagnostics::Problem;
use lockstep_model::RepoPath;

pub use host::{Callback, Host, NoHost};

use crate::{Sources, nesting::on_a_big_stack, tree::Span};

/// How an evaluation is bounded, and what it knows of packages.
pub struct Options<'h> {
    /// Statements and expressions that may be evaluated before it gives up.
    pub steps: usize,
    /// The folder that relative paths of the program are looked up from (where its tool is started).
    pub folder: RepoPath,
    /// Folders that Python modules are looked for in, besides the entry's own.
    pub roots: Vec<RepoPath>,
    /// True if imported modules of which nothing is used are evaluated as well, at the end: for programs that declare
    /// by what their modules do when loaded.
    pub eager_imports: bool,
    /// What is known of the packages.
    pub host: &'h (dyn Host + Sync),
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { steps: 2_000_000, folder: RepoPath::root(), roots: Vec::new(), eager_imports: false, host: &NoHost }
    }
}

/// What a program says.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// What the entry module exports (Python: every name it binds), in the order of the text. The value of
    /// `export default` and of `module.exports` is called `default`.
    pub exports: Vec<(String, Value)>,
    /// Calls of what packages gave, in the order in which they happen. [`Value::Instance`] is an index into it.
    pub events: Vec<Event>,
    /// The files that were evaluated, sorted.
    pub files: Vec<RepoPath>,
    /// How many steps it took.
    pub steps: usize,
    /// What could not be read or followed.
    pub problems: Vec<Problem>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Site {
    /// The file.
    pub path: RepoPath,
    /// Bytes of its text: first, and one past the last.
    pub start: usize,
    /// See `start`.
    pub end: usize,
}

impl Site {
    /// The bytes meant.
    pub fn span(&self) -> Span {
        self.start..self.end
    }

    /// True if `other` lies inside.
    pub fn holds(&self, other: &Self) -> bool {
        self.path == other.path && self.start <= other.start && other.end <= self.end
    }
}

/// A call of something that a package gave.
#[derive(Clone, Debug)]
pub struct Event {
    /// What is called.
    pub callee: Callee,
    /// How.
    pub kind: EventKind,
    /// With what.
    pub arguments: Vec<Given>,
    /// The call itself.
    pub site: Site,
    /// The calls through code of the repository that led to it, innermost first.
    pub chain: Vec<Site>,
    /// True if it stands below a condition that is not known.
    pub uncertain: bool,
    /// For an instance of a class of the repository that extends the callee: that class, and its own bases of the
    /// repository, innermost first. None for an ordinary call.
    pub extended_by: Vec<Code>,
    /// What is known of the instance's own fields when the evaluation ends (of a class of the repository; assignments
    /// from outside, as `instance.field = …`, too).
    pub fields: Vec<(String, Value)>,
}

/// How something is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// `new X(…)`, or `super(…)` of a class of the repository that extends `X`.
    New,
    /// `x(…)`. Python's `X(…)` is this as well.
    Call,
    /// `instance.method(…)`.
    Method,
    /// A class or function of the repository is decorated with it.
    Decorator,
}

/// What an event calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Callee {
    /// The package as imported: `aws-cdk-lib/aws-lambda`, `aws_cdk`; empty for globals (`$config`) and methods. For a
    /// file that the repository lacks (a build writes it), its place: see [`repository_path`].
    pub module: String,
    /// The dotted name inside: `Function`, `aws_lambda.Function`, `Code.fromAsset`; empty for the module itself (and
    /// its default export). For a method: its name alone.
    pub name: String,
    /// For a method: what it is called on, an [`Value::Instance`] or an [`Value::Attribute`] of one.
    pub receiver: Option<Value>,
}

impl Callee {
    /// True for the name `name` of the package `module`.
    pub fn is(&self, module: &str, name: &str) -> bool {
        self.receiver.is_none() && self.module == module && self.name == name
    }

    /// The last part of the name.
    pub fn last(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }
}

/// An argument.
#[derive(Clone, Debug)]
pub struct Given {
    /// Its name, if it is given by name (Python).
    pub name: Option<String>,
    /// What is given.
    pub value: Value,
    /// Where it stands, in the file of the call.
    pub span: Span,
}

impl Event {
    /// The argument at a place, from 0; those with names do not count.
    pub fn positional(&self, index: usize) -> Option<&Value> {
        self.arguments.iter().filter(|given| given.name.is_none()).nth(index).map(|given| &given.value)
    }

    /// The argument with a name (Python).
    pub fn named(&self, name: &str) -> Option<&Value> {
        self.arguments.iter().find(|given| given.name.as_deref() == Some(name)).map(|given| &given.value)
    }
}

/// A value, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `undefined`, `null`, `None`.
    Nothing,
    /// A truth value.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A text; `*` stands for parts that are not known.
    Text(Text),
    /// A list, tuple or set.
    List(Vec<Value>),
    /// An object or dict, in the order of its keys.
    Object(Object),
    /// A function of the repository.
    Function(Code),
    /// A class of the repository.
    Class(Code),
    /// What the event with this index gave.
    Instance(usize),
    /// Something of an instance: `table.tableName`, `api.root`.
    Attribute(usize, String),
    /// Something of a package that is not called: module and dotted name (`aws-cdk-lib/aws-lambda`,
    /// `Runtime.NODEJS_22_X`).
    External(String, String),
    /// Not known; why.
    Unknown(String),
}

/// A text, and where it was first written.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The text; `*` stands for parts that are not known.
    pub text: String,
    /// True if parts are not known.
    pub holes: bool,
    /// The literal that it starts from, if it starts from one.
    pub origin: Option<Site>,
}

/// An object or dict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// Keys and values.
    pub entries: Vec<(String, Value)>,
    /// True if it may have more than is known.
    pub open: bool,
    /// The class of the repository it is an instance of.
    pub class: Option<String>,
}

impl Object {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

/// Code of the repository: a function or a class.
#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    /// Where it stands, whole.
    pub site: Site,
    /// Its name; that of the variable it is the first value of, if it has none of its own.
    pub name: Option<String>,
}

impl Value {
    /// The text of a text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(&text.text),
            _ => None,
        }
    }

    /// The object behind an object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The value of a key, if this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// The elements of a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// The event behind an instance, or behind what is an attribute of one.
    pub fn instance(&self) -> Option<usize> {
        match self {
            Self::Instance(event) | Self::Attribute(event, _) => Some(*event),
            _ => None,
        }
    }
}

/// The root of the checkout, as programs see it in `__dirname` and `__file__`.
pub(crate) const ROOT: &str = "/checkout.of.the.repository";

/// The place in the repository that a path of the program means: absolute ones as `__dirname` gives them, relative
/// ones looked up from `folder`. None for places outside.
pub fn repository_path(text: &str, folder: &RepoPath) -> Option<RepoPath> {
    let text = text.strip_prefix("file://").unwrap_or(text);
    match text.strip_prefix(ROOT) {
        Some("") => Some(RepoPath::root()),
        Some(rest) => RepoPath::new(rest.strip_prefix('/')?).ok(),
        None => folder.join(text).ok(),
    }
}

/// Evaluates the module `entry` and what it imports.
pub fn evaluate(sources: &Sources<'_>, entry: &RepoPath, options: &Options<'_>) -> Evaluation {
    run(|| machine::Machine::new(sources, options).entry(entry))
}

/// Loads the module `entry`, then makes an instance of its class `class` with nothing that is known: for programs whose
/// own entry cannot be evaluated. Of a class that extends nothing, every method is called as well.
pub fn evaluate_class(sources: &Sources<'_>, entry: &RepoPath, class: &str, options: &Options<'_>) -> Evaluation {
    run(|| machine::Machine::new(sources, options).class_of(entry, class))
}

fn run(evaluation: impl FnOnce() -> Evaluation + Send) -> Evaluation {
    on_a_big_stack(evaluation).unwrap_or_default()
}

#[cfg(test)]
mod tests;
