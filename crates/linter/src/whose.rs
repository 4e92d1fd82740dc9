//! Whose change it was, beyond what the names of files say: parts of code files, blocks of manifests, and contracts that
//! manifests name.

use lockstep_coupling::Parts;
use lockstep_diagnostics::Problem;
use lockstep_model::{Closure, History};

use crate::{Found, Project, contracts, manifests, parts};

/// Tells changes apart by what changed in the files. What cannot be had of the past is a problem; the changes that it
/// is about count for the file as a whole.
pub fn tell_apart(
    project: &Project,
    found: &Found,
    closures: &[Closure],
    history: &History,
    jobs: usize,
) -> (Parts, Vec<Problem>) {
    let mut told = Parts::default();
    let mut problems = parts::of_code(project, &found.functions, closures, history, jobs, &mut told);
    let manifests = manifests::declared(project, found);
    problems.extend(manifests::of_blocks(project, &manifests, history, jobs, &mut told));
    contracts::of_manifests(project, found, &manifests, &mut told);
    // What was read of the past was read by now.
    project.keep_past();
    (told, problems)
}
