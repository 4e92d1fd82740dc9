//! From declarations to functions: the code behind each, twins joined, ids given, calls linked.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use lockstep_model::{FileSet, Function, FunctionId, RepoPath};
use rayon::prelude::*;

use crate::{
    artifact::artifact,
    callees::Callees,
    channels::{merge_channels, merge_invocations, merge_layers, merge_stores},
    entry::{self, Resolved},
    identity::{self, Named},
    platform::{CodeSource, Declared},
    platforms::FROM_CODE_ALONE,
    steps::Steps,
};

/// A declaration and its code.
struct Found {
    declared: Declared,
    code: Resolved,
}

/// The functions that `declared` declares, sorted by id, and what they are called by.
pub(crate) fn assemble(mut declared: Vec<Declared>, files: &FileSet, steps: &dyn Steps) -> (Vec<Function>, Callees) {
    declared.sort_by(|a, b| {
        let key = |one: &Declared| (one.declaration.location.clone(), one.name.clone());
        key(a).cmp(&key(b))
    });
    let index = entry::Index::new(files);
    let found: Vec<Found> = declared
        .into_par_iter()
        .map(|mut declared| {
            let mut code = steps.resolved(&declared, files, &|files| entry::resolve(&declared, files, &index));
            // What runs is the handler behind a wrapper: that is the one to print.
            declared.declaration.handler = code.handler.take().or(declared.declaration.handler);
            Found { declared, code }
        })
        .collect();
    let found = without_fallbacks(found);
    let services = identity::service_names(found.iter().map(|one| &one.declared));
    let groups = join_twins(found);
    let counts = declarations_by_tool(&groups);
    let named: Vec<Named<'_>> = groups
        .iter()
        .map(|group| {
            let first = &speaker(group, &counts).declared;
            let service = &services[&(first.service.clone(), first.stack_folder.clone())];
            Named { service, name: &first.name, manifest: &first.declaration.location.path }
        })
        .collect();
    let ids = identity::ids(&named);
    let names: Vec<(String, String)> = named.iter().map(|one| (one.service.to_owned(), one.name.to_owned())).collect();
    let mut functions: Vec<Function> = groups
        .iter()
        .zip(&ids)
        .zip(names)
        .map(|((group, id), (service, name))| function(group, id, service, name))
        .collect();
    let callees = callees(&groups, &ids);
    link_calls(&mut functions, &callees);
    functions.sort_by(|a, b| a.id.cmp(&b.id));
    (functions, callees)
}

/// Without the functions that are known from code alone and that a manifest declares too: whatever it calls them, the
/// manifest knows.
fn without_fallbacks(mut found: Vec<Found>) -> Vec<Found> {
    let from_code = |one: &Found| FROM_CODE_ALONE.contains(&one.declared.declaration.platform);
    let of_manifests = found.iter().filter(|one| !from_code(one)).filter_map(|one| one.code.entry.as_ref());
    let known: HashSet<RepoPath> = of_manifests.map(|entry| entry.path.clone()).collect();
    found.retain(|one| !from_code(one) || one.code.entry.as_ref().is_none_or(|entry| !known.contains(&entry.path)));
    found
}

/// Joins declarations of one function: the same code, under the same name, in different manifests. Everything else
/// is two functions: two names for one handler are deployed apart, and one name with two handlers is not one code.
fn join_twins(found: Vec<Found>) -> Vec<Vec<Found>> {
    let mut groups: Vec<Vec<Found>> = Vec::new();
    let mut known: HashMap<(String, Option<String>, String), Vec<usize>> = HashMap::new();
    for one in found {
        let Some(entry) = &one.code.entry else {
            groups.push(vec![one]);
            continue;
        };
        let key = (entry.path.as_str().to_owned(), entry.symbol.clone(), twin_name(&one.declared));
        let candidates = known.entry(key).or_default();
        let elsewhere = |group: &&usize| {
            groups[**group].iter().all(|twin| are_apart(&twin.declared, &one.declared) && may_be_one(twin, &one))
        };
        match candidates.iter().find(elsewhere) {
            Some(group) => groups[*group].push(one),
            None => {
                candidates.push(groups.len());
                groups.push(vec![one]);
            }
        }
    }
    join_across_tools(groups)
}

/// Joins what is left of one code under other names: where each of several tools declares it once, they deploy one
/// function, which only has a different name in each.
fn join_across_tools(groups: Vec<Vec<Found>>) -> Vec<Vec<Found>> {
    let mut by_entry: BTreeMap<(String, Option<String>), Vec<usize>> = BTreeMap::new();
    for (number, group) in groups.iter().enumerate() {
        // What the user names by hand, and what stands in a manifest itself, is not declared twice.
        let joined = |one: &Found| tool(one) == "lockstep" || one.declared.code == CodeSource::Inline;
        if let Some(entry) = group.iter().find_map(|one| one.code.entry.as_ref()).filter(|_| !group.iter().any(joined))
        {
            by_entry.entry((entry.path.as_str().to_owned(), entry.symbol.clone())).or_default().push(number);
        }
    }
    let mut into: Vec<usize> = (0..groups.len()).collect();
    for numbers in by_entry.values().filter(|numbers| numbers.len() > 1) {
        let tools: Vec<BTreeSet<&str>> =
            numbers.iter().map(|number| groups[*number].iter().map(tool).collect()).collect();
        let all: BTreeSet<&str> = tools.iter().flatten().copied().collect();
        if all.len() == tools.iter().map(BTreeSet::len).sum::<usize>() {
            numbers.iter().for_each(|number| into[*number] = numbers[0]);
        }
    }
    let mut joined: Vec<Vec<Found>> = groups.iter().map(|_| Vec::new()).collect();
    for (number, group) in groups.into_iter().enumerate() {
        joined[into[number]].extend(group);
    }
    joined.retain(|group| !group.is_empty());
    joined
}

