//! `--staged` and `--base`: the same change is seen in every state that git can be in, and what cannot be seen is said.

use std::{fs, path::Path, process::Command};

use lockstep_testkit::{Page, Repository};
use serde_json::Value;

use crate::program;

/// `pricing` and `billing` change together thirty times, `mail` alone, and `pricing` alone five times.
const PAGE: &str = "# Change\n\n## Shop\n\n```history\nd1 ana \"Start\" A README.md\nd2..d31 ana \"Round anew\" M pricing/app.py M billing/app.py\nd32..d61 bob \"Write mails\" M mail/app.py\nd62..d66 bob \"Cache\" M pricing/app.py\n```\n\n```toml lockstep.toml\n[[function]]\npaths = [\"pricing/app.py\", \"billing/app.py\", \"mail/app.py\"]\nservice = \"shop\"\n```\n\n```py pricing/app.py\ndef handler(event, context):\n    return 1\n```\n\n```py billing/app.py\ndef handler(event, context):\n    return 1\n```\n\n```py mail/app.py\ndef handler(event, context):\n    return 1\n```\n";

pub fn shop() -> Repository {
    let page = Page::parse(PAGE).expect("a sound page");
    Repository::build(&page.cases[0].plan().expect("a sound plan")).expect("a repository")
}

fn edit(shop: &Repository, function: &str, number: u32) {
    let text = format!("def handler(event, context):\n    return 1 + {number}\n");
    shop.write(&format!("{function}/app.py"), &text).expect("a file");
}

fn git(shop: &Repository, arguments: &[&str]) -> String {
    shop.git(arguments).expect("git")
}

