//! Who calls whom: what the code says, joined with what the manifests call things.

use lockstep_discovery::Callees;
use lockstep_model::{Call, Function, FunctionId, RemoteCall, RemoteCallKind, RemoteTarget};

use crate::{Followed, Found};

/// Parts of URLs behind which platforms expect the name of a function.
const PATHS: [&str; 2] = ["/functions/v1/", "/.netlify/functions/"];

/// Fills [`Function::calls`] of `found` by what `followed` says of its code.
pub fn link_calls(found: &mut Found, followed: &Followed) {
    // Of several repositories each has linked its own.
    if found.callees == Callees::default() {
        return;
    }
    let closures: std::collections::HashMap<&FunctionId, _> =
        followed.code.closures.iter().map(|closure| (&closure.function, closure)).collect();
    for function in &mut found.functions {
        let Some(closure) = closures.get(&function.id) else { continue };
        let helpers_wait = helpers_wait(&closure.remote_calls);
        let linked = |call| linked(call, function, &found.callees, helpers_wait);
        let mut calls: Vec<Call> = closure.remote_calls.iter().filter_map(linked).collect();
        calls.sort();
        calls.dedup();
        function.calls = calls;
    }
}

/// Whether helpers that are given the name of a function wait for it: what all calls do that name nothing themselves.
fn helpers_wait(calls: &[RemoteCall]) -> Option<bool> {
    let generic = |call: &&RemoteCall| call.kind == RemoteCallKind::Function && call.target == RemoteTarget::Unknown;
    let mut waits = calls.iter().filter(generic).map(|call| call.waits);
    let first = waits.next()??;
    waits.all(|other| other == Some(first)).then_some(first)
}

fn linked(call: &RemoteCall, caller: &Function, callees: &Callees, helpers_wait: Option<bool>) -> Option<Call> {
    // What no manifest sets could be anything.
    let (start, rest, by) = match &call.target {
        RemoteTarget::Text(text) => ("", text.as_str(), text.clone()),
        RemoteTarget::Environment(variable, rest) => {
            let value = caller.environment.get(variable).map_or("*", String::as_str);
            (value, rest.as_str(), format!("{variable}{rest}"))
        }
        RemoteTarget::Unknown => return None,
    };
    let function = match call.kind {
        RemoteCallKind::Function | RemoteCallKind::Helper => callees.named(&format!("{start}{rest}")),
        RemoteCallKind::Http => of_url(start, rest, callees),
        RemoteCallKind::StateMachine => None,
    }?;
    // Netlify answers for functions of such a name before they run.
    if call.kind == RemoteCallKind::Http && function.as_str().ends_with("-background") {
        return Some(Call { location: call.location.clone(), function: function.clone(), by, waits: Some(false) });
    }
    let waits = call.waits.or(if call.kind == RemoteCallKind::Helper { helpers_wait } else { None });
    let waits = if is_background(call.kind, rest) { Some(false) } else { waits };
    Some(Call { location: call.location.clone(), function: function.clone(), by, waits })
}

/// True for a request to a function of Netlify that answers before it runs.
fn is_background(kind: RemoteCallKind, path: &str) -> bool {
    let named = path.split_once(PATHS[1]).and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    kind == RemoteCallKind::Http && named.is_some_and(|name| name.ends_with("-background"))
}

/// The function behind a URL: of the API that it starts with, or the one that it names.
fn of_url<'c>(base: &str, path: &str, callees: &'c Callees) -> Option<&'c FunctionId> {
    let by_name = PATHS.iter().find_map(|part| {
        let (_, rest) = path.split_once(part)?;
        callees.named(rest.split(['/', '?', '#']).next()?)
    });
    // `orders#Api/backend`, the path behind the key of an API.
    let Some((label, rest)) = base.split_once('#') else { return by_name };
    let end = label.len() + 1 + rest.find('/').unwrap_or(rest.len());
    let path = format!("{}{path}", &base[end..]);
    by_name.or_else(|| callees.answering(&base[..end], None, &path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_a_background_function_of_netlify() {
        let http = |path| is_background(RemoteCallKind::Http, path);
        assert!(http("/.netlify/functions/mail-background?x=1"));
        assert!(!http("/.netlify/functions/mail") && !http("/functions/v1/mail-background"));
        assert!(!is_background(RemoteCallKind::Function, "/.netlify/functions/mail-background"));
    }
}
