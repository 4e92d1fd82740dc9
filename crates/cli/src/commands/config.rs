//! `lockstep config show|schema`: the configuration in force with the origin of each value, and the schema of the file.

use std::collections::BTreeMap;

use lockstep_config::{BaselineFile, BaselineSetting, Config, Levels, Reach, told};
use lockstep_diagnostics::Level;
use lockstep_linter::{RuleSettings, config_schema, history_settings, rule_settings};
use lockstep_model::Location;
use lockstep_reporting::config::{self as render, ConfigView, DEFAULT, TableView, ValueView};
use serde_json::{Value, json};

use crate::{
    args::{ConfigArgs, ConfigCommand, ListFormat, ShowArgs},
    configuration::{self, Configuration},
    exit::Exit,
    terminal,
};

/// Shows the configuration, or its schema. Level flags come in the order of the command line.
pub fn config(args: &ConfigArgs, flags: &[(Level, String)]) -> anyhow::Result<Exit> {
    match &args.command {
        ConfigCommand::Show(args) => show(args, flags),
        ConfigCommand::Schema => {
            let schema = serde_json::to_string_pretty(&config_schema())?;
            terminal::print(|out| writeln!(out, "{schema}"))?;
            Ok(Exit::Clean)
        }
    }
}

fn show(args: &ShowArgs, flags: &[(Level, String)]) -> anyhow::Result<Exit> {
    let Some(configuration) = configuration::of_folder(&args.path, &args.common, flags)? else {
        return Ok(Exit::Failed);
    };
    let view = view(&configuration, !args.common.units.is_empty());
    let options = terminal::options(&args.common);
    terminal::print(|out| match args.format {
        ListFormat::Text => render::write_text(&view, &options, out),
        ListFormat::Json => render::write_json(&view, out),
    })?;
    Ok(Exit::Clean)
}

fn view(configuration: &Configuration, units_by_flag: bool) -> ConfigView {
    let Configuration { config, levels, lookup, .. } = configuration;
    let mut tables = vec![top(config, units_by_flag), history(config)];
    tables.extend(contracts(config));
    tables.extend(warnings(levels));
    tables.extend(rule_settings(config).iter().map(|rule| rule_table(config, levels, rule)));
    tables.extend(functions(config));
    tables.extend(config.services.iter().map(|service| {
        let values = [("name", json!(service.name)), ("functions", json!(service.functions.texts()))];
        listed("service", &service.location, values)
    }));
    tables.extend(config.allows.iter().map(|allow| {
        let expires = allow.expires.map_or(Value::Null, |day| json!(day.to_string()));
        let values = [
            ("rule", json!(allow.target.as_str())),
            ("functions", json!(allow.functions.texts())),
            ("reason", json!(allow.reason)),
            ("expires", expires),
        ];
        listed("allow", &allow.location, values)
    }));
    ConfigView {
        taken: lookup.taken.as_ref().map(ToString::to_string),
        passed_over: lookup.passed_over.iter().map(ToString::to_string).collect(),
        tables,
    }
}

/// A value that is set, or else that of the defaults.
fn value(places: &BTreeMap<String, Location>, table: &str, key: &str, value: Value) -> ValueView {
    let origin = places.get(&format!("{table}{key}")).map_or_else(|| DEFAULT.to_owned(), told);
    ValueView { key: key.to_owned(), value: Some(value), origin }
}

/// A key that nobody set, and what the program does then.
fn unset(key: &str, instead: &str) -> ValueView {
    ValueView { key: key.to_owned(), value: None, origin: format!("{instead} ({DEFAULT})") }
}

fn top(config: &Config, units_by_flag: bool) -> TableView {
    let units = match (config.units.is_empty(), units_by_flag) {
        (true, _) => unset("units", "what manifests declare"),
        (false, true) => {
            ValueView { key: "units".to_owned(), value: Some(json!(config.units)), origin: "--units".to_owned() }
        }
        (false, false) => value(&config.places, "", "units", json!(config.units)),
    };
    let exclude = value(&config.places, "", "exclude", json!(config.exclude.texts()));
    TableView { values: vec![exclude, units, baseline(config)], ..TableView::default() }
}

