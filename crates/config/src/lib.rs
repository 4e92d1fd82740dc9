//! `lockstep.toml`: where it is looked for, what may stand in it, and which level each rule has in the end.
//!
//! Everything is read with its place, so that an error shows the line and an unknown key is an error with the key that
//! was probably meant. Nothing is executed, and nothing here knows a rule: the caller hands in the rules there are.

mod allow;
mod baseline;
mod comment;
mod error;
mod file;
mod init;
mod inline;
mod join;
mod keys;
mod levels;
mod lookup;
mod patterns;
mod reader;
mod rules;
mod schema;
mod trailer;
mod write;

pub use allow::{Allow, day};
pub use baseline::{BaselineFile, BaselineSetting};
pub use comment::{AllowComment, allow_comments};
pub use error::{ConfigError, nearest};
pub use file::{Config, FunctionTable, HistorySettings, ServiceTable, parse, parse_at};
pub use init::FirstConfig;
pub use inline::{inline_path, is_inline, parse_inline, told};
pub use join::{JoinSettings, RepositoryTable};
pub use levels::{LevelFlag, Levels, Reach};
pub use lookup::{Lookup, NAMES, Place, Within, base_of, look};
pub use patterns::{IdPatterns, PathPatterns};
pub use rules::{RuleSetting, Target};
pub use schema::{OptionRange, OptionSchema, RuleSchema, SCHEMA_URL, schema};
pub use trailer::{AllowTrailer, TRAILER, allow_trailer, is_ours};
pub use write::{NewService, add_services, service_tables};
