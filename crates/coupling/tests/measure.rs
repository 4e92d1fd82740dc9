//! The measure as a whole: tables in words, a naive recount, and laws that hold for every history.

mod words;

use std::collections::BTreeSet;

use lockstep_coupling::{CouplingGraph, Explainer, Explanation, Knowledge, Unknown};
use lockstep_model::{
    Access, BlobId, Channel, ChannelDirection, DropReason, FileKind, Invocation, Layer, Store, Strength, Symbols,
};
use proptest::prelude::*;
use words::{World, file, path};

fn pair<'a>(graph: &'a CouplingGraph, world: &World, a: char, b: char) -> Option<&'a lockstep_coupling::Coupling> {
    let at = |letter: char| world.functions.iter().position(|function| function.name == letter.to_string()).unwrap();
    graph.between(at(a), at(b))
}

#[test]
fn counts_in_words() {
    // (history, support, support free of contracts, shared) of a and b; 1 is shared by a and b, 2 by b and c.
    let cases = [
        ("ab ab ab a b", 3, 3, 0),
        ("ab a b c", 1, 1, 0),
        ("ab1 ab1", 2, 2, 0),
        ("ab 1 1 2", 1, 1, 2),
        ("ab a1 b1 a2", 1, 1, 2),
        ("ab ab!a ab!b ab!c", 4, 2, 0),
        ("ab !a !b", 1, 1, 0),
        ("ab # #a", 1, 1, 0),
        ("ab $a$b $ab", 3, 3, 0),
    ];
    for (words, support, free, shared) in cases {
        let world = World::of("abc").shared('1', "ab").shared('2', "bc").history(words);
        let graph = world.graph();
        let coupling = pair(&graph, &world, 'a', 'b').unwrap();
        assert_eq!((coupling.support, coupling.support_free, coupling.shared), (support, free, shared), "{words}");
        assert_eq!(graph.together(0, 1).len() as u32, support, "{words}");
    }
}

#[test]
fn a_repository_beside_others_is_judged_by_its_own_habits() {
    const HOUR: i64 = 3_600;
    let words = "ab*12 a*4 b*3";
    let expected = |world: &World| pair(&world.graph(), world, 'a', 'b').unwrap().expected;
    let alone = World::of("ab").history_every(words, HOUR);
    let mut beside = World::of("abcd").history_every(&format!("c*40 {words} cd*2 d*40 bd*3"), HOUR);
    let as_one = expected(&beside);
    beside.repositories = vec![0, 0, 1, 1];
    // Three more changes of b, joined with the other repository's, are changes of b here.
    let with_them = World::of("ab").history_every(&format!("{words} b*3"), HOUR);
    assert!((expected(&beside) - expected(&with_them)).abs() < 1e-6, "{}", expected(&beside));
    assert!(as_one < expected(&alone) / 2.0, "as one repository, {as_one} would be expected");
    // A pair of two repositories is held against all changesets of both.
    let graph = beside.graph();
    let across = pair(&graph, &beside, 'b', 'd').unwrap();
    assert_eq!(across.support, 3);
    assert!(across.expected > 3.0, "{}", across.expected);
}

#[test]
fn only_behaviour_of_ones_own_counts_as_a_change() {
    let world = World::of("abc").shared('1', "ab").history("a a1 1 !a # $a a# b");
    let graph = world.graph();
    let [a, b, c] = graph.functions() else { panic!("three functions") };
    assert_eq!((a.changes, b.changes, c.changes), (4, 1, 0));
    // The shared file moves a and b: `a`, `a1`, `1`, `$a`, `a#` and `a1`, `1`, `b`.
    assert_eq!((a.deployments, b.deployments, c.deployments), (5, 3, 0));
    assert_eq!(graph.shared_files(&world.history, 0, 1), [(path("shared/1.ts"), 2)]);
}

