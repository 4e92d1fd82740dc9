//! [`Earlier`]: what a finding of the state before a change comes down to when it is held against those of now.

use lockstep_config::{Config, Levels};
use lockstep_diagnostics::{BaselineState, Finding, Fingerprint, Group, Level};
use lockstep_model::{CommitId, FunctionId, RepoPath};

use crate::{Options, Project, RepositoryState};

/// A coupling that becomes stronger by more than this is news, even if it was known.
const GAIN: f64 = 0.10;

/// A finding of the state before a change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Earlier {
    /// The name of its rule.
    pub rule: String,
    pub functions: Vec<FunctionId>,
    pub fingerprint: String,
    pub weight: f64,
    /// True if it was silenced.
    pub silent: bool,
    /// True if the baseline held it back.
    pub known: bool,
}

impl From<&Finding> for Earlier {
    fn from(finding: &Finding) -> Self {
        Self {
            rule: finding.rule.name.to_owned(),
            functions: finding.functions.clone(),
            fingerprint: finding.fingerprint.as_str().to_owned(),
            weight: finding.weight,
            silent: finding.level == Level::Allow,
            known: finding.baseline == BaselineState::Known,
        }
    }
}

impl Earlier {
    /// True if `finding` is this one, or what is left of it: the same, or fewer functions of a group; and not much stronger.
    /// What was silenced then, or known to the baseline, and is not any more, was not there.
    pub fn covers(&self, finding: &Finding) -> bool {
        let is_left_of = || {
            let within = finding.functions.iter().all(|id| self.functions.binary_search(id).is_ok());
            self.rule == finding.rule.name && within && self.is_group() && Self::from(finding).is_group()
        };
        // What other rules weigh are shares of all functions: it moves when others come or go.
        let is_stronger = finding.rule.group == Group::Coupling && finding.weight > self.weight + GAIN;
        let was_silent = self.silent && finding.level != Level::Allow;
        let was_known = self.known && finding.baseline != BaselineState::Known;
        let same = || self.fingerprint == finding.fingerprint.as_str() || is_left_of();
        !is_stronger && !was_silent && !was_known && same()
    }

    /// True if a finding is known by its functions alone: no contract and no file is part of its identity.
    fn is_group(&self) -> bool {
        let ids = self.functions.iter().map(FunctionId::as_str);
        self.functions.len() > 1 && Fingerprint::new(&self.rule, ids).as_str() == self.fingerprint
    }
}

/// A hash of all that the findings of `commit` depend on, where the configuration of now stands at `place`; none if they
/// depend on what a hash cannot name: a model, or objects that this clone may get later.
pub(crate) fn digest(
    project: &Project,
    config: &Config,
    levels: &Levels,
    options: &Options,
    (commit, place): (CommitId, Option<&RepoPath>),
) -> Option<[u8; 32]> {
    if !is_whole(project) {
        return None;
    }
    let Options { as_of, allow_shallow, jobs: _ } = options;
    let said = format!("{commit:?} {:?} {place:?} {config:?} {levels:?} {as_of:?} {allow_shallow:?}", project.scope);
    Some(*blake3::hash(said.as_bytes()).as_bytes())
}

/// True if the project's history is that of its repository, with all objects.
pub(crate) fn is_whole(project: &Project) -> bool {
    let state = project.repository.as_ref().and_then(|repository| Some(repository.lock().ok()?.state()));
    let is_whole =
        |state: RepositoryState| !state.history.shallow && state.history.partial.is_none() && !state.replaced;
    state.is_some_and(is_whole) && project.model().is_none()
}
