//! Which files say nothing about a change, by the experiment that calibrated the measure: lock files, lists of versions,
//! documents and pictures, and the settings of editors and formatters.
//!
//! [`super::Truth::Any`] counts everything else. It judges by the path alone and by this list, not by the kinds of changes
//! that the rest of the tool knows, so that its figures can be compared with those that were published, and do not move
//! when kinds are told better.

use lockstep_model::RepoPath;

const NAMES: &str = "package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml go.sum go.mod cargo.lock poetry.lock \
    uv.lock pipfile.lock gemfile.lock composer.lock gradle.lockfile packages.config pom.xml .gitignore .dockerignore .npmrc \
    .nvmrc .editorconfig .snyk codeowners";
const STARTS: &str = "changelog license notice readme .prettier .eslint";
const EXTENSIONS: &str = "csproj md png jpg jpeg gif svg ico snap";

/// True for a file whose changes are noise.
pub(crate) fn is_noise(path: &RepoPath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let between = |start: &str, ends: &[&str]| name.starts_with(start) && ends.contains(&extension);
    NAMES.split_ascii_whitespace().any(|known| known == name)
        || STARTS.split_ascii_whitespace().any(|start| name.starts_with(start))
        || EXTENSIONS.split_ascii_whitespace().any(|known| known == extension)
        || between("requirements", &["txt", "in"])
        || between("directory.", &["props"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_that_of_the_experiment() {
        let cases = [
            ("a/package-lock.json", true),
            ("a/package.json", false),
            ("README", true),
            ("src/ReadmeService.cs", true),
            ("Api/Api.csproj", true),
            ("requirements-dev.txt", true),
            ("Directory.Build.props", true),
            ("a/b.props", false),
            ("docs/flow.svg", true),
            ("__snapshots__/a.ts.snap", true),
            ("build.gradle", false),
            ("handler.ts", false),
            (".eslintrc.json", true),
        ];
        for (path, expected) in cases {
            assert_eq!(is_noise(&RepoPath::new(path).unwrap()), expected, "{path}");
        }
    }
}
