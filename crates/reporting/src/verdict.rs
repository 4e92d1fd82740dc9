//! What `verdict` shows: the checklist of one function with the evidence for each tick, or all functions, one line
//! each.

mod table;

use std::io;

use lockstep_diagnostics::{Answer, Criterion, Outcome, Verdict};
use lockstep_model::{FunctionId, Timestamp};
use serde::Serialize;

use crate::{
    ChangesetCounts, Options, escape,
    evidence::{self, EvidenceEntry},
    functions::write_safely,
    json::{self, SCHEMA_VERSION},
    prose::{self, count, wrap},
    style,
};

pub use table::write_table;

/// The verdicts of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct VerdictView {
    /// The time from which the age of changes is measured.
    pub as_of: Option<Timestamp>,
    /// The changesets behind them.
    pub changesets: ChangesetCounts,
    /// One for each function that was asked for.
    pub verdicts: Vec<Verdict>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    as_of: Option<String>,
    changesets: Changesets,
    functions: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Changesets {
    total: u32,
    kept: u32,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    service: &'a str,
    answer: &'static str,
    summary: String,
    part_of: Option<PartOf<'a>>,
    followers: Vec<&'a str>,
    changes: u32,
    alone: u32,
    deployments: u32,
    closest: Option<ClosestEntry<'a>>,
    criteria: Vec<CriterionEntry<'a>>,
}

#[derive(Serialize)]
struct PartOf<'a> {
    service: &'a str,
    declared: bool,
    functions: Vec<&'a str>,
}

#[derive(Serialize)]
struct ClosestEntry<'a> {
    id: &'a str,
    own: u32,
    shared: u32,
    #[serde(serialize_with = "json::share")]
    strength: f64,
    #[serde(serialize_with = "json::share")]
    lower: f64,
}

#[derive(Serialize)]
struct CriterionEntry<'a> {
    name: &'static str,
    outcome: Outcome,
    rules: Vec<&'static str>,
    rules_to_come: Vec<&'static str>,
    evidence: Vec<EvidenceEntry<'a>>,
}

fn ids(functions: &[FunctionId]) -> Vec<&str> {
    functions.iter().map(FunctionId::as_str).collect()
}

fn entry(verdict: &Verdict) -> Entry<'_> {
    let (part_of, followers) = match &verdict.answer {
        Answer::PartOf { service, declared, with } => {
            (Some(PartOf { service, declared: *declared, functions: ids(with) }), Vec::new())
        }
        Answer::NotIndependent { followers } => (None, ids(followers)),
        Answer::Independent | Answer::Unknown { .. } => (None, Vec::new()),
    };
    Entry {
        id: verdict.function.as_str(),
        service: &verdict.service,
        answer: verdict.answer.as_str(),
        summary: answer_in_words(verdict),
        part_of,
        followers,
        changes: verdict.changes,
        alone: verdict.alone,
        deployments: verdict.deployments,
        closest: verdict.closest.as_ref().map(|closest| ClosestEntry {
            id: closest.function.as_str(),
            own: closest.own,
            shared: closest.shared,
            strength: closest.strength,
            lower: closest.lower,
        }),
        criteria: verdict.criteria.iter().map(criterion).collect(),
    }
}

fn criterion(criterion: &Criterion) -> CriterionEntry<'_> {
    let rules =
        |wanted: bool| criterion.rules.iter().filter(|(_, exists)| *exists == wanted).map(|(name, _)| *name).collect();
    CriterionEntry {
        name: criterion.name,
        outcome: criterion.outcome,
        rules: rules(true),
        rules_to_come: rules(false),
        evidence: criterion.evidence.iter().map(Into::into).collect(),
    }
}

/// Writes the document of `verdict --format json`.
///
/// # Errors
/// If `out` refuses.
pub fn write_json(view: &VerdictView, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        as_of: view.as_of.map(prose::instant),
        changesets: Changesets { total: view.changesets.total, kept: view.changesets.kept },
        functions: view.verdicts.iter().map(entry).collect(),
    };
    json::write(&document, out)
}

/// Names in one sentence before "and 3 more".
const NAMES: usize = 3;

