//! From what a manifest declares to the file in which the code starts.

use lockstep_model::{Confidence, Entry, FileSet, RepoPath};

use crate::platform::{CodeSource, Declared};

/// What is looked up in the checkout more than once, built once.
pub(crate) struct Index;

impl Index {
    pub(crate) fn new(_: &FileSet) -> Self {
        Self
    }
}

/// The code of one declaration.
pub(crate) struct Resolved {
    /// Where it starts.
    pub(crate) entry: Option<Entry>,
    /// The folder that is packaged.
    pub(crate) code_root: Option<RepoPath>,
    /// Why there is no entry.
    pub(crate) why: Option<String>,
}

/// Looks for the code of `declared`.
pub(crate) fn resolve(declared: &Declared, files: &FileSet, _: &Index) -> Resolved {
    let CodeSource::Path { base, path } = &declared.code else {
        return Resolved { entry: None, code_root: None, why: Some("the code is not in a folder".into()) };
    };
    let root = base.join(path).ok();
    let entry = root.as_ref().and_then(|root| {
        let handler = declared.declaration.handler.as_deref()?;
        let (module, symbol) = handler.rsplit_once('.').unwrap_or((handler, ""));
        ["", ".py", ".js", ".ts", ".mjs"].iter().find_map(|extension| {
            let path = root.join(&format!("{module}{extension}")).ok()?;
            let symbol = (!symbol.is_empty()).then(|| symbol.to_owned());
            files.is_file(&path).then_some(Entry { path, symbol, confidence: Confidence::Exact })
        })
    });
    let why = entry.is_none().then(|| "no file matches the handler".to_owned());
    Resolved { entry, code_root: root, why }
}
