//! What `graph` shows: functions, services and how strongly they are coupled, as JSON, DOT, Mermaid and SVG.

mod dot;
mod drawn;
mod mermaid;
mod svg;

use std::{collections::BTreeMap, io};

use lockstep_diagnostics::Evidence;
use lockstep_model::{FunctionId, Ownership, Service, Size, Timestamp};
use serde::Serialize;

use crate::{
    ChangesetCounts,
    evidence::{EvidenceEntry, OwnersEntry, PersonEntry},
    json::{self, SCHEMA_VERSION},
    prose,
};

pub use dot::write_dot;
pub use mermaid::write_mermaid;
pub use svg::write_svg;

/// The coupling graph as plain values.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct GraphView {
    /// The time from which the age of changes is measured.
    pub as_of: Option<Timestamp>,
    /// The changesets behind it.
    pub changesets: ChangesetCounts,
    /// The Beta prior (a, b) of any pair.
    pub prior: (f64, f64),
    /// What the priors of single pairs are made of; none where that of any pair serves.
    pub pair_prior: Option<PairPriorView>,
    /// The nodes.
    pub functions: Vec<NodeView>,
    /// The edges; each pair at most once.
    pub couplings: Vec<CouplingView>,
    /// The services.
    pub services: Vec<Service>,
}

/// The regression behind the prior of a pair: its mean has the logit `intercept + likeness · √(likeness of the two) +
/// through · logit(share through others)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PairPriorView {
    /// a + b.
    pub weight: f64,
    /// α.
    #[serde(serialize_with = "json::probability")]
    pub intercept: f64,
    /// β.
    #[serde(serialize_with = "json::probability")]
    pub likeness: f64,
    /// γ.
    #[serde(serialize_with = "json::probability")]
    pub through: f64,
}

/// What a strength is computed from: `(joint + a) / (changes + a + b)`.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct SumsView {
    /// J: weight of the changesets that changed both.
    #[serde(serialize_with = "json::share")]
    pub joint: f64,
    /// k: weight of the changesets that changed the first.
    #[serde(serialize_with = "json::share")]
    pub changes: f64,
    /// Pseudo-count of joint changes, of the pair's prior.
    #[serde(serialize_with = "json::share")]
    pub a: f64,
    /// Pseudo-count of changes without the other.
    #[serde(serialize_with = "json::share")]
    pub b: f64,
    /// How often the functions that change with the first bring the second where the first does not change.
    #[serde(serialize_with = "json::probability")]
    pub through: f64,
}

/// A function in the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeView {
    /// The function.
    pub id: FunctionId,
    /// Its service.
    pub service: String,
    /// Changesets that changed it.
    pub changes: u32,
    /// The same, each weighted by its age.
    pub weighted_changes: f64,
    /// How large it is.
    pub lines: Size,
    /// Changesets by the kind of change that they are for it, those that do not count included.
    pub kinds: BTreeMap<&'static str, u32>,
    /// Whose it is.
    pub ownership: Ownership,
}

/// How often one function changes when the other does.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct Direction {
    /// The share, 0 to 1.
    #[serde(serialize_with = "json::share")]
    pub strength: f64,
    /// Its lower bound (10 % quantile).
    #[serde(serialize_with = "json::share")]
    pub lower: f64,
    /// The share over changesets that touch no contract of the two.
    #[serde(serialize_with = "json::share")]
    pub strength_free: f64,
    /// Its lower bound.
    #[serde(serialize_with = "json::share")]
    pub lower_free: f64,
    /// What the strength is computed from.
    pub from: SumsView,
}

/// Changesets that changed both functions, by what they edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Together {
    /// By edits in the own code of both.
    pub own: u32,
    /// Through shared code that both reach.
    pub shared: u32,
}

/// An edge of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct CouplingView {
    /// The function whose id sorts first.
    pub a: FunctionId,
    /// The other.
    pub b: FunctionId,
    /// Changesets that changed both.
    pub support: u32,
    /// Those of them that touch no contract of the two.
    pub support_free: u32,
    /// The same, by what they edited.
    pub together: Together,
    /// How alike their code is, 0 to 1.
    pub likeness: f64,
    /// How often B changes when A does.
    pub a_to_b: Direction,
    /// How often A changes when B does.
    pub b_to_a: Direction,
    /// Joint changes that the repository's habits alone would give.
    pub expected: f64,
    /// Probability of at least this many joint changes by those habits.
    pub p: f64,
    /// The same, adjusted for the number of pairs.
    pub q: f64,
    /// True if the habits do not explain it.
    pub specific: bool,
    /// What does.
    pub explained_by: Vec<Evidence>,
}

/// Two directions whose strengths differ by no more are drawn as one line.
const ALIKE: f64 = 0.15;

impl CouplingView {
    /// The stronger direction's strength.
    pub fn strength(&self) -> f64 {
        self.a_to_b.strength.max(self.b_to_a.strength)
    }

    /// True if the two follow each other about alike.
    fn is_mutual(&self) -> bool {
        (self.a_to_b.strength - self.b_to_a.strength).abs() <= ALIKE
    }
}

