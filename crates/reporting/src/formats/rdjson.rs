//! `rdjson`: reviewdog's diagnostic format, which reviewdog turns into comments and annotations of many hosts.
//!
//! What it posts as a comment is Markdown, so messages are written as Markdown that means nothing but names. Columns are
//! counted in bytes there, and severities are upper-case.

use std::io;

use lockstep_diagnostics::{Finding, Severity};
use serde::Serialize;

use crate::{
    Format, Incompleteness, Options, ReportView, evidence, json,
    markdown::{self, Place},
    snippet, tool,
};

/// Characters of one line of a message.
const LINE: usize = 1_000;

/// The format for reviewdog.
pub struct RdJson;

impl Format for RdJson {
    fn name(&self) -> &'static str {
        "rdjson"
    }

    fn summary(&self) -> &'static str {
        "for reviewdog: its diagnostic format"
    }

    fn write(&self, report: &ReportView<'_>, _: &Options, out: &mut dyn io::Write) -> io::Result<()> {
        let findings = report.ranked();
        let mut diagnostics: Vec<_> = report.incomplete.iter().map(incomplete).collect();
        diagnostics.extend(findings.iter().map(|finding| diagnostic(finding, report)));
        let worst = findings.iter().map(|finding| finding.severity()).max();
        let worst = if report.is_failed() { Some(Severity::Error) } else { worst };
        let result = DiagnosticResult {
            source: Source { name: tool::NAME, url: tool::ADDRESS },
            severity: severity(worst.unwrap_or(Severity::Note)),
            diagnostics,
        };
        json::write(&result, out)
    }
}

#[derive(Serialize)]
struct DiagnosticResult {
    source: Source,
    severity: &'static str,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Diagnostic {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Note => "INFO",
    }
}

fn diagnostic(finding: &Finding, report: &ReportView<'_>) -> Diagnostic {
    let details = evidence::details(finding, false);
    let lines = std::iter::once(finding.message.as_str()).chain(details.iter().flat_map(|lines| lines.lines()));
    Diagnostic {
        message: message(lines),
        location: location(finding, report),
        severity: severity(finding.severity()),
        code: Code { value: finding.rule.name, url: Some(tool::page(finding.rule)) },
    }
}

fn message<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let lines: Vec<_> = lines.map(|line| markdown::sentence(line, LINE, Place::Prose)).collect();
    lines.join("\n")
}

/// Part of one line. Without the text of the file, bytes cannot be counted, and the whole line is meant.
fn location(finding: &Finding, report: &ReportView<'_>) -> Location {
    let at = &finding.primary.location;
    let bytes =
        (report.text_of)(&at.path).map(|text| snippet::bytes_of_line(&text, at)).filter(|bytes| !bytes.is_empty());
    let position = |byte: Option<usize>| Position { line: at.line.max(1), column: byte.map(|byte| byte + 1) };
    let range = Range {
        start: position(bytes.as_ref().map(|bytes| bytes.start)),
        end: position(bytes.as_ref().map(|bytes| bytes.end)),
    };
    let path = if at.path.is_root() { "." } else { at.path.as_str() };
    Location { path: path.to_owned(), range: Some(range) }
}

fn incomplete(why: &Incompleteness) -> Diagnostic {
    let reason = format!("the analysis is incomplete: {}", why.reason);
    let help: Vec<_> = why.help.iter().map(|help| format!("help: {help}")).collect();
    let lines = std::iter::once(&reason).chain(&why.notes).chain(&help);
    Diagnostic {
        message: message(lines.map(String::as_str)),
        location: Location { path: ".".to_owned(), range: None },
        severity: severity(if why.accepted { Severity::Note } else { Severity::Error }),
        code: Code { value: "incomplete-analysis", url: None },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Parser, Tag, TagEnd};
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{self, hostile};

    fn parsed(report: &ReportView<'_>) -> Value {
        let mut out = Vec::new();
        RdJson.write(report, &Options::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{text:?}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_finding_is_a_diagnostic_with_its_page() {
        let mut finding = testing::finding();
        // After a character of two bytes.
        finding.primary.location = testing::at("orders/template.yml", "é: CreateOrder", "CreateOrder");
        let result = testing::with_report(&[finding], false, |report| {
            parsed(&ReportView { text_of: &|_| Some("é: CreateOrder\n".into()), ..*report })
        });
        let one = &result["diagnostics"][0];
        assert_eq!((&result["severity"], &one["severity"]), (&json!("ERROR"), &json!("ERROR")));
        assert_eq!(
            one["location"],
            json!({ "path": "orders/template.yml", "range": { "start": { "line": 1, "column": 5 }, "end": { "line": 1, "column": 16 } } })
        );
        assert_eq!(one["code"]["value"], "lockstep");
        assert!(one["code"]["url"].as_str().unwrap().ends_with("/rules/lockstep.md"));
        let message = one["message"].as_str().unwrap();
        assert!(
            message.starts_with("`orders/CreateOrder` and `billing/CreateInvoice` are one microservice in 2 pieces\n"),
            "{message}"
        );
        assert!(message.contains("\na2a2a2a2a2 2026-09-19 \"a `subject\\nwith` "), "{message}");
    }

    #[test]
    fn a_run_that_failed_says_so() {
        let result = testing::with_report(&[], true, parsed);
        assert_eq!(result["severity"], "ERROR");
        assert_eq!(
            result["diagnostics"][0]["message"],
            "the analysis is incomplete: this clone is shallow\nco-change needs history\nhelp: git fetch --unshallow --filter=blob:none"
        );
        assert_eq!(testing::with_report(&[], false, parsed)["severity"], "INFO");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn a_comment_of_it_holds_text_and_code_only(texts in hostile::texts()) {
            let findings = hostile::findings(&texts);
            let result = hostile::with_report(&texts, &findings, parsed);
            let path = findings[0].primary.location.path.as_str();
            prop_assert!(result["diagnostics"].as_array().unwrap().iter().any(|one| one["location"]["path"] == path));
            for diagnostic in result["diagnostics"].as_array().unwrap() {
                let message = diagnostic["message"].as_str().unwrap();
                for event in Parser::new(message) {
                    let harmless = matches!(event, Event::Text(_) | Event::Code(_) | Event::SoftBreak
                        | Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph));
                    prop_assert!(harmless, "{event:?} in {message:?}");
                }
            }
        }
    }
}
