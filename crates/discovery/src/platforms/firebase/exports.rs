//! Codebases for Node.js: the exports of the entry module, nested ones joined by `-`, each followed to the function
//! that it is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{Location, RepoPath};
use lockstep_script::tree::{ExpressionKind, KeyKind, StatementKind};

use super::{
    Codebase,
    triggers::{self, Verdict},
};
use crate::{
    in_code::{Place, sends},
    platform::Declared,
    scripts::{At, Exported, Found, Meaning, Script, Scripts, Top, argument, calls_in, code_of},
};

/// How deep groups of functions are followed.
const DEEPEST: usize = 12;

/// How many exports one codebase may have.
const MOST: usize = 20_000;

/// Reads the codebase whose entry module is `script`; its functions go to `all`.
pub(super) fn read(codebase: &Codebase, scripts: &Scripts<'_>, script: &Script, all: &mut Partial<Vec<Declared>>) {
    let mut reader = Reader {
        codebase,
        scripts,
        found: BTreeMap::new(),
        seen: BTreeSet::new(),
        left_out: Vec::new(),
        problems: Vec::new(),
    };
    reader.module(script, "", DEEPEST, None);
    let Reader { found, left_out, problems, .. } = reader;
    all.problems.extend(problems);
    report_left_out(&left_out, &mut all.problems);
    let mut homes: BTreeMap<RepoPath, usize> = BTreeMap::new();
    for one in found.values() {
        *homes.entry(one.code.0.clone()).or_default() += 1;
    }
    if found.is_empty() {
        let message = format!("nothing that the entry module `{}` exports is known to be a function", script.path);
        all.problems.push(Problem::at(ProblemKind::Unsupported, codebase.place.clone(), message));
        all.problems.extend(script.unparsed());
    }
    for (name, one) in found {
        let mut app = codebase.app.clone();
        app.runtime = app.runtime.or_else(|| Some("nodejs".to_owned()));
        let place = Place { path: &one.script.path, text: &one.script.text, name: one.span.clone(), end: one.span.end };
        let mut function = app.function(&name, &place, one.code.clone());
        function.channels = one.channels;
        send(scripts, &one.code, homes[&one.code.0] == 1, &mut function);
        all.value.push(function);
    }
}

/// A function that is exported.
struct One<'s> {
    /// Where it stands: the statement that defines it, or exports it where it has no name.
    script: &'s Script,
    span: Range<usize>,
    code: (RepoPath, Option<String>),
    channels: Vec<lockstep_model::Channel>,
}

struct Reader<'s, 'f> {
    codebase: &'s Codebase,
    scripts: &'s Scripts<'f>,
    found: BTreeMap<String, One<'s>>,
    /// Modules on the way, with the group they are in.
    seen: BTreeSet<(&'s RepoPath, String)>,
    /// Exports that only the emulator has.
    left_out: Vec<(String, Location)>,
    problems: Vec<Problem>,
}

/// An exported value.
struct Candidate<'s> {
    name: String,
    /// The module that exports it, and where.
    script: &'s Script,
    span: Range<usize>,
    found: Found<'s>,
    /// True if only the emulator runs it.
    emulator: bool,
}

