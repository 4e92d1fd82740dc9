//! What other resources say of functions: event source mappings, subscriptions, rules, routes, state machines and
//! permissions.

use lockstep_model::{
    ChannelDirection::{Receives, Sends},
    Strength,
};

use super::{
    api,
    keys::{Keys, Target},
    render,
    value::{Reference, Value},
};
use crate::aws::uses::{Use, Uses};

/// A wire that one resource makes: where it names the function, and where the channel; the resource itself is the
/// channel where none is named.
struct Wire {
    resource: &'static str,
    function: &'static [&'static str],
    channel: &'static [&'static str],
    kind: &'static str,
}

const WIRES: [Wire; 13] = [
    Wire { resource: "aws_sns_topic_subscription", function: &["endpoint"], channel: &["topic_arn"], kind: "topic" },
    Wire { resource: "aws_scheduler_schedule", function: &["target", "arn"], channel: &[], kind: "schedule" },
    Wire { resource: "aws_lambda_function_url", function: &["function_name"], channel: &[], kind: "http" },
    Wire {
        resource: "aws_appsync_datasource",
        function: &["lambda_config", "function_arn"],
        channel: &[],
        kind: "http",
    },
    Wire { resource: "aws_lb_target_group_attachment", function: &["target_id"], channel: &[], kind: "http" },
    Wire { resource: "aws_api_gateway_authorizer", function: &["authorizer_uri"], channel: &[], kind: "http" },
    Wire { resource: "aws_apigatewayv2_authorizer", function: &["authorizer_uri"], channel: &[], kind: "http" },
    Wire { resource: "aws_iot_topic_rule", function: &["lambda", "function_arn"], channel: &[], kind: "topic" },
    Wire {
        resource: "aws_secretsmanager_secret_rotation",
        function: &["rotation_lambda_arn"],
        channel: &["secret_id"],
        kind: "other",
    },
    Wire {
        resource: "aws_config_config_rule",
        function: &["source", "source_identifier"],
        channel: &[],
        kind: "other",
    },
    Wire {
        resource: "aws_ses_receipt_rule",
        function: &["lambda_action", "function_arn"],
        channel: &[],
        kind: "other",
    },
    Wire { resource: "aws_cloudformation_stack", function: &["parameters"], channel: &[], kind: "other" },
    Wire { resource: "google_cloud_scheduler_job", function: &["http_target", "uri"], channel: &[], kind: "schedule" },
];

/// Everything that resources other than the functions themselves say: uses by function.
pub(super) fn read(keys: &Keys<'_, '_>, functions: usize) -> Vec<Uses> {
    let mut uses = vec![Uses::default(); functions];
    let mut permissions = Vec::new();
    for scope in &keys.scopes {
        let module = keys.world.module_of(*scope);
        for (address, at) in module.addresses() {
            let block = module.block_at(at);
            if block.kind.text != "resource" {
                continue;
            }
            for instance in keys.world.instances(*scope, at).iter() {
                let reference =
                    Reference { scope: *scope, address: address.into(), key: instance.key.clone(), path: Vec::new() };
                let mut reader = Reader { keys, reference, uses: &mut uses };
                match block.label(0) {
                    "aws_lambda_permission" => {
                        permissions.extend(reader.permission(&keys.world.config(*scope, at, instance)));
                    }
                    kind if is_wire(kind) => reader.resource(kind, &keys.world.config(*scope, at, instance)),
                    _ => {}
                }
            }
        }
    }
    // A permission says who calls, not what for: it counts where nothing else tells.
    for (function, kind, key) in permissions {
        if !uses[function].channels.iter().any(|one| one.kind == kind && one.direction == Receives) {
            uses[function].add(Use::Channel(kind, Receives), key, Strength::Own);
        }
    }
    uses
}

fn is_wire(kind: &str) -> bool {
    const OTHERS: [&str; 12] = [
        "aws_lambda_event_source_mapping",
        "aws_cloudwatch_event_target",
        "aws_s3_bucket_notification",
        "aws_cognito_user_pool",
        "aws_sfn_state_machine",
        "aws_pipes_pipe",
        "aws_api_gateway_integration",
        "aws_api_gateway_rest_api",
        "aws_apigatewayv2_api",
        "aws_apigatewayv2_integration",
        "aws_lambda_function_event_invoke_config",
        "aws_cloudfront_distribution",
    ];
    OTHERS.contains(&kind) || WIRES.iter().any(|wire| wire.resource == kind)
}

