//! Tests of SARIF: what GitHub asks for, its limits, and that only our own links come out.

use lockstep_diagnostics::{BaselineState, Finding, Level, SuppressedBy, Suppression};
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::testing::{self, hostile};

fn parsed(report: &ReportView<'_>, options: &Options) -> Value {
    let mut out = Vec::new();
    Sarif.write(report, options, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{text:?}");
    serde_json::from_str(&text).unwrap()
}

fn run(findings: &[Finding], incomplete: bool, options: &Options) -> Value {
    let log = testing::with_report(findings, incomplete, |report| parsed(report, options));
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    log["runs"][0].clone()
}

fn suppressed() -> Finding {
    let location = testing::at("orders/template.yml", testing::TEMPLATE, "Type");
    let reason = "they are one team's\nfor now".to_owned();
    Finding {
        level: Level::Allow,
        suppression: Some(Suppression { by: SuppressedBy::Comment, location: Some(location), reason }),
        ..testing::finding()
    }
}

#[test]
fn the_log_holds_what_github_asks_for() {
    let findings = [testing::finding(), testing::hostile_finding()];
    let text = testing::with_report(&findings, true, |report| {
        let mut out = Vec::new();
        Sarif.write(report, &Options::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    });
    insta::with_settings!({ filters => vec![(env!("CARGO_PKG_VERSION"), "[VERSION]")] }, {
        insta::assert_snapshot!(text);
    });
}

#[test]
fn states_are_said_to_those_who_heed_them() {
    let known = Finding { baseline: BaselineState::Known, ..testing::finding() };
    let worse = Finding { baseline: BaselineState::Worse, ..testing::finding() };
    let off = Finding { level: Level::Allow, ..testing::finding() };
    let findings = [known, worse, suppressed(), off];
    let everything = run(&findings, false, &Options::default());
    let results = everything["results"].as_array().unwrap();
    let states: Vec<_> = results.iter().map(|result| &result["baselineState"]).collect();
    assert_eq!(states, ["updated", "unchanged", "new"]);
    assert_eq!(results[2]["suppressions"][0]["kind"], "inSource");
    assert_eq!(results[2]["suppressions"][0]["justification"], "they are one team's\\nfor now");
    assert_eq!(results[2]["level"], "error", "what is silent keeps what it would be");
    let on_github = run(&findings, false, &Options { github_actions: true, ..Options::default() });
    assert_eq!(on_github["results"].as_array().unwrap().len(), 1);
    let told = on_github["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(told.starts_with("2 findings left out that the baseline knows"), "{told}");
}

#[test]
fn the_worst_are_kept() {
    let findings: Vec<_> =
        (0..5_003u16).map(|n| Finding { weight: f64::from(n) / 1e4, ..testing::finding() }).collect();
    let run = run(&findings, false, &Options::default());
    let ranks: Vec<_> = run["results"].as_array().unwrap().iter().map(|result| result["rank"].as_f64()).collect();
    assert_eq!((ranks.len(), ranks[0], ranks[4_999]), (5_000, Some(50.0), Some(0.0)));
    let told = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert_eq!(told, "3 findings left out, the weightiest are here: no more than 5000 results are kept");
    let mut many = testing::finding();
    many.related = (0..150).map(|_| many.related[0].clone()).collect();
    let one = message::of(&many);
    assert!(one.contains("\nand 50 more places\n"), "{one}");
}

#[test]
fn an_accepted_gap_is_no_failure() {
    let reasons = [Incompleteness { reason: "shallow".to_owned(), accepted: true, ..Incompleteness::default() }];
    let log = testing::with_report(&[], false, |report| {
        parsed(&ReportView { incomplete: &reasons, ..*report }, &Options::default())
    });
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    assert_eq!(invocation["toolExecutionNotifications"][0]["level"], "warning");
    assert_eq!(run(&[], true, &Options::default())["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn regions_are_part_of_one_line() {
    let mut finding = testing::finding();
    // From the second line into the third.
    finding.primary.location.end += 20;
    let region =
        run(&[finding], false, &Options::default())["results"][0]["locations"][0]["physicalLocation"]["region"].clone();
    assert_eq!(region, serde_json::json!({ "startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 15 }));
}

/// Every `](target)` in `text`, as the most generous of viewers reads it.
fn targets(text: &str) -> Vec<&str> {
    text.match_indices("](").map(|(at, _)| text[at + 2..].split(')').next().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn only_our_links_come_out(texts in hostile::texts()) {
        let findings = hostile::findings(&texts);
        let log = hostile::with_report(&texts, &findings, |report| parsed(report, &Options::default()));
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        prop_assert_eq!(results.len(), findings.len());
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            prop_assert_eq!(&rules[index]["id"], &result["ruleId"]);
            let message = result["message"]["text"].as_str().unwrap();
            for target in targets(message) {
                prop_assert!(["1", "2"].contains(&target), "{}", message);
            }
            // The texts come through, as far as there is room for them.
            let functions: Vec<_> = findings[0].functions.iter().map(|id| Value::from(id.as_str())).collect();
            prop_assert_eq!(&result["properties"]["functions"], &Value::from(functions));
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            prop_assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)), "{}", uri);
            prop_assert!(place["region"]["startLine"] == place["region"]["endLine"]);
        }
        for notification in run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap() {
            prop_assert_eq!(targets(notification["message"]["text"].as_str().unwrap()), Vec::<&str>::new());
        }
    }

    #[test]
    fn a_path_can_be_had_back(text in any::<String>()) {
        let encoded = escape::uri_path(&text);
        let bytes: Vec<u8> = encoded.split('%').enumerate().flat_map(|(number, part)| match number {
            0 => part.as_bytes().to_vec(),
            _ => [&[u8::from_str_radix(&part[..2], 16).unwrap()], &part.as_bytes()[2..]].concat(),
        }).collect();
        prop_assert_eq!(String::from_utf8(bytes).unwrap(), text);
    }
}
