//! Source lines as a finding shows them: only the lines with a label, made harmless, and of a long line only the part
//! around its label. What codespan sees is this excerpt, with the true line and column numbers.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use codespan_reporting::files::{Error, Files};
use lockstep_model::{Location, RepoPath};

use crate::escape;

/// Columns of a source line that are shown, at least.
const NARROWEST: usize = 40;

/// Columns that a longer line is cut to when no width is known.
const WIDEST: usize = 140;

/// What is written where something of a line is left out.
const GAP: &str = "...";

/// Where a label landed: the number of its file, and which bytes of that file's excerpt are marked.
pub(crate) type Mark = (usize, Range<usize>);

/// The excerpts of one diagnostic.
pub(crate) struct Snippets {
    files: Vec<Excerpt>,
}

struct Excerpt {
    name: String,
    text: String,
    /// Start in `text` and true number of each line, fillers included.
    lines: Vec<(usize, usize)>,
    /// True columns by place in `text`.
    columns: BTreeMap<usize, usize>,
}

/// One line on its way into an excerpt.
struct Line {
    number: u32,
    /// The bytes of the file that are shown.
    source: Range<usize>,
    shown: String,
    /// Byte of the file, byte of `shown`.
    places: Vec<(usize, usize)>,
}

/// A file on its way into an excerpt.
struct Draft {
    path: RepoPath,
    text: Option<Arc<str>>,
    lines: Vec<Line>,
}

impl Snippets {
    /// The excerpts for `locations`, the most important one first, and where each landed: none where its line is shown
    /// already and it lies outside the part that fits into `width` columns.
    pub(crate) fn new<'a>(
        locations: impl IntoIterator<Item = &'a Location>,
        text_of: &dyn Fn(&RepoPath) -> Option<Arc<str>>,
        width: Option<usize>,
    ) -> (Self, Vec<Option<Mark>>) {
        let columns = width.map_or(WIDEST, |width| width.saturating_sub(10).clamp(NARROWEST, WIDEST));
        let mut drafts: Vec<Draft> = Vec::new();
        let mut found: Vec<(usize, u32, Option<Range<usize>>, u32)> = Vec::new();
        for location in locations {
            let file = drafts.iter().position(|draft| draft.path == location.path).unwrap_or_else(|| {
                let path = location.path.clone();
                drafts.push(Draft { text: text_of(&path), path, lines: Vec::new() });
                drafts.len() - 1
            });
            let range = drafts[file].mark(location, columns);
            found.push((file, location.line.max(1), range, location.column.max(1)));
        }
        let (mut files, mut starts) = (Vec::new(), Vec::new());
        for draft in drafts {
            let (excerpt, lines) = draft.lay_out();
            files.push(excerpt);
            starts.push(lines);
        }
        let marks = found
            .into_iter()
            .map(|(file, number, range, column)| {
                let (range, start) = (range?, starts[file].get(&number)?);
                let range = range.start + start..range.end + start;
                files[file].columns.insert(range.start, column as usize);
                Some((file, range))
            })
            .collect();
        (Self { files }, marks)
    }
}

/// The column in characters, from 1, at which `location` ends on its first line, one past the last character; none if it
/// means no part of that line.
pub(crate) fn end_column(text: &str, location: &Location) -> Option<u32> {
    let (line, span) = line_of(text, location);
    let characters = text[line.start..span.end].chars().count();
    (span.end > span.start).then(|| u32::try_from(characters + 1).unwrap_or(u32::MAX))
}

/// The bytes of the first line of `location` that it means, from 0 at the start of the line.
pub(crate) fn bytes_of_line(text: &str, location: &Location) -> Range<usize> {
    let (line, span) = line_of(text, location);
    span.start - line.start..span.end - line.start
}

