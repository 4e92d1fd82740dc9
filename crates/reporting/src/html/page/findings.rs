//! The findings: each with its sentence, its place, its evidence, what to do, and why it has its level.

use lockstep_diagnostics::{BaselineState, Finding};

use super::super::{
    markup::{self, Prose},
    model::Model,
};
use crate::{evidence, prose, tool};

/// Findings told whole; the others are counted.
const TOLD: usize = 250;
/// Lines of evidence told of one finding.
const LINES: usize = 14;
/// Functions named of one finding.
const FUNCTIONS: usize = 12;

/// The findings.
pub(in crate::html) struct Findings {
    pub(super) told: Vec<Card>,
    pub(super) left_out: usize,
    pub(super) silenced: usize,
    pub(super) all: usize,
}

/// One finding.
pub(in crate::html) struct Card {
    pub(super) number: usize,
    pub(super) severity: &'static str,
    pub(super) level: &'static str,
    pub(super) rule: &'static str,
    pub(super) page: String,
    pub(super) message: Prose,
    pub(super) place: String,
    pub(super) standing: Option<&'static str>,
    pub(super) functions: Vec<Named>,
    pub(super) more_functions: usize,
    pub(super) evidence: Vec<Vec<Prose>>,
    pub(super) more_evidence: usize,
    pub(super) help: Vec<Prose>,
    pub(super) origin: Prose,
    pub(super) fingerprint: String,
}

/// A function by its number and its name.
pub(in crate::html) struct Named {
    pub(super) number: usize,
    pub(super) name: String,
}

impl Findings {
    pub(super) fn new(model: &Model<'_>) -> Self {
        let cards = model.findings.iter().take(TOLD).enumerate().map(|(number, finding)| card(model, number, finding));
        Self {
            told: cards.collect(),
            left_out: model.findings.len().saturating_sub(TOLD),
            silenced: model.report.silenced().len(),
            all: model.findings.len(),
        }
    }
}

fn card(model: &Model<'_>, number: usize, finding: &Finding) -> Card {
    let named = |number: usize| Named { number, name: model.names[number].clone() };
    let known: Vec<usize> = finding.functions.iter().filter_map(|id| model.number(id)).collect();
    let evidence = evidence_of(finding);
    Card {
        number,
        severity: finding.severity().as_str(),
        level: finding.level.as_str(),
        rule: finding.rule.name,
        page: tool::page(finding.rule),
        message: Prose::new(&super::head::capital(&finding.message)),
        place: prose::tail(&prose::place(&finding.primary.location), markup::NAME).into_owned(),
        standing: standing(finding),
        functions: known.iter().take(FUNCTIONS).copied().map(named).collect(),
        more_functions: known.len().saturating_sub(FUNCTIONS),
        more_evidence: evidence.len().saturating_sub(LINES),
        evidence: evidence.into_iter().take(LINES).collect(),
        help: finding.help.iter().map(|text| Prose::new(text)).collect(),
        origin: Prose::new(&finding.level_origin),
        fingerprint: finding.fingerprint.as_str().to_owned(),
    }
}

fn standing(finding: &Finding) -> Option<&'static str> {
    match finding.baseline {
        BaselineState::Known => Some("known to the baseline"),
        _ if finding.standing.held_back => Some("there before the change"),
        BaselineState::Worse => Some("known, and worse"),
        BaselineState::New if finding.standing.introduced == Some(true) => Some("brought by the change"),
        BaselineState::New => None,
    }
}

/// Notes, evidence that they do not sum up, and related places: each a sentence, perhaps with lines below it (commits).
fn evidence_of(finding: &Finding) -> Vec<Vec<Prose>> {
    let notes = finding.notes.iter().map(|note| vec![Prose::new(note)]);
    let related = finding.related.iter().map(|label| {
        vec![Prose::new(&format!("`{}`: {}", prose::place(&label.location).replace('`', "'"), label.message))]
    });
    let pieces = evidence::beside_notes(finding, false).map(|piece| {
        evidence::in_words(piece, false).split('\n').map(|line| Prose::new(line.trim())).collect::<Vec<_>>()
    });
    notes.chain(pieces).chain(related).collect()
}
