//! Python: `package/module.symbol` and `package.module.symbol` are one; packages start at `__init__.py`.

use lockstep_model::{Confidence, Entry, RepoPath};

use super::{Case, probe};

/// Folders below the code root that packaging puts on the path.
const SOURCE_ROOTS: &[&str] = &["", "src", "python", "app", "lambda"];

/// The module part of the handler as a path.
pub(super) fn module_of(handler: &str) -> String {
    handler.rsplit_once('.').map_or(handler, |(module, _)| module).replace('.', "/")
}

/// The entry file of `case` in the folder `root`.
pub(super) fn find(case: &Case, root: &RepoPath) -> Option<Entry> {
    let (module, symbol) = match case.handler.rsplit_once('.') {
        Some((module, symbol)) => (module, symbol),
        // Google Cloud Functions: the name of a function of `main.py`.
        None if !case.handler.is_empty() && !case.handler.contains('/') => ("main", case.handler.as_str()),
        None => return None,
    };
    // `..` in the path part must not be taken for dots between packages.
    let module = module.split('/').map(|part| if part == ".." { part.into() } else { part.replace('.', "/") });
    let module = module.collect::<Vec<_>>().join("/");
    let found = SOURCE_ROOTS.iter().find_map(|source| {
        let stem = root.join(source).ok()?.join(&module).ok()?;
        module_at(case, &stem)
    });
    let path = found.or_else(|| own_package(case, root, &module)).or_else(|| literal(case, root))?;
    Some(Entry { path, symbol: Some(symbol.to_owned()), confidence: Confidence::Exact })
}

fn module_at(case: &Case, stem: &RepoPath) -> Option<RepoPath> {
    probe::with_extension(case.files, stem, &["py"])
        .or_else(|| probe::with_extension(case.files, &stem.join("__init__").ok()?, &["py"]))
}

/// A code root that is itself the package the handler names: `CodeUri: orders`, `Handler: orders.main.handler`.
fn own_package(case: &Case, root: &RepoPath, module: &str) -> Option<RepoPath> {
    let (package, inner) = module.split_once('/')?;
    if root.file_name() != package {
        return None;
    }
    module_at(case, &root.join(inner).ok()?)
}

/// A handler whose path part holds dots of its own.
fn literal(case: &Case, root: &RepoPath) -> Option<RepoPath> {
    let (module, _) = case.handler.rsplit_once('.')?;
    module_at(case, &root.join(module).ok()?)
}
