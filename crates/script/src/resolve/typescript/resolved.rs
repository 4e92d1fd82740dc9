//! What a resolver found, to be asked again: by other functions of this run, and, where nothing that it is found by has changed,
//! by the next run.

use std::{
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

use lockstep_model::RepoPath;
use rustc_hash::FxHashMap;

use super::super::Resolution;

/// Answers of a resolver of JavaScript and TypeScript, each list in the order of the questions. They depend on the names of the
/// files and on what the manifests of packages and the settings of the compiler say, and on nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResolvedImports {
    /// By importing folder and specifier: what is found without knowing the function.
    pub imports: Vec<((RepoPath, String), Resolution)>,
    /// By a root, the specifier, and whether the root itself is looked in: the file in that root.
    pub in_roots: Vec<((RepoPath, String, bool), Option<RepoPath>)>,
    /// By importing folder and package: whether a manifest above lists it.
    pub declared: Vec<((RepoPath, String), bool)>,
    /// Whether something happens when the file is loaded.
    pub side_effects: Vec<(RepoPath, bool)>,
}

impl ResolvedImports {
    /// True if there is no answer.
    pub fn is_empty(&self) -> bool {
        let Self { imports, in_roots, declared, side_effects } = self;
        imports.is_empty() && in_roots.is_empty() && declared.is_empty() && side_effects.is_empty()
    }

    /// Adds answers of the same checkout to other questions.
    pub fn extend(&mut self, more: Self) {
        fn add<Q: Ord, A>(all: &mut Vec<(Q, A)>, more: Vec<(Q, A)>) {
            all.extend(more);
            all.sort_by(|(one, _), (other, _)| one.cmp(other));
            all.dedup_by(|(one, _), (other, _)| one == other);
        }
        let Self { imports, in_roots, declared, side_effects } = more;
        add(&mut self.imports, imports);
        add(&mut self.in_roots, in_roots);
        add(&mut self.declared, declared);
        add(&mut self.side_effects, side_effects);
    }
}

/// Answers to one kind of question. Shared by threads.
pub(super) struct Known<Q, A> {
    before: FxHashMap<Q, A>,
    found: Mutex<FxHashMap<Q, A>>,
}

impl<Q: Clone + Eq + Hash + Ord, A: Clone> Known<Q, A> {
    pub(super) fn new(before: Vec<(Q, A)>) -> Self {
        Self { before: before.into_iter().collect(), found: Mutex::default() }
    }

    /// What is known, or else found. Two threads may look for the same at once, and find the same.
    pub(super) fn or_find(&self, question: Q, find: impl FnOnce(&Q) -> A) -> A {
        let known = self.before.get(&question).cloned();
        if let Some(known) = known.or_else(|| self.found().get(&question).cloned()) {
            return known;
        }
        let answer = find(&question);
        self.found().insert(question, answer.clone());
        answer
    }

    /// All that was found, in the order of the questions.
    pub(super) fn all_found(&self) -> Vec<(Q, A)> {
        let found = self.found();
        let mut all: Vec<(Q, A)> = found.iter().map(|(question, answer)| (question.clone(), answer.clone())).collect();
        all.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        all
    }

    fn found(&self) -> MutexGuard<'_, FxHashMap<Q, A>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
