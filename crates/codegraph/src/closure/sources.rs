//! The source files of the checkout, each read and parsed once, when a walk first comes to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{FileSet, Location, ReadError, RepoPath};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    FileFacts, Import, KeptFacts, Language, Resolution, Resolve, SourceFacts, Token, all, kept, kinds,
    languages::index_of,
};

/// A source file with its facts.
pub(crate) struct Loaded {
    /// Empty where the file could not be read.
    pub(crate) text: Arc<str>,
    pub(crate) facts: FileFacts,
    unreadable: Option<ReadError>,
}

/// All of them. Shared by threads.
pub(crate) struct Sources<'a> {
    files: &'a FileSet,
    loaded: FxHashMap<&'a RepoPath, OnceLock<Loaded>>,
    kept: Option<&'a dyn KeptFacts>,
}

impl<'a> Sources<'a> {
    /// The sources of `files`, of which some facts may be `kept`.
    pub(crate) fn new(files: &'a FileSet, kept: Option<&'a dyn KeptFacts>) -> Self {
        let sources = files.paths().filter(|path| index_of(path).is_some());
        Self { files, loaded: sources.map(|path| (path, OnceLock::new())).collect(), kept }
    }

    /// The facts of a source file; none for data and for languages that are not followed.
    pub(crate) fn get(&self, path: &RepoPath) -> Option<&Loaded> {
        let language = index_of(path)?;
        let loaded = self.loaded.get(path)?;
        Some(loaded.get_or_init(|| match self.files.text(path) {
            Ok(text) => Loaded { facts: kept::facts(self.kept, all()[language], path, &text), text, unreadable: None },
            Err(error) => Loaded { text: Arc::from(""), facts: FileFacts::default(), unreadable: Some(error) },
        }))
    }

    /// The tokens of a file that holds `text`.
    pub(crate) fn tokens(&self, path: &RepoPath, text: &str) -> Vec<Token> {
        kept::tokens_of(self.kept, path, text)
    }

    /// How many files were looked into in each language, in this run or by what was known before it, and what could not be
    /// read or parsed of those that were read.
    pub(super) fn summary<'p>(
        &self,
        looked: impl Iterator<Item = &'p RepoPath>,
    ) -> (BTreeMap<&'static str, usize>, Vec<Problem>) {
        let mut counts = BTreeMap::new();
        let mut problems = Vec::new();
        let mut read: Vec<_> = self.loaded.iter().filter_map(|(path, loaded)| Some((*path, loaded.get()?))).collect();
        read.sort_by_key(|(path, _)| *path);
        let there = looked.filter_map(|path| self.loaded.get_key_value(path)).map(|(path, _)| *path);
        for path in there.chain(read.iter().map(|(path, _)| *path)).collect::<FxHashSet<&RepoPath>>() {
            if let Some(language) = index_of(path) {
                *counts.entry(all()[language].name()).or_insert(0) += 1;
            }
        }
        for (path, loaded) in read {
            if let Some(error) = &loaded.unreadable {
                let place = Location::whole_file(path.clone());
                problems.push(Problem::at(ProblemKind::UnreadableFile, place, error.to_string()));
            }
            if let Some((span, message)) = &loaded.facts.error {
                let place = Location::of_span(path.clone(), &loaded.text, span.clone());
                problems.push(Problem::at(ProblemKind::UnparsedSource, place, message.clone()));
            }
        }
        (counts, problems)
    }
}

/// The sources as those see them who find out what imports mean, and which of them were asked for.
pub(super) struct Asked<'a> {
    sources: &'a Sources<'a>,
    paths: Mutex<BTreeSet<RepoPath>>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(sources: &'a Sources<'a>) -> Self {
        Self { sources, paths: Mutex::default() }
    }

    /// Those that were asked for.
    pub(super) fn paths(&self) -> Vec<RepoPath> {
        self.paths.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl SourceFacts for Asked<'_> {
    fn facts(&self, path: &RepoPath) -> Option<&FileFacts> {
        let loaded = self.sources.get(path)?;
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        if !paths.contains(path) {
            paths.insert(path.clone());
        }
        drop(paths);
        Some(&loaded.facts)
    }
}

/// The resolvers of the languages that a function starts in, and of those that run together with them, as far as there are
/// files of them: some read all that there is before they tell anything.
pub(super) struct Resolvers<'a>(Vec<Option<Box<dyn Resolve + 'a>>>);

impl<'a> Resolvers<'a> {
    /// Resolvers in `files` for walks that start in `entries`.
    pub(super) fn new<'e>(
        files: &'a FileSet,
        sources: &'a Asked<'a>,
        entries: impl Iterator<Item = &'e RepoPath>,
    ) -> Self {
        let starts: BTreeSet<&str> = entries.filter_map(index_of).map(|index| all()[index].name()).collect();
        let there: BTreeSet<usize> = files.paths().filter_map(index_of).collect();
        let used = |name: &str| starts.iter().any(|start| kinds::run_together(start, name));
        let resolver = |(index, language): (usize, &&dyn Language)| {
            (there.contains(&index) && used(language.name())).then(|| language.resolver(files, sources))
        };
        Self(all().iter().enumerate().map(resolver).collect())
    }

    /// What an import of `from` means.
    pub(super) fn resolve(&self, from: &RepoPath, import: &Import, roots: &[RepoPath]) -> Resolution {
        match index_of(from).and_then(|language| self.0[language].as_ref()) {
            Some(resolver) => resolver.resolve(from, import, roots),
            None => Resolution::Unresolved("no function starts in a file of this language".to_owned()),
        }
    }

    /// See [`Resolve::has_side_effects`].
    pub(super) fn has_side_effects(&self, path: &RepoPath) -> bool {
        let resolver = index_of(path).and_then(|language| self.0[language].as_ref());
        resolver.is_none_or(|resolver| resolver.has_side_effects(path))
    }
}
