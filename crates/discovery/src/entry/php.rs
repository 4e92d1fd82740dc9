//! PHP: a handler is a file, or the name of a class that a container creates: `App\Handlers\Pay`.

use lockstep_model::{Confidence, Entry, RepoPath};

use super::{Case, probe};

/// The entry file of `case` in the folder `root`.
pub(super) fn find(case: &Case, root: &RepoPath) -> Option<Entry> {
    match case.handler.trim_start_matches('\\').rsplit_once('\\') {
        Some((namespace, class)) => by_class(case, root, namespace, class),
        None => probe::by_extension(case, root, &["php"]),
    }
}

/// The file that is called like the class and says its namespace.
fn by_class(case: &Case, root: &RepoPath, namespace: &str, class: &str) -> Option<Entry> {
    let name = format!("{class}.php");
    let says = format!("namespace {namespace}");
    let is_meant = |path: &&RepoPath| {
        let named = path.file_name() == name && !probe::is_side_folder(path);
        named
            && case.files.text(path).is_ok_and(|text| {
                let rest = text.find(&says).map(|at| text[at + says.len()..].trim_start());
                rest.is_some_and(|rest| rest.starts_with([';', '{']))
            })
    };
    let path = probe::nearest(case.files.under(root).filter(is_meant), &case.base)?.clone();
    Some(Entry { path, symbol: Some(format!("{namespace}\\{class}")), confidence: Confidence::ClassSearch })
}
