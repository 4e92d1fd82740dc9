//! Whether two texts of Scala differ in their layout alone, read off their tokens: a run of a formatter changes hundreds of
//! files, and to lex one takes less than a tenth of the time that it takes to parse it.
//!
//! Two texts say the same if their tokens are the same, and the line breaks that end something. Which do is told as the
//! language does it (Scala Language Specification, 1.2, Newline Characters): not where the token before cannot end a
//! statement or the one after cannot begin one, and not in parentheses. Where a line stands that begins a statement is
//! compared with the lines around it, because blocks of Scala 3 have no braces. What is called different here may be the
//! same all the same: that is for the trees to say.

use crate::jvm::{
    Dialect,
    words::{Token, Words},
};

/// True if two texts surely say the same. False says nothing.
pub(crate) fn is_all_that_differs(before: &str, after: &str) -> bool {
    let (mut one, mut other) = (Reader::new(before), Reader::new(after));
    loop {
        match (one.next(), other.next()) {
            (Some(said), Some(also)) if said == also => {
                if said.text.is_empty() {
                    return true;
                }
            }
            _ => return false,
        }
    }
}

/// A token, with what its place says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Said<'t> {
    /// Empty at the end.
    text: &'t str,
    /// It touches the token before, and would be another one if it did not.
    glued: bool,
    line: Option<Line>,
}

/// A line break before a token that may end something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    /// What it is in line with, or stands in: the number of the token that began it.
    level: u32,
    /// It stands deeper than that.
    deeper: bool,
    /// An empty line lies between, where that counts.
    empty: bool,
    /// It is an operator, and what follows does not touch it.
    apart: bool,
}

/// Lines that begin in the same column.
#[derive(Clone, Copy, Debug)]
struct Level {
    column: usize,
    id: u32,
}

/// What stands between brackets.
#[derive(Clone, Copy, Debug)]
struct Region {
    /// The number of the token that opened it.
    id: u32,
    /// How many levels were open around it.
    around: usize,
    /// True if line breaks may end something in it.
    breaks: bool,
    /// What follows is no statement by itself: it is the condition of one.
    is_condition: bool,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
struct Placed<'t> {
    text: &'t str,
    start: usize,
    sort: Sort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Word,
    Operator,
    Text,
    /// A bracket, a comma, a dot, a semicolon.
    Sign,
    End,
}

impl Placed<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

