//! DigitalOcean Functions: `project.yml`, and the folder `packages` beside it, all of which is deployed.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{ChannelDirection, FileSet, RepoPath, Strength};

use crate::{
    aws::uses::{Use, Uses},
    manifest::{Code, Manifest, Place, Stack, first_in, is_output, only_in, relative},
    platform::{Declared, Platform},
};

/// As printed.
const NAME: &str = "digitalocean";

/// Languages of functions.
const LANGUAGES: [&str; 7] = ["js", "mjs", "ts", "py", "go", "php", "lua"];

/// The reader of DigitalOcean's projects.
#[derive(Clone, Copy, Debug, Default)]
pub struct DigitalOcean;

impl Platform for DigitalOcean {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("digitalocean.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        let named = |path: &&RepoPath| matches!(path.file_name(), "project.yml" | "project.yaml") && !is_output(path);
        for path in files.paths().filter(named) {
            let Some(manifest) = Manifest::peek(files, path) else { continue };
            if is_project(&manifest, files) {
                read(&manifest, files, &mut all);
            }
        }
        all
    }
}

/// True for a project of functions: other tools have files of this name.
fn is_project(manifest: &Manifest, files: &FileSet) -> bool {
    let lists = |package: &Node| package.get("functions").or_else(|| package.get("actions")).is_some_and(Node::is_list);
    let declares = manifest.root.get("packages").map(Node::items).unwrap_or_default().iter().any(lists);
    let known = ["environment", "parameters", "targetNamespace", "packages"];
    let only_known = manifest.root.entries().iter().all(|(key, _)| known.contains(&key.text.as_str()));
    let packages = manifest.folder().join("packages").is_ok_and(|path| files.is_folder(&path));
    declares || (only_known && packages && (manifest.root.is_map() || manifest.root.is_null()))
}

/// Where a function is declared, and with what.
struct Said<'a> {
    place: Option<Place>,
    node: Option<&'a Node>,
}

fn read(manifest: &Manifest, files: &FileSet, all: &mut Partial<Vec<Declared>>) {
    let root = manifest.folder();
    let Ok(packages) = root.join("packages") else { return };
    // Whatever lies in the folder is deployed, whether the project names it or not.
    let mut found: BTreeMap<(String, String), Said<'_>> = BTreeMap::new();
    for path in files.under(&packages).filter(|path| !is_output(path)) {
        let Some(inside) = path.strip_prefix(&packages) else { continue };
        let mut parts = inside.split('/');
        let (Some(package), Some(second)) = (parts.next(), parts.next()) else { continue };
        let is_file = parts.next().is_none();
        let language = path.extension().is_some_and(|extension| LANGUAGES.contains(&extension));
        if second.starts_with('.') || (is_file && !language) {
            continue;
        }
        let name = if is_file { path.file_stem() } else { second };
        found.entry((package.to_owned(), name.to_owned())).or_insert(Said { place: None, node: None });
    }
    for package in manifest.root.get("packages").map(Node::items).unwrap_or_default() {
        let Some(name) = package.get("name").and_then(Node::as_str) else { continue };
        let functions = package.get("functions").or_else(|| package.get("actions"));
        for function in functions.map(Node::items).unwrap_or_default() {
            let Some((key, value)) = function.get_entry("name") else { continue };
            let place = Some(manifest.declares(key.span.clone(), function.span.end));
            let function_name = value.as_text().unwrap_or_default().to_owned();
            found.insert((name.to_owned(), function_name), Said { place, node: Some(function) });
        }
    }
    for ((package, name), said) in found {
        let stack = Stack { platform: NAME, service: package.clone(), folder: root.clone() };
        match code(files, &packages, &package, &name) {
            Some(code) => all.value.push(function(&stack, &name, said, code)),
            None => {
                if let Some(place) = said.place {
                    let message = format!("`{package}/{name}` has no code in `{packages}/`");
                    all.problems.push(Problem::at(ProblemKind::Unevaluated, place.location, message));
                }
            }
        }
    }
}

/// A file of the function's name, or what the runtime starts in a folder of its name.
fn code(files: &FileSet, packages: &RepoPath, package: &str, name: &str) -> Option<(RepoPath, RepoPath)> {
    let folder = packages.join(package).ok()?;
    let file = LANGUAGES.iter().find_map(|extension| first_in(files, &folder, &[&format!("{name}.{extension}")]));
    if let Some(file) = file {
        return Some((folder, file));
    }
    let root = folder.join(name).ok().filter(|root| files.is_folder(root))?;
    let manifest = root.join("package.json").ok().and_then(|path| Manifest::peek(files, &path));
    let main = manifest.and_then(|manifest| manifest.root.get("main")?.as_str().map(str::to_owned));
    let main = main.and_then(|main| root.join(&main).ok());
    // Compiled output is traced to its source where the file itself is not here.
    let built = main.clone().filter(|main| !files.is_file(main));
    let starts = ["index.js", "__main__.py", "main.go", "index.php", "index.mjs", "src/index.ts", "index.ts"];
    let found = main
        .filter(|main| files.is_file(main))
        .or_else(|| first_in(files, &root, &starts))
        .or_else(|| only_in(files, &root, &LANGUAGES))
        .or_else(|| first_in(files, &root, &[&format!("{name}.js"), &format!("{name}.py"), &format!("{name}.go")]))
        .or(built)?;
    Some((root, found))
}

fn function(stack: &Stack, name: &str, said: Said<'_>, (root, path): (RepoPath, RepoPath)) -> Declared {
    let mut uses = Uses::default();
    let receives = |kind| Use::Channel(kind, ChannelDirection::Receives);
    let web = said.node.and_then(|node| node.get("web")).and_then(Node::as_text);
    if web.is_none_or(|web| !matches!(web, "false" | "no")) {
        uses.add(receives("http"), format!("{}/{name}", stack.service), Strength::Own);
    }
    for trigger in said.node.and_then(|node| node.get("triggers")).map(Node::items).unwrap_or_default() {
        let label = trigger.get("name").and_then(Node::as_str).unwrap_or(name);
        uses.add(receives("schedule"), stack.key_of(label), Strength::Own);
    }
    let symbol = said.node.and_then(|node| node.get("main")).and_then(Node::as_str).map(str::to_owned);
    let code = Code::File { file: relative(&root, &path), root, symbol };
    let place = said.place.unwrap_or_else(|| Place::of_file(&path));
    let mut declared = stack.function(name, place, code, uses);
    declared.runtime = said.node.and_then(|node| node.get("runtime")).and_then(Node::as_str).map(str::to_owned);
    for (key, value) in said.node.and_then(|node| node.get("environment")).map(Node::entries).unwrap_or_default() {
        if let Some(value) = value.as_text() {
            declared.environment.insert(key.text.clone(), value.to_owned());
        }
    }
    declared
}

#[cfg(test)]
mod tests;
