//! Reading objects raw, with missing and broken objects as ordinary, named outcomes: from the packs, where there are many
//! to read and nothing about an object is unusual; else from git's object database by libgit2, which knows loose objects,
//! and says what is wrong with what cannot be had.
//!
//! Hash verification is switched off for the process ([`set_up`]): it costs two to four times the reading itself, and
//! an object that does not match its name can only make the numbers wrong, which its owner can do more simply.
//! What it does mean: trees may contain themselves, and histories may run in circles. Readers bound their depth.

use std::{
    cell::OnceCell,
    ffi::OsStr,
    path::{Path, PathBuf},
    rc::Rc,
    sync::{Once, OnceLock},
};

use git2::{ErrorCode, ObjectType, Odb, OdbObject, Oid, RepositoryOpenFlags};
use lockstep_model::BlobId;
use sha1::{Digest, Sha1};
use thiserror::Error;

use crate::{
    commit_graph::CommitGraph,
    packs::{Generations, Object, Packs, Reader},
};

/// The name of any object: SHA-1, 20 bytes.
pub(crate) type ObjectId = [u8; 20];

/// The id that git gives a file that holds `bytes`.
///
/// By the processor's own instructions, where it has some. Git's way takes ten times as long, because it also tells texts that
/// were made to have the id of another one; who makes such in a repository only gets wrong numbers of it.
pub fn id_of(bytes: &[u8]) -> BlobId {
    let id = Sha1::new_with_prefix(format!("blob {}\0", bytes.len())).chain_update(bytes).finalize();
    BlobId(id.into())
}

/// An object could not be had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ObjectError {
    /// It is not in this clone: a partial clone, or a damaged one.
    #[error("object {id} is not in this clone")]
    Missing {
        /// Its name in hexadecimal.
        id: String,
    },
    /// It is there and makes no sense.
    #[error("object {id} is broken: {why}")]
    Broken {
        /// Its name in hexadecimal.
        id: String,
        /// What is wrong with it.
        why: String,
    },
    /// It is part of something too deep or too large to be anybody's source code.
    #[error("object {id} is not read: {why}")]
    TooLarge {
        /// Its name in hexadecimal.
        id: String,
        /// Which limit it passes.
        why: String,
    },
}

impl ObjectError {
    pub(crate) fn broken(id: &ObjectId, why: impl Into<String>) -> Self {
        Self::Broken { id: hex(id), why: why.into() }
    }

    pub(crate) fn too_large(id: &ObjectId, why: impl Into<String>) -> Self {
        Self::TooLarge { id: hex(id), why: why.into() }
    }
}

/// Forty hexadecimal digits.
pub(crate) fn hex(id: &ObjectId) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Settings of libgit2 that hold for the whole process; to be called before the first repository is opened.
pub(crate) fn set_up() {
    static DONE: Once = Once::new();
    DONE.call_once(|| {
        git2::opts::strict_hash_verification(false);
        // Its cache of objects leaves out large trees, which are the dear ones, and costs more than it saves beside
        // our own. The cache of delta bases is another and stays.
        git2::opts::enable_caching(false);
    });
}

/// Where trees come from: the object database, or a map in tests.
pub(crate) trait TreeSource {
    /// A tree's bytes, held in memory.
    type Tree: Bytes;
    /// The tree `id`.
    fn tree(&mut self, id: &ObjectId) -> Result<Self::Tree, ObjectError>;
}

/// Something that holds bytes.
pub(crate) trait Bytes {
    /// The bytes.
    fn bytes(&self) -> &[u8];
}

impl Bytes for Rc<Vec<u8>> {
    fn bytes(&self) -> &[u8] {
        self
    }
}

/// Where the objects of a repository are, for all threads.
pub(crate) struct Store {
    git_dir: PathBuf,
    folders: Vec<PathBuf>,
    packs: OnceLock<Packs>,
    graph: OnceLock<CommitGraph>,
    /// Whether packs are read here at all.
    with_packs: bool,
}

impl Store {
    /// The objects in `folders` of the repository whose git data is in `git_dir`.
    pub(crate) fn new(git_dir: &Path, folders: Vec<PathBuf>, with_packs: bool) -> Self {
        Self { git_dir: git_dir.to_path_buf(), folders, packs: OnceLock::new(), graph: OnceLock::new(), with_packs }
    }

    /// Says that many objects will be read. Opening packs takes a millisecond or two, which a few objects are not worth.
    pub(crate) fn open_packs(&self) {
        if self.with_packs {
            self.packs.get_or_init(|| Packs::open(&self.folders));
            self.graph.get_or_init(|| CommitGraph::open(&self.folders));
        }
    }

    /// The commit-graph, as long as the packs are open.
    pub(crate) fn graph(&self) -> Option<&CommitGraph> {
        self.graph.get()
    }

    /// The objects, for one thread: from the packs, if they are open.
    pub(crate) fn objects(&self) -> Objects<'_> {
        Objects::new(Database::Elsewhere { store: self, opened: OnceCell::new() })
    }
}

