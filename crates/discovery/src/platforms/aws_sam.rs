//! AWS SAM and CloudFormation: one reader, because every template of SAM is one of CloudFormation.

mod copies;
mod evaluate;
mod events;
mod function;
mod given;
mod globals;
mod intrinsic;
mod machines;
mod openapi;
mod policies;
mod stacks;
mod template;
mod uses;
mod wiring;

use std::collections::HashSet;

use lockstep_diagnostics::{Partial, Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{FileSet, RepoPath};

pub(crate) use self::function::PLAIN;
use self::{evaluate::World, template::Template};
use super::amplify;
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
        read(files, |path| !amplify::owns(path))
    }
}

/// What the templates among the `files` that count declare.
pub(super) fn read(files: &FileSet, counts: fn(&RepoPath) -> bool) -> Partial<Vec<Declared>> {
    let mut all: Partial<Vec<Declared>> = Partial::default();
    let found = template::find(files, counts, &mut all.problems);
    let templates = copies::leave_out(found, &mut all.problems);
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

/// Names what of a template only CloudFormation can evaluate, and what it would not see itself.
fn not_read(template: &Template, problems: &mut Vec<Problem>) {
    let counted: HashSet<usize> = template.section("Resources").iter().map(|(key, _)| key.span.start).collect();
    let all = template.root().get("Resources").map(Node::entries).unwrap_or_default();
    for (key, node) in all {
        let declares = || {
            let body = template.text.get(node.span.clone()).unwrap_or_default();
            template::FUNCTIONS.iter().any(|kind| body.contains(kind))
        };
        let is_function =
            || node.get("Type").and_then(Node::as_str).is_some_and(|kind| template::FUNCTIONS.contains(&kind));
        let (kind, message) = if key.text.starts_with("Fn::ForEach") && declares() {
            let message = format!(
                "the functions that `{}` makes are not known: CloudFormation evaluates loops on deployment",
                key.text
            );
            (ProblemKind::Unevaluated, message)
        } else if !counted.contains(&key.span.start) && is_function() {
            let message = format!("`{}` is declared twice in this template; the later declaration counts", key.text);
            (ProblemKind::InvalidManifest, message)
        } else {
            continue;
        };
        problems.push(Problem::at(kind, template.place(key.span.clone()), message));
    }
}

#[cfg(test)]
mod tests;
