//! Python: what a module says ([`parse`]) and which files its imports mean.

mod agree;
mod parse;
mod remote;
#[cfg(test)]
mod tests;
mod tokens;

use lockstep_model::{FileSet, RepoPath};
use lockstep_script::resolve::{self, PythonResolver};

use self::parse::dynamic::SEARCH_PATH;
use crate::{
    Surface, Token, kinds,
    language::{Export, FileFacts, Import, ImportKind, Language, Resolution, Resolve, SourceFacts},
};

/// The language Python, 3.8 to 3.14.
pub struct Python;

impl Language for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn page(&self) -> &'static str {
        include_str!("python.md")
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["py"]
    }

    fn facts(&self, _: &RepoPath, text: &str) -> FileFacts {
        parse::facts(text)
    }

    fn agree(&self, _: &RepoPath, before: &str, after: &str) -> Option<bool> {
        agree::agree(before, after)
    }

    fn tokens(&self, _: &RepoPath, text: &str) -> Vec<Token> {
        tokens::tokens(text)
    }

    fn resolver<'a>(&self, files: &'a FileSet, sources: &'a dyn SourceFacts) -> Box<dyn Resolve + 'a> {
        Box::new(Resolver { modules: PythonResolver::new(files), files, sources })
    }
}

struct Resolver<'a> {
    modules: PythonResolver<'a>,
    files: &'a FileSet,
    sources: &'a dyn SourceFacts,
}

impl Resolve for Resolver<'_> {
    fn resolve(&self, from: &RepoPath, import: &Import, roots: &[RepoPath]) -> Resolution {
        match import.kind {
            ImportKind::Computed if import.specifier.starts_with("getattr(") => {
                return Resolution::Unresolved("which name is taken is computed: all of the module counts".to_owned());
            }
            ImportKind::Computed => return Resolution::Unresolved("the module's name is computed".to_owned()),
            ImportKind::Mention => return Resolution::Builtin,
            _ => {}
        }
        let mut roots = roots.to_vec();
        roots.extend(self.searched(from));
        match import.specifier.strip_suffix(".*").or_else(|| import.specifier.strip_suffix('*')) {
            Some(package) => self.all_of(from, package, import.level, &roots),
            None => self.modules.resolve(from, &import.specifier, import.level, &import.names, &roots).into(),
        }
    }
}

impl Resolver<'_> {
    /// The folders that the module adds to `sys.path`.
    fn searched(&self, from: &RepoPath) -> Vec<RepoPath> {
        let folder = from.parent().unwrap_or_else(RepoPath::root);
        let imports = self.sources.own(from).map_or(&[][..], |facts| &facts.imports);
        let said = imports.iter().filter(|import| import.kind == ImportKind::Mention);
        let added = said.filter_map(|import| import.specifier.strip_prefix(SEARCH_PATH));
        added.filter_map(|path| folder.join(path).ok()).filter(|root| self.files.is_folder(root)).collect()
    }

    /// All modules that lie in a package, each with all that it exports.
    fn all_of(&self, from: &RepoPath, package: &str, level: u32, roots: &[RepoPath]) -> Resolution {
        let folder = match self.modules.resolve(from, package, level, &[], roots) {
            resolve::Resolution::Files(files) => files.last().and_then(RepoPath::parent),
            _ => self.namespace(from, package, level, roots),
        };
        let here = folder.filter(|folder| !folder.is_root());
        let modules = here.iter().flat_map(|folder| {
            let inside = |path: &&RepoPath| {
                let package = path.file_name() == "__init__.py";
                let parent = if package { path.parent().and_then(|parent| parent.parent()) } else { path.parent() };
                path.extension() == Some("py") && parent.as_ref() == Some(folder) && !kinds::is_beside_code(path)
            };
            self.files.under(folder).filter(inside).filter(|path| *path != from)
        });
        // What a module imports from others is theirs; a package may pass it on.
        let names = |path: &RepoPath| {
            let exports = self.sources.surface(path).map_or(&[][..], Surface::exports);
            let own = |export: &&Export| export.symbol.is_some() || path.file_name() == "__init__.py";
            let named = exports.iter().filter(|export| export.name != "*").filter(own);
            named.map(|export| export.name.clone()).collect()
        };
        let parts: Vec<_> = modules.map(|path| (path.clone(), names(path))).collect();
        if parts.is_empty() {
            return Resolution::Unresolved(format!("there is no package `{package}`"));
        }
        Resolution::Parts(parts)
    }

    /// The folder of a package without `__init__.py`.
    fn namespace(&self, from: &RepoPath, package: &str, level: u32, roots: &[RepoPath]) -> Option<RepoPath> {
        let own = from.parent()?;
        let bases: Vec<RepoPath> = match level {
            0 => roots.iter().cloned().chain(own.ancestors()).collect(),
            level => own.ancestors().skip(level as usize - 1).take(1).collect(),
        };
        let inner = package.trim_start_matches('.').replace('.', "/");
        bases.iter().filter_map(|base| base.join(&inner).ok()).find(|folder| self.files.is_folder(folder))
    }
}
