//! What the rules about contracts, shared code and the system as a whole say about histories in words: see
//! `crates/coupling/tests/words` for the language.

#[path = "../../coupling/tests/words/mod.rs"]
mod words;

use lockstep_diagnostics::{Evidence, Finding, Level};
use lockstep_model::Basis;
use lockstep_rules::{Facts, View, check};
use serde_json::{Map, Value, json};
use words::World;

/// Twelve other functions that change alone.
const OTHERS: &str = "mnopqrstuvwx";

fn world(words: &str) -> World {
    let alone: String = OTHERS.chars().map(|letter| format!("{letter}*8 ")).collect();
    World::of(&format!("abcd{OTHERS}"))
        .services(&format!("orders:ab billing:c shipping:d rest:{OTHERS}"))
        .history(&format!("{alone}{words}"))
}

/// The findings of `rule` with these options.
fn findings(world: &World, rule: &str, options: &Value) -> Vec<Finding> {
    let graph = world.graph();
    let facts = Facts {
        functions: &world.functions,
        services: &world.services,
        closures: &world.closures,
        clones: &world.clones,
        sizes: &world.sizes,
        graph: &graph,
        owners: &[],
        history: &world.history,
        problems: &[],
        change: None,
        outcome: None,
    };
    let set = |meta: &lockstep_diagnostics::RuleMeta| match options {
        Value::Object(options) if meta.name == rule => options.clone(),
        _ => Map::new(),
    };
    let asked = |meta: &lockstep_diagnostics::RuleMeta| {
        (meta.name == rule && meta.default_level == Level::Allow).then(|| (Level::Warn, "asked for".to_owned()))
    };
    check(&View::new(facts), &|rule| asked(rule).into(), &set)
        .into_iter()
        .filter(|finding| finding.rule.name == rule)
        .collect()
}

fn messages(world: &World, rule: &str) -> Vec<String> {
    findings(world, rule, &json!({})).into_iter().map(|finding| finding.message).collect()
}

fn rules_that_speak(world: &World) -> Vec<&'static str> {
    ["lockstep", "follower", "unstable-contract"]
        .into_iter()
        .filter(|rule| !findings(world, rule, &json!({})).is_empty())
        .collect()
}

#[test]
fn a_pair_is_moved_by_its_contract_or_by_itself() {
    let cases: [(&str, &[&str]); 8] = [
        ("ac!a*20 a*20 c*20", &["unstable-contract"]),
        // Each change of one of them touches the contract, and all of those touch both.
        ("ac!a*20", &["unstable-contract"]),
        // The contract hardly changes.
        ("ac!a*2 a*20 c*20", &[]),
        // They change together without it as well.
        ("ac!a*20 ac*20 a*5 c*5", &["lockstep"]),
        // Not often enough.
        ("ac!a*4 a*60 c*60", &[]),
        // Somebody else's contract is no excuse.
        ("ac!d*20 a*5 c*5", &["lockstep"]),
        // Few of the joint changes touch it.
        ("ac!a*4 ac*6 a*30 c*30", &[]),
        // The one follows through the contract.
        ("ac!c*30 a*90 c*5", &["unstable-contract"]),
    ];
    for (words, expected) in cases {
        assert_eq!(rules_that_speak(&world(words)), expected, "{words}");
    }
}

#[test]
fn a_contract_is_named_once_with_all_that_it_moves() {
    let moved = world("acd!a*20 acd!c*5 a*20 c*20 d*20");
    let found = findings(&moved, "unstable-contract", &json!({}));
    let [finding] = &found[..] else { panic!("one finding: {found:?}") };
    assert_eq!(
        finding.message,
        "`shop/a`, `shop/c` and `shop/d` change together mostly when their contract `a/contract.json` does"
    );
    assert_eq!(finding.primary.message, "it changed 20 times, 20 of them together with code of at least two of them");
    let contracts: Vec<(&str, u32)> = finding
        .evidence
        .iter()
        .filter_map(|evidence| match evidence {
            Evidence::ContractChanges { path, together, .. } => Some((path.as_str(), *together)),
            _ => None,
        })
        .collect();
    assert_eq!(contracts, [("a/contract.json", 20), ("c/contract.json", 5)]);
    assert!(finding.help[0].contains("`a/contract.json`"), "{:?}", finding.help);
    // The fingerprint knows the functions and the contract, not how often it changed.
    let longer = world("acd!a*25 acd!c*5 a*20 c*20 d*20");
    assert_eq!(findings(&longer, "unstable-contract", &json!({}))[0].fingerprint, finding.fingerprint);
}

