//! The text of `app.arc`: pragmas, lines below them, and what is set below a line by indentation.

use std::ops::Range;

/// A parsed manifest.
pub(super) struct Manifest<'t> {
    pub(super) pragmas: Vec<Pragma<'t>>,
}

/// `@http` and what follows it.
pub(super) struct Pragma<'t> {
    pub(super) name: &'t str,
    pub(super) place: Range<usize>,
    pub(super) entries: Vec<Entry<'t>>,
}

/// A line, with the settings below it.
pub(super) struct Entry<'t> {
    /// Its words; never empty.
    pub(super) words: Vec<Word<'t>>,
    /// The end of all that is said of it, in bytes.
    pub(super) end: usize,
    settings: Vec<(&'t str, &'t str)>,
}

/// A word and its place.
pub(super) struct Word<'t> {
    pub(super) text: &'t str,
    pub(super) span: Range<usize>,
}

impl<'t> Manifest<'t> {
    pub(super) fn parse(text: &'t str) -> Self {
        let mut pragmas: Vec<Pragma<'t>> = Vec::new();
        let mut at = 0;
        for whole in text.split_inclusive('\n') {
            let start = at;
            at += whole.len();
            let line = whole.split('#').next().unwrap_or_default();
            // A `#` inside a word is no comment.
            let line = if line.is_empty() || line.ends_with(char::is_whitespace) { line } else { whole }.trim_end();
            let words = words(line, start);
            let Some(first) = words.first() else { continue };
            let indented = line.starts_with([' ', '\t']);
            let end = words.last().map_or(start, |word| word.span.end);
            if let Some(name) = first.text.strip_prefix('@').filter(|_| !indented) {
                pragmas.push(Pragma { name, place: first.span.clone(), entries: Vec::new() });
            } else if let Some(pragma) = pragmas.last_mut() {
                match pragma.entries.last_mut().filter(|_| indented) {
                    Some(entry) => {
                        entry.end = end;
                        let value = words.get(1).map_or("", |word| word.text);
                        entry.settings.push((first.text, value));
                    }
                    None => pragma.entries.push(Entry { words, end, settings: Vec::new() }),
                }
            }
        }
        Self { pragmas }
    }

    /// The pragma called `name`.
    pub(super) fn pragma(&self, name: &str) -> Option<&Pragma<'t>> {
        self.pragmas.iter().find(|pragma| pragma.name == name)
    }
}

impl<'t> Entry<'t> {
    /// What is set for `key` below the line.
    pub(super) fn value(&self, key: &str) -> Option<&'t str> {
        let found = self.settings.iter().find(|(name, _)| *name == key);
        found.map(|(_, value)| *value).filter(|value| !value.is_empty())
    }
}

fn words(line: &str, start: usize) -> Vec<Word<'_>> {
    let offset = |word: &str| word.as_ptr() as usize - line.as_ptr() as usize;
    line.split_whitespace()
        .map(|text| Word { text, span: start + offset(text)..start + offset(text) + text.len() })
        .collect()
}
