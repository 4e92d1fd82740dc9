//! Comments that accept findings, and the functions beside which they stand: on the line of a declaration or a handler, or
//! on the lines right above. Only files that hold one of these are looked at.

use std::collections::BTreeMap;

use lockstep_config::{AllowComment, allow_comments};
use lockstep_diagnostics::SuppressedBy;
use lockstep_model::{BlobId, Function, FunctionId, RepoPath};
use lockstep_rules::{Idle, IdleBecause};
use rustc_hash::FxHashSet;

use crate::{
    Project, Report, rules,
    suppress::{About, Accepted, Suppressions},
    traces::is_worth_writing,
};

/// What a line begins with that may stand between such a comment and what it is about: other comments, decorators and
/// attributes.
const BETWEEN: [&str; 9] = ["#", "//", "/*", "*", "--", "<!--", ";", "@", "["];

/// Where functions stand in a file.
#[derive(Default)]
struct Anchors<'a> {
    /// The lines of declarations and handlers, from 1.
    lines: Vec<(u32, &'a FunctionId)>,
    /// Functions of which the whole file is the handler.
    whole: Vec<&'a FunctionId>,
    /// Functions whose handler is a method of a class, by the method's name: the class is where their code starts, and
    /// people write above the method as well.
    methods: Vec<(&'a str, &'a FunctionId)>,
}

/// Extensions of files in which handlers are methods of classes.
const CLASSES: [&str; 5] = ["java", "kt", "scala", "groovy", "cs"];
/// The method of a handler that names its class only.
const JVM_METHOD: &str = "handleRequest";

/// Adds the comments of `report`'s functions to `found`.
pub(crate) fn comments(project: &Project, report: &Report, found: &mut Suppressions) {
    let rules = rules();
    let mut silent = Silent::of(project);
    for (path, mut anchors) in anchors(report) {
        if silent.has(path) {
            continue;
        }
        let Ok(text) = project.files.text(path) else { continue };
        let comments = allow_comments(path, &text, &rules);
        if comments.is_empty() {
            silent.add(path);
            continue;
        }
        anchors.find_methods(&text);
        let lines: Vec<&str> = text.lines().collect();
        for comment in comments {
            match comment {
                Ok(comment) => add(comment, &lines, &anchors, project.is_whole(), found),
                Err(error) => found.faults.push(Idle {
                    what: "this comment".to_owned(),
                    about: vec!["comment".to_owned(), path.to_string(), error.message.clone()],
                    location: error.location,
                    why: IdleBecause::Fault { message: error.message, help: error.help },
                }),
            }
        }
    }
    silent.keep();
}

/// Files that hold no such comment: nearly all. They are known by what they hold, and not read again to learn it.
struct Silent<'p> {
    project: &'p Project,
    known: FxHashSet<BlobId>,
    asked: FxHashSet<BlobId>,
    /// How many of them were not known.
    grown: usize,
}

impl<'p> Silent<'p> {
    fn of(project: &'p Project) -> Self {
        let known = project.traces.as_ref().map(|traces| traces.silent()).unwrap_or_default();
        Self { project, known: known.into_iter().collect(), asked: FxHashSet::default(), grown: 0 }
    }

    fn id(&self, path: &RepoPath) -> Option<BlobId> {
        self.project.files.id(&self.project.files.resolve(path)?)
    }

    fn has(&mut self, path: &RepoPath) -> bool {
        let id = self.id(path).filter(|id| self.known.contains(id));
        self.asked.extend(id);
        id.is_some()
    }

    fn add(&mut self, path: &RepoPath) {
        self.grown += usize::from(self.id(path).is_some_and(|id| self.asked.insert(id)));
    }

    /// Keeps them, if many were not known; and of those that were not asked for no more than that.
    fn keep(self) {
        let is_much = is_worth_writing(self.grown, self.known.is_empty());
        let Some(traces) = self.project.traces.as_ref().filter(|_| is_much) else { return };
        let mut rest: Vec<BlobId> = self.known.difference(&self.asked).copied().collect();
        rest.sort_unstable();
        rest.truncate(self.asked.len());
        let mut all: Vec<BlobId> = self.asked.into_iter().chain(rest).collect();
        all.sort_unstable();
        traces.keep_silent(all);
    }
}

fn anchors(report: &Report) -> BTreeMap<&RepoPath, Anchors<'_>> {
    let mut files: BTreeMap<&RepoPath, Anchors<'_>> = BTreeMap::new();
    let closures = report.code.closures.iter();
    let starts: BTreeMap<_, _> = closures.map(|closure| (&closure.function, closure.start.as_ref())).collect();
    for function in &report.found.functions {
        for declaration in &function.declarations {
            let at = &declaration.location;
            files.entry(&at.path).or_default().lines.push((at.line, &function.id));
        }
        if let Some((path, name)) = method(function) {
            files.entry(path).or_default().methods.push((name, &function.id));
        }
        match (starts.get(&function.id).copied().flatten(), &function.entry) {
            (Some(start), _) if start.end > 0 => {
                files.entry(&start.path).or_default().lines.push((start.line, &function.id));
            }
            (_, Some(entry)) => files.entry(&entry.path).or_default().whole.push(&function.id),
            _ => {}
        }
    }
    files
}

/// The file and the name of the method that handles the function's events, if it is one of a class.
fn method(function: &Function) -> Option<(&RepoPath, &str)> {
    let path = &function.entry.as_ref()?.path;
    let extension = path.extension().filter(|extension| CLASSES.contains(extension))?;
    let handler = function.declarations.iter().find_map(|declaration| declaration.handler.as_deref())?;
    match handler.rsplit_once("::") {
        Some((_, name)) => Some((path, name)),
        None => (extension != "cs").then_some((path, JVM_METHOD)),
    }
}

