//! A baseline that is brought up to date never grows unasked, and holds what it was made of.

use std::collections::BTreeMap;

use lockstep_diagnostics::BaselineState;
use proptest::prelude::*;

use super::*;
use crate::testing::{LOCKSTEP, SHARED, TODAY, entry, finding, ratchet};

fn wanted(grow: bool) -> Wanted {
    Wanted { grow, ratchet: ratchet() }
}

fn strengths(baseline: &Baseline) -> BTreeMap<String, String> {
    baseline.entries().map(|entry| (entry.key.functions.concat(), entry.at.to_string())).collect()
}

fn told(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(functions, at)| ((*functions).to_owned(), (*at).to_owned())).collect()
}

#[test]
fn without_growing_it_only_tightens() {
    let old = Baseline::new([
        Entry { reason: Some("one team".to_owned()), ..entry("lockstep", "abc", 0.6) },
        entry("lockstep", "de", 0.3),
        entry("lockstep", "xy", 0.5),
    ]);
    let findings = [finding(&LOCKSTEP, "ab", 0.5), finding(&LOCKSTEP, "de", 0.8), finding(&LOCKSTEP, "fg", 0.9)];
    let done = old.refreshed(&findings, wanted(false));
    assert_eq!(strengths(&done.baseline), told(&[("ab", "0.50"), ("de", "0.30"), ("xy", "0.50")]));
    assert_eq!((done.added, done.raised, done.tightened, done.left_new, done.left_worse), (0, 0, 1, 1, 1));
    let kept = done.baseline.entries().next().unwrap();
    assert_eq!((kept.reason.as_deref(), kept.since), (Some("one team"), old.entries().next().unwrap().since));
}

#[test]
fn growing_takes_in_what_is_new_and_what_is_worse() {
    let expired = Entry {
        expires: Some(TODAY.yesterday().unwrap()),
        reason: Some("for a while".to_owned()),
        ..entry("lockstep", "fg", 0.2)
    };
    let old = Baseline::new([entry("lockstep", "de", 0.3), expired]);
    let findings = [finding(&LOCKSTEP, "de", 0.8), finding(&LOCKSTEP, "fg", 0.9), finding(&SHARED, "ab", 0.1)];
    let done = old.refreshed(&findings, wanted(true));
    assert_eq!(strengths(&done.baseline), told(&[("de", "0.80"), ("fg", "0.90"), ("ab", "0.10")]));
    assert_eq!((done.added, done.raised), (2, 1));
    let renewed = done.baseline.entries().find(|entry| entry.key.functions == ["f", "g"]).unwrap();
    assert_eq!((renewed.since, renewed.expires, renewed.reason.as_deref()), (TODAY, None, Some("for a while")));
}

#[test]
fn what_is_silenced_forbidden_or_about_a_change_is_left_out() {
    let mut silenced = finding(&LOCKSTEP, "ab", 0.5);
    silenced.level = Level::Allow;
    let mut of_change = finding(&LOCKSTEP, "cd", 0.5);
    of_change.of_change = true;
    let mut forbidden = finding(&LOCKSTEP, "ef", 0.5);
    forbidden.level = Level::Forbid;
    let done = Baseline::default().refreshed(&[silenced, of_change, forbidden], wanted(true));
    assert!(done.baseline.is_empty());
}

fn findings() -> impl Strategy<Value = Vec<Finding>> {
    let one = (any::<bool>(), "[a-e]{1,4}", 0.0..1.0f64);
    proptest::collection::vec(one, 0..10).prop_map(|all| {
        let about = |functions: String| {
            let mut letters: Vec<char> = functions.chars().collect();
            letters.sort_unstable();
            letters.dedup();
            letters.into_iter().collect::<String>()
        };
        let made =
            |(which, functions, weight)| finding(if which { &LOCKSTEP } else { &SHARED }, &about(functions), weight);
        all.into_iter().map(made).collect()
    })
}

proptest! {
    #[test]
    fn what_was_written_is_known(mut findings in findings()) {
        let baseline = Baseline::default().refreshed(&findings, wanted(true)).baseline;
        let read = Baseline::parse(&baseline.render()).unwrap();
        let held = read.hold(&mut findings, &ratchet());
        prop_assert!(findings.iter().all(|finding| finding.baseline == BaselineState::Known));
        prop_assert!(read.stale(&held, TODAY, &|_| true).is_empty());
    }

    #[test]
    fn pruning_twice_is_pruning_once(before in findings(), mut now in findings()) {
        let baseline = Baseline::default().refreshed(&before, wanted(true)).baseline;
        let prune = |baseline: &Baseline, findings: &mut [Finding]| {
            let held = baseline.hold(findings, &ratchet());
            let stale = baseline.stale(&held, TODAY, &|_| true);
            let keys: BTreeSet<Key> = stale.into_iter().map(|(entry, _)| entry.key.clone()).collect();
            baseline.without(&keys)
        };
        let once = prune(&baseline, &mut now);
        prop_assert_eq!(prune(&once, &mut now), once);
    }

    #[test]
    fn refreshing_never_holds_more(before in findings(), now in findings(), later in findings()) {
        let baseline = Baseline::default().refreshed(&before, wanted(true)).baseline;
        let refreshed = baseline.refreshed(&now, wanted(false)).baseline;
        let known = |baseline: &Baseline| {
            let mut findings = later.clone();
            baseline.hold(&mut findings, &ratchet());
            findings.iter().map(|finding| finding.baseline == BaselineState::Known).collect::<Vec<_>>()
        };
        for (after, before) in known(&refreshed).into_iter().zip(known(&baseline)) {
            prop_assert!(before || !after);
        }
    }
}
