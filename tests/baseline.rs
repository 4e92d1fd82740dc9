//! The baseline end to end: what is known stays quiet, what is worse or new speaks, what is stale is told, and git merges
//! the files of two branches.

use std::{fs, path::Path};

use lockstep_testkit::{Page, Repository};
use serde_json::Value;

use crate::program;

/// `pricing` and `billing` change together thirty times, `mail` and `text` as often, and `menu` alone.
const PAGE: &str = "# Baseline\n\n## Shop\n\n```history\nd1 ana \"Start\" A README.md\nd2..d31 ana \"Round anew\" M pricing/app.py M billing/app.py\nd32..d61 bob \"Word it anew\" M mail/app.py M text/app.py\nd62..d91 bob \"Order it anew\" M menu/app.py\n```\n\n```toml lockstep.toml\n[rules]\nlockstep = \"deny\"\nshotgun-surgery = \"allow\"\n\n[[function]]\npaths = [\"*/app.py\"]\nservice = \"shop\"\n```\n\n```py pricing/app.py\ndef handler(event, context):\n    return 1\n```\n\n```py billing/app.py\ndef handler(event, context):\n    return 1\n```\n\n```py mail/app.py\ndef handler(event, context):\n    return 1\n```\n\n```py text/app.py\ndef handler(event, context):\n    return 1\n```\n\n```py menu/app.py\ndef handler(event, context):\n    return 1\n```\n";

const FILE: &str = "lockstep-baseline.jsonl";

fn shop() -> Repository {
    let page = Page::parse(PAGE).expect("a sound page");
    Repository::build(&page.cases[0].plan().expect("a sound plan")).expect("a repository")
}

/// What `arguments` print in `folder`, both streams, with the exit code.
fn run(folder: &Path, arguments: &[&str]) -> (String, i32) {
    let output = program::run(folder, arguments);
    let both = [output.stdout, output.stderr].concat();
    (String::from_utf8(both).expect("UTF-8"), output.status.code().expect("an exit code"))
}

#[track_caller]
fn says(folder: &Path, arguments: &[&str], code: i32, words: &str) -> String {
    let (text, found) = run(folder, arguments);
    assert_eq!(found, code, "{arguments:?}:\n{text}");
    assert!(text.contains(words), "{arguments:?}:\n{text}");
    text
}

fn lines(shop: &Repository) -> Vec<String> {
    let text = fs::read_to_string(shop.path().join(FILE)).expect("a baseline");
    text.lines().map(str::to_owned).collect()
}

/// Rewrites the line about `function`.
fn edit(shop: &Repository, function: &str, change: impl Fn(&mut Value)) {
    let edited: Vec<String> = lines(shop)
        .into_iter()
        .map(|line| {
            let mut value: Value = serde_json::from_str(&line).expect("JSON");
            if line.contains(function) {
                change(&mut value);
            }
            value.to_string()
        })
        .collect();
    shop.write(FILE, &(edited.join("\n") + "\n")).expect("a file");
}

#[test]
fn what_is_known_is_held_back_and_check_never_writes() {
    let shop = shop();
    let here = shop.path();
    says(here, &["check"], 1, "2 errors");
    says(here, &["baseline", "write"], 0, "wrote `lockstep-baseline.jsonl`: 2 findings");
    let before = lines(&shop);
    assert_eq!(before.len(), 3, "{before:?}");
    let text = says(here, &["check"], 0, "baseline: 2 known, 0 stale, 0 worse");
    assert!(text.contains("no findings"), "{text}");
    let document = program::json(here, &["check"]);
    let states: Vec<&Value> =
        document["findings"].as_array().expect("findings").iter().map(|finding| &finding["baseline"]).collect();
    assert_eq!(states, ["known", "known"]);
    assert_eq!(
        document["summary"]["baseline"],
        serde_json::json!({ "known": 2, "stale": 0, "worse": 0, "new": 0, "gone": 0, "better": 0 })
    );
    assert_eq!(lines(&shop), before, "check writes nothing");
    says(here, &["check", "--baseline", "none"], 1, "2 errors");
    says(here, &["baseline", "write"], 0, "2 entries; nothing to change");
    assert_eq!(lines(&shop), before, "nothing changed, so nothing differs");
}

