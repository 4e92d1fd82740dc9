//! `concise`: one line per finding, for editors, `grep` and people in a hurry.
//!
//! `path:line:column: level[rule]: message`, and nothing else in it: the form stays, so that patterns can rely on it. What
//! is no finding has no place at its beginning.

use std::io;

use lockstep_diagnostics::Finding;

use super::text::run_in_words;
use crate::{
    Format, Options, ReportView, escape,
    prose::{count, place},
};

/// The format of one line per finding.
pub struct Concise;

impl Format for Concise {
    fn name(&self) -> &'static str {
        "concise"
    }

    fn summary(&self) -> &'static str {
        "for editors and grep: one line per finding"
    }

    fn write(&self, report: &ReportView<'_>, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
        let ranked = report.ranked();
        let shown = options.max_findings.unwrap_or(usize::MAX).min(ranked.len());
        let mut lines: Vec<String> = ranked[..shown].iter().map(|finding| line(finding)).collect();
        if shown < ranked.len() {
            lines.push(format!("and {}", count(ranked.len() - shown, "more finding")));
        }
        for why in report.incomplete {
            let level = if why.accepted { "warning" } else { "error" };
            lines.push(format!("{level}: the analysis is incomplete: {}", escape::line(&why.reason)));
            lines.extend(why.help.iter().map(|help| format!("help: {}", escape::line(help))));
        }
        if !options.quiet {
            lines.push(run_in_words(report));
        }
        for line in lines {
            let line = if options.github_actions { escape::disarm_workflow_commands(&line) } else { line };
            writeln!(out, "{line}")?;
        }
        Ok(())
    }
}

/// One finding.
fn line(finding: &Finding) -> String {
    let (level, rule) = (finding.severity().as_str(), finding.rule.name);
    format!("{}: {level}[{rule}]: {}", place(&finding.primary.location), escape::line(&finding.message))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{self, hostile};

    fn written(report: &ReportView<'_>, options: &Options) -> String {
        let mut out = Vec::new();
        Concise.write(report, options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_line_each_and_the_summary_last() {
        let findings = [testing::hostile_finding(), testing::finding()];
        let text = testing::with_report(&findings, true, |report| written(report, &Options::default()));
        assert_eq!(
            text,
            "orders/template.yml:2:3: error[lockstep]: `orders/CreateOrder` and `billing/CreateInvoice` are one microservice in 2 pieces\n\
             mail/a,b:c%\\nd.yml:7:3: warning[follower]: \\u{1b}[2J`mail/Send`\\n::error::x ##[add-mask]y \\u{202e}follows\n\
             error: the analysis is incomplete: this clone is shallow\n\
             help: git fetch --unshallow --filter=blob:none\n\
             5 functions in 3 services, 412 changesets of 450 to 2026-11-18: 1 error, 1 warning\n"
        );
        let few = Options { quiet: true, max_findings: Some(1), ..Options::default() };
        let text = testing::with_report(&findings, false, |report| written(report, &few));
        assert_eq!(text.lines().skip(1).collect::<Vec<_>>(), ["and 1 more finding"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn a_finding_is_one_line(texts in hostile::texts()) {
            let findings = hostile::findings(&texts);
            let text = hostile::with_report(&texts, &findings, |report| written(report, &Options::default()));
            // Three findings that are shown, the reason, its help, and the summary.
            let lines: Vec<_> = text.split_terminator(['\n', '\r', '\u{85}', '\u{2028}']).collect();
            prop_assert_eq!(lines.len(), 6, "{}", text);
            let end = format!(":3:2: warning[follower]: {}", escape::line(&findings[0].message));
            prop_assert!(lines.iter().any(|line| line.ends_with(&end)));
        }
    }
}
