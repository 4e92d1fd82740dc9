//! `shared-implementation`: implementation files that functions of several services run.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use lockstep_model::{Basis, FileKind, Location, RepoPath, Symbols};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Draft, Range, Rule, RuleOptions, Sink, View,
    options::read,
    prose::{count, names},
    view::sorted,
};

/// The rule.
pub(crate) struct SharedImplementation;

/// What may be set for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Options {
    /// From how many services on a file is reported.
    pub min_services: usize,
    /// At most so many files are reported, those of the most services first.
    pub most: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_services: 2, most: 20 }
    }
}

impl RuleOptions for Options {
    const RANGES: &'static [(&'static str, Range)] =
        &[("min-services", Range::AtLeast(2)), ("most", Range::AtLeast(1))];
}

/// Names in one sentence before "and 3 more".
const NAMES: usize = 4;

/// A file and the functions that run it.
pub(crate) struct Shared<'a> {
    pub path: &'a RepoPath,
    pub functions: Vec<usize>,
    services: Vec<&'a str>,
}

impl Rule for SharedImplementation {
    const META: RuleMeta = RuleMeta {
        name: NAME,
        group: Group::Code,
        default_level: Level::Allow,
        summary: "services that share implementation code instead of a contract",
        since: "0.1.0",
        page: include_str!("shared_implementation.md"),
    };
    type Options = Options;

    fn check(options: &Options, view: &View<'_>, sink: &mut Sink) {
        let mut shared = shared_files(view, options.min_services);
        shared.sort_by(|x, y| {
            (y.services.len(), y.functions.len(), x.path).cmp(&(x.services.len(), x.functions.len(), y.path))
        });
        let more = shared.len().saturating_sub(options.most);
        let last = options.most.min(shared.len());
        for (number, file) in shared.iter().take(options.most).enumerate() {
            let mut draft = finding(view, file);
            if more > 0 && number + 1 == last {
                draft.notes.push(format!(
                    "{} that several services run are not listed; raise `most` to see them",
                    count(more as u32, "further file")
                ));
            }
            sink.say(draft);
        }
    }
}

/// Its name.
pub(crate) const NAME: &str = "shared-implementation";

/// All files that it would report, whatever `most` says.
pub(crate) fn shared<'a>(view: &View<'a>, options: &dyn Fn(&RuleMeta) -> Map<String, Value>) -> Vec<Shared<'a>> {
    let options: Options = read::<SharedImplementation>(&options(&SharedImplementation::META)).unwrap_or_default();
    shared_files(view, options.min_services)
}

/// Only code that was followed by its imports: a folder that is packaged as a whole says nothing about use. A function
/// shares a file with others if it runs some part of it that a function of another service runs as well.
fn shared_files<'a>(view: &View<'a>, min_services: usize) -> Vec<Shared<'a>> {
    let mut by_path: BTreeMap<&RepoPath, Vec<(usize, &Symbols)>> = BTreeMap::new();
    for function in 0..view.functions().len() {
        let closure = view.closure(function).filter(|closure| closure.basis == Basis::Imports);
        for file in closure.iter().flat_map(|closure| &closure.files) {
            if file.kind == FileKind::Implementation {
                by_path.entry(&file.path).or_default().push((function, &file.symbols));
            }
        }
    }
    by_path
        .into_iter()
        .map(|(path, running)| {
            let shares = |(function, symbols): &&(usize, &Symbols)| {
                let other = |(other, theirs): &(usize, &Symbols)| {
                    view.service(*other) != view.service(*function) && symbols.overlap(theirs)
                };
                running.iter().any(other)
            };
            let functions: Vec<usize> = running.iter().filter(shares).map(|(function, _)| *function).collect();
            let services = sorted(functions.iter().map(|function| view.service(*function)).collect());
            Shared { path, functions, services }
        })
        .filter(|shared| shared.services.len() >= min_services)
        .collect()
}

fn finding(view: &View<'_>, shared: &Shared<'_>) -> Draft {
    let message = format!("{} share the implementation `{}`", names(&shared.services, NAMES), shared.path);
    let functions = count(shared.functions.len() as u32, "function");
    let primary = Label {
        location: Location::whole_file(shared.path.clone()),
        message: format!("{functions} of {} services run this", shared.services.len()),
    };
    let mut draft = Draft::new(message, primary).about(view, shared.functions.iter().copied());
    draft.subjects = vec![shared.path.to_string()];
    draft.weight = shared.functions.len() as f64 / view.functions().len().max(1) as f64;
    // One import of each service is enough to find the way.
    let mut seen: Vec<&str> = Vec::new();
    for function in &shared.functions {
        let service = view.service(*function);
        let via = view
            .closure(*function)
            .and_then(|closure| closure.files.iter().find(|file| file.path == *shared.path)?.via.as_ref());
        if let Some(via) = via.filter(|_| !seen.contains(&service)) {
            seen.push(service);
            let message = format!("`{}` comes by it here", view.id(*function));
            draft.related.push(Label { location: via.location.clone(), message });
        }
    }
    draft.evidence = vec![Evidence::SharedFile { path: shared.path.clone(), functions: shared.functions.len() }];
    draft.notes = vec![format!("each change of it means that {functions} must be deployed again")];
    draft.help = vec![
        "keep in it only what is a contract (types, schemas) and give each service its own code".to_owned(),
        "or publish it as a library with versions, so that each service takes a change when it wants to".to_owned(),
    ];
    draft
}
