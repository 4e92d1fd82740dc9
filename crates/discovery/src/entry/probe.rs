//! Small questions asked of the checkout, shared by the runtime families.

use lockstep_model::{Confidence, Entry, FileSet, Question, RepoPath};

use super::Case;
use crate::says;

/// The real file at `path`, links followed; none if there is none.
pub(super) fn file(files: &FileSet, path: &RepoPath) -> Option<RepoPath> {
    if !files.is_file(path) {
        return None;
    }
    files.resolve(path)
}

/// A folder as a place, for people.
pub(super) fn place(folder: &RepoPath) -> String {
    if folder.is_root() { "in the repository".to_owned() } else { format!("under `{folder}/`") }
}

/// The first of `stem.ext` that is a file.
pub(super) fn with_extension(files: &FileSet, stem: &RepoPath, extensions: &[&str]) -> Option<RepoPath> {
    if stem.is_root() {
        return None;
    }
    extensions.iter().find_map(|extension| file(files, &RepoPath::new(&format!("{stem}.{extension}")).ok()?))
}

/// True if `name` stands in the file as a word of its own.
pub(super) fn mentions(files: &FileSet, path: &RepoPath, name: &str) -> bool {
    files.ask(path, &Question::Mentions(name.to_owned())).unwrap_or(false)
}

/// True if the file names `symbol`, or does not say enough to tell (it cannot be read, or re-exports everything).
pub(super) fn may_define(files: &FileSet, path: &RepoPath, symbol: &str) -> bool {
    let first = symbol.split('.').next().unwrap_or(symbol);
    let names_it = files.ask(path, &Question::Mentions(first.to_owned())).unwrap_or(true);
    names_it || says(files, path, &["export *"])
}

/// How many leading parts two paths have in common.
pub(super) fn common_parts(a: &RepoPath, b: &RepoPath) -> usize {
    a.components().zip(b.components()).take_while(|(a, b)| a == b).count()
}

/// The only best of `candidates`: inside `near`, else with the longest way in common; none if two are as good.
pub(super) fn nearest<'a>(candidates: impl IntoIterator<Item = &'a RepoPath>, near: &RepoPath) -> Option<&'a RepoPath> {
    let mut best: Option<(usize, &RepoPath)> = None;
    let mut tied = false;
    for candidate in candidates {
        let score = common_parts(candidate, near);
        match best {
            Some((top, _)) if score < top => {}
            Some((top, other)) if score == top => tied |= other != candidate,
            _ => (best, tied) = (Some((score, candidate)), false),
        }
    }
    best.filter(|_| !tied).map(|(_, path)| path)
}

/// The files directly in `folder`, without those of its folders.
pub(super) fn directly_in<'a>(files: &'a FileSet, folder: &'a RepoPath) -> impl Iterator<Item = &'a RepoPath> {
    files.under(folder).filter(move |path| path.strip_prefix(folder).is_some_and(|rest| !rest.contains('/')))
}

/// Generated, vendored and test folders, in which no function starts.
pub(super) fn is_side_folder(path: &RepoPath) -> bool {
    path.components().any(|part| {
        matches!(part, "node_modules" | "vendor" | ".git" | ".aws-sam" | ".serverless" | "test" | "tests" | "__tests__")
    })
}

/// The only file of the checkout that a handler of several parts can mean: `adapters.steps.load.handler`.
pub(super) fn by_module(case: &Case, handler: &str) -> Option<Entry> {
    let (module, symbol) = handler.rsplit_once('.')?;
    let path = module.replace('.', "/");
    if !path.contains('/') {
        return None;
    }
    let ends: Vec<String> = ["py", "ts", "js", "mjs", "rb"].iter().map(|end| format!("{path}.{end}")).collect();
    let is_meant = |file: &&RepoPath| {
        let named = ends.iter().any(|end| {
            file.as_str().strip_suffix(end.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        });
        named && !is_side_folder(file) && may_define(case.files, file, symbol)
    };
    let found: Vec<&RepoPath> = case.files.paths().filter(is_meant).collect();
    let path = nearest(found, &case.base)?.clone();
    Some(Entry { path, symbol: Some(symbol.to_owned()), confidence: Confidence::ClassSearch })
}

/// A handler that is a path to a source file, with an optional symbol behind `#` or the last dot.
pub(super) fn path_handler(case: &Case, root: &RepoPath) -> Option<Entry> {
    let entry =
        |path, symbol: Option<&str>| Entry { path, symbol: symbol.map(str::to_owned), confidence: Confidence::Exact };
    let at = |text: &str| file(case.files, &root.join(text).ok()?);
    if let Some(path) = at(&case.handler) {
        return Some(entry(path, None));
    }
    let (path, symbol) = case.handler.split_once('#').or_else(|| case.handler.rsplit_once('.'))?;
    Some(entry(at(path)?, Some(symbol)))
}

/// A handler that is a file, with or without one of `extensions`, or a file and a symbol.
pub(super) fn by_extension(case: &Case, root: &RepoPath, extensions: &[&str]) -> Option<Entry> {
    let found = |text: &str| {
        let path = root.join(text).ok()?;
        file(case.files, &path)
            .filter(|path| path.extension().is_some_and(|extension| extensions.contains(&extension)))
            .or_else(|| with_extension(case.files, &path, extensions))
    };
    if let Some(path) = found(&case.handler) {
        return Some(Entry { path, symbol: None, confidence: Confidence::Exact });
    }
    let (module, symbol) = case.handler.rsplit_once('.')?;
    Some(Entry { path: found(module)?, symbol: Some(symbol.to_owned()), confidence: Confidence::Exact })
}

/// Swift: a target of the package, else a file.
pub(super) fn swift(case: &Case, root: &RepoPath) -> Option<Entry> {
    if let Some(entry) = by_extension(case, root, &["swift"]) {
        return Some(entry);
    }
    let name = case.handler.rsplit(['/', '.']).next().filter(|name| !name.is_empty())?;
    let target = root.join(&format!("Sources/{name}")).ok()?;
    let main = case.files.under(&target).filter(|path| path.extension() == Some("swift")).min_by_key(|path| {
        let starts = says(case.files, path, &["@main", "Lambda.run"]);
        (path.file_name() != "main.swift", !starts)
    })?;
    Some(Entry { path: main.clone(), symbol: None, confidence: Confidence::Convention })
}
