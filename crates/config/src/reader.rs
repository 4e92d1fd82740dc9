//! Reading a TOML tree with places: what is of the wrong kind, out of range or unknown becomes an error at its place,
//! and reading goes on, so that one run shows all errors.

use std::ops::Range;

use jiff::civil::Date;
use lockstep_model::{Location, RepoPath};
use serde_json::{Map, Number, Value};
use toml::de::{DeInteger, DeTable, DeValue};

use crate::{
    ConfigError,
    error::suggestion,
    keys::{Key, Kind},
};

/// The text being read, and the errors so far.
pub(crate) struct Reader<'t> {
    pub(crate) path: RepoPath,
    pub(crate) text: &'t str,
    pub(crate) errors: Vec<ConfigError>,
}

/// A key and its value, with their places.
pub(crate) struct Entry<'a, 't> {
    pub(crate) key: &'a str,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: &'a DeValue<'t>,
    pub(crate) value_span: Range<usize>,
}

/// The entries of a table whose keys are known.
pub(crate) struct Fields<'a, 't> {
    entries: Vec<Entry<'a, 't>>,
    /// What the table is called in messages.
    what: &'static str,
    span: Range<usize>,
    known: &'static [Key],
}

impl<'t> Reader<'t> {
    pub(crate) fn at(&self, span: Range<usize>) -> Location {
        Location::of_span(self.path.clone(), self.text, span)
    }

    pub(crate) fn error(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.errors.push(ConfigError::at(self.at(span), message).with_help(help));
    }

    /// The entries of `table` in the order of the file.
    pub(crate) fn entries<'a, 'i>(table: &'a DeTable<'i>) -> Vec<Entry<'a, 'i>> {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().as_ref(),
                key_span: key.span(),
                value: value.get_ref(),
                value_span: value.span(),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_span.start);
        entries
    }

    /// The entries of `table`, called `what`, in which only `known` keys may stand; the others are errors. Dashes and
    /// underscores are the same.
    pub(crate) fn fields<'a, 'i>(
        &mut self,
        what: &'static str,
        table: &'a DeTable<'i>,
        span: Range<usize>,
        known: &'static [Key],
    ) -> Fields<'a, 'i> {
        let mut entries: Vec<Entry<'a, 'i>> = Vec::new();
        for entry in Self::entries(table) {
            let name = entry.key.replace('_', "-");
            if !known.iter().any(|key| key.name == name) {
                let names = known.iter().map(|key| key.name).filter(|name| !name.starts_with('$'));
                let help = suggestion(&name, names);
                self.error(entry.key_span, format!("{what} has no key `{}`", entry.key), help);
            } else if entries.iter().any(|other| same(other.key, &name)) {
                self.error(entry.key_span, format!("`{name}` is set twice"), None);
            } else {
                entries.push(entry);
            }
        }
        Fields { entries, what, span, known }
    }

    fn wrong_kind<T>(&mut self, entry: &Entry<'_, '_>, wanted: &str) -> Option<T> {
        let message = format!("`{}` must be {wanted}, not {}", entry.key, kind(entry.value));
        self.error(entry.value_span.clone(), message, None);
        None
    }

    /// A string that is not empty.
    pub(crate) fn text(&mut self, entry: &Entry<'_, '_>) -> Option<String> {
        match entry.value {
            DeValue::String(text) if text.trim().is_empty() => {
                self.error(entry.value_span.clone(), format!("`{}` is empty", entry.key), None);
                None
            }
            DeValue::String(text) => Some(text.clone().into_owned()),
            _ => self.wrong_kind(entry, "a string"),
        }
    }

    /// Where a table stands: its header, not its content.
    pub(crate) fn header(&self, span: Range<usize>) -> Location {
        let line_end = self.text[span.start..].find('\n').map_or(span.end, |at| span.start + at);
        self.at(span.start..span.end.min(line_end))
    }

    /// A string or a list of strings, each with its place.
    pub(crate) fn texts(&mut self, entry: &Entry<'_, '_>) -> Vec<(String, Range<usize>)> {
        let DeValue::Array(array) = entry.value else {
            let text = match entry.value {
                DeValue::String(_) => self.text(entry),
                _ => self.wrong_kind(entry, "a string or a list of strings"),
            };
            return text.into_iter().map(|text| (text, entry.value_span.clone())).collect();
        };
        array
            .iter()
            .filter_map(|item| {
                let (key, key_span) = (entry.key, entry.key_span.clone());
                let item = Entry { key, key_span, value: item.get_ref(), value_span: item.span() };
                Some((self.text(&item)?, item.value_span))
            })
            .collect()
    }

    /// A whole number of at least `least`.
    fn whole(&mut self, entry: &Entry<'_, '_>, least: u32) -> Option<u32> {
        let DeValue::Integer(number) = entry.value else { return self.wrong_kind(entry, "a whole number") };
        let number = integer(number).and_then(|number| u32::try_from(number).ok()).filter(|number| *number >= least);
        if number.is_none() {
            self.error(entry.value_span.clone(), format!("`{}` must be at least {least}", entry.key), None);
        }
        number
    }

    /// A number above 0.
    pub(crate) fn positive(&mut self, entry: &Entry<'_, '_>) -> Option<f64> {
        let number = match entry.value {
            DeValue::Integer(number) => integer(number).map(|number| number as f64),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => return self.wrong_kind(entry, "a number"),
        };
        let number = number.filter(|number: &f64| number.is_finite() && *number > 0.0);
        if number.is_none() {
            self.error(entry.value_span.clone(), format!("`{}` must be a number above 0", entry.key), None);
        }
        number
    }

    /// A number from 0 to 1.
    pub(crate) fn share(&mut self, entry: &Entry<'_, '_>) -> Option<f64> {
        let number = match entry.value {
            DeValue::Integer(number) => integer(number).map(|number| number as f64),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => return self.wrong_kind(entry, "a number"),
        };
        let number = number.filter(|number: &f64| (0.0..=1.0).contains(number));
        if number.is_none() {
            self.error(entry.value_span.clone(), format!("`{}` must be a number from 0 to 1", entry.key), None);
        }
        number
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, entry: &Entry<'_, '_>) -> Option<bool> {
        entry.value.as_bool().or_else(|| self.wrong_kind(entry, "`true` or `false`"))
    }

    /// A day: `2027-03-01`, as a date or a string.
    pub(crate) fn day(&mut self, entry: &Entry<'_, '_>) -> Option<Date> {
        let text = match entry.value {
            DeValue::Datetime(time) => time.date.map(|date| date.to_string()).unwrap_or_default(),
            DeValue::String(text) => text.clone().into_owned(),
            _ => return self.wrong_kind(entry, "a day such as 2027-03-01"),
        };
        let day = text.parse().ok();
        if day.is_none() {
            let message = format!("`{}` must be a day such as 2027-03-01, not `{text}`", entry.key);
            self.error(entry.value_span.clone(), message, None);
        }
        day
    }

    /// A day or a revision, as it is written.
    pub(crate) fn moment(&mut self, entry: &Entry<'_, '_>) -> Option<String> {
        match entry.value {
            DeValue::Datetime(_) => self.day(entry).map(|day| day.to_string()),
            DeValue::String(_) => self.text(entry),
            _ => self.wrong_kind(entry, "a day such as 2027-03-01 or a revision"),
        }
    }

    /// A table.
    pub(crate) fn table<'a, 'i>(&mut self, entry: &Entry<'a, 'i>) -> Option<&'a DeTable<'i>> {
        entry.value.as_table().or_else(|| self.wrong_kind(entry, "a table"))
    }

    /// The tables of a list of tables, `[[key]]`, each with its place.
    pub(crate) fn tables<'a, 'i>(&mut self, entry: &Entry<'a, 'i>) -> Vec<(&'a DeTable<'i>, Range<usize>)> {
        let Some(array) = entry.value.as_array() else {
            let message = format!("`{0}` is a list of tables: write `[[{0}]]`", entry.key);
            self.error(entry.key_span.clone(), message, None);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in array.iter() {
            match item.get_ref().as_table() {
                Some(table) => tables.push((table, item.span())),
                None => self.error(item.span(), format!("`{}` is a list of tables", entry.key), None),
            }
        }
        tables
    }
}

