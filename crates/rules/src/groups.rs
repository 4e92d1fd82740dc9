//! Which functions move in lockstep: the pairs, and the groups they make. `lockstep` reports them, `follower` leaves
//! them out.

use lockstep_coupling::{Coupling, CouplingGraph, Knowledge};
use serde_json::{Map, Value};

use crate::{
    View,
    options::read,
    rules::lockstep::{Lockstep, Options},
};

/// The functions of one finding, and the pairs behind it.
pub(crate) struct LockstepGroup<'a> {
    /// Sorted.
    pub functions: Vec<usize>,
    /// The flagged pairs among them, strongest first.
    pub pairs: Vec<&'a Coupling>,
    /// The flagged pairs of one of them with a function of another group, strongest first.
    pub outward: Vec<&'a Coupling>,
}

/// The lower bound of the weaker direction, contracts left out: what a pair is judged by.
pub(crate) fn lower_of_both(coupling: &Coupling) -> f64 {
    coupling.a_to_b.lower_free.min(coupling.b_to_a.lower_free)
}

/// The lower bound of the stronger direction, contracts left out.
pub(crate) fn lower_of_one(coupling: &Coupling) -> f64 {
    coupling.a_to_b.lower_free.max(coupling.b_to_a.lower_free)
}

/// The pairs of functions that the rule `lockstep` finds in `graph` with the options of its defaults, whatever services
/// are declared: for asking how often it is right.
pub fn pairs_in_lockstep(graph: &CouplingGraph) -> Vec<(usize, usize)> {
    let options = Options::default();
    let known = |function: usize| graph.functions()[function].knowledge == Knowledge::Known;
    let flagged = graph.couplings().iter().filter(|coupling| {
        coupling.support_free >= options.min_support
            && known(coupling.a)
            && known(coupling.b)
            && lower_of_both(coupling) >= options.lower
    });
    flagged.map(|coupling| (coupling.a, coupling.b)).collect()
}

/// Says of a coupling of two functions, of both of which enough is known, whether the rule `lockstep` finds it with
/// `options`, whatever services are declared. Options that do not fit are those of the defaults.
pub fn in_lockstep(options: &Map<String, Value>) -> impl Fn(&Coupling) -> bool + Send + Sync + use<> {
    let options = read::<Lockstep>(options).unwrap_or_default();
    move |coupling| coupling.support_free >= options.min_support && lower_of_both(coupling) >= options.lower
}

/// What [`in_lockstep`] asks for: the lower bound that both directions reach, and the fewest changesets that edit both and
/// no contract of theirs.
pub fn lockstep_thresholds(options: &Map<String, Value>) -> (f64, u32) {
    let options = read::<Lockstep>(options).unwrap_or_default();
    (options.lower, options.min_support)
}

/// The groups of functions whose couplings are at least `lower` in both directions.
pub(crate) fn lockstep_groups<'a>(view: &View<'a>, min_support: u32, lower: f64) -> Vec<LockstepGroup<'a>> {
    let flagged: Vec<&Coupling> =
        view.candidates(min_support).filter(|coupling| lower_of_both(coupling) >= lower).collect();
    let pairs: Vec<(usize, usize)> = flagged.iter().map(|coupling| (coupling.a, coupling.b)).collect();
    view.graph()
        .groups(&pairs)
        .into_iter()
        .map(|functions| {
            let inside = |function: usize| functions.binary_search(&function).is_ok();
            let mut pairs: Vec<&Coupling> =
                flagged.iter().filter(|coupling| inside(coupling.a) || inside(coupling.b)).copied().collect();
            pairs.sort_by(|x, y| {
                lower_of_both(y).total_cmp(&lower_of_both(x)).then_with(|| (x.a, x.b).cmp(&(y.a, y.b)))
            });
            let (pairs, outward) = pairs.into_iter().partition(|coupling| inside(coupling.a) && inside(coupling.b));
            LockstepGroup { functions, pairs, outward }
        })
        .collect()
}
