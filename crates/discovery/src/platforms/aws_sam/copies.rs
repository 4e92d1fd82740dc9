//! Copies that tools write of a template: `sam package` puts code in S3, .NET's annotations repeat their source.

use std::collections::{HashMap, HashSet};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{Location, RepoPath};

use super::template::{FUNCTIONS, Resource, Template};

/// The templates that a person wrote. A copy is left out only if what it was made from is there: otherwise it is all
/// that is known of its functions. What an outdated copy has and its source has no more is named in `problems`.
pub(super) fn leave_out(templates: Vec<Template>, problems: &mut Vec<Problem>) -> Vec<Template> {
    let kinds: Vec<Kind> = templates.iter().map(kind).collect();
    let mut sources = Sources::default();
    for (template, _) in templates.iter().zip(&kinds).filter(|(_, kind)| **kind == Kind::Source) {
        for resource in template.resources().filter(Resource::is_function) {
            sources.by_id.entry(resource.key.text.clone()).or_default().push(template.folder());
            sources.handlers.extend(resource.property("Handler").and_then(Node::as_str).map(str::to_owned));
        }
    }
    let mut kept = Vec::new();
    for (template, kind) in templates.into_iter().zip(kinds) {
        let is_copy = match kind {
            Kind::Source => false,
            Kind::Packaged => sources.repeated(&template, problems),
            Kind::Generated => template.resources().filter(Resource::is_function).all(|resource| {
                let handler = resource.property("Handler").and_then(Node::as_str);
                handler.is_some_and(|handler| sources.handlers.contains(handler))
            }),
        };
        if !is_copy {
            kept.push(template);
        }
    }
    kept
}

/// What the templates that people wrote declare.
#[derive(Default)]
struct Sources {
    /// Logical ids of functions, with the folders of the templates that have them.
    by_id: HashMap<String, Vec<RepoPath>>,
    handlers: HashSet<String>,
}

impl Sources {
    /// True if the packaged `template` was made from one of them: all of its functions are in templates above or below
    /// it, or some are in one beside it, which has changed since.
    fn repeated(&self, template: &Template, problems: &mut Vec<Problem>) -> bool {
        let folder = template.folder();
        let near = |resource: &Resource<'_>, beside: bool| {
            self.by_id.get(resource.key.text.as_str()).is_some_and(|folders| {
                folders.iter().any(|source| match beside {
                    true => *source == folder,
                    false => source.starts_with(&folder) || folder.starts_with(source),
                })
            })
        };
        let functions: Vec<Resource<'_>> = template.resources().filter(Resource::is_function).collect();
        let gone = functions.iter().filter(|resource| !near(resource, false)).count();
        if gone > 0 && functions.iter().any(|resource| near(resource, true)) {
            let what = if gone == 1 { "1 function".to_owned() } else { format!("{gone} functions") };
            let message = format!(
                "this was packaged from a template beside it that has changed since: {what} that it alone has are left out"
            );
            problems.push(Problem::at(ProblemKind::Unevaluated, Location::whole_file(template.path.clone()), message));
            return true;
        }
        gone == 0
    }
}

#[derive(PartialEq, Eq)]
enum Kind {
    /// Written by a person.
    Source,
    /// Written by `sam package`.
    Packaged,
    /// Written from annotations in the code.
    Generated,
}

fn kind(template: &Template) -> Kind {
    let functions: Vec<Resource<'_>> = template.resources().filter(Resource::is_function).collect();
    if functions.is_empty() {
        return Kind::Source;
    }
    let in_s3 = |resource: &Resource<'_>| {
        let code = if resource.kind == FUNCTIONS[0] { "CodeUri" } else { "Code" };
        resource.property(code).and_then(Node::as_str).is_some_and(|uri| uri.starts_with("s3://"))
    };
    let annotated = |resource: &Resource<'_>| {
        let tool = resource.node.path(&["Metadata", "Tool"]).and_then(Node::as_str);
        tool.is_some_and(|tool| tool.contains("Annotations"))
    };
    if functions.iter().any(in_s3) || template.path.file_stem().starts_with("packaged") {
        Kind::Packaged
    } else if functions.iter().all(annotated) {
        Kind::Generated
    } else {
        Kind::Source
    }
}
