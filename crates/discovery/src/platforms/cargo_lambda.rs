//! Cargo packages that are Lambda functions: programs that use `lambda_runtime` or `lambda_http` and that no manifest
//! declares, as `cargo lambda deploy` takes them.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{FileSet, Layer, Location, RepoPath};

use crate::{
    entry,
    in_code::{self, App, Place},
    platform::{Declared, Platform},
};

/// As printed.
pub const NAME: &str = "cargo-lambda";

/// Libraries that make a program a function.
const RUNTIMES: [&str; 2] = ["lambda_runtime", "lambda_http"];

/// The reader of Cargo packages.
#[derive(Clone, Copy, Debug, Default)]
pub struct CargoLambda;

impl Platform for CargoLambda {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("cargo_lambda.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all = Partial::default();
        let manifests = files.paths().filter(|path| path.file_name() == "Cargo.toml" && !in_code::is_output(path));
        for path in manifests {
            let Ok(text) = files.text(path) else { continue };
            if !RUNTIMES.iter().any(|name| text.contains(name)) {
                continue;
            }
            match lockstep_document::parse("toml", &text) {
                Ok(document) => Package { files, path, text: &text, root: &document.root }.read(&mut all),
                Err(error) => all.problems.push(Problem::at(
                    ProblemKind::InvalidManifest,
                    Location::of_span(path.clone(), &text, error.span.clone()),
                    error.message,
                )),
            }
        }
        all
    }
}

/// A manifest of Cargo that names the runtime.
struct Package<'a> {
    files: &'a FileSet,
    path: &'a RepoPath,
    text: &'a str,
    root: &'a Node,
}

impl Package<'_> {
    fn read(&self, all: &mut Partial<Vec<Declared>>) {
        let names = self.runtime_names();
        if names.is_empty() {
            return;
        }
        let bins = entry::cargo_bins(self.files, self.path);
        let folder = self.path.parent().unwrap_or_else(RepoPath::root);
        let (service, stack_folder) = self.service(&folder);
        let app = App { platform: NAME, service, folder, runtime: Some("provided.al2023".to_owned()) };
        for (bin, file) in &bins {
            if bins.len() > 1 && !self.runs(file, &names) {
                let message =
                    format!("the program `{bin}` does not start the Lambda runtime itself; it is not counted");
                all.problems.push(Problem::at(ProblemKind::Unsupported, self.place_of(bin).0, message));
                continue;
            }
            let function = self.function(&app, bin, file);
            all.value.push(Declared { stack_folder: stack_folder.clone(), ..function });
        }
    }

    /// What the sources call the runtime: dependencies may be renamed.
    fn runtime_names(&self) -> Vec<String> {
        let dependencies = self.root.get("dependencies").map_or(&[][..], Node::entries);
        let is_runtime = |name: &str| RUNTIMES.contains(&name.replace('-', "_").as_str());
        let used = dependencies
            .iter()
            .filter(|(key, value)| is_runtime(value.get("package").and_then(Node::as_str).unwrap_or(&key.text)));
        used.map(|(key, _)| key.text.replace('-', "_")).collect()
    }

    /// True if the program in `file` starts the runtime, or hands over to the package's library, which may.
    fn runs(&self, file: &RepoPath, names: &[String]) -> bool {
        let library = self.root.path(&["package", "name"]).and_then(Node::as_str).map(|name| name.replace('-', "_"));
        let words = names.iter().chain(library.as_ref());
        self.files.text(file).is_ok_and(|text| words.into_iter().any(|name| text.contains(&format!("{name}::"))))
    }

    /// The workspace is the service, with its name and its folder; a package alone is one of its own.
    fn service(&self, folder: &RepoPath) -> (String, RepoPath) {
        let is_workspace = |folder: &RepoPath| {
            let manifest = folder.join("Cargo.toml").ok()?;
            let text = self.files.text(&manifest).ok()?;
            text.contains("[workspace]").then(|| folder.clone())
        };
        let workspace = folder.ancestors().find_map(|folder| is_workspace(&folder));
        let name = self.root.path(&["package", "name"]).and_then(Node::as_str).unwrap_or("workspace");
        match workspace {
            Some(workspace) if workspace.is_root() && !folder.is_root() => ("workspace".to_owned(), workspace),
            Some(workspace) => (in_code::service_name(&workspace, name), workspace),
            None => (name.to_owned(), folder.clone()),
        }
    }

    fn function(&self, app: &App, bin: &str, file: &RepoPath) -> Declared {
        let (location, end) = self.place_of(bin);
        let place = Place { path: self.path, text: self.text, name: location.span(), end };
        let mut declared = app.function(bin, &place, (file.clone(), Some(bin.to_owned())));
        declared.build.method = Some("rust-cargolambda".to_owned());
        declared.build.binary = Some(bin.to_owned());
        declared.environment = self.environment(bin);
        let layers = self.settings(bin, "deploy").into_iter().filter_map(|deploy| deploy.get("layers"));
        let named = layers.flat_map(Node::items).filter_map(Node::as_str);
        declared.layers = named.map(|name| Layer { name: name.to_owned(), path: None }).collect();
        declared
    }

    /// `[package.metadata.lambda.KEY]`, and what `[package.metadata.lambda.bin.BIN]` says beside it.
    fn settings(&self, bin: &str, key: &str) -> Vec<&Node> {
        let lambda = self.root.path(&["package", "metadata", "lambda"]);
        let own = lambda.and_then(|lambda| lambda.path(&["bin", bin, key]));
        lambda.and_then(|lambda| lambda.get(key)).into_iter().chain(own).collect()
    }

    fn environment(&self, bin: &str) -> BTreeMap<String, String> {
        let deploy = self.settings(bin, "deploy").into_iter().filter_map(|deploy| deploy.get("env"));
        let all = self.settings(bin, "env").into_iter().chain(deploy);
        let pairs = all.flat_map(Node::entries);
        pairs.filter_map(|(key, value)| Some((key.text.clone(), value.as_text()?.to_owned()))).collect()
    }

    /// Where the program is named: its `[[bin]]`, else the package.
    fn place_of(&self, bin: &str) -> (Location, usize) {
        let listed = self.root.get("bin").map_or(&[][..], Node::items);
        let own = listed.iter().find(|one| one.get("name").and_then(Node::as_str) == Some(bin));
        let block = own.or_else(|| self.root.get("package"));
        let name = block.and_then(|block| block.get("name"));
        let span = name.or(block).map_or(0..0, |node| node.span.clone());
        let end = block.map_or(span.end, |block| block.span.end);
        (Location::of_span(self.path.clone(), self.text, span), end)
    }
}

#[cfg(test)]
mod tests;
