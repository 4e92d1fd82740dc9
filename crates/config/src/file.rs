//! [`Config`]: all that may stand in `lockstep.toml`.

use std::collections::BTreeMap;

use lockstep_diagnostics::{Level, RuleMeta};
use lockstep_model::{FunctionId, Location, RepoPath, Timestamp};
use toml::de::{DeTable, DeValue};

use crate::{
    Allow, BaselineSetting, ConfigError, IdPatterns, JoinSettings, PathPatterns, Place, RepositoryTable, RuleSetting,
    Target, Within, base_of, baseline, join,
    keys::{ALLOW, CONTRACTS, FUNCTION, HISTORY, SERVICE, TOP},
    lookup::Found,
    patterns,
    reader::{Entry, Fields, Reader},
    rules,
};

/// The configuration of a run. The default is that of a repository without any.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Config {
    /// Where it was read from.
    pub path: Option<RepoPath>,
    /// The part of that file.
    pub within: Within,
    /// The `[rules]` table, in the order of the file.
    pub rules: Vec<RuleSetting>,
    /// What becomes of warnings, if the `[rules]` table says it, and where.
    pub warnings: Option<(Level, Location)>,
    /// The `[[function]]` tables.
    pub functions: Vec<FunctionTable>,
    /// The `[[service]]` tables.
    pub services: Vec<ServiceTable>,
    /// The `[[allow]]` tables.
    pub allows: Vec<Allow>,
    /// Files that are not looked at.
    pub exclude: PathPatterns,
    /// The `[history]` table.
    pub history: HistorySettings,
    /// The moment from which ages are counted, as it is written, and where.
    pub as_of: Option<(String, Location)>,
    /// Files that are contracts, whatever their names say.
    pub contracts: PathPatterns,
    /// Folders or files that are taken as functions, instead of what manifests declare: globs relative to the root, `!`
    /// before those that leave something out, `re:` before those whose groups make the names. Empty if none are.
    pub units: Vec<String>,
    /// Where each value stands that has no place of its own: `exclude`, `history.since`.
    pub places: BTreeMap<String, Location>,
    /// Where the findings are that are known.
    pub baseline: BaselineSetting,
    /// The `[[repository]]` tables.
    pub repositories: Vec<RepositoryTable>,
    /// The `[join]` table.
    pub join: JoinSettings,
}

/// A `[[function]]` table: functions that no manifest declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionTable {
    /// The function's name.
    pub name: Option<String>,
    /// Globs relative to the root of the repository; one that ends in `/` stands for folders. Never empty.
    pub paths: Vec<String>,
    /// The service.
    pub service: Option<String>,
    /// The handler, in a folder.
    pub handler: Option<String>,
    /// The exported symbol, in a file.
    pub symbol: Option<String>,
    /// The code root, relative to the root of the repository.
    pub code_root: Option<String>,
    /// Where the table stands.
    pub location: Location,
}

/// A `[[service]]` table: functions that are meant to be one microservice.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceTable {
    /// The name.
    pub name: String,
    /// The functions in it.
    pub functions: IdPatterns,
    /// Where the table stands.
    pub location: Location,
}

/// The `[history]` table; what is not set is for the measure to decide.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct HistorySettings {
    /// Changesets that touch more functions are set aside. At least 2.
    pub max_functions: Option<u32>,
    /// After so many days a change counts half. Above 0.
    pub half_life_days: Option<f64>,
    /// With fewer changesets nothing is said.
    pub min_changesets: Option<u32>,
    /// With fewer changes, nothing is known of a function. At least 1.
    pub min_changes: Option<u32>,
    /// Fewest joint changes for a pair to be held against chance. At least 1.
    pub min_support: Option<u32>,
    /// Whether renames of files are followed.
    pub follow_renames: Option<bool>,
    /// Older changesets are set aside: the start of this day in UTC.
    pub since: Option<Timestamp>,
    /// Whether changes are judged by the contents of files, not by their paths alone.
    pub change_kinds: Option<bool>,
}

