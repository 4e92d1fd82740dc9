//! Knative Functions and Fn: folders with a `func.yaml`. Both call the file so; what it holds tells them apart.

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{ChannelDirection, FileSet, RepoPath, Strength};

use crate::{
    aws::uses::{Use, Uses},
    manifest::{Code, Manifest, Stack, first_in, folder_name, is_output, only_in},
    platform::{CodeSource, Declared, HandlerStyle, Platform},
};

/// As printed.
const NAME: &str = "knative";

/// The other platform with such files.
pub(crate) const FN: &str = "fn";

/// Where the templates of each runtime start, by the beginning of the runtime's name.
const STARTS: [(&str, &[&str]); 8] = [
    ("node", &["index.js", "index.mjs", "index.cjs", "func.js", "index.ts", "src/index.ts"]),
    ("typescript", &["src/index.ts", "index.ts"]),
    ("python", &["function/func.py", "func.py", "main.py", "app.py"]),
    ("go", &["handle.go", "func.go", "function.go", "main.go"]),
    ("rust", &["src/main.rs", "src/lib.rs"]),
    ("ruby", &["func.rb"]),
    ("quarkus", &["src/main/java/functions/Function.java"]),
    ("springboot", &["src/main/java/functions/CloudFunctionApplication.java"]),
];

/// The reader of `func.yaml`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Knative;

impl Platform for Knative {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("knative.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        let named = |path: &&RepoPath| matches!(path.file_name(), "func.yaml" | "func.yml") && !is_output(path);
        for path in files.paths().filter(named) {
            let Some(manifest) = Manifest::read(files, path, &mut all.problems) else { continue };
            if is_fn(&manifest.root) {
                all.value.push(of_fn(&manifest, files));
            } else if manifest.root.get("runtime").is_some() || manifest.root.get("specVersion").is_some() {
                all.value.push(of_knative(&manifest, files));
            } else {
                let message = "this file says neither what Knative's functions do nor what Fn's do";
                all.problems.push(Problem::at(ProblemKind::InvalidManifest, manifest.place(0..0), message));
            }
        }
        all
    }
}

/// True for what Fn's tool writes: a schema version, or how the function is started.
fn is_fn(root: &Node) -> bool {
    let has = |key: &str| root.get(key).is_some();
    let knative = has("specVersion") || has("created");
    !knative && (has("schema_version") || has("entrypoint") || has("cmd") || (has("version") && has("runtime")))
}

fn text<'n>(root: &'n Node, key: &str) -> Option<&'n str> {
    root.get(key)?.as_text().filter(|text| !text.is_empty())
}

fn named<'n>(manifest: &'n Manifest, folder: &'n RepoPath) -> &'n str {
    text(&manifest.root, "name").unwrap_or_else(|| folder.file_name())
}

