//! What a change brings is told apart from what was there before it.

use std::{fs, path::Path};

use lockstep_testkit::{Page, Repository};
use serde_json::Value;

use crate::program;

/// `pricing` and `billing` change together thirty times, and are of two services.
const PAGE: &str = "# Change\n\n## Shop\n\n```history\nd1 ana \"Start\" A README.md\nd2..d31 ana \"Round anew\" M pricing/app.py M billing/app.py\nd32..d61 bob \"Write mails\" M mail/app.py\n```\n\n```toml lockstep.toml\n[[function]]\npaths = [\"pricing/app.py\"]\nservice = \"pricing\"\n\n[[function]]\npaths = [\"billing/app.py\", \"mail/app.py\"]\nservice = \"billing\"\n```\n\n```py pricing/app.py\ndef handler(event, context):\n    return 1\n```\n\n```py billing/app.py\ndef handler(event, context):\n    return 1\n```\n\n```py mail/app.py\ndef handler(event, context):\n    return 1\n```\n";

fn shop() -> Repository {
    let page = Page::parse(PAGE).expect("a sound page");
    let shop = Repository::build(&page.cases[0].plan().expect("a sound plan")).expect("a repository");
    git(&shop, &["branch", "base"]);
    shop
}

fn git(shop: &Repository, arguments: &[&str]) -> String {
    shop.git(arguments).expect("git")
}

fn commit(shop: &Repository) {
    git(shop, &["add", "-A"]);
    git(shop, &["commit", "-qm", "Change"]);
}

/// The exit code, and the rules of the findings that are new and of those that are not.
#[track_caller]
fn told(folder: &Path, arguments: &[&str]) -> (Option<i32>, Vec<String>, Vec<String>) {
    let output = program::run(folder, &[arguments, &["--format", "json"]].concat());
    let report: Value = serde_json::from_slice(&output.stdout).expect("a document");
    assert_eq!(report["status"], "complete", "{report}");
    let of = |introduced: bool| {
        let findings = report["findings"].as_array().expect("findings").iter();
        let rules = findings.filter(|finding| finding["introduced"] == introduced);
        rules.map(|finding| finding["rule"].as_str().expect("a rule").to_owned()).collect()
    };
    (output.status.code(), of(true), of(false))
}

#[test]
fn what_the_base_has_is_counted_and_fails_nothing() {
    let shop = shop();
    assert_eq!(program::run(shop.path(), &["check"]).status.code(), Some(1));
    shop.write("mail/app.py", "def handler(event, context):\n    return 2\n").expect("a file");
    git(&shop, &["add", "-A"]);
    let lockstep = vec!["lockstep".to_owned()];
    assert_eq!(told(shop.path(), &["check", "--staged"]), (Some(0), vec![], lockstep.clone()));
    commit(&shop);
    assert_eq!(told(shop.path(), &["check", "--base", "base"]), (Some(0), vec![], lockstep.clone()));
    let text = program::text(shop.path(), &["check", "--base", "base"]);
    assert!(text.contains("1 finding that the base has already is not shown: `lockstep check` lists it"), "{text}");
    assert!(!text.contains("error[lockstep]"), "{text}");
    let all = program::run(shop.path(), &["check", "--base", "base", "--show-inherited"]);
    assert_eq!(all.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&all.stdout).contains("error[lockstep]"));
}

#[test]
fn a_file_that_moves_takes_its_findings_along() {
    let shop = shop();
    git(&shop, &["mv", "pricing/app.py", "pricing/main.py"]);
    let config = fs::read_to_string(shop.path().join("lockstep.toml")).expect("a file");
    shop.write("lockstep.toml", &config.replace("pricing/app.py", "pricing/main.py")).expect("a file");
    commit(&shop);
    assert_eq!(told(shop.path(), &["check", "--base", "base"]), (Some(0), vec![], vec!["lockstep".to_owned()]));
}

#[test]
fn what_the_change_brings_is_shown_on_a_line_of_it() {
    let shop = shop();
    // A handler that is not there, in a manifest that is old but for one line.
    let template = "Resources:\n  Send:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: python3.13\n      Handler: app.handler\n";
    shop.write("mail/template.yaml", template).expect("a file");
    commit(&shop);
    git(&shop, &["branch", "-f", "base"]);
    shop.write("mail/template.yaml", &template.replace("app.handler", "gone.handler")).expect("a file");
    commit(&shop);
    let report = program::json(shop.path(), &["check", "--base", "base"]);
    let findings = report["findings"].as_array().expect("findings");
    let new: Vec<&Value> = findings.iter().filter(|finding| finding["introduced"] == true).collect();
    assert_eq!(new.len(), 1, "{report}");
    assert_eq!((&new[0]["rule"], &new[0]["primary"]["line"]), (&"unresolved-handler".into(), &6.into()), "{report}");
    assert_eq!(new[0]["related"][0]["line"], 2, "{report}");
    assert_eq!(report["change"]["inherited"], 1);
}

#[test]
fn in_a_clone_without_contents_what_cannot_be_told_is_said() {
    let shop = shop();
    for number in [77, 78] {
        shop.write("mail/app.py", &format!("def handler(event, context):\n    return {number}\n")).expect("a file");
        commit(&shop);
    }
    let clone = shop.cloned(&["--filter=blob:none"]).expect("a clone");
    let report = program::json(clone.path(), &["check", "--base", "HEAD~1"]);
    let problems = report["problems"].to_string();
    assert!(problems.contains("1 file of the change cannot be read as before it"), "{problems}");
}
