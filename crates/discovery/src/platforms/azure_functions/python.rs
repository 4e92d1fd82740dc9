//! The second programming model for Python: decorators of `FunctionApp` and of blueprints that it registers.

use std::collections::BTreeSet;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::RepoPath;
use lockstep_script::tree::{ArgumentKind, Call, Expression, ExpressionKind, Function, Language, StatementKind};

use super::{
    Host, Values,
    bindings::{self, Binding, Role},
};
use crate::{
    in_code::Place,
    platform::Declared,
    scripts::{At, Script, Scripts, argument, calls_in, named},
};

/// Classes whose instances take functions.
const APPS: [&str; 3] = ["FunctionApp", "DFApp", "Blueprint"];

/// Applications that are one function, which hands over to a web framework.
const WEB_APPS: [&str; 2] = ["AsgiFunctionApp", "WsgiFunctionApp"];

/// What such a function is called if nothing is said.
const WEB_APP: &str = "http_app_func";

/// Calls of Durable Functions whose first argument is the function called, or its name.
const CALLS: [&str; 5] = [
    "call_activity",
    "call_activity_with_retry",
    "call_sub_orchestrator",
    "call_sub_orchestrator_with_retry",
    "start_new",
];

/// Reads the sources of an application; what they register goes to `all`.
pub(super) fn read(host: &Host, scripts: &Scripts<'_>, paths: &[&RepoPath], all: &mut Partial<Vec<Declared>>) {
    let is_source = |path: &&&RepoPath| path.extension() == Some("py") && !is_test(path);
    let names_it = |path: &&&RepoPath| {
        scripts
            .files
            .text(path)
            .is_ok_and(|text| APPS.iter().chain(&WEB_APPS).any(|app| text.contains(app)) || text.contains("trigger"))
    };
    let read = paths.iter().filter(is_source).filter(names_it).filter_map(|path| scripts.get(path));
    let read: Vec<&Script> = read.filter(|script| script.language == Language::Python).collect();
    let blueprints = registered(scripts, &read);
    for script in &read {
        for top in &script.tops {
            match &top.statement.kind {
                StatementKind::Function(function) => {
                    let reader = Reader { host, scripts, script, function };
                    reader.read(top.statement.span.end, &blueprints, all);
                }
                StatementKind::Variable { value: Some(value), .. } => web_app(host, scripts, script, value, all),
                _ => {}
            }
        }
        all.problems.extend(script.unparsed());
    }
}

fn is_test(path: &RepoPath) -> bool {
    path.file_name().starts_with("test_") || path.components().any(|part| matches!(part, "test" | "tests"))
}

/// The blueprints that applications register: file and name.
fn registered<'s>(scripts: &'s Scripts<'_>, read: &[&'s Script]) -> BTreeSet<(&'s RepoPath, &'s str)> {
    let mut found = BTreeSet::new();
    for script in read.iter().copied() {
        for called in calls_in(script.tops.iter().map(|top| &top.statement)) {
            let ExpressionKind::Member(_, method) = &called.call.callee.kind else { continue };
            if !matches!(method.as_str(), "register_functions" | "register_blueprint") {
                continue;
            }
            let Some(blueprint) = argument(called.call, 0) else { continue };
            let at = At { script, expression: blueprint, inside: called.inside, class: None };
            found.extend(scripts.find(at).home.map(|(script, name)| (&script.path, name)));
        }
    }
    found
}

/// `AsgiFunctionApp(app=…)`: one function for all routes.
fn web_app(host: &Host, scripts: &Scripts<'_>, script: &Script, value: &Expression, all: &mut Partial<Vec<Declared>>) {
    let ExpressionKind::Call(call) = &value.kind else { return };
    let is_web_app = scripts
        .package_callee(script.at(&call.callee))
        .is_some_and(|(module, name)| module.starts_with("azure") && WEB_APPS.iter().any(|app| name.ends_with(app)));
    if !is_web_app {
        return;
    }
    let name = named(call, "function_name").and_then(|name| scripts.whole_text(script.at(name)));
    let place = Place { path: &script.path, text: &script.text, name: call.callee.span.clone(), end: value.span.end };
    let mut app = host.app.clone();
    app.runtime = Some("python".to_owned());
    all.value.push(app.function(name.as_deref().unwrap_or(WEB_APP), &place, (script.path.clone(), None)));
}

/// A function with decorators.
struct Reader<'s, 'f> {
    host: &'s Host,
    scripts: &'s Scripts<'f>,
    script: &'s Script,
    function: &'s Function,
}

/// A decorator of an application: the application, the method and the call.
struct Decorator<'s> {
    app: &'s Expression,
    method: String,
    call: &'s Call,
    expression: &'s Expression,
}

