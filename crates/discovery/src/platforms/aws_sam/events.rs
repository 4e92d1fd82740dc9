//! `Events` of a function of SAM: what triggers it.

use lockstep_document::Node;
use lockstep_model::{ChannelDirection::Receives, Strength};

use super::{
    evaluate::World,
    uses::{Use, Uses},
};

/// Types of events that name what they come from, each with the property that names it.
const SOURCES: [(&str, &str, &str); 13] = [
    ("SQS", "queue", "Queue"),
    ("SNS", "topic", "Topic"),
    ("S3", "bucket", "Bucket"),
    ("DynamoDB", "stream", "Stream"),
    ("Kinesis", "stream", "Stream"),
    ("MSK", "stream", "Stream"),
    ("DocumentDB", "stream", "Cluster"),
    ("MQ", "queue", "Broker"),
    ("SelfManagedKafka", "stream", "Topics"),
    ("CloudWatchLogs", "log", "LogGroupName"),
    ("Cognito", "identity", "UserPool"),
    ("IoTRule", "topic", "Sql"),
    ("AlexaSkill", "other", "SkillId"),
];

/// Adds what the events in `node` say of the function `id`.
pub(super) fn read(world: &World<'_>, stack: usize, id: &str, node: &Node, uses: &mut Uses) {
    for (name, event) in node.entries() {
        let Some(kind) = event.get("Type").and_then(Node::as_str) else { continue };
        let said = event.get("Properties").unwrap_or(event);
        // An event that makes its own source (a schedule, a skill) is nobody else's.
        let own = || format!("{}#{id}{}", world.stacks[stack].label, name.text);
        let (channel, key) = match kind {
            "Api" => ("http", Some(route(world, stack, said, "RestApiId", "ServerlessRestApi"))),
            "HttpApi" => ("http", Some(route(world, stack, said, "ApiId", "ServerlessHttpApi"))),
            "Schedule" | "ScheduleV2" => ("schedule", Some(own())),
            "EventBridgeRule" | "CloudWatchEvent" => ("bus", Some(rule(world, stack, said))),
            _ => match SOURCES.iter().find(|(known, ..)| *known == kind) {
                Some((_, channel, property)) => {
                    let key = said.get(property).and_then(|source| world.key(stack, source, channel));
                    (*channel, Some(key.unwrap_or_else(own)))
                }
                None => ("other", Some(own())),
            },
        };
        if let Some(key) = key {
            uses.add(Use::Channel(channel, Receives), key, Strength::Own);
        }
    }
}

/// `orders#Api GET /orders/{id}`.
fn route(world: &World<'_>, stack: usize, said: &Node, api: &str, implicit: &str) -> String {
    let text = |name: &str| said.get(name).and_then(|node| world.literal(stack, node));
    let method = text("Method").unwrap_or_else(|| "ANY".into()).to_ascii_uppercase();
    let path = text("Path").unwrap_or_else(|| "$default".into());
    let key = said.get(api).and_then(|node| world.key(stack, node, "http"));
    let api = key.unwrap_or_else(|| format!("{}#{implicit}", world.stacks[stack].label));
    route_key(&api, &method, &path)
}

/// The key of a route: two APIs with one route are two channels.
pub(super) fn route_key(api: &str, method: &str, path: &str) -> String {
    format!("{api} {method} {path}")
}

/// `platform#Bus orders/OrderCreated`: the bus, and what of it the rule lets through.
fn rule(world: &World<'_>, stack: usize, said: &Node) -> String {
    let bus = said.get("EventBusName").and_then(|bus| world.key(stack, bus, "bus"));
    bus_key(&bus.unwrap_or_else(|| "default".into()), said.get("Pattern").or_else(|| said.get("EventPattern")))
}

/// The key of what a rule with `pattern` lets through from `bus`.
pub(super) fn bus_key(bus: &str, pattern: Option<&Node>) -> String {
    let words = |name: &str| {
        let said = pattern.and_then(|pattern| pattern.get(name));
        let words: Vec<&str> = said
            .into_iter()
            .flat_map(|node| std::iter::once(node).chain(node.items()))
            .filter_map(Node::as_text)
            .collect();
        words.join("|")
    };
    match (words("source"), words("detail-type")) {
        (source, detail) if source.is_empty() && detail.is_empty() => bus.to_owned(),
        (source, detail) if detail.is_empty() => format!("{bus} {source}"),
        (source, detail) => format!("{bus} {source}/{detail}"),
    }
}
