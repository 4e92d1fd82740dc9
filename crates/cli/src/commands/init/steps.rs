//! What to do after `init`: three steps, each a command or a snippet for what is used here. The book's chapters on hooks and
//! on continuous integration have the same at length.

use super::detect::{Ci, Detected, Hooks, Past};

/// The hook before a commit.
const STAGED: &str = "lockstep check --staged --allow all --warn missing-co-change --quiet --no-progress";
/// The job of a pull request.
const PULL: &str = "lockstep check --base auto";
/// This version: what is installed elsewhere is to be the same.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The three steps.
pub fn text(detected: &Detected) -> String {
    let steps = [look(detected.history), hook(detected.hooks), ci(detected.ci)];
    let mut text = String::from("Next:\n");
    for (number, (title, lines)) in steps.iter().enumerate() {
        text += &format!("\n{}. {title}\n\n", number + 1);
        for line in lines.lines() {
            text += format!("    {line}").trim_end();
            text.push('\n');
        }
    }
    text
}

fn look(past: Past) -> (&'static str, String) {
    let accept =
        "lockstep check\nlockstep baseline write     # accepts what there is, so that only what is new is told";
    match past {
        Past::Whole => ("See what there is, and accept it or mend it:", accept.to_owned()),
        Past::Shallow => (
            "Fetch the history that is missing, see what there is, and accept it or mend it:",
            format!("git fetch --unshallow --filter=blob:none\n{accept}"),
        ),
        Past::None => {
            ("Run it in a clone with its history; here it can only list functions:", "lockstep functions".to_owned())
        }
    }
}

fn hook(hooks: Option<Hooks>) -> (&'static str, String) {
    let hook = "\"$(git rev-parse --git-path hooks)/pre-commit\"";
    match hooks {
        Some(Hooks::PreCommit) => (
            "Before each commit, say what it leaves out; below `repos:` in .pre-commit-config.yaml:",
            format!(
                "- repo: https://github.com/lockstep-lint/lockstep\n  rev: v{VERSION}\n  hooks:\n    - id: lockstep"
            ),
        ),
        Some(Hooks::Lefthook) => (
            "Before each commit, say what it leaves out; in lefthook.yml:",
            format!("pre-commit:\n  jobs:\n    - name: lockstep\n      run: {STAGED}"),
        ),
        Some(Hooks::Husky) => {
            ("Before each commit, say what it leaves out:", format!("echo '{STAGED}' >> .husky/pre-commit"))
        }
        Some(Hooks::Plain) => (
            "Before each commit, say what it leaves out; the hook that is there goes on with it:",
            format!("echo '{STAGED}' >> {hook}"),
        ),
        None => (
            "Before each commit, say what it leaves out:",
            format!("printf '#!/bin/sh\\nexec {STAGED}\\n' > {hook}\nchmod +x {hook}"),
        ),
    }
}

/// A job on GitHub: the action fetches the history that it needs.
const GITHUB: &str = "\
on: pull_request
permissions: {}
jobs:
  lockstep:
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: lockstep-lint/lockstep@v0";

fn ci(ci: Option<Ci>) -> (&'static str, String) {
    let install = format!("pip install --quiet cargo-lockstep=={VERSION}");
    match ci {
        Some(Ci::GitHub) => ("On pull requests, in .github/workflows/lockstep.yml:", GITHUB.to_owned()),
        Some(Ci::GitLab) => (
            "On merge requests, in .gitlab-ci.yml:",
            format!(
                "include:\n  - remote: https://raw.githubusercontent.com/lockstep-lint/lockstep/v{VERSION}/ci/gitlab.yml"
            ),
        ),
        Some(Ci::Bitbucket) => (
            "On pull requests, below `pipelines:` in bitbucket-pipelines.yml:",
            format!(
                "pull-requests:\n  \"**\":\n    - step:\n        image: python:3.13\n        clone:\n          depth: full\n        \
                 script:\n          - {install}\n          - {PULL}"
            ),
        ),
        Some(Ci::Azure) => (
            "On pull requests, among the steps of the pipeline:",
            format!("- checkout: self\n  fetchDepth: \"0\"\n- script: {install} && {PULL}"),
        ),
        Some(Ci::CodeBuild) => (
            "On pull requests, in the buildspec; the source's clone depth has to be Full:",
            format!("phases:\n  build:\n    commands:\n      - {install}\n      - {PULL}"),
        ),
        Some(Ci::Circle | Ci::Buildkite | Ci::Jenkins | Ci::Drone) | None => {
            ("On pull requests, in a job that has the whole history:", format!("{install}\n{PULL}"))
        }
    }
}
