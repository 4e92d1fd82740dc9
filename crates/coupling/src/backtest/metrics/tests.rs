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
        assert!(same(Some(hit_in_first(&ranking, 1)), Some(first)), "{pairs:?}: {}", hit_in_first(&ranking, 1));
        assert!(same(Some(hit_in_first(&ranking, 3)), Some(three)), "{pairs:?}: {}", hit_in_first(&ranking, 3));
    }
}

#[test]
fn a_perfect_ranking_is_perfect() {
    let ranking = groups(&[(2, 2), (1, 1), (5, 0)]);
    assert_eq!((average_precision(&ranking), area_under_curve(&ranking)), (Some(1.0), Some(1.0)));
    assert_eq!((hit_in_first(&ranking, 1), hit_in_first(&ranking, 3)), (1.0, 1.0));
}

#[test]
fn fewer_candidates_than_places_are_all_looked_at() {
    assert_eq!(hit_in_first(&groups(&[(1, 0), (1, 1)]), 3), 1.0);
    assert_eq!(hit_in_first(&[], 3), 0.0);
}
