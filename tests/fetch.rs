//! `--fetch-history`: what is missing is brought by git, once, when it is asked for; and only then.

use std::{fs, path::Path, process::Output};

use lockstep_testkit::Repository;

use crate::{change, program};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    program::command(folder, arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").output().expect("lockstep runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn is_shallow(clone: &Repository) -> bool {
    clone.git(&["rev-parse", "--is-shallow-repository"]).expect("git") == "true"
}

#[test]
fn a_shallow_clone_is_made_whole_only_when_that_is_asked_for() {
    let shop = change::shop();
    let clone = shop.cloned(&["--depth=1"]).expect("a clone");
    assert_eq!(run(clone.path(), &["check"]).status.code(), Some(3));
    assert!(is_shallow(&clone));
    let output = run(clone.path(), &["check", "--fetch-history"]);
    assert!(output.status.code() < Some(2) && output.stderr.is_empty(), "{output:?}");
    assert!(!is_shallow(&clone));
    let filter = clone.git(&["config", "remote.origin.partialclonefilter"]).expect("a filter");
    assert_eq!(filter, "blob:none");
    // There is nothing left to do, and nothing is asked of anybody.
    fs::remove_dir_all(shop.path()).expect("a folder");
    let again = run(clone.path(), &["check", "--fetch-history"]);
    assert!(again.stderr.is_empty(), "{}", text(&again.stderr));
}

#[test]
fn a_base_is_brought_too() {
    let shop = change::shop();
    shop.git(&["checkout", "-q", "-b", "topic"]).expect("git");
    shop.write("pricing/app.py", "def handler(event, context):\n    return 77\n").expect("a file");
    shop.git(&["commit", "-qam", "Topic"]).expect("git");
    let clone = shop.cloned(&["--depth=1", "--branch", "topic"]).expect("a clone");
    let output = run(clone.path(), &["check", "--base", "main", "--fetch-history"]);
    assert!(output.status.code() < Some(2), "{output:?}");
    assert!(text(&output.stdout).contains("changed without `shop/billing`"), "{}", text(&output.stdout));
}

/// What a runner checks out of a pull request is on no branch.
#[test]
fn a_merge_that_is_on_no_branch_is_made_whole() {
    let shop = change::shop();
    shop.git(&["checkout", "-q", "-b", "topic"]).expect("git");
    shop.write("pricing/app.py", "def handler(event, context):\n    return 77\n").expect("a file");
    shop.git(&["commit", "-qam", "Topic"]).expect("git");
    shop.git(&["checkout", "-q", "main"]).expect("git");
    shop.git(&["checkout", "-q", "--detach"]).expect("git");
    shop.git(&["merge", "-q", "--no-ff", "-m", "Merge", "topic"]).expect("git");
    shop.git(&["update-ref", "refs/pull/7/merge", "HEAD"]).expect("git");
    shop.git(&["checkout", "-q", "main"]).expect("git");
    let clone = shop.cloned(&["--depth=1"]).expect("a clone");
    clone.git(&["fetch", "-q", "--depth=1", "origin", "+refs/pull/7/merge:refs/remotes/pull/7/merge"]).expect("git");
    clone.git(&["checkout", "-q", "--detach", "refs/remotes/pull/7/merge"]).expect("git");
    let sha = clone.git(&["rev-parse", "HEAD"]).expect("a commit");
    let output = program::command(clone.path(), &["check", "--base", "auto", "--fetch-history"])
        .env("GITHUB_BASE_REF", "main")
        .env("GITHUB_REF", "refs/pull/7/merge")
        .env("GITHUB_SHA", sha)
        .output()
        .expect("lockstep runs");
    assert!(output.status.code() < Some(2), "{output:?}");
    assert!(text(&output.stdout).contains("changed without `shop/billing`"), "{}", text(&output.stdout));
}

#[test]
fn what_cannot_be_fetched_is_as_if_nobody_had_asked() {
    let shop = change::shop();
    let clone = shop.cloned(&["--depth=1"]).expect("a clone");
    let gone = format!("file://{}/\u{1b}[31mgone", shop.outside().display());
    clone.git(&["remote", "set-url", "origin", &gone]).expect("git");
    let output = run(clone.path(), &["check", "--fetch-history"]);
    assert_eq!(output.status.code(), Some(3));
    let said = text(&output.stderr);
    assert!(said.starts_with("note: the history could not be fetched: ") && !said.contains('\u{1b}'), "{said:?}");
    assert!(text(&output.stdout).contains("this clone is shallow"));
    clone.git(&["remote", "remove", "origin"]).expect("git");
    let output = run(clone.path(), &["check", "--fetch-history"]);
    assert_eq!(text(&output.stderr), "note: the history could not be fetched: there is no remote to fetch from\n");
}

#[test]
fn no_hook_runs() {
    let shop = change::shop();
    let clone = shop.cloned(&["--depth=1"]).expect("a clone");
    let told = clone.outside().join("told");
    let hook = clone.path().join(".git/hooks/reference-transaction");
    fs::create_dir_all(hook.parent().expect("a folder")).expect("a folder");
    fs::write(&hook, format!("#!/bin/sh\necho ran >> '{}'\n", told.display())).expect("a hook");
    std::process::Command::new("chmod").arg("+x").arg(&hook).status().expect("chmod");
    run(clone.path(), &["check", "--base", "main", "--fetch-history"]);
    assert!(!is_shallow(&clone) && !told.exists());
}

#[test]
fn the_system_that_runs_it_is_told_first() {
    let shop = change::shop();
    let clone = shop.cloned(&["--depth=1"]).expect("a clone");
    for (variable, words) in [
        ("GITHUB_ACTIONS", "GitHub Actions: on actions/checkout set `fetch-depth: 0`"),
        ("GITLAB_CI", "GitLab: set `GIT_DEPTH: 0`"),
        ("BITBUCKET_BUILD_NUMBER", "Bitbucket: set `clone: { depth: full }`"),
    ] {
        let mut command = program::command(clone.path(), &["check", "--format", "json"]);
        for other in ["GITHUB_ACTIONS", "GITLAB_CI", "BITBUCKET_BUILD_NUMBER", "TF_BUILD", "CIRCLECI", "JENKINS_URL"] {
            command.env_remove(other);
        }
        let output = command.env(variable, "1").output().expect("lockstep runs");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a document");
        let help = report["incomplete"][0]["help"].as_array().expect("help");
        assert!(help[0].as_str().is_some_and(|line| line.starts_with(words)), "{help:?}");
        assert!(help[1].as_str().is_some_and(|line| line.starts_with("here: git fetch --unshallow")), "{help:?}");
    }
}
