//! Proving the measure on a history: the past is measured, and held against what came afterwards.
//!
//! The changesets are split where a share of them (70 %) has passed. From those before, this tool and its baselines say
//! how likely B changes when A does; those after tell who was right. Rules are judged by what became of the pairs that
//! they flag, and by how many they would flag in a history that is shuffled until nothing is coupled. The protocol is
//! that of the experiment behind the measure (`docs/src/backtest.md`).

mod calibration;
mod curveball;
mod estimate;
mod evaluate;
mod flags;
mod metrics;
pub(crate) mod noise;
mod pairs;
mod ranking;
mod sets;

use std::sync::Arc;

use lockstep_model::{PathId, RepoPath, Timestamp};
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::{
    CouplingGraph, Input, Likeness,
    attribute::{self, Touched},
    table::Table,
};
use estimate::{Degree, Frozen, Popularity, Tool};
use evaluate::Future;

pub use calibration::{BINS, Bin, Calibration};
pub use evaluate::Scores;
pub use flags::{Reported, RuleOutcome};
pub use sets::Set;

/// Fewer queries say nothing about a ranking.
pub const FEWEST_QUERIES: u64 = 20;
/// Predictions that are further from the truth than this, on average, do not mean what they say.
pub const LARGEST_ECE: f64 = 0.05;

/// What counts as a change of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Truth {
    /// A change of its own behaviour: what the rules are about.
    #[default]
    Behaviour,
    /// Any change of its files but of documents, lock files and the like: what the measure was calibrated on.
    Any,
}

impl Truth {
    /// The word used for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Behaviour => "behaviour",
            Self::Any => "any",
        }
    }
}

/// A history that can be split, or cannot.
pub enum Prepared<'a> {
    /// It can.
    Ready(Box<Backtest<'a>>),
    /// It is too short.
    TooShort {
        /// Changesets that touch functions.
        changesets: u32,
        /// How many it would take.
        needed: u32,
    },
}

/// A history, split.
pub struct Backtest<'a> {
    input: &'a Input<'a>,
    table: Arc<Table>,
    /// The changesets before the split.
    past: Vec<Touched>,
    future: Vec<Set>,
    share: f64,
    at: Timestamp,
}

/// What else a backtest needs.
pub struct Wishes<'a> {
    /// The paths, by their names of today, that existed at the split.
    pub present: &'a [PathId],
    /// How alike the functions' code was at the split. What was written later tells what changed later.
    pub likeness: &'a Likeness,
    /// Every commit of any branch with the functions that it touches ([`commits`]); none if there is no telling.
    pub commits: Option<&'a [Set]>,
    /// How many shuffled histories are held against the real one.
    pub shuffles: u32,
    /// What this tool reports.
    pub reported: Reported<'a>,
}

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The share of the changesets that is the past.
    pub split: f64,
    /// When the past ends.
    pub at: Timestamp,
    /// Changesets that touch functions: before the split, and after.
    pub changesets: (u32, u32),
    /// Functions that existed at the split.
    pub functions: u32,
    /// Questions of who else changes.
    pub queries: u64,
    /// This tool.
    pub model: Scores,
    /// The formula that it started from.
    pub frozen: Scores,
    /// How often B changes at all.
    pub popularity: Scores,
    /// code-maat's degree; none without the commits of all branches.
    pub degree: Option<Scores>,
    /// How many histories were shuffled.
    pub shuffles: u32,
    /// What became of the warnings of each rule.
    pub rules: Vec<RuleOutcome>,
    /// What it means.
    pub verdict: Verdict,
}

/// Whether history foretells here what changes together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It does.
    Predicts,
    /// Too few changesets after the split touch several functions.
    FewQueries {
        /// How many there are.
        queries: u64,
    },
    /// Who changes often foretells as much as who changed with whom.
    NoBetterThanPopularity {
        /// Mean average precision of this tool.
        map: f64,
        /// That of popularity.
        popularity: f64,
    },
    /// The probabilities do not mean what they say.
    Miscalibrated {
        /// Expected calibration error.
        ece: f64,
    },
}

