//! Azure Functions: every folder with a `host.json` is an application; its functions stand in `function.json` files or
//! in the code, in one of several programming models.

mod annotated;
mod bindings;
mod durable;
mod function_json;
mod node;
mod python;

use std::collections::BTreeMap;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{FileSet, Location, RepoPath};

use crate::{
    in_code::{self, App},
    platform::{Declared, Platform},
    scripts::Scripts,
};

/// As printed.
const NAME: &str = "azure-functions";

/// The reader of Azure's function apps.
#[derive(Clone, Copy, Debug, Default)]
pub struct AzureFunctions;

impl Platform for AzureFunctions {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("azure_functions.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        let hosts = hosts(files, &mut all.problems);
        let scripts = Scripts::new(files);
        for host in &hosts {
            let before = all.value.len();
            let sources = host.sources(files, &hosts);
            function_json::read(host, files, &sources, &mut all);
            annotated::read(host, files, &sources, &mut all);
            node::read(host, &scripts, &sources, &mut all);
            python::read(host, &scripts, &sources, &mut all);
            if all.value.len() == before {
                host.report_empty(&mut all.problems);
            }
        }
        all
    }
}

/// An application.
#[derive(Clone, Debug)]
struct Host {
    app: App,
    /// Its `host.json`.
    manifest: RepoPath,
    /// What stands before every route: `api`.
    route_prefix: String,
}

/// The applications of the checkout. A `host.json` of something else is passed over.
fn hosts(files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Host> {
    let manifests = files.paths().filter(|path| path.file_name() == "host.json" && !in_code::is_output(path));
    let mut found = Vec::new();
    for path in manifests {
        let Ok(text) = files.text(path) else { continue };
        match lockstep_document::parse("json", &text) {
            Ok(document) if is_host(&document.root) => found.push(Host::new(path, &document.root)),
            Ok(_) => {}
            Err(error) => problems.push(Problem::at(
                ProblemKind::InvalidManifest,
                Location::of_span(path.clone(), &text, error.span.clone()),
                error.message,
            )),
        }
    }
    found
}

/// Versions 2 and later say their version; version 1 may be an empty object.
fn is_host(root: &Node) -> bool {
    const KEYS: [&str; 8] = [
        "version",
        "extensionBundle",
        "extensions",
        "functionTimeout",
        "logging",
        "http",
        "queues",
        "managedDependency",
    ];
    root.is_map() && (root.entries().is_empty() || KEYS.iter().any(|key| root.get(key).is_some()))
}

impl Host {
    fn new(manifest: &RepoPath, root: &Node) -> Self {
        let folder = manifest.parent().unwrap_or_else(RepoPath::root);
        let prefix = [&["extensions", "http", "routePrefix"][..], &["http", "routePrefix"]];
        let prefix = prefix.into_iter().find_map(|keys| root.path(keys)).and_then(Node::as_str).unwrap_or("api");
        let app = App { platform: NAME, service: in_code::service_name(&folder, "functions"), folder, runtime: None };
        Self { app, manifest: manifest.clone(), route_prefix: prefix.trim_matches('/').to_owned() }
    }

    /// The files that belong to this application and to none inside it.
    fn sources<'a>(&self, files: &'a FileSet, hosts: &[Self]) -> Vec<&'a RepoPath> {
        let folder = &self.app.folder;
        let inner: Vec<&RepoPath> = hosts
            .iter()
            .map(|host| &host.app.folder)
            .filter(|other| *other != folder && other.starts_with(folder))
            .collect();
        let mine = |path: &&RepoPath| path.starts_with(folder) && !inner.iter().any(|other| path.starts_with(other));
        files.paths().filter(|path| mine(path) && !is_output_below(path, folder)).collect()
    }

    fn report_empty(&self, problems: &mut Vec<Problem>) {
        let message = "no functions were found for this application of Azure Functions";
        problems.push(Problem::at(ProblemKind::Unsupported, Location::whole_file(self.manifest.clone()), message));
    }
}

/// True for what tools write into `folder`; the folder itself may lie anywhere.
fn is_output_below(path: &RepoPath, folder: &RepoPath) -> bool {
    let rest = path.strip_prefix(folder).unwrap_or_default();
    RepoPath::new(rest).is_ok_and(|rest| in_code::is_output(&rest))
}

/// A value with several names, by its lower-case name.
type Values = BTreeMap<String, Vec<String>>;

#[cfg(test)]
mod tests;
