//! Vercel Functions: the folder `api` of a project, and `builds` of older ones.

mod builds;
mod next;
mod project;

use std::collections::BTreeSet;

use globset::GlobBuilder;
use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{ChannelDirection, FileSet, RepoPath, Strength};

use self::project::Project;
use crate::{
    aws::uses::{Use, Uses},
    exports::{Runtime, is_entry},
    manifest::{Code, Place},
    platform::{Declared, Platform},
};

/// As printed.
const NAME: &str = "vercel";

/// Languages that Vercel builds in `api` without being told.
const EXTENSIONS: [&str; 9] = ["js", "mjs", "cjs", "ts", "mts", "tsx", "py", "go", "rb"];

/// The reader of Vercel's projects.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vercel;

impl Platform for Vercel {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("vercel.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        let projects = project::projects(files, &mut all.problems);
        for project in &projects {
            let inner: Vec<&RepoPath> = projects.iter().map(|other| &other.stack.folder).collect();
            if project.builds().is_some() {
                all.value.extend(builds::declared(project, files, &mut all.problems));
            } else {
                all.value.extend(in_api(project, &inner, files, &mut all.problems));
            }
            all.value.extend(next::declared(project, files, &mut all.problems));
        }
        all
    }
}

/// The functions in the folder `api`, and the middleware beside it.
fn in_api(project: &Project, projects: &[&RepoPath], files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Declared> {
    let folder = &project.stack.folder;
    let mut found = Vec::new();
    let mut helpers: Vec<&RepoPath> = Vec::new();
    let Ok(api) = folder.join("api") else { return found };
    if project.api_is_another(files) {
        let message = format!("`{api}/` is a package of its own that `vercel.json` does not name: it is not counted");
        problems.push(Problem::at(ProblemKind::Unsupported, project.place(), message));
        return found;
    }
    let elsewhere = |path: &RepoPath| {
        projects.iter().any(|other| *other != folder && other.starts_with(folder) && path.starts_with(other))
    };
    for path in files.under(&api).filter(|path| is_deployed(project, &api, path) && !elsewhere(path)) {
        let extension = path.extension().unwrap_or_default();
        let answers = files.text(path).map_or(true, |text| is_entry(Runtime::Vercel, extension, &text));
        if answers || project.runtime_of(path).is_some() {
            found.push(function(project, path, &route(&api, path)));
        } else {
            helpers.push(path);
        }
    }
    if let Some(first) = helpers.first() {
        let (files, export) = match helpers.len() {
            1 => ("1 file".to_owned(), "is not counted as a function: it exports"),
            many => (format!("{many} files"), "are not counted as functions: they export"),
        };
        let message = format!("{files} in `{api}/` {export} no handler");
        problems.push(Problem::at(ProblemKind::Unsupported, Place::of_file(first).location, message));
    }
    let middleware = ["middleware.ts", "middleware.js"].iter().filter_map(|name| folder.join(name).ok());
    let middleware = middleware.filter(|path| files.is_file(path) && !found.is_empty() && !project.uses_next(files));
    let middleware: Vec<Declared> = middleware.map(|path| function(project, &path, "middleware")).collect();
    found.extend(middleware);
    found
}

/// True for a file in `api` that Vercel builds.
fn is_deployed(project: &Project, api: &RepoPath, path: &RepoPath) -> bool {
    let inside = path.strip_prefix(api).unwrap_or_default();
    let name = path.file_name();
    let hidden = inside.split('/').any(|part| part.starts_with(['_', '.']) || part == "node_modules");
    let known = path.extension().is_some_and(|extension| EXTENSIONS.contains(&extension));
    let test = name.contains(".test.") || name.contains(".spec.") || name.ends_with("_test.go");
    let declaration = name.ends_with(".d.ts") || name.ends_with(".d.mts");
    !hidden && !test && !declaration && (known || project.runtime_of(path).is_some())
}

/// What a function in `api` is called: its path there without the extension.
fn route(api: &RepoPath, path: &RepoPath) -> String {
    let inside = path.strip_prefix(api).unwrap_or(path.as_str());
    inside.rsplit_once('.').map_or(inside, |(stem, _)| stem).to_owned()
}

/// The function that the file at `path` is.
fn function(project: &Project, path: &RepoPath, name: &str) -> Declared {
    let stack = &project.stack;
    let mut uses = Uses::default();
    let address = project.address(path);
    if let Some(address) = &address {
        let key = format!("{} {address}", stack.service);
        uses.add(Use::Channel("http", ChannelDirection::Receives), key, Strength::Own);
        if project.crons().any(|cron| cron == address) {
            uses.add(Use::Channel("schedule", ChannelDirection::Receives), stack.key_of(name), Strength::Own);
        }
    }
    let place = project.said(path).unwrap_or_else(|| Place::of_file(path));
    let mut declared = stack.function(name, place, Code::file(&stack.folder, path), uses);
    declared.runtime = project.runtime_of(path).map(str::to_owned).or_else(|| language(path));
    declared
}

/// The runtime that Vercel takes for a file.
fn language(path: &RepoPath) -> Option<String> {
    let language = match path.extension()? {
        "py" => "python",
        "go" => "go",
        "rb" => "ruby",
        _ => "nodejs",
    };
    Some(language.to_owned())
}

/// Whether a glob of `vercel.json` means `path`, a path from the project's folder.
fn matches(pattern: &str, path: &str) -> bool {
    let glob = GlobBuilder::new(pattern.trim_start_matches("./")).literal_separator(true).build();
    glob.is_ok_and(|glob| glob.compile_matcher().is_match(path)) || pattern.trim_start_matches(['.', '/']) == path
}

/// The texts at `key` of each item of a list.
fn texts<'n>(list: Option<&'n Node>, key: &'static str) -> impl Iterator<Item = &'n str> {
    list.map(Node::items).unwrap_or_default().iter().filter_map(move |item| item.get(key)?.as_str())
}

/// Each once, in order.
fn unique<T: Ord + Clone>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    all.into_iter().filter(|one| seen.insert(one.clone())).collect()
}

#[cfg(test)]
mod tests;
