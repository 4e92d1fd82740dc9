//! `sarif`: SARIF 2.1.0, which GitHub's code scanning and other viewers read.
//!
//! One run, as GitHub asks for, and within its limits: it keeps the first 5,000 results and shows a hundred related
//! places, so the worst come first and what is left out is counted in a notification. Findings that are suppressed or
//! known to the baseline are in it and say so, but not where GitHub Actions reads: code scanning heeds neither mark and
//! would open an alert for each.

mod document;
mod message;
mod results;
mod rules;

use std::io;

use lockstep_diagnostics::{Problem, ProblemKind};

use self::{
    document::{
        AutomationDetails, Component, Descriptor, Invocation, Log, Notification, OriginalBase, Run, RunProperties,
        SourceRoot, Text, Tool, physical,
    },
    rules::Rules,
};
use super::text::run_in_words;
use crate::{
    Format, Incompleteness, Options, ReportView, escape, json,
    prose::{self, count},
    tool,
};

/// Results that GitHub keeps of a run; it takes no file with more than 25,000.
const RESULTS: usize = 5_000;

/// Problems that become notifications.
const PROBLEMS: usize = 1_000;

/// Where the schema stands.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The format for code scanning.
pub struct Sarif;

impl Format for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn summary(&self) -> &'static str {
        "for code scanning: SARIF 2.1.0"
    }

    fn write(&self, report: &ReportView<'_>, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
        let rules = Rules::new(report);
        // What was there before the change is in it: code scanning compares branches itself, and what is missing would be
        // called fixed.
        let mut findings: Vec<_> = report.ranked().into_iter().chain(report.inherited()).collect();
        let silent: Vec<_> = report.known().into_iter().chain(report.silenced()).collect();
        let mut notifications: Vec<_> = report.incomplete.iter().map(incomplete).collect();
        match options.github_actions {
            false => findings.extend(silent),
            true if silent.is_empty() => {}
            true => {
                let text = format!(
                    "{} left out that the baseline knows or a suppression silences: GitHub would open alerts for them",
                    count(silent.len(), "finding")
                );
                notifications.push(Notification::plain("left-out", "note", text));
            }
        }
        if findings.len() > RESULTS {
            let rest = count(findings.len() - RESULTS, "finding");
            let text = format!("{rest} left out, the weightiest are here: no more than {RESULTS} results are kept");
            notifications.push(Notification::plain("left-out", "note", text));
            findings.truncate(RESULTS);
        }
        notifications.extend(problems(report.problems));
        let results = findings.iter().map(|finding| results::result(finding, &rules, report)).collect();
        let log = Log {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Component {
                        name: tool::NAME,
                        semantic_version: tool::VERSION,
                        information_uri: tool::ADDRESS,
                        rules: rules.descriptors(),
                        notifications: descriptors(&notifications),
                    },
                },
                automation_details: AutomationDetails { id: "lockstep/" },
                column_kind: "unicodeCodePoints",
                original_uri_base_ids: SourceRoot {
                    root: OriginalBase { description: Text::of("The repository's root.") },
                },
                invocations: [Invocation {
                    execution_successful: !report.is_failed(),
                    tool_execution_notifications: notifications,
                }],
                results,
                properties: RunProperties {
                    summary: escape::line(&run_in_words(report)).into_owned(),
                    head: report.history.head.map(|id| id.to_string()),
                    as_of: report.history.as_of.map(prose::instant),
                },
            }],
        };
        json::write(&log, out)
    }
}

/// Why the run is not complete.
fn incomplete(why: &Incompleteness) -> Notification {
    let notes = why.notes.iter().cloned();
    let help = why.help.iter().map(|help| format!("help: {help}"));
    let text: Vec<_> = std::iter::once(why.reason.clone()).chain(notes).chain(help).collect();
    let level = if why.accepted { "warning" } else { "error" };
    Notification::plain("incomplete-analysis", level, message::lines(&text))
}

/// What could not be read, each once.
fn problems(problems: &[Problem]) -> Vec<Notification> {
    let mut sorted: Vec<_> = problems.iter().collect();
    sorted.sort();
    sorted.dedup();
    let rest = sorted.len().saturating_sub(PROBLEMS);
    let mut notifications: Vec<_> = sorted[..sorted.len() - rest]
        .iter()
        .map(|problem| Notification {
            locations: problem.location.iter().map(|location| physical(location, None)).collect(),
            ..Notification::plain(
                problem.kind.as_str(),
                level(problem.kind),
                message::lines(std::slice::from_ref(&problem.message)),
            )
        })
        .collect();
    if rest > 0 {
        notifications.push(Notification::plain("left-out", "note", format!("{} left out", count(rest, "problem"))));
    }
    notifications
}

/// What is beyond the tool is a note; what somebody can mend is a warning.
fn level(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Unevaluated | ProblemKind::Unsupported => "note",
        _ => "warning",
    }
}

/// The kinds of notifications that there are in this run.
fn descriptors(notifications: &[Notification]) -> Vec<Descriptor> {
    let mut ids: Vec<_> = notifications.iter().map(|notification| notification.descriptor.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(descriptor).collect()
}

/// What a kind of notification means, and what can be done. GitHub asks of each for a description and for help.
fn descriptor(id: &'static str) -> Descriptor {
    let (means, help) = match id {
        "incomplete-analysis" => (
            "The analysis is incomplete: the absence of findings means nothing.",
            "Do what the notification says; most often the whole history has to be fetched.",
        ),
        "left-out" => (
            "Something is left out of this file.",
            "Other formats have it: `lockstep check --format json` lists everything.",
        ),
        "owners" => (
            "A line of a file of code owners counts for nothing, or the whole file is not read.",
            "Mend the line that is named: its host leaves it out as well.",
        ),
        _ => (
            "Something could not be read, or only in part.",
            "Look at the file that is named; `lockstep check -v` lists all of them.",
        ),
    };
    Descriptor { id, short_description: Text::of(means), full_description: Text::of(means), help: Text::of(help) }
}

#[cfg(test)]
mod tests;
