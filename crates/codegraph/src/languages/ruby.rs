//! Ruby: what a file says ([`parse`]), what is installed ([`gems`]), and which files names and paths lead to ([`resolve`]).

mod gems;
mod parse;
mod resolve;
#[cfg(test)]
mod tests;
mod words;

use lockstep_model::{FileSet, RepoPath};

use crate::{
    change,
    language::{FileFacts, Language, Resolve, SourceFacts},
};

/// The language Ruby.
pub struct Ruby;

impl Language for Ruby {
    fn name(&self) -> &'static str {
        "ruby"
    }

    fn page(&self) -> &'static str {
        include_str!("ruby.md")
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["rb"]
    }

    fn facts(&self, _: &RepoPath, text: &str) -> FileFacts {
        parse::facts(text)
    }

    fn agree(&self, path: &RepoPath, before: &str, after: &str) -> Option<bool> {
        change::agree_by_grammar(path, before, after)
    }

    fn resolver<'a>(&self, files: &'a FileSet, sources: &'a dyn SourceFacts) -> Box<dyn Resolve + 'a> {
        Box::new(resolve::Resolver::new(files, sources))
    }
}
