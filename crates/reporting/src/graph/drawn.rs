//! Which couplings and functions of a graph go into a picture: the strongest, as nobody can read all.

use std::collections::BTreeSet;

use lockstep_model::FunctionId;

use super::{CouplingView, GraphView};

/// Edges that are drawn. Mermaid gives up at 500, and nobody can read that many.
pub(super) const MOST: usize = 40;
/// Weaker edges are not drawn: any two functions change together now and then.
const WEAKEST: f64 = 0.2;
/// Up to so many functions, those without an edge are drawn too: standing alone is what one hopes to see.
const FEW: usize = 25;

/// What is drawn of a graph, and what is not.
pub(super) struct Drawn<'a> {
    /// The edges, strongest first.
    pub edges: Vec<&'a CouplingView>,
    /// The nodes, sorted.
    pub functions: BTreeSet<&'a FunctionId>,
    /// All edges.
    pub all: usize,
    /// Those of them that are strong enough to be drawn.
    pub strong: usize,
    /// Functions that are not drawn, sorted.
    pub without: Vec<&'a FunctionId>,
}

impl<'a> Drawn<'a> {
    pub(super) fn of(view: &'a GraphView) -> Self {
        let named: BTreeSet<&FunctionId> = view.functions.iter().map(|node| &node.id).collect();
        let edges = view.strongest().into_iter();
        let mut edges: Vec<_> = edges.filter(|edge| named.contains(&edge.a) && named.contains(&edge.b)).collect();
        let all = edges.len();
        let strong = edges.iter().take_while(|edge| edge.strength() >= WEAKEST).count();
        edges.truncate(strong.min(MOST));
        let mut functions: BTreeSet<_> = edges.iter().flat_map(|edge| [&edge.a, &edge.b]).collect();
        if named.len() <= FEW {
            functions.extend(&named);
        }
        let without = named.difference(&functions).copied().collect();
        Self { edges, functions, all, strong, without }
    }
}
