//! Which functions cluster: communities by the Leiden algorithm, which `leiden-rs` holds behind this file.
//!
//! The weight between two functions is the mean strength of both directions minus what the prior expects of any
//! pair; pairs that are not above it do not pull.
//!
//! Two questions, two qualities. The *communities* of a whole repository maximise modularity, as measured. The *groups*
//! of functions that a finding names, and the *services* that a history suggests, cannot: at the resolution that suits a repository, modularity takes a lone
//! clique apart, because it has nothing to compare it with, and where hardly anything moves together it makes groups
//! all the same. They maximise the constant Potts model, which asks only that
//! the functions of a group be joined by more than a fixed weight on average.

use std::collections::BTreeMap;

use leiden_rs::{GraphDataBuilder, Leiden, LeidenConfig, QualityType};
use petgraph::unionfind::UnionFind;

/// Any fixed number will do; this one makes two runs the same.
const SEED: u64 = 0x10C5;
/// Functions that a person can look at together: groups up to this size are not divided.
const SMALL: usize = 6;
/// The mean weight, over all pairs of a larger group, that holds it together.
const DENSITY: f64 = 0.2;
/// The mean weight, over all pairs of an inferred service, that holds it together. Half of [`DENSITY`]: a service is more
/// than its tightest pairs. Chosen by reading the groups of five public repositories: 0.05 joined what no pair speaks for, 0.2
/// left half of what `lockstep` reports outside. By the agreement with claimed services alone neither this nor modularity
/// wins everywhere (see the chapter on services).
const SERVICE_DENSITY: f64 = 0.1;

/// The community of each of `functions` functions, joined by `edges` (a, b, weight > 0). Communities are numbered in
/// the order of their first members; a function without edges is a community of its own.
pub(crate) fn communities(functions: usize, edges: &[(usize, usize, f64)], resolution: f64) -> Vec<usize> {
    numbered(functions, leiden(functions, edges, QualityType::Modularity, resolution))
}

/// The inferred service of each function, numbered as communities are; the weights are on the scale of strengths.
pub(crate) fn services(functions: usize, edges: &[(usize, usize, f64)]) -> Vec<usize> {
    numbered(functions, leiden(functions, edges, QualityType::CPM, SERVICE_DENSITY))
}

/// Numbers what was found in the order of first members; everybody alone if nothing was.
fn numbered(functions: usize, found: Option<Vec<usize>>) -> Vec<usize> {
    let found = found.unwrap_or_else(|| (0..functions).collect());
    let mut numbers = BTreeMap::new();
    found
        .into_iter()
        .map(|community| {
            let next = numbers.len();
            *numbers.entry(community).or_insert(next)
        })
        .collect()
}

fn leiden(
    functions: usize,
    edges: &[(usize, usize, f64)],
    quality: QualityType,
    resolution: f64,
) -> Option<Vec<usize>> {
    if edges.is_empty() {
        return None;
    }
    let mut builder = GraphDataBuilder::new(functions);
    for (a, b, weight) in edges {
        builder.add_edge(*a, *b, *weight).ok()?;
    }
    let config = LeidenConfig::builder()
        .quality(quality)
        .resolution(resolution)
        .seed(SEED)
        // The parallel variant may number ties differently with the number of threads.
        .parallel_local_moving_threshold(usize::MAX)
        .parallel_aggregation_threshold(usize::MAX)
        .build();
    Some(Leiden::new(config).run(&builder.build().ok()?).ok()?.partition.as_slice().to_vec())
}

/// The groups that `pairs` (a, b, weight) make: every function of a pair is in exactly one group, no group has less than two.
/// Connected functions are one group as long as they are few; many are divided where few pairs join them, since a
/// chain of pairs is no group. Members and groups are sorted.
pub(crate) fn groups(functions: usize, pairs: &[(usize, usize, f64)]) -> Vec<Vec<usize>> {
    let ends: Vec<(usize, usize)> = pairs.iter().map(|(a, b, _)| (*a, *b)).collect();
    let mut groups: Vec<Vec<usize>> = connected(functions, &ends)
        .into_iter()
        .flat_map(|members| if members.len() <= SMALL { vec![members] } else { divided(&members, pairs) })
        .collect();
    groups.sort();
    groups
}

