//! `jsonl`: the report of `json` as one object a line, for programs that read as they go. Each line has a `type`, and under
//! that name what `json` has; the first is the header, the last the summary.

use std::io;

use serde::Serialize;

use super::json::{EarlyEntry, FindingEntry, Header, SummaryEntry, document};
use crate::{Format, Options, ReportView, escape, json::ProblemEntry};

/// The format for programs that read line by line.
pub struct JsonLines;

impl Format for JsonLines {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn summary(&self) -> &'static str {
        "for programs: the same, one object a line"
    }

    fn write(&self, report: &ReportView<'_>, _: &Options, out: &mut dyn io::Write) -> io::Result<()> {
        let document = document(report);
        let findings = document.findings.into_iter().map(|finding| Line::Finding { finding });
        let suppressed = document.suppressed.into_iter().map(|suppressed| Line::Suppressed { suppressed });
        let early = document.early_signs.into_iter().map(|early_sign| Line::EarlySign { early_sign });
        let problems = document.problems.into_iter().map(|problem| Line::Problem { problem });
        std::iter::once(Line::Header(document.header))
            .chain(findings)
            .chain(suppressed)
            .chain(early)
            .chain(problems)
            .chain([Line::Summary { summary: document.summary }])
            .try_for_each(|line| write_line(&line, out))
    }
}

/// One line. What it is comes first, so that a reader can tell from the beginning of the text.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Line<'a> {
    Header(Header<'a>),
    Finding { finding: FindingEntry<'a> },
    Suppressed { suppressed: FindingEntry<'a> },
    EarlySign { early_sign: EarlyEntry<'a> },
    Problem { problem: ProblemEntry<'a> },
    Summary { summary: SummaryEntry<'a> },
}

fn write_line(line: &Line<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let text = serde_json::to_string(line).map_err(io::Error::other)?;
    writeln!(out, "{}", escape::json(&text))
}

#[cfg(test)]
mod tests {
    use lockstep_diagnostics::{Finding, Level, SuppressedBy, Suppression};
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::testing::{self, hostile};

    fn lines(report: &ReportView<'_>) -> Vec<Value> {
        let mut out = Vec::new();
        JsonLines.write(report, &Options::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{text:?}");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn lines_are_the_parts_of_the_document() {
        let reason = "for now".to_owned();
        let silent = Suppression { by: SuppressedBy::Trailer, location: None, reason };
        let silent = Finding { level: Level::Allow, suppression: Some(silent), ..testing::finding() };
        let findings = [testing::finding(), silent, testing::hostile_finding()];
        let lines = testing::with_report(&findings, true, lines);
        let types: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
        let all =
            ["header", "finding", "finding", "suppressed", "early-sign", "problem", "problem", "problem", "summary"];
        assert_eq!(types, all);
        assert_eq!((&lines[0]["schema_version"], &lines[0]["status"]), (&Value::from(1), &Value::from("incomplete")));
        assert_eq!(lines[0]["tool"]["name"], "lockstep");
        assert_eq!(
            lines[3]["suppressed"]["suppression"],
            serde_json::json!({ "by": "trailer", "reason": "for now", "at": null })
        );
        let whole = testing::with_report(&findings, true, |report| serde_json::to_value(document(report)).unwrap());
        let parts = |kind: &str| -> Vec<Value> {
            lines.iter().filter(|line| line["type"] == kind).map(|line| line[kind.replace('-', "_")].clone()).collect()
        };
        assert_eq!(Value::from(parts("finding")), whole["findings"]);
        assert_eq!(Value::from(parts("problem")), whole["problems"]);
        assert_eq!(parts("summary"), [whole["summary"].clone()]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn texts_come_through_whole(texts in hostile::texts()) {
            let findings = hostile::findings(&texts);
            let lines = hostile::with_report(&texts, &findings, lines);
            let messages: Vec<_> = lines.iter().filter_map(|line| line["finding"]["message"].as_str()).collect();
            prop_assert_eq!(messages, vec![&findings[0].message; 4]);
            let silent = lines.iter().find(|line| line["type"] == "suppressed").unwrap();
            let suppression = findings[3].suppression.as_ref().unwrap();
            prop_assert_eq!(&silent["suppressed"]["suppression"]["reason"], &Value::from(suppression.reason.as_str()));
        }
    }
}