struct Reader<'t> {
    text: &'t str,
    words: Words<'t>,
    /// What was read behind an operator, to see whether it goes on.
    piece: Option<Placed<'t>>,
    /// What was read to tell what the token before it is.
    ahead: Option<Placed<'t>>,
    last: Placed<'t>,
    /// The last token ends the condition of a statement.
    after_condition: bool,
    /// How many tokens came before the next one.
    number: u32,
    /// The brackets that are open, outermost first, around all of them the whole text.
    regions: Vec<Region>,
    /// The levels of lines in them, outermost first.
    levels: Vec<Level>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let whole = Region { id: 0, around: 0, breaks: true, is_condition: false };
        Self {
            text,
            words: Words::new(Dialect::Scala, text),
            piece: None,
            ahead: None,
            last: Placed { text: ";", start: 0, sort: Sort::Sign },
            after_condition: false,
            number: 0,
            regions: vec![whole],
            levels: Vec::new(),
        }
    }

    /// The next token; none if the text is not understood.
    fn next(&mut self) -> Option<Said<'t>> {
        let mut token = self.take()?;
        let mut before = if self.number == 0 { 0 } else { self.last.end() };
        if token.text == "," && self.is_trailing(&token)? {
            before = token.end();
            token = self.take()?;
        }
        let gap = self.text.get(before..token.start)?;
        let touches = gap.is_empty() && self.number > 0;
        if self.may_be_markup(&token, touches)? {
            return None;
        }
        let line = if gap.contains('\n') || self.number == 0 { self.line(gap, &token) } else { None };
        let said = Said { text: token.text, glued: touches && is_glued(&self.last, &token), line };
        self.after_condition = false;
        self.brackets(&token)?;
        self.last = token;
        self.number += 1;
        Some(said)
    }

    /// True for a comma that only layout sets.
    fn is_trailing(&mut self, comma: &Placed<'t>) -> Option<bool> {
        let next = self.take()?;
        self.ahead = Some(next);
        let gap = self.text.get(comma.end()..next.start)?;
        Some(matches!(next.text, ")" | "]" | "}") && gap.contains('\n'))
    }

    /// True for `<a`, which may begin text in tags.
    fn may_be_markup(&mut self, token: &Placed<'t>, touches: bool) -> Option<bool> {
        if token.text != "<" || touches && self.last.sort == Sort::Word {
            return Some(false);
        }
        let next = self.take()?;
        self.ahead = Some(next);
        Some(next.sort == Sort::Word && next.start == token.end())
    }

    /// The next token, operators in one.
    fn take(&mut self) -> Option<Placed<'t>> {
        if let Some(ahead) = self.ahead.take() {
            return Some(ahead);
        }
        let mut token = match self.piece.take() {
            Some(piece) => piece,
            None => self.placed()?,
        };
        while token.sort == Sort::Operator {
            let next = self.placed()?;
            if next.sort != Sort::Operator || next.start != token.end() {
                self.piece = Some(next);
                break;
            }
            token.text = self.text.get(token.start..next.end())?;
        }
        Some(token)
    }

    fn placed(&mut self) -> Option<Placed<'t>> {
        let sort = match self.words.next()? {
            Token::Word(_) | Token::Quoted(_) => Sort::Word,
            Token::Other(b'"' | b'\'') => Sort::Text,
            Token::Other(byte) if byte.is_ascii_punctuation() && !b"()[]{},.;".contains(&byte) => Sort::Operator,
            Token::Other(_) => Sort::Sign,
            Token::End => Sort::End,
        };
        let span = self.words.span();
        Some(Placed { text: self.text.get(span.clone())?, start: span.start, sort })
    }

    /// What the line break in `gap` says, which stands before `token`.
    fn line(&mut self, gap: &str, token: &Placed<'t>) -> Option<Line> {
        let region = self.regions.last_mut()?;
        // A block without braces may begin here.
        region.breaks |= OPENERS.contains(&self.last.text);
        if !region.breaks || token.sort == Sort::End || matches!(token.text, ")" | "]" | "}") {
            return None;
        }
        let region = *region;
        let column = gap.len() - gap.rfind('\n').map_or(0, |at| at + 1);
        let goes_on = cannot_begin(token);
        if goes_on && self.level(&region).is_none_or(|level| level.column < column) {
            return None;
        }
        while self.level(&region).is_some_and(|level| level.column > column) {
            self.levels.pop();
        }
        let level = self.level(&region);
        let is_new = level.is_none_or(|level| level.column < column);
        if is_new && !goes_on {
            let id = if level.is_some() { self.number } else { region.id };
            self.levels.push(Level { column, id });
        }
        if !goes_on && self.cannot_end() {
            return None;
        }
        let is_operator = token.sort == Sort::Operator;
        let counts_empty = is_operator || matches!(token.text, "{" | "(") || self.last.sort == Sort::Operator;
        Some(Line {
            level: level.map_or(region.id, |level| level.id),
            deeper: is_new && level.is_some(),
            empty: counts_empty && has_empty_line(gap),
            apart: is_operator && self.text[token.end()..].starts_with(|next: char| next.is_ascii_whitespace()),
        })
    }

    /// The innermost level of lines in `region`.
    fn level(&self, region: &Region) -> Option<Level> {
        self.levels.get(region.around..)?.last().copied()
    }

    /// True if no statement ends with the last token.
    fn cannot_end(&self) -> bool {
        let last = &self.last;
        match last.sort {
            Sort::Word => NO_ENDS.contains(&last.text),
            Sort::Operator => ["=", "=>", "<-", ":", "<:", ">:", "<%", "#", "@"].contains(&last.text),
            Sort::Text => last.text.ends_with("${"),
            Sort::Sign => self.after_condition || !matches!(last.text, ")" | "]" | "}"),
            Sort::End => false,
        }
    }

    /// Opens and closes what `token` does.
    fn brackets(&mut self, token: &Placed<'t>) -> Option<()> {
        let is_text = token.sort == Sort::Text;
        if matches!(token.text, ")" | "]" | "}") || is_text && token.text.starts_with('}') {
            let region = self.regions.pop().filter(|_| !self.regions.is_empty())?;
            self.levels.truncate(region.around);
            self.after_condition = region.is_condition;
        }
        let breaks = token.text == "{" || is_text && token.text.ends_with("${");
        if breaks || matches!(token.text, "(" | "[") {
            let is_condition = !breaks && matches!(self.last.text, "if" | "while" | "for");
            self.regions.push(Region { id: self.number, around: self.levels.len(), breaks, is_condition });
        }
        Some(())
    }
}

/// True if there is a line between two others in `gap` that holds nothing.
fn has_empty_line(gap: &str) -> bool {
    let mut lines = gap.split('\n').skip(1).peekable();
    std::iter::from_fn(|| lines.next().filter(|_| lines.peek().is_some())).any(|line| line.trim().is_empty())
}

/// After these a block may begin in the next line, in parentheses as well.
const OPENERS: [&str; 11] = ["=", "=>", ":", "then", "else", "do", "try", "catch", "finally", "yield", "match"];

/// Words that no statement ends with.
const NO_ENDS: [&str; 34] = [
    "abstract",
    "case",
    "catch",
    "class",
    "def",
    "do",
    "else",
    "extends",
    "final",
    "finally",
    "for",
    "forSome",
    "if",
    "implicit",
    "import",
    "lazy",
    "match",
    "new",
    "object",
    "override",
    "package",
    "private",
    "protected",
    "sealed",
    "super",
    "then",
    "throw",
    "trait",
    "try",
    "val",
    "var",
    "while",
    "with",
    "yield",
];

/// True if no statement begins with `token`: it goes on with the one before.
fn cannot_begin(token: &Placed<'_>) -> bool {
    let words = ["catch", "else", "extends", "finally", "forSome", "match", "with", "yield", "then"];
    match token.sort {
        Sort::Word => words.contains(&token.text),
        Sort::Operator => [":", "=", "=>", "<-", "<:", "<%", ">:", "#"].contains(&token.text),
        Sort::Sign => matches!(token.text, "," | "." | ";" | "["),
        Sort::Text => token.text.starts_with('}'),
        Sort::End => false,
    }
}

/// True if two tokens that touch would be others if they did not: `1.0`, `1e-5`, `size_=`.
fn is_glued(last: &Placed<'_>, token: &Placed<'_>) -> bool {
    let is_number =
        |of: &Placed<'_>| of.sort == Sort::Word && of.text.starts_with(|first: char| first.is_ascii_digit());
    let ends_in = |signs: &[char]| last.text.ends_with(signs);
    match token.sort {
        Sort::Operator => last.sort == Sort::Word && ends_in(&['_']) || is_number(last) && ends_in(&['e', 'E']),
        _ => is_number(last) && token.text == "." || is_number(token) && last.text == ".",
    }
}

#[cfg(test)]
mod tests;
