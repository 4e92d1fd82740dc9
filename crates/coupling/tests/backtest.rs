//! The backtest as a whole: histories in words whose future is known, and laws that hold for every history.

mod words;

use lockstep_coupling::{
    CouplingGraph, Input,
    backtest::{Outcome, Prepared, Scores, Set, Truth, Verdict, Wishes, commits, prepare},
};
use lockstep_model::{PathId, RepoPath};
use proptest::prelude::*;
use words::{AS_OF, World};

/// Pairs with at least three joint changes: what stands in for the rules here.
fn reported(graph: &CouplingGraph) -> Vec<(usize, usize)> {
    let often = graph.couplings().iter().filter(|coupling| coupling.support >= 3);
    often.map(|coupling| (coupling.a, coupling.b)).collect()
}

fn with_input<T>(world: &World, ask: impl FnOnce(&Input<'_>) -> T) -> T {
    ask(&Input {
        functions: &world.functions,
        services: &world.services,
        closures: &world.closures,
        history: &world.history,
        parts: &world.parts,
        repositories: &world.repositories,
        likeness: None,
        as_of: AS_OF,
        exists: &|_: &RepoPath| true,
        options: world.options.clone(),
    })
}

fn outcome(world: &World, truth: Truth, shuffles: u32) -> Option<Outcome> {
    let present: Vec<PathId> = (0..world.history.paths.len() as u32).map(PathId).collect();
    with_input(world, |input| {
        let all: Vec<Set> = commits(input, 30);
        let wishes =
            Wishes { present: &present, likeness: &world.likeness, commits: Some(&all), shuffles, reported: &reported };
        match prepare(input, truth, 0.7) {
            Prepared::Ready(split) => {
                let outcome = split.run(&wishes);
                assert_eq!(split.verdict(&present), outcome.verdict, "the short form says the same");
                Some(outcome)
            }
            Prepared::TooShort { .. } => None,
        }
    })
}

/// Two pairs that always change together, and two functions that always change alone.
const COUPLED: &str = "ab c de f ab c de f ab c de f ab c de f ab c de f ab c de f ab c de f ab c de f \
    ab c de f ab c de f ab c de f ab c de f ab c de f ab c de f ab c de f ab c de f ab c de f ab c de f";

#[test]
fn a_history_that_repeats_itself_is_foretold() {
    let world = World::of("abcdef").history(COUPLED);
    let outcome = outcome(&world, Truth::Behaviour, 10).unwrap();
    assert_eq!((outcome.changesets, outcome.functions, outcome.queries), ((51, 21), 6, 20));
    assert_eq!((outcome.model.map, outcome.model.top1), (Some(1.0), Some(1.0)));
    assert!(outcome.popularity.map < Some(1.0), "{:?}", outcome.popularity.map);
    assert_eq!(outcome.degree.as_ref().and_then(|degree| degree.map), Some(1.0));
    let specific = outcome.specific();
    assert_eq!((specific.flagged, specific.recurred, specific.recall()), (2, 2, Some(1.0)));
    assert!(specific.in_shuffled < Some(0.5), "{specific:?}");
}

#[test]
fn a_history_of_functions_that_change_alone_tells_nothing() {
    let world = World::of("abc").history("a*30 b*30 c*30 ab a*9");
    let verdict = outcome(&world, Truth::Behaviour, 0).unwrap().verdict;
    assert_eq!(verdict, Verdict::FewQueries { queries: 2 });
}

/// Pairs of the past are dissolved, and others form.
#[test]
fn a_history_that_turns_is_not_foretold() {
    let world = World::of("abcdef").history("ab*20 cd*20 ef*30 ac*15 bd*15");
    let outcome = outcome(&world, Truth::Behaviour, 0).unwrap();
    assert!(
        matches!(outcome.verdict, Verdict::NoBetterThanPopularity { .. } | Verdict::Miscalibrated { .. }),
        "{:?}",
        outcome.verdict
    );
}

#[test]
fn a_short_history_is_not_split() {
    let world = World::of("ab").history("ab*49");
    assert!(outcome(&world, Truth::Behaviour, 0).is_none());
    with_input(&world, |input| match prepare(input, Truth::Behaviour, 0.7) {
        Prepared::TooShort { changesets, needed } => assert_eq!((changesets, needed), (49, 50)),
        Prepared::Ready(_) => panic!("49 changesets are too few"),
    });
}

/// A contract is a change for `any`, and none of behaviour; a document is none for either.
#[test]
fn the_truth_decides_what_a_change_is() {
    let world = World::of("ab").history("a*30 b*30 !a*20 #a*10");
    let any = outcome(&world, Truth::Any, 0).unwrap();
    let behaviour = outcome(&world, Truth::Behaviour, 0).unwrap();
    assert_eq!(behaviour.changesets.0 + behaviour.changesets.1, 70);
    assert_eq!(any.changesets.0 + any.changesets.1, 90);
}

#[test]
fn functions_that_are_born_later_are_no_candidates() {
    let world = World::of("abc").history("ab*60 a*20 c*20 abc*5");
    let paths = world.history.paths.iter().enumerate().filter(|(_, path)| !path.as_str().starts_with("c/"));
    let present: Vec<PathId> = paths.map(|(number, _)| PathId(number as u32)).collect();
    with_input(&world, |input| {
        let Prepared::Ready(split) = prepare(input, Truth::Behaviour, 0.7) else { panic!("105 are enough") };
        let wishes =
            Wishes { present: &present, likeness: &world.likeness, commits: None, shuffles: 0, reported: &reported };
        let outcome = split.run(&wishes);
        assert_eq!((outcome.functions, outcome.degree), (2, None));
    });
}

#[test]
fn threads_change_nothing() {
    let world = World::of("abcdef").history(COUPLED);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| outcome(&world, Truth::Behaviour, 16))
    };
    assert_eq!(on(1), on(4));
}

