//! Scripts as data: what programs that declare functions (CDK apps, `serverless.ts`, Firebase indexes) say, without
//! running them.
//!
//! [`parse_typescript`] and [`parse_python`] read one file into one neutral syntax tree ([`tree`]): owned, with the
//! place of every node in bytes, types erased. [`resolve`] says which file an import means, [`evaluate`] what a program
//! declares. [`annotations`] reads what is annotated on methods of C# and Java. No parser's type stands in a public
//! signature.

pub mod annotations;
pub mod evaluate;
pub mod nesting;
mod python;
pub mod resolve;
mod sources;
pub mod tree;
mod typescript;

pub use python::parse_python;
pub use sources::Sources;
pub use typescript::{is_script, parse_typescript};
