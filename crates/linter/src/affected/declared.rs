//! Declarations that say something else: the function's own block, what a manifest says for all of its functions, and the
//! programs that declare functions.

use std::collections::{BTreeMap, BTreeSet};

use lockstep_codegraph::{Options, closures};
use lockstep_document::Node;
use lockstep_model::{
    Closure, ClosureFile, Confidence, Declaration, DeployReasonKind, Entry, FileSet, Function, FunctionId, RepoPath,
};

use super::{Reasons, Snapshot, compare::Compared};
use crate::manifests;

/// What is said at the top of a manifest and changes no function.
const HARMLESS: [&str; 9] = [
    "Description",
    "description",
    "Outputs",
    "outputs",
    "Metadata",
    "Resources",
    "resources",
    "AWSTemplateFormatVersion",
    "output",
];

/// Names in a manifest, which changed there.
type Changed = Vec<(RepoPath, Vec<String>)>;

/// The reasons in manifests, by the number of the function after the change.
pub(super) struct Declared(BTreeMap<usize, Changed>);

impl Declared {
    /// Adds the reasons for one function.
    pub(super) fn add(&self, function: usize, reasons: &mut Reasons) {
        for (path, names) in self.0.get(&function).into_iter().flatten() {
            reasons.add(DeployReasonKind::Manifest, path, names.clone());
        }
    }
}

/// Compares what the manifests of both states say.
pub(super) fn changes(before: &Snapshot, after: &Snapshot, compared: &Compared<'_>) -> Declared {
    let shared = of_all(before, after, compared);
    let mut all = BTreeMap::new();
    let mut folders = BTreeMap::new();
    for (number, function) in after.found.functions.iter().enumerate() {
        let Some((old, _)) = before.get(&function.id) else { continue };
        let mut changed = own(old, function, compared);
        let manifests = manifests_of(function);
        for path in &manifests {
            changed.extend(
                shared.get(*path).filter(|names| !names.is_empty()).map(|names| ((*path).clone(), names.clone())),
            );
        }
        changed.extend(variables(function, compared, &mut folders));
        if !changed.is_empty() {
            all.insert(number, changed);
        }
    }
    programs(after, compared, &mut all);
    Declared(all)
}

fn manifests_of(function: &Function) -> BTreeSet<&RepoPath> {
    function.declarations.iter().map(|declaration| &declaration.location.path).collect()
}

/// The function's own blocks, if they say something else; and what was read of it, if that differs though no block does.
fn own(old: &Function, new: &Function, compared: &Compared<'_>) -> Changed {
    let [files_before, files_after] = compared.sides();
    let texts = |function: &Function, files: &FileSet| -> Vec<(RepoPath, String)> {
        let block = |declaration: &Declaration| {
            let path = declaration.location.path.clone();
            let text = block_text(declaration, files)?;
            Some((path, text))
        };
        function.declarations.iter().filter_map(block).collect()
    };
    let (mut olds, news) = (texts(old, files_before), texts(new, files_after));
    let mut changed = Vec::new();
    for (path, text) in news {
        let same =
            olds.iter().position(|(from, old)| from.extension() == path.extension() && same_block(&path, old, &text));
        match same {
            Some(same) => drop(olds.remove(same)),
            None => changed.push((path, vec![new.name.clone()])),
        }
    }
    // A declaration that went away.
    if changed.is_empty() {
        changed.extend(olds.into_iter().take(1).map(|(path, _)| (path, vec![new.name.clone()])));
    }
    if changed.is_empty()
        && (&old.runtime, &old.entry, names(&old.layers)) != (&new.runtime, &new.entry, names(&new.layers))
    {
        changed.push((new.declared_at().path.clone(), vec![new.name.clone()]));
    }
    changed
}

fn names(layers: &[lockstep_model::Layer]) -> Vec<&str> {
    layers.iter().map(|layer| layer.name.as_str()).collect()
}

fn block_text(declaration: &Declaration, files: &FileSet) -> Option<String> {
    let text = files.text(&declaration.location.path).ok()?;
    let end = (declaration.block_end as usize).min(text.len());
    text.get(declaration.location.start as usize..end).map(str::to_owned)
}

/// True if two blocks of a manifest say the same.
fn same_block(path: &RepoPath, old: &str, new: &str) -> bool {
    old == new || old.split_whitespace().eq(new.split_whitespace()) || {
        let tree = |text: &str| manifests::parse(path, text);
        tree(old).zip(tree(new)).is_some_and(|(old, new)| old.says_the_same(&new))
    }
}

/// Per manifest: the parts that are for all of its functions and say something else.
fn of_all(before: &Snapshot, after: &Snapshot, compared: &Compared<'_>) -> BTreeMap<RepoPath, Vec<String>> {
    let [old_blocks, new_blocks] =
        [before, after].map(|snapshot| manifests::declared(&snapshot.project, &snapshot.found));
    let mut all = BTreeMap::new();
    let manifests: BTreeSet<&RepoPath> = after.found.functions.iter().flat_map(manifests_of).collect();
    for path in manifests.into_iter().filter(|path| compared.differs(path)) {
        // Keys under which functions stand: each is compared by itself.
        let blocks = [&old_blocks, &new_blocks].into_iter().filter_map(|blocks| blocks.get(path));
        let inside: BTreeSet<&str> = blocks
            .flat_map(|manifest| manifest.blocks.keys())
            .filter_map(|keys| keys.first().map(String::as_str))
            .collect();
        all.insert(path.clone(), shared_parts(path, &inside, compared));
    }
    all
}

