//! `function-imports-function`: a function whose code reaches the file where another function starts. One finding per
//! importing file.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use lockstep_model::{Basis, Closure, ClosureFile, FileKind, Location, RepoPath};
use serde_json::{Map, Value};

use crate::{Draft, Rule, Sink, View, prose::names};

/// The rule.
pub(crate) struct FunctionImportsFunction;

/// Names in one sentence before "and 3 more".
const NAMES: usize = 4;

/// What one file imports.
#[derive(Default)]
struct Imports<'a> {
    /// The functions on whose behalf, that own the file or start in it.
    owners: BTreeSet<usize>,
    /// All functions on whose behalf.
    importers: BTreeSet<usize>,
    /// The entry files imported, with the place of the import.
    entries: BTreeMap<&'a RepoPath, &'a Location>,
}

impl Rule for FunctionImportsFunction {
    const META: RuleMeta = RuleMeta {
        name: "function-imports-function",
        group: Group::Code,
        default_level: Level::Warn,
        summary: "a function that imports the code of another function",
        since: "0.1.0",
        page: include_str!("function_imports_function.md"),
    };
    type Options = Map<String, Value>;

    fn check(_: &Self::Options, view: &View<'_>, sink: &mut Sink) {
        let starts = starts(view);
        for (file, imports) in imports(view, &starts) {
            sink.say(finding(view, &starts, file, &imports));
        }
    }
}

/// Which functions start in which file.
fn starts<'a>(view: &View<'a>) -> BTreeMap<&'a RepoPath, Vec<usize>> {
    let mut starts: BTreeMap<&RepoPath, Vec<usize>> = BTreeMap::new();
    for (number, function) in view.functions().iter().enumerate() {
        if let Some(entry) = &function.entry {
            starts.entry(&entry.path).or_default().push(number);
        }
    }
    starts
}

/// Per importing file, what it imports.
fn imports<'a>(view: &View<'a>, starts: &BTreeMap<&'a RepoPath, Vec<usize>>) -> BTreeMap<&'a RepoPath, Imports<'a>> {
    let mut all: BTreeMap<&RepoPath, Imports<'_>> = BTreeMap::new();
    for (function, declared) in view.functions().iter().enumerate() {
        let own_entry = declared.entry.as_ref().map(|entry| &entry.path);
        let Some(closure) = view.closure(function).filter(|closure| closure.basis == Basis::Imports) else { continue };
        for file in &closure.files {
            let foreign = file.kind == FileKind::Implementation && Some(&file.path) != own_entry;
            let Some(via) = file.via.as_ref().filter(|_| foreign && starts.contains_key(&file.path)) else { continue };
            let importing = &via.location.path;
            let imports = all.entry(importing).or_default();
            imports.entries.entry(&file.path).or_insert(&via.location);
            imports.importers.insert(function);
            if Some(importing) == own_entry || owns(closure, importing) {
                imports.owners.insert(function);
            }
        }
    }
    all
}

fn owns(closure: &Closure, path: &RepoPath) -> bool {
    let is_it = |file: &&ClosureFile| file.path == *path;
    closure.files.iter().find(is_it).is_some_and(|file| file.own)
}

fn finding(view: &View<'_>, starts: &BTreeMap<&RepoPath, Vec<usize>>, file: &RepoPath, imports: &Imports<'_>) -> Draft {
    // A file of all functions imports on behalf of all; a function's own file on behalf of that one.
    let importers = if imports.owners.is_empty() { &imports.importers } else { &imports.owners };
    let imported: BTreeSet<usize> = imports.entries.keys().flat_map(|entry| starts[*entry].iter().copied()).collect();
    let ids = |functions: &BTreeSet<usize>| {
        let mut ids: Vec<&str> = functions.iter().map(|function| view.id(*function).as_str()).collect();
        ids.sort_unstable();
        ids
    };
    let (who, whom) = (ids(importers), ids(&imported));
    let through = if imports.owners.is_empty() { format!(", through `{file}`") } else { String::new() };
    let verb = if who.len() == 1 { "imports" } else { "import" };
    let message = format!("{} {verb} the code of {}{through}", names(&who, NAMES), names(&whom, NAMES));
    let label = |(entry, location): (&&RepoPath, &&Location)| Label {
        location: (*location).clone(),
        message: format!("{} in `{entry}`", starts_here(view, &starts[*entry])),
    };
    let mut labels: Vec<Label> = imports.entries.iter().map(label).collect();
    labels.sort_by(|x, y| x.location.cmp(&y.location));
    let primary = labels.remove(0);
    let mut draft = Draft::new(message, primary).about(view, importers.iter().chain(&imported).copied());
    draft.subjects = vec![format!("in {file}")];
    draft.related = labels;
    draft.related.extend(imported.iter().map(|function| Label {
        location: view.functions()[*function].declared_at().clone(),
        message: format!("`{}` is deployed on its own", view.id(*function)),
    }));
    draft.evidence = imports
        .entries
        .iter()
        .map(|(entry, location)| Evidence::Import { location: (*location).clone(), path: (*entry).clone() })
        .collect();
    draft.weight = imported.len() as f64 / view.functions().len().max(1) as f64;
    draft.notes = vec![format!(
        "a change of that code is deployed with {} as well, whether it was meant or not",
        if who.len() == 1 { format!("`{}`", who[0]) } else { "all of them".to_owned() }
    )];
    draft.help =
        vec!["call the other function through its contract, or move what both need into a file of neither".to_owned()];
    draft
}

fn starts_here(view: &View<'_>, functions: &[usize]) -> String {
    let ids: Vec<&str> = functions.iter().map(|function| view.id(*function).as_str()).collect();
    format!("{} {}", names(&ids, NAMES), if ids.len() == 1 { "starts" } else { "start" })
}
