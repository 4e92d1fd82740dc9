//! The graph in DOT, for Graphviz: one cluster per service, an edge per coupling.

use std::{collections::BTreeMap, io};

use super::{CouplingView, GraphView};
use crate::{escape, prose::count};

/// Writes the graph in DOT. Node names are synthetic (`n0`); names from the repository stand in quoted labels only.
/// An edge points from the function that changes to the one that follows, and both ways where both follow alike.
///
/// # Errors
/// If `out` refuses.
pub fn write_dot(view: &GraphView, out: &mut dyn io::Write) -> io::Result<()> {
    let named = view.named();
    let mut clusters: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (id, (name, node)) in &named {
        let label = quoted(&format!("{}\n{}", escape::line(id.as_str()), count(node.changes as usize, "change")));
        clusters.entry(&node.service).or_default().push(format!("    {name} [label={label}];"));
    }
    writeln!(out, "digraph lockstep {{\n  node [shape=box, style=rounded];\n  rankdir=LR;")?;
    for (number, (service, nodes)) in clusters.into_iter().enumerate() {
        writeln!(out, "  subgraph cluster_{number} {{\n    label={};\n{}\n  }}", quoted(service), nodes.join("\n"))?;
    }
    for edge in view.strongest() {
        if let (Some((a, _)), Some((b, _))) = (named.get(&edge.a), named.get(&edge.b)) {
            writeln!(out, "  {}", edge_line(edge, a, b))?;
        }
    }
    writeln!(out, "}}")
}

fn edge_line(edge: &CouplingView, a: &str, b: &str) -> String {
    let (forth, back) = (edge.a_to_b.strength, edge.b_to_a.strength);
    let ((from, to), strength) = if forth >= back { ((a, b), forth) } else { ((b, a), back) };
    let both = if edge.is_mutual() { ", dir=both" } else { "" };
    let drawn = if edge.specific { "" } else { ", style=dashed" };
    let width = 1.0 + 4.0 * strength.clamp(0.0, 1.0);
    format!("{from} -> {to} [label=\"{strength:.2}\", penwidth={width:.1}{both}{drawn}];")
}

/// A quoted string of DOT. Line ends of ours become `\n`; everything else dangerous is made visible.
fn quoted(text: &str) -> String {
    let lines: Vec<_> =
        text.split('\n').map(|line| escape::line(line).replace('\\', "\\\\").replace('"', "\\\"")).collect();
    format!("\"{}\"", lines.join("\\n"))
}
