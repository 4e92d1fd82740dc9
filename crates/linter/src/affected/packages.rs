//! Packages from outside: another version by the lock file, another list of dependencies, or another package used.

use std::collections::BTreeSet;

use lockstep_model::{Closure, DeployReasonKind, Function, RepoPath};

use super::{
    Reasons,
    compare::Compared,
    lockfiles::{self, Lock},
};

/// Lists of dependencies, by the language that reads them. Where several are in one folder, all count.
const LISTS: [(&str, &[&str]); 10] = [
    (
        "typescript",
        &["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "deno.lock"],
    ),
    ("python", &["poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock"]),
    ("rust", &["Cargo.lock"]),
    ("go", &["go.sum", "go.mod", "go.work.sum"]),
    ("ruby", &["Gemfile.lock"]),
    ("php", &["composer.lock"]),
    ("csharp", &["packages.lock.json"]),
    ("java", &["gradle.lockfile", "buildscript-gradle.lockfile"]),
    ("kotlin", &["gradle.lockfile", "buildscript-gradle.lockfile"]),
    ("scala", &["build.sbt.lock"]),
];

/// Adds the reasons in packages from outside.
pub(super) fn reasons(
    (old_function, old): (&Function, &Closure),
    (function, closure): (&Function, &Closure),
    compared: &Compared<'_>,
    reasons: &mut Reasons,
) {
    let Some(entry) = function.entry.as_ref().map(|entry| &entry.path) else { return };
    let language = lockstep_codegraph::language_of(entry).map_or("", |language| language.name());
    let used: BTreeSet<&str> = old.external.iter().chain(&closure.external).map(String::as_str).collect();
    another_package(old, closure, entry, reasons);
    if used.is_empty() && !language.is_empty() {
        return;
    }
    for list in lists(language, entry, compared) {
        changed_list(&list, language, &used, compared, reasons);
    }
    if language == "python" || language.is_empty() {
        for list in requirements(&[old_function, function], entry, compared) {
            changed_lines(&list, compared, reasons);
        }
    }
    if language == "typescript" {
        changed_manifest(entry, &used, compared, reasons);
    }
}

/// A package that only one of the states uses: the file that imports it changed, and says so too.
fn another_package(old: &Closure, new: &Closure, entry: &RepoPath, reasons: &mut Reasons) {
    let only = |mine: &Closure, other: &Closure| -> Vec<String> {
        mine.external.iter().filter(|name| other.external.binary_search(name).is_err()).cloned().collect()
    };
    let names = [only(old, new), only(new, old)].concat();
    if !names.is_empty() {
        reasons.add(DeployReasonKind::Dependencies, entry, names);
    }
}

/// The lists of dependencies in the nearest folder upwards that has one.
fn lists(language: &str, entry: &RepoPath, compared: &Compared<'_>) -> Vec<RepoPath> {
    let names = LISTS.iter().filter(|(of, _)| *of == language || language.is_empty()).flat_map(|(_, names)| *names);
    let names: BTreeSet<&&str> = names.collect();
    let in_folder = |folder: RepoPath| -> Option<Vec<RepoPath>> {
        let lists = names.iter().filter_map(|name| folder.join(name).ok());
        let lists: Vec<RepoPath> = lists.filter(|path| compared.exists(path)).collect();
        (!lists.is_empty()).then_some(lists)
    };
    entry.ancestors().skip(1).find_map(in_folder).unwrap_or_default()
}

/// A lock file that names other versions: of what the function uses, where that can be told.
fn changed_list(
    path: &RepoPath,
    language: &str,
    used: &BTreeSet<&str>,
    compared: &Compared<'_>,
    reasons: &mut Reasons,
) {
    if !compared.differs(path) {
        return;
    }
    let (old, new) = compared.texts(path);
    let read = |text: Option<std::sync::Arc<str>>| lockfiles::read(path, &text?);
    let (Some(old), Some(new)) = (read(old), read(new)) else {
        if compared.says_something_else(path) {
            reasons.add(DeployReasonKind::Dependencies, path, []);
        }
        return;
    };
    let changed = lockfiles::changed(&old, &new);
    let concerned: Vec<String> = match language {
        "typescript" | "rust" => {
            let needed = needed(&old, &new, used);
            changed.into_iter().filter(|name| needed.contains(name)).collect()
        }
        // What a module is called in code does not tell the package that it comes from.
        _ => changed.into_iter().collect(),
    };
    if !concerned.is_empty() {
        reasons.add(DeployReasonKind::Dependencies, path, concerned);
    }
}

/// All that the packages `used` need in either state. Rust writes `-` as `_`.
fn needed(old: &Lock, new: &Lock, used: &BTreeSet<&str>) -> BTreeSet<String> {
    let names: Vec<&str> = [old, new]
        .into_iter()
        .flat_map(|lock| lock.keys())
        .map(String::as_str)
        .filter(|name| used.contains(name) || used.contains(name.replace('-', "_").as_str()))
        .collect();
    let mut needed = lockfiles::needed(old, names.iter().copied());
    needed.extend(lockfiles::needed(new, names.iter().copied()));
    needed
}

/// Requirements files in the code root, and in the nearest folder upwards from the entry that has one.
fn requirements(states: &[&Function], entry: &RepoPath, compared: &Compared<'_>) -> BTreeSet<RepoPath> {
    let is_list = |path: &&RepoPath| {
        let name = path.file_name();
        matches!(path.extension(), Some("txt" | "in")) && name.starts_with("requirements") && !name.contains("dev")
            || matches!(name, "Pipfile" | "pyproject.toml" | "setup.py" | "setup.cfg")
    };
    let roots: Vec<RepoPath> = states.iter().filter_map(|function| function.code_root.clone()).collect();
    let near = |path: &&RepoPath| {
        let folder = path.parent().unwrap_or_else(RepoPath::root);
        roots.contains(&folder) || entry.starts_with(&folder)
    };
    compared.differing().into_iter().filter(is_list).filter(near).cloned().collect()
}

/// A list with one package a line.
fn changed_lines(path: &RepoPath, compared: &Compared<'_>, reasons: &mut Reasons) {
    if !compared.says_something_else(path) {
        return;
    }
    let (old, new) = compared.texts(path);
    let lines = |text: &Option<std::sync::Arc<str>>| -> BTreeSet<String> {
        text.iter().flat_map(|text| text.lines()).map(|line| line.trim().to_owned()).collect()
    };
    let (old, new) = (lines(&old), lines(&new));
    let name = |line: &String| -> Option<String> {
        let name: String = line.chars().take_while(|c| c.is_alphanumeric() || "._-".contains(*c)).collect();
        (path.extension() == Some("txt") && !name.is_empty()).then_some(name)
    };
    reasons.add(DeployReasonKind::Dependencies, path, old.symmetric_difference(&new).filter_map(name));
}

/// A package's manifest that asks for other versions of what the function uses, where no lock file tells more.
fn changed_manifest(entry: &RepoPath, used: &BTreeSet<&str>, compared: &Compared<'_>, reasons: &mut Reasons) {
    for folder in entry.ancestors().skip(1) {
        let Ok(path) = folder.join("package.json") else { continue };
        if !compared.differs(&path) {
            continue;
        }
        let (old, new) = compared.trees(&path);
        let version = |tree: &Option<lockstep_document::Node>, name: &str| {
            ["dependencies", "optionalDependencies", "peerDependencies"]
                .iter()
                .find_map(|field| tree.as_ref()?.path(&[field, name])?.as_text().map(str::to_owned))
        };
        let changed: Vec<String> = used
            .iter()
            .filter(|name| version(&old, name) != version(&new, name))
            .map(|name| (*name).to_owned())
            .collect();
        if !changed.is_empty() {
            reasons.add(DeployReasonKind::Dependencies, &path, changed);
        }
    }
}
