//! [`Model`]: what the parts of a page have in common: names as they are shown, couplings by the numbers of their
//! functions, findings in their order, and where functions lie.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_diagnostics::Finding;
use lockstep_model::FunctionId;

use super::{
    MOST_COUPLINGS, PageView,
    layout::{self, Group, Layout, Stack},
    links::{Links, links},
    markup,
    quarters::Quarters,
    wiring::{Hub, hubs},
};
use crate::{ReportView, graph::CouplingView};

/// Couplings below are not drawn, whatever the filter says: the prior alone gives as much.
pub(super) const WEAKEST_DRAWN: f64 = 0.10;
/// The filter begins here: what the rules take for strong.
const STRONG: f64 = 0.30;
/// As long as fewer couplings are that strong, the filter begins at [`WEAKEST_DRAWN`].
const ENOUGH: usize = 8;
/// Maps of more functions open with those that are coupled.
pub(super) const LARGE: usize = 150;

/// A coupling, by the numbers of its functions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge<'a> {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) of: &'a CouplingView,
}

/// All that a page is made of.
pub(super) struct Model<'a> {
    pub(super) report: &'a ReportView<'a>,
    pub(super) view: &'a PageView<'a>,
    /// The names of the functions, harmless and not too long.
    pub(super) names: Vec<String>,
    /// The couplings that are shown, strongest first.
    pub(super) edges: Vec<Edge<'a>>,
    /// Couplings that are not, because others are stronger.
    pub(super) weaker: usize,
    /// Where the filter of strength begins.
    pub(super) threshold: f64,
    pub(super) hubs: Vec<Hub>,
    pub(super) links: Links,
    pub(super) quarters: Quarters,
    /// The quarter of each changeset.
    pub(super) quarter_of: Vec<usize>,
    /// Findings that are shown, then those that the baseline knows, then those that were there before the change.
    pub(super) findings: Vec<&'a Finding>,
    /// Per function: its inferred service; those of one function each, and unknown ones, have none.
    pub(super) inferred: Vec<Option<usize>>,
    numbers: BTreeMap<&'a FunctionId, usize>,
}

impl<'a> Model<'a> {
    pub(super) fn new(report: &'a ReportView<'a>, view: &'a PageView<'a>) -> Self {
        let numbers: BTreeMap<&FunctionId, usize> =
            (0..).zip(view.functions).map(|(number, function)| (&function.id, number)).collect();
        let number = |id: &FunctionId| numbers.get(id).copied();
        let known = |of: &'a CouplingView| Some(Edge { a: number(&of.a)?, b: number(&of.b)?, of });
        let mut edges: Vec<Edge<'_>> = view.graph.strongest().into_iter().filter_map(known).collect();
        let weaker = view.weaker + edges.len().saturating_sub(MOST_COUPLINGS);
        edges.truncate(MOST_COUPLINGS);
        let strong = edges.iter().filter(|edge| edge.of.strength() >= STRONG).count();
        let hubs = hubs(view.functions, view.closures);
        let quarters = Quarters::new(view.changesets.iter().map(|commit| commit.time), report.history.as_of);
        let mut inferred = vec![None; view.functions.len()];
        let groups = view.services.inferred.iter().filter(|group| group.functions.len() > 1);
        for (group, service) in groups.enumerate() {
            for function in service.functions.iter().filter_map(number) {
                inferred[function] = Some(group);
            }
        }
        Self {
            names: view.functions.iter().map(|function| markup::name(function.id.as_str())).collect(),
            threshold: if strong < ENOUGH { WEAKEST_DRAWN } else { STRONG },
            edges,
            weaker,
            links: links(&hubs),
            hubs,
            quarter_of: view.changesets.iter().map(|commit| quarters.at(commit.time)).collect(),
            quarters,
            findings: [report.ranked(), report.known(), report.inherited()].concat(),
            inferred,
            numbers,
            report,
            view,
        }
    }

    /// The number of a function.
    pub(super) fn number(&self, id: &FunctionId) -> Option<usize> {
        self.numbers.get(id).copied()
    }

    /// The changesets that edit both, oldest first.
    pub(super) fn joint(&self, a: usize, b: usize) -> Vec<u32> {
        let others = self.changes(b);
        self.changes(a).iter().copied().filter(|change| others.binary_search(change).is_ok()).collect()
    }

    /// The changesets that edit a function, oldest first.
    pub(super) fn changes(&self, function: usize) -> &'a [u32] {
        self.view.changes.get(function).map_or(&[], Vec::as_slice)
    }

    /// The map of all functions.
    pub(super) fn map(&self) -> Layout {
        self.map_of(&|_| true)
    }

    /// The map of those that a line of co-change can touch.
    pub(super) fn map_of_coupled(&self) -> Layout {
        let drawn = self.edges.iter().filter(|edge| edge.of.strength() >= WEAKEST_DRAWN);
        let coupled: BTreeSet<usize> = drawn.flat_map(|edge| [edge.a, edge.b]).collect();
        self.map_of(&|function| coupled.contains(&function))
    }

    fn map_of(&self, wanted: &dyn Fn(usize) -> bool) -> Layout {
        let pulls: Vec<(usize, usize, f64)> =
            self.edges.iter().map(|edge| (edge.a, edge.b, edge.of.strength())).collect();
        layout::layout(&self.stacks(wanted), &pulls)
    }

    /// Functions by the folder of the manifest that declares them, then by service; in a service, those that the history
    /// puts together follow each other.
    fn stacks(&self, wanted: &dyn Fn(usize) -> bool) -> Vec<Stack> {
        let mut stacks: BTreeMap<String, BTreeMap<&str, Vec<usize>>> = BTreeMap::new();
        for (number, function) in self.view.functions.iter().enumerate().filter(|(number, _)| wanted(*number)) {
            let services = stacks.entry(stack_of(function)).or_default();
            services.entry(&function.service).or_default().push(number);
        }
        let service = |(name, mut functions): (&str, Vec<usize>)| {
            functions.sort_by_key(|function| (self.inferred[*function].unwrap_or(usize::MAX), *function));
            Group { name: markup::name(name), functions }
        };
        let stack = |(name, services): (String, BTreeMap<&str, Vec<usize>>)| Stack {
            name: markup::name(if name.is_empty() { "." } else { &name }),
            services: services.into_iter().map(service).collect(),
        };
        stacks.into_iter().map(stack).collect()
    }
}

/// The folder of the manifest that declares it first.
fn stack_of(function: &lockstep_model::Function) -> String {
    let path = function.declarations.first().map(|declaration| declaration.location.path.as_str());
    path.and_then(|path| path.rsplit_once('/')).map_or_else(String::new, |(folder, _)| folder.to_owned())
}
