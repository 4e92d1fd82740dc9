//! Reading objects raw from git's object database, with missing and broken objects as ordinary, named outcomes.
//!
//! Hash verification is switched off for the process ([`set_up`]): it costs two to four times the reading itself, and
//! an object that does not match its name can only make the numbers wrong, which its owner can do more simply.
//! What it does mean: trees may contain themselves, and histories may run in circles. Readers bound their depth.

use std::{rc::Rc, sync::Once};

use git2::{ErrorCode, ObjectType, Odb, OdbObject, Oid};
use rustc_hash::FxHashMap;
use thiserror::Error;

/// The name of any object: SHA-1, 20 bytes.
pub(crate) type ObjectId = [u8; 20];

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
        // `Generations`. The cache of delta bases is another and stays.
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

impl Bytes for Rc<OdbObject<'_>> {
    fn bytes(&self) -> &[u8] {
        self.data()
    }
}

/// The object database of a repository, for one thread.
pub(crate) struct Objects<'r> {
    odb: &'r Odb<'r>,
    trees: Generations<'r>,
}

impl<'r> Objects<'r> {
    /// The objects of `odb`, its alternates included.
    pub(crate) fn of(odb: &'r Odb<'r>) -> Self {
        Self { odb, trees: Generations::default() }
    }

    /// The object `id`, which must be of type `kind`.
    fn object(&self, id: &ObjectId, kind: ObjectType) -> Result<OdbObject<'r>, ObjectError> {
        let oid = Oid::from_bytes(id).map_err(|error| failure(id, &error))?;
        let object = self.odb.read(oid).map_err(|error| failure(id, &error))?;
        if object.kind() != kind {
            return Err(ObjectError::broken(id, format!("expected a {}, found a {}", kind.str(), object.kind().str())));
        }
        Ok(object)
    }

    /// Calls `use_it` with the bytes of the object `id`, which must be of type `kind`.
    pub(crate) fn with<T>(
        &self,
        id: &ObjectId,
        kind: ObjectType,
        use_it: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, ObjectError> {
        self.object(id, kind).map(|object| use_it(object.data()))
    }

    /// The size of the blob `id` in bytes, without reading it.
    pub(crate) fn blob_size(&self, id: &ObjectId) -> Result<u64, ObjectError> {
        let oid = Oid::from_bytes(id).map_err(|error| failure(id, &error))?;
        self.odb.read_header(oid).map(|(size, _)| size as u64).map_err(|error| failure(id, &error))
    }
}

impl<'r> TreeSource for Objects<'r> {
    type Tree = Rc<OdbObject<'r>>;

    fn tree(&mut self, id: &ObjectId) -> Result<Self::Tree, ObjectError> {
        if let Some(tree) = self.trees.get(id) {
            return Ok(tree);
        }
        let tree = Rc::new(self.object(id, ObjectType::Tree)?);
        self.trees.put(*id, &tree);
        Ok(tree)
    }
}

fn failure(id: &ObjectId, error: &git2::Error) -> ObjectError {
    match error.code() {
        ErrorCode::NotFound => ObjectError::Missing { id: hex(id) },
        _ => ObjectError::broken(id, error.message()),
    }
}

/// Trees read lately. A tree that is new in one changeset is old in the next, so most are wanted twice.
#[derive(Default)]
struct Generations<'r> {
    new: FxHashMap<ObjectId, Rc<OdbObject<'r>>>,
    old: FxHashMap<ObjectId, Rc<OdbObject<'r>>>,
    bytes: usize,
}

/// Bytes in one generation: half of what one thread may keep. Neighbours share most, so more only costs time: 8 MiB
/// took 13 % longer than 2 MiB on a history of 6,400 changesets.
const GENERATION: usize = 2 << 20;

impl<'r> Generations<'r> {
    fn get(&mut self, id: &ObjectId) -> Option<Rc<OdbObject<'r>>> {
        if let Some(tree) = self.new.get(id) {
            return Some(tree.clone());
        }
        let tree = self.old.remove(id)?;
        self.put(*id, &tree);
        Some(tree)
    }

    fn put(&mut self, id: ObjectId, tree: &Rc<OdbObject<'r>>) {
        if self.bytes + tree.len() > GENERATION {
            self.old = std::mem::take(&mut self.new);
            self.bytes = 0;
        }
        self.bytes += tree.len();
        self.new.insert(id, tree.clone());
    }
}
