//! [`Evidence`]: why a finding is said, piece by piece, so that a reader can check it.

use lockstep_model::{
    CodeClone, CommitId, Contributor, FunctionId, History, Joined, Location, RepoPath, StatedOwners, Timestamp,
};

/// A commit that proves something. Subject and author come from strangers: formats escape them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitRef {
    /// Its id.
    pub id: CommitId,
    /// When it came onto the main line.
    pub time: Timestamp,
    /// What it says of itself.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
    /// The name of its repository; none if there is only one.
    pub repository: Option<String>,
    /// What it is joined of, if it is a changeset of several repositories.
    pub joined: Option<Joined>,
}

impl CommitRef {
    /// The commit of the changeset with this number in `history`.
    pub fn of(history: &History, number: usize) -> Self {
        let changeset = &history.changesets[number];
        let origin = history.origins.get(number);
        Self {
            id: changeset.id,
            time: changeset.time,
            subject: changeset.subject.clone(),
            author: changeset.author.name.clone(),
            repository: origin.map(|origin| origin.repository.clone()),
            joined: origin.and_then(|origin| origin.joined.clone()),
        }
    }
}

/// One reason for a finding.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// How often one function changed when the other did.
    CoChange {
        /// The function whose changes are counted.
        from: FunctionId,
        /// The function that changed as well.
        to: FunctionId,
        /// Changesets in which both changed by edits of their own code.
        own: u32,
        /// Further changesets in which shared code changed that both reach.
        shared: u32,
        /// Changesets in which `from` changed.
        of: u32,
        /// The calibrated share, 0 to 1.
        strength: f64,
        /// Its lower bound (10 % quantile), 0 to 1.
        lower: f64,
        /// True if it is more than the repository's habits explain.
        specific: bool,
        /// The first and last changeset of those counted in `own`.
        between: Option<(Timestamp, Timestamp)>,
    },
    /// Commits that changed the functions together, most telling first.
    Commits(Vec<CommitRef>),
    /// Commits that changed what the finding is about, most telling first.
    ChangedIn(Vec<CommitRef>),
    /// Both reach this file.
    SharedFile {
        /// The file.
        path: RepoPath,
        /// How many functions reach it in all.
        functions: usize,
    },
    /// Both use this layer.
    SharedLayer {
        /// Its name.
        name: String,
    },
    /// Both use this store.
    SharedStore {
        /// `table`, `bucket` …
        kind: String,
        /// Its key.
        key: String,
    },
    /// A channel joins them.
    SharedChannel {
        /// `queue`, `topic` …
        kind: String,
        /// Its key.
        key: String,
    },
    /// One calls the other.
    Invocation {
        /// The caller.
        from: FunctionId,
        /// The called.
        to: FunctionId,
    },
    /// One imports the other's code.
    Import {
        /// Where the import stands.
        location: Location,
        /// The file imported.
        path: RepoPath,
    },
    /// The same code stands in the own code of both.
    Clone {
        /// How many lines are the same, in all copies together.
        lines: u32,
        /// How many copies there are.
        copies: u32,
        /// The longest.
        longest: Box<CodeClone>,
    },
    /// A contract that changed together with the functions that have it.
    ContractChanges {
        /// The file.
        path: RepoPath,
        /// Changesets that touch it and edit at least two of the functions.
        together: u32,
        /// Changesets that touch it.
        of: u32,
    },
    /// Shared code that changed, and what that made necessary.
    Churn {
        /// The file.
        path: RepoPath,
        /// Changesets that changed its behaviour.
        changesets: u32,
        /// Functions that run it.
        functions: usize,
        /// Functions that had to be deployed for it, added up over the changesets.
        deployments: u32,
    },
    /// How many changesets edit exactly one unit of the system.
    Independence {
        /// Changesets that edit exactly one unit.
        single: u32,
        /// Changesets that edit at least one.
        of: u32,
        /// The share, 0 to 1.
        share: f64,
        /// What the share is at most (90 % quantile), 0 to 1.
        upper: f64,
    },
    /// Who owns a function, by a file of code owners.
    Owned {
        /// The function.
        function: FunctionId,
        /// What a line of the file says.
        by: Box<StatedOwners>,
    },
    /// Who changes a function.
    ChangedBy {
        /// The function.
        function: FunctionId,
        /// Those who made most of its changes, whoever made most first.
        people: Vec<Contributor>,
        /// How many people changed it in all.
        of: usize,
    },
    /// Nothing in code or manifests explains it.
    Hidden,
    /// Anything else, in words.
    Note(String),
}
