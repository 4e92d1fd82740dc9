//! From what the apps say to declarations: a function is one, however many stages deploy it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{DEPLOYED_NAME, Declaration, Location, RepoPath};
use lockstep_script::{
    Sources,
    evaluate::{Evaluation, Event, EventKind, Site, Value},
};

use super::{
    NAME,
    apps::App,
    code::{self, CodeOf},
    constructs::property,
    places::{self, Part},
    wiring::Wiring,
};
use crate::{
    aws::uses::Uses,
    in_code::service_name,
    platform::{CodeSource, Declared},
};

/// What all apps say.
#[derive(Default)]
pub(super) struct Gathered {
    found: Vec<Found>,
    texts: HashMap<RepoPath, Arc<str>>,
}

/// A function of one stack of one app.
struct Found {
    service: String,
    /// Its key among the constructs of its app.
    key: String,
    folder: RepoPath,
    /// The id of the stack, as far as it is known.
    stack_id: Option<String>,
    /// The ids below the stack, the function's own last.
    parts: Vec<Part>,
    /// What it is called if no id is known.
    otherwise: String,
    event: Event,
    /// The calls through which it is made, innermost first; never empty.
    calls: Vec<Site>,
    code: CodeOf,
    uses: Uses,
    environment: BTreeMap<String, String>,
}

impl Gathered {
    /// Adds what a class says that no app makes, without what apps make, and without what only its users would tell.
    pub(super) fn add_unmade(&mut self, sources: &Sources<'_>, app: &App, evaluation: &Evaluation) {
        let made: Vec<Vec<Site>> = self.found.iter().map(|found| sites(&found.event)).collect();
        let new = self.found.len();
        self.add(sources, app, evaluation, &mut Vec::new());
        let mut at = 0;
        self.found.retain(|found| {
            at += 1;
            let mut calls = sites(&found.event);
            // The last call is ours.
            calls.pop();
            let known = !matches!(found.code.code, CodeSource::Unknown(_)) && !found.parts.is_empty();
            at <= new || (known && !made.iter().any(|other| other.starts_with(&calls)))
        });
    }

    /// Adds what one app says.
    pub(super) fn add(
        &mut self,
        sources: &Sources<'_>,
        app: &App,
        evaluation: &Evaluation,
        problems: &mut Vec<Problem>,
    ) {
        let files = sources.files();
        problems.extend(evaluation.problems.iter().cloned());
        problems.extend(evaluation.events.iter().filter_map(|event| lost_stack(event, sources)));
        let events = &evaluation.events;
        let functions: Vec<(usize, code::Way)> =
            (0..events.len()).filter_map(|index| Some((index, code::way(&events[index], files)?))).collect();
        let labels = Labels::new(app, evaluation);
        let wiring = Wiring::read(evaluation, &labels, functions.iter().map(|(index, _)| *index));
        for (index, way) in functions {
            let event = &events[index];
            let place = places::way(evaluation, index);
            let (uses, environment) = wiring.of(index);
            for site in std::iter::once(&event.site).chain(&event.chain) {
                if let Ok(text) = files.text(&site.path) {
                    self.texts.insert(site.path.clone(), text);
                }
            }
            self.found.push(Found {
                service: labels.of(place.stack),
                key: labels.key(index),
                folder: app.folder.clone(),
                stack_id: place.stack.and_then(|stack| labels.id(stack)),
                parts: wiring.logical_id(index).or(singleton(event)).map_or(place.parts, |part| vec![part]),
                otherwise: otherwise(event),
                event: event.clone(),
                calls: places::calls(event, place.stack.and_then(|stack| events.get(stack))),
                code: code::read(event, way, app, evaluation, sources),
                uses,
                environment,
            });
        }
    }

