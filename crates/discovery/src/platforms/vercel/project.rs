//! [`Project`]: a folder that is deployed to Vercel, known by `vercel.json`, `now.json`, `.vercel` or its dependencies.

use std::collections::BTreeMap;

use lockstep_diagnostics::Problem;
use lockstep_document::Node;
use lockstep_model::{FileSet, Location, RepoPath};

use super::{NAME, matches, texts};
use crate::manifest::{Manifest, Place, Stack, folder_name, is_output, relative};

/// A project.
pub(super) struct Project {
    pub(super) stack: Stack,
    /// `vercel.json` or `now.json`.
    config: Option<Manifest>,
    /// The file by which the project is known.
    known_by: RepoPath,
}

/// The projects of the checkout, by folder.
pub(super) fn projects(files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Project> {
    let mut signs: BTreeMap<RepoPath, (u8, &RepoPath)> = BTreeMap::new();
    for path in files.paths().filter(|path| !is_output(path)) {
        let Some((rank, folder)) = sign(files, path) else { continue };
        let best = signs.entry(folder).or_insert((rank, path));
        if rank < best.0 {
            *best = (rank, path);
        }
    }
    let mut projects = Vec::new();
    for (folder, (rank, path)) in signs {
        let config = if rank < 2 { Manifest::read(files, path, problems) } else { None };
        let stack = Stack { platform: NAME, service: folder_name(&folder, NAME), folder };
        projects.push(Project { stack, config, known_by: path.clone() });
    }
    projects
}

/// How surely `path` says that a folder is a project, best first, and which.
fn sign(files: &FileSet, path: &RepoPath) -> Option<(u8, RepoPath)> {
    let folder = path.parent()?;
    match path.file_name() {
        "vercel.json" => Some((0, folder)),
        "now.json" => Some((1, folder)),
        "project.json" if folder.file_name() == ".vercel" => Some((2, folder.parent()?)),
        "package.json" => {
            // Only a package beside such a folder is worth a look.
            let api = folder.join("api").ok().filter(|api| files.is_folder(api));
            let says = || crate::says(files, path, &["\"@vercel/"]);
            (api.is_some() && says()).then_some((3, folder))
        }
        _ => None,
    }
}

/// True for a path, and not for a pattern. Brackets are part of names: `[id].ts`.
fn names_one(pattern: &str) -> bool {
    !pattern.contains(['*', '{', '?'])
}

impl Project {
    fn root(&self) -> Option<&Node> {
        Some(&self.config.as_ref()?.root)
    }

    /// The place of the file by which the project is known.
    pub(super) fn place(&self) -> Location {
        Location::whole_file(self.known_by.clone())
    }

    /// `builds` of the configuration.
    pub(super) fn builds(&self) -> Option<&[Node]> {
        self.root()?.get("builds").map(Node::items).filter(|builds| !builds.is_empty())
    }

    /// The configuration.
    pub(super) fn config(&self) -> Option<&Manifest> {
        self.config.as_ref()
    }

    /// The way to `path` from the folder of the project.
    pub(super) fn inside(&self, path: &RepoPath) -> String {
        relative(&self.stack.folder, path)
    }

    /// The entries of `functions` that speak of `path`.
    fn settings(&self, path: &RepoPath) -> impl Iterator<Item = &(lockstep_document::Key, Node)> {
        let inside = self.inside(path);
        let all = self.root().and_then(|root| root.get("functions")).map(Node::entries).unwrap_or_default();
        all.iter().filter(move |(pattern, _)| matches(&pattern.text, &inside))
    }

    /// The runtime that the configuration sets for `path`.
    pub(super) fn runtime_of(&self, path: &RepoPath) -> Option<&str> {
        self.settings(path).find_map(|(_, settings)| settings.get("runtime")?.as_str())
    }

    /// True if the configuration names `path` itself. A pattern sets something for many and names none.
    pub(super) fn names(&self, path: &RepoPath) -> bool {
        self.settings(path).any(|(key, _)| names_one(&key.text))
    }

    /// Where the configuration speaks of `path` alone.
    pub(super) fn said(&self, path: &RepoPath) -> Option<Place> {
        let (key, settings) = self.settings(path).find(|(key, _)| names_one(&key.text))?;
        Some(self.config.as_ref()?.declares(key.span.clone(), settings.span.end))
    }

    /// The paths that are called by the clock.
    pub(super) fn crons(&self) -> impl Iterator<Item = &str> {
        let crons = texts(self.root().and_then(|root| root.get("crons")), "path");
        crons.map(|path| path.split('?').next().unwrap_or(path))
    }

    /// The route of a file in `api`.
    pub(super) fn address(&self, path: &RepoPath) -> Option<String> {
        let inside = self.inside(path);
        let stem = inside.rsplit_once('.').map_or(inside.as_str(), |(stem, _)| stem);
        let stem = stem.strip_suffix("/index").unwrap_or(stem);
        stem.starts_with("api").then(|| format!("/{stem}"))
    }

    /// True if the package of the project depends on Next.js.
    pub(super) fn uses_next(&self, files: &FileSet) -> bool {
        let package = self.stack.folder.join("package.json").ok().and_then(|path| Manifest::peek(files, &path));
        package.is_some_and(|package| {
            ["dependencies", "devDependencies"].iter().any(|kind| package.root.path(&[kind, "next"]).is_some())
        })
    }

    /// True if `api` is a server with a package of its own, which the configuration of a site beside it means nothing
    /// to.
    pub(super) fn api_is_another(&self, files: &FileSet) -> bool {
        let package = self.stack.folder.join("api/package.json").ok().and_then(|path| Manifest::peek(files, &path));
        let starts = package.is_some_and(|package| {
            ["start", "dev"].iter().any(|script| package.root.path(&["scripts", script]).is_some())
        });
        starts && self.config.as_ref().is_none_or(|config| !config.text.contains("api/"))
    }
}
