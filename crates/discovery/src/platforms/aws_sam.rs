//! AWS SAM and CloudFormation: one reader, because every template of SAM is one of CloudFormation.

mod arn;
mod copies;
mod evaluate;
mod events;
mod function;
mod globals;
mod intrinsic;
mod machines;
mod openapi;
mod policies;
mod resource_types;
mod stacks;
mod template;
mod uses;
mod wiring;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_model::FileSet;

use self::{evaluate::World, template::Template};
use crate::platform::{Declared, Platform};

/// The platform.
pub struct AwsSam;

impl Platform for AwsSam {
    fn name(&self) -> &'static str {
        function::SAM
    }

    fn page(&self) -> &'static str {
        include_str!("aws_sam.md")
    }

    fn declared(&self, files: &FileSet) -> Partial<Vec<Declared>> {
        let mut all: Partial<Vec<Declared>> = Partial::default();
        let templates = copies::leave_out(template::find(files, &mut all.problems));
        let world = World::new(files, &templates, stacks::find(&templates, files));
        let mut wires = wiring::read(&world);
        for (stack, of) in world.stacks.iter().enumerate() {
            let mut reader = function::Reader::new(&world, &mut wires, stack);
            for template in &of.members {
                let resources = templates[*template].resources();
                all.value.extend(resources.filter(|one| one.is_function()).map(|one| reader.read(*template, &one)));
            }
        }
        templates.iter().for_each(|template| not_read(template, &mut all.problems));
        all
    }
}

/// Names what of a template only CloudFormation can evaluate, and what it would not see itself.
fn not_read(template: &Template, problems: &mut Vec<Problem>) {
    let Some(resources) = template.root().get("Resources") else { return };
    for (key, node) in resources.entries() {
        let declares = || {
            let body = template.text.get(node.span.clone()).unwrap_or_default();
            template::FUNCTIONS.iter().any(|kind| body.contains(kind))
        };
        if key.text.starts_with("Fn::ForEach") && declares() {
            problems.push(Problem::at(
                ProblemKind::Unevaluated,
                template.place(key.span.clone()),
                format!(
                    "the functions that `{}` makes are not known: CloudFormation evaluates loops on deployment",
                    key.text
                ),
            ));
        }
        let twice = resources.get_entry(&key.text).is_some_and(|(last, _)| last.span != key.span);
        if twice
            && node
                .get("Type")
                .and_then(lockstep_document::Node::as_str)
                .is_some_and(|kind| template::FUNCTIONS.contains(&kind))
        {
            problems.push(Problem::at(
                ProblemKind::InvalidManifest,
                template.place(key.span.clone()),
                format!("`{}` is declared twice in this template; the later declaration counts", key.text),
            ));
        }
    }
}

#[cfg(test)]
mod tests;
