//! Version 3: components are globals, `new sst.aws.Function("Name", { handler })`, and handlers are handed to their
//! methods, `queue.subscribe("src/x.handler")`.

use lockstep_script::evaluate::{Event, EventKind, Value};

use super::{
    Found, Reader,
    components::{self, Kind},
};
use crate::{evaluated::plain_name, platform::HandlerStyle};

/// Properties of components whose value is a handler.
const PROPERTIES: [&str; 9] =
    ["function", "job", "worker", "task", "authorizer", "authenticator", "issuer", "subscriber", "handler"];

/// The functions that a call makes.
pub(super) fn functions<'v>(reader: &Reader<'_, '_>, event: &'v Event) -> Vec<Found<'v>> {
    if event.kind == EventKind::Method {
        return method(reader, event).into_iter().collect();
    }
    let Some(component) = components::component(event).filter(|_| components::is_version_3(event)) else {
        return Vec::new();
    };
    let Some(name) = event.positional(0).and_then(Value::as_text).map(str::to_owned) else { return Vec::new() };
    let Some(properties) = event.positional(1) else { return Vec::new() };
    let style = HandlerStyle::Bundler;
    let one = |name: String, code, channel| Found { name, code, channel, style, site: None };
    match components::kind(component) {
        Kind::Function => {
            let channel = properties.get("url").map(|_| ("http", format!("{} ANY /", reader.key(&name))));
            vec![one(name, properties, channel)]
        }
        Kind::Worker => {
            let channel = properties.get("url").map(|_| ("http", format!("{} ANY /", reader.key(&name))));
            vec![Found { style: HandlerStyle::Path, ..one(name, properties, channel) }]
        }
        Kind::Cron => {
            let code = ["function", "job", "worker"].iter().find_map(|key| properties.get(key));
            let key = format!("{}/schedule", reader.key(&name));
            code.map(|code| one(name, code, Some(("schedule", key)))).into_iter().collect()
        }
        Kind::Other if component.ends_with("Auth") || component.ends_with("Realtime") => {
            let code = PROPERTIES.iter().find_map(|key| properties.get(key));
            code.map(|code| one(name, code, None)).into_iter().collect()
        }
        Kind::Other if component.ends_with("CognitoUserPool") => {
            let triggers = properties.get("triggers").and_then(Value::as_object);
            let triggers = triggers.map_or(&[][..], |object| &object.entries);
            let of = |(key, code): &'v (String, Value)| {
                let channel = Some(("identity", reader.key(&name)));
                one(format!("{name}-{key}"), code, channel)
            };
            triggers.iter().map(of).collect()
        }
        _ => Vec::new(),
    }
}

/// A handler that is handed to a method of a component.
fn method<'v>(reader: &Reader<'_, '_>, event: &'v Event) -> Option<Found<'v>> {
    let (kind, owner) = reader.receiver(event)?;
    let key = reader.key(&owner);
    let found = |name: String, code, channel| Found { name, code, channel, style: HandlerStyle::Bundler, site: None };
    match (kind, event.callee.last()) {
        (Kind::Api, "route") => {
            let route = event.positional(0)?.as_text()?;
            let code = event.positional(1)?;
            let channel = match route.split_once(' ') {
                Some((method, path)) => ("http", format!("{key} {} {path}", method.to_uppercase())),
                None if route.starts_with('$') => ("websocket", format!("{key} {route}")),
                None => ("http", format!("{key} ANY {route}")),
            };
            let site = super::evaluated::site_of(event, event.positional(0));
            Some(Found { site: Some(site), ..found(format!("{owner}-{}", plain_name(route)), code, Some(channel)) })
        }
        (Kind::Api, "addAuthorizer") => {
            let (name, options) = match (event.positional(0)?, event.positional(1)) {
                (Value::Text(name), Some(options)) => (name.text.clone(), options),
                (options, _) => {
                    (options.get("name").and_then(Value::as_text).unwrap_or("authorizer").to_owned(), options)
                }
            };
            let code = ["lambda", "tokenFunction", "requestFunction"].iter().find_map(|key| options.get(key))?;
            let code = code.get("function").unwrap_or(code);
            Some(found(format!("{owner}-{}", plain_name(&name)), code, None))
        }
        (Kind::Api, "addDataSource") => {
            let options = event.positional(0)?;
            let name = options.get("name").and_then(Value::as_text)?;
            Some(found(format!("{owner}-{name}"), options.get("lambda")?, None))
        }
        (kind, "subscribe" | "notify") => {
            let channel = match kind {
                Kind::Queue => "queue",
                Kind::Topic => "topic",
                Kind::Bus => "bus",
                Kind::Stream | Kind::Table => "stream",
                Kind::Bucket => "bucket",
                _ => "other",
            };
            // Older forms take the handler alone, newer ones a name before it.
            let (name, code) = match (event.positional(0)?, event.positional(1)) {
                (Value::Text(name), Some(code @ (Value::Text(_) | Value::Object(_))))
                    if code.as_text().is_some() || code.get("handler").is_some() =>
                {
                    (name.text.clone(), code)
                }
                (code, _) => ("subscriber".to_owned(), code),
            };
            Some(found(format!("{owner}-{}", plain_name(&name)), code, Some((channel, key))))
        }
        _ => None,
    }
}
