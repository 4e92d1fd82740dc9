//! Artefacts that are not in the checkout (zip, jar, S3 keys): which folder they are made from, told by their names, by
//! the layout of the build tool, or by a script that mentions them.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_model::{Confidence, Entry, FileSet, RepoPath};

use super::{
    Case, Family, Index,
    command::{self, Command},
    node, probe,
    roots::Root,
};

/// Where build tools put archives below a module.
const BUILD_OUTPUTS: &[&str] = &[
    "/build/distributions/",
    "/build/libs/",
    "/target/lambda/",
    "/target/",
    "/.aws-sam/",
    "/bin/Release/",
    "/dist/",
    "/out/",
    "/build/",
    "/deploy/",
    "/.serverless/",
    "/package/",
];

/// Words that archives are called by and that say nothing.
const NO_NAMES: &[&str] = &[
    "",
    "lambda",
    "function",
    "package",
    "code",
    "bootstrap",
    "index",
    "sourcecode",
    "target",
    "deployment",
    "handler",
    "app",
    "main",
    "dist",
    "build",
    "artifact",
    "artifacts",
    "latest",
    "out",
    "zip",
    "jar",
    "src",
    "bundle",
    "archive",
    "service",
];

/// Words around a name that say nothing.
const AFFIXES: &[&str] = &["lambda", "function", "handler", "fn"];

/// Scripts larger than this are data.
const LARGEST_SCRIPT: usize = 500_000;

/// True for what is an archive by its name.
pub(super) fn is_archive(path: &str) -> bool {
    [".zip", ".jar", ".war", ".tar.gz", ".tgz", ".nupkg"].iter().any(|extension| path.ends_with(extension))
}

/// True for files that may say how an artefact is made.
pub(super) fn is_build_script(path: &RepoPath) -> bool {
    let name = path.file_name();
    let script = matches!(path.extension(), Some("sh" | "bash" | "mk" | "ps1" | "gradle"));
    let workflow = path.as_str().contains(".github/workflows/") || name == "buildspec.yml" || name == ".gitlab-ci.yml";
    script
        || workflow
        || matches!(name, "Makefile" | "makefile" | "package.json" | "Justfile" | "Taskfile.yml" | "build.xml")
}

/// The folder of the module whose build tool makes `path`: `ipv-api/build/distributions/ipv-api.zip` → `ipv-api`.
pub(super) fn module_folders(case: &Case, path: &str) -> Vec<Root> {
    let slashed = format!("/{}", path.trim_start_matches("./"));
    let mut found = Vec::new();
    for output in &BUILD_OUTPUTS[..6] {
        let Some(at) = slashed.find(output) else { continue };
        let module = slashed[1..].get(..at.saturating_sub(1)).unwrap_or("");
        let plain = module.trim_start_matches("../");
        for base in case.base.ancestors() {
            for module in [module, plain] {
                let Ok(folder) = base.join(module) else { continue };
                let known = found.iter().any(|root: &Root| root.folder == folder);
                // A module has a name: without one, only the manifest's own folder is meant.
                let named = !module.trim_start_matches("../").is_empty() || base == case.base;
                if named && !known && case.files.is_folder(&folder) {
                    found.push(Root { folder, confidence: Confidence::Artifact });
                }
            }
        }
        break;
    }
    found.sort_by_key(|root| !is_module(case, &root.folder));
    found
}

/// Files by which build tools know their modules.
const MODULE: [&str; 6] = ["build.gradle", "build.gradle.kts", "build.sbt", "Cargo.toml", "package.json", "pom.xml"];

/// True for the folder of a module; one that is only called like it is none.
fn is_module(case: &Case, folder: &RepoPath) -> bool {
    MODULE.iter().any(|file| folder.join(file).is_ok_and(|path| case.files.is_file(&path)))
}

/// The folders that the name of the artefact, or a script that mentions it, leads to. Only such as hold the handler.
pub(super) fn folders(case: &Case, path: &str) -> Vec<Root> {
    let families = Family::candidates(case);
    let holds = |folder: &RepoPath| families.iter().any(|family| family.find(case, folder).is_some());
    let unique = |folders: Vec<RepoPath>| {
        let holding: Vec<_> = folders.into_iter().filter(|folder| holds(folder)).collect();
        probe::nearest(&holding, &case.base).or_else(|| outermost(&holding)).cloned()
    };
    let by_script = unique(script_folders(case, path));
    let found = by_script.or_else(|| names(path).into_iter().find_map(|name| unique(folders_called(case, &name))));
    found.map(|folder| Root { folder, confidence: Confidence::Artifact }).into_iter().collect()
}