/// The functions that the change edits, and those that it leaves out, in words.
fn seen(report: &Value) -> (Vec<String>, Vec<String>) {
    let list = |value: &Value| value.as_array().expect("a list").iter().map(text).collect::<Vec<_>>();
    let findings = report["findings"].as_array().expect("findings");
    let missing = findings.iter().filter(|finding| finding["rule"] == "missing-co-change");
    (list(&report["change"]["functions"]), missing.map(|finding| text(&finding["message"])).collect())
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[track_caller]
fn assert_billing_is_missing(report: &Value) {
    let (edited, missing) = seen(report);
    assert_eq!(edited, ["shop/pricing"], "{report}");
    assert_eq!(missing.len(), 1, "{report}");
    assert!(missing[0].starts_with("`shop/pricing` changed without `shop/billing`, which changed in 3"), "{missing:?}");
}

#[track_caller]
fn assert_nothing_is_missing(report: &Value, edited: &[&str]) {
    assert_eq!(seen(report), (edited.iter().map(|id| format!("shop/{id}")).collect(), Vec::new()), "{report}");
}

fn staged(folder: &Path) -> Value {
    program::json(folder, &["check", "--staged"])
}

/// Installs a pre-commit hook that writes what `check --staged` says.
fn hook(shop: &Repository, git_dir: &str) {
    let script = format!(
        "#!/bin/sh\nexec '{}' check --staged --format json > '{}'\n",
        env!("CARGO_BIN_EXE_lockstep"),
        told(shop).display()
    );
    let path = shop.path().join(git_dir).join("hooks/pre-commit");
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(&path, script).expect("a hook");
    assert!(Command::new("chmod").arg("+x").arg(&path).status().expect("chmod").success());
}

fn told(shop: &Repository) -> std::path::PathBuf {
    shop.outside().join("told.json")
}

/// What the hook said when git was run with `arguments`.
fn hooked(shop: &Repository, arguments: &[&str]) -> Value {
    git(shop, arguments);
    let text = fs::read_to_string(told(shop)).expect("the hook ran");
    serde_json::from_str(&text).expect("a document")
}

#[test]
fn what_is_staged_is_seen_and_what_is_not_staged_is_not() {
    let shop = shop();
    assert_nothing_is_missing(&staged(shop.path()), &[]);
    edit(&shop, "pricing", 1);
    assert_nothing_is_missing(&staged(shop.path()), &[]);
    git(&shop, &["add", "pricing"]);
    edit(&shop, "billing", 1);
    assert_billing_is_missing(&staged(shop.path()));
    // A manifest that lies about is no part of the commit either.
    shop.write("later/template.yaml", "Resources: [").expect("a file");
    let report = staged(shop.path());
    assert!(report["problems"].as_array().expect("problems").is_empty(), "{report}");
    git(&shop, &["add", "billing"]);
    assert_nothing_is_missing(&staged(shop.path()), &["billing", "pricing"]);
}

#[test]
fn the_place_is_the_first_line_that_changed() {
    let shop = shop();
    edit(&shop, "pricing", 1);
    git(&shop, &["add", "-A"]);
    let report = staged(shop.path());
    let findings = report["findings"].as_array().expect("findings");
    let finding = findings.iter().find(|finding| finding["rule"] == "missing-co-change").expect("a finding");
    assert_eq!((&finding["primary"]["path"], &finding["primary"]["line"]), (&"pricing/app.py".into(), &2.into()));
    assert_eq!(finding["related"][0]["path"], "billing/app.py");
}

#[test]
fn hooks_see_the_commit_that_is_made() {
    let shop = shop();
    hook(&shop, ".git");
    git(&shop, &["checkout", "-q", "-b", "topic"]);
    edit(&shop, "pricing", 1);
    assert_billing_is_missing(&hooked(&shop, &["commit", "-qam", "All of it"]));
    edit(&shop, "pricing", 2);
    edit(&shop, "billing", 2);
    git(&shop, &["add", "-A"]);
    assert_billing_is_missing(&hooked(&shop, &["commit", "-qm", "Half of it", "pricing/app.py"]));
    // What the branch changed before is part of the same change.
    assert_nothing_is_missing(&hooked(&shop, &["commit", "-qm", "The rest"]), &["billing"]);
}

#[test]
fn linked_work_trees_have_an_index_of_their_own() {
    let shop = shop();
    hook(&shop, ".git");
    let tree = shop.outside().join("tree");
    git(&shop, &["worktree", "add", "-q", "-b", "side", &tree.display().to_string()]);
    fs::write(tree.join("pricing/app.py"), "def handler(event, context):\n    return 7\n").expect("a file");
    git(&shop, &["-C", &tree.display().to_string(), "add", "-A"]);
    assert_billing_is_missing(&staged(&tree));
    assert_nothing_is_missing(&staged(shop.path()), &[]);
    assert_billing_is_missing(&hooked(&shop, &["-C", &tree.display().to_string(), "commit", "-qam", "Here"]));
}

/// Git hands an index to a hook by a name that is meant from the root of the work tree, wherever the hook goes from there.
#[test]
fn an_index_is_found_from_wherever_a_hook_goes() {
    let shop = shop();
    edit(&shop, "pricing", 1);
    git(&shop, &["add", "-A"]);
    fs::copy(shop.path().join(".git/index"), shop.path().join(".git/next-index-7.lock")).expect("an index");
    git(&shop, &["reset", "-q"]);
    assert_nothing_is_missing(&staged(shop.path()), &[]);
    let index = ".git/next-index-7.lock";
    let whole = shop.path().join(index);
    for (folder, index) in [("", index), ("pricing", index), ("mail", whole.to_str().expect("a name"))] {
        let place = shop.path().join(folder);
        let mut command = program::command(&place, &["check", "--staged", "--format", "json"]);
        // Only functions below the folder are looked at: ask for the root.
        let root = shop.path().to_str().expect("a name");
        let output = command.arg(root).env("GIT_INDEX_FILE", index).output().expect("lockstep runs");
        assert_billing_is_missing(&serde_json::from_slice(&output.stdout).expect("a document"));
    }
    let output = program::command(shop.path(), &["check", "--staged"]).env("GIT_INDEX_FILE", "gone").output();
    assert_eq!(output.expect("lockstep runs").status.code(), Some(3));
}

/// A merge commit is made with a hook of its own.
#[test]
fn a_merge_is_seen_by_its_hook() {
    let shop = shop();
    git(&shop, &["checkout", "-q", "-b", "side"]);
    edit(&shop, "pricing", 1);
    git(&shop, &["commit", "-qam", "Side"]);
    git(&shop, &["checkout", "-q", "main"]);
    edit(&shop, "mail", 1);
    git(&shop, &["commit", "-qam", "Main"]);
    hook(&shop, ".git");
    fs::rename(shop.path().join(".git/hooks/pre-commit"), shop.path().join(".git/hooks/pre-merge-commit"))
        .expect("a hook");
    assert_nothing_is_missing(&hooked(&shop, &["merge", "-q", "--no-ff", "-m", "Merge", "side"]), &[]);
}

/// What a hook in a linked work tree is told: the folder of its data, and its index there.
#[test]
fn in_a_linked_work_tree_git_says_where_its_data_is() {
    let shop = shop();
    let tree = shop.outside().join("tree");
    git(&shop, &["worktree", "add", "-q", "-b", "side", tree.to_str().expect("a name")]);
    fs::write(tree.join("pricing/app.py"), "def handler(event, context):\n    return 7\n").expect("a file");
    git(&shop, &["-C", tree.to_str().expect("a name"), "add", "-A"]);
    let data = shop.path().join(".git/worktrees/tree");
    let output = program::command(&tree, &["check", "--staged", "--format", "json"])
        .env("GIT_DIR", &data)
        .env("GIT_INDEX_FILE", data.join("index"))
        .output()
        .expect("lockstep runs");
    assert_billing_is_missing(&serde_json::from_slice(&output.stdout).expect("a document"));
}

#[test]
fn what_a_merge_brings_is_no_ones_omission() {
    let shop = shop();
    git(&shop, &["checkout", "-q", "-b", "side"]);
    edit(&shop, "pricing", 1);
    git(&shop, &["commit", "-qam", "Side"]);
    git(&shop, &["checkout", "-q", "main"]);
    edit(&shop, "mail", 1);
    git(&shop, &["commit", "-qam", "Main"]);
    git(&shop, &["merge", "-q", "--no-commit", "--no-ff", "side"]);
    assert_nothing_is_missing(&staged(shop.path()), &[]);
    // What the merge itself edits is: but what it brings is touched.
    edit(&shop, "billing", 9);
    git(&shop, &["add", "-A"]);
    assert_nothing_is_missing(&staged(shop.path()), &["billing"]);
}

#[test]
fn conflicts_are_left_out_and_told() {
    let shop = shop();
    git(&shop, &["checkout", "-q", "-b", "side"]);
    edit(&shop, "pricing", 1);
    git(&shop, &["commit", "-qam", "Side"]);
    git(&shop, &["checkout", "-q", "main"]);
    edit(&shop, "pricing", 2);
    git(&shop, &["commit", "-qam", "Main"]);
    assert!(shop.git(&["merge", "-q", "side"]).is_err(), "a conflict");
    let report = staged(shop.path());
    assert_nothing_is_missing(&report, &[]);
    assert!(report["problems"].to_string().contains("1 path that is not merged yet"), "{report}");
}

#[test]
fn before_the_first_commit_there_is_nothing_to_compare_with() {
    let shop = Repository::build(&lockstep_testkit::Plan::default()).expect("a repository");
    shop.write("lockstep.toml", "[[function]]\npaths = [\"pricing/app.py\"]\nservice = \"shop\"\n").expect("a file");
    edit(&shop, "pricing", 1);
    git(&shop, &["add", "-A"]);
    let output = program::run(shop.path(), &["check", "--staged"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_nothing_is_missing(&staged(shop.path()), &["pricing"]);
}

#[test]
fn a_file_that_is_only_announced_is_not_staged() {
    let shop = shop();
    shop.write("mail/more.py", "x = 1\n").expect("a file");
    git(&shop, &["add", "-N", "mail/more.py"]);
    assert_eq!(staged(shop.path())["change"]["files"], 0);
}

#[test]
fn a_file_that_moves_and_changes_nothing_is_no_change_of_behaviour() {
    let shop = shop();
    git(&shop, &["mv", "pricing/app.py", "pricing/main.py"]);
    let config = fs::read_to_string(shop.path().join("lockstep.toml")).expect("a file");
    shop.write("lockstep.toml", &config.replace("pricing/app.py", "pricing/main.py")).expect("a file");
    git(&shop, &["add", "-A"]);
    assert_nothing_is_missing(&staged(shop.path()), &[]);
    // And the past of the file goes with it.
    shop.write("pricing/main.py", "def handler(event, context):\n    return 1 + 1\n").expect("a file");
    git(&shop, &["add", "-A"]);
    let (edited, missing) = seen(&staged(shop.path()));
    assert_eq!((edited.len(), missing.len()), (1, 1), "{edited:?} {missing:?}");
}

/// A branch of two commits off `main`, which goes on.
fn branch() -> Repository {
    let shop = shop();
    git(&shop, &["checkout", "-q", "-b", "topic"]);
    for number in 1..3 {
        edit(&shop, "pricing", number);
        git(&shop, &["commit", "-qam", "Topic"]);
    }
    git(&shop, &["checkout", "-q", "main"]);
    edit(&shop, "mail", 1);
    git(&shop, &["commit", "-qam", "Main"]);
    git(&shop, &["checkout", "-q", "topic"]);
    shop
}

#[test]
fn a_branch_is_compared_with_where_it_left_its_base() {
    let shop = branch();
    for base in ["main", "main~1", "HEAD~2"] {
        let report = program::json(shop.path(), &["check", "--base", base]);
        assert_billing_is_missing(&report);
        assert_eq!(report["change"]["before"], text(&git(&shop, &["rev-parse", "main~1"]).into()), "{base}");
    }
    assert_nothing_is_missing(&program::json(shop.path(), &["check", "--base", "HEAD"]), &[]);
    git(&shop, &["checkout", "-q", "--detach"]);
    assert_billing_is_missing(&program::json(shop.path(), &["check", "--base", "main"]));
    // The history ends where the branch begins: its own commits are not counted.
    let total = &program::json(shop.path(), &["check", "--base", "main"])["summary"]["changesets"]["total"];
    assert_eq!(total.to_string(), git(&shop, &["rev-list", "--count", "main~1"]));
}

#[test]
fn a_base_is_found_where_nobody_names_it() {
    let shop = branch();
    assert_billing_is_missing(&program::json(shop.path(), &["check", "--base", "auto"]));
    git(&shop, &["checkout", "-q", "main"]);
    let clone = shop.cloned(&["--branch", "topic"]).expect("a clone");
    for base in ["auto", "main", "origin/main"] {
        assert_billing_is_missing(&program::json(clone.path(), &["check", "--base", base]));
    }
    git(&shop, &["checkout", "-q", "topic"]);
    let bare = shop.cloned(&["--bare"]).expect("a clone");
    assert_billing_is_missing(&program::json(bare.path(), &["check", "--base", "main"]));
}

#[track_caller]
fn assert_incomplete(folder: &Path, arguments: &[&str], words: &str) {
    let output = program::run(folder, arguments);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains(words), "`{words}` is missing in\n{text}");
}

#[test]
fn a_base_that_is_missing_is_never_an_empty_change() {
    let shop = branch();
    let fetch = "git fetch --no-tags origin +refs/heads/release:refs/remotes/origin/release";
    assert_incomplete(shop.path(), &["check", "--base", "release"], fetch);
    assert_incomplete(shop.path(), &["check", "--base", "release"], "the base `release` is not in this clone");
    let shallow = shop.cloned(&["--depth=1", "--branch", "topic"]).expect("a clone");
    assert_incomplete(shallow.path(), &["check", "--base", "main"], "git fetch --unshallow --filter=blob:none");
    git(&shop, &["checkout", "-q", "--orphan", "other"]);
    git(&shop, &["commit", "-qm", "Begin anew"]);
    assert_incomplete(shop.path(), &["check", "--base", "main"], "`main` and HEAD have no commit in common");
    let bare = shop.cloned(&["--bare"]).expect("a clone");
    assert_incomplete(bare.path(), &["check", "--staged"], "a bare repository has no index");
}

#[test]
fn contracts_tests_and_documents_speak_for_nobody() {
    let shop = shop();
    for (path, text) in [("pricing/openapi.yaml", "openapi: 3.0.0\n"), ("pricing/test_app.py", "x\n"), ("a.md", "x\n")]
    {
        shop.write(path, text).expect("a file");
    }
    git(&shop, &["add", "-A"]);
    let report = staged(shop.path());
    assert_eq!(report["change"]["files"], 3);
    assert_nothing_is_missing(&report, &[]);
    // A contract of `billing` that changes with `pricing` is an answer, not an omission.
    edit(&shop, "pricing", 1);
    shop.write("billing/openapi.yaml", "openapi: 3.0.0\n").expect("a file");
    git(&shop, &["add", "-A"]);
    assert_nothing_is_missing(&staged(shop.path()), &["pricing"]);
}
