//! Manifests of packages: whether only the lists of dependencies differ.
//!
//! A dependency is what is installed, by whom, and what the code runs on: the lists, the version of the package itself,
//! `packageManager`, `engines`, the language's version. Anything else (scripts, entry points, exports, features, plugins
//! of the build, members of a workspace) says how the thing is built: configuration.

use lockstep_document::{Node, Value};
use lockstep_model::{ChangeKind, RepoPath};

use super::{data, text, xml};

/// Where dependencies stand in a manifest: keys from the root, `*` for any.
type Places = &'static [&'static str];

const NODE: Places = &[
    "dependencies",
    "devDependencies",
    "peerDependencies",
    "peerDependenciesMeta",
    "optionalDependencies",
    "bundledDependencies",
    "bundleDependencies",
    "dependenciesMeta",
    "resolutions",
    "overrides",
    "pnpm",
    "version",
    "packageManager",
    "engines",
    "volta",
    "devEngines",
];
const CARGO: Places = &[
    "dependencies",
    "dev-dependencies",
    "build-dependencies",
    "target.*.dependencies",
    "target.*.dev-dependencies",
    "target.*.build-dependencies",
    "workspace.dependencies",
    "patch",
    "replace",
    "package.version",
    "package.rust-version",
    "workspace.package.version",
    "workspace.package.rust-version",
];
const PYTHON: Places = &[
    "project.dependencies",
    "project.optional-dependencies",
    "project.requires-python",
    "project.version",
    "dependency-groups",
    "build-system.requires",
    "tool.poetry.dependencies",
    "tool.poetry.dev-dependencies",
    "tool.poetry.group",
    "tool.poetry.version",
    "tool.poetry.source",
    "tool.uv",
    "tool.pdm.dev-dependencies",
];
const PHP: Places = &["require", "require-dev", "version", "minimum-stability", "conflict", "replace"];
/// What is for people, in any of these.
const PROSE: Places = &[
    "description",
    "keywords",
    "author",
    "authors",
    "contributors",
    "maintainers",
    "license",
    "homepage",
    "bugs",
    "funding",
    "repository",
    "package.description",
    "package.authors",
    "package.keywords",
    "package.categories",
    "package.license",
    "package.repository",
    "package.homepage",
    "project.description",
    "project.authors",
    "project.keywords",
    "project.classifiers",
    "project.urls",
    "tool.poetry.description",
    "tool.poetry.authors",
];

/// The kind of a change that adds or deletes a list of dependencies: where more than that stands in it, something is
/// built anew, or no more.
pub(super) fn kind_of_one(path: &RepoPath) -> ChangeKind {
    const BUILDS: [&str; 9] = [
        "package.json",
        "cargo.toml",
        "pyproject.toml",
        "composer.json",
        "go.mod",
        "build.gradle",
        "build.gradle.kts",
        "build.sbt",
        "pom.xml",
    ];
    let name = path.file_name().to_ascii_lowercase();
    let builds = BUILDS.contains(&name.as_str()) || name.ends_with("proj");
    if builds { ChangeKind::Configuration } else { ChangeKind::Dependency }
}

/// The kind of a change of a list of dependencies; none if a version of it does not parse.
pub(super) fn kind(path: &RepoPath, before: &str, after: &str) -> Option<ChangeKind> {
    let name = path.file_name().to_ascii_lowercase();
    let places = match name.as_str() {
        "package.json" => NODE,
        "cargo.toml" => CARGO,
        "pyproject.toml" => PYTHON,
        "composer.json" => PHP,
        "go.mod" => return Some(text::kind_of_go_mod(before, after)),
        "build.gradle" | "build.gradle.kts" => return Some(text::kind_of_gradle(before, after)),
        "build.sbt" => return Some(text::kind_of_sbt(before, after)),
        "pom.xml" => return xml::kind(xml::MAVEN, before, after),
        _ if name.ends_with("proj") => return xml::kind(xml::MSBUILD, before, after),
        _ => return Some(ChangeKind::Dependency),
    };
    let (mut before, mut after) = data::trees(path, before, after)?;
    if data::same(&before, &after) {
        return Some(ChangeKind::Cosmetic);
    }
    [PROSE, places].iter().for_each(|places| drop_all(&mut before, places));
    [PROSE, places].iter().for_each(|places| drop_all(&mut after, places));
    Some(if data::same(&before, &after) { ChangeKind::Dependency } else { ChangeKind::Configuration })
}

fn drop_all(root: &mut Node, places: Places) {
    for place in places {
        drop_at(root, &place.split('.').collect::<Vec<_>>());
    }
}

fn drop_at(node: &mut Node, keys: &[&str]) {
    let (Value::Map(entries), [first, rest @ ..]) = (&mut node.value, keys) else { return };
    let named = |text: &str| *first == "*" || text == *first;
    if rest.is_empty() {
        entries.retain(|(key, _)| !named(&key.text));
    } else {
        entries.iter_mut().filter(|(key, _)| named(&key.text)).for_each(|(_, value)| drop_at(value, rest));
    }
}
