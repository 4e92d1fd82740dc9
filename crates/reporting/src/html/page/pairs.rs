//! The table of couplings: what the lines of the map and the cells of the matrix say, in figures.

use super::{
    super::{markup::Prose, model::Model},
    share,
};
use crate::{evidence, prose::count};

/// Rows of the table.
const ROWS: usize = 100;

/// The table.
pub(in crate::html) struct Pairs {
    pub(super) rows: Vec<Row>,
    /// Couplings that the map has, and the table does not.
    pub(super) left_out: usize,
    /// Couplings that neither has.
    pub(super) weaker: usize,
}

/// A pair.
pub(in crate::html) struct Row {
    pub(super) a: (usize, String),
    pub(super) b: (usize, String),
    pub(super) ab: [String; 2],
    pub(super) ba: [String; 2],
    pub(super) own: u32,
    pub(super) shared: u32,
    pub(super) expected: String,
    pub(super) specific: bool,
    pub(super) last: String,
    pub(super) why: Option<Prose>,
    pub(super) more: Option<String>,
}

impl Pairs {
    pub(super) fn new(model: &Model<'_>) -> Self {
        Self {
            rows: model.edges.iter().take(ROWS).map(|edge| row(model, edge)).collect(),
            left_out: model.edges.len().saturating_sub(ROWS),
            weaker: model.weaker,
        }
    }
}

fn row(model: &Model<'_>, edge: &super::super::model::Edge<'_>) -> Row {
    let of = edge.of;
    let named = |number: usize| (number, model.names[number].clone());
    let both = |from: &crate::graph::Direction| [share(from.strength), share(from.lower)];
    let last = model.joint(edge.a, edge.b).last().map(|number| model.quarter_of[*number as usize]);
    let others = of.explained_by.len().saturating_sub(1);
    Row {
        a: named(edge.a),
        b: named(edge.b),
        ab: both(&of.a_to_b),
        ba: both(&of.b_to_a),
        own: of.together.own,
        shared: of.together.shared,
        expected: format!("{:.1}", of.expected),
        specific: of.specific,
        last: last.map_or_else(|| "-".to_owned(), |quarter| model.quarters.label(quarter)),
        why: of.explained_by.first().map(|piece| Prose::new(&evidence::in_words(piece, false))),
        more: (others > 0).then(|| format!("and {} more", count(others, "thing"))),
    }
}
