//! The baseline: findings that are known and held back, one line of JSON each, so that branches merge line by line.
//!
//! An entry is known by its rule, its functions and what else the rule tells findings apart by (a contract, a file):
//! neither by lines nor by commits, and nothing is counted. It holds how strong the finding was, so that one that has
//! become worse speaks again. Pure: texts and findings come in, texts and findings go out.

mod compare;
mod entry;
mod file;
mod hold;
#[cfg(test)]
mod testing;
mod write;

pub use compare::{Changed, Comparison, compare};
pub use entry::{Entry, Key, Strength};
pub use file::{Baseline, Fault, SCHEMA_VERSION};
pub use hold::{Held, Ratchet, Stale};
pub use write::{Refreshed, Wanted};

/// What the file is called where nobody names it.
pub const FILE: &str = "lockstep-baseline.jsonl";
