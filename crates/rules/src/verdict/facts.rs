//! What code and manifests say on the lines of the checklist, as facts with their evidence: also where the rule that
//! would judge them does not exist yet.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Evidence, RuleMeta};
use lockstep_model::{Access, Basis, FileKind, FunctionId, RepoPath, Strength};
use serde_json::{Map, Value};

use crate::{
    View,
    prose::{count, names},
    rules::shared_implementation,
};

/// Names in one sentence before "and 3 more".
const NAMES: usize = 3;
/// Facts of one kind that are told.
const TOLD: usize = 3;

/// Facts that several functions share, gathered once.
pub(super) struct Facts<'a> {
    /// Per function: the implementation files that other services run as well, with the functions that run each.
    shared: Vec<Vec<(&'a RepoPath, usize)>>,
    entries: BTreeMap<&'a RepoPath, Vec<usize>>,
    roots: BTreeMap<&'a RepoPath, Vec<usize>>,
    writers: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    callers: BTreeMap<&'a FunctionId, Vec<usize>>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(view: &View<'a>, options: &dyn Fn(&RuleMeta) -> Map<String, Value>) -> Self {
        let functions = view.functions();
        let mut facts = Self {
            shared: vec![Vec::new(); functions.len()],
            entries: BTreeMap::new(),
            roots: BTreeMap::new(),
            writers: BTreeMap::new(),
            callers: BTreeMap::new(),
        };
        for file in shared_implementation::shared(view, options) {
            for function in &file.functions {
                facts.shared[*function].push((file.path, file.functions.len()));
            }
        }
        for (number, function) in functions.iter().enumerate() {
            if let Some(entry) = &function.entry {
                facts.entries.entry(&entry.path).or_default().push(number);
            }
            if let Some(root) = &function.code_root {
                facts.roots.entry(root).or_default().push(number);
            }
            let writes =
                |store: &&lockstep_model::Store| store.access == Access::Write && store.strength == Strength::Own;
            for store in function.stores.iter().filter(writes) {
                facts.writers.entry((&store.kind, &store.key)).or_default().push(number);
            }
            for call in function.invokes.iter().filter(|call| call.strength == Strength::Own) {
                if let Some(called) = &call.function {
                    facts.callers.entry(called).or_default().push(number);
                }
            }
        }
        facts
    }

    /// What is known of a line of the checklist, and whether it decides it by itself.
    pub(super) fn of(&self, view: &View<'_>, line: &str, function: usize) -> (bool, Vec<Evidence>) {
        let told = match line {
            super::CONTRACTS => return self.contracts(view, function),
            "deployment" => self.deployment(view, function),
            "data" => self.data(view, function),
            "calls" => self.calls(view, function),
            "size" => size(view, function),
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

    fn deployment(&self, view: &View<'_>, function: usize) -> Vec<Evidence> {
        let declared = &view.functions()[function];
        let mut told = Vec::new();
        if let Some(entry) = &declared.entry {
            let others = others(view, &self.entries[&entry.path], function);
            if !others.is_empty() {
                told.push(format!("it starts in `{}`, as {} {}", entry.path, names(&others, NAMES), does(&others)));
            }
        }
        if let Some(root) = &declared.code_root {
            let others = others(view, &self.roots[root], function);
            if !others.is_empty() {
                let folder = if root.is_root() { "the whole repository" } else { root.as_str() };
                let with = count(others.len() as u32, "other function");
                told.push(format!("it is packaged from `{folder}`, as {with} {}", does(&others)));
            }
        }
        notes(told)
    }

    fn data(&self, view: &View<'_>, function: usize) -> Vec<Evidence> {
        let here = view.service(function);
        let written = self.writers.iter().filter(|(_, writers)| writers.contains(&function));
        let foreign = written.filter_map(|((kind, key), writers)| {
            let elsewhere: Vec<usize> =
                writers.iter().copied().filter(|writer| view.service(*writer) != here).collect();
            let ids = others(view, &elsewhere, function);
            let verb = if ids.len() == 1 { "writes" } else { "write" };
            (!ids.is_empty())
                .then(|| format!("the {kind} `{key}` is not its own: {} {verb} it too", names(&ids, NAMES)))
        });
        notes(foreign.take(TOLD).collect())
    }

    fn calls(&self, view: &View<'_>, function: usize) -> Vec<Evidence> {
        let id = view.id(function);
        let own = view.functions()[function].invokes.iter().filter(|call| call.strength == Strength::Own);
        let called = own.filter_map(|call| call.function.as_ref());
        let mut told: Vec<Evidence> =
            called.take(TOLD).map(|to| Evidence::Invocation { from: id.clone(), to: to.clone() }).collect();
        let callers = self.callers.get(id).into_iter().flatten().take(TOLD);
        told.extend(callers.map(|from| Evidence::Invocation { from: view.id(*from).clone(), to: id.clone() }));
        told
    }
}

fn size(view: &View<'_>, function: usize) -> Vec<Evidence> {
    let Some(closure) = view.closure(function) else { return Vec::new() };
    let code = closure.files.iter().filter(|file| file.kind == FileKind::Implementation);
    let (own, shared): (Vec<_>, Vec<_>) = code.partition(|file| file.own);
    if own.is_empty() && shared.is_empty() {
        return Vec::new();
    }
    let own = count(own.len() as u32, "file");
    notes(vec![format!("{own} of its own, {} that it shares with other functions", shared.len())])
}

fn owners(view: &View<'_>, function: usize) -> Vec<Evidence> {
    match view.authors(&view.graph().changes_of(function)).len() {
        0 => Vec::new(),
        1 => notes(vec!["one person changed its own code".to_owned()]),
        people => notes(vec![format!("{people} people changed its own code")]),
    }
}

fn others<'a>(view: &View<'a>, functions: &[usize], but: usize) -> Vec<&'a str> {
    let mut ids: Vec<&str> =
        functions.iter().filter(|other| **other != but).map(|other| view.id(*other).as_str()).collect();
    ids.sort_unstable();
    ids
}

fn does(others: &[&str]) -> &'static str {
    if others.len() == 1 { "does" } else { "do" }
}

fn notes(told: Vec<String>) -> Vec<Evidence> {
    told.into_iter().map(Evidence::Note).collect()
}
