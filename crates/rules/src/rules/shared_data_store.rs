//! `shared-data-store`: a table, bucket or namespace that functions of several services write. One finding per store.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Evidence, Group, Label, Level, RuleMeta};
use lockstep_model::{Access, Store, Strength};
use serde_json::{Map, Value};

use crate::{
    Draft, Rule, Sink, View,
    prose::{count, names},
    view::sorted,
};

/// The rule.
pub(crate) struct SharedDataStore;

/// Names in one sentence before "and 3 more".
const NAMES: usize = 4;
/// Stores of settings and credentials: what one writes there says nothing to another.
const SETTINGS: [&str; 3] = ["parameter", "secret", "key"];
/// Words in the names of buckets that belong to a tool, and that everybody writes.
const TOOLS: [&str; 6] = ["accesslog", "loggingbucket", "logbucket", "logsbucket", "deploymentbucket", "artifact"];
/// Letters and digits that a name needs for telling a store from others.
const TELLING: usize = 3;

/// Who writes a store, by service.
#[derive(Default)]
struct Writers<'a> {
    services: BTreeMap<&'a str, Vec<(usize, Strength)>>,
}

impl Rule for SharedDataStore {
    const META: RuleMeta = RuleMeta {
        name: "shared-data-store",
        group: Group::Channels,
        default_level: Level::Warn,
        summary: "a table, bucket or namespace that several services write",
        since: "0.1.0",
        page: include_str!("shared_data_store.md"),
    };
    type Options = Map<String, Value>;

    fn check(_: &Self::Options, view: &View<'_>, sink: &mut Sink) {
        let mut stores: BTreeMap<(&str, &str), Writers<'_>> = BTreeMap::new();
        for (number, function) in view.functions().iter().enumerate() {
            for store in function.stores.iter().filter(|store| is_data(store) && store.access == Access::Write) {
                let writers = stores.entry((&store.kind, &store.key)).or_default();
                writers.services.entry(view.service(number)).or_default().push((number, store.strength));
            }
        }
        for ((kind, key), mut writers) in stores {
            if writers.services.len() > 1 {
                writers.keep_the_certain();
                sink.say(finding(view, kind, key, &writers));
            }
        }
    }
}

/// True unless the store holds settings, is a tool's, or has no name to know it by.
fn is_data(store: &Store) -> bool {
    let plain: String = store.key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let of_a_tool = store.kind == "bucket" && TOOLS.iter().any(|word| plain.contains(word));
    !SETTINGS.contains(&store.kind.as_str()) && !of_a_tool && plain.chars().count() >= TELLING
}

impl Writers<'_> {
    /// Where a service has a function that is said to write, what it says of all its functions adds nothing.
    fn keep_the_certain(&mut self) {
        for writers in self.services.values_mut() {
            if writers.iter().any(|(_, strength)| *strength == Strength::Own) {
                writers.retain(|(_, strength)| *strength == Strength::Own);
            }
        }
    }

    /// The services of which it is only known that all their functions may write.
    fn only_said_for_all(&self) -> Vec<&str> {
        let inherited = |writers: &[(usize, Strength)]| writers.iter().all(|(_, said)| *said == Strength::Inherited);
        self.services.iter().filter(|(_, writers)| inherited(writers)).map(|(service, _)| *service).collect()
    }
}

fn finding(view: &View<'_>, kind: &str, key: &str, writers: &Writers<'_>) -> Draft {
    let services: Vec<&str> = writers.services.keys().copied().collect();
    let weak = writers.only_said_for_all();
    let verb = if weak.len() == services.len() { "may all write" } else { "write" };
    let message = format!("the services {} {verb} the {kind} `{key}`", names(&services, NAMES));
    let mut labels: Vec<Label> = Vec::new();
    for (service, writers) in &writers.services {
        let (first, strength) = writers[0];
        let message = match strength {
            Strength::Own if writers.len() == 1 => format!("`{}` writes it", view.id(first)),
            Strength::Own => format!("`{}` writes it, as {} of `{service}`", view.id(first), others(writers)),
            Strength::Inherited => format!("all functions of `{service}` may write it"),
        };
        labels.push(Label { location: view.functions()[first].declared_at().clone(), message });
    }
    let primary = labels.remove(0);
    let functions = sorted(writers.services.values().flatten().map(|(function, _)| *function).collect());
    let mut draft = Draft::new(message, primary).about(view, functions);
    draft.subjects = vec![format!("{kind} {key}")];
    draft.related = labels;
    draft.evidence = vec![Evidence::SharedStore { kind: kind.to_owned(), key: key.to_owned() }];
    draft.weight = services.len() as f64 / view.graph().functions().len().max(1) as f64;
    draft.notes = vec![format!(
        "what one of them stores there, the others must understand: the layout of the {kind} is an unwritten contract"
    )];
    if !weak.is_empty() {
        draft.notes.push(format!(
            "{} give the right to write to all functions at once: that it is used is not said",
            names(&weak, NAMES)
        ));
    }
    draft.help = vec![
        format!("give the {kind} to one service, and let the others ask it or tell it (an API, an event)"),
        format!("or make one service of {}, if they are meant to move as one", names(&services, NAMES)),
    ];
    if !weak.is_empty() {
        draft.help.push("or take the right to write from those that only read".to_owned());
    }
    draft
}

/// "1 other function does", "2 other functions do", with the service between.
fn others(writers: &[(usize, Strength)]) -> String {
    let more = u32::try_from(writers.len() - 1).unwrap_or(u32::MAX);
    format!("{} {}", if more == 1 { "does" } else { "do" }, count(more, "other function"))
}
