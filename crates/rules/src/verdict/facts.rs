//! What code and manifests say on the lines of the checklist, as facts with their evidence: also where the rule that
//! would judge them does not exist yet.

use lockstep_diagnostics::{Evidence, RuleMeta};
use lockstep_model::{Basis, FileKind, RepoPath};
use serde_json::{Map, Value};

use crate::{
    View,
    calls::{Edge, edges},
    prose::count,
    rules::{divided_ownership, shared_implementation},
};

/// Facts of one kind that are told.
const TOLD: usize = 3;

/// Facts that several functions share, gathered once.
pub(super) struct Facts<'a> {
    /// Per function: the implementation files that other services run as well, with the functions that run each.
    shared: Vec<Vec<(&'a RepoPath, usize)>>,
    calls: Vec<Edge<'a>>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(view: &View<'a>, options: &dyn Fn(&RuleMeta) -> Map<String, Value>) -> Self {
        let functions = view.functions();
        let mut facts = Self { shared: vec![Vec::new(); functions.len()], calls: edges(view) };
        for file in shared_implementation::shared(view, options) {
            for function in &file.functions {
                facts.shared[*function].push((file.path, file.functions.len()));
            }
        }
        facts
    }

    /// What is known of a line of the checklist, and whether it decides it by itself.
    pub(super) fn of(&self, view: &View<'_>, line: &str, function: usize) -> (bool, Vec<Evidence>) {
        let told = match line {
            super::CONTRACTS => return self.contracts(view, function),
            super::CALLS => self.callers(view, function),
            super::SIZE => size(view, function),
            "owners" => owners(view, function),
            _ => Vec::new(),
        };
        (false, told)
    }

    fn contracts(&self, view: &View<'_>, function: usize) -> (bool, Vec<Evidence>) {
        let shared = &self.shared[function];
        if view.closure(function).is_none_or(|closure| closure.basis != Basis::Imports) {
            let why = "its imports are not followed: what it shares is not known file by file";
            return (false, vec![Evidence::Note(why.to_owned())]);
        }
        let mut most: Vec<&(&RepoPath, usize)> = shared.iter().collect();
        most.sort_by(|x, y| y.1.cmp(&x.1).then_with(|| x.0.cmp(y.0)));
        let evidence = most.first().map(|(path, functions)| {
            let files = count(shared.len() as u32, "file");
            let functions = count(*functions as u32, "function");
            Evidence::Note(format!(
                "it runs {files} that functions of other services run as well, first of all `{path}` ({functions})"
            ))
        });
        (!shared.is_empty(), evidence.into_iter().collect())
    }

    /// Who calls the function: it need not wait for them, and is asked all the same.
    fn callers(&self, view: &View<'_>, function: usize) -> Vec<Evidence> {
        let to = view.id(function);
        let calls = self.calls.iter().filter(|edge| edge.to == function).take(TOLD);
        calls.map(|edge| Evidence::Invocation { from: view.id(edge.from).clone(), to: to.clone() }).collect()
    }
}

fn size(view: &View<'_>, function: usize) -> Vec<Evidence> {
    let Some(closure) = view.closure(function) else { return Vec::new() };
    let code = closure.files.iter().filter(|file| file.kind == FileKind::Implementation);
    let (own, shared): (Vec<_>, Vec<_>) = code.partition(|file| file.own);
    if own.is_empty() && shared.is_empty() {
        return Vec::new();
    }
    let size = view.lines(function);
    let files = count(own.len() as u32, "file");
    let lines = count(size.own as u32, "line");
    let of_all = match shared.len() as u32 {
        0 => "none that it shares with other functions".to_owned(),
        shared => format!("{} in {} that it shares", count(size.shared as u32, "line"), count(shared, "file")),
    };
    notes(vec![format!("{lines} of its own in {files}, {of_all}")])
}

/// Who owns the function, by a file of code owners, and who changed it.
fn owners(view: &View<'_>, function: usize) -> Vec<Evidence> {
    let mut told = divided_ownership::owned(view, function);
    let most = view.ownership(function).mostly_by(divided_ownership::MOST);
    told.extend(divided_ownership::changed_by(view, function, most));
    told
}

fn notes(told: Vec<String>) -> Vec<Evidence> {
    told.into_iter().map(Evidence::Note).collect()
}
