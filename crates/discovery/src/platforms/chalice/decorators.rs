//! What the decorators of an application make of a function.

use lockstep_model::Channel;
use lockstep_script::tree::Call;

use crate::{
    in_code::receives,
    scripts::{At, Script, Scripts, argument, named},
};

/// What a decorator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A route of the one function for all routes.
    Route,
    /// A function of its own: the kind of channel that starts it, what names it, and the name that it has of itself.
    Function { channel: &'static str, keys: &'static [&'static str], fixed: Option<&'static str> },
}

/// The kind of a decorator; none for those that make no function.
pub(super) fn kind(name: &str) -> Option<Kind> {
    let function = |channel, keys, fixed| Some(Kind::Function { channel, keys, fixed });
    match name {
        "route" => Some(Kind::Route),
        "lambda_function" | "authorizer" => function("", &[], None),
        "schedule" => function("schedule", &[], None),
        "on_s3_event" => function("bucket", &["bucket"], None),
        "on_sns_message" => function("topic", &["topic"], None),
        "on_sqs_message" => function("queue", &["queue", "queue_arn"], None),
        "on_cw_event" => function("bus", &[], None),
        "on_kinesis_record" => function("stream", &["stream"], None),
        "on_dynamodb_record" => function("stream", &["stream_arn"], None),
        "on_ws_connect" => function("websocket", &[], Some("websocket_connect")),
        "on_ws_message" => function("websocket", &[], Some("websocket_message")),
        "on_ws_disconnect" => function("websocket", &[], Some("websocket_disconnect")),
        _ => None,
    }
}

/// The channel that starts the function `id` (`service#name`).
pub(super) fn channel(scripts: &Scripts<'_>, script: &Script, kind: Kind, call: &Call, id: &str) -> Option<Channel> {
    let Kind::Function { channel, keys, .. } = kind else { return None };
    if channel.is_empty() {
        return None;
    }
    let given = keys.iter().find_map(|key| named(call, key)).or_else(|| argument(call, 0).filter(|_| !keys.is_empty()));
    let text = given.and_then(|value| scripts.text(At { script, expression: value, inside: None, class: None }));
    // The last part of an ARN names the thing.
    let key = text.map(|text| text.rsplit(':').next().unwrap_or(&text).to_owned()).filter(|text| !text.is_empty());
    Some(receives(channel, key.unwrap_or_else(|| format!("{id}/{channel}"))))
}

/// The routes of a decorator: `GET /orders/{id}`.
pub(super) fn routes(scripts: &Scripts<'_>, script: &Script, call: &Call, prefix: &str) -> Vec<String> {
    let at = |expression| At { script, expression, inside: None, class: None };
    let path = named(call, "path").or_else(|| argument(call, 0)).and_then(|path| scripts.text(at(path)));
    let path =
        format!("{}/{}", prefix.trim_end_matches('/'), path.unwrap_or_else(|| "*".to_owned()).trim_start_matches('/'));
    let methods =
        named(call, "methods").or_else(|| argument(call, 1)).map(|list| scripts.items(at(list))).unwrap_or_default();
    let mut methods: Vec<String> = methods.into_iter().filter_map(|method| scripts.text(method)).collect();
    if methods.is_empty() {
        methods.push("GET".to_owned());
    }
    methods.into_iter().map(|method| format!("{} {path}", method.to_uppercase())).collect()
}
