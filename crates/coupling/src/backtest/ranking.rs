//! All candidates in the order of their scores, those with one score counted.

use std::sync::Arc;

use crate::{
    backtest::metrics::{Tied, average_precision_of, hit_in_first},
    pair_prior::Strengths,
};

/// Candidates with one score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Group {
    pub score: f64,
    /// How many there are.
    pub size: u64,
    /// How many have a better score.
    before: u64,
}

/// The candidates, the best first.
#[derive(Clone, Debug)]
pub(crate) struct Ranking {
    groups: Vec<Group>,
    places: Arc<Places>,
}

/// In which group each candidate is.
#[derive(Debug, Default)]
struct Places {
    /// By function, ascending.
    some: Vec<(u32, usize)>,
    /// All others.
    rest: usize,
}

impl Ranking {
    /// The functions that are `alive` by their `scores`.
    pub(crate) fn new(scores: &Strengths, alive: &[bool]) -> Self {
        let some = scores.some.iter().filter(|(function, _)| alive[*function as usize]);
        let mut ranked: Vec<(f64, Option<u32>)> = some.map(|(function, score)| (*score, Some(*function))).collect();
        let rest = (alive.iter().filter(|alive| **alive).count() - ranked.len()) as u64;
        if rest > 0 {
            ranked.push((scores.rest, None));
        }
        ranked.sort_by(|x, y| y.0.total_cmp(&x.0));
        let (mut groups, mut places) = (Vec::new(), Places::default());
        let mut before = 0;
        for tied in ranked.chunk_by(|x, y| x.0 == y.0) {
            let mut size = 0;
            for (_, function) in tied {
                match function {
                    Some(function) => places.some.push((*function, groups.len())),
                    None => places.rest = groups.len(),
                }
                size += function.map_or(rest, |_| 1);
            }
            groups.push(Group { score: tied[0].0, size, before });
            before += size;
        }
        places.some.sort_unstable();
        Self { groups, places: Arc::new(places) }
    }

    /// The same without `function`, which is one of the candidates.
    pub(crate) fn without(mut self, function: u32) -> Self {
        let at = self.group_of(function);
        self.groups[at].size -= 1;
        self.groups[at + 1..].iter_mut().for_each(|group| group.before -= 1);
        self
    }

    /// The best first; some may be empty.
    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// In which group a candidate is.
    pub(crate) fn group_of(&self, function: u32) -> usize {
        let found = self.places.some.binary_search_by_key(&function, |(function, _)| *function);
        found.map_or(self.places.rest, |at| self.places.some[at].1)
    }

    /// How well the candidates that came true are ranked.
    pub(crate) fn hit_by(&self, came_true: &[u32]) -> Hit<'_> {
        let mut groups: Vec<usize> = came_true.iter().map(|function| self.group_of(*function)).collect();
        groups.sort_unstable();
        let hits = groups.chunk_by(|x, y| x == y).map(|same| (same[0], same.len() as u64)).collect();
        Hit { ranking: self, hits }
    }
}

/// A ranking, and what came true.
pub(crate) struct Hit<'a> {
    ranking: &'a Ranking,
    /// By group, ascending.
    hits: Vec<(usize, u64)>,
}

impl Hit<'_> {
    pub(crate) fn average_precision(&self) -> Option<f64> {
        average_precision_of(self.hits.iter().map(|(at, hits)| {
            let Group { size, before, .. } = self.ranking.groups[*at];
            (before, Tied { size, hits: *hits })
        }))
    }

    pub(crate) fn hit_in_first(&self, places: u64) -> f64 {
        let hits = |at: usize| self.hits.binary_search_by_key(&at, |(group, _)| *group).map_or(0, |at| self.hits[at].1);
        let groups = self.ranking.groups.iter().enumerate();
        hit_in_first(groups.map(|(at, group)| Tied { size: group.size, hits: hits(at) }), places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranking() -> Ranking {
        let scores = Strengths { some: vec![(1, 0.5), (2, 0.1), (4, 0.5), (5, 0.7), (6, 0.9)], rest: 0.1 };
        Ranking::new(&scores, &[true, true, true, true, true, false, true])
    }

    fn sizes(ranking: &Ranking) -> Vec<(f64, u64, u64)> {
        ranking.groups().iter().map(|group| (group.score, group.size, group.before)).collect()
    }

    #[test]
    fn what_has_one_score_is_one_group() {
        assert_eq!(sizes(&ranking()), [(0.9, 1, 0), (0.5, 2, 1), (0.1, 3, 3)]);
        let groups = [0, 1, 2, 3, 4, 6].map(|function| ranking().group_of(function));
        assert_eq!(groups, [2, 1, 2, 2, 1, 0]);
    }

    #[test]
    fn who_is_asked_about_is_no_candidate() {
        assert_eq!(sizes(&ranking().without(4)), [(0.9, 1, 0), (0.5, 1, 1), (0.1, 3, 2)]);
        assert_eq!(sizes(&ranking().without(6)), [(0.9, 0, 0), (0.5, 2, 0), (0.1, 3, 2)]);
    }

    #[test]
    fn hits_are_counted_by_group() {
        let ranking = ranking().without(0);
        let hit = ranking.hit_by(&[1, 3]);
        // Of two at the second and third place one, of two at the fourth and fifth another.
        let one = (1.0 / 2.0 + 1.0 / 3.0) / 2.0;
        let other = (2.0 / 4.0 + 2.0 / 5.0) / 2.0;
        assert!((hit.average_precision().unwrap() - (one + other) / 2.0).abs() < 1e-12);
        assert_eq!((hit.hit_in_first(1), hit.hit_in_first(2), hit.hit_in_first(3)), (0.0, 0.5, 1.0));
    }
}
