//! What of a stretch of the line is no column: where it ends, what could not be read, and what moved.

use serde::{Deserialize, Serialize};

use crate::{objects::ObjectError, walk::End};

/// What is no column, as it is written.
#[derive(Serialize, Deserialize)]
pub(super) struct Rest {
    pub(super) end: WireEnd,
    /// By the numbers of their commits, ascending.
    pub(super) failures: Vec<(u32, WireError)>,
    /// Files that moved: the numbers of the facts that add them and delete them, in the order of the former.
    pub(super) moves: Vec<(u32, u32)>,
}

#[derive(Serialize, Deserialize)]
pub(super) enum WireEnd {
    Root,
    Shallow,
    Broken(WireError),
}

#[derive(Serialize, Deserialize)]
pub(super) enum WireError {
    Missing { id: String },
    Broken { id: String, why: String },
    TooLarge { id: String, why: String },
}

impl From<End> for WireEnd {
    fn from(end: End) -> Self {
        match end {
            End::Root => Self::Root,
            End::Shallow => Self::Shallow,
            End::Broken(error) => Self::Broken(error.into()),
        }
    }
}

impl From<WireEnd> for End {
    fn from(end: WireEnd) -> Self {
        match end {
            WireEnd::Root => Self::Root,
            WireEnd::Shallow => Self::Shallow,
            WireEnd::Broken(error) => Self::Broken(error.into()),
        }
    }
}

impl From<ObjectError> for WireError {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::Missing { id } => Self::Missing { id },
            ObjectError::Broken { id, why } => Self::Broken { id, why },
            ObjectError::TooLarge { id, why } => Self::TooLarge { id, why },
        }
    }
}

impl From<WireError> for ObjectError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Missing { id } => Self::Missing { id },
            WireError::Broken { id, why } => Self::Broken { id, why },
            WireError::TooLarge { id, why } => Self::TooLarge { id, why },
        }
    }
}
