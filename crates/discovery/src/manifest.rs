//! Manifests as most platforms write them: one parsed file that declares functions, and what all such declarations say
//! in the same way.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_document::Node;
use lockstep_model::{Declaration, FileSet, Location, RepoPath};

use crate::{
    aws::uses::Uses,
    in_code::is_vendored,
    platform::{Build, CodeSource, Declared, HandlerStyle},
};

/// A parsed file.
#[derive(Debug)]
pub(crate) struct Manifest {
    /// The file.
    pub(crate) path: RepoPath,
    /// Its text.
    pub(crate) text: Arc<str>,
    /// What it says.
    pub(crate) root: Node,
}

impl Manifest {
    /// Reads the file at `path`. If it cannot be read or parsed, that is a problem.
    pub(crate) fn read(files: &FileSet, path: &RepoPath, problems: &mut Vec<Problem>) -> Option<Self> {
        let text = match files.text(path) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("the manifest cannot be read: {error}");
                let place = Location::whole_file(path.clone());
                problems.push(Problem::at(ProblemKind::UnreadableFile, place, message));
                return None;
            }
        };
        match lockstep_document::parse(path.extension().unwrap_or("yml"), &text) {
            Ok(document) => Some(Self { path: path.clone(), text, root: document.root }),
            Err(error) => {
                let place = Location::of_span(path.clone(), &text, error.span.clone());
                problems.push(Problem::at(ProblemKind::InvalidManifest, place, error.message));
                None
            }
        }
    }

    /// As [`Self::read`], for files that are looked into and are nobody's manifest if they cannot be read.
    pub(crate) fn peek(files: &FileSet, path: &RepoPath) -> Option<Self> {
        let text = files.text(path).ok()?;
        let document = lockstep_document::parse(path.extension().unwrap_or("yml"), &text).ok()?;
        Some(Self { path: path.clone(), text, root: document.root })
    }

    /// The folder of the file.
    pub(crate) fn folder(&self) -> RepoPath {
        self.path.parent().unwrap_or_else(RepoPath::root)
    }

    /// The place of a span.
    pub(crate) fn place(&self, span: Range<usize>) -> Location {
        Location::of_span(self.path.clone(), &self.text, span)
    }

    /// Where a function is declared whose name stands at `name` and of which all is said before `end`.
    pub(crate) fn declares(&self, name: Range<usize>, end: usize) -> Place {
        Place { location: self.place(name), end: u32::try_from(end).unwrap_or(u32::MAX) }
    }

    /// Where a function is declared that the whole file speaks of; `name` is where it is called by its name.
    pub(crate) fn declares_as_a_whole(&self, name: Option<Range<usize>>) -> Place {
        self.declares(name.unwrap_or(0..0), self.text.len())
    }
}

/// Where a function is declared.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The place that names it.
    pub(crate) location: Location,
    /// The end of all that is said of it, in bytes.
    pub(crate) end: u32,
}

impl Place {
    /// A file that is a function because of where it lies.
    pub(crate) fn of_file(path: &RepoPath) -> Self {
        Self { location: Location::whole_file(path.clone()), end: 0 }
    }
}

/// What is deployed as one: its functions share a folder and a name.
#[derive(Clone, Debug)]
pub(crate) struct Stack {
    /// The platform, as printed.
    pub(crate) platform: &'static str,
    /// What it is called, for people.
    pub(crate) service: String,
    /// Its folder.
    pub(crate) folder: RepoPath,
}

/// Where a function's code is.
#[derive(Clone, Debug)]
pub(crate) enum Code {
    /// In a file, which is given relative to the folder that is packaged; perhaps under a symbol. Output of a compiler
    /// stands for its source.
    File {
        /// The folder that is packaged.
        root: RepoPath,
        /// The file, from there.
        file: String,
        /// The export.
        symbol: Option<String>,
    },
    /// In a folder whose runtime looks for the handler itself.
    Folder {
        /// The folder that is packaged.
        root: RepoPath,
        /// The handler, as the runtime's own rules split it.
        handler: Option<String>,
    },
    /// Only other tools know; why.
    Unknown(String),
}

impl Code {
    /// The file at `path`, packaged with all of `root`.
    pub(crate) fn file(root: &RepoPath, path: &RepoPath) -> Self {
        Self::File { root: root.clone(), file: relative(root, path), symbol: None }
    }
}