    /// The declarations: one for each function.
    pub(super) fn declared(mut self, _problems: &mut [Problem]) -> Vec<Declared> {
        self.tell_stacks_apart();
        let names = self.names();
        self.name_calls(&names);
        let mut declared: BTreeMap<(String, RepoPath, String, String), Declared> = BTreeMap::new();
        let mut sites: BTreeMap<Site, BTreeSet<String>> = BTreeMap::new();
        for (found, (name, origin)) in self.found.iter().zip(&names) {
            let site = found.declaring(origin.as_ref()).clone();
            sites.entry(site).or_default().insert(name.clone());
        }
        let texts = std::mem::take(&mut self.texts);
        for (found, (name, origin)) in self.found.into_iter().zip(names) {
            let several = sites[found.declaring(origin.as_ref())].len() > 1;
            let one = found.declared(&name, origin.as_ref(), several, &texts);
            let code = format!("{:?} {:?} {:?}", one.code, one.declaration.handler, one.build);
            match declared.entry((one.service.clone(), one.stack_folder.clone(), name, code)) {
                std::collections::btree_map::Entry::Vacant(slot) => {
                    slot.insert(one);
                }
                std::collections::btree_map::Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.channels.extend(one.channels);
                    known.stores.extend(one.stores);
                    known.invokes.extend(one.invokes);
                    for (name, value) in one.environment {
                        known.environment.entry(name).or_insert(value);
                    }
                }
            }
        }
        declared.into_values().collect()
    }

    /// Stacks of one class that are made for different things, not for different stages, are called by their ids.
    fn tell_stacks_apart(&mut self) {
        /// The codes of one construct, by the ids of the stacks that hold it.
        type Codes = BTreeMap<String, BTreeSet<String>>;
        let mut codes: BTreeMap<(String, RepoPath, String, Site), Codes> = BTreeMap::new();
        for found in &self.found {
            let id = places::without_stage(found.stack_id.as_deref().unwrap_or_default());
            let name = found.parts.last().map(|part| part.text.clone()).unwrap_or_default();
            let code = format!("{:?} {:?}", found.code.code, found.code.handler);
            let key = (found.service.clone(), found.folder.clone(), name, found.event.site.clone());
            codes.entry(key).or_default().entry(id).or_default().insert(code);
        }
        let apart: BTreeSet<(String, RepoPath)> = codes
            .into_iter()
            .filter(|(_, ids)| ids.len() > 1 && ids.values().collect::<BTreeSet<_>>().len() > 1)
            .map(|((service, folder, ..), _)| (service, folder))
            .collect();
        for found in &mut self.found {
            if apart.contains(&(found.service.clone(), found.folder.clone())) {
                let id = places::without_stage(found.stack_id.as_deref().unwrap_or_default());
                if id.chars().any(char::is_alphanumeric) {
                    found.service = id;
                }
            }
        }
    }

    /// The name of every function, and the literal it comes from.
    fn names(&self) -> Vec<(String, Option<Site>)> {
        let mut names: Vec<(String, Option<Site>)> = self.found.iter().map(|found| found.name(1)).collect();
        // Where two functions of a stack would be called alike, the ids above tell them apart.
        for depth in 2..4 {
            let mut codes: HashMap<(String, RepoPath, String), BTreeSet<String>> = HashMap::new();
            for (found, (name, _)) in self.found.iter().zip(&names) {
                let key = (found.service.clone(), found.folder.clone(), name.clone());
                codes.entry(key).or_default().insert(found.identity());
            }
            for (found, name) in self.found.iter().zip(&mut names) {
                let key = (found.service.clone(), found.folder.clone(), name.0.clone());
                if codes[&key].len() > 1 && found.parts.len() >= depth {
                    *name = found.name(depth);
                }
            }
        }
        self.without_stages(&mut names);
        names
    }

    /// Calls and variables name functions by their ids; from here on by what the functions are called.
    fn name_calls(&mut self, names: &[(String, Option<Site>)]) {
        let mut called: HashMap<(RepoPath, String), String> = HashMap::new();
        for (found, (name, _)) in self.found.iter().zip(names) {
            called.insert((found.folder.clone(), found.key.clone()), format!("{}#{name}", found.service));
        }
        for found in &mut self.found {
            let folder = found.folder.clone();
            let keys = found.uses.invokes.iter_mut().map(|call| &mut call.key);
            for key in keys.chain(found.environment.values_mut()) {
                if let Some(name) = called.get(&(folder.clone(), key.clone())) {
                    key.clone_from(name);
                }
            }
        }
    }

    /// One call that makes the same function for several stages, each with the stage in its id: it is one function.
    fn without_stages(&self, names: &mut [(String, Option<Site>)]) {
        let key = |found: &Found, name: &(String, Option<Site>)| {
            let site = found.declaring(name.1.as_ref()).clone();
            let code = format!("{:?} {:?} {:?}", found.code.code, found.code.handler, found.code.build);
            (found.service.clone(), site, code, places::without_stage(&name.0))
        };
        let mut written: HashMap<_, BTreeSet<String>> = HashMap::new();
        for (found, name) in self.found.iter().zip(names.iter()) {
            written.entry(key(found, name)).or_default().insert(name.0.clone());
        }
        for (found, name) in self.found.iter().zip(names) {
            if written[&key(found, name)].len() > 1 {
                name.0 = places::without_stage(&name.0);
            }
        }
    }
}

