//! Kotlin: what a file declares ([`parse`]); the rest is common to the languages of its machine (`jvm`).

mod parse;
#[cfg(test)]
mod tests;

use lockstep_model::{FileSet, RepoPath};

use crate::{
    change::agree_by_grammar,
    jvm,
    language::{FileFacts, Import, Language, Resolve, SourceFacts},
};

/// The language Kotlin, for the JVM, up to version 2.
pub struct Kotlin;

impl Language for Kotlin {
    fn name(&self) -> &'static str {
        "kotlin"
    }

    fn page(&self) -> &'static str {
        include_str!("kotlin.md")
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["kt"]
    }

    fn facts(&self, path: &RepoPath, text: &str) -> FileFacts {
        parse::facts(path, text)
    }

    fn agree(&self, path: &RepoPath, before: &str, after: &str) -> Option<bool> {
        // A member is compared alone, too, and may be no file.
        let wrapped = |text: &str| format!("class Wrapped {{\n{text}\n}}");
        agree_by_grammar(path, before, after).or_else(|| agree_by_grammar(path, &wrapped(before), &wrapped(after)))
    }

    fn shows(&self, import: &Import) -> bool {
        jvm::shows(import)
    }

    fn resolver<'a>(&self, files: &'a FileSet, sources: &'a dyn SourceFacts) -> Box<dyn Resolve + 'a> {
        jvm::resolver(files, sources)
    }
}
