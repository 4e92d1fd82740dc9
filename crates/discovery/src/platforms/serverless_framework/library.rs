//! The YAML and JSON files of the checkout, and scripts that are manifests, each parsed once, when it is first asked for.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, OnceLock},
};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{FileSet, Location, RepoPath};

use super::script;

/// A parsed file.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: RepoPath,
    pub(super) text: Arc<str>,
    pub(super) root: Node,
    /// What of it is not known: of scripts.
    pub(super) problems: Vec<Problem>,
}

/// A node and the file it stands in.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    pub(super) source: &'a Source,
    pub(super) node: &'a Node,
}

impl Source {
    /// The place of a span.
    pub(super) fn place(&self, span: Range<usize>) -> Location {
        Location::of_span(self.path.clone(), &self.text, span)
    }

    /// The root of the file.
    pub(super) fn root(&self) -> At<'_> {
        At { source: self, node: &self.root }
    }
}

impl<'a> At<'a> {
    /// Where it stands.
    pub(super) fn place(self) -> Location {
        self.source.place(self.node.span.clone())
    }

    /// The value of `key` as written, variables not looked at.
    pub(super) fn get(self, key: &str) -> Option<Self> {
        Some(Self { source: self.source, node: self.node.get(key)? })
    }

    /// The items of a list, and a value that is none as its own only item.
    pub(super) fn items(self) -> Vec<Self> {
        if self.node.is_list() {
            self.node.items().iter().map(|node| Self { source: self.source, node }).collect()
        } else if self.node.is_null() {
            Vec::new()
        } else {
            vec![self]
        }
    }

    /// The entries of a map as written; of a key that is written twice the last one.
    pub(super) fn entries(self) -> Vec<(&'a lockstep_document::Key, Self)> {
        let entries = self.node.entries();
        let last = |at: usize| entries[at + 1..].iter().all(|(later, _)| later.text != entries[at].0.text);
        let kept = entries.iter().enumerate().filter(|(at, _)| entries.len() > 2_000 || last(*at));
        kept.map(|(_, (key, node))| (key, Self { source: self.source, node })).collect()
    }
}

/// Every YAML and JSON file, and the scripts that are manifests.
pub(super) struct Library<'f> {
    pub(super) files: &'f FileSet,
    sources: BTreeMap<RepoPath, OnceLock<Result<Source, Problem>>>,
}

impl<'f> Library<'f> {
    /// The files of a checkout; none is read yet.
    pub(super) fn new(files: &'f FileSet) -> Self {
        let paths = files.paths().filter(|path| is_data(path) || script::is_manifest(path));
        Self { files, sources: paths.map(|path| (path.clone(), OnceLock::new())).collect() }
    }

    /// All paths.
    pub(super) fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        self.sources.keys()
    }

    /// The file at `path`, links followed; none if there is no such file.
    ///
    /// # Errors
    /// If it cannot be read or is not well formed.
    pub(super) fn get(&self, path: &RepoPath) -> Option<Result<&Source, &Problem>> {
        let real = self.files.resolve(path)?;
        let source = self.sources.get(&real)?.get_or_init(|| self.load(&real));
        Some(source.as_ref())
    }

    fn load(&self, path: &RepoPath) -> Result<Source, Problem> {
        let text = self.files.text(path).map_err(|error| {
            let place = Location::whole_file(path.clone());
            Problem::at(ProblemKind::UnreadableFile, place, format!("the manifest cannot be read: {error}"))
        })?;
        if script::is_manifest(path) {
            let message = "this manifest is a script that gives no data";
            return match script::read(self.files, path) {
                Some(script::Read { root, problems }) => Ok(Source { path: path.clone(), text, root, problems }),
                None => Err(Problem::at(ProblemKind::Unsupported, Location::whole_file(path.clone()), message)),
            };
        }
        match lockstep_document::parse(path.extension().unwrap_or("yml"), &text) {
            Ok(document) => Ok(Source { path: path.clone(), text, root: document.root, problems: Vec::new() }),
            Err(error) => {
                let place = Location::of_span(path.clone(), &text, error.span.clone());
                Err(Problem::at(ProblemKind::InvalidManifest, place, error.message))
            }
        }
    }
}

/// True for the formats that the framework reads without running anything.
pub(super) fn is_data(path: &RepoPath) -> bool {
    matches!(path.extension(), Some("yml" | "yaml" | "json"))
}
