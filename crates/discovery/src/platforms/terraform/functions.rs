//! From the blocks that are functions to the functions that they declare: one for each block and code, however many
//! stages and regions deploy it.

use std::collections::BTreeMap;

use lockstep_diagnostics::ProblemKind;
use lockstep_model::{Declaration, RepoPath};

use super::{
    code::{self, Code},
    leaves::{Anchor, Leaf},
    modules::At,
    paths, roots, terragrunt,
    value::Value,
    world::World,
};
use crate::platform::CodeSource;

/// Labels that say nothing of what is labelled.
const GENERIC: [&str; 15] = [
    "lambda",
    "function",
    "this",
    "main",
    "default",
    "lambda_function",
    "lambda-function",
    "fn",
    "handler",
    "func",
    "container_lambda",
    "lambda_function_container_image",
    "aws_lambda_function",
    "worker",
    "self",
];

/// A function.
pub(super) struct Function {
    pub(super) name: String,
    pub(super) service: String,
    pub(super) stack_folder: RepoPath,
    pub(super) declaration: Declaration,
    pub(super) code: Code,
    /// The blocks behind it: one for each stage and region.
    pub(super) leaves: Vec<usize>,
}

/// The functions that `leaves` declare, and the function of each leaf.
pub(super) struct Functions {
    pub(super) all: Vec<Function>,
    pub(super) of_leaf: Vec<usize>,
}

/// The blocks of one place, by the code that they are.
type ByCode = BTreeMap<String, Vec<usize>>;

/// Puts the functions together.
pub(super) fn find(world: &World<'_>, leaves: &[Leaf]) -> Functions {
    let codes: Vec<Code> = leaves.iter().map(|leaf| code::of(world, leaf, &config(world, leaf))).collect();
    let mut blocks: BTreeMap<(usize, At), ByCode> = BTreeMap::new();
    for (number, leaf) in leaves.iter().enumerate() {
        let anchor = &leaf.anchor;
        let block = blocks.entry((world.scope(anchor.scope).module, anchor.at)).or_default();
        if !is_known(&codes[number]) {
            unknown_instances(world, leaf);
        }
        block.entry(identity(world, leaf, &codes[number])).or_default().push(number);
    }
    let mut groups: Vec<(Vec<usize>, String)> = Vec::new();
    for ((module, _), by_code) in blocks {
        let mut by_code: Vec<Vec<usize>> = by_code.into_values().collect();
        by_code.sort();
        let names = names(world, leaves, &codes, module, &by_code);
        groups.extend(by_code.into_iter().zip(names));
    }
    groups.sort();
    let mut codes: Vec<Option<Code>> = codes.into_iter().map(Some).collect();
    let mut of_leaf = vec![0; leaves.len()];
    let mut all = Vec::new();
    for (number, (members, name)) in groups.into_iter().enumerate() {
        members.iter().for_each(|leaf| of_leaf[*leaf] = number);
        let code = codes[members[0]].take();
        if let Some(code) = code {
            all.push(function(world, leaves, members, name, code));
        }
    }
    Functions { all, of_leaf }
}

/// What the block of a leaf says.
pub(super) fn config(world: &World<'_>, leaf: &Leaf) -> Value {
    world.config(leaf.scope, leaf.at, &leaf.instance)
}

/// Says that a block makes as many functions as only a deployment knows, where that leaves its code unknown.
fn unknown_instances(world: &World<'_>, leaf: &Leaf) {
    let of = world.scope(leaf.scope);
    let calls = world.chain(leaf.scope).filter_map(|scope| {
        let call = scope.call.as_ref()?;
        call.instance.unknown.then(|| (world.scope(call.scope).module, call.at))
    });
    let own = leaf.instance.unknown.then_some((of.module, leaf.at));
    for (module, at) in own.into_iter().chain(calls) {
        let message = format!(
            "`{}` is made for each of values that only a deployment knows: it counts as one function",
            world.modules[module].block_at(at).name().text
        );
        world.problem(ProblemKind::Unevaluated, world.place(module, at), message);
    }
}

/// True if the code is told apart from others by what is known of it.
pub(super) fn is_known(code: &Code) -> bool {
    let told = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count() > 2;
    let known = match &code.source {
        CodeSource::Path { path, .. } => !path.contains('*'),
        CodeSource::Artifact { path, .. } => {
            told(path.rsplit('/').next().unwrap_or(path).trim_end_matches(".zip").trim_end_matches(".jar"))
        }
        CodeSource::Image { command, name, .. } => command.is_some() || name.as_deref().is_some_and(told),
        CodeSource::Inline => true,
        CodeSource::Unknown(_) => false,
    };
    known || code.handler.as_deref().is_some_and(|handler| handler.contains("::"))
}

/// What code it is, as far as that is known; else which instance.
fn identity(world: &World<'_>, leaf: &Leaf, code: &Code) -> String {
    let place = match is_known(code) {
        true => String::new(),
        false => world.full_address(leaf.anchor.scope, "", leaf.anchor.key.as_deref()),
    };
    format!("{} {place}", what(code))
}

/// The code as text: the same for the same code, whatever folder it is seen from.
fn what(code: &Code) -> String {
    let joined = |base: &RepoPath, path: &str| base.join(path).map(|path| path.as_str().to_owned());
    match &code.source {
        CodeSource::Path { base, path } => said(code, &joined(base, path).unwrap_or_else(|_| path.clone())),
        // A key of a bucket is the same from everywhere; a path that leads upwards is not.
        CodeSource::Artifact { base, path } if path.contains("..") => {
            said(code, &joined(base, path).unwrap_or_else(|_| path.clone()))
        }
        _ => as_written(code),
    }
}

