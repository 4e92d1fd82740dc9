//! The configuration from the outside: where it is found, what it makes of levels, how it is shown, its schema, and the
//! one that `init` writes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program;

/// A repository with these files, all committed.
pub fn repository(files: &[(&str, &str)]) -> TempDir {
    let place = tempfile::tempdir().expect("a temporary folder");
    write(place.path(), files);
    git(place.path(), &["init", "-q"]);
    git(place.path(), &["add", "-A"]);
    let who = ["-c", "user.name=ana", "-c", "user.email=ana@example.org"];
    git(place.path(), &[&who[..], &["commit", "-q", "--allow-empty", "-m", "Start"]].concat());
    place
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    }
}

fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git").args(arguments).current_dir(folder).status().expect("git runs");
    assert!(status.success(), "git {arguments:?}");
}

/// What `arguments` print on both streams, and the exit code.
fn both(folder: &Path, arguments: &[&str]) -> (String, i32) {
    let output = program::run(folder, arguments);
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).expect("UTF-8"), output.status.code().expect("a code"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The value of `key` and its origin, as `config show` tells them.
fn shown(folder: &Path, arguments: &[&str], key: &str) -> (Value, String) {
    let document = program::json(folder, &[&["config", "show"], arguments].concat());
    let entries = document["values"].as_array().expect("values");
    let entry = entries.iter().find(|entry| entry["key"] == key).unwrap_or_else(|| panic!("{key}: {document}"));
    (entry["value"].clone(), entry["origin"].as_str().expect("an origin").to_owned())
}

#[test]
fn the_nearest_configuration_is_taken_and_the_others_are_named() {
    let place = repository(&[
        ("pyproject.toml", "[project]\nname = \"x\"\n\n[tool.lockstep.history]\nmin-changes = 11\n"),
        ("rust/Cargo.toml", "[package]\nname = \"lockstep\"\n"),
        ("shop/Cargo.toml", "[workspace]\n[workspace.metadata.lockstep.history]\nmin-changes = 12\n"),
        ("shop/api/.config/lockstep.toml", "[history]\nmin-changes = 13\n"),
        ("shop/api/src/x.py", ""),
    ]);
    let of = |folder: &str| shown(place.path(), &[folder], "history.min-changes");
    assert_eq!(of("."), (json!(11), "pyproject.toml:5".to_owned()));
    assert_eq!(of("rust"), (json!(11), "pyproject.toml:5".to_owned()), "a Cargo.toml without the table is none");
    assert_eq!(of("shop"), (json!(12), "shop/Cargo.toml:3".to_owned()));
    assert_eq!(of("shop/api/src"), (json!(13), "shop/api/.config/lockstep.toml:2".to_owned()));
    let document = program::json(place.path(), &["config", "show", "shop/api/src"]);
    assert_eq!(document["configuration"], "shop/api/.config/lockstep.toml");
    let others = json!(["shop/Cargo.toml [workspace.metadata.lockstep]", "pyproject.toml [tool.lockstep]"]);
    assert_eq!(document["not_taken"], others);
    // The flags: none of them, another one, one setting over what is there.
    assert_eq!(shown(place.path(), &["--isolated"], "history.min-changes"), (json!(5), "default".to_owned()));
    let named = shown(place.path(), &["--config", "shop/Cargo.toml"], "history.min-changes");
    assert_eq!(named, (json!(12), "shop/Cargo.toml:3".to_owned()));
    let over = shown(place.path(), &["--config", "history.min-changes = 7"], "history.min-changes");
    assert_eq!(over, (json!(7), "--config 'history.min-changes = 7'".to_owned()));
    // A link that leads out of the repository is no file of it.
    #[cfg(unix)]
    {
        let outside = tempfile::NamedTempFile::new().expect("a file");
        fs::create_dir(place.path().join("linked")).expect("a folder");
        std::os::unix::fs::symlink(outside.path(), place.path().join("linked/lockstep.toml")).expect("a link");
        let document = program::json(place.path(), &["config", "show", "linked"]);
        assert_eq!(document["configuration"], "pyproject.toml [tool.lockstep]");
    }
    // `check` takes the same one.
    let (text, _) = both(place.path(), &["doctor", "shop"]);
    assert!(text.contains("shop/Cargo.toml [workspace.metadata.lockstep]; not taken: pyproject.toml"), "{text}");
}

#[test]
fn errors_stand_where_they_were_made() {
    let place = repository(&[("Cargo.toml", "[workspace]\n\n[workspace.metadata.lockstep]\nexlude = []\n")]);
    for command in [&["check"][..], &["rules"], &["config", "show"], &["services", "--write"]] {
        let (text, code) = both(place.path(), command);
        assert_eq!(code, 2, "{text}");
        assert!(text.contains("has no key `exlude`") && text.contains("Cargo.toml:4:1"), "{text}");
        assert!(text.contains("did you mean `exclude`?"), "{text}");
    }
    let isolated = |flags: &[&str]| both(place.path(), &[&["rules", "--isolated"], flags].concat());
    let (text, code) = isolated(&["--config", "rules.lockstep.lower = 30"]);
    assert!(code == 2 && text.contains("--config 'rules.lockstep.lower = 30':1:16"), "{text}");
    let (text, code) = isolated(&["--config", "Cargo.toml"]);
    assert!(code == 2 && text.contains("--isolated leaves out every file"), "{text}");
    let (text, code) = both(place.path(), &["rules", "--config", "a.toml", "--config", "b.toml"]);
    assert!(code == 2 && text.contains("names two files"), "{text}");
    let (text, code) = both(place.path(), &["rules", "--config", "gone.toml"]);
    assert!(code == 2 && text.contains("cannot read `gone.toml`"), "{text}");
    let (text, code) = both(place.path(), &["check", "--isolated", "--config", "history.as-of = 'gone'"]);
    assert!(code == 2 && text.contains("as-of `gone` is neither a date nor a revision"), "{text}");
}

#[test]
fn services_are_written_into_the_table_that_is_in_force() {
    let (_place, folder) = program::demo();
    let before = "[project]\nname = \"shop\"\n\n[tool.lockstep]\nexclude = [\"gen\"]\n";
    fs::write(folder.join("pyproject.toml"), before).expect("a file");
    let (text, code) = both(&folder, &["services", "--write"]);
    assert_eq!(code, 0, "{text}");
    let after = fs::read_to_string(folder.join("pyproject.toml")).expect("a file");
    assert!(after.starts_with(before) && after.contains("\n[[tool.lockstep.service]]\nname = "), "{after}");
    assert!(!folder.join("lockstep.toml").exists());
    let document = program::json(&folder, &["services"]);
    assert!(document["services"].as_array().expect("services").iter().any(|one| one["declared"] == true), "{document}");
}

/// The level and its origin of the finding of `lockstep` that the demo has.
fn level(folder: &Path, arguments: &[&str]) -> Option<(String, String)> {
    let document = program::json(folder, &[&["check"], arguments].concat());
    let findings = document["findings"].as_array().expect("findings");
    let finding = findings.iter().find(|finding| finding["rule"] == "lockstep")?;
    let text = |key: &str| finding[key].as_str().expect("a text").to_owned();
    Some((text("level"), text("level_origin")))
}

#[test]
fn every_finding_says_where_its_level_comes_from() {
    let (_place, folder) = program::demo();
    let of = |arguments: &[&str]| level(&folder, arguments).map(|(level, origin)| format!("{level}: {origin}"));
    let told = |text: &str| Some(text.to_owned());
    assert_eq!(of(&[]), told("deny: `lockstep` is `deny` by default between services"));
    assert_eq!(of(&["-W", "all"]), told("warn: `lockstep` is `warn` by `-W all`"));
    assert_eq!(of(&["-A", "coupling", "-W", "lockstep"]), told("warn: `lockstep` is `warn` by `-W lockstep`"));
    assert_eq!(of(&["-W", "lockstep", "-A", "coupling"]), None);
    assert_eq!(of(&["-F", "lockstep", "-A", "all"]), told("forbid: `lockstep` is `forbid` by `-F lockstep`"));
    let raised = "deny: `lockstep` is `warn` by `-W lockstep`, and `-D warnings` makes warnings `deny`";
    assert_eq!(of(&["-D", "warnings", "-W", "lockstep"]), told(raised));
    assert_eq!(of(&["-A", "warnings", "-W", "lockstep"]), None);
    fs::write(folder.join("lockstep.toml"), "[rules]\nlockstep = { between = \"warn\", inside = \"allow\" }\n")
        .expect("a file");
    assert_eq!(of(&[]), told("warn: `lockstep` is `warn` between services by lockstep.toml:2"));
    assert_eq!(of(&["-D", "lockstep"]), told("deny: `lockstep` is `deny` by `-D lockstep`"));
    let inline = "rules.lockstep.between = 'deny'";
    assert_eq!(
        of(&["--config", inline]),
        told("deny: `lockstep` is `deny` between services by --config 'rules.lockstep.between = 'deny''")
    );
    fs::write(folder.join("lockstep.toml"), "[rules]\ncoupling = \"warn\"\nwarnings = \"deny\"\n").expect("a file");
    let both = "deny: `lockstep` is `warn` by `coupling` in lockstep.toml:2, and `warnings` in lockstep.toml:3 makes warnings `deny`";
    assert_eq!(of(&[]), told(both));
}

#[test]
fn names_that_do_not_exist_get_a_suggestion() {
    let place = repository(&[]);
    for arguments in
        [&["check", "-D", "folower"][..], &["rules", "-D", "folower"], &["rules", "folower"], &["explain", "folower"]]
    {
        let (text, code) = both(place.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}: {text}");
        assert!(
            text.contains("there is no rule or group `folower`") && text.contains("did you mean `follower`?"),
            "{text}"
        );
    }
    let (text, _) = both(place.path(), &["explain", "couplin"]);
    assert!(text.contains("did you mean `coupling`?"), "{text}");
}

#[test]
fn a_rule_is_explained_for_people_and_for_programs() {
    let nowhere = tempfile::tempdir().expect("a temporary folder");
    let page = fs::read_to_string(root().join("crates/rules/src/rules/lockstep.md")).expect("a page");
    assert_eq!(program::text(nowhere.path(), &["explain", "lockstep"]).trim_end(), page.trim_end());
    let document = program::json(nowhere.path(), &["explain", "lockstep"]);
    assert_eq!(document["page"].as_str().expect("a page"), page.trim_end());
    let lower = document["options"].as_array().expect("options").iter().find(|option| option["name"] == "lower");
    let lower = lower.expect("the option");
    assert_eq!((&lower["default"], &lower["minimum"], &lower["maximum"]), (&json!(0.2), &json!(0.0), &json!(1.0)));
    let group = program::text(nowhere.path(), &["explain", "channels"]);
    assert!(group.contains("| `invocation-cycle` |") && !group.contains("| `lockstep` |"), "{group}");
    let markdown = program::text(nowhere.path(), &["rules", "--format", "markdown"]);
    assert_eq!(
        markdown.lines().count(),
        2 + program::json(nowhere.path(), &["rules"])["rules"].as_array().expect("rules").len()
    );
}

#[test]
fn what_is_shown_means_the_same_when_it_is_read_again() {
    let text = "exclude = [\"gen/**\", \"a\\\"b\"]\n[history]\nhalf_life_days = 90\nsince = 2024-01-01\nas-of = \"HEAD\"\n\
        [contracts]\npaths = \"events\"\n[rules]\nwarnings = \"deny\"\nall = \"warn\"\n\
        lockstep = { between = \"deny\", lower = 0.25 }\n[[function]]\npaths = [\"jobs/*/\"]\nhandler = \"x.y\"\ncode-root = \"jobs\"\n\
        [[service]]\nname = \"b\"\nfunctions = [\"b/*\"]\n\
        [[allow]]\nrule = \"meta\"\nfunctions = \"*\"\nreason = \"why \\u001b[31m\"\nexpires = 2030-01-01\n";
    let place = repository(&[("deep/lockstep.toml", text), ("deep/a.py", "")]);
    let values = |arguments: &[&str]| {
        let document = program::json(place.path(), &[&["config", "show"], arguments].concat());
        let of = |key: &str, part: &str| -> Vec<Value> {
            let entries = document[key].as_array().expect("a list").iter();
            entries.map(|entry| json!([entry["key"], entry["table"], entry[part]])).collect()
        };
        (of("values", "value"), of("tables", "values"))
    };
    let before = values(&["deep"]);
    assert_eq!(before.1.len(), 3);
    let shown = program::text(place.path(), &["config", "show", "deep"]);
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    fs::write(place.path().join("lockstep.toml"), &shown).expect("a file");
    assert_eq!(values(&["."]), before, "{shown}");
}
