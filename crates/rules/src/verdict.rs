//! The checklist of a microservice, for every function: which rules decide each line, how they ended for this
//! function, and the one answer: can it be changed without another?
//!
//! A verdict asks, it does not lint: rules are run whatever their level, and what the configuration accepts counts.

mod facts;

use std::collections::BTreeMap;

use lockstep_coupling::{Coupling, Knowledge, Unknown};
use lockstep_diagnostics::{Answer, Closest, Criterion, Evidence, Outcome, RuleMeta, Verdict};
use lockstep_model::FunctionId;
use serde_json::{Map, Value};

use crate::{
    Draft, Sink, View, registry,
    rules::{follower, lockstep::co_change, nanoservice, shared_implementation, synchronous_invocation},
    view::sorted,
};
use facts::Facts;

/// One line of the checklist: its name, what it asks, the rules that decide it, and whether they judge by history.
struct Line(&'static str, &'static str, &'static [&'static str], bool);

const CHANGE: &str = "change";
const CONTRACTS: &str = "contracts";
const CONTEXT: &str = "context";
const CALLS: &str = "calls";
const SIZE: &str = "size";

/// The checklist (design: what a microservice is held to).
const CHECKLIST: [Line; 8] = [
    Line(CHANGE, "it can be changed without another function", &["lockstep", "follower"], true),
    Line(
        CONTRACTS,
        "it shares contracts, not implementation",
        &["shared-implementation", "unstable-contract", "unstable-shared-code"],
        true,
    ),
    Line("deployment", "it can be deployed by itself", &["shared-artifact", "shared-entry-file"], false),
    Line(CONTEXT, "what changes with it is in its own service", &["lockstep"], true),
    Line("data", "its data is its own", &["shared-data-store"], false),
    Line(CALLS, "it waits for no other function", &["synchronous-invocation", "invocation-cycle"], false),
    Line(SIZE, "it is neither too small nor too big", &["nanoservice", "oversized-function"], true),
    Line("owners", "one team develops it", &["divided-ownership"], true),
];

/// A pair of a function is told up to here.
const PAIRS: usize = 3;

/// What the rules of the checklist say, by function.
struct Said {
    /// Per function: the findings about it, with their rules.
    findings: Vec<Vec<(&'static str, usize)>>,
    drafts: Vec<Draft>,
}

impl Said {
    fn new(view: &View<'_>, options: &dyn Fn(&RuleMeta) -> Map<String, Value>) -> Self {
        let mut said = Self { findings: vec![Vec::new(); view.functions().len()], drafts: Vec::new() };
        let names = sorted(CHECKLIST.iter().flat_map(|line| line.2).copied().collect());
        // Files that services share are counted below: as findings they are cut off at some number.
        let counted = shared_implementation::NAME;
        for rule in names.into_iter().filter(|name| *name != counted).filter_map(registry::find) {
            let mut sink = Sink::default();
            rule.run(&without_reserve(rule.meta, options(rule.meta)), view, &mut sink);
            for draft in sink.into_drafts() {
                for id in &draft.functions {
                    if let Some(function) = view.graph().number(id) {
                        said.findings[function].push((rule.meta.name, said.drafts.len()));
                    }
                }
                said.drafts.push(draft);
            }
        }
        said
    }

    /// The findings of `rule` about `function`.
    fn of<'s>(&'s self, function: usize, rule: &'s str) -> impl Iterator<Item = &'s Draft> {
        let found = self.findings[function].iter().filter(move |(name, _)| *name == rule);
        found.map(|(_, number)| &self.drafts[*number])
    }

    /// The other functions of the group that moves in lockstep with `function`.
    fn lockstep(&self, view: &View<'_>, function: usize) -> Vec<usize> {
        let groups = self.of(function, "lockstep").flat_map(|draft| &draft.functions);
        sorted(groups.filter_map(|id| view.graph().number(id)).filter(|other| *other != function).collect())
    }

