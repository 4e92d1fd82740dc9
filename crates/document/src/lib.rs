//! Manifests as one tree: YAML (with CloudFormation's tags), JSON (with comments), TOML and HCL give the same [`Node`]s,
//! each with its place in the text. [`hcl`] keeps the expressions of HCL too. What comes from strangers is bounded: nesting, aliases and the number of nodes.

mod error;
pub mod hcl;
mod json;
mod node;
mod toml;
mod yaml;

pub use error::ParseError;
pub use node::{Document, Key, Node, Syntax, Value};

/// How deep a tree may be, the root being 1. Deeper input is an error, so that walking a tree cannot exhaust the stack.
pub const MAX_DEPTH: usize = 200;

/// How many values and keys a tree may have, those that aliases repeat included.
pub const MAX_NODES: usize = 2_000_000;

/// How long a text may be, in bytes. 16 MiB.
pub const MAX_BYTES: usize = 16 << 20;

/// Reads `text` as what a file with this `extension` (without the dot, any case) holds.
///
/// `json`, `jsonc` and `json5` are JSON, `toml` is TOML, `tf`, `tofu`, `tfvars` and `hcl` are HCL, anything else is YAML. Files called YAML, and files whose
/// extension says nothing (`template`), are read as JSON if they look like it and are. A byte order mark is passed
/// over. Of several YAML documents, the first that is not empty is the one.
///
/// # Errors
/// If the text is not well formed, or larger, deeper or more entangled than any manifest; with the place.
pub fn parse(extension: &str, text: &str) -> Result<Document, ParseError> {
    if text.len() > MAX_BYTES {
        let message = format!("the text has {} bytes; more than {MAX_BYTES} are not read", text.len());
        return Err(ParseError::new(message, 0..0));
    }
    match extension.to_ascii_lowercase().as_str() {
        "json" | "jsonc" | "json5" => json::parse(text),
        "toml" => toml::parse(text),
        "tf" | "tofu" | "tfvars" | "hcl" => hcl::parse_nodes(text),
        _ if text.trim_start_matches(BOM).trim_start().starts_with('{') => {
            json::parse(text).or_else(|_| yaml::parse(text))
        }
        _ => yaml::parse(text),
    }
}

/// U+FEFF at the start of a text says nothing about its content.
const BOM: char = '\u{feff}';

#[cfg(test)]
mod tests;