impl<'s> Reader<'s, '_> {
    /// All exports of a module, below `prefix`.
    fn module(&mut self, script: &'s Script, prefix: &str, left: usize, emulator: Option<bool>) {
        let Some(left) = left.checked_sub(1) else { return };
        if !self.seen.insert((&script.path, prefix.to_owned())) {
            return;
        }
        self.problems.extend(script.unparsed());
        for top in &script.tops {
            let emulator = emulator.unwrap_or(false) || for_emulator(script, top);
            for export in top.exports() {
                let named = |found| Candidate {
                    name: joined(prefix, export.name),
                    script,
                    span: export.span.clone(),
                    found,
                    emulator,
                };
                match export.what {
                    Exported::Name(here) => {
                        let found = self.scripts.named(script, here);
                        self.candidate(named(found), left);
                    }
                    Exported::From(specifier, there) => match self.scripts.module(script, specifier) {
                        Some(module) => {
                            let found = self.scripts.exported(module, there);
                            self.candidate(named(found), left);
                        }
                        None => self.missing(script, export.span.clone(), specifier),
                    },
                    Exported::Module(specifier) => match self.scripts.module(script, specifier) {
                        Some(module) => self.module(module, &joined(prefix, export.name), left, Some(emulator)),
                        None => self.missing(script, export.span.clone(), specifier),
                    },
                    Exported::All(specifier) => match self.scripts.module(script, specifier) {
                        Some(module) => self.module(module, prefix, left, Some(emulator)),
                        None => self.missing(script, export.span.clone(), specifier),
                    },
                    Exported::Value(value) => {
                        let at = script.at(value);
                        let mut found = self.scripts.find(at);
                        if found.home.is_none() {
                            found.home = Some((script, export.name));
                        }
                        self.candidate(named(found), left);
                    }
                    Exported::Properties(value) => {
                        let found = self.scripts.find(script.at(value));
                        self.properties(found, prefix, left, emulator);
                    }
                }
            }
        }
    }

    /// An import of the repository that leads nowhere: what it exports is not known.
    fn missing(&mut self, script: &Script, span: Range<usize>, specifier: &str) {
        if specifier.starts_with('.') {
            let message =
                format!("`{specifier}` is not in the checkout: functions that are exported from it are not known");
            self.problems.push(Problem::at(ProblemKind::Unevaluated, script.place(span), message));
        }
    }

    /// What is exported is a group, or a value.
    fn candidate(&mut self, candidate: Candidate<'s>, left: usize) {
        let Some(left) = left.checked_sub(1) else { return };
        if self.found.len() >= MOST {
            return;
        }
        match &candidate.found.meaning {
            Meaning::Module(module) => self.module(module, &candidate.name, left, Some(candidate.emulator)),
            Meaning::Value(at, rest) if rest.is_empty() && matches!(at.expression.kind, ExpressionKind::Object(_)) => {
                self.properties(candidate.found, &candidate.name, left, candidate.emulator);
            }
            _ => self.value(candidate),
        }
    }

    /// The properties of an object, or the exports of a module that is exported as one.
    fn properties(&mut self, whole: Found<'s>, prefix: &str, left: usize, emulator: bool) {
        let Some(left) = left.checked_sub(1) else { return };
        let at = match whole.meaning {
            Meaning::Module(module) => return self.module(module, prefix, left, Some(emulator)),
            Meaning::Value(at, rest) if rest.is_empty() => at,
            _ => return,
        };
        if let ExpressionKind::Object(properties) = &at.expression.kind {
            for property in properties {
                if let lockstep_script::tree::Property::Spread(value) = property {
                    let found = self.scripts.find(at.with(value));
                    if matches!(found.meaning, Meaning::Module(_)) {
                        self.properties(found, prefix, left, emulator);
                    }
                }
            }
        }
        for (key, value) in self.scripts.properties(at) {
            let KeyKind::Name(name) = &key.kind else { continue };
            let mut found = self.scripts.find(value);
            if found.home.is_none() {
                found.home = Some((value.script, name));
            }
            let span = key.span.start..value.expression.span.end.max(key.span.end);
            let candidate = Candidate { name: joined(prefix, name), script: value.script, span, found, emulator };
            self.candidate(candidate, left);
        }
    }

    /// A value that is a function, or none.
    fn value(&mut self, candidate: Candidate<'s>) {
        let Candidate { name, script, span, found, emulator } = candidate;
        if name.is_empty() || name == "default" || self.found.contains_key(&name) {
            return;
        }
        let id = format!("{}#{name}", self.codebase.app.service);
        let verdict = triggers::verdict(self.scripts, &found, &id);
        let (channels, handler) = match verdict {
            Verdict::Function { channels, handler } => (channels, handler),
            Verdict::None => return,
            Verdict::Foreign(package) => {
                let message = format!(
                    "`{name}` is made by the package `{package}`: whether it is a function is not known, and it is not counted"
                );
                self.problems.push(Problem::at(ProblemKind::Unevaluated, script.place(span), message));
                return;
            }
        };
        if emulator {
            self.left_out.push((name, script.place(span)));
            return;
        }
        let (home, symbol) = found.home.unwrap_or((script, ""));
        let own = (home.path.clone(), Some(symbol.to_owned()).filter(|symbol| !symbol.is_empty()));
        // A trigger that is handed a function of another file registers it, no more. What a factory hands over is its
        // own.
        let handed = handler
            .filter(|at: &At<'s>| at.inside.is_none() && at.script.path == home.path)
            .and_then(|at| code_of(self.scripts, at, &name))
            .filter(|(path, _)| *path != home.path);
        let (place, span) = defined(home, symbol).unwrap_or((script, span));
        self.found.insert(name, One { script: place, span, code: handed.unwrap_or(own), channels });
    }
}

/// The statement that defines `symbol`.
fn defined<'s>(script: &'s Script, symbol: &str) -> Option<(&'s Script, Range<usize>)> {
    let top = script.top_of(symbol)?;
    Some((script, top.statement.span.clone()))
}

fn joined(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}-{name}") }
}

/// True for a statement in `if (process.env.FUNCTIONS_EMULATOR === "true")`.
fn for_emulator(script: &Script, top: &Top) -> bool {
    top.conditions.iter().any(|(test, holds)| {
        let test = script.written(test.clone());
        let denied = test.contains("!=") || test.trim_start().starts_with('!') || test.contains("\"false\"");
        test.contains("FUNCTIONS_EMULATOR") && (*holds != denied)
    })
}

fn report_left_out(left_out: &[(String, Location)], problems: &mut Vec<Problem>) {
    let Some((_, first)) = left_out.first() else { return };
    let names: Vec<String> = left_out.iter().map(|(name, _)| format!("`{name}`")).collect();
    let message = format!("only the emulator has {}: not counted", names.join(", "));
    problems.push(Problem::at(ProblemKind::Unsupported, first.clone(), message));
}

/// Topics and task queues that the function's own code sends on.
fn send(scripts: &Scripts<'_>, code: &(RepoPath, Option<String>), alone: bool, function: &mut Declared) {
    let Some(script) = scripts.get(&code.0) else { return };
    let own = code.1.as_deref().and_then(|symbol| script.top_of(symbol));
    let statements: Vec<_> = match own {
        Some(top) if !alone => vec![&top.statement],
        _ if alone => script.tops.iter().map(|top| &top.statement).collect(),
        _ => return,
    };
    let is_code = |statement: &&lockstep_script::tree::Statement| !matches!(statement.kind, StatementKind::Import(_));
    for called in calls_in(statements.into_iter().filter(is_code)) {
        let ExpressionKind::Member(_, method) = &called.call.callee.kind else { continue };
        let kind = match method.as_str() {
            "taskQueue" => "queue",
            "topic" => "topic",
            _ => continue,
        };
        let Some(name) = argument(called.call, 0) else { continue };
        let at = At { script, expression: name, inside: called.inside, class: None };
        if let Some(name) = scripts.whole_text(at) {
            let name = name.rsplit('/').next().unwrap_or(&name).to_owned();
            let channel = sends(kind, name);
            let receives = function.channels.iter().any(|one| one.kind == channel.kind && one.key == channel.key);
            if !receives && !function.channels.contains(&channel) {
                function.channels.push(channel);
            }
        }
    }
}
