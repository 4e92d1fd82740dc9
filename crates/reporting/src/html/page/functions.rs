//! The table of functions: every function with its verdict, for those who read without the map.

use std::cmp::Reverse;

use lockstep_diagnostics::{Answer, Outcome, Verdict};

use super::{
    super::{
        data::answer,
        markup::{self, Markup, Prose},
        model::Model,
    },
    bar, share,
};
use crate::verdict;

/// Rows of the table: those of the functions that need looking at most.
const ROWS: usize = 500;

/// The table.
pub(in crate::html) struct Functions {
    pub(super) criteria: Vec<Criterion>,
    pub(super) rows: Vec<Row>,
    pub(super) left_out: usize,
    pub(super) has_owners: bool,
}

/// A column of ticks.
pub(in crate::html) struct Criterion {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
}

/// A function.
pub(in crate::html) struct Row {
    pub(super) number: usize,
    pub(super) name: String,
    pub(super) service: String,
    pub(super) answer: &'static str,
    pub(super) says: Prose,
    pub(super) changes: u32,
    pub(super) deployments: u32,
    pub(super) closest: Option<Closest>,
    pub(super) ticks: Vec<Tick>,
    pub(super) owners: String,
}

/// The function that is likeliest to change with it.
pub(in crate::html) struct Closest {
    pub(super) name: String,
    pub(super) share: String,
    pub(super) bar: u32,
}

/// How one line of the checklist ended.
pub(in crate::html) struct Tick {
    pub(super) sign: &'static str,
    pub(super) class: &'static str,
}

impl Functions {
    pub(super) fn new(model: &Model<'_>) -> Self {
        let view = model.view;
        let mut order: Vec<usize> = (0..view.verdicts.len().min(model.names.len())).collect();
        let strength = |number: &usize| {
            let closest = view.verdicts[*number].closest.as_ref().map_or(0.0, |closest| closest.strength);
            Reverse((closest * 1e4).round() as u32)
        };
        order.sort_by_key(|number| (rank(&view.verdicts[*number].answer), strength(number), *number));
        let criteria = view.verdicts.first().map_or(&[][..], |first| &first.criteria);
        Self {
            criteria: criteria.iter().map(|one| Criterion { name: one.name, title: one.title }).collect(),
            rows: order.iter().take(ROWS).map(|number| row(model, *number, &view.verdicts[*number])).collect(),
            left_out: order.len().saturating_sub(ROWS),
            has_owners: view.owners.iter().any(|owners| !owners.is_empty()),
        }
    }
}

/// What needs looking at comes first.
fn rank(answer: &Answer) -> u8 {
    match answer {
        Answer::NotIndependent { .. } => 0,
        Answer::PartOf { declared: false, .. } => 1,
        Answer::PartOf { declared: true, .. } => 2,
        Answer::Independent => 3,
        Answer::Unknown { .. } => 4,
    }
}

fn row(model: &Model<'_>, number: usize, verdict: &Verdict) -> Row {
    let owners = model.view.owners.get(number).map_or(&[][..], Vec::as_slice);
    Row {
        number,
        name: model.names[number].clone(),
        service: markup::name(&verdict.service),
        answer: answer(&verdict.answer),
        says: Prose::new(&verdict::answer_in_words(verdict)),
        changes: verdict.changes,
        deployments: verdict.deployments,
        closest: verdict.closest.as_ref().map(|closest| Closest {
            name: markup::name(closest.function.as_str()),
            share: share(closest.strength),
            bar: bar(closest.strength),
        }),
        ticks: verdict.criteria.iter().map(|criterion| tick(criterion.outcome)).collect(),
        owners: owners.iter().map(|owner| markup::name(owner)).collect::<Vec<_>>().join(", "),
    }
}

fn tick(outcome: Outcome) -> Tick {
    let class = match outcome {
        Outcome::Holds => "holds",
        Outcome::Fails => "fails",
        Outcome::Unknown => "unknown",
        Outcome::NotChecked => "not-checked",
    };
    Tick { sign: verdict::sign(outcome, false), class }
}

impl Closest {
    /// The bar, drawn.
    pub(super) fn drawn(&self) -> Markup {
        Markup(format!(
            "<svg class=\"bar\" viewBox=\"0 0 100 8\" aria-hidden=\"true\"><rect width=\"100\" height=\"8\"/>\
             <rect class=\"full\" width=\"{}\" height=\"8\"/></svg>",
            self.bar
        ))
    }
}
