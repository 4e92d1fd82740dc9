//! SST, versions 1 to 3: the program that declares an application is evaluated, never run. Wherever a component takes a
//! handler, a function is deployed.

mod components;
mod host;
mod version_2;
mod version_3;

use std::collections::BTreeMap;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{FileSet, Invocation, Location, RepoPath, Store, Strength};
use lockstep_script::{
    Sources,
    evaluate::{Evaluation, Event, Options, Site, Value, evaluate},
    tree::ExpressionKind,
};

use self::{components::Kind, host::SstHost};
use crate::{
    evaluated::{self, Made},
    in_code::{self, App, receives, sends},
    platform::{CodeSource, Declared, HandlerStyle, Platform},
    scripts::{Meaning, Scripts, argument, returns},
};

/// As printed.
const NAME: &str = "sst";

/// The reader of SST's programs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sst;

impl Platform for Sst {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("sst.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all = Partial::default();
        let sources = Sources::new(files);
        for (manifest, entry) in programs(files) {
            let program = Program::new(files, &sources, &manifest, &entry);
            program.read(&mut all);
        }
        all
    }
}

/// The programs of the checkout: what says that there is one, and the module to start from.
fn programs(files: &FileSet) -> Vec<(RepoPath, RepoPath)> {
    let mut found = Vec::new();
    for path in files.paths().filter(|path| !in_code::is_vendored(path)) {
        let is_config =
            path.file_stem() == "sst.config" && matches!(path.extension(), Some("ts" | "js" | "mjs" | "mts"));
        if is_config {
            found.push((path.clone(), path.clone()));
        } else if path.file_name() == "sst.json" {
            let folder = path.parent().unwrap_or_else(RepoPath::root);
            let entry = main_of(files, path).into_iter().chain(FIRST.map(str::to_owned));
            let entry = entry.filter_map(|entry| folder.join(&entry).ok()).find(|entry| files.is_file(entry));
            found.extend(entry.map(|entry| (path.clone(), entry)));
        }
    }
    found
}

/// How many modules of a program are evaluated for themselves.
const MOST: usize = 200;

/// How much each of them may do.
const STEPS: usize = 100_000;

/// Where version 1 starts.
const FIRST: [&str; 4] = ["stacks/index.ts", "stacks/index.js", "lib/index.ts", "lib/index.js"];

fn main_of(files: &FileSet, manifest: &RepoPath) -> Option<String> {
    let root = lockstep_document::parse("json", &files.text(manifest).ok()?).ok()?.root;
    root.get("main")?.as_str().map(str::to_owned)
}

/// Everything that the modules of one program say, in one list.
struct Program<'f> {
    files: &'f FileSet,
    app: App,
    manifest: RepoPath,
    /// Each evaluation, and of it the events that no other has.
    evaluations: Vec<(Evaluation, Vec<usize>)>,
    problems: Vec<Problem>,
}

impl<'f> Program<'f> {
    fn new(files: &'f FileSet, sources: &Sources<'f>, manifest: &RepoPath, entry: &RepoPath) -> Self {
        let folder = manifest.parent().unwrap_or_else(RepoPath::root);
        let options = Options { folder: folder.clone(), eager_imports: true, host: &SstHost, ..Options::default() };
        let main = evaluate(sources, entry, &options);
        let problems = evaluated::summarized(main.problems.clone());
        let service = app_name(files, manifest).unwrap_or_else(|| in_code::service_name(&folder, "app"));
        let app = App { platform: NAME, service, folder: folder.clone(), runtime: Some("nodejs".to_owned()) };
        let mut seen: Vec<RepoPath> = main.files.clone();
        let all: Vec<usize> = (0..main.events.len()).collect();
        let mut program = Self { files, app, manifest: manifest.clone(), evaluations: vec![(main, all)], problems };
        // Modules that the program loads by names that it puts together, `readdirSync("./infra")` above all.
        let options = Options { steps: STEPS, ..options };
        for path in files.under(&folder).filter(|path| declares(files, &folder, path)).take(MOST) {
            if seen.contains(path) {
                continue;
            }
            let one = evaluate(sources, path, &options);
            let fresh = |site: &Site| !seen.contains(&site.path);
            let new: Vec<usize> = (0..one.events.len()).filter(|at| fresh(&one.events[*at].site)).collect();
            let loaded: Vec<RepoPath> = one.files.iter().filter(|path| !seen.contains(path)).cloned().collect();
            program.evaluations.push((one, new));
            seen.extend(loaded);
        }
        program
    }

