//! Which pairs of functions the regression of [`crate::pair_prior`] is fitted to: all that changed together, and of the
//! many that never did as many as it takes.

use crate::{count::Counts, repositories::Scope};

/// Fewer ordered pairs than this make no regression.
const FEWEST_PAIRS: usize = 50;
/// Weight of changes that a function must have for its pairs to be part of the fit.
const FEWEST_CHANGES: f64 = 1.0;
/// Of the pairs that never changed together, as many as this are looked at; more say the same.
const MOST_WITHOUT: usize = 40_000;

/// All ordered pairs of one repository whose first function changed enough and whose second changed at all; of those that
/// never changed together every n-th, counted n times, where there are very many.
pub(crate) struct Sample<'a> {
    counts: &'a Counts,
    /// The first functions.
    rows: Vec<usize>,
    /// Per repository: the functions that ever changed, ascending.
    alive: Vec<Vec<u32>>,
    /// Per function that ever changed: its place among those of its repository.
    place: Vec<usize>,
    /// n.
    step: usize,
}

/// The second function of a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Second {
    pub function: u32,
    pub joint: f64,
    /// How many pairs it stands for.
    pub weight: f64,
}

impl<'a> Sample<'a> {
    /// None if there are too few pairs.
    pub(crate) fn of(counts: &'a Counts) -> Option<Self> {
        let repositories = &counts.repositories;
        let mut alive = vec![Vec::new(); repositories.count()];
        let mut place = vec![0; counts.rows.len()];
        for function in (0..counts.rows.len()).filter(|function| !counts.changes[*function].is_empty()) {
            let of_its = &mut alive[repositories.of(function)];
            place[function] = of_its.len();
            of_its.push(function as u32);
        }
        let is_row =
            |function: &usize| !counts.changes[*function].is_empty() && counts.weighted[*function] >= FEWEST_CHANGES;
        let rows: Vec<usize> = (0..counts.rows.len()).filter(is_row).collect();
        let others = |row: &usize| alive[repositories.of(*row)].len().saturating_sub(1);
        if rows.iter().map(others).sum::<usize>() < FEWEST_PAIRS {
            return None;
        }
        let without: usize = rows.iter().map(|row| others(row).saturating_sub(met(counts, *row).count())).sum();
        Some(Self { counts, rows, alive, place, step: without.div_ceil(MOST_WITHOUT).max(1) })
    }

    /// The first functions, ascending.
    pub(crate) fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// The second functions beside the first function numbered `at`, ascending.
    pub(crate) fn beside(&self, at: usize) -> Vec<Second> {
        let a = self.rows[at];
        let all = &self.alive[self.counts.repositories.of(a)];
        let mut known: Vec<(u32, Option<f64>)> = met(self.counts, a).map(|(b, joint)| (b, Some(joint))).collect();
        known.insert(known.partition_point(|(b, _)| (*b as usize) < a), (a as u32, None));
        let (mut beside, mut from) = (Vec::new(), 0);
        // Each row starts elsewhere, so that no function is left out throughout.
        let mut next = self.step - at % self.step - 1;
        let mut skip_to = |to: usize, from: usize, beside: &mut Vec<Second>| {
            while next < to - from {
                beside.push(Second { function: all[from + next], joint: 0.0, weight: self.step as f64 });
                next += self.step;
            }
            next -= to - from;
        };
        for (b, joint) in known {
            let to = self.place[b as usize];
            skip_to(to, from, &mut beside);
            beside.extend(joint.map(|joint| Second { function: b, joint, weight: 1.0 }));
            from = to + 1;
        }
        skip_to(all.len(), from, &mut beside);
        beside
    }
}

/// The functions of its own repository that changed with `function`, ascending, and how often, by weight.
fn met(counts: &Counts, function: usize) -> impl Iterator<Item = (u32, f64)> {
    let within = move |other: u32| counts.repositories.scope(function, other as usize) == Scope::Within;
    counts.rows[function].iter().filter(move |cell| within(cell.other)).map(|cell| (cell.other, cell.joint))
}