    /// Who must follow when `function` changes, and whom it follows.
    fn follower(&self, view: &View<'_>, function: usize) -> (Vec<usize>, Vec<usize>) {
        let (mut followers, mut leaders) = (Vec::new(), Vec::new());
        for draft in self.of(function, "follower") {
            let numbers: Vec<usize> = draft.functions.iter().filter_map(|id| view.graph().number(id)).collect();
            let follows = |number: &usize| draft.subjects.contains(&format!("follower {}", view.id(*number)));
            match numbers.iter().find(|number| follows(number)) {
                Some(follower) if *follower == function => {
                    leaders.extend(numbers.iter().copied().filter(|number| *number != function));
                }
                Some(follower) => followers.push(*follower),
                None => {}
            }
        }
        (sorted(followers), sorted(leaders))
    }
}

/// The options for asking. `follower` keeps silent about pairs that are diffuse or not very lopsided, to be quiet where
/// many pairs are coupled: that a function cannot be changed alone is true all the same.
fn without_reserve(rule: &RuleMeta, mut options: Map<String, Value>) -> Map<String, Value> {
    if rule.name == follower::NAME {
        let lower = options.get("lower").cloned().unwrap_or_else(|| Value::from(follower::Options::default().lower));
        options.insert("sure-lower".to_owned(), lower);
        options.insert("ratio".to_owned(), Value::from(1.0));
    }
    options
}

/// The verdict on every function, in their order. `options` says what options were set for a rule.
pub fn verdicts(view: &View<'_>, options: &dyn Fn(&RuleMeta) -> Map<String, Value>) -> Vec<Verdict> {
    let said = Said::new(view, options);
    let facts = Facts::new(view, options);
    (0..view.functions().len())
        .map(|function| {
            let node = &view.graph().functions()[function];
            Verdict {
                function: node.id.clone(),
                service: node.service.clone(),
                changes: node.changes,
                alone: view.graph().alone(&[function]).single,
                deployments: node.deployments,
                answer: answer(view, &said, function),
                closest: closest(view, function).map(|pair| told(view, pair, function)),
                criteria: CHECKLIST.iter().map(|line| criterion(view, &said, &facts, line, function)).collect(),
            }
        })
        .collect()
}

fn answer(view: &View<'_>, said: &Said, function: usize) -> Answer {
    if let Knowledge::Unknown(why) = &view.graph().functions()[function].knowledge {
        let history = matches!(why, Unknown::FewChangesets { .. } | Unknown::FewChanges { .. });
        return Answer::Unknown { why: if history { format!("too little history: {why}") } else { why.to_string() } };
    }
    let ids = |functions: Vec<usize>| sorted(functions.into_iter().map(|other| view.id(other).clone()).collect());
    let together = said.lockstep(view, function);
    if !together.is_empty() {
        let service = most_frequent(view, together.iter().copied().chain([function]));
        return Answer::PartOf { service, declared: false, with: ids(together) };
    }
    let (mut followers, _) = said.follower(view, function);
    if !followers.is_empty() {
        followers.sort_by(|x, y| lower(view, function, *y).total_cmp(&lower(view, function, *x)).then(x.cmp(y)));
        return Answer::NotIndependent { followers: followers.iter().map(|other| view.id(*other).clone()).collect() };
    }
    match view.declared_service(function).filter(|service| service.functions.len() > 1) {
        Some(service) => {
            let others = service.functions.iter().filter(|id| *id != view.id(function));
            let with: Vec<FunctionId> = sorted(others.cloned().collect());
            Answer::PartOf { service: service.name.clone(), declared: true, with }
        }
        None => Answer::Independent,
    }
}

/// The lower bound of how often `to` changes when `from` does.
fn lower(view: &View<'_>, from: usize, to: usize) -> f64 {
    view.graph().between(from, to).map_or(0.0, |pair| pair.towards(to).lower_free)
}

/// The service of most of the functions; of several, the first by name.
fn most_frequent(view: &View<'_>, functions: impl Iterator<Item = usize>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    functions.for_each(|function| *counts.entry(view.service(function)).or_default() += 1);
    let best = counts.iter().max_by(|x, y| x.1.cmp(y.1).then_with(|| y.0.cmp(x.0)));
    best.map_or_else(String::new, |(service, _)| (*service).to_owned())
}

/// The coupling with the function that is likeliest to change with this one.
fn closest<'a>(view: &View<'a>, function: usize) -> Option<&'a Coupling> {
    let towards = |pair: &Coupling| pair.towards(other(pair, function));
    view.graph().couplings_of(function).into_iter().filter(|pair| pair.support > 0).max_by(|x, y| {
        (towards(x).lower_free.total_cmp(&towards(y).lower_free))
            .then_with(|| view.id(other(y, function)).cmp(view.id(other(x, function))))
    })
}

fn other(pair: &Coupling, function: usize) -> usize {
    if pair.a == function { pair.b } else { pair.a }
}