impl Anchors<'_> {
    /// Adds the lines on which the methods are defined, and puts all lines in order.
    fn find_methods(&mut self, text: &str) {
        for (name, id) in std::mem::take(&mut self.methods) {
            let defined = (1u32..).zip(text.lines()).find(|(_, line)| defines(line, name));
            self.lines.extend(defined.map(|(line, _)| (line, id)));
        }
        self.lines.sort();
    }
}

/// True for a line that looks like the definition of the method `name`, and not like a call of it.
fn defines(line: &str, name: &str) -> bool {
    let line = line.trim();
    let calls = is_comment(line) || line.ends_with(';') || line.starts_with("return ");
    let around = line.find(name).map(|at| (&line[..at], &line[at + name.len()..]));
    let named = |(before, after): (&str, &str)| {
        before.ends_with(' ') && !before.contains('=') && after.trim_start().starts_with('(')
    };
    !calls && around.is_some_and(named)
}

fn add(comment: AllowComment, lines: &[&str], anchors: &Anchors<'_>, whole_scope: bool, found: &mut Suppressions) {
    let at = comment.location.clone();
    let functions = beside(lines, at.line, anchors);
    if functions.is_empty() {
        // Where only a part of the repository is looked at, it may be about a function outside.
        if whole_scope {
            let targets = comment.targets.iter().map(|target| target.as_str().to_owned());
            found.faults.push(Idle {
                what: "this comment".to_owned(),
                about: ["comment".to_owned(), at.path.to_string()].into_iter().chain(targets).collect(),
                location: Some(at),
                why: IdleBecause::Stray,
            });
        }
        return;
    }
    found.all.push(Accepted {
        by: SuppressedBy::Comment,
        targets: comment.targets,
        about: About::Beside(functions, comment.with),
        reason: comment.reason,
        expires: comment.expires,
        what: "this comment".to_owned(),
        origin: format!("at {}:{}", at.path, at.line),
        location: Some(at),
    });
}

/// The functions that a comment on line `line` is about.
fn beside(lines: &[&str], line: u32, anchors: &Anchors<'_>) -> Vec<FunctionId> {
    let between = |number: u32| {
        let line = lines.get(number as usize - 1).map_or("", |line| line.trim());
        BETWEEN.iter().any(|sign| line.starts_with(sign))
    };
    let next = anchors.lines.iter().map(|(at, _)| *at).find(|at| *at >= line);
    let mut functions: Vec<FunctionId> = match next {
        Some(next) if (line + 1..next).all(between) => {
            anchors.lines.iter().filter(|(at, _)| *at == next).map(|(_, id)| (*id).clone()).collect()
        }
        _ => Vec::new(),
    };
    // The head of a file is beside what the whole file is.
    let before = lines.iter().take(line as usize);
    if functions.is_empty() && before.into_iter().all(|line| line.trim().is_empty() || is_comment(line)) {
        functions = anchors.whole.iter().map(|id| (*id).clone()).collect();
    }
    functions.sort();
    functions.dedup();
    functions
}

fn is_comment(line: &str) -> bool {
    BETWEEN[..7].iter().any(|sign| line.trim().starts_with(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_about_what_follows_it_at_once() {
        let text = "#!/usr/bin/env python\n# HERE head\nimport os\n# HERE stray\n\n# HERE first\n# another\n@app.route()\ndef first(): pass\ndef second(): pass  # HERE second\n";
        let (first, second, whole) = (FunctionId::new("first"), FunctionId::new("second"), FunctionId::new("head"));
        let anchors = Anchors { lines: vec![(9, &first), (10, &second)], whole: vec![&whole], ..Anchors::default() };
        for (number, line) in (1u32..).zip(text.lines()) {
            let Some((_, expected)) = line.split_once("HERE ") else { continue };
            let found = beside(&text.lines().collect::<Vec<_>>(), number, &anchors);
            let found: Vec<&str> = found.iter().map(FunctionId::as_str).collect();
            assert_eq!(found.concat(), expected.replace("stray", ""), "{line}");
        }
    }

    #[test]
    fn the_method_of_a_class_is_its_handler_as_well() {
        let text = "public class Create {\n    // handleRequest(x) is called by Lambda\n    // HERE\n    @Override\n    \
                    public Out handleRequest(In event, Context context) {\n        return handleRequest(event);\n    }\n}\n";
        let create = FunctionId::new("create");
        let methods = vec![("handleRequest", &create)];
        let mut anchors = Anchors { lines: vec![(1, &create)], methods, ..Anchors::default() };
        anchors.find_methods(text);
        assert_eq!(anchors.lines, [(1, &create), (5, &create)]);
        assert_eq!(beside(&text.lines().collect::<Vec<_>>(), 3, &anchors), std::slice::from_ref(&create));
        for (line, defined) in [
            ("override fun handle(event: In) = event", true),
            ("def handle(event: In): Out = event", true),
            ("override fun handle(event: In): Out {", true),
            ("public async Task<Out> handle (In event)", true),
            ("this.handle(event)", false),
            ("rehandle(event) {", false),
            ("val x = handle(event)", false),
        ] {
            assert_eq!(defines(line, "handle"), defined, "{line}");
        }
    }

    #[test]
    fn functions_with_one_handler_share_its_comment() {
        let (one, two) = (FunctionId::new("one"), FunctionId::new("two"));
        let anchors = Anchors { lines: vec![(2, &one), (2, &two)], ..Anchors::default() };
        assert_eq!(beside(&["// x", "function f() {}"], 1, &anchors), [one.clone(), two.clone()]);
        assert_eq!(beside(&["// x"], 7, &anchors), []);
    }
}
