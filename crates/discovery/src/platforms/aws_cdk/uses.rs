//! What resources are: their kinds and keys, and what being granted something means.

use lockstep_model::{
    Access::{Read, Write},
    ChannelDirection::{Receives, Sends},
};
use lockstep_script::evaluate::{Evaluation, Event, EventKind, Value};

use super::{
    constructs::{camel, inner, kind, property},
    functions::Labels,
};
use crate::aws::{
    actions::action_uses,
    arn,
    uses::Use::{self, Call, Channel, Store},
};

/// Constructs that are channels, stores, or things to call.
const RESOURCES: [(&str, &str, &str); 34] = [
    ("aws-dynamodb", "Table", "table"),
    ("aws-dynamodb", "TableV2", "table"),
    ("aws-dynamodb", "CfnTable", "table"),
    ("aws-dynamodb", "CfnGlobalTable", "table"),
    ("aws-s3", "Bucket", "bucket"),
    ("aws-s3", "CfnBucket", "bucket"),
    ("aws-sqs", "Queue", "queue"),
    ("aws-sqs", "CfnQueue", "queue"),
    ("aws-sns", "Topic", "topic"),
    ("aws-sns", "CfnTopic", "topic"),
    ("aws-events", "EventBus", "bus"),
    ("aws-events", "CfnEventBus", "bus"),
    ("aws-kinesis", "Stream", "stream"),
    ("aws-kinesis", "CfnStream", "stream"),
    ("aws-kinesisfirehose", "DeliveryStream", "stream"),
    ("aws-kinesisfirehose", "CfnDeliveryStream", "stream"),
    ("aws-stepfunctions", "StateMachine", "state-machine"),
    ("aws-stepfunctions", "CfnStateMachine", "state-machine"),
    ("aws-secretsmanager", "Secret", "secret"),
    ("aws-secretsmanager", "DatabaseSecret", "secret"),
    ("aws-ssm", "StringParameter", "parameter"),
    ("aws-ssm", "StringListParameter", "parameter"),
    ("aws-rds", "DatabaseInstance", "database"),
    ("aws-rds", "DatabaseCluster", "database"),
    ("aws-rds", "ServerlessCluster", "database"),
    ("aws-rds", "DatabaseProxy", "database"),
    ("aws-efs", "FileSystem", "file-system"),
    ("aws-apigateway", "RestApi", "http"),
    ("aws-apigateway", "LambdaRestApi", "http"),
    ("aws-apigateway", "SpecRestApi", "http"),
    ("aws-apigatewayv2", "HttpApi", "http"),
    ("aws-apigatewayv2", "WebSocketApi", "websocket"),
    ("aws-appsync", "GraphqlApi", "http"),
    ("aws-cognito", "UserPool", "identity"),
];

/// The kind of resource that an event makes or looks up.
pub(super) fn resource_kind(event: &Event) -> Option<&'static str> {
    let found = kind(&event.callee)?;
    let class = found.name.split('.').next().unwrap_or_default();
    RESOURCES
        .iter()
        .find(|(module, name, _)| *module == found.module && *name == class)
        .map(|(_, _, resource)| *resource)
}

/// A resource, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) kind: &'static str,
    pub(super) key: String,
    /// The event that made it.
    pub(super) event: usize,
}

/// The resource that a value is, or is an attribute of.
pub(super) fn resource(evaluation: &Evaluation, labels: &Labels<'_>, value: &Value) -> Option<Resource> {
    let mut index = value.instance()?;
    for _ in 0..8 {
        let event = evaluation.events.get(index)?;
        if let Some(kind) = resource_kind(event) {
            return Some(Resource { kind, key: key(event, kind, index, labels), event: index });
        }
        // `topic.addX().y`, `api.root`: of what it is called on.
        index = event.callee.receiver.as_ref()?.instance()?;
    }
    None
}

fn key(event: &Event, kind: &str, index: usize, labels: &Labels<'_>) -> String {
    // `Table.fromTableName(scope, id, name)`.
    let looked_up = event.kind != EventKind::New && event.callee.name.contains('.');
    let looked_up = looked_up && camel(event.callee.last()).starts_with("from");
    if looked_up {
        let third = event
            .positional(2)
            .or_else(|| event.arguments.iter().rev().find(|one| one.name.is_some()).map(|one| &one.value));
        let text = third.and_then(|third| match third {
            Value::Object(object) => object.entries.iter().find_map(|(_, value)| value.as_text()),
            other => other.as_text(),
        });
        if let Some(text) = text.filter(|text| text.chars().any(char::is_alphanumeric)) {
            return arn::name(text, kind).to_owned();
        }
    }
    labels.key(index)
}

