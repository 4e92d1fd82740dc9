//! Gradle: `settings.gradle` and `build.gradle`, in Groovy and in Kotlin.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_model::RepoPath;

use super::{Builds, first_quoted};

/// The build files of a repository.
#[derive(Debug, Default)]
pub(super) struct Gradle {
    builds: Vec<(RepoPath, String)>,
    /// Projects that lie elsewhere than their names say, by the folder of the build and the name.
    placed: BTreeMap<(RepoPath, String), RepoPath>,
    /// Folders that settings take for projects of their build: settings in these count for nothing.
    included: BTreeSet<RepoPath>,
}

impl Gradle {
    /// Notes what `settings.gradle` in `folder` says.
    pub(super) fn settings(&mut self, folder: &RepoPath, text: &str) {
        for line in text.lines().filter(|line| line.contains("projectDir")) {
            let (left, right) = line.split_once('=').unwrap_or((line, ""));
            let place = last_quoted(right).and_then(|place| folder.join(place).ok());
            if let (Some(name), Some(place)) = (first_quoted(left), place) {
                self.included.insert(place.clone());
                self.placed.insert((folder.clone(), name.trim_start_matches(':').to_owned()), place);
            }
        }
        // `include` takes names on one line or several, and may stand in a loop over them.
        let lines = text.lines().filter(|line| !line.contains("includeBuild") && !line.contains("rootProject"));
        for name in lines.flat_map(|line| line.split(['"', '\'']).skip(1).step_by(2)) {
            let place = folder.join(&name.trim_start_matches(':').replace(':', "/")).ok();
            self.included.extend(place.filter(|place| place != folder));
        }
    }

    /// Notes the build file in `folder`.
    pub(super) fn build(&mut self, folder: &RepoPath, text: String) {
        self.builds.push((folder.clone(), text));
    }

    /// Adds modules, and what they depend on.
    pub(super) fn finish(self, builds: &mut Builds) {
        builds.roots.retain(|root| !self.included.contains(root));
        builds.folders.extend(self.builds.iter().map(|(folder, _)| folder.clone()));
        for (folder, _) in &self.builds {
            // A build without settings is one of its own.
            if !folder.ancestors().any(|around| builds.roots.contains(&around)) {
                builds.roots.insert(folder.clone());
            }
        }
        let letters_of: Vec<(RepoPath, String)> =
            builds.folders.iter().map(|folder| (folder.clone(), letters(folder.as_str()))).collect();
        for (folder, text) in &self.builds {
            builds.libraries_in(text);
            let root = builds.root_of(folder);
            for line in text.lines().filter(|line| !is_for_tests(line)) {
                for name in projects(line) {
                    if let Some(project) = self.folder_of(&root, name) {
                        builds.depend(project, folder);
                    }
                }
                for project in jars(line).filter_map(|project| folder.join(project).ok()) {
                    if builds.folders.contains(&project) {
                        builds.depend(project, folder);
                    }
                }
                for accessor in accessors(line) {
                    let wanted = letters(root.as_str()) + &letters(accessor);
                    let mut named =
                        letters_of.iter().filter(|(other, name)| *name == wanted && other.starts_with(&root));
                    if let Some((project, _)) = named.next() {
                        builds.depend(project.clone(), folder);
                    }
                }
            }
        }
    }

    fn folder_of(&self, root: &RepoPath, name: &str) -> Option<RepoPath> {
        let name = name.trim_start_matches(':');
        let placed = self.placed.get(&(root.clone(), name.to_owned()));
        placed.cloned().or_else(|| root.join(&name.replace(':', "/")).ok())
    }
}

/// True for a dependency of tests.
fn is_for_tests(line: &str) -> bool {
    let word = line.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    word.to_ascii_lowercase().contains("test")
}

/// The projects that a line names: `project(":shared")`, `project(path: ':shared')`.
fn projects(line: &str) -> impl Iterator<Item = &str> {
    let calls = line.split("project(").skip(1);
    calls.filter_map(|call| first_quoted(call.split(')').next()?)).filter(|name| name.starts_with(':'))
}

/// The folders of the projects whose jars a line takes from where their builds put them:
/// `files("../shared/build/libs/shared.jar")`.
fn jars(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split(['"', '\'']).skip(1).step_by(2).filter(|_| line.contains("files("));
    quoted.filter_map(|path| Some(path.split_once("/build/libs")?.0))
}

/// The projects that a line names by accessors: `projects.sharedKit.core`.
fn accessors(line: &str) -> impl Iterator<Item = &str> {
    let after = line.split("projects.").skip(1);
    after.filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '.').next())
}

fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn last_quoted(text: &str) -> Option<&str> {
    text.split(['"', '\'']).skip(1).step_by(2).last()
}
