//! The graph in Mermaid, for Markdown on GitHub: only the strongest edges, because Mermaid refuses large diagrams.

use std::{collections::BTreeMap, io};

use super::{GraphView, drawn::Drawn};
use crate::{escape, prose::count};

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
    let drawn = Drawn::of(view);
    writeln!(out, "flowchart LR")?;
    if drawn.all > drawn.edges.len() {
        writeln!(out, "  %% the {} strongest of {} are drawn", drawn.edges.len(), count(drawn.all, "coupling"))?;
        if drawn.strong > drawn.edges.len() {
            let text = format!("{} of {} drawn", drawn.edges.len(), count(drawn.all, "coupling"));
            writeln!(out, "  note[{}]", quoted(&text))?;
        }
    }
    let mut services: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for id in drawn.functions {
        let (name, node) = &named[id];
        services.entry(&node.service).or_default().push(format!("    {name}[{}]", quoted(id.as_str())));
    }
    for (number, (service, nodes)) in services.into_iter().enumerate() {
        writeln!(out, "  subgraph s{number}[{}]\n{}\n  end", quoted(service), nodes.join("\n"))?;
    }
    for edge in drawn.edges {
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
