//! How often one unit changes alone: the one number about a system as a whole.
//!
//! Couplings say which functions change together; where everything changes with everything, no pair stands out, and
//! the habit itself is the finding. The share of changesets that edit exactly one unit says it.

use statrs::distribution::{Beta, ContinuousCDF};

use crate::{Together, graph::CouplingGraph};

/// The quantile of the posterior that says how large the share is at most.
const QUANTILE: f64 = 0.90;

/// How many changesets edited how many units.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Independence {
    /// Changesets that edit at least one unit's own code, sweeping ones included.
    pub all: Share,
    /// The earlier half of them.
    pub earlier: Share,
    /// The later half of them.
    pub later: Share,
    /// Those that edit more functions than the measure takes for one change.
    pub sweeping: u32,
    /// Those that edit several units: the widest first, then the newest. [`Together::functions`] counts units here.
    pub widest: Vec<Together>,
    /// How many of those each unit is in: most first, then by number; units that are in none are left out.
    pub busiest: Vec<(usize, u32)>,
}

/// Some changesets, and how many of them edit exactly one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Share {
    /// All of them.
    pub changesets: u32,
    /// Those that edit exactly one unit.
    pub single: u32,
}

impl Share {
    /// The share, 0 to 1; 1 where there are no changesets, as nothing changed together.
    pub fn value(self) -> f64 {
        if self.changesets == 0 { 1.0 } else { f64::from(self.single) / f64::from(self.changesets) }
    }

    /// What the share is at most: the 90 % quantile of its posterior under Jeffreys' prior, Beta(1/2, 1/2).
    pub fn upper(self) -> f64 {
        let missed = f64::from(self.changesets.saturating_sub(self.single));
        match Beta::new(f64::from(self.single) + 0.5, missed + 0.5) {
            Ok(posterior) => posterior.inverse_cdf(QUANTILE).clamp(0.0, 1.0),
            Err(_) => 1.0,
        }
    }

    /// What the share is at least: the 10 % quantile of the same posterior.
    pub fn lower(self) -> f64 {
        1.0 - Self { single: self.changesets.saturating_sub(self.single), ..self }.upper()
    }

    fn of(sizes: &[usize]) -> Self {
        Self { changesets: sizes.len() as u32, single: sizes.iter().filter(|size| **size == 1).count() as u32 }
    }
}

impl CouplingGraph {
    /// The kept changesets that edit at least one of `functions`, which are sorted, and how many of them edit no other.
    pub fn alone(&self, functions: &[usize]) -> Share {
        let mut numbers: Vec<u32> = functions.iter().flat_map(|function| &self.changes[*function]).copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let is_alone = |number: &&u32| {
            let own = &self.touched[self.kept[**number as usize].touched as usize].own;
            own.iter().all(|function| functions.binary_search(&(*function as usize)).is_ok())
        };
        Share { changesets: numbers.len() as u32, single: numbers.iter().filter(is_alone).count() as u32 }
    }

    /// How independently the units change to which `unit_of` assigns every function: the function itself, or the
    /// service that it was declared to be a part of.
    pub fn independence(&self, unit_of: &[usize]) -> Independence {
        let mut found = Independence::default();
        let mut sizes = Vec::new();
        let mut taking_part = vec![0; unit_of.iter().max().map_or(0, |largest| largest + 1)];
        // `touched` is in the order of time.
        for touched in self.touched.iter().filter(|touched| !touched.own.is_empty()) {
            let mut units: Vec<usize> =
                touched.own.iter().filter_map(|function| unit_of.get(*function as usize)).copied().collect();
            units.sort_unstable();
            units.dedup();
            sizes.push(units.len());
            found.sweeping += u32::from(touched.own.len() > self.options.max_functions);
            if units.len() > 1 {
                units.iter().for_each(|unit| taking_part[*unit] += 1);
                found.widest.push(Together { changeset: touched.changeset as usize, functions: units.len() });
            }
        }
        let (earlier, later) = sizes.split_at(sizes.len() / 2);
        (found.all, found.earlier, found.later) = (Share::of(&sizes), Share::of(earlier), Share::of(later));
        // Later changesets come first among equals: the sort is stable.
        found.widest.reverse();
        found.widest.sort_by_key(|together| std::cmp::Reverse(together.functions));
        found.busiest = taking_part.into_iter().enumerate().filter(|(_, count)| *count > 0).collect();
        found.busiest.sort_by_key(|(unit, count)| (std::cmp::Reverse(*count), *unit));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against `scipy.stats.beta.ppf(0.9, single + 0.5, changesets - single + 0.5)`.
    #[test]
    fn the_upper_end_of_a_share() {
        for (single, changesets, upper) in [(26, 50, 0.608_806_230), (0, 50, 0.026_561_078), (320, 1000, 0.339_150_034)]
        {
            let share = Share { changesets, single };
            assert!((share.upper() - upper).abs() < 1e-6, "{share:?}: {}", share.upper());
        }
        // `scipy.stats.beta.ppf(0.1, 26.5, 24.5)`.
        let lower = Share { changesets: 50, single: 26 }.lower();
        assert!((lower - 0.430_070_805).abs() < 1e-6, "{lower}");
        assert_eq!(Share::default().value(), 1.0);
    }
}