/// What `path` leads to, one after the other.
pub(super) fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| value.get(name)).filter(|value| !value.is_empty())
}

struct Reader<'r, 'w, 'f> {
    keys: &'r Keys<'w, 'f>,
    reference: Reference,
    uses: &'r mut Vec<Uses>,
}

impl Reader<'_, '_, '_> {
    fn own_key(&self) -> String {
        self.keys.block_key(&self.reference)
    }

    fn wire(&mut self, function: usize, what: Use, key: String) {
        self.uses[function].add(what, key, Strength::Own);
    }

    fn receives(&mut self, function: Option<usize>, kind: &'static str, key: String) {
        if let Some(function) = function {
            self.wire(function, Use::Channel(kind, Receives), key);
        }
    }

    fn resource(&mut self, kind: &str, config: &Value) {
        match kind {
            "aws_lambda_event_source_mapping" => {
                let function = config.get("function_name").and_then(|name| self.keys.function_of(name));
                if let (Some(function), Some(source)) = (function, config.get("event_source_arn")) {
                    self.source(function, source);
                }
            }
            "aws_cloudwatch_event_target" => {
                let function = config.get("arn").and_then(|arn| self.keys.function_of(arn));
                if let Some((kind, key)) = config.get("rule").and_then(|rule| rule_key(self.keys, rule)) {
                    self.receives(function, kind, key);
                }
            }
            "aws_s3_bucket_notification" => self.bucket(config),
            "aws_cognito_user_pool" => {
                let triggers = config.get("lambda_config").map(|triggers| self.keys.functions_in(triggers));
                for function in triggers.into_iter().flatten() {
                    let key = self.own_key();
                    self.wire(function, Use::Channel("identity", Receives), key);
                }
            }
            "aws_cloudfront_distribution" => {
                for function in self.keys.functions_in(config) {
                    let key = self.own_key();
                    self.wire(function, Use::Channel("http", Receives), key);
                }
            }
            "aws_sfn_state_machine" => self.machine(config),
            "aws_pipes_pipe" => self.pipe(config),
            "aws_lambda_function_event_invoke_config" => self.destinations(config),
            "aws_apigatewayv2_integration" => self.routes(api::of_integration(self.keys, &self.reference, config)),
            "aws_api_gateway_integration" => self.routes(api::of_method(self.keys, config)),
            "aws_api_gateway_rest_api" | "aws_apigatewayv2_api" => {
                self.routes(api::of_document(self.keys, &self.own_key(), config.get("body")));
                let target = config.get("target").and_then(|target| self.keys.function_of(target));
                let key = self.own_key();
                self.receives(target, "http", key);
            }
            _ => self.simple(kind, config),
        }
    }

    fn simple(&mut self, kind: &str, config: &Value) {
        let Some(wire) = WIRES.iter().find(|wire| wire.resource == kind) else { return };
        let function = at(config, wire.function).and_then(|value| self.keys.function_of(value));
        let named = (!wire.channel.is_empty()).then(|| at(config, wire.channel)).flatten();
        let key = named.and_then(|value| self.keys.key_of(value, wire.kind)).unwrap_or_else(|| self.own_key());
        self.receives(function, wire.kind, key);
    }

    fn routes(&mut self, routes: Vec<(usize, &'static str, String)>) {
        for (function, kind, key) in routes {
            self.wire(function, Use::Channel(kind, Receives), key);
        }
    }

    /// A queue or a stream that is polled for a function.
    fn source(&mut self, function: usize, source: &Value) {
        if let Some((kind, key)) = source_key(self.keys, source) {
            self.wire(function, Use::Channel(kind, Receives), key);
        }
    }

    fn bucket(&mut self, config: &Value) {
        let key = config.get("bucket").and_then(|bucket| self.keys.key_of(bucket, "bucket"));
        let key = key.unwrap_or_else(|| self.own_key());
        for item in config.get("lambda_function").into_iter().flat_map(Value::items) {
            let function = item.get("lambda_function_arn").and_then(|arn| self.keys.function_of(arn));
            self.receives(function, "bucket", key.clone());
        }
    }

    /// The functions of one state machine hang together by it.
    fn machine(&mut self, config: &Value) {
        let Some(definition) = config.get("definition") else { return };
        let key = self.own_key();
        let structured = render::structured(definition);
        let mut functions = self.keys.functions_in(definition);
        functions.extend(structured.iter().flat_map(|definition| self.keys.functions_in(definition)));
        for function in functions {
            self.wire(function, Use::Channel("state-machine", Receives), key.clone());
        }
    }

    fn pipe(&mut self, config: &Value) {
        for name in ["target", "enrichment"] {
            let function = config.get(name).and_then(|value| self.keys.function_of(value));
            if let (Some(function), Some(source)) = (function, config.get("source")) {
                self.source(function, source);
            }
        }
    }

    /// Where results and failures of asynchronous calls go.
    fn destinations(&mut self, config: &Value) {
        let Some(function) = config.get("function_name").and_then(|name| self.keys.function_of(name)) else { return };
        for outcome in ["on_success", "on_failure"] {
            if let Some(value) = at(config, &["destination_config", outcome, "destination"]) {
                sends(self.keys, value, &mut self.uses[function]);
            }
        }
    }

    /// Who may call a function: the kind of channel and its key.
    fn permission(&mut self, config: &Value) -> Option<(usize, &'static str, String)> {
        let function = self.keys.function_of(config.get("function_name")?)?;
        allowed(self.keys, config).map(|(kind, key)| (function, kind, key))
    }
}

