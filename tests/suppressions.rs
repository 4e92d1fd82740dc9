//! Suppressions end to end: in the configuration, in comments, in trailers; and what is said of those without effect.

use std::path::Path;

use lockstep_testkit::{Page, Repository};
use serde_json::{Value, json};

use crate::program;

/// `pricing` and `billing` change together thirty times, `mail` alone, and then `pricing` alone.
const PAGE: &str = "# Suppressions\n\n## Shop\n\n```history\nd1 ana \"Start\" A README.md\nd2..d31 ana \"Round anew\" M pricing/app.py M billing/app.py\nd32..d61 bob \"Write mails\" M mail/app.py\nd62 ana \"Log\" M pricing/app.py\n```\n\n```toml lockstep.toml\n[[function]]\npaths = [\"*/app.py\"]\nservice = \"shop\"\n```\n\n```py pricing/app.py\ndef handler(event, context):\n    return 1\n```\n\n```py billing/app.py\ndef handler(event, context):\n    return 1\n```\n\n```py mail/app.py\ndef handler(event, context):\n    return 1\n```\n";

fn shop() -> Repository {
    let page = Page::parse(PAGE).expect("a sound page");
    let shop = Repository::build(&page.cases[0].plan().expect("a sound plan")).expect("a repository");
    shop.git(&["tag", "base", "HEAD~1"]).expect("git");
    shop
}

/// Rules of the findings, and what is silenced by what.
fn told(folder: &Path, arguments: &[&str]) -> (Vec<String>, Value) {
    let document = program::json(folder, arguments);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let findings = document["findings"].as_array().expect("findings");
    (findings.iter().map(|finding| text(&finding["rule"])).collect(), document["summary"]["suppressed"].clone())
}

fn messages(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let document = program::json(folder, arguments);
    let findings = document["findings"].as_array().expect("findings").iter();
    let of_rule = findings.filter(|finding| finding["rule"] == "unused-suppression");
    of_rule.map(|finding| finding["message"].as_str().expect("a text").to_owned()).collect()
}

fn with_comment(shop: &Repository, function: &str, comment: &str) {
    let text = format!("{comment}\ndef handler(event, context):\n    return 1\n");
    shop.write(&format!("{function}/app.py"), &text).expect("a file");
}

/// Puts `trailer` under the message of the last commit.
fn amend(shop: &Repository, trailer: &str) {
    shop.git(&["commit", "-q", "--amend", "-m", "Log", "-m", trailer]).expect("git");
}

#[test]
fn a_comment_is_about_its_function_and_those_it_names() {
    let shop = shop();
    let here = shop.path();
    assert_eq!(told(here, &["check"]), (vec!["lockstep".to_owned()], json!({})));
    for comment in [
        "# lockstep: allow(lockstep) reason: one team",
        "# lockstep: allow(lockstep, with = \"billing\") reason: one team",
        "# lockstep: allow(coupling, with = \"shop/b*\") reason: one team",
        "# lockstep: allow(all) reason: one team\n# and this is why\n@decorated",
    ] {
        with_comment(&shop, "pricing", comment);
        assert_eq!(told(here, &["check"]), (vec![], json!({ "comment": 1 })), "{comment}");
    }
    // Of another function, another rule, or about somebody else.
    for comment in ["# lockstep: allow(follower) reason: x", "# lockstep: allow(lockstep, with = \"mail\") reason: x"] {
        with_comment(&shop, "pricing", comment);
        let both = vec!["lockstep".to_owned(), "unused-suppression".to_owned()];
        assert_eq!(told(here, &["check"]), (both, json!({})), "{comment}");
    }
}