fn word() -> impl Strategy<Value = String> {
    prop::collection::btree_set(prop::sample::select(vec!['a', 'b', 'c', 'd', 'e']), 1..4)
        .prop_map(|letters| letters.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// What the functions are called, and in which order they come, changes no figure.
    #[test]
    fn names_do_not_matter(history in prop::collection::vec(word(), 60..90)) {
        let words = history.join(" ");
        let turned: String =
            words.chars().map(|letter| if letter == ' ' { ' ' } else { (b'a' + b'e' - letter as u8) as char }).collect();
        let one = outcome(&World::of("abcde").history(&words), Truth::Behaviour, 0);
        let other = outcome(&World::of("abcde").history(&turned), Truth::Behaviour, 0);
        let figures = |outcome: &Outcome| -> Vec<Option<f64>> {
            let of = |scores: &Scores| {
                [scores.map, scores.e_ap, scores.e_auc, scores.top1, scores.top3, Some(scores.calibration.brier())]
            };
            [&outcome.model, &outcome.frozen, &outcome.popularity].into_iter().flat_map(of).collect()
        };
        // The fit of a prior adds in the order of the functions, so its last digits may differ.
        let same = |(one, other): (&Option<f64>, &Option<f64>)| match (one, other) {
            (Some(one), Some(other)) => (one - other).abs() < 1e-5,
            (one, other) => one == other,
        };
        prop_assert_eq!(one.is_some(), other.is_some());
        if let (Some(one), Some(other)) = (one, other) {
            let (ours, theirs) = (figures(&one), figures(&other));
            prop_assert!(ours.iter().zip(&theirs).all(same), "{:?} {:?}", ours, theirs);
            prop_assert_eq!(one.rules, other.rules);
        }
    }

    /// All figures are shares, and what is flagged is counted once.
    #[test]
    fn figures_are_shares(history in prop::collection::vec(word(), 50..80)) {
        let world = World::of("abcde").history(&history.join(" "));
        if let Some(outcome) = outcome(&world, Truth::Behaviour, 2) {
            for scores in [&outcome.model, &outcome.frozen, &outcome.popularity] {
                for figure in [scores.map, scores.e_ap, scores.e_auc, scores.top1, scores.top3] {
                    prop_assert!(figure.is_none_or(|figure| (0.0..=1.0 + 1e-12).contains(&figure)), "{:?}", scores);
                }
                prop_assert!((0.0..=1.0).contains(&scores.calibration.ece()));
            }
            for rule in &outcome.rules {
                prop_assert!(rule.recurred <= rule.opportunities && rule.opportunities <= rule.flagged);
                prop_assert!(rule.foreseen <= rule.strong && rule.flagged <= 10);
            }
        }
    }
}