impl Draft {
    /// The bytes of the shown line that stand for `location`; the line is made if it is not there yet.
    fn mark(&mut self, location: &Location, columns: usize) -> Option<Range<usize>> {
        let number = location.line.max(1);
        let Some(text) = self.text.as_deref() else {
            self.line_or(number, Line { number, source: 0..0, shown: String::new(), places: vec![(0, 0)] });
            return Some(0..0);
        };
        let (whole, span) = line_of(text, location);
        let index = match self.lines.iter().position(|line| line.number == number) {
            Some(index) => index,
            None => self.line_or(number, Line::cut(text, number, &whole, span.start, columns)),
        };
        let line = &self.lines[index];
        if span.start < line.source.start || span.start > line.source.end {
            return None;
        }
        let place = |at: usize| {
            let index = line.places.partition_point(|(byte, _)| *byte < at).min(line.places.len() - 1);
            line.places[index].1
        };
        Some(place(span.start)..place(span.end))
    }

    fn line_or(&mut self, number: u32, line: Line) -> usize {
        self.lines.iter().position(|line| line.number == number).unwrap_or_else(|| {
            self.lines.push(line);
            self.lines.len() - 1
        })
    }

    /// The excerpt, and where each line starts in it. Two empty lines stand for a gap: codespan draws its own mark.
    fn lay_out(mut self) -> (Excerpt, BTreeMap<u32, usize>) {
        self.lines.sort_by_key(|line| line.number);
        let (mut text, mut lines, mut starts) = (String::new(), Vec::new(), BTreeMap::new());
        let mut previous = None;
        for line in &self.lines {
            if previous.is_some_and(|previous| line.number - previous > 1) {
                for filler in [line.number - 2, line.number - 1] {
                    lines.push((text.len(), filler as usize));
                    text.push('\n');
                }
            }
            lines.push((text.len(), line.number as usize));
            starts.insert(line.number, text.len());
            text.push_str(&line.shown);
            text.push('\n');
            previous = Some(line.number);
        }
        let name = if self.path.is_root() { "." } else { self.path.as_str() };
        (Excerpt { name: escape::line(name).into_owned(), text, lines, columns: BTreeMap::new() }, starts)
    }
}

/// The whole line of `text` on which `location` starts, without its end, and the part of the span that is on it.
fn line_of(text: &str, location: &Location) -> (Range<usize>, Range<usize>) {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let mut start = floor(location.start as usize);
    if start == 0 && location.line > 1 {
        // A place without bytes: the line number has to do.
        let nth = location.line as usize - 2;
        start = text.match_indices('\n').nth(nth).map_or(text.len(), |(at, _)| at + 1);
    }
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let mut line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    if text[line_start..line_end].ends_with('\r') {
        line_end -= 1;
    }
    let start = start.min(line_end);
    (line_start..line_end, start..floor(location.end as usize).clamp(start, line_end))
}

impl Line {
    /// The line `whole` of `text`, cut to about `columns` around the byte `anchor`.
    fn cut(text: &str, number: u32, whole: &Range<usize>, anchor: usize, columns: usize) -> Self {
        let back = text[whole.start..anchor].char_indices().rev().nth(columns / 4).map_or(0, |(at, _)| at);
        let fits = text[whole.clone()].chars().nth(columns).is_none();
        let start = if fits { whole.start } else { whole.start + back };
        let end = text[start..whole.end].char_indices().nth(columns).map_or(whole.end, |(at, _)| start + at);
        let mut line = Self { number, source: start..end, shown: String::new(), places: Vec::new() };
        if start > whole.start {
            line.shown.push_str(GAP);
        }
        for (at, c) in text[start..end].char_indices() {
            line.places.push((start + at, line.shown.len()));
            match c {
                '\t' => line.shown.push('\t'),
                c => escape::push_visible(&mut line.shown, c),
            }
        }
        line.places.push((end, line.shown.len()));
        if end < whole.end {
            line.shown.push_str(GAP);
        }
        line
    }
}

impl Excerpt {
    fn line(&self, index: usize) -> Option<Range<usize>> {
        let start = self.lines.get(index)?.0;
        Some(start..self.lines.get(index + 1).map_or(self.text.len(), |next| next.0))
    }
}

