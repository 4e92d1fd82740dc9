//! Whose code is whose: own files, shared files, and the folders that are one function's alone.

use lockstep_model::{Closure, FileKind, Function, RepoPath};
use rustc_hash::{FxHashMap, FxHashSet};

/// Fills [`lockstep_model::ClosureFile::own`] and [`Closure::own_folders`]. The closures stand in the order of the
/// functions.
pub(crate) fn mark(functions: &[Function], closures: &mut [Closure]) {
    mark_files(functions, closures);
    let folders = Folders::new(functions, closures);
    for (index, closure) in closures.iter_mut().enumerate() {
        closure.own_folders = folders.own(functions, index).into_iter().collect();
    }
}

fn mark_files(functions: &[Function], closures: &mut [Closure]) {
    // How many functions run the file, and how many reach it at all.
    let mut counts: FxHashMap<RepoPath, (usize, usize)> = FxHashMap::default();
    for file in closures.iter().flat_map(|closure| &closure.files) {
        let (running, reaching) = counts.entry(file.path.clone()).or_default();
        *running += usize::from(file.kind != FileKind::TypeOnly);
        *reaching += 1;
    }
    let mut starts: FxHashMap<&RepoPath, usize> = FxHashMap::default();
    for entry in functions.iter().filter_map(|function| function.entry.as_ref()) {
        *starts.entry(&entry.path).or_default() += 1;
    }
    for (function, closure) in functions.iter().zip(closures) {
        for file in &mut closure.files {
            let (running, reaching) = counts.get(&file.path).copied().unwrap_or_default();
            // Others may import the file in which a function starts: it stays that function's own.
            let entry = function.entry.as_ref().is_some_and(|entry| entry.path == file.path);
            file.own = match file.kind {
                FileKind::TypeOnly => reaching == 1,
                _ => running == 1 || (entry && starts.get(&file.path) == Some(&1)),
            };
        }
    }
}

/// How many functions have something in a folder, at any depth.
struct Folders {
    /// Files of their closures.
    code: FxHashMap<RepoPath, usize>,
    /// Their entries or code roots.
    starts: FxHashMap<RepoPath, usize>,
    /// How many functions have this very folder as their code root.
    roots: FxHashMap<RepoPath, usize>,
}

impl Folders {
    fn new(functions: &[Function], closures: &[Closure]) -> Self {
        let mut folders =
            Self { code: FxHashMap::default(), starts: FxHashMap::default(), roots: FxHashMap::default() };
        for (function, closure) in functions.iter().zip(closures) {
            let inside: FxHashSet<RepoPath> =
                closure.files.iter().flat_map(|file| file.path.ancestors().skip(1)).collect();
            for folder in inside {
                *folders.code.entry(folder).or_insert(0) += 1;
            }
            let entry = function.entry.iter().flat_map(|entry| entry.path.ancestors().skip(1));
            let root = function.code_root.iter().flat_map(RepoPath::ancestors);
            for folder in entry.chain(root).collect::<FxHashSet<RepoPath>>() {
                *folders.starts.entry(folder).or_insert(0) += 1;
            }
            if let Some(root) = &function.code_root {
                *folders.roots.entry(root.clone()).or_insert(0) += 1;
            }
        }
        folders
    }

    /// The folder whose past files were this function's: its code root if no other function has its own in it or
    /// above it, else the folder of its entry if nothing of another function lies there. Never the whole repository.
    fn own(&self, functions: &[Function], index: usize) -> Option<RepoPath> {
        let function = &functions[index];
        let count = |map: &FxHashMap<RepoPath, usize>, folder: &RepoPath| map.get(folder).copied().unwrap_or(0);
        let entry = function.entry.as_ref();
        let root = function.code_root.as_ref().filter(|root| {
            let above = root.ancestors().skip(1).any(|folder| count(&self.roots, &folder) > 0);
            !root.is_root() && !above && count(&self.starts, root) == 1
        });
        let folder = entry
            .and_then(|entry| entry.path.parent())
            .filter(|folder| !folder.is_root() && count(&self.starts, folder) <= 1 && count(&self.code, folder) <= 1);
        root.cloned().filter(|_| entry.is_some()).or(folder)
    }
}
