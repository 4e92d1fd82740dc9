//! The `functions` of a service: a map or a list of maps, written here or in other files.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_document::Key;
use lockstep_model::{DEPLOYED_NAME, Declaration, Layer, Strength};

use super::{
    cloudformation::{self, Names, Target},
    events::Wiring,
    library::At,
    providers, script,
    service::{Service, logical_id},
    variables::{Found, Mode},
};
use crate::aws::uses::{Use, Uses};
use crate::platform::Declared;

/// A function's key, the file the key stands in, and its value as written there.
#[derive(Clone, Copy)]
pub(super) struct Function<'a> {
    pub(super) key: &'a Key,
    /// The value beside the key, a variable perhaps.
    pub(super) written: At<'a>,
    /// The map it leads to.
    pub(super) value: At<'a>,
}

/// All functions of `service`, in the order of the manifest. What cannot be followed is named.
pub(super) fn list<'a>(service: &Service<'a>, problems: &mut Vec<Problem>) -> Vec<Function<'a>> {
    strays(service, problems);
    let Some(functions) = service.root().get("functions") else { return Vec::new() };
    let mut found = Vec::new();
    for top in followed(service, functions, "functions", problems) {
        if let Some(text) = top.node.as_text() {
            let message = format!("`functions` is the text `{text}`, not a map of functions");
            problems.push(Problem::at(ProblemKind::InvalidManifest, top.place(), message));
            continue;
        }
        for item in top.items() {
            for map in followed(service, item, "functions", problems) {
                for (key, written) in map.entries() {
                    add(service, key, written, problems, &mut found);
                }
            }
        }
    }
    found
}

/// What looks like a function but was indented too little: the framework deploys nothing for it.
fn strays(service: &Service<'_>, problems: &mut Vec<Problem>) {
    for (key, value) in service.root().entries() {
        let looks_like_one = value.get("handler").is_some_and(|at| at.node.as_str().is_some());
        if looks_like_one && key.text != "functions" {
            let message =
                format!("`{}` has a handler but stands outside of `functions`, so it is not deployed", key.text);
            problems.push(Problem::at(ProblemKind::Unevaluated, value.source.place(key.span.clone()), message));
        }
    }
}

fn add<'a>(
    service: &Service<'a>,
    key: &'a Key,
    written: At<'a>,
    problems: &mut Vec<Problem>,
    found: &mut Vec<Function<'a>>,
) {
    let values = followed(service, written, &format!("the function `{}`", key.text), problems);
    // Files of several stages may all declare it: the first speaks.
    let Some(value) = values.into_iter().next() else { return };
    if providers::is_function(service, value) {
        found.push(Function { key, written, value });
        return;
    }
    let place = written.source.place(key.span.clone());
    let message = if value.node.as_str() == Some(script::HOLE) {
        format!("the function `{}` is put together as the script runs: it is not counted", key.text)
    } else if value.get("sequence").is_some() {
        format!("`{}` is a sequence of other functions and has no code of its own", key.text)
    } else {
        format!("`{}` names neither a handler nor an image, so nothing is deployed for it", key.text)
    };
    problems.push(Problem::at(ProblemKind::Unsupported, place, message));
}

/// What `at` leads to; if that is nothing, what is unknown because of it is a problem.
fn followed<'a>(service: &Service<'a>, at: At<'a>, what: &str, problems: &mut Vec<Problem>) -> Vec<At<'a>> {
    let why = match service.variables.follow(at, Mode::Deploy) {
        Found::Nodes(nodes) => return nodes,
        Found::Missing(why) => why,
        Found::Text(text) => format!("it is the text `{text}`"),
    };
    let written = at.node.as_str().unwrap_or_default();
    let message = format!("{what} cannot be read from `{written}`: {why}");
    problems.push(Problem::at(ProblemKind::Unevaluated, at.place(), message));
    Vec::new()
}

