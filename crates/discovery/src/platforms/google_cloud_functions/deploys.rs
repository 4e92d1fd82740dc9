//! Commands that deploy: `gcloud functions deploy NAME --source … --entry-point …` in scripts, Makefiles, workflows and
//! Cloud Build, and the action that GitHub's workflows use instead.

use std::ops::Range;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{Channel, FileSet, Location, RepoPath};

use super::NAME;
use crate::{
    entry::{Command, commands, option},
    in_code::{self, App, Place, receives},
    platform::{CodeSource, Declared, HandlerStyle},
};

/// The action of GitHub's workflows.
const ACTION: &str = "google-github-actions/deploy-cloud-functions";

/// A file that may be the main one of a function, by language.
const MAIN: [&str; 8] =
    ["package.json", "main.py", "go.mod", "index.js", "function.go", "main.go", "pom.xml", "build.gradle"];

/// What is deployed.
struct Deployed {
    name: String,
    entry: Option<String>,
    runtime: Option<String>,
    source: Option<String>,
    trigger: Option<(&'static str, Option<String>)>,
}

/// Reads all commands; the folders that they deploy.
pub(super) fn read(files: &FileSet, all: &mut Partial<Vec<Declared>>) -> Vec<RepoPath> {
    let mut folders = Vec::new();
    for path in files.paths().filter(|path| may_deploy(path) && !in_code::is_vendored(path)) {
        let Ok(text) = files.text(path) else { continue };
        let base = path.parent().unwrap_or_else(RepoPath::root);
        let base = if path.as_str().contains(".github/") { RepoPath::root() } else { base };
        if text.contains("functions deploy") {
            for (command, span) in deploying(&text, &base) {
                let place = Place { path, text: &text, name: span.clone(), end: span.end };
                add(files, &command.folder, of_command(&command.words), &place, &mut folders, all);
            }
        }
        if matches!(path.extension(), Some("yml" | "yaml"))
            && (text.contains(ACTION) || text.contains("cloud-sdk") || text.contains("gcloud"))
        {
            let Ok(document) = lockstep_document::parse("yaml", &text) else { continue };
            of_yaml(files, path, &text, &base, &document.root, &mut folders, all);
        }
    }
    folders
}

fn may_deploy(path: &RepoPath) -> bool {
    let name = path.file_name();
    matches!(path.extension(), Some("sh" | "yml" | "yaml" | "mk" | "bash"))
        || matches!(name, "Makefile" | "makefile" | "package.json" | "justfile" | "Justfile" | "Taskfile")
}

/// The commands that deploy, and where each stands. A folded text of YAML goes on where a line starts with an option.
fn deploying(text: &str, folder: &RepoPath) -> Vec<(Command, Range<usize>)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("functions deploy") {
        let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
        let start = text[line..at].rfind("gcloud").map(|at| line + at);
        let Some(start) = start.filter(|_| !text[line..at].trim_start().starts_with('#')) else { continue };
        let mut end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        while end < text.len() {
            let next = text[end + 1..].find('\n').map_or(text.len(), |length| end + 1 + length);
            let goes_on = text[..end].trim_end().ends_with('\\') || text[end + 1..next].trim_start().starts_with("--");
            if !goes_on || next - start > 8 << 10 {
                break;
            }
            end = next;
        }
        let words = text[start..end].replace("\\\n", " ").replace('\n', " ");
        // A script in JSON ends with its quote.
        let words = words.split("\",").next().unwrap_or(&words).to_owned();
        let first = commands(&words, folder, false).into_iter().next();
        let ran_in = text[line..start].rfind("cd ").and_then(|at| {
            let to = text[line + at + 3..start].split(['&', ';', ' ']).next()?;
            folder.join(to.trim_matches('"')).ok()
        });
        if let Some(mut command) = first.filter(|command| command.words.iter().any(|word| word == "deploy")) {
            command.folder = ran_in.unwrap_or(command.folder);
            found.push((command, start..end));
        }
    }
    found
}

fn of_command(words: &[String]) -> Option<Deployed> {
    let at = words.iter().position(|word| word == "deploy")?;
    let name = words.get(at + 1).filter(|word| !word.starts_with('-'))?.clone();
    let said = |names: &[&str]| option(words, names).map(str::to_owned).filter(|text| !text.is_empty());
    let flag = |name: &str| words.iter().any(|word| word == name);
    let trigger = if flag("--trigger-http") {
        Some(("http", None))
    } else if let Some(topic) = said(&["--trigger-topic"]) {
        Some(("topic", Some(topic)))
    } else if let Some(bucket) = said(&["--trigger-bucket"]) {
        Some(("bucket", Some(bucket)))
    } else {
        said(&["--trigger-resource"]).map(|resource| ("other", Some(resource)))
    };
    Some(Deployed {
        name,
        entry: said(&["--entry-point"]),
        runtime: said(&["--runtime"]),
        source: said(&["--source"]),
        trigger,
    })
}

