//! Service boundaries: those that are claimed against those that the history suggests.
//!
//! The inferred services are dense groups of the functions of which enough is known. A suggestion needs more than a
//! community: a bond, that is, a pair that `lockstep` would report. What only habit holds together stays where it is.

use std::collections::BTreeMap;

use lockstep_model::Service;
use petgraph::unionfind::UnionFind;

use crate::{
    adjusted_rand_index, communities,
    graph::{Coupling, CouplingGraph, Knowledge, pull},
    measure::strength,
};

/// The lower bound, contracts left out and both directions, from which two functions are bound to each other.
const BOND: f64 = 0.20;
/// Bonds that are told of each suggestion.
const BONDS: usize = 3;

/// What the history says of the services.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Boundaries {
    /// The services that the history suggests, the largest first; functions that nothing holds are alone in theirs.
    /// Only functions of which enough is known.
    pub inferred: Vec<Inferred>,
    /// How alike the claimed and the inferred services are: see [`adjusted_rand_index`]. None if less than two functions
    /// are known.
    pub adjusted_rand_index: Option<f64>,
    /// Services that should be one.
    pub merge: Vec<Merge>,
    /// Services that should be several.
    pub split: Vec<Split>,
    /// Functions that are in the wrong service.
    pub moves: Vec<Move>,
    /// Functions with too little history: they stay where they are.
    pub unknown: Vec<usize>,
}

/// An inferred service.
#[derive(Clone, Debug, PartialEq)]
pub struct Inferred {
    /// Its functions, sorted.
    pub functions: Vec<usize>,
    /// The mean strength of all pairs in it, 0 to 1; none for one function.
    pub cohesion: Option<f64>,
    /// The mean strength of all pairs of one of its functions and a known one outside; none if there is none outside.
    pub outward: Option<f64>,
}

/// Two functions that move in lockstep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bond {
    /// The function with the smaller number.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// The mean strength of both directions, contracts left out.
    pub strength: f64,
    /// The lower bound of the weaker direction, contracts left out.
    pub lower: f64,
    /// Changesets that edit both.
    pub support: u32,
}

/// Services to merge: numbers into the services asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// The services, ascending.
    pub services: Vec<usize>,
    /// What binds them, strongest first.
    pub bonds: Vec<Bond>,
}

/// A service to split.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The service.
    pub service: usize,
    /// The functions that belong together, each group sorted.
    pub parts: Vec<Vec<usize>>,
    /// The mean strength of pairs within the parts.
    pub inside: f64,
    /// The mean strength of pairs across them.
    pub across: f64,
}

/// A function to move.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// The function.
    pub function: usize,
    /// Its service.
    pub from: usize,
    /// Where it belongs.
    pub to: usize,
    /// The mean strength with the others of its service.
    pub strength_from: f64,
    /// The mean strength with the functions of the service where it belongs.
    pub strength_to: f64,
    /// What binds it there, strongest first.
    pub bonds: Vec<Bond>,
}

impl CouplingGraph {
    /// What the history says of `services`. A function that is in none of them is not looked at.
    pub fn boundaries(&self, services: &[Service]) -> Boundaries {
        Compared::new(self, services).boundaries()
    }
}

/// The known functions in both partitions.
struct Compared<'a> {
    graph: &'a CouplingGraph,
    /// Per function: its service; none if it is unknown or in none.
    service: Vec<Option<usize>>,
    /// Per function: its community.
    community: Vec<usize>,
    /// Per service: its known functions.
    members: Vec<Vec<usize>>,
    unknown: Vec<usize>,
}

impl<'a> Compared<'a> {
    fn new(graph: &'a CouplingGraph, services: &[Service]) -> Self {
        let nodes = graph.functions();
        let mut service = vec![None; nodes.len()];
        let (mut members, mut unknown) = (vec![Vec::new(); services.len()], Vec::new());
        for (number, one) in services.iter().enumerate() {
            for function in one.functions.iter().filter_map(|id| graph.number(id)) {
                if nodes[function].knowledge == Knowledge::Known {
                    service[function] = Some(number);
                    members[number].push(function);
                } else {
                    unknown.push(function);
                }
            }
        }
        members.iter_mut().for_each(|members| members.sort_unstable());
        unknown.sort_unstable();
        let pairs = graph.couplings().iter().filter(|pair| service[pair.a].is_some() && service[pair.b].is_some());
        let edges: Vec<(usize, usize, f64)> = pairs
            .filter(|pair| pair.support >= graph.options.min_support)
            .map(|pair| (pair.a, pair.b, pull(pair, graph.prior())))
            .filter(|(_, _, weight)| *weight > 0.0)
            .collect();
        let community = communities::services(nodes.len(), &edges);
        Self { graph, service, community, members, unknown }
    }