/// The words that other parts of the service call its functions by, and the logical id that each means.
pub(super) fn call_names(service: &Service<'_>, functions: &[Function<'_>]) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for function in functions {
        let id = id_of(service, function.key);
        names.insert(logical_id(&function.key.text), id.clone());
        names.entry(function.key.text.clone()).or_insert(id);
    }
    names
}

/// The logical id in the stack; the key itself where there is no stack.
fn id_of(service: &Service<'_>, key: &Key) -> String {
    if service.provider == "aws" { logical_id(&key.text) } else { key.text.clone() }
}

/// The deployed name of a function, holes in it.
pub(super) fn deployed_name<'a>(service: &Service<'a>, function: &Function<'a>) -> String {
    let own = service.variables.text_at(function.value, &["name"], Mode::Key);
    own.unwrap_or_else(|| format!("{}-*-{}", service.name, function.key.text))
}

/// The function as the rest of discovery takes it.
pub(super) fn declared<'a>(
    service: &Service<'a>,
    names: &Names,
    function: &Function<'a>,
    machines: &Machines,
) -> Declared {
    let code = providers::code(service, &function.key.text, function.value);
    let source = function.written.source;
    let location = source.place(function.key.span.clone());
    let end = function.written.node.span.end.max(function.key.span.end);
    let id = id_of(service, function.key);
    let (mut environment, uses) = wiring(service, names, function, machines.of(&id));
    if service.provider == "aws" {
        environment.insert(DEPLOYED_NAME.to_owned(), deployed_name(service, function));
    }
    Declared {
        name: function.key.text.clone(),
        service: service.name.clone(),
        stack_folder: service.folder.clone(),
        declaration: Declaration {
            platform: super::NAME,
            location,
            block_end: u32::try_from(end).unwrap_or(u32::MAX),
            logical_id: id,
            handler: code.handler,
        },
        runtime: code.runtime,
        code: code.source,
        build: code.build,
        style: code.style,
        environment,
        layers: uses.layers,
        channels: uses.channels,
        stores: uses.stores,
        invokes: uses.invokes,
    }
}

fn wiring<'a>(
    service: &Service<'a>,
    names: &Names,
    function: &Function<'a>,
    machines: &[String],
) -> (BTreeMap<String, String>, Uses) {
    let variables = &service.variables;
    let mut wiring = Wiring { service, names, function: &function.key.text, uses: Uses::default() };
    wiring.events(function.value);
    wiring.destinations(function.value);
    let own = ["iamRoleStatements", "iamRole"].iter().flat_map(|key| variables.path(function.value, &[key]));
    let own: Vec<At<'a>> = own.flat_map(|at| at.get("statements").map_or(vec![at], |at| vec![at])).collect();
    let alone = !own.is_empty()
        && variables
            .text_at(function.value, &["iamRoleStatementsInherit"], Mode::Deploy)
            .is_none_or(|text| text != "true");
    wiring.statements(own, Strength::Own);
    match role(service, function.value) {
        Some(statements) => wiring.statements(statements, Strength::Inherited),
        None if alone => {}
        None => {
            let root = service.root();
            for keys in [&["provider", "iamRoleStatements"][..], &["provider", "iam", "role", "statements"]] {
                wiring.statements(variables.path(root, keys), Strength::Inherited);
            }
        }
    }
    let mut environment = BTreeMap::new();
    let scopes = [
        (service.root(), &["provider", "environment"][..], Strength::Inherited),
        (function.value, &["environment"], Strength::Own),
    ];
    for (at, keys, strength) in scopes {
        for (key, value) in variables.path(at, keys).into_iter().flat_map(At::entries) {
            let called = wiring.environment(value, strength);
            if let Some(text) = called.or_else(|| variables.text(value, Mode::Deploy)) {
                environment.insert(key.text.clone(), text);
            }
        }
    }
    for machine in machines {
        let what = Use::Channel("state-machine", lockstep_model::ChannelDirection::Receives);
        wiring.uses.add(what, format!("{}#{machine}", service.label), Strength::Own);
    }
    let mut uses = wiring.uses;
    uses.layers = layers(service, function.value);
    (environment, uses)
}