/// Where the known findings are, and how much stronger they may become.
fn baseline(config: &Config) -> ValueView {
    let BaselineSetting { file, tolerance } = &config.baseline;
    let file = match file {
        BaselineFile::Usual if config.places.contains_key("baseline") => {
            return value(&config.places, "", "baseline", json!({ "tolerance": tolerance }));
        }
        BaselineFile::Usual => {
            return unset("baseline", "lockstep-baseline.jsonl beside this file or at the root, if it is there");
        }
        BaselineFile::None => "none".to_owned(),
        BaselineFile::Named(path) => path.to_string(),
        BaselineFile::OnDisk(path) => path.to_string_lossy().into_owned(),
    };
    value(&config.places, "", "baseline", json!({ "file": file, "tolerance": tolerance }))
}

fn history(config: &Config) -> TableView {
    let values = history_settings(config).into_iter().map(|(key, set)| match (key, set) {
        ("as-of", Value::Null) => unset(key, "the time of HEAD's commit"),
        (_, Value::Null) => unset(key, "the whole history"),
        (_, set) => value(&config.places, "history.", key, set),
    });
    TableView { name: "history".to_owned(), values: values.collect(), ..TableView::default() }
}

fn contracts(config: &Config) -> Option<TableView> {
    let paths = value(&config.places, "contracts.", "paths", json!(config.contracts.texts()));
    (!config.contracts.is_empty()).then(|| TableView {
        name: "contracts".to_owned(),
        values: vec![paths],
        ..TableView::default()
    })
}

fn warnings(levels: &Levels) -> Option<TableView> {
    let (level, by) = levels.warnings()?;
    let value = ValueView { key: "warnings".to_owned(), value: Some(json!(level)), origin: by.replace('`', "") };
    Some(TableView { name: "rules".to_owned(), values: vec![value], ..TableView::default() })
}

/// The levels as they were asked for (what becomes of warnings is said once), then the options.
fn rule_table(config: &Config, levels: &Levels, rule: &RuleSettings) -> TableView {
    let name = rule.meta.name;
    let level = |key: &str, (level, origin): (Level, String)| ValueView {
        key: key.to_owned(),
        value: Some(json!(level)),
        origin,
    };
    let mut values = Vec::new();
    match (levels.asked(name, Reach::Between), levels.asked(name, Reach::Inside)) {
        (None, None) => values.push(match rule.varies {
            Some(varies) => unset("level", &format!("`{}`; {varies}", rule.meta.default_level)),
            None => level("level", (rule.meta.default_level, DEFAULT.to_owned())),
        }),
        (Some(between), Some(inside)) if between == inside => values.push(level("level", between)),
        (between, inside) => {
            values.extend(between.map(|asked| level("between", asked)));
            values.extend(inside.map(|asked| level("inside", asked)));
        }
    }
    let places = config.rule(name).map(|setting| setting.places.clone()).unwrap_or_default();
    values.extend(rule.options.iter().map(|(key, set)| value(&places, "", key, set.clone())));
    TableView { name: format!("rules.{name}"), values, ..TableView::default() }
}

fn functions(config: &Config) -> impl Iterator<Item = TableView> {
    config.functions.iter().map(|table| {
        let values = [
            ("name", json!(table.name)),
            ("paths", json!(table.paths)),
            ("service", json!(table.service)),
            ("handler", json!(table.handler)),
            ("symbol", json!(table.symbol)),
            ("code-root", json!(table.code_root)),
        ];
        listed("function", &table.location, values)
    })
}

/// A table of a list; keys without a value are left out.
fn listed<const N: usize>(name: &str, place: &Location, values: [(&str, Value); N]) -> TableView {
    let values = values.into_iter().filter(|(_, value)| !value.is_null());
    TableView {
        name: name.to_owned(),
        of_list: Some(told(place)),
        values: values
            .map(|(key, value)| ValueView { key: key.to_owned(), value: Some(value), origin: String::new() })
            .collect(),
    }
}
