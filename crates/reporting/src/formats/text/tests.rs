//! Tests of the report for people.

use lockstep_diagnostics::{BaselineState, Evidence};
use proptest::prelude::*;

use super::*;
use crate::testing;

fn written(findings: &[Finding], incomplete: bool, options: &Options) -> String {
    testing::with_report(findings, incomplete, |report| {
        let mut out = Vec::new();
        Text.write(report, options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    })
}

#[test]
fn findings_read_like_a_compilers() {
    let findings = [testing::hostile_finding(), testing::finding()];
    insta::assert_snapshot!(written(&findings, false, &Options::default()));
}

#[test]
fn ascii_width_and_verbosity_are_heeded() {
    let options = Options { ascii: true, verbose: true, width: Some(80), ..Options::default() };
    insta::assert_snapshot!(written(&[testing::finding()], true, &options));
}

#[test]
fn colour_adds_nothing_but_colour() {
    let findings = [testing::hostile_finding(), testing::finding()];
    let plain = written(&findings, true, &Options::default());
    let painted = written(&findings, true, &Options { color: true, ..Options::default() });
    assert_ne!(plain, painted);
    let mut stripped = String::new();
    let mut rest = painted.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    assert_eq!(stripped + rest, plain);
}

#[test]
fn the_rest_is_counted() {
    let findings = [testing::hostile_finding(), testing::finding()];
    let options = Options { max_findings: Some(1), quiet: true, ..Options::default() };
    let text = written(&findings, false, &options);
    assert!(text.contains("error[lockstep]") && !text.contains("warning[follower]"), "{text}");
    assert!(text.ends_with("1 more finding is not shown: follower 1\n\n"), "{text}");
}

#[test]
fn known_findings_and_allowed_ones_are_not_shown() {
    let known = Finding { baseline: BaselineState::Known, ..testing::finding() };
    let allowed = Finding { level: lockstep_diagnostics::Level::Allow, ..testing::finding() };
    let text = written(&[known, allowed], false, &Options::default());
    assert!(!text.contains("[lockstep]") && text.contains(": no findings; 1 function is unknown"), "{text}");
}

#[test]
fn many_places_are_not_all_drawn() {
    let mut finding = testing::finding();
    finding.related = vec![finding.related[0].clone(); 40];
    let text = written(&[finding], false, &Options::default());
    assert!(text.contains("and 34 more places (-v lists them)"), "{text}");
}

#[test]
fn an_empty_run_has_a_summary() {
    let summary = crate::Summary::default();
    let report = ReportView {
        rules: &[],
        graph: &crate::graph::GraphView::default,
        change: None,
        findings: &[],
        problems: &[],
        incomplete: &[],
        early: &[],
        summary: &summary,
        history: &crate::HistoryFacts::default(),
        since_model: None,
        baseline: None,
        text_of: &|_| None,
    };
    let mut out = Vec::new();
    Text.write(&report, &Options::default(), &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "0 functions in 0 services, 0 changesets: no functions found, so nothing to judge\n"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_from_strangers_moves_a_cursor_or_gives_a_command(
        text in "[a-z:#\\[ \u{1b}\u{9b}\u{202e}\u{2028}\n\r]{0,60}", width in proptest::option::of(20usize..120)
    ) {
        let mut finding = testing::finding();
        finding.message = text.clone();
        finding.notes = vec![text.clone()];
        finding.help = vec![text.clone()];
        finding.level_origin = text.clone();
        finding.primary.message = text.clone();
        finding.related[0].location.path = lockstep_model::RepoPath::from_git(text.as_bytes());
        finding.evidence = vec![Evidence::Commits(vec![testing::commit(1, 0, &text)])];
        let options = Options { width, github_actions: true, ..Options::default() };
        let shown = written(&[finding], true, &options);
        prop_assert!(!shown.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{2028}', '\r']), "{}", shown);
        prop_assert!(!shown.contains("##["));
        prop_assert!(shown.lines().all(|line| !line.trim_start().starts_with("::")), "{}", shown);
    }
}

#[test]
fn a_broken_manifest_is_told_even_if_another_finding_stands_there() {
    let finding = testing::finding();
    let broken = Problem::at(ProblemKind::InvalidManifest, finding.primary.location.clone(), "an anchor is missing");
    let text = testing::with_report(&[finding], false, |report| {
        let problems = [broken.clone()];
        let mut out = Vec::new();
        Text.write(&ReportView { problems: &problems, ..*report }, &Options::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    });
    assert!(text.contains("an anchor is missing"), "{text}");
}
