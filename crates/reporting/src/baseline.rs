//! What `baseline` shows: what was written, what was removed, and what differs between two baselines.

use std::io;

use serde::Serialize;

use crate::{
    Options, escape,
    functions::write_safely,
    json::{self, SCHEMA_VERSION},
    prose::count,
};

/// What became of a baseline that was brought up to date.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct WrittenView {
    /// The file.
    pub file: String,
    /// True if there was none before.
    pub is_new: bool,
    /// Entries in it now.
    pub entries: usize,
    /// Entries that were added.
    pub added: usize,
    /// Entries that were raised to what a finding has become.
    pub raised: usize,
    /// Entries that hold less than before.
    pub tightened: usize,
    /// Findings that are new and were not added.
    pub left_new: usize,
    /// Findings that have become worse, which was not accepted.
    pub left_worse: usize,
    /// Entries that have no purpose any more.
    pub stale: usize,
    /// True if git merges the file line by line, or has nothing to do with it.
    pub merges: bool,
    /// True if the file lies in the repository and no other clone has it: git ignores it, or it is a link that leads out.
    pub here_only: bool,
}

/// What became of a baseline that was pruned.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PrunedView {
    /// The file.
    pub file: String,
    /// Entries that were removed.
    pub removed: usize,
    /// Entries that are left.
    pub entries: usize,
}

/// An entry of a baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntryView {
    /// The rule.
    pub rule: String,
    /// Its functions.
    pub functions: Vec<String>,
    /// What else it is known by.
    pub subjects: Vec<String>,
    /// How strong the finding was when it was accepted.
    pub at: f64,
    /// The day on which it was accepted.
    pub since: String,
    /// Why.
    pub reason: Option<String>,
    /// The last day.
    pub expires: Option<String>,
}

/// What differs between two baselines.
#[derive(Clone, Debug, PartialEq)]
pub struct DiffView {
    /// What the older one is called.
    pub old: String,
    /// What the newer one is called.
    pub new: String,
    /// Entries of the newer one only.
    pub added: Vec<EntryView>,
    /// Entries of the older one only.
    pub removed: Vec<EntryView>,
    /// Entries of both that differ, as they were and as they are.
    pub changed: Vec<(EntryView, EntryView)>,
    /// Entries of the older one.
    pub before: usize,
    /// Entries of the newer one.
    pub after: usize,
}

/// Writes what was written.
///
/// # Errors
/// If `out` refuses.
pub fn write_written(view: &WrittenView, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let file = escape::line(&view.file);
    let mut lines = Vec::new();
    match (view.is_new, view.entries) {
        (true, 0) => lines.push(format!("there is nothing to know: no findings, and no `{file}`")),
        (true, entries) => lines.push(format!("wrote `{file}`: {}, held back from now on", count(entries, "finding"))),
        (false, entries) => {
            let done = [(view.added, "added"), (view.raised, "raised"), (view.tightened, "tightened")];
            let done: Vec<_> = done.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
            let done = if done.is_empty() { "nothing to change".to_owned() } else { done.join(", ") };
            lines.push(format!("`{file}`: {}; {done}", entries_in_words(entries)));
        }
    }
    if view.left_new + view.left_worse > 0 {
        let (new, worse) = (count(view.left_new, "new finding"), view.left_worse);
        let are = if view.left_new + worse == 1 { "is" } else { "are" };
        let what = match (view.left_new, worse) {
            (0, 1) => "1 finding that has become worse".to_owned(),
            (0, _) => format!("{worse} findings that have become worse"),
            (_, 0) => new,
            _ => format!("{new} and {worse} that became worse"),
        };
        lines.push(format!("{what} {are} not taken in: --grow does that"));
    }
    if view.stale > 0 {
        let entries = entries_in_words(view.stale);
        let (verb, them) = if view.stale == 1 { ("matches", "it") } else { ("match", "them") };
        lines.push(format!("{entries} {verb} nothing any more: `lockstep baseline prune` removes {them}"));
    }
    if view.entries > 0 && view.here_only {
        lines.push(format!(
            "`{file}` is on this machine only, ignored by git or a link out of the repository: no other clone reads it, \
             nor do runs with --staged"
        ));
    } else if view.is_new && view.entries > 0 && !view.merges {
        let name = view.file.rsplit('/').next().unwrap_or_default();
        lines.push(format!(
            "so that branches merge without conflicts, add to .gitattributes: {} merge=union",
            escape::line(name)
        ));
    }
    write_safely(lines.join("\n") + "\n", options, out)
}

/// Writes what was removed.
///
/// # Errors
/// If `out` refuses.
pub fn write_pruned(view: &PrunedView, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let (file, left) = (escape::line(&view.file), entries_in_words(view.entries));
    let text = match view.removed {
        0 => format!("`{file}`: nothing to remove, {left}\n"),
        removed => format!("`{file}`: {} removed, {left} left\n", entries_in_words(removed)),
    };
    write_safely(text, options, out)
}

