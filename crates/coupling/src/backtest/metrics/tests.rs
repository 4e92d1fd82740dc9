//! The figures of rankings, against the means of `evalcc.ap`, `evalcc.auc` and of hits in the first places over all
//! orders of the tied (Python, numpy).

use super::*;

fn groups(pairs: &[(u64, u64)]) -> Vec<Tied> {
    pairs.iter().map(|(size, hits)| Tied { size: *size, hits: *hits }).collect()
}

/// (size, hits) of each group, and average precision, area under the curve, hit in the first, hit in the first three.
type Case = (&'static [(u64, u64)], Option<f64>, Option<f64>, f64, f64);

const CASES: [Case; 6] = [
    (&[(1, 1), (1, 0), (1, 1), (1, 0)], Some(0.833_333_333_333), Some(0.75), 1.0, 1.0),
    (&[(1, 0), (3, 1), (2, 2)], Some(0.420_370_370_370), Some(0.111_111_111_111), 0.0, 0.666_666_666_667),
    (&[(5, 2)], Some(0.5925), Some(0.5), 0.4, 0.9),
    (&[(2, 1), (4, 3), (3, 0)], Some(0.6875), Some(0.75), 0.5, 1.0),
    (&[(4, 0), (2, 1)], Some(0.183_333_333_333), Some(0.1), 0.0, 0.0),
    (&[(3, 0)], None, None, 0.0, 0.0),
];

fn same(ours: Option<f64>, theirs: Option<f64>) -> bool {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() < 1e-9,
        (ours, theirs) => ours == theirs,
    }
}

#[test]
fn agree_with_all_orders_of_the_tied() {
    for (pairs, precision, area, first, three) in CASES {
        let ranking = groups(pairs);
        assert!(same(average_precision(&ranking), precision), "{pairs:?}: {:?}", average_precision(&ranking));
        assert!(same(area_under_curve(&ranking), area), "{pairs:?}: {:?}", area_under_curve(&ranking));
        assert!(
            same(Some(hit_in_first(ranking.iter().copied(), 1)), Some(first)),
            "{pairs:?}: {}",
            hit_in_first(ranking.iter().copied(), 1)
        );
        assert!(
            same(Some(hit_in_first(ranking.iter().copied(), 3)), Some(three)),
            "{pairs:?}: {}",
            hit_in_first(ranking.iter().copied(), 3)
        );
    }
}

#[test]
fn a_perfect_ranking_is_perfect() {
    let ranking = groups(&[(2, 2), (1, 1), (5, 0)]);
    assert_eq!((average_precision(&ranking), area_under_curve(&ranking)), (Some(1.0), Some(1.0)));
    assert_eq!((hit_in_first(ranking.iter().copied(), 1), hit_in_first(ranking.iter().copied(), 3)), (1.0, 1.0));
}

#[test]
fn fewer_candidates_than_places_are_all_looked_at() {
    assert_eq!(hit_in_first(groups(&[(1, 0), (1, 1)]).into_iter(), 3), 1.0);
    assert_eq!(hit_in_first([].into_iter(), 3), 0.0);
}

/// What a long sum comes to is what adding comes to.
#[test]
fn long_sums_are_sums() {
    for (before, size) in [(0, 300), (5, 1_000), (70, 257), (100_000, 20_000), (3_000_000_000, 400)] {
        let added: f64 = (1..=size).rev().map(|place| 1.0 / (before + place) as f64).sum();
        let series = harmonic(before as f64, size as f64);
        assert!((series / added - 1.0).abs() < 1e-13, "{before} {size}: {series} instead of {added}");
        let (found, each) = (2.0, 0.01);
        let terms = (0..size).map(|place| (found + 1.0 + place as f64 * each) / (before + 1 + place) as f64);
        let (added, closed) = (terms.sum::<f64>(), precisions(found, each, before, size));
        assert!((closed / added - 1.0).abs() < 1e-6, "{before} {size}: {closed} instead of {added}");
    }
}
