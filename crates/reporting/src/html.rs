//! `report --html`: one page that holds everything a run found out, and needs nothing else: no network, no server, and no
//! script to be read. What a script adds (the map, its filters, the panel beside it) is made from one block of JSON.
//!
//! Text from the repository goes through [`crate::escape`] on its way into the page, and a strict Content-Security-Policy
//! lets nothing run or load but what this crate wrote.

mod data;
mod files;
mod layout;
mod links;
mod markup;
mod matrix;
mod model;
mod page;
mod quarters;
mod wiring;

use std::io;

use askama::Template;
use lockstep_diagnostics::{CommitRef, Verdict};
use lockstep_model::{Closure, Function};

use crate::{ReportView, backtest::BacktestView, graph::GraphView, services::ServicesView, trend::TrendView};

/// Couplings that a page shows at most, the strongest first: more cannot be told apart, and would take megabytes.
pub const MOST_COUPLINGS: usize = 1_000;

/// Forecasts are put to the test for at most so many functions: each is asked about each other one, which takes minutes
/// beyond.
pub const MOST_CALIBRATED: usize = 2_000;

/// What a page needs beyond the report. Functions are numbered as in `functions`, everywhere.
#[derive(Clone)]
pub struct PageView<'a> {
    /// What the repository is called.
    pub repository: String,
    /// The functions, sorted by id.
    pub functions: &'a [Function],
    /// What they reach, in their order.
    pub closures: &'a [Closure],
    /// How they change together. Of its couplings, at most [`MOST_COUPLINGS`] are shown.
    pub graph: GraphView,
    /// Couplings that are not in `graph`, because others are stronger.
    pub weaker: usize,
    /// The verdicts, in the order of the functions.
    pub verdicts: Vec<Verdict>,
    /// The services that the history suggests, beside those that are claimed.
    pub services: ServicesView,
    /// The changesets that count and edit a function, oldest first.
    pub changesets: Vec<CommitRef>,
    /// Per function: which of `changesets` edit it, ascending.
    pub changes: Vec<Vec<u32>>,
    /// Who owns each function, in their order; empty where nobody is known to.
    pub owners: Vec<Vec<String>>,
    /// How independence developed, by quarters; none if it was not asked.
    pub trend: Option<TrendView>,
    /// How often forecasts would have come true here; none if the history is too short to tell, or there are more than
    /// [`MOST_CALIBRATED`] functions.
    pub calibration: Option<BacktestView>,
}

/// Writes the page.
///
/// # Errors
/// If `out` refuses.
pub fn write(report: &ReportView<'_>, view: &PageView<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let model = model::Model::new(report, view);
    let page = page::Page::new(&model);
    let text = page.render().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests;
