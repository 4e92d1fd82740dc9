//! JSON with comments and trailing commas; the only file that knows `jsonc-parser`.

use jsonc_parser::{
    CollectOptions, ParseOptions,
    ast::{ObjectPropName, Value as Ast},
    common::Ranged,
    parse_to_ast,
};

use crate::{BOM, Document, Key, MAX_DEPTH, MAX_NODES, Node, ParseError, Syntax, Value};

/// Comments and trailing commas are what configuration files of this field use; the rest of JSON5 would only hide errors.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(crate) fn parse(text: &str) -> Result<Document, ParseError> {
    let body = text.strip_prefix(BOM).unwrap_or(text);
    let offset = text.len() - body.len();
    check_size(body, offset)?;
    let result = parse_to_ast(body, &CollectOptions::default(), &OPTIONS).map_err(|error| {
        let range = error.range();
        ParseError::new(error.kind().to_string(), range.start + offset..range.end + offset)
    })?;
    let root = match result.value {
        Some(value) => convert(value, offset),
        None => Node::new(Value::Null, text.len()..text.len()),
    };
    Ok(Document { root, syntax: Syntax::Json, more_documents: false })
}

/// The parser is recursive and builds everything before it can be asked: depth and number are bounded first.
fn check_size(text: &str, offset: usize) -> Result<(), ParseError> {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut values) = (0, 0usize, 0usize);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => {
                depth += 1;
                values += 1;
                if depth > MAX_DEPTH {
                    return Err(ParseError::too_deep(at + offset));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => {
                values += 1;
                if values > MAX_NODES {
                    return Err(ParseError::too_many(at + offset));
                }
            }
            b'"' => at = end_of_string(bytes, at),
            b'/' if bytes.get(at + 1) == Some(&b'/') => at = find(bytes, at + 2, b"\n"),
            b'/' if bytes.get(at + 1) == Some(&b'*') => at = find(bytes, at + 2, b"*/") + 1,
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.windows(what.len()).position(|window| window == what).map_or(bytes.len(), |at| from + at)
}

/// Recursive, over a tree whose depth [`check_size`] has bounded.
fn convert(value: Ast<'_>, offset: usize) -> Node {
    let range = value.range();
    let span = range.start + offset..range.end + offset;
    let value = match value {
        Ast::NullKeyword(_) => Value::Null,
        Ast::BooleanLit(literal) => Value::Bool(literal.value),
        Ast::NumberLit(literal) => Value::Number(literal.value.to_owned()),
        Ast::StringLit(literal) => Value::String(literal.value.into_owned()),
        Ast::Array(array) => Value::List(array.elements.into_iter().map(|item| convert(item, offset)).collect()),
        Ast::Object(object) => Value::Map(
            object
                .properties
                .into_iter()
                .map(|property| (key(property.name, offset), convert(property.value, offset)))
                .collect(),
        ),
    };
    Node::new(value, span)
}

fn key(name: ObjectPropName<'_>, offset: usize) -> Key {
    let range = name.range();
    let span = range.start + offset..range.end + offset;
    let text = match name {
        ObjectPropName::String(literal) => literal.value.into_owned(),
        ObjectPropName::Word(word) => word.value.to_owned(),
    };
    Key { text, span }
}
