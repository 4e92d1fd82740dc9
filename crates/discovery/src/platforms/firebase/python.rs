//! Codebases for Python: the decorated functions of `main.py`, those that it imports among them.

use std::collections::BTreeSet;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_script::tree::{Expression, ExpressionKind, Function, Imported, StatementKind};

use super::Codebase;
use crate::{
    in_code::{Place, receives},
    platform::Declared,
    scripts::{Meaning, Script, Scripts, argument, named},
};

/// Reads the codebase whose entry module is `script`; its functions go to `all`.
pub(super) fn read(codebase: &Codebase, scripts: &Scripts<'_>, script: &Script, all: &mut Partial<Vec<Declared>>) {
    let before = all.value.len();
    let mut seen = BTreeSet::new();
    for top in &script.tops {
        match &top.statement.kind {
            StatementKind::Function(function) => {
                add(codebase, scripts, script, function, top.statement.span.end, &mut seen, all);
            }
            StatementKind::Import(import) => {
                for binding in &import.bindings {
                    match &binding.imported {
                        Imported::Name(_) => imported(codebase, scripts, script, &binding.local, &mut seen, all),
                        Imported::All => star(codebase, scripts, script, import, &mut seen, all),
                        Imported::Module | Imported::FirstPart => {}
                    }
                }
            }
            _ => {}
        }
    }
    all.problems.extend(script.unparsed());
    if all.value.len() == before {
        let message = format!("nothing in the entry module `{}` is known to be a function", script.path);
        all.problems.push(Problem::at(ProblemKind::Unsupported, codebase.place.clone(), message));
    }
}

/// A name that `main.py` imports.
fn imported<'s>(
    codebase: &Codebase,
    scripts: &'s Scripts<'_>,
    script: &'s Script,
    name: &'s str,
    seen: &mut BTreeSet<String>,
    all: &mut Partial<Vec<Declared>>,
) {
    if let Meaning::Function(home, function, None) = scripts.named(script, name).meaning {
        let end = function.span.end;
        add(codebase, scripts, home, function, end, seen, all);
    }
}

/// `from module import *`.
fn star(
    codebase: &Codebase,
    scripts: &Scripts<'_>,
    script: &Script,
    import: &lockstep_script::tree::Import,
    seen: &mut BTreeSet<String>,
    all: &mut Partial<Vec<Declared>>,
) {
    for module in scripts.python_modules(script, import) {
        for top in &module.tops {
            if let StatementKind::Function(function) = &top.statement.kind {
                add(codebase, scripts, module, function, top.statement.span.end, seen, all);
            }
        }
    }
}

fn add(
    codebase: &Codebase,
    scripts: &Scripts<'_>,
    script: &Script,
    function: &Function,
    end: usize,
    seen: &mut BTreeSet<String>,
    all: &mut Partial<Vec<Declared>>,
) {
    let Some(name) = function.name.as_deref() else { return };
    let trigger =
        function.decorators.iter().find_map(|decorator| Some((decorator, trigger(scripts, script, decorator)?)));
    let Some((decorator, method)) = trigger else { return };
    if !seen.insert(name.to_owned()) {
        return;
    }
    let mut app = codebase.app.clone();
    app.runtime = app.runtime.or_else(|| Some("python".to_owned()));
    let place = Place { path: &script.path, text: &script.text, name: function.name_span.clone(), end };
    let mut declared = app.function(name, &place, (script.path.clone(), Some(name.to_owned())));
    declared.channels.push(channel(scripts, script, decorator, &method, &app.service, name));
    all.value.push(declared);
}

/// The trigger that a decorator is: `on_request`, `on_document_created`.
fn trigger(scripts: &Scripts<'_>, script: &Script, decorator: &Expression) -> Option<String> {
    let callee = match &decorator.kind {
        ExpressionKind::Call(call) => &call.callee,
        _ => decorator,
    };
    let (module, name) = scripts.package_callee(script.at(callee))?;
    let method = name.rsplit('.').next().unwrap_or(&name);
    let is_trigger = method.starts_with("on_") || method.starts_with("before_");
    (module.starts_with("firebase_functions") && is_trigger).then(|| method.to_owned())
}

fn channel(
    scripts: &Scripts<'_>,
    script: &Script,
    decorator: &Expression,
    method: &str,
    service: &str,
    name: &str,
) -> lockstep_model::Channel {
    let own = |what: &str| format!("{service}#{name}/{what}");
    let text = |key: &str| {
        let ExpressionKind::Call(call) = &decorator.kind else { return None };
        let value = named(call, key).or_else(|| argument(call, 0).filter(|_| key == "topic"))?;
        scripts.text(script.at(value))
    };
    match method {
        "on_request" => receives("http", format!("{service}#http ANY /{name}")),
        "on_call" => receives("http", format!("{service}#http POST /{name}")),
        "on_schedule" => receives("schedule", own("schedule")),
        "on_message_published" => receives("topic", text("topic").unwrap_or_else(|| own("topic"))),
        "on_task_dispatched" => receives("queue", name.to_owned()),
        "on_custom_event_published" => receives("bus", text("event_type").unwrap_or_else(|| own("event"))),
        _ if method.starts_with("on_document") => {
            receives("stream", text("document").unwrap_or_else(|| own("document")))
        }
        _ if method.starts_with("on_value") => {
            receives("stream", text("reference").unwrap_or_else(|| own("reference")))
        }
        _ if method.starts_with("on_object") => {
            receives("bucket", text("bucket").unwrap_or_else(|| format!("{service}#default-bucket")))
        }
        _ if method.starts_with("before_user") => receives("identity", format!("{service}#users")),
        other => receives("other", own(other)),
    }
}
