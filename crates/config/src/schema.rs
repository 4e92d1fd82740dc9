//! The JSON Schema of `lockstep.toml` (draft-07, which editors read), made of the keys that are read and the rules there are.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Group, RuleMeta};
use serde_json::{Map, Value, json};

use crate::{
    keys::{Key, Kind, LEVELS, TOP},
    rules::WARNINGS,
};

/// Where the schema is published.
pub const SCHEMA_URL: &str =
    "https://raw.githubusercontent.com/lockstep-lint/lockstep/main/docs/src/schema/lockstep.json";

/// A rule as the schema tells of it.
pub struct RuleSchema {
    /// Its name, group and summary.
    pub meta: &'static RuleMeta,
    /// Which of its findings have another level than its own.
    pub varies: Option<&'static str>,
    /// Its options.
    pub options: Vec<OptionSchema>,
}

/// An option of a rule as the schema tells of it.
pub struct OptionSchema {
    /// Its name.
    pub name: String,
    /// Its default; the kind of it is the kind of all values.
    pub default: Value,
    /// Which numbers it takes.
    pub range: Option<OptionRange>,
    /// What it means.
    pub meaning: String,
}

/// Which numbers an option takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OptionRange {
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
}

/// The schema, for these rules; `defaults` are the values of keys that are not set, by their names after the table:
/// `history.max-functions`.
pub fn schema(rules: &[RuleSchema], defaults: &BTreeMap<String, Value>) -> Value {
    let making = Making { rules, defaults };
    let mut whole = making.table(TOP, "");
    let about = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": SCHEMA_URL,
        "title": "lockstep.toml",
        "description": "The configuration of Lockstep, the linter that tells which serverless functions are really one microservice.",
    });
    // What it is comes first.
    let Value::Object(mut document) = about else { return whole };
    if let Value::Object(keys) = &mut whole {
        document.append(keys);
    }
    Value::Object(document)
}

struct Making<'a> {
    rules: &'a [RuleSchema],
    defaults: &'a BTreeMap<String, Value>,
}

impl Making<'_> {
    fn table(&self, keys: &[Key], prefix: &str) -> Value {
        let of = |key: &Key| {
            let mut schema = self.kind(key);
            describe(&mut schema, key.meaning);
            if let (Some(default), Value::Object(schema)) =
                (self.defaults.get(&format!("{prefix}{}", key.name)), &mut schema)
            {
                schema.insert("default".to_owned(), default.clone());
            }
            (key.name.to_owned(), schema)
        };
        let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
        let mut table = object(keys.iter().map(of).collect());
        if let (Value::Object(table), false) = (&mut table, required.is_empty()) {
            table.insert("required".to_owned(), json!(required));
        }
        table
    }

    fn kind(&self, key: &Key) -> Value {
        match key.kind {
            Kind::Text => text(),
            Kind::Texts { may_be_empty } => {
                json!({ "anyOf": [text(), { "type": "array", "items": text(), "minItems": u8::from(!may_be_empty) }] })
            }
            Kind::Flag => json!({ "type": "boolean" }),
            Kind::Whole(least) => json!({ "type": "integer", "minimum": least, "maximum": u32::MAX }),
            Kind::Positive => json!({ "type": "number", "exclusiveMinimum": 0 }),
            Kind::Share => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
            Kind::TextOr(keys) => json!({ "anyOf": [text(), self.table(keys, &format!("{}.", key.name))] }),
            Kind::Day => json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}([Tt ].*)?$" }),
            Kind::Moment => text(),
            Kind::RuleName => self.rule_name(),
            Kind::Table(keys) => self.table(keys, &format!("{}.", key.name)),
            Kind::Tables(keys) => json!({ "type": "array", "items": self.table(keys, "") }),
            Kind::Rules => self.rules(),
            Kind::Ignored => json!({ "type": "string" }),
        }
    }

    /// Names of rules and groups, and `all`.
    fn names(&self) -> Vec<&'static str> {
        let rules = self.rules.iter().map(|rule| rule.meta.name);
        rules.chain(Group::ALL.map(Group::as_str)).chain(["all"]).collect()
    }

    fn rule_name(&self) -> Value {
        let names = self.names();
        let others: Vec<String> =
            names.iter().filter(|name| name.contains('-')).map(|name| either_spelling(name)).collect();
        json!({ "anyOf": [{ "enum": names }, { "type": "string", "pattern": format!("^({})$", others.join("|")) }] })
    }

    fn rules(&self) -> Value {
        let mut entries: Vec<(String, Value)> =
            self.rules.iter().map(|rule| (rule.meta.name.to_owned(), setting(rule))).collect();
        let groups =
            Group::ALL.map(Group::as_str).map(|name| (name, format!("The level of the rules of the group `{name}`.")));
        let all = [("all", "The level of all rules.".to_owned())];
        for (name, meaning) in groups.into_iter().chain(all) {
            let mut entry = json!({ "anyOf": [level(), object(levels())] });
            describe(&mut entry, &meaning);
            entries.push((name.to_owned(), entry));
        }
        let mut warnings = level();
        describe(&mut warnings, "What becomes of whatever would be reported at `warn`.");
        entries.push((WARNINGS.to_owned(), warnings));
        object(entries)
    }
}