#[test]
fn it_grows_only_when_asked_to() {
    let shop = shop();
    let here = shop.path();
    says(here, &["baseline", "write"], 0, "2 findings");
    let whole = lines(&shop);
    edit(&shop, "shop/mail", |entry| entry["at"] = 0.3.into());
    let kept: Vec<String> = lines(&shop).into_iter().filter(|line| !line.contains("shop/pricing")).collect();
    shop.write(FILE, &(kept.join("\n") + "\n")).expect("a file");
    let text = says(here, &["check"], 1, "worse than the baseline: 0.30 then, 0.");
    assert!(text.contains("2 errors") && text.contains("baseline: 0 known, 0 stale, 1 worse"), "{text}");
    let refused = "1 new finding and 1 that became worse are not taken in: --grow does that";
    says(here, &["baseline", "write"], 0, refused);
    assert_eq!(lines(&shop).len(), 2, "nothing was added");
    says(here, &["check"], 1, "worse than the baseline: 0.30 then");
    says(here, &["baseline", "write", "--grow"], 0, "2 entries; 1 added, 1 raised");
    assert_eq!(lines(&shop), whole);
    says(here, &["check"], 0, "baseline: 2 known, 0 stale, 0 worse");
}

#[test]
fn a_tolerance_can_be_set() {
    let shop = shop();
    says(shop.path(), &["baseline", "write"], 0, "2 findings");
    edit(&shop, "shop/mail", |entry| entry["at"] = (entry["at"].as_f64().expect("a share") - 0.05).into());
    says(shop.path(), &["check"], 0, "0 worse");
    let config = fs::read_to_string(shop.path().join("lockstep.toml")).expect("a file");
    shop.write("lockstep.toml", &format!("baseline = {{ tolerance = 0.02 }}\n{config}")).expect("a file");
    says(shop.path(), &["check"], 1, "1 worse");
}

#[test]
fn what_is_stale_is_told_and_pruned() {
    let shop = shop();
    let here = shop.path();
    says(here, &["baseline", "write"], 0, "2 findings");
    let kept = lines(&shop);
    let gone = r#"{"rule":"lockstep","functions":["shop/menu","shop/mail"],"at":0.4,"since":"2025-01-02"}"#;
    shop.write(FILE, &(kept.join("\n") + "\n" + gone + "\n")).expect("a file");
    let stale = says(here, &["check"], 0, "baseline: 2 known, 1 stale, 0 worse");
    assert!(stale.contains("lockstep-baseline.jsonl:4:1"), "its line is its place:\n{stale}");
    says(
        here,
        &["check", "-D", "stale-baseline"],
        1,
        "the baseline knows a `lockstep` about `shop/mail` and `shop/menu`",
    );
    // What did not run, or was not looked at, says nothing about an entry.
    says(here, &["check", "-A", "lockstep"], 0, "baseline: 0 known, 0 stale, 0 worse");
    says(here, &["check", "pricing"], 0, "0 stale");
    for silent in [&["-A", "lockstep"][..], &["-W", "lockstep", "-A", "warnings"]] {
        says(here, &[&["baseline", "prune"], silent].concat(), 0, "nothing to remove, 3 entries");
    }
    says(here, &["baseline", "write"], 0, "1 entry matches nothing any more: `lockstep baseline prune` removes it");
    says(here, &["baseline", "prune"], 0, "1 entry removed, 2 entries left");
    assert_eq!(lines(&shop), kept);
    says(here, &["baseline", "prune"], 0, "nothing to remove, 2 entries");
    assert_eq!(lines(&shop), kept);
}

