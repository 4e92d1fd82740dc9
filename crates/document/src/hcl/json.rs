//! Terraform's JSON syntax: objects where HCL has blocks. What lies below the labels of a block is written as
//! attributes, because JSON does not tell the two apart.

use super::{Attribute, Block, Body, Expr, ExprKind, convert};
use crate::{Key, Node, Value};

/// Types of blocks at the top of a file, and how many labels each has.
const LABELS: [(&str, usize); 9] = [
    ("resource", 2),
    ("data", 2),
    ("module", 1),
    ("variable", 1),
    ("output", 1),
    ("provider", 1),
    ("ephemeral", 2),
    ("locals", 0),
    ("terraform", 0),
];

/// The body of a file.
pub(super) fn body(root: &Node) -> Body {
    let mut body = Body::default();
    for (key, node) in root.entries() {
        match LABELS.iter().find(|(kind, _)| *kind == key.text) {
            Some((_, labels)) => blocks(key, node, *labels, &mut Vec::new(), &mut body.blocks),
            None => body.attributes.push(Attribute { key: key.clone(), value: expr(node) }),
        }
    }
    body
}

/// The blocks in `node`, below `labels` more labels. Lists of objects stand for several blocks.
fn blocks(kind: &Key, node: &Node, labels: usize, known: &mut Vec<Key>, found: &mut Vec<Block>) {
    for item in node.items() {
        blocks(kind, item, labels, known, found);
    }
    if labels > 0 {
        for (label, inner) in node.entries() {
            known.push(label.clone());
            blocks(kind, inner, labels - 1, known, found);
            known.pop();
        }
    } else if node.is_map() {
        let attribute = |(key, value): &(Key, Node)| Attribute { key: key.clone(), value: expr(value) };
        found.push(Block {
            kind: kind.clone(),
            labels: known.clone(),
            body: Body { attributes: node.entries().iter().map(attribute).collect(), blocks: Vec::new() },
            span: known.last().unwrap_or(kind).span.start..node.span.end,
        });
    }
}

fn expr(node: &Node) -> Expr {
    let kind = match &node.value {
        Value::Null => ExprKind::Null,
        Value::Bool(value) => ExprKind::Bool(*value),
        Value::Number(number) => ExprKind::Number(number.clone()),
        Value::String(text) => convert::template(text),
        Value::List(items) => ExprKind::List(items.iter().map(expr).collect()),
        Value::Map(entries) => {
            let key = |key: &Key| Expr { kind: convert::template(&key.text), span: key.span.clone() };
            ExprKind::Object(entries.iter().map(|(name, value)| (key(name), expr(value))).collect())
        }
    };
    Expr { kind, span: node.span.clone() }
}
