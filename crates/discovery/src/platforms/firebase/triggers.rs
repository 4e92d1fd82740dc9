//! What makes a value a function of Firebase: the call of a trigger, in place or behind factories and classes of the
//! repository.

use std::cell::Cell;

use lockstep_model::Channel;
use lockstep_script::tree::{Call, Expression, ExpressionKind, Function};

use crate::{
    in_code::receives,
    scripts::{At, Found, Meaning, Scripts, Step, argument, returns},
};

/// What a value is.
pub(super) enum Verdict<'s> {
    /// A function; what starts it, and the handler that its trigger is given.
    Function { channels: Vec<Channel>, handler: Option<At<'s>> },
    /// Something else.
    None,
    /// Made by this package, which may make functions.
    Foreign(String),
}

/// How far factories are followed.
const DEEPEST: usize = 8;

/// How many values are looked at.
const STEPS: usize = 500;

/// Packages that make no functions, by the start of their names.
const OTHERS: [&str; 16] = [
    "firebase-admin",
    "firebase/",
    "@firebase/",
    "@google-cloud/",
    "node:",
    "express",
    "cors",
    "lodash",
    "axios",
    "zod",
    "runtypes",
    "stripe",
    "util",
    "path",
    "fs",
    "crypto",
];

/// What `found`, which is exported, is. `id` is `service#name`.
pub(super) fn verdict<'s>(scripts: &'s Scripts<'_>, found: &Found<'s>, id: &str) -> Verdict<'s> {
    Judge { scripts, id, steps: Cell::new(STEPS) }.meaning(&found.meaning, DEEPEST)
}

struct Judge<'s, 'f, 'i> {
    scripts: &'s Scripts<'f>,
    id: &'i str,
    /// Steps left: a factory may give many things, each made by another.
    steps: Cell<usize>,
}