#[test]
fn every_changeset_is_accounted_for() {
    let letters: String = ('a'..='l').collect();
    let world = World::of(&letters).shared('1', "ab").history("a ab # 1 abcdefghijk abcdefghij !a a*3");
    let graph = world.graph();
    let changesets = graph.changesets();
    assert_eq!((changesets.total, changesets.kept), (10, 6));
    let dropped: Vec<_> = changesets.dropped.iter().map(|(reason, count)| (*reason, *count)).collect();
    let expected = [(DropReason::Bulk, 1), (DropReason::NoBehaviour, 2), (DropReason::SharedOnly, 1)];
    assert_eq!(dropped, expected);
}

#[test]
fn a_year_halves_the_weight() {
    let world = World::of("ab").history_every("ab ab", 365 * 86_400);
    let graph = world.graph();
    assert!((graph.functions()[0].weighted_changes - 1.5).abs() < 1e-12);
    let coupling = graph.between(0, 1).unwrap();
    // (1.5 + 0.4) / (1.5 + 4)
    assert!((coupling.a_to_b.strength - 1.9 / 5.5).abs() < 1e-12);
    assert!(coupling.a_to_b.lower < coupling.a_to_b.strength);
}

#[test]
fn what_lies_after_the_as_of_time_is_not_seen() {
    let mut world = World::of("ab").history("a ab");
    world.history.changesets[1].time += 10 * 86_400;
    let graph = world.graph();
    assert_eq!((graph.changesets().total, graph.changesets().kept), (1, 1));
    assert!(graph.between(0, 1).is_none());
}

#[test]
fn contracts_explain_away() {
    let world = World::of("abc").history("ab!a*20 a*5 b*5 c*30");
    let graph = world.graph();
    let coupling = graph.between(0, 1).unwrap();
    assert!(coupling.a_to_b.lower > 0.5 && coupling.a_to_b.lower_free < 0.05, "{coupling:?}");
    assert_eq!((coupling.support, coupling.support_free), (20, 0));
}

#[test]
fn short_history_is_unknown_and_never_clean() {
    let knowledge = |words: &str| World::of("ab").history(words).graph().functions()[0].knowledge.clone();
    assert_eq!(knowledge("ab*49"), Knowledge::Unknown(Unknown::FewChangesets { changesets: 49, needed: 50 }));
    assert_eq!(knowledge("a*4 b*50"), Knowledge::Unknown(Unknown::FewChanges { changes: 4, needed: 5 }));
    assert_eq!(knowledge("a*5 b*50"), Knowledge::Known);
}

#[test]
fn early_signs_are_seen_where_nothing_can_be_judged() {
    let signs = |words: &str| {
        let graph = World::of("abcd").history(words).graph();
        let name = |sign: &lockstep_coupling::EarlySign| {
            let ids = sign.functions.iter().map(|function| graph.functions()[*function].id.as_str());
            format!("{} {} {:?}", ids.collect::<Vec<_>>().join("~"), sign.together, sign.changes)
        };
        graph.early_signs().iter().map(name).collect::<Vec<_>>()
    };
    // Twice of three times; once is how functions are born; a function that is known is judged.
    assert_eq!(signs("ab ab a c d*60"), ["shop/a~shop/b 2 (2, 3)"]);
    assert_eq!(signs("ab c d*60"), Vec::<String>::new());
    assert_eq!(signs("ab*6 c*60"), Vec::<String>::new());
    assert_eq!(signs("ab*6 c*3"), ["shop/a~shop/b 6 (6, 6)"]);
}

#[test]
fn functions_of_one_file_cannot_be_told_apart() {
    let mut world = World::of("abc");
    world.functions[1].entry = world.functions[0].entry.clone();
    world.closures[1].files = world.closures[0].files.clone();
    let graph = world.history("a*60 c*10").graph();
    let inseparable: Vec<bool> = graph.functions().iter().map(|function| function.inseparable).collect();
    assert_eq!(inseparable, [true, true, false]);
    assert_eq!(graph.functions()[0].changes, 0);
    assert_eq!(graph.functions()[0].deployments, 60);
}

