//! The graph in Mermaid, for Markdown on GitHub: only the strongest edges, because Mermaid refuses large diagrams.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use super::GraphView;
use crate::{escape, prose::count};

/// Edges that are drawn. Mermaid gives up at 500, and nobody can read that many.
const DRAWN: usize = 40;

/// Characters of a label.
const LABEL: usize = 60;

/// Writes the strongest couplings as a Mermaid flow chart, with a note of how many are left out. Functions without a
/// drawn edge are left out as well.
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
    let (drawn, rest) = edges.split_at(edges.len().min(DRAWN));
    let ends: BTreeSet<_> = drawn.iter().flat_map(|edge| [&edge.a, &edge.b]).collect();
    writeln!(out, "flowchart LR")?;
    if !rest.is_empty() {
        writeln!(out, "  %% the {DRAWN} strongest of {} are drawn", count(edges.len(), "coupling"))?;
        let text = format!("{DRAWN} of {} drawn", count(edges.len(), "coupling"));
        writeln!(out, "  note[{}]", quoted(&text))?;
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
        let line = if edge.specific { "---" } else { "-.-" };
        let (a, b) = (&named[&edge.a].0, &named[&edge.b].0);
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
