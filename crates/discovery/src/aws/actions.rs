//! Actions of IAM: what they let a function do.

use lockstep_model::{
    Access::{self, Read, Unknown, Write},
    ChannelDirection::{Receives, Sends},
};

use super::uses::Use::{self, Call, Channel, Store};

/// What an action of IAM is to a function; none if it says nothing about channels, stores or calls.
pub(crate) fn action_uses(service: &str, action: &str) -> Vec<Use> {
    let action = action.to_ascii_lowercase();
    let is = |prefixes: &[&str]| prefixes.iter().any(|prefix| action.starts_with(prefix));
    let all = action == "*";
    let access = |reads: &[&str], writes: &[&str]| {
        if all || is(writes) { Some(Write) } else { is(reads).then_some(Read) }
    };
    let store =
        |kind: &'static str, access: Option<Access>| access.map(|access| Store(kind, access)).into_iter().collect();
    match service {
        "dynamodb" if is(&["getrecords", "getsharditerator", "describestream", "liststreams"]) => Vec::new(),
        "dynamodb" => store(
            "table",
            access(
                &["get", "query", "scan", "batchget", "conditioncheck", "partiqlselect", "exporttable"],
                &["put", "update", "delete", "batchwrite", "partiqlinsert", "partiqlupdate", "partiqldelete", "import"],
            ),
        ),
        "s3" => store("bucket", access(&["get", "list", "head"], &["put", "delete", "abort", "restore", "replicate"])),
        "secretsmanager" => store("secret", access(&["getsecret", "batchget"], &["put", "update", "rotate", "delete"])),
        "ssm" => store("parameter", access(&["getparameter"], &["putparameter", "deleteparameter"])),
        "rds-data" | "rds-db" => vec![Store("database", Unknown)],
        "elasticfilesystem" => store("file-system", access(&["clientmount"], &["clientwrite", "clientroot"])),
        "sqs" => both("queue", all || is(&["receive", "deletemessage"]), all || is(&["send"])),
        "sns" => both("topic", false, all || is(&["publish"])),
        "events" => both("bus", false, all || is(&["putevents"])),
        "kinesis" => both("stream", all || is(&["getrecords", "getsharditerator", "subscribe"]), all || is(&["put"])),
        "firehose" => both("stream", false, all || is(&["putrecord"])),
        "execute-api" => both("websocket", false, is(&["manageconnections"])),
        "lambda" if all || is(&["invoke"]) => vec![Call("function")],
        "states" if all || is(&["startexecution", "startsync", "start*"]) => vec![Call("state-machine")],
        _ => Vec::new(),
    }
}

fn both(kind: &'static str, receives: bool, sends: bool) -> Vec<Use> {
    let uses = [(receives, Channel(kind, Receives)), (sends, Channel(kind, Sends))];
    uses.into_iter().filter_map(|(said, what)| said.then_some(what)).collect()
}
