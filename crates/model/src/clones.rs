//! Copies of code: the same passage in the own code of two functions.

use crate::{FunctionId, Location};

/// The same code in two functions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodeClone {
    /// In the function whose number is the smaller.
    pub a: Fragment,
    /// In the other.
    pub b: Fragment,
    /// How many lines of code are the same: without blank lines and comments, of the shorter of the two.
    pub lines: u32,
    /// How many tokens are the same.
    pub tokens: u32,
    /// How faithful the copy is.
    pub kind: CloneKind,
}

/// A passage of one function's own code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fragment {
    /// Whose.
    pub function: FunctionId,
    /// Its first line.
    pub location: Location,
    /// The line on which it ends, from 1.
    pub last_line: u32,
}

/// How faithful a copy is: the types 1 to 3 of the literature (Roy and Cordy, 2007).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CloneKind {
    /// The same but for comments and layout.
    Exact,
    /// The same but for names and literals.
    Renamed,
    /// As that, with a few tokens put in, taken out or replaced.
    Edited,
}

impl CloneKind {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Renamed => "renamed",
            Self::Edited => "edited",
        }
    }
}
