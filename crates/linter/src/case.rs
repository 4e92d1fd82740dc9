//! [`Case`]: everything that the history says about two functions, changeset by changeset.

use std::collections::BTreeSet;

use lockstep_coupling::FunctionChange;
use lockstep_diagnostics::{CommitRef, Evidence};
use lockstep_model::{ChangeKind, Closure, FileChange, FileKind, RepoPath};

use crate::Report;

/// A changeset that edits both functions.
#[derive(Clone, Debug, PartialEq)]
pub struct Joint {
    /// The changeset.
    pub commit: CommitRef,
    /// Files of the first function only.
    pub a_files: Vec<RepoPath>,
    /// Files of the second function only.
    pub b_files: Vec<RepoPath>,
    /// Files that both reach.
    pub shared_files: Vec<RepoPath>,
    /// How many functions the changeset edits in all.
    pub functions: usize,
}

/// A changeset that edits one function and not the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Alone {
    /// The changeset.
    pub commit: CommitRef,
    /// What it changed of the other all the same, which does not count as an edit.
    pub other: Vec<FunctionChange>,
}

/// The case of two functions, numbered as in the report.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Changesets that edit both, newest first.
    pub joint: Vec<Joint>,
    /// Changesets that edit the first only, newest first.
    pub a_alone: Vec<Alone>,
    /// Changesets that edit the second only, newest first.
    pub b_alone: Vec<Alone>,
    /// What in code and manifests joins them; [`Evidence::Hidden`] if nothing does and they change together.
    pub explained_by: Vec<Evidence>,
}

impl Report {
    /// Lays the case of the functions numbered `a` and `b` open.
    pub fn case(&self, a: usize, b: usize) -> Case {
        let both: BTreeSet<usize> = self.graph.together(a, b).iter().map(|joint| joint.changeset).collect();
        let alone = |function: usize, other: usize| {
            let changes = self.graph.changes_of(function).into_iter().rev();
            let alone = changes.map(|change| change.changeset).filter(|changeset| !both.contains(changeset));
            let of_other = |changeset| self.graph.kinds_in(changeset, other);
            alone.map(|changeset| Alone { commit: self.commit(changeset), other: of_other(changeset) }).collect()
        };
        let joint = self.graph.together(a, b).into_iter().rev();
        Case {
            joint: joint.map(|joint| self.joint(a, b, joint.changeset, joint.functions)).collect(),
            a_alone: alone(a, b),
            b_alone: alone(b, a),
            explained_by: self.explained(a, b),
        }
    }

    /// What joins two functions in code and manifests.
    pub fn explained(&self, a: usize, b: usize) -> Vec<Evidence> {
        let explainer =
            lockstep_coupling::Explainer::new(&self.found.functions, &self.code.closures, &self.code.clones);
        explainer.explain(a, b).iter().map(lockstep_rules::evidence).collect()
    }

    /// What joins each of the pairs.
    pub fn explained_all(&self, pairs: impl Iterator<Item = (usize, usize)>) -> Vec<Vec<Evidence>> {
        let explainer =
            lockstep_coupling::Explainer::new(&self.found.functions, &self.code.closures, &self.code.clones);
        pairs.map(|(a, b)| explainer.explain(a, b).iter().map(lockstep_rules::evidence).collect()).collect()
    }

    /// The changeset of that number in the history.
    pub fn commit(&self, number: usize) -> CommitRef {
        CommitRef::of(&self.history, number)
    }

    fn joint(&self, a: usize, b: usize, number: usize, functions: usize) -> Joint {
        let (mut a_files, mut b_files, mut shared_files) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let changes = &self.history.changesets[number].changes;
        for change in changes.iter().filter(|change| change.kind == ChangeKind::Behaviour) {
            let path = self.history.path(change.path);
            let (of_a, of_b, of_both) = self.whose(change, a, b);
            for (mine, files) in [(of_a, &mut a_files), (of_b, &mut b_files), (of_both, &mut shared_files)] {
                if mine {
                    files.insert(path.clone());
                }
            }
        }
        let listed = |files: BTreeSet<RepoPath>| files.into_iter().collect();
        Joint {
            commit: self.commit(number),
            a_files: listed(a_files),
            b_files: listed(b_files),
            shared_files: listed(shared_files),
            functions,
        }
    }

    /// Whether a change is of the first function's code only, of the second's only, and of code that both reach. Of a
    /// file that is told apart by definitions it may be all of that at once.
    fn whose(&self, change: &FileChange, a: usize, b: usize) -> (bool, bool, bool) {
        if let Some(parts) = self.graph.parts().of(change) {
            let has = |part: &[u32], function: usize| part.binary_search(&(function as u32)).is_ok();
            let any = |in_a: bool, in_b: bool| parts.iter().any(|part| (has(part, a), has(part, b)) == (in_a, in_b));
            return (any(true, false), any(false, true), any(true, true));
        }
        let path = self.history.path(change.path);
        let (of_a, of_b) = (reaches(&self.code.closures[a], path), reaches(&self.code.closures[b], path));
        (of_a && !of_b, of_b && !of_a, of_a && of_b)
    }
}

/// Whether a file of today or of the past counts as the function's code.
fn reaches(closure: &Closure, path: &RepoPath) -> bool {
    match closure.files.binary_search_by(|file| file.path.cmp(path)) {
        Ok(at) => closure.files[at].kind == FileKind::Implementation,
        Err(_) => closure.own_folders.iter().any(|folder| path.starts_with(folder)),
    }
}
