//! What the `Cargo.toml` files of a checkout say: packages, their targets, and their dependencies inside it.

use std::collections::BTreeMap;

use lockstep_model::{FileSet, RepoPath};
use toml::{Table, Value};

/// A package of the repository.
#[derive(Debug)]
pub(super) struct Package {
    /// Its folder.
    pub(super) folder: RepoPath,
    /// The name under which code says the library: `-` written as `_`.
    pub(super) library_name: String,
    /// The root file of its library.
    pub(super) library: Option<RepoPath>,
    /// The root files of all its targets, the library first.
    pub(super) roots: Vec<RepoPath>,
    /// Dependencies by the name that code uses.
    pub(super) dependencies: BTreeMap<String, Dependency>,
}

/// Where a dependency comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Dependency {
    /// A folder of the repository.
    Path(RepoPath),
    /// Elsewhere, under this name.
    External(String),
}

/// All packages, by folder. Manifests that cannot be read are left out: discovery and cargo itself speak of them.
pub(super) fn packages(files: &FileSet) -> BTreeMap<RepoPath, Package> {
    let manifests: BTreeMap<RepoPath, Table> = files
        .paths()
        .filter(|path| path.file_name() == "Cargo.toml")
        .filter_map(|path| Some((path.parent()?, files.text(path).ok()?.parse().ok()?)))
        .collect();
    manifests
        .iter()
        .filter(|(_, manifest)| manifest.contains_key("package"))
        .map(|(folder, manifest)| (folder.clone(), package(files, folder, manifest, &manifests)))
        .collect()
}

fn package(files: &FileSet, folder: &RepoPath, manifest: &Table, all: &BTreeMap<RepoPath, Table>) -> Package {
    let text = |table: Option<&Value>, key: &str| table?.get(key)?.as_str().map(str::to_owned);
    let name = text(manifest.get("package"), "name").unwrap_or_default();
    let library_name = text(manifest.get("lib"), "name").unwrap_or_else(|| name.clone()).replace('-', "_");
    let existing = |path: &str| folder.join(path).ok().filter(|path| files.is_file(path));
    let library = existing(text(manifest.get("lib"), "path").as_deref().unwrap_or("src/lib.rs"));
    let mut roots: Vec<RepoPath> = library.iter().cloned().collect();
    for binary in manifest.get("bin").and_then(Value::as_array).into_iter().flatten() {
        roots.extend(text(Some(binary), "path").and_then(|path| existing(&path)));
    }
    roots.extend(existing("src/main.rs"));
    roots.extend(existing("build.rs"));
    if let Ok(binaries) = folder.join("src/bin") {
        let is_root = |path: &&RepoPath| match path.strip_prefix(&binaries) {
            Some(rest) => match rest.split_once('/') {
                Some((_, file)) => file == "main.rs",
                None => rest.ends_with(".rs"),
            },
            None => false,
        };
        roots.extend(files.under(&binaries).filter(is_root).cloned());
    }
    let workspace = folder.ancestors().find_map(|above| {
        let workspace = all.get(&above)?.get("workspace")?;
        Some((above, workspace.get("dependencies").and_then(Value::as_table)))
    });
    let mut dependencies = BTreeMap::new();
    for table in dependency_tables(manifest) {
        for (key, value) in table {
            let dependency = dependency(folder, key, value, workspace.as_ref());
            dependencies.insert(key.replace('-', "_"), dependency);
        }
    }
    Package { folder: folder.clone(), library_name, library, roots, dependencies }
}

fn dependency_tables(manifest: &Table) -> Vec<&Table> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let places =
        std::iter::once(manifest).chain(targets.into_iter().flat_map(Table::values).filter_map(Value::as_table));
    places
        .flat_map(|place| {
            ["dev-dependencies", "build-dependencies", "dependencies"]
                .map(|key| place.get(key).and_then(Value::as_table))
        })
        .flatten()
        .collect()
}

fn dependency(
    folder: &RepoPath,
    key: &str,
    value: &Value,
    workspace: Option<&(RepoPath, Option<&Table>)>,
) -> Dependency {
    let inherited = value.get("workspace").and_then(Value::as_bool).unwrap_or(false);
    if inherited {
        return match workspace.and_then(|(above, table)| Some((above, (*table)?.get(key)?))) {
            Some((above, value)) => dependency(above, key, value, None),
            None => Dependency::External(key.to_owned()),
        };
    }
    let path = value.get("path").and_then(Value::as_str).and_then(|path| folder.join(path).ok());
    let name = value.get("package").and_then(Value::as_str).unwrap_or(key);
    path.map_or_else(|| Dependency::External(name.to_owned()), Dependency::Path)
}
