//! Projects of Pages: all files below `functions/` are deployed as one Worker, each at the route that it lies at.

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{ChannelDirection, FileSet, RepoPath, Strength};

use super::{bindings, config::Config, names::Names};
use crate::{aws::uses::Use, manifest::Code, platform::Declared};

/// Languages that Pages bundles.
const EXTENSIONS: [&str; 6] = ["ts", "tsx", "js", "jsx", "mjs", "cjs"];

/// The project as one function; none if it has files only.
pub(super) fn declared(
    config: &Config,
    files: &FileSet,
    names: &Names,
    problems: &mut Vec<Problem>,
) -> Option<Declared> {
    let folder = config.manifest.folder().join("functions").ok()?;
    let mut routes: Vec<&RepoPath> = files.under(&folder).filter(|path| is_route(&folder, path)).collect();
    routes.sort_by_key(|path| (rank(path), path.components().count(), path.as_str()));
    let first = *routes.first()?;
    let mut uses = bindings::uses(config, names);
    for path in &routes {
        if let Some(route) = route(&folder, path) {
            uses.add(
                Use::Channel("http", ChannelDirection::Receives),
                format!("{} {route}", config.name),
                Strength::Own,
            );
        }
    }
    let place = config.manifest.declares_as_a_whole(config.name_span());
    if routes.len() > 1 {
        let message = format!(
            "`{}` starts in {} files under `{folder}/`, which Pages deploys as one; only `{first}` is followed",
            config.name,
            routes.len(),
        );
        problems.push(Problem::at(ProblemKind::Unsupported, place.location.clone(), message));
    }
    let mut declared = config.stack().function(&config.name, place, Code::file(&folder, first), uses);
    declared.environment = config.variables();
    Some(declared)
}

fn is_route(folder: &RepoPath, path: &RepoPath) -> bool {
    let inside = path.strip_prefix(folder).unwrap_or_default();
    path.extension().is_some_and(|extension| EXTENSIONS.contains(&extension))
        && !inside.ends_with(".d.ts")
        && !inside.contains(".test.")
        && !inside.contains(".spec.")
        && !inside.split('/').any(|part| part == "node_modules" || part.starts_with('.'))
}

/// What runs before the others, then what takes any path.
fn rank(path: &RepoPath) -> u8 {
    match path.file_stem() {
        "_middleware" => 0,
        stem if stem.starts_with("[[") => 1,
        "index" => 2,
        _ => 3,
    }
}

/// The route of a file; none for middleware.
fn route(folder: &RepoPath, path: &RepoPath) -> Option<String> {
    let inside = path.strip_prefix(folder)?;
    let stem = inside.rsplit_once('.').map_or(inside, |(stem, _)| stem);
    if path.file_stem().starts_with('_') {
        return None;
    }
    let stem = stem.strip_suffix("index").unwrap_or(stem);
    Some(format!("/{}", stem.trim_end_matches('/')))
}