fn shared_parts(path: &RepoPath, inside: &BTreeSet<&str>, compared: &Compared<'_>) -> Vec<String> {
    if matches!(path.extension(), Some("tf" | "tofu" | "hcl")) {
        // Who uses a variable is told by its name.
        return Vec::new();
    }
    let (Some(old), Some(new)) = compared.trees(path) else { return Vec::new() };
    let keys: BTreeSet<&str> =
        [&old, &new].into_iter().flat_map(|tree| tree.entries()).map(|(key, _)| key.text.as_str()).collect();
    let differs = |key: &&str| match (old.get(key), new.get(key)) {
        (Some(old), Some(new)) => !old.says_the_same(new),
        (old, new) => old.is_some() != new.is_some(),
    };
    let shared = |key: &&str| !HARMLESS.contains(key) && !inside.contains(*key);
    keys.into_iter().filter(shared).filter(differs).map(str::to_owned).collect()
}

/// Terraform's locals and variables that a function's block names and that say something else, and its modules.
/// `folders` remembers the names that changed in each folder.
fn variables(
    function: &Function,
    compared: &Compared<'_>,
    folders: &mut BTreeMap<RepoPath, BTreeSet<String>>,
) -> Changed {
    let mut changed = Changed::new();
    let [_, files] = compared.sides();
    for declaration in &function.declarations {
        let path = &declaration.location.path;
        let (Some("tf" | "tofu"), Some(folder)) = (path.extension(), path.parent()) else { continue };
        let Some(block) = block_text(declaration, files) else { continue };
        let names = folders.entry(folder.clone()).or_insert_with(|| changed_names(&folder, compared));
        let used: Vec<String> = names.iter().filter(|name| mentions(&block, name)).cloned().collect();
        if !used.is_empty() {
            changed.push((path.clone(), used));
        }
        for source in module_sources(&block) {
            let Ok(module) = folder.join(source) else { continue };
            let inside = compared.differing_under(&module).filter(|path| path.extension() == Some("tf"));
            changed.extend(
                inside.filter(|path| compared.says_something_else(path)).map(|path| (path.clone(), Vec::new())),
            );
        }
    }
    changed
}

/// `local.NAME` and `var.NAME` of a folder that say something else, those included that are made of such.
fn changed_names(folder: &RepoPath, compared: &Compared<'_>) -> BTreeSet<String> {
    let [_, files] = compared.sides();
    let here = |path: &&RepoPath| path.parent().as_ref() == Some(folder);
    let mut changed = BTreeSet::new();
    for path in compared.differing_under(folder).filter(here) {
        let (old, new) = compared.trees(path);
        match path.extension() {
            Some("tf" | "tofu") => {
                for (block, word) in [("locals", "local"), ("variable", "var")] {
                    let part = |tree: &Option<Node>| tree.as_ref().and_then(|tree| tree.get(block).cloned());
                    changed.extend(
                        differing_keys(&part(&old), &part(&new)).into_iter().map(|name| format!("{word}.{name}")),
                    );
                }
            }
            Some("tfvars") => changed.extend(differing_keys(&old, &new).into_iter().map(|name| format!("var.{name}"))),
            _ => {}
        }
    }
    if changed.is_empty() {
        return changed;
    }
    let all: Vec<(String, String)> = files
        .under(folder)
        .filter(|path| here(path) && path.extension() == Some("tf"))
        .filter_map(|path| lockstep_document::parse("tf", &files.text(path).ok()?).ok())
        .flat_map(|document| locals(&document.root))
        .collect();
    loop {
        let more = all.iter().filter(|(name, text)| {
            !changed.contains(name) && changed.iter().any(|known: &String| mentions(text, known))
        });
        let more: Vec<String> = more.map(|(name, _)| name.clone()).collect();
        if more.is_empty() {
            return changed;
        }
        changed.extend(more);
    }
}

fn differing_keys(old: &Option<Node>, new: &Option<Node>) -> Vec<String> {
    let entries = |tree: &Option<Node>| -> BTreeMap<String, Vec<Node>> {
        let mut all: BTreeMap<String, Vec<Node>> = BTreeMap::new();
        for part in tree.iter().flat_map(parts) {
            for (key, value) in part.entries() {
                all.entry(key.text.clone()).or_default().push(value.clone());
            }
        }
        all
    };
    let (old, new) = (entries(old), entries(new));
    let same = |name: &str| match (old.get(name), new.get(name)) {
        (Some(old), Some(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| old.says_the_same(new))
        }
        _ => false,
    };
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    keys.into_iter().filter(|name| !same(name)).cloned().collect()
}

