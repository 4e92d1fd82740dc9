//! What is held back, what has become worse, and what has no purpose any more.

use super::*;
use crate::testing::{LOCKSTEP, SHARED, TODAY, entry, finding, ratchet};

fn held(entries: &[Entry], findings: &mut [Finding]) -> (Held, Vec<BaselineState>) {
    let held = Baseline::new(entries.iter().cloned()).hold(findings, &ratchet());
    (held, findings.iter().map(|finding| finding.baseline).collect())
}

#[test]
fn groups_may_shrink_and_not_grow() {
    let entries = [entry("lockstep", "abcd", 0.6)];
    let mut findings = [
        finding(&LOCKSTEP, "abcd", 0.6),
        finding(&LOCKSTEP, "ab", 0.6),
        finding(&LOCKSTEP, "cd", 0.2),
        finding(&LOCKSTEP, "abcde", 0.6),
        finding(&LOCKSTEP, "ae", 0.6),
        finding(&LOCKSTEP, "a", 0.6),
        finding(&SHARED, "ab", 0.6),
    ];
    let (_, states) = held(&entries, &mut findings);
    use BaselineState::{Known, New};
    assert_eq!(states, [Known, Known, Known, New, New, New, New]);
}

#[test]
fn of_several_groups_the_one_counts_that_allows_most() {
    let entries = [entry("lockstep", "ace", 0.0), entry("lockstep", "abcd", 0.4)];
    assert_eq!(held(&entries, &mut [finding(&LOCKSTEP, "ac", 0.4)]).1, [BaselineState::Known]);
    // What is known by its own name counts for itself.
    let entries = [entry("lockstep", "ac", 0.0), entry("lockstep", "abcd", 0.4)];
    assert_eq!(held(&entries, &mut [finding(&LOCKSTEP, "ac", 0.4)]).1, [BaselineState::Worse]);
}

#[test]
fn what_tells_findings_apart_tells_entries_apart() {
    let mut about = finding(&SHARED, "abc", 0.5);
    about.subjects = vec!["lib/a.ts".to_owned()];
    let mut known = entry("shared-implementation", "abc", 0.5);
    known.key.subjects = vec!["lib/b.ts".to_owned()];
    assert_eq!(held(&[known.clone()], &mut [about.clone()]).1, [BaselineState::New]);
    known.key.subjects = about.subjects.clone();
    assert_eq!(held(&[known], &mut [about]).1, [BaselineState::Known]);
}

#[test]
fn what_shrank_by_more_than_the_tolerance_is_better_and_held_back() {
    let of = |rule: &'static lockstep_diagnostics::RuleMeta, name: &str, weight| {
        let (held, states) = held(&[entry(name, "ab", 0.62)], &mut [finding(rule, "ab", weight)]);
        assert_eq!((held.known, states[0]), (1, BaselineState::Known), "{weight}");
        held.better
    };
    assert_eq!([0.1, 0.51, 0.53, 0.62].map(|weight| of(&LOCKSTEP, "lockstep", weight)), [1, 1, 0, 0]);
    // A share of all functions moves when others come.
    assert_eq!(of(&SHARED, "shared-implementation", 0.1), 0);
}

#[test]
fn what_grew_by_more_than_the_tolerance_speaks_again() {
    let entries = [entry("lockstep", "ab", 0.62)];
    for (weight, state) in [(0.1, "known"), (0.62, "known"), (0.724, "known"), (0.726, "worse")] {
        let mut findings = [finding(&LOCKSTEP, "ab", weight)];
        let (held, states) = held(&entries, &mut findings);
        assert_eq!(states[0].as_str(), state, "{weight}");
        assert_eq!((held.known, held.worse), if state == "known" { (1, 0) } else { (0, 1) });
    }
    let mut findings = [finding(&LOCKSTEP, "ab", 0.81)];
    held(&entries, &mut findings);
    assert_eq!(findings[0].notes, ["worse than the baseline: 0.62 then, 0.81 now"]);
    // A share of all functions moves when others go.
    let entries = [entry("shared-implementation", "ab", 0.5)];
    assert_eq!(held(&entries, &mut [finding(&SHARED, "ab", 1.0)]).1, [BaselineState::Known]);
}

#[test]
fn silenced_findings_keep_their_entry_and_are_not_counted() {
    let mut silenced = [finding(&LOCKSTEP, "ab", 0.9)];
    silenced[0].level = Level::Allow;
    let (held, states) = held(&[entry("lockstep", "ab", 0.2)], &mut silenced);
    assert_eq!((held.known, held.worse, states[0]), (0, 0, BaselineState::New));
    assert_eq!(held.matched.len(), 1);
}

#[test]
fn what_is_forbidden_is_never_held_back() {
    let mut forbidden = [finding(&LOCKSTEP, "ab", 0.6)];
    forbidden[0].level = Level::Forbid;
    let (held, states) = held(&[entry("lockstep", "ab", 0.6)], &mut forbidden);
    assert_eq!((held.known, held.worse, states[0]), (0, 0, BaselineState::New));
    assert_eq!(held.matched.len(), 1, "nor is its entry stale");
    assert_eq!(forbidden[0].notes, ["it is in the baseline, but nothing lowers `forbid`"]);
}

#[test]
fn an_entry_ends_on_its_last_day() {
    let on = |expires: Date| {
        let entry = Entry { expires: Some(expires), ..entry("lockstep", "ab", 0.6) };
        let baseline = Baseline::new([entry]);
        let mut findings = [finding(&LOCKSTEP, "ab", 0.6)];
        let held = baseline.hold(&mut findings, &ratchet());
        let stale = baseline.stale(&held, TODAY, &|_| true).first().map(|(_, why)| *why);
        (findings[0].baseline, stale)
    };
    assert_eq!(on(TODAY), (BaselineState::Known, None));
    let yesterday = TODAY.yesterday().unwrap();
    assert_eq!(on(yesterday), (BaselineState::New, Some(Stale::Expired(yesterday))));
}

#[test]
fn only_what_was_looked_for_is_stale() {
    let baseline = Baseline::new([entry("lockstep", "ab", 0.6), entry("follower", "ab", 0.6)]);
    let held = baseline.hold(&mut [], &ratchet());
    let stale = baseline.stale(&held, TODAY, &|entry| entry.key.rule == "lockstep");
    assert_eq!(stale.iter().map(|(entry, _)| entry.key.rule.as_str()).collect::<Vec<_>>(), ["lockstep"]);
}
