//! What the graph answers beside couplings: contracts that change, shared code that changes, how often one changes
//! alone, and where services begin and end. For the language of the histories see `words`.

mod words;

use lockstep_coupling::{Boundaries, CouplingGraph};
use words::World;

/// Twelve other functions that change alone.
const OTHERS: &str = "mnopqrstuvwx";

fn world(words: &str) -> World {
    let alone: String = OTHERS.chars().map(|letter| format!("{letter}*8 ")).collect();
    World::of(&format!("abcdef{OTHERS}")).history(&format!("{alone}{words}"))
}

fn number(graph: &CouplingGraph, letter: char) -> usize {
    graph.functions().iter().position(|node| node.id.as_str() == format!("shop/{letter}")).unwrap()
}

#[test]
fn contracts_are_counted_where_two_that_have_them_change() {
    let world = world("ab!a*4 ab!b*2 ab*3 a!a*5 !a*1 ac!a*2 cd!a*3");
    let graph = world.graph();
    let told = |letters: &str| -> Vec<String> {
        let functions: Vec<usize> = letters.chars().map(|letter| number(&graph, letter)).collect();
        let files = graph.contract_files(&world.history, &functions);
        files.iter().map(|file| format!("{} {} of {}", file.path, file.changesets.len(), file.changes)).collect()
    };
    // `cd!a` edits two functions, and neither has the contract.
    assert_eq!(told("ab"), ["a/contract.json 4 of 15", "b/contract.json 2 of 2"]);
    assert_eq!(told("abc"), ["a/contract.json 6 of 15", "b/contract.json 2 of 2"]);
    assert_eq!(told("cd"), [""; 0]);
}

#[test]
fn shared_code_forces_those_that_were_left_alone() {
    let world = world("1*3 1a*2 1ab*1 2*4 a*5").shared('1', "abc").shared('2', "ab");
    let graph = world.graph();
    let files = graph.shared_churn(&world.history);
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["shared/1.ts", "shared/2.ts"]);
    let churn = graph.churn(&[&files[0]], &|_| true);
    assert_eq!((churn.changesets.len(), churn.deployments, churn.forced), (6, 18, 3 * 3 + 2 * 2 + 1));
    assert_eq!(churn.changesets.iter().map(|change| change.forced).collect::<Vec<_>>(), [3, 3, 3, 2, 2, 1]);
    let both = graph.churn(&[&files[0], &files[1]], &|_| true);
    assert_eq!((both.changesets.len(), both.deployments, both.forced), (10, 26, 14 + 8));
    let without_c = graph.churn(&[&files[0]], &|function| function != number(&graph, 'c'));
    assert_eq!((without_c.deployments, without_c.forced), (12, 3 * 2 + 2));
    // 96 of the others, 18 and 8 through shared code, 5 of a alone.
    let all = graph.deployments();
    assert_eq!(all.count, 96 + 18 + 8 + 5);
    assert!(all.weight < f64::from(all.count) && churn.weight < 6.0 && churn.weight > 5.8, "{all:?} {churn:?}");
}

#[test]
fn shares_of_changes_that_stay_alone() {
    let world = World::of("abcd").history("a*6 ab*2 1*9 #*3 cd*4 abcd*1 a*3").shared('1', "abcd");
    let graph = world.graph();
    let found = graph.independence(&[0, 1, 2, 3]);
    assert_eq!((found.all.single, found.all.changesets, found.sweeping), (9, 16, 0));
    assert_eq!((found.earlier.single, found.later.single), (6, 3));
    assert_eq!(found.widest.iter().map(|one| one.functions).collect::<Vec<_>>(), [4, 2, 2, 2, 2, 2, 2]);
    assert_eq!(found.busiest, [(2, 5), (3, 5), (0, 3), (1, 3)]);
    // c and d are one unit.
    let found = graph.independence(&[0, 1, 2, 2]);
    assert_eq!((found.all.single, found.all.changesets), (13, 16));
}