/// The one of `folders` whose whole path below some folder is what the others end with: `h/show` beside `h/me/show`. Those
/// are called by longer names.
fn outermost(folders: &[RepoPath]) -> Option<&RepoPath> {
    let shortest = folders.iter().min_by_key(|folder| folder.components().count())?;
    let others = || folders.iter().filter(|other| *other != shortest);
    let is_below = |above: RepoPath| {
        let path = shortest.strip_prefix(&above).unwrap_or_default();
        others().all(|other| other.strip_prefix(&above).is_some_and(|inside| inside.ends_with(&format!("/{path}"))))
    };
    shortest.ancestors().skip(1).any(is_below).then_some(shortest)
}

fn folders_called(case: &Case, name: &str) -> Vec<RepoPath> {
    case.index.folders(case.files).get(name).cloned().unwrap_or_default()
}

/// The folders whose last parts spell the name of an image or an artefact and that `holds` is true for.
pub(super) fn folders_named_like(
    files: &FileSet,
    index: &Index,
    name: &str,
    holds: impl Fn(&RepoPath) -> bool,
) -> Vec<RepoPath> {
    let called = |name: String| -> Vec<RepoPath> {
        let found = index.folders(files).get(&name).into_iter().flatten();
        found.filter(|folder| holds(folder)).cloned().collect()
    };
    names(name).into_iter().map(called).find(|found| !found.is_empty()).unwrap_or_default()
}

/// The source file that the artefact is called after, where bundles are: `out/spendPoints/spendPoints.zip`.
pub(super) fn source_file(case: &Case, path: &str) -> Option<Entry> {
    let (_, symbol) = case.handler.rsplit_once('.')?;
    let families = Family::candidates(case);
    let extensions: &[&str] = match families.first()? {
        Family::Node => node::EXTENSIONS,
        Family::Python => &["py"],
        _ => return None,
    };
    let name = names(path).into_iter().next()?;
    let called = |file: &&RepoPath| {
        file.extension().is_some_and(|extension| extensions.contains(&extension))
            && normal(file.file_stem()) == name
            && !probe::is_side_folder(file)
    };
    let found: Vec<_> =
        case.files.paths().filter(called).filter(|file| probe::may_define(case.files, file, symbol)).collect();
    let file = probe::nearest(found, &case.base)?;
    Some(Entry { path: file.clone(), symbol: Some(symbol.to_owned()), confidence: Confidence::Artifact })
}

/// The folder above the build output that the artefact lies in, if it has a package of its own.
pub(super) fn package_around(case: &Case, path: &str) -> Option<RepoPath> {
    let slashed = format!("/{}", path.trim_start_matches("./"));
    let at = BUILD_OUTPUTS.iter().filter_map(|output| slashed.find(output)).min()?;
    let folder = case.base.join(slashed[..at].trim_start_matches('/')).ok()?;
    case.files.is_folder(&folder).then_some(folder)
}

/// The folder of an archive that was committed: what it was packed from lies beside it, as a rule.
pub(super) fn folder_of_committed(case: &Case, path: &str) -> Option<RepoPath> {
    probe::file(case.files, &case.base.join(path).ok()?)?.parent()
}