fn told(view: &View<'_>, pair: &Coupling, function: usize) -> Closest {
    let to = other(pair, function);
    let directed = pair.towards(to);
    Closest {
        function: view.id(to).clone(),
        own: pair.support,
        shared: pair.shared,
        strength: directed.strength_free,
        lower: directed.lower_free,
    }
}

fn criterion(view: &View<'_>, said: &Said, facts: &Facts<'_>, line: &Line, function: usize) -> Criterion {
    let Line(name, title, rules, historical) = *line;
    let rules: Vec<(&str, bool)> = rules.iter().map(|rule| (*rule, registry::find(rule).is_some())).collect();
    let (fails, evidence) = match name {
        CHANGE => change(view, said, function),
        CONTEXT => context(view, said, function),
        _ => {
            let findings = rules.iter().flat_map(|(rule, _)| said.of(function, rule));
            // Who is called waits for nobody, and what a small function is moved with need not be small.
            let caller = synchronous_invocation::subject(view.id(function).as_str());
            let small = nanoservice::subject(view.id(function).as_str());
            let findings = findings.filter(|draft| {
                draft.subjects.iter().all(|subject| {
                    (!synchronous_invocation::is_subject(subject) || *subject == caller)
                        && (name != SIZE || *subject == small)
                })
            });
            let mut evidence: Vec<Evidence> = findings.map(|draft| Evidence::Note(draft.message.clone())).collect();
            let found = !evidence.is_empty();
            let (decides, further) = facts.of(view, name, function);
            evidence.extend(further);
            (found || decides, evidence)
        }
    };
    let outcome = match (fails, rules.iter().all(|(_, exists)| *exists)) {
        (true, _) => Outcome::Fails,
        (false, false) => Outcome::NotChecked,
        (false, true) if historical && !view.is_known(function) => Outcome::Unknown,
        // Of folders that are taken for functions, and of code that was not found, nothing is read.
        (false, true) if (!historical || name == SIZE) && !view.are_followed(&[function]) => Outcome::Unknown,
        (false, true) => Outcome::Holds,
    };
    Criterion { name, title, rules, outcome, evidence }
}

/// Whether others must change with it, and the figures that say so, or that say that none must.
fn change(view: &View<'_>, said: &Said, function: usize) -> (bool, Vec<Evidence>) {
    if let Knowledge::Unknown(why) = &view.graph().functions()[function].knowledge {
        return (false, vec![Evidence::Note(why.to_string())]);
    }
    let together = said.lockstep(view, function);
    let (followers, leaders) = said.follower(view, function);
    let mut pairs: Vec<&Coupling> =
        together.iter().chain(&followers).filter_map(|other| view.graph().between(function, *other)).collect();
    let lower = |pair: &Coupling| pair.towards(other(pair, function)).lower_free;
    pairs.sort_by(|x, y| lower(y).total_cmp(&lower(x)).then_with(|| (x.a, x.b).cmp(&(y.a, y.b))));
    let fails = !pairs.is_empty();
    let mut evidence: Vec<Evidence> = pairs.iter().take(PAIRS).map(|pair| co_change(view, pair, function)).collect();
    if pairs.len() > PAIRS {
        evidence.push(Evidence::Note(format!("and {} more must change with it", pairs.len() - PAIRS)));
    }
    if !fails {
        evidence.push(match closest(view, function) {
            Some(pair) => co_change(view, pair, function),
            None => Evidence::Note("no change of its own code edited another function".to_owned()),
        });
    }
    for leader in leaders.into_iter().take(PAIRS) {
        evidence
            .push(Evidence::Note(format!("it follows: when `{}` changes, it must change as well", view.id(leader))));
        evidence.extend(view.graph().between(leader, function).map(|pair| co_change(view, pair, leader)));
    }
    (fails, evidence)
}

/// Whether all that moves in lockstep with it claims to be of its service.
fn context(view: &View<'_>, said: &Said, function: usize) -> (bool, Vec<Evidence>) {
    let here = view.service(function);
    let elsewhere: Vec<usize> =
        said.lockstep(view, function).into_iter().filter(|other| view.service(*other) != here).collect();
    let told = |other: &usize| {
        Evidence::Note(format!("`{}` moves with it, and is of service `{}`", view.id(*other), view.service(*other)))
    };
    (!elsewhere.is_empty(), elsewhere.iter().take(PAIRS).map(told).collect())
}