impl GraphView {
    /// The edges, strongest first; among equals the better supported, then by name.
    pub(crate) fn strongest(&self) -> Vec<&CouplingView> {
        let mut edges: Vec<_> = self.couplings.iter().collect();
        edges.sort_by(|x, y| {
            (y.strength().total_cmp(&x.strength()))
                .then(y.support.cmp(&x.support))
                .then_with(|| (&x.a, &x.b).cmp(&(&y.a, &y.b)))
        });
        edges
    }

    /// The nodes, sorted, each with its synthetic name: `n0`, `n1` …
    fn named(&self) -> BTreeMap<&FunctionId, (String, &NodeView)> {
        let sorted: BTreeMap<_, _> = self.functions.iter().map(|node| (&node.id, node)).collect();
        sorted.into_iter().enumerate().map(|(number, (id, node))| (id, (format!("n{number}"), node))).collect()
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    as_of: Option<String>,
    changesets: ChangesetsEntry,
    prior: PriorEntry,
    pair_prior: Option<PairPriorView>,
    functions: Vec<NodeEntry<'a>>,
    couplings: Vec<CouplingEntry<'a>>,
    services: Vec<ServiceEntry<'a>>,
}

#[derive(Serialize)]
struct ChangesetsEntry {
    total: u32,
    kept: u32,
    dropped: BTreeMap<&'static str, u32>,
}

#[derive(Serialize)]
struct PriorEntry {
    #[serde(serialize_with = "json::share")]
    a: f64,
    #[serde(serialize_with = "json::share")]
    b: f64,
}

#[derive(Serialize)]
struct NodeEntry<'a> {
    id: &'a str,
    service: &'a str,
    changes: u32,
    #[serde(serialize_with = "json::share")]
    weighted_changes: f64,
    lines: Size,
    kinds: &'a BTreeMap<&'static str, u32>,
    owners: Vec<OwnersEntry<'a>>,
    people: Vec<PersonEntry<'a>>,
}

#[derive(Serialize)]
struct CouplingEntry<'a> {
    a: &'a str,
    b: &'a str,
    support: u32,
    support_free: u32,
    together: Together,
    #[serde(serialize_with = "json::probability")]
    likeness: f64,
    a_to_b: Direction,
    b_to_a: Direction,
    #[serde(serialize_with = "json::probability")]
    expected: f64,
    #[serde(serialize_with = "json::probability")]
    p: f64,
    #[serde(serialize_with = "json::probability")]
    q: f64,
    specific: bool,
    explained_by: Vec<EvidenceEntry<'a>>,
}

#[derive(Serialize)]
struct ServiceEntry<'a> {
    name: &'a str,
    declared: bool,
    functions: Vec<&'a str>,
}

/// Writes the document of `graph --format json`.
///
/// # Errors
/// If `out` refuses.
pub fn write_json(view: &GraphView, out: &mut dyn io::Write) -> io::Result<()> {
    let mut couplings: Vec<_> = view.couplings.iter().collect();
    couplings.sort_by(|x, y| (&x.a, &x.b).cmp(&(&y.a, &y.b)));
    let mut services: Vec<_> = view.services.iter().collect();
    services.sort_by(|x, y| x.name.cmp(&y.name));
    let document = Document {
        schema_version: SCHEMA_VERSION,
        as_of: view.as_of.map(prose::instant),
        changesets: ChangesetsEntry {
            total: view.changesets.total,
            kept: view.changesets.kept,
            dropped: view.changesets.dropped.iter().map(|(reason, n)| (reason.as_str(), *n)).collect(),
        },
        prior: PriorEntry { a: view.prior.0, b: view.prior.1 },
        pair_prior: view.pair_prior,
        functions: view.named().into_values().map(|(_, node)| node_entry(node)).collect(),
        couplings: couplings.into_iter().map(coupling_entry).collect(),
        services: services
            .into_iter()
            .map(|service| ServiceEntry {
                name: &service.name,
                declared: service.declared,
                functions: service.functions.iter().map(|id| id.as_str()).collect(),
            })
            .collect(),
    };
    json::write(&document, out)
}

fn node_entry(node: &NodeView) -> NodeEntry<'_> {
    NodeEntry {
        id: node.id.as_str(),
        service: &node.service,
        changes: node.changes,
        weighted_changes: node.weighted_changes,
        lines: node.lines,
        kinds: &node.kinds,
        owners: node.ownership.stated.iter().map(Into::into).collect(),
        people: node.ownership.people.iter().map(Into::into).collect(),
    }
}

fn coupling_entry(coupling: &CouplingView) -> CouplingEntry<'_> {
    CouplingEntry {
        a: coupling.a.as_str(),
        b: coupling.b.as_str(),
        support: coupling.support,
        support_free: coupling.support_free,
        together: coupling.together,
        likeness: coupling.likeness,
        a_to_b: coupling.a_to_b,
        b_to_a: coupling.b_to_a,
        expected: coupling.expected,
        p: coupling.p,
        q: coupling.q,
        specific: coupling.specific,
        explained_by: coupling.explained_by.iter().map(Into::into).collect(),
    }
}

#[cfg(test)]
mod tests;
