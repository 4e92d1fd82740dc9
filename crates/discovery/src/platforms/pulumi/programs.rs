//! Projects: `Pulumi.yaml` names the language and where the program is.

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{FileSet, Location, RepoPath};

use crate::in_code;

/// One project.
pub(super) struct Program {
    pub(super) name: String,
    /// Where the program runs: relative paths start from here.
    pub(super) folder: RepoPath,
    /// Where the project says its language.
    pub(super) place: Location,
    pub(super) runtime: Runtime,
}

/// How the program is read.
pub(super) enum Runtime {
    /// By evaluating it from this module.
    Evaluated(RepoPath),
    /// As YAML.
    Yaml(RepoPath),
    /// Not at all: the language.
    Unread(String),
    /// The program is not there.
    Missing,
}

/// The projects of a checkout. Those that cannot be read are problems.
pub(super) fn find(files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Program> {
    let is_project = |path: &&RepoPath| matches!(path.file_name(), "Pulumi.yaml" | "Pulumi.yml");
    let mut found = Vec::new();
    for path in files.paths().filter(is_project).filter(|path| !in_code::is_vendored(path)) {
        let Ok(text) = files.text(path) else { continue };
        match lockstep_document::parse("yaml", &text) {
            Ok(document) => found.extend(program(files, path, &text, &document.root)),
            Err(error) => {
                let place = Location::of_span(path.clone(), &text, error.span);
                problems.push(Problem::at(ProblemKind::InvalidManifest, place, error.message));
            }
        }
    }
    found
}

fn program(files: &FileSet, path: &RepoPath, text: &str, root: &Node) -> Option<Program> {
    let (key, runtime) = root.get_entry("runtime")?;
    let language = runtime.as_str().or_else(|| runtime.get("name")?.as_str())?;
    let base = path.parent().unwrap_or_else(RepoPath::root);
    let main = root.get("main").and_then(Node::as_str).unwrap_or(".");
    let main = base.join(main).ok()?;
    let folder = if files.is_file(&main) { main.parent().unwrap_or_else(RepoPath::root) } else { main.clone() };
    let first =
        |names: &[&str]| names.iter().filter_map(|name| folder.join(name).ok()).find(|path| files.is_file(path));
    let given = Some(main.clone()).filter(|main| files.is_file(main));
    let entry = match language {
        "nodejs" | "bun" => {
            given.or_else(|| of_package(files, &folder)).or_else(|| first(&["index.ts", "index.js", "index.mts"]))
        }
        "python" => given.or_else(|| first(&["__main__.py"])),
        _ => None,
    };
    let runtime = match language {
        "yaml" => Runtime::Yaml(first(&["Main.yaml"]).unwrap_or_else(|| path.clone())),
        "nodejs" | "bun" | "python" => entry.map_or(Runtime::Missing, Runtime::Evaluated),
        "go" => Runtime::Unread("Go".to_owned()),
        "dotnet" => Runtime::Unread(".NET".to_owned()),
        other => Runtime::Unread(other.to_owned()),
    };
    let name = root.get("name").and_then(Node::as_str).unwrap_or_default();
    // A template has a name only when it is used.
    let name =
        if name.is_empty() || name.contains("${") { in_code::service_name(&base, "pulumi") } else { name.to_owned() };
    Some(Program { name, folder, place: Location::of_span(path.clone(), text, key.span.clone()), runtime })
}

/// `main` of `package.json`, or the source that it is compiled from.
fn of_package(files: &FileSet, folder: &RepoPath) -> Option<RepoPath> {
    let text = files.text(&folder.join("package.json").ok()?).ok()?;
    let root = lockstep_document::parse("json", &text).ok()?.root;
    let main = root.get("main").and_then(Node::as_str)?.trim_start_matches("./").to_owned();
    let stem = main.strip_suffix(".js").unwrap_or(&main);
    let stems = [stem, stem.strip_prefix("bin/").unwrap_or(stem), stem.strip_prefix("dist/").unwrap_or(stem)];
    let names = stems
        .iter()
        .flat_map(|stem| [format!("{stem}.ts"), format!("{stem}.js"), format!("{stem}/index.ts"), (*stem).to_owned()]);
    names.filter_map(|name| folder.join(&name).ok()).find(|path| files.is_file(path))
}
