//! `--model`: with the history of the main branch as a file, a clone without it says what one with it says; and what
//! cannot be used is said.

use std::{fs, path::Path, process::Output};

use serde_json::Value;

use crate::{program, whose};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What is printed, as JSON, and the exit code.
fn said(folder: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let output = program::run(folder, &[arguments, &["--format", "json"]].concat());
    assert!(output.stderr.is_empty(), "{arguments:?}: {}", text(&output.stderr));
    (text(&output.stdout), output.status.code())
}

/// Writes the model of `folder` beside it.
fn write_model(folder: &Path) -> String {
    let place = folder.parent().expect("a folder").join("main.model").to_str().expect("a name").to_owned();
    let output = program::run(folder, &["model", "write", &place]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    place
}

fn with<'a>(arguments: &[&'a str], model: &'a str) -> Vec<&'a str> {
    [arguments, &["--model", model]].concat()
}

/// All that is said of a repository, with and without its model.
#[track_caller]
fn assert_the_same(folder: &Path, model: &str, arguments: &[&str]) {
    let whole = said(folder, arguments);
    assert!(whole.0.contains("\"findings\"") && whole.1 < Some(2), "{}", whole.0);
    assert_eq!(said(folder, &with(arguments, model)), whole);
}

fn git(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = std::process::Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "user.name=Ana", "-c", "user.email=ana@shop.example"]).args(arguments);
    let output = command.output().expect("git");
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    output
}

#[test]
fn a_model_says_what_the_repository_says() {
    let (_place, demo) = program::demo();
    let model = write_model(&demo);
    assert_the_same(&demo, &model, &["check"]);
    assert_the_same(&demo, &model, &["check", "--base", "HEAD~1"]);
    assert_the_same(&demo, &model, &["check", "--base", "HEAD~40"]);
    assert_the_same(&demo, &model, &["check", "--as-of", "2026-01-01", "reports"]);
}

#[test]
fn it_does_so_of_halves_of_modules_and_of_blocks_too() {
    let shop = whose::shop();
    let model = write_model(shop.path());
    assert_the_same(shop.path(), &model, &["check"]);
    // Newer than the model, and with more of a module than it was asked about.
    let more = "import { total, unused } from '../shared/money';\nexport const run = () => total() + unused;\n";
    shop.write("create/handler.ts", more).expect("a file");
    git(shop.path(), &["commit", "-qam", "Use more"]);
    assert_the_same(shop.path(), &model, &["check"]);
    assert_the_same(shop.path(), &model, &["check", "--base", "HEAD~1"]);
}

/// A pull request as a runner has it: the merge of a branch into its base, and two commits deep.
#[test]
fn a_clone_of_depth_two_says_what_a_whole_one_says() {
    let shop = whose::shop();
    let model = write_model(shop.path());
    git(shop.path(), &["checkout", "-q", "-b", "topic"]);
    let more = "import { total, unused } from '../shared/money';\nexport const run = () => total() - unused;\n";
    shop.write("create/handler.ts", more).expect("a file");
    git(shop.path(), &["commit", "-qam", "Use more"]);
    git(shop.path(), &["checkout", "-q", "main"]);
    git(shop.path(), &["merge", "-q", "--no-ff", "-m", "Merge topic", "topic"]);
    let whole = said(shop.path(), &["check", "--base", "HEAD^1"]);
    let clone = shop.cloned(&["--depth=2"]).expect("a clone");
    let without = said(clone.path(), &["check", "--base", "HEAD^1"]);
    assert_eq!(without.1, Some(3), "{}", without.0);
    assert_eq!(said(clone.path(), &with(&["check", "--base", "HEAD^1"], &model)), whole);
    assert_eq!(said(clone.path(), &with(&["check"], &model)), said(shop.path(), &["check"]));
}

#[test]
fn a_model_that_cannot_be_used_is_said_with_the_way_out() {
    let shop = whose::shop();
    let model = write_model(shop.path());
    let good = fs::read(&model).expect("a model");
    let check = |bytes: Option<&[u8]>| {
        match bytes {
            Some(bytes) => fs::write(&model, bytes).expect("a file"),
            None => fs::remove_file(&model).expect("a file"),
        }
        let (text, code) = said(shop.path(), &["check", "--model", &model]);
        let report: Value = serde_json::from_str(&text).expect("a document");
        assert_eq!((code, &report["status"]), (Some(3), &"incomplete".into()), "{report}");
        let reason = report["incomplete"][0].clone();
        assert!(reason["help"][0].as_str().is_some_and(|help| help.contains("lockstep model write")), "{reason}");
        reason["reason"].as_str().expect("a reason").to_owned()
    };
    assert!(check(Some(&good[..good.len() - 1])).ends_with("cannot be used: it is damaged"));
    assert!(check(Some(&good[..10])).ends_with("it is cut short"));
    assert!(check(Some(b"{}")).ends_with("it is no model of Lockstep's"));
    assert!(check(None).contains("cannot be used: "));
}

#[test]
fn no_model_is_written_of_half_a_history() {
    let shop = whose::shop();
    let clone = shop.cloned(&["--depth=3"]).expect("a clone");
    let output = program::run(clone.path(), &["model", "write", "main.model"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("this clone is shallow"), "{}", text(&output.stderr));
    assert!(!clone.path().join("main.model").exists());
}
