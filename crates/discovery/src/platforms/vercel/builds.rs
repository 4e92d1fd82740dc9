//! `builds` of older projects: each source is built on its own, and `api` means nothing.

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{FileSet, RepoPath};

use super::{function, matches, project::Project, unique};
use crate::{
    manifest::{is_output, relative},
    platform::Declared,
};

/// Builders that make functions.
const BUILDERS: [&str; 9] = [
    "@vercel/node",
    "@vercel/python",
    "@vercel/go",
    "@vercel/ruby",
    "@now/node",
    "@now/python",
    "@now/go",
    "now-php",
    "vercel-php",
];

/// The functions that the builds of `project` make. Frameworks that are built as a whole are named.
pub(super) fn declared(project: &Project, files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Declared> {
    let folder = &project.stack.folder;
    let mut found: Vec<RepoPath> = Vec::new();
    for build in project.builds().unwrap_or_default() {
        let text = |key: &str| build.get(key).and_then(Node::as_str);
        let (Some(source), Some(builder)) = (text("src"), text("use")) else { continue };
        let builder =
            builder.rsplit_once('@').map_or(builder, |(name, _)| if name.is_empty() { builder } else { name });
        if builder.contains("static") {
            continue;
        }
        let known = BUILDERS.iter().any(|known| builder.starts_with(known));
        let sources: Vec<RepoPath> = files
            .under(folder)
            .filter(|path| !is_output(path) && matches(source.trim_start_matches('/'), &relative(folder, path)))
            .cloned()
            .collect();
        let place = project.config().map(|config| config.place(build.span.clone()));
        if !known {
            let message = format!("`{builder}` builds `{source}` as a whole: its functions are not known");
            problems.extend(place.map(|place| Problem::at(ProblemKind::Unsupported, place, message)));
        } else if sources.is_empty() {
            let message = format!("`{source}` of `builds` is not in the checkout");
            problems.extend(place.map(|place| Problem::at(ProblemKind::Unevaluated, place, message)));
        } else {
            found.extend(sources);
        }
    }
    let name = |path: &RepoPath| {
        let inside = relative(folder, path);
        let stem = inside.rsplit_once('.').map_or(inside.as_str(), |(stem, _)| stem);
        stem.strip_prefix("api/").unwrap_or(stem).to_owned()
    };
    unique(found).iter().map(|path| function(project, path, &name(path))).collect()
}
