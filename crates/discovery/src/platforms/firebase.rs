//! Cloud Functions for Firebase: what the entry module of each codebase exports and is a function, followed through
//! barrels to where it is defined.

mod exports;
mod python;
mod triggers;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{FileSet, Location, RepoPath};

use crate::{
    in_code::{self, App},
    platform::{Declared, Platform},
    scripts::{Script, Scripts},
};

/// As printed.
const NAME: &str = "firebase";

/// The reader of Firebase's codebases.
#[derive(Clone, Copy, Debug, Default)]
pub struct Firebase;

impl Platform for Firebase {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("firebase.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        let scripts = Scripts::new(files);
        for codebase in codebases(files, &mut all.problems) {
            match codebase.entry(files, &scripts) {
                Ok(Entry::Node(script)) => exports::read(&codebase, &scripts, script, &mut all),
                Ok(Entry::Python(script)) => python::read(&codebase, &scripts, script, &mut all),
                Err(why) => all.problems.push(Problem::at(ProblemKind::Unsupported, codebase.place.clone(), why)),
            }
        }
        all
    }
}

/// A folder whose functions are deployed together.
struct Codebase {
    app: App,
    /// Where `firebase.json` names it.
    place: Location,
}

/// The module whose exports are deployed.
enum Entry<'s> {
    Node(&'s Script),
    Python(&'s Script),
}

/// The codebases that all `firebase.json` files name; `functions` is one of them, or a list.
fn codebases(files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Codebase> {
    let manifests = files.paths().filter(|path| path.file_name() == "firebase.json" && !in_code::is_output(path));
    let mut found = Vec::new();
    for path in manifests {
        let Ok(text) = files.text(path) else { continue };
        let root = match lockstep_document::parse("json", &text) {
            Ok(document) => document.root,
            Err(error) => {
                let place = Location::of_span(path.clone(), &text, error.span);
                problems.push(Problem::at(ProblemKind::InvalidManifest, place, error.message));
                continue;
            }
        };
        let Some((key, functions)) = root.get_entry("functions") else { continue };
        let listed = if functions.is_list() { functions.items() } else { std::slice::from_ref(functions) };
        for one in listed {
            let span = if functions.is_list() { one.span.clone() } else { key.span.clone() };
            found.extend(codebase(path, Location::of_span(path.clone(), &text, span), one, problems));
        }
    }
    found
}

fn codebase(manifest: &RepoPath, place: Location, node: &Node, problems: &mut Vec<Problem>) -> Option<Codebase> {
    let base = manifest.parent().unwrap_or_else(RepoPath::root);
    let source = node.get("source").and_then(Node::as_str).or_else(|| node.as_str()).unwrap_or("functions");
    let Ok(folder) = base.join(source) else {
        let message = format!("the functions of `{source}` lie outside of the repository");
        problems.push(Problem::at(ProblemKind::OutsideRepository, place, message));
        return None;
    };
    let named = node.get("codebase").and_then(Node::as_str).filter(|name| !matches!(*name, "" | "default"));
    let service = named.map_or_else(|| in_code::service_name(&base, folder.file_name()), str::to_owned);
    let runtime = node.get("runtime").and_then(Node::as_str).map(str::to_owned);
    Some(Codebase { app: App { platform: NAME, service, folder, runtime }, place })
}

impl Codebase {
    /// The entry module: `main` of `package.json`, traced back to its source, or `main.py`.
    fn entry<'s>(&self, files: &FileSet, scripts: &'s Scripts<'_>) -> Result<Entry<'s>, String> {
        let folder = &self.app.folder;
        if !files.is_folder(folder) {
            return Err(format!("there is no folder `{folder}`, whose functions are deployed"));
        }
        let is_python = self.app.runtime.as_deref().is_some_and(|runtime| runtime.starts_with("python"));
        let python = folder.join("main.py").ok().and_then(|path| scripts.get(&path));
        let package = folder.join("package.json").ok().and_then(|path| files.text(&path).ok());
        if let Some(script) = python.filter(|_| is_python || package.is_none()) {
            return Ok(Entry::Python(script));
        }
        let main = package.and_then(|text| {
            let root = lockstep_document::parse("json", &text).ok()?.root;
            root.get("main").and_then(Node::as_str).map(str::to_owned)
        });
        let main = main.unwrap_or_else(|| "index.js".to_owned());
        let script = source_of(files, folder, &main).and_then(|path| scripts.get(&path));
        script
            .map(Entry::Node)
            .ok_or_else(|| format!("the source of the entry module `{main}` was not found under `{folder}/`"))
    }
}

/// Extensions of sources, before those of what is compiled from them.
const EXTENSIONS: [&str; 8] = ["ts", "mts", "cts", "tsx", "js", "mjs", "cjs", "jsx"];

/// The source behind `main`, which may name what a compiler writes: `lib/index.js` is `src/index.ts`.
fn source_of(files: &FileSet, folder: &RepoPath, main: &str) -> Option<RepoPath> {
    let plain = main.trim_start_matches("./").trim_end_matches('/');
    let exact = folder.join(plain).ok();
    let stem = EXTENSIONS.iter().find_map(|extension| plain.strip_suffix(&format!(".{extension}"))).unwrap_or(plain);
    let parts: Vec<&str> = stem.split('/').filter(|part| !part.is_empty()).collect();
    let with = |base: &RepoPath, stem: &str| {
        let extensions = EXTENSIONS.iter();
        extensions
            .filter_map(|extension| base.join(&format!("{stem}.{extension}")).ok())
            .find(|path| files.is_file(path))
    };
    let is_output = parts.len() > 1 && matches!(parts[0], "lib" | "dist" | "build" | "out" | "output" | "compiled");
    if !is_output && let Some(path) = exact.clone().filter(|path| files.is_file(path)) {
        return Some(path);
    }
    // The compiler may have kept a part of the way to the source, from the folder or from above it.
    let bases: Vec<RepoPath> = folder.ancestors().collect();
    for skipped in 0..parts.len() {
        let rest = parts[skipped..].join("/");
        let sources = [format!("src/{rest}"), rest.clone()];
        let near = sources
            .iter()
            .filter(|stem| !(skipped == 0 && is_output && **stem == rest))
            .find_map(|stem| with(folder, stem));
        let above = || bases.iter().skip(1).filter(|_| parts.len() - skipped > 2).find_map(|base| with(base, &rest));
        if let Some(path) = near.or_else(above) {
            return Some(path);
        }
    }
    with(folder, &format!("{stem}/index")).or_else(|| exact.filter(|path| files.is_file(path)))
}

#[cfg(test)]
mod tests;
