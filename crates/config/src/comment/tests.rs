//! Comments in every style, what is wrong with them, and texts that mean harm.

use lockstep_diagnostics::{Group, Level};
use lockstep_model::FunctionId;
use proptest::prelude::*;

use super::*;

const fn rule(name: &'static str) -> RuleMeta {
    RuleMeta { name, group: Group::Coupling, default_level: Level::Warn, summary: "", since: "0.1.0", page: "" }
}

static LOCKSTEP: RuleMeta = rule("lockstep");
static MISSING: RuleMeta = rule("missing-co-change");
const RULES: [&RuleMeta; 2] = [&LOCKSTEP, &MISSING];

fn read(text: &str) -> Vec<Result<AllowComment, ConfigError>> {
    allow_comments(&RepoPath::new("a.txt").unwrap(), text, &RULES)
}

#[test]
fn every_style_of_comments_will_do() {
    let styles = [
        "# X",
        "// X",
        "/* X */",
        "/** X */",
        "/*\n * X\n */",
        "-- X",
        "<!-- X -->",
        "; X",
        "{# X #}",
        "  CreateOrder: # X",
        "export const handler = 1; // X",
        "//X",
        "# X\r",
    ];
    for style in styles {
        let text = style.replace('X', "lockstep: allow(lockstep) reason: one team, one pipeline");
        let found = read(&format!("a\n{text}\nb\n"));
        let [Ok(comment)] = &found[..] else { panic!("{style}: {found:?}") };
        assert_eq!(comment.reason, "one team, one pipeline", "{style}");
        assert_eq!(comment.location.line, if style.starts_with("/*\n") { 3 } else { 2 }, "{style}");
    }
}

#[test]
fn a_capital_is_no_reason_to_overlook_it() {
    assert!(read("# Lockstep: allow(lockstep) reason: x")[0].is_ok());
    assert!(read("# Lockstep: allow(lockstep)")[0].is_err());
    assert!(read("# é\u{301}ockstep: allow(lockstep) reason: x").is_empty());
}

#[test]
fn a_comment_ends_where_it_is_closed() {
    let text = "/* lockstep: allow(lockstep) reason: one */ export const a = f(); // lockstep: allow(all) reason: two";
    let found: Vec<_> = read(text).into_iter().map(Result::unwrap).collect();
    let reasons: Vec<_> = found.iter().map(|comment| comment.reason.as_str()).collect();
    assert_eq!(reasons, ["one", "two"]);
}

#[test]
fn a_line_of_marks_is_read_once() {
    let text = "# ".to_owned() + &"lockstep:".repeat(400_000);
    assert!(read(&text).is_empty());
}

#[test]
fn all_that_may_be_said_is_read() {
    let text =
        "# lockstep: allow(lockstep, missing_co_change, with = \"bill{ing,s}\", expires = 2027-03-01) Reason: (why)";
    let comment = read(text).remove(0).unwrap();
    assert_eq!(comment.targets, [Target::Rule(&LOCKSTEP), Target::Rule(&MISSING)]);
    assert_eq!(comment.expires.unwrap().to_string(), "2027-03-01");
    assert_eq!(comment.reason, "(why)");
    let with = comment.with.unwrap();
    for (id, expected) in [("billing", true), ("shop/billing", true), ("shop/mybilling", false), ("shop/bills", true)] {
        assert_eq!(with.contains(&FunctionId::new(id)), expected, "{id}");
    }
    assert!(read("// lockstep: allow(all, with=a/b , expires='2027-03-01') reason: x")[0].is_ok());
    assert!(read("// lockstep: allow(coupling,) reason: x")[0].is_ok());
}

#[test]
fn what_is_wrong_is_told_at_its_place() {
    let cases = [
        ("allow(lockstep)", "", "the reason is missing"),
        ("allow(lockstep) because of it", "because of it", "the reason is missing"),
        ("allow(lockstep) reason:", "reason:", "the reason is missing"),
        ("allow(lockstp) reason: x", "lockstp) reason: x", "there is no rule or group `lockstp`"),
        ("allow reason: x", "reason: x", "`allow` names no rule"),
        ("allow() reason: x", "lockstep: allow() reason: x", "`allow` names no rule"),
        ("alow(lockstep) reason: x", "alow(lockstep) reason: x", "a comment can only `allow`, not `alow`"),
        ("ignore lockstep", "ignore lockstep", "a comment can only `allow`, not `ignore`"),
        ("allow(lockstep, to = 3) reason: x", "to = 3) reason: x", "there is no `to`: only `with` and `expires`"),
        ("allow(lockstep, with = \"x) reason: x", "\"x) reason: x", "the quotes are not closed"),
        ("allow(lockstep, with = ) reason: x", ") reason: x", "a value is missing"),
        ("allow(lockstep, with = \"[\") reason: x", "\"[\") reason: x", "unclosed character class"),
        ("allow(lockstep, expires = soon) reason: x", "soon) reason: x", "`soon` is no day such as 2027-03-01"),
        ("allow(lockstep, with = a, with = b) reason: x", "with = b) reason: x", "`with` is set twice"),
        ("allow(lockstep, reason = \"x\")", "reason = \"x\")", "the reason stands behind the brackets"),
        ("allow(lockstep follower) reason: x", "follower) reason: x", "a comma or `)` is missing"),
        ("allow(lockstep", "", "a comma or `)` is missing"),
    ];
    for (comment, place, message) in cases {
        let text = format!("# lockstep: {comment}");
        let found = read(&text);
        let [Err(error)] = &found[..] else { panic!("{comment}: {found:?}") };
        assert!(error.message.contains(message), "{comment}: {error}");
        let at = error.location.as_ref().unwrap();
        assert_eq!(&text[at.span().start..], place, "{comment}: {error}");
        assert!(error.help.is_some(), "{comment}");
    }
    let help = read("# lockstep: allow(lockstp) reason: x")[0].clone().unwrap_err().help.unwrap();
    assert_eq!(help, "did you mean `lockstep`?");
}

#[test]
fn prose_and_code_are_left_alone() {
    for text in [
        "# lockstep: a linter for serverless repositories",
        "lockstep: allow(lockstep) reason: this is no comment",
        "x = \"lockstep: allow(lockstep)\"",
        "# unlockstep allow(lockstep)",
        "# lockstep:",
    ] {
        assert_eq!(read(text), [], "{text}");
    }
}

#[test]
fn a_file_full_of_them_is_read_up_to_a_limit() {
    let found = read(&"# lockstep: allow(lockstep) reason: x\n".repeat(5000));
    assert_eq!((found.len(), found.iter().filter(|read| read.is_ok()).count()), (1001, 1000));
    assert_eq!(found[1000].as_ref().unwrap_err().location.as_ref().unwrap().line, 1001);
}

proptest! {
    #[test]
    fn no_text_is_a_panic(text in any::<String>(), inside in "[a-z(),=\"' :é\u{202e}0-9-]{0,40}") {
        read(&text);
        read(&format!("{text}# lockstep: {inside}\n# lockstep: allow({inside}*/{text}"));
    }
}
