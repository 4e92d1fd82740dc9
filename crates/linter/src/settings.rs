//! What may be set for a run, with the defaults: the rules and their options, the constants of the measure.

use std::collections::BTreeMap;

use lockstep_config::{Config, ConfigError, OptionRange, OptionSchema, RuleSchema};
use lockstep_diagnostics::RuleMeta;
use lockstep_rules::{RULES, Range, RuleEntry};
use serde_json::{Value, json};

use crate::constants;

/// A rule and the options that are in force for it.
pub struct RuleSettings {
    /// The rule.
    pub meta: &'static RuleMeta,
    /// Which of its findings have another level than its own if nobody asks for one.
    pub varies: Option<&'static str>,
    /// The options by their names, in the order of the rule's page.
    pub options: Vec<(String, Value)>,
    /// What is told of each option, in the same order; the default is its own, whatever is set.
    pub told: Vec<OptionSchema>,
}

/// All rules, in the order of their names.
pub fn rules() -> Vec<&'static RuleMeta> {
    RULES.iter().map(|rule| rule.meta).collect()
}

/// All rules with their options as `config` sets them.
pub fn rule_settings(config: &Config) -> Vec<RuleSettings> {
    let settings = RULES.iter().map(|rule| {
        let set = config.rule(rule.meta.name);
        let told = told(rule);
        let value = |option: &OptionSchema| {
            let set = set.and_then(|set| set.options.get(&option.name));
            (option.name.clone(), set.unwrap_or(&option.default).clone())
        };
        let options = told.iter().map(value).collect();
        RuleSettings { meta: rule.meta, varies: rule.varies, options, told }
    });
    settings.collect()
}

fn told(rule: &RuleEntry) -> Vec<OptionSchema> {
    let options = rule.options().into_iter();
    options
        .map(|option| OptionSchema {
            name: option.name,
            default: option.default,
            range: option.range.map(range),
            meaning: option.meaning,
        })
        .collect()
}

/// What is wrong with the options of rules in `config`.
pub fn option_errors(config: &Config) -> Vec<ConfigError> {
    let wrong = RULES.iter().filter_map(|rule| {
        let setting = config.rule(rule.meta.name)?;
        let error = rule.check_options(&setting.options).err()?;
        Some(setting.option_error(error.option.as_deref(), &error.message, &error.known))
    });
    wrong.collect()
}

/// The values of the `[history]` table that are in force, in the order in which they are told; null where nothing is set
/// and nothing else stands for it.
pub fn history_settings(config: &Config) -> Vec<(&'static str, Value)> {
    let constants = constants(config);
    vec![
        ("max-functions", json!(constants.max_functions)),
        ("half-life-days", json!(constants.half_life_days)),
        ("min-changesets", json!(constants.min_changesets)),
        ("min-changes", json!(constants.min_changes)),
        ("min-support", json!(constants.min_support)),
        ("follow-renames", json!(config.history.follow_renames.unwrap_or(true))),
        ("change-kinds", json!(config.history.change_kinds.unwrap_or(true))),
        ("since", config.history.since_day().map_or(Value::Null, Value::String)),
        ("as-of", config.as_of.as_ref().map_or(Value::Null, |(text, _)| json!(text))),
    ]
}

/// All rules as the schema tells of them.
pub fn rule_schemas() -> Vec<RuleSchema> {
    RULES.iter().map(|rule| RuleSchema { meta: rule.meta, varies: rule.varies, options: told(rule) }).collect()
}

/// The values of keys that are not set, as far as there are any: `history.max-functions`.
pub fn history_defaults() -> BTreeMap<String, Value> {
    let set = history_settings(&Config::default()).into_iter().filter(|(_, value)| !value.is_null());
    set.map(|(key, value)| (format!("history.{key}"), value)).collect()
}

/// The JSON Schema of `lockstep.toml`.
pub fn config_schema() -> Value {
    lockstep_config::schema(&rule_schemas(), &history_defaults())
}

fn range(range: Range) -> OptionRange {
    match range {
        Range::Share => OptionRange { least: 0.0, most: 1.0 },
        Range::AtLeast(least) => OptionRange { least: f64::from(least), most: f64::from(u32::MAX) },
    }
}
