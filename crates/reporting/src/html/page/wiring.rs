//! The table of what joins functions in manifests and code: what the map's other lines are drawn from.

use super::super::{
    markup,
    model::Model,
    wiring::{Hub, Kind},
};
use crate::prose::count;

/// Rows of the table.
const ROWS: usize = 200;
/// Functions named in one cell.
const NAMES: usize = 5;

/// The table.
pub(in crate::html) struct Wiring {
    pub(super) rows: Vec<Row>,
    pub(super) left_out: usize,
}

/// One thing that joins functions.
pub(in crate::html) struct Row {
    pub(super) kind: &'static str,
    pub(super) what: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) functions: usize,
}

impl Wiring {
    pub(super) fn new(model: &Model<'_>) -> Self {
        let mut hubs: Vec<&Hub> = model.hubs.iter().collect();
        hubs.sort_by_key(|hub| std::cmp::Reverse(hub.functions().len()));
        Self {
            left_out: hubs.len().saturating_sub(ROWS),
            rows: hubs.into_iter().take(ROWS).map(|hub| row(model, hub)).collect(),
        }
    }
}

fn row(model: &Model<'_>, hub: &Hub) -> Row {
    let names = |numbers: &[usize]| {
        let shown: Vec<&str> = numbers.iter().take(NAMES).map(|number| model.names[*number].as_str()).collect();
        match numbers.len().saturating_sub(NAMES) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    };
    Row {
        kind: hub.kind.as_str(),
        what: match hub.kind {
            // The callers say which.
            Kind::Call => count(hub.to.len(), "function") + " called",
            _ => markup::name(&hub.what),
        },
        from: names(&hub.from),
        to: names(&hub.to),
        functions: hub.functions().len(),
    }
}