    fn read(self, all: &mut Partial<Vec<Declared>>) {
        let mut found: BTreeMap<String, Vec<Declared>> = BTreeMap::new();
        let mut frameworks = Vec::new();
        for (evaluation, events) in &self.evaluations {
            let reader = Reader { program: &self, evaluation };
            for at in events {
                let event = &evaluation.events[*at];
                for function in reader.functions(event) {
                    let known = found.entry(function.name.clone()).or_default();
                    let same = |one: &Declared| one.declaration.handler == function.declaration.handler;
                    if !known.iter().any(same) {
                        known.push(function);
                    }
                }
                frameworks.extend(components::framework(event).map(|name| (name, event.site.clone())));
            }
        }
        let functions: Vec<Declared> = found.into_values().flatten().collect();
        self.report(&functions, &frameworks, &mut all.problems);
        all.value.extend(functions);
    }

    fn report(&self, functions: &[Declared], frameworks: &[(String, Site)], problems: &mut Vec<Problem>) {
        problems.extend(self.problems.iter().cloned());
        if let Some((_, site)) = frameworks.first() {
            let mut names: Vec<String> = frameworks.iter().map(|(name, _)| format!("`{name}`")).collect();
            names.sort();
            names.dedup();
            let message =
                format!("web frameworks deploy functions of their own for {}: they are not counted", names.join(", "));
            problems.push(Problem::at(ProblemKind::Unsupported, evaluated::place(self.files, site), message));
        }
        if functions.is_empty() && frameworks.is_empty() {
            let message = "this program of SST declares no function that is known";
            problems.push(Problem::at(ProblemKind::Unsupported, Location::whole_file(self.manifest.clone()), message));
        }
    }
}

/// A module of the infrastructure: it uses the global `sst`, or the constructs, and is no code of a function.
fn declares(files: &FileSet, folder: &RepoPath, path: &RepoPath) -> bool {
    let Some(rest) = path.strip_prefix(folder) else { return false };
    let is_script =
        matches!(path.extension(), Some("ts" | "js" | "mts" | "mjs")) && !path.file_name().ends_with(".d.ts");
    let in_place = matches!(rest.split('/').next(), Some("infra" | "stacks" | "infrastructure" | "sst" | "deploy"));
    let is_test = path.components().any(|part| matches!(part, "test" | "tests" | "__tests__"))
        || path.as_str().contains(".test.");
    is_script
        && in_place
        && !is_test
        && !in_code::is_vendored(path)
        && crate::says(files, path, &["new sst.", "sst/constructs"])
}

/// The name of the application: `name` of what `app()` or `config()` of the manifest returns, or of `sst.json`.
fn app_name(files: &FileSet, manifest: &RepoPath) -> Option<String> {
    if manifest.extension() == Some("json") {
        let root = lockstep_document::parse("json", &files.text(manifest).ok()?).ok()?.root;
        return root.get("name")?.as_str().map(str::to_owned);
    }
    let scripts = Scripts::new(files);
    let script = scripts.get(manifest)?;
    let Meaning::Value(at, _) = scripts.exported(script, "default").meaning else { return None };
    let config = match &at.expression.kind {
        ExpressionKind::Call(call) => at.with(argument(call, 0)?),
        _ => at,
    };
    ["app", "config"].into_iter().find_map(|key| {
        let function = scripts.property(config, key)?;
        let ExpressionKind::Function(function) = &function.expression.kind else { return None };
        returns(&function.body).into_iter().find_map(|value| {
            let returned = config.inside(function, value);
            scripts.whole_text(scripts.property(returned, "name")?)
        })
    })
}

/// What reads one evaluation.
struct Reader<'p, 'f> {
    program: &'p Program<'f>,
    evaluation: &'p Evaluation,
}

/// A function in a component: the name, what says where the code is, and how it is started.
struct Found<'v> {
    name: String,
    /// A handler, an object with one, or an instance that is a function.
    code: &'v Value,
    channel: Option<(&'static str, String)>,
    style: HandlerStyle,
    /// The literal that names it, where it is not the component's.
    site: Option<Site>,
}

impl Reader<'_, '_> {
    fn functions(&self, event: &Event) -> Vec<Declared> {
        let found = version_3::functions(self, event);
        let found = if found.is_empty() { version_2::functions(self, event) } else { found };
        found.into_iter().filter_map(|one| self.declared(event, one)).collect()
    }

