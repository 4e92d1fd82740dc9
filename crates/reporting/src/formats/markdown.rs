//! `markdown`: for the summary of a job and for a comment on a pull request.
//!
//! The first line is a mark by which a bot finds its own comment again. Where there is nothing to say, one line follows.
//! GitHub takes comments of 65,536 characters and loses a summary of more than a megabyte altogether, so the text stays
//! below both: of what is folded, the largest is dropped first, and a note says so.

mod details;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use lockstep_diagnostics::{Finding, Severity};
use lockstep_model::FunctionId;

use super::text::{change_in_words, left_out, run_in_words, trend_in_words};
use crate::{
    Format, Options, ReportView, escape,
    graph::write_mermaid,
    markdown::{Place, code, sentence},
    prose::{self, count},
    tool,
};

/// The mark. It stands alone in the first line.
const MARK: &str = "<!-- lockstep -->";

/// Bytes of the whole text.
const BUDGET: usize = 60_000;

/// Findings in the table, each with its details.
const SHOWN: usize = 20;

/// Bytes of a map. Mermaid gives up at 50,000.
const MAP: usize = 40_000;

/// Characters of one line, of a finding in the table, and of a place there.
const LINE: usize = 1_000;
const CELL: usize = 300;
const PLACE: usize = 120;

/// The format for summaries and comments.
pub struct Markdown;

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn summary(&self) -> &'static str {
        "for job summaries and comments on pull requests"
    }

    fn write(&self, report: &ReportView<'_>, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
        let ranked = report.ranked();
        if ranked.is_empty() && report.incomplete.is_empty() {
            let said = [vec![run_in_words(report)], trend_in_words(report)].concat().join("; ");
            return writeln!(out, "{MARK}\n**Lockstep**: {}", sentence(&said, LINE, Place::Prose));
        }
        let shown = ranked.len().min(SHOWN).min(options.max_findings.unwrap_or(SHOWN));
        let mut sections = vec![Section::kept(verdict(report)), Section::kept(incomplete(report))];
        if shown > 0 {
            sections.push(Section::folded(table(&ranked[..shown])));
        }
        sections.push(Section::kept(rest(&ranked[shown..])));
        sections.extend(ranked[..shown].iter().map(|finding| Section::folded(details::of(finding, options.verbose))));
        if !options.quiet {
            sections.extend(map(report, &ranked)?.map(Section::folded));
            sections.push(Section::folded(what_is_left_out(report)));
            sections.push(Section::kept(reproduce(report)));
        }
        sections.retain(|section| !section.text.is_empty());
        let note = fit(&mut sections, ranked.len());
        let texts: Vec<_> = sections.iter().map(|section| section.text.as_str()).chain(note.as_deref()).collect();
        // It may be printed into a log as well.
        let text = escape::disarm_workflow_commands(&texts.join("\n\n"));
        writeln!(out, "{MARK}\n{text}")
    }
}

/// A part of the text, apart from the others by empty lines.
struct Section {
    text: String,
    /// It can be done without.
    can_go: bool,
}

impl Section {
    fn kept(text: String) -> Self {
        Self { text, can_go: false }
    }

    fn folded(text: String) -> Self {
        Self { text, can_go: true }
    }
}

/// Drops the largest sections until the rest fits; what is said of it, where there are so many findings in `all`.
fn fit(sections: &mut Vec<Section>, all: usize) -> Option<String> {
    let mut dropped = 0;
    while sections.iter().map(|section| section.text.len() + 2).sum::<usize>() > BUDGET {
        let largest = (0..sections.len()).filter(|at| sections[*at].can_go).max_by_key(|at| sections[*at].text.len());
        let Some(largest) = largest else { break };
        sections.remove(largest);
        dropped += 1;
    }
    let parts = count(dropped, "part");
    let verb = if dropped == 1 { "is" } else { "are" };
    (dropped > 0).then(|| {
        format!(
            "{parts} of this report {verb} left out for want of room: `lockstep check --max-findings {all}` prints all."
        )
    })
}

/// `**Lockstep: 1 error, 2 warnings**` and the run in one line.
fn verdict(report: &ReportView<'_>) -> String {
    let tally = report.tally();
    let counts = [(tally.errors, "error"), (tally.warnings, "warning"), (tally.notes, "note")];
    let mut said: Vec<_> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, noun)| count(*n, noun)).collect();
    if report.is_failed() {
        said.insert(0, "the analysis is incomplete".to_owned());
    }
    if said.is_empty() {
        said.push("no findings".to_owned());
    }
    let mut text =
        format!("**Lockstep: {}**\n\n{}", said.join(", "), sentence(&run_in_words(report), LINE, Place::Prose));
    if let Some(change) = report.change {
        // `  ` at the end of a line breaks it; a list does so for every reader.
        text += &format!("\n\n{}", sentence(&change_in_words(change), LINE, Place::Prose));
    }
    for line in trend_in_words(report) {
        text += &format!("\n\n{}", sentence(&line, LINE, Place::Prose));
    }
    text
}

