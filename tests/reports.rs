//! `--format` and `--report`: any number of reports of one run, each in its file, whole or not at all.

use std::fs;

use serde_json::Value;

use crate::program;

#[test]
fn every_format_can_be_written_in_one_run() {
    let (_place, folder) = program::demo();
    let names: Vec<_> = lockstep_reporting::formats::FORMATS.iter().map(|format| format.name()).collect();
    let paths: Vec<_> = names.iter().map(|name| format!("{name}=out/new/report.{name}")).collect();
    let mut arguments = vec!["check", "--format", "text", "--color", "always"];
    arguments.extend(paths.iter().flat_map(|path| ["--report", path]));
    let output = program::run(&folder, &arguments);
    assert_eq!(output.status.code(), Some(1), "the code is that of the findings");
    assert!(String::from_utf8_lossy(&output.stdout).contains("\u{1b}["), "the terminal has its colours");
    for name in &names {
        let text = fs::read_to_string(folder.join(format!("out/new/report.{name}"))).expect("a report");
        assert!(text.contains("billing/SendInvoice"), "{name}");
        assert!(!text.contains('\u{1b}'), "{name}: no colour in a file");
        let alone = program::text(&folder, &["check", "--format", name]);
        assert_eq!(text, alone, "{name}: the same as on standard output");
    }
    let left: Vec<_> = fs::read_dir(folder.join("out/new")).expect("the folder").collect();
    assert_eq!(left.len(), names.len(), "nothing else is left behind");
}

#[test]
fn a_dash_is_standard_output() {
    let (_place, folder) = program::demo();
    let both = program::text(&folder, &["check", "--format", "json", "--report", "github=-"]);
    let (json, github) = (
        program::text(&folder, &["check", "--format", "json"]),
        program::text(&folder, &["check", "--format", "github"]),
    );
    assert_eq!(both, json + &github);
}

#[test]
fn other_linters_name_the_option_otherwise() {
    let (_place, folder) = program::demo();
    let usual = program::text(&folder, &["check", "--format", "concise"]);
    for option in ["--output-format", "--message-format"] {
        assert_eq!(program::text(&folder, &["check", option, "concise"]), usual);
    }
    let help = program::text(&folder, &["check", "--help"]);
    assert!(help.contains("- rdjson:") && !help.contains("--output-format"), "{help}");
}

#[test]
fn what_cannot_be_meant_is_a_usage_error() {
    let place = tempfile::tempdir().expect("a temporary folder");
    for (arguments, told) in [
        (&["--report", "sraif=x"][..], "did you mean `sarif`?"),
        (&["--report", "sarif"], "a format and a path belong here"),
        (&["--report", "sarif=x", "--report", "json=x"], "two reports would go to `x`"),
        (&["--report", "sarif=new/x", "--report", "json=./new//x"], "two reports would go to `./new//x`"),
        (&["--report", "sarif=-", "--report", "json=-"], "two reports would go to `-`"),
        (&["--format", "sraif"], "a similar value exists: 'sarif'"),
    ] {
        let output = program::run(place.path(), &[&["check"], arguments].concat());
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(err.contains(told), "{err}");
        assert!(!place.path().join("x").exists());
    }
}

#[test]
fn an_incomplete_run_is_reported_too() {
    let place = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(place.path().join("taken")).expect("a folder");
    let arguments = ["check", "--report", "sarif=taken", "--report", "sarif=r.sarif"];
    let output = program::run(place.path(), &arguments);
    assert_eq!(output.status.code(), Some(2), "a report that cannot be written is an error of its own");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(err.contains("cannot write the sarif report to `taken`"), "{err}");
    let output = program::run(place.path(), &["check", "--report", "sarif=r.sarif"]);
    assert_eq!(output.status.code(), Some(3));
    let text = fs::read_to_string(place.path().join("r.sarif")).expect("the other report");
    let log: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn the_summaries_of_other_steps_are_kept() {
    let (_place, folder) = program::demo();
    let summary = folder.join("summary");
    fs::write(&summary, "of another step\n").expect("a file");
    let report = format!("text={}", summary.display());
    let arguments = ["check", "--report", &report];
    let run = || program::command(&folder, &arguments).env("GITHUB_STEP_SUMMARY", &summary).output();
    run().expect("lockstep runs");
    let text = fs::read_to_string(&summary).expect("the summary");
    assert!(text.starts_with("of another step\n") && text.len() > 100, "{text}");
    // Any other file is replaced.
    program::run(&folder, &arguments);
    assert!(!fs::read_to_string(&summary).expect("the file").contains("of another step"));
}

#[cfg(unix)]
#[test]
fn a_file_is_replaced_as_others_would() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (_place, folder) = program::demo();
    fs::write(folder.join("true.json"), "old").expect("a file");
    symlink("true.json", folder.join("link.json")).expect("a link");
    program::run(&folder, &["check", "--report", "json=link.json"]);
    assert!(folder.join("link.json").is_symlink(), "a link stays a link");
    assert!(fs::read_to_string(folder.join("true.json")).expect("the file").starts_with('{'));
    let mode = |name: &str| fs::metadata(folder.join(name)).expect("the file").permissions().mode() & 0o777;
    fs::write(folder.join("any"), "").expect("a file");
    assert_eq!(mode("true.json"), mode("any"), "readable for whom a new file is");
    let told = program::command(&folder, &["check", "--report", "json=/dev/stderr"]).output().expect("lockstep runs");
    assert!(String::from_utf8_lossy(&told.stderr).contains("schema_version"));
}

#[test]
fn rules_lead_to_their_pages() {
    let (_place, folder) = program::demo();
    let log: Value = serde_json::from_str(&program::text(&folder, &["check", "--format", "sarif"])).expect("JSON");
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules").clone();
    assert!(rules.len() > 10);
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for rule in rules {
        let address = rule["helpUri"].as_str().expect("an address");
        let version = concat!("/blob/v", env!("CARGO_PKG_VERSION"), "/");
        let (_, page) = address.split_once(version).expect("the page of this version");
        assert!(root.join(page).is_file(), "{address}");
        assert!(!rule["help"]["markdown"].as_str().expect("a page").contains("```console"));
    }
}
