//! Who speaks: the name, version and address that machine formats give, and where the page of a rule stands. The address
//! is said here and nowhere else in the code.

use lockstep_diagnostics::RuleMeta;
use serde::Serialize;

/// The name of the tool.
pub(crate) const NAME: &str = "lockstep";

/// Its version: the whole workspace has one.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where the project is at home.
pub(crate) const ADDRESS: &str = "https://github.com/lockstep-lint/lockstep";

/// The tool, as JSON documents name it.
#[derive(Serialize)]
pub(crate) struct ToolEntry {
    name: &'static str,
    version: &'static str,
}

impl ToolEntry {
    /// This tool.
    pub(crate) const THIS: Self = Self { name: NAME, version: VERSION };
}

/// The page of `rule`, of this version: what a reader of an old report finds there is what was meant.
pub(crate) fn page(rule: &RuleMeta) -> String {
    format!("{ADDRESS}/blob/v{VERSION}/crates/rules/src/rules/{}.md", rule.name.replace('-', "_"))
}
