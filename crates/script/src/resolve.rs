//! Which files of the repository an import means.

mod python;
mod python_projects;
mod python_stdlib;
mod typescript;

use lockstep_model::RepoPath;

pub use python::PythonResolver;
pub use typescript::{ResolvedImports, TypeScriptResolver};

/// What an import means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Files of the repository, at least one.
    Files(Vec<RepoPath>),
    /// A package from outside, by the name under which it is installed.
    External(String),
    /// Part of the language or its runtime.
    Builtin,
    /// It leads nowhere; why, in words.
    Unresolved(String),
}