impl Verdict {
    /// The verdict on this tool's scores, next to those of popularity.
    pub fn of(queries: u64, model: &Scores, popularity: &Scores) -> Self {
        let (map, popular) = (model.map.unwrap_or(0.0), popularity.map.unwrap_or(0.0));
        let ece = model.calibration.ece();
        // Where there are but two functions, nobody can be wrong about who else changes.
        let beats = map > popular || (map == popular && map >= 1.0);
        if queries < FEWEST_QUERIES {
            Self::FewQueries { queries }
        } else if !beats {
            Self::NoBetterThanPopularity { map, popularity: popular }
        } else if ece > LARGEST_ECE {
            Self::Miscalibrated { ece }
        } else {
            Self::Predicts
        }
    }

    /// The word used in machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Predicts => "predicts",
            Self::FewQueries { .. } => "too-few-queries",
            Self::NoBetterThanPopularity { .. } => "no-better-than-popularity",
            Self::Miscalibrated { .. } => "miscalibrated",
        }
    }
}

/// Splits the history of `input` where `share` of the changesets that touch functions has passed.
pub fn prepare<'a>(input: &'a Input<'a>, truth: Truth, share: f64) -> Prepared<'a> {
    let table = Arc::new(Table::new(input, &crate::closures_in_order(input)));
    let touched = match truth {
        Truth::Behaviour => attribute::touched(&table, input.history, input.as_of),
        Truth::Any => attribute::touched_in_any_way(&table, input.history, input.as_of),
    };
    split(input, table, touched, share)
}

/// As [`prepare`] on changes of behaviour, where `graph` was measured on the same input.
pub fn prepare_measured<'a>(input: &'a Input<'a>, graph: &CouplingGraph, share: f64) -> Prepared<'a> {
    match &graph.table {
        Some(table) => split(input, Arc::clone(table), graph.touched.clone(), share),
        None => prepare(input, Truth::Behaviour, share),
    }
}

fn split<'a>(input: &'a Input<'a>, table: Arc<Table>, mut past: Vec<Touched>, share: f64) -> Prepared<'a> {
    let mut future = sets::of(&past);
    let (changesets, needed) = (future.len() as u32, input.options.min_changesets);
    match sets::split(&future, share).filter(|_| changesets >= needed) {
        None => Prepared::TooShort { changesets, needed },
        Some(at) => {
            past.retain(|touched| touched.time <= at);
            future.retain(|set| set.time > at);
            Prepared::Ready(Box::new(Backtest { input, table, past, future, share, at }))
        }
    }
}

/// The functions that each commit of `input`'s history touches, in whatever way, commits of more than `most_files` left
/// out: what tools see that know nothing of kinds of changes.
pub fn commits(input: &Input<'_>, most_files: usize) -> Vec<Set> {
    let table = Table::new(input, &crate::closures_in_order(input));
    let small = |touched: &Touched| {
        input.history.changesets[touched.changeset as usize].changes.len() <= most_files && !touched.own.is_empty()
    };
    let mut touched = attribute::touched_at_all(&table, input.history, input.as_of);
    touched.retain(small);
    sets::of(&touched)
}

