//! Statements of IAM and types of resources: what they are as channels, stores and calls.

use lockstep_model::{
    Access::{self, Read, Unknown, Write},
    Channel, ChannelDirection,
    ChannelDirection::{Receives, Sends},
    Invocation, Layer, Store, Strength,
};

/// The kinds of things that have names.
pub(super) const KINDS: [&str; 11] = [
    "table",
    "bucket",
    "queue",
    "topic",
    "bus",
    "stream",
    "function",
    "state-machine",
    "secret",
    "parameter",
    "database",
];

/// What a statement lets a function do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Read or write a store.
    Store(&'static str, Access),
    /// Receive from or send on a channel.
    Channel(&'static str, ChannelDirection),
    /// Call a function or start a state machine.
    Call(&'static str),
}

impl Use {
    /// The kind of thing that is used.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Store(kind, _) | Self::Channel(kind, _) | Self::Call(kind) => kind,
        }
    }
}

/// What one function uses.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses {
    pub(super) layers: Vec<Layer>,
    pub(super) channels: Vec<Channel>,
    pub(super) stores: Vec<Store>,
    pub(super) invokes: Vec<Invocation>,
}

impl Uses {
    /// Adds the use of what is called `key`.
    pub(super) fn add(&mut self, what: Use, key: String, strength: Strength) {
        let kind = what.kind().to_owned();
        match what {
            Use::Store(_, access) => self.stores.push(Store { kind, key, access, strength }),
            Use::Channel(_, direction) => self.channels.push(Channel { kind, key, direction, strength }),
            Use::Call(_) => self.invokes.push(Invocation { kind, key, function: None, strength }),
        }
    }
}

/// What an action is to a function; nothing if it says nothing about channels, stores or calls.
pub(super) fn action_uses(action: &str) -> Vec<Use> {
    let Some((service, action)) = action.split_once(':') else { return Vec::new() };
    let action = action.to_ascii_lowercase();
    let all = action == "*";
    let is = |prefixes: &[&str]| prefixes.iter().any(|prefix| action.starts_with(prefix));
    let store = |kind, reads: &[&str], writes: &[&str]| match () {
        () if all || is(writes) => vec![Use::Store(kind, Write)],
        () if is(reads) => vec![Use::Store(kind, Read)],
        () => Vec::new(),
    };
    let channel = |kind, receives: &[&str], sends: &[&str]| {
        let receives = (all && !receives.is_empty()) || is(receives);
        let sends = (all && !sends.is_empty()) || is(sends);
        let said = [(receives, Use::Channel(kind, Receives)), (sends, Use::Channel(kind, Sends))];
        said.into_iter().filter_map(|(said, what)| said.then_some(what)).collect()
    };
    match service {
        "dynamodb" if is(&["getrecords", "getsharditerator", "describestream", "liststreams"]) => Vec::new(),
        "dynamodb" => store(
            "table",
            &["get", "query", "scan", "batchget", "conditioncheck", "partiqlselect"],
            &["put", "update", "delete", "batchwrite", "partiqlinsert", "partiqlupdate", "partiqldelete"],
        ),
        "s3" => store("bucket", &["get", "list", "head"], &["put", "delete", "abort", "restore", "replicate"]),
        "secretsmanager" => store("secret", &["getsecret", "batchget"], &["put", "update", "rotate", "delete"]),
        "ssm" => store("parameter", &["getparameter"], &["putparameter", "deleteparameter"]),
        "rds-data" => vec![Use::Store("database", Unknown)],
        "sqs" => channel("queue", &["receive", "deletemessage"], &["send"]),
        "sns" => channel("topic", &[], &["publish"]),
        "events" => channel("bus", &[], &["putevents"]),
        "kinesis" => channel("stream", &["getrecords", "getsharditerator", "subscribe"], &["put"]),
        "firehose" => channel("stream", &[], &["putrecord"]),
        "lambda" if all || is(&["invoke"]) => vec![Use::Call("function")],
        "states" if all || is(&["start"]) => vec![Use::Call("state-machine")],
        _ => Vec::new(),
    }
}

/// The kind of what an ARN's service is; a statement about another service's ARN is bogus.
pub(super) fn fits(kind: &str, text: &str) -> bool {
    let mut parts = text.split(':');
    let service = if parts.next() == Some("arn") { parts.nth(1).unwrap_or("*") } else { "*" };
    let own: &[&str] = match kind {
        "table" => &["dynamodb"],
        "bucket" => &["s3"],
        "secret" => &["secretsmanager"],
        "parameter" => &["ssm"],
        "database" => &["rds"],
        "queue" => &["sqs"],
        "topic" => &["sns"],
        "bus" => &["events"],
        "stream" => &["kinesis", "firehose"],
        "function" => &["lambda"],
        "state-machine" => &["states"],
        _ => return true,
    };
    matches!(service, "" | "*") || own.contains(&service)
}

/// The name of a `kind` of thing in `text`: an ARN, the URL of a queue, or the name itself.
pub(super) fn name<'t>(text: &'t str, kind: &str) -> &'t str {
    let resource = text.strip_prefix("arn:").and_then(|_| text.splitn(6, ':').nth(5));
    let Some(resource) = resource else {
        let url = text.strip_prefix("https://").and_then(|url| url.rsplit('/').next());
        return url.filter(|_| kind == "queue").unwrap_or(text);
    };
    let segment = |prefix: &str, end: char| {
        let rest = resource.strip_prefix(prefix).unwrap_or(resource);
        rest.split(end).next().unwrap_or(rest)
    };
    match kind {
        "bucket" => segment("", '/'),
        "table" => segment("table/", '/'),
        "stream" => segment("stream/", '/').strip_prefix("deliverystream").unwrap_or_else(|| segment("stream/", '/')),
        "bus" => segment("event-bus/", '/'),
        "function" => segment("function:", ':'),
        "state-machine" => segment("stateMachine:", ':'),
        "parameter" => resource.strip_prefix("parameter").unwrap_or(resource),
        "secret" => resource.strip_prefix("secret:").unwrap_or(resource),
        _ => resource,
    }
}

/// What a resource of a type is, and the property that holds its physical name.
pub(super) fn resource_kind(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" => ("table", "TableName"),
        "AWS::S3::Bucket" => ("bucket", "BucketName"),
        "AWS::SQS::Queue" => ("queue", "QueueName"),
        "AWS::SNS::Topic" => ("topic", "TopicName"),
        "AWS::Events::EventBus" => ("bus", "Name"),
        "AWS::Kinesis::Stream" => ("stream", "Name"),
        "AWS::KinesisFirehose::DeliveryStream" => ("stream", "DeliveryStreamName"),
        "AWS::Lambda::Function" => ("function", "FunctionName"),
        "AWS::StepFunctions::StateMachine" => ("state-machine", "StateMachineName"),
        "AWS::SecretsManager::Secret" => ("secret", "Name"),
        "AWS::SSM::Parameter" => ("parameter", "Name"),
        "AWS::RDS::DBInstance" => ("database", "DBInstanceIdentifier"),
        "AWS::RDS::DBCluster" => ("database", "DBClusterIdentifier"),
        _ => return None,
    })
}

/// True for kinds that hold data.
pub(super) fn is_store(kind: &str) -> bool {
    matches!(kind, "table" | "bucket" | "database" | "secret" | "parameter")
}
