//! Terragrunt: a unit is a call of a module with inputs.

use std::{collections::BTreeMap, sync::Arc};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_document::{
    Key,
    hcl::{Attribute, Block, Body, Expr, ExprKind, Part, Step},
};
use lockstep_model::{FileSet, RepoPath};

use super::{
    modules::{self, At, Module, Source, is_cache},
    paths,
    value::{ROOT_MARK, Value},
    world::{Env, World, is_local},
};

/// A file of Terragrunt's that may be read.
type Parsed = (Arc<str>, Body);

/// The units of the checkout: each a module that consists of `terragrunt.hcl` and of the files that it includes, which
/// stand first.
pub(super) fn find(files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Module> {
    let is_unit = |path: &&RepoPath| path.file_name() == "terragrunt.hcl" && !is_cache(path);
    let mut parsed: BTreeMap<RepoPath, Option<Parsed>> = BTreeMap::new();
    let mut units = Vec::new();
    for path in files.paths().filter(is_unit) {
        let (Some(folder), Some((text, body))) = (path.parent(), load(files, path, &mut parsed, problems)) else {
            continue;
        };
        let included: Vec<RepoPath> = body
            .blocks("include")
            .filter_map(|block| included(files, &folder, &block.body.attribute("path")?.value))
            .collect();
        let mut sources = Vec::new();
        for path in included {
            if let Some((text, body)) = load(files, &path, &mut parsed, problems) {
                sources.push(Source::new(path, text, body));
            }
        }
        let body = with_unit(body, folder.file_name());
        sources.push(Source::new(path.clone(), text, body));
        units.push(Module::new(folder, sources, Vec::new()));
    }
    units
}

/// The type of the block that stands for a unit as a call of its module.
pub(super) const UNIT: &str = "inputs";

/// The body with a block for the unit itself: its inputs, called after its folder.
fn with_unit(mut body: Body, name: &str) -> Body {
    let inputs = body.attribute(UNIT);
    let place = inputs.map(|inputs| inputs.key.span.clone());
    let place = place.or_else(|| body.blocks.first().map(|block| block.kind.span.clone())).unwrap_or(0..0);
    let attribute = |(key, value): &(Expr, Expr)| match &key.kind {
        ExprKind::Text(text) => {
            Some(Attribute { key: Key { text: text.clone(), span: key.span.clone() }, value: value.clone() })
        }
        _ => None,
    };
    let attributes = match inputs.map(|inputs| &inputs.value.kind) {
        Some(ExprKind::Object(entries)) => entries.iter().filter_map(attribute).collect(),
        _ => Vec::new(),
    };
    let end = inputs.map_or(place.end, |inputs| inputs.value.span.end);
    body.blocks.push(Block {
        kind: Key { text: UNIT.to_owned(), span: place.clone() },
        labels: vec![Key { text: name.to_owned(), span: place.clone() }],
        body: Body { attributes, blocks: Vec::new() },
        span: place.start..end,
    });
    body
}

/// The block that stands for the unit whose scope is `unit`.
pub(super) fn block_of(world: &World<'_>, unit: usize) -> Option<At> {
    let files = &world.module_of(unit).files;
    let file = files.len().checked_sub(1)?;
    let block = files[file].body.blocks.iter().rposition(|block| block.kind.text == UNIT)?;
    Some((file, block))
}

fn load(
    files: &FileSet,
    path: &RepoPath,
    parsed: &mut BTreeMap<RepoPath, Option<Parsed>>,
    problems: &mut Vec<Problem>,
) -> Option<Parsed> {
    parsed.entry(path.clone()).or_insert_with(|| modules::read(files, path, problems)).clone()
}

/// The file that `include` names.
fn included(files: &FileSet, folder: &RepoPath, path: &Expr) -> Option<RepoPath> {
    let text = path_text(files, folder, path, 8)?;
    let found = match text.strip_prefix(ROOT_MARK) {
        Some(rest) => RepoPath::new(rest).ok()?,
        None => folder.join(&text).ok()?,
    };
    files.is_file(&found).then_some(found)
}

/// The path that an expression gives before anything is evaluated: Terragrunt reads includes first.
fn path_text(files: &FileSet, folder: &RepoPath, expr: &Expr, depth: usize) -> Option<String> {
    let marked = |path: &RepoPath| format!("{ROOT_MARK}{path}");
    match &expr.kind {
        _ if depth == 0 => None,
        ExprKind::Text(text) => Some(text.clone()),
        ExprKind::Template(parts) => parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => Some(text.clone()),
                Part::Hole(inner) => path_text(files, folder, inner, depth - 1),
                Part::If { .. } | Part::For { .. } => None,
            })
            .collect(),
        ExprKind::Call { name, arguments, .. } => match name.as_str() {
            "get_repo_root" => Some(marked(&RepoPath::root())),
            "get_terragrunt_dir" => Some(marked(folder)),
            "dirname" => {
                let inner = path_text(files, folder, arguments.first()?, depth - 1)?;
                Some(inner.rsplit_once('/').map_or_else(|| ROOT_MARK.to_string(), |(above, _)| above.to_owned()))
            }
            "find_in_parent_folders" => {
                let wanted = match arguments.first() {
                    Some(argument) => path_text(files, folder, argument, depth - 1)?,
                    None => "terragrunt.hcl".to_owned(),
                };
                let above = folder.ancestors().skip(1).filter_map(|folder| folder.join(&wanted).ok());
                above.into_iter().find(|path| files.is_file(path)).map(|path| marked(&path))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Makes root scopes of the units, and gives their number of modules of the checkout that they deploy.
pub(super) fn add_units(world: &World<'_>, units: std::ops::Range<usize>) -> Vec<usize> {
    let mut deployed = Vec::new();
    for unit in units {
        let scope = world.add_root(unit, None);
        let Some(module) = deployed_by(world, scope) else { continue };
        let root = world.add_root(module, Some(scope));
        world.units.borrow_mut().insert(world.modules[unit].folder.clone(), root);
        deployed.push(root);
    }
    deployed
}

/// The module of the checkout that a unit deploys.
fn deployed_by(world: &World<'_>, scope: usize) -> Option<usize> {
    let unit = world.module_of(scope);
    let named = unit.files.iter().rev().find_map(|file| {
        let block = file.body.blocks("terraform").next()?;
        Some((file, block.body.attribute("source")?))
    });
    let Some((file, source)) = named else { return world.by_folder.get(&unit.folder).copied() };
    let text = world.eval(&source.value, Env { scope, bound: None });
    let Some(text) = text.known() else {
        let at = file.place(source.value.span.clone());
        let message = "only Terragrunt can tell which module this is: its functions are not known";
        world.problem(ProblemKind::Unevaluated, at, message.to_owned());
        return None;
    };
    let (base, path) = paths::split(world, scope, &text);
    if !is_local(&path) && !text.contains(ROOT_MARK) {
        return None;
    }
    let folder = base.join(&path);
    match folder {
        Ok(folder) => world.files.resolve(&folder).and_then(|folder| world.by_folder.get(&folder).copied()),
        Err(outside) => {
            let at = file.place(source.value.span.clone());
            world.problem(ProblemKind::OutsideRepository, at, outside.to_string());
            None
        }
    }
}

impl World<'_> {
    /// The inputs of a unit; those of included files first.
    pub(super) fn inputs(&self, unit: usize) -> Value {
        self.remembered(unit, "inputs".to_owned(), || {
            let mut all = BTreeMap::new();
            for file in &self.module_of(unit).files {
                let inputs = file.body.attribute("inputs");
                let value = inputs.map(|inputs| self.eval(&inputs.value, Env { scope: unit, bound: None }));
                if let Some(Value::Map(entries)) = value {
                    all.extend(entries.iter().map(|(key, value)| (key.clone(), value.clone())));
                }
            }
            Value::map(all)
        })
    }

    /// `dependency.name.outputs.x`: the output of the unit that is meant, if it is in the checkout; all without `.x`.
    pub(super) fn dependency(&self, scope: usize, name: &str, steps: &[Step], env: Env<'_>) -> Value {
        let [Step::Attribute(outputs), steps @ ..] = steps else { return Value::unknown() };
        let unit = self.module_of(scope);
        let block = unit.block(&format!("dependency.{name}")).filter(|_| outputs == "outputs");
        let path = block.and_then(|block| block.body.attribute("config_path"));
        let Some(path) = path.and_then(|path| self.eval(&path.value, Env { scope, bound: None }).known()) else {
            return Value::unknown();
        };
        let (base, path) = paths::split(self, scope, &path);
        let folder = base.join(&path).ok();
        let root = folder.and_then(|folder| self.units.borrow().get(&folder).copied());
        let Some(root) = root else { return Value::unknown() };
        match steps {
            [Step::Attribute(output), rest @ ..] => self.steps(self.output(root, output), rest, env),
            // All of them, to be merged into other inputs.
            _ => {
                let names = self.module_of(root).addresses().filter_map(|(address, _)| address.strip_prefix("output."));
                Value::map(names.map(|name| (name.to_owned(), self.output(root, name))).collect())
            }
        }
    }
}
