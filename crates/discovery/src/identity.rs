//! Names: one service name per stack, one id per function, the same in every run.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lockstep_model::{FunctionId, RepoPath};

use crate::platform::Declared;

/// The stack that a declaration belongs to.
type Stack = (String, RepoPath);

/// What each stack is called: its name if no other stack has it, else its folder.
pub(crate) fn service_names<'a>(declared: impl Iterator<Item = &'a Declared>) -> BTreeMap<Stack, String> {
    let mut folders: BTreeMap<&str, BTreeSet<&RepoPath>> = BTreeMap::new();
    let declared: Vec<&Declared> = declared.collect();
    for function in &declared {
        folders.entry(&function.service).or_default().insert(&function.stack_folder);
    }
    let names = folders.iter().flat_map(|(service, folders)| {
        folders.iter().map(|folder| {
            let shared = folders.len() > 1 && !folder.is_root();
            let name = if shared { folder.as_str().to_owned() } else { (*service).to_owned() };
            (((*service).to_owned(), (*folder).clone()), name)
        })
    });
    names.collect()
}

/// A function before it has an id.
pub(crate) struct Named<'a> {
    pub(crate) service: &'a str,
    pub(crate) name: &'a str,
    /// The manifest that declares it first.
    pub(crate) manifest: &'a RepoPath,
}

/// One id for each, `SERVICE/NAME`. Where two would be the same, the manifest tells them apart, else a number.
pub(crate) fn ids(functions: &[Named<'_>]) -> Vec<FunctionId> {
    let mut times: HashMap<(&str, &str), usize> = HashMap::new();
    for function in functions {
        *times.entry((function.service, function.name)).or_default() += 1;
    }
    let mut taken = BTreeSet::new();
    let mut id = |function: &Named<'_>| {
        let Named { service, name, manifest } = function;
        let mut id = format!("{service}/{name}");
        if times[&(*service, *name)] > 1 {
            id = format!("{service}/{name}@{manifest}");
        }
        let mut unique = id.clone();
        for number in 2.. {
            if taken.insert(unique.clone()) {
                break;
            }
            unique = format!("{id}-{number}");
        }
        FunctionId::new(unique)
    };
    functions.iter().map(&mut id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_say_why_they_are_longer() {
        let (one, two) = (RepoPath::new("a/one.yaml").unwrap(), RepoPath::new("a/two.yaml").unwrap());
        let named = |service, name, manifest| Named { service, name, manifest };
        let all = [named("s", "F", &one), named("s", "F", &two), named("s", "G", &one), named("s", "F", &one)];
        let ids: Vec<String> = ids(&all).iter().map(ToString::to_string).collect();
        assert_eq!(ids, ["s/F@a/one.yaml", "s/F@a/two.yaml", "s/G", "s/F@a/one.yaml-2"]);
    }
}
