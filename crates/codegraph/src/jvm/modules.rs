//! The modules of a repository: which folder is one, which depends on which, by Gradle, Maven and sbt.
//!
//! Where two modules have a type of the same name, the one means it that the asking file can see.

mod builds;

use std::{collections::BTreeMap, sync::OnceLock};

use lockstep_model::{FileSet, RepoPath};
use rustc_hash::FxHashMap;

use self::builds::Builds;

/// How far a module is from one that uses it, if no build file says that it does: they are built together.
const BESIDE: u32 = 1_000;

/// A module.
#[derive(Debug)]
struct Module {
    /// The folder of the build that it belongs to.
    build: RepoPath,
    /// The modules that its build file names.
    dependencies: Vec<usize>,
    /// The modules that it reaches, with how many steps that takes.
    reached: OnceLock<FxHashMap<usize, u32>>,
}

/// All of them.
pub(super) struct Modules {
    folders: BTreeMap<RepoPath, usize>,
    modules: Vec<Module>,
    packages: Builds,
}

impl Modules {
    /// The modules of `files`.
    pub(super) fn new(files: &FileSet) -> Self {
        let builds = Builds::read(files);
        let folders: BTreeMap<RepoPath, usize> =
            builds.folders.iter().enumerate().map(|(index, folder)| (folder.clone(), index)).collect();
        let module = |folder: &RepoPath| {
            let named = builds.dependencies.get(folder).into_iter().flatten();
            Module {
                build: builds.root_of(folder),
                dependencies: named.filter_map(|folder| folders.get(folder).copied()).collect(),
                reached: OnceLock::new(),
            }
        };
        let modules = builds.folders.iter().map(module).collect();
        Self { folders, modules, packages: builds }
    }

    /// The module that `path` belongs to: the nearest folder around it that is one.
    pub(super) fn of(&self, path: &RepoPath) -> usize {
        path.ancestors().find_map(|folder| self.folders.get(&folder).copied()).unwrap_or_default()
    }

    /// The part of `path` below the folder of its module.
    fn inside<'p>(&self, path: &'p RepoPath) -> &'p str {
        let folder = path.ancestors().find(|folder| self.folders.contains_key(folder));
        folder.and_then(|folder| path.strip_prefix(&folder)).unwrap_or(path.as_str())
    }

    /// True for a source of tests: it is no part of what is deployed.
    pub(super) fn is_test(&self, path: &RepoPath) -> bool {
        let mut parts = self.inside(path).split('/');
        match (parts.next(), parts.next()) {
            (Some("src"), Some(set)) => {
                let set = set.to_ascii_lowercase();
                set != "main" && (set.contains("test") || matches!(&*set, "it" | "e2e" | "spec" | "fixtures" | "mock"))
            }
            (Some(first), Some(_)) => matches!(first, "test" | "tests" | "it" | "spec"),
            _ => false,
        }
    }

    /// How far `to` is from `from`: 0 for the same module; none if it cannot be seen from there.
    pub(super) fn distance(&self, from: usize, to: usize) -> Option<u32> {
        if from == to {
            return Some(0);
        }
        let reached = self.modules[from].reached.get_or_init(|| self.reached(from));
        let beside = || (self.modules[from].build == self.modules[to].build).then_some(BESIDE);
        reached.get(&to).copied().or_else(beside)
    }

    /// True if a build file leads from `from` to `to`.
    pub(super) fn depends(&self, from: usize, to: usize) -> bool {
        self.distance(from, to).is_some_and(|distance| distance < BESIDE)
    }

    /// The library that holds the package of a name, as its users know it: `group:artifact`, or the start of the package.
    pub(super) fn library(&self, name: &[&str]) -> String {
        self.packages.library(name)
    }

    fn reached(&self, from: usize) -> FxHashMap<usize, u32> {
        let mut reached = FxHashMap::default();
        let mut open = vec![from];
        let mut distance = 0;
        while !open.is_empty() {
            distance += 1;
            let next: Vec<usize> = open.iter().flat_map(|module| self.modules[*module].dependencies.clone()).collect();
            open.clear();
            for module in next {
                reached.entry(module).or_insert_with(|| {
                    open.push(module);
                    distance
                });
            }
        }
        reached
    }
}
