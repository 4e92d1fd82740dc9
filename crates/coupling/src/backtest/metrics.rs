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
pub(crate) fn average_precision(groups: &[Tied]) -> Option<f64> {
    let placed = groups.iter().scan(0, |before, group| {
        let here = *before;
        *before += group.size;
        Some((here, *group))
    });
    average_precision_of(placed)
}

/// The same of groups each with the number of candidates before it; groups without hits may be left out.
///
/// In a group of g candidates with t hits, the one at place i is a hit with probability t/g, and then (i − 1)(t − 1)/(g − 1)
/// hits of the group are expected before it.
pub(crate) fn average_precision_of(groups: impl Iterator<Item = (u64, Tied)>) -> Option<f64> {
    let (mut found, mut sum) = (0.0, 0.0);
    for (before, group) in groups.filter(|(_, group)| group.hits > 0) {
        let (size, hits) = (group.size as f64, group.hits as f64);
        let each = if group.size > 1 { (hits - 1.0) / (size - 1.0) } else { 0.0 };
        sum += hits / size * precisions(found, each, before, group.size);
        found += hits;
    }
    (found > 0.0).then(|| sum / found)
}

/// Longer sums are made of their closed form.
const LONGEST_SUM: u64 = 256;

/// Σ (found + 1 + i · each) / (before + 1 + i) over i from 0 to `size` − 1.
fn precisions(found: f64, each: f64, before: u64, size: u64) -> f64 {
    let before = before as f64;
    if size <= LONGEST_SUM {
        let precision = |place: u64| (found + 1.0 + place as f64 * each) / (before + 1.0 + place as f64);
        return (0..size).map(precision).sum();
    }
    each * size as f64 + (found + 1.0 - each * (before + 1.0)) * harmonic(before, size as f64)
}

/// 1/(before + 1) + … + 1/(before + size), by the asymptotic series of the digamma function, whose first terms are exact
/// to the last digits from a few dozen on.
fn harmonic(before: f64, size: f64) -> f64 {
    const FAR: f64 = 64.0;
    let near = (FAR - before).clamp(0.0, size);
    let exact: f64 = (1..=near as u64).map(|place| 1.0 / (before + place as f64)).sum();
    let (from, to) = (before + near + 1.0, before + size + 1.0);
    let square = |x: f64| 1.0 / (x * x);
    let series = |x: f64| square(x) / 12.0 - square(x) * square(x) / 120.0;
    exact + ((to - from) / from).ln_1p() + (1.0 / from - 1.0 / to) / 2.0 + series(from) - series(to)
}

/// The probability that a hit is among the first `places`.
pub(crate) fn hit_in_first(groups: impl Iterator<Item = Tied>, places: u64) -> f64 {
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
