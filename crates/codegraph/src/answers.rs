//! What imports mean, as values that can be kept. A run that follows code in which nothing has changed that they are told by
//! need not find them anew.

use std::{collections::BTreeMap, sync::LazyLock};

use lockstep_model::RepoPath;
use lockstep_script::resolve::ResolvedImports;

use crate::Resolution;

/// Answers of resolvers ([`crate::Resolve`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Of JavaScript and TypeScript. They are told by the names of files and by what was looked at for all functions alike, and by
    /// no other source file.
    pub scripts: ResolvedImports,
    /// Per source file, what its mentions mean, sorted. They are told by what other source files show, too.
    pub meanings: Meanings,
}

/// What one mention means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// See [`crate::Import::specifier`].
    pub specifier: String,
    /// What is used through it; none if that is not known.
    pub member: Option<String>,
    /// What it means.
    pub resolution: Resolution,
}

impl Meaning {
    fn key(&self) -> (&str, Option<&str>) {
        (&self.specifier, self.member.as_deref())
    }
}

/// Answers that are known, each kind as soon as somebody asks for it.
pub struct KnownAnswers {
    scripts: LazyLock<ResolvedImports, Make<ResolvedImports>>,
    meanings: LazyLock<Meanings, Make<Meanings>>,
}

/// Per source file, what its mentions mean, sorted.
pub type Meanings = BTreeMap<RepoPath, Vec<Meaning>>;

type Make<T> = Box<dyn FnOnce() -> T + Send>;

impl Default for KnownAnswers {
    fn default() -> Self {
        Self::new(ResolvedImports::default, Meanings::default)
    }
}

impl KnownAnswers {
    /// What these give; see [`Answers`].
    pub fn new(
        scripts: impl FnOnce() -> ResolvedImports + Send + 'static,
        meanings: impl FnOnce() -> Meanings + Send + 'static,
    ) -> Self {
        Self { scripts: LazyLock::new(Box::new(scripts)), meanings: LazyLock::new(Box::new(meanings)) }
    }

    pub(crate) fn scripts(&self) -> &ResolvedImports {
        &self.scripts
    }

    /// The meaning of a mention in `from`.
    pub(crate) fn meaning(&self, from: &RepoPath, specifier: &str, member: Option<&str>) -> Option<&Resolution> {
        let known = self.meanings.get(from)?;
        let found = known.binary_search_by(|meaning| meaning.key().cmp(&(specifier, member)));
        found.ok().map(|at| &known[at].resolution)
    }
}

/// Adds meanings to those that are known, which stay.
pub fn add_meanings(known: &mut Meanings, more: Meanings) {
    for (from, more) in more {
        let known = known.entry(from).or_default();
        known.extend(more);
        known.sort_by(|one, other| one.key().cmp(&other.key()));
        known.dedup_by(|one, other| one.key() == other.key());
    }
}
