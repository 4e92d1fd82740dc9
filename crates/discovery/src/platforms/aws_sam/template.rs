//! Finding templates: any YAML or JSON file whose root has `Resources` of AWS, whatever it is called.

use std::{collections::HashMap, ops::Range, sync::Arc};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_document::{Document, Key, Node};
use lockstep_model::{FileSet, FileType, Location, ReadError, RepoPath};
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
    /// Where each line starts: a template can declare so many functions that counting lines for each is too slow.
    lines: Vec<usize>,
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

    fn new(path: RepoPath, text: Arc<str>, document: Document) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { path, text, document, lines }
    }

    /// A section of the template, as a list of names and nodes; of a name written twice, the last one.
    pub(super) fn section(&self, name: &str) -> Vec<(&Key, &Node)> {
        let entries = self.root().get(name).map(Node::entries).unwrap_or_default();
        let last: HashMap<&str, usize> =
            entries.iter().enumerate().map(|(number, (key, _))| (key.text.as_str(), number)).collect();
        let counts = |number: usize, key: &Key| last.get(key.text.as_str()) == Some(&number);
        let all = entries.iter().enumerate();
        all.filter(|(number, (key, _))| counts(*number, key)).map(|(_, (key, node))| (key, node)).collect()
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

    /// A place in the file, as [`Location::of_span`] gives it.
    pub(super) fn place(&self, span: Range<usize>) -> Location {
        let line = self.lines.partition_point(|start| *start <= span.start).max(1);
        let start = self.lines[line - 1];
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let column = self.text.get(start..span.start).map_or(0, |before| before.chars().count());
        Location {
            path: self.path.clone(),
            line: number(line),
            column: number(column + 1),
            start: number(span.start),
            end: number(span.end),
        }
    }
}

/// Every template among the `files` that count, sorted by path. Files that look like one and cannot be read are
/// problems.
pub(super) fn find(files: &FileSet, counts: fn(&RepoPath) -> bool, problems: &mut Vec<Problem>) -> Vec<Template> {
    let candidates: Vec<&RepoPath> = files
        .paths()
        .filter(|path| may_be_template(path) && counts(path))
        // A link shows a file that is found under its own name as well.
        .filter(|path| files.entry(path).is_some_and(|entry| entry.file_type == FileType::File))
        .collect();
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
            let template = Template::new(path.clone(), text, document);
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
