//! Copies that tools write of a template: `sam package` puts code in S3, .NET's annotations repeat their source.

use std::collections::{HashMap, HashSet};

use lockstep_document::Node;
use lockstep_model::RepoPath;

use super::template::{FUNCTIONS, Resource, Template};

/// The templates that a person wrote. A copy is left out only if what it was made from is there: otherwise it is all
/// that is known of its functions.
pub(super) fn leave_out(templates: Vec<Template>) -> Vec<Template> {
    let copy: Vec<Kind> = templates.iter().map(kind).collect();
    let mut by_id: HashMap<&str, Vec<RepoPath>> = HashMap::new();
    let mut handlers: HashSet<&str> = HashSet::new();
    for (template, _) in templates.iter().zip(&copy).filter(|(_, kind)| **kind == Kind::Source) {
        for resource in template.resources().filter(Resource::is_function) {
            by_id.entry(resource.key.text.as_str()).or_default().push(template.folder());
            handlers.extend(resource.property("Handler").and_then(Node::as_str));
        }
    }
    let nested = |template: &Template, folders: &[RepoPath]| {
        let folder = template.folder();
        folders.iter().any(|source| source.starts_with(&folder) || folder.starts_with(source))
    };
    let has_source = |template: &Template, kind: &Kind| {
        let mut functions = template.resources().filter(Resource::is_function);
        match kind {
            Kind::Source => false,
            Kind::Packaged => functions
                .all(|resource| by_id.get(resource.key.text.as_str()).is_some_and(|folders| nested(template, folders))),
            Kind::Generated => functions.all(|resource| {
                let handler = resource.property("Handler").and_then(Node::as_str);
                handler.is_some_and(|handler| handlers.contains(handler))
            }),
        }
    };
    let keep: Vec<bool> = templates.iter().zip(&copy).map(|(template, kind)| !has_source(template, kind)).collect();
    templates.into_iter().zip(keep).filter_map(|(template, keep)| keep.then_some(template)).collect()
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
