//! What the linter found, as the formats want to see it.

mod trend;

use std::{collections::BTreeMap, sync::Arc};

use lockstep_diagnostics::{Evidence, RuleMeta};
use lockstep_linter::{
    Alone, Incomplete, Member, Options, Project, Report,
    coupling::{self, Coupling, CouplingGraph, Knowledge, PRIOR_WEIGHT},
    rules,
};
use lockstep_model::RepoPath;
use lockstep_reporting::{
    BaselineCounts, ChangeView, ChangesetCounts, EarlySign, HistoryFacts, Incompleteness, ReportView, RepositoryFacts,
    SinceModel, Summary,
    graph::{CouplingView, Direction, GraphView, NodeView, PairPriorView, SumsView, Together},
    why::{AloneCommit, JointCommit, Side, WhyView},
};

use crate::predictive;

pub use trend::{TrendWishes, trend};

/// How many functions nothing can be said about, by reason.
pub fn unknown(report: &Report) -> BTreeMap<&'static str, usize> {
    let mut reasons = BTreeMap::new();
    for node in report.graph.functions() {
        if let Knowledge::Unknown(why) = &node.knowledge {
            *reasons.entry(why.reason()).or_default() += 1;
        }
    }
    reasons
}

/// The parts of a report that its view borrows.
pub struct OwnedReport {
    summary: Summary,
    history: HistoryFacts,
    incomplete: Vec<Incompleteness>,
    early: Vec<EarlySign>,
    change: Option<ChangeView>,
    rules: Vec<&'static RuleMeta>,
}

impl OwnedReport {
    /// The parts of `report`, which is about `project`.
    pub fn new(report: &Report, project: &Project, options: &Options) -> Self {
        let state = &report.history.state;
        Self {
            summary: Summary {
                functions: report.found.functions.len(),
                services: report.found.services.len(),
                unknown_by_reason: unknown(report),
                changesets: changesets(report),
                predictive: report.predictive.map(predictive::of_check),
            },
            history: HistoryFacts {
                // Of several repositories none is the one.
                head: state.head.filter(|_| project.members.is_empty()),
                as_of: options.as_of.or(state.head_time),
                shallow: state.shallow,
                partial: state.partial.clone(),
                repositories: project.members.iter().map(|member| repository(member)).collect(),
            },
            incomplete: report.incomplete.iter().map(incompleteness).collect(),
            early: report.graph.early_signs().into_iter().map(|sign| early(report, sign)).collect(),
            change: change(report, project),
            rules: rules(),
        }
    }

    /// The view of `report`, which must be the one that this was made of.
    pub fn view<'a>(
        &'a self,
        report: &'a Report,
        graph: &'a dyn Fn() -> GraphView,
        text_of: &'a dyn Fn(&RepoPath) -> Option<Arc<str>>,
    ) -> ReportView<'a> {
        ReportView {
            findings: &report.findings,
            rules: &self.rules,
            problems: &report.problems,
            incomplete: &self.incomplete,
            early: &self.early,
            change: self.change.as_ref(),
            summary: &self.summary,
            history: &self.history,
            baseline: report.baseline.as_ref().map(|known| BaselineCounts {
                known: known.known,
                stale: known.stale.len(),
                worse: known.worse,
                new: report.unknown_to_baseline(),
                gone: known.gone,
                better: known.better,
            }),
            since_model: report.since_model.map(|since| SinceModel {
                at: since.at,
                changesets: since.changesets,
                then: since.then,
                now: since.now,
                began: since.began,
                ceased: since.ceased,
            }),
            graph,
            text_of,
        }
    }
}

fn repository(member: &Member) -> RepositoryFacts {
    let head = member.project.as_ref().ok().and_then(|project| {
        let repository = project.repository.as_ref()?.lock().ok()?;
        repository.commit_id(None).ok()
    });
    RepositoryFacts { name: member.name.clone(), folder: member.folder.clone(), head }
}

/// The change that was looked at.
fn change(report: &Report, project: &Project) -> Option<ChangeView> {
    let asked = project.change.as_ref()?;
    let touched = report.graph.change()?;
    let id = |number: usize| report.graph.functions()[number].id.clone();
    Some(ChangeView {
        staged: asked.is_staged(),
        before: asked.before(),
        files: asked.found.as_ref().map_or(0, |difference| difference.len()),
        functions: touched.functions().into_iter().map(id).collect(),
        inherited: report.findings.iter().filter(|finding| finding.standing.held_back).count(),
    })
}

fn early(report: &Report, sign: coupling::EarlySign) -> EarlySign {
    let id = |number: &usize| report.graph.functions()[*number].id.clone();
    EarlySign { functions: sign.functions.iter().map(id).collect(), together: sign.together, changes: sign.changes }
}

/// One reason for an incomplete run.
pub fn incompleteness(reason: &Incomplete) -> Incompleteness {
    Incompleteness {
        reason: reason.reason.clone(),
        notes: reason.notes.clone(),
        help: reason.help.clone(),
        accepted: reason.accepted,
    }
}

/// How many changesets there were, and what became of them.
pub fn changesets(report: &Report) -> ChangesetCounts {
    let counts = report.graph.changesets();
    ChangesetCounts { total: counts.total, kept: counts.kept, dropped: counts.dropped.clone() }
}