/// The code as it is written, wherever Terraform runs.
pub(super) fn as_written(code: &Code) -> String {
    match &code.source {
        CodeSource::Path { path, .. } | CodeSource::Artifact { path, .. } => said(code, path),
        CodeSource::Image { command, name, .. } => said(code, &format!("{name:?} {command:?}")),
        CodeSource::Inline => said(code, "inline"),
        CodeSource::Unknown(why) => said(code, why),
    }
}

fn said(code: &Code, source: &str) -> String {
    format!("{:?} {source}", code.handler)
}

/// The names of the functions of one block: its label; with the key, or the call that it is reached by, where the block
/// is several functions.
fn names(world: &World<'_>, leaves: &[Leaf], codes: &[Code], module: usize, groups: &[Vec<usize>]) -> Vec<String> {
    let anchors: Vec<&Anchor> = groups.iter().map(|group| &leaves[group[0]].anchor).collect();
    if let [group] = groups {
        return vec![label(world, leaves, codes, module, group)];
    }
    let label = &world.modules[module].block_at(anchors[0].at).name().text;
    let plain = vec![label.clone(); groups.len()];
    let keyed: Vec<String> = anchors
        .iter()
        .zip(&plain)
        .map(|(anchor, name)| anchor.key.as_ref().map_or_else(|| name.clone(), |key| format!("{name}[{key}]")))
        .collect();
    if all_differ(&keyed) {
        return keyed;
    }
    let called = |(anchor, name): (&&Anchor, &String)| match call_label(world, anchor.scope) {
        Some(call) if call != *name => format!("{call}.{name}"),
        _ => name.clone(),
    };
    anchors.iter().zip(&keyed).map(called).collect()
}

fn all_differ(names: &[String]) -> bool {
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    sorted.windows(2).all(|pair| pair[0] != pair[1])
}

/// The label of a block; where it says nothing, the name of what calls it, of the function, or of the folder.
fn label(world: &World<'_>, leaves: &[Leaf], codes: &[Code], module: usize, group: &[usize]) -> String {
    let anchor = &leaves[group[0]].anchor;
    let label = &world.modules[module].block_at(anchor.at).name().text;
    if !GENERIC.contains(&label.as_str()) {
        return label.clone();
    }
    let mut calls: Vec<Option<String>> =
        group.iter().map(|leaf| call_label(world, leaves[*leaf].anchor.scope)).collect();
    calls.sort();
    calls.dedup();
    if let [Some(call)] = calls.as_slice() {
        return call.clone();
    }
    let name = codes[group[0]].name.as_ref().filter(|name| !name.contains('*'));
    if let Some(name) = name.filter(|name| group.iter().all(|leaf| codes[*leaf].name.as_ref() == Some(name))) {
        return name.clone();
    }
    let folder = &world.modules[module].folder;
    if folder.is_root() { label.clone() } else { folder.file_name().to_owned() }
}

/// The label of the call that makes a scope, with its key.
fn call_label(world: &World<'_>, scope: usize) -> Option<String> {
    let of = world.scope(scope);
    let call = of.call.as_ref()?;
    let label = world.module_of(call.scope).block_at(call.at).label(0).to_owned();
    Some(call.instance.key.as_ref().map_or_else(|| label.clone(), |key| format!("{label}[{key}]")))
}

fn function(world: &World<'_>, leaves: &[Leaf], members: Vec<usize>, name: String, code: Code) -> Function {
    let anchor = leaves[members[0]].anchor.clone();
    let module = world.scope(anchor.scope).module;
    let (service, stack_folder) = service(world, leaves, &members, module);
    let source = &world.modules[module].files[anchor.at.0];
    let block = world.modules[module].block_at(anchor.at);
    let label = match block.kind.text.as_str() {
        "module" => format!("module.{}", block.label(0)),
        terragrunt::UNIT => world.modules[module].folder.to_string(),
        _ => format!("{}.{}", block.label(0), block.label(1)),
    };
    Function {
        name,
        service,
        stack_folder,
        declaration: Declaration {
            platform: "terraform",
            location: source.place(block.name().span.clone()),
            block_end: u32::try_from(block.span.end).unwrap_or(u32::MAX),
            logical_id: world.full_address(anchor.scope, &label, anchor.key.as_deref()),
            handler: code.handler.as_deref().map(paths::plain),
        },
        code,
        leaves: members,
    }
}

/// The service of a function: that of the roots that deploy it, if they agree; else that of its own module.
fn service(world: &World<'_>, leaves: &[Leaf], members: &[usize], module: usize) -> (String, RepoPath) {
    let mut labels: Vec<(String, RepoPath)> = members
        .iter()
        .map(|leaf| {
            let anchor = &leaves[*leaf].anchor;
            let scope = world.scope(anchor.scope);
            let folder = &world.modules[world.scope(scope.root).module].folder;
            // A unit that is a function belongs to the service around it.
            let is_unit = world.modules[scope.module].block_at(anchor.at).kind.text == terragrunt::UNIT;
            roots::label(&folder.parent().filter(|_| is_unit).unwrap_or_else(|| folder.clone()))
        })
        .collect();
    let first = labels[0].clone();
    labels.retain(|label| *label != first);
    if labels.is_empty() { first } else { roots::label(&world.modules[module].folder) }
}
