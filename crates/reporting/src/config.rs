//! What `config show` shows: every value in force and where it comes from, as TOML that can be read again, and as JSON.

use std::io;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    Options, escape,
    functions::write_safely,
    json::{self, SCHEMA_VERSION},
};

/// The configuration in force.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ConfigView {
    /// Where it stands; none if the defaults hold.
    pub taken: Option<String>,
    /// Others that were seen and are not in force.
    pub passed_over: Vec<String>,
    /// The tables in order; the first has no name, and holds the keys before any table.
    pub tables: Vec<TableView>,
}

/// One table.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct TableView {
    /// Its name: `rules.lockstep`; empty for the keys before any table.
    pub name: String,
    /// Where it stands, for a table of a list: `[[service]]`.
    pub of_list: Option<String>,
    /// What is in it.
    pub values: Vec<ValueView>,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueView {
    /// Its key.
    pub key: String,
    /// The value; none where nothing is set and the program decides: then the origin says how.
    pub value: Option<Value>,
    /// Where it comes from: `default`, a file with its line, a flag; in words.
    pub origin: String,
}

/// What stands behind a value that nobody set.
pub const DEFAULT: &str = "default";

/// Comments begin in this column if the value leaves room.
const COMMENTS: usize = 32;

/// Writes a `lockstep.toml` with the origin of each value in a comment.
///
/// # Errors
/// If `out` refuses.
pub fn write_text(config: &ConfigView, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = match &config.taken {
        Some(taken) => format!("# The configuration in force: {}\n", escape::line(taken)),
        None => "# No configuration file: the defaults hold\n".to_owned(),
    };
    for other in &config.passed_over {
        text += &format!("# Seen and not taken: {}\n", escape::line(other));
    }
    text += "# Globs are relative to the root of the repository: as lockstep.toml there, this means the same.\n";
    for table in config.tables.iter().filter(|table| !table.values.is_empty()) {
        text.push('\n');
        match (&table.of_list, table.name.is_empty()) {
            (Some(origin), _) => text += &with_comment(format!("[[{}]]", table.name), origin),
            (None, false) => text += &format!("[{}]\n", table.name),
            (None, true) => {}
        }
        for value in &table.values {
            text += &match &value.value {
                // Tables of a list have said where they stand.
                Some(set) if value.origin.is_empty() => format!("{} = {}\n", value.key, toml(set)),
                Some(set) => with_comment(format!("{} = {}", value.key, toml(set)), &value.origin),
                None => format!("# {}: {}\n", value.key, escape::line(&value.origin)),
            };
        }
    }
    write_safely(text, options, out)
}

fn with_comment(line: String, origin: &str) -> String {
    format!("{line:COMMENTS$}  # {}\n", escape::line(origin))
}

/// A value as TOML. JSON writes strings, numbers and lists in the same way, but for one control character.
fn toml(value: &Value) -> String {
    let text = match value {
        Value::Array(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    };
    escape::json(&text).replace('\u{7f}', "\\u007f")
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    configuration: Option<&'a str>,
    not_taken: &'a [String],
    values: Vec<ValueEntry<'a>>,
    tables: Vec<TableEntry<'a>>,
}

#[derive(Serialize)]
struct ValueEntry<'a> {
    key: String,
    value: Option<&'a Value>,
    origin: &'a str,
}

#[derive(Serialize)]
struct TableEntry<'a> {
    table: &'a str,
    origin: &'a str,
    values: Map<String, Value>,
}

/// Writes the document of `config show --format json`.
///
/// # Errors
/// If `out` refuses.
pub fn write_json(config: &ConfigView, out: &mut dyn io::Write) -> io::Result<()> {
    let (mut values, mut tables) = (Vec::new(), Vec::new());
    for table in &config.tables {
        if let Some(origin) = &table.of_list {
            let set = table.values.iter().filter_map(|value| Some((value.key.clone(), value.value.clone()?)));
            tables.push(TableEntry { table: &table.name, origin, values: set.collect() });
            continue;
        }
        let prefix = if table.name.is_empty() { String::new() } else { format!("{}.", table.name) };
        values.extend(table.values.iter().map(|value| ValueEntry {
            key: format!("{prefix}{}", value.key),
            value: value.value.as_ref(),
            origin: &value.origin,
        }));
    }
    let document = Document {
        schema_version: SCHEMA_VERSION,
        configuration: config.taken.as_deref(),
        not_taken: &config.passed_over,
        values,
        tables,
    };
    json::write(&document, out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(key: &str, value: Option<Value>, origin: &str) -> ValueView {
        ValueView { key: key.to_owned(), value, origin: origin.to_owned() }
    }

    #[test]
    fn nothing_breaks_out_of_a_string_or_a_comment() {
        let view = ConfigView {
            taken: Some("a\nexclude = [\"x\"]".to_owned()),
            passed_over: vec!["b.toml".to_owned()],
            tables: vec![
                TableView {
                    values: vec![
                        value("exclude", Some(json!(["a\"b\\", "\u{7f}\u{1b}[31m\n", "\u{202e}"])), "x\ny"),
                        value("units", None, "what manifests declare"),
                    ],
                    ..TableView::default()
                },
                TableView {
                    name: "service".to_owned(),
                    of_list: Some("lockstep.toml:3".to_owned()),
                    values: vec![value("name", Some(json!("b")), "")],
                },
            ],
        };
        let (mut text, mut json) = (Vec::new(), Vec::new());
        write_text(&view, &Options::default(), &mut text).unwrap();
        write_json(&view, &mut json).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        insta::assert_snapshot!(text + &String::from_utf8(json).unwrap());
    }
}