/// Git's object database.
enum Database<'r> {
    Here(&'r Odb<'r>),
    /// Opened when it is needed: most often it is not.
    Elsewhere {
        store: &'r Store,
        opened: OnceCell<git2::Repository>,
    },
}

/// Bytes in one generation of the trees that libgit2 read. Neighbours share most, so more only costs time.
const GENERATION: usize = 2 << 20;

/// The objects of a repository, for one thread.
pub(crate) struct Objects<'r> {
    database: Database<'r>,
    packed: Option<Reader<'r>>,
    /// Trees that did not come from packs. A tree that is new in one changeset is old in the next, so most are wanted twice.
    trees: Generations<ObjectId>,
}

impl<'r> Objects<'r> {
    /// The objects of `odb`, its alternates included, read by libgit2.
    pub(crate) fn of(odb: &'r Odb<'r>) -> Self {
        Self::new(Database::Here(odb))
    }

    fn new(database: Database<'r>) -> Self {
        Self { database, packed: None, trees: Generations::new(GENERATION) }
    }

    /// The reader of the packs; none as long as they are not open.
    fn packed(&mut self) -> Option<&mut Reader<'r>> {
        if let (None, Database::Elsewhere { store, .. }) = (&self.packed, &self.database) {
            self.packed = store.packs.get().map(Reader::new);
        }
        self.packed.as_mut()
    }

    /// Calls `use_it` with the bytes of the object `id`, which must be of type `kind`.
    pub(crate) fn with<T>(
        &mut self,
        id: &ObjectId,
        kind: ObjectType,
        use_it: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, ObjectError> {
        let mut use_it = Some(use_it);
        let mut used = |found: ObjectType, bytes: &[u8]| match use_it.take() {
            Some(use_it) if found == kind => Ok(use_it(bytes)),
            _ => Err(other_kind(id, kind, found)),
        };
        if let Some(answer) = self.packed().and_then(|packed| packed.once(id, &mut used)) {
            return answer;
        }
        self.database.read(id, |object| used(object.kind(), object.data()))?
    }

    /// The size of the blob `id` in bytes, without reading it.
    pub(crate) fn blob_size(&self, id: &ObjectId) -> Result<u64, ObjectError> {
        self.database.size(id)
    }
}

impl TreeSource for Objects<'_> {
    type Tree = Rc<Vec<u8>>;

    fn tree(&mut self, id: &ObjectId) -> Result<Self::Tree, ObjectError> {
        let object = match self.packed().and_then(|packed| packed.get(id)).or_else(|| self.trees.get(*id)) {
            Some(object) => object,
            None => {
                let copied =
                    |object: &OdbObject<'_>| Object { kind: object.kind(), bytes: Rc::new(object.data().to_vec()) };
                let object = self.database.read(id, copied)?;
                self.trees.put(*id, &object);
                object
            }
        };
        match object.kind {
            ObjectType::Tree => Ok(object.bytes),
            found => Err(other_kind(id, ObjectType::Tree, found)),
        }
    }
}

impl Database<'_> {
    fn read<T>(&self, id: &ObjectId, use_it: impl FnOnce(&OdbObject<'_>) -> T) -> Result<T, ObjectError> {
        self.with(id, |odb, oid| Ok(use_it(&odb.read(oid)?)))
    }

    fn size(&self, id: &ObjectId) -> Result<u64, ObjectError> {
        self.with(id, |odb, oid| Ok(odb.read_header(oid)?.0 as u64))
    }

    fn with<T>(
        &self,
        id: &ObjectId,
        ask: impl FnOnce(&Odb<'_>, Oid) -> Result<T, git2::Error>,
    ) -> Result<T, ObjectError> {
        let failed = |error: git2::Error| failure(id, &error);
        let oid = Oid::from_bytes(id).map_err(failed)?;
        match self {
            Self::Here(odb) => ask(odb, oid).map_err(failed),
            Self::Elsewhere { store, opened } => {
                let repository = match opened.get() {
                    Some(repository) => repository,
                    None => {
                        let flags = RepositoryOpenFlags::NO_SEARCH;
                        let repository = git2::Repository::open_ext(&store.git_dir, flags, [] as [&OsStr; 0]);
                        let repository = repository.map_err(failed)?;
                        opened.get_or_init(|| repository)
                    }
                };
                let odb = repository.odb().map_err(failed)?;
                ask(&odb, oid).map_err(failed)
            }
        }
    }
}

fn other_kind(id: &ObjectId, wanted: ObjectType, found: ObjectType) -> ObjectError {
    ObjectError::broken(id, format!("expected a {}, found a {}", wanted.str(), found.str()))
}

fn failure(id: &ObjectId, error: &git2::Error) -> ObjectError {
    match error.code() {
        ErrorCode::NotFound => ObjectError::Missing { id: hex(id) },
        _ => ObjectError::broken(id, error.message()),
    }
}
