//! Tests of the annotations.

use proptest::prelude::*;

use super::*;
use crate::testing::{self, runner::parse};

fn written(findings: &[Finding], incomplete: bool) -> String {
    testing::with_report(findings, incomplete, |report| {
        let mut out = Vec::new();
        GitHub.write(report, &Options::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    })
}

#[test]
fn commands_are_escaped() {
    insta::assert_snapshot!(written(&[testing::hostile_finding(), testing::finding()], true));
}

#[test]
fn nine_of_a_level_and_a_line_for_the_rest() {
    let findings: Vec<_> = (0..30u8)
        .map(|n| Finding { message: format!("number {n}"), weight: f64::from(n), ..testing::finding() })
        .collect();
    let commands: Vec<_> = written(&findings, false).lines().filter_map(parse).collect();
    assert_eq!(commands.len(), 10);
    assert!(commands[0].message.starts_with("number 29\n"), "the weightiest first");
    assert_eq!(
        commands[9].message,
        "21 more errors not annotated: `lockstep check --max-findings 30` prints all of them"
    );
    let incomplete: Vec<_> = written(&findings, true).lines().filter_map(parse).collect();
    assert_eq!(incomplete.len(), 10, "the line on what is incomplete counts as well");
}

#[test]
fn only_lines_of_the_change_are_annotated() {
    let elsewhere = testing::finding();
    let standing = lockstep_diagnostics::Standing { on_changed_line: true, ..elsewhere.standing };
    let on_it = Finding { standing, message: "on it".to_owned(), ..testing::finding() };
    let change = crate::ChangeView { staged: false, before: None, files: 1, functions: Vec::new(), inherited: 0 };
    let text = testing::with_report(&[elsewhere, on_it], false, |report| {
        let mut out = Vec::new();
        GitHub.write(&ReportView { change: Some(&change), ..*report }, &Options::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    });
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].ends_with("::on it") || lines[0].contains("::on it%0A"), "{text}");
    assert!(lines[1].starts_with("::error title=lockstep%3A 1 more error::"), "{text}");
}

#[test]
fn an_accepted_gap_is_a_warning() {
    let accepted = [crate::Incompleteness { reason: "shallow".to_owned(), accepted: true, ..Default::default() }];
    let text = testing::with_report(&[], false, |report| {
        let mut out = Vec::new();
        let report = ReportView { incomplete: &accepted, ..*report };
        GitHub.write(&report, &Options::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    });
    let commands: Vec<_> = text.lines().filter_map(parse).map(|command| (command.name, command.message)).collect();
    assert_eq!(commands, [("warning".to_owned(), "shallow".to_owned())]);
}

#[test]
fn a_long_message_is_cut_by_us() {
    let finding = Finding { message: "𝄞x".repeat(4000), ..testing::finding() };
    let text = written(&[finding], false);
    let command = parse(text.lines().next().unwrap()).unwrap();
    let units = command.message.encode_utf16().count();
    assert!((LONGEST - 1..=LONGEST).contains(&units), "{units}");
    assert!(command.message.ends_with(CUT));
}

proptest! {
    #[test]
    fn a_runner_reads_what_was_meant(message in any::<String>(), file in "[^/\0]{1,30}") {
        let properties = [("file", file.clone()), ("title", "t".to_owned())];
        let line = command(Severity::Warning, &properties, &message);
        prop_assert!(!line.contains(['\r', '\n']));
        let read = parse(&line).unwrap();
        prop_assert_eq!(read.name, "warning");
        prop_assert_eq!(read.message, cut(&message).replace("##[", "# #["));
        let file = file.replace("##[", "# #[");
        prop_assert_eq!(read.properties, vec![("file".to_owned(), file), ("title".to_owned(), "t".to_owned())]);
    }

    #[test]
    fn only_our_lines_are_commands(text in "[a-z:#\\[%, \u{1b}\n\r]{0,60}") {
        let mut finding = testing::finding();
        finding.message = text.clone();
        finding.notes = vec![text.clone()];
        finding.primary.location.path = lockstep_model::RepoPath::from_git(text.as_bytes());
        let shown = written(&[finding], false);
        let lines: Vec<_> = shown.split(['\n', '\r']).collect();
        prop_assert_eq!(lines.len(), 3, "{}", shown);
        prop_assert!(lines[0].starts_with("::error file="));
        prop_assert!(lines[1].starts_with("lockstep: "));
        prop_assert!(!shown.contains("##[") && !shown.contains('\u{1b}'), "{shown}");
    }
}
