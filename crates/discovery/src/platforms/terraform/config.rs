//! A block as one value: attributes evaluated, the blocks in it lists of mappings, `dynamic` ones expanded. And what
//! things are called that a deployment makes.

use std::{collections::BTreeMap, rc::Rc};

use lockstep_document::hcl::{Block, Body};

use super::{
    modules::At,
    paths,
    value::{Piece, Reference, Value},
    world::{Bound, Env, Instance, World},
};

/// Attributes that name the thing itself.
const NAMES: [&str; 12] = [
    "name",
    "function_name",
    "bucket",
    "table_name",
    "queue_name",
    "identifier",
    "cluster_identifier",
    "key",
    "repository_name",
    "topic_name",
    "script_name",
    "name_prefix",
];

/// Attributes that hold the name, whatever the provider makes of it.
const SAME_AS_NAME: [&str; 14] = [
    "name",
    "id",
    "arn",
    "bucket",
    "function_name",
    "key",
    "repository_url",
    "url",
    "table_name",
    "queue_name",
    "identifier",
    "secret_id",
    "bucket_name",
    "event_bus_name",
];

impl World<'_> {
    /// What a block says, as a mapping.
    pub(super) fn config(&self, scope: usize, at: At, instance: &Instance) -> Value {
        let name = format!("config.{}.{}[{}]", at.0, at.1, instance.key.as_deref().unwrap_or(""));
        self.remembered(scope, name, || {
            let bound = instance.bound();
            self.body(&self.module_of(scope).block_at(at).body, Env { scope, bound: bound.as_ref() })
        })
    }

    fn body(&self, body: &Body, env: Env<'_>) -> Value {
        let mut map: BTreeMap<String, Value> = BTreeMap::new();
        for attribute in &body.attributes {
            map.insert(attribute.key.text.clone(), self.eval(&attribute.value, env));
        }
        let mut sections: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for block in &body.blocks {
            if block.kind.text == "dynamic" {
                self.dynamic(block, env, sections.entry(block.label(0).to_owned()).or_default());
            } else {
                sections.entry(block.kind.text.clone()).or_default().push(self.body(&block.body, env));
            }
        }
        map.extend(sections.into_iter().map(|(name, items)| (name, Value::list(items))));
        Value::map(map)
    }

    /// `dynamic "name" { for_each = …, content { … } }`.
    fn dynamic(&self, block: &Block, env: Env<'_>, into: &mut Vec<Value>) {
        let Some(content) = block.body.blocks("content").next() else { return };
        let each = block.body.attribute("for_each").map(|each| self.eval(&each.value, env));
        let each = each.unwrap_or_else(Value::unknown);
        let unknown = vec![(Value::unknown(), Value::made_of([&each]))];
        let iterator = block.body.attribute("iterator").and_then(|name| match &name.value.kind {
            lockstep_document::hcl::ExprKind::Name(name) => Some(name.as_str()),
            _ => None,
        });
        for (key, value) in self.entries(&each).unwrap_or(unknown) {
            let item = Value::map(BTreeMap::from([("key".to_owned(), key), ("value".to_owned(), value)]));
            let bound = Bound { name: iterator.unwrap_or(block.label(0)), value: &item, next: env.bound };
            into.push(self.body(&content.body, Env { scope: env.scope, bound: Some(&bound) }));
        }
    }

    /// What `reference` says of itself, as a mapping.
    pub(super) fn config_of(&self, reference: &Reference) -> Option<Value> {
        let at = self.module_of(reference.scope).at(&reference.address)?;
        let (_, instance) = self.block(reference)?;
        Some(self.config(reference.scope, at, &instance))
    }

    /// One attribute of what `reference` names.
    pub(super) fn attribute_of(&self, reference: &Reference, name: &str) -> Option<Value> {
        let (block, instance) = self.block(reference)?;
        let attribute = block.body.attribute(name)?;
        let bound = instance.bound();
        Some(self.eval(&attribute.value, Env { scope: reference.scope, bound: bound.as_ref() }))
    }

    /// Text in which what is not known is `*`.
    pub(super) fn pattern(&self, value: &Value) -> String {
        let mut text = String::new();
        for piece in value.pieces() {
            let part = match piece {
                Piece::Text(part) => part.to_string(),
                Piece::Ref(reference) => self.name_of(&reference).unwrap_or_else(|| "*".to_owned()),
                Piece::Hole => "*".to_owned(),
            };
            text.push_str(part.strip_prefix('*').filter(|_| text.ends_with('*')).unwrap_or(&part));
        }
        paths::plain(&text)
    }

    /// The name that a deployment gives to what `reference` names, as a pattern.
    fn name_of(&self, reference: &Rc<Reference>) -> Option<String> {
        let attribute = reference.attribute();
        let of_module = || ["name", "arn", "id", "url"].iter().any(|end| attribute.ends_with(end));
        let is_name = SAME_AS_NAME.contains(&attribute) || (reference.is_module() && of_module());
        if !is_name {
            return None;
        }
        self.physical_name(reference)
    }

    /// The name of the thing, as a pattern; none if it has none of its own.
    pub(super) fn physical_name(&self, reference: &Reference) -> Option<String> {
        let depth = self.depth.get();
        if depth > 100 {
            return None;
        }
        self.depth.set(depth + 1);
        let key = format!("name.{}[{}]", reference.address, reference.key.as_deref().unwrap_or(""));
        let name = self.remembered(reference.scope, key, || {
            let said = NAMES.iter().find_map(|name| self.attribute_of(reference, name));
            said.map_or(Value::Null, |value| Value::text(&self.pattern(&value)))
        });
        self.depth.set(depth);
        name.known().filter(|name| name.contains(char::is_alphanumeric))
    }

    /// The text of a value that is wholly known, without the mark of the root.
    pub(super) fn literal(&self, value: &Value) -> Option<String> {
        let text = match value.known() {
            Some(text) => text,
            None => Some(self.pattern(value)).filter(|text| !text.contains('*') && !text.is_empty())?,
        };
        Some(paths::plain(&text))
    }
}
