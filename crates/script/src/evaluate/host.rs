//! What an evaluation is told of packages.

use super::{Event, Value};

/// A function of the repository that a package calls: where it is among the arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Callback {
    /// Which argument, from 0.
    pub argument: usize,
    /// Which of its properties, if it is an object: `run` of `$config({ run() {…} })`.
    pub property: Option<&'static str>,
}

/// What is known of packages. Every method may say nothing.
pub trait Host {
    /// What a call gives, where that is known (`scope.node.tryGetContext("stage")`); an instance otherwise.
    /// `events` are those before it, for looking up instances.
    fn result(&self, _event: &Event, _events: &[Event]) -> Option<Value> {
        None
    }

    /// What an attribute of an instance is (`node.id`); `path` is the whole dotted path.
    fn attribute(&self, _event: &Event, _path: &str, _events: &[Event]) -> Option<Value> {
        None
    }

    /// The functions among the arguments that the package calls. Those that go through lists (`map`), and those of
    /// promises and outputs (`then`, `apply`), are known without.
    fn callbacks(&self, _event: &Event) -> Vec<Callback> {
        Vec::new()
    }

    /// Functions that are called when the entry is loaded, by their place in its exports (`default.stacks`).
    fn called_exports(&self) -> &'static [&'static str] {
        &[]
    }
}

/// Knows nothing.
pub struct NoHost;

impl Host for NoHost {}
