//! What the other functions say about two: where A changes, C often changes with it, and where C changes without A, B
//! often does; so B may well change when A does, though the two were never seen together.
//!
//! ```text
//! t(A→B) = (Σ P(C|A) · P(B|C, not A) + 0.1 g) / (Σ P(C|A) + 0.1)      over all C but A and B
//! P(C|A) = J_AC / k_A      P(B|C, not A) = (J_CB + 2 g) / (k_C + 2)    counted where A did not change
//! ```
//!
//! `g` is the mean share over all pairs. No changeset in which A and B change together is in it, so it may be used to
//! guess their share before looking at those.

use rayon::prelude::*;

use crate::{attribute::Touched, count::Counts};

/// Changes of C that `g` counts for.
const OF_OTHERS: f64 = 2.0;
/// What `g` weighs beside the other functions.
const OF_ALL: f64 = 0.1;

/// The shares of all ordered pairs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Through {
    rows: Vec<Row>,
}

/// The shares of one first function.
#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    /// Of the functions that none of its partners ever changed with.
    otherwise: f64,
    /// Of the others, by number.
    cells: Vec<(u32, f64)>,
}

impl Through {
    pub(crate) fn of(counts: &Counts, touched: &[Touched]) -> Self {
        let functions = counts.rows.len();
        let mean = mean_share(counts);
        let rows = (0..functions)
            .into_par_iter()
            .map_init(|| Scratch::new(functions), |scratch, function| scratch.row(function, counts, touched, mean));
        Self { rows: rows.collect() }
    }

    /// The share of `a` towards `b`, 0 to 1.
    pub(crate) fn between(&self, a: usize, b: usize) -> f64 {
        let Some(row) = self.rows.get(a) else { return 0.0 };
        let found = row.cells.binary_search_by_key(&(b as u32), |(other, _)| *other);
        found.map_or(row.otherwise, |at| row.cells[at].1)
    }
}

/// How often, on average over all pairs of functions that ever changed, the second changes when the first does.
fn mean_share(counts: &Counts) -> f64 {
    let alive = counts.changes.iter().filter(|changes| !changes.is_empty()).count();
    let joint: f64 = counts.rows.iter().flatten().map(|cell| cell.joint).sum();
    let changes: f64 = counts.weighted.iter().sum();
    joint / (changes * alive.saturating_sub(1).max(1) as f64).max(f64::MIN_POSITIVE)
}

/// One per thread.
struct Scratch {
    /// Per function: its place among the partners of the row, if it is one.
    place: Vec<Option<u32>>,
    /// Per function: Σ P(C|A) · J_CB / (k_C + 2), and whether it was reached.
    sums: Vec<(f64, bool)>,
}

impl Scratch {
    fn new(functions: usize) -> Self {
        Self { place: vec![None; functions], sums: vec![(0.0, false); functions] }
    }

    fn row(&mut self, a: usize, counts: &Counts, touched: &[Touched], mean: f64) -> Row {
        let (partners, changes) = (&counts.rows[a], counts.weighted[a]);
        if partners.is_empty() || changes <= 0.0 {
            return Row { otherwise: mean, cells: Vec::new() };
        }
        for (place, cell) in (0u32..).zip(partners) {
            self.place[cell.other as usize] = Some(place);
        }
        let with_a = self.among_partners(a, counts, touched);
        let (mut all, mut nothing) = (0.0, 0.0);
        let mut reached: Vec<u32> = Vec::new();
        for (place, cell) in partners.iter().enumerate() {
            let c = cell.other as usize;
            let share = cell.joint / changes;
            let without_a = (counts.weighted[c] - cell.joint).max(0.0) + OF_OTHERS;
            all += share;
            nothing += share * OF_OTHERS * mean / without_a;
            for onward in counts.rows[c].iter().filter(|onward| onward.other as usize != a) {
                let b = onward.other as usize;
                let in_a = self.place[b].map_or(0.0, |other| with_a[place * partners.len() + other as usize]);
                if !std::mem::replace(&mut self.sums[b].1, true) {
                    reached.push(onward.other);
                }
                self.sums[b].0 += share * (onward.joint - in_a).max(0.0) / without_a;
            }
        }
        // A partner's own share is no share of others.
        for cell in partners {
            if !std::mem::replace(&mut self.sums[cell.other as usize].1, true) {
                reached.push(cell.other);
            }
        }
        reached.sort_unstable();
        let cells = reached.into_iter().map(|b| {
            let (sum, _) = std::mem::take(&mut self.sums[b as usize]);
            let (mut nothing, mut all) = (nothing, all);
            if let Some(place) = self.place[b as usize] {
                let own = &partners[place as usize];
                let without_a = (counts.weighted[b as usize] - own.joint).max(0.0) + OF_OTHERS;
                nothing -= own.joint / changes * OF_OTHERS * mean / without_a;
                all -= own.joint / changes;
            }
            (b, share(sum + nothing, all, mean))
        });
        let row = Row { cells: cells.collect(), otherwise: share(nothing, all, mean) };
        partners.iter().for_each(|cell| self.place[cell.other as usize] = None);
        row
    }

    /// For each two partners of `a`: the weight of the changesets that edit both and `a`, row by row.
    fn among_partners(&self, a: usize, counts: &Counts, touched: &[Touched]) -> Vec<f64> {
        let partners = counts.rows[a].len();
        let mut sums = vec![0.0; partners * partners];
        for number in &counts.changes[a] {
            let kept = &counts.kept[*number as usize];
            let own = &touched[kept.touched as usize].own;
            let places: Vec<usize> =
                own.iter().filter_map(|other| self.place[*other as usize]).map(|place| place as usize).collect();
            for c in &places {
                places.iter().filter(|b| *b != c).for_each(|b| sums[c * partners + b] += kept.weight);
            }
        }
        sums
    }
}

fn share(sum: f64, all: f64, mean: f64) -> f64 {
    ((sum.max(0.0) + OF_ALL * mean) / (all.max(0.0) + OF_ALL)).clamp(0.0, 1.0)
}
