//! What to do after `init`: three steps, each a command or a snippet for what is used here.

use super::detect::{Ci, Detected, Hooks, Past};

/// The hook before a commit.
const STAGED: &str = "lockstep check --staged -A all -W missing-co-change --quiet --no-progress";
/// The job of a pull request.
const PULL: &str = "lockstep check --base auto";

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
    match hooks {
        Some(Hooks::PreCommit) => (
            "Before each commit, say what it leaves out; in .pre-commit-config.yaml:",
            format!(
                "  - repo: local\n    hooks:\n      - id: lockstep\n        name: lockstep (what is staged)\n        entry: {STAGED}\n        \
                 language: system\n        pass_filenames: false\n        always_run: true\n        verbose: true"
            ),
        ),
        Some(Hooks::Lefthook) => (
            "Before each commit, say what it leaves out; in lefthook.yml:",
            format!("pre-commit:\n  commands:\n    lockstep:\n      run: {STAGED}"),
        ),
        Some(Hooks::Husky) => {
            ("Before each commit, say what it leaves out:", format!("echo '{STAGED}' >> .husky/pre-commit"))
        }
        Some(Hooks::Plain) => (
            "Before each commit, say what it leaves out; the hook that is there goes on with it:",
            format!("echo '{STAGED}' >> \"$(git rev-parse --git-path hooks)/pre-commit\""),
        ),
        None => (
            "Before each commit, say what it leaves out:",
            format!(
                "printf '#!/bin/sh\\nexec {STAGED}\\n' > \"$(git rev-parse --git-path hooks)/pre-commit\"\nchmod +x \"$(git \
                 rev-parse --git-path hooks)/pre-commit\""
            ),
        ),
    }
}

fn ci(ci: Option<Ci>) -> (&'static str, String) {
    let install = "cargo install --locked cargo-lockstep";
    match ci {
        Some(Ci::GitHub) => (
            "On pull requests, in .github/workflows/lockstep.yml:",
            format!(
                "on: pull_request\npermissions:\n  contents: read\njobs:\n  lockstep:\n    runs-on: ubuntu-24.04\n    steps:\n      \
                 - uses: actions/checkout@v4\n        with:\n          fetch-depth: 0\n          persist-credentials: false\n      \
                 - run: {install}\n      - run: {PULL} --format github"
            ),
        ),
        Some(Ci::GitLab) => (
            "On merge requests, in .gitlab-ci.yml:",
            format!(
                "lockstep:\n  image: rust:1\n  variables:\n    GIT_DEPTH: 0\n  rules:\n    - if: $CI_MERGE_REQUEST_IID\n  script:\n    \
                 - {install}\n    - {PULL}"
            ),
        ),
        Some(Ci::Bitbucket) => (
            "On pull requests, in bitbucket-pipelines.yml:",
            format!(
                "pipelines:\n  pull-requests:\n    '**':\n      - step:\n          image: rust:1\n          clone:\n            depth: full\n          \
                 script:\n            - {install}\n            - {PULL}"
            ),
        ),
        Some(Ci::Azure) => (
            "On pull requests, among the steps of the pipeline:",
            format!("- checkout: self\n  fetchDepth: 0\n- script: {install} && {PULL}"),
        ),
        Some(Ci::CodeBuild) => (
            "On pull requests, in the buildspec; set the source's clone depth to Full:",
            format!("phases:\n  build:\n    commands:\n      - {install}\n      - {PULL}"),
        ),
        Some(Ci::Circle | Ci::Buildkite | Ci::Jenkins | Ci::Drone) | None => {
            ("On pull requests, in a job that has the whole history:", format!("{install}\n{PULL}"))
        }
    }
}