/// Letters and digits only, small.
pub(super) fn normal(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The normal forms that a folder of the artefact's code may have, surest first.
pub(super) fn names(path: &str) -> Vec<String> {
    let mut names = Vec::new();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != "*").collect();
    // Where the file says nothing (`lambda.zip`), the folder around it does.
    for part in parts.iter().rev().take(2) {
        let stem =
            [".tar.gz", ".tgz", ".zip", ".jar", ".war"].iter().find_map(|ext| part.strip_suffix(ext)).unwrap_or(part);
        let stem = stem.split("-*").next().unwrap_or(stem).replace('*', "");
        let whole = normal(&stem);
        for name in std::iter::once(whole.as_str()).chain(
            AFFIXES
                .iter()
                .flat_map(|affix| [whole.strip_suffix(affix), whole.strip_prefix(affix)].into_iter().flatten()),
        ) {
            if !NO_NAMES.contains(&name) && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        if !names.is_empty() {
            break;
        }
    }
    names
}

/// Every folder under each normal form of its last parts: `src/handlers/articles/recent` is called `recent`,
/// `articlesrecent`, and so on.
pub(super) fn folders_by_name(files: &FileSet) -> BTreeMap<String, Vec<RepoPath>> {
    let mut folders: BTreeMap<RepoPath, ()> = BTreeMap::new();
    for file in files.paths() {
        for folder in file.ancestors().skip(1) {
            if folders.insert(folder, ()).is_some() {
                break;
            }
        }
    }
    let mut by_name: BTreeMap<String, Vec<RepoPath>> = BTreeMap::new();
    for folder in folders.into_keys().filter(|folder| !folder.is_root() && !probe::is_side_folder(folder)) {
        let parts: Vec<&str> = folder.components().collect();
        let mut name = String::new();
        for part in parts.iter().rev().take(8) {
            name = normal(part) + &name;
            let known = by_name.entry(name.clone()).or_default();
            if known.last() != Some(&folder) {
                known.push(folder.clone());
            }
        }
    }
    by_name
}

/// The folders that build scripts name where they make the artefact.
fn script_folders(case: &Case, path: &str) -> Vec<RepoPath> {
    let Some(name) = path.rsplit('/').next().filter(|name| is_archive(name) && !name.contains('*')) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for script in case.index.scripts(case.files) {
        let Ok(text) = case.files.text(script) else { continue };
        if text.len() > LARGEST_SCRIPT || !text.contains(name) {
            continue;
        }
        let lines: Vec<&str> = text.lines().collect();
        for at in (0..lines.len()).filter(|at| names_file(lines[*at], name)) {
            // The commands that make an archive stand just above the one that packs it.
            let start = (at.saturating_sub(8)..at)
                .rev()
                .find(|line| {
                    lines[*line].trim().is_empty() || lines[*line].contains(".zip") || lines[*line].contains(".jar")
                })
                .map_or(at.saturating_sub(8), |line| line + 1);
            let block = lines[start..=at].join("\n");
            let home = script.parent().unwrap_or_else(RepoPath::root);
            // Each line of a Makefile starts where the Makefile is; a script stays where `cd` led it.
            for command in command::commands(&block, &home, script.extension() == Some("sh")) {
                add_folders(case, &command, &mut found);
            }
            for line in &lines[start..=at] {
                let words = command::words(line);
                add_folders(case, &Command { folder: home.clone(), words }, &mut found);
            }
        }
    }
    found
}

fn names_file(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-')
    })
}

/// The only folder of the repository whose path ends with what stands behind a variable: `$source_dir/operators/test`.
fn below_a_variable(case: &Case, written: &str) -> Option<RepoPath> {
    let (_, rest) = written.split_once('/').filter(|(variable, _)| variable.starts_with('$'))?;
    let end = format!("/{}", rest.trim_matches('/'));
    let folders = case.files.paths().filter_map(RepoPath::parent).filter(|folder| format!("/{folder}").ends_with(&end));
    let ending: BTreeSet<RepoPath> = folders.collect();
    if ending.len() == 1 { ending.into_iter().next() } else { None }
}

/// The folders of sources that the words of a command mean, seen from where it runs or from a folder above.
fn add_folders(case: &Case, command: &Command, found: &mut Vec<RepoPath>) {
    for written in &command.words {
        let word = command::strip_variables(written).trim_end_matches([',', ';', ')']).trim_end_matches("/*");
        if let Some(folder) = below_a_variable(case, written).filter(|folder| !found.contains(folder)) {
            found.push(folder);
        }
        if word.len() < 2 || is_archive(word) || word.starts_with('-') || !word.contains(['/', '.', '_', '-']) {
            continue;
        }
        for base in command.folder.ancestors() {
            let Ok(path) = base.join(word) else { break };
            if path.is_root() || path == base {
                continue;
            }
            let folder = if case.files.is_folder(&path) {
                Some(path)
            } else {
                probe::file(case.files, &path).and_then(|file| file.parent())
            };
            if let Some(folder) = folder.filter(|folder| !folder.is_root()) {
                if !found.contains(&folder) {
                    found.push(folder);
                }
                break;
            }
        }
    }
}