#[test]
fn what_has_no_effect_is_told_where_that_can_be_known() {
    let shop = shop();
    let here = shop.path();
    with_comment(&shop, "mail", "# lockstep: allow(lockstep) reason: x");
    assert_eq!(
        messages(here, &["check"]),
        ["this comment silences nothing: there is no finding of `lockstep` that it is about"]
    );
    // A rule that did not run found nothing, and a folder is not the whole.
    assert_eq!(messages(here, &["check", "-A", "lockstep"]), Vec::<String>::new());
    assert_eq!(messages(here, &["check", "mail"]), Vec::<String>::new());
    // Whether a change leaves something out is asked where there is one.
    with_comment(&shop, "mail", "# lockstep: allow(missing-co-change) reason: x");
    assert_eq!(messages(here, &["check"]), Vec::<String>::new());
    assert_eq!(messages(here, &["check", "--base", "base"]).len(), 1);
    let cases = [
        ("# lockstep: allow(lockstep)", "this comment silences nothing: the reason is missing"),
        (
            "# lockstep: alow(lockstep) reason: x",
            "this comment silences nothing: a comment can only `allow`, not `alow`",
        ),
        ("import os\n# lockstep: allow(lockstep) reason: x\n\n", "this comment stands beside no function"),
        (
            "# lockstep: allow(lockstep, expires = 2025-01-31) reason: x",
            "this comment expired on 2025-01-31, and there is nothing left to silence",
        ),
        (
            "# lockstep: allow(lockstep, with = \"bilin\") reason: x",
            "this comment is about `bilin`, and there is no such function",
        ),
    ];
    for (comment, expected) in cases {
        with_comment(&shop, "mail", comment);
        assert_eq!(messages(here, &["check"]), [expected], "{comment}");
    }
}

#[test]
fn hostile_comments_are_shown_and_obeyed_by_nobody() {
    let shop = shop();
    with_comment(&shop, "mail", "# lockstep: allow(\u{1b}[31m, ::error::x\u{202e}) reason: ##[add-mask]y");
    let output = program::command(shop.path(), &["check"]).env("GITHUB_ACTIONS", "true").output().expect("a run");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("this comment silences nothing: the name of a rule is missing"), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{202e}']) && !text.contains("##["), "{text:?}");
}

#[test]
fn a_trailer_is_about_the_change_of_its_commit() {
    let shop = shop();
    let here = shop.path();
    let quiet = ["check", "--base", "base", "-A", "lockstep"];
    assert_eq!(told(here, &quiet).0, ["missing-co-change"]);
    for trailer in [
        "Lockstep-Allow: pricing billing -- only a log line",
        "lockstep-allow: shop/pricing shop/billing -- only a log line",
        "Signed-off-by: ana\nLockstep-Allow: missing-co-change pricing billing -- only a log line",
    ] {
        amend(&shop, trailer);
        assert_eq!(told(here, &quiet), (vec![], json!({ "trailer": 1 })), "{trailer}");
    }
    // It is about what the change leaves out, and other findings go on.
    assert_eq!(told(here, &["check", "--base", "base"]).0, ["lockstep"]);
    assert_eq!(told(here, &["check"]), (vec!["lockstep".to_owned()], json!({})));
    amend(&shop, "Lockstep-Allow: lockstep pricing billing -- split in autumn");
    assert_eq!(
        told(here, &["check", "--base", "base"]),
        (vec!["missing-co-change".to_owned()], json!({ "trailer": 1 }))
    );
    // A trailer of a commit that the base has is over.
    amend(&shop, "Lockstep-Allow: pricing billing -- only a log line");
    shop.git(&["branch", "-qf", "later"]).expect("git");
    shop.write("pricing/app.py", "def handler(event, context):\n    return 2\n").expect("a file");
    shop.git(&["commit", "-qam", "Return two"]).expect("git");
    assert_eq!(
        told(here, &["check", "--base", "later", "-A", "lockstep"]),
        (vec!["missing-co-change".to_owned()], json!({}))
    );
}

#[test]
fn a_trailer_without_effect_is_told_with_its_commit() {
    let shop = shop();
    let quiet = ["check", "--base", "base", "-A", "lockstep"];
    for (trailer, expected) in [
        ("Lockstep-Allow: pricing billing", "silences nothing: the reason is missing"),
        (
            "Lockstep-Allow: pricing mail -- x",
            "silences nothing: there is no finding of `missing-co-change` that it is about",
        ),
        (
            "Lockstep-Allow: mising-co-change pricing billing -- x",
            "is about `mising-co-change`, and there is no such function",
        ),
        ("Lockstep-Allow: pricing bil[ -- x", "silences nothing: unclosed character class"),
        ("Lockstep-Alow: pricing billing -- x", "silences nothing: the trailer is called `Lockstep-Allow`"),
    ] {
        amend(&shop, trailer);
        let head = shop.git(&["rev-parse", "--short=10", "HEAD"]).expect("git");
        let found = messages(shop.path(), &quiet);
        assert_eq!(found.len(), 1, "{trailer}: {found:?}");
        let key = trailer.split(':').next().unwrap_or_default();
        let start = format!("the trailer `{key}` of commit {head} ");
        assert!(found[0].starts_with(&start) && found[0].contains(expected), "{trailer}: {found:?}");
    }
}
