//! Paths in expressions: from the root of the repository where they start with `path.module`, else from the folder that
//! Terraform runs in.

use std::sync::Arc;

use lockstep_model::RepoPath;

use super::{
    value::{LARGEST, LONGEST, ROOT_MARK, Value},
    world::World,
};

/// The folder that a path starts from, and the rest of it.
pub(super) fn split(world: &World<'_>, scope: usize, path: &str) -> (RepoPath, String) {
    match path.split_once(ROOT_MARK) {
        Some((_, rest)) => (RepoPath::root(), rest.to_owned()),
        None => (root_folder(world, scope), path.to_owned()),
    }
}

/// The folder that Terraform runs in.
pub(super) fn root_folder(world: &World<'_>, scope: usize) -> RepoPath {
    world.modules[world.scope(world.scope(scope).root).module].folder.clone()
}

/// Without the mark of the root, for people and for tools.
pub(super) fn plain(text: &str) -> String {
    text.replace(ROOT_MARK, "")
}

/// The file or folder that is meant: seen from where Terraform runs, else from the module itself.
fn existing(world: &World<'_>, scope: usize, path: &str, exists: impl Fn(&RepoPath) -> bool) -> Option<RepoPath> {
    let (base, rest) = split(world, scope, path);
    let own = world.module_of(scope).folder.clone();
    [base, own].into_iter().find_map(|base| base.join(&rest).ok().filter(&exists))
}

/// The file that `path` means.
pub(super) fn file(world: &World<'_>, scope: usize, path: &str) -> Option<RepoPath> {
    existing(world, scope, path, |path| world.files.is_file(path))
}

/// The folder that `path` means.
pub(super) fn folder(world: &World<'_>, scope: usize, path: &str) -> Option<RepoPath> {
    existing(world, scope, path, |path| world.files.is_folder(path))
}

/// The text of the file that `path` means.
pub(super) fn content(world: &World<'_>, scope: usize, path: &Value) -> Option<Arc<str>> {
    let path = file(world, scope, &path.known()?)?;
    world.files.text(&path).ok().filter(|text| text.len() <= LONGEST)
}

/// `fileset(folder, pattern)`.
pub(super) fn file_set(world: &World<'_>, scope: usize, of: &Value, pattern: &Value) -> Value {
    let (Some(of), Some(pattern)) = (of.known(), pattern.known()) else { return Value::unknown() };
    let glob = globset::GlobBuilder::new(&pattern).literal_separator(true).build();
    let (Some(folder), Ok(glob)) = (folder(world, scope, &of), glob) else { return Value::unknown() };
    let glob = glob.compile_matcher();
    let inside = world.files.under(&folder).filter_map(|path| path.strip_prefix(&folder));
    Value::list(inside.filter(|path| glob.is_match(path)).take(LARGEST).map(Value::text).collect())
}

/// The folders that Terragrunt's functions name.
pub(super) fn of_terragrunt(world: &World<'_>, scope: usize, name: &str, argument: Option<&Value>) -> Value {
    let here = world.module_of(scope).folder.clone();
    let marked = |folder: &RepoPath| {
        Value::text(&format!("{ROOT_MARK}{}", if folder.is_root() { "." } else { folder.as_str() }))
    };
    match name {
        "get_repo_root" => marked(&RepoPath::root()),
        "get_terragrunt_dir" => marked(&here),
        _ => {
            let wanted = argument.and_then(Value::known).unwrap_or_else(|| "terragrunt.hcl".to_owned());
            let found = here.ancestors().skip(1).find_map(|folder| {
                let path = folder.join(&wanted).ok()?;
                world.files.is_file(&path).then_some((folder, path))
            });
            match found {
                Some((folder, _)) if name == "get_parent_terragrunt_dir" => marked(&folder),
                Some((_, path)) => marked(&path),
                None => Value::unknown(),
            }
        }
    }
}