    fn known(&self) -> impl Iterator<Item = usize> {
        (0..self.service.len()).filter(|function| self.service[*function].is_some())
    }

    fn boundaries(self) -> Boundaries {
        let known: Vec<usize> = self.known().collect();
        let claimed: Vec<usize> = known.iter().filter_map(|function| self.service[*function]).collect();
        let found: Vec<usize> = known.iter().map(|function| self.community[*function]).collect();
        let moves = self.moves();
        Boundaries {
            inferred: self.inferred(&known),
            adjusted_rand_index: (known.len() > 1).then(|| adjusted_rand_index(&claimed, &found)),
            merge: self.merges(),
            split: (0..self.members.len()).filter_map(|service| self.split(service)).collect(),
            moves,
            unknown: self.unknown,
        }
    }

    fn inferred(&self, known: &[usize]) -> Vec<Inferred> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        known.iter().for_each(|function| groups.entry(self.community[*function]).or_default().push(*function));
        let mut inferred: Vec<Inferred> = groups
            .into_values()
            .map(|functions| {
                let outside: Vec<usize> =
                    known.iter().copied().filter(|function| functions.binary_search(function).is_err()).collect();
                Inferred { cohesion: self.within(&functions), outward: self.mean(&functions, &outside), functions }
            })
            .collect();
        inferred.sort_by(|x, y| y.functions.len().cmp(&x.functions.len()).then_with(|| x.functions.cmp(&y.functions)));
        inferred
    }

    /// The mean strength of both directions; of two that never changed together, what the prior leaves of it.
    fn strength(&self, a: usize, b: usize) -> f64 {
        match self.graph.between(a, b) {
            Some(pair) => mutual(pair),
            None => {
                let never = |function: usize| {
                    strength(self.graph.prior(), 0.0, self.graph.functions()[function].weighted_changes)
                };
                (never(a) + never(b)) / 2.0
            }
        }
    }

    /// The mean strength of all pairs of one of `these` and one of `those`.
    fn mean(&self, these: &[usize], those: &[usize]) -> Option<f64> {
        let all = these.iter().flat_map(|a| those.iter().map(move |b| (*a, *b)));
        average(all.map(|(a, b)| self.strength(a, b)))
    }

    /// The mean strength of all pairs of `functions`.
    fn within(&self, functions: &[usize]) -> Option<f64> {
        let all = functions.iter().enumerate().flat_map(|(at, a)| functions[at + 1..].iter().map(move |b| (*a, *b)));
        average(all.map(|(a, b)| self.strength(a, b)))
    }

    fn bond(&self, a: usize, b: usize) -> Option<Bond> {
        let pair = self.graph.between(a, b)?;
        let lower = pair.a_to_b.lower_free.min(pair.b_to_a.lower_free);
        let is_bond = lower >= BOND && pair.support_free >= self.graph.options.min_support;
        is_bond.then(|| Bond { a: pair.a, b: pair.b, strength: mutual(pair), lower, support: pair.support })
    }

    /// The strongest bonds between `these` and `those`.
    fn bonds(&self, these: &[usize], those: &[usize]) -> Vec<Bond> {
        let all = these.iter().flat_map(|a| those.iter().map(move |b| (*a, *b)));
        let mut bonds: Vec<Bond> = all.filter_map(|(a, b)| self.bond(a, b)).collect();
        bonds.sort_by(|x, y| y.lower.total_cmp(&x.lower).then_with(|| (x.a, x.b).cmp(&(y.a, y.b))));
        bonds.truncate(BONDS);
        bonds
    }

    /// The community in which more than half of the known functions of a service are.
    fn home(&self, service: usize) -> Option<usize> {
        let members = &self.members[service];
        let count = |community: usize| members.iter().filter(|member| self.community[**member] == community).count();
        members.iter().map(|member| self.community[*member]).find(|community| 2 * count(*community) > members.len())
    }

    /// Services with one home, as far as bonds join them.
    fn merges(&self) -> Vec<Merge> {
        let homes: Vec<Option<usize>> = (0..self.members.len()).map(|service| self.home(service)).collect();
        let mut joined = UnionFind::<usize>::new(homes.len());
        let mut bonds: Vec<Bond> = Vec::new();
        for a in 0..homes.len() {
            for b in (a + 1..homes.len()).filter(|b| homes[a].is_some() && homes[a] == homes[*b]) {
                let between = self.bonds(&self.at_home(a, homes[a]), &self.at_home(b, homes[b]));
                if !between.is_empty() {
                    joined.union(a, b);
                    bonds.extend(between);
                }
            }
        }
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        (0..homes.len()).for_each(|service| groups.entry(joined.find(service)).or_default().push(service));
        groups
            .into_values()
            .filter(|services| services.len() > 1)
            .map(|services| {
                let inside = |bond: &&Bond| self.service[bond.a].is_some_and(|service| services.contains(&service));
                let mut bonds: Vec<Bond> = bonds.iter().filter(inside).copied().collect();
                bonds.sort_by(|x, y| y.lower.total_cmp(&x.lower).then_with(|| (x.a, x.b).cmp(&(y.a, y.b))));
                bonds.truncate(BONDS);
                Merge { services, bonds }
            })
            .collect()
    }

    fn at_home(&self, service: usize, home: Option<usize>) -> Vec<usize> {
        let at_home = |member: &&usize| Some(self.community[**member]) == home;
        self.members[service].iter().filter(at_home).copied().collect()
    }

    /// Functions that are bound to the functions of another service, at its home, and not to those of their own.
    fn moves(&self) -> Vec<Move> {
        self.known().filter_map(|function| self.moved(function)).collect()
    }

    fn moved(&self, function: usize) -> Option<Move> {
        let from = self.service[function]?;
        let others: Vec<usize> = self.members[from].iter().copied().filter(|other| *other != function).collect();
        let stays = others.iter().any(|other| self.community[*other] == self.community[function]);
        if stays || others.is_empty() {
            return None;
        }
        let strength_from = self.mean(&[function], &others)?;
        let candidates = (0..self.members.len())
            .filter(|service| *service != from && self.home(*service) == Some(self.community[function]));
        let found = candidates.filter_map(|to| {
            let bonds = self.bonds(&[function], &self.members[to]);
            let strength_to = self.mean(&[function], &self.members[to])?;
            let better = !bonds.is_empty() && strength_to > strength_from;
            better.then_some(Move { function, from, to, strength_from, strength_to, bonds })
        });
        found.max_by(|x, y| x.strength_to.total_cmp(&y.strength_to).then_with(|| y.to.cmp(&x.to)))
    }

    /// Splits a service whose known functions make several groups, each bound in itself, with no bond across.
    fn split(&self, service: usize) -> Option<Split> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for member in &self.members[service] {
            groups.entry(self.community[*member]).or_default().push(*member);
        }
        let bound = |part: &Vec<usize>| part.len() > 1 && !self.bonds(part, part).is_empty();
        let mut parts: Vec<Vec<usize>> = groups.into_values().filter(bound).collect();
        parts.sort();
        let across: Vec<(usize, usize)> =
            (0..parts.len()).flat_map(|at| (at + 1..parts.len()).map(move |other| (at, other))).collect();
        if parts.len() < 2 || across.iter().any(|(x, y)| !self.bonds(&parts[*x], &parts[*y]).is_empty()) {
            return None;
        }
        let inside = average(parts.iter().filter_map(|part| self.within(part)))?;
        let across = average(across.iter().filter_map(|(x, y)| self.mean(&parts[*x], &parts[*y])))?;
        Some(Split { service, parts, inside, across })
    }
}

fn mutual(pair: &Coupling) -> f64 {
    (pair.a_to_b.strength_free + pair.b_to_a.strength_free) / 2.0
}

fn average(all: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = all.fold((0.0, 0_u32), |(sum, count), one| (sum + one, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}
