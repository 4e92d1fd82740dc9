//! What a decorator does with what it decorates: wraps it, or registers it somewhere, so that others reach it without
//! naming it.

use ruff_python_ast::Expr;

/// Objects whose methods wrap functions, and keep none.
const WRAPPERS: [&str; 14] = [
    "cachetools",
    "contextlib",
    "dataclasses",
    "functools",
    "log",
    "logger",
    "metrics",
    "mock",
    "profiler",
    "pytest",
    "tracer",
    "typing",
    "unittest",
    "xray_recorder",
];

/// How methods that wrap functions start.
const WRAPPING: [&str; 17] = [
    "cache",
    "capture",
    "deleter",
    "getter",
    "inject",
    "instrument",
    "log",
    "lru_cache",
    "measure",
    "memoize",
    "observe",
    "profile",
    "retry",
    "setter",
    "time",
    "trace",
    "wrap",
];

/// How names of what registers functions start, where nothing else is known of it.
const REGISTERING: [&str; 36] = [
    "add_",
    "after_",
    "before_",
    "blueprint",
    "command",
    "connect",
    "cron",
    "delete",
    "event",
    "exception_handler",
    "errorhandler",
    "get",
    "handler",
    "handles",
    "head",
    "hook",
    "implements",
    "lambda_function",
    "listen",
    "middleware",
    "mutation",
    "on_",
    "patch",
    "periodic",
    "plugin",
    "post",
    "put",
    "query",
    "receiver",
    "register",
    "resolver",
    "route",
    "schedule",
    "shared_task",
    "subscribe",
    "task",
];

/// What a decorator is made of.
pub(super) struct Decorator<'a> {
    /// `app` of `@app.get("/orders")`.
    pub(super) root: &'a str,
    /// `get`; none for a plain name.
    pub(super) method: Option<&'a str>,
}

impl<'a> Decorator<'a> {
    pub(super) fn read(expr: &'a Expr) -> Option<Self> {
        let expr = if let Expr::Call(call) = expr { &*call.func } else { expr };
        match expr {
            Expr::Name(name) => Some(Self { root: name.id.as_str(), method: None }),
            Expr::Attribute(attribute) => {
                Some(Self { root: root_name(&attribute.value)?, method: Some(attribute.attr.as_str()) })
            }
            _ => None,
        }
    }

    /// True if it is known to wrap what it decorates, and no more.
    pub(super) fn wraps(&self) -> bool {
        let wraps = |method: &str| WRAPPING.iter().any(|start| method.starts_with(start));
        WRAPPERS.contains(&self.root) || self.method.is_some_and(wraps)
    }

    /// True if its name says that it registers what it decorates.
    pub(super) fn says_so(&self) -> bool {
        let name = self.method.unwrap_or(self.root).to_ascii_lowercase();
        !self.wraps() && (name == "on" || REGISTERING.iter().any(|start| name.starts_with(start)))
    }
}

/// Methods that put something into a collection.
pub(super) fn puts(method: &str) -> bool {
    let methods = ["add", "append", "appendleft", "connect", "extend", "insert", "setdefault", "subscribe", "update"];
    methods.contains(&method) || method.starts_with("register")
}

/// `app` of `app.router.get("/orders")`.
fn root_name(mut expr: &Expr) -> Option<&str> {
    loop {
        expr = match expr {
            Expr::Name(name) => return Some(name.id.as_str()),
            Expr::Attribute(attribute) => &attribute.value,
            Expr::Call(call) => &call.func,
            Expr::Subscript(subscript) => &subscript.value,
            _ => return None,
        }
    }
}
