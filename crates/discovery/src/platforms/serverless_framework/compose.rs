//! `serverless-compose.yml`: which services are deployed together, and what they hand each other.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{Location, RepoPath};

use super::{
    library::{At, Library},
    service::compose_alias,
};

/// What compose says: the parameters of each service, by folder.
#[derive(Debug, Default)]
pub(super) struct Compose(BTreeMap<RepoPath, BTreeMap<String, String>>);

impl Compose {
    /// Reads every compose file.
    pub(super) fn new(library: &Library<'_>, problems: &mut Vec<Problem>) -> Self {
        let mut compose = Self::default();
        let is_compose = |path: &&RepoPath| path.file_stem() == "serverless-compose";
        for path in library.paths().filter(is_compose) {
            match library.get(path) {
                Some(Ok(source)) => compose.read(source.root()),
                Some(Err(problem)) => problems.push(problem.clone()),
                None => {}
            }
        }
        for path in library
            .files
            .paths()
            .filter(|path| matches!(path.file_name(), "serverless-compose.ts" | "serverless-compose.js"))
        {
            let message = "the services of this project are listed in a script, which is never run; parameters that they hand each other are not known";
            problems.push(Problem::at(ProblemKind::Unsupported, Location::whole_file(path.clone()), message));
        }
        compose
    }

    /// The parameters of the service in `folder`.
    pub(super) fn params(&self, folder: &RepoPath) -> BTreeMap<String, String> {
        self.0.get(folder).cloned().unwrap_or_default()
    }

    fn read(&mut self, root: At<'_>) {
        let base = root.source.path.parent().unwrap_or_else(RepoPath::root);
        let services: Vec<_> = root.get("services").map(At::entries).unwrap_or_default();
        let folder_of = |at: At<'_>| base.join(at.get("path")?.node.as_str()?).ok();
        let folders: BTreeMap<&str, RepoPath> =
            services.iter().filter_map(|(key, at)| Some((key.text.as_str(), folder_of(*at)?))).collect();
        for (key, at) in &services {
            let Some(folder) = folders.get(key.text.as_str()) else { continue };
            for (name, value) in at.get("params").map(At::entries).unwrap_or_default() {
                let Some(text) = value.node.as_text() else { continue };
                let known = self.0.entry(folder.clone()).or_default();
                known.insert(name.text.clone(), resolved(text, &folders));
            }
        }
    }
}

/// `${database.TableName}` as the name of that service's output; other variables are holes.
fn resolved(text: &str, folders: &BTreeMap<&str, RepoPath>) -> String {
    let output =
        text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).and_then(|inner| inner.split_once('.'));
    match output.and_then(|(service, output)| Some(compose_alias(folders.get(service)?, output))) {
        Some(alias) => alias,
        None if text.contains("${") => "*".to_owned(),
        None => text.to_owned(),
    }
}
