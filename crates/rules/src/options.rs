//! The options of a rule: what they are called, which values they take, and how they are read from a table.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::Rule;

/// The options of a rule: a struct with defaults, read from and written as a table.
pub trait RuleOptions: Default + Serialize + DeserializeOwned {
    /// Which numbers each option takes, by its name as it is written. Every option that is a number has its line.
    const RANGES: &'static [(&'static str, Range)] = &[];
}

/// The options of a rule that has none.
impl RuleOptions for Map<String, Value> {}

/// Which numbers an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// A share: 0 to 1.
    Share,
    /// This or more.
    AtLeast(u32),
}

impl Range {
    /// What is wrong with `number`, in words that go on from the option's name.
    fn fault(self, number: f64) -> Option<String> {
        match self {
            // A percentage, most likely.
            Self::Share => {
                (!(0.0..=1.0).contains(&number)).then(|| format!("is {number}; it is a share between 0 and 1"))
            }
            Self::AtLeast(least) => {
                (number.is_nan() || number < f64::from(least)).then(|| format!("is {number}; it is at least {least}"))
            }
        }
    }
}

/// One option of a rule, as it is told of.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleOption {
    /// Its name as it is written: `min-support`.
    pub name: String,
    /// Its value if nobody sets it; its kind is the kind of all values.
    pub default: Value,
    /// Which numbers it takes.
    pub range: Option<Range>,
    /// What it means: the words of the rule's page.
    pub meaning: String,
}

/// An option that does not exist or does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionError {
    /// The rule.
    pub rule: &'static str,
    /// The option, where one is to blame.
    pub option: Option<String>,
    /// What is wrong, in words.
    pub message: String,
    /// The options that exist, sorted: for "did you mean".
    pub known: Vec<String>,
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for OptionError {}

/// The options of `R` with their defaults.
pub(crate) fn defaults<R: Rule>() -> Map<String, Value> {
    match serde_json::to_value(R::Options::default()) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// The options of `R`, in the order of its page.
pub(crate) fn listed<R: Rule>(page: &str) -> Vec<RuleOption> {
    told(page, defaults::<R>(), R::Options::RANGES)
}

/// Apart from [`listed`], as [`completed`] from [`read`]: the program holds what is generic once for each rule.
fn told(page: &str, defaults: Map<String, Value>, ranges: &[(&str, Range)]) -> Vec<RuleOption> {
    let mut all: Vec<RuleOption> = defaults
        .into_iter()
        .map(|(name, default)| RuleOption {
            range: range(ranges, &name),
            meaning: row(page, &name).map(|(_, meaning)| meaning.to_owned()).unwrap_or_default(),
            default,
            name,
        })
        .collect();
    all.sort_by_key(|option| page.find(&format!("| `{}` |", option.name)));
    all
}

/// The default and the meaning that the table of options in `page` has for `option`.
fn row<'a>(page: &'a str, option: &str) -> Option<(&'a str, &'a str)> {
    let start = format!("| `{option}` |");
    let mut cells = page.lines().find_map(|line| line.strip_prefix(start.as_str()))?.split('|').map(str::trim);
    Some((cells.next()?.trim_matches('`'), cells.next()?))
}

fn range(ranges: &[(&str, Range)], option: &str) -> Option<Range> {
    ranges.iter().find(|(name, _)| *name == option).map(|(_, range)| *range)
}

/// Reads the options of `R` from `options`; what is not set has its default.
pub(crate) fn read<R: Rule>(options: &Map<String, Value>) -> Result<R::Options, OptionError> {
    let (rule, own) = (R::META.name, defaults::<R>());
    let all = completed(rule, &own, R::Options::RANGES, options)?;
    serde_json::from_value(Value::Object(all)).map_err(|why| fails(rule, &own, None, format!("`{rule}`: {why}")))
}