/// Steps with the action, and those of Cloud Build with their words in a list.
fn of_yaml(
    files: &FileSet,
    path: &RepoPath,
    text: &str,
    base: &RepoPath,
    root: &Node,
    folders: &mut Vec<RepoPath>,
    all: &mut Partial<Vec<Declared>>,
) {
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        open.extend(node.items());
        open.extend(node.entries().iter().map(|(_, value)| value));
        let place = Place { path, text, name: node.span.clone(), end: node.span.end };
        if node.get("uses").and_then(Node::as_str).is_some_and(|uses| uses.starts_with(ACTION)) {
            let said = |key: &str| node.path(&["with", key]).and_then(Node::as_text).map(str::to_owned);
            let deployed = said("name").map(|name| Deployed {
                name,
                entry: said("entry_point"),
                runtime: said("runtime"),
                source: said("source_dir"),
                trigger: said("event_trigger_pubsub_topic").map(|topic| ("topic", Some(topic))),
            });
            add(files, base, deployed, &place, folders, all);
        }
        if let Some(list) = node.get("args").filter(|list| list.is_list()) {
            let words: Vec<String> = list.items().iter().filter_map(Node::as_text).map(str::to_owned).collect();
            if words.windows(2).any(|pair| pair == ["functions", "deploy"]) {
                add(files, base, of_command(&words), &place, folders, all);
            }
        }
    }
}

fn add(
    files: &FileSet,
    base: &RepoPath,
    deployed: Option<Deployed>,
    place: &Place<'_>,
    folders: &mut Vec<RepoPath>,
    all: &mut Partial<Vec<Declared>>,
) {
    let location = || Location::of_span(place.path.clone(), place.text, place.name.clone());
    let Some(deployed) = deployed.filter(|deployed| !deployed.name.contains(['$', '{', '*', '<'])) else {
        let message = "this command deploys a function of Google Cloud whose name only a run knows: it is not counted";
        all.problems.push(Problem::at(ProblemKind::Unevaluated, location(), message));
        return;
    };
    let written = deployed.source.clone().unwrap_or_else(|| ".".to_owned());
    let holds_code =
        |folder: &RepoPath| MAIN.iter().any(|name| folder.join(name).is_ok_and(|path| files.is_file(&path)));
    // Scripts are started where they lie, or at the root.
    let tried = [base.join(&written).ok(), RepoPath::root().join(&written).ok()];
    let folder = tried.into_iter().flatten().find(holds_code);
    let app = App {
        platform: NAME,
        service: in_code::service_name(folder.as_ref().unwrap_or(base), "functions"),
        folder: folder.clone().unwrap_or_else(|| base.clone()),
        runtime: deployed.runtime.clone().filter(|runtime| !runtime.contains('$')),
    };
    let mut function = app.function(&deployed.name, place, (place.path.clone(), None));
    let entry = deployed.entry.clone().unwrap_or_else(|| deployed.name.clone());
    let runtime = app.runtime.as_deref().unwrap_or("");
    let is_python = runtime.starts_with("python") || app.folder.join("main.py").is_ok_and(|path| files.is_file(&path));
    function.declaration.handler = Some(match (is_python, runtime.starts_with("java")) {
        (true, _) => format!("main.{entry}"),
        (false, true) => entry.clone(),
        (false, false) => format!("index.{entry}"),
    });
    function.style = HandlerStyle::Runtime;
    function.code = match &folder {
        Some(folder) => CodeSource::Path { base: RepoPath::root(), path: folder.as_str().to_owned() },
        None => CodeSource::Unknown(format!("no code was found in the folder `{written}` that is deployed")),
    };
    let id = format!("{}#{}", app.service, deployed.name);
    function.channels.extend(deployed.trigger.map(|(kind, key)| channel(kind, key, &id, &deployed.name, &app.service)));
    folders.extend(folder);
    // A function is deployed in several workflows; it is one.
    let known = all.value.iter().any(|one| one.name == function.name && one.stack_folder == function.stack_folder);
    if !known {
        all.value.push(function);
    }
}

fn channel(kind: &str, key: Option<String>, id: &str, name: &str, service: &str) -> Channel {
    match (kind, key) {
        ("http", _) => receives("http", format!("{service}#http ANY /{name}")),
        (kind, Some(key)) => receives(kind, key.trim_start_matches("gs://").to_owned()),
        (kind, None) => receives(kind, format!("{id}/{kind}")),
    }
}
