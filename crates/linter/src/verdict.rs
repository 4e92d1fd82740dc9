//! The verdicts on the functions of a report.

use lockstep_config::Config;
use lockstep_diagnostics::{RuleMeta, Verdict};

use crate::Report;

/// The verdict on every function of `report`, in their order. Levels and `[[allow]]` tables are not heeded: a verdict
/// asks, it does not lint. Options of rules are.
pub fn verdicts(report: &Report, config: &Config) -> Vec<Verdict> {
    let view = report.view(None);
    let set = |rule: &RuleMeta| config.rule(rule.name).map(|setting| setting.options.clone()).unwrap_or_default();
    lockstep_rules::verdicts(&view, &set)
}