/// The defaults of a rule's own options, with those that are set.
fn completed(
    rule: &'static str,
    own: &Map<String, Value>,
    ranges: &[(&str, Range)],
    options: &Map<String, Value>,
) -> Result<Map<String, Value>, OptionError> {
    let mut all = own.clone();
    for (option, value) in options {
        let Some(default) = own.get(option) else {
            let shown = option.escape_debug();
            return Err(fails(rule, own, Some(option), format!("`{rule}` has no option `{shown}`")));
        };
        if let Some(why) = fault(default, value, range(ranges, option)) {
            return Err(fails(rule, own, Some(option), format!("`{option}` of `{rule}` {why}")));
        }
        all.insert(option.clone(), value.clone());
    }
    Ok(all)
}

fn fails(rule: &'static str, own: &Map<String, Value>, option: Option<&str>, message: String) -> OptionError {
    let mut known: Vec<String> = own.keys().cloned().collect();
    known.sort();
    OptionError { rule, option: option.map(str::to_owned), message, known }
}

/// What is wrong with `value` for an option of this default and range, in words that go on from the option's name.
fn fault(default: &Value, value: &Value, range: Option<Range>) -> Option<String> {
    if let Value::Number(own) = default {
        let Value::Number(number) = value else {
            return Some(format!(
                "must be {}, not {}",
                if own.is_f64() { "a number" } else { "a whole number" },
                kind(value)
            ));
        };
        if !own.is_f64() && number.is_f64() {
            return Some(format!("must be a whole number, not {number}"));
        }
        let number = number.as_f64().unwrap_or(f64::NAN);
        let large = || (number > f64::from(u32::MAX)).then(|| format!("is {number}; it is at most {}", u32::MAX));
        return range.and_then(|range| range.fault(number)).or_else(large);
    }
    (std::mem::discriminant(default) != std::mem::discriminant(value))
        .then(|| format!("must be {}, not {}", kind(default), kind(value)))
}

/// What a value is, in words.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "a value that is no number",
        Value::Bool(_) => "`true` or `false`",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{RULES, find};

    #[test]
    fn every_number_has_a_range_and_the_page_has_its_default() {
        for rule in RULES {
            let (name, options) = (rule.meta.name, rule.options());
            for option in &options {
                let of = format!("`{}` of `{name}`", option.name);
                assert_eq!(option.default.is_number(), option.range.is_some(), "{of}: add its line to RANGES");
                let (told, meaning) = row(rule.meta.page, &option.name).unwrap_or_else(|| panic!("{of}: no row"));
                assert!(!meaning.is_empty(), "{of}");
                if let Some(default) = option.default.as_f64() {
                    assert_eq!(told.parse::<f64>().ok(), Some(default), "{of}: the default in the page");
                    assert_eq!(fault(&option.default, &option.default, option.range), None, "{of}");
                }
            }
            assert_eq!(rule.ranges.len(), options.iter().filter(|option| option.range.is_some()).count(), "{name}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_in_words() {
        let lockstep = find("lockstep").unwrap();
        for (value, why) in [
            (json!({ "lower": 20 }), "`lower` of `lockstep` is 20; it is a share between 0 and 1"),
            (json!({ "lower": null }), "`lower` of `lockstep` must be a number, not a value that is no number"),
            (json!({ "min-support": 0 }), "`min-support` of `lockstep` is 0; it is at least 1"),
            (json!({ "min-support": -1 }), "`min-support` of `lockstep` is -1; it is at least 1"),
            (json!({ "min-support": 2.5 }), "`min-support` of `lockstep` must be a whole number, not 2.5"),
            (json!({ "min-support": "3" }), "`min-support` of `lockstep` must be a whole number, not a string"),
            (json!({ "commits": 5e9 as u64 }), "`commits` of `lockstep` is 5000000000; it is at most 4294967295"),
            (json!({ "strength": 1 }), "`lockstep` has no option `strength`"),
        ] {
            let error = lockstep.check_options(value.as_object().unwrap()).unwrap_err();
            assert_eq!(error.to_string(), why);
        }
        assert!(lockstep.check_options(json!({ "lower": 1, "commits": 0 }).as_object().unwrap()).is_ok());
        let none = find("invalid-manifest").unwrap().check_options(json!({ "x": 1 }).as_object().unwrap());
        assert_eq!(none.unwrap_err().known, Vec::<String>::new());
    }
}
