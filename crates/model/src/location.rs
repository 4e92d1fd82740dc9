//! [`Location`]: a place in a file, for people (line and column) and for renderers (bytes).

use std::ops::Range;

use serde::Serialize;

use crate::RepoPath;

/// A place in a file of the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Location {
    /// The file.
    pub path: RepoPath,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// First byte of what is meant, from 0.
    #[serde(skip)]
    pub start: u32,
    /// One past the last byte of what is meant.
    #[serde(skip)]
    pub end: u32,
}

impl Location {
    /// The first line of `path`: for findings about a file as a whole.
    pub fn whole_file(path: RepoPath) -> Self {
        Self { path, line: 1, column: 1, start: 0, end: 0 }
    }

    /// The place of the bytes `span` of `path`, whose whole text is `text`.
    ///
    /// A span that ends past the text, or cuts a character, is moved to the nearest sound place.
    pub fn of_span(path: RepoPath, text: &str, span: Range<usize>) -> Self {
        let floor = |mut at: usize| {
            at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (floor(span.start), floor(span.end.max(span.start)));
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            path,
            line: number(before.bytes().filter(|byte| *byte == b'\n').count() + 1),
            column: number(before[line_start..].chars().count() + 1),
            start: number(start),
            end: number(end),
        }
    }

    /// The bytes meant.
    pub fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_not_bytes() {
        let text = "a: é\nüb: c\n";
        let at = text.find('b').unwrap();
        let place = Location::of_span(RepoPath::new("x.yml").unwrap(), text, at..at + 1);
        assert_eq!((place.line, place.column), (2, 2));
        assert_eq!(&text[place.span()], "b");
    }

    #[test]
    fn a_span_past_the_end_is_the_end() {
        let place = Location::of_span(RepoPath::root(), "ab", 9..12);
        assert_eq!((place.start, place.end, place.column), (2, 2, 3));
    }
}