impl Backtest<'_> {
    /// When the past ends.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The function whose own code a path is; none if it is nobody's.
    pub fn owner(&self, path: PathId) -> Option<usize> {
        self.table.owned_by(path.0).map(|function| function as usize)
    }

    /// Whether history predicts here: the two figures that decide it, and nothing else. From changes alone: likeness
    /// would take reading the code of the past.
    pub fn verdict(&self, present: &[PathId]) -> Verdict {
        let past = sets::of(&self.past);
        let alive = self.alive(present);
        let input = Input { as_of: self.at, likeness: None, ..self.input.clone() };
        let (_, priors) = crate::expected(&input, &self.table, &self.past);
        let future = Future::new(&self.future, &alive, self.most());
        let model = evaluate::foretold(&Tool { priors: &priors }, &future);
        let popularity = evaluate::foretold(&Popularity::of(&past, alive.len(), self.most()), &future);
        Verdict::of(future.queries(), &model, &popularity)
    }

    /// The whole test.
    pub fn run(&self, wishes: &Wishes<'_>) -> Outcome {
        let past = sets::of(&self.past);
        let alive = self.alive(wishes.present);
        let (functions, most) = (alive.len(), self.most());
        let graph = self.graph(self.past.clone(), Some(wishes.likeness));
        let future = Future::new(&self.future, &alive, most);
        let model = evaluate::evaluate(&Tool { priors: graph.priors() }, &future);
        let frozen = evaluate::evaluate(&Frozen::of(&past, functions, self.at), &future);
        let popularity = evaluate::evaluate(&Popularity::of(&past, functions, most), &future);
        let degree = wishes.commits.map(|commits| {
            let before = commits.iter().filter(|set| set.time <= self.at);
            evaluate::evaluate(&Degree::of(before, functions), &future)
        });
        let flagged = flags::flagged(&past, &graph, &alive, wishes.reported);
        let mut rules = flags::outcomes(&flagged, &self.future, &alive, most);
        self.placebo(&past, &alive, wishes, &mut rules);
        Outcome {
            split: self.share,
            at: self.at,
            changesets: (past.len() as u32, self.future.len() as u32),
            functions: future.candidates() as u32,
            queries: future.queries(),
            verdict: Verdict::of(future.queries(), &model, &popularity),
            model,
            frozen,
            popularity,
            degree,
            shuffles: wishes.shuffles,
            rules,
        }
    }

    /// Lets the rules loose on shuffled histories. Each has a seed of its own, so that threads change nothing.
    fn placebo(&self, past: &[Set], alive: &[bool], wishes: &Wishes<'_>, rules: &mut [RuleOutcome]) {
        if wishes.shuffles == 0 {
            return;
        }
        let flags = |seed: u32| -> Vec<usize> {
            let shuffled = curveball::shuffled(past, u64::from(seed));
            let graph = self.graph(self.with(&shuffled), Some(wishes.likeness));
            let flagged = flags::flagged(&shuffled, &graph, alive, wishes.reported);
            flagged.iter().map(Vec::len).collect()
        };
        let counts: Vec<Vec<usize>> = (0..wishes.shuffles).into_par_iter().map(flags).collect();
        for (number, rule) in rules.iter_mut().enumerate() {
            let all: usize = counts.iter().map(|counts| counts[number]).sum();
            rule.in_shuffled = Some(all as f64 / f64::from(wishes.shuffles));
        }
    }

    /// The changesets of the past with other functions in them.
    fn with(&self, sets: &[Set]) -> Vec<Touched> {
        let mut touched = self.past.clone();
        let edits = touched.iter_mut().filter(|touched| !touched.own.is_empty());
        for (touched, set) in edits.zip(sets) {
            touched.own.clone_from(&set.functions);
        }
        touched
    }

    /// What this tool would have measured at the split.
    fn graph(&self, past: Vec<Touched>, likeness: Option<&Likeness>) -> CouplingGraph {
        crate::measured(&Input { as_of: self.at, likeness, ..self.input.clone() }, &self.table, past)
    }

    /// Changesets of more functions are no evidence, neither before nor after the split.
    fn most(&self) -> usize {
        self.input.options.max_functions
    }

    /// Per function: whether it had code of its own, or the file it starts in, at the split.
    fn alive(&self, present: &[PathId]) -> Vec<bool> {
        let mut alive = vec![false; self.input.functions.len()];
        let mut there: FxHashSet<&RepoPath> = FxHashSet::default();
        for id in present {
            there.insert(self.input.history.path(*id));
            if let Some(function) = self.table.owner(*id) {
                alive[function as usize] = true;
            }
        }
        for (alive, function) in alive.iter_mut().zip(self.input.functions) {
            *alive |= function.entry.as_ref().is_some_and(|entry| there.contains(&entry.path));
        }
        alive
    }
}

impl Outcome {
    /// What became of the pairs that are flagged as specific.
    pub fn specific(&self) -> &RuleOutcome {
        &self.rules[flags::SPECIFIC]
    }
}
