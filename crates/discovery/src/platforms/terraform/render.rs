//! Text that is a template, and text that is JSON: policies, definitions of state machines, descriptions of APIs.

use std::{collections::BTreeMap, rc::Rc};

use lockstep_document::{Node, hcl};

use super::{
    paths,
    value::{Piece, Reference, Value},
    world::{Bound, Env, World},
};

/// Around the number of a reference in a text that is parsed.
const MARK: char = '\u{2}';

/// `templatefile(path, variables)`: the text of the file with the variables put in; at least what it is made of.
pub(super) fn template_file(world: &World<'_>, scope: usize, path: &Value, variables: &Value) -> Value {
    let made_of = || Value::made_of([variables]);
    let Some(text) = paths::content(world, scope, path) else { return made_of() };
    let Ok(parts) = hcl::parse_template(&text) else { return made_of() };
    let bound = Bound { name: "", value: variables, next: None };
    let value = world.template(&parts, Env { scope, bound: Some(&bound) });
    if matches!(value, Value::Text(_)) { value } else { made_of() }
}

/// The value that a text of JSON or YAML stands for, references inside it kept; a value that is none is itself.
pub(super) fn structured(value: &Value) -> Option<Value> {
    let Value::Text(pieces) = value else {
        return matches!(value, Value::Map(_) | Value::List(_)).then(|| value.clone());
    };
    let mut references: Vec<Rc<Reference>> = Vec::new();
    let mut text = String::new();
    for piece in pieces.iter() {
        match piece {
            Piece::Text(part) => text.push_str(part),
            Piece::Hole => text.push('*'),
            Piece::Ref(reference) => {
                text.push_str(&format!("{MARK}{}{MARK}", references.len()));
                references.push(reference.clone());
            }
        }
    }
    let extension = if text.trim_start().starts_with(['{', '[']) { "json" } else { "yaml" };
    let document = lockstep_document::parse(extension, &text).ok()?;
    matches!(document.root.value, lockstep_document::Value::Map(_) | lockstep_document::Value::List(_))
        .then(|| of_node(&document.root, &references))
}

fn of_node(node: &Node, references: &[Rc<Reference>]) -> Value {
    match &node.value {
        lockstep_document::Value::Null => Value::Null,
        lockstep_document::Value::Bool(value) => Value::Bool(*value),
        lockstep_document::Value::Number(number) => number.parse().map_or_else(|_| Value::unknown(), Value::Number),
        lockstep_document::Value::String(text) => unmarked(text, references),
        lockstep_document::Value::List(items) => {
            Value::list(items.iter().map(|item| of_node(item, references)).collect())
        }
        lockstep_document::Value::Map(entries) => {
            let entry = |(key, value): &(lockstep_document::Key, Node)| (key.text.clone(), of_node(value, references));
            Value::map(entries.iter().map(entry).collect::<BTreeMap<_, _>>())
        }
    }
}

/// The text with its references back in place.
fn unmarked(text: &str, references: &[Rc<Reference>]) -> Value {
    let pieces = text.split(MARK).enumerate().map(|(number, part)| {
        let reference = (number % 2 == 1).then(|| references.get(part.parse::<usize>().ok()?)).flatten();
        reference.map_or_else(|| Piece::Text(Rc::from(part)), |reference| Piece::Ref(reference.clone()))
    });
    Value::joined(pieces)
}