    /// The component behind an instance: its kind and its name.
    fn component(&self, value: &Value) -> Option<(Kind, String)> {
        components::named(self.evaluation.events.get(value.instance()?)?)
    }

    /// The component that a method is called on.
    fn receiver(&self, event: &Event) -> Option<(Kind, String)> {
        self.component(event.callee.receiver.as_ref()?)
    }

    fn key(&self, name: &str) -> String {
        format!("{}#{name}", self.program.app.service)
    }

    fn declared(&self, event: &Event, found: Found<'_>) -> Option<Declared> {
        // A function that is declared on its own is no second one where it is used.
        if found.code.instance().is_some() || matches!(found.code, Value::Nothing) {
            return None;
        }
        let name_value = event.positional(0).filter(|_| event.callee.receiver.is_none());
        let site = found.site.clone().unwrap_or_else(|| evaluated::site_of(event, name_value));
        let made = Made {
            files: self.program.files,
            app: &self.program.app,
            name: found.name,
            site,
            whole: event.site.clone(),
        };
        let mut declared = made.declared()?;
        if let Value::Text(text) = found.code {
            self.handler(&mut declared, &text.text, text.holes, found.style);
        }
        if found.code.as_object().is_some() {
            self.properties(&mut declared, found.code, found.style);
        }
        if let Some((kind, key)) = found.channel {
            declared.channels.push(receives(kind, key));
        }
        Some(declared)
    }

    /// What an object says of a function: `handler`, `runtime`, `environment`, `link` and `bind`.
    fn properties(&self, declared: &mut Declared, value: &Value, style: HandlerStyle) {
        // `{ function: { … } }` and `{ cdk: { function } }` lead to it.
        let value = value.get("function").filter(|inner| inner.as_object().is_some()).unwrap_or(value);
        let text = |key: &str| value.get(key).and_then(Value::as_text).map(str::to_owned);
        if let Some(runtime) = text("runtime").filter(|runtime| !runtime.contains('*')) {
            declared.runtime = Some(runtime);
        }
        if let Some(Value::Text(handler)) = value.get("handler").or_else(|| value.get("function")) {
            self.handler(declared, &handler.text, handler.holes, style);
        }
        declared.environment = evaluated::environment(value.get("environment"));
        for key in ["link", "bind", "permissions"] {
            for item in value.get(key).and_then(Value::as_list).unwrap_or_default() {
                self.link(declared, item, Strength::Own);
            }
        }
    }

    fn handler(&self, declared: &mut Declared, handler: &str, holes: bool, style: HandlerStyle) {
        if holes {
            declared.declaration.handler = Some(handler.to_owned());
            declared.code = CodeSource::Unknown(format!("the handler `{handler}` is known only when the program runs"));
            return;
        }
        let style = if handler.ends_with(".ts") || handler.ends_with(".js") { HandlerStyle::Path } else { style };
        evaluated::handled(declared, &self.program.app.folder, handler, style);
    }

    /// What a function is linked to.
    fn link(&self, declared: &mut Declared, value: &Value, strength: Strength) {
        let Some((kind, name)) = self.component(value) else { return };
        let key = self.key(&name);
        let store = |kind: &str| Store {
            kind: kind.to_owned(),
            key: key.clone(),
            access: lockstep_model::Access::Unknown,
            strength,
        };
        match kind {
            Kind::Queue => declared.channels.push(lockstep_model::Channel { strength, ..sends("queue", key) }),
            Kind::Topic => declared.channels.push(lockstep_model::Channel { strength, ..sends("topic", key) }),
            Kind::Bus => declared.channels.push(lockstep_model::Channel { strength, ..sends("bus", key) }),
            Kind::Stream => declared.channels.push(lockstep_model::Channel { strength, ..sends("stream", key) }),
            Kind::Bucket => declared.stores.push(store("bucket")),
            Kind::Table => declared.stores.push(store("table")),
            Kind::Database => declared.stores.push(store("database")),
            Kind::Secret => declared.stores.push(store("secret")),
            Kind::Function | Kind::Worker => {
                declared.invokes.push(Invocation { kind: "function".to_owned(), key, function: None, strength })
            }
            Kind::Api | Kind::Cron | Kind::Other => {}
        }
    }
}

#[cfg(test)]
mod tests;