impl<'s> Reader<'s, '_> {
    fn read(&self, end: usize, blueprints: &BTreeSet<(&RepoPath, &str)>, all: &mut Partial<Vec<Declared>>) {
        let decorators: Vec<Decorator<'s>> =
            self.function.decorators.iter().filter_map(|decorator| self.decorator(decorator)).collect();
        let Some(trigger) = decorators.iter().find(|one| is_trigger(&one.method)) else { return };
        let Some(own) = self.function.name.as_deref() else { return };
        let (span, name) = self.name(&decorators).unwrap_or((self.function.name_span.clone(), own.to_owned()));
        if self.is_unregistered(trigger.app, blueprints) {
            let message = format!("no application registers the blueprint of `{name}`: it is not counted");
            all.problems.push(Problem::at(ProblemKind::Unsupported, self.script.place(span), message));
            return;
        }
        let place = Place { path: &self.script.path, text: &self.script.text, name: span, end };
        let mut app = self.host.app.clone();
        app.runtime = Some("python".to_owned());
        let mut function = app.function(&name, &place, (self.script.path.clone(), Some(own.to_owned())));
        for decorator in &decorators {
            self.binding(decorator).wire(self.host, &mut function);
        }
        function.invokes.extend(self.calls().iter().map(|name| bindings::call(self.host, name)));
        all.value.push(function);
    }

    fn decorator(&self, decorator: &'s Expression) -> Option<Decorator<'s>> {
        let ExpressionKind::Call(call) = &decorator.kind else { return None };
        let ExpressionKind::Member(app, method) = &call.callee.kind else { return None };
        let (module, name) = self.scripts.package_callee(self.script.at(&call.callee))?;
        let is_app = module.starts_with("azure") && name.split('.').any(|part| APPS.contains(&part));
        is_app.then(|| Decorator { app, method: method.clone(), call, expression: decorator })
    }

    /// The name that a decorator gives.
    fn name(&self, decorators: &[Decorator<'s>]) -> Option<(std::ops::Range<usize>, String)> {
        let decorator = decorators.iter().find(|one| one.method == "function_name")?;
        let name = named(decorator.call, "name").or_else(|| argument(decorator.call, 0))?;
        Some((decorator.expression.span.clone(), self.scripts.whole_text(self.script.at(name))?))
    }

    /// True for a blueprint that nobody registers.
    fn is_unregistered(&self, app: &'s Expression, blueprints: &BTreeSet<(&RepoPath, &str)>) -> bool {
        let made = self.scripts.package_callee(self.script.at(app));
        let is_blueprint = made.is_some_and(|(_, name)| name.split('.').any(|part| part == "Blueprint"));
        let home = self.scripts.find(self.script.at(app)).home;
        is_blueprint && home.is_some_and(|(script, name)| !blueprints.contains(&(&script.path, name)))
    }

    fn binding(&self, decorator: &Decorator<'s>) -> Binding {
        let mut values = Values::new();
        for argument in &decorator.call.arguments {
            let ArgumentKind::Named(name) = &argument.kind else { continue };
            let at = self.script.at(&argument.value);
            let items = self.scripts.items(at);
            let texts = match items.is_empty() {
                true => self.scripts.text(at).into_iter().collect(),
                false => items.into_iter().filter_map(|at| self.scripts.text(at)).collect(),
            };
            values.insert(name.replace('_', "").to_ascii_lowercase(), texts);
        }
        if let Some(route) = argument(decorator.call, 0).filter(|_| decorator.method == "route") {
            values.extend(self.scripts.text(self.script.at(route)).map(|route| ("route".to_owned(), vec![route])));
        }
        let plain = decorator.method.replace('_', "");
        let kind = match plain.as_str() {
            "route" => "httptrigger".to_owned(),
            "schedule" => "timertrigger".to_owned(),
            "generictrigger" | "genericinputbinding" | "genericoutputbinding" => {
                let kind = values.get("type").and_then(|kind| kind.first()).cloned().unwrap_or_default();
                let suffix = if plain.contains("output") { "Output" } else { "" };
                format!("{kind}{suffix}")
            }
            other => other.replace("eventhubmessage", "eventhub").replace("v3", ""),
        };
        Binding::called(&kind, Role::Input, values)
    }

    /// The functions that this one calls, by their names.
    fn calls(&self) -> BTreeSet<String> {
        let called = calls_in(&self.function.body).into_iter().filter_map(|called| {
            let ExpressionKind::Member(_, method) = &called.call.callee.kind else { return None };
            let target = argument(called.call, 0).filter(|_| CALLS.contains(&method.as_str()))?;
            let at = At { script: self.script, expression: target, inside: Some(self.function), class: None };
            self.scripts.whole_text(at).or_else(|| target.dotted_name().filter(|name| !name.contains('.')))
        });
        called.collect()
    }
}

fn is_trigger(method: &str) -> bool {
    matches!(method, "route" | "schedule") || method.ends_with("_trigger") || method.ends_with("_trigger_v3")
}
