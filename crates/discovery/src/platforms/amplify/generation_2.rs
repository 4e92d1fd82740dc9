//! The second generation: `amplify/backend.ts`, a program. It is evaluated, never run; every `defineFunction` of what it
//! loads is a function, and so is a function of AWS CDK that it makes.

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{FileSet, Location, RepoPath};
use lockstep_script::{
    Sources,
    evaluate::{Callback, Evaluation, Event, EventKind, Host, Options, Value, evaluate, repository_path},
};

use super::NAME;
use crate::{
    evaluated::{self, Made},
    in_code::{self, App, receives, relative},
    platform::{CodeSource, Declared, HandlerStyle},
};

/// The package whose calls define a backend.
const PACKAGE: &str = "@aws-amplify/backend";

/// Reads the backends of the second generation.
pub(super) fn declared(files: &FileSet) -> Partial<Vec<Declared>> {
    let mut all = Partial::default();
    let sources = Sources::new(files);
    let is_backend = |path: &&RepoPath| {
        let in_folder = path.parent().is_some_and(|folder| folder.file_name() == "amplify");
        in_folder && path.file_stem() == "backend" && matches!(path.extension(), Some("ts" | "js" | "mts"))
    };
    for entry in files.paths().filter(is_backend).filter(|path| !in_code::is_vendored(path)) {
        Backend::new(files, &sources, entry).read(&mut all);
    }
    all
}

/// Knows what the packages call.
struct Amplify;

impl Host for Amplify {
    fn callbacks(&self, event: &Event) -> Vec<Callback> {
        // `defineFunction((scope) => new Function(scope, …))`.
        match event.callee.last() {
            "defineFunction" => vec![Callback { argument: 0, property: None }],
            "schema" | "authorization" | "access" => vec![Callback { argument: 0, property: None }],
            _ => Vec::new(),
        }
    }
}

struct Backend<'f> {
    files: &'f FileSet,
    app: App,
    entry: RepoPath,
    evaluation: Evaluation,
}

impl<'f> Backend<'f> {
    fn new(files: &'f FileSet, sources: &Sources<'f>, entry: &RepoPath) -> Self {
        let amplify = entry.parent().unwrap_or_else(RepoPath::root);
        let folder = amplify.parent().unwrap_or_else(RepoPath::root);
        let options = Options { folder: folder.clone(), host: &Amplify, ..Options::default() };
        let evaluation = evaluate(sources, entry, &options);
        let service = in_code::service_name(&folder, "amplify");
        let app = App { platform: NAME, service, folder, runtime: Some("nodejs".to_owned()) };
        Self { files, app, entry: entry.clone(), evaluation }
    }

    fn read(self, all: &mut Partial<Vec<Declared>>) {
        let mut found: Vec<Declared> = Vec::new();
        for (at, event) in self.evaluation.events.iter().enumerate() {
            let function = if is_definition(event) { self.defined(at, event) } else { self.construct(event) };
            let Some(function) = function else { continue };
            let twin =
                |one: &Declared| one.name == function.name && one.declaration.handler == function.declaration.handler;
            if !found.iter().any(twin) {
                found.push(function);
            }
        }
        all.problems.extend(evaluated::summarized(self.evaluation.problems.clone()));
        if self.evaluation.events.is_empty() {
            let message = "this backend of Amplify says nothing that could be read";
            all.problems.push(Problem::at(ProblemKind::Unsupported, Location::whole_file(self.entry.clone()), message));
        }
        all.value.extend(found);
    }

    /// `defineFunction({ name, entry })`: beside the file that says so.
    fn defined(&self, at: usize, event: &Event) -> Option<Declared> {
        // One that is made by a function is the construct that the function makes.
        if matches!(event.positional(0), Some(Value::Function(_))) {
            return None;
        }
        let folder = event.site.path.parent().unwrap_or_else(RepoPath::root);
        let properties = event.positional(0);
        let text = |key: &str| properties.and_then(|value| value.get(key)).and_then(Value::as_text).map(str::to_owned);
        let entry = text("entry");
        let name = text("name").filter(|name| !name.contains('*')).unwrap_or_else(|| match &entry {
            Some(entry) => stem(entry).to_owned(),
            None => folder.file_name().to_owned(),
        });
        let site = evaluated::site_of(event, properties.and_then(|value| value.get("name")));
        let mut declared = self.made(name, site, event)?;
        let path = entry.as_deref().unwrap_or("./handler.ts");
        match repository_path(path, &folder) {
            Some(path) => {
                declared.declaration.handler = Some(format!("{}#handler", relative(&self.app.folder, &path)));
                declared.code = CodeSource::Path { base: self.app.folder.clone(), path: ".".to_owned() };
            }
            None => declared.code = CodeSource::Unknown(format!("its entry `{path}` is not known")),
        }
        declared.environment = evaluated::environment(properties.and_then(|value| value.get("environment")));
        if properties.and_then(|value| value.get("schedule")).is_some() {
            let key = format!("{}#{}/schedule", self.app.service, declared.name);
            declared.channels.push(receives("schedule", key));
        }
        self.triggers(at, &mut declared);
        Some(declared)
    }

