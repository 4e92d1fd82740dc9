//! `gitlab`: a Code Quality report, which GitLab shows in merge requests.
//!
//! GitLab compares the reports of two branches by fingerprints and drops what it has seen, so no two issues have the same
//! one, and none depends on a line. It knows only one place for an issue: a finding becomes an issue at each file that it
//! is about, and each names the others. There is no place for a run that failed: it is an issue of its own, because an
//! empty report means that all is well.

use std::{collections::BTreeSet, io};

use lockstep_diagnostics::{Finding, Fingerprint, Label, Level};
use lockstep_model::Location;
use serde::Serialize;

use crate::{Format, Incompleteness, Options, ReportView, escape, json, prose::place};

/// Characters of a description.
const DESCRIPTION: usize = 1_000;

/// The format for GitLab.
pub struct GitLab;

impl Format for GitLab {
    fn name(&self) -> &'static str {
        "gitlab"
    }

    fn summary(&self) -> &'static str {
        "for merge requests on GitLab: a Code Quality report"
    }

    fn write(&self, report: &ReportView<'_>, _: &Options, out: &mut dyn io::Write) -> io::Result<()> {
        let mut issues: Vec<Issue> = report.incomplete.iter().map(incomplete).collect();
        // What was there before the change is in the report as well: GitLab compares it with that of the other branch, and
        // what is missing here would be called resolved.
        issues.extend(report.ranked().into_iter().chain(report.inherited()).flat_map(sides));
        let mut taken = BTreeSet::new();
        for issue in &mut issues {
            issue.make_unique(&mut taken);
        }
        json::write(&issues, out)
    }
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: IssueLocation,
}

#[derive(Serialize)]
struct IssueLocation {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

impl Issue {
    /// Gives it another fingerprint if its own is taken. Issues come in a fixed order, so it is the same in every run.
    fn make_unique(&mut self, taken: &mut BTreeSet<String>) {
        let own = self.fingerprint.clone();
        let mut number = 1;
        while !taken.insert(self.fingerprint.clone()) {
            number += 1;
            self.fingerprint = Fingerprint::new(&own, [number.to_string().as_str()]).to_string();
        }
    }
}

fn location(at: &Location) -> IssueLocation {
    let path = if at.path.is_root() { "." } else { at.path.as_str() };
    // What has to be found again is not made visible; JSON's own escapes keep it harmless.
    IssueLocation { path: path.to_owned(), lines: Lines { begin: at.line.max(1) } }
}

/// A finding as issues: one where it is first to be looked at, and one at each other file of a function, as many as there
/// are functions.
fn sides(finding: &Finding) -> Vec<Issue> {
    let mut labels = vec![&finding.primary];
    for label in &finding.related {
        let is_new = labels.iter().all(|other| other.location.path != label.location.path);
        if is_new && labels.len() < finding.functions.len() {
            labels.push(label);
        }
    }
    labels.iter().map(|label| issue(finding, label, &labels)).collect()
}

fn issue(finding: &Finding, label: &Label, all: &[&Label]) -> Issue {
    let path = label.location.path.as_str();
    let others: Vec<_> = all
        .iter()
        .filter(|other| other.location.path != label.location.path)
        .map(|other| place(&other.location))
        .collect();
    let mut description = escape::line(&finding.message).into_owned();
    if !others.is_empty() {
        description += &format!(" (also at {})", others.join(", "));
    }
    Issue {
        description: escape::cut(&description, DESCRIPTION).into_owned(),
        check_name: finding.rule.name,
        fingerprint: Fingerprint::new(finding.fingerprint.as_str(), [path]).to_string(),
        severity: severity(finding.level),
        location: location(&label.location),
    }
}

/// GitLab's words go up to `blocker`, which is left to runs that say nothing.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Allow => "info",
        Level::Warn => "minor",
        Level::Deny => "major",
        Level::Forbid => "critical",
    }
}

fn incomplete(why: &Incompleteness) -> Issue {
    let help = why.help.iter().map(|help| format!("; {}", escape::line(help))).collect::<String>();
    let description = format!("the analysis is incomplete: {}{help}", escape::line(&why.reason));
    Issue {
        description: escape::cut(&description, DESCRIPTION).into_owned(),
        check_name: "incomplete-analysis",
        fingerprint: Fingerprint::new("incomplete-analysis", [why.reason.as_str()]).to_string(),
        severity: if why.accepted { "info" } else { "blocker" },
        location: IssueLocation { path: ".".to_owned(), lines: Lines { begin: 1 } },
    }
}

#[cfg(test)]
mod tests {
    use lockstep_diagnostics::BaselineState;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{self, hostile};

    fn parsed(report: &ReportView<'_>) -> Vec<Value> {
        let mut out = Vec::new();
        GitLab.write(report, &Options::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{text:?}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn one_issue_on_each_side() {
        let issues = testing::with_report(&[testing::finding()], false, parsed);
        let expected = json!([
            {
                "description": "`orders/CreateOrder` and `billing/CreateInvoice` are one microservice in 2 pieces (also at billing/src/handler.ts:3:14)",
                "check_name": "lockstep",
                "fingerprint": issues[0]["fingerprint"],
                "severity": "major",
                "location": { "path": "orders/template.yml", "lines": { "begin": 2 } }
            },
            {
                "description": "`orders/CreateOrder` and `billing/CreateInvoice` are one microservice in 2 pieces (also at orders/template.yml:2:3)",
                "check_name": "lockstep",
                "fingerprint": issues[1]["fingerprint"],
                "severity": "major",
                "location": { "path": "billing/src/handler.ts", "lines": { "begin": 3 } }
            }
        ]);
        assert_eq!(Value::from(issues), expected);
    }

    #[test]
    fn a_run_that_failed_is_no_empty_report() {
        let issues = testing::with_report(&[], true, parsed);
        assert_eq!((issues.len(), &issues[0]["severity"]), (1, &json!("blocker")));
        assert_eq!(testing::with_report(&[], false, parsed), Vec::<Value>::new());
    }

    #[test]
    fn fingerprints_are_unique_and_know_no_lines() {
        let twin = Finding { message: "another".to_owned(), ..testing::finding() };
        let known = Finding { baseline: BaselineState::Known, ..testing::finding() };
        let mut moved = [testing::finding(), twin.clone()];
        moved[0].primary.location.line += 40;
        let prints = |findings: &[Finding]| -> BTreeSet<String> {
            let issues = testing::with_report(findings, false, parsed);
            issues.iter().map(|issue| issue["fingerprint"].to_string()).collect()
        };
        let here = prints(&[testing::finding(), twin, known]);
        assert_eq!(here.len(), 4, "two findings with two sides each");
        assert_eq!(prints(&moved), here);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn texts_survive_as_texts(texts in hostile::texts()) {
            let findings = hostile::findings(&texts);
            let issues = hostile::with_report(&texts, &findings, parsed);
            let mut prints: Vec<_> = issues.iter().map(|issue| issue["fingerprint"].to_string()).collect();
            prints.sort();
            prints.dedup();
            prop_assert_eq!(prints.len(), issues.len());
            let first = findings[0].primary.location.path.as_str();
            prop_assert!(issues.iter().any(|issue| issue["location"]["path"] == first));
            for issue in &issues {
                let description = issue["description"].as_str().unwrap();
                let is_line = !description.contains(['\n', '\u{1b}', '\u{202e}']);
                prop_assert!(is_line && description.chars().count() <= DESCRIPTION);
            }
        }
    }
}
