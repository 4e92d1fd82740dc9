//! Python: what a module says ([`parse`]) and which files its imports mean.

mod agree;
mod parse;
mod remote;
#[cfg(test)]
mod tests;
mod tokens;

use lockstep_model::{FileSet, RepoPath};
use lockstep_script::resolve::PythonResolver;

use crate::Token;
use crate::language::{FileFacts, Import, ImportKind, Language, Resolution, Resolve, SourceFacts};

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

    fn resolver<'a>(&self, files: &'a FileSet, _: &'a dyn SourceFacts) -> Box<dyn Resolve + 'a> {
        Box::new(Resolver(PythonResolver::new(files)))
    }
}

struct Resolver<'a>(PythonResolver<'a>);

impl Resolve for Resolver<'_> {
    fn resolve(&self, from: &RepoPath, import: &Import, roots: &[RepoPath]) -> Resolution {
        if import.kind == ImportKind::Computed {
            return Resolution::Unresolved("the module's name is computed".to_owned());
        }
        self.0.resolve(from, &import.specifier, import.level, &import.names, roots).into()
    }
}
