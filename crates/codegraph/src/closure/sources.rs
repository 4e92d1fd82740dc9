//! The source files of the checkout, each read and parsed once, when a walk first comes to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_model::{FileSet, Location, ReadError, RepoPath};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::{
    Answers, FileFacts, Import, KeptFacts, KnownAnswers, Language, Outline, Resolution, Resolve, SourceFacts, Surface,
    SurfaceId, Token, all, kept, kinds, languages::index_of, parts::own_texts,
};

/// A source file with its facts.
pub(crate) struct Loaded {
    /// Empty where the file could not be read.
    pub(crate) text: Arc<str>,
    pub(crate) facts: FileFacts,
    unreadable: Option<ReadError>,
    lines: OnceLock<usize>,
    own_lines: OnceLock<Vec<usize>>,
}

impl Loaded {
    fn new(text: Arc<str>, facts: FileFacts, unreadable: Option<ReadError>) -> Self {
        Self { text, facts, unreadable, lines: OnceLock::new(), own_lines: OnceLock::new() }
    }

    /// How many lines it has that are not blank.
    pub(crate) fn lines(&self) -> usize {
        *self.lines.get_or_init(|| lines_of(&self.text))
    }

    /// The same of each definition, without those inside of it.
    pub(crate) fn own_lines(&self) -> &[usize] {
        let count = || own_texts(&self.text, &self.facts).iter().map(|(_, text)| lines_of(text)).collect();
        self.own_lines.get_or_init(count)
    }
}

/// How many lines of a text are not blank.
pub(crate) fn lines_of(text: &str) -> usize {
    text.lines().filter(|line| !line.trim().is_empty()).count()
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
            Ok(text) => {
                let facts = kept::facts(self.kept, all()[language], path, &text);
                Loaded::new(text, facts, None)
            }
            Err(error) => Loaded::new(Arc::from(""), FileFacts::default(), Some(error)),
        }))
    }

    /// The same, if somebody looked into it.
    pub(super) fn read(&self, path: &RepoPath) -> Option<&Loaded> {
        self.loaded.get(path)?.get()
    }

    /// The tokens of a file that holds `text`.
    pub(crate) fn tokens(&self, path: &RepoPath, text: &str) -> Vec<Token> {
        kept::tokens_of(self.kept, path, text)
    }

    /// What could not be read or parsed of the files that were read.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut read: Vec<_> = self.loaded.iter().filter_map(|(path, loaded)| Some((*path, loaded.get()?))).collect();
        read.sort_by_key(|(path, _)| *path);
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
        problems
    }
}

/// The sources as those see them who find out what imports mean, and what of them was seen.
pub(super) struct Asked<'a> {
    sources: &'a Sources<'a>,
    surfaces: Mutex<BTreeSet<RepoPath>>,
    outlines: Mutex<Outlines>,
    known: (Outlines, KnownAnswers),
}

/// What source files may define, as far as their words tell.
pub type Outlines = BTreeMap<RepoPath, Option<Outline>>;

impl<'a> Asked<'a> {
    /// Some outlines are `known`: they are those of the files. And some `answers` are.
    pub(super) fn new(sources: &'a Sources<'a>, known: Outlines, answers: KnownAnswers) -> Self {
        Self { sources, surfaces: Mutex::default(), outlines: Mutex::default(), known: (known, answers) }
    }

    /// What the files showed that were asked for it.
    pub(super) fn surfaces(&self) -> Vec<(RepoPath, SurfaceId)> {
        let asked = self.surfaces.lock().unwrap_or_else(PoisonError::into_inner);
        let id = |path: &RepoPath| Some((path.clone(), self.shown(path)?.id()));
        asked.par_iter().filter_map(id).collect()
    }

    /// The outlines that were asked for.
    pub(super) fn outlines(&self) -> Outlines {
        self.outlines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn shown(&self, path: &RepoPath) -> Option<Surface<'_>> {
        Some(Surface::new(all()[index_of(path)?], &self.sources.get(path)?.facts))
    }
}

impl SourceFacts for Asked<'_> {
    fn own(&self, path: &RepoPath) -> Option<&FileFacts> {
        // Whoever follows the imports of a file has looked into it.
        Some(&self.sources.get(path)?.facts)
    }

    fn surface(&self, path: &RepoPath) -> Option<Surface<'_>> {
        let surface = self.shown(path)?;
        let mut asked = self.surfaces.lock().unwrap_or_else(PoisonError::into_inner);
        if !asked.contains(path) {
            asked.insert(path.clone());
        }
        drop(asked);
        Some(surface)
    }

    fn outline(&self, path: &RepoPath) -> Option<Outline> {
        let read = || crate::outline(path, &self.sources.files.text(path).ok()?);
        let outline = self.known.0.get(path).cloned().unwrap_or_else(read);
        let mut asked = self.outlines.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert(path.clone(), outline.clone());
        drop(asked);
        outline
    }

    fn answers(&self) -> &KnownAnswers {
        &self.known.1
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

    /// The answers that they found.
    pub(super) fn found(&self) -> Answers {
        let mut found = Answers::default();
        self.0.iter().flatten().for_each(|resolver| resolver.add_answers(&mut found));
        found
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
