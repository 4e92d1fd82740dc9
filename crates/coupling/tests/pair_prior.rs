//! The priors of pairs and what is made of them: against numpy and scipy on the same history, and laws that hold for
//! every history.

mod words;

use lockstep_coupling::{Combined, CouplingGraph, Likeness, combined, lower_bound, strength};
use proptest::prelude::*;
use words::World;

const TEXTS: [&[&str]; 9] = [
    &["invoice total price", "shared_helper"],
    &["invoice total"],
    &["invoice customer"],
    &["customer image"],
    &["image resize shared_helper"],
    &["resize thumbnail"],
    &["thumbnail total"],
    &["queue worker"],
    &["worker queue price"],
];

fn alike(letters: &str) -> World {
    let mut world = World::of(letters);
    let texts: Vec<Vec<&str>> = letters.chars().zip(TEXTS).map(|(_, texts)| texts.to_vec()).collect();
    world.likeness = Likeness::of(&texts);
    world
}

fn close(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() < 1e-6
}

/// A history of 85 changesets of nine functions. The reference is the prototype behind the measure: numpy for the
/// shares, scipy's optimiser for the coefficients, `scipy.stats.beta.ppf` for the lower bounds, of which no prior
/// mean is above 0.1, that of any pair here.
#[test]
fn agrees_with_scipy() {
    let graph = alike("abcdefghi").history(&"ab abc a b cd c d e ef f g gh hi i ace bd e a ".repeat(5)).graph();
    let model = graph.pair_model().unwrap();
    assert!(
        close(model.intercept, -2.781_544_27)
            && close(model.likeness, 3.653_608_85)
            && close(model.through, 0.446_706_81),
        "{model:?}"
    );
    // likeness, share through others, prior mean, J, k, strength, lower bound
    let cases = [
        (
            (0, 1),
            [0.603_711_210, 0.030_074_280, 0.183_263_714, 9.061_679_211, 22.928_992_384, 0.340_385_771, 0.236_935_449],
        ),
        (
            (1, 0),
            [0.603_711_210, 0.152_701_511, 0.329_997_916, 9.061_679_211, 18.271_410_665, 0.445_414_321, 0.293_236_876],
        ),
        ((0, 3), [0.0, 0.325_016_295, 0.042_778_322, 0.0, 22.928_992_384, 0.011_064_912, 0.000_000_035]),
        (
            (4, 0),
            [0.325_456_801, 0.158_306_915, 0.190_988_971, 4.648_496_182, 18.497_623_667, 0.233_092_900, 0.119_407_470],
        ),
        ((6, 8), [0.0, 0.626_819_495, 0.072_434_297, 0.0, 9.235_407_885, 0.033_621_158, 0.000_019_457]),
        ((7, 1), [0.0, 0.039_108_520, 0.014_604_900, 0.0, 9.252_962_897, 0.006_772_124, 0.0]),
    ];
    for ((a, b), theirs) in cases {
        let (sums, directed) = (graph.sums(a, b), graph.strength(a, b));
        let ours = [
            graph.likeness(a, b),
            graph.through_others(a, b),
            sums.prior.mean(),
            sums.joint,
            sums.changes,
            directed.strength,
            directed.lower,
        ];
        assert!(ours.iter().zip(theirs).all(|(x, y)| close(*x, y)), "{a} {b}: {ours:?}, {theirs:?}");
    }
    let combined = combined(&graph, &[1, 0, 2], 2);
    assert_eq!(combined.from.iter().map(|(function, _)| *function).collect::<Vec<_>>(), [0, 1]);
    assert!(close(combined.changes, 9.061_679_211) && close(combined.joint, 4.535_141_712), "{combined:?}");
    assert!(close(combined.probability, 0.383_304_403), "{combined:?}");
}

#[test]
fn a_small_repository_has_one_prior() {
    // Seven functions make 42 pairs; and 49 changesets are too short a history.
    for world in [alike("abcdefg").history("abc*20 d*20 ef*20 g*5"), alike("abcdefghi").history("abcdefghi*49")] {
        let graph = world.graph();
        assert_eq!(graph.pair_model(), None);
        assert_eq!(graph.prior_of(0, 1), graph.prior());
    }
}