/// How many declarations each tool has.
fn declarations_by_tool(groups: &[Vec<Found>]) -> HashMap<&'static str, usize> {
    let mut counts = HashMap::new();
    for one in groups.iter().flatten() {
        *counts.entry(tool(one)).or_default() += 1;
    }
    counts
}

/// The declaration that gives a function its name: the first of the tool that declares most of the repository, so that
/// functions which belong together are called by one tool's names.
fn speaker<'g>(group: &'g [Found], counts: &HashMap<&'static str, usize>) -> &'g Found {
    let most = group.iter().map(|one| counts[tool(one)]).max();
    group.iter().find(|one| Some(counts[tool(one)]) == most).unwrap_or(&group[0])
}

/// The tool that deploys a declaration. CloudFormation's templates are one tool, whatever transforms them.
fn tool(one: &Found) -> &'static str {
    match one.declared.declaration.platform {
        "cloudformation" => "aws-sam",
        platform => platform,
    }
}

/// False for declarations of one tool that package different things: a class of a library may run in several packages,
/// each of them a function.
fn may_be_one(a: &Found, b: &Found) -> bool {
    let packages = (package(&a.declared.code), package(&b.declared.code));
    tool(a) != tool(b) || packages.0.is_none() || packages.1.is_none() || packages.0 == packages.1
}

/// What an artefact is called, without what differs from stage to stage.
fn package(code: &CodeSource) -> Option<&str> {
    let CodeSource::Artifact { path, .. } = code else { return None };
    path.rsplit('/').find(|part| !part.is_empty() && !part.contains('*'))
}

/// True for declarations in two manifests, or by two platforms that take one file for a function because of its place.
fn are_apart(a: &Declared, b: &Declared) -> bool {
    let (a, b) = (&a.declaration, &b.declaration);
    let by_place = a.block_end == 0 && b.block_end == 0;
    a.location.path != b.location.path || (by_place && a.platform != b.platform)
}

/// A name as every platform would write it: letters and digits in lower case, without the word "function" or
/// "lambda" at its end.
fn twin_name(declared: &Declared) -> String {
    let plain: String = declared.name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let mut name = plain.as_str();
    while let Some(rest) = name.strip_suffix("function").or_else(|| name.strip_suffix("lambda")) {
        if rest.is_empty() {
            break;
        }
        name = rest;
    }
    name.to_owned()
}

fn function(group: &[Found], id: &FunctionId, service: String, name: String) -> Function {
    // A declaration whose code was found speaks for those whose code was not.
    let best = group.iter().find(|one| one.code.entry.is_some()).unwrap_or(&group[0]);
    let entry = best.code.entry.clone();
    let missing = || best.code.why.clone().unwrap_or_else(|| "its code was not found".to_owned());
    let unresolved = entry.is_none().then(missing);
    let all = || group.iter().map(|one| &one.declared);
    Function {
        id: id.clone(),
        name,
        service,
        declarations: all().map(|one| one.declaration.clone()).collect(),
        entry,
        unresolved,
        code_root: best.code.code_root.clone(),
        artifact: artifact(&best.declared, &best.code),
        runtime: all().find_map(|one| one.runtime.clone()),
        environment: environment(all()),
        layers: merge_layers(all().flat_map(|one| one.layers.clone())),
        channels: merge_channels(all().flat_map(|one| one.channels.clone())),
        stores: merge_stores(all().flat_map(|one| one.stores.clone())),
        invokes: merge_invocations(all().flat_map(|one| one.invokes.clone())),
        calls: Vec::new(),
    }
}

/// Environment variables of all declarations; of two values for one name, the first declaration's.
fn environment<'d>(all: impl Iterator<Item = &'d Declared>) -> BTreeMap<String, String> {
    let mut environment = BTreeMap::new();
    for (name, value) in all.flat_map(|one| &one.environment) {
        environment.entry(name.clone()).or_insert_with(|| value.clone());
    }
    environment
}

/// What the functions are called by.
fn callees(groups: &[Vec<Found>], ids: &[FunctionId]) -> Callees {
    let mut callees = Callees::default();
    for (group, id) in groups.iter().zip(ids) {
        group.iter().for_each(|one| callees.add(&one.declared, id));
    }
    callees
}

/// Finds the functions behind the keys and names of calls.
fn link_calls(functions: &mut [Function], callees: &Callees) {
    for call in functions.iter_mut().flat_map(|function| &mut function.invokes) {
        if call.kind != "state-machine" && call.function.is_none() {
            call.function = callees.named(&call.key).cloned();
        }
    }
}
