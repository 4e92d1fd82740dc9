//! Finding templates: any YAML or JSON file whose root has `Resources` of AWS, whatever it is called.

use std::sync::Arc;

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_document::{Document, Key, Node};
use lockstep_model::{FileSet, Location, ReadError, RepoPath};
use rayon::prelude::*;

/// The two types that declare a function.
pub(super) const FUNCTIONS: [&str; 2] = ["AWS::Serverless::Function", "AWS::Lambda::Function"];

/// What makes SAM of a template; the version has never changed.
const TRANSFORM: &str = "AWS::Serverless-";

/// A template of CloudFormation, SAM or not.
pub(super) struct Template {
    pub(super) path: RepoPath,
    pub(super) text: Arc<str>,
    document: Document,
}

/// One resource of a template.
#[derive(Clone, Copy)]
pub(super) struct Resource<'a> {
    /// Its logical id.
    pub(super) key: &'a Key,
    /// All of it.
    pub(super) node: &'a Node,
    /// `AWS::SQS::Queue`.
    pub(super) kind: &'a str,
}

impl<'a> Resource<'a> {
    /// The properties of the resource.
    pub(super) fn properties(&self) -> Option<&'a Node> {
        self.node.get("Properties")
    }

    /// One property, as written.
    pub(super) fn property(&self, name: &str) -> Option<&'a Node> {
        self.properties()?.get(name)
    }

    /// True if it declares a function.
    pub(super) fn is_function(&self) -> bool {
        FUNCTIONS.contains(&self.kind)
    }
}

impl Template {
    /// The folder of the file.
    pub(super) fn folder(&self) -> RepoPath {
        self.path.parent().unwrap_or_else(RepoPath::root)
    }

    pub(super) fn root(&self) -> &Node {
        &self.document.root
    }

    /// A section of the template, as a list of names and nodes; of a name written twice, the last one.
    pub(super) fn section(&self, name: &str) -> Vec<(&Key, &Node)> {
        let Some(section) = self.root().get(name) else { return Vec::new() };
        let last = |key: &Key| section.get_entry(&key.text).is_some_and(|(found, _)| found.span == key.span);
        let entries = section.entries();
        // Looking each name up is quadratic: only worth it where a name can be written twice.
        let mut names: Vec<&str> = entries.iter().map(|(key, _)| key.text.as_str()).collect();
        names.sort_unstable();
        let twice = names.windows(2).any(|pair| pair[0] == pair[1]);
        entries.iter().filter(|(key, _)| !twice || last(key)).map(|(key, node)| (key, node)).collect()
    }

    /// The resources, in the order of the text.
    pub(super) fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        self.section("Resources").into_iter().filter_map(|(key, node)| {
            let kind = node.get("Type")?.as_str()?;
            Some(Resource { key, node, kind })
        })
    }

    /// True if the template asks for SAM's transformation, which a fragment leaves to another file.
    pub(super) fn is_sam(&self) -> bool {
        let Some(transform) = self.root().get("Transform") else { return false };
        std::iter::once(transform)
            .chain(transform.items())
            .any(|one| one.as_str().is_some_and(|name| name.starts_with(TRANSFORM)))
    }

    /// A place in the file.
    pub(super) fn place(&self, span: std::ops::Range<usize>) -> Location {
        Location::of_span(self.path.clone(), &self.text, span)
    }
}

/// Every template among `files`, sorted by path. Files that look like one and cannot be read are problems.
pub(super) fn find(files: &FileSet, problems: &mut Vec<Problem>) -> Vec<Template> {
    let candidates: Vec<&RepoPath> = files.paths().filter(|path| may_be_template(path)).collect();
    let read: Vec<Result<Option<Template>, Problem>> =
        candidates.into_par_iter().map(|path| read(files, path)).collect();
    let mut templates = Vec::new();
    for result in read {
        match result {
            Ok(template) => templates.extend(template),
            Err(problem) => problems.push(problem),
        }
    }
    templates
}

fn may_be_template(path: &RepoPath) -> bool {
    let extension = path.extension().unwrap_or_default();
    ["yaml", "yml", "json", "template"].iter().any(|known| extension.eq_ignore_ascii_case(known))
        && !matches!(path.file_name(), "package-lock.json" | "package.json" | "tsconfig.json")
}

/// True for the name that every tool gives a template: such a file is one even if it cannot be read.
fn is_called_template(path: &RepoPath) -> bool {
    matches!(path.file_name(), "template.yaml" | "template.yml")
}

fn read(files: &FileSet, path: &RepoPath) -> Result<Option<Template>, Problem> {
    let text = match files.text(path) {
        Ok(text) => text,
        Err(ReadError::Missing) => return Ok(None),
        Err(error) if is_called_template(path) => {
            let place = Location::whole_file(path.clone());
            return Err(Problem::at(ProblemKind::InvalidManifest, place, error.to_string()));
        }
        Err(error @ ReadError::TooLarge(_)) if path.extension() != Some("json") => {
            let place = Location::whole_file(path.clone());
            return Err(Problem::at(ProblemKind::UnreadableFile, place, error.to_string()));
        }
        Err(_) => return Ok(None),
    };
    let named = is_called_template(path);
    if !named && !(text.contains("AWS::") && (text.contains("Resources") || text.contains(TRANSFORM))) {
        return Ok(None);
    }
    match lockstep_document::parse(path.extension().unwrap_or_default(), &text) {
        Ok(document) => {
            let template = Template { path: path.clone(), text, document };
            let aws = template.is_sam() || template.resources().any(|resource| resource.kind.starts_with("AWS::"));
            let loops = || template.section("Resources").iter().any(|(key, _)| key.text.starts_with("Fn::ForEach"));
            Ok((aws || loops()).then_some(template))
        }
        Err(error) if named || FUNCTIONS.iter().any(|kind| text.contains(kind)) => {
            let place = Location::of_span(path.clone(), &text, error.span.clone());
            Err(Problem::at(ProblemKind::InvalidManifest, place, format!("not a template: {}", error.message)))
        }
        Err(_) => Ok(None),
    }
}
