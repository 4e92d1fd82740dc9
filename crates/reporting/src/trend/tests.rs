//! The development as people and programs get it.

use super::*;
use crate::Options;

fn share(value: f64) -> Option<ShareView> {
    Some(ShareView { value, lower: value - 0.1, upper: value + 0.1 })
}

fn pair(a: &str, b: &str) -> PairView {
    PairView {
        a: FunctionId::new(a),
        b: FunctionId::new(b),
        between_services: true,
        strength: 0.456_78,
        lower: 0.3,
        support: 7,
    }
}

fn view() -> TrendView {
    let first = AloneView {
        changesets: 20,
        one_function: 8,
        one_service: 12,
        of_functions: share(0.4),
        of_services: share(0.6),
        sweeping: 1,
    };
    let few = AloneView { changesets: 3, one_function: 3, one_service: 3, ..AloneView::default() };
    let last = AloneView {
        changesets: 30,
        one_function: 27,
        one_service: 30,
        of_functions: share(0.9),
        of_services: share(1.0),
        sweeping: 0,
    };
    let hostile = pair("orders/Create", "billing/\u{1b}[2J");
    let end = |pairs: &[PairView], began: &[PairView], ceased: &[PairView]| {
        Some(EndView { known: 5, pairs: pairs.to_vec(), began: began.to_vec(), ceased: ceased.to_vec() })
    };
    let period = |name: &str, from, alone, end| PeriodView { name: name.into(), from, to: from + 9, alone, end };
    let periods = vec![
        period("2024 Q1", 1_704_067_200, first, None),
        period("2024 Q2", 1_711_929_600, few, end(std::slice::from_ref(&hostile), &[], &[])),
        period(
            "2024 Q3",
            1_719_792_000,
            AloneView::default(),
            end(&[hostile.clone(), pair("a", "b")], &[pair("a", "b")], &[]),
        ),
        period("2024 Q4", 1_727_740_800, last, end(&[], &[], &[hostile, pair("a", "b")])),
    ];
    let of_service = |alone| ServicePeriodView {
        alone,
        end: Some(ServiceEndView { known: 2, inside: 1, outward: 2, strength: Some(0.5) }),
    };
    let service = |name: &str, functions| ServiceTrendView {
        name: name.into(),
        functions,
        alone: AloneView { changesets: 53, one_service: 45, of_services: share(0.85), ..AloneView::default() },
        periods: [first, few, AloneView::default(), last].map(of_service).to_vec(),
    };
    TrendView {
        as_of: Some(1_735_600_000),
        changesets: ChangesetCounts { total: 90, kept: 52, ..ChangesetCounts::default() },
        step: Step::Quarter,
        functions: 6,
        gone: false,
        fewest: 10,
        counted: Counted { lower: 0.2, min_support: 3 },
        earlier: 2,
        periods,
        services: vec![
            service("billing\u{202e}", 2),
            service("orders", 3),
            ServiceTrendView { name: "mail".into(), ..ServiceTrendView::default() },
        ],
        halves: Some(HalvesView { at: 1_719_792_000, asked: true, before: first, after: last }),
    }
}

fn text(options: &Options) -> String {
    let mut out = Vec::new();
    write_text(&view(), options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn told_in_words_and_harmless() {
    let text = text(&Options::default());
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn ascii_is_ascii_and_narrow_is_wrapped() {
    let text = text(&Options { ascii: true, width: Some(80), ..Options::default() });
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("###..... 0.40") && text.contains("6..9"), "{text}");
    // Columns are not to be broken, sentences are.
    let prose = text.lines().filter(|line| line.contains("with what was known"));
    assert!(prose.clone().count() == 1 && prose.clone().all(|line| line.len() <= 80), "{text}");
}

#[test]
fn of_one_service_nothing_is_said_of_services() {
    let mut view = view();
    view.services.truncate(1);
    let mut out = Vec::new();
    write_text(&view, &Options::default(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(
        text.contains("one function: up to") && !text.contains("one service") && !text.contains("between"),
        "{text}"
    );
}

#[test]
fn long_histories_are_cut_unless_all_is_asked_for() {
    let mut view = view();
    let first = view.periods[0].clone();
    view.periods.splice(0..0, (0..40).map(|number| PeriodView { name: format!("before {number}"), ..first.clone() }));
    let write = |verbose| {
        let mut out = Vec::new();
        write_text(&view, &Options { verbose, ..Options::default() }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert!(write(false).contains("28 periods before (-v shows all)") && !write(false).contains("before 27"));
    assert!(write(true).contains("before 0"));
}

#[test]
fn nothing_is_said_of_nothing() {
    let mut out = Vec::new();
    write_text(&TrendView::default(), &Options::default(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(
        text,
        "0 functions of today in 0 services, 0 changesets that count, by quarter: nothing has changed a function yet\n"
    );
}

#[test]
fn json_holds_what_the_text_is_made_of() {
    let mut out = Vec::new();
    write_json(&view(), &mut out).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(document["periods"][0]["couplings"], serde_json::Value::Null);
    assert_eq!(document["periods"][1]["function_share"], serde_json::Value::Null);
    assert_eq!(document["periods"][2]["couplings"]["strength"], 0.4568);
    assert_eq!(document["periods"][3]["couplings"]["ceased"].as_array().map(Vec::len), Some(2));
    assert_eq!(document["halves"]["functions"], "rose");
    assert_eq!(document["services"][1]["periods"][3]["couplings"]["outward"], 2);
}

#[test]
fn a_share_rises_only_beyond_chance() {
    let of = |before, after| Direction::of(share(before), share(after));
    assert_eq!(of(0.4, 0.7), Some(Direction::Rose));
    assert_eq!(of(0.7, 0.4), Some(Direction::Fell));
    assert_eq!(of(0.4, 0.55), Some(Direction::Uncertain));
    assert_eq!(Direction::of(None, share(0.5)), None);
}

#[test]
fn periods_have_the_names_of_the_calendar() {
    let from = 1_719_792_000;
    let names = [Step::Month, Step::Quarter, Step::Year].map(|step| step.name(from));
    assert_eq!(names, ["2024-07", "2024 Q3", "2024"]);
    assert_eq!(Step::Year.name(i64::MAX), format!("@{}", i64::MAX));
}
