//! `junit`: JUnit's XML, which nearly every build server shows as a list of tests.
//!
//! A test suite per rule, a test case per finding. What fails the run fails its test: a finding at `deny` is a failure. A
//! warning leaves the exit code at 0 and so must not turn a build red: it is a skipped test, which every viewer shows with
//! its message. A first suite tells whether the analysis is complete, so that no report is empty.

use std::{collections::BTreeMap, io};

use lockstep_diagnostics::{Finding, Severity};

use super::text::run_in_words;
use crate::{Format, Options, ReportView, escape, evidence, prose, tool};

/// Characters of the name of a test, and of the message of a failure.
const NAME: usize = 250;
const MESSAGE: usize = 1_000;

/// The format for build servers.
pub struct JUnit;

impl Format for JUnit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn summary(&self) -> &'static str {
        "for build servers: JUnit XML, a test case per finding"
    }

    fn write(&self, report: &ReportView<'_>, _: &Options, out: &mut dyn io::Write) -> io::Result<()> {
        let suites: Vec<Suite> = std::iter::once(completeness(report)).chain(of_rules(report)).collect();
        let sum = |of: fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>();
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(
            out,
            "<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
            tool::NAME,
            sum(|suite| suite.cases.len()),
            sum(|suite| suite.count("failure")),
            sum(|suite| suite.count("error")),
        )?;
        suites.iter().try_for_each(|suite| suite.write(out))?;
        writeln!(out, "</testsuites>")
    }
}

struct Suite {
    name: String,
    properties: Vec<(&'static str, String)>,
    cases: Vec<Case>,
    /// Further words, for those who open the suite.
    says: Option<String>,
}

struct Case {
    name: String,
    class: String,
    place: Option<(String, u32)>,
    outcome: Option<Outcome>,
}

/// What became of a test that did not simply pass: an element with a message and, but for skipped ones, a text.
struct Outcome {
    element: &'static str,
    kind: &'static str,
    message: String,
    text: String,
}

impl Suite {
    fn count(&self, element: &str) -> usize {
        self.cases.iter().filter(|case| case.outcome.as_ref().is_some_and(|outcome| outcome.element == element)).count()
    }

    fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
            escape::xml(&self.name),
            self.cases.len(),
            self.count("failure"),
            self.count("error"),
            self.count("skipped"),
        )?;
        if !self.properties.is_empty() {
            writeln!(out, "    <properties>")?;
            for (name, value) in &self.properties {
                writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", escape::xml(value))?;
            }
            writeln!(out, "    </properties>")?;
        }
        self.cases.iter().try_for_each(|case| case.write(out))?;
        if let Some(says) = &self.says {
            writeln!(out, "    <system-out>{}</system-out>", escape::xml(says))?;
        }
        writeln!(out, "  </testsuite>")
    }
}

impl Case {
    fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        write!(out, "    <testcase classname=\"{}\" name=\"{}\"", escape::xml(&self.class), escape::xml(&self.name))?;
        if let Some((file, line)) = &self.place {
            write!(out, " file=\"{}\" line=\"{line}\"", escape::xml(file))?;
        }
        let Some(outcome) = &self.outcome else { return writeln!(out, "/>") };
        let (element, message, text) = (outcome.element, escape::xml(&outcome.message), escape::xml(&outcome.text));
        match element {
            // The text of a skipped test is read by few: it stands where all look.
            "skipped" => writeln!(
                out,
                ">\n      <skipped message=\"{message}\"/>\n      <system-out>{text}</system-out>\n    </testcase>"
            ),
            _ => writeln!(
                out,
                ">\n      <{element} type=\"{}\" message=\"{message}\">{text}</{element}>\n    </testcase>",
                outcome.kind
            ),
        }
    }
}

/// The suite that tells whether the other suites can be believed.
fn completeness(report: &ReportView<'_>) -> Suite {
    let reasons: Vec<_> = report.incomplete.iter().map(|why| escape::cut(&why.reason, MESSAGE)).collect();
    let lines = report.incomplete.iter().flat_map(|why| {
        let help = why.help.iter().map(|help| format!("help: {help}"));
        std::iter::once(why.reason.clone()).chain(why.notes.iter().cloned()).chain(help)
    });
    let lines: Vec<_> = lines.map(|line| escape::line(&line).into_owned()).collect();
    let outcome = (!reasons.is_empty()).then(|| Outcome {
        element: if report.is_failed() { "error" } else { "skipped" },
        kind: "incomplete-analysis",
        message: format!("the analysis is incomplete: {}", reasons.join("; ")),
        text: lines.join("\n"),
    });
    let history = report.history;
    let mut properties = vec![("version", tool::VERSION.to_owned())];
    properties.extend(history.head.map(|head| ("head", head.to_string())));
    properties.extend(history.as_of.map(|as_of| ("as-of", prose::instant(as_of))));
    Suite {
        name: tool::NAME.to_owned(),
        properties,
        cases: vec![Case {
            name: "the analysis is complete".to_owned(),
            class: tool::NAME.to_owned(),
            place: None,
            outcome,
        }],
        says: Some(escape::line(&run_in_words(report)).into_owned()),
    }
}

/// A suite for each rule that found something, by name; the findings of each, the weightiest first.
fn of_rules(report: &ReportView<'_>) -> impl Iterator<Item = Suite> {
    let mut by_rule: BTreeMap<&'static str, Vec<&Finding>> = BTreeMap::new();
    for finding in report.ranked() {
        by_rule.entry(finding.rule.name).or_default().push(finding);
    }
    by_rule.into_iter().map(|(rule, findings)| {
        let names: Vec<_> = findings.iter().map(|finding| name(finding)).collect();
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for name in &names {
            *times.entry(name).or_default() += 1;
        }
        let cases = findings.iter().zip(&names).map(|(finding, name)| {
            // Servers know tests again by their names. Two findings about the same functions differ in what else they
            // are about, which the fingerprint tells.
            let is_twin = times.get(name.as_str()).is_some_and(|times| *times > 1);
            let name = if is_twin { format!("{name} [{}]", finding.fingerprint) } else { name.clone() };
            case(finding, name)
        });
        Suite { name: rule.to_owned(), properties: Vec::new(), cases: cases.collect(), says: None }
    })
}

/// What a finding is about, which stays the same from run to run.
fn name(finding: &Finding) -> String {
    let names: Vec<_> = finding.functions.iter().map(|id| escape::line(id.as_str())).collect();
    let name = if names.is_empty() { escape::line(&finding.message).into_owned() } else { names.join(", ") };
    escape::cut(&name, NAME).into_owned()
}

fn case(finding: &Finding, name: String) -> Case {
    let at = &finding.primary.location;
    let element = match finding.severity() {
        Severity::Error => "failure",
        Severity::Warning | Severity::Note => "skipped",
    };
    let place = format!("{}: {}", prose::place(at), escape::line(&finding.primary.message));
    let details = evidence::details(finding, true);
    Case {
        name,
        class: finding.rule.name.to_owned(),
        place: Some((escape::line(at.path.as_str()).into_owned(), at.line.max(1))),
        outcome: Some(Outcome {
            element,
            kind: finding.level.as_str(),
            message: format!("{}: {}", finding.severity().as_str(), escape::cut(&finding.message, MESSAGE)),
            text: [place, details.join("\n"), tool::page(finding.rule)].join("\n"),
        }),
    }
}

#[cfg(test)]
mod tests;
