//! The nouns that every stage speaks of: functions and services, the code they reach, the changes that
//! touched them, and the places where all that stands. Pure data; nothing here reads a disk or a history.

mod affected;
mod change;
mod clones;
mod code;
mod contract;
mod files;
mod function;
mod joined;
mod location;
mod ownership;
mod path;

pub use affected::{Affected, AffectedFunction, DeployReason, DeployReasonKind};
pub use change::{
    Author, BlobId, ChangeKind, Changeset, ChangesetKind, CommitId, DropReason, FileChange, FileStatus, History,
    HistoryState, PathId, Timestamp,
};
pub use clones::{CloneKind, CodeClone, Fragment};
pub use code::{
    Basis, Closure, ClosureFile, DynamicPlace, FileKind, RemoteCall, RemoteCallKind, RemoteTarget, SharedCode, Size,
    Symbols, UnresolvedImport, Via,
};
pub use contract::{is_contract_by_content, is_contract_by_name, is_contract_file, is_contract_folder};
pub use files::{FileEntry, FileSet, FileType, KnownAnswers, Looked, Question, ReadError, Source, jvm_package};
pub use function::{
    Access, Artifact, ArtifactKind, Call, Channel, ChannelDirection, Confidence, DEPLOYED_NAME, Declaration, Entry,
    Function, FunctionId, Invocation, Layer, Service, Store, Strength,
};
pub use joined::{Joined, JoinedBy, JoinedCommit, Origin};
pub use location::Location;
pub use ownership::{Contributor, Ownership, StatedOwners};
pub use path::{OutsideRepository, RepoPath};
