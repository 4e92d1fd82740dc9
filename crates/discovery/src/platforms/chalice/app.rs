//! One application: the object that takes functions, the blueprints that it registers, and what they decorate.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{Layer, RepoPath};
use lockstep_script::tree::{Call, Class, Expression, ExpressionKind, Function, MemberKind, StatementKind};

use super::{
    Config, NAME,
    decorators::{self, Kind},
};
use crate::{
    in_code::{App, Place, receives, service_name},
    platform::Declared,
    scripts::{At, Meaning, Script, Scripts, argument, calls_in, named},
};

/// The one function for all routes.
const API: &str = "api_handler";

/// How many classes above the application's own are looked at.
const HIGHEST: usize = 8;

/// An application.
pub(super) struct Application<'s, 'f> {
    scripts: &'s Scripts<'f>,
    script: &'s Script,
    /// The name of the object.
    object: &'s str,
    /// The call that makes it.
    made: &'s Expression,
    /// Its class and those above it that the repository has.
    classes: Vec<(&'s Script, &'s Class)>,
    config: Option<&'s Config>,
    app: App,
}

/// Who takes functions: the application itself, or a blueprint.
struct Taker<'s> {
    script: &'s Script,
    name: &'s str,
    name_prefix: String,
    url_prefix: String,
}

/// A decorated function.
struct Decorated<'s> {
    script: &'s Script,
    function: &'s Function,
    end: usize,
    kind: Kind,
    decorator: &'s Expression,
    call: &'s Call,
}

impl<'s, 'f> Application<'s, 'f> {
    /// The application in `script`, the `app.py` of `folder`.
    pub(super) fn find(
        scripts: &'s Scripts<'f>,
        script: &'s Script,
        folder: &RepoPath,
        config: Option<&'s Config>,
    ) -> Option<Self> {
        let (object, made, classes) = script.tops.iter().find_map(|top| {
            let StatementKind::Variable { targets, value: Some(value) } = &top.statement.kind else { return None };
            let ExpressionKind::Call(call) = &value.kind else { return None };
            let classes = classes(scripts, script.at(&call.callee), "Chalice")?;
            let lockstep_script::tree::PatternKind::Name(name) = &targets.first()?.kind else { return None };
            Some((name.as_str(), value, classes))
        })?;
        let ExpressionKind::Call(call) = &made.kind else { return None };
        let in_code =
            named(call, "app_name").or_else(|| argument(call, 0)).and_then(|name| scripts.whole_text(script.at(name)));
        let name = config.and_then(|config| config.app_name().map(str::to_owned)).or(in_code);
        let app = App {
            platform: NAME,
            service: name.unwrap_or_else(|| service_name(folder, "app")),
            folder: folder.clone(),
            runtime: Some("python".to_owned()),
        };
        Some(Self { scripts, script, object, made, classes, config, app })
    }

    /// Its functions.
    pub(super) fn read(&self, all: &mut Partial<Vec<Declared>>) {
        let mut takers = vec![Taker {
            script: self.script,
            name: self.object,
            name_prefix: String::new(),
            url_prefix: String::new(),
        }];
        takers.extend(self.blueprints());
        let mut routes = Vec::new();
        for taker in &takers {
            all.problems.extend(taker.script.unparsed());
            for decorated in self.decorated(taker) {
                match decorated.kind {
                    Kind::Route => {
                        routes.extend(decorators::routes(
                            self.scripts,
                            taker.script,
                            decorated.call,
                            &taker.url_prefix,
                        ));
                    }
                    Kind::Function { .. } => all.value.push(self.function(taker, &decorated, &mut all.problems)),
                }
            }
        }
        all.problems.dedup();
        if !routes.is_empty() {
            all.value.push(self.api(routes));
        }
    }

