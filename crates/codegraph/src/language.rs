//! The shape of a language: from one source text to its facts, and from its imports to files.

use std::ops::Range;

use lockstep_model::{FileSet, RepoPath};
use lockstep_script::resolve;
use serde::{Deserialize, Serialize};

use crate::{Answers, KnownAnswers, Outline, RemoteCallSite, Surface, Token, change, surface};

/// A source language. One file, one page beside it, one line in `languages.rs`.
pub trait Language: Sync {
    /// `typescript`, as printed.
    fn name(&self) -> &'static str;

    /// The language's page, in Markdown.
    fn page(&self) -> &'static str;

    /// File extensions, without the dot.
    fn extensions(&self) -> &'static [&'static str];

    /// What one file says. Pure: the result depends on nothing but the arguments, so it can be kept by blob id.
    /// A text that does not parse gives the facts that could be had, and an `error`.
    fn facts(&self, path: &RepoPath, text: &str) -> FileFacts;

    /// True if two versions of one file are the same to a compiler: their syntax trees agree, comments, layout, and the
    /// order of imports apart. None if one of them does not parse. Pure.
    fn agree(&self, path: &RepoPath, before: &str, after: &str) -> Option<bool>;

    /// The tokens of one file, in the order of the text, by which copies are found: without comments and layout, and
    /// without what only brings names in, documents, or describes types that vanish before the code runs. Those that
    /// could be had of a text that does not parse. Pure.
    fn tokens(&self, path: &RepoPath, text: &str) -> Vec<Token> {
        change::tokens_by_grammar(path, text)
    }

    /// True if an import matters to more than the file that says it: to what the names in other files mean. Pure.
    fn shows(&self, import: &Import) -> bool {
        surface::is_no_mention(import)
    }

    /// Makes ready for resolving in `files`: reads workspace manifests, tsconfig files, source roots. Where names mean
    /// what some file of the same package defines, `sources` knows what that file shows. Source files are looked at through
    /// `sources` alone, so that it is known what was seen of them.
    fn resolver<'a>(&self, files: &'a FileSet, sources: &'a dyn SourceFacts) -> Box<dyn Resolve + 'a>;
}

/// What the source files of a checkout say, each read when it is first asked for. Shared by threads.
pub trait SourceFacts: Sync {
    /// The facts of a source file whose own imports are being resolved; none for data, for languages that are not followed,
    /// and where there is no file. Of another file, what it shows says all.
    fn own(&self, path: &RepoPath) -> Option<&FileFacts>;

    /// What a source file shows to others; none as above.
    fn surface(&self, path: &RepoPath) -> Option<Surface<'_>>;

    /// What a source file may define, if its words alone tell: it need not be parsed for that.
    fn outline(&self, path: &RepoPath) -> Option<Outline>;

    /// What imports were found to mean before, in files of the same names with the same to see in them.
    fn answers(&self) -> &KnownAnswers;
}

/// Finds the files that imports mean. Shared by threads.
pub trait Resolve: Sync {
    /// False if the package of the file says that it need not be loaded where nothing of it is used (`sideEffects` of
    /// `package.json`).
    fn has_side_effects(&self, _path: &RepoPath) -> bool {
        true
    }

    /// Adds the answers that it found, besides those that it knew, to those of others.
    fn add_answers(&self, _to: &mut Answers) {}

    /// What `import` in `from` means, for a function whose code is packaged from `roots` (its code root first, then
    /// its layers; may be empty). One import may mean several files: a package's `__init__.py` and its module.
    fn resolve(&self, from: &RepoPath, import: &Import, roots: &[RepoPath]) -> Resolution;
}

/// The facts of a few files, for the tests of resolvers.
#[cfg(test)]
#[derive(Default)]
pub(crate) struct FactsOf(std::collections::BTreeMap<RepoPath, FileFacts>, KnownAnswers);

#[cfg(test)]
impl FactsOf {
    /// Those of the files of `set` that are in a language.
    pub(crate) fn all(set: &FileSet) -> Self {
        let facts = |path: &RepoPath| Some(crate::language_of(path)?.facts(path, &set.text(path).ok()?));
        Self(set.paths().filter_map(|path| Some((path.clone(), facts(path)?))).collect(), KnownAnswers::default())
    }
}

#[cfg(test)]
impl SourceFacts for FactsOf {
    fn own(&self, path: &RepoPath) -> Option<&FileFacts> {
        self.0.get(path)
    }

    fn surface(&self, path: &RepoPath) -> Option<Surface<'_>> {
        Some(Surface::new(crate::language_of(path)?, self.0.get(path)?))
    }

    fn outline(&self, _: &RepoPath) -> Option<Outline> {
        None
    }

    fn answers(&self) -> &KnownAnswers {
        &self.1
    }
}

/// What an import means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Files of the repository, at least one. The last is asked for what the import says; those before it are loaded on
    /// the way to it.
    Files(Vec<RepoPath>),
    /// Files of the repository, at least one, each with the names that are asked of it; one of which no name is asked is
    /// loaded, and no more, and of one that `*` is asked of, all is reached. For languages whose packages are made of
    /// many files, and for imports that mean several.
    Parts(Vec<(RepoPath, Vec<String>)>),
    /// A package from outside, by the name under which it is installed.
    External(String),
    /// Part of the language or its runtime, or a name that means nothing beyond its file.
    Builtin,
    /// It leads nowhere; why, in words.
    Unresolved(String),
}

