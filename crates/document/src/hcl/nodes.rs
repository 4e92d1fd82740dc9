//! HCL as the tree of nodes that every format becomes: the type of a block, its labels and its attributes are keys, one
//! mapping inside the other. What is no literal is its text in normal form.

use super::{Block, Body, Expr, ExprKind, print};
use crate::{Document, Key, Node, ParseError, Syntax, Value};

/// Reads a file of HCL as nodes.
pub(crate) fn parse(text: &str) -> Result<Document, ParseError> {
    let body = super::parse("tf", text)?;
    Ok(Document { root: node_of(&body, 0..text.len()), syntax: Syntax::Hcl, more_documents: false })
}

fn node_of(body: &Body, span: std::ops::Range<usize>) -> Node {
    let mut entries: Vec<(Key, Node)> =
        body.attributes.iter().map(|attribute| (attribute.key.clone(), value(&attribute.value))).collect();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for block in &body.blocks {
        add(&mut groups, &block.kind, (&block.labels, block));
    }
    entries.extend(groups.into_iter().map(|(key, blocks)| (key.clone(), grouped(blocks))));
    entries.sort_by_key(|(key, _)| key.span.start);
    Node::new(Value::Map(entries), span)
}

type Group<'b> = (&'b Key, Vec<(&'b [Key], &'b Block)>);

fn add<'b>(groups: &mut Vec<Group<'b>>, key: &'b Key, block: (&'b [Key], &'b Block)) {
    match groups.iter_mut().find(|(known, _)| known.text == key.text) {
        Some((_, blocks)) => blocks.push(block),
        None => groups.push((key, vec![block])),
    }
}

/// Blocks whose keys agree so far. Those that have no label left are the content: several are a list.
fn grouped(blocks: Vec<(&[Key], &Block)>) -> Node {
    let span = blocks.first().map_or(0, |(_, block)| block.span.start)
        ..blocks.iter().map(|(_, block)| block.span.end).max().unwrap_or(0);
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut whole: Vec<Node> = Vec::new();
    for (labels, block) in blocks {
        match labels {
            [] => whole.push(node_of(&block.body, block.span.clone())),
            [first, rest @ ..] => add(&mut groups, first, (rest, block)),
        }
    }
    let labelled = groups.into_iter().map(|(key, blocks)| (key.clone(), grouped(blocks)));
    let labelled: Vec<(Key, Node)> = labelled.collect();
    if !labelled.is_empty() {
        whole.push(Node::new(Value::Map(labelled), span.clone()));
    }
    match <[Node; 1]>::try_from(whole) {
        Ok([only]) => only,
        Err(several) => Node::new(Value::List(several), span),
    }
}

fn value(expr: &Expr) -> Node {
    let value = match &expr.kind {
        ExprKind::Null => Value::Null,
        ExprKind::Bool(value) => Value::Bool(*value),
        ExprKind::Number(number) => Value::Number(number.clone()),
        ExprKind::Text(text) => Value::String(text.clone()),
        ExprKind::List(items) => Value::List(items.iter().map(value).collect()),
        ExprKind::Object(entries) => {
            Value::Map(entries.iter().map(|(key, item)| (self::key(key), value(item))).collect())
        }
        _ => Value::String(print::text(expr)),
    };
    Node::new(value, expr.span.clone())
}

fn key(expr: &Expr) -> Key {
    let text = match &expr.kind {
        ExprKind::Text(text) => text.clone(),
        _ => print::text(expr),
    };
    Key { text, span: expr.span.clone() }
}
