//! Which pairs a rule flags in the past, and what became of them: how often the warning came true, and how much of what
//! was to come was foreseen.

use crate::{
    Coupling, CouplingGraph,
    backtest::{estimate::degree, pairs::Pairs, sets::Set},
};

/// Two functions, the smaller number first.
pub(crate) type Pair = (u32, u32);

/// The rules that are held against each other, from the crudest on; the last is what this tool reports.
pub(crate) const RULES: [&str; 8] = [
    "any joint change",
    "5 joint changes",
    "code-maat's defaults",
    "lower bound ≥ .20",
    "lower bound ≥ .30",
    "specific",
    "lower bound ≥ .20 and specific",
    "reported by lockstep",
];
/// The rule of [`RULES`] whose flags in shuffled histories tell whether the gate holds.
pub(crate) const SPECIFIC: usize = 5;

/// Changesets of more functions are left out by the rules that are not this tool's.
const CODE_MAAT_SIZE: usize = 30;
/// code-maat: revisions of each, shared revisions, degree.
const CODE_MAAT: (f64, f64, f64) = (5.0, 5.0, 0.30);
/// Fewest joint changes for this tool's rules.
const SUPPORT: u32 = 3;

/// What one rule did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleOutcome {
    /// What it is called.
    pub rule: &'static str,
    /// Pairs of functions alive at the split that it flags.
    pub flagged: u32,
    /// Those of them both of whose functions changed afterwards.
    pub opportunities: u32,
    /// Those of these that changed together again.
    pub recurred: u32,
    /// Pairs that were strongly coupled afterwards: at least 3 joint changes, and 30 % of those of the rarer function.
    pub strong: u32,
    /// Those of them that were flagged.
    pub foreseen: u32,
    /// Pairs flagged per shuffled history, on average; none if none was shuffled.
    pub in_shuffled: Option<f64>,
}

impl RuleOutcome {
    /// The share of flagged pairs, of those with an opportunity, that changed together again.
    pub fn recurrence(&self) -> Option<f64> {
        share(self.recurred, self.opportunities)
    }

    /// The share of the pairs that were strongly coupled afterwards that was flagged.
    pub fn recall(&self) -> Option<f64> {
        share(self.foreseen, self.strong)
    }

    /// Flags in a shuffled history for each in the real one: the share that habits alone would explain.
    pub fn null_over_real(&self) -> Option<f64> {
        let shuffled = self.in_shuffled?;
        (self.flagged > 0).then(|| shuffled / f64::from(self.flagged))
    }
}

fn share(part: u32, all: u32) -> Option<f64> {
    (all > 0).then(|| f64::from(part) / f64::from(all))
}

/// Which pairs of `functions` a graph makes the tool report.
pub type Reported<'a> = &'a (dyn Fn(&CouplingGraph) -> Vec<(usize, usize)> + Sync);

/// What each of [`RULES`] flags among the functions that are `alive`, sorted.
pub(crate) fn flagged(past: &[Set], graph: &CouplingGraph, alive: &[bool], reported: Reported<'_>) -> Vec<Vec<Pair>> {
    let small = past.iter().filter(|set| set.functions.len() <= CODE_MAAT_SIZE);
    let pairs = Pairs::count(alive.len(), small.map(|set| (&set.functions[..], 1.0)));
    let all = pairs.all();
    let counted = |flags: &dyn Fn(Pair, f64) -> bool| -> Vec<Pair> {
        all.iter().filter(|(pair, joint)| flags(*pair, *joint)).map(|(pair, _)| *pair).collect()
    };
    let measured = |flags: &dyn Fn(&Coupling) -> bool| -> Vec<Pair> {
        let enough = graph.couplings().iter().filter(|coupling| coupling.support >= SUPPORT);
        enough.filter(|coupling| flags(coupling)).map(|coupling| (coupling.a as u32, coupling.b as u32)).collect()
    };
    let lower = |coupling: &Coupling| coupling.a_to_b.lower.max(coupling.b_to_a.lower);
    let code_maat = |(a, b): Pair, joint: f64| {
        let (a, b) = (a as usize, b as usize);
        let revisions = pairs.changes[a].min(pairs.changes[b]);
        revisions >= CODE_MAAT.0 && joint >= CODE_MAAT.1 && degree(&pairs, a, b) >= CODE_MAAT.2
    };
    let mut reported: Vec<Pair> =
        reported(graph).into_iter().map(|(a, b)| (a.min(b) as u32, a.max(b) as u32)).collect();
    reported.sort_unstable();
    reported.dedup();
    let mut flagged = vec![
        counted(&|_, joint| joint >= 1.0),
        counted(&|_, joint| joint >= 5.0),
        counted(&code_maat),
        measured(&|coupling| lower(coupling) >= 0.20),
        measured(&|coupling| lower(coupling) >= 0.30),
        measured(&|coupling| coupling.specific),
        measured(&|coupling| coupling.specific && lower(coupling) >= 0.20),
        reported,
    ];
    for pairs in &mut flagged {
        pairs.retain(|(a, b)| alive[*a as usize] && alive[*b as usize]);
    }
    flagged
}

/// What became of the pairs that each rule flagged.
pub(crate) fn outcomes(flagged: &[Vec<Pair>], future: &[Set], alive: &[bool], most: usize) -> Vec<RuleOutcome> {
    let small = future.iter().filter(|set| set.functions.len() <= most);
    let later = Pairs::count(alive.len(), small.map(|set| (&set.functions[..], 1.0)));
    let rarer = |(a, b): Pair| later.changes[a as usize].min(later.changes[b as usize]);
    let strong: Vec<Pair> = later
        .all()
        .into_iter()
        .filter(|((a, b), _)| alive[*a as usize] && alive[*b as usize])
        .filter(|(pair, joint)| *joint >= 3.0 && joint / rarer(*pair) >= 0.30)
        .map(|(pair, _)| pair)
        .collect();
    let outcome = |(rule, pairs): (&&'static str, &Vec<Pair>)| {
        let possible: Vec<&Pair> = pairs.iter().filter(|pair| rarer(**pair) >= 1.0).collect();
        let again = |pair: &&&Pair| later.joint(pair.0 as usize, pair.1 as usize) >= 1.0;
        RuleOutcome {
            rule,
            flagged: pairs.len() as u32,
            opportunities: possible.len() as u32,
            recurred: possible.iter().filter(again).count() as u32,
            strong: strong.len() as u32,
            foreseen: strong.iter().filter(|pair| pairs.binary_search(pair).is_ok()).count() as u32,
            in_shuffled: None,
        }
    };
    RULES.iter().zip(flagged).map(outcome).collect()
}