#[test]
fn alike_code_accuses_nobody() {
    // Nine pairs of like functions; `a` and `b` hardly ever changed, the other pairs do so together.
    let letters: String = ('a'..='r').collect();
    let mut world = World::of(&letters);
    let texts: Vec<Vec<String>> = (0..18).map(|number| vec![format!("shared{0} alike{0}", number / 2)]).collect();
    world.likeness = Likeness::of(&texts);
    let graph = world.history(&format!("ab {}", "cd ef gh ij kl mn op qr ".repeat(12))).graph();
    let (rare, often) = (graph.strength(0, 1), graph.strength(2, 3));
    assert!(graph.prior_of(0, 1).mean() > 0.5 && rare.strength > 0.5, "{rare:?}");
    assert!(rare.lower < 0.1 && often.lower > 0.3, "{rare:?} {often:?}");
}

#[test]
fn one_changed_function_speaks_for_itself() {
    let graph = alike("abcdefghi").history(&"ab abc cd e f gh i ".repeat(12)).graph();
    let alone = graph.strength(0, 1).strength_free;
    assert!(close(combined(&graph, &[0], 1).probability, alone));
    assert_eq!(combined(&graph, &[1], 1), Combined::default());
    assert_eq!(combined(&graph, &[], 1), Combined::default());
    // `a` and `e` never changed together: there is nothing but the stronger of the two.
    assert!(close(combined(&graph, &[4, 0], 1).probability, alone));
}

const LETTERS: &str = "abcdefghi";

fn histories() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("[a-i]{1,4}", 50..90)
}

fn graph(words: &[String]) -> CouplingGraph {
    alike(LETTERS).history(&words.join(" ")).graph()
}

fn pairs() -> impl Iterator<Item = (usize, usize)> {
    (0..9).flat_map(|a| (0..9).filter(move |b| *b != a).map(move |b| (a, b)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn strengths_are_shares_and_grow_with_joint_changes(words in histories(), changes in 0.0..50.0, share in 0.0..1.0) {
        let graph = graph(&words);
        for (a, b) in pairs() {
            let (directed, prior) = (graph.strength(a, b), graph.prior_of(a, b));
            for figure in [directed.strength, directed.lower, directed.strength_free, directed.lower_free] {
                prop_assert!((0.0..=1.0).contains(&figure), "{directed:?}");
            }
            prop_assert!(close(directed.strength, strength(prior, graph.sums(a, b).joint, graph.sums(a, b).changes)));
            prop_assert!(prior.a > 0.0 && prior.b > 0.0);
            let joint: f64 = changes * share;
            prop_assert!(strength(prior, joint, changes) <= strength(prior, (joint + 1.0).min(changes + 1.0), changes + 1.0));
            prop_assert!(lower_bound(prior, joint * 0.5, changes) <= lower_bound(prior, joint, changes) + 1e-9);
        }
    }

    #[test]
    fn nothing_seen_is_the_mean_of_the_pair(words in histories()) {
        let graph = graph(&words);
        for (a, b) in pairs() {
            let prior = graph.prior_of(a, b);
            prop_assert!((strength(prior, 0.0, 0.0) - prior.mean()).abs() < 1e-12);
            prop_assert!((strength(prior, 1e-6, 1e-3) - prior.mean()).abs() < 1e-3);
        }
    }

    #[test]
    fn the_order_of_functions_does_not_matter(words in histories()) {
        // The letters in turned order stand for the same functions: number n becomes 8 - n.
        let plain = graph(&words);
        let mut turned = World::of(&LETTERS.chars().rev().collect::<String>());
        let texts: Vec<Vec<&str>> = TEXTS.iter().rev().map(|texts| texts.to_vec()).collect();
        turned.likeness = Likeness::of(&texts);
        let turned = turned.history(&words.join(" ")).graph();
        for (a, b) in pairs() {
            let (x, y) = (plain.strength(a, b), turned.strength(8 - a, 8 - b));
            prop_assert!(close(x.strength, y.strength) && close(x.lower, y.lower), "{a} {b}: {x:?} {y:?}");
        }
    }

    #[test]
    fn combined_evidence_is_a_share(words in histories(), changed in proptest::collection::vec(0usize..9, 1..5)) {
        let graph = graph(&words);
        for target in 0..9 {
            let mut turned = changed.clone();
            turned.reverse();
            let all = combined(&graph, &changed, target);
            prop_assert_eq!(&all, &combined(&graph, &turned, target));
            prop_assert!((0.0..=1.0).contains(&all.probability) && all.joint <= all.changes + 1e-12);
        }
    }
}
