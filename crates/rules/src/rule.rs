//! What a rule is: [`Rule`], and how it is listed: [`RuleEntry`].

use std::fmt;

use lockstep_diagnostics::{BaselineState, Evidence, Finding, Fingerprint, Label, Level, RuleMeta};
use lockstep_model::FunctionId;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{View, view::sorted};

/// One rule.
pub trait Rule {
    /// Its name, group, level and page.
    const META: RuleMeta;
    /// What may be set for it under `[rules.NAME]`.
    type Options: RuleOptions;
    /// Says what it sees.
    fn check(options: &Self::Options, view: &View<'_>, sink: &mut Sink);
}

/// The options of a rule: a struct with defaults, read from and written as a table.
pub trait RuleOptions: Default + Serialize + DeserializeOwned {
    /// What is wrong with the values, in words, with the option's name; none if they are sound.
    fn fault(&self) -> Option<(&'static str, String)> {
        None
    }
}

/// The options of a rule that has none.
impl RuleOptions for Map<String, Value> {}

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

/// What a rule says, before the level in force is put on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The level if nobody asks for another; none for the rule's own.
    pub level: Option<(Level, String)>,
    /// The one sentence.
    pub message: String,
    /// The functions it is about.
    pub functions: Vec<FunctionId>,
    /// Their services.
    pub services: Vec<String>,
    /// What the finding is known by, besides the functions: a file, a contract.
    pub subjects: Vec<String>,
    /// The place to look at first.
    pub primary: Label,
    /// The other places.
    pub related: Vec<Label>,
    /// Why it is said.
    pub evidence: Vec<Evidence>,
    /// Further lines for people.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// Orders findings of one level: 0 to 1.
    pub weight: f64,
    /// True if it is about the change that is looked at.
    pub of_change: bool,
}

impl Draft {
    /// A draft that says `message` at `primary`; the rest is empty.
    pub fn new(message: impl Into<String>, primary: Label) -> Self {
        Self {
            level: None,
            message: message.into(),
            functions: Vec::new(),
            services: Vec::new(),
            subjects: Vec::new(),
            primary,
            related: Vec::new(),
            evidence: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            weight: 0.0,
            of_change: false,
        }
    }

    /// Says that the draft is about the functions with these numbers.
    pub fn about(mut self, view: &View<'_>, functions: impl IntoIterator<Item = usize>) -> Self {
        for function in functions {
            self.functions.push(view.id(function).clone());
            self.services.push(view.service(function).to_owned());
        }
        self
    }

    /// The finding, at the level that was asked for, else at the draft's, else at the rule's.
    pub(crate) fn into_finding(self, rule: &'static RuleMeta, configured: Option<(Level, String)>) -> Finding {
        let default = || (rule.default_level, format!("`{}` is `{}` by default", rule.name, rule.default_level));
        let (level, level_origin) = configured.or(self.level).unwrap_or_else(default);
        let ids = self.functions.iter().map(FunctionId::as_str);
        let fingerprint = Fingerprint::new(rule.name, ids.chain(self.subjects.iter().map(String::as_str)));
        Finding {
            rule,
            level,
            level_origin,
            message: self.message,
            functions: sorted(self.functions),
            services: sorted(self.services),
            primary: self.primary,
            related: self.related,
            evidence: self.evidence,
            notes: self.notes,
            help: self.help,
            fingerprint,
            baseline: BaselineState::New,
            suppression: None,
            weight: self.weight,
            of_change: self.of_change,
        }
    }
}

/// Takes what a rule says.
#[derive(Default)]
pub struct Sink {
    drafts: Vec<Draft>,
}

impl Sink {
    /// Says something.
    pub fn say(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }

    pub(crate) fn into_drafts(self) -> Vec<Draft> {
        self.drafts
    }
}

/// A rule in the registry.
pub struct RuleEntry {
    /// Its name, group, level and page.
    pub meta: &'static RuleMeta,
    run: fn(&Map<String, Value>, &View<'_>, &mut Sink),
    read: fn(&Map<String, Value>) -> Result<(), OptionError>,
    defaults: fn() -> Map<String, Value>,
}

impl RuleEntry {
    /// The entry of the rule `R`.
    pub const fn of<R: Rule>() -> Self {
        Self {
            meta: &R::META,
            run: |options, view, sink| R::check(&read::<R>(options).unwrap_or_default(), view, sink),
            read: |options| read::<R>(options).map(drop),
            defaults: defaults::<R>,
        }
    }

    pub(crate) fn run(&self, options: &Map<String, Value>, view: &View<'_>, sink: &mut Sink) {
        (self.run)(options, view, sink);
    }

    /// Whether the options fit the rule.
    ///
    /// # Errors
    /// If one does not exist, or its value is of the wrong kind or out of range.
    pub fn check_options(&self, options: &Map<String, Value>) -> Result<(), OptionError> {
        (self.read)(options)
    }

    /// All options of the rule with their defaults.
    pub fn default_options(&self) -> Map<String, Value> {
        (self.defaults)()
    }
}

fn defaults<R: Rule>() -> Map<String, Value> {
    match serde_json::to_value(R::Options::default()) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

pub(crate) fn read<R: Rule>(options: &Map<String, Value>) -> Result<R::Options, OptionError> {
    let rule = R::META.name;
    let mut all = defaults::<R>();
    let mut known: Vec<String> = all.keys().cloned().collect();
    known.sort();
    let error = |option: Option<&str>, message: String| OptionError {
        rule,
        option: option.map(str::to_owned),
        message,
        known: known.clone(),
    };
    for (option, value) in options {
        if all.insert(option.clone(), value.clone()).is_none() {
            let shown = option.escape_debug();
            return Err(error(Some(option), format!("`{rule}` has no option `{shown}`")));
        }
        // One option at a time, so that the error can name it.
        let mut alone = defaults::<R>();
        alone.insert(option.clone(), value.clone());
        if let Err(why) = serde_json::from_value::<R::Options>(Value::Object(alone)) {
            return Err(error(Some(option), format!("`{option}` of `{rule}`: {why}")));
        }
    }
    let read: R::Options =
        serde_json::from_value(Value::Object(all)).map_err(|why| error(None, format!("`{rule}`: {why}")))?;
    match read.fault() {
        Some((option, why)) => Err(error(Some(option), format!("`{option}` of `{rule}` {why}"))),
        None => Ok(read),
    }
}

/// A fault if `share` is not between 0 and 1: a percentage, most likely.
pub(crate) fn share_fault(option: &'static str, share: f64) -> Option<(&'static str, String)> {
    (!(0.0..=1.0).contains(&share)).then(|| (option, format!("is {share}; it is a share between 0 and 1")))
}
