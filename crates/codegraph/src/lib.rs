//! From sources to the code each function reaches: modules, symbols, imports, closures.
//!
//! A [`Language`] reads one source text into [`FileFacts`] and finds the files that its imports mean. [`closures`]
//! follows them from the entry of every function and says which code is a function's own and which is shared.

mod answers;
pub mod change;
mod clones;
mod closure;
mod differences;
mod draft;
mod ends;
mod jvm;
mod kept;
mod kinds;
mod language;
mod languages;
mod names;
mod own_code;
mod ownership;
pub mod parts;
mod program;
mod remote;
mod sizes;
mod surface;
mod syntax;
mod tokens;
mod way;

pub use answers::{Answers, KnownAnswers, Meaning, Meanings, add_meanings};
pub use clones::{Effort, clones};
pub use closure::{
    CodeGraph, Known, MadeFrom, Moved, Options, Outlines, Progress, Walked, closures, closures_knowing, may_mean,
    surface_id,
};
pub use differences::{Differences, differences};
pub use jvm::outline::{Outline, outline};
pub use kept::{FACTS, FactsKey, KeptFacts};
pub use kinds::{is_test_or_documentation, language_names};
pub use language::{
    Export, FileFacts, Import, ImportKind, Language, Opaque, Resolution, Resolve, Role, RoleKind, SourceFacts, Symbol,
};
pub use languages::{all, language_of};
pub use lockstep_script::resolve::{Resolution as ScriptResolution, ResolvedImports};
pub use own_code::{OwnCode, OwnFile};
pub use remote::RemoteCallSite;
pub use surface::{Surface, SurfaceId};
pub use tokens::Token;
pub use way::{Way, way};
