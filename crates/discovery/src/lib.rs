//! From manifests to functions: which functions are deployed, from which code, joined by which channels and stores.
//!
//! Every platform reads its own manifests ([`platforms`]); [`assemble`] looks for the code behind each declaration,
//! joins declarations of one function and gives each its id; [`selection`] leaves out what is nobody's deployment;
//! [`unread`] names the manifests of platforms that are not read yet.

mod artifact;
mod assemble;
mod aws;
mod callees;
mod channels;
pub mod entry;
mod evaluated;
mod exports;
mod identity;
mod in_code;
mod manifest;
pub mod platform;
pub mod platforms;
mod scripts;
mod selection;
mod steps;
mod table;
mod unread;
mod unreadable;

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use lockstep_diagnostics::Partial;
use lockstep_model::{FileSet, Function, Question, RepoPath};
use rayon::prelude::*;

pub use callees::{Callees, Named, Routes};
pub use entry::Resolved;
pub use platform::{Build, CodeSource, Declared, HandlerStyle, Platform};
pub use steps::{Anew, Steps};
pub use table::FunctionTable;

/// What the configuration says about discovery.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Globs of manifests, and of files named by [`FunctionTable`]s, that are passed over. Relative to the root.
    pub exclude: Vec<String>,
    /// The `[[function]]` tables.
    pub declared: Vec<FunctionTable>,
}

/// The functions of a checkout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// The functions, sorted by id.
    pub functions: Vec<Function>,
    /// The files that declare them and are no function's code, sorted.
    pub manifests: Vec<RepoPath>,
    /// What the functions are called by.
    pub callees: Callees,
}

/// The functions that the manifests among `files` declare.
///
/// Nothing is left out in silence: what could not be read, evaluated or supported is among the problems. The result
/// depends on nothing but the arguments.
pub fn discover(files: &FileSet, options: &Options) -> Partial<Discovered> {
    discover_by(&Anew, files, options)
}

/// As [`discover`], by `steps` of which some may be known.
pub fn discover_by(steps: &dyn Steps, files: &FileSet, options: &Options) -> Partial<Discovered> {
    let tables: Arc<[FunctionTable]> = Arc::from(options.declared.clone());
    let platforms = platforms::all(tables);
    let read: Vec<Partial<Vec<Declared>>> =
        platforms.par_iter().map(|platform| steps.declared(&**platform, files)).collect();
    let mut problems = Vec::new();
    let declared: Vec<Declared> = read.into_iter().flat_map(|part| part.collect(&mut problems)).collect();

    let selection = selection::Selection::new(options, &mut problems);
    let (declared, left_out) = selection.select(declared, files);
    problems.retain(|problem| problem.location.as_ref().is_none_or(|place| !left_out.covers(&place.path)));
    left_out.report(&mut problems);
    unread::report(files, |path| !left_out.covers(path), &mut problems);
    unreadable::report(files, |path| !left_out.covers(path), &mut problems);

    let (functions, callees) = assemble::assemble(declared, files, steps);
    let manifests = manifests(&functions);
    problems.sort_unstable_by(|a, b| (&a.location, &a.message, a.kind).cmp(&(&b.location, &b.message, b.kind)));
    problems.dedup();
    Partial { value: Discovered { functions, manifests, callees }, problems }
}

/// The files that declare `functions`, without those that are a function's own code: where a decorator, an attribute or
/// the place of a file declares a function, the declaration is the function.
fn manifests(functions: &[Function]) -> Vec<RepoPath> {
    let starts: HashSet<&RepoPath> =
        functions.iter().filter_map(|function| Some(&function.entry.as_ref()?.path)).collect();
    let declared = functions.iter().flat_map(|function| &function.declarations).map(|said| &said.location.path);
    let manifests = declared.filter(|path| !starts.contains(path) || is_data(path));
    manifests.cloned().collect::<BTreeSet<RepoPath>>().into_iter().collect()
}

/// True if any of `words` stands in the file, which need not be read for more than that.
pub(crate) fn says(files: &FileSet, path: &RepoPath, words: &[&'static str]) -> bool {
    files.ask(path, &Question::holds(words)).unwrap_or(false)
}

/// True for files that hold a tree of values and that no runtime starts: code that stands in one is a text of it.
pub fn is_data(path: &RepoPath) -> bool {
    const DATA: [&str; 9] = ["yaml", "yml", "json", "jsonc", "json5", "toml", "template", "tf", "tofu"];
    path.extension().is_some_and(|extension| DATA.contains(&extension))
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
