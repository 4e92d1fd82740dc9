//! [`View`]: all that rules look at, and the questions that several of them ask.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_coupling::{
    ContractFile, Coupling, CouplingGraph, Explainer, Explanation, FileGroups, Knowledge, SharedFile, Together,
};
use lockstep_diagnostics::{CommitRef, Problem};
use lockstep_model::{Closure, CodeClone, Function, FunctionId, History, Location, Ownership, RepoPath, Service, Size};

use crate::Outcome;

/// What the stages before found.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The functions, in the order of the graph.
    pub functions: &'a [Function],
    /// The services they form.
    pub services: &'a [Service],
    /// The code they reach.
    pub closures: &'a [Closure],
    /// The copies between them.
    pub clones: &'a [CodeClone],
    /// How large each is, in the order of the closures.
    pub sizes: &'a [Size],
    /// How they are coupled.
    pub graph: &'a CouplingGraph,
    /// Whose they are, in the order of the graph; empty if that is not known.
    pub owners: &'a [Ownership],
    /// What changed; the one that the graph was made from.
    pub history: &'a History,
    /// What was left out on the way.
    pub problems: &'a [Problem],
    /// The change that is looked at; none if there is none.
    pub change: Option<&'a Change>,
    /// What became of the findings of the other rules; none while these run.
    pub outcome: Option<&'a Outcome>,
}

/// What the change that is looked at touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The functions whose own behaviour it edits, each with the first changed places of their files.
    pub own: BTreeMap<usize, Vec<Location>>,
    /// The functions that it touches in any way, ascending.
    pub touched: Vec<usize>,
}

/// What rules look at. Functions are numbers, as in the graph.
pub struct View<'a> {
    facts: Facts<'a>,
    explainer: Explainer<'a>,
    closures: Vec<Option<&'a Closure>>,
    sizes: Vec<Size>,
    /// Per function: the number of the declared service that holds it.
    declared: Vec<Option<usize>>,
}

impl<'a> View<'a> {
    /// A view of these facts.
    pub fn new(facts: Facts<'a>) -> Self {
        let declared = facts
            .functions
            .iter()
            .map(|function| {
                let holds = |service: &Service| service.declared && service.functions.contains(&function.id);
                facts.services.iter().position(holds)
            })
            .collect();
        let mut closures = vec![None; facts.functions.len()];
        let mut sizes = vec![Size::default(); facts.functions.len()];
        for (at, closure) in facts.closures.iter().enumerate() {
            if let Some(number) = facts.graph.number(&closure.function) {
                closures[number] = Some(closure);
                sizes[number] = facts.sizes.get(at).copied().unwrap_or_default();
            }
        }
        Self {
            facts,
            explainer: Explainer::new(facts.functions, facts.closures, facts.clones),
            closures,
            sizes,
            declared,
        }
    }

    /// The same view when the rules have run, and it is known what became of their findings.
    #[must_use]
    pub fn after(mut self, outcome: &'a Outcome) -> Self {
        self.facts.outcome = Some(outcome);
        self
    }

