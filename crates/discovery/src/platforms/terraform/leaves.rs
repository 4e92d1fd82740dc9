//! Which blocks are functions, and the block that names each: the call of a module that only wraps one.

use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use lockstep_diagnostics::ProblemKind;
use lockstep_document::hcl::{Block, Body, Expr, ExprKind, Part, Step};

use super::{
    code, functions,
    modules::At,
    terragrunt,
    world::{Env, Instance, World},
    wrapper::{self, Wrapper},
};

/// What kind of block a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `aws_lambda_function`.
    Lambda,
    /// A module that lies elsewhere.
    Wrapper,
    /// `google_cloudfunctions_function` and its second generation.
    Google,
    /// `cloudflare_workers_script`, `aws_cloudfront_function`: one file of JavaScript.
    Script,
    /// Functions of smaller providers, whose attributes are read as those of a wrapper.
    Other,
}

/// Types of resources that are functions.
const RESOURCES: [(&str, Kind); 11] = [
    ("aws_lambda_function", Kind::Lambda),
    ("aws_cloudfront_function", Kind::Script),
    ("google_cloudfunctions_function", Kind::Google),
    ("google_cloudfunctions2_function", Kind::Google),
    ("cloudflare_worker_script", Kind::Script),
    ("cloudflare_workers_script", Kind::Script),
    ("yandex_function", Kind::Other),
    ("scaleway_function", Kind::Other),
    ("alicloud_fc_function", Kind::Other),
    ("alicloud_fcv3_function", Kind::Other),
    ("tencentcloud_scf_function", Kind::Other),
];

/// One function, as one scope has it.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) kind: Kind,
    pub(super) scope: usize,
    pub(super) at: At,
    pub(super) instance: Instance,
    /// The block that names it.
    pub(super) anchor: Anchor,
}

/// The block that names a function.
#[derive(Clone, Debug)]
pub(super) struct Anchor {
    pub(super) scope: usize,
    pub(super) at: At,
    pub(super) key: Option<Rc<str>>,
}

/// Every function below `roots`.
pub(super) fn find(world: &World<'_>, roots: &[usize]) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    let mut scopes: Vec<usize> = roots.iter().rev().copied().collect();
    while let Some(scope) = scopes.pop() {
        let module = world.module_of(scope);
        let mut below = Vec::new();
        for (address, at) in module.addresses() {
            let block = module.block_at(at);
            if address.starts_with("module.") && world.local_source(scope, block).is_some() {
                below.extend(world.children(scope, at).iter().map(|(_, child)| *child));
            } else if let Some(kind) = kind_of(world, scope, block, at) {
                for instance in world.instances(scope, at).iter() {
                    let anchor = Anchor { scope, at, key: instance.key.clone() };
                    leaves.push(Leaf { kind, scope, at, instance: instance.clone(), anchor });
                }
            }
        }
        scopes.extend(below.into_iter().rev());
    }
    let counts = below(world, &leaves);
    leaves.iter_mut().for_each(|leaf| climb(world, leaf, &counts));
    climb_to_units(world, &mut leaves, &counts);
    leaves
}

/// Units of Terragrunt that deploy one module, each with code of its own, are what names their functions.
fn climb_to_units(world: &World<'_>, leaves: &mut [Leaf], counts: &HashMap<usize, usize>) {
    let unit_of = |leaf: &Leaf| {
        let scope = world.scope(leaf.anchor.scope);
        let alone = counts.get(&scope.module) == Some(&1);
        scope.unit.filter(|_| alone && scope.call.is_none())
    };
    let mut codes: HashMap<(usize, At), BTreeSet<String>> = HashMap::new();
    for leaf in leaves.iter().filter(|leaf| unit_of(leaf).is_some()) {
        let code = code::of(world, leaf, &functions::config(world, leaf));
        let what = functions::as_written(&code);
        // What is not known may be as many codes as there are units.
        let what = if functions::is_known(&code) { what } else { format!("{what} {}", leaf.anchor.scope) };
        codes.entry((world.scope(leaf.anchor.scope).module, leaf.anchor.at)).or_default().insert(what);
    }
    for leaf in leaves {
        let Some(unit) = unit_of(leaf) else { continue };
        let known = codes.get(&(world.scope(leaf.anchor.scope).module, leaf.anchor.at));
        if let (true, Some(at)) = (known.is_some_and(|codes| codes.len() > 1), terragrunt::block_of(world, unit)) {
            leaf.anchor = Anchor { scope: unit, at, key: None };
        }
    }
}

fn kind_of(world: &World<'_>, scope: usize, block: &Block, at: At) -> Option<Kind> {
    match block.kind.text.as_str() {
        "resource" => RESOURCES.iter().find(|(kind, _)| *kind == block.label(0)).map(|(_, kind)| *kind),
        "module" => {
            let source = block.body.attribute("source")?;
            let source = world.pattern(&world.eval(&source.value, Env { scope, bound: None }));
            let arguments = world.config(scope, at, world.instances(scope, at).first()?);
            match wrapper::classify(&source, &arguments) {
                Wrapper::Function => Some(Kind::Wrapper),
                Wrapper::Unclear => {
                    let place = world.place(world.scope(scope).module, at);
                    let message = format!(
                        "the module `{source}` is not in the checkout: whether `{}` is a function is not known",
                        block.label(0)
                    );
                    world.problem(ProblemKind::Unevaluated, place, message);
                    None
                }
                Wrapper::Other => None,
            }
        }
        _ => None,
    }
}

