//! Chalice: an `app.py` whose application takes functions by decorators. All routes together are one function.

mod app;
mod decorators;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{FileSet, Location, RepoPath};

use self::app::Application;
use crate::{
    in_code,
    platform::{Declared, Platform},
    scripts::{Script, Scripts},
};

/// As printed.
const NAME: &str = "chalice";

/// The reader of Chalice applications.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chalice;

impl Platform for Chalice {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("chalice.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        let scripts = Scripts::new(files);
        let is_config = |path: &&RepoPath| path.as_str() == CONFIG || path.as_str().ends_with(&format!("/{CONFIG}"));
        let configs: Vec<&RepoPath> = files.paths().filter(is_config).collect();
        // The configuration itself may be made by a build, from what lies beside it.
        let of_chalice = |path: &&RepoPath| path.parent().is_some_and(|folder| folder.file_name() == ".chalice");
        let settings = files.paths().filter(of_chalice).filter(|path| !in_code::is_vendored(path));
        let mut folders: Vec<RepoPath> = settings.filter_map(|path| path.parent()?.parent()).collect();
        let apps = files.paths().filter(|path| path.file_name() == "app.py" && !in_code::is_output(path));
        let names_it = |path: &&RepoPath| crate::says(files, path, &["halice"]);
        folders.extend(apps.filter(names_it).filter_map(RepoPath::parent));
        folders.sort();
        folders.dedup();
        for folder in &folders {
            let config =
                configs.iter().find(|path| path.parent().and_then(|path| path.parent()).as_ref() == Some(folder));
            let config = config.and_then(|path| Config::read(files, path, &mut all.problems));
            let script = folder.join("app.py").ok().and_then(|path| scripts.get(&path));
            match script.and_then(|script| Application::find(&scripts, script, folder, config.as_ref())) {
                Some(app) => app.read(&mut all),
                None => {
                    report_none(files, folder, config.as_ref(), &mut all.problems);
                    all.problems.extend(script.and_then(Script::unparsed));
                }
            }
        }
        all
    }
}

/// Where Chalice looks for its configuration.
const CONFIG: &str = ".chalice/config.json";

/// An `app.py` that merely uses Chalice, or a folder that says to hold an application and does not.
fn report_none(files: &FileSet, folder: &RepoPath, config: Option<&Config>, problems: &mut Vec<Problem>) {
    let Some(config) = config else { return };
    let has_app = folder.join("app.py").is_ok_and(|path| files.is_file(&path));
    let message = if has_app {
        "`app.py` makes no application that could be read: its functions are not known"
    } else {
        "there is no `app.py` beside this configuration of Chalice: it may be made by a build"
    };
    problems.push(Problem::at(ProblemKind::Unsupported, Location::whole_file(config.path.clone()), message));
}

/// A configuration.
struct Config {
    path: RepoPath,
    root: Node,
}

impl Config {
    fn read(files: &FileSet, path: &RepoPath, problems: &mut Vec<Problem>) -> Option<Self> {
        let text = files.text(path).ok()?;
        match lockstep_document::parse("json", &text) {
            Ok(document) => Some(Self { path: path.clone(), root: document.root }),
            Err(error) => {
                let place = Location::of_span(path.clone(), &text, error.span);
                problems.push(Problem::at(ProblemKind::InvalidManifest, place, error.message));
                None
            }
        }
    }

    fn app_name(&self) -> Option<&str> {
        self.root.get("app_name").and_then(Node::as_str).filter(|name| !name.is_empty())
    }

    /// What is said at `key` for all functions, for all of a stage, and for the function `name`.
    fn said(&self, name: &str, key: &str) -> Vec<&Node> {
        let stages = self.root.get("stages").map_or(&[][..], Node::entries).iter().map(|(_, stage)| stage);
        let scopes = std::iter::once(&self.root).chain(stages);
        scopes.flat_map(|scope| [scope.get(key), scope.path(&["lambda_functions", name, key])]).flatten().collect()
    }
}

#[cfg(test)]
mod tests;