    fn made(&self, name: String, site: lockstep_script::evaluate::Site, event: &Event) -> Option<Declared> {
        Made { files: self.files, app: &self.app, name, site, whole: event.site.clone() }.declared()
    }

    /// What the function with this event is handed to.
    fn triggers(&self, at: usize, declared: &mut Declared) {
        let key = |name: &str| format!("{}#{name}", self.app.service);
        for event in &self.evaluation.events {
            let handed = event.arguments.iter().any(|given| mentions(&given.value, at, 8));
            if !handed {
                continue;
            }
            let channel = match event.callee.last() {
                "defineAuth" => receives("identity", key("auth")),
                "defineStorage" => {
                    let name = event.positional(0).and_then(|value| value.get("name")).and_then(Value::as_text);
                    receives("bucket", key(name.unwrap_or("storage")))
                }
                "function" if event.kind == EventKind::Method => receives("http", key("data")),
                _ => continue,
            };
            if !declared.channels.contains(&channel) {
                declared.channels.push(channel);
            }
        }
    }

    /// `new Function(scope, "id", { handler, code: Code.fromAsset("…") })` and its like.
    fn construct(&self, event: &Event) -> Option<Declared> {
        let of_lambda = event.callee.module.starts_with("aws-cdk-lib") && event.kind == EventKind::New;
        let kind = event.callee.last();
        if !of_lambda || !matches!(kind, "Function" | "NodejsFunction" | "DockerImageFunction") {
            return None;
        }
        let name = event.positional(1)?.as_text()?.to_owned();
        let properties = event.positional(2)?;
        let site = evaluated::site_of(event, event.positional(1));
        let mut declared = self.made(name, site, event)?;
        let text = |key: &str| properties.get(key).and_then(Value::as_text);
        declared.environment = evaluated::environment(properties.get("environment"));
        declared.runtime = match properties.get("runtime") {
            Some(Value::External(_, name)) => {
                name.rsplit('.').next().map(|name| name.to_lowercase().replace('_', ".").replacen('.', "", 1))
            }
            _ if kind == "NodejsFunction" => declared.runtime,
            _ => None,
        };
        if let Some(entry) = text("entry").and_then(|entry| repository_path(entry, &self.app.folder)) {
            let symbol = text("handler").unwrap_or("handler");
            declared.declaration.handler = Some(format!("{}#{symbol}", relative(&self.app.folder, &entry)));
            declared.code = CodeSource::Path { base: self.app.folder.clone(), path: ".".to_owned() };
            return Some(declared);
        }
        let code = properties.get("code").and_then(Value::instance).and_then(|at| self.evaluation.events.get(at));
        let asset = code.filter(|event| event.callee.name.ends_with("fromAsset"))?.positional(0)?.as_text()?;
        declared.declaration.handler = text("handler").map(str::to_owned);
        declared.style = HandlerStyle::Runtime;
        declared.code = match repository_path(asset, &self.app.folder) {
            Some(folder) => CodeSource::Path { base: RepoPath::root(), path: folder.as_str().to_owned() },
            None => CodeSource::Unknown(format!("its code `{asset}` is not known")),
        };
        Some(declared)
    }
}

fn is_definition(event: &Event) -> bool {
    event.callee.module.starts_with(PACKAGE) && event.callee.last() == "defineFunction"
}

/// True if `value` holds the instance `at`.
fn mentions(value: &Value, at: usize, left: usize) -> bool {
    let Some(left) = left.checked_sub(1) else { return false };
    match value {
        Value::Instance(event) => *event == at,
        Value::List(items) => items.iter().any(|item| mentions(item, at, left)),
        Value::Object(object) => object.entries.iter().any(|(_, value)| mentions(value, at, left)),
        _ => false,
    }
}

/// The name of a file without its folder and its extension.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or(name)
}
