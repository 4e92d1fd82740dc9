//! Scores of a made-up future, against `evalcc.evaluate` of the experiment (Python, numpy) on the same.

use super::*;
use crate::pair_prior::Strengths;

/// Scores written down: the row is A, the column is B.
struct Given([[f64; 5]; 5]);

impl Estimator for Given {
    fn of(&self, a: usize, _: &mut Scratch) -> Strengths {
        Strengths { some: (0..).zip(self.0[a]).collect(), rest: 0.0 }
    }
}

const SCORES: Given = Given([
    [0.0, 0.61, 0.32, 0.11, 0.07],
    [0.53, 0.0, 0.41, 0.23, 0.02],
    [0.17, 0.29, 0.0, 0.71, 0.05],
    [0.37, 0.13, 0.83, 0.0, 0.19],
    [0.03, 0.43, 0.59, 0.31, 0.0],
]);

fn sets() -> Vec<Set> {
    let all: [&[u32]; 10] = [&[0, 1], &[0, 1, 2], &[2, 3], &[2], &[3, 4], &[0, 4], &[1], &[1, 2, 3], &[0], &[4]];
    (0..).zip(all).map(|(time, functions)| Set { time, functions: functions.to_vec() }).collect()
}

fn close(ours: Option<f64>, theirs: f64) {
    assert!(ours.is_some_and(|ours| (ours - theirs).abs() < 1e-8), "{ours:?} instead of {theirs}");
}

/// The experiment breaks ties by luck; this is the mean of 40,000 of its draws, whose error is 0.0001.
fn near(ours: Option<f64>, theirs: f64) {
    assert!(ours.is_some_and(|ours| (ours - theirs).abs() < 5e-4), "{ours:?} instead of {theirs}");
}

#[test]
fn agrees_with_the_experiment() {
    let (sets, alive) = (sets(), [true; 5]);
    let future = Future::new(&sets, &alive, 10);
    let scores = evaluate(&SCORES, &future);
    assert_eq!((future.queries(), scores.calibration.n()), (14, 72));
    close(scores.map, 0.720_238_095);
    near(scores.e_ap, 0.462_915);
    close(scores.e_auc, 0.656_730_769);
    close(scores.top1, 0.571_428_571);
    close(scores.top3, 0.857_142_857);
    close(Some(scores.calibration.base_rate()), 0.277_777_778);
}

#[test]
fn what_did_not_exist_is_no_candidate() {
    let (sets, alive) = (sets(), [true, true, true, true, false]);
    let future = Future::new(&sets, &alive, 10);
    let scores = evaluate(&SCORES, &future);
    assert_eq!((future.queries(), scores.calibration.n(), future.candidates()), (10, 45, 4));
    close(scores.map, 0.900_000_000);
    near(scores.e_ap, 0.553_029);
    close(scores.e_auc, 0.675_646_552);
}

#[test]
fn large_changesets_are_left_out() {
    let (sets, alive) = (sets(), [true; 5]);
    assert_eq!(Future::new(&sets, &alive, 2).queries(), 8);
}

#[test]
fn without_queries_there_are_no_figures() {
    let sets = vec![Set { time: 0, functions: vec![1] }];
    let scores = evaluate(&SCORES, &Future::new(&sets, &[true; 5], 10));
    assert_eq!((scores.map, scores.top1, scores.e_ap, scores.e_auc), (None, None, None, None));
    assert_eq!(scores.calibration.n(), 4);
}

/// What is asked of pairs that nothing tells apart comes out as if each had been listed; and events are all that the
/// short form leaves out.
#[test]
fn candidates_with_one_score_may_be_counted() {
    /// One pair is special.
    struct Sparse;
    impl Estimator for Sparse {
        fn of(&self, a: usize, _: &mut Scratch) -> Strengths {
            Strengths { some: if a == 1 { vec![(2, 0.7)] } else { Vec::new() }, rest: 0.1 }
        }
    }
    let mut listed = [[0.1; 5]; 5];
    listed[1][2] = 0.7;
    let (sets, alive) = (sets(), [true, true, true, true, false]);
    let future = Future::new(&sets, &alive, 10);
    let scores = evaluate(&Sparse, &future);
    assert_eq!(scores, evaluate(&Given(listed), &future));
    let without_events = Scores { e_auc: None, e_ap: None, ..scores };
    assert_eq!(foretold(&Sparse, &future), without_events);
}
