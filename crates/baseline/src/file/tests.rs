//! Reading and writing: what is broken is named by its line, and what git makes of two branches is their union.

use lockstep_diagnostics::Fingerprint;
use proptest::prelude::*;

use super::*;
use crate::{Strength, testing::entry};

const HEADER: &str = r#"{"schema_version":1,"tool":"lockstep"}"#;
const LINE: &str = r#"{"rule":"lockstep","functions":["b","a"],"at":0.62,"since":"2026-01-10"}"#;

#[test]
fn a_file_is_a_header_and_sorted_lines() {
    let mut shared = entry("shared-implementation", "ab", 0.4);
    shared.key.subjects.push("lib/money.ts".to_owned());
    shared.reason = Some("one team".to_owned());
    shared.expires = Some("2027-03-01".parse().unwrap());
    let baseline = Baseline::new([shared, entry("lockstep", "ba", 0.625)]);
    let text = baseline.render();
    let print = |rule, subjects: &[&str]| Fingerprint::new(rule, subjects.iter().copied());
    let (one, two) = (print("lockstep", &["a", "b"]), print("shared-implementation", &["a", "b", "lib/money.ts"]));
    let expected = [
        HEADER.to_owned(),
        format!(r#"{{"rule":"lockstep","functions":["a","b"],"at":0.63,"since":"2026-01-10","fingerprint":"{one}"}}"#),
        format!(
            r#"{{"rule":"shared-implementation","functions":["a","b"],"subjects":["lib/money.ts"],"at":0.4,"since":"2026-01-10","reason":"one team","expires":"2027-03-01","fingerprint":"{two}"}}"#
        ),
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    assert_eq!(Baseline::parse(&text).unwrap().render(), text);
}

#[test]
fn what_is_broken_is_named_by_its_line() {
    let cases = [
        ("", 1, "there is no line"),
        (LINE, 1, "there is no line"),
        ("{\"schema_version\":2}\n", 1, "schema version 2 is not read"),
        ("HEADER\n\nnot json\n", 3, "no JSON: expected"),
        ("HEADER\n[1]\n", 2, "no entry: invalid"),
        ("HEADER\n<<<<<<< HEAD\n", 2, "a conflict of git's is not resolved"),
        ("HEADER\nLINE\n{\"rule\":\"lockstep\"}\n", 3, "no entry: missing field `functions`"),
        ("HEADER\nLINEx\n", 2, "no JSON: trailing characters"),
        (r#"HEADER{"rule":"a","functions":[],"at":1.5,"since":"2026-01-10"}"#, 2, "no entry: `at` is 1.5"),
        (r#"HEADER{"rule":"","functions":[],"at":1,"since":"2026-01-10"}"#, 2, "`rule` is empty"),
        (r#"HEADER{"rule":"a","functions":[],"at":1,"since":"soon"}"#, 2, "`since` must be a day such as"),
        (
            r#"HEADER{"rule":"a","functions":[],"at":1,"since":"2026-01-10","reson":""}"#,
            2,
            "no entry: unknown field `reson`",
        ),
    ];
    for (text, line, message) in cases {
        let text = text.replace("LINE", LINE).replace("HEADER{", &format!("{HEADER}\n{{")).replace("HEADER", HEADER);
        let fault = Baseline::parse(&text).expect_err(&text);
        assert_eq!(fault.line, line, "{text}: {fault}");
        assert!(fault.message.starts_with(message), "{text}: {fault}");
    }
}

#[test]
fn what_a_merge_leaves_means_what_both_branches_said() {
    let later = LINE.replace("0.62", "0.7").replace("2026-01-10", "2026-02-01");
    let text = format!("\u{feff}{LINE}\r\n{HEADER}\r\n\r\n{later}\n{HEADER}\n{LINE}");
    let baseline = Baseline::parse(&text).unwrap();
    let only = baseline.entries().next().unwrap();
    assert_eq!((baseline.len(), only.at, only.since.to_string()), (1, Strength::of(0.7), "2026-01-10".to_owned()));
    assert_eq!(only.line, 1, "the place of the first of them");
}

/// Baselines of a few entries, often the same ones.
fn baselines() -> impl Strategy<Value = Baseline> {
    let one = ("[rs]", "[a-d]{1,3}", 0u8..4, proptest::option::of("[xy]"), proptest::option::of(1i8..4));
    proptest::collection::vec(one, 0..8).prop_map(|all| {
        Baseline::new(all.into_iter().map(|(rule, functions, at, reason, month)| {
            let expires = month.map(|month| jiff::civil::date(2027, month, 1));
            let entry = entry(&rule, &functions, f64::from(at) / 10.0);
            Entry { reason, expires, ..entry }
        }))
    })
}

fn keys(baseline: &Baseline) -> std::collections::BTreeSet<Key> {
    baseline.entries.keys().cloned().collect()
}

proptest! {
    #[test]
    fn lines_of_two_files_are_the_union(one in baselines(), two in baselines()) {
        let (forth, back) = (one.render() + &two.render(), two.render() + &one.render());
        let (forth, back) = (Baseline::parse(&forth).unwrap(), Baseline::parse(&back).unwrap());
        prop_assert_eq!(keys(&forth), keys(&one).union(&keys(&two)).cloned().collect());
        prop_assert_eq!(forth.render(), back.render());
        for (key, entry) in &forth.entries {
            let most = [&one, &two].iter().filter_map(|baseline| Some(baseline.entries.get(key)?.at)).max();
            prop_assert_eq!(Some(entry.at), most);
        }
    }

    #[test]
    fn what_is_written_is_read(baseline in baselines()) {
        let text = baseline.render();
        prop_assert_eq!(Baseline::parse(&text).unwrap().render(), text);
    }

    #[test]
    fn no_text_is_a_panic(text in any::<String>(), line in "[\\[\\]{}\",:a-z0-9\\-.\\\\]{0,60}") {
        let _ = Baseline::parse(&text);
        let _ = Baseline::parse(&format!("{HEADER}\n{line}\n{text}"));
    }
}