/// What a method that grants something lets the grantee do to a resource of a kind.
pub(super) fn granted(kind: &'static str, method: &str, event: &Event) -> Vec<Use> {
    let method = camel(method);
    let reads = method.contains("Read");
    let writes = ["Write", "Put", "Delete", "FullAccess", "ReadWrite"].iter().any(|word| method.contains(word));
    match (kind, &*method) {
        ("table", "grantStreamRead" | "grantStream" | "grantTableListStreams") => Vec::new(),
        (_, "grant") => {
            actions(event).iter().flat_map(|action| uses_of(action)).filter(|one| one.kind() == kind).collect()
        }
        ("table" | "bucket" | "secret" | "parameter", _) if writes => vec![Store(kind, Write)],
        ("table" | "bucket" | "secret" | "parameter", _) if reads => vec![Store(kind, Read)],
        ("database" | "file-system", _) => {
            vec![Store(kind, if writes { Write } else { lockstep_model::Access::Unknown })]
        }
        ("queue", "grantSendMessages") => vec![Channel(kind, Sends)],
        ("queue", "grantConsumeMessages") => vec![Channel(kind, Receives)],
        ("topic", "grantPublish") => vec![Channel(kind, Sends)],
        ("bus", "grantPutEventsTo" | "grantPutEvents" | "grantAllPutEvents") => vec![Channel(kind, Sends)],
        ("stream", _) => {
            let ways = [(reads, Channel(kind, Receives)), (writes, Channel(kind, Sends))];
            ways.into_iter().filter_map(|(said, what)| said.then_some(what)).collect()
        }
        ("state-machine", "grantStartExecution" | "grantStartSyncExecution" | "grantExecution") => vec![Call(kind)],
        _ => Vec::new(),
    }
}

/// Texts among the arguments that are actions.
fn actions(event: &Event) -> Vec<String> {
    event
        .arguments
        .iter()
        .filter_map(|given| given.value.as_text())
        .filter(|text| text.contains(':'))
        .map(str::to_owned)
        .collect()
}

/// What an action of IAM means.
pub(super) fn uses_of(action: &str) -> Vec<Use> {
    action
        .split_once(':')
        .map(|(service, action)| action_uses(&service.to_ascii_lowercase(), action))
        .unwrap_or_default()
}

/// What a statement of a policy lets do, with the key of what it is done to.
pub(super) fn statement(evaluation: &Evaluation, labels: &Labels<'_>, value: &Value) -> Vec<(Use, String)> {
    let event = value.instance().and_then(|index| evaluation.events.get(index));
    let said = |name: &str| match event {
        Some(event) => property(event, name),
        None => inner(value, name),
    };
    if said("effect").is_some_and(|effect| matches!(effect, Value::External(_, path) if path.ends_with("DENY"))) {
        return Vec::new();
    }
    let texts = |value: Option<&Value>| -> Vec<String> {
        match value {
            Some(Value::List(list)) => list.iter().filter_map(Value::as_text).map(str::to_owned).collect(),
            Some(Value::Text(text)) => vec![text.text.clone()],
            _ => Vec::new(),
        }
    };
    let mut uses: Vec<Use> = Vec::new();
    for action in texts(said("actions")) {
        for one in uses_of(&action) {
            if !uses.contains(&one) {
                uses.push(one);
            }
        }
    }
    let resources: Vec<Value> = match said("resources") {
        Some(Value::List(list)) => list.clone(),
        Some(other) => vec![other.clone()],
        None => Vec::new(),
    };
    let mut found = Vec::new();
    for one in &resources {
        for what in &uses {
            if let Some(key) = named(evaluation, labels, one, what.kind()) {
                found.push((*what, key));
            }
        }
    }
    found
}

/// The key of a thing of a kind that a value names: the resource, or the name in a text.
pub(super) fn named(evaluation: &Evaluation, labels: &Labels<'_>, value: &Value, kind: &'static str) -> Option<String> {
    match value {
        Value::Text(text) => {
            let telling = arn::fits(kind, &text.text).then(|| arn::name(&text.text, kind))?;
            telling.chars().any(char::is_alphanumeric).then(|| telling.to_owned())
        }
        other => resource(evaluation, labels, other).filter(|found| found.kind == kind).map(|found| found.key),
    }
}
