//! The development of a history: what is counted in each period, and that the end of each is what the measure says with
//! that moment as its as-of time. For the language of the histories see `words`.

mod words;

use lockstep_coupling::{Alone, Coupling, CouplingGraph, FEWEST, Input, Knowledge, Period, Trend, couple, trend};
use lockstep_model::{RepoPath, Timestamp};
use words::{AS_OF, World};

const DAY: Timestamp = 86_400;

fn exists(path: &RepoPath) -> bool {
    !path.as_str().ends_with("gone.ts")
}

fn input(world: &World, as_of: Timestamp) -> Input<'_> {
    Input {
        functions: &world.functions,
        services: &world.services,
        closures: &world.closures,
        history: &world.history,
        parts: &world.parts,
        repositories: &[],
        likeness: Some(&world.likeness),
        as_of,
        exists: &exists,
        options: world.options.clone(),
    }
}

/// As many periods of `days` each, the last one ending with the last change.
fn periods(number: i64, days: i64) -> Vec<Period> {
    let end = |back: i64| AS_OF - back * days * DAY;
    (0..number).rev().map(|back| Period { from: end(back + 1) + 1, to: end(back) }).collect()
}

fn flagged(coupling: &Coupling) -> bool {
    coupling.support_free >= 3 && coupling.a_to_b.lower_free.min(coupling.b_to_a.lower_free) >= 0.2
}

/// Who is flagged in a graph, with the figures of each pair.
fn of_graph(graph: &CouplingGraph) -> Vec<(usize, usize, f64, u32)> {
    let known = |function: usize| graph.functions()[function].knowledge == Knowledge::Known;
    let told = graph.couplings().iter().filter(|one| known(one.a) && known(one.b) && flagged(one));
    told.map(|one| (one.a, one.b, (one.a_to_b.strength_free + one.b_to_a.strength_free) / 2.0, one.support)).collect()
}

/// `a` and `b` move together for a while, then no more; `c` and `d` begin to.
fn world() -> World {
    let words = "ab*20 e*6 f*6 g*8 a!b*3 a*9 b*8 c*9 d*9 1*4 e*30 ac cd*25 a*40 b*40 cd*9 abcdefghijkl f*3";
    World::of("abcdefghijkl").history(words).services("x:ab y:cd z:efghijkl").shared('1', "ab")
}

fn told(world: &World, number: i64, days: i64) -> Trend {
    trend(&input(world, AS_OF), &periods(number, days), &flagged)
}

#[test]
fn the_end_of_a_period_is_what_the_measure_says_with_that_as_of_time() {
    let world = world();
    let trend = told(&world, 9, 30);
    let mut unknown = 0;
    for one in &trend.periods {
        let graph = couple(&input(&world, one.period.to));
        let Some(end) = &one.end else {
            assert!(graph.changesets().of_behaviour() < world.options.min_changesets);
            unknown += 1;
            continue;
        };
        let pairs: Vec<_> = end.pairs.iter().map(|pair| (pair.a, pair.b, pair.strength, pair.support)).collect();
        assert_eq!(pairs, of_graph(&graph), "{:?}", one.period);
        let known = graph.functions().iter().filter(|node| node.knowledge == Knowledge::Known).count();
        assert_eq!(end.known.iter().sum::<u32>() as usize, known);
    }
    // Both cases were seen, and the pairs that this is about.
    assert!(unknown > 0 && unknown < 9, "{unknown}");
    assert!(trend.periods.iter().any(|one| one.end.as_ref().is_some_and(|end| !end.pairs.is_empty())));
}

#[test]
fn what_begins_and_ceases_is_told_where_it_does() {
    let trend = told(&world(), 9, 30);
    let pairs = |of: fn(&lockstep_coupling::AtEnd) -> &Vec<lockstep_coupling::Pair>| -> Vec<(usize, usize, usize)> {
        let ends = trend.periods.iter().enumerate().filter_map(|(at, one)| Some((at, one.end.as_ref()?)));
        ends.flat_map(|(at, end)| of(end).iter().map(move |pair| (at, pair.a, pair.b))).collect()
    };
    let (began, ceased) = (pairs(|end| &end.began), pairs(|end| &end.ceased));
    assert!(began.iter().any(|(_, a, b)| (*a, *b) == (2, 3)), "{began:?}");
    let (ended, ..) = ceased.iter().find(|(_, a, b)| (*a, *b) == (0, 1)).expect("a and b cease");
    let last = |at: usize| &trend.periods[at].end.as_ref().expect("known").pairs;
    assert!(last(ended - 1).iter().any(|pair| (pair.a, pair.b) == (0, 1)));
    assert!(!last(*ended).iter().any(|pair| (pair.a, pair.b) == (0, 1)));
    // What is known first did not begin then.
    let first = trend.periods.iter().filter_map(|one| one.end.as_ref()).next().expect("a known period");
    assert!(first.began.is_empty() && !first.pairs.is_empty());
}

#[test]
fn periods_add_up_to_the_whole_history() {
    let world = world();
    let trend = told(&world, 9, 30);
    let of: Vec<usize> = (0..world.functions.len()).collect();
    let whole = world.graph().independence(&of);
    let sum = |of: fn(&Alone) -> u32| trend.periods.iter().map(|one| of(&one.whole)).sum::<u32>();
    assert_eq!(sum(|alone| alone.changesets), whole.all.changesets);
    assert_eq!(sum(|alone| alone.one_function), whole.all.single);
    assert_eq!(sum(|alone| alone.sweeping), 1);
    assert_eq!(trend.edits.len() as u32, whole.all.changesets);
    let by_service = world.graph().independence(&trend.service_of);
    assert_eq!(sum(|alone| alone.one_service), by_service.all.single);
    // 20 of `ab`, 3 + 49 + 48 alone, `ac` and the sweeping one.
    let x = trend.all_of(0);
    assert_eq!((x.changesets, x.one_function, x.one_service), (122, 100, 120));
    let (_, before, after) = trend.halves(None).expect("a history");
    assert_eq!(before.changesets + after.changesets, whole.all.changesets);
    assert_eq!(before.one_function + after.one_function, whole.all.single);
    let (at, before, _) = trend.halves(Some(AS_OF - 3 * DAY)).expect("a history");
    assert_eq!((at, before.changesets), (AS_OF - 3 * DAY, whole.all.changesets - 3));
}

#[test]
fn nothing_after_the_as_of_time_is_counted_and_few_are_no_share() {
    let world = world();
    let (early, late) = (trend(&input(&world, AS_OF - 60 * DAY), &periods(9, 30), &flagged), told(&world, 9, 30));
    assert_eq!(early.periods[..7], late.periods[..7]);
    assert_eq!(early.periods[8].whole, Alone::default());
    // Nothing happened since, so what is known is what was.
    assert_eq!(early.periods[8].end.as_ref().map(|end| &end.pairs), late.periods[6].end.as_ref().map(|end| &end.pairs));
    let of = |changesets| Alone { changesets, one_function: changesets, ..Alone::default() };
    assert_eq!(of(FEWEST - 1).of_functions(), None);
    assert_eq!(of(FEWEST).of_functions().map(|share| share.value()), Some(1.0));
    assert_eq!(trend(&input(&world, AS_OF), &[], &flagged).periods, []);
    assert_eq!(World::of("ab").history("#*3").graph().first_edit(), None);
}
