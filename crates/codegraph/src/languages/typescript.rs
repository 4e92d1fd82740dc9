//! JavaScript and TypeScript: one language here, since each imports the other.

mod agree;
mod facts;
mod glance;
mod tokens;

use lockstep_model::{FileSet, RepoPath};
use lockstep_script::resolve::TypeScriptResolver;

use crate::{Answers, FileFacts, Import, ImportKind, Language, Resolution, Resolve, SourceFacts, Token, kinds};

/// JavaScript and TypeScript, ES modules and CommonJS.
pub struct TypeScript;

impl Language for TypeScript {
    fn name(&self) -> &'static str {
        "typescript"
    }

    fn page(&self) -> &'static str {
        include_str!("typescript.md")
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"]
    }

    fn facts(&self, path: &RepoPath, text: &str) -> FileFacts {
        facts::facts(path, text)
    }

    fn agree(&self, path: &RepoPath, before: &str, after: &str) -> Option<bool> {
        agree::agree(path, before, after)
    }

    fn tokens(&self, path: &RepoPath, text: &str) -> Vec<Token> {
        tokens::tokens(path, text)
    }

    fn resolver<'a>(&self, files: &'a FileSet, sources: &'a dyn SourceFacts) -> Box<dyn Resolve + 'a> {
        Box::new(Resolver(TypeScriptResolver::knowing(files, sources.answers().scripts().clone())))
    }
}

struct Resolver<'a>(TypeScriptResolver<'a>);

impl Resolve for Resolver<'_> {
    fn add_answers(&self, to: &mut Answers) {
        to.scripts = self.0.found();
    }

    fn has_side_effects(&self, path: &RepoPath) -> bool {
        self.0.has_side_effects(path)
    }

    fn resolve(&self, from: &RepoPath, import: &Import, roots: &[RepoPath]) -> Resolution {
        if import.kind == ImportKind::Computed {
            return Resolution::Unresolved("the name is computed when the code runs".to_owned());
        }
        if import.kind == ImportKind::Pattern {
            let found = self.0.matching(from, &import.specifier);
            let code: Vec<RepoPath> = found.into_iter().filter(|path| !kinds::is_beside_code(path)).collect();
            return if code.is_empty() {
                Resolution::Unresolved("no file of the repository matches".to_owned())
            } else {
                Resolution::Parts(code.into_iter().map(|path| (path, vec!["*".to_owned()])).collect())
            };
        }
        self.0.resolve(from, &import.specifier, roots).into()
    }
}