#[test]
fn a_declared_service_may_have_a_moving_contract() {
    let declared = world("ac!a*20 a*20 c*20").services(&format!("shop!:abc shipping:d rest:{OTHERS}"));
    assert_eq!(rules_that_speak(&declared), [""; 0]);
}

#[test]
fn shared_code_that_moves_services() {
    let cases: [(&str, &str, &[&str]); 5] = [
        (
            "1*15 a*5",
            "acd",
            &["15 changes of the shared code `shared/1.ts` forced 45 deployments of functions of 3 services"],
        ),
        // Of one service only, of two functions only, too seldom.
        ("1*15 a*5", "ab", &[]),
        ("1*15 a*5", "ac", &[]),
        ("1*9 a*5", "acd", &[]),
        // Those that were edited themselves would have been deployed anyway.
        ("1acd*15 a*5", "acd", &[]),
    ];
    for (words, letters, expected) in cases {
        let world = world(words).shared('1', letters);
        assert_eq!(messages(&world, "unstable-shared-code"), expected, "{words} {letters}");
    }
}

#[test]
fn old_churn_fades() {
    // The same fifteen changes, 40 days apart, under five years of other changes.
    let old = World::of("acdm").services("x:a y:c z:d rest:m").shared('1', "acd");
    let recent = World::of("acdm").services("x:a y:c z:d rest:m").shared('1', "acd");
    let month = 40 * 86_400;
    assert_eq!(messages(&recent.history_every("m*45 1*15", month), "unstable-shared-code").len(), 1);
    assert_eq!(messages(&old.history_every("1*15 m*45", month), "unstable-shared-code"), [""; 0]);
}

#[test]
fn files_of_one_folder_are_one_module() {
    let shared = |mut world: World| {
        for digit in ['1', '2', '3'] {
            world = world.shared(digit, "acd");
        }
        world
    };
    let told = messages(&shared(world("1*12 2*12 3*12 12*3")), "unstable-shared-code");
    assert_eq!(told, ["39 changes of the shared code `shared` forced 117 deployments of functions of 3 services"]);
    // Two of them, and one that is quiet, are two files.
    assert_eq!(messages(&shared(world("1*12 2*12 3*2")), "unstable-shared-code").len(), 2);
}

#[test]
fn a_folder_that_is_packaged_as_a_whole_says_nothing_about_use() {
    let mut world = world("1*15 a*5").shared('1', "acd");
    for closure in &mut world.closures {
        closure.basis = Basis::CodeRoot;
    }
    assert!(messages(&world, "unstable-shared-code").is_empty());
}

#[test]
fn the_worst_modules_are_told_and_the_others_counted() {
    let world = world("1*30 2*15").shared('1', "acd").shared('2', "acd");
    let found = findings(&world, "unstable-shared-code", &json!({"most": 1}));
    let [finding] = &found[..] else { panic!("one finding: {found:?}") };
    assert!(finding.message.contains("`shared/1.ts`"), "{}", finding.message);
    assert_eq!(finding.notes.last().unwrap(), "1 further module like it; raise `most` to see them");
}

#[test]
fn a_system_that_moves_as_one() {
    let services = "w:a x:b y:c z:d";
    let cases: [(&str, &str, usize); 6] = [
        ("abc*40 a*20", services, 1),
        ("abc*20 a*40", services, 0),
        // 26 of 50 is below 0.56, and not surely so.
        ("ab*24 c*26", services, 0),
        // Too short a history, too few functions.
        ("abc*30 a*10", services, 0),
        ("ab*60", services, 0),
        // One declared service is one.
        ("abc*40 a*20", "shop!:abc z:d", 0),
    ];
    for (words, services, expected) in cases {
        let world = World::of("abcd").services(services).history(words);
        assert_eq!(messages(&world, "shotgun-surgery").len(), expected, "{words} {services}");
    }
}

