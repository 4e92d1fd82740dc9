//! [`PageError`]: a page or script that cannot be understood, with its line.

use std::fmt;

/// What is wrong with a page or a script, and in which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageError {
    /// The line in the page (or the script, if it stands alone), from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl PageError {
    pub(crate) fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for PageError {}
