//! What was left out, and why: changesets that do not count, files and manifests that could not be read, and what the page
//! itself does not show.

use lockstep_diagnostics::Problem;
use lockstep_model::DropReason;

use super::super::{
    markup::{self, Prose},
    model::Model,
    wiring::Kind,
};
use crate::prose::{self, count};

/// Problems that are listed.
const ROWS: usize = 200;

/// The section.
pub(in crate::html) struct LeftOut {
    pub(super) total: u32,
    pub(super) kept: u32,
    pub(super) dropped: Vec<Dropped>,
    pub(super) problems: Vec<Row>,
    pub(super) more_problems: usize,
    pub(super) unknown: Vec<(String, usize)>,
    pub(super) page: Vec<String>,
}

/// Changesets that do not count.
pub(in crate::html) struct Dropped {
    pub(super) word: &'static str,
    pub(super) means: &'static str,
    pub(super) number: u32,
}

/// Something that could not be read.
pub(in crate::html) struct Row {
    pub(super) kind: &'static str,
    pub(super) place: String,
    pub(super) message: Prose,
}

impl LeftOut {
    pub(super) fn new(model: &Model<'_>) -> Self {
        let summary = model.report.summary;
        let mut problems: Vec<&Problem> = model.report.problems.iter().collect();
        problems.sort();
        problems.dedup();
        let dropped = summary.changesets.dropped.iter();
        let unknown = summary.unknown_by_reason.iter().map(|(why, number)| ((*why).to_owned(), *number));
        Self {
            total: summary.changesets.total,
            kept: summary.changesets.kept,
            dropped: dropped
                .map(|(reason, number)| Dropped { word: reason.as_str(), means: means(*reason), number: *number })
                .collect(),
            more_problems: problems.len().saturating_sub(ROWS),
            problems: problems.into_iter().take(ROWS).map(row).collect(),
            unknown: unknown.collect(),
            page: of_page(model),
        }
    }
}

fn row(problem: &Problem) -> Row {
    let place = problem.location.as_ref().map_or_else(|| "-".to_owned(), prose::place);
    Row {
        kind: problem.kind.as_str(),
        place: prose::tail(&place, markup::NAME).into_owned(),
        message: Prose::new(&problem.message),
    }
}

fn means(reason: DropReason) -> &'static str {
    match reason {
        DropReason::Bot => "written by a program",
        DropReason::Bulk => "touches more functions than one change can mean",
        DropReason::NoBehaviour => "changes no behaviour: documentation, lock files, moves",
        DropReason::NoFunction => "touches no function",
        DropReason::SharedOnly => "changes only code that several functions share; counted as deployments",
        DropReason::ShallowBoundary => "the edge of a shallow clone, where everything looks new",
        DropReason::MissingObject => "the repository lacks an object that is needed to read it",
        DropReason::Empty => "changes nothing",
        DropReason::Joined => "is part of a change of several repositories",
    }
}

/// What the page does not show of what is known.
fn of_page(model: &Model<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if model.weaker > 0 {
        lines.push(format!(
            "{} are weaker than the {} that are shown: lockstep graph lists all of them.",
            count(model.weaker, "coupling"),
            model.edges.len()
        ));
    }
    let mut of_kind = |counts: &std::collections::BTreeMap<Kind, usize>, rest: &str| {
        for (kind, number) in counts {
            lines.push(format!("{}: {number} {rest}.", super::head::capital(kind.as_str())));
        }
    };
    of_kind(&model.links.left_out, "lines between functions are not drawn, others have more behind them");
    of_kind(&model.links.listed_only, "that join more than twelve functions are listed in the table, and not drawn");
    lines
}
