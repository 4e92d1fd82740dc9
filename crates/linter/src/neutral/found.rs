//! Whether discovery found the same in both states, wherever in the manifests it stands. Where a function is declared is
//! printed, and nothing that is found depends on it but for the names that lead to the declaration: by these it is told whose
//! block of a manifest changed.

use std::sync::Arc;

use lockstep_diagnostics::{Partial, Problem};
use lockstep_discovery::Discovered;
use lockstep_model::{Declaration, Function, Location, RepoPath};

use crate::{manifests, traces::Discovery};

/// A manifest, as it was and as it is.
pub(super) struct Edited<'e> {
    pub path: &'e RepoPath,
    pub before: Arc<str>,
    pub now: Arc<str>,
}

/// True if the same was found; `edited` are the manifests that are not what they were.
pub(super) fn is_the_same(then: &Discovery, now: &Discovery, edited: &[Edited<'_>]) -> bool {
    if edited.is_empty() && then.is(now) {
        return true;
    }
    let (Some(then), Some(now)) = (then.value(), now.value()) else { return false };
    let leads_to_the_same = |edited: &Edited<'_>| {
        let before = (&*edited.before, &*declared_in(edited.path, &then));
        manifests::lead_to_the_same(edited.path, before, (&*edited.now, &*declared_in(edited.path, &now)))
    };
    edited.iter().all(leads_to_the_same) && without_places(then) == without_places(now)
}

/// The declarations in one manifest, in the order of the functions.
fn declared_in<'f>(path: &RepoPath, found: &'f Partial<Discovered>) -> Vec<&'f Declaration> {
    let all = found.value.functions.iter().flat_map(|function| &function.declarations);
    all.filter(|declaration| declaration.location.path == *path).collect()
}

/// What was found without where in the manifests it stands. Each part of a declaration is named, so that a new one is thought
/// about.
fn without_places(found: Partial<Discovered>) -> Partial<Discovered> {
    let nowhere = |location: Location| Location::whole_file(location.path);
    let declaration = |declaration: Declaration| {
        let Declaration { platform, location, block_end, logical_id, handler } = declaration;
        // What has no end is declared by its place among the files.
        Declaration { platform, location: nowhere(location), block_end: block_end.min(1), logical_id, handler }
    };
    let function = |function: Function| {
        let declarations = function.declarations.into_iter().map(declaration).collect();
        Function { declarations, ..function }
    };
    let problem = |problem: Problem| Problem { location: problem.location.map(nowhere), ..problem };
    let Discovered { functions, manifests, callees } = found.value;
    let functions = functions.into_iter().map(function).collect();
    Partial {
        value: Discovered { functions, manifests, callees },
        problems: found.problems.into_iter().map(problem).collect(),
    }
}
