//! What starts functions and what they use: subscriptions, mappings, routes, and resources that their environment names.

use std::collections::BTreeMap;

use lockstep_model::{Access, Channel, Store, Strength};
use lockstep_script::evaluate::{Event, EventKind, Value};

use super::Reader;
use crate::{evaluated::plain_name, in_code::receives, platform::Declared};

impl Reader<'_> {
    /// Adds what `event` says of functions; functions that are written in it go to `inline`.
    pub(super) fn wire(&self, event: &Event, found: &mut BTreeMap<usize, Declared>, inline: &mut Vec<Declared>) {
        if event.kind == EventKind::Method {
            self.method(event, found, inline);
            return;
        }
        let Some((_, resource)) = self.resource(event) else { return };
        let attach = |names: &[&str], channel: Option<Channel>, found: &mut BTreeMap<usize, Declared>| {
            let target = self.argument(event, names).and_then(Value::instance);
            if let (Some(function), Some(channel)) = (target.and_then(|at| found.get_mut(&at)), channel) {
                function.channels.push(channel);
            }
        };
        match resource.as_str() {
            "lambda.EventSourceMapping" => {
                let source = self.argument(event, &["eventSourceArn", "event_source_arn"]);
                attach(&["functionName", "function_name"], source.and_then(|source| self.channel(source)), found);
            }
            "sns.TopicSubscription" => {
                let topic = self.argument(event, &["topic"]);
                attach(&["endpoint"], topic.and_then(|topic| self.channel(topic)), found);
            }
            "cloudwatch.EventTarget" => {
                let rule = self.argument(event, &["rule"]).and_then(|rule| self.channel(rule));
                attach(&["arn"], rule, found);
            }
            "apigatewayv2.Integration" | "apigateway.Integration" => {
                let api =
                    self.argument(event, &["apiId", "api_id", "restApi", "rest_api"]).and_then(|api| self.event(api));
                let name = api.and_then(|api| self.name_of(api)).unwrap_or("api");
                let key = format!("{} ANY /", self.key(name));
                attach(&["integrationUri", "integration_uri", "uri"], Some(receives("http", key)), found);
            }
            "cloudwatch.onSchedule" => {
                let Some(name) = self.name_of(event) else { return };
                let channel = receives("schedule", format!("{}/schedule", self.key(name)));
                self.handed(event, name, event.positional(2), channel, found, inline);
            }
            "RestAPI" | "API" | "apigateway.API" | "classic.apigateway.API" => self.routes(event, found, inline),
            _ => {}
        }
    }

    /// A closure or a function that `value` is, started by `channel`.
    fn handed(
        &self,
        event: &Event,
        name: &str,
        value: Option<&Value>,
        channel: Channel,
        found: &mut BTreeMap<usize, Declared>,
        inline: &mut Vec<Declared>,
    ) {
        match value {
            Some(Value::Function(code)) => {
                if let Some(mut function) = self.inline(event, name, code) {
                    function.channels.push(channel);
                    inline.push(function);
                }
            }
            Some(value) => {
                if let Some(function) = value.instance().and_then(|at| found.get_mut(&at)) {
                    function.channels.push(channel);
                }
            }
            None => {}
        }
    }

    /// `bucket.onObjectCreated("name", handler)`, `queue.onEvent("name", handler)`.
    fn method(&self, event: &Event, found: &mut BTreeMap<usize, Declared>, inline: &mut Vec<Declared>) {
        if !event.callee.last().starts_with("on") {
            return;
        }
        let Some(owner) = event.callee.receiver.as_ref() else { return };
        let (Some(channel), Some(name)) = (self.channel(owner), event.positional(0).and_then(Value::as_text)) else {
            return;
        };
        // A schedule may stand between the name and the handler.
        let handler = event.arguments.iter().skip(1).map(|given| &given.value);
        let handler = handler.into_iter().find(|value| matches!(value, Value::Function(_) | Value::Instance(_)));
        self.handed(event, name, handler, channel, found, inline);
    }

    /// The routes of an API, and its authorizers.
    fn routes(&self, event: &Event, found: &mut BTreeMap<usize, Declared>, inline: &mut Vec<Declared>) {
        let Some(api) = self.name_of(event) else { return };
        let routes = self.argument(event, &["routes"]).and_then(Value::as_list).unwrap_or_default();
        for route in routes {
            let text = |names: &[&str]| self.field(route, names).and_then(Value::as_text);
            let Some(path) = text(&["path"]) else { continue };
            let method = text(&["method"]).map_or_else(
                || match self.field(route, &["method"]) {
                    Some(Value::External(_, name)) => name.rsplit('.').next().unwrap_or("ANY").to_uppercase(),
                    _ => "ANY".to_owned(),
                },
                str::to_uppercase,
            );
            let channel = receives("http", format!("{} {method} /{}", self.key(api), path.trim_start_matches('/')));
            let name = plain_name(&format!("{api} {method} {path}"));
            let handler = self.field(route, &["eventHandler", "event_handler"]);
            self.handed(event, &name, handler, channel, found, inline);
        }
    }

    /// The channel that a resource, or an attribute of it, is.
    fn channel(&self, value: &Value) -> Option<Channel> {
        let event = self.event(value)?;
        let (_, resource) = self.resource(event)?;
        let name = self.name_of(event)?;
        let key = self.key(name);
        let kind = match resource.as_str() {
            "sqs.Queue" => "queue",
            "sns.Topic" | "pubsub.Topic" => "topic",
            "s3.Bucket" | "s3.BucketV2" | "storage.Bucket" => "bucket",
            "dynamodb.Table" | "kinesis.Stream" => "stream",
            "cloudwatch.EventBus" => "bus",
            "cloudwatch.LogGroup" => "log",
            "cloudwatch.EventRule" => {
                let scheduled = self.argument(event, &["scheduleExpression", "schedule_expression"]).is_some();
                return Some(if scheduled {
                    receives("schedule", format!("{key}/schedule"))
                } else {
                    receives("bus", key)
                });
            }
            _ => return None,
        };
        Some(receives(kind, key))
    }

    /// The store that a value in the environment names.
    pub(super) fn store(&self, value: &Value) -> Option<Store> {
        let event = self.event(value)?;
        let (_, resource) = self.resource(event)?;
        let kind = match resource.as_str() {
            "dynamodb.Table" => "table",
            "s3.Bucket" | "s3.BucketV2" | "storage.Bucket" => "bucket",
            "rds.Instance" | "rds.Cluster" => "database",
            "secretsmanager.Secret" => "secret",
            _ => return None,
        };
        let key = self.key(self.name_of(event)?);
        Some(Store { kind: kind.to_owned(), key, access: Access::Unknown, strength: Strength::Own })
    }
}