#[test]
fn changes_that_leave_all_others_alone_are_counted_of_groups() {
    let world = World::of("abcdmnopqrstu").history("a*6 ab*2 bc*3 abcdmnopqrstu b ad");
    let graph = world.graph();
    let told = |functions: &[usize]| {
        let share = graph.alone(functions);
        (share.single, share.changesets)
    };
    // The sweeping change counts for nobody.
    assert_eq!((told(&[0]), told(&[1]), told(&[3])), ((6, 9), (1, 6), (0, 1)));
    assert_eq!((told(&[0, 1]), told(&[0, 1, 2]), told(&[])), ((9, 13), (12, 13), (0, 0)));
    assert_eq!(told(&[0]).1, graph.functions()[0].changes);
}

#[test]
fn sweeping_changes_are_counted_and_told() {
    let world = World::of(OTHERS).history(&format!("m*5 {OTHERS}*2 mn"));
    let found = world.graph().independence(&(0..OTHERS.len()).collect::<Vec<_>>());
    assert_eq!((found.all.single, found.all.changesets, found.sweeping), (5, 8, 2));
}

/// "merge x y", "move a x>y", "split x ab|cd", "unknown e": what is suggested.
fn told(world: &World) -> (Boundaries, Vec<String>) {
    let graph = world.graph();
    let found = graph.boundaries(&world.services);
    let letters = |functions: &[usize]| -> String {
        functions.iter().map(|function| graph.functions()[*function].id.as_str().rsplit('/').next().unwrap()).collect()
    };
    let name = |service: &usize| world.services[*service].name.clone();
    let merges = found.merge.iter().map(|one| {
        let names: Vec<String> = one.services.iter().map(name).collect();
        format!("merge {}", names.join(" "))
    });
    let moves = found
        .moves
        .iter()
        .map(|one| format!("move {} {}>{}", letters(&[one.function]), name(&one.from), name(&one.to)));
    let splits = found.split.iter().map(|one| {
        let parts: Vec<String> = one.parts.iter().map(|part| letters(part)).collect();
        format!("split {} {}", name(&one.service), parts.join("|"))
    });
    let mut all: Vec<String> = merges.chain(moves).chain(splits).collect();
    if !found.unknown.is_empty() {
        all.push(format!("unknown {}", letters(&found.unknown)));
    }
    (found, all)
}

#[test]
fn boundaries_in_words() {
    let cases: [(&str, &str, &[&str]); 7] = [
        // Claimed as it is.
        ("ab*20 cd*20 e*8 f*8", "x:ab y:cd z:ef", &[]),
        ("abc*20 d*8 e*8 f*8", "x:ab y:c z:def", &["merge x y"]),
        ("ab*20 cd*20 e*8 f*8", "x:abcd z:ef", &["split x ab|cd"]),
        ("ab*20 cde*20 f*8", "x:abe y:cd z:f", &["move e x>y"]),
        // A bond across keeps a service in one piece.
        ("ab*20 cd*20 bc*20 e*8 f*8", "x:abcd z:ef", &[]),
        // Habit is no bond.
        ("ab*3 a*20 b*20 c*8 d*8 e*8 f*8", "x:a y:b z:cdef", &[]),
        ("ab*20 cd*20 e*8 f*2", "x:abcd z:ef", &["split x ab|cd", "unknown f"]),
    ];
    for (words, services, expected) in cases {
        let world = world(words).services(&format!("{services} rest:{OTHERS}"));
        assert_eq!(told(&world).1, expected, "{words} {services}");
    }
}

#[test]
fn inferred_services_hold_together() {
    let world = world("abc*20 de*20 f*8").services(&format!("x:abc y:def rest:{OTHERS}"));
    let (found, _) = told(&world);
    let sizes: Vec<usize> = found.inferred.iter().map(|one| one.functions.len()).collect();
    assert_eq!(sizes[..3], [3, 2, 1]);
    let first = &found.inferred[0];
    assert!(first.cohesion.unwrap() > 0.6 && first.outward.unwrap() < 0.1, "{first:?}");
    assert_eq!(found.inferred[2].cohesion, None);
    assert!(found.adjusted_rand_index.is_some_and(|index| index > 0.0 && index < 1.0), "{found:?}");
}

#[test]
fn a_short_history_places_nobody() {
    let world = World::of("ab").services("x:a y:b").history("ab*9");
    let (found, all) = told(&world);
    assert_eq!((all, found.adjusted_rand_index, found.inferred.len()), (vec!["unknown ab".to_owned()], None, 0));
}
