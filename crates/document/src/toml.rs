//! TOML; the only file that knows the `toml` crate.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{BOM, Document, Key, Node, ParseError, Syntax, Value};

/// Larger than any TOML that a person writes: the parser takes some hundred bytes for each byte of the worst text.
const MAX_TOML_BYTES: usize = 2 << 20;

pub(crate) fn parse(text: &str) -> Result<Document, ParseError> {
    let body = text.strip_prefix(BOM).unwrap_or(text);
    let offset = text.len() - body.len();
    if body.len() > MAX_TOML_BYTES {
        let message = format!("the text has {} bytes; more than {MAX_TOML_BYTES} of TOML are not read", body.len());
        return Err(ParseError::new(message, 0..0));
    }
    let table = DeTable::parse(body).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        ParseError::new(error.message(), span.start + offset..span.end + offset)
    })?;
    let root = convert_table(table.into_inner(), offset..text.len(), offset);
    Ok(Document { root, syntax: Syntax::Toml, more_documents: false })
}

/// Recursive, over a tree whose depth the parser bounds (80 levels).
fn convert(value: Spanned<DeValue<'_>>, offset: usize) -> Node {
    let span = shift(value.span(), offset);
    let value = match value.into_inner() {
        DeValue::String(text) => Value::String(text.into_owned()),
        DeValue::Integer(number) => Value::Number(number.to_string()),
        DeValue::Float(number) => Value::Number(number.to_string()),
        DeValue::Boolean(value) => Value::Bool(value),
        DeValue::Datetime(date) => Value::String(date.to_string()),
        DeValue::Array(items) => {
            let items: Vec<Node> = items.into_iter().map(|item| convert(item, offset)).collect();
            // A list of tables is spread over the text; its parser gives the place of the first header.
            let end = items.last().map_or(span.end, |item| item.span.end.max(span.end));
            return Node::new(Value::List(items), span.start..end);
        }
        DeValue::Table(table) => return convert_table(table, span, offset),
    };
    Node::new(value, span)
}

/// The parser sorts by key; a reader of the file expects the order of the text.
fn convert_table(table: DeTable<'_>, span: Range<usize>, offset: usize) -> Node {
    let mut entries: Vec<(Key, Node)> = table
        .into_iter()
        .map(|(key, value)| {
            let span = shift(key.span(), offset);
            (Key { text: key.into_inner().into_owned(), span }, convert(value, offset))
        })
        .collect();
    entries.sort_by_key(|(key, _)| key.span.start);
    let end = entries.iter().map(|(_, value)| value.span.end).max().unwrap_or(span.end).max(span.end);
    Node::new(Value::Map(entries), span.start..end)
}

fn shift(span: Range<usize>, offset: usize) -> Range<usize> {
    span.start + offset..span.end + offset
}