impl Stack {
    /// The function `name` of this stack.
    pub(crate) fn function(&self, name: &str, place: Place, code: Code, uses: Uses) -> Declared {
        let (handler, source, style) = match code {
            Code::File { root, file, symbol } => {
                let handler = symbol.map_or_else(|| file.clone(), |symbol| format!("{file}#{symbol}"));
                (Some(handler), CodeSource::Path { base: root, path: String::new() }, HandlerStyle::Path)
            }
            Code::Folder { root, handler } => {
                (handler, CodeSource::Path { base: root, path: String::new() }, HandlerStyle::Runtime)
            }
            Code::Unknown(why) => (None, CodeSource::Unknown(why), HandlerStyle::Path),
        };
        Declared {
            name: name.to_owned(),
            service: self.service.clone(),
            stack_folder: self.folder.clone(),
            declaration: Declaration {
                platform: self.platform,
                location: place.location,
                block_end: place.end,
                logical_id: name.to_owned(),
                handler,
            },
            runtime: None,
            code: source,
            build: Build::default(),
            style,
            environment: BTreeMap::new(),
            layers: uses.layers,
            channels: uses.channels,
            stores: uses.stores,
            invokes: uses.invokes,
        }
    }

    /// What other functions call the function `name` of this stack by.
    pub(crate) fn key_of(&self, name: &str) -> String {
        format!("{}#{name}", self.service)
    }
}

/// The way from `folder` to `path`.
pub(crate) fn relative(folder: &RepoPath, path: &RepoPath) -> String {
    let shared = folder.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().count() - shared;
    let mut parts = vec![".."; up];
    parts.extend(path.components().skip(shared));
    parts.join("/")
}

/// The first of `names` that is a file in `folder`.
pub(crate) fn first_in(files: &FileSet, folder: &RepoPath, names: &[&str]) -> Option<RepoPath> {
    names.iter().find_map(|name| folder.join(name).ok().filter(|path| files.is_file(path)))
}

/// The only file directly in `folder` with one of `extensions`, tests aside.
pub(crate) fn only_in(files: &FileSet, folder: &RepoPath, extensions: &[&str]) -> Option<RepoPath> {
    let mut found = files.under(folder).filter(|path| {
        let name = path.file_name();
        path.parent().as_ref() == Some(folder)
            && path.extension().is_some_and(|extension| extensions.contains(&extension))
            && !name.contains(".test.")
            && !name.contains("_test.")
            && !name.starts_with("test_")
    });
    let only = found.next()?;
    found.next().is_none().then(|| only.clone())
}

/// The name of `folder`; at the root, `otherwise`.
pub(crate) fn folder_name(folder: &RepoPath, otherwise: &str) -> String {
    if folder.is_root() { otherwise.to_owned() } else { folder.file_name().to_owned() }
}

/// Folders that tools write or that hold the code of others.
pub(crate) fn is_output(path: &RepoPath) -> bool {
    is_vendored(path) || path.components().any(|part| matches!(part, "bower_components" | "vendor"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_file_may_lead_up() {
        let path = |text| RepoPath::new(text).unwrap();
        assert_eq!(relative(&path("a/b"), &path("a/b/c/x.ts")), "c/x.ts");
        assert_eq!(relative(&path("a/b"), &path("a/lib/x.ts")), "../lib/x.ts");
        assert_eq!(relative(&RepoPath::root(), &path("x.ts")), "x.ts");
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        let files = FileSet::from_texts([("a.json", "{\"a\": \n  ["), ("b.toml", "name = \"x\"\n")]);
        let mut problems = Vec::new();
        let path = |text| RepoPath::new(text).unwrap();
        assert!(Manifest::read(&files, &path("a.json"), &mut problems).is_none());
        assert!(Manifest::read(&files, &path("gone.json"), &mut problems).is_none());
        let kinds: Vec<_> = problems.iter().map(|one| one.kind).collect();
        assert_eq!(kinds, [ProblemKind::InvalidManifest, ProblemKind::UnreadableFile]);
        let whole = Manifest::read(&files, &path("b.toml"), &mut problems).unwrap();
        assert_eq!(whole.declares_as_a_whole(None).end, 11);
    }
}
