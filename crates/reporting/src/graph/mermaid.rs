//! The graph in Mermaid, for Markdown on GitHub: only the strongest edges, because Mermaid refuses large diagrams.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use super::GraphView;
use crate::{escape, prose::count};

/// Edges that are drawn. Mermaid gives up at 500, and nobody can read that many.
const DRAWN: usize = 40;
/// Weaker edges are not drawn: any two functions change together now and then.
const WEAKEST: f64 = 0.2;
/// Up to so many functions, those without an edge are drawn too: standing alone is what one hopes to see.
const FEW: usize = 25;

/// Characters of a label.
const LABEL: usize = 60;

/// Writes the strongest couplings as a Mermaid flow chart, with a note of how many are left out. An arrow leads to the
/// function that follows, a line joins two that follow each other alike; it is broken where habit explains the
/// coupling. In large graphs functions without a drawn edge are left out as well.
///
/// # Errors
/// If `out` refuses.
pub fn write_mermaid(view: &GraphView, out: &mut dyn io::Write) -> io::Result<()> {
    let named = view.named();
    let edges: Vec<_> = view
        .strongest()
        .into_iter()
        .filter(|edge| named.contains_key(&edge.a) && named.contains_key(&edge.b))
        .collect();
    let strong = edges.iter().take_while(|edge| edge.strength() >= WEAKEST).count();
    let (drawn, rest) = edges.split_at(strong.min(DRAWN));
    let mut ends: BTreeSet<_> = drawn.iter().flat_map(|edge| [&edge.a, &edge.b]).collect();
    if view.functions.len() <= FEW {
        ends.extend(view.functions.iter().map(|node| &node.id));
    }
    writeln!(out, "flowchart LR")?;
    if !rest.is_empty() {
        writeln!(out, "  %% the {} strongest of {} are drawn", drawn.len(), count(edges.len(), "coupling"))?;
        if strong > DRAWN {
            let text = format!("{DRAWN} of {} drawn", count(edges.len(), "coupling"));
            writeln!(out, "  note[{}]", quoted(&text))?;
        }
    }
    let mut services: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for id in ends {
        let (name, node) = &named[id];
        services.entry(&node.service).or_default().push(format!("    {name}[{}]", quoted(id.as_str())));
    }
    for (number, (service, nodes)) in services.into_iter().enumerate() {
        writeln!(out, "  subgraph s{number}[{}]\n{}\n  end", quoted(service), nodes.join("\n"))?;
    }
    for edge in drawn {
        let (mut a, mut b) = (&named[&edge.a].0, &named[&edge.b].0);
        if edge.b_to_a.strength > edge.a_to_b.strength {
            std::mem::swap(&mut a, &mut b);
        }
        let line = match (edge.is_mutual(), edge.specific) {
            (true, true) => "---",
            (true, false) => "-.-",
            (false, true) => "-->",
            (false, false) => "-.->",
        };
        writeln!(out, "  {a} {line}|\"{:.2}\"| {b}", edge.strength())?;
    }
    Ok(())
}

/// A quoted label: letters, digits and a few marks as they are, all else as an entity, so that neither Mermaid nor the
/// HTML it makes sees markup.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in escape::cut(text, LABEL).chars() {
        match c {
            c if c.is_alphanumeric() => out.push(c),
            ' ' | '/' | '-' | '_' | '.' => out.push(c),
            c => out.push_str(&format!("#{};", u32::from(c))),
        }
    }
    out + "\""
}
