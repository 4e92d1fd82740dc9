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
//!
//! Shares are kept of pairs that changed together, and made anew of all others: those are as many as the square of the
//! functions, and few are ever asked for.

use rayon::prelude::*;

use crate::{
    attribute::Touched,
    count::{Cell, Counts},
};

/// Changes of C that `g` counts for.
const OF_OTHERS: f64 = 2.0;
/// What `g` weighs beside the other functions.
const OF_ALL: f64 = 0.1;

/// The shares of all ordered pairs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Through {
    rows: Vec<Row>,
    /// g.
    mean: f64,
}

/// One first function.
#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    /// k.
    changes: f64,
    /// The functions that it changed with, ascending.
    partners: Vec<Partner>,
    /// Σ P(C|A) over all of them.
    all: f64,
    /// Σ P(C|A) · 2 g / (k_C + 2), k_C counted where A did not change.
    nothing: f64,
}

/// A function that another one changed with.
#[derive(Clone, Debug, PartialEq)]
struct Partner {
    function: u32,
    joint: f64,
    /// Its share.
    share: f64,
}

/// The shares of one first function towards all others.
pub(crate) struct Shares {
    /// Those that a partner changed with, or that are partners; ascending.
    pub reached: Vec<(u32, f64)>,
    /// That of each function that is not among them.
    pub otherwise: f64,
}

impl Shares {
    /// The share towards `b`.
    pub(crate) fn of(&self, b: usize) -> f64 {
        let found = self.reached.binary_search_by_key(&(b as u32), |(other, _)| *other);
        found.map_or(self.otherwise, |at| self.reached[at].1)
    }
}

impl Through {
    pub(crate) fn of(counts: &Counts, touched: &[Touched]) -> Self {
        let (functions, mean) = (counts.rows.len(), mean_share(counts));
        let row = |scratch: &mut Scratch, function| scratch.row(function, counts, touched, mean);
        let rows = (0..functions).into_par_iter().map_init(|| Scratch::new(functions), row).collect();
        Self { rows, mean }
    }

    /// The changes of `a`, by weight.
    pub(crate) fn changes(&self, a: usize) -> f64 {
        self.rows[a].changes
    }

    /// The functions that changed with `a`, ascending, and how often, by weight.
    pub(crate) fn partners(&self, a: usize) -> impl Iterator<Item = (u32, f64)> {
        self.rows[a].partners.iter().map(|partner| (partner.function, partner.joint))
    }

    /// The share of `a` towards `b`, 0 to 1.
    pub(crate) fn between(&self, a: usize, b: usize) -> f64 {
        let Some(row) = self.rows.get(a) else { return 0.0 };
        if let Some(partner) = row.partner(b) {
            return partner.share;
        }
        let onward =
            |partner: &Partner| Some(row.onward(partner, self.rows[partner.function as usize].partner(b)?, self));
        row.towards_others(row.partners.iter().filter_map(onward).sum(), self.mean)
    }

    /// The shares of `a` towards all others; `sums` is one zero per function, and is again afterwards.
    pub(crate) fn from(&self, a: usize, sums: &mut [f64]) -> Shares {
        let row = &self.rows[a];
        let mut reached: Vec<u32> = Vec::new();
        for partner in &row.partners {
            for onward in &self.rows[partner.function as usize].partners {
                let sum = &mut sums[onward.function as usize];
                if *sum == 0.0 {
                    reached.push(onward.function);
                }
                *sum += row.onward(partner, onward, self);
            }
        }
        reached.extend(row.partners.iter().map(|partner| partner.function));
        reached.sort_unstable();
        reached.dedup();
        reached.retain(|function| *function as usize != a);
        let of = |b: u32| {
            let others = || row.towards_others(sums[b as usize], self.mean);
            (b, row.partner(b as usize).map_or_else(others, |partner| partner.share))
        };
        let shares = reached.iter().map(|b| of(*b)).collect();
        reached.iter().for_each(|b| sums[*b as usize] = 0.0);
        sums[a] = 0.0;
        Shares { reached: shares, otherwise: row.towards_others(0.0, self.mean) }
    }
}

impl Row {
    fn partner(&self, function: usize) -> Option<&Partner> {
        let at = self.partners.binary_search_by_key(&(function as u32), |partner| partner.function);
        at.ok().map(|at| &self.partners[at])
    }

    /// The share towards a function that is no partner, of which the partners say `sum`.
    fn towards_others(&self, sum: f64, mean: f64) -> f64 {
        if self.partners.is_empty() { mean } else { share(sum + self.nothing, self.all, mean) }
    }

    /// P(C|A) · J_CB / (k_C + 2), where A is the function of this row, C is `partner`, and B is `onward`, which never
    /// changed with A.
    fn onward(&self, partner: &Partner, onward: &Partner, through: &Through) -> f64 {
        let without_a = (through.rows[partner.function as usize].changes - partner.joint).max(0.0) + OF_OTHERS;
        partner.joint / self.changes * onward.joint / without_a
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
}

impl Scratch {
    fn new(functions: usize) -> Self {
        Self { place: vec![None; functions] }
    }

    fn row(&mut self, a: usize, counts: &Counts, touched: &[Touched], mean: f64) -> Row {
        let (partners, changes) = (&counts.rows[a], counts.weighted[a]);
        if partners.is_empty() || changes <= 0.0 {
            return Row { changes, ..Row::default() };
        }
        for (place, cell) in (0u32..).zip(partners) {
            self.place[cell.other as usize] = Some(place);
        }
        let with_a = self.among_partners(a, counts, touched);
        let (mut all, mut nothing) = (0.0, 0.0);
        let mut sums = vec![0.0; partners.len()];
        for (place, cell) in partners.iter().enumerate() {
            let c = cell.other as usize;
            let share = cell.joint / changes;
            let without_a = (counts.weighted[c] - cell.joint).max(0.0) + OF_OTHERS;
            all += share;
            nothing += share * OF_OTHERS * mean / without_a;
            for onward in &counts.rows[c] {
                if let Some(other) = self.place[onward.other as usize] {
                    let in_a = with_a[place * partners.len() + other as usize];
                    sums[other as usize] += share * (onward.joint - in_a).max(0.0) / without_a;
                }
            }
        }
        // A partner's own share is no share of others.
        let towards = |(cell, sum): (&Cell, f64)| {
            let (own, without_a) =
                (cell.joint / changes, (counts.weighted[cell.other as usize] - cell.joint).max(0.0) + OF_OTHERS);
            let share = share(sum + (nothing - own * OF_OTHERS * mean / without_a), all - own, mean);
            Partner { function: cell.other, joint: cell.joint, share }
        };
        let row = Row { changes, partners: partners.iter().zip(sums).map(towards).collect(), all, nothing };
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
