//! What is installed: the `Gemfile` and the gems that lie in the repository.

use std::collections::BTreeMap;

use lockstep_model::{FileSet, RepoPath};

/// One folder with a `Gemfile`, or a gem of the repository.
#[derive(Debug, Default)]
pub(super) struct Project {
    /// The gems it asks for.
    gems: Vec<String>,
    /// Folders whose files can be required: `lib` of gems that lie in the repository.
    pub(super) load_paths: Vec<RepoPath>,
}

impl Project {
    /// The gem that `require "a/b"` loads.
    pub(super) fn gem_of(&self, required: &str) -> Option<&str> {
        let parts: Vec<&str> = required.split('/').collect();
        let longest = (1..=parts.len().min(8)).rev();
        let names = longest.flat_map(|length| [parts[..length].join("-"), parts[..length].join("_")]);
        let exact = names.map(|name| squeezed(&name)).find_map(|name| self.named(&name));
        // `line/bot` is in `line-bot-api`.
        let start = squeezed(required);
        let longer = || self.gems.iter().find(|gem| parts.len() > 1 && squeezed(gem).starts_with(&start));
        exact.or_else(|| longer().map(String::as_str))
    }

    /// The gem that defines the constant `path`, by the custom of the names.
    pub(super) fn gem_of_constant(&self, path: &str) -> Option<&str> {
        let path = path.split('.').next().unwrap_or_default();
        let parts: Vec<&str> = path.split("::").filter(|part| !part.is_empty()).collect();
        let first = *parts.first()?;
        let service = parts.get(1).filter(|_| first == "Aws").map(|service| squeezed(&format!("awssdk{service}")));
        let both = parts.get(1).map(|second| squeezed(&format!("{first}{second}")));
        [service, both, Some(squeezed(first))].into_iter().flatten().find_map(|name| self.named(&name))
    }

    fn named(&self, name: &str) -> Option<&str> {
        self.gems.iter().find(|gem| squeezed(gem) == name).map(String::as_str)
    }
}

/// A name without what tells `aws-sdk` and `aws_sdk` and `AwsSdk` apart.
fn squeezed(name: &str) -> String {
    name.chars().filter(|sign| sign.is_alphanumeric()).map(|sign| sign.to_ascii_lowercase()).collect()
}

/// The name of the gem that most probably holds `required`: by custom its first part.
pub(super) fn guessed(required: &str) -> String {
    let first = required.split('/').next().unwrap_or_default().trim_end_matches(".rb");
    match first {
        "action_controller" | "action_dispatch" | "abstract_controller" => "actionpack".to_owned(),
        // The parts of Rails: `active_record` is in the gem `activerecord`.
        _ if first.starts_with("active_") || first.starts_with("action_") => first.replace('_', ""),
        _ => first.to_owned(),
    }
}

/// All projects, by their folders.
pub(super) fn projects(files: &FileSet) -> BTreeMap<RepoPath, Project> {
    let mut projects: BTreeMap<RepoPath, Project> = BTreeMap::new();
    for path in files.paths() {
        let is_gem = path.extension() == Some("gemspec");
        if path.file_name() != "Gemfile" && path.file_name() != "gems.rb" && !is_gem {
            continue;
        }
        let Some(folder) = path.parent() else { continue };
        let Ok(text) = files.text(path) else { continue };
        let project = projects.entry(folder.clone()).or_default();
        if is_gem {
            project.load_paths.extend(folder.join("lib").ok());
        }
        text.lines().for_each(|line| read_line(line.trim(), &folder, project));
    }
    projects
}

/// `gem "name", path: "../name"`, `spec.add_dependency "name"`.
fn read_line(line: &str, folder: &RepoPath, project: &mut Project) {
    let declares = line.starts_with("gem ") || line.starts_with("gem(") || line.contains("dependency");
    if !declares || line.starts_with('#') {
        return;
    }
    let mut quoted = line.split(['"', '\'']).skip(1).step_by(2);
    let Some(name) = quoted.next() else { return };
    let path = ["path:", ":path =>"].iter().find_map(|key| line.split_once(key)).map(|(_, rest)| rest);
    match path.and_then(|rest| rest.split(['"', '\'']).nth(1)) {
        Some(path) => project.load_paths.extend(folder.join(path).and_then(|gem| gem.join("lib")).ok()),
        None => project.gems.push(name.to_owned()),
    }
}