#[test]
fn what_is_said_of_the_system() {
    let world = World::of("abcd").services("w:ab x:c y:d").history("a*20 abc*10 ab*10 abc*40");
    let found = findings(&world, "shotgun-surgery", &json!({}));
    let [finding] = &found[..] else { panic!("one finding: {found:?}") };
    assert_eq!(finding.message, "20 of 80 changesets touch exactly one function: the system moves as one");
    let expected = [
        "a share of 0.25, at most 0.32: nine in ten of 18 public repositories have at least 0.56, half of them 0.67",
        "it has fallen: 0.50 in the first half of the history, 0.00 in the second",
        "no sweeping change is among them: none touches more functions than one change can mean",
        "counted by service, 30 of 80 touch exactly one: 0.38",
        "most often part of the 60 changesets that touch several: `shop/a` (60), `shop/b` (60), `shop/c` (50)",
        "the widest touch 3, 3, 3",
    ];
    assert_eq!(finding.notes, expected);
    assert_eq!(finding.functions, []);
}

#[test]
fn copies_that_are_edited_together() {
    let told = |world: &World| messages(world, "duplicated-code");
    let copied = |words: &str| world(words).copied('a', 'c', 14);
    let expected = "`shop/a` and `shop/c` hold copies of the same 14 lines, and the files of the copies were edited together 20 times";
    assert_eq!(told(&copied("ac*20 a*3 c*3")), [expected]);
    let cases = [
        (world("ac*20 a*3 c*3"), "no copy"),
        (copied("a*20 c*20"), "never together"),
        (copied("ac*2 a*20 c*20"), "too seldom"),
        (copied("ac*3 a*90 c*90"), "seldom for how often they change"),
        (copied("ac*20").services(&format!("shop!:abc shipping:d rest:{OTHERS}")), "one service"),
    ];
    for (world, why) in &cases {
        assert_eq!(told(world), [""; 0], "{why}");
    }
    let longer = findings(&copied("ac*20 a*3 c*3"), "duplicated-code", &json!({ "min-lines": 15 }));
    assert_eq!(longer, []);
    // A group that copies from each other is one finding, and `lockstep` names the copies.
    let group = world("acd*20 a*3 c*3 d*2").copied('a', 'c', 14).copied('c', 'd', 30);
    let [finding] = &findings(&group, "duplicated-code", &json!({}))[..] else { panic!("one finding") };
    assert_eq!(finding.functions.len(), 3);
    assert_eq!(finding.primary.location.path.as_str(), "c/handler.ts");
    let explained = findings(&group, "lockstep", &json!({}));
    let clones = explained[0].evidence.iter().filter(|evidence| matches!(evidence, Evidence::Clone { .. })).count();
    assert_eq!(clones, 2);
}

#[test]
fn small_functions_that_never_move_alone() {
    let small = |words: &str, lines: usize| {
        let found = findings(&world(words).sized('a', lines), "nanoservice", &json!({}));
        found.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
    };
    let expected = "`shop/a` has 20 lines of its own, and when it changes, `shop/c` must change as well";
    assert_eq!(small("ac*30 c*9", 20), [expected]);
    assert_eq!(small("ac*30 c*9", 51), [""; 0], "large");
    assert_eq!(small("ac*8 a*40", 20), [""; 0], "it moves alone");
    assert_eq!(small("ac*4", 20), [""; 0], "not known");
}

#[test]
fn functions_of_several_groups() {
    let several = |words: &str, lines: usize| messages(&world(words).in_parts('a', lines), "oversized-function");
    let expected = "`shop/a` holds 2 groups of code that never change together";
    assert_eq!(several("+a*12 %a*12 a*4", 40), [expected]);
    let cases = [
        ("+a*12 %a*12 +a%a", 40, "once together"),
        ("+a*12 %a*4", 40, "the one changes seldom"),
        ("+a*12 %a*12", 24, "small"),
        ("a*24", 40, "one file"),
    ];
    for (words, lines, why) in cases {
        assert_eq!(several(words, lines), [""; 0], "{why}");
    }
    // Each of 24 changesets edits two files, half of all edits are of either group: 24 · (1 − ¼ − ¼).
    let world = world("+a*12 %a*12").in_parts('a', 40);
    let groups = world.graph().file_groups(&world.history, 0, &|_| true);
    assert_eq!(groups.groups.iter().map(|group| group.changesets.len()).collect::<Vec<_>>(), [12, 12]);
    assert!((groups.expected(0, 1) - 12.0).abs() < 1e-9);
}
