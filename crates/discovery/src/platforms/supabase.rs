//! Supabase Edge Functions: every folder in `supabase/functions`, and what `supabase/config.toml` says of it.

mod calls;

use std::collections::{BTreeMap, BTreeSet};

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::{Key, Node};
use lockstep_model::{FileSet, Location, RepoPath};

use crate::{
    aws::uses::Uses,
    manifest::{Code, Manifest, Place, Stack, folder_name, is_output},
    platform::{Declared, Platform},
};

/// As printed.
const NAME: &str = "supabase";

/// Where a function starts, in the order in which they are tried.
const ENTRIES: [&str; 5] = ["index.ts", "index.js", "index.tsx", "index.mjs", "index.jsx"];

/// The reader of Supabase's folders.
#[derive(Clone, Copy, Debug, Default)]
pub struct Supabase;

impl Platform for Supabase {
    fn name(&self) -> &'static str {
        NAME
    }

    fn page(&self) -> &'static str {
        include_str!("supabase.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        let projects = projects(files, &mut all.problems);
        let found: Vec<(&Project, Vec<Function<'_>>)> =
            projects.iter().map(|project| (project, functions(project, files, &mut all.problems))).collect();
        for (project, functions) in &found {
            let slugs: BTreeSet<&str> = functions.iter().map(|function| function.slug.as_str()).collect();
            let wired = calls::from_migrations(&project.stack, &slugs, files);
            for function in functions {
                let uses = wired.get(function.slug.as_str()).cloned().unwrap_or_default();
                all.value.push(declared(project, function, uses));
            }
        }
        all
    }
}

/// A folder `supabase`.
struct Project {
    stack: Stack,
    config: Option<Manifest>,
}

/// One function of a project.
struct Function<'a> {
    slug: String,
    /// The file it starts in.
    entry: RepoPath,
    /// Its table of `config.toml`.
    said: Option<(&'a Key, &'a Node)>,
}

/// The projects: folders `supabase` with functions in them. A copy without a configuration, in a repository where
/// others have one, is none: nothing is deployed from it.
fn projects(files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Project> {
    let mut folders: BTreeMap<RepoPath, RepoPath> = BTreeMap::new();
    for path in files.paths().filter(|path| !is_output(path)) {
        if let Some(folder) = project_of(path) {
            folders.entry(folder).or_insert_with(|| path.clone());
        }
    }
    let config_of = |folder: &RepoPath| folder.join("config.toml").ok().filter(|path| files.is_file(path));
    let configured = folders.keys().any(|folder| config_of(folder).is_some());
    let mut projects = Vec::new();
    for (folder, first) in folders {
        let config = config_of(&folder);
        if configured && config.is_none() {
            let message = format!("`{folder}/` has no `config.toml`, which others have: its functions are not counted");
            problems.push(Problem::at(ProblemKind::Unsupported, Location::whole_file(first), message));
            continue;
        }
        let above = folder.parent().unwrap_or_else(RepoPath::root);
        let stack = Stack { platform: NAME, service: folder_name(&above, NAME), folder };
        projects.push(Project { stack, config: config.and_then(|path| Manifest::read(files, &path, problems)) });
    }
    projects
}

/// The folder `supabase` that `path` lies in, if it is an entry by its place or a configuration with functions.
fn project_of(path: &RepoPath) -> Option<RepoPath> {
    let folder = path.parent()?;
    if path.file_name() == "config.toml" && folder.file_name() == NAME {
        return Some(folder);
    }
    let functions = folder.parent()?;
    let project = functions.parent()?;
    let is_entry = ENTRIES.contains(&path.file_name()) && is_slug(folder.file_name());
    (is_entry && functions.file_name() == "functions" && project.file_name() == NAME).then_some(project)
}

/// Folders that begin with `_` or `.` are code for the others.
fn is_slug(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// The functions of `project`, by slug. Tables without code, and functions that are switched off, are named.
fn functions<'a>(project: &'a Project, files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Function<'a>> {
    let folder = &project.stack.folder;
    let mut found: BTreeMap<String, Function<'a>> = BTreeMap::new();
    if let Ok(functions) = folder.join("functions") {
        let entries = files.under(&functions).filter(|path| project_of(path).as_ref() == Some(folder));
        for path in entries {
            let slug = path.parent().unwrap_or_else(RepoPath::root).file_name().to_owned();
            let rank = |path: &RepoPath| ENTRIES.iter().position(|name| *name == path.file_name());
            let known = found.get(&slug).is_some_and(|known| rank(&known.entry) < rank(path));
            if !known {
                found.insert(slug.clone(), Function { slug, entry: path.clone(), said: None });
            }
        }
    }
    let Some(config) = &project.config else { return found.into_values().collect() };
    for (key, table) in config.root.get("functions").map(Node::entries).unwrap_or_default() {
        let slug = key.text.as_str();
        let place = config.place(key.span.clone());
        if !table.is_map() || !is_slug(slug) {
            continue;
        }
        if table.get("enabled").and_then(Node::as_bool) == Some(false) {
            found.remove(slug);
            let message = format!("`{slug}` is switched off by `enabled = false`, so it is not deployed");
            problems.push(Problem::at(ProblemKind::Unsupported, place, message));
            continue;
        }
        let chosen = table.get("entrypoint").and_then(Node::as_str);
        let chosen = chosen.map(|entry| folder.join(entry).ok().filter(|path| files.is_file(path)));
        match (chosen, found.get_mut(slug)) {
            (Some(Some(entry)), _) => {
                found.insert(slug.to_owned(), Function { slug: slug.to_owned(), entry, said: Some((key, table)) });
            }
            (None, Some(function)) => function.said = Some((key, table)),
            (Some(None) | None, _) => {
                found.remove(slug);
                let message = format!("`{slug}` is configured, but there is no file that it starts in");
                problems.push(Problem::at(ProblemKind::Unsupported, place, message));
            }
        }
    }
    found.into_values().collect()
}

fn declared(project: &Project, function: &Function<'_>, uses: Uses) -> Declared {
    let place = match (&project.config, function.said) {
        (Some(config), Some((key, table))) => config.declares(key.span.clone(), table.span.end),
        _ => Place::of_file(&function.entry),
    };
    let folder = function.entry.parent().unwrap_or_else(RepoPath::root);
    let mut declared = project.stack.function(&function.slug, place, Code::file(&folder, &function.entry), uses);
    declared.runtime = Some("deno".to_owned());
    declared
}

#[cfg(test)]
mod tests;