/// How many functions a call of each module makes at most, those of modules that it calls included.
fn below(world: &World<'_>, leaves: &[Leaf]) -> HashMap<usize, usize> {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for leaf in leaves {
        let mut scope = Some(leaf.scope);
        while let Some(one) = scope {
            *counts.entry(one).or_default() += 1;
            scope = world.scope(one).call.as_ref().map(|call| call.scope);
        }
    }
    let mut most = HashMap::new();
    for (scope, count) in counts {
        let known = most.entry(world.scope(scope).module).or_default();
        *known = count.max(*known);
    }
    most
}

/// Moves the anchor up to the call that says which code it is, as long as the module in between holds nothing but the
/// one function, and leaves its code to whoever calls it.
fn climb(world: &World<'_>, leaf: &mut Leaf, counts: &HashMap<usize, usize>) {
    let whole = functions::as_written(&code::of(world, leaf, &functions::config(world, leaf)));
    while let (module, Some(call)) = (world.scope(leaf.anchor.scope).module, &world.scope(leaf.anchor.scope).call) {
        if counts.get(&module) != Some(&1) || alone(world, leaf).as_ref() == Some(&whole) {
            return;
        }
        leaf.anchor = Anchor { scope: call.scope, at: call.at, key: call.instance.key.clone() };
    }
}

/// The code of the function as far as the anchor's module says it by itself, whoever calls it.
fn alone(world: &World<'_>, leaf: &Leaf) -> Option<String> {
    let mut calls = Vec::new();
    let mut scope = leaf.scope;
    while scope != leaf.anchor.scope {
        let of = world.scope(scope);
        let call = of.call.as_ref()?;
        calls.push((call.at, call.instance.key.clone()));
        scope = call.scope;
    }
    let mut scope = world.detached(world.scope(scope).module);
    for (at, key) in calls.into_iter().rev() {
        let children = world.children(scope, at);
        scope = children.iter().find(|(child, _)| *child == key).or_else(|| children.first())?.1;
    }
    let instances = world.instances(scope, leaf.at);
    let same = |instance: &&Instance| instance.key == leaf.instance.key;
    let instance = instances.iter().find(same).or_else(|| instances.first())?.clone();
    let copy = Leaf { scope, instance, anchor: Anchor { scope, at: leaf.at, key: None }, ..leaf.clone() };
    Some(functions::as_written(&code::of(world, &copy, &functions::config(world, &copy))))
}

/// All expressions of a body and the blocks in it.
pub(super) fn all_expressions(body: &Body) -> Vec<&Expr> {
    let own = body.attributes.iter().map(|attribute| &attribute.value);
    own.chain(body.blocks.iter().flat_map(|block| all_expressions(&block.body))).collect()
}

/// Calls `visit` with every name in `expr`, and what is taken of it.
pub(super) fn each_name<'x>(expr: &'x Expr, visit: &mut dyn FnMut(&'x str, &'x [Step])) {
    match &expr.kind {
        ExprKind::Name(name) => visit(name, &[]),
        ExprKind::Traversal { of, steps } => {
            match &of.kind {
                ExprKind::Name(name) => visit(name, steps),
                _ => each_name(of, visit),
            }
            for step in steps {
                if let Step::Index(index) = step {
                    each_name(index, visit);
                }
            }
        }
        _ => parts(expr).into_iter().for_each(|part| each_name(part, visit)),
    }
}

/// The expressions directly in an expression.
pub(super) fn parts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Template(parts) => of_template(parts),
        ExprKind::List(items) | ExprKind::Call { arguments: items, .. } => items.iter().collect(),
        ExprKind::Object(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
        ExprKind::Traversal { of, steps } => {
            let indexes = steps.iter().filter_map(|step| match step {
                Step::Index(index) => Some(index),
                _ => None,
            });
            std::iter::once(&**of).chain(indexes).collect()
        }
        ExprKind::Conditional { test, then, otherwise } => vec![test, then, otherwise],
        ExprKind::For(of) => {
            let outer = [&of.collection, &of.result].into_iter();
            outer.chain(&of.result_key).chain(&of.condition).collect()
        }
        ExprKind::Unary { of, .. } => vec![of],
        ExprKind::Binary { left, right, .. } => vec![left, right],
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Name(_) => Vec::new(),
    }
}

fn of_template(parts: &[Part]) -> Vec<&Expr> {
    let of = |part| match part {
        &Part::Text(_) => Vec::new(),
        Part::Hole(expr) => vec![expr],
        Part::If { test, then, otherwise } => {
            std::iter::once(test).chain(of_template(then)).chain(of_template(otherwise)).collect()
        }
        Part::For { collection, body } => std::iter::once(collection).chain(of_template(body)).collect(),
    };
    parts.iter().flat_map(of).collect()
}