impl Found {
    fn declaring(&self, origin: Option<&Site>) -> &Site {
        places::declaring(&self.calls, origin).unwrap_or(&self.event.site)
    }

    /// What tells it from others of its name.
    fn identity(&self) -> String {
        let path: Vec<&str> = self.parts.iter().map(|part| part.text.as_str()).collect();
        format!("{:?} {:?} {:?} {}", self.code.code, self.code.handler, self.code.build, path.join("/"))
    }

    fn name(&self, depth: usize) -> (String, Option<Site>) {
        let Some(last) = self.parts.last() else { return (self.otherwise.clone(), None) };
        let depth = if places::is_generic(&last.text) { depth + 1 } else { depth };
        let from = self.parts.len().saturating_sub(depth);
        let used: Vec<&Part> = self.parts[from..].iter().filter(|part| !places::is_generic(&part.text)).collect();
        if used.is_empty() {
            return (places::without_holes(&last.text), last.origin.clone());
        }
        // `PayConstruct/PayFunction` says no more than its last part; `Pay/Pay` no more than `Pay`.
        let mut words: Vec<String> = used.iter().map(|part| places::without_holes(&part.text)).collect();
        words.dedup();
        let origin = used.iter().find_map(|part| part.origin.clone());
        (words.join("-"), origin)
    }

    fn declared(
        self,
        name: &str,
        origin: Option<&Site>,
        several: bool,
        texts: &HashMap<RepoPath, Arc<str>>,
    ) -> Declared {
        let site = self.declaring(origin).clone();
        let site = &site;
        let literal = origin.filter(|origin| origin.path == site.path && (several || site.holds(origin)));
        let text = texts.get(&site.path).cloned().unwrap_or_else(|| Arc::from(""));
        // From the call to its id; a literal that a loop goes through stands for itself.
        let (span, end) = match literal {
            Some(literal) if site.holds(literal) => (site.start..literal.end, site.end),
            Some(literal) => (literal.span(), literal.end),
            None => (site.start..site.start + first_line(&text, site), site.end),
        };
        let mut environment = self.environment;
        if let Some(name) = property(&self.event, "functionName").and_then(Value::as_text) {
            environment.insert(DEPLOYED_NAME.to_owned(), name.to_owned());
        }
        Declared {
            name: name.to_owned(),
            service: self.service,
            stack_folder: self.folder,
            declaration: Declaration {
                platform: NAME,
                location: Location::of_span(site.path.clone(), &text, span),
                block_end: u32::try_from(end).unwrap_or(u32::MAX),
                logical_id: name.to_owned(),
                handler: self.code.handler,
            },
            runtime: self.code.runtime,
            code: self.code.code,
            build: self.code.build,
            style: self.code.style,
            environment,
            layers: self.uses.layers,
            channels: self.uses.channels,
            stores: self.uses.stores,
            invokes: self.uses.invokes,
        }
    }
}

