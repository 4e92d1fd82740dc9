//! What build files say: the folders that are modules, the modules that each depends on, the libraries that are used.
//!
//! Nothing is executed. Build files are programs in part; what is read of them are the forms that people write: names of
//! projects, of folders, of artifacts.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_model::{FileSet, RepoPath};

use self::{gradle::Gradle, maven::Maven, sbt::Sbt};

mod gradle;
mod maven;
mod sbt;

/// What all build files of a repository say.
#[derive(Debug, Default)]
pub(super) struct Builds {
    /// The modules, by their folders.
    pub(super) folders: BTreeSet<RepoPath>,
    /// The modules that a module depends on.
    pub(super) dependencies: BTreeMap<RepoPath, BTreeSet<RepoPath>>,
    /// The folders in which whole builds begin.
    roots: BTreeSet<RepoPath>,
    /// Artifacts by their groups.
    libraries: BTreeMap<String, BTreeSet<String>>,
}

impl Builds {
    /// Reads those of `files`.
    pub(super) fn read(files: &FileSet) -> Self {
        let mut builds = Self::default();
        builds.folders.insert(RepoPath::root());
        let (mut gradle, mut maven, mut sbt) = (Gradle::default(), Maven::default(), Sbt::default());
        for path in files.paths() {
            let Some(folder) = path.parent() else { continue };
            match path.file_name() {
                "settings.gradle" | "settings.gradle.kts" => {
                    builds.roots.insert(folder.clone());
                    builds.folders.insert(folder.clone());
                    gradle.settings(&folder, &text(files, path));
                }
                "build.gradle" | "build.gradle.kts" => gradle.build(&folder, text(files, path).to_string()),
                "pom.xml" => maven.pom(&folder, &text(files, path)),
                "build.sbt" => {
                    builds.roots.insert(folder.clone());
                    builds.folders.insert(folder.clone());
                    sbt.build(&folder, &text(files, path), files);
                }
                name if name.ends_with(".versions.toml") => builds.libraries_in(&text(files, path)),
                _ if folder.file_name() == "project" && path.extension() == Some("scala") => {
                    builds.libraries_in(&text(files, path));
                    let around = folder.parent().unwrap_or_else(RepoPath::root);
                    sbt.build(&around, &text(files, path), files);
                }
                _ => {}
            }
            if matches!(path.extension(), Some("java" | "kt" | "scala")) {
                // A folder with `src/main` is a module, whatever builds it.
                builds.folders.extend(around_sources(path));
            }
        }
        gradle.finish(&mut builds);
        maven.finish(&mut builds);
        sbt.finish(&mut builds);
        builds
    }

    /// The folder of the build that a module belongs to.
    pub(super) fn root_of(&self, folder: &RepoPath) -> RepoPath {
        folder.ancestors().find(|folder| self.roots.contains(folder)).unwrap_or_else(RepoPath::root)
    }

    /// See [`super::Modules::library`].
    pub(super) fn library(&self, name: &[&str]) -> String {
        let package = name.iter().take_while(|part| part.starts_with(|first: char| !first.is_uppercase())).count();
        let package = &name[..package];
        for length in (1..=package.len()).rev() {
            let group = package[..length].join(".");
            let Some(artifacts) = self.libraries.get(&group) else { continue };
            let words =
                |artifact: &&String| artifact.split(['-', '_', '.']).any(|word| package[length..].contains(&word));
            return match artifacts.iter().collect::<Vec<_>>().as_slice() {
                [only] => format!("{group}:{only}"),
                several => match several.iter().find(|artifact| words(artifact)) {
                    Some(artifact) => format!("{group}:{artifact}"),
                    None => group,
                },
            };
        }
        let domain =
            matches!(package.first(), Some(&("com" | "org" | "net" | "io" | "dev" | "uk" | "co" | "software")));
        package[..package.len().min(if domain { 3 } else { 2 })].join(".")
    }

    fn library_named(&mut self, group: &str, artifact: &str) {
        let sound =
            |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
        if sound(group) && sound(artifact) && group.len() < 200 {
            self.libraries.entry(group.to_owned()).or_default().insert(artifact.to_owned());
        }
    }

    /// Notes the libraries that a text names: `"group:artifact:version"`, `"group" %% "artifact"`.
    fn libraries_in(&mut self, text: &str) {
        for line in text.lines() {
            let quoted: Vec<&str> = line.split(['"', '\'']).skip(1).step_by(2).collect();
            for part in &quoted {
                let mut parts = part.split(':');
                if let (Some(group), Some(artifact)) = (parts.next(), parts.next()) {
                    self.library_named(group, artifact);
                }
            }
            if let (true, [group, artifact, ..]) = (line.contains('%') || line.contains("group"), quoted.as_slice()) {
                self.library_named(group, artifact);
            }
        }
    }

    fn depend(&mut self, on: RepoPath, from: &RepoPath) {
        self.folders.insert(on.clone());
        self.dependencies.entry(from.clone()).or_default().insert(on);
    }
}

fn text(files: &FileSet, path: &RepoPath) -> std::sync::Arc<str> {
    files.text(path).unwrap_or_else(|_| std::sync::Arc::from(""))
}

/// The folder whose `src/SET/LANGUAGE` holds the file.
fn around_sources(path: &RepoPath) -> Option<RepoPath> {
    let parts: Vec<&str> = path.components().collect();
    let src = parts.windows(3).position(|three| {
        three[0] == "src" && matches!(three[2].split('-').next(), Some("java" | "kotlin" | "scala"))
    })?;
    Some(RepoPath::from_git(parts[..src].join("/").as_bytes()))
}

/// The text between quotes that begins at or after the start of `text`.
fn first_quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\''])?;
    let quote = text[start..].chars().next()?;
    let rest = &text[start + 1..];
    rest.find(quote).map(|end| &rest[..end])
}
