//! What a change makes it necessary to deploy: two states of one project are compared, function by function.
//!
//! Both states are discovered and followed alike, so that code that a function no longer reaches counts as well as code
//! that it now does. No history is needed. Where it cannot be told whether a function is concerned, it is: a deployment
//! too many costs minutes, one too few is a bug in production.

mod build;
mod code;
mod compare;
mod declared;
mod lockfiles;
mod packages;

use std::collections::{BTreeMap, BTreeSet};

use lockstep_codegraph::CodeGraph;
use lockstep_config::Config;
use lockstep_diagnostics::Problem;
use lockstep_model::{
    Affected, AffectedFunction, Basis, Closure, DeployReason, DeployReasonKind, Function, FunctionId, RepoPath,
};
use rayon::prelude::*;

use self::compare::Compared;
use crate::{Found, Incomplete, Progress, Project, find, follow};

/// One state of a project: its functions, and the code that they reach.
pub struct Snapshot {
    project: Project,
    found: Found,
    code: CodeGraph,
    /// What was left out.
    pub problems: Vec<Problem>,
    by_id: BTreeMap<FunctionId, usize>,
}

impl Snapshot {
    /// Finds the functions of `project` and follows their code.
    pub fn of(project: Project, config: &Config, progress: &dyn Progress) -> Self {
        let found = find(&project, config);
        let followed = follow(&project, config, &found, progress);
        let by_id =
            found.functions.iter().enumerate().map(|(number, function)| (function.id.clone(), number)).collect();
        let problems = [found.problems.clone(), followed.problems].concat();
        Self { project, code: followed.code, problems, by_id, found }
    }

    /// The functions, in the order of their ids.
    pub fn functions(&self) -> &[Function] {
        &self.found.functions
    }

    fn get(&self, id: &FunctionId) -> Option<(&Function, &Closure)> {
        let number = *self.by_id.get(id)?;
        Some((&self.found.functions[number], &self.code.closures[number]))
    }
}

/// The answer, with what was left out and why it may be less than whole.
pub struct AffectedReport {
    /// The functions.
    pub affected: Affected,
    /// What was left out on the way, in either state.
    pub problems: Vec<Problem>,
    /// Why there is no answer; empty if there is.
    pub incomplete: Vec<Incomplete>,
}

/// What the change that `project` was opened with makes it necessary to deploy.
pub fn affected(project: Project, config: &Config, progress: &dyn Progress) -> AffectedReport {
    let incomplete: Vec<Incomplete> = project
        .change
        .as_ref()
        .and_then(|change| change.incomplete(project.ci))
        .map(Incomplete::nothing_to_deploy_known)
        .into_iter()
        .collect();
    if !incomplete.is_empty() {
        return AffectedReport { affected: Affected::default(), problems: project.problems, incomplete };
    }
    let commit = project.change.as_ref().and_then(crate::ChangeAsked::before);
    let before = commit.map(|commit| Snapshot::of(project.at(commit), config, progress));
    let after = Snapshot::of(project, config, progress);
    let mut affected = match &before {
        Some(before) => between(before, &after),
        None => all_new(&after),
    };
    affected.before = commit;
    // What could not be read before the change is told too, each once.
    let mut problems = after.problems;
    let earlier = before.map(|before| before.problems).unwrap_or_default();
    problems.extend(earlier.into_iter().filter(|problem| !problems.contains(problem)).collect::<Vec<_>>());
    AffectedReport { affected, problems, incomplete }
}

fn all_new(after: &Snapshot) -> Affected {
    let new = |function: &Function| affected_function(function, vec![reason(DeployReasonKind::New, None, Vec::new())]);
    Affected {
        functions: after.functions().iter().map(new).collect(),
        files: after.project.files.len(),
        ..Affected::default()
    }
}

