//! `lockstep init`: what it writes can be read, with and without its comments, and it never writes over anything.

use std::{fs, path::Path, process::Command};

use crate::{
    config::repository,
    config_schema::{instance, validator},
    program,
};

/// The file with the sign taken off every setting.
fn live(text: &str) -> String {
    let is_setting = |rest: &&str| !rest.is_empty() && (!rest.starts_with([' ', ':']) || rest.starts_with("    "));
    let lines = text.lines().map(|line| line.strip_prefix('#').filter(is_setting).unwrap_or(line));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Runs `init`, checks what it wrote in every way, and returns it with what it said.
fn initiated(folder: &Path, arguments: &[&str]) -> (String, String) {
    let before = program::json(folder, &["config", "show"])["values"].clone();
    let output = program::run(folder, &[&["init"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let file = folder.join("lockstep.toml");
    let text = fs::read_to_string(&file).expect("a configuration");
    assert!(text.starts_with("#:schema https://"), "{text}");
    assert_eq!(program::json(folder, &["config", "show"])["values"], before, "nothing is set");
    let schema = validator();
    for text in [text.clone(), live(&text)] {
        assert!(schema.is_valid(&instance(&text).expect("TOML")), "{text}");
    }
    fs::write(folder.join("live.toml"), live(&text)).expect("a file");
    let shown = program::run(folder, &["config", "show", "--config", "live.toml"]);
    assert_eq!(shown.status.code(), Some(0), "{}", String::from_utf8_lossy(&shown.stderr));
    assert!(String::from_utf8_lossy(&shown.stdout).contains("# live.toml:"));
    fs::remove_file(folder.join("live.toml")).expect("a file");
    (text, String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn what_is_found_is_told_and_the_steps_fit() {
    let (_place, folder) = program::demo();
    let (text, said) = initiated(&folder, &[]);
    assert!(text.contains("#   7 functions in 6 services (serverless-framework 4, aws-sam 3)"), "{text}");
    assert!(text.contains("#[[service]]\n#name = \"catalog\"\n"), "{text}");
    assert!(said.contains("the whole history; no CI system that is known; no framework of hooks"), "{said}");
    assert!(said.contains("    lockstep check\n") && said.contains("rev-parse --git-path hooks"), "{said}");

    let lambda = "Transform: AWS::Serverless-2016-10-31\nResources:\n  A: { Type: AWS::Serverless::Function, Properties: { Handler: a.b, Runtime: python3.13 } }\n";
    let ours = repository(&[
        ("template.yaml", lambda),
        (".github/workflows/test.yml", "on: push\n"),
        (".pre-commit-config.yaml", "repos: []\n"),
    ]);
    let (_, said) = initiated(ours.path(), &[]);
    assert!(said.contains("1 function in 1 service (aws-sam 1)"), "{said}");
    let hook =
        format!("    - repo: https://github.com/lockstep-lint/lockstep\n      rev: v{}\n", env!("CARGO_PKG_VERSION"));
    assert!(said.contains(&hook) && said.contains("        - id: lockstep\n"), "{said}");
    assert!(said.contains("          - uses: lockstep-lint/lockstep@v0\n"), "{said}");

    let theirs = repository(&[(".gitlab-ci.yml", "x: {}\n"), ("lefthook.yml", "x: {}\n")]);
    let (_, said) = initiated(theirs.path(), &[]);
    assert!(
        said.contains("GitLab CI; lefthook") && said.contains("/ci/gitlab.yml\n") && said.contains("  jobs:\n"),
        "{said}"
    );

    let plain = tempfile::tempdir().expect("a temporary folder");
    let (_, said) = initiated(plain.path(), &[]);
    assert!(said.contains("no history") && said.contains("    lockstep functions\n"), "{said}");
}

#[test]
fn a_shallow_clone_is_told_how_to_get_the_rest() {
    let (place, folder) = program::demo();
    let clone = place.path().join("shallow");
    let from = format!("file://{}", folder.display());
    let git = Command::new("git").args(["clone", "-q", "--depth", "1", &from]).arg(&clone).status().expect("git runs");
    assert!(git.success());
    let (text, said) = initiated(&clone, &[]);
    assert!(text.contains("#   a shallow clone: history is missing"), "{text}");
    assert!(said.contains("    git fetch --unshallow"), "{said}");
}

#[test]
fn nothing_is_written_over() {
    let ours = repository(&[("pyproject.toml", "[tool.lockstep]\n"), ("sub/x.py", "")]);
    let refused = program::run(ours.path(), &["init", "sub"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("`pyproject.toml [tool.lockstep]`") && said.contains("--print"), "{said}");
    assert!(!ours.path().join("lockstep.toml").exists());
    let printed = program::text(ours.path(), &["init", "--print"]);
    assert!(printed.starts_with("#:schema ") && !ours.path().join("lockstep.toml").exists(), "{printed}");

    // A file that git ignores is not read, and not written over either.
    let hidden = repository(&[(".gitignore", "lockstep.toml\n")]);
    fs::write(hidden.path().join("lockstep.toml"), "mine").expect("a file");
    let refused = program::run(hidden.path(), &["init"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(fs::read_to_string(hidden.path().join("lockstep.toml")).expect("a file"), "mine");

    let bare = tempfile::tempdir().expect("a temporary folder");
    let git = Command::new("git").args(["init", "-q", "--bare"]).current_dir(bare.path()).status().expect("git runs");
    assert!(git.success());
    let refused = program::run(bare.path(), &["init"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("this is a bare repository"), "{refused:?}");
}

#[test]
fn the_baseline_is_merged_by_lines_where_it_is_wanted() {
    let line = "lockstep-baseline.jsonl merge=union\n";
    let attributes = |folder: &Path| fs::read_to_string(folder.join(".gitattributes")).unwrap_or_default();
    let asked = repository(&[(".gitattributes", "*.png binary")]);
    initiated(asked.path(), &["--gitattributes"]);
    assert_eq!(attributes(asked.path()), format!("*.png binary\n{line}"));
    let there = repository(&[("lockstep-baseline.jsonl", "")]);
    initiated(there.path(), &[]);
    assert_eq!(attributes(there.path()), line);
    fs::remove_file(there.path().join("lockstep.toml")).expect("a file");
    initiated(there.path(), &["--gitattributes"]);
    assert_eq!(attributes(there.path()), line, "once");
    let neither = repository(&[]);
    initiated(neither.path(), &[]);
    assert_eq!(attributes(neither.path()), "");
}
