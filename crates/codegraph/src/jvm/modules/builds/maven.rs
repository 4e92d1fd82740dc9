//! Maven: `pom.xml`. Projects of the repository are known to each other by their artifact ids.

use std::collections::BTreeMap;

use lockstep_model::RepoPath;

use super::Builds;

/// The projects of a repository.
#[derive(Debug, Default)]
pub(super) struct Maven {
    projects: BTreeMap<String, Vec<RepoPath>>,
    /// What each needs: group and artifact.
    needs: Vec<(RepoPath, Vec<(String, String)>)>,
    /// Folders with modules below them.
    aggregators: Vec<RepoPath>,
}

impl Maven {
    /// Notes the project in `folder`.
    pub(super) fn pom(&mut self, folder: &RepoPath, text: &str) {
        let outside = without(&without(text, "parent"), "build");
        let mut own = outside.clone();
        for name in ["dependencyManagement", "dependencies", "profiles"] {
            own = without(&own, name);
        }
        if let Some(artifact) = element(&own, "artifactId") {
            self.projects.entry(artifact.to_owned()).or_default().push(folder.clone());
        }
        if text.contains("<modules>") {
            self.aggregators.push(folder.clone());
        }
        let needs = elements(&outside, "dependency").into_iter().filter(|need| element(need, "scope") != Some("test"));
        let needs = needs.filter_map(|need| {
            Some((element(need, "groupId").unwrap_or_default().to_owned(), element(need, "artifactId")?.to_owned()))
        });
        self.needs.push((folder.clone(), needs.collect()));
    }

    /// Adds modules, and what they depend on.
    pub(super) fn finish(self, builds: &mut Builds) {
        for (folder, needs) in self.needs {
            builds.folders.insert(folder.clone());
            let aggregator = folder.ancestors().filter(|around| self.aggregators.contains(around)).last();
            builds.roots.insert(aggregator.unwrap_or_else(|| folder.clone()));
            for (group, artifact) in needs {
                let projects = self.projects.get(&artifact).map(Vec::as_slice).unwrap_or_default();
                let shared = |project: &&RepoPath| {
                    project.components().zip(folder.components()).take_while(|(one, other)| one == other).count()
                };
                // Collections of examples repeat the names of artifacts: the nearest is meant.
                match projects.iter().filter(|project| **project != folder).max_by_key(shared) {
                    Some(project) => builds.depend(project.clone(), &folder),
                    None => builds.library_named(&group, &artifact),
                }
            }
        }
    }
}

/// `text` without its elements of this name.
fn without(text: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some(start) = rest.find(&open) {
        kept.push_str(&rest[..start]);
        rest = rest[start..].find(&close).map_or("", |end| &rest[start + end + close.len()..]);
    }
    kept + rest
}

/// What stands in the elements of this name.
fn elements<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    text.split(open.as_str()).skip(1).map(|rest| rest.find(&close).map_or(rest, |end| &rest[..end])).collect()
}

fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    elements(text, name).first().map(|found| found.trim())
}