    /// What became of the findings of the other rules; none while these run.
    pub fn outcome(&self) -> Option<&'a Outcome> {
        self.facts.outcome
    }

    /// The functions.
    pub fn functions(&self) -> &'a [Function] {
        self.facts.functions
    }

    /// The graph.
    pub fn graph(&self) -> &'a CouplingGraph {
        self.facts.graph
    }

    /// The change that is looked at; none if there is none.
    pub fn change(&self) -> Option<&'a Change> {
        self.facts.change
    }

    /// The files of `function`'s own that `changesets` changed and that are there today, with the number of those that
    /// changed each, most first.
    pub fn own_files(&self, function: usize, changesets: &[Together]) -> Vec<(RepoPath, u32)> {
        let mut files = self.facts.graph.own_files(self.facts.history, function, changesets);
        let closure = self.closure(function);
        files.retain(|(path, _)| closure.is_some_and(|closure| closure.files.iter().any(|file| file.path == *path)));
        files
    }

    /// What was left out on the way.
    pub fn problems(&self) -> &'a [Problem] {
        self.facts.problems
    }

    /// The code of a function; none if nothing was followed.
    pub fn closure(&self, function: usize) -> Option<&'a Closure> {
        self.closures[function]
    }

    /// How large a function is; nothing if that is not known.
    pub fn lines(&self, function: usize) -> Size {
        self.sizes[function]
    }

    /// How the files of `function`'s own that `counts` says true of change together.
    pub fn file_groups(&self, function: usize, counts: &dyn Fn(&RepoPath) -> bool) -> FileGroups {
        self.facts.graph.file_groups(self.facts.history, function, counts)
    }

    /// The id of a function.
    pub fn id(&self, function: usize) -> &'a FunctionId {
        &self.facts.functions[function].id
    }

    /// The service of a function.
    pub fn service(&self, function: usize) -> &'a str {
        &self.facts.graph.functions()[function].service
    }

    /// True if the configuration declares both to be of one service: then they may well change together.
    pub fn declared_together(&self, a: usize, b: usize) -> bool {
        self.declared[a].is_some() && self.declared[a] == self.declared[b]
    }

    /// True if the configuration declares all of them to be of one service.
    pub fn all_declared_together(&self, functions: &[usize]) -> bool {
        functions
            .split_first()
            .is_some_and(|(first, rest)| rest.iter().all(|other| self.declared_together(*first, *other)))
    }

    /// The declared service that holds a function; none if it is of a stack only.
    pub fn declared_service(&self, function: usize) -> Option<&'a Service> {
        self.declared[function].map(|service| &self.facts.services[service])
    }

    /// True if the code of all `functions` was followed from where they start: only then is it known that nothing joins
    /// them. Folders that are taken for functions start nowhere.
    pub fn are_followed(&self, functions: &[usize]) -> bool {
        functions.iter().all(|function| self.facts.functions[*function].entry.is_some())
    }

    /// Whose a function is.
    pub fn ownership(&self, function: usize) -> &'a Ownership {
        const UNKNOWN: &Ownership = &Ownership { stated: Vec::new(), people: Vec::new() };
        self.facts.owners.get(function).unwrap_or(UNKNOWN)
    }

    /// True if the history says enough about the function.
    pub fn is_known(&self, function: usize) -> bool {
        self.facts.graph.functions()[function].knowledge == Knowledge::Known
    }

    /// The couplings that a rule may speak of: both functions known, enough joint changes free of contracts, and not
    /// of one declared service.
    pub fn candidates(&self, min_support: u32) -> impl Iterator<Item = &'a Coupling> {
        self.facts.graph.couplings().iter().filter(move |coupling| {
            coupling.support_free >= min_support.max(1)
                && self.is_known(coupling.a)
                && self.is_known(coupling.b)
                && !self.declared_together(coupling.a, coupling.b)
        })
    }

    /// What joins two functions in code and manifests.
    pub fn explain(&self, a: usize, b: usize) -> Vec<Explanation> {
        self.explainer.explain(a, b)
    }

    /// The copies between the own code of two functions, the longest first.
    pub fn clones(&self, a: usize, b: usize) -> &[&'a CodeClone] {
        self.explainer.clones(a, b)
    }

    /// How many functions run a file.
    pub fn reach(&self, path: &RepoPath) -> usize {
        self.explainer.reach(path)
    }

    /// The shared files whose changes moved both functions, with the number of changesets, most first.
    pub fn shared_files(&self, a: usize, b: usize) -> Vec<(RepoPath, u32)> {
        self.facts.graph.shared_files(self.facts.history, a, b)
    }

    /// The contracts behind the joint changes of `functions`, those of the most changesets first.
    pub fn contract_files(&self, functions: &[usize]) -> Vec<ContractFile> {
        self.facts.graph.contract_files(self.facts.history, functions)
    }

    /// The files that several functions run and that changed at least once, by path.
    pub fn shared_churn(&self) -> Vec<SharedFile> {
        self.facts.graph.shared_churn(self.facts.history)
    }

    /// Every path that the history ever named.
    pub fn paths(&self) -> &'a [RepoPath] {
        &self.facts.history.paths
    }

    /// The changesets that edit at least two of `functions`, each once, oldest first.
    pub fn together(&self, functions: &[usize]) -> Vec<Together> {
        let mut all: BTreeSet<(usize, usize)> = BTreeSet::new();
        for (at, a) in functions.iter().enumerate() {
            for b in &functions[at + 1..] {
                all.extend(self.facts.graph.together(*a, *b).iter().map(|both| (both.changeset, both.functions)));
            }
        }
        all.into_iter().map(|(changeset, functions)| Together { changeset, functions }).collect()
    }

    /// The commits of `changesets` that tell most about `functions`: those that edit the fewest others, then those
    /// that edit the most of them, then the newest. At most `most`.
    pub fn telling(&self, functions: &[usize], changesets: &[Together], most: usize) -> Vec<CommitRef> {
        let changes = functions.iter().flat_map(|function| self.facts.graph.changes_of(*function));
        let mut edits: Vec<usize> = changes.map(|change| change.changeset).collect();
        edits.sort_unstable();
        // How many of the functions a changeset edits.
        let edited = |changeset: usize| {
            edits.partition_point(|edit| *edit <= changeset) - edits.partition_point(|edit| *edit < changeset)
        };
        let mut ranked: Vec<_> = changesets
            .iter()
            .map(|both| {
                let of_them = edited(both.changeset);
                let changeset = &self.facts.history.changesets[both.changeset];
                (both.functions.saturating_sub(of_them), std::cmp::Reverse((of_them, changeset.time)), both.changeset)
            })
            .collect();
        ranked.sort();
        ranked.iter().take(most).map(|(.., changeset)| self.commit(*changeset)).collect()
    }

    /// The commit of a changeset.
    pub fn commit(&self, changeset: usize) -> CommitRef {
        CommitRef::of(self.facts.history, changeset)
    }

    /// How many files a changeset touches.
    pub fn size(&self, changeset: usize) -> usize {
        self.facts.history.changesets[changeset].changes.len()
    }

    /// When a changeset came.
    pub fn time(&self, changeset: usize) -> i64 {
        self.facts.history.changesets[changeset].time
    }
}

/// Sorted, each once.
pub(crate) fn sorted<T: Ord>(mut all: Vec<T>) -> Vec<T> {
    all.sort();
    all.dedup();
    all
}