/// Several blocks of a kind are a list.
fn parts(node: &Node) -> Vec<&Node> {
    if node.is_list() { node.items().iter().collect() } else { vec![node] }
}

/// The locals of a file, each with the text of what is in it.
fn locals(root: &Node) -> Vec<(String, String)> {
    let blocks = root.get("locals").map(parts).unwrap_or_default();
    let entries = blocks.into_iter().flat_map(|block| block.entries());
    entries.map(|(key, value)| (format!("local.{}", key.text), format!("{value:?}"))).collect()
}

/// True if `text` names `name`, and not only something that begins like it.
fn mentions(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + name.len()..].chars().next());
        !before.is_some_and(|c| word(c) || c == '.') && !after.is_some_and(word)
    })
}

/// The folders that a block names as its module.
fn module_sources(block: &str) -> impl Iterator<Item = &str> {
    block
        .lines()
        .filter(|line| line.split_once('=').is_some_and(|(key, _)| key.trim() == "source"))
        .filter_map(|line| line.split('"').nth(1))
        .filter(|source| source.starts_with("./") || source.starts_with("../"))
}

/// Programs that declare functions: what they reach of the repository, and what of it says something else, counts for all
/// that they declare, unless it is the block of one.
fn programs(after: &Snapshot, compared: &Compared<'_>, all: &mut BTreeMap<usize, Changed>) {
    let is_code = |path: &RepoPath| lockstep_codegraph::language_of(path).is_some();
    let mut declaring: BTreeMap<&RepoPath, Vec<usize>> = BTreeMap::new();
    for (number, function) in after.found.functions.iter().enumerate() {
        let entry = function.entry.as_ref().map(|entry| &entry.path);
        // Code that declares itself is followed as code.
        for path in manifests_of(function).into_iter().filter(|path| is_code(path) && Some(*path) != entry) {
            declaring.entry(path).or_default().push(number);
        }
    }
    if declaring.is_empty() || !compared.differing().into_iter().any(is_code) {
        return;
    }
    let paths: Vec<&RepoPath> = declaring.keys().copied().collect();
    let starts: Vec<Function> = paths.iter().map(|path| program(path)).collect();
    let reached = closures(&starts, &after.project.files, &Options::default(), &|_, _| {}).value.closures;
    for (path, closure) in paths.into_iter().zip(&reached) {
        let changed = changed_in_program(path, closure, &declaring[path], after, compared);
        if !changed.is_empty() {
            for number in &declaring[path] {
                all.entry(*number).or_default().extend(changed.clone());
            }
        }
    }
}

/// A program as if it were a function.
fn program(path: &RepoPath) -> Function {
    let id = FunctionId::new(path.as_str());
    Function {
        name: path.to_string(),
        service: String::new(),
        declarations: Vec::new(),
        entry: Some(Entry { path: path.clone(), symbol: None, confidence: Confidence::Exact }),
        unresolved: None,
        code_root: None,
        artifact: None,
        runtime: None,
        environment: BTreeMap::new(),
        layers: Vec::new(),
        channels: Vec::new(),
        stores: Vec::new(),
        invokes: Vec::new(),
        calls: Vec::new(),
        id,
    }
}

fn changed_in_program(
    path: &RepoPath,
    closure: &Closure,
    functions: &[usize],
    after: &Snapshot,
    compared: &Compared<'_>,
) -> Changed {
    let starts: BTreeSet<&RepoPath> =
        after.found.functions.iter().filter_map(|function| Some(&function.entry.as_ref()?.path)).collect();
    let mut changed = Changed::new();
    let candidates = closure.files.iter().filter(|file| compared.differs(&file.path));
    for file in candidates.filter(|file| !starts.contains(&file.path)) {
        let ClosureFile { path: at, symbols, .. } = file;
        let names = if at == path {
            outside_of_blocks(path, functions, after, compared)
        } else {
            compared.reached(at, &[symbols])
        };
        changed.extend(names.map(|names| (at.clone(), names)));
    }
    changed
}

/// Set if the program says something else beyond the blocks of its functions.
fn outside_of_blocks(
    path: &RepoPath,
    functions: &[usize],
    after: &Snapshot,
    compared: &Compared<'_>,
) -> Option<Vec<String>> {
    let (Some(old), Some(new)) = compared.texts(path) else { return Some(Vec::new()) };
    let declarations = functions.iter().flat_map(|number| &after.found.functions[*number].declarations);
    let here = declarations.filter(|declaration| declaration.location.path == *path);
    let keys: BTreeSet<Vec<String>> = here
        .filter_map(|declaration| manifests::keys_in_program(path, &new, declaration.location.start as usize))
        .collect();
    let rest = |text: &str| manifests::without_blocks(path, text, &keys);
    let (old, new) = (rest(&old), rest(&new));
    let same = old.split_whitespace().eq(new.split_whitespace())
        || lockstep_codegraph::change::agree(path, &old, &new) == Some(true);
    (!same).then(Vec::new)
}