#[test]
fn an_entry_ends_with_its_last_day() {
    let shop = shop();
    let here = shop.path();
    says(here, &["baseline", "write"], 0, "2 findings");
    edit(&shop, "shop/mail", |entry| entry["expires"] = "2025-01-31".into());
    let text = says(here, &["check"], 1, "baseline: 1 known, 1 stale, 0 worse");
    assert!(text.contains("since 2025-01-31") && text.contains("error[lockstep]"), "{text}");
    edit(&shop, "shop/mail", |entry| entry["expires"] = "2025-04-30".into());
    says(here, &["check"], 0, "baseline: 2 known, 0 stale, 0 worse");
    // In a history that is too short nothing is found, and nothing is stale.
    let text = says(here, &["check", "--as-of", "2025-01-31"], 0, "baseline: 0 known, 0 stale, 0 worse");
    assert!(text.contains("5 functions are unknown"), "{text}");
}

#[test]
fn what_cannot_be_read_is_no_clean_report() {
    let shop = shop();
    let here = shop.path();
    says(
        here,
        &["check", "--baseline", "gone.jsonl"],
        3,
        "the baseline `gone.jsonl` cannot be read: there is no such file",
    );
    says(
        here,
        &["baseline", "prune"],
        3,
        "error: there is no `lockstep-baseline.jsonl`: `lockstep baseline write` writes it",
    );
    shop.write(FILE, "{\"schema_version\":1,\"tool\":\"lockstep\"}\n<<<<<<< HEAD\n").expect("a file");
    let text =
        says(here, &["check", "--exit-zero"], 3, "lockstep-baseline.jsonl:2:1: a conflict of git's is not resolved");
    assert!(text.contains("merge=union"), "{text}");
    says(here, &["baseline", "write", "--grow"], 3, "is not written");
    assert_eq!(lines(&shop).len(), 2, "nothing was written");
    says(here, &["baseline", "write", "--baseline", "none"], 2, "name a file");
    says(here, &["baseline", "diff", "a.jsonl"], 2, "<NEW>");
}

#[test]
fn one_that_git_ignores_is_read_and_said_to_be_of_this_machine() {
    let shop = shop();
    let here = shop.path();
    shop.write(".gitignore", FILE).expect("a file");
    says(here, &["baseline", "write"], 0, "`lockstep-baseline.jsonl` is on this machine only");
    says(here, &["check"], 0, "baseline: 2 known, 0 stale, 0 worse");
}

#[test]
fn a_new_file_is_told_by_its_whole_name() {
    let shop = shop();
    fs::create_dir(shop.path().join("sub")).expect("a folder");
    says(shop.path(), &["baseline", "write", "--baseline", "sub/known.jsonl"], 0, "wrote `sub/known.jsonl`");
}

#[test]
fn a_base_that_is_not_there_is_no_baseline_to_compare_with() {
    let shop = shop();
    let text = says(shop.path(), &["baseline", "diff", "--base", "nope"], 3, "there is no baseline to compare with");
    assert!(!text.contains("missing-co-change"), "{text}");
}

