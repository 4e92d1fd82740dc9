//! Declared against inferred services: what the history puts together, and what that suggests.

use lockstep_model::FunctionId;

use super::{
    super::{
        markup::{self, Markup, Prose},
        model::Model,
    },
    bar, share,
};
use crate::{
    prose::count,
    services::{BondView, ServicesView},
};

/// Rows of the table, and suggestions.
const ROWS: usize = 100;
const SUGGESTIONS: usize = 60;
/// Names in one sentence.
const NAMES: usize = 8;

/// The section.
pub(in crate::html) struct Services {
    pub(super) agreement: String,
    pub(super) rows: Vec<Row>,
    pub(super) left_out: usize,
    pub(super) suggestions: Vec<Suggestion>,
    pub(super) more_suggestions: usize,
}

/// An inferred service.
pub(in crate::html) struct Row {
    pub(super) name: String,
    pub(super) functions: usize,
    pub(super) members: String,
    pub(super) inside: Option<Strength>,
    pub(super) outside: Option<Strength>,
    pub(super) claimed: Vec<(String, usize)>,
}

/// A mean strength.
pub(in crate::html) struct Strength {
    pub(super) share: String,
    pub(super) drawn: Markup,
}

/// What should change, and what speaks for it.
pub(in crate::html) struct Suggestion {
    pub(super) word: &'static str,
    pub(super) says: Prose,
    pub(super) because: Vec<Prose>,
}

impl Services {
    pub(super) fn new(model: &Model<'_>) -> Self {
        let view = &model.view.services;
        let groups: Vec<_> = view.inferred.iter().filter(|one| one.functions.len() > 1).collect();
        let mut suggestions = suggestions(view);
        let more_suggestions = suggestions.len().saturating_sub(SUGGESTIONS);
        suggestions.truncate(SUGGESTIONS);
        let row = |one: &&crate::services::InferredView| Row {
            name: markup::name(&one.name),
            functions: one.functions.len(),
            members: names(&one.functions),
            inside: one.cohesion.map(strength),
            outside: one.outward.map(strength),
            claimed: one.services.iter().map(|(name, number)| (markup::name(name), *number)).collect(),
        };
        Self {
            agreement: agreement(view),
            left_out: groups.len().saturating_sub(ROWS),
            rows: groups.iter().take(ROWS).map(row).collect(),
            suggestions,
            more_suggestions,
        }
    }
}

fn strength(strength: f64) -> Strength {
    Strength {
        share: share(strength),
        drawn: Markup(format!(
            "<svg class=\"bar\" viewBox=\"0 0 100 8\" aria-hidden=\"true\"><rect width=\"100\" height=\"8\"/>\
             <rect class=\"full\" width=\"{}\" height=\"8\"/></svg>",
            bar(strength)
        )),
    }
}

fn agreement(view: &ServicesView) -> String {
    let known: usize = view.inferred.iter().map(|one| one.functions.len()).sum();
    let placed =
        format!("{} of {} have enough history to be placed", known, count(known + view.unknown.len(), "function"));
    match view.adjusted_rand_index {
        Some(index) => format!(
            "{placed}. The history agrees with the services as they are claimed to {index:.2} (adjusted Rand index: 1 is \
             the same, 0 is chance)."
        ),
        None => format!("{placed}. There is too little history to say where services begin and end."),
    }
}

fn names(functions: &[FunctionId]) -> String {
    let shown: Vec<String> = functions.iter().take(NAMES).map(|id| markup::name(id.as_str())).collect();
    match functions.len().saturating_sub(NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn suggestions(view: &ServicesView) -> Vec<Suggestion> {
    let bonds = |bonds: &[BondView]| bonds.iter().take(NAMES).map(bond).collect();
    let merges = view.merge.iter().map(|merge| {
        let all: Vec<String> = merge.services.iter().map(|name| format!("`{name}`")).collect();
        Suggestion { word: "Merge", says: Prose::new(&all.join(", ")), because: bonds(&merge.bonds) }
    });
    let moves = view.moves.iter().map(|one| Suggestion {
        word: "Move",
        says: Prose::new(&format!(
            "`{}` from `{}` to `{}`: strength {} there, {} where it is",
            one.function,
            one.from,
            one.to,
            share(one.strength_to),
            share(one.strength_from)
        )),
        because: bonds(&one.bonds),
    });
    let splits = view.split.iter().map(|split| Suggestion {
        word: "Split",
        says: Prose::new(&format!(
            "`{}` in {}: strength {} inside the parts, {} across them",
            split.service,
            split.parts.len(),
            share(split.inside),
            share(split.across)
        )),
        because: split.parts.iter().map(|part| Prose::new(&names(part))).collect(),
    });
    merges.chain(moves).chain(splits).collect()
}

fn bond(bond: &BondView) -> Prose {
    Prose::new(&format!(
        "`{}` and `{}`: strength {} (at least {}), {} of both",
        bond.a,
        bond.b,
        share(bond.strength),
        share(bond.lower),
        count(bond.support as usize, "edit")
    ))
}
