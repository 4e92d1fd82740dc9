//! Versions 1 and 2: constructs, `new Api(stack, "api", { routes: { "GET /": "src/x.handler" } })`.

use lockstep_script::evaluate::{Event, EventKind, Value};

use super::{
    Found, Reader,
    components::{self, Kind},
};
use crate::{
    evaluated::{plain_name, site_of},
    platform::HandlerStyle,
};

/// Properties of constructs that hold functions by key: what starts them.
const MAPS: [(&str, &str); 8] = [
    ("routes", "http"),
    ("subscribers", "topic"),
    ("consumers", "stream"),
    ("notifications", "bucket"),
    ("dataSources", ""),
    ("authorizers", ""),
    ("triggers", "identity"),
    ("targets", "bus"),
];

/// The functions that a call makes.
pub(super) fn functions<'v>(reader: &Reader<'_, '_>, event: &'v Event) -> Vec<Found<'v>> {
    if event.kind == EventKind::Method {
        return method(reader, event);
    }
    let Some(component) = components::component(event).filter(|_| !components::is_version_3(event)) else {
        return Vec::new();
    };
    let Some(id) = event.positional(1).and_then(Value::as_text) else { return Vec::new() };
    let Some(properties) = event.positional(2) else { return Vec::new() };
    let kind = components::kind(component);
    let one = |name: &str, code, channel| Found {
        name: name.to_owned(),
        code,
        channel,
        style: HandlerStyle::Bundler,
        site: Some(site_of(event, event.positional(1))),
    };
    match kind {
        Kind::Function => vec![one(id, properties, None)],
        Kind::Cron => properties
            .get("job")
            .map(|code| one(id, code, Some(("schedule", format!("{}/schedule", reader.key(id))))))
            .into_iter()
            .collect(),
        Kind::Queue => properties
            .get("consumer")
            .map(|code| one(&format!("{id}-consumer"), code, Some(("queue", reader.key(id)))))
            .into_iter()
            .collect(),
        Kind::Bus => rules(reader, event, id, properties.get("rules")),
        _ if component == "Script" => {
            let steps = ["onCreate", "onUpdate", "onDelete"];
            steps.iter().filter_map(|step| Some(one(&format!("{id}-{step}"), properties.get(step)?, None))).collect()
        }
        _ if component == "Auth" => {
            properties.get("authenticator").map(|code| one(id, code, None)).into_iter().collect()
        }
        _ => {
            let maps = MAPS.iter().flat_map(|(key, channel)| map(reader, event, id, channel, properties.get(key)));
            maps.collect()
        }
    }
}

/// Functions by key, in a property of a construct.
fn map<'v>(
    reader: &Reader<'_, '_>,
    event: &'v Event,
    id: &str,
    channel: &'static str,
    value: Option<&'v Value>,
) -> Vec<Found<'v>> {
    let entries = value.and_then(Value::as_object).map_or(&[][..], |object| &object.entries);
    let one = |(key, code): &'v (String, Value)| {
        // Of routes that lead elsewhere (a URL, a queue), none is a function.
        let elsewhere =
            code.get("type").and_then(Value::as_text).is_some_and(|kind| kind != "function" && kind != "lambda");
        let code = code.get("function").filter(|_| code.get("handler").is_none()).unwrap_or(code);
        let is_code = code.as_text().is_some() || code.get("handler").is_some();
        if elsewhere || !is_code {
            return None;
        }
        let owner = reader.key(id);
        let channel = match channel {
            "" => None,
            "http" => Some(match key.split_once(' ') {
                Some((method, path)) => ("http", format!("{owner} {} {path}", method.to_uppercase())),
                None if key.starts_with('$') || !key.contains('/') => ("websocket", format!("{owner} {key}")),
                None => ("http", format!("{owner} ANY {key}")),
            }),
            kind => Some((kind, owner)),
        };
        let site = match code {
            Value::Text(_) => site_of(event, Some(code)),
            _ => site_of(event, code.get("handler")),
        };
        Some(Found {
            name: format!("{id}-{}", plain_name(key)),
            code,
            channel,
            style: HandlerStyle::Bundler,
            site: Some(site),
        })
    };
    entries.iter().filter_map(one).collect()
}

/// The targets of the rules of a bus.
fn rules<'v>(reader: &Reader<'_, '_>, event: &'v Event, id: &str, rules: Option<&'v Value>) -> Vec<Found<'v>> {
    let entries = rules.and_then(Value::as_object).map_or(&[][..], |object| &object.entries);
    let of_rule = |(rule, value): &'v (String, Value)| {
        let targets = map(reader, event, id, "bus", value.get("targets"));
        let named = |found: Found<'v>| {
            let target = found.name.strip_prefix(id).unwrap_or(&found.name).to_owned();
            Found { name: format!("{id}-{rule}{target}"), ..found }
        };
        targets.into_iter().map(named).collect::<Vec<_>>()
    };
    entries.iter().flat_map(of_rule).collect()
}

/// `api.addRoutes(stack, { … })`, `queue.addConsumer(stack, handler)` and their like.
fn method<'v>(reader: &Reader<'_, '_>, event: &'v Event) -> Vec<Found<'v>> {
    let Some((_, id)) = reader.receiver(event) else { return Vec::new() };
    let value = event.positional(1);
    match event.callee.last() {
        "addRoutes" => map(reader, event, &id, "http", value),
        "addSubscribers" => map(reader, event, &id, "topic", value),
        "addConsumers" => map(reader, event, &id, "stream", value),
        "addNotifications" => map(reader, event, &id, "bucket", value),
        "addRules" => rules(reader, event, &id, value),
        "addTriggers" => map(reader, event, &id, "identity", value),
        "addConsumer" => {
            let found = |code| Found {
                name: format!("{id}-consumer"),
                code,
                channel: Some(("queue", reader.key(&id))),
                style: HandlerStyle::Bundler,
                site: Some(site_of(event, Some(code))),
            };
            value.map(found).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
