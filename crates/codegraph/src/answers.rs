//! What imports mean, as values that can be kept. A run that follows code in which nothing has changed that they are told by
//! need not find them anew.

use std::collections::BTreeMap;

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
    pub meanings: BTreeMap<RepoPath, Vec<Meaning>>,
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

impl Answers {
    /// The meaning of a mention in `from`.
    pub(crate) fn meaning(&self, from: &RepoPath, specifier: &str, member: Option<&str>) -> Option<&Resolution> {
        let known = self.meanings.get(from)?;
        let found = known.binary_search_by(|meaning| meaning.key().cmp(&(specifier, member)));
        found.ok().map(|at| &known[at].resolution)
    }

    /// Adds meanings of mentions in `from`; what is known already stays.
    pub(crate) fn add(&mut self, from: &RepoPath, meanings: Vec<Meaning>) {
        if meanings.is_empty() {
            return;
        }
        let known = self.meanings.entry(from.clone()).or_default();
        known.extend(meanings);
        known.sort_by(|one, other| one.key().cmp(&other.key()));
        known.dedup_by(|one, other| one.key() == other.key());
    }
}
