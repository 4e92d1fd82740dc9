//! What Java, Kotlin and Scala have in common: their files use each other's types, by packages.
//!
//! A language reads a file into a [`shape::Shape`] (what it declares) and [`tokens`] (what it mentions); [`bind`] makes
//! [`crate::FileFacts`] of them. [`resolve`] finds what a mention means among all files of a repository: [`index`] knows the
//! packages by the [`outline`] of each file, [`modules`] who depends on whom.

pub(crate) mod bind;
mod index;
mod modules;
pub(crate) mod outline;
mod remote;
pub(crate) mod resolve;
pub(crate) mod shape;
#[cfg(test)]
mod tests;
pub(crate) mod tokens;
pub(crate) mod words;

pub(crate) use self::{bind::facts, resolve::resolver};
use crate::Import;

/// True if an import of a file tells what others may see through it: those that bring in all of a package.
pub(crate) fn shows(import: &Import) -> bool {
    index::star(import).is_some()
}

/// How the languages differ where names are bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Names stand in types only.
    Java,
    /// Functions stand in packages, and extend types.
    Kotlin,
    /// Imports are relative, and bring in what is never named.
    Scala,
}
