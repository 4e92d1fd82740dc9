//! `github`: workflow commands, which GitHub Actions shows as annotations on the changed files.
//!
//! A runner shows ten annotations of each level per step and drops the others without a word, and it cuts messages at
//! 4096 UTF-16 units without a word. So the weightiest nine of each level are written and the tenth line counts the
//! rest, and messages are cut here, with a mark. Where a change is looked at, only its own lines are annotated.

use std::io;

use lockstep_diagnostics::{Finding, Severity};

use super::text::run_in_words;
use crate::{Format, Options, ReportView, escape, evidence, prose::count};

/// Annotations of one level; one more says what is missing.
const SHOWN: usize = 9;

/// UTF-16 units of a message.
const LONGEST: usize = 4096;

/// What stands at the end of a message that was cut.
const CUT: &str = "\n[cut: the whole text is in `lockstep check --format text`]";

/// The format for GitHub Actions.
pub struct GitHub;

impl Format for GitHub {
    fn name(&self) -> &'static str {
        "github"
    }

    fn summary(&self) -> &'static str {
        "for GitHub Actions: annotations, the weightiest first"
    }

    fn write(&self, report: &ReportView<'_>, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
        let ranked = report.ranked();
        for severity in [Severity::Error, Severity::Warning, Severity::Note] {
            let findings: Vec<_> = ranked.iter().filter(|finding| finding.severity() == severity).collect();
            // On a pull request, what is annotated elsewhere than on its lines is shown apart from them, and disliked.
            let is_placed =
                |finding: &&&&Finding| report.change.is_none() || finding.of_change || finding.standing.on_changed_line;
            let mut room = SHOWN;
            let reasons: Vec<_> = report.incomplete.iter().filter(|why| severity_of(why) == severity).collect();
            if !reasons.is_empty() {
                room -= 1;
                let reasons: Vec<_> = reasons.into_iter().map(incomplete_in_words).collect();
                let title = [("title", "lockstep: the analysis is incomplete".to_owned())];
                writeln!(out, "{}", command(severity, &title, &reasons.join("\n")))?;
            }
            let room = room.min(options.max_findings.unwrap_or(usize::MAX));
            let mut annotated = 0;
            for finding in findings.iter().filter(is_placed).take(room) {
                writeln!(out, "{}", annotation(finding))?;
                annotated += 1;
            }
            if findings.len() > annotated {
                let rest = count(findings.len() - annotated, &format!("more {}", severity.as_str()));
                let title = [("title", format!("lockstep: {rest}"))];
                let all = ranked.len();
                let text = format!("{rest} not annotated: `lockstep check --max-findings {all}` prints all of them");
                writeln!(out, "{}", command(severity, &title, &text))?;
            }
        }
        if options.quiet { Ok(()) } else { writeln!(out, "lockstep: {}", run_in_words(report)) }
    }
}

/// A gap that the user accepted does not fail the run.
fn severity_of(why: &crate::Incompleteness) -> Severity {
    if why.accepted { Severity::Warning } else { Severity::Error }
}

fn incomplete_in_words(why: &crate::Incompleteness) -> String {
    let mut lines = vec![escape::line(&why.reason).into_owned()];
    lines.extend(why.notes.iter().map(|note| escape::line(note).into_owned()));
    lines.extend(why.help.iter().map(|help| format!("help: {}", escape::line(help))));
    lines.join("\n")
}

/// One finding as one command. The first line of the message stands alone in the run's summary.
fn annotation(finding: &Finding) -> String {
    let at = &finding.primary.location;
    let properties = [
        // A line end in a file name has an escape of its own; everything else that is dangerous is made visible.
        ("file", at.path.as_str().split_inclusive(['\r', '\n']).map(visible).collect()),
        ("line", at.line.max(1).to_string()),
        ("col", at.column.max(1).to_string()),
        ("title", format!("lockstep: {}", finding.rule.name)),
    ];
    command(finding.severity(), &properties, &message(finding))
}

/// [`escape::line`] that leaves a line end at the end alone.
fn visible(part: &str) -> String {
    let name = part.trim_end_matches(['\r', '\n']);
    escape::line(name).into_owned() + &part[name.len()..]
}

fn message(finding: &Finding) -> String {
    let mut lines = vec![escape::line(&finding.message).into_owned()];
    lines.extend(evidence::details(finding, false));
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// `::warning file=a.yml,line=3,col=1,title=T::MESSAGE`.
fn command(severity: Severity, properties: &[(&str, String)], message: &str) -> String {
    let name = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let properties: Vec<_> = properties.iter().map(|(key, value)| format!("{key}={}", property(value))).collect();
    let message = data(&cut(message)).replace("##[", "# #[");
    format!("::{name} {}::{message}", properties.join(",").replace("##[", "# #["))
}

/// The message, no longer than a runner keeps.
fn cut(message: &str) -> String {
    let units = |text: &str| text.encode_utf16().count();
    if units(message) <= LONGEST {
        return message.to_owned();
    }
    let mut left = LONGEST - units(CUT);
    let mut kept = String::new();
    for c in message.chars() {
        match left.checked_sub(c.len_utf16()) {
            Some(rest) => left = rest,
            None => break,
        }
        kept.push(c);
    }
    kept + CUT
}

/// The escapes of a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The escapes of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests;