/// The statements of the role that a function names, if it is one of the stack's own.
fn role<'a>(service: &Service<'a>, function: At<'a>) -> Option<Vec<At<'a>>> {
    let at = function.get("role").or_else(|| service.root().get("provider")?.get("role"))?;
    let named = service.variables.nodes(at).into_iter().next()?;
    let id = match cloudformation::target(&service.variables, named)? {
        Target::Resource(id) => id,
        Target::Name(name) => name,
    };
    let role = service.resources.get(&id)?;
    let policies = service.variables.path(*role, &["Properties", "Policies"]).into_iter().flat_map(At::items);
    Some(policies.flat_map(|policy| service.variables.path(policy, &["PolicyDocument", "Statement"])).collect())
}

/// The layers that a function names; the provider's, if it names none.
fn layers<'a>(service: &Service<'a>, function: At<'a>) -> Vec<Layer> {
    let variables = &service.variables;
    let mut listed = variables.path(function, &["layers"]);
    if listed.is_empty() {
        listed = variables.path(service.root(), &["provider", "layers"]);
    }
    let own: Vec<(String, Option<String>)> = variables
        .path(service.root(), &["layers"])
        .into_iter()
        .flat_map(At::entries)
        .map(|(key, at)| (key.text.clone(), variables.text_at(at, &["path"], Mode::Deploy)))
        .collect();
    let layer = |at: At<'a>| match cloudformation::target(variables, at)? {
        Target::Resource(id) => {
            let declared = own.iter().find(|(key, _)| logical_id(key).replace("LambdaFunction", "LambdaLayer") == id);
            let path = declared.and_then(|(_, path)| path.as_deref()).and_then(|path| service.folder.join(path).ok());
            Some(Layer { name: declared.map_or(id, |(key, _)| key.clone()), path })
        }
        Target::Name(name) => Some(Layer { name, path: None }),
    };
    listed.into_iter().flat_map(At::items).filter_map(layer).collect()
}

/// Which state machines of the service call which functions.
#[derive(Default)]
pub(super) struct Machines(BTreeMap<String, Vec<String>>);

impl Machines {
    /// Reads the definitions of `serverless-step-functions`.
    pub(super) fn new(service: &Service<'_>) -> Self {
        let mut machines = Self::default();
        let listed = service.variables.path(service.root(), &["stepFunctions", "stateMachines"]);
        for (key, value) in listed.into_iter().flat_map(At::items).flat_map(At::entries) {
            for machine in service.variables.nodes(value) {
                for definition in service.variables.path(machine, &["definition"]) {
                    machines.walk(service, &key.text, definition, 0);
                }
            }
        }
        machines
    }

    fn of(&self, id: &str) -> &[String] {
        self.0.get(id).map_or(&[], Vec::as_slice)
    }

    /// Every `Resource` and `FunctionName` below `at` that names a function.
    fn walk<'a>(&mut self, service: &Service<'a>, machine: &str, at: At<'a>, depth: usize) {
        if depth > 60 {
            return;
        }
        for (key, value) in at.entries() {
            let called = matches!(key.text.as_str(), "Resource" | "FunctionName" | "FunctionName.$");
            if called && let Some(id) = function_named(service, value) {
                let known = self.0.entry(id).or_default();
                if known.last().is_none_or(|last| last != machine) {
                    known.push(machine.to_owned());
                }
            }
            if value.node.is_map() || value.node.is_list() {
                self.walk(service, machine, value, depth + 1);
            }
        }
        for item in at.node.items() {
            self.walk(service, machine, At { source: at.source, node: item }, depth + 1);
        }
    }
}

fn function_named<'a>(service: &Service<'a>, at: At<'a>) -> Option<String> {
    match cloudformation::target(&service.variables, at)? {
        Target::Resource(id) => service.functions.get(&id).cloned(),
        Target::Name(text) => {
            let name = text.split(":function:").nth(1)?;
            let key = name.rsplit('-').next()?;
            service.functions.get(key).cloned()
        }
    }
}