/// A stack of a class that the repository lacks: what it declares is not known.
fn lost_stack(event: &Event, sources: &Sources<'_>) -> Option<Problem> {
    let callee = &event.callee;
    let ours = ["aws-cdk", "aws_cdk", "@aws-cdk", "monocdk", "@guardian/cdk"];
    let known = callee.module.is_empty() || ours.iter().any(|package| callee.module.starts_with(package));
    let made = event.kind != EventKind::Decorator && callee.receiver.is_none() && event.extended_by.is_empty();
    if known || !made || !callee.last().ends_with("Stack") {
        return None;
    }
    let text = sources.files().text(&event.site.path).ok()?;
    let place = Location::of_span(event.site.path.clone(), &text, event.site.span());
    let message = format!(
        "the stack `{}` comes from `{}`, which is not in the repository: functions it declares are not checked",
        callee.last(),
        code::shown(&callee.module),
    );
    Some(Problem::at(ProblemKind::Unevaluated, place, message))
}

/// A singleton is one function however often it is asked for, known by its purpose.
fn singleton(event: &Event) -> Option<Part> {
    if super::constructs::camel(event.callee.last()) != "SingletonFunction" {
        return None;
    }
    match property(event, "lambdaPurpose").or_else(|| property(event, "uuid"))? {
        Value::Text(text) => Some(Part { text: text.text.clone(), origin: text.origin.clone() }),
        _ => None,
    }
}

/// The calls that make a function, innermost first.
fn sites(event: &Event) -> Vec<Site> {
    std::iter::once(&event.site).chain(&event.chain).cloned().collect()
}

fn first_line(text: &str, site: &Site) -> usize {
    let whole = text.get(site.span()).unwrap_or_default();
    whole.find(['\n', '(']).unwrap_or(whole.len())
}

/// A name for a function whose id is not known.
fn otherwise(event: &Event) -> String {
    let deployed = property(event, "functionName").and_then(Value::as_text).map(places::without_stage);
    let named = deployed.filter(|name| name.chars().any(char::is_alphanumeric));
    let entry = || {
        let text = property(event, "entry").or_else(|| property(event, "handler"))?.as_text()?;
        let stem = text.rsplit('/').next()?.split('.').next()?;
        Some(stem.to_owned()).filter(|stem| stem.chars().any(char::is_alphanumeric))
    };
    named.or_else(entry).unwrap_or_else(|| event.callee.last().to_owned())
}

/// What the stacks of an app are called.
pub(super) struct Labels<'e> {
    app: &'e App,
    evaluation: &'e Evaluation,
    otherwise: String,
}

impl<'e> Labels<'e> {
    fn new(app: &'e App, evaluation: &'e Evaluation) -> Self {
        Self { app, evaluation, otherwise: service_name(&app.folder, app.entry.file_stem()) }
    }

    /// The folder that relative paths are looked up from.
    pub(super) fn folder(&self) -> &RepoPath {
        &self.app.folder
    }

    /// The id of a stack.
    fn id(&self, stack: usize) -> Option<String> {
        let text = super::host::id(self.evaluation.events.get(stack)?)?.as_text()?.to_owned();
        Some(text)
    }

    /// The class of a stack, else its id, else the app.
    pub(super) fn of(&self, stack: Option<usize>) -> String {
        let Some(event) = stack.and_then(|stack| self.evaluation.events.get(stack)) else {
            return self.otherwise.clone();
        };
        let class = event.extended_by.last().and_then(|class| class.name.clone());
        let id = || {
            let id = places::without_stage(&self.id(stack?)?);
            Some(id).filter(|id| id.chars().any(char::is_alphanumeric))
        };
        class.or_else(id).unwrap_or_else(|| self.otherwise.clone())
    }

    /// The key of a construct: its stack, and the ids below.
    pub(super) fn key(&self, index: usize) -> String {
        let way = places::way(self.evaluation, index);
        let mut ids: Vec<&str> = way.parts.iter().map(|part| part.text.as_str()).collect();
        if ids.is_empty() {
            ids.extend(self.evaluation.events.get(index).map(|event| event.callee.last()));
        }
        format!("{}#{}", self.of(way.stack), ids.join("/"))
    }
}