impl<'a> Files<'a> for Snippets {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        self.files.get(id).map(|file| file.name.as_str()).ok_or(Error::FileMissing)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        self.files.get(id).map(|file| file.text.as_str()).ok_or(Error::FileMissing)
    }

    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, Error> {
        let file = self.files.get(id).ok_or(Error::FileMissing)?;
        Ok(file.lines.partition_point(|(start, _)| *start <= byte).saturating_sub(1))
    }

    fn line_number(&'a self, id: usize, index: usize) -> Result<usize, Error> {
        let file = self.files.get(id).ok_or(Error::FileMissing)?;
        file.lines.get(index).map(|line| line.1).ok_or(Error::LineTooLarge { given: index, max: file.lines.len() })
    }

    fn column_number(&'a self, id: usize, _: usize, byte: usize) -> Result<usize, Error> {
        let file = self.files.get(id).ok_or(Error::FileMissing)?;
        Ok(file.columns.get(&byte).copied().unwrap_or(1))
    }

    fn line_range(&'a self, id: usize, index: usize) -> Result<Range<usize>, Error> {
        let file = self.files.get(id).ok_or(Error::FileMissing)?;
        file.line(index).ok_or(Error::LineTooLarge { given: index, max: file.lines.len() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path() -> RepoPath {
        RepoPath::new("a.json").unwrap()
    }

    fn snippets(text: &str, spans: &[Range<usize>]) -> (Snippets, Vec<Option<Mark>>) {
        let places: Vec<_> = spans.iter().map(|span| Location::of_span(path(), text, span.clone())).collect();
        let text: Arc<str> = Arc::from(text);
        Snippets::new(&places, &|_| Some(text.clone()), None)
    }

    #[test]
    fn a_long_line_is_cut_around_its_label() {
        let text = format!("{{{}\"Name\": 1{}}}", "x".repeat(5_000_000), "y".repeat(5_000_000));
        let at = text.find("\"Name\"").unwrap();
        let (snippets, marks) = snippets(&text, &[at..at + 6, 0..1]);
        let excerpt = &snippets.files[0];
        assert!(excerpt.text.len() < 200, "{}", excerpt.text.len());
        assert_eq!(&excerpt.text[marks[0].clone().unwrap().1], "\"Name\"");
        assert_eq!(snippets.column_number(0, 0, marks[0].clone().unwrap().1.start).unwrap(), at + 1);
        assert_eq!(marks[1], None, "what does not fit is left to the caller");
    }

    #[test]
    fn escapes_keep_marks_in_place() {
        let (snippets, marks) = snippets("\u{1b}[2Jkey: \u{202e}x\r\n", std::slice::from_ref(&(4..7)));
        assert_eq!(snippets.files[0].text, "\\u{1b}[2Jkey: \\u{202e}x\n");
        assert_eq!(&snippets.files[0].text[marks[0].clone().unwrap().1], "key");
    }

    #[test]
    fn a_file_that_cannot_be_had_is_an_empty_line() {
        let place = Location { line: 0, column: 0, ..Location::whole_file(path()) };
        let (snippets, marks) = Snippets::new([&place], &|_| None, None);
        assert_eq!(marks, [Some((0, 0..0))]);
        assert_eq!(snippets.line_number(0, 0).unwrap(), 1);
    }

    proptest! {
        #[test]
        fn any_place_in_any_text_can_be_shown(
            text in "[a-c\u{1b}\u{202e}é\t\r\n]{0,400}", places in proptest::collection::vec((0u32..500, 0u32..500, 0u32..9), 1..5)
        ) {
            let places: Vec<_> = places.into_iter()
                .map(|(start, end, line)| Location { path: path(), line, column: 1, start, end })
                .collect();
            let text: Arc<str> = Arc::from(text);
            let (snippets, marks) = Snippets::new(&places, &|_| Some(text.clone()), Some(60));
            for (file, range) in marks.into_iter().flatten() {
                let excerpt = &snippets.files[file];
                prop_assert!(range.start <= range.end && excerpt.text.get(range.clone()).is_some());
                let line = snippets.line_range(file, snippets.line_index(file, range.start).unwrap()).unwrap();
                prop_assert!(range.end < line.end);
                prop_assert!(!excerpt.text.contains(['\u{1b}', '\u{202e}', '\r']), "{}", excerpt.text);
            }
        }
    }
}
