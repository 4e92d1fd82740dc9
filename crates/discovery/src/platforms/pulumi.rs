//! Pulumi: programs in TypeScript, JavaScript and Python are evaluated, never run, and those in YAML read. Functions of
//! AWS and Google Cloud are counted, closures in the program itself among them.

mod code;
mod functions;
mod programs;
mod wiring;
mod yaml;

use std::collections::BTreeMap;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{FileSet, Location, RepoPath};
use lockstep_script::{
    Sources,
    evaluate::{Evaluation, Event, Host, Options, Value, evaluate},
};

use self::programs::{Program, Runtime};
use crate::{
    evaluated,
    in_code::App,
    platform::{Declared, Platform},
};

/// As printed.
const NAME: &str = "pulumi";

/// The reader of Pulumi's programs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pulumi;

impl Platform for Pulumi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("pulumi.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all = Partial::default();
        let sources = Sources::new(files);
        for program in programs::find(files, &mut all.problems) {
            let app =
                App { platform: NAME, service: program.name.clone(), folder: program.folder.clone(), runtime: None };
            match &program.runtime {
                Runtime::Evaluated(entry) => Reader::new(files, &sources, &program, app, entry).read(&mut all),
                Runtime::Yaml(path) => yaml::read(files, path, &app, &mut all),
                Runtime::Unread(language) => report_unread(files, &program, language, &mut all.problems),
                Runtime::Missing => {
                    let message = "the program of this project was not found";
                    all.problems.push(Problem::at(ProblemKind::Unsupported, program.place.clone(), message));
                }
            }
        }
        all
    }
}

/// Programs in languages that are not evaluated; only those that seem to make functions are worth words.
fn report_unread(files: &FileSet, program: &Program, language: &str, problems: &mut Vec<Problem>) {
    const SIGNS: [&str; 6] = [
        "lambda.NewFunction",
        "lambda.Function(",
        "Lambda.Function(",
        "cloudfunctions",
        "CloudFunctions",
        "new Function(",
    ];
    let extensions = ["go", "cs", "java", "kt", "fs"];
    let is_source = |path: &&RepoPath| path.extension().is_some_and(|extension| extensions.contains(&extension));
    let makes = |path: &RepoPath| crate::says(files, path, &SIGNS);
    if files.under(&program.folder).filter(is_source).any(makes) {
        let message =
            format!("programs of Pulumi in {language} are not read: the functions that this one makes are not known");
        problems.push(Problem::at(ProblemKind::Unsupported, program.place.clone(), message));
    }
}

/// What the evaluation is told: a program may be a function that is exported.
struct PulumiHost;

impl Host for PulumiHost {
    fn called_exports(&self) -> &'static [&'static str] {
        &["default"]
    }
}

/// What reads one evaluated program.
struct Reader<'f> {
    files: &'f FileSet,
    app: App,
    place: Location,
    evaluation: Evaluation,
}

impl<'f> Reader<'f> {
    fn new(files: &'f FileSet, sources: &Sources<'f>, program: &Program, app: App, entry: &RepoPath) -> Self {
        let options =
            Options { folder: program.folder.clone(), eager_imports: true, host: &PulumiHost, ..Options::default() };
        Self { files, app, place: program.place.clone(), evaluation: evaluate(sources, entry, &options) }
    }

    fn read(self, all: &mut Partial<Vec<Declared>>) {
        let mut found: BTreeMap<usize, Declared> = BTreeMap::new();
        let mut inline: Vec<Declared> = Vec::new();
        for (at, event) in self.evaluation.events.iter().enumerate() {
            if let Some(function) = self.function(event) {
                found.insert(at, function);
            }
        }
        for event in &self.evaluation.events {
            self.wire(event, &mut found, &mut inline);
        }
        let mut functions: Vec<Declared> = Vec::new();
        for function in found.into_values().chain(inline) {
            let twin =
                |one: &Declared| one.name == function.name && one.declaration.location == function.declaration.location;
            if !functions.iter().any(twin) {
                functions.push(function);
            }
        }
        if self.evaluation.events.is_empty() {
            let message = "this program of Pulumi says nothing that could be read";
            all.problems.push(Problem::at(ProblemKind::Unsupported, self.place.clone(), message));
        }
        all.problems.extend(evaluated::summarized(self.evaluation.problems));
        all.value.extend(functions);
    }

    /// The event behind a value.
    fn event(&self, value: &Value) -> Option<&Event> {
        self.evaluation.events.get(value.instance()?)
    }

    /// What `value`, an object or an instance of an argument class, has under one of `names`.
    fn field<'v>(&'v self, value: &'v Value, names: &[&str]) -> Option<&'v Value> {
        match value {
            Value::Object(object) => names.iter().find_map(|name| object.get(name)),
            value => self.argument(self.event(value)?, names),
        }
    }

    /// An argument by name: a property of the object that is the second argument, or a named one of Python.
    fn argument<'v>(&'v self, event: &'v Event, names: &[&str]) -> Option<&'v Value> {
        let in_object = |value: &'v Value| names.iter().find_map(|name| value.get(name));
        let objects = event.arguments.iter().map(|given| &given.value);
        names.iter().find_map(|name| event.named(name)).or_else(|| objects.filter_map(in_object).next())
    }

    /// The package and the dotted name of a resource, without the language: `aws`, `lambda.Function`.
    fn resource<'e>(&self, event: &'e Event) -> Option<(&'e str, String)> {
        let module = event.callee.module.as_str();
        let rest = module.strip_prefix("@pulumi/").or_else(|| module.strip_prefix("pulumi_"))?;
        let (package, folders) = match rest.split_once(['/', '.']) {
            Some((package, folders)) => (package, folders),
            None => (rest, ""),
        };
        let name = event.callee.name.replace("lambda_.", "lambda.");
        let folders = folders.trim_end_matches('_').replace('/', ".");
        Some((package, if folders.is_empty() { name } else { format!("{folders}.{name}") }))
    }

    fn key(&self, name: &str) -> String {
        format!("{}#{name}", self.app.service)
    }

    /// The name of a resource.
    fn name_of<'v>(&self, event: &'v Event) -> Option<&'v str> {
        event.positional(0).or_else(|| event.named("resource_name")).and_then(Value::as_text)
    }
}

#[cfg(test)]
mod tests;
