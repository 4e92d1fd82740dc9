//! The Serverless Framework: `serverless.yml` and what it includes, compose, and the providers other than AWS.

mod cloudformation;
mod compose;
mod events;
mod functions;
mod library;
mod providers;
mod script;
mod service;
mod variables;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::{FileSet, Location, RepoPath};
use regex::Regex;

use self::{
    cloudformation::Names,
    compose::Compose,
    functions::{Function, Machines},
    library::{Library, Source},
    service::Service,
};
use crate::platform::{Declared, Platform};

/// As printed.
const NAME: &str = "serverless-framework";

/// The reader of the Serverless Framework's manifests.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerlessFramework;

impl Platform for ServerlessFramework {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("serverless_framework.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut problems = Vec::new();
        let library = Library::new(files);
        let compose = Compose::new(&library, &mut problems);
        let manifests = manifests(&library, &mut problems);
        scripts(files, &manifests, &mut problems);
        let services = manifests.into_iter().map(|source| {
            let folder = source.path.parent().unwrap_or_else(RepoPath::root);
            let mut service = Service::new(&library, source, compose.params(&folder));
            let listed = functions::list(&service, &mut problems);
            service.functions = functions::call_names(&service, &listed);
            (service, listed)
        });
        let mut services: Vec<(Service<'_>, Vec<Function<'_>>)> = services.collect();
        tell_apart(&mut services);
        let names = names(&services);
        let mut declared = Vec::new();
        for (service, listed) in &services {
            let machines = Machines::new(service);
            declared.extend(listed.iter().map(|function| functions::declared(service, &names, function, &machines)));
        }
        for (service, _) in &services {
            for problem in service.variables.problems.take() {
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
        problems.sort();
        problems.dedup();
        Partial { value: declared, problems }
    }
}

/// Gives services of one name in several folders (copies, samples) labels of their own: their resources are not one.
fn tell_apart(services: &mut [(Service<'_>, Vec<Function<'_>>)]) {
    let mut folders: BTreeMap<String, BTreeSet<RepoPath>> = BTreeMap::new();
    for (service, _) in services.iter() {
        folders.entry(service.name.clone()).or_default().insert(service.folder.clone());
    }
    for (service, _) in services {
        if folders[&service.name].len() > 1 && !service.folder.is_root() {
            service.label = service.folder.as_str().to_owned();
        }
    }
}

/// What all services call their resources and functions.
fn names(services: &[(Service<'_>, Vec<Function<'_>>)]) -> Names {
    let mut names = Names::default();
    for (service, listed) in services {
        service.declare_names(&mut names);
        for function in listed {
            let key = service.key_of(&function.key.text);
            names.add_name("function", functions::deployed_name(service, function), key);
        }
    }
    names
}

/// A key at the start of a line, for files that are not called after the framework.
static LOOKS_LIKE_SERVICE: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    ["service", "provider", "functions"].map(|key| Regex::new(&format!(r"(?m)^{key}\s*:")).expect("a constant"))
});

/// The manifests of services. Those that cannot be read, and what only looks like one, are problems.
fn manifests<'a>(library: &'a Library<'_>, problems: &mut Vec<Problem>) -> Vec<&'a Source> {
    let mut found = Vec::new();
    for path in library.paths().filter(|path| !is_output(path)) {
        let named = matches!(path.file_name(), "serverless.yml" | "serverless.yaml" | "serverless.json");
        if script::is_manifest(path) {
            if let Some(Ok(source)) = library.get(path)
                && !has_data(library.files, path)
                && is_service(source, false, problems)
            {
                problems.extend(source.problems.iter().cloned());
                found.push(source);
            }
            continue;
        }
        if !named && (path.extension() == Some("json") || !looks_like_service(library.files, path)) {
            continue;
        }
        match library.get(path) {
            Some(Ok(source)) if is_service(source, named, problems) => {
                found.push(source);
            }
            Some(Err(problem)) if named => problems.push(problem.clone()),
            _ => {}
        }
    }
    found
}

/// True if a manifest that is no script lies beside the script `path`: the framework takes that one.
fn has_data(files: &FileSet, path: &RepoPath) -> bool {
    let beside = ["serverless.yml", "serverless.yaml", "serverless.json"];
    let folder = path.parent().unwrap_or_else(RepoPath::root);
    beside.iter().any(|name| folder.join(name).is_ok_and(|path| files.is_file(&path)))
}

/// Folders that are written by the framework or by package managers.
fn is_output(path: &RepoPath) -> bool {
    path.components().any(|part| matches!(part, "node_modules" | ".serverless" | ".git"))
}

fn looks_like_service(files: &FileSet, path: &RepoPath) -> bool {
    files.text(path).is_ok_and(|text| LOOKS_LIKE_SERVICE.iter().all(|key| key.is_match(&text)))
}

fn is_service(source: &Source, named: bool, problems: &mut Vec<Problem>) -> bool {
    let root = &source.root;
    let has = |key: &str| root.get(key).is_some();
    // Services of resources alone give names to what the others use.
    if (has("functions") || has("resources")) && (has("provider") || has("service")) {
        return true;
    }
    if !named {
        return false;
    }
    let is_component = has("component") || root.entries().iter().any(|(_, value)| value.get("component").is_some());
    let place = Location::whole_file(source.path.clone());
    if is_component {
        let message = "this manifest deploys Serverless Components, not functions; what they run is not known";
        problems.push(Problem::at(ProblemKind::Unsupported, place, message));
    } else if !has("service") && !has("provider") && source.path.extension() != Some("json") {
        let message = "this manifest names neither a service nor a provider";
        problems.push(Problem::at(ProblemKind::InvalidManifest, place, message));
    }
    false
}

/// Scripts that seem to be manifests and give no service: named, with how many functions they seem to declare, never
/// run.
fn scripts(files: &FileSet, read: &[&Source], problems: &mut Vec<Problem>) {
    let is_script = |path: &&RepoPath| {
        script::is_manifest(path)
            && !is_output(path)
            && !has_data(files, path)
            && read.iter().all(|source| source.path != **path)
    };
    for path in files.paths().filter(is_script) {
        let Ok(text) = files.text(path) else { continue };
        if !text.contains("provider") && !text.contains("functions") {
            continue;
        }
        let folder = path.parent().unwrap_or_else(RepoPath::root);
        let seen = handlers(&text) + beside(files, &folder, path);
        let message = format!(
            "this manifest is a script, which is never run; about {seen} function{} it declares {} not known (declare them in `lockstep.toml`)",
            if seen == 1 { "" } else { "s" },
            if seen == 1 { "is" } else { "are" },
        );
        problems.push(Problem::at(ProblemKind::Unsupported, Location::whole_file(path.clone()), message));
    }
}

/// How many handlers a script names.
fn handlers(text: &str) -> usize {
    text.match_indices("handler:").count()
}

/// How many handlers the modules below the manifest name, as the framework's own template has it.
fn beside(files: &FileSet, folder: &RepoPath, manifest: &RepoPath) -> usize {
    let scripts = files.under(folder).filter(|path| {
        *path != manifest
            && matches!(path.extension(), Some("ts" | "js"))
            && !is_output(path)
            && path.components().any(|part| part == "functions")
    });
    scripts
        .filter_map(|path| files.text(path).ok())
        .filter(|text| text.contains("handlerPath") || (text.contains("handler:") && text.contains("events:")))
        .map(|text| handlers(&text))
        .sum()
}

#[cfg(test)]
mod tests;
