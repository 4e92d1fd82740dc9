//! What counts, what does not, and what a changeset is called.

use lockstep_history::{Options, Progress, read};
use lockstep_model::{ChangeKind, ChangesetKind, DropReason, History};

use crate::throwaway::{Op, Script, shown, story, write};

fn subjects(history: &History) -> Vec<&str> {
    history.changesets.iter().map(|it| it.subject.as_str()).collect()
}

#[test]
fn a_merged_pull_request_is_one_change() {
    let mut script = Script::new();
    let base = script.commit("main", "Start", &[write("a.py", "1")]);
    script.branch("fix", base);
    script.author = "Ben <ben@example.org>".into();
    script.commit("fix", "First try", &[write("a.py", "2")]);
    let tip = script.commit("fix", "Second try", &[write("b.py", "1"), write("README.md", "x")]);
    script.author = "Ana <ana@example.org>".into();
    script.commit("main", "Meanwhile", &[write("c.py", "1")]);
    let message = "Merge pull request #12 from ben/fix\n\nFix the totals\n\nAt last.";
    script.merge("main", message, &[tip], &[write("a.py", "2"), write("b.py", "1"), write("README.md", "x")]);
    script.commit("main", "Squashed (#13)\n\n* one\n* two", &[write("a.py", "3"), write("b.py", "2")]);

    let history = script.repository().history();
    assert_eq!(subjects(&history), ["Start", "Meanwhile", "Fix the totals (#12)", "Squashed (#13)"]);
    assert_eq!(history.total, 4);
    let merge = &history.changesets[2];
    assert_eq!(merge.kind, ChangesetKind::Merge);
    assert_eq!(shown(&history, merge), ["A README.md", "M a.py", "A b.py"]);
    assert_eq!(history.changesets[3].kind, ChangesetKind::Commit);
    assert!(history.changesets.is_sorted_by_key(|it| it.time));
    assert_eq!(history.state.head_time, Some(history.changesets[3].time));
    assert_eq!(Some(history.changesets[3].id), history.state.head);
}

#[test]
fn programs_empty_commits_and_documents_are_counted_not_shown() {
    let mut script = Script::new();
    let base = script.commit("main", "Start", &[write("a.py", "1"), write("package.json", "{}")]);
    script.commit("main", "Write it down", &[write("README.md", "x"), write("docs/a.html", "x")]);
    script.commit("main", "Test it", &[write("tests/test_a.py", "x")]);
    script.commit("main", "Nothing", &[]);
    script.commit("main", "Set the mode", &[Op::Executable("a.py".into(), "1".into())]);
    script.author = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>".into();
    script.commit("main", "Bump lodash", &[write("package.json", "{1}"), write("a.py", "2")]);
    script.branch("bump", base);
    let tip = script.commit("bump", "Bump it", &[write("package.json", "{2}")]);
    script.author = "Ana <ana@example.org>".into();
    script.merge("main", "BAU: Bump it", &[tip], &[write("package.json", "{2}"), write("template.yaml", "x")]);
    let message = "Merge pull request #3 from org/dependabot/pip/x\n\nBump x";
    script.branch("by-hand", base);
    let tip = script.commit("by-hand", "Bump x, by hand", &[write("a.py", "9")]);
    script.merge("main", message, &[tip], &[write("a.py", "9")]);
    script.commit("main", "Deploy", &[write("template.yaml", "y")]);

    let history = script.repository().history();
    assert_eq!(subjects(&history), ["Start", "Deploy"]);
    let dropped: Vec<_> = history.dropped.iter().map(|(reason, n)| (*reason, *n)).collect();
    assert_eq!(dropped, [(DropReason::Bot, 3), (DropReason::NoBehaviour, 3), (DropReason::Empty, 1)]);
    assert_eq!(history.total, 9);
}

#[test]
fn a_merge_queue_that_merges_a_persons_work_is_no_bot() {
    let mut script = Script::new();
    let base = script.commit("main", "Start", &[write("a.py", "1")]);
    script.branch("fix", base);
    script.commit("fix", "Fix", &[write("a.py", "2")]);
    script.author = "autofix-ci[bot] <1+autofix-ci[bot]@users.noreply.github.com>".into();
    let tip = script.commit("fix", "Format", &[write("a.py", "3")]);
    script.author = "mergify[bot] <1+mergify[bot]@users.noreply.github.com>".into();
    script.merge("main", "Merge pull request #3 from ana/fix\n\nFix", &[tip], &[write("a.py", "3")]);
    let history = script.repository().history();
    assert_eq!(subjects(&history), ["Start", "Fix (#3)"]);
    assert_eq!(history.changesets[1].author.name, "Ana", "who wrote it, not who merged or formatted it");
}

#[test]
fn kinds_follow_the_paths_and_the_users_globs() {
    let mut script = Script::new();
    script.commit(
        "main",
        "Start",
        &[
            write("a.py", "1"),
            write("events/order.py", "1"),
            write("openapi.yaml", "1"),
            write("yarn.lock", "1"),
            Op::Submodule("shared".into(), 7),
        ],
    );
    let options = Options { contract_globs: vec!["events/**".into(), "{".into()], ..Options::default() };
    let read = read(&script.repository().open(), &options, &|_| ());
    assert_eq!(read.problems.len(), 1, "{:?}", read.problems);
    let kinds: Vec<_> = read.value.changesets[0].changes.iter().map(|change| change.kind).collect();
    use ChangeKind::{Behaviour, Contract, Dependency};
    assert_eq!(kinds, [Behaviour, Contract, Contract, Dependency, Dependency]);
}

#[test]
fn threads_and_runs_change_nothing() {
    let mut script = Script::new();
    for n in 0..80_u32 {
        script.commit(
            "main",
            &format!("Change {n}"),
            &[write(&format!("f{}/a.py", n % 7), &n.to_string()), write(&format!("f{}/b.py", n % 5), &n.to_string())],
        );
    }
    let repository = script.repository();
    let read_with = |jobs| {
        let done = std::sync::atomic::AtomicU32::new(0);
        let progress = |it| {
            if let Progress::Read { done: n, total: 80 } = it {
                done.fetch_max(n, std::sync::atomic::Ordering::Relaxed);
            }
        };
        let read = read(&repository.open(), &Options { jobs, ..Options::default() }, &progress);
        assert_eq!(done.into_inner(), 80);
        read
    };
    let one = read_with(1);
    assert_eq!(one.value.changesets.len(), 80);
    assert_eq!(one, read_with(4));
    assert_eq!(one, read_with(3));
    assert_eq!(story(&one.value).len(), 80);
}