/// Why the analysis is incomplete, and what mends it. This is never folded.
fn incomplete(report: &ReportView<'_>) -> String {
    let mut items = Vec::new();
    for why in report.incomplete {
        items.push(details::item(0, &format!("the analysis is incomplete: {}", why.reason), CELL));
        items.extend(why.notes.iter().map(|note| details::item(1, note, CELL)));
        items.extend(why.help.iter().map(|help| details::item(1, &format!("help: {help}"), CELL)));
    }
    items.truncate(40);
    items.concat().trim_end().to_owned()
}

fn table(findings: &[&Finding]) -> String {
    let mut rows = vec!["| | rule | finding | place |".to_owned(), "|---|---|---|---|".to_owned()];
    for finding in findings {
        let at = &finding.primary.location;
        let path = if at.path.is_root() { "." } else { at.path.as_str() };
        rows.push(format!(
            "| {} | {} | {} | {} |",
            match finding.severity() {
                Severity::Error => "❌ error",
                Severity::Warning => "⚠️ warning",
                Severity::Note => "ℹ️ note",
            },
            details::rule(finding),
            sentence(&finding.message, CELL, Place::Cell),
            code(&format!("{}:{}", prose::tail(path, PLACE), at.line), PLACE + 12, Place::Cell),
        ));
    }
    rows.join("\n")
}

/// How many findings are not shown, by rule.
fn rest(findings: &[&Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        *by_rule.entry(finding.rule.name).or_default() += 1;
    }
    let rules: Vec<_> = by_rule.iter().map(|(rule, number)| format!("{rule} {number}")).collect();
    format!("And {}: {}.", count(findings.len(), "more finding"), rules.join(", "))
}

/// The couplings that the findings are about as a picture, the strongest of them if there are many; none if no finding is
/// about one, or if too little is known of the functions to draw one.
fn map(report: &ReportView<'_>, findings: &[&Finding]) -> io::Result<Option<String>> {
    let mut of: BTreeMap<&FunctionId, BTreeSet<usize>> = BTreeMap::new();
    for (number, finding) in findings.iter().enumerate().filter(|(_, finding)| finding.functions.len() > 1) {
        for id in &finding.functions {
            of.entry(id).or_default().insert(number);
        }
    }
    if of.is_empty() || report.summary.functions < report.summary.unknown_functions() + 2 {
        return Ok(None);
    }
    let mut graph = (report.graph)();
    graph.couplings.retain(|edge| {
        let both = of.get(&edge.a).zip(of.get(&edge.b));
        both.is_some_and(|(a, b)| !a.is_disjoint(b))
    });
    let ends: BTreeSet<&FunctionId> = graph.couplings.iter().flat_map(|edge| [&edge.a, &edge.b]).collect();
    graph.functions.retain(|node| ends.contains(&node.id));
    let mut picture = Vec::new();
    write_mermaid(&graph, &mut picture)?;
    let picture = String::from_utf8_lossy(&picture);
    let has_edges = picture.lines().any(|line| line.contains("|\""));
    Ok((has_edges && picture.len() <= MAP).then(|| {
        details::fold("How the functions of these findings change together", &format!("```mermaid\n{picture}```"))
    }))
}

/// What no finding tells of: what could not be read, what cannot be judged, what is silent.
fn what_is_left_out(report: &ReportView<'_>) -> String {
    let mut lines = Vec::new();
    let mut by_kind: BTreeMap<_, usize> = BTreeMap::new();
    for problem in report.problems {
        *by_kind.entry(problem.kind).or_default() += 1;
    }
    lines.extend(by_kind.iter().map(|(kind, number)| format!("- {}: {}", kind.as_str(), count(*number, "place"))));
    for (why, number) in &report.summary.unknown_by_reason {
        lines.push(format!("- {} unknown: {why}", count(*number, "function")));
    }
    for (why, number) in &report.summary.changesets.dropped {
        lines.push(format!("- {} {}", count(*number as usize, "changeset"), left_out(*why)));
    }
    if !report.early.is_empty() {
        lines.push(format!("- {} of functions that changed too seldom to judge", count(report.early.len(), "group")));
    }
    let (known, silent) = (report.known().len(), report.silenced().len());
    if known > 0 {
        lines.push(format!("- {} that the baseline knows", count(known, "finding")));
    }
    if silent > 0 {
        lines.push(format!("- {} that a suppression silences", count(silent, "finding")));
    }
    if lines.is_empty() { String::new() } else { details::fold("What was left out", &lines.join("\n")) }
}

/// The command that says the same again.
fn reproduce(report: &ReportView<'_>) -> String {
    let command = match report.change {
        Some(change) if change.staged => "lockstep check --staged".to_owned(),
        Some(change) => match change.before {
            Some(before) => format!("lockstep check --base {}", before.short()),
            None => "lockstep check".to_owned(),
        },
        None => "lockstep check".to_owned(),
    };
    // With a change, the history that was read ends before it, and what is at hand is after it.
    let head = report.history.head.filter(|_| report.change.is_none());
    let at = head.map_or_else(String::new, |head| format!(" at {}", head.short()));
    format!("<sub>`{command}`{at} prints all of it with its sources; lockstep {}</sub>", tool::VERSION)
}

#[cfg(test)]
mod tests;
