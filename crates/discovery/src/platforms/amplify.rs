//! AWS Amplify: folders `amplify/backend` of its first generation, and the programs `amplify/backend.ts` of its second.

mod backend;
mod generation_2;

use lockstep_diagnostics::Partial;
use lockstep_model::{FileSet, RepoPath};

use crate::platform::{Declared, Platform};

/// As printed.
const NAME: &str = "amplify";

/// The reader of Amplify's backends.
#[derive(Clone, Copy, Debug, Default)]
pub struct Amplify;

impl Platform for Amplify {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("amplify.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all = backend::declared(files);
        let second = generation_2::declared(files);
        all.value.extend(second.value);
        all.problems.extend(second.problems);
        all
    }
}

/// True for what Amplify's own tool writes, templates among it. Templates of `custom` are the user's.
pub(super) fn owns(path: &RepoPath) -> bool {
    let parts: Vec<&str> = path.components().collect();
    let is_backend = |pair: &[&str]| matches!(pair, ["amplify", "backend" | "#current-cloud-backend"]);
    let at = parts.windows(2).position(is_backend);
    at.is_some_and(|at| parts[at + 1] != "backend" || parts.get(at + 2) != Some(&"custom"))
}

#[cfg(test)]
mod tests;