/// What may stand behind the name of a rule.
fn setting(rule: &RuleSchema) -> Value {
    let mut keys = levels();
    keys.extend(rule.options.iter().map(|option| (option.name.clone(), option_schema(option))));
    let mut entry = json!({ "anyOf": [level(), object(keys)], "default": rule.meta.default_level });
    let mut meaning = rule.meta.summary.to_owned();
    if let Some(varies) = rule.varies {
        meaning += &format!("; {varies}");
    }
    describe(&mut entry, &meaning);
    entry
}

fn option_schema(option: &OptionSchema) -> Value {
    let mut schema = match &option.default {
        Value::Number(number) => json!({ "type": if number.is_f64() { "number" } else { "integer" } }),
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::String(_) => json!({ "type": "string" }),
        Value::Array(_) => json!({ "type": "array" }),
        _ => json!({}),
    };
    if let Value::Object(schema) = &mut schema {
        schema.insert("default".to_owned(), option.default.clone());
        if let Some(range) = option.range {
            schema.insert("minimum".to_owned(), number(range.least));
            schema.insert("maximum".to_owned(), number(range.most));
        }
    }
    describe(&mut schema, &option.meaning);
    schema
}

/// A whole number is written as one.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 { json!(value as i64) } else { json!(value) }
}

/// The three levels that an entry may set.
fn levels() -> Vec<(String, Value)> {
    [
        ("level", "The level."),
        ("between", "The level of findings about functions of several services."),
        ("inside", "The level of all other findings."),
    ]
    .into_iter()
    .map(|(name, meaning)| {
        let mut schema = level();
        describe(&mut schema, meaning);
        (name.to_owned(), schema)
    })
    .collect()
}

fn level() -> Value {
    json!({ "enum": LEVELS })
}

fn text() -> Value {
    json!({ "type": "string", "pattern": "\\S" })
}

/// A table with these keys and no others; each may be written with dashes or underscores.
fn object(keys: Vec<(String, Value)>) -> Value {
    let dashed = |name: &&(String, Value)| name.0.contains('-');
    let others: Map<String, Value> = keys
        .iter()
        .filter(dashed)
        .map(|(name, schema)| (format!("^{}$", either_spelling(name)), schema.clone()))
        .collect();
    let mut table = json!({ "type": "object", "additionalProperties": false });
    if let Value::Object(table) = &mut table {
        if !others.is_empty() {
            table.insert("patternProperties".to_owned(), Value::Object(others));
        }
        table.insert("properties".to_owned(), Value::Object(keys.into_iter().collect()));
    }
    table
}

/// An expression for a name with dashes or underscores.
fn either_spelling(name: &str) -> String {
    name.replace('-', "[-_]")
}

fn describe(schema: &mut Value, meaning: &str) {
    if let (Value::Object(schema), false) = (schema, meaning.is_empty()) {
        schema.insert("description".to_owned(), Value::String(meaning.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{ALLOW, HISTORY};

    #[test]
    fn every_key_is_in_it_with_its_default() {
        let defaults = [("history.max-functions".to_owned(), json!(10))].into();
        let schema = schema(&[], &defaults);
        for key in TOP {
            assert!(schema["properties"][key.name].is_object(), "{}", key.name);
        }
        for key in HISTORY {
            assert!(schema["properties"]["history"]["properties"][key.name]["description"].is_string(), "{}", key.name);
        }
        assert_eq!(schema["properties"]["history"]["properties"]["max-functions"]["default"], 10);
        assert_eq!(schema["properties"]["history"]["properties"]["max-functions"]["minimum"], 2);
        let allow = &schema["properties"]["allow"]["items"];
        assert_eq!(allow["required"], json!(["rule", "functions", "reason"]));
        assert_eq!(allow["properties"].as_object().unwrap().len(), ALLOW.len());
    }
}
