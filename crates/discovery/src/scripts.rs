//! Source files as trees, and what their names mean across files: for platforms whose functions are declared by calls,
//! decorators and exports that stand in the text as they are.
//!
//! Nothing is run. What a name means is followed through imports, barrels and constants, a bounded number of steps.

mod handler;
mod meaning;
mod text;
mod top;

use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::{Arc, OnceLock},
};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{FileSet, Location, RepoPath};
use lockstep_script::{
    is_script, parse_python, parse_typescript,
    resolve::{PythonResolver, Resolution, TypeScriptResolver},
    tree::{Class, Expression, Function, Import, Language},
};

pub(crate) use self::{
    handler::code_of,
    meaning::{Found, Meaning},
    text::{Called, argument, calls_in, named, returns},
    top::{Exported, Step, Top},
};

/// How many steps from name to name are followed.
const FARTHEST: usize = 24;

/// How many steps one question may take.
const STEPS: usize = 5_000;

/// How many pieces one text may have.
const PIECES: usize = 500;

/// Larger files are generated. 2 MiB.
const LARGEST: usize = 2 << 20;

/// The scripts of a checkout, each parsed once, when it is first asked for.
pub(crate) struct Scripts<'f> {
    pub(crate) files: &'f FileSet,
    scripts: BTreeMap<RepoPath, OnceLock<Option<Script>>>,
    typescript: OnceLock<TypeScriptResolver<'f>>,
    python: OnceLock<PythonResolver<'f>>,
    /// Steps left for the question that is being answered: barrels may lead in circles, and twice at each turn.
    steps: Cell<usize>,
    /// The same for texts.
    pieces: Cell<usize>,
}

/// A source file.
pub(crate) struct Script {
    pub(crate) path: RepoPath,
    pub(crate) text: Arc<str>,
    pub(crate) language: Language,
    /// The statements of the module, those in conditions and blocks too.
    pub(crate) tops: Vec<Top>,
    /// By name, the statement that binds it.
    names: HashMap<String, usize>,
    /// The first syntax error: where, and what.
    pub(crate) error: Option<(Range<usize>, String)>,
}

/// An expression and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct At<'s> {
    pub(crate) script: &'s Script,
    pub(crate) expression: &'s Expression,
    /// The function around it, whose names are known to it.
    pub(crate) inside: Option<&'s Function>,
    /// The class around it, for `this`.
    pub(crate) class: Option<&'s Class>,
}

impl<'f> Scripts<'f> {
    /// The scripts among `files`; none is read yet.
    pub(crate) fn new(files: &'f FileSet) -> Self {
        let is_source = |path: &&RepoPath| is_script(path) || path.extension() == Some("py");
        let scripts = files.paths().filter(is_source).map(|path| (path.clone(), OnceLock::new())).collect();
        Self {
            files,
            scripts,
            typescript: OnceLock::new(),
            python: OnceLock::new(),
            steps: Cell::new(0),
            pieces: Cell::new(0),
        }
    }

    /// The script at `path`, links followed; none if there is none, or it is no text.
    pub(crate) fn get(&self, path: &RepoPath) -> Option<&Script> {
        let real = self.files.resolve(path)?;
        let (path, cell) = self.scripts.get_key_value(&real)?;
        cell.get_or_init(|| Script::read(self.files, path)).as_ref()
    }

    /// The modules that an import of Python means.
    pub(crate) fn python_modules(&self, from: &Script, import: &Import) -> Vec<&Script> {
        self.imported(from, &import.module, import.level, &[])
    }

    /// Takes a step; none if the question has taken enough.
    fn take(steps: &Cell<usize>) -> Option<()> {
        steps.set(steps.get().checked_sub(1)?);
        Some(())
    }

    /// The module that `specifier` means in `from`.
    fn imported(&self, from: &Script, specifier: &str, level: u32, names: &[String]) -> Vec<&Script> {
        let resolution = match from.language {
            Language::TypeScript => {
                let resolver = self.typescript.get_or_init(|| TypeScriptResolver::new(self.files));
                resolver.resolve(&from.path, specifier, &[])
            }
            Language::Python => {
                let resolver = self.python.get_or_init(|| PythonResolver::new(self.files));
                // A module of a package is not found under its own name: what is above the package is searched.
                let is_package =
                    |folder: &RepoPath| folder.join("__init__.py").is_ok_and(|path| self.files.is_file(&path));
                let folder = from.path.ancestors().skip(1).find(|folder| !is_package(folder));
                resolver.resolve(&from.path, specifier, level, names, folder.as_slice())
            }
        };
        match resolution {
            Resolution::Files(paths) => {
                let others = paths.iter().filter(|path| **path != from.path);
                others.filter_map(|path| self.get(path)).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Script {
    fn read(files: &FileSet, path: &RepoPath) -> Option<Self> {
        let text = files.text(path).ok().filter(|text| text.len() <= LARGEST)?;
        let module = if path.extension() == Some("py") { parse_python(&text) } else { parse_typescript(path, &text) };
        let tops = top::flatten(module.body);
        let mut names = HashMap::new();
        for (at, top) in tops.iter().enumerate() {
            for name in top.names() {
                match module.language {
                    // Of several bindings of a name, Python's last one holds when the module is there.
                    Language::Python => drop(names.insert(name.to_owned(), at)),
                    Language::TypeScript => drop(names.entry(name.to_owned()).or_insert(at)),
                }
            }
        }
        Some(Self { path: path.clone(), text, language: module.language, tops, names, error: module.error })
    }

    /// The bytes `span` as a place.
    pub(crate) fn place(&self, span: Range<usize>) -> Location {
        Location::of_span(self.path.clone(), &self.text, span)
    }

    /// The bytes `span` as they are written.
    pub(crate) fn written(&self, span: Range<usize>) -> &str {
        self.text.get(span).unwrap_or_default()
    }

    /// The statement that binds `name`, or exports it under that name.
    pub(crate) fn top_of(&self, name: &str) -> Option<&Top> {
        let bound = self.names.get(name).and_then(|at| self.tops.get(*at));
        bound.or_else(|| self.tops.iter().find(|top| top.exports().iter().any(|export| export.name == name)))
    }

    /// An expression of the module itself.
    pub(crate) fn at<'s>(&'s self, expression: &'s Expression) -> At<'s> {
        At { script: self, expression, inside: None, class: None }
    }

    /// What is lost because the file has a syntax error.
    pub(crate) fn unparsed(&self) -> Option<Problem> {
        let (span, message) = self.error.as_ref()?;
        let message = format!("this file does not parse, and functions that it declares may be missing: {message}");
        Some(Problem::at(ProblemKind::UnparsedSource, self.place(span.clone()), message))
    }
}

impl<'s> At<'s> {
    /// Another expression of the same place.
    pub(crate) fn with(self, expression: &'s Expression) -> Self {
        Self { expression, ..self }
    }

    /// An expression inside of `function`, which stands here.
    pub(crate) fn inside(self, function: &'s Function, expression: &'s Expression) -> Self {
        Self { expression, inside: Some(function), ..self }
    }
}

#[cfg(test)]
mod tests;
