//! The stages that read: functions, their code, and the history, the last while the others go on; with what units need.

use lockstep_config::Config;
use lockstep_coupling::Parts;
use lockstep_diagnostics::Problem;
use lockstep_history::{Marks, Scope};
use lockstep_model::{Changeset, Closure, History, Origin, RepoPath};

use crate::{
    Followed, Found, Incomplete, Judged, Mined, Options, Progress, Project, compare_versions, find, followed,
    link_calls, mine_scope,
    organisation::{self, join},
    tell_apart,
    units::Units,
};

/// What was read, of one repository or of several.
#[derive(Default)]
pub(crate) struct Gathered {
    /// The functions.
    pub found: Found,
    /// Their code.
    pub followed: Followed,
    /// The history.
    pub mined: Mined,
    /// What the contents of files changed in what their paths say.
    pub judged: Judged,
    /// Whose parts of files changed.
    pub parts: Parts,
    /// What could not be had of the past for that.
    pub of_the_past: Vec<Problem>,
    /// Per function: the number of its repository; empty if there is only one.
    pub repositories: Vec<u32>,
}

/// What is to be read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    /// Which commits.
    pub scope: Scope,
    /// True if units of the past that are gone today count as well.
    pub past_units: bool,
    /// True if changes are judged by their paths alone.
    pub by_paths: bool,
}

/// Reads it, of all repositories of the project.
pub(crate) fn everything(
    project: &Project,
    config: &Config,
    options: &Options,
    wanted: Wanted,
    progress: &dyn Progress,
) -> Gathered {
    if !project.members.is_empty() {
        return organisation::gather(project, config, options, wanted, progress);
    }
    let mut read = all(project, config, options, wanted, progress);
    let rules = join::Rules::of(&config.join);
    if rules.joins_within() {
        let marks = marks(project, &read.mined.history, &rules);
        let history = &mut read.mined.history;
        history.origins = vec![Origin::default(); history.changesets.len()];
        join::join(history, &marks, &rules);
    }
    read
}

/// What the messages of the changesets of `history` say that may join them.
pub(crate) fn marks(project: &Project, history: &History, rules: &join::Rules) -> Vec<Marks> {
    let repository = project.repository.as_ref().and_then(|repository| repository.lock().ok());
    let of = |changeset: &Changeset| match &repository {
        Some(repository) if !changeset.kind.is_pending() => {
            repository.marks(changeset.id, &|key| rules.is_trailer(key))
        }
        _ => Marks::default(),
    };
    history.changesets.iter().map(of).collect()
}

/// Reads one repository.
pub(crate) fn all(
    project: &Project,
    config: &Config,
    options: &Options,
    wanted: Wanted,
    progress: &dyn Progress,
) -> Gathered {
    let (found, followed, mut mined) = gather(project, config, options, wanted, progress);
    let judged = match wanted.by_paths {
        true => Judged::default(),
        false => compare(project, config, &followed, &mut mined, options, progress),
    };
    progress.stage("measuring");
    let (parts, of_the_past) = tell_apart(project, &found, &followed.code.closures, &mined.history, options.jobs);
    if found.functions.is_empty() && !config.units.is_empty() && project.scope.is_root() {
        mined.incomplete.push(Incomplete::no_units(&config.units));
    }
    Gathered { found, followed, mined, judged, parts, of_the_past, repositories: Vec::new() }
}

/// Reads functions, code and history of one repository.
fn gather(
    project: &Project,
    config: &Config,
    options: &Options,
    wanted: Wanted,
    progress: &dyn Progress,
) -> (Found, Followed, Mined) {
    let ((mut found, mut followed), mut mined) = rayon::join(
        || {
            let mut found = find(project, config);
            let followed = followed(project, config, &found, false, progress);
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
fn compare(
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
