//! How good a ranking is. All figures are between 0 and 1, larger is better.
//!
//! Candidates with equal scores have no order among themselves. Shuffling them would make the figures a matter of
//! luck, so each is the exact mean over all orders of the tied.

/// Candidates with one score: how many, and how many of them came true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tied {
    pub size: u64,
    pub hits: u64,
}

/// Average precision (area under the curve of precision and recall by steps) of `groups`, the best score first. None
/// without hits.
///
/// In a group of g candidates with t hits, the one at place i is a hit with probability t/g, and then (i − 1)(t − 1)/(g − 1)
/// hits of the group are expected before it.
pub(crate) fn average_precision(groups: &[Tied]) -> Option<f64> {
    let (mut before, mut found, mut sum) = (0.0, 0.0, 0.0);
    for group in groups {
        let (size, hits) = (group.size as f64, group.hits as f64);
        if group.hits > 0 {
            let each = if group.size > 1 { (hits - 1.0) / (size - 1.0) } else { 0.0 };
            let precision = |place: u64| (found + 1.0 + place as f64 * each) / (before + 1.0 + place as f64);
            sum += hits / size * (0..group.size).map(precision).sum::<f64>();
        }
        before += size;
        found += hits;
    }
    (found > 0.0).then(|| sum / found)
}

/// The probability that a hit is among the first `places`.
pub(crate) fn hit_in_first(groups: &[Tied], places: u64) -> f64 {
    let mut left = places;
    for group in groups {
        if group.size > left {
            // No hit among `left` drawn from the group: C(g − t, left) / C(g, left).
            let (size, misses) = (group.size as f64, (group.size - group.hits) as f64);
            let none = (0..left).map(|drawn| ((misses - drawn as f64) / (size - drawn as f64)).max(0.0));
            return 1.0 - none.product::<f64>();
        }
        if group.hits > 0 {
            return 1.0;
        }
        left -= group.size;
    }
    0.0
}

/// The probability that a hit is ranked before a miss, ties counted half (Mann-Whitney). None without hits or misses.
pub(crate) fn area_under_curve(groups: &[Tied]) -> Option<f64> {
    let hits: f64 = groups.iter().map(|group| group.hits as f64).sum();
    let misses: f64 = groups.iter().map(|group| (group.size - group.hits) as f64).sum();
    let (mut above, mut ordered) = (0.0, 0.0);
    for group in groups {
        let missed = (group.size - group.hits) as f64;
        ordered += missed * (above + group.hits as f64 / 2.0);
        above += group.hits as f64;
    }
    (hits > 0.0 && misses > 0.0).then(|| ordered / (hits * misses))
}

#[cfg(test)]
mod tests;
