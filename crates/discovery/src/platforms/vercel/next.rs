//! Route handlers of Next.js: they are deployed together, so they count only where `vercel.json` names them.

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{FileSet, RepoPath};

use super::{function, project::Project};
use crate::{manifest::is_output, platform::Declared};

/// The route handlers that the configuration names; how many others there are is named.
pub(super) fn declared(project: &Project, files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Declared> {
    if !project.uses_next(files) {
        return Vec::new();
    }
    let folder = &project.stack.folder;
    let handlers = files.under(folder).filter(|path| !is_output(path)).filter_map(|path| {
        let inside = project.inside(path);
        Some((path, name(&inside)?))
    });
    let (named, others): (Vec<_>, Vec<_>) = handlers.partition(|(path, _)| project.names(path));
    if let Some((first, _)) = others.first() {
        let number = match others.len() {
            1 => "1 route handler of Next.js is".to_owned(),
            many => format!("{many} route handlers of Next.js are"),
        };
        let message = format!(
            "{number} not counted: Vercel deploys them together (`functions` of `vercel.json`, or `[[function]]` tables, name those that are to count)"
        );
        let place = lockstep_model::Location::whole_file((*first).clone());
        problems.push(Problem::at(ProblemKind::Unsupported, place, message));
    }
    named.iter().map(|(path, name): &(&RepoPath, String)| function(project, path, name)).collect()
}

/// What the route handler at `inside` is called; none if it is none.
fn name(inside: &str) -> Option<String> {
    let inside = inside.strip_prefix("src/").unwrap_or(inside);
    let (stem, extension) = inside.rsplit_once('.')?;
    if !matches!(extension, "ts" | "tsx" | "js" | "jsx" | "mjs") || stem.ends_with(".d") || stem.ends_with(".test") {
        return None;
    }
    if let Some(name) = stem.strip_prefix("pages/api/") {
        return Some(format!("api/{name}"));
    }
    let route = stem.strip_prefix("app/")?.strip_suffix("/route")?;
    // Groups of routes, `(admin)`, are not part of the address.
    let parts: Vec<&str> = route.split('/').filter(|part| !part.starts_with('(')).collect();
    Some(parts.join("/"))
}
