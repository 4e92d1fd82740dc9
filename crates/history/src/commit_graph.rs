//! The commit-graph, where git wrote one: trees, parents and times of commits without reading the commits. This is the only
//! file that knows `gix-commitgraph`.
//!
//! It is a copy, and never trusted: whoever reads a commit later asks [`CommitGraph::agrees`].

use std::path::PathBuf;

use gix_commitgraph::Graph;
use lockstep_model::Timestamp;

use crate::{commit::RawCommit, objects::ObjectId};

/// What the commit-graph tells of one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Noted {
    pub(crate) tree: ObjectId,
    pub(crate) parents: Vec<ObjectId>,
    pub(crate) time: Timestamp,
}

/// The commit-graphs of a repository and of its alternates, one file or a chain of them each.
pub(crate) struct CommitGraph(Vec<Graph>);

impl CommitGraph {
    /// The commit-graphs in `folders` of objects; none where there is none, or it cannot be read.
    pub(crate) fn open(folders: &[PathBuf]) -> Self {
        let open = |folder: &PathBuf| gix_commitgraph::at(folder.join("info"), gix_hash::Kind::Sha1, None).ok();
        Self(folders.iter().filter_map(open).collect())
    }

    /// What is told of the commit `id`; none if it is not there, or makes no sense.
    pub(crate) fn find(&self, id: &ObjectId) -> Option<Noted> {
        let name = gix_hash::ObjectId::Sha1(*id);
        self.0.iter().find_map(|graph| {
            let commit = graph.commit_by_id(name)?;
            let parent = |at: Result<_, _>| bytes(graph.id_at(at.ok()?));
            Some(Noted {
                tree: bytes(commit.root_tree_id())?,
                parents: commit.iter_parents().map(parent).collect::<Option<_>>()?,
                time: Timestamp::try_from(commit.committer_timestamp()).ok()?,
            })
        })
    }

    /// True if `commit`, called `id`, is what it is told to be.
    pub(crate) fn agrees(&self, id: &ObjectId, commit: &RawCommit<'_>) -> bool {
        self.find(id).is_some_and(|noted| {
            (noted.tree, noted.time) == (commit.tree, commit.time) && noted.parents == commit.parents
        })
    }
}

fn bytes(id: &gix_hash::oid) -> Option<ObjectId> {
    id.as_bytes().try_into().ok()
}
