//! Ruby: `folder/file.method` and `folder/file.Module::Class.method`; the file ends at the first dot.

use lockstep_model::{Confidence, Entry, RepoPath};

use super::{Case, probe};

/// The file part and the symbol part of a handler.
pub(super) fn split(handler: &str) -> (&str, Option<&str>) {
    let base = handler.rfind('/').map_or(0, |at| at + 1);
    match handler[base..].find('.') {
        Some(at) => (&handler[..base + at], Some(&handler[base + at + 1..])),
        None => (handler, None),
    }
}

/// The entry file of `case` in the folder `root`.
pub(super) fn find(case: &Case, root: &RepoPath) -> Option<Entry> {
    let (file, symbol) = split(&case.handler);
    let path = ["", "src", "lib", "app"].iter().find_map(|source| {
        let stem = root.join(source).ok()?.join(file).ok()?;
        probe::with_extension(case.files, &stem, &["rb"])
    })?;
    Some(Entry { path, symbol: symbol.map(str::to_owned), confidence: Confidence::Exact })
}
