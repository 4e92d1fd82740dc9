//! Whose part of a file changed, where several functions start in one file: the definitions of each version are
//! compared, and the functions that reach a changed one are those that changed.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_codegraph::{
    language_of,
    parts::{Version, changed},
};
use lockstep_coupling::Parts;
use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{BlobId, ChangeKind, FileChange, FileStatus, Function, History, PathId, RepoPath};
use rayon::prelude::*;

use crate::{Found, Project};

/// A file in which several functions start: their symbols, with the numbers of the functions that start with each.
type Starts = BTreeMap<String, Vec<u32>>;
/// A version that does not parse is none.
type Versions = BTreeMap<(PathId, BlobId), Option<Version>>;

/// Tells the changes of files in which several functions start apart. What cannot be had of the past is a problem; the
/// changes that it is about count for the file as a whole.
pub fn tell_apart(project: &Project, found: &Found, history: &History) -> (Parts, Vec<Problem>) {
    let files = several_start(project, &found.functions);
    let ids = (0u32..).zip(&history.paths).filter_map(|(id, path)| Some((PathId(id), files.get(path)?)));
    let starts: BTreeMap<PathId, &Starts> = ids.collect();
    let changes: Vec<&FileChange> = history
        .changesets
        .iter()
        .flat_map(|changeset| &changeset.changes)
        .filter(|change| change.kind == ChangeKind::Behaviour && change.status != FileStatus::Renamed)
        .filter(|change| starts.contains_key(&change.path))
        .collect();
    let (versions, missing) = versions(project, history, &starts, &changes);
    let mut parts = Parts::default();
    for change in changes {
        if let Some(touched) = touched(change, starts[&change.path], &versions) {
            parts.add(change, touched);
        }
    }
    let unparsed = versions.values().filter(|version| version.is_none()).count();
    let problems = [
        (missing, ProblemKind::History, "are not in this clone"),
        (unparsed, ProblemKind::UnparsedSource, "do not parse"),
    ];
    let tell = |(number, kind, why): (usize, ProblemKind, &str)| {
        let what = if number == 1 { "1 version".to_owned() } else { format!("{number} versions") };
        let message = format!(
            "{what} of files in which several functions start {why}: such changes count for all of these functions"
        );
        Problem::general(kind, message)
    };
    (parts, problems.into_iter().filter(|(number, ..)| *number > 0).map(tell).collect())
}

/// The files in which several functions start, with the symbols that are really there. A function whose symbol is not
/// has no part of the file.
fn several_start(project: &Project, functions: &[Function]) -> BTreeMap<RepoPath, Starts> {
    let mut files: BTreeMap<RepoPath, (bool, Starts)> = BTreeMap::new();
    for (number, function) in (0u32..).zip(functions) {
        let Some(entry) = &function.entry else { continue };
        let (whole, starts) = files.entry(entry.path.clone()).or_default();
        match &entry.symbol {
            Some(symbol) => starts.entry(symbol.clone()).or_default().push(number),
            None => *whole = true,
        }
    }
    let mut kept = BTreeMap::new();
    for (path, (whole, mut starts)) in files {
        if whole || starts.len() < 2 || language_of(&path).is_none() {
            continue;
        }
        let symbols: Vec<String> = starts.keys().cloned().collect();
        let text = project.files.text(&path).ok();
        if let Some(version) = text.and_then(|text| Version::read(&path, &text, &symbols)) {
            starts.retain(|symbol, _| version.has(symbol));
            if starts.len() > 1 {
                kept.insert(path, starts);
            }
        }
    }
    kept
}

/// The versions that `changes` lead from and to, and how many this clone does not have.
fn versions(
    project: &Project,
    history: &History,
    starts: &BTreeMap<PathId, &Starts>,
    changes: &[&FileChange],
) -> (Versions, usize) {
    let Some(Ok(repository)) = project.repository.as_ref().map(|repository| repository.lock()) else {
        return (Versions::new(), 0);
    };
    let wanted: BTreeSet<(PathId, BlobId)> = changes
        .iter()
        .flat_map(|change| [(change.path, change.before), (change.path, change.after)])
        .filter(|(_, blob)| *blob != BlobId::default())
        .collect();
    let texts: Vec<((PathId, BlobId), Vec<u8>)> =
        wanted.iter().filter_map(|version| Some((*version, repository.read_blob(version.1).ok()?))).collect();
    let missing = wanted.len() - texts.len();
    let read = |((path, blob), text): ((PathId, BlobId), Vec<u8>)| {
        let symbols: Vec<String> = starts[&path].keys().cloned().collect();
        let text = String::from_utf8(text).ok();
        let version = text.and_then(|text| Version::read(history.path(path), &text, &symbols));
        ((path, blob), version)
    };
    (texts.into_par_iter().map(read).collect(), missing)
}

/// The functions of each part that `change` touches; none if one of its versions cannot be read.
fn touched(change: &FileChange, starts: &Starts, versions: &Versions) -> Option<Vec<Vec<u32>>> {
    let version = |blob: BlobId| {
        if blob == BlobId::default() {
            return Some(None);
        }
        versions.get(&(change.path, blob))?.as_ref().map(Some)
    };
    let parts = changed(version(change.before)?, version(change.after)?);
    let numbers = |part: Vec<String>| part.iter().flat_map(|symbol| starts[symbol].clone()).collect();
    Some(parts.into_iter().map(numbers).collect())
}
