//! What builds the package of a function: compilers' and bundlers' settings, build scripts, images.

use lockstep_model::{DeployReasonKind, Function, RepoPath};

use super::{Reasons, compare::Compared};

/// Settings that count from the folder of the entry upwards to the root, by language; a name may end with `*`.
const UPWARDS: [(&str, &[&str]); 9] = [
    (
        "typescript",
        &[
            "tsconfig*",
            "babel.config.*",
            ".babelrc*",
            ".swcrc",
            "webpack.config.*",
            "esbuild.*",
            "rollup.config.*",
            "vite.config.*",
            "tsup.config.*",
        ],
    ),
    ("python", &["setup.py", ".python-version"]),
    ("go", &["go.work", ".go-version"]),
    ("rust", &["Cargo.toml", "rust-toolchain", "rust-toolchain.toml", "build.rs"]),
    ("java", JVM),
    ("kotlin", JVM),
    ("scala", JVM),
    (
        "csharp",
        &["*.csproj", "Directory.Build.*", "Directory.Packages.props", "global.json", "aws-lambda-tools-defaults.json"],
    ),
    ("ruby", &[".ruby-version"]),
];

const JVM: &[&str] = &[
    "pom.xml",
    "build.gradle*",
    "settings.gradle*",
    "gradle.properties",
    "libs.versions.toml",
    "build.sbt",
    "build.properties",
    "plugins.sbt",
    "Dependencies.scala",
];

/// What builds the one package of a folder.
const IN_CODE_ROOT: [&str; 6] = ["Dockerfile*", "Makefile", "makefile", "build.sh", "build.js", "build.mjs"];

/// Fields of `package.json` that say how code is loaded and bundled.
const LOADING: [&str; 7] = ["type", "main", "module", "exports", "imports", "sideEffects", "browser"];

/// Adds the reasons in what builds the function.
pub(super) fn reasons(function: &Function, compared: &Compared<'_>, reasons: &mut Reasons) {
    let entry = function.entry.as_ref().map(|entry| &entry.path);
    let start = entry.and_then(RepoPath::parent).or_else(|| function.code_root.clone());
    let Some(start) = start else { return };
    let language = entry.and_then(lockstep_codegraph::language_of).map_or("", |language| language.name());
    let upwards = UPWARDS.iter().filter(|(of, _)| *of == language).flat_map(|(_, names)| *names);
    let upwards: Vec<&str> = upwards.copied().collect();
    for path in compared.differing() {
        let Some(folder) = path.parent() else { continue };
        // Version catalogues and plugins of a build lie in folders beside what they build.
        let beside = matches!(folder.file_name(), "gradle" | "project").then(|| folder.parent()).flatten();
        let above = start.starts_with(&folder) || beside.is_some_and(|folder| start.starts_with(&folder));
        let of_package = function.code_root.as_ref() == Some(&folder) || start == folder;
        let builds = (above && is_one_of(path.file_name(), &upwards))
            || (of_package && is_one_of(path.file_name(), &IN_CODE_ROOT))
            || (above
                && language == "typescript"
                && path.file_name() == "package.json"
                && loads_otherwise(path, compared));
        if builds && compared.says_something_else(path) {
            reasons.add(DeployReasonKind::Build, path, []);
        }
    }
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| match (known.strip_suffix('*'), known.strip_prefix('*')) {
        (Some(start), _) => name.starts_with(start),
        (_, Some(end)) => name.ends_with(end),
        _ => name == *known,
    })
}

fn loads_otherwise(path: &RepoPath, compared: &Compared<'_>) -> bool {
    let (Some(old), Some(new)) = compared.trees(path) else { return true };
    LOADING.iter().any(|field| match (old.get(field), new.get(field)) {
        (Some(old), Some(new)) => !old.says_the_same(new),
        (old, new) => old.is_some() != new.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_begin_or_end_alike() {
        let names = ["tsconfig*", "*.csproj", "pom.xml"];
        for name in ["tsconfig.json", "tsconfig.build.json", "Shop.csproj", "pom.xml"] {
            assert!(is_one_of(name, &names), "{name}");
        }
        assert!(!is_one_of("a.pom.xml", &names));
    }
}
