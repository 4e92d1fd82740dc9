//! The adjusted Rand index: how alike two partitions of the same things are.

use std::collections::BTreeMap;

/// The adjusted Rand index of two partitions, each given as the group of every thing: 1 if they are the same, 0 on
/// average if one is shuffled, below 0 if they agree less than that. Two partitions that cannot differ (nothing, one
/// thing, all apart or all together in both) are the same.
///
/// Hubert and Arabie, *Comparing partitions*, Journal of Classification 2 (1985), equation 5. The slices must be of one
/// length; what one has more is left out.
pub fn adjusted_rand_index(ours: &[usize], theirs: &[usize]) -> f64 {
    let mut both: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    let (mut rows, mut columns): (BTreeMap<usize, u64>, BTreeMap<usize, u64>) = (BTreeMap::new(), BTreeMap::new());
    let mut things = 0;
    for (a, b) in ours.iter().zip(theirs) {
        *both.entry((*a, *b)).or_default() += 1;
        *rows.entry(*a).or_default() += 1;
        *columns.entry(*b).or_default() += 1;
        things += 1;
    }
    let in_both: f64 = both.values().map(|size| pairs(*size)).sum();
    let in_ours: f64 = rows.values().map(|size| pairs(*size)).sum();
    let in_theirs: f64 = columns.values().map(|size| pairs(*size)).sum();
    let most = (in_ours + in_theirs) / 2.0;
    let all = pairs(things);
    let expected = if all > 0.0 { in_ours * in_theirs / all } else { 0.0 };
    // Only partitions that are both all apart or both all together leave no room to differ.
    if (most - expected).abs() < f64::EPSILON { 1.0 } else { (in_both - expected) / (most - expected) }
}

/// How many pairs `size` things make.
fn pairs(size: u64) -> f64 {
    (size * size.saturating_sub(1) / 2) as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Against `sklearn.metrics.adjusted_rand_score`; the first three stand in its documentation.
    #[test]
    fn agrees_with_scikit_learn() {
        let cases: [(&[usize], &[usize], f64); 8] = [
            (&[0, 0, 1, 1], &[1, 1, 0, 0], 1.0),
            (&[0, 0, 1, 2], &[0, 0, 1, 1], 0.571_428_571_428),
            (&[0, 0, 0, 0], &[0, 1, 2, 3], 0.0),
            (&[0, 0, 1, 1], &[0, 1, 0, 1], -0.5),
            (&[0, 0, 0, 1, 1, 1], &[0, 0, 1, 1, 2, 2], 0.242_424_242_424),
            (&[], &[], 1.0),
            (&[0, 1, 2], &[2, 0, 1], 1.0),
            (&[5, 5, 5], &[1, 1, 1], 1.0),
        ];
        for (ours, theirs, expected) in cases {
            let index = adjusted_rand_index(ours, theirs);
            assert!((index - expected).abs() < 1e-9, "{ours:?} {theirs:?}: {index}");
        }
    }

    proptest! {
        #[test]
        fn symmetric_and_blind_to_names(pairs in proptest::collection::vec((0usize..5, 0usize..5), 2..40)) {
            let (ours, theirs): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            let index = adjusted_rand_index(&ours, &theirs);
            prop_assert!((index - adjusted_rand_index(&theirs, &ours)).abs() < 1e-12);
            let renamed: Vec<_> = theirs.iter().map(|group| 100 - 7 * group).collect();
            prop_assert!((index - adjusted_rand_index(&ours, &renamed)).abs() < 1e-12);
            prop_assert!(index <= 1.0 + 1e-12);
            prop_assert!((adjusted_rand_index(&ours, &ours) - 1.0).abs() < 1e-12);
        }
    }
}