#[test]
fn functions_of_one_file_are_told_apart_by_its_parts() {
    let mut world = World::of("abc");
    world.functions[1].entry = world.functions[0].entry.clone();
    world.closures[1].files = world.closures[0].files.clone();
    for (closure, name) in [(0, "create"), (1, "cancel")] {
        world.closures[closure].files[1].symbols = Symbols::Some(vec!["helper".into(), name.into()]);
    }
    let mut world = world.history("a*60 c*10");
    // Of the sixty changes, ten are of a's part, ten of b's, ten of both, ten of what both use, twenty of nobody's.
    let parts: [&[&[u32]]; 6] = [&[&[0]], &[&[1]], &[&[0], &[1]], &[&[0, 1]], &[], &[]];
    for (number, changeset) in world.history.changesets.iter_mut().take(60).enumerate() {
        let change = &mut changeset.changes[0];
        change.after = BlobId([number as u8 + 10; 20]);
        world.parts.add(change, parts[number / 10].iter().map(|part| part.to_vec()));
    }
    let graph = world.graph();
    let counts = |function: usize| {
        let node = &graph.functions()[function];
        (node.changes, node.deployments, node.inseparable)
    };
    assert_eq!((counts(0), counts(1)), ((20, 30, false), (20, 30, false)));
    let pair = graph.between(0, 1).unwrap();
    assert_eq!((pair.support, pair.shared), (10, 10));
    assert_eq!(graph.shared_files(&world.history, 0, 1), [(path("a/handler.ts"), 10)]);
}

#[test]
fn the_gate_tells_habit_from_pair() {
    // Ten functions that change alone, and two that change together.
    let world = World::of("abcdefghijkl").history(&"c d e f g h i j k l ab ".repeat(20));
    assert!(pair(&world.graph(), &world, 'a', 'b').unwrap().specific);
    // Everything changes with everything: true, and not special.
    let world = World::of("abcd").history(&"abcd abc bcd acd ".repeat(20));
    assert!(world.graph().couplings().iter().all(|coupling| !coupling.specific && coupling.a_to_b.lower > 0.3));
}

#[test]
fn communities_follow_the_changes() {
    let world = World::of("abcdef").history(&"ace bdf a b c d e f ae bf ".repeat(10));
    let graph = world.graph();
    assert_eq!(graph.communities(), [0, 1, 0, 1, 0, 1]);
    assert_eq!(graph.groups(&[(0, 2), (2, 4), (1, 3)]), [vec![0, 2, 4], vec![1, 3]]);
}

#[test]
fn says_what_joins_two_functions() {
    let mut world = World::of("abc").shared('1', "ab").shared('2', "abc");
    let store = |strength| Store { kind: "table".into(), key: "Orders".into(), access: Access::Write, strength };
    world.functions[0].stores = vec![store(Strength::Own)];
    world.functions[1].stores = vec![store(Strength::Inherited)];
    world.functions[2].stores = vec![store(Strength::Inherited)];
    let queue = |direction| Channel { kind: "queue".into(), key: "Q".into(), direction, strength: Strength::Own };
    world.functions[0].channels = vec![queue(ChannelDirection::Sends)];
    world.functions[1].channels = vec![queue(ChannelDirection::Receives)];
    world.functions[2].channels = vec![queue(ChannelDirection::Sends)];
    world.functions[0].layers = vec![Layer { name: "Common".into(), path: Some(path("layers/common")) }];
    world.functions[2].layers = world.functions[0].layers.clone();
    world.functions[2].invokes = vec![Invocation {
        kind: "function".into(),
        key: "b".into(),
        function: Some(world.functions[1].id.clone()),
        strength: Strength::Own,
    }];
    world.closures[1].files.push(file("a/handler.ts", FileKind::Implementation));
    let explainer = Explainer::new(&world.functions, &world.closures, &world.clones);
    let kinds = |a, b| explainer.explain(a, b).iter().map(Explanation::kind).collect::<Vec<_>>();
    assert_eq!(kinds(0, 1), ["import", "shared-channel", "shared-store", "shared-file", "shared-file"]);
    assert_eq!(kinds(1, 0), kinds(0, 1));
    assert_eq!(kinds(0, 2), ["shared-store", "shared-layer", "shared-file"]);
    assert_eq!(kinds(1, 2), ["invocation", "shared-channel", "shared-file"]);
    assert_eq!(explainer.reach(&path("shared/2.ts")), 3);
}

