//! A release says its version and its file names in several places. Here they are held against each other.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[track_caller]
fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[track_caller]
fn table(path: &str) -> toml::Table {
    text(path).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The targets for which the workflow builds.
fn targets() -> Vec<String> {
    let workflow = text(".github/workflows/release.yml");
    let targets: Vec<String> = workflow
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- { target: ")?.split_once(','))
        .map(|(target, _)| target.to_owned())
        .collect();
    assert_eq!(targets.len(), 5, "{targets:?}");
    targets
}

fn bash(script: &str, arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let output = Command::new("bash")
        .arg(root().join(script))
        .args(arguments)
        .envs(environment.iter().copied())
        .output()
        .expect("bash runs");
    let [out, error] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).trim().to_owned());
    (output.status.code(), out, error)
}

/// The name under which the release has the archive of a target.
fn archive(target: &str) -> String {
    bash(".github/release/archive.sh", &["name", target], &[]).1
}

#[test]
fn every_version_is_the_workspaces() {
    let hooks = table("pyproject.toml");
    assert_eq!(hooks["project"]["version"].as_str(), Some(VERSION));
    assert_eq!(hooks["project"]["dependencies"][0].as_str(), Some(&*format!("cargo-lockstep=={VERSION}")));
    let wheel = table("crates/cli/pyproject.toml");
    let dynamic = wheel["project"]["dynamic"].as_array().expect("a list");
    assert!(dynamic.contains(&"version".into()), "the wheel takes its version from Cargo.toml");
    for (path, shown) in [
        ("ci/gitlab.yml", format!("LOCKSTEP_VERSION: \"{VERSION}\"")),
        ("docs/src/hooks.md", format!("rev: v{VERSION}")),
        ("docs/src/ci/gitlab.md", format!("LOCKSTEP_VERSION: \"{VERSION}\"")),
    ] {
        assert!(text(path).contains(&shown), "{path} does not say {shown}");
    }
}

#[test]
fn binstall_asks_for_what_is_released() {
    let manifest = table("crates/cli/Cargo.toml");
    let told = &manifest["package"]["metadata"]["binstall"];
    for target in targets() {
        let own = told.get("overrides").and_then(|overrides| overrides.get(&target));
        let value = |key: &str| {
            let value = own.and_then(|own| own.get(key)).or_else(|| told.get(key));
            let value = value.and_then(toml::Value::as_str).unwrap_or_else(|| panic!("{target}: no {key}"));
            let repository = env!("CARGO_PKG_REPOSITORY");
            [("{ repo }", repository), ("{ version }", VERSION), ("{ target }", &target)]
                .iter()
                .fold(value.to_owned(), |text, (mark, meaning)| text.replace(mark, meaning))
        };
        let archive = archive(&target);
        let address = format!("{}/releases/download/v{VERSION}/{archive}", env!("CARGO_PKG_REPOSITORY"));
        assert_eq!(value("pkg-url"), address);
        let (folder, ending) = archive.split_once(&target).expect("the target is in the name");
        assert_eq!(value("bin-dir"), format!("{folder}{target}/{{ bin }}{{ binary-ext }}"));
        assert_eq!(value("pkg-fmt"), if ending == ".zip" { "zip" } else { "tgz" });
    }
}

/// What the action chooses on a machine, with a table that holds `names`.
fn chosen(os: &str, arch: &str, names: &[String]) -> String {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = place.path().join("action");
    fs::create_dir(&folder).expect("a folder");
    for script in ["choose.sh", "common.sh"] {
        fs::copy(root().join("action").join(script), folder.join(script)).expect("a copy");
    }
    // Where nothing is released for the machine, a sum of the source is taken.
    for name in ["Cargo.toml", "Cargo.lock"] {
        fs::write(place.path().join(name), text(name)).expect("a file");
    }
    fs::create_dir(place.path().join("crates")).expect("a folder");
    let table: String = names.iter().map(|name| format!("{}  {name}\n", "ab".repeat(32))).collect();
    fs::write(folder.join("checksums.txt"), table).expect("a file");
    let output = place.path().join("output");
    let output = output.to_str().expect("a path");
    let environment = [("RUNNER_OS", os), ("RUNNER_ARCH", arch), ("RUNNER_TEMP", "/temp"), ("GITHUB_OUTPUT", output)];
    let script = folder.join("choose.sh");
    let (code, out, error) = bash(script.to_str().expect("a path"), &[], &environment);
    assert_eq!(code, Some(0), "{out}{error}");
    fs::read_to_string(output).expect("outputs")
}

#[test]
fn the_action_asks_for_what_is_released() {
    let names: Vec<String> = targets().iter().map(|target| archive(target)).collect();
    let mut asked = BTreeSet::new();
    for (os, arch) in [("Linux", "X64"), ("Linux", "ARM64"), ("macOS", "X64"), ("macOS", "ARM64"), ("Windows", "X64")] {
        let outputs = chosen(os, arch, &names);
        let archive = outputs.lines().find_map(|line| line.strip_prefix("archive="));
        asked.insert(archive.unwrap_or_else(|| panic!("{os} {arch}: {outputs}")).to_owned());
    }
    assert_eq!(asked, names.into_iter().collect());
}

#[test]
fn the_action_takes_the_newest_that_it_can_verify() {
    let of = |version: &str| format!("lockstep-v{version}-x86_64-unknown-linux-gnu.tar.gz");
    let outputs = chosen("Linux", "X64", &["0.9.0", "0.10.0", "0.2.11"].map(of));
    assert!(outputs.contains("source=release\nversion=0.10.0\n"), "{outputs}");
    for (os, arch, names) in [("Linux", "X64", vec![]), ("Linux", "RISCV", vec![of(VERSION)])] {
        let outputs = chosen(os, arch, &names);
        assert!(outputs.contains(&format!("source=build\nversion={VERSION}\n")), "{os} {arch}: {outputs}");
    }
}

#[test]
fn a_tag_needs_its_version_and_its_notes() {
    let (code, _, error) = bash(".github/release/notes.sh", &["v99.0.0"], &[]);
    assert_eq!((code, error), (Some(1), format!("the tag is v99.0.0, and Cargo.toml has version {VERSION}")));
}
