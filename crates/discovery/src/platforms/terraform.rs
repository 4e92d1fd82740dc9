//! Terraform and OpenTofu: modules are evaluated as far as the checkout tells, and every function is declared where its
//! block, or the call of the module that wraps it, stands.

mod api;
mod builtins;
mod code;
mod config;
mod evaluate;
mod functions;
mod images;
mod keys;
mod kinds;
mod leaves;
mod modules;
mod paths;
mod policies;
mod render;
mod roots;
mod terragrunt;
mod uses;
mod value;
mod wiring;
mod world;
mod wrapper;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::FileSet;

use self::{functions::Functions, keys::Keys, leaves::Leaf, world::World};
use crate::platform::{Build, Declared, Platform};

/// The platform.
pub struct Terraform;

impl Platform for Terraform {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn page(&self) -> &'static str {
        include_str!("terraform.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut problems = Vec::new();
        let mut modules = modules::find(files, &mut problems);
        if modules.is_empty() {
            return Partial { value: Vec::new(), problems };
        }
        let own = modules.len();
        modules.extend(terragrunt::find(files, &mut problems));
        let all = modules.len();
        let world = World::new(files, modules, own);
        let units = terragrunt::add_units(&world, own..all);
        let roots = roots::find(&world, own, units);
        let mut found = leaves::find(&world, &roots.deployed);
        if found.is_empty() {
            found = leaves::find(&world, &roots.unused);
        } else {
            left_out(&world, &leaves::find(&world, &roots.unused));
        }
        let functions = functions::find(&world, &found);
        let mut value = declared(&world, &found, functions);
        value.sort_by(|a, b| (&a.declaration.location, &a.name).cmp(&(&b.declaration.location, &b.name)));
        if world.all_steps.get() == 0 {
            let message = "Terraform's expressions were not all evaluated: they take too many steps";
            problems.push(Problem::general(ProblemKind::Unevaluated, message));
        }
        problems.extend(world.problems.take());
        Partial { value, problems }
    }
}

/// Names the functions of modules that nothing calls.
fn left_out(world: &World<'_>, leaves: &[Leaf]) {
    for leaf in leaves {
        let module = world.scope(leaf.anchor.scope).module;
        let message = format!(
            "nothing in the checkout calls the module `{}`: its function is left out",
            world.modules[world.scope(world.scope(leaf.anchor.scope).root).module].folder
        );
        world.problem(ProblemKind::Unsupported, world.place(module, leaf.anchor.at), message);
    }
}

fn declared(world: &World<'_>, leaves: &[Leaf], functions: Functions) -> Vec<Declared> {
    let used = uses::read(&Keys::new(world, leaves, &functions), leaves, &functions);
    let each = functions.all.into_iter().zip(used).map(|(function, used)| Declared {
        name: function.name,
        service: function.service,
        stack_folder: function.stack_folder,
        declaration: function.declaration,
        runtime: function.code.runtime,
        code: function.code.source,
        build: Build::default(),
        style: function.code.style,
        environment: used.environment,
        layers: used.uses.layers,
        channels: used.uses.channels,
        stores: used.uses.stores,
        invokes: used.uses.invokes,
    });
    each.collect()
}

#[cfg(test)]
mod tests;
