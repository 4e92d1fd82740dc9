//! The stages that read: functions, their code, and the history, the last while the others go on; with what units need.

use lockstep_config::Config;
use lockstep_diagnostics::Problem;
use lockstep_history::Scope;
use lockstep_model::{Closure, History, RepoPath};

use crate::{
    Followed, Found, Judged, Mined, Options, Progress, Project, compare_versions, find, follow, link_calls, mine_scope,
    units::Units,
};

/// What is to be read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// Which commits.
    pub scope: Scope,
    /// True if units of the past that are gone today count as well.
    pub past_units: bool,
}

/// Reads it.
pub(crate) fn gather(
    project: &Project,
    config: &Config,
    options: &Options,
    wanted: Wanted,
    progress: &dyn Progress,
) -> (Found, Followed, Mined) {
    let ((mut found, mut followed), mut mined) = rayon::join(
        || {
            let mut found = find(project, config);
            let followed = follow(project, config, &found, progress);
            link_calls(&mut found, &followed);
            (found, followed)
        },
        || mine_scope(project, config, options, wanted.scope, progress),
    );
    // What is wrong with the patterns is told by `find`.
    if let Ok(Some(units)) = Units::of(config) {
        units.keep_in_units(&mut mined.history);
        if wanted.past_units {
            let mut problems = Vec::new();
            let all = project.files.paths().chain(&mined.history.paths);
            (found.functions, found.services) = found_units(project, config, &units, all, &mut problems);
        }
        followed.code = units.closures(&found.functions, project.files.paths().chain(&mined.history.paths));
    }
    (found, followed, mined)
}

/// Judges what changed by the contents of files, unless the configuration leaves it to their paths.
pub(crate) fn compare(
    project: &Project,
    config: &Config,
    followed: &Followed,
    mined: &mut Mined,
    options: &Options,
    progress: &dyn Progress,
) -> Judged {
    if config.history.change_kinds == Some(false) {
        return Judged::default();
    }
    progress.stage("comparing versions");
    compare_versions(project, &followed.code.closures, &mut mined.history, options.jobs)
}

/// The units that `paths` belong to, within the scope, as functions and services.
pub(crate) fn found_units<'a>(
    project: &Project,
    config: &Config,
    units: &Units,
    paths: impl Iterator<Item = &'a RepoPath>,
    problems: &mut Vec<Problem>,
) -> (Vec<lockstep_model::Function>, Vec<lockstep_model::Service>) {
    let (mut functions, nothing) = units.functions(paths);
    problems.extend(nothing);
    functions.retain(|function| function.declared_at().path.starts_with(&project.scope));
    let services = crate::services::services(&mut functions, config);
    (functions, services)
}

/// Every commit of every branch, for those who count commits; none if the repository or its history cannot be read.
pub(crate) fn every_commit(
    project: &Project,
    config: &Config,
    options: &Options,
    progress: &dyn Progress,
) -> Option<History> {
    let mut history = mine_scope(project, config, options, Scope::EveryCommit, progress).history;
    if let Ok(Some(units)) = Units::of(config) {
        units.keep_in_units(&mut history);
    }
    (!history.changesets.is_empty()).then_some(history)
}

/// The code of the functions of `found` as `history` needs it: a unit consists of the paths of the past as well.
pub(crate) fn closures_for(config: &Config, found: &Found, closures: &[Closure], history: &History) -> Vec<Closure> {
    match Units::of(config) {
        Ok(Some(units)) => units.closures(&found.functions, history.paths.iter()).closures,
        _ => closures.to_vec(),
    }
}
