//! The action, the workflows, the hooks and the template for GitLab, read by those who judge such files.

use std::fs;

use libtest_mimic::Failed;

use crate::{
    Test,
    fixture::{Clients, done, root},
};

pub const TESTS: &[(&str, Test)] = &[
    ("workflows::zizmor_finds_nothing", zizmor_finds_nothing),
    ("workflows::actionlint_finds_nothing", actionlint_finds_nothing),
    ("workflows::they_follow_their_schemas", they_follow_their_schemas),
    ("workflows::shellcheck_finds_nothing", shellcheck_finds_nothing),
];

fn files(folder: &str, ending: &str) -> Vec<String> {
    let mut found: Vec<String> = fs::read_dir(root().join(folder))
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .flatten()
        .map(|entry| format!("{folder}/{}", entry.file_name().to_string_lossy()))
        .filter(|path| path.ends_with(ending))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{folder} has no {ending}");
    found
}

fn zizmor_finds_nothing(clients: &'static Clients) -> Result<(), Failed> {
    let mut zizmor = clients.command(clients.program("zizmor"), &root());
    zizmor.args(["--offline", "--no-progress", "--pedantic", "action.yml", ".pre-commit-hooks.yaml", ".github"]);
    let told = done(&mut zizmor);
    assert!(told.contains("No findings to report"), "{told}");
    Ok(())
}

fn actionlint_finds_nothing(clients: &'static Clients) -> Result<(), Failed> {
    done(clients.command(clients.program("actionlint"), &root()).args(files(".github/workflows", ".yml")));
    Ok(())
}

fn they_follow_their_schemas(clients: &'static Clients) -> Result<(), Failed> {
    for (schema, files) in [
        ("vendor.github-workflows", files(".github/workflows", ".yml")),
        ("vendor.github-actions", vec!["action.yml".to_owned()]),
        ("vendor.dependabot", vec![".github/dependabot.yml".to_owned()]),
        ("vendor.gitlab-ci", vec!["ci/gitlab.yml".to_owned()]),
    ] {
        let mut check = clients.command(clients.program("check-jsonschema"), &root());
        done(check.args(["--builtin-schema", schema]).args(files));
    }
    Ok(())
}

fn shellcheck_finds_nothing(clients: &'static Clients) -> Result<(), Failed> {
    let mut shellcheck = clients.command(clients.program("shellcheck"), &root());
    shellcheck.args(["--external-sources", ".ci/run"]);
    done(shellcheck.args(files("action", ".sh")).args(files(".github/release", ".sh")));
    Ok(())
}
