//! The fourth programming model for Node.js: `app.http("Name", { handler, … })`, and that of Durable Functions.
//!
//! One file may register everything. What it registers stands there; the code is where the handler is defined.

use std::collections::BTreeSet;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::RepoPath;
use lockstep_script::tree::{ExpressionKind, Language};

use super::{
    Host, Values,
    bindings::{self, Binding, Role},
};
use crate::{
    in_code::Place,
    platform::Declared,
    scripts::{At, Called, Script, Scripts, argument, calls_in, code_of},
};

/// Packages whose `app` takes functions.
const FUNCTIONS: &str = "@azure/functions";
const DURABLE: &str = "durable-functions";

/// HTTP methods with a call of their own.
const VERBS: [(&str, &str); 6] = [
    ("get", "GET"),
    ("post", "POST"),
    ("put", "PUT"),
    ("patch", "PATCH"),
    ("delete", "DELETE"),
    ("deleteRequest", "DELETE"),
];

/// Calls of Durable Functions whose first argument names the function called.
const CALLS: [&str; 7] = [
    "callActivity",
    "callActivityWithRetry",
    "callSubOrchestrator",
    "callSubOrchestratorWithRetry",
    "callEntity",
    "signalEntity",
    "startNew",
];

/// Reads the sources of an application; what they register goes to `all`.
pub(super) fn read(host: &Host, scripts: &Scripts<'_>, paths: &[&RepoPath], all: &mut Partial<Vec<Declared>>) {
    let mut entries = Vec::new();
    for path in paths.iter().filter(|path| !is_test(path)) {
        let names_it = crate::says(scripts.files, path, &[FUNCTIONS, DURABLE]);
        let Some(script) = scripts.get(path).filter(|script| names_it && script.language == Language::TypeScript)
        else {
            continue;
        };
        let before = all.value.len();
        for called in calls_in(script.tops.iter().map(|top| &top.statement)) {
            if let Some(kind) = registers(scripts, script, &called) {
                let registration = Registration { host, scripts, script, called, kind };
                let Some((function, entry)) = registration.function(&mut all.problems) else { continue };
                all.value.push(function);
                entries.push(entry);
            }
        }
        if all.value.len() > before || script.text.contains("app.") {
            all.problems.extend(script.unparsed());
        }
    }
    let count = entries.len();
    let start = all.value.len() - count;
    durable_calls(host, scripts, &entries, &mut all.value[start..]);
}

fn is_test(path: &RepoPath) -> bool {
    let name = path.file_name();
    let in_folder = path.components().any(|part| matches!(part, "__tests__" | "__mocks__" | "test" | "tests"));
    in_folder || name.contains(".test.") || name.contains(".spec.") || name.ends_with(".d.ts")
}

/// What a call registers: `http`, `get`, `activity`; none for any other call.
fn registers(scripts: &Scripts<'_>, script: &Script, called: &Called<'_>) -> Option<String> {
    let ExpressionKind::Call(call) = &called.expression.kind else { return None };
    let at = At { script, expression: &call.callee, inside: called.inside, class: None };
    let (module, name) = scripts.package_callee(at)?;
    if module != FUNCTIONS && module != DURABLE {
        return None;
    }
    let kind = name.strip_prefix("default.").unwrap_or(&name).strip_prefix("app.")?;
    let kind = kind.strip_prefix("client.").unwrap_or(kind);
    let is_kind = !kind.contains('.') && !matches!(kind, "setup" | "hook" | "on");
    is_kind.then(|| kind.to_owned())
}

/// One call that registers a function.
struct Registration<'s, 'f> {
    host: &'s Host,
    scripts: &'s Scripts<'f>,
    script: &'s Script,
    called: Called<'s>,
    kind: String,
}

