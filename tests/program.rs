//! The program under test: how it is run, and the demo's repository.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

/// What `lockstep` does with `arguments` in `folder`, whatever the environment of the tests says.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("lockstep runs")
}

/// The same, to be run: it keeps nothing.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITLAB_CI")
        .env_remove("TF_BUILD")
        .env_remove("CIRCLECI")
        .env_remove("BUILDKITE")
        .env_remove("JENKINS_URL")
        .env("LOCKSTEP_CACHE_DIR", "")
        .env("NO_COLOR", "1");
    command
}

/// The document that `arguments` print as JSON in `folder`.
pub fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[arguments, &["--format", "json"]].concat());
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// What `arguments` print in `folder`.
pub fn text(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(run(folder, arguments).stdout).expect("UTF-8")
}

/// The demo's repository, in a temporary folder that lives as long as the first part.
pub fn demo() -> (TempDir, PathBuf) {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = place.path().join("shop");
    let output = run(place.path(), &["demo", "shop"]);
    assert_eq!(output.status.code(), Some(1), "the demo has findings at deny");
    (place, folder)
}