impl HistorySettings {
    /// The day of [`Self::since`], as it is written.
    pub fn since_day(&self) -> Option<String> {
        let start = jiff::Timestamp::from_second(self.since?).ok()?;
        Some(jiff::tz::Offset::UTC.to_datetime(start).date().to_string())
    }
}

impl Config {
    /// The service that a `[[service]]` table gives to `id`; the first that matches.
    pub fn service_of(&self, id: &FunctionId) -> Option<&ServiceTable> {
        self.services.iter().find(|service| service.functions.contains(id))
    }

    /// The entry of the `[rules]` table for the rule `name`, if it has one of its own.
    pub fn rule(&self, name: &str) -> Option<&RuleSetting> {
        self.rules.iter().find(|setting| matches!(setting.target, Target::Rule(rule) if rule.name == name))
    }
}

/// Reads the configuration `text` that stands at `path`; `rules` are the rules there are.
///
/// # Errors
/// All that is wrong with it, in the order of the file.
pub fn parse(path: &RepoPath, text: &str, rules: &[&'static RuleMeta]) -> Result<Config, Vec<ConfigError>> {
    parse_at(&Place::file(path.clone()), text, rules)
}

/// Reads the configuration at `place`, in the file `text`.
///
/// # Errors
/// As [`parse`]; also if the table is not there.
pub fn parse_at(place: &Place, text: &str, rules: &[&'static RuleMeta]) -> Result<Config, Vec<ConfigError>> {
    parse_text(&place.path, place.within, text, &base_of(&place.path), rules)
}

/// Reads the part `within` of `text`, which stands at `path` and whose patterns start at `base`.
pub(crate) fn parse_text(
    path: &RepoPath,
    within: Within,
    text: &str,
    base: &RepoPath,
    rules: &[&'static RuleMeta],
) -> Result<Config, Vec<ConfigError>> {
    let (document, faults) = DeTable::parse_recoverable(text);
    let mut reader = Reader { path: path.clone(), text, errors: Vec::new() };
    for fault in faults {
        let message = fault.message().trim().replace('\n', ", ");
        reader.error(fault.span().unwrap_or(0..0), message, None);
    }
    if !reader.errors.is_empty() {
        // What is left of a broken document would only be misread.
        return Err(reader.errors);
    }
    let name = within.table().unwrap_or_default();
    let (table, span) = match within.find(document.get_ref()) {
        Found::Table(table, span) => (table, span),
        Found::NoTable(span) => {
            reader.error(span, format!("`{name}` is not a table: write `[{name}]`"), None);
            return Err(reader.errors);
        }
        Found::Nothing => {
            let message = format!("there is no table `[{name}]`");
            return Err(vec![ConfigError::at(Location::whole_file(path.clone()), message)]);
        }
    };
    let fields = reader.fields("the configuration", table, span, TOP);
    let mut config = Config { path: Some(path.clone()), within, ..Config::default() };
    read_rules(&mut reader, &fields, rules, &mut config);
    read_lists(&mut reader, &fields, base, rules, &mut config);
    read_values(&mut reader, &fields, base, &mut config);
    if reader.errors.is_empty() {
        return Ok(config);
    }
    reader.errors.sort_by_key(|error| error.location.as_ref().map(|at| at.start));
    Err(reader.errors)
}

fn read_rules(reader: &mut Reader<'_>, fields: &Fields<'_, '_>, rules: &[&'static RuleMeta], config: &mut Config) {
    if let Some(table) = fields.get("rules").and_then(|entry| reader.table(entry)) {
        config.warnings = rules::warnings(reader, table);
        config.rules = rules::read(reader, table, rules);
    }
}

/// Lists of tables.
fn read_lists(
    reader: &mut Reader<'_>,
    fields: &Fields<'_, '_>,
    base: &RepoPath,
    rules: &[&'static RuleMeta],
    config: &mut Config,
) {
    for (table, span) in fields.get("function").map(|entry| reader.tables(entry)).unwrap_or_default() {
        let fields = reader.fields("`[[function]]`", table, span.clone(), FUNCTION);
        config.functions.extend(function(reader, &fields, base, span));
    }
    for (table, span) in fields.get("service").map(|entry| reader.tables(entry)).unwrap_or_default() {
        let fields = reader.fields("`[[service]]`", table, span.clone(), SERVICE);
        if let Some(service) = service(reader, &fields, span) {
            if config.services.iter().any(|other| other.name == service.name) {
                let message = format!("the service `{}` is declared twice", service.name);
                reader.errors.push(ConfigError::at(service.location.clone(), message));
            }
            config.services.push(service);
        }
    }
    config.repositories = join::repositories(reader, fields);
    for (table, span) in fields.get("allow").map(|entry| reader.tables(entry)).unwrap_or_default() {
        let fields = reader.fields("`[[allow]]`", table, span.clone(), ALLOW);
        config.allows.extend(allow(reader, &fields, span, rules));
    }
}

/// Single values, and the places of all of them.
fn read_values(reader: &mut Reader<'_>, fields: &Fields<'_, '_>, base: &RepoPath, config: &mut Config) {
    if let Some(entry) = fields.get("$schema") {
        reader.text(entry);
    }
    if let Some(entry) = fields.get("exclude") {
        config.exclude = path_patterns(reader, entry, base);
        config.places.insert("exclude".to_owned(), reader.at(entry.key_span.clone()));
    }
    if let Some(entry) = fields.get("units") {
        config.units = units(reader, entry, base);
        config.places.insert("units".to_owned(), reader.at(entry.key_span.clone()));
    }
    if let Some(entry) = fields.get("baseline") {
        config.baseline = baseline::read(reader, entry, base, &mut config.places);
    }
    let places;
    (config.join, places) = join::join(reader, fields);
    config.places.extend(places);
    if let Some((entry, table)) = fields.get("history").and_then(|entry| Some((entry, reader.table(entry)?))) {
        let fields = reader.fields("`[history]`", table, entry.key_span.clone(), HISTORY);
        config.history = history(reader, &fields);
        config.as_of =
            fields.get("as-of").and_then(|entry| Some((reader.moment(entry)?, reader.at(entry.value_span.clone()))));
        config.places.extend(fields.places("history.", reader));
    }
    if let Some((entry, table)) = fields.get("contracts").and_then(|entry| Some((entry, reader.table(entry)?))) {
        let fields = reader.fields("`[contracts]`", table, entry.key_span.clone(), CONTRACTS);
        if let Some(paths) = fields.get("paths") {
            config.contracts = path_patterns(reader, paths, base);
        }
        config.places.extend(fields.places("contracts.", reader));
    }
}

fn function(
    reader: &mut Reader<'_>,
    fields: &Fields<'_, '_>,
    base: &RepoPath,
    span: std::ops::Range<usize>,
) -> Option<FunctionTable> {
    let location = reader.header(span);
    let paths = fields.required("paths", "paths = [\"functions/*/index.ts\"]", reader)?;
    let mut text = |key: &str| fields.get(key).and_then(|entry| reader.text(entry));
    let (name, service, handler, symbol) = (text("name"), text("service"), text("handler"), text("symbol"));
    let code_root = fields.get("code-root").and_then(|entry| {
        let written = reader.text(entry)?;
        let joined = base.join(&written);
        if joined.is_err() {
            reader.error(entry.value_span.clone(), format!("`{written}` lies outside the repository"), None);
        }
        joined.ok().map(|path| path.as_str().to_owned())
    });
    let paths = globs(reader, paths, base);
    Some(FunctionTable { name, paths, service, handler, symbol, code_root, location })
}

fn service(reader: &mut Reader<'_>, fields: &Fields<'_, '_>, span: std::ops::Range<usize>) -> Option<ServiceTable> {
    let location = reader.header(span);
    let name = fields.required("name", "name = \"billing\"", reader);
    let functions = fields.required("functions", "functions = [\"billing/*\"]", reader);
    let name = reader.text(name?)?;
    let functions = id_patterns(reader, functions?);
    Some(ServiceTable { name, functions, location })
}

fn allow(
    reader: &mut Reader<'_>,
    fields: &Fields<'_, '_>,
    span: std::ops::Range<usize>,
    rules: &[&'static RuleMeta],
) -> Option<Allow> {
    let location = reader.header(span);
    let rule = fields.required("rule", "rule = \"lockstep\"", reader);
    let functions = fields.required("functions", "functions = [\"orders/Create\", \"billing/*\"]", reader);
    let reason = fields.required("reason", "say why the finding is accepted: the next reader will ask", reader);
    let expires = fields.get("expires").and_then(|entry| reader.day(entry));
    let (rule, functions, reason) = (rule?, functions?, reason?);
    let name = reader.text(rule)?;
    let target = Target::named(&name, rules).map_err(|help| {
        reader.error(rule.value_span.clone(), format!("there is no rule or group `{name}`"), help);
    });
    let functions = id_patterns(reader, functions);
    let reason = reader.text(reason)?;
    Some(Allow { target: target.ok()?, functions, reason, expires, location })
}

fn history(reader: &mut Reader<'_>, fields: &Fields<'_, '_>) -> HistorySettings {
    HistorySettings {
        max_functions: fields.whole("max-functions", reader),
        half_life_days: fields.get("half-life-days").and_then(|entry| reader.positive(entry)),
        min_changesets: fields.whole("min-changesets", reader),
        min_changes: fields.whole("min-changes", reader),
        min_support: fields.whole("min-support", reader),
        change_kinds: fields.get("change-kinds").and_then(|entry| reader.flag(entry)),
        follow_renames: fields.get("follow-renames").and_then(|entry| reader.flag(entry)),
        since: fields.get("since").and_then(|entry| reader.day(entry)).and_then(|day| {
            let start = jiff::tz::Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
            Some(start.as_second())
        }),
    }
}

/// Path patterns relative to the root; those that are no patterns are errors.
fn globs(reader: &mut Reader<'_>, entry: &Entry<'_, '_>, base: &RepoPath) -> Vec<String> {
    let mut globs = Vec::new();
    for (text, span) in reader.texts(entry) {
        match patterns::rooted(base, &text) {
            Ok(glob) => globs.push(glob),
            Err(why) => reader.error(span, format!("`{text}` is no pattern: {why}"), None),
        }
    }
    // An empty `exclude` says something, an empty `paths` does not.
    if entry.key == "paths" {
        not_empty(reader, entry);
    }
    globs
}

/// Patterns of units. Regular expressions are left as they are: they see whole paths.
fn units(reader: &mut Reader<'_>, entry: &Entry<'_, '_>, base: &RepoPath) -> Vec<String> {
    not_empty(reader, entry);
    let mut units = Vec::new();
    for (text, span) in reader.texts(entry) {
        let (not, glob) = text.strip_prefix('!').map_or(("", &text[..]), |rest| ("!", rest));
        if glob.starts_with("re:") {
            units.push(text);
            continue;
        }
        match patterns::rooted(base, glob) {
            Ok(glob) => units.push(format!("{not}{glob}")),
            Err(why) => reader.error(span, format!("`{text}` is no pattern: {why}"), None),
        }
    }
    units
}

fn not_empty(reader: &mut Reader<'_>, entry: &Entry<'_, '_>) {
    if matches!(entry.value, DeValue::Array(items) if items.is_empty()) {
        reader.error(entry.value_span.clone(), format!("`{}` names nothing", entry.key), None);
    }
}

fn path_patterns(reader: &mut Reader<'_>, entry: &Entry<'_, '_>, base: &RepoPath) -> PathPatterns {
    let globs = globs(reader, entry, base);
    PathPatterns::new(globs).unwrap_or_else(|why| {
        reader.error(entry.value_span.clone(), why, None);
        PathPatterns::default()
    })
}

fn id_patterns(reader: &mut Reader<'_>, entry: &Entry<'_, '_>) -> IdPatterns {
    let texts: Vec<String> = reader.texts(entry).into_iter().map(|(text, _)| text).collect();
    not_empty(reader, entry);
    IdPatterns::new(texts).unwrap_or_else(|why| {
        reader.error(entry.value_span.clone(), format!("`{}`: {why}", entry.key), None);
        IdPatterns::default()
    })
}

#[cfg(test)]
mod tests;
