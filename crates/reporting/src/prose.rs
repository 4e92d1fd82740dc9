//! Words for people: counts, dates, wrapped lines.

use std::borrow::Cow;

use lockstep_model::{Location, Timestamp};
use unicode_width::UnicodeWidthStr;

use crate::escape;

/// `1 function`, `2 functions`, `1 branch` is not needed: nouns that take an `s`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// The day of `time` in UTC: `2026-11-20`.
pub fn date(time: Timestamp) -> String {
    match jiff::Timestamp::from_second(time) {
        Ok(time) => time.strftime("%Y-%m-%d").to_string(),
        // Commits may carry any number; one that is no date is shown as it is.
        Err(_) => format!("@{time}"),
    }
}

/// The second of `time` in UTC: `2026-11-20T08:30:00Z`.
pub(crate) fn instant(time: Timestamp) -> String {
    match jiff::Timestamp::from_second(time) {
        Ok(time) => time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        Err(_) => format!("@{time}"),
    }
}

/// `path:line:column`, harmless.
pub(crate) fn place(location: &Location) -> String {
    let path = if location.path.is_root() { "." } else { location.path.as_str() };
    format!("{}:{}:{}", escape::line(path), location.line, location.column)
}

/// The last `columns` characters of `path`, which tell more than the first, with a mark where something is missing.
pub(crate) fn tail(path: &str, columns: usize) -> Cow<'_, str> {
    let missing = path.chars().count().saturating_sub(columns);
    if missing == 0 {
        return Cow::Borrowed(path);
    }
    Cow::Owned(path.chars().skip(missing + 3).fold("...".to_owned(), |text, c| text + c.encode_utf8(&mut [0; 4])))
}

/// `text` in lines of at most `width` columns, broken at spaces; later lines are indented by `indent` spaces. Line
/// ends in `text` stay. Without a width nothing is broken.
pub(crate) fn wrap(text: &str, width: Option<usize>, indent: usize) -> String {
    let Some(width) = width else { return text.to_owned() };
    let width = width.max(20);
    let mut out = String::with_capacity(text.len() + 16);
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let mut column = 0;
        for word in line.split_inclusive(' ') {
            let columns = word.trim_end().width();
            if column > indent && column + columns > width {
                out.truncate(out.trim_end_matches(' ').len());
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                column = indent;
            }
            out.push_str(word);
            column += word.width();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_are_days_in_utc() {
        assert_eq!(date(1_795_000_000), "2026-11-18");
        assert_eq!(instant(0), "1970-01-01T00:00:00Z");
        assert_eq!(date(i64::MAX), format!("@{}", i64::MAX));
    }

    #[test]
    fn wraps_at_spaces() {
        let text = "help: put a contract between them";
        assert_eq!(wrap(text, Some(20), 2), "help: put a contract\n  between them");
        assert_eq!(wrap(text, None, 2), text);
    }

    proptest! {
        #[test]
        fn wrapping_loses_no_word(text in "[a-zé東 ]{0,80}", width in 0usize..60) {
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&wrap(&text, Some(width), 4)), words(&text));
        }
    }
}
