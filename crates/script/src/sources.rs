//! The scripts of one checkout: parsed once each, their imports resolved. Shared by threads.

use std::sync::{Arc, Mutex, OnceLock};

use lockstep_model::{FileSet, RepoPath};
use rustc_hash::FxHashMap;

use crate::{
    is_script, parse_python, parse_typescript,
    resolve::{PythonResolver, TypeScriptResolver},
    tree::Module,
};

/// The scripts of one checkout.
pub struct Sources<'f> {
    files: &'f FileSet,
    typescript: OnceLock<TypeScriptResolver<'f>>,
    python: OnceLock<PythonResolver<'f>>,
    parsed: Mutex<FxHashMap<RepoPath, Option<Arc<Module>>>>,
}

impl<'f> Sources<'f> {
    /// The scripts among `files`. Nothing is read yet.
    pub fn new(files: &'f FileSet) -> Self {
        Self { files, typescript: OnceLock::new(), python: OnceLock::new(), parsed: Mutex::default() }
    }

    /// The files.
    pub fn files(&self) -> &'f FileSet {
        self.files
    }

    /// What the file says; none if it is no script, or cannot be read.
    pub fn module(&self, path: &RepoPath) -> Option<Arc<Module>> {
        if let Some(known) = self.parsed.lock().ok().and_then(|parsed| parsed.get(path).cloned()) {
            return known;
        }
        let module = self.parse(path).map(Arc::new);
        if let Ok(mut parsed) = self.parsed.lock() {
            parsed.insert(path.clone(), module.clone());
        }
        module
    }

    fn parse(&self, path: &RepoPath) -> Option<Module> {
        let python = path.extension() == Some("py");
        if !python && !is_script(path) {
            return None;
        }
        let text = self.files.text(path).ok()?;
        Some(if python { parse_python(&text) } else { parse_typescript(path, &text) })
    }

    /// Resolves imports of TypeScript and JavaScript.
    pub fn typescript(&self) -> &TypeScriptResolver<'f> {
        self.typescript.get_or_init(|| TypeScriptResolver::new(self.files))
    }

    /// Resolves imports of Python.
    pub fn python(&self) -> &PythonResolver<'f> {
        self.python.get_or_init(|| PythonResolver::new(self.files))
    }
}