/// The functions of `after` that must be deployed if `before` is what is deployed now.
pub fn between(before: &Snapshot, after: &Snapshot) -> Affected {
    let compared = Compared::new(&before.project.files, &after.project.files);
    let declared = declared::changes(before, after, &compared);
    let reasons: Vec<Vec<DeployReason>> = (0..after.found.functions.len())
        .into_par_iter()
        .map(|number| {
            let (function, closure) = (&after.found.functions[number], &after.code.closures[number]);
            let Some(old) = before.get(&function.id) else {
                return vec![reason(DeployReasonKind::New, None, Vec::new())];
            };
            let mut reasons = Reasons::default();
            layers(old.0, function, &compared, &mut reasons);
            code::reasons(old.1, closure, &compared, &mut reasons);
            declared.add(number, &mut reasons);
            packages::reasons(old, (function, closure), &compared, &mut reasons);
            build::reasons(function, &compared, &mut reasons);
            unknown(function, closure, &compared, &mut reasons);
            reasons.into_list()
        })
        .collect();
    let mut affected = Affected { files: compared.differing().len(), ..Affected::default() };
    for (function, reasons) in after.functions().iter().zip(reasons) {
        if reasons.is_empty() {
            affected.unaffected.push(function.id.clone());
        } else {
            affected.functions.push(affected_function(function, reasons));
        }
    }
    let gone = before.functions().iter().filter(|function| !after.by_id.contains_key(&function.id));
    affected.removed = gone.map(|function| function.id.clone()).collect();
    affected
}

fn affected_function(function: &Function, reasons: Vec<DeployReason>) -> AffectedFunction {
    AffectedFunction { id: function.id.clone(), service: function.service.clone(), reasons }
}

fn reason(kind: DeployReasonKind, path: Option<RepoPath>, names: Vec<String>) -> DeployReason {
    DeployReason { kind, path, names }
}

/// The reasons for one function: each file once for each kind, and a file whose layer or code is named is not named again.
#[derive(Default)]
struct Reasons(BTreeMap<(DeployReasonKind, RepoPath), Option<BTreeSet<String>>>);

impl Reasons {
    /// Notes a reason; without names, all of the file is meant.
    fn add(&mut self, kind: DeployReasonKind, path: &RepoPath, names: impl IntoIterator<Item = String>) {
        let names: BTreeSet<String> = names.into_iter().collect();
        let known = self.0.entry((kind, path.clone())).or_insert_with(|| Some(BTreeSet::new()));
        match known {
            Some(known) if !names.is_empty() => known.extend(names),
            known => *known = None,
        }
    }

    /// True if something is said of the file.
    fn has(&self, path: &RepoPath) -> bool {
        self.0.keys().any(|(_, known)| known == path)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn into_list(self) -> Vec<DeployReason> {
        let list = self.0.into_iter();
        list.map(|((kind, path), names)| reason(kind, Some(path), names.into_iter().flatten().collect())).collect()
    }
}

/// A layer is deployed as a whole, and a function names the version that it uses.
fn layers(old: &Function, new: &Function, compared: &Compared<'_>, reasons: &mut Reasons) {
    let folders: BTreeSet<&RepoPath> = old
        .layers
        .iter()
        .chain(&new.layers)
        .filter_map(|layer| layer.path.as_ref())
        .filter(|path| !path.is_root())
        .collect();
    for path in folders.into_iter().flat_map(|folder| compared.differing_under(folder)) {
        if !lockstep_codegraph::is_test_or_documentation(path) {
            reasons.add(DeployReasonKind::Layer, path, []);
        }
    }
}

/// Where the code of a function is not known, whatever lies in its code root, or beside its manifest, may be its code.
fn unknown(function: &Function, closure: &Closure, compared: &Compared<'_>, reasons: &mut Reasons) {
    if closure.basis != Basis::Nothing || function.unresolved.is_none() || !reasons.is_empty() {
        return;
    }
    let beside = || function.declared_at().path.parent();
    let Some(folder) = function.code_root.clone().or_else(beside) else { return };
    let changed = compared.differing_under(&folder).find(|path| !lockstep_codegraph::is_test_or_documentation(path));
    if let Some(path) = changed {
        reasons.add(DeployReasonKind::UnknownCode, path, []);
    }
}