    /// `app.register_blueprint(bp, name_prefix=…, url_prefix=…)`.
    fn blueprints(&self) -> Vec<Taker<'s>> {
        let calls = calls_in(self.script.tops.iter().map(|top| &top.statement));
        let registered = calls.into_iter().filter_map(|called| {
            let ExpressionKind::Member(_, method) = &called.call.callee.kind else { return None };
            if method != "register_blueprint" {
                return None;
            }
            let blueprint = argument(called.call, 0).or_else(|| named(called.call, "blueprint"))?;
            let at = At { script: self.script, expression: blueprint, inside: called.inside, class: None };
            let (script, name) = self.scripts.find(at).home?;
            let text =
                |key| named(called.call, key).and_then(|value| self.scripts.text(at.with(value))).unwrap_or_default();
            Some(Taker { script, name, name_prefix: text("name_prefix"), url_prefix: text("url_prefix") })
        });
        registered.collect()
    }

    /// The functions in the taker's module that it decorates.
    fn decorated(&self, taker: &Taker<'s>) -> Vec<Decorated<'s>> {
        let script = taker.script;
        let functions = script.tops.iter().filter_map(|top| match &top.statement.kind {
            StatementKind::Function(function) => Some((&**function, top.statement.span.end)),
            _ => None,
        });
        let of_function = |(function, end): (&'s Function, usize)| {
            function.decorators.iter().filter_map(move |decorator| {
                let ExpressionKind::Call(call) = &decorator.kind else { return None };
                let ExpressionKind::Member(object, method) = &call.callee.kind else { return None };
                let home = self.scripts.find(script.at(object)).home?;
                let is_taker = home.0.path == taker.script.path && home.1 == taker.name;
                let kind = decorators::kind(method).or_else(|| self.of_own_class(method)).filter(|_| is_taker)?;
                Some(Decorated { script, function, end, kind, decorator, call })
            })
        };
        functions.flat_map(of_function).collect()
    }

    /// What a decorator of the application's own class makes: it hands over to one of Chalice's.
    fn of_own_class(&self, method: &str) -> Option<Kind> {
        let methods =
            self.classes.iter().flat_map(|(_, class)| &class.members).filter_map(|member| match &member.kind {
                MemberKind::Method(key, function) => {
                    let is_named = matches!(&key.kind, lockstep_script::tree::KeyKind::Name(name) if name == method);
                    is_named.then_some(function)
                }
                _ => None,
            });
        let calls = methods.flat_map(|function| calls_in(&function.body));
        let mut kinds = calls.filter_map(|called| match &called.call.callee.kind {
            ExpressionKind::Member(object, method) => {
                let own = matches!(object.dotted_name().as_deref(), Some("self"))
                    || matches!(&object.kind, ExpressionKind::Call(call) if call.callee.dotted_name().as_deref() == Some("super"));
                decorators::kind(method).filter(|_| own)
            }
            _ => None,
        });
        kinds.next()
    }

    fn function(&self, taker: &Taker<'s>, decorated: &Decorated<'s>, problems: &mut Vec<Problem>) -> Declared {
        let Decorated { script, function, kind, call, .. } = decorated;
        let own = function.name.as_deref().unwrap_or("function");
        let fixed = match kind {
            Kind::Function { fixed, .. } => *fixed,
            Kind::Route => None,
        };
        let written = named(call, "name");
        let said = written.and_then(|name| self.scripts.whole_text(script.at(name)));
        if let (Some(written), None) = (written, &said) {
            let message =
                format!("the name of this function is known when it is deployed; it is called `{own}` like its code");
            problems.push(Problem::at(ProblemKind::Unevaluated, script.place(written.span.clone()), message));
        }
        let name = match (fixed, said) {
            (Some(fixed), _) => fixed.to_owned(),
            (None, Some(said)) => format!("{}{said}", taker.name_prefix),
            (None, None) => format!("{}{own}", taker.name_prefix),
        };
        let place = Place {
            path: &script.path,
            text: &script.text,
            name: decorated.decorator.span.clone(),
            end: decorated.end,
        };
        let mut declared = self.app.function(&name, &place, (script.path.clone(), Some(own.to_owned())));
        let id = format!("{}#{name}", self.app.service);
        declared.channels.extend(decorators::channel(self.scripts, script, *kind, call, &id));
        self.configure(&mut declared);
        declared
    }

    /// The function that answers all routes.
    fn api(&self, routes: Vec<String>) -> Declared {
        let ExpressionKind::Call(call) = &self.made.kind else { unreachable!("found by its call") };
        let place = Place {
            path: &self.script.path,
            text: &self.script.text,
            name: call.callee.span.clone(),
            end: self.made.span.end,
        };
        let mut declared = self.app.function(API, &place, (self.script.path.clone(), Some(self.object.to_owned())));
        let route = |route: String| receives("http", format!("{}#http {route}", self.app.service));
        declared.channels = routes.into_iter().map(route).collect();
        self.configure(&mut declared);
        declared
    }

    /// What the configuration says of a function.
    fn configure(&self, declared: &mut Declared) {
        let Some(config) = self.config else { return };
        let mut environment = BTreeMap::new();
        for map in config.said(&declared.name, "environment_variables") {
            let pairs = map.entries().iter();
            environment.extend(pairs.filter_map(|(key, value)| Some((key.text.clone(), value.as_text()?.to_owned()))));
        }
        declared.environment = environment;
        for name in config.said(&declared.name, "layers").into_iter().flat_map(|list| list.items()) {
            declared.layers.extend(name.as_str().map(|name| Layer { name: name.to_owned(), path: None }));
        }
    }
}

/// The classes of the repository between `at` and the class `base` of Chalice; none if it is no such class.
fn classes<'s>(scripts: &'s Scripts<'_>, at: At<'s>, base: &str) -> Option<Vec<(&'s Script, &'s Class)>> {
    let mut found = Vec::new();
    let mut open = vec![at];
    let mut is_one = false;
    while let Some(at) = open.pop() {
        match scripts.find(at).meaning {
            Meaning::Package(module, name) => {
                is_one |= module.starts_with("chalice") && name.rsplit('.').next() == Some(base)
            }
            Meaning::Class(script, class) if found.len() < HIGHEST => {
                found.push((script, class));
                open.extend(class.bases.iter().map(|base| script.at(&base.value)));
            }
            _ => {}
        }
    }
    is_one.then_some(found)
}
