//! Ruby: `folder/file.method` and `folder/file.Module::Class.method`; the file ends at the first dot. Google's functions
//! are called as the Functions Framework is told.

use lockstep_model::{Confidence, Entry, RepoPath};
use regex::Regex;

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
    });
    match path {
        Some(path) => Some(Entry { path, symbol: symbol.map(str::to_owned), confidence: Confidence::Exact }),
        None => registered(case, root),
    }
}

/// The file that tells the Functions Framework of a function called like the handler: `FunctionsFramework.http("hello")`.
fn registered(case: &Case, root: &RepoPath) -> Option<Entry> {
    if case.handler.is_empty() {
        return None;
    }
    let name = regex::escape(&case.handler);
    let call = Regex::new(&format!(r#"\bFunctionsFramework\.(?:http|cloud_event|typed)[ (]\s*["']{name}["']"#)).ok()?;
    let tells = |path: &&RepoPath| path.extension() == Some("rb") && !probe::is_side_folder(path);
    let path = case
        .files
        .under(root)
        .filter(tells)
        .find(|path| case.files.text(path).is_ok_and(|text| call.is_match(&text)))?;
    Some(Entry { path: path.clone(), symbol: None, confidence: Confidence::Exact })
}