/// The plainest possible count of a history in words.
fn recount(words: &str, a: char, b: char) -> (u32, u32) {
    let (mut changes, mut both) = (0, 0);
    for word in words.split_whitespace() {
        let letters: BTreeSet<char> = word.chars().filter(char::is_ascii_lowercase).collect();
        if letters.len() > 10 {
            continue;
        }
        changes += u32::from(letters.contains(&a));
        both += u32::from(letters.contains(&a) && letters.contains(&b));
    }
    (changes, both)
}

const LETTERS: &str = "abcdefghijklm";

fn histories() -> impl Strategy<Value = String> {
    let word = prop_oneof![8 => "[a-f1]{1,4}", 2 => "[a-m]{1,13}", 1 => "(![a-c]){0,2}[a-d]{1,3}"];
    proptest::collection::vec(word, 1..90).prop_map(|words| words.join(" "))
}

fn world(words: &str) -> World {
    World::of(LETTERS).shared('1', "abf").history(words)
}

/// All figures of a graph as text, to compare them bit by bit.
fn figures(graph: &CouplingGraph) -> String {
    format!("{:?} {:?} {:?}", graph.functions(), graph.couplings(), graph.communities())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_recount(words in histories()) {
        // `!a` is a contract of a, not an edit of it.
        let plain = ["!a", "!b", "!c"].iter().fold(words.clone(), |words, contract| words.replace(contract, ""));
        let graph = world(&words).graph();
        for (i, a) in LETTERS.chars().enumerate() {
            for (j, b) in LETTERS.chars().enumerate().skip(i + 1) {
                let (changes, both) = recount(&plain, a, b);
                prop_assert_eq!(graph.functions()[i].changes, changes);
                prop_assert_eq!(graph.between(i, j).map_or(0, |coupling| coupling.support), both);
                prop_assert_eq!(graph.between(i, j), graph.between(j, i));
            }
        }
    }

    #[test]
    fn figures_are_shares(words in histories()) {
        for coupling in world(&words).graph().couplings() {
            for directed in [coupling.a_to_b, coupling.b_to_a] {
                for figure in [directed.strength, directed.lower, directed.strength_free, directed.lower_free] {
                    prop_assert!((0.0..=1.0).contains(&figure), "{:?}", directed);
                }
                prop_assert!(directed.lower <= directed.strength + 1e-12, "{:?}", directed);
            }
            prop_assert!((0.0..=1.0).contains(&coupling.p) && (0.0..=1.0).contains(&coupling.q), "{:?}", coupling);
            prop_assert!(coupling.p <= coupling.q + 1e-12, "{:?}", coupling);
            prop_assert!(coupling.support_free <= coupling.support);
        }
    }

    #[test]
    fn names_do_not_matter(words in histories()) {
        let plain = world(&words);
        let mut renamed = world(&words);
        for (number, function) in renamed.functions.iter_mut().enumerate() {
            function.id = lockstep_model::FunctionId::new(format!("other/{}", 99 - number));
            renamed.closures[number].function = function.id.clone();
        }
        prop_assert_eq!(
            format!("{:?}", plain.graph().couplings()),
            format!("{:?}", renamed.graph().couplings())
        );
    }

    #[test]
    fn the_order_of_the_list_does_not_matter(words in histories()) {
        let plain = world(&words);
        let mut turned = world(&words);
        turned.history.changesets.reverse();
        prop_assert_eq!(figures(&plain.graph()), figures(&turned.graph()));
    }

    #[test]
    fn an_unrelated_changeset_changes_no_count(words in histories()) {
        let counts = |words: &str| {
            let graph = World::of("abcdefghijklmz").shared('1', "abf").history(words).graph();
            graph.couplings().iter().map(|c| (c.a, c.b, c.support, c.support_free, c.shared)).collect::<Vec<_>>()
        };
        prop_assert_eq!(counts(&words), counts(&format!("z {words} z #")));
    }

    #[test]
    fn threads_change_nothing(words in histories()) {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            figures(&pool.install(|| world(&words).graph()))
        };
        prop_assert_eq!(on(1), on(4));
    }
}
