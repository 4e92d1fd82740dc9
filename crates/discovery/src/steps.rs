//! The steps of discovery, for those who know from an earlier run what some of them give: after an edit, most of them give
//! the same again.

use lockstep_diagnostics::Partial;
use lockstep_model::FileSet;

use crate::{
    entry::Resolved,
    platform::{Declared, Platform},
};

/// Who takes the steps. Each gives what it gives by its arguments, by what it looks at in the files, and by the names of
/// the files, and by nothing else.
pub trait Steps: Sync {
    /// What `platform` declares in `files`.
    fn declared(&self, platform: &dyn Platform, files: &FileSet) -> Partial<Vec<Declared>>;

    /// Where the code of `declared` starts, as `resolve` finds it. Of where in its file the declaration stands, it depends on
    /// the file alone.
    fn resolved(&self, declared: &Declared, files: &FileSet, resolve: &dyn Fn(&FileSet) -> Resolved) -> Resolved;
}

/// Takes each of them.
pub struct Anew;

impl Steps for Anew {
    fn declared(&self, platform: &dyn Platform, files: &FileSet) -> Partial<Vec<Declared>> {
        platform.declared(files)
    }

    fn resolved(&self, _: &Declared, files: &FileSet, resolve: &dyn Fn(&FileSet) -> Resolved) -> Resolved {
        resolve(files)
    }
}
