//! [`Commits`]: what a walk asks of a commit, answered by the commit-graph or by the commit.

use git2::ObjectType;
use lockstep_model::Timestamp;

use crate::{
    commit::{People, RawCommit},
    objects::{ObjectError, ObjectId, Objects, Store},
    walk::{Step, step},
};

/// Commits that are read as everybody does, before packs are opened.
const FEW: u32 = 32;

/// Answers a walk, on one thread.
pub(crate) struct Commits<'s> {
    store: &'s Store,
    objects: Objects<'s>,
    with_graph: bool,
    asked: u32,
    people: People,
}

/// What a walk needs of a commit.
pub(crate) struct Looked {
    pub(crate) tree: ObjectId,
    pub(crate) parents: Vec<ObjectId>,
    pub(crate) time: Timestamp,
    /// The commit as a step, if it was read.
    pub(crate) step: Option<Step>,
}

impl<'s> Commits<'s> {
    pub(super) fn new(store: &'s Store, with_graph: bool) -> Self {
        Self { store, objects: store.objects(), with_graph, asked: 0, people: People::default() }
    }

    pub(super) fn into_objects(self) -> Objects<'s> {
        self.objects
    }

    /// The commit `id`.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn look(&mut self, id: &ObjectId) -> Result<Looked, ObjectError> {
        self.asked += 1;
        if self.asked == FEW {
            self.store.open_packs();
        }
        let noted = self.store.graph().filter(|_| self.with_graph).and_then(|graph| graph.find(id));
        if let Some(noted) = noted {
            return Ok(Looked { tree: noted.tree, parents: noted.parents, time: noted.time, step: None });
        }
        let people = &mut self.people;
        let read = |bytes: &[u8]| {
            let commit = RawCommit::parse(bytes)?;
            let step = Some(step(*id, &commit, people));
            Ok(Looked { tree: commit.tree, parents: commit.parents, time: commit.time, step })
        };
        let read = self.objects.with(id, ObjectType::Commit, read)?;
        read.map_err(|why: &str| ObjectError::broken(id, why))
    }
}