fn direction(graph: &CouplingGraph, from: usize, to: usize) -> Direction {
    let (directed, sums) = (graph.strength(from, to), graph.sums(from, to));
    Direction {
        strength: directed.strength,
        lower: directed.lower,
        strength_free: directed.strength_free,
        lower_free: directed.lower_free,
        from: SumsView {
            joint: sums.joint,
            changes: sums.changes,
            a: sums.prior.a,
            b: sums.prior.b,
            through: graph.through_others(from, to),
        },
    }
}

/// What kinds of change the changesets were for a function.
fn kinds(report: &Report, function: usize) -> BTreeMap<&'static str, u32> {
    report.graph.kinds_of(function).into_iter().map(|(kind, count)| (kind.as_str(), count)).collect()
}

/// The graph.
pub fn graph(report: &Report) -> GraphView {
    let couplings = report.graph.couplings();
    graph_with(report, report.explained_all(couplings.iter().map(|coupling| (coupling.a, coupling.b))))
}

/// The graph without what explains its couplings, which takes the most time: enough for a picture.
pub fn graph_unexplained(report: &Report) -> GraphView {
    graph_with(report, vec![Vec::new(); report.graph.couplings().len()])
}

/// The graph with these of its couplings, each with what explains it.
pub fn graph_of(report: &Report, couplings: &[&Coupling]) -> GraphView {
    let explained = report.explained_all(couplings.iter().map(|coupling| (coupling.a, coupling.b)));
    graph_from(report, couplings, explained)
}

fn graph_with(report: &Report, explained: Vec<Vec<Evidence>>) -> GraphView {
    graph_from(report, &report.graph.couplings().iter().collect::<Vec<_>>(), explained)
}

fn graph_from(report: &Report, couplings: &[&Coupling], explained: Vec<Vec<Evidence>>) -> GraphView {
    let nodes = report.graph.functions();
    let prior = report.graph.prior();
    GraphView {
        as_of: report.history.state.head.map(|_| report.graph.as_of()),
        changesets: changesets(report),
        prior: (prior.a, prior.b),
        pair_prior: report.graph.pair_model().map(|model| PairPriorView {
            weight: PRIOR_WEIGHT,
            intercept: model.intercept,
            likeness: model.likeness,
            through: model.through,
        }),
        functions: nodes
            .iter()
            .enumerate()
            .map(|(number, node)| NodeView {
                id: node.id.clone(),
                service: node.service.clone(),
                changes: node.changes,
                weighted_changes: node.weighted_changes,
                lines: report.code.sizes.get(number).copied().unwrap_or_default(),
                kinds: kinds(report, number),
                ownership: report.owners.get(number).cloned().unwrap_or_default(),
            })
            .collect(),
        couplings: couplings
            .iter()
            .zip(explained)
            .map(|(coupling, explained_by)| CouplingView {
                a: nodes[coupling.a].id.clone(),
                b: nodes[coupling.b].id.clone(),
                support: coupling.support,
                support_free: coupling.support_free,
                together: Together { own: coupling.support, shared: coupling.shared },
                likeness: report.graph.likeness(coupling.a, coupling.b),
                a_to_b: direction(&report.graph, coupling.a, coupling.b),
                b_to_a: direction(&report.graph, coupling.b, coupling.a),
                expected: coupling.expected,
                p: coupling.p,
                q: coupling.q,
                specific: coupling.specific,
                explained_by,
            })
            .collect(),
        services: report.found.services.clone(),
    }
}

/// The case of two functions.
pub fn why(report: &Report, a: usize, b: usize) -> WhyView {
    let nodes = report.graph.functions();
    let case = report.case(a, b);
    let found = report.graph.between(a, b);
    let number = |of: fn(&Coupling) -> f64, otherwise: f64| found.map_or(otherwise, of);
    let alone = |alone: &Alone| AloneCommit {
        commit: alone.commit.clone(),
        other: alone.other.iter().map(|kind| kind.as_str()).collect(),
    };
    let side = |function: usize, commits: &[Alone]| Side {
        id: nodes[function].id.clone(),
        service: nodes[function].service.clone(),
        changes: nodes[function].changes,
        touched: report.graph.touches_of(function),
        kinds: report.graph.kinds_of(function).into_iter().map(|(kind, count)| (kind.as_str(), count)).collect(),
        alone: commits.iter().map(alone).collect(),
    };
    let support = found.map_or(0, |coupling| coupling.support);
    WhyView {
        a: side(a, &case.a_alone),
        b: side(b, &case.b_alone),
        as_of: report.history.state.head.map(|_| report.graph.as_of()),
        support,
        together: Together { own: support, shared: found.map_or(0, |coupling| coupling.shared) },
        shared_changes: report.graph.shared_files(&report.history, a, b),
        a_to_b: direction(&report.graph, a, b),
        b_to_a: direction(&report.graph, b, a),
        expected: number(|coupling| coupling.expected, 0.0),
        q: number(|coupling| coupling.q, 1.0),
        specific: found.is_some_and(|coupling| coupling.specific),
        unknown: [a, b].iter().any(|function| nodes[*function].knowledge != Knowledge::Known),
        followed: [a, b].iter().all(|function| report.found.functions[*function].entry.is_some()),
        explained_by: case.explained_by,
        commits: case
            .joint
            .into_iter()
            .map(|joint| JointCommit {
                commit: joint.commit,
                a_files: joint.a_files,
                b_files: joint.b_files,
                shared_files: joint.shared_files,
                functions: joint.functions,
            })
            .collect(),
    }
}