/// The channel behind a permission: who calls, and on behalf of what.
pub(super) fn allowed(keys: &Keys<'_, '_>, config: &Value) -> Option<(&'static str, String)> {
    let principal = config.get("principal").or_else(|| config.get("service")).and_then(Value::known)?;
    let source = at(config, &["source_arn"])?;
    let service = principal.split('.').next().unwrap_or("");
    Some(match service {
        "events" => rule_key(keys, source)?,
        "s3" => ("bucket", keys.key_of(source, "bucket")?),
        "sns" => ("topic", keys.key_of(source, "topic")?),
        "apigateway" => ("http", api::of_permission(keys, source)?),
        "cognito-idp" => ("identity", keys.key_of(source, "identity")?),
        "scheduler" => ("schedule", keys.key_of(source, "schedule")?),
        _ => return None,
    })
}

/// What a function sends on, or calls, as a destination.
pub(super) fn sends(keys: &Keys<'_, '_>, value: &Value, uses: &mut Uses) {
    let Some(target) = keys.target(value) else { return };
    let kind = keys.kind(&target).unwrap_or("queue");
    let what = if kind == "function" { Use::Call(kind) } else { Use::Channel(kind, Sends) };
    if let Some(key) = keys.key(&target, kind) {
        uses.add(what, key, Strength::Own);
    }
}

/// The channel that an event source is.
pub(super) fn source_key(keys: &Keys<'_, '_>, source: &Value) -> Option<(&'static str, String)> {
    let target = keys.target(source)?;
    let kind = match keys.kind(&target) {
        Some("queue") => "queue",
        None if matches!(&target, Target::Block(reference) if reference.attribute().contains("queue")) => "queue",
        _ => "stream",
    };
    Some((kind, keys.key(&target, kind)?))
}

/// The channel that a rule of events is: a bus and what of it the rule lets through, or a schedule.
pub(super) fn rule_key(keys: &Keys<'_, '_>, rule: &Value) -> Option<(&'static str, String)> {
    let target = keys.target(rule)?;
    let Target::Block(reference) = &target else { return Some(("bus", keys.key(&target, "bus")?)) };
    let config = keys.world.config_of(reference)?;
    let whole = Reference { path: Vec::new(), ..(**reference).clone() };
    let pattern = at(&config, &["event_pattern"]).or_else(|| at(&config, &["event_pattern_json"]));
    let Some(pattern) = pattern else { return Some(("schedule", keys.block_key(&whole))) };
    let bus = at(&config, &["event_bus_name"]).and_then(|bus| keys.key_of(bus, "bus"));
    let bus = bus.unwrap_or_else(|| "default".to_owned());
    let pattern = render::structured(pattern);
    let words = |name: &str| {
        let said = pattern.as_ref().and_then(|pattern| pattern.get(name));
        let words: Vec<String> = said.into_iter().flat_map(Value::items).map(|item| keys.world.pattern(item)).collect();
        words.join("|")
    };
    let key = match (words("source"), words("detail-type")) {
        (source, detail) if source.is_empty() && detail.is_empty() => bus,
        (source, detail) if detail.is_empty() => format!("{bus} {source}"),
        (source, detail) => format!("{bus} {source}/{detail}"),
    };
    Some(("bus", key))
}