impl<'s> Registration<'s, '_> {
    fn at(&self, index: usize) -> Option<At<'s>> {
        let expression = argument(self.called.call, index)?;
        Some(At { script: self.script, expression, inside: self.called.inside, class: None })
    }

    fn function(&self, problems: &mut Vec<Problem>) -> Option<(Declared, Option<RepoPath>)> {
        let span = self.called.expression.span.clone();
        let Some(name) = self.at(0).and_then(|at| self.scripts.whole_text(at)) else {
            let message = "the name of this function is put together as it runs: it is not counted";
            problems.push(Problem::at(ProblemKind::Unevaluated, self.script.place(span), message));
            return None;
        };
        let options = self.at(1);
        let written = options.and_then(|at| self.scripts.property(at, "handler"));
        let raw = options.and_then(|at| raw_handler(at)).or(written).or(options);
        let code = raw.and_then(|at| code_of(self.scripts, at, &name));
        let code = code.unwrap_or_else(|| (self.script.path.clone(), None));
        let name_span = self.at(0).map_or(span.clone(), |at| at.expression.span.clone());
        let place = Place { path: &self.script.path, text: &self.script.text, name: name_span, end: span.end };
        let mut app = self.host.app.clone();
        app.runtime = Some("node".to_owned());
        let mut function = app.function(&name, &place, code.clone());
        if let Some(options) = options {
            self.wire(options, &mut function);
        }
        Some((function, (code.0 != self.script.path).then_some(code.0)))
    }

    fn wire(&self, options: At<'s>, function: &mut Declared) {
        let verb = VERBS.iter().find(|(name, _)| *name == self.kind);
        let mut values = self.values(options);
        if let Some((_, method)) = verb {
            values.insert("methods".to_owned(), vec![(*method).to_owned()]);
        }
        let kind = if verb.is_some() { "http" } else { self.kind.as_str() };
        let trigger = match (kind, self.scripts.property(options, "trigger")) {
            // The kind stands in the options.
            ("generic", Some(trigger)) => {
                let values = self.argument_values(trigger);
                let kind = values.get("type").and_then(|kind| kind.first()).cloned().unwrap_or_default();
                Binding::called(&kind, Role::Trigger, values)
            }
            (kind, _) => Binding::called(&format!("{}Trigger", plain(kind)), Role::Trigger, values),
        };
        trigger.wire(self.host, function);
        for (key, role) in [("extraInputs", Role::Input), ("extraOutputs", Role::Output)] {
            let list = self.scripts.property(options, key).map(|at| self.scripts.items(at)).unwrap_or_default();
            list.into_iter().for_each(|at| self.binding(at, role, function));
        }
        if let Some(at) = self.scripts.property(options, "return") {
            self.binding(at, Role::Output, function);
        }
    }

    /// `input.cosmosDB({ … })`.
    fn binding(&self, at: At<'s>, role: Role, function: &mut Declared) {
        let at = match self.scripts.find(at).meaning {
            crate::scripts::Meaning::Value(at, _) => at,
            _ => at,
        };
        let Some((_, name)) = self.scripts.package_callee(at) else { return };
        let kind = name.rsplit('.').next().unwrap_or(&name);
        Binding { role, ..Binding::called(plain(kind), role, self.argument_values(at)) }.wire(self.host, function);
    }

    fn argument_values(&self, at: At<'s>) -> Values {
        let ExpressionKind::Call(call) = &at.expression.kind else { return Values::new() };
        argument(call, 0).map(|options| self.values(at.with(options))).unwrap_or_default()
    }

    fn values(&self, options: At<'s>) -> Values {
        let mut values = Values::new();
        for name in [
            "route",
            "methods",
            "queueName",
            "topicName",
            "subscriptionName",
            "path",
            "databaseName",
            "containerName",
            "collectionName",
            "eventHubName",
            "tableName",
            "commandText",
            "topicEndpointUri",
            "hubName",
            "type",
        ] {
            let Some(at) = self.scripts.property(options, name) else { continue };
            let items = self.scripts.items(at);
            let texts: Vec<String> = match items.is_empty() {
                true => self.scripts.text(at).into_iter().collect(),
                false => items.into_iter().filter_map(|at| self.scripts.text(at)).collect(),
            };
            values.insert(name.to_ascii_lowercase(), texts);
        }
        values
    }
}

/// The `handler` as it is written, before it is followed anywhere.
fn raw_handler(options: At<'_>) -> Option<At<'_>> {
    let ExpressionKind::Object(properties) = &options.expression.kind else { return None };
    properties.iter().find_map(|property| match property {
        lockstep_script::tree::Property::Pair(key, value) => {
            let is_handler = matches!(&key.kind, lockstep_script::tree::KeyKind::Name(name) if name == "handler");
            is_handler.then(|| options.with(value))
        }
        lockstep_script::tree::Property::Spread(_) => None,
    })
}

/// `storageQueue` is the queue of other models, `storageBlob` their blob.
fn plain(kind: &str) -> &str {
    match kind {
        "storageQueue" => "queue",
        "storageBlob" => "blob",
        kind => kind,
    }
}

/// Calls of other functions by name, for those whose code is in a file of their own.
fn durable_calls(host: &Host, scripts: &Scripts<'_>, entries: &[Option<RepoPath>], functions: &mut [Declared]) {
    for (function, entry) in functions.iter_mut().zip(entries) {
        let Some(script) = entry.as_ref().and_then(|path| scripts.get(path)) else { continue };
        let names: BTreeSet<String> = calls_in(script.tops.iter().map(|top| &top.statement))
            .into_iter()
            .filter_map(|called| {
                let ExpressionKind::Member(_, method) = &called.call.callee.kind else { return None };
                let name = argument(called.call, 0).filter(|_| CALLS.contains(&method.as_str()))?;
                scripts.whole_text(At { script, expression: name, inside: called.inside, class: None })
            })
            .collect();
        function.invokes.extend(names.iter().map(|name| bindings::call(host, name)));
    }
}
