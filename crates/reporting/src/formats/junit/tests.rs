//! Tests of JUnit: what readers count on, and that any text makes a sound document.

use lockstep_diagnostics::{BaselineState, Level};
use proptest::prelude::*;
use roxmltree::{Document, Node};

use super::*;
use crate::{
    Incompleteness,
    testing::{self, hostile},
};

fn written(report: &ReportView<'_>) -> String {
    let mut out = Vec::new();
    JUnit.write(report, &Options::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn number(node: Node<'_, '_>, attribute: &str) -> usize {
    node.attribute(attribute).unwrap().parse().unwrap()
}

/// Checks the counts of a document, as readers that trust them do; the elements of its cases.
fn counted(document: &Document<'_>) -> Vec<String> {
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let suites: Vec<_> = root.children().filter(Node::is_element).collect();
    let mut outcomes = Vec::new();
    for suite in &suites {
        let cases: Vec<_> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
        let of = |name: &str| cases.iter().filter(|case| case.children().any(|node| node.has_tag_name(name))).count();
        assert_eq!(number(*suite, "tests"), cases.len());
        for (attribute, element) in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
            assert_eq!(number(*suite, attribute), of(element), "{attribute}");
        }
        for case in &cases {
            let outcome = case.children().find(Node::is_element).map_or("passed", |node| node.tag_name().name());
            outcomes.push(outcome.to_owned());
        }
        let mut names: Vec<_> =
            cases.iter().map(|case| (case.attribute("classname"), case.attribute("name"))).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), cases.len(), "a server knows tests by their names");
    }
    for attribute in ["tests", "failures", "errors"] {
        assert_eq!(number(root, attribute), suites.iter().map(|suite| number(*suite, attribute)).sum::<usize>());
    }
    outcomes
}

#[test]
fn a_failure_is_what_fails_the_run() {
    let known = Finding { baseline: BaselineState::Known, ..testing::finding() };
    let off = Finding { level: Level::Allow, ..testing::finding() };
    let findings = [testing::hostile_finding(), testing::finding(), known, off];
    let text = testing::with_report(&findings, false, written);
    assert_eq!(counted(&Document::parse(&text).unwrap()), ["passed", "skipped", "failure"]);
    insta::with_settings!({ filters => vec![(env!("CARGO_PKG_VERSION"), "[VERSION]")] }, {
        insta::assert_snapshot!(text);
    });
}

#[test]
fn an_incomplete_run_is_an_error_and_an_accepted_one_is_none() {
    let text = testing::with_report(&[], true, written);
    let document = Document::parse(&text).unwrap();
    assert_eq!(counted(&document), ["error"]);
    let error = document.descendants().find(|node| node.has_tag_name("error")).unwrap();
    assert_eq!(error.attribute("message"), Some("the analysis is incomplete: this clone is shallow"));
    assert!(error.text().unwrap().ends_with("help: git fetch --unshallow --filter=blob:none"));
    let accepted = [Incompleteness { reason: "shallow".to_owned(), accepted: true, ..Incompleteness::default() }];
    let text = testing::with_report(&[], false, |report| written(&ReportView { incomplete: &accepted, ..*report }));
    assert_eq!(counted(&Document::parse(&text).unwrap()), ["skipped"]);
}

#[test]
fn twins_are_told_apart() {
    let twin = Finding { fingerprint: lockstep_diagnostics::Fingerprint::new("lockstep", ["x"]), ..testing::finding() };
    let text = testing::with_report(&[testing::finding(), twin], false, written);
    assert_eq!(counted(&Document::parse(&text).unwrap()), ["passed", "failure", "failure"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_text_makes_a_sound_document(texts in hostile::texts()) {
        let mut findings = hostile::findings(&texts);
        // Twins have one fingerprint only if they are about the same: the known and the worse one are no case of their own.
        findings.truncate(2);
        let text = hostile::with_report(&texts, &findings, written);
        prop_assert!(!text.contains("##[") && !text.chars().any(|c| c != '\n' && c.is_control()), "{:?}", text);
        let document = match Document::parse(&text) {
            Ok(document) => document,
            Err(error) => return Err(TestCaseError::fail(format!("{error}: {text:?}"))),
        };
        prop_assert_eq!(counted(&document), ["error", "skipped"]);
        let known = ["testsuites", "testsuite", "properties", "property", "testcase", "skipped", "error", "system-out"];
        for node in document.descendants() {
            prop_assert!(!node.is_comment() && !node.is_pi());
            prop_assert!(!node.is_element() || known.contains(&node.tag_name().name()));
        }
        let skipped = document.descendants().find(|node| node.has_tag_name("skipped")).unwrap();
        let message = format!("warning: {}", escape::cut(&findings[0].message, MESSAGE));
        let message = message.replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}");
        prop_assert_eq!(skipped.attribute("message").unwrap(), message);
    }
}