fn of_knative(manifest: &Manifest, files: &FileSet) -> Declared {
    let folder = manifest.folder();
    let name = named(manifest, &folder);
    let stack = Stack { platform: NAME, service: folder_name(&folder, name), folder: folder.clone() };
    let mut uses = Uses::default();
    let receives = |kind| Use::Channel(kind, ChannelDirection::Receives);
    let subscriptions = manifest.root.path(&["deploy", "subscriptions"]).map(Node::items).unwrap_or_default();
    for subscription in subscriptions {
        let source = text(subscription, "source").unwrap_or("default");
        let kind = subscription.path(&["filters", "type"]).and_then(Node::as_str).unwrap_or("*");
        uses.add(receives("bus"), format!("{source} {kind}"), Strength::Own);
    }
    let runtime = text(&manifest.root, "runtime").unwrap_or_default();
    let code = code(&folder, runtime, files);
    let place = manifest.declares_as_a_whole(manifest.root.get_entry("name").map(|(key, _)| key.span.clone()));
    let mut declared = stack.function(name, place, code, uses);
    declared.runtime = Some(runtime.to_owned()).filter(|runtime| !runtime.is_empty());
    for keys in [&["run", "envs"][..], &["envs"]] {
        for variable in manifest.root.path(keys).map(Node::items).unwrap_or_default() {
            if let (Some(name), Some(value)) = (text(variable, "name"), text(variable, "value")) {
                declared.environment.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    declared
}

/// The file that a template of `runtime` starts in.
fn code(folder: &RepoPath, runtime: &str, files: &FileSet) -> Code {
    let starts = STARTS.iter().find(|(prefix, _)| runtime.starts_with(prefix)).map(|(_, names)| *names);
    let by_extension: &[&str] = match runtime {
        runtime if runtime.starts_with("go") => &["go"],
        runtime if runtime.starts_with("python") => &["py"],
        runtime if runtime.starts_with("node") => &["js", "mjs", "ts"],
        _ => &[],
    };
    let found = first_in(files, folder, starts.unwrap_or_default())
        .or_else(|| only_in(files, folder, by_extension))
        .or_else(|| java(files, folder));
    match found {
        Some(path) => Code::file(folder, &path),
        None => Code::Unknown(format!("no file under `{folder}/` is called as templates of `{runtime}` have it")),
    }
}

/// The only source of Java that says that it is the function.
fn java(files: &FileSet, folder: &RepoPath) -> Option<RepoPath> {
    let sources =
        files.under(folder).filter(|path| path.extension() == Some("java") && path.as_str().contains("src/main"));
    let mut functions = sources.filter(|path| crate::says(files, path, &["@Funq", "Function<"]));
    let only = functions.next()?;
    functions.next().is_none().then(|| only.clone())
}

fn of_fn(manifest: &Manifest, files: &FileSet) -> Declared {
    let folder = manifest.folder();
    let name = named(manifest, &folder);
    let service = app_above(files, &folder).unwrap_or_else(|| folder_name(&folder, name));
    let stack = Stack { platform: FN, service, folder: folder.clone() };
    let mut uses = Uses::default();
    for trigger in manifest.root.get("triggers").map(Node::items).unwrap_or_default() {
        if let Some(source) = text(trigger, "source") {
            let what = Use::Channel("http", ChannelDirection::Receives);
            uses.add(what, format!("{} {source}", stack.service), Strength::Own);
        }
    }
    let runtime = text(&manifest.root, "runtime").unwrap_or_default();
    let place = manifest.declares_as_a_whole(manifest.root.get_entry("name").map(|(key, _)| key.span.clone()));
    let java = text(&manifest.root, "cmd").filter(|command| command.contains("::"));
    let code = match java {
        Some(class) => Code::Folder { root: folder.clone(), handler: Some(class.to_owned()) },
        None => fn_code(manifest, &folder, runtime, files),
    };
    let mut declared = stack.function(name, place, code, uses);
    declared.runtime = Some(runtime.to_owned()).filter(|runtime| !runtime.is_empty());
    if runtime == "docker" {
        declared.style = HandlerStyle::Runtime;
        declared.declaration.handler = None;
        declared.code = CodeSource::Image {
            base: folder,
            context: Some(".".to_owned()),
            dockerfile: None,
            command: None,
            name: None,
            arguments: Default::default(),
        };
    }
    for (key, value) in manifest.root.get("config").map(Node::entries).unwrap_or_default() {
        if let Some(value) = value.as_text() {
            declared.environment.insert(key.text.clone(), value.to_owned());
        }
    }
    declared
}

/// The file that the entry point names, else the one that templates have.
fn fn_code(manifest: &Manifest, folder: &RepoPath, runtime: &str, files: &FileSet) -> Code {
    let entrypoint = text(&manifest.root, "entrypoint").unwrap_or_default();
    let words: Vec<&str> = entrypoint.split_whitespace().collect();
    let named = words.iter().enumerate().find_map(|(at, word)| {
        let file = word.rsplit('/').next().filter(|file| file.contains('.'))?;
        let path = folder.join(file).ok().filter(|path| files.is_file(path))?;
        Some((path, words.get(at + 1).map(|symbol| (*symbol).to_owned())))
    });
    match named {
        Some((path, symbol)) => {
            let symbol = symbol.filter(|symbol| symbol.chars().all(|c| c.is_alphanumeric() || c == '_'));
            Code::File { root: folder.clone(), file: path.file_name().to_owned(), symbol }
        }
        None => code(folder, runtime, files),
    }
}

/// The application that a file `app.yaml` above the function names.
fn app_above(files: &FileSet, folder: &RepoPath) -> Option<String> {
    folder.ancestors().skip(1).find_map(|above| {
        let path = first_in(files, &above, &["app.yaml", "app.yml"])?;
        let app = Manifest::peek(files, &path)?;
        // Google's App Engine calls its own file so.
        text(&app.root, "name").filter(|_| app.root.get("runtime").is_none()).map(str::to_owned)
    })
}

#[cfg(test)]
mod tests;
