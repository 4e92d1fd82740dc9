//! C#: what a file says ([`parse`]), what the projects are ([`projects`]), and which files the names it mentions lead to
//! ([`index`], [`resolve`]).
//!
//! Code of one project needs no import to use what another file of it defines, so names are followed, not files. How a
//! name is written down as an import is said in [`mention`]; where a name is looked for, in [`scope`].

mod index;
mod inject;
mod mention;
mod parse;
mod projects;
mod resolve;
mod scope;
#[cfg(test)]
mod tests;

use lockstep_model::{FileSet, RepoPath};

use crate::{
    change::agree_by_grammar,
    language::{FileFacts, Import, Language, Resolve, SourceFacts},
};

/// The language C#, to version 13.
pub struct CSharp;

impl Language for CSharp {
    fn name(&self) -> &'static str {
        "csharp"
    }

    fn page(&self) -> &'static str {
        include_str!("csharp.md")
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["cs"]
    }

    fn facts(&self, _: &RepoPath, text: &str) -> FileFacts {
        parse::facts(text)
    }

    fn agree(&self, path: &RepoPath, before: &str, after: &str) -> Option<bool> {
        // A member is no file; in a class it is one.
        let wrapped = |text: &str| format!("class It {{\n{text}\n}}");
        agree_by_grammar(path, before, after).or_else(|| agree_by_grammar(path, &wrapped(before), &wrapped(after)))
    }

    fn shows(&self, import: &Import) -> bool {
        mention::shows(import)
    }

    fn resolver<'a>(&self, files: &'a FileSet, sources: &'a dyn SourceFacts) -> Box<dyn Resolve + 'a> {
        Box::new(resolve::Resolver::new(files, sources))
    }
}
