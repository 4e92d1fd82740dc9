//! What a resolver found, to be asked again: by other functions of this run, and, where nothing that it is found by has changed,
//! by the next run.

use std::{
    hash::Hash,
    sync::{Mutex, PoisonError},
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

/// Answers to one kind of question. Shared by threads.
pub(super) struct Known<Q, A>(Mutex<FxHashMap<Q, A>>);

impl<Q, A> Default for Known<Q, A> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Q: Clone + Eq + Hash + Ord, A: Clone> Known<Q, A> {
    /// What is known, or else found. Two threads may look for the same at once, and find the same.
    pub(super) fn or_find(&self, question: Q, find: impl FnOnce(&Q) -> A) -> A {
        if let Some(known) = self.lock().get(&question) {
            return known.clone();
        }
        let answer = find(&question);
        self.lock().insert(question, answer.clone());
        answer
    }

    pub(super) fn extend(&self, known: Vec<(Q, A)>) {
        self.lock().extend(known);
    }

    /// All that is known, in the order of the questions.
    pub(super) fn all(&self) -> Vec<(Q, A)> {
        let mut all: Vec<(Q, A)> =
            self.lock().iter().map(|(question, answer)| (question.clone(), answer.clone())).collect();
        all.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        all
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, FxHashMap<Q, A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
