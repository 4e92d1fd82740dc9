//! `shared-entry-file`: functions whose code starts in one file. One finding per file.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use lockstep_model::{Location, RepoPath};
use serde_json::{Map, Value};

use crate::{
    Draft, Rule, Sink, View,
    prose::{all_of, count, names},
    stages::are_stages,
};

/// The rule.
pub(crate) struct SharedEntryFile;

/// Names in one sentence before "and 3 more".
const NAMES: usize = 3;
/// Places that are shown.
const SHOWN: usize = 4;

impl Rule for SharedEntryFile {
    const META: RuleMeta = RuleMeta {
        name: "shared-entry-file",
        group: Group::Deployment,
        default_level: Level::Warn,
        summary: "functions that start in one file: a change of it is a change of all",
        since: "0.1.0",
        page: include_str!("shared_entry_file.md"),
    };
    type Options = Map<String, Value>;

    fn check(_: &Self::Options, view: &View<'_>, sink: &mut Sink) {
        // Code that stands in a manifest is declared there, not shared: no function runs the manifest.
        let declarations = view.functions().iter().flat_map(|function| &function.declarations);
        let mut manifests: BTreeSet<&RepoPath> = declarations.map(|declaration| &declaration.location.path).collect();
        for closure in (0..view.functions().len()).filter_map(|function| view.closure(function)) {
            for file in &closure.files {
                manifests.remove(&file.path);
            }
        }
        let mut starts: BTreeMap<&RepoPath, Vec<usize>> = BTreeMap::new();
        for (number, function) in view.functions().iter().enumerate() {
            if let Some(entry) = function.entry.as_ref().filter(|entry| !manifests.contains(&entry.path)) {
                starts.entry(&entry.path).or_default().push(number);
            }
        }
        for (path, functions) in starts {
            let one = view.all_declared_together(&functions) || are_stages(view, &functions);
            if functions.len() > 1 && !one {
                sink.say(finding(view, path, functions));
            }
        }
    }
}

fn finding(view: &View<'_>, path: &RepoPath, mut functions: Vec<usize>) -> Draft {
    functions.sort_by_key(|function| view.id(*function));
    let ids: Vec<&str> = functions.iter().map(|function| view.id(*function).as_str()).collect();
    let handlers = handlers(view, &functions);
    let message = match &handlers[..] {
        [Some(handler)] => format!("{} run the same handler, `{handler}` of `{path}`", names(&ids, NAMES)),
        _ => format!("{} start in the same file, `{path}`", names(&ids, NAMES)),
    };
    let label = |function: &usize| {
        let start = view.closure(*function).and_then(|closure| closure.start.clone());
        let message = format!("`{}` starts here", view.id(*function));
        Label { location: start.unwrap_or_else(|| Location::whole_file(path.clone())), message }
    };
    let mut labels: Vec<Label> = functions.iter().take(SHOWN).map(label).collect();
    let primary = labels.remove(0);
    let mut draft = Draft::new(message, primary).about(view, functions.iter().copied());
    draft.subjects = vec![path.to_string()];
    draft.related = labels;
    draft.evidence = vec![Evidence::SharedFile { path: path.clone(), functions: functions.len() }];
    draft.weight = functions.len() as f64 / view.functions().len().max(1) as f64;
    draft.notes = notes(view, path, &functions, &handlers);
    draft.help = help(&handlers);
    draft
}

/// The handlers that the functions name in the file, each once.
fn handlers<'a>(view: &View<'a>, functions: &[usize]) -> Vec<Option<&'a str>> {
    let symbol =
        |function: &usize| view.functions()[*function].entry.as_ref().and_then(|entry| entry.symbol.as_deref());
    functions.iter().map(symbol).collect::<BTreeSet<_>>().into_iter().collect()
}

fn notes(view: &View<'_>, path: &RepoPath, functions: &[usize], handlers: &[Option<&str>]) -> Vec<String> {
    let number = count(functions.len() as u32, "function");
    let mut notes = match handlers {
        [_] => vec![format!("it is one piece of code under {number}: none of them changes without the others")],
        _ => vec![format!(
            "what is edited in it is deployed with {}, and what runs when it is loaded runs in each of them",
            all_of(functions.len(), "function")
        )],
    };
    let roots = functions.iter().filter_map(|function| view.functions()[*function].code_root.as_ref());
    if roots.clone().next().is_some() && roots.clone().all(|root| !path.starts_with(root)) {
        notes.push(
            "the file is outside of the folders that they are packaged from: a library holds the handler".to_owned(),
        );
    }
    notes
}

fn help(handlers: &[Option<&str>]) -> Vec<String> {
    match handlers {
        [_] => vec![
            "if only their settings differ, declare them one `[[service]]` in lockstep.toml".to_owned(),
            "or give each a handler of its own that calls what they share".to_owned(),
        ],
        _ => vec![
            "give each an entry file of its own".to_owned(),
            "or make them one function, or declare them one `[[service]]` in lockstep.toml, if they are meant to move as one"
                .to_owned(),
        ],
    }
}
