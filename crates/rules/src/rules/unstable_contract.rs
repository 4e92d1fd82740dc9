//! `unstable-contract`: functions that change together because their contract does, again and again. One finding per
//! contract.

use std::collections::BTreeMap;

use lockstep_coupling::{ContractFile, Coupling, Directed};
use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use lockstep_model::{Location, RepoPath};
use serde::{Deserialize, Serialize};

use crate::{
    Draft, Range, Rule, RuleOptions, Sink, View,
    prose::{count, names, percent, times},
    view::sorted,
};

/// The rule.
pub(crate) struct UnstableContract;

/// What may be set for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Options {
    /// Fewest changesets that edit both functions and a contract of theirs.
    pub min_support: u32,
    /// The lower bound that both directions must reach with contracts, and neither without.
    pub lower: f64,
    /// The lower bound from which one direction is enough.
    pub sure_lower: f64,
    /// Fewest of the joint changes that must touch a contract, as a share.
    pub share: f64,
    /// How many times larger the share of joint changes must be with contracts than without.
    pub ratio: f64,
    /// How many commits a finding names.
    pub commits: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_support: 3, lower: 0.20, sure_lower: 0.30, share: 0.5, ratio: 1.5, commits: 3 }
    }
}

impl RuleOptions for Options {
    const RANGES: &'static [(&'static str, Range)] = &[
        ("min-support", Range::AtLeast(1)),
        ("lower", Range::Share),
        ("sure-lower", Range::Share),
        ("share", Range::Share),
        ("ratio", Range::AtLeast(1)),
        ("commits", Range::AtLeast(0)),
    ];
}

/// Names in one sentence before "and 3 more".
const NAMES: usize = 4;
/// Pairs and contracts that a person wants to read about.
const TOLD: usize = 3;
/// Pairs and contracts that are kept as evidence.
const KEPT: usize = 12;

/// A pair that its contracts move, and these contracts.
struct Moved<'a> {
    pair: &'a Coupling,
    contracts: Vec<ContractFile>,
}

impl Rule for UnstableContract {
    const META: RuleMeta = RuleMeta {
        name: "unstable-contract",
        group: Group::Coupling,
        default_level: Level::Warn,
        summary: "functions that change together only when their contract does, and it does so often",
        since: "0.1.0",
        page: include_str!("unstable_contract.md"),
    };
    type Options = Options;

    fn check(options: &Options, view: &View<'_>, sink: &mut Sink) {
        let pairs = view.graph().couplings().iter().filter(|pair| is_moved(options, view, pair));
        let mut moved: Vec<Moved<'_>> = pairs
            .map(|pair| Moved { pair, contracts: view.contract_files(&[pair.a, pair.b]) })
            .filter(|moved| !moved.contracts.is_empty())
            .collect();
        while let Some(contract) = busiest(&moved) {
            let (of_it, others): (Vec<_>, Vec<_>) = moved.into_iter().partition(|moved| belongs(moved, &contract));
            moved = others;
            let ends: Vec<(usize, usize)> = of_it.iter().map(|moved| (moved.pair.a, moved.pair.b)).collect();
            for functions in view.graph().groups(&ends) {
                sink.say(finding(options, view, &contract, functions, &of_it));
            }
        }
    }
}

/// True if contracts move the pair, and nothing else does: else it is for `lockstep` or `follower` to say.
fn is_moved(options: &Options, view: &View<'_>, pair: &Coupling) -> bool {
    let with = pair.support - pair.support_free;
    let directions = [pair.a_to_b, pair.b_to_a];
    let reaches = |lower: f64| move |direction: &Directed| direction.lower >= lower;
    // Fewer changesets make every lower bound fall: what is left without contracts has to be small, not just unsure.
    let rarely_without = |direction: &Directed| {
        direction.strength_free < options.lower && direction.strength >= options.ratio * direction.strength_free
    };
    let often = directions.iter().all(reaches(options.lower)) || directions.iter().any(reaches(options.sure_lower));
    with >= options.min_support.max(1)
        && f64::from(with) >= options.share * f64::from(pair.support)
        && often
        && directions.iter().all(rarely_without)
        && view.is_known(pair.a)
        && view.is_known(pair.b)
        && !view.declared_together(pair.a, pair.b)
}

