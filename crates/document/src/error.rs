//! [`ParseError`]: why a text is no document, and where.

use std::{fmt, ops::Range};

/// A text cannot be read as a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong, in words. Parts of the text may stand in it as they are: formats escape them.
    pub message: String,
    /// Where, in bytes of the text; may be empty.
    pub span: Range<usize>,
}

impl ParseError {
    pub(crate) fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self { message: message.into(), span }
    }

    pub(crate) fn too_deep(at: usize) -> Self {
        Self::new(format!("nested more than {} levels deep", crate::MAX_DEPTH), at..at)
    }

    pub(crate) fn too_many(at: usize) -> Self {
        Self::new(format!("more than {} values, repeated ones included", crate::MAX_NODES), at..at)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message.escape_debug())
    }
}

impl std::error::Error for ParseError {}
