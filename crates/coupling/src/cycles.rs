//! Circles of a directed graph.

use petgraph::{algo::kosaraju_scc, graphmap::DiGraphMap};

/// The groups of at least two numbers that reach each other along `edges`, each sorted, in the order of their first.
pub fn cycles(edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let graph: DiGraphMap<usize, ()> = DiGraphMap::from_edges(edges);
    // Iterative: a chain of any length costs no stack.
    let mut groups: Vec<Vec<usize>> = kosaraju_scc(&graph).into_iter().filter(|group| group.len() > 1).collect();
    groups.iter_mut().for_each(|group| group.sort_unstable());
    groups.sort();
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_and_no_chains() {
        assert_eq!(cycles(&[(1, 2), (2, 3), (3, 1), (3, 4), (5, 6), (6, 5), (7, 7)]), [vec![1, 2, 3], vec![5, 6]]);
        let chain: Vec<(usize, usize)> = (0..200_000).map(|at| (at, at + 1)).collect();
        assert_eq!(cycles(&chain), Vec::<Vec<usize>>::new());
    }
}
