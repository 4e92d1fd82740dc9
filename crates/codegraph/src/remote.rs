//! Calls of what runs elsewhere, as one source file says them. What languages have in common.

use std::ops::Range;

use lockstep_model::{
    RemoteCallKind::{self, Function, StateMachine},
    RemoteTarget,
};
use serde::{Deserialize, Serialize};

/// One call in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteCallSite {
    /// The whole call: bytes of the text.
    pub span: Range<usize>,
    /// How it is made.
    pub kind: RemoteCallKind,
    /// What it names.
    pub target: RemoteTarget,
    /// True if the caller waits for the answer; none where the code does not say.
    pub waits: Option<bool>,
}

/// The input of a call: the command or method, the field that says what is called, the kind, and whether it waits if
/// nothing else is said.
type Input = (&'static str, &'static str, RemoteCallKind, Option<bool>);

/// Commands of AWS's SDK for JavaScript.
pub(crate) const COMMANDS: [Input; 5] = [
    ("InvokeCommand", "FunctionName", Function, Some(true)),
    ("InvokeAsyncCommand", "FunctionName", Function, Some(false)),
    ("InvokeWithResponseStreamCommand", "FunctionName", Function, Some(true)),
    ("StartExecutionCommand", "stateMachineArn", StateMachine, Some(false)),
    ("StartSyncExecutionCommand", "stateMachineArn", StateMachine, Some(true)),
];

/// Methods of AWS's clients: `invoke` alone says nothing, its field does.
pub(crate) const METHODS: [Input; 7] = [
    ("invoke", "FunctionName", Function, Some(true)),
    ("invokeAsync", "FunctionName", Function, Some(false)),
    ("invoke_async", "FunctionName", Function, Some(false)),
    ("startExecution", "stateMachineArn", StateMachine, Some(false)),
    ("start_execution", "stateMachineArn", StateMachine, Some(false)),
    ("startSyncExecution", "stateMachineArn", StateMachine, Some(true)),
    ("start_sync_execution", "stateMachineArn", StateMachine, Some(true)),
];

/// What the type of an invocation says of waiting.
pub(crate) fn waits(kind: Option<&str>) -> Option<bool> {
    match kind {
        Some("Event") => Some(false),
        Some("RequestResponse") => Some(true),
        _ => None,
    }
}

/// True for a call that reads a variable of the environment, by its name and that of the variable: `requireEnv("PAY_FUNCTION")`.
pub(crate) fn reads_environment(callee: &str, variable: &str) -> bool {
    let loud = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    callee.to_ascii_lowercase().contains("env") && variable.len() > 1 && variable.chars().all(loud)
}

/// True for names of helpers that say that they invoke something.
pub(crate) fn is_helper(name: &str) -> bool {
    name.to_ascii_lowercase().contains("invoke")
}

/// True for a target that is all of an argument: a name without holes, or a variable.
pub(crate) fn is_plain(target: &RemoteTarget) -> bool {
    match target {
        RemoteTarget::Text(text) => text.chars().any(char::is_alphanumeric),
        RemoteTarget::Environment(_, rest) => rest.chars().all(|c| c != '/'),
        RemoteTarget::Unknown => false,
    }
}

/// The target that the parts make, one after the other. A variable of the environment counts only at the start.
pub(crate) fn joined(parts: impl IntoIterator<Item = RemoteTarget>) -> RemoteTarget {
    let mut variable = None;
    let mut text = String::new();
    for part in parts {
        match part {
            RemoteTarget::Environment(name, rest) if text.is_empty() && variable.is_none() => {
                variable = Some(name);
                text = rest;
            }
            RemoteTarget::Text(more) => text += &more,
            RemoteTarget::Environment(..) | RemoteTarget::Unknown if text.ends_with('*') => {}
            RemoteTarget::Environment(..) | RemoteTarget::Unknown => text.push('*'),
        }
    }
    match variable {
        Some(name) => RemoteTarget::Environment(name, text),
        None if text.chars().any(|c| c != '*') => RemoteTarget::Text(text),
        None => RemoteTarget::Unknown,
    }
}

/// A call as tests compare it.
#[cfg(test)]
pub(crate) fn shown(call: &RemoteCallSite) -> String {
    let target = match &call.target {
        RemoteTarget::Text(text) => text.clone(),
        RemoteTarget::Environment(name, rest) => format!("${name}{rest}"),
        RemoteTarget::Unknown => "?".to_owned(),
    };
    let kind = match call.kind {
        Function => "function",
        StateMachine => "state-machine",
        RemoteCallKind::Http => "http",
        RemoteCallKind::Helper => "helper",
    };
    let waits = match call.waits {
        Some(true) => "waits",
        Some(false) => "goes on",
        None => "?",
    };
    format!("{kind} {target} {waits}")
}
