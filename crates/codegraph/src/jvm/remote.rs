//! Calls of functions and state machines through AWS's clients: `InvokeRequest.builder().functionName(…)`.

use lockstep_model::{RemoteCallKind, RemoteTarget};

use super::tokens::Path;
use crate::RemoteCallSite;

/// How many mentions a builder's parts may be apart.
const APART: usize = 24;

/// The types whose objects are requests, with how they call, and whether the caller waits.
const REQUESTS: [(&str, RemoteCallKind, bool); 4] = [
    ("InvokeRequest", RemoteCallKind::Function, true),
    ("InvokeAsyncRequest", RemoteCallKind::Function, false),
    ("StartExecutionRequest", RemoteCallKind::StateMachine, false),
    ("StartSyncExecutionRequest", RemoteCallKind::StateMachine, true),
];

/// The calls among the mentions of a file, in the order of the text.
pub(super) fn calls(text: &str, paths: &[Path<'_>]) -> Vec<RemoteCallSite> {
    let mut calls = Vec::new();
    for (at, path) in paths.iter().enumerate().filter(|(_, path)| path.call && names_target(path)) {
        let before = &paths[at.saturating_sub(APART)..at];
        let made = before.iter().rev().find_map(|path| Some((path, request(path.names.first()?)?)));
        let own = request(path.names.first().copied().unwrap_or_default()).map(|request| (path, request));
        let Some((start, (kind, waits))) = own.or(made) else { continue };
        let after = &paths[at + 1..paths.len().min(at + APART)];
        // Another request begins there.
        let end = after.iter().position(|path| path.names.first().is_some_and(|name| request(name).is_some()));
        let around = before.iter().chain(&after[..end.unwrap_or(after.len())]);
        let event = around.clone().any(|path| path.names.ends_with(&["EVENT"]) || path.names.ends_with(&["Event"]));
        let said = path.argument.map(|text| RemoteTarget::Text(text.to_owned()));
        let target = said.or_else(|| Some(target(text, after.first()?))).unwrap_or(RemoteTarget::Unknown);
        let waits = Some(if kind == RemoteCallKind::Function { waits && !event } else { waits });
        calls.push(RemoteCallSite { span: start.span.start..path.span.end, kind, target, waits });
    }
    calls
}

fn request(name: &str) -> Option<(RemoteCallKind, bool)> {
    REQUESTS.iter().find(|(known, ..)| *known == name).map(|(_, kind, waits)| (*kind, *waits))
}

fn names_target(path: &Path<'_>) -> bool {
    let names = ["functionName", "withFunctionName", "stateMachineArn", "withStateMachineArn"];
    path.names.last().is_some_and(|name| names.contains(name))
}

/// What is called, if the argument says it: a variable of the environment, or a constant that holds one, or a text.
fn target(text: &str, argument: &Path<'_>) -> RemoteTarget {
    let environment = |name: &str| RemoteTarget::Environment(name.to_owned(), String::new());
    if let Some(name) = argument.argument.filter(|_| argument.names.last() == Some(&"getenv")) {
        return environment(name);
    }
    let [constant] = argument.names.as_slice() else { return RemoteTarget::Unknown };
    let assigned = text.find(&format!(" {constant} =")).and_then(|at| text[at..].split_once('='));
    let Some((_, value)) = assigned else { return RemoteTarget::Unknown };
    let value = value.split([';', '\n']).next().unwrap_or_default().trim();
    match (value.split_once("getenv(\""), value.strip_prefix('"')) {
        (Some((_, rest)), _) => environment(rest.split('"').next().unwrap_or_default()),
        (None, Some(rest)) => RemoteTarget::Text(rest.split('"').next().unwrap_or_default().to_owned()),
        (None, None) => RemoteTarget::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use lockstep_model::RepoPath;

    use crate::{Language, languages::java::Java, remote::shown};

    #[test]
    fn requests_name_what_they_call() {
        let cases = [
            ("client.invoke(InvokeRequest.builder().functionName(\"pay\").payload(x).build());", "function pay waits"),
            (
                "InvokeRequest.builder().functionName(System.getenv(\"PAY\")).invocationType(InvocationType.EVENT).build();",
                "function $PAY goes on",
            ),
            ("new InvokeRequest().withFunctionName(PAY).withPayload(x);", "function $PAY_NAME waits"),
            ("StartExecutionRequest.builder().stateMachineArn(arn()).build();", "state-machine ? goes on"),
            ("other.functionName(\"pay\");", ""),
        ];
        for (text, expected) in cases {
            let path = RepoPath::new("A.java").unwrap();
            let text =
                format!("class A {{ static final String PAY = System.getenv(\"PAY_NAME\"); void f() {{ {text} }} }}");
            let calls = Java.facts(&path, &text).remote_calls;
            assert_eq!(calls.iter().map(shown).collect::<Vec<_>>().join("; "), expected, "{text}");
        }
    }
}
