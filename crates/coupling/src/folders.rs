//! Whose a path is by the folder that it lies in.

use lockstep_model::{Closure, Function, RepoPath};
use rustc_hash::FxHashMap;

/// Extensions of program text. A file of this kind that no closure holds is dead, or a build script; any other file
/// in a function's folder is data that it may read.
const PROGRAM_TEXT: &[&str] = &[
    "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "py", "pyi", "rs", "go", "java", "kt", "kts", "scala",
    "groovy", "cs", "fs", "vb", "rb", "php", "swift", "c", "cc", "cpp", "h", "hpp", "sh", "bash", "ps1", "vue",
    "svelte", "pl", "ex", "exs", "clj",
];

/// The folders that were one function's alone. A folder that two functions claim is neither's.
pub(crate) fn own_folders<'a>(closures: &[Option<&'a Closure>]) -> FxHashMap<&'a str, Option<u32>> {
    let mut folders: FxHashMap<&str, Option<u32>> = FxHashMap::default();
    for (function, closure) in closures.iter().enumerate() {
        for folder in closure.iter().flat_map(|closure| &closure.own_folders) {
            let function = function as u32;
            folders
                .entry(folder.as_str())
                .and_modify(|owner| *owner = owner.filter(|owner| *owner == function))
                .or_insert(Some(function));
        }
    }
    folders
}

/// Per path, whose the innermost folder around it is that is anybody's.
pub(crate) fn innermost(folders: &FxHashMap<&str, Option<u32>>, paths: &[RepoPath]) -> Vec<Option<u32>> {
    // Of the files of one folder it is looked for once.
    let mut known: FxHashMap<&str, Option<u32>> = FxHashMap::default();
    let of = |path| {
        let mut around = RepoPath::folders(path);
        let folder = around.next()?;
        *known.entry(folder).or_insert_with(|| {
            std::iter::once(folder).chain(around).find_map(|folder| folders.get(folder).copied()).flatten()
        })
    };
    paths.iter().map(of).collect()
}

pub(crate) fn is_data(path: &RepoPath) -> bool {
    path.extension().is_none_or(|extension| !PROGRAM_TEXT.contains(&extension.to_ascii_lowercase().as_str()))
}

/// Finds the functions that live next to a contract which no code imports (an OpenAPI document, an event schema).
pub(crate) struct NearestFunctions {
    below: FxHashMap<String, Vec<u32>>,
}

impl NearestFunctions {
    pub(crate) fn new(functions: &[Function]) -> Self {
        let mut below: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for (number, function) in functions.iter().enumerate() {
            let entry = function.entry.iter().map(|entry| &entry.path);
            let places = entry.chain(function.declarations.iter().map(|declaration| &declaration.location.path));
            for folder in places.flat_map(RepoPath::folders) {
                let functions = below.entry(folder.to_owned()).or_default();
                if functions.last() != Some(&(number as u32)) {
                    functions.push(number as u32);
                }
            }
        }
        Self { below }
    }

    /// The functions below the innermost folder above `path` that has any. For a contract in a folder of its own at
    /// the top of the repository, that is all functions: a contract that all may share.
    pub(crate) fn below_nearest_folder(&mut self, path: &RepoPath) -> &[u32] {
        path.folders().find_map(|folder| self.below.get(folder)).map_or(&[], Vec::as_slice)
    }
}