#[test]
fn an_incomplete_run_writes_nothing() {
    let shop = shop();
    let shallow = shop.cloned(&["--depth=3"]).expect("a clone");
    for arguments in [&["baseline", "write"][..], &["baseline", "write", "--allow-shallow"]] {
        says(shallow.path(), arguments, 3, "`lockstep-baseline.jsonl` is not written");
        assert!(!shallow.path().join(FILE).exists());
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_rights_stay() {
    use std::os::unix::fs::PermissionsExt;
    let shop = shop();
    let place = shop.path().join("ci/known.jsonl");
    shop.write("ci/known.jsonl", "{\"schema_version\":1,\"tool\":\"lockstep\"}\n").expect("a file");
    fs::set_permissions(&place, fs::Permissions::from_mode(0o640)).expect("rights");
    std::os::unix::fs::symlink("ci/known.jsonl", shop.path().join(FILE)).expect("a link");
    says(shop.path(), &["baseline", "write", "--grow"], 0, "2 added");
    assert!(fs::symlink_metadata(shop.path().join(FILE)).expect("a link").is_symlink());
    assert_eq!(fs::metadata(&place).expect("a file").permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_to_string(&place).expect("a file").lines().count(), 3);
    assert_eq!(
        fs::read_dir(place.parent().expect("a folder")).expect("a folder").count(),
        1,
        "nothing is left beside it"
    );
}

#[test]
fn git_merges_the_baselines_of_two_branches() {
    let shop = shop();
    let (here, git) = (shop.path(), |arguments: &[&str]| shop.git(arguments).expect("git"));
    shop.write(".gitattributes", "lockstep-baseline.jsonl merge=union\n").expect("a file");
    git(&["add", "-A"]);
    git(&["commit", "-qm", "Merge by lines"]);
    says(here, &["baseline", "write"], 0, "2 findings");
    let whole = lines(&shop);
    let without = |function: &str| {
        let kept: Vec<&String> = whole.iter().filter(|line| !line.contains(function)).collect();
        kept.into_iter().map(|line| format!("{line}\n")).collect::<String>()
    };
    for (branch, left_out) in [("one", "shop/pricing"), ("two", "shop/mail")] {
        git(&["checkout", "-q", "-b", branch, "main"]);
        shop.write(FILE, &without(left_out)).expect("a file");
        git(&["add", "-A"]);
        git(&["commit", "-qm", branch]);
    }
    says(here, &["check"], 1, "baseline: 1 known");
    git(&["merge", "-q", "-m", "Both", "one"]);
    let merged = says(here, &["check"], 0, "baseline: 2 known, 0 stale, 0 worse");
    assert!(!merged.contains("incomplete"), "{merged}");
    says(here, &["baseline", "diff", "--base", "main"], 0, "2 added; 0 entries then, 2 now");
    // Branches that change one entry differently leave it twice.
    for (branch, at) in [("three", 0.9), ("four", 0.85)] {
        git(&["checkout", "-q", "-b", branch, "two"]);
        edit(&shop, "shop/mail", |entry| entry["at"] = at.into());
        git(&["commit", "-qam", branch]);
    }
    git(&["merge", "-q", "-m", "Both again", "three"]);
    assert_eq!(lines(&shop).iter().filter(|line| line.contains("shop/mail")).count(), 2);
    says(here, &["check"], 0, "baseline: 2 known");
    says(here, &["baseline", "write"], 0, "2 entries");
    assert_eq!(lines(&shop), whole, "sorted, each once, and as strong as it is");
}

#[test]
fn a_difference_is_told_in_every_form() {
    let shop = shop();
    let here = shop.path();
    says(here, &["baseline", "diff"], 3, "there is no `lockstep-baseline.jsonl`, here or there");
    says(here, &["baseline", "write"], 0, "2 findings");
    shop.git(&["add", "-A"]).expect("git");
    shop.git(&["commit", "-qm", "Known"]).expect("git");
    says(here, &["baseline", "diff"], 0, "the same entries; 2 entries then, 2 now");
    edit(&shop, "shop/mail", |entry| {
        entry["reason"] = "one team".into();
        entry["functions"] = serde_json::json!(["shop/mail", "shop/menu"]);
    });
    let text = says(here, &["baseline", "diff"], 0, "1 added, 1 removed");
    assert!(text.contains("+ lockstep of `shop/mail`, `shop/menu` at 0."), "{text}");
    let document = program::json(here, &["baseline", "diff"]);
    assert_eq!(document["added"][0]["reason"], "one team");
    assert_eq!(document["removed"][0]["functions"], serde_json::json!(["shop/mail", "shop/text"]));
    says(here, &["baseline", "diff", "--format", "markdown"], 0, "| added | <code>lockstep</code> |");
    says(here, &["baseline", "diff", FILE, FILE], 0, "the same entries");
    says(here, &["baseline", "diff", "--base", "gone"], 3, "the base `gone` is not in this clone");
    says(here, &["baseline", "diff", FILE, "lockstep.toml"], 3, "lockstep.toml:1:2: no JSON");
}
