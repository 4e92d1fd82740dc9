//! Code of a function that says something else, or that it did not reach before, or no longer reaches.

use std::collections::BTreeMap;

use lockstep_model::{Closure, ClosureFile, DeployReasonKind, FileKind, RepoPath, Symbols};

use super::{Reasons, compare::Compared};

/// A file of a closure before and after.
type Sides<'a> = (Option<&'a ClosureFile>, Option<&'a ClosureFile>);

/// Adds the reasons in the code of one function.
pub(super) fn reasons(before: &Closure, after: &Closure, compared: &Compared<'_>, reasons: &mut Reasons) {
    let mut files: BTreeMap<&RepoPath, Sides<'_>> = BTreeMap::new();
    for file in before.files.iter().filter(|file| is_deployed(file)) {
        files.entry(&file.path).or_default().0 = Some(file);
    }
    for file in after.files.iter().filter(|file| is_deployed(file)) {
        files.entry(&file.path).or_default().1 = Some(file);
    }
    // A layer is named as what it is.
    files.retain(|path, _| !reasons.has(path));
    let mut elsewhere = Vec::new();
    for (path, (old, new)) in files {
        let symbols: Vec<&Symbols> = [old, new].into_iter().flatten().map(|file| &file.symbols).collect();
        if compared.differs(path) {
            if let Some(names) = compared.reached(path, &symbols) {
                let own = [old, new].into_iter().flatten().any(|file| file.own);
                let kind = if own { DeployReasonKind::OwnCode } else { DeployReasonKind::SharedCode };
                reasons.add(kind, path, names);
            }
        } else if let Some(names) = other_part(old, new) {
            elsewhere.push((path, names));
        }
    }
    for (path, names) in elsewhere {
        reasons.add(DeployReasonKind::Reach, path, names);
    }
}

/// Types vanish before the code runs.
fn is_deployed(file: &ClosureFile) -> bool {
    file.kind != FileKind::TypeOnly
}

/// What is reached of an unchanged file in one of the states only; none if the same is reached.
fn other_part(old: Option<&ClosureFile>, new: Option<&ClosureFile>) -> Option<Vec<String>> {
    match (old.map(|file| &file.symbols), new.map(|file| &file.symbols)) {
        (Some(Symbols::Some(old)), Some(Symbols::Some(new))) => {
            let only = |mine: &[String], others: &[String]| -> Vec<String> {
                mine.iter().filter(|name| others.binary_search(name).is_err()).cloned().collect()
            };
            let names = [only(old, new), only(new, old)].concat();
            (!names.is_empty()).then_some(names)
        }
        (Some(Symbols::All), Some(Symbols::All)) => None,
        (Some(_), Some(_)) => Some(Vec::new()),
        (Some(Symbols::Some(names)), None) | (None, Some(Symbols::Some(names))) => Some(names.clone()),
        _ => Some(Vec::new()),
    }
}
