//! Who calls whom: what the code says, and what manifests let functions do where the code does not tell.

use std::collections::BTreeMap;

use lockstep_model::{Basis, Call, Closure, Function, RemoteCall, RemoteCallKind, Strength};

use crate::View;

/// Platforms whose manifests say that a function is called, not just that it may be.
const BINDING: [&str; 2] = ["cloudflare", "spin"];

/// Platforms whose manifests tell of orchestrations: whoever starts one, or a step of one, does not wait.
const ORCHESTRATING: [&str; 1] = ["azure-functions"];

/// One function calls another.
pub(crate) struct Edge<'a> {
    /// The caller.
    pub from: usize,
    /// The called, another function.
    pub to: usize,
    /// Where the code does it; empty if only the manifest says so.
    pub calls: Vec<&'a Call>,
    /// True if it surely happens, as far as reading can tell: a call in the code, or a binding.
    pub certain: bool,
    /// True if only the manifest says so, and every call in the code whose callee is not known goes on without an answer.
    goes_on: bool,
}

impl Edge<'_> {
    /// True unless the code goes on without an answer each time.
    pub(crate) fn may_wait(&self) -> bool {
        if self.calls.is_empty() { !self.goes_on } else { self.calls.iter().any(|call| call.waits != Some(false)) }
    }

    /// True if the code waits for the answer at least once.
    pub(crate) fn waits(&self) -> bool {
        if self.calls.is_empty() { self.certain } else { self.calls.iter().any(|call| call.waits == Some(true)) }
    }
}

/// All calls between functions, by caller, then by the called. Functions that call themselves are left out.
pub(crate) fn edges<'a>(view: &View<'a>) -> Vec<Edge<'a>> {
    let mut all = Vec::new();
    for (from, function) in view.functions().iter().enumerate() {
        let mut called: BTreeMap<usize, Edge<'_>> = BTreeMap::new();
        for call in &function.calls {
            if let Some(to) = view.graph().number(&call.function).filter(|to| *to != from) {
                let edge = Edge { from, to, calls: Vec::new(), certain: true, goes_on: false };
                called.entry(to).or_insert(edge).calls.push(call);
            }
        }
        let certain = is_binding(function);
        let goes_on = !certain && open_calls_go_on(view, from, function);
        for to in allowed(view, from, function) {
            called.entry(to).or_insert(Edge { from, to, calls: Vec::new(), certain, goes_on });
        }
        all.extend(called.into_values());
    }
    all
}

/// The functions that the manifest of `function` lets it call, where its code cannot tell better: a right that no call
/// uses says nothing.
fn allowed<'a>(view: &View<'a>, from: usize, function: &'a Function) -> Vec<usize> {
    let followed = view.closure(from).filter(|closure| closure.basis == Basis::Imports);
    let silent = followed.is_some_and(|closure| open_calls(closure, function).next().is_none());
    if is_of(function, &ORCHESTRATING) || (silent && !is_binding(function)) {
        return Vec::new();
    }
    let own = function.invokes.iter().filter(|call| call.kind == "function" && call.strength == Strength::Own);
    let numbers = own.filter_map(|call| view.graph().number(call.function.as_ref()?));
    numbers.filter(|to| *to != from).collect()
}

/// The calls of functions in the code whose callee was not found: a call whose callee was found explains no further right.
fn open_calls<'a>(closure: &'a Closure, function: &'a Function) -> impl Iterator<Item = &'a RemoteCall> {
    let open = |call: &&RemoteCall| {
        call.kind == RemoteCallKind::Function && function.calls.iter().all(|known| known.location != call.location)
    };
    closure.remote_calls.iter().filter(open)
}

fn open_calls_go_on(view: &View<'_>, from: usize, function: &Function) -> bool {
    let followed = view.closure(from).filter(|closure| closure.basis == Basis::Imports);
    followed.is_some_and(|closure| open_calls(closure, function).all(|call| call.waits == Some(false)))
}

fn is_binding(function: &Function) -> bool {
    is_of(function, &BINDING)
}

/// True if a platform whose name begins with one of these declares the function.
fn is_of(function: &Function, platforms: &[&str]) -> bool {
    let listed = |platform: &str| platforms.iter().any(|name| platform.starts_with(name));
    function.declarations.iter().any(|declaration| listed(declaration.platform))
}