impl<'a, 't> Fields<'a, 't> {
    /// The entry of `key`, if it is there.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry<'a, 't>> {
        self.entries.iter().find(|entry| same(entry.key, key))
    }

    /// The whole number at `key`, at least what the list of keys says.
    pub(crate) fn whole(&self, key: &str, reader: &mut Reader<'_>) -> Option<u32> {
        let least = self.known.iter().find_map(|known| match known.kind {
            Kind::Whole(least) if known.name == key => Some(least),
            _ => None,
        });
        reader.whole(self.get(key)?, least.unwrap_or(0))
    }

    /// Where each value stands, by its key after `prefix`.
    pub(crate) fn places(&self, prefix: &str, reader: &Reader<'_>) -> Vec<(String, Location)> {
        let place = |entry: &Entry<'_, '_>| {
            (format!("{prefix}{}", entry.key.replace('_', "-")), reader.at(entry.key_span.clone()))
        };
        self.entries.iter().map(place).collect()
    }

    /// The entry of `key`, without which the table means nothing.
    pub(crate) fn required(&self, key: &str, why: &str, reader: &mut Reader<'_>) -> Option<&Entry<'a, 't>> {
        let entry = self.get(key);
        if entry.is_none() {
            reader.error(self.span.clone(), format!("{} needs `{key}`", self.what), Some(why.to_owned()));
        }
        entry
    }
}

fn same(written: &str, key: &str) -> bool {
    written == key || written.replace('_', "-") == key
}

/// What a value is, in words.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn integer(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// A value as JSON, for the rule that knows what it means. TOML's nesting is bounded by its parser.
pub(crate) fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.clone().into_owned()),
        DeValue::Integer(number) => integer(number).map_or(Value::Null, |number| Value::Number(number.into())),
        DeValue::Float(number) => {
            number.as_str().parse().ok().and_then(Number::from_f64).map_or(Value::Null, Value::Number)
        }
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(time) => Value::String(time.to_string()),
        DeValue::Array(items) => Value::Array(items.iter().map(|item| json(item.get_ref())).collect()),
        DeValue::Table(table) => Value::Object(
            table
                .iter()
                .map(|(key, value)| (key.get_ref().clone().into_owned(), json(value.get_ref())))
                .collect::<Map<_, _>>(),
        ),
    }
}
