//! What the projects of a checkout are called, and what they have installed.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_model::{FileSet, RepoPath};

/// Files that give a project its name.
const MANIFESTS: [&str; 3] = ["pyproject.toml", "setup.cfg", "setup.py"];

/// The projects that other projects can install, by the letters of their names: in which folders.
pub(super) fn named(files: &FileSet) -> BTreeMap<String, Vec<RepoPath>> {
    let mut projects: BTreeMap<String, Vec<RepoPath>> = BTreeMap::new();
    for path in files.paths().filter(|path| MANIFESTS.contains(&path.file_name())) {
        let (Some(folder), Ok(text)) = (path.parent(), files.text(path)) else { continue };
        if let Some(name) = name_in(&text) {
            projects.entry(letters(name)).or_default().push(folder);
        }
    }
    projects
}

/// `shop-core` of `name = "shop-core"`, `setup(name="shop-core")` and `name = shop-core`: the first that is given.
fn name_in(text: &str) -> Option<&str> {
    text.match_indices("name").find_map(|(at, word)| {
        let within = text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
        let value = text[at + word.len()..].trim_start_matches([' ', '\t']).strip_prefix('=')?;
        let value = value.trim_start_matches([' ', '\t']);
        let value = match value.strip_prefix(['"', '\'']) {
            Some(quoted) => quoted.split(['"', '\'']).next()?,
            None => value.split(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).next()?,
        };
        (!within && !value.is_empty()).then_some(value)
    })
}

/// What projects take from other folders of the checkout, by the folder of the project: `packages = [{ include = "x", from =
/// "../shared/src" }]`, `x = { path = "../x" }`, and `-e ../x` of requirements files.
pub(super) fn local_roots(files: &FileSet) -> BTreeMap<RepoPath, Vec<RepoPath>> {
    let mut roots: BTreeMap<RepoPath, Vec<RepoPath>> = BTreeMap::new();
    for path in files.paths() {
        let project = path.file_name() == "pyproject.toml";
        if !project && !is_requirements(path) {
            continue;
        }
        let (Some(folder), Ok(text)) = (path.parent(), files.text(path)) else { continue };
        let named: Vec<&str> = if project { tables(&text) } else { text.lines().filter_map(local_path).collect() };
        for name in named {
            let Ok(root) = folder.join(name) else { continue };
            let inner = root.join("src").ok();
            let found = std::iter::once(root).chain(inner).filter(|root| files.is_folder(root) && *root != folder);
            roots.entry(folder.clone()).or_default().extend(found);
        }
    }
    roots
}

/// The folders in the inline tables of a TOML text.
fn tables(text: &str) -> Vec<&str> {
    let inside = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(inside, _)| inside);
    inside.filter_map(|table| ["from", "path"].into_iter().find_map(|key| value_of(key, table))).collect()
}

/// `../x` of `from = "../x"`.
fn value_of<'t>(key: &str, table: &'t str) -> Option<&'t str> {
    table.split(',').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        (name.trim() == key).then(|| value.trim().trim_matches(['"', '\'']))
    })
}

/// `../x` of `-e ../x[all]`.
fn local_path(line: &str) -> Option<&str> {
    let line = line.trim();
    let path = line.strip_prefix("-e ").or_else(|| line.strip_prefix("--editable ")).unwrap_or(line).trim_start();
    let path = path.split(['[', ';', '#', ' ']).next().unwrap_or(path);
    path.starts_with("./").then_some(path).or_else(|| path.starts_with("../").then_some(path))
}

fn is_requirements(path: &RepoPath) -> bool {
    path.file_name().starts_with("requirements") && path.extension() == Some("txt")
}

/// What requirements files ask for: a module of such a name in the repository is something else.
pub(super) fn installed(files: &FileSet) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in files.paths() {
        if !is_requirements(path) {
            continue;
        }
        let Ok(text) = files.text(path) else { continue };
        for line in text.lines() {
            let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))).unwrap_or(line.len());
            // `./libs/core` and `-e .` are of this repository.
            if !line[..end].starts_with(['.', '-']) && !line[end..].starts_with(['/', ':']) {
                names.insert(normal(&line[..end]));
            }
        }
    }
    names
}

/// The name by which a package is imported, as far as the name tells by which it is installed.
pub(super) fn normal(name: &str) -> String {
    name.to_ascii_lowercase().replace(['-', '.'], "_")
}

/// What two spellings of the name of one project have in common: `Shop Core`, `shop-core`, `shop_core`, `ShopCore`.
pub(super) fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_take_from_other_folders() {
        let files = FileSet::from_texts([
            (
                "a/pyproject.toml",
                "packages = [{include = \"a\"}, {include = \"common\", from = \"../shared/src\"}]\nx = {path = '../x', develop = true}\n",
            ),
            ("a/requirements.txt", "boto3\n-e ../y[all]\n../../../outside\n./gone\n"),
            ("shared/src/common/__init__.py", ""),
            ("x/src/x.py", ""),
            ("y/y.py", ""),
        ]);
        let roots = local_roots(&files);
        let of_a: Vec<_> = roots.values().flatten().map(RepoPath::as_str).collect();
        assert_eq!(of_a, ["shared/src", "x", "x/src", "y"]);
    }

    #[test]
    fn projects_are_called_what_their_manifests_say() {
        let cases = [
            ("[project]\nname = \"shop-core\"\n", Some("shop-core")),
            ("[tool.poetry]\nname='shop'\n", Some("shop")),
            ("from setuptools import setup\nsetup(name=\"My Helper\", packages=['MyHelper'])\n", Some("My Helper")),
            ("[metadata]\nname = shop.money\n", Some("shop.money")),
            ("[project]\nfilename = \"a\"\nname = \"b\"\n", Some("b")),
            ("[tool.ruff]\n", None),
        ];
        for (text, expected) in cases {
            assert_eq!(name_in(text), expected, "{text}");
        }
    }
}