/// Divides connected functions into dense groups. A function that is dense with nobody stays with its strongest partner.
fn divided(members: &[usize], pairs: &[(usize, usize, f64)]) -> Vec<Vec<usize>> {
    let at = |function: usize| members.binary_search(&function).ok();
    let edges: Vec<(usize, usize, f64)> =
        pairs.iter().filter_map(|(a, b, weight)| Some((at(*a)?, at(*b)?, weight.max(f64::MIN_POSITIVE)))).collect();
    let found = leiden(members.len(), &edges, QualityType::CPM, DENSITY).unwrap_or_else(|| vec![0; members.len()]);
    let alone = |function: usize| found.iter().filter(|community| **community == found[function]).count() == 1;
    let mut joined: Vec<(usize, usize)> =
        edges.iter().filter(|(a, b, _)| found[*a] == found[*b]).map(|(a, b, _)| (*a, *b)).collect();
    for function in (0..members.len()).filter(|function| alone(*function)) {
        let mine = edges.iter().filter(|(a, b, _)| *a == function || *b == function);
        let strongest = mine.max_by(|x, y| x.2.total_cmp(&y.2).then_with(|| (y.0, y.1).cmp(&(x.0, x.1))));
        joined.extend(strongest.map(|(a, b, _)| (*a, *b)));
    }
    let groups = connected(members.len(), &joined);
    groups.into_iter().map(|group| group.into_iter().map(|number| members[number]).collect()).collect()
}

fn connected(functions: usize, pairs: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut sets = UnionFind::<usize>::new(functions);
    for (a, b) in pairs {
        sets.union(*a, *b);
    }
    let mut members: Vec<usize> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
    members.sort_unstable();
    members.dedup();
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for member in members {
        groups.entry(sets.find(member)).or_default().push(member);
    }
    groups.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_cliques_joined_by_a_thread_are_two() {
        let clique = |of: [usize; 3]| [(of[0], of[1], 0.8), (of[1], of[2], 0.8), (of[0], of[2], 0.8)];
        let mut edges = [clique([0, 2, 4]), clique([1, 3, 5])].concat();
        edges.push((4, 5, 0.05));
        assert_eq!(communities(7, &edges, 2.0), [0, 1, 0, 1, 0, 1, 2]);
        edges.reverse();
        assert_eq!(communities(7, &edges, 2.0), [0, 1, 0, 1, 0, 1, 2]);
    }

    #[test]
    fn a_lone_clique_is_one_service_and_habit_is_none() {
        let clique: Vec<_> = [(0, 1), (0, 2), (1, 2)].map(|(a, b)| (a, b, 0.5)).into();
        assert_eq!(services(4, &clique), [0, 0, 0, 1]);
        let habit: Vec<_> = (0..6).flat_map(|a| (a + 1..6).map(move |b| (a, b, 0.04))).collect();
        assert_eq!(services(6, &habit), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn nothing_joined_is_nothing_grouped() {
        assert_eq!(communities(3, &[], 2.0), [0, 1, 2]);
        assert!(groups(3, &[]).is_empty());
    }

    #[test]
    fn few_stay_together_and_a_lone_clique_is_one_group() {
        assert_eq!(groups(5, &[(0, 1, 0.3), (2, 3, 0.3)]), [vec![0, 1], vec![2, 3]]);
        assert_eq!(groups(5, &[(0, 1, 0.3), (1, 2, 0.3), (4, 0, 0.3)]), [vec![0, 1, 2, 4]]);
        let all: Vec<_> = (0..9).flat_map(|a| (a + 1..9).map(move |b| (a, b, 0.4))).collect();
        assert_eq!(groups(9, &all), [(0..9).collect::<Vec<_>>()]);
    }

    #[test]
    fn a_long_chain_is_divided_and_nobody_is_lost() {
        let chain: Vec<_> = (0..11).map(|at| (at, at + 1, 0.35)).collect();
        let groups = groups(12, &chain);
        assert!(groups.len() > 2 && groups.iter().all(|group| (2..=4).contains(&group.len())), "{groups:?}");
        let mut members = groups.concat();
        members.sort_unstable();
        assert_eq!(members, (0..12).collect::<Vec<_>>());
    }

    #[test]
    fn two_cliques_joined_by_a_pair_are_two_groups() {
        let clique = |from: usize| (from..from + 5).flat_map(move |a| (a + 1..from + 5).map(move |b| (a, b, 0.6)));
        let mut pairs: Vec<_> = clique(0).chain(clique(5)).collect();
        pairs.push((4, 5, 0.4));
        assert_eq!(groups(10, &pairs), [vec![0, 1, 2, 3, 4], vec![5, 6, 7, 8, 9]]);
    }
}
