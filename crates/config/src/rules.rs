//! The `[rules]` table, and what its keys and the flags `-A -W -D -F` may name.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Group, Level, RuleMeta};
use lockstep_model::Location;
use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use crate::{
    ConfigError,
    error::suggestion,
    keys::LEVELS,
    reader::{Entry, Reader, json},
};

/// What stands for whatever would be reported at `warn`.
pub(crate) const WARNINGS: &str = "warnings";

/// What a level can be set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Every rule: `all`.
    All,
    /// The rules of a group.
    Group(Group),
    /// One rule.
    Rule(&'static RuleMeta),
}

impl Target {
    /// What `name` means among `rules`.
    ///
    /// # Errors
    /// What was probably meant, if it names neither a rule nor a group.
    pub fn named(name: &str, rules: &[&'static RuleMeta]) -> Result<Self, Option<String>> {
        if name == "all" {
            return Ok(Self::All);
        }
        // People write both spellings; rules and groups have dashes.
        let name = name.replace('_', "-");
        if let Some(rule) = rules.iter().find(|rule| rule.name == name) {
            return Ok(Self::Rule(rule));
        }
        if let Some(group) = Group::ALL.into_iter().find(|group| group.as_str() == name) {
            return Ok(Self::Group(group));
        }
        let names = rules.iter().map(|rule| rule.name).chain(Group::ALL.map(Group::as_str)).chain(["all"]);
        Err(suggestion(&name, names))
    }

    /// How it is written.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Group(group) => group.as_str(),
            Self::Rule(rule) => rule.name,
        }
    }
}

/// One entry of the `[rules]` table.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSetting {
    /// What it is about.
    pub target: Target,
    /// The level it sets, if it sets one.
    pub level: Option<Level>,
    /// The level it sets for findings about functions of several services; comes before [`Self::level`].
    pub between: Option<Level>,
    /// The level it sets for all other findings; comes before [`Self::level`].
    pub inside: Option<Level>,
    /// Options of the rule as written; whether they exist is for the rule to say.
    pub options: Map<String, Value>,
    /// Where each option and each level stands: `min-support`, `level`, `between`, `inside`.
    pub places: BTreeMap<String, Location>,
    /// Where the entry stands.
    pub location: Location,
}

impl RuleSetting {
    /// An error of the option `option`, at its place: what is wrong, and which options there are.
    pub fn option_error(&self, option: Option<&str>, message: &str, known: &[String]) -> ConfigError {
        let place = option.and_then(|option| self.places.get(option)).unwrap_or(&self.location);
        let unknown = option.filter(|option| !known.iter().any(|name| name == option));
        let names = known.iter().map(String::as_str).chain(["level", "between", "inside"]);
        let help = unknown.and_then(|option| suggestion(option, names));
        ConfigError::at(place.clone(), message).with_help(help)
    }
}

/// Reads the `[rules]` table.
pub(crate) fn read(reader: &mut Reader<'_>, table: &DeTable<'_>, rules: &[&'static RuleMeta]) -> Vec<RuleSetting> {
    let mut settings: Vec<RuleSetting> = Vec::new();
    for entry in Reader::entries(table) {
        if entry.key == WARNINGS {
            continue;
        }
        let target = match Target::named(entry.key, rules) {
            Ok(target) => target,
            Err(help) => {
                let message = format!("there is no rule or group `{}`", entry.key);
                reader.error(entry.key_span.clone(), message, help);
                continue;
            }
        };
        if settings.iter().any(|setting| setting.target == target) {
            reader.error(entry.key_span.clone(), format!("`{}` is set twice", target.as_str()), None);
            continue;
        }
        if let Some(setting) = setting(reader, &entry, target) {
            settings.push(setting);
        }
    }
    let dead: Vec<_> = settings.iter().filter_map(|setting| lowers_in_vain(setting, &settings)).collect();
    reader.errors.extend(dead);
    settings
}

/// An error if `own` sets a level that never counts, since another entry, or itself, forbids all that it is about.
fn lowers_in_vain(own: &RuleSetting, all: &[RuleSetting]) -> Option<ConfigError> {
    // For each key: its level, and whether it is about findings between services, and about those inside one.
    let levels = |setting: &RuleSetting| {
        [
            ("level", setting.level, [true, true]),
            ("between", setting.between, [true, false]),
            ("inside", setting.inside, [false, true]),
        ]
    };
    let is_about_own = |wider: &&RuleSetting| match (wider.target, own.target) {
        (wider, own) if wider == own => true,
        (Target::All, _) => true,
        (Target::Group(_), Target::Rule(rule)) => wider.target.means(rule.name, rule.group),
        _ => false,
    };
    for wider in all.iter().filter(is_about_own) {
        for (by, _, forbidden) in levels(wider).into_iter().filter(|(_, level, _)| *level == Some(Level::Forbid)) {
            let dead = levels(own).into_iter().find(|(_, level, about)| {
                let covered = about.iter().zip(forbidden).all(|(about, forbidden)| !*about || forbidden);
                covered && level.is_some_and(|level| level < Level::Forbid)
            });
            if let Some((key, ..)) = dead {
                let place = |setting: &RuleSetting, key| setting.places.get(key).unwrap_or(&setting.location).clone();
                let (name, line) = (wider.target.as_str(), place(wider, by).line);
                let message = format!("`{name}` is forbidden at line {line}: nothing lowers it");
                return Some(ConfigError::at(place(own, key), message));
            }
        }
    }
    None
}

fn setting(reader: &mut Reader<'_>, entry: &Entry<'_, '_>, target: Target) -> Option<RuleSetting> {
    let place = reader.at(entry.key_span.clone());
    let mut setting = RuleSetting {
        target,
        level: None,
        between: None,
        inside: None,
        options: Map::new(),
        places: BTreeMap::new(),
        location: place.clone(),
    };
    let DeValue::Table(table) = entry.value else {
        setting.level = Some(level(reader, entry)?);
        setting.places.insert("level".to_owned(), place);
        return Some(setting);
    };
    for option in Reader::entries(table) {
        // Options are spelled as in the rule's page: dashes and underscores are the same.
        let name = option.key.replace('_', "-");
        match (name.as_str(), target) {
            ("level", _) => setting.level = Some(level(reader, &option)?),
            ("between", _) => setting.between = Some(level(reader, &option)?),
            ("inside", _) => setting.inside = Some(level(reader, &option)?),
            (_, Target::Rule(_)) => {
                if setting.options.insert(name.clone(), json(option.value)).is_some() {
                    reader.error(option.key_span.clone(), format!("`{name}` is set twice"), None);
                }
            }
            _ => {
                let help = suggestion(&name, ["level", "between", "inside"]);
                let message = format!("`{}` is no rule: only levels can be set for it", target.as_str());
                reader.error(option.key_span.clone(), message, help);
            }
        }
        setting.places.insert(name, reader.at(option.key_span.clone()));
    }
    Some(setting)
}

/// What the `[rules]` table says of warnings as such.
pub(crate) fn warnings(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Option<(Level, Location)> {
    let entries = Reader::entries(table);
    let entry = entries.iter().find(|entry| entry.key == WARNINGS)?;
    Some((level(reader, entry)?, reader.at(entry.key_span.clone())))
}

/// A level as a value.
fn level(reader: &mut Reader<'_>, entry: &Entry<'_, '_>) -> Option<Level> {
    let text = reader.text(entry)?;
    text.parse()
        .map_err(|_| {
            let help = suggestion(&text, LEVELS);
            reader.error(entry.value_span.clone(), format!("`{text}` is no level"), help);
        })
        .ok()
}
