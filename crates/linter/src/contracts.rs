//! Whose contracts files are that manifests name: an OpenAPI document, a GraphQL schema, the schema of a request.
//!
//! A file that a function's own block names is that function's. One that another resource names (an API, a bus) is of
//! the functions that name this resource, else of those that the file names, else of all that the manifest declares.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_coupling::Parts;
use lockstep_document::{Node, Value};
use lockstep_model::{Function, RepoPath, is_contract_by_content, is_contract_by_name};

use crate::{
    Found, Project,
    manifests::{self, Blocks, Manifest, block},
};

/// Adds to `parts` whose contracts the files are that manifests name.
pub(crate) fn of_manifests(
    project: &Project,
    found: &Found,
    declared: &BTreeMap<RepoPath, Manifest>,
    parts: &mut Parts,
) {
    let functions = &found.functions;
    let mut tied: BTreeMap<RepoPath, BTreeSet<u32>> = BTreeMap::new();
    for (path, Manifest { blocks, texts }) in declared {
        let folder = path.parent().unwrap_or_else(RepoPath::root);
        // Next to none does, and those alone are parsed.
        if !texts.iter().any(|text| contract_named(project, &folder, text).is_some()) {
            continue;
        }
        let Some(root) = project.files.text(path).ok().and_then(|text| manifests::parse(path, &text)) else { continue };
        let mut named = Vec::new();
        mentions(project, &folder, &root, &mut Vec::new(), &mut named);
        for (keys, contract) in named {
            let whose = whose(project, functions, blocks, &root, &keys, &contract);
            tied.entry(contract).or_default().extend(whose);
        }
    }
    for (contract, functions) in tied {
        parts.tie(contract, functions.into_iter().collect());
    }
}

/// Collects the contracts that `node` names, each with the keys that lead there.
fn mentions(
    project: &Project,
    folder: &RepoPath,
    node: &Node,
    keys: &mut Vec<String>,
    named: &mut Vec<(Vec<String>, RepoPath)>,
) {
    match &node.value {
        Value::String(text) => {
            let contract = contract_named(project, folder, text);
            named.extend(contract.map(|contract| (keys.clone(), contract)));
        }
        Value::List(items) => items.iter().for_each(|item| mentions(project, folder, item, keys, named)),
        Value::Map(entries) => {
            for (key, value) in entries {
                keys.push(key.text.clone());
                mentions(project, folder, value, keys, named);
                keys.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The texts in `node` that may name files, each once.
pub(crate) fn possible_names(node: &Node) -> Vec<String> {
    let (mut open, mut texts) = (vec![node], BTreeSet::new());
    while let Some(node) = open.pop() {
        match &node.value {
            Value::String(text) if may_name_a_file(text) => drop(texts.insert(text.clone())),
            Value::List(items) => open.extend(items),
            Value::Map(entries) => open.extend(entries.iter().map(|(_, value)| value)),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    texts.into_iter().collect()
}

fn may_name_a_file(text: &str) -> bool {
    /// Longer texts are documents, not names.
    const LONGEST: usize = 300;
    text.len() <= LONGEST && text.contains('.') && !text.contains('\n')
}

/// The contract that a text names.
fn contract_named(project: &Project, folder: &RepoPath, text: &str) -> Option<RepoPath> {
    file_named(project, folder, text).filter(|path| is_contract(project, path))
}

/// The file that a text names: `./api.yaml`, `${file(schemas/order.json)}`, `file://api.yaml`.
fn file_named(project: &Project, folder: &RepoPath, text: &str) -> Option<RepoPath> {
    if !may_name_a_file(text) {
        return None;
    }
    let inner = match text.split_once("${file(") {
        Some((_, rest)) => rest.split([')', ',']).next()?,
        None => text.strip_prefix("file://").unwrap_or(text),
    };
    let inner = inner.trim().trim_start_matches("./");
    let named = folder.join(inner).ok().or_else(|| RepoPath::new(inner).ok())?;
    project.files.is_file(&named).then_some(named)
}

fn is_contract(project: &Project, path: &RepoPath) -> bool {
    let document = matches!(path.extension(), Some("json" | "yaml" | "yml"));
    is_contract_by_name(path.as_str())
        || (document && project.files.text(path).is_ok_and(|text| is_contract_by_content(&text)))
}

/// The functions whose contract it is that `keys` of the manifest lead to.
fn whose(
    project: &Project,
    functions: &[Function],
    blocks: &Blocks,
    root: &Node,
    keys: &[String],
    contract: &RepoPath,
) -> Vec<u32> {
    let around = blocks.iter().filter(|(block, _)| keys.starts_with(block)).flat_map(|(_, functions)| functions);
    let around: Vec<u32> = around.copied().collect();
    if !around.is_empty() {
        return around;
    }
    let all: Vec<u32> = blocks.values().flatten().copied().collect();
    // `Resources.OrdersApi.…`: who speaks of `OrdersApi`?
    if let [section, resource, ..] = keys
        && section == "Resources"
    {
        let speaks = |(block_keys, _): &(&Vec<String>, &Vec<u32>)| {
            block(root, block_keys).is_some_and(|node| speaks_of(node, resource))
        };
        let speaking: Vec<u32> = blocks.iter().filter(speaks).flat_map(|(_, functions)| functions).copied().collect();
        if !speaking.is_empty() {
            return speaking;
        }
    }
    let text = project.files.text(contract).ok();
    let called = |number: &u32| {
        let name = &functions[*number as usize].name;
        text.as_deref().is_some_and(|text| has_word(text, name))
    };
    let named: Vec<u32> = all.iter().filter(|number| called(number)).copied().collect();
    if named.is_empty() { all } else { named }
}

/// True if a text in `node` names the resource: `OrdersApi`, `OrdersApi.Arn`, `${OrdersApi}`.
fn speaks_of(node: &Node, resource: &str) -> bool {
    match &node.value {
        Value::String(text) => has_word(text, resource),
        Value::List(items) => items.iter().any(|item| speaks_of(item, resource)),
        Value::Map(entries) => entries.iter().any(|(_, value)| speaks_of(value, resource)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part) && !word.is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        assert!(has_word("!Ref OrdersApi", "OrdersApi") && has_word("${OrdersApi.Arn}", "OrdersApi"));
        assert!(!has_word("OrdersApiKey", "OrdersApi") && !has_word("MyOrdersApi", "OrdersApi"));
    }
}
