//! Which functions cluster: communities by the Leiden algorithm, which `leiden-rs` holds behind this file.
//!
//! The weight between two functions is the mean strength of both directions minus what the prior expects of any
//! pair; pairs that are not above it do not pull. Connected components would chain everything to everything
//! (measured), so they are used only inside one community.

use std::collections::BTreeMap;

use leiden_rs::{GraphDataBuilder, Leiden, LeidenConfig};
use petgraph::unionfind::UnionFind;

/// Any fixed number will do; this one makes two runs the same.
const SEED: u64 = 0x10C5;

/// The community of each of `functions` functions, joined by `edges` (a, b, weight > 0). Communities are numbered in
/// the order of their first members; a function without edges is a community of its own.
pub(crate) fn communities(functions: usize, edges: &[(usize, usize, f64)], resolution: f64) -> Vec<usize> {
    let found = leiden(functions, edges, resolution).unwrap_or_else(|| (0..functions).collect());
    let mut numbers = BTreeMap::new();
    found
        .into_iter()
        .map(|community| {
            let next = numbers.len();
            *numbers.entry(community).or_insert(next)
        })
        .collect()
}

fn leiden(functions: usize, edges: &[(usize, usize, f64)], resolution: f64) -> Option<Vec<usize>> {
    if edges.is_empty() {
        return None;
    }
    let mut builder = GraphDataBuilder::new(functions);
    for (a, b, weight) in edges {
        builder.add_edge(*a, *b, *weight).ok()?;
    }
    let config = LeidenConfig::builder()
        .resolution(resolution)
        .seed(SEED)
        // The parallel variant may number ties differently with the number of threads.
        .parallel_local_moving_threshold(usize::MAX)
        .parallel_aggregation_threshold(usize::MAX)
        .build();
    Some(Leiden::new(config).run(&builder.build().ok()?).ok()?.partition.as_slice().to_vec())
}

/// The groups that `pairs` make: the connected functions inside one community. Pairs across two communities are not
/// lost: all pairs between the same two communities make groups of their own. Every pair is inside at least one
/// group; members and groups are sorted.
pub(crate) fn groups(communities: &[usize], pairs: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut within: BTreeMap<(usize, usize), Vec<(usize, usize)>> = BTreeMap::new();
    for (a, b) in pairs {
        let (x, y) = (communities[*a], communities[*b]);
        within.entry((x.min(y), x.max(y))).or_default().push((*a, *b));
    }
    let mut groups: Vec<Vec<usize>> = within.values().flat_map(|pairs| connected(communities.len(), pairs)).collect();
    groups.sort();
    groups
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
    fn nothing_joined_is_nothing_grouped() {
        assert_eq!(communities(3, &[], 2.0), [0, 1, 2]);
        assert!(groups(&[0, 1, 2], &[]).is_empty());
    }

    #[test]
    fn pairs_across_communities_are_not_lost() {
        let communities = [0, 0, 1, 1, 0];
        assert_eq!(groups(&communities, &[(0, 1), (2, 3)]), [vec![0, 1], vec![2, 3]]);
        assert_eq!(groups(&communities, &[(0, 1), (1, 2), (4, 0)]), [vec![0, 1, 4], vec![1, 2]]);
    }
}