impl From<resolve::Resolution> for Resolution {
    fn from(resolution: resolve::Resolution) -> Self {
        match resolution {
            resolve::Resolution::Files(files) => Self::Files(files),
            resolve::Resolution::External(name) => Self::External(name),
            resolve::Resolution::Builtin => Self::Builtin,
            resolve::Resolution::Unresolved(why) => Self::Unresolved(why),
        }
    }
}

/// What one source file says. All spans are bytes of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// The package, namespace or module that the file says it belongs to; empty where its place says that.
    pub package: String,
    /// What it imports, in the order of the text.
    pub imports: Vec<Import>,
    /// Its top-level definitions, in the order of the text.
    pub symbols: Vec<Symbol>,
    /// The names it exports, with the local symbol or the import behind each, in the order of the text.
    pub exports: Vec<Export>,
    /// What definitions are to those who find them by other ways than their names.
    pub roles: Vec<Role>,
    /// Indices of imports (`Import`) that the file's own top-level code uses: they are reached whatever symbol is asked for.
    pub top_level_imports: Vec<usize>,
    /// Indices of symbols that the file's own top-level code names: whoever loads the file runs them, with what they use.
    pub top_level_symbols: Vec<usize>,
    /// Symbols that others mention only as types, as pairs of indices (the one that mentions, the one that is mentioned),
    /// sorted. They are uses like others, but lead to nothing that runs.
    pub type_uses: Vec<(usize, usize)>,
    /// Calls of what runs elsewhere, in the order of the text.
    pub remote_calls: Vec<RemoteCallSite>,
    /// Set if parts of the file may reach each other in ways that names do not show (`eval`, `globals()`, `exports` or
    /// `this` used as a value): it can only be taken whole.
    pub opaque: Option<Opaque>,
    /// True if the file holds nothing that runs: types only.
    pub type_only: bool,
    /// True if its head says that a program wrote it.
    pub generated: bool,
    /// True if the file says, by its name or its head, that it is no part of what runs on the platforms (Go's constraints).
    pub left_out: bool,
    /// The first syntax error: where, and what.
    pub error: Option<(Range<usize>, String)>,
}

/// Where a file is more dynamic than names can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opaque {
    /// The place.
    pub span: Range<usize>,
    /// What is done there, in words: `eval` is called.
    pub reason: String,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// As written: `./lib/money`, `..models`, `crate::db::Table`.
    pub specifier: String,
    /// Where the specifier stands.
    pub span: Range<usize>,
    /// The names taken from it (the name over there); empty for a side-effect import or a whole module.
    pub names: Vec<String>,
    /// True if the whole module is taken (`import * as x`, `import x`, `require()`).
    pub whole: bool,
    /// What the file uses of a module through the name that it is bound to (`money.total()`), sorted; none if that is
    /// not known, or if the module itself is used as a value.
    pub members: Option<Vec<String>>,
    /// How it is said.
    pub kind: ImportKind,
    /// How many levels up a relative import starts (Python); 0 otherwise.
    pub level: u32,
}

/// How an import is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ImportKind {
    /// An ordinary import, or a `mod` declaration that brings in a file.
    Value,
    /// It vanishes before the code runs.
    Type,
    /// When the code gets there: `import()`, `require()` inside a function, an import inside a Python function.
    Lazy,
    /// The name is computed: nothing can be followed.
    Computed,
    /// Part of the name is computed; the specifier is a glob, and any file that it matches may be meant.
    Pattern,
    /// Re-exported at once.
    ReExport,
    /// A name that nothing in the file defines, where no import is needed to use what another file of the package, or of
    /// an imported one, defines. It belongs to the symbols that mention it, and is never loaded for itself.
    Mention,
}

/// One top-level definition, or a part of one that can be used without the rest of it (a static method).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbol {
    /// Its name in the file; `Money.total` for a part of `Money`.
    pub name: String,
    /// The whole definition. What other symbols inside of it span is theirs.
    pub span: Range<usize>,
    /// Other symbols of the file that it uses: indices into [`FileFacts::symbols`], sorted.
    pub uses: Vec<usize>,
    /// Imports that it uses: indices into [`FileFacts::imports`], sorted.
    pub imports: Vec<usize>,
}

/// What a definition is to code that does not name it: to callers of what it implements, to a container that makes
/// objects, to a compiler that looks for what fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The definition: an index into [`FileFacts::symbols`].
    pub symbol: usize,
    /// What it is.
    pub kind: RoleKind,
    /// The type it is about, if that is of the same file: an index into [`FileFacts::symbols`].
    pub other: Option<usize>,
    /// The type it is about, if it is of another file: an index into [`FileFacts::imports`].
    pub import: Option<usize>,
}

/// See [`Role`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RoleKind {
    /// It extends or implements the type.
    Inherits,
    /// It tells a container how to make the type.
    Provides,
    /// A container makes it: it is annotated as a bean, a component, a singleton.
    Managed,
    /// It is used where it fits, without being named: implicits and givens, extension functions.
    Implicit,
    /// Keys in literals of it are names of its fields, and mean nothing else (Go's structs).
    Fields,
}

/// One exported name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// The name outside; `default`; `*` for all that an import exports.
    pub name: String,
    /// The symbol behind it: an index into [`FileFacts::symbols`].
    pub symbol: Option<usize>,
    /// The import behind it, for a re-export: an index into [`FileFacts::imports`].
    pub import: Option<usize>,
}
