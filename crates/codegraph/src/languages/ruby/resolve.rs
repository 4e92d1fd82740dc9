//! Which files a `require` loads, and which of those that are loaded together define what a name means.

mod globs;

use std::collections::BTreeMap;

use lockstep_model::{FileSet, RepoPath};
use rayon::prelude::*;

use super::{
    gems::{self, Project},
    parse::LOAD_PATH,
    words,
};
use crate::{
    draft::{self, Extent},
    kinds,
    language::{Import, ImportKind, Resolution, Resolve, SourceFacts},
    program::Program,
};

/// Resolves for one checkout.
pub(super) struct Resolver<'a> {
    files: &'a FileSet,
    program: Program<'a>,
    projects: BTreeMap<RepoPath, Project>,
    /// Folders that files add to the load path.
    load_paths: Vec<(RepoPath, RepoPath)>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(files: &'a FileSet, sources: &'a dyn SourceFacts) -> Self {
        let paths: Vec<_> =
            files.paths().filter(|path| path.extension() == Some("rb") && !kinds::is_foreign(path)).collect();
        let read: Vec<_> = paths.into_par_iter().filter_map(|path| Some((path, sources.surface(path)?))).collect();
        let program = Program::new(read);
        let mut resolver = Self { files, program, projects: gems::projects(files), load_paths: Vec::new() };
        resolver.load_paths = resolver.said_load_paths();
        for (from, to) in resolver.said_loads() {
            resolver.program.add_load(&from, &to, kinds::is_test(&from));
        }
        resolver
    }

    fn said_load_paths(&self) -> Vec<(RepoPath, RepoPath)> {
        let said = self.program.files().flat_map(|(path, surface)| {
            let folders = surface.imports().filter_map(|import| import.specifier.strip_prefix(LOAD_PATH));
            folders.flat_map(move |folder| self.folders(path, folder, &[])).map(move |folder| (path.clone(), folder))
        });
        said.collect()
    }

    fn said_loads(&self) -> Vec<(RepoPath, RepoPath)> {
        let files: Vec<_> = self.program.files().collect();
        let loads = files.into_par_iter().flat_map_iter(|(path, surface)| {
            let imports = surface.imports().filter(|import| is_load(import));
            let loaded = imports.filter_map(|import| self.loaded(path, &import.specifier, &[]).ok());
            loaded.flatten().map(move |target| (path.clone(), target))
        });
        loads.collect()
    }

    fn project(&self, file: &RepoPath) -> Option<(RepoPath, &Project)> {
        file.ancestors().find_map(|folder| self.projects.get(&folder).map(|project| (folder, project)))
    }

    /// What a path may be below: its file's folder, the code root, or the folders of the load path.
    fn folders(&self, from: &RepoPath, path: &str, roots: &[RepoPath]) -> Vec<RepoPath> {
        let here = from.parent().unwrap_or_else(RepoPath::root);
        if let Some(path) = path.strip_prefix("/opt/").or_else(|| path.strip_prefix("/opt")) {
            return roots.iter().skip(1).filter_map(|layer| layer.join(path).ok()).collect();
        }
        if let Some(path) = path.strip_prefix("/var/task/").or_else(|| path.strip_prefix("/var/task")) {
            let project = self.project(from).map(|(folder, _)| folder);
            return roots
                .first()
                .cloned()
                .or(project)
                .into_iter()
                .chain(from.ancestors())
                .filter_map(|root| root.join(path).ok())
                .collect();
        }
        if path.starts_with("./") || path.starts_with("..") {
            return here.join(path).into_iter().collect();
        }
        let mut bases = Vec::new();
        for root in roots {
            bases.extend(
                [root.clone()].into_iter().chain(["lib", "ruby/lib"].iter().filter_map(|lib| root.join(lib).ok())),
            );
        }
        let project = self.project(from);
        let same_project = |other: &RepoPath| match (&project, self.project(other)) {
            (Some((one, _)), Some((other, _))) => *one == other,
            (None, None) => true,
            _ => false,
        };
        bases.extend(self.load_paths.iter().filter(|(said, _)| same_project(said)).map(|(_, folder)| folder.clone()));
        if let Some((folder, project)) = project {
            bases.extend(folder.join("lib"));
            bases.extend(project.load_paths.iter().cloned());
            bases.push(folder);
        }
        for folder in from.ancestors() {
            bases.extend(folder.join("lib"));
            bases.push(folder);
        }
        bases.into_iter().filter_map(|base| base.join(path).ok()).collect()
    }

    /// The files that `specifier` loads.
    ///
    /// # Errors
    /// What it is instead: a library, or nothing that could be found.
    fn loaded(&self, from: &RepoPath, specifier: &str, roots: &[RepoPath]) -> Result<Vec<RepoPath>, Resolution> {
        if globs::is_pattern(specifier) {
            let fixed = globs::fixed(specifier);
            let pattern = specifier[fixed.len()..].trim_start_matches('/');
            let found = self.folders(from, fixed, roots).into_iter().find_map(|folder| {
                let files = self.files.under(&folder).filter(|path| {
                    path.extension() == Some("rb")
                        && path.strip_prefix(&folder).is_some_and(|inside| globs::matches(pattern, inside))
                });
                let files: Vec<RepoPath> = files.cloned().collect();
                (!files.is_empty()).then_some(files)
            });
            return found.ok_or_else(|| Resolution::Unresolved("no file is called like this".to_owned()));
        }
        let source = |path: RepoPath| {
            let with_ending = RepoPath::new(&format!("{path}.rb")).ok();
            [with_ending, (path.extension() == Some("rb")).then_some(path)]
                .into_iter()
                .flatten()
                .find(|path| self.files.is_file(path))
        };
        let by_name = !specifier.starts_with(['.', '/']);
        if by_name && words::is_standard(specifier) {
            // Nobody calls a file like a part of the standard library, unless it lies where it is looked for first.
            let own = roots.first().and_then(|root| root.join(specifier).ok()).and_then(source);
            return own.map(|path| vec![path]).ok_or(Resolution::Builtin);
        }
        if let Some(found) = self.folders(from, specifier, roots).into_iter().find_map(source) {
            return Ok(vec![found]);
        }
        if !by_name {
            return Err(Resolution::Unresolved("there is no such file".to_owned()));
        }
        let gem = self.project(from).and_then(|(_, project)| project.gem_of(specifier)).map(str::to_owned);
        Err(Resolution::External(gem.unwrap_or_else(|| gems::guessed(specifier))))
    }

    fn mentioned(&self, from: &RepoPath, import: &Import, roots: &[RepoPath]) -> Resolution {
        for name in &import.names {
            let extent = if name.ends_with(import.specifier.trim_start_matches("::")) {
                draft::extent(import)
            } else {
                Extent::Itself
            };
            let found: Vec<_> = self.visible(from, name, roots).collect();
            if !found.is_empty() {
                let part = |path: &RepoPath| (path.clone(), self.program.names_of(path, name, extent));
                return Resolution::Parts(found.into_iter().map(part).collect());
            }
        }
        let gem = self.project(from).and_then(|(_, project)| project.gem_of_constant(&import.specifier));
        match gem.filter(|_| import.specifier.starts_with(|first: char| first == ':' || first.is_uppercase())) {
            Some(gem) => Resolution::External(gem.to_owned()),
            None => Resolution::Builtin,
        }
    }

    /// The files that define `name` for `from`: those that are loaded together with it, else those of its project,
    /// which a framework may load if there is no such constant yet.
    fn visible(&self, from: &RepoPath, name: &str, roots: &[RepoPath]) -> impl Iterator<Item = &'a RepoPath> + '_ {
        let all: Vec<&RepoPath> = self.program.defining(name).collect();
        let mut found: Vec<_> = all.iter().copied().filter(|path| self.program.are_together(from, path)).collect();
        if found.is_empty() && !all.is_empty() && !words::is_given(name) {
            let project = self.project(from).map(|(folder, _)| folder);
            let near = |path: &&RepoPath| {
                let code = !kinds::is_test(path) || kinds::is_test(from);
                let same = match &project {
                    Some(folder) => self.project(path).is_some_and(|(other, _)| other == *folder),
                    None => roots.first().is_some_and(|root| path.starts_with(root)),
                };
                code && (same || roots.iter().skip(1).any(|layer| path.starts_with(layer)))
            };
            found = all.into_iter().filter(near).collect();
        }
        found.into_iter()
    }
}

/// True for what loads a file, now or later.
fn is_load(import: &Import) -> bool {
    matches!(import.kind, ImportKind::Value | ImportKind::Lazy) && !import.specifier.starts_with(LOAD_PATH)
}

impl Resolve for Resolver<'_> {
    fn resolve(&self, from: &RepoPath, import: &Import, roots: &[RepoPath]) -> Resolution {
        match import.kind {
            ImportKind::Computed => Resolution::Unresolved("the name is computed".to_owned()),
            ImportKind::Mention => self.mentioned(from, import, roots),
            // `autoload`: whoever names the constant loads the file.
            _ if !is_load(import) || !import.names.is_empty() => Resolution::Builtin,
            _ => match self.loaded(from, &import.specifier, roots) {
                Ok(files) => Resolution::Parts(files.into_iter().map(|path| (path, Vec::new())).collect()),
                Err(other) => other,
            },
        }
    }
}
