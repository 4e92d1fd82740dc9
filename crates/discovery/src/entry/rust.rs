//! Rust: the bin target of a Cargo package, named by the manifest, by a build command, by the artefact, or the only one.

use lockstep_document::Node;
use lockstep_model::{Confidence, Entry, FileSet, RepoPath};

use super::{
    Case,
    command::{self, Command},
    probe,
};

/// A Cargo package with bin targets.
#[derive(Debug)]
pub(super) struct Package {
    folder: RepoPath,
    name: String,
    bins: Vec<(String, RepoPath)>,
}

/// Every Cargo package of the checkout that builds a program.
pub(super) fn packages(files: &FileSet) -> Vec<Package> {
    files.paths().filter(|path| path.file_name() == "Cargo.toml").filter_map(|path| package(files, path)).collect()
}

/// The bin targets of the package with the manifest `path`, and their files.
pub(crate) fn bins(files: &FileSet, path: &RepoPath) -> Vec<(String, RepoPath)> {
    package(files, path).map_or_else(Vec::new, |package| package.bins)
}

fn package(files: &FileSet, path: &RepoPath) -> Option<Package> {
    let folder = path.parent()?;
    let document = lockstep_document::parse("toml", &files.text(path).ok()?).ok()?;
    let name = document.root.path(&["package", "name"])?.as_str()?.to_owned();
    let mut bins: Vec<(String, RepoPath)> = Vec::new();
    let at = |text: &str| probe::file(files, &folder.join(text).ok()?);
    for bin in document.root.get("bin").map_or(&[][..], Node::items) {
        let Some(name) = bin.get("name").and_then(Node::as_str) else { continue };
        let path = match bin.get("path").and_then(Node::as_str) {
            Some(path) => at(path),
            None => at(&format!("src/bin/{name}.rs"))
                .or_else(|| at(&format!("src/bin/{name}/main.rs")))
                .or_else(|| at("src/main.rs")),
        };
        bins.extend(path.map(|path| (name.to_owned(), path)));
    }
    let is_new = |bins: &[(String, RepoPath)], path: &RepoPath| bins.iter().all(|(_, known)| known != path);
    if let Some(main) = at("src/main.rs").filter(|main| is_new(&bins, main)) {
        bins.push((name.clone(), main));
    }
    let others = folder.join("src/bin").ok()?;
    for file in files.under(&others).filter(|file| file.extension() == Some("rs")) {
        let bin = match file.strip_prefix(&others)?.split_once('/') {
            None => file.file_stem().to_owned(),
            Some((bin, "main.rs")) => bin.to_owned(),
            Some(_) => continue,
        };
        if is_new(&bins, file) {
            bins.push((bin, file.clone()));
        }
    }
    (!bins.is_empty()).then_some(Package { folder, name, bins })
}

/// What is looked for, for people.
pub(super) fn expected(case: &Case) -> String {
    match wanted(case) {
        Some(name) => format!("Cargo bin target `{name}`"),
        None => "single Cargo bin target".to_owned(),
    }
}

/// The bin that the manifest names: the build property, a part of `target/lambda/NAME`, or the handler.
fn wanted(case: &Case) -> Option<String> {
    if let Some(binary) = &case.declared.build.binary {
        return Some(binary.clone());
    }
    let written = case.written_path();
    if let Some((_, rest)) = written.split_once("target/lambda/") {
        return rest.split('/').next().map(|name| name.trim_end_matches(".zip").to_owned());
    }
    let handler = case.handler.as_str();
    let handler = handler.rsplit("/release/").next().unwrap_or(handler);
    let handler = handler.split("::").next().unwrap_or(handler);
    let says_nothing =
        matches!(handler, "" | "bootstrap" | "main" | "handler" | "rust.handler" | "index.handler" | "hello.handler");
    // The Rust plugin of the Serverless Framework writes `package.bin`.
    (!says_nothing && !handler.contains('/')).then(|| handler.rsplit('.').next().unwrap_or(handler).to_owned())
}