impl<'s> Judge<'s, '_, '_> {
    fn meaning(&self, meaning: &Meaning<'s>, left: usize) -> Verdict<'s> {
        match meaning {
            Meaning::Value(at, rest) => self.value(*at, rest, left),
            // What a getter gives; a method that is exported as it is, is a plain function.
            Meaning::Function(script, function, Some(class)) => {
                let at = At { script, expression: &NOTHING, inside: Some(*function), class: Some(*class) };
                match self.returned(at, function, &[], left) {
                    found @ Verdict::Function { .. } => found,
                    _ => Verdict::None,
                }
            }
            _ => Verdict::None,
        }
    }

    fn value(&self, at: At<'s>, rest: &[Step<'s>], left: usize) -> Verdict<'s> {
        let Some(left) = self.less(left) else { return unknown() };
        match &at.expression.kind {
            ExpressionKind::Call(call) => self.call(at, call, rest, left),
            // What an object of an own class has under a name, and nobody can tell.
            ExpressionKind::New(call) if !rest.is_empty() => match self.scripts.find(at.with(&call.callee)).meaning {
                Meaning::Class(..) => unknown(),
                _ => Verdict::None,
            },
            ExpressionKind::Conditional(_, then, otherwise) => {
                let mut found = [then, otherwise].map(|value| self.followed(at.with(value), rest, left)).into_iter();
                let function = found.find(|verdict| matches!(verdict, Verdict::Function { .. }));
                function.unwrap_or(Verdict::None)
            }
            ExpressionKind::Await(inner) => self.followed(at.with(inner), rest, left),
            ExpressionKind::Object(_) => match rest.split_first() {
                Some((Step::Key(key), rest)) => {
                    let found = self.scripts.member(at, key);
                    match found.meaning {
                        Meaning::Value(at, inner) => self.value(at, &[inner.as_slice(), rest].concat(), left),
                        meaning => self.meaning(&meaning, left),
                    }
                }
                _ => Verdict::None,
            },
            _ => Verdict::None,
        }
    }

    /// One less; none if this goes too far, or took enough steps.
    fn less(&self, left: usize) -> Option<usize> {
        self.steps.set(self.steps.get().checked_sub(1)?);
        left.checked_sub(1)
    }

    /// As [`Self::value`], after following names.
    fn followed(&self, at: At<'s>, rest: &[Step<'s>], left: usize) -> Verdict<'s> {
        match self.scripts.find(at).meaning {
            Meaning::Value(at, inner) => self.value(at, &[inner.as_slice(), rest].concat(), left),
            meaning if rest.is_empty() => self.meaning(&meaning, left),
            _ => Verdict::None,
        }
    }

    fn call(&self, at: At<'s>, call: &'s Call, rest: &[Step<'s>], left: usize) -> Verdict<'s> {
        if let Some((module, name)) = self.scripts.package_callee(at.with(&call.callee)) {
            return self.package(at, &module, &name, rest);
        }
        let found = self.scripts.find(at.with(&call.callee));
        match found.meaning {
            Meaning::Function(script, function, class) => {
                let inside = At { script, expression: &NOTHING, inside: Some(function), class };
                self.returned(inside, function, rest, left)
            }
            Meaning::Value(value, inner) if inner.is_empty() => match &value.expression.kind {
                ExpressionKind::Function(function) => {
                    let inside = At { inside: Some(function), ..value };
                    self.returned(inside, function, rest, left)
                }
                _ => Verdict::None,
            },
            // A method of something that was made by code of the repository.
            Meaning::Value(value, _) => match &value.expression.kind {
                ExpressionKind::Call(_) | ExpressionKind::New(_) => match self.scripts.package_callee(value) {
                    Some(_) => Verdict::None,
                    None => unknown(),
                },
                _ => Verdict::None,
            },
            _ => Verdict::None,
        }
    }

    /// What a factory of the repository gives. If it cannot be followed, it may well be a function.
    fn returned(&self, inside: At<'s>, function: &'s Function, rest: &[Step<'s>], left: usize) -> Verdict<'s> {
        let Some(left) = self.less(left) else { return unknown() };
        let mut results =
            returns(&function.body).into_iter().map(|value| self.followed(inside.with(value), rest, left));
        results.find(|verdict| matches!(verdict, Verdict::Function { .. })).unwrap_or(Verdict::None)
    }

    fn package(&self, at: At<'s>, module: &str, name: &str, rest: &[Step<'s>]) -> Verdict<'s> {
        let method = name.rsplit('.').next().unwrap_or(name);
        if module.starts_with("firebase-functions") || module.starts_with("@genkit-ai/firebase") {
            let triggers = is_trigger(method) && !name.starts_with("logger") && rest.is_empty();
            return if triggers { self.function(at, module, name, method) } else { Verdict::None };
        }
        if OTHERS.iter().any(|start| module.starts_with(start)) || !module.contains("function") {
            return Verdict::None;
        }
        Verdict::Foreign(module.to_owned())
    }

    /// The calls of the chain, outermost first: `functions.firestore.document("x").onCreate(f)`.
    fn function(&self, at: At<'s>, module: &str, name: &str, method: &str) -> Verdict<'s> {
        let chain = chain(at);
        let handler = chain.first().and_then(|call| call.arguments.last()).map(|argument| at.with(&argument.value));
        let text = |expression: &'s Expression, key: &'static str| {
            let at = at.with(expression);
            self.scripts.text(at).or_else(|| self.scripts.text(self.scripts.property(at, key)?))
        };
        let of = |wanted: &str| chain.iter().find(|call| last_name(&call.callee) == Some(wanted)).copied();
        let first =
            |call: Option<&'s Call>, key| call.and_then(|call| argument(call, 0)).and_then(|value| text(value, key));
        let outer = chain.first().copied();
        let parts: Vec<&str> = module.split('/').chain(name.split('.')).collect();
        let own = |what: &str| format!("{}/{what}", self.id);
        let service = self.id.split('#').next().unwrap_or(self.id);
        let channel = match method {
            "onRequest" | "onCall" | "onCallGenkit" => {
                let path = self.id.rsplit('#').next().unwrap_or(self.id);
                receives(
                    "http",
                    format!("{service}#http {} /{path}", if method == "onRequest" { "ANY" } else { "POST" }),
                )
            }
            "onRun" | "onSchedule" => receives("schedule", own("schedule")),
            "onPublish" | "onMessagePublished" => {
                let topic = first(of("topic"), "topic").or_else(|| first(outer, "topic"));
                receives("topic", topic.unwrap_or_else(|| own("topic")))
            }
            "onDispatch" | "onTaskDispatched" => {
                receives("queue", self.id.rsplit('#').next().unwrap_or(self.id).to_owned())
            }
            "onCustomEventPublished" => receives("bus", first(outer, "eventType").unwrap_or_else(|| own("event"))),
            _ if parts.contains(&"firestore") || method.starts_with("onDocument") => {
                let path = first(of("document"), "document").or_else(|| first(outer, "document"));
                receives("stream", path.unwrap_or_else(|| own("document")))
            }
            _ if parts.contains(&"database") || method.starts_with("onValue") => {
                let path = first(of("ref"), "ref").or_else(|| first(outer, "ref"));
                receives("stream", path.unwrap_or_else(|| own("reference")))
            }
            _ if parts.contains(&"storage") || method.starts_with("onObject") => {
                let bucket = first(of("bucket"), "bucket").or_else(|| first(outer, "bucket"));
                receives("bucket", bucket.unwrap_or_else(|| format!("{service}#default-bucket")))
            }
            _ if parts.contains(&"auth") || parts.contains(&"identity") || method.starts_with("beforeUser") => {
                receives("identity", format!("{service}#users"))
            }
            _ => receives("other", own(method)),
        };
        Verdict::Function { channels: vec![channel], handler }
    }
}

/// Nothing that can be followed: it counts, since only a function would be exported so.
fn unknown<'s>() -> Verdict<'s> {
    Verdict::Function { channels: Vec::new(), handler: None }
}

static NOTHING: Expression = Expression { span: 0..0, kind: ExpressionKind::Null };

/// `onRequest`, `beforeUserCreated`, but no `on` by itself.
fn is_trigger(method: &str) -> bool {
    let starts = |start: &str| method.strip_prefix(start).is_some_and(|rest| rest.starts_with(char::is_uppercase));
    (starts("on") && !matches!(method, "onInit")) || starts("before")
}

/// The calls of a chain of methods, outermost first.
fn chain<'s>(at: At<'s>) -> Vec<&'s Call> {
    let mut calls = Vec::new();
    let mut expression = at.expression;
    loop {
        match &expression.kind {
            ExpressionKind::Call(call) => {
                calls.push(&**call);
                expression = &call.callee;
            }
            ExpressionKind::Member(object, _) => expression = object,
            _ => return calls,
        }
    }
}

fn last_name(callee: &Expression) -> Option<&str> {
    match &callee.kind {
        ExpressionKind::Member(_, name) | ExpressionKind::Name(name) => Some(name),
        _ => None,
    }
}
