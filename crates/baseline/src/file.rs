//! [`Baseline`]: the file, read and written. JSON Lines: a header, then one entry a line, sorted, each whole by itself,
//! and no totals: what two branches write merges line by line (`merge=union` in `.gitattributes`). A merge may leave
//! lines twice and out of order, headers as well; that means the same.

use std::{collections::BTreeMap, fmt};

use serde_json::{Value, json};

use crate::{Entry, Key, entry::Line};

/// The version of the lines that are written, and the only one that is read.
pub const SCHEMA_VERSION: u64 = 1;

/// The findings that are known.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Baseline {
    pub(crate) entries: BTreeMap<Key, Entry>,
}

/// Why a file is no baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What is wrong, in words.
    pub message: String,
    /// What mends it.
    pub help: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for Fault {}

/// What to do with a line that cannot be read.
const CORRECT: &str = "correct the line, or take the file from git again: every line is one entry";
/// How git marks what it could not merge.
const CONFLICT: [&str; 4] = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];

impl Baseline {
    /// A baseline of these entries; of entries with the same key, what either held back is held back.
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut baseline = Self::default();
        entries.into_iter().for_each(|entry| baseline.add(entry));
        baseline
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut baseline = Self::default();
        let mut header = false;
        for (number, line) in (1u32..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let line = line.trim();
            let fault = |message: String, help: &str| Fault { line: number, column: 1, message, help: help.to_owned() };
            if line.is_empty() {
                continue;
            }
            if CONFLICT.iter().any(|mark| line.starts_with(mark)) {
                let help = "keep the lines of both sides and remove the marks; with `lockstep-baseline.jsonl \
                            merge=union` in .gitattributes git does that";
                return Err(fault("a conflict of git's is not resolved".to_owned(), help));
            }
            let value: Value = serde_json::from_str(line).map_err(|error| {
                let column = u32::try_from(error.column()).unwrap_or(1).max(1);
                Fault { column, ..fault(format!("no JSON: {}", without_place(&error)), CORRECT) }
            })?;
            if let Some(version) = value.get("schema_version") {
                if version.as_u64() != Some(SCHEMA_VERSION) {
                    let message = format!("schema version {version} is not read, only {SCHEMA_VERSION}");
                    return Err(fault(message, "use the version of lockstep that wrote it, or a newer one"));
                }
                header = true;
                continue;
            }
            let read: Line =
                serde_json::from_value(value).map_err(|error| fault(format!("no entry: {error}"), CORRECT))?;
            baseline.add(read.entry(number).map_err(|why| fault(why, CORRECT))?);
        }
        if header {
            return Ok(baseline);
        }
        Err(Fault {
            line: 1,
            column: 1,
            message: format!("there is no line `{}`", header_line()),
            help: "name a file that `lockstep baseline write` wrote".to_owned(),
        })
    }

    /// The text of the file: the header, then the entries by rule and functions.
    pub fn render(&self) -> String {
        let mut text = header_line() + "\n";
        for entry in self.entries.values() {
            // A struct of strings and a number is always JSON.
            text += &serde_json::to_string(&Line::from(entry)).unwrap_or_default();
            text.push('\n');
        }
        text
    }

    /// The entries, sorted by rule and functions.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if nothing is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn add(&mut self, entry: Entry) {
        let entry = match self.entries.remove(&entry.key) {
            Some(other) => other.merged(entry),
            None => entry,
        };
        self.entries.insert(entry.key.clone(), entry);
    }
}

fn header_line() -> String {
    json!({ "schema_version": SCHEMA_VERSION, "tool": "lockstep" }).to_string()
}

/// What serde says without "at line 1 column 5": the line is ours, and the column is told apart.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(words, _)| words.to_owned())
}

#[cfg(test)]
mod tests;
