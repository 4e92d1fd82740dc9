//! `--model`: with the history of the main branch as a file, a clone without it says what one with it says; and what
//! cannot be used is said.

use std::{fs, path::Path, process::Output};

use serde_json::Value;

use crate::{program, whose};

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What is printed, as JSON, and the exit code.
fn said(folder: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let output = program::run(folder, &[arguments, &["--format", "json"]].concat());
    assert!(output.stderr.is_empty(), "{arguments:?}: {}", text_of(&output.stderr));
    (text_of(&output.stdout), output.status.code())
}

/// Writes the model of `folder` beside it.
fn write_model(folder: &Path) -> String {
    let place = folder.parent().expect("a folder").join("main.model").to_str().expect("a name").to_owned();
    let output = program::run(folder, &["model", "write", &place]);
    assert!(output.status.success(), "{}", text_of(&output.stderr));
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
    assert!(output.status.success(), "{arguments:?}: {}", text_of(&output.stderr));
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
fn it_does_so_of_what_is_staged() {
    let shop = whose::shop();
    let model = write_model(shop.path());
    assert_the_same(shop.path(), &model, &["check", "--staged"]);
    shop.write("create/handler.ts", "export const run = () => 7;\n").expect("a file");
    git(shop.path(), &["add", "-A"]);
    assert_the_same(shop.path(), &model, &["check", "--staged"]);
}

fn problems(folder: &Path, arguments: &[&str]) -> String {
    let (text, code) = said(folder, arguments);
    assert!(code < Some(2), "{text}");
    let report: Value = serde_json::from_str(&text).expect("a document");
    report["problems"].to_string()
}

/// The clone has neither the model's commit nor what lies between it and the base.
#[test]
fn a_model_that_does_not_reach_the_base_is_used_and_said() {
    let shop = whose::shop();
    let model = write_model(shop.path());
    let old = shop.git(&["rev-parse", "--short=10", "HEAD"]).expect("a commit");
    for number in 100..105 {
        shop.write("create/handler.ts", &format!("export const run = () => {number};\n")).expect("a file");
        git(shop.path(), &["commit", "-qam", "On"]);
    }
    let base = shop.git(&["rev-parse", "--short=10", "HEAD~1"]).expect("a commit");
    let clone = shop.cloned(&["--depth=2"]).expect("a clone");
    let said = problems(clone.path(), &["check", "--base", "HEAD~1", "--model", &model]);
    assert!(
        said.contains(&format!("the model ends at {old}, and this clone does not reach from there to {base}")),
        "{said}"
    );
    // A whole clone does reach it, and reads what lies between.
    assert_eq!(problems(shop.path(), &["check", "--base", "HEAD~1", "--model", &model]), "[]");
}

#[test]
fn a_model_of_another_repository_is_left_alone_and_said() {
    let shop = whose::shop();
    let (_place, demo) = program::demo();
    let model = write_model(&demo);
    let said = problems(shop.path(), &["check", "--model", &model]);
    assert!(said.contains("the history of this clone is read instead"), "{said}");
}

#[test]
fn settings_that_differ_are_named() {
    let shop = whose::shop();
    let model = write_model(shop.path());
    let config = "exclude = [\"audit/**\"]\n";
    shop.write("lockstep.toml", config).expect("a file");
    let said = problems(shop.path(), &["check", "--model", &model]);
    assert!(said.contains("the model was written with other settings (exclude)"), "{said}");
}

#[test]
fn a_model_says_what_it_is_of() {
    let shop = whose::shop();
    let model = write_model(shop.path());
    let (text, code) = said(shop.path(), &["model", "show", &model]);
    let facts: Value = serde_json::from_str(&text).expect("a document");
    assert_eq!((code, &facts["readable"], &facts["commits"]), (Some(0), &true.into(), &18.into()), "{facts}");
    assert_eq!(facts["head"], shop.git(&["rev-parse", "HEAD"]).expect("a commit"));
    let gone = program::run(shop.path(), &["model", "show", "serverless.yml"]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(text_of(&gone.stderr).contains("it is no model of Lockstep's"), "{}", text_of(&gone.stderr));
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
    assert!(text_of(&output.stderr).contains("this clone is shallow"), "{}", text_of(&output.stderr));
    assert!(!clone.path().join("main.model").exists());
}