/// Writes what differs, one line per entry.
///
/// # Errors
/// If `out` refuses.
pub fn write_diff(view: &DiffView, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = String::new();
    for (sign, entries) in [("+", &view.added), ("-", &view.removed)] {
        for entry in entries {
            text += &format!("{sign} {} at {:.2}{}\n", named(entry), entry.at, details(entry));
        }
    }
    for (old, new) in &view.changed {
        text += &format!("~ {}: {}\n", named(new), differences(old, new).join(", "));
    }
    text += &format!("{} against {}: {}\n", escape::line(&view.new), escape::line(&view.old), totals(view));
    write_safely(text, options, out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    old: &'a str,
    new: &'a str,
    added: &'a [EntryView],
    removed: &'a [EntryView],
    changed: Vec<ChangedEntry<'a>>,
    before: usize,
    after: usize,
}

#[derive(Serialize)]
struct ChangedEntry<'a> {
    old: &'a EntryView,
    new: &'a EntryView,
}

/// Writes what differs, for programs.
///
/// # Errors
/// If `out` refuses.
pub fn write_diff_json(view: &DiffView, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        old: &view.old,
        new: &view.new,
        added: &view.added,
        removed: &view.removed,
        changed: view.changed.iter().map(|(old, new)| ChangedEntry { old, new }).collect(),
        before: view.before,
        after: view.after,
    };
    json::write(&document, out)
}

/// Rows of a table for a comment.
const ROWS: usize = 40;

/// Writes what differs as a table in Markdown.
///
/// # Errors
/// If `out` refuses.
pub fn write_diff_markdown(view: &DiffView, options: &Options, out: &mut dyn io::Write) -> io::Result<()> {
    let mut rows = Vec::new();
    for (word, entries) in [("added", &view.added), ("removed", &view.removed)] {
        rows.extend(entries.iter().map(|entry| row(word, entry, format!("{:.2}", entry.at))));
    }
    for (old, new) in &view.changed {
        rows.push(row("changed", new, differences(old, new).join(", ")));
    }
    let mut text = format!("**Baseline**: {}\n", totals(view));
    if !rows.is_empty() {
        text += "\n| | rule | functions | strength | reason |\n|---|---|---|---|---|\n";
        rows.iter().take(ROWS).for_each(|row| text += row);
        if rows.len() > ROWS {
            text += &format!("\nand {} more; `lockstep baseline diff` lists them\n", rows.len() - ROWS);
        }
    }
    write_safely(text, options, out)
}

fn row(word: &str, entry: &EntryView, strength: String) -> String {
    let code = |text: &String| format!("<code>{}</code>", harmless(text));
    let about: Vec<String> = entry.functions.iter().map(code).collect();
    let subjects = entry.subjects.iter().map(|subject| format!(" ({})", harmless(&subject_in_words(subject))));
    let about = about.join(", ") + &subjects.collect::<String>();
    let reason = entry.reason.as_deref().map(harmless).unwrap_or_default();
    format!("| {word} | {} | {about} | {strength} | {reason} |\n", code(&entry.rule))
}

/// Text from strangers in a cell of Markdown: what means something there or in HTML is written by its number.
fn harmless(text: &str) -> String {
    let mut out = String::new();
    for c in escape::line(text).chars() {
        match c {
            ',' | '-' | '(' | ')' | ' ' => out.push(c),
            c if c.is_ascii_punctuation() => out += &format!("&#{};", u32::from(c)),
            c => out.push(c),
        }
    }
    out
}

/// A subject as people read it: what names the root by nothing is told as the root.
fn subject_in_words(subject: &str) -> String {
    match escape::line(subject).trim_end() {
        "folder" => "the root folder".to_owned(),
        told => told.to_owned(),
    }
}

fn entries_in_words(number: usize) -> String {
    if number == 1 { "1 entry".to_owned() } else { format!("{number} entries") }
}

fn totals(view: &DiffView) -> String {
    let counts = [(view.added.len(), "added"), (view.removed.len(), "removed"), (view.changed.len(), "changed")];
    let said: Vec<_> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let said = if said.is_empty() { "the same entries".to_owned() } else { said.join(", ") };
    format!("{said}; {} then, {} now", entries_in_words(view.before), view.after)
}

/// "unstable-contract of `a`, `b` (events/order.json)".
fn named(entry: &EntryView) -> String {
    let about: Vec<_> = entry.functions.iter().map(|id| format!("`{}`", escape::line(id))).collect();
    let about = if about.is_empty() { String::new() } else { format!(" of {}", about.join(", ")) };
    let subjects = entry.subjects.iter().map(|subject| format!(" ({})", subject_in_words(subject)));
    format!("{}{about}{}", escape::line(&entry.rule), subjects.collect::<String>())
}

/// ", to 2027-03-01: one team".
fn details(entry: &EntryView) -> String {
    let last = entry.expires.as_ref().map(|last| format!(", to {}", escape::line(last))).unwrap_or_default();
    let reason = entry.reason.as_ref().map(|reason| format!(": {}", escape::line(reason))).unwrap_or_default();
    last + &reason
}

/// What differs in two entries of the same key.
fn differences(old: &EntryView, new: &EntryView) -> Vec<String> {
    let mut told = Vec::new();
    if old.at != new.at {
        told.push(format!("{:.2} then, {:.2} now", old.at, new.at));
    }
    if old.since != new.since {
        told.push(format!("since {} instead of {}", escape::line(&new.since), escape::line(&old.since)));
    }
    if old.expires != new.expires {
        told.push(match &new.expires {
            Some(last) => format!("to {}", escape::line(last)),
            None => "without a last day".to_owned(),
        });
    }
    if old.reason != new.reason {
        told.push(if new.reason.is_some() { "another reason" } else { "without a reason" }.to_owned());
    }
    told
}

#[cfg(test)]
mod tests;