/// The entry file of `case` in the folder `root`.
pub(super) fn find(case: &Case, root: &RepoPath) -> Option<Entry> {
    let all = case.index.crates(case.files);
    let inside: Vec<&Package> = all.iter().filter(|package| package.folder.starts_with(root)).collect();
    let from_make = by_makefile_target(case, root);
    let named = from_make.clone().or_else(|| wanted(case));
    if let Some(name) = &named
        && let Some(entry) = bin_called(&inside, name)
    {
        let confidence = if from_make.is_some() { Confidence::Artifact } else { Confidence::Exact };
        return Some(Entry { confidence, ..entry });
    }
    // A workspace above the code root, or a package whose sources are the code root.
    if let Some(name) = &named
        && let Some(above) = root.ancestors().skip(1).find(|folder| all.iter().any(|p| p.folder.starts_with(folder)))
    {
        let around: Vec<_> = all.iter().filter(|package| package.folder.starts_with(&above)).collect();
        if let Some(entry) = bin_called(&around, name) {
            return Some(Entry { confidence: Confidence::Artifact, ..entry });
        }
    }
    let bins: Vec<_> = inside.iter().flat_map(|package| &package.bins).collect();
    match bins.as_slice() {
        [(name, path)] => Some(Entry { path: path.clone(), symbol: Some(name.clone()), confidence: Confidence::Exact }),
        [] => root.ancestors().skip(1).find_map(|folder| {
            let package = all.iter().find(|package| package.folder == folder)?;
            let [(name, path)] = package.bins.as_slice() else { return None };
            Some(Entry { path: path.clone(), symbol: Some(name.clone()), confidence: Confidence::Artifact })
        }),
        _ => None,
    }
}

/// The bin called `name` below `folder`; without a name, the only one.
pub(super) fn in_folder(case: &Case, folder: &RepoPath, name: Option<&str>) -> Option<Entry> {
    let packages = case.index.crates(case.files).iter().filter(|package| package.folder.starts_with(folder));
    let packages: Vec<_> = packages.collect();
    let bins: Vec<_> = packages.iter().flat_map(|package| &package.bins).collect();
    match (name, bins.as_slice()) {
        (Some(name), _) => bin_called(&packages, name),
        (None, [(name, path)]) => {
            Some(Entry { path: path.clone(), symbol: Some(name.clone()), confidence: Confidence::Artifact })
        }
        _ => None,
    }
}

/// The only bin of that name in the repository.
pub(super) fn search(case: &Case) -> Option<Entry> {
    let all: Vec<_> = case.index.crates(case.files).iter().collect();
    let entry = bin_called(&all, &wanted(case)?)?;
    Some(Entry { confidence: Confidence::Artifact, ..entry })
}

fn bin_called(packages: &[&Package], name: &str) -> Option<Entry> {
    let same = |a: &str| a.replace('_', "-") == name.replace('_', "-");
    let mut found: Vec<_> = packages.iter().flat_map(|package| &package.bins).filter(|(bin, _)| same(bin)).collect();
    if found.is_empty() {
        let package = packages.iter().filter(|package| same(&package.name) && package.bins.len() == 1);
        found = package.flat_map(|package| &package.bins).collect();
    }
    match found.as_slice() {
        [(bin, path)] => Some(Entry { path: path.clone(), symbol: Some(bin.clone()), confidence: Confidence::Exact }),
        _ => None,
    }
}

/// SAM's `build-LogicalId`: the bin that its recipe builds.
fn by_makefile_target(case: &Case, root: &RepoPath) -> Option<String> {
    let target = case.declared.build.make_target.as_deref()?;
    let text = case.files.text(&root.join("Makefile").ok()?).ok()?;
    let recipe = command::recipe(&text, target)?;
    let commands = command::commands(&recipe, root, false);
    commands.iter().find_map(|command| bin_of(case, command)).or_else(|| {
        // `cp ./target/lambda/NAME/bootstrap $(ARTIFACTS_DIR)`.
        let (_, rest) = recipe.split_once("target/lambda/")?;
        Some(rest.split(['/', ' ', '\n']).next()?.to_owned())
    })
}

/// The bin target that a `cargo build` makes.
pub(super) fn bin_of(case: &Case, command: &Command) -> Option<String> {
    let words = &command.words;
    let cargo = words.iter().any(|word| word == "cargo" || word == "cross") && words.iter().any(|word| word == "build");
    if !cargo {
        return None;
    }
    if let Some(name) = command::option(words, &["--bin", "-p", "--package"]) {
        return Some(name.to_owned());
    }
    let manifest = command::option(words, &["--manifest-path"])?;
    let folder = command.folder.join(command::strip_variables(manifest)).ok()?.parent()?;
    let package = case.index.crates(case.files).iter().find(|package| package.folder == folder)?;
    match package.bins.as_slice() {
        [(name, _)] => Some(name.clone()),
        _ => None,
    }
}
