//! PHP: what a file says ([`parse`]), what Composer loads ([`composer`]), and which files names and paths lead to
//! ([`resolve`]).
//!
//! Classes that stand for others say so in [`FileFacts::exports`]: `App\Mailer` behind [`STANDS_FOR`], with the class that
//! implements it. Of what cannot be created itself, an interface or an abstract class, the name is there behind
//! [`ABSTRACT`]. No symbol is called like either.

mod composer;
mod parse;
mod resolve;
#[cfg(test)]
mod tests;

use lockstep_model::{FileSet, RepoPath};

use crate::{
    change,
    language::{FileFacts, Language, Resolve, SourceFacts},
};

/// See the file's head.
const ABSTRACT: &str = "abstract ";

/// See the file's head.
const STANDS_FOR: &str = "stands for ";

/// Stands for the files that Composer loads before all others.
const ALWAYS_LOADED: &str = "composer.json";

/// The language PHP.
pub struct Php;

impl Language for Php {
    fn name(&self) -> &'static str {
        "php"
    }

    fn page(&self) -> &'static str {
        include_str!("php.md")
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["php"]
    }

    fn facts(&self, _: &RepoPath, text: &str) -> FileFacts {
        parse::facts(text)
    }

    fn agree(&self, path: &RepoPath, before: &str, after: &str) -> Option<bool> {
        // A method alone is PHP only within a class, and any of it only behind the tag.
        let tagged = |text: &str| if text.contains("<?") { text.to_owned() } else { format!("<?php {text}") };
        let within = |text: &str| format!("<?php class X {{ {text} }}");
        change::agree_by_grammar(path, &tagged(before), &tagged(after))
            .or_else(|| change::agree_by_grammar(path, &within(before), &within(after)))
    }

    fn resolver<'a>(&self, files: &'a FileSet, sources: &'a dyn SourceFacts) -> Box<dyn Resolve + 'a> {
        Box::new(resolve::Resolver::new(files, sources))
    }
}
