//! sbt: `lazy val orders = (project in file("orders")).dependsOn(shared)`, however the project is put together.

use std::collections::BTreeMap;

use lockstep_model::{FileSet, RepoPath};

use super::Builds;

/// A value of a build file that is a project.
#[derive(Debug)]
struct Project {
    folder: RepoPath,
    text: String,
}

/// The projects of a repository, by the folder of the build and the name.
#[derive(Debug, Default)]
pub(super) struct Sbt {
    projects: BTreeMap<(RepoPath, String), Project>,
    texts: Vec<String>,
}

impl Sbt {
    /// Notes what the build file of `folder` says.
    pub(super) fn build(&mut self, folder: &RepoPath, text: &str, files: &FileSet) {
        self.texts.push(text.to_owned());
        for definition in text.split("lazy val ").skip(1) {
            let Some((name, rest)) = definition.split_once('=') else { continue };
            let name = name.split(':').next().unwrap_or_default().trim().trim_matches('`').to_owned();
            let ends = ["\nval ", "\ndef ", "\nobject "].iter().filter_map(|start| rest.find(start));
            let rest = &rest[..ends.min().unwrap_or(rest.len())];
            let quoted = rest.split('"').skip(1).step_by(2).filter(|text| !text.is_empty());
            let place = quoted
                .chain([name.as_str()])
                .filter_map(|text| folder.join(text).ok())
                .find(|place| files.is_folder(place));
            if let Some(place) = place {
                let project = Project { folder: place, text: rest.to_owned() };
                self.projects.insert((folder.clone(), name), project);
            }
        }
    }

    /// Adds modules, and what they depend on.
    pub(super) fn finish(self, builds: &mut Builds) {
        self.texts.iter().for_each(|text| builds.libraries_in(text));
        for ((build, _), project) in &self.projects {
            builds.folders.insert(project.folder.clone());
            for (name, after) in words(&project.text) {
                let other = self.projects.get(&(build.clone(), name.to_owned()));
                if let Some(other) = other.filter(|other| other.folder != project.folder && !is_for_tests(after)) {
                    builds.depend(other.folder.clone(), &project.folder);
                }
            }
        }
    }
}

/// The names in a text, each with what follows it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let sign = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let start = at + text[at..].find(sign)?;
        let end = text[start..].find(|c| !sign(c)).map_or(text.len(), |length| start + length);
        at = end;
        Some((&text[start..end], &text[end..]))
    })
}

/// True for `% Test`, `% "test->test"`.
fn is_for_tests(after: &str) -> bool {
    let Some(scope) = after.trim_start_matches('`').trim_start().strip_prefix('%') else { return false };
    let scope = scope.trim_start().trim_start_matches('"');
    let scope = scope.split(['"', ',', ')', '\n']).next().unwrap_or_default();
    (scope.starts_with("test") || scope.starts_with("Test")) && !scope.contains("compile")
}