/// The contract of the most changesets over all pairs; the first by path among equals.
fn busiest(moved: &[Moved<'_>]) -> Option<RepoPath> {
    let mut totals: BTreeMap<&RepoPath, usize> = BTreeMap::new();
    for contract in moved.iter().flat_map(|moved| &moved.contracts) {
        *totals.entry(&contract.path).or_default() += contract.changesets.len();
    }
    let mut best: Option<(&RepoPath, usize)> = None;
    for (path, total) in totals {
        if best.is_none_or(|(_, most)| total > most) {
            best = Some((path, total));
        }
    }
    best.map(|(path, _)| path.clone())
}

/// True if the contract is in at least half of the changesets in which contracts moved the pair, or in as many as any.
fn belongs(moved: &Moved<'_>, contract: &RepoPath) -> bool {
    let all = sorted(moved.contracts.iter().flat_map(|file| file.changesets.iter().copied()).collect());
    let most = moved.contracts.first().map_or(0, |file| file.changesets.len());
    let found = moved.contracts.iter().find(|file| file.path == *contract);
    found.is_some_and(|file| file.changesets.len() * 2 >= all.len() || file.changesets.len() == most)
}

fn finding(
    options: &Options,
    view: &View<'_>,
    contract: &RepoPath,
    mut functions: Vec<usize>,
    of_it: &[Moved<'_>],
) -> Draft {
    functions.sort_by_key(|function| view.id(*function));
    let ids: Vec<&str> = functions.iter().map(|function| view.id(*function).as_str()).collect();
    let contracts = view.contract_files(&functions);
    let it = contracts.iter().find(|file| file.path == *contract);
    let (together, changes) = it.map_or((0, 0), |file| (file.changesets.len() as u32, file.changes));
    let message = format!("{} change together mostly when their contract `{contract}` does", names(&ids, NAMES));
    let primary = Label {
        location: Location::whole_file(contract.clone()),
        message: format!(
            "it changed {}, {together} of them together with code of at least two of them",
            times(changes)
        ),
    };
    let mut draft = Draft::new(message, primary).about(view, functions.iter().copied());
    draft.subjects = vec![contract.to_string()];
    draft.related = functions
        .iter()
        .map(|function| {
            let changes = view.graph().functions()[*function].changes;
            let message = format!("its own code changed {}", times(changes));
            Label { location: view.functions()[*function].declared_at().clone(), message }
        })
        .collect();
    let mut pairs: Vec<&Coupling> = of_it
        .iter()
        .map(|moved| moved.pair)
        .filter(|pair| functions.contains(&pair.a) && functions.contains(&pair.b))
        .collect();
    pairs.sort_by(|x, y| lower(y).total_cmp(&lower(x)).then_with(|| (x.a, x.b).cmp(&(y.a, y.b))));
    draft.weight = pairs.first().map_or(0.0, |pair| lower(pair));
    tell_pairs(view, &pairs, &mut draft);
    tell_contracts(&contracts, contract, &mut draft);
    tell_commits(options, view, &functions, it, &mut draft);
    draft.help = help(view, contract, &functions);
    draft
}

fn lower(pair: &Coupling) -> f64 {
    pair.a_to_b.lower.min(pair.b_to_a.lower)
}

/// "when `a` changes, expect `b` to change in 62 % (at least 48 %), and in 9 % where no contract of theirs does".
fn tell_pairs(view: &View<'_>, pairs: &[&Coupling], draft: &mut Draft) {
    for (number, pair) in pairs.iter().take(KEPT).enumerate() {
        let with = pair.support - pair.support_free;
        for (from, to) in [(pair.a, pair.b), (pair.b, pair.a)] {
            let towards = pair.towards(to);
            draft.evidence.push(Evidence::CoChange {
                from: view.id(from).clone(),
                to: view.id(to).clone(),
                own: pair.support,
                shared: pair.shared,
                of: view.graph().functions()[from].deployments,
                strength: towards.strength,
                lower: towards.lower,
                specific: pair.specific,
                between: None,
            });
        }
        if number < TOLD {
            // The direction that is surer is told first.
            let (from, to) = if pair.a_to_b.lower >= pair.b_to_a.lower { (pair.a, pair.b) } else { (pair.b, pair.a) };
            let (there, back) = (pair.towards(to), pair.towards(from));
            draft.notes.push(format!(
                "when `{}` changes, expect `{}` to change in {} (at least {}), and the other way round in {}; while no \
                 contract of theirs changes, in {} and {}: {with} of the {} that edit both touch one",
                view.id(from),
                view.id(to),
                percent(there.strength),
                percent(there.lower),
                percent(back.strength),
                percent(there.strength_free),
                percent(back.strength_free),
                count(pair.support, "change"),
            ));
        }
    }
    if pairs.len() > TOLD {
        draft.notes.push(format!("{} more pairs of them are moved by it", pairs.len() - TOLD));
    }
}

/// The contracts that changed with them, the one that the finding is about first.
fn tell_contracts(contracts: &[ContractFile], contract: &RepoPath, draft: &mut Draft) {
    let (it, others): (Vec<&ContractFile>, Vec<_>) = contracts.iter().partition(|file| file.path == *contract);
    draft.evidence.extend(it.iter().chain(&others).take(KEPT).map(|file| Evidence::ContractChanges {
        path: file.path.clone(),
        together: file.changesets.len() as u32,
        of: file.changes,
    }));
    let told: Vec<String> = others
        .iter()
        .take(TOLD)
        .map(|file| format!("`{}` ({})", file.path, count(file.changesets.len() as u32, "changeset")))
        .collect();
    if !told.is_empty() {
        let more = others.len().saturating_sub(told.len());
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        draft.notes.push(format!("other contracts that changed with them: {}{rest}", told.join(", ")));
    }
}

/// The newest commits that changed the contract and the functions, those of the fewest other functions first.
fn tell_commits(options: &Options, view: &View<'_>, functions: &[usize], it: Option<&ContractFile>, draft: &mut Draft) {
    let with_contract = |changeset: usize| it.is_some_and(|file| file.changesets.contains(&changeset));
    let joint: Vec<_> =
        view.together(functions).into_iter().filter(|together| with_contract(together.changeset)).collect();
    draft.evidence.push(Evidence::Commits(view.telling(functions, &joint, options.commits)));
}

fn help(view: &View<'_>, contract: &RepoPath, functions: &[usize]) -> Vec<String> {
    let services = sorted(functions.iter().map(|function| view.service(*function)).collect());
    let one = match services[..] {
        [_] => "or merge them, if what they agree on cannot settle".to_owned(),
        _ => format!("or make one service of {}, if what they agree on cannot settle", names(&services, NAMES)),
    };
    vec![
        format!(
            "change `{contract}` only by additions that old readers can ignore, or give it versions, so that each side \
             takes a change when it is ready"
        ),
        "or split it, so that each function depends only on what it needs".to_owned(),
        one,
    ]
}
