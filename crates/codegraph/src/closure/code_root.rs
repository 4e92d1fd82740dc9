//! Code that comes with a folder instead of an import: the code root where imports are not followed, data, layers.

use std::collections::BTreeMap;

use lockstep_model::{ClosureFile, FileKind, FileSet, Function, RepoPath};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Graph, entry_file};
use crate::kinds;

/// Where packages and absolute imports are looked for: the code root, then the layers.
pub(super) fn roots(function: &Function) -> Vec<RepoPath> {
    let layers = function.layers.iter().filter_map(|layer| layer.path.clone());
    function.code_root.iter().cloned().chain(layers).collect()
}

/// Where functions are, folder by folder.
#[derive(Default)]
pub(super) struct Places {
    /// How many functions have their code root or their start in a folder, at any depth.
    inside: FxHashMap<RepoPath, usize>,
    /// The folders that are code roots.
    roots: FxHashSet<RepoPath>,
}

impl Places {
    pub(super) fn of(functions: &[Function], files: &FileSet) -> Self {
        let mut places = Self::default();
        for function in functions {
            let entry = entry_file(function, files);
            let both = [entry.as_ref(), function.code_root.as_ref()].into_iter().flatten();
            for folder in both.flat_map(RepoPath::ancestors).collect::<FxHashSet<RepoPath>>() {
                *places.inside.entry(folder).or_insert(0) += 1;
            }
            places.roots.extend(function.code_root.clone());
        }
        places
    }

    /// True if no other function has a part in this code root of one.
    fn is_of_one(&self, root: &RepoPath) -> bool {
        self.inside.get(root) == Some(&1) && !root.ancestors().skip(1).any(|folder| self.roots.contains(&folder))
    }
}

impl Graph<'_> {
    /// The code and data in the code root but the places where other functions start, and their own code roots within.
    pub(super) fn add_code_root(
        &self,
        function: &Function,
        entry: &RepoPath,
        files: &mut BTreeMap<RepoPath, ClosureFile>,
    ) {
        files.insert(entry.clone(), self.packaged(entry));
        let Some(root) = &function.code_root else { return };
        let inner: Vec<&RepoPath> = self
            .functions
            .iter()
            .filter_map(|other| other.code_root.as_ref())
            .filter(|other| *other != root && other.starts_with(root) && !entry.starts_with(other))
            .collect();
        let family = kinds::source_language(entry).unwrap_or_default();
        for path in self.files.under(root) {
            let language = kinds::source_language(path);
            let code = language.is_some_and(|language| kinds::run_together(family, language)) || kinds::is_data(path);
            let elsewhere = self.entries.contains_key(path) || inner.iter().any(|other| path.starts_with(other));
            if code && !elsewhere && !kinds::is_beside_code(path) && !kinds::is_deployment(root, path) {
                files.entry(path.clone()).or_insert_with(|| self.packaged(path));
            }
        }
    }

    /// The data in a code root that no other function has a part in.
    pub(super) fn add_data(&self, function: &Function, files: &mut BTreeMap<RepoPath, ClosureFile>) {
        let Some(root) = function.code_root.as_ref().filter(|root| !root.is_root() && self.places.is_of_one(root))
        else {
            return;
        };
        let beside_package = |path: &RepoPath| {
            let manifest = path.parent().and_then(|folder| folder.join("package.json").ok());
            manifest.is_some_and(|manifest| self.files.is_file(&manifest))
        };
        let data = |path: &&RepoPath| {
            kinds::is_data(path) && kinds::source_language(path).is_none() && !kinds::is_beside_code(path)
        };
        for path in self.files.under(root).filter(data) {
            let file = self.packaged(path);
            // YAML beside such code, and JSON beside the package's manifest, are for the tools that build and deploy
            // it, unless they describe an interface.
            let settings = match path.extension() {
                Some("yaml" | "yml") => file.kind != FileKind::Contract,
                Some("json" | "json5" | "jsonc") => file.kind != FileKind::Contract && beside_package(path),
                _ => false,
            };
            if !settings {
                files.entry(path.clone()).or_insert(file);
            }
        }
    }

    /// The layers whose language is not followed: all that they hold. In others, what is imported counts.
    pub(super) fn add_layers(&self, function: &Function, files: &mut BTreeMap<RepoPath, ClosureFile>) {
        for layer in function.layers.iter().filter_map(|layer| layer.path.as_ref()).filter(|layer| !layer.is_root()) {
            let code = |path: &&RepoPath| {
                (kinds::source_language(path).is_some() || kinds::is_data(path)) && !kinds::is_beside_code(path)
            };
            if self.files.under(layer).filter(code).any(|path| crate::language_of(path).is_some()) {
                continue;
            }
            for path in self.files.under(layer).filter(code) {
                files.entry(path.clone()).or_insert_with(|| self.packaged(path));
            }
        }
    }
}