/// "`a`, `b` and 3 more"; names are not made harmless yet.
fn names(functions: &[FunctionId]) -> String {
    let shown = if functions.len() == NAMES + 1 { NAMES + 1 } else { NAMES };
    let mut text: Vec<String> = functions.iter().take(shown).map(|id| format!("`{id}`")).collect();
    if functions.len() > shown {
        text.push(format!("{} more", functions.len() - shown));
    }
    match text.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// The answer in one line.
pub(crate) fn answer_in_words(verdict: &Verdict) -> String {
    match &verdict.answer {
        Answer::Independent => independent(verdict),
        Answer::PartOf { service, declared: true, with } => {
            format!("part of `{service}`, as declared, with {}", names(with))
        }
        Answer::PartOf { service, declared: false, with } => format!("part of `{service}`, with {}", names(with)),
        Answer::NotIndependent { followers } => {
            let figures = verdict.closest.as_ref().filter(|closest| followers.first() == Some(&closest.function));
            let share =
                figures.map_or_else(String::new, |closest| format!(" in {} of cases", percent(closest.strength)));
            let (first, rest) = (followers.first(), followers.get(1..).unwrap_or_default());
            let first = first.map_or_else(String::new, |id| format!("`{id}`"));
            let more = if rest.is_empty() { String::new() } else { format!(", and so do {}", names(rest)) };
            format!("not independent: when it changes, {first} changes as well{share}{more}")
        }
        Answer::Unknown { why } => format!("unknown: {why}"),
    }
}

/// "independent", and how far: most of its deployments may come through code that it shares.
fn independent(verdict: &Verdict) -> String {
    let through = verdict.deployments.saturating_sub(verdict.changes);
    if through > verdict.changes {
        return format!("independent by its own code; {through} of {} deployments by shared code", verdict.deployments);
    }
    "independent".to_owned()
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn shade(answer: &Answer) -> anstyle::Style {
    match answer {
        Answer::Independent => style::GOOD,
        Answer::PartOf { declared: true, .. } => style::GOOD,
        Answer::PartOf { .. } | Answer::Unknown { .. } => style::WARNING,
        Answer::NotIndependent { .. } => style::ERROR,
    }
}

/// The sign of an outcome, one column wide.
pub(crate) fn sign(outcome: Outcome, ascii: bool) -> &'static str {
    match (outcome, ascii) {
        (Outcome::Holds, false) => "✓",
        (Outcome::Fails, false) => "✗",
        (Outcome::NotChecked, false) => "·",
        (Outcome::Holds, true) => "+",
        (Outcome::Fails, true) => "x",
        (Outcome::NotChecked, true) => ".",
        (Outcome::Unknown, _) => "?",
    }
}

fn painted(outcome: Outcome, options: &Options) -> String {
    let text = sign(outcome, options.ascii);
    match outcome {
        Outcome::Holds => style::paint(options.color, style::GOOD, text),
        Outcome::Fails => style::paint(options.color, style::ERROR, text),
        Outcome::Unknown => style::paint(options.color, style::WARNING, text),
        Outcome::NotChecked => text.to_owned(),
    }
}

/// "5 lines hold, 1 does not, 2 are not checked yet".
fn tally(criteria: &[Criterion]) -> String {
    let number = |outcome| criteria.iter().filter(|criterion| criterion.outcome == outcome).count();
    let one = |number: usize, one: &str, many: &str| format!("{number} {}", if number == 1 { one } else { many });
    let parts = [
        (Outcome::Holds, "holds", "hold"),
        (Outcome::Fails, "does not", "do not"),
        (Outcome::Unknown, "is unknown", "are unknown"),
        (Outcome::NotChecked, "is not checked yet", "are not checked yet"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(outcome, ..)| number(*outcome) > 0)
        .map(|(outcome, single, several)| one(number(outcome), single, several))
        .collect();
    format!("of {}, {}", count(criteria.len(), "line"), said.join(", "))
}

/// Writes the checklist of each function in words.
///
/// # Errors
/// If `out` refuses.
pub fn write_one(view: &VerdictView, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = String::new();
    for verdict in &view.verdicts {
        checklist(verdict, options, &mut text);
    }
    write_safely(text, options, out)
}

fn checklist(verdict: &Verdict, options: &Options, text: &mut String) {
    let id = escape::line(verdict.function.as_str());
    let service = escape::line(&verdict.service);
    let head = style::paint(options.color, style::BOLD, &format!("`{id}`"));
    let answer = escape::line(&answer_in_words(verdict)).into_owned();
    let answer = style::paint(options.color, shade(&verdict.answer), &answer);
    *text += &format!("{head} in service `{service}`: {answer}\n");
    let changes = count(verdict.changes as usize, "changeset");
    *text += &format!(
        "{changes} edited its own code, {} of them no other function's; it had to be deployed after {}\n\n",
        verdict.alone, verdict.deployments
    );
    for criterion in &verdict.criteria {
        *text += &format!("{} {}{}\n", painted(criterion.outcome, options), criterion.title, to_come(criterion));
        for piece in &criterion.evidence {
            let words = evidence::in_words(piece, options.verbose).replace('\n', "\n    ");
            *text += &wrap(&format!("    {words}\n"), options.width, 6);
        }
    }
    *text += &format!("\n{}\n", tally(&verdict.criteria));
}

/// " (not checked yet: `a`, `b`)" where rules are to come.
fn to_come(criterion: &Criterion) -> String {
    let missing: Vec<String> =
        criterion.rules.iter().filter(|(_, exists)| !exists).map(|(name, _)| format!("`{name}`")).collect();
    if missing.is_empty() { String::new() } else { format!(" (not checked yet: {})", missing.join(", ")) }
}

#[cfg(test)]
mod tests;
