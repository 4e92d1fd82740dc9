//! [`Script`]: a history written down, one line per commit.
//!
//! ```text
//! d1      ana "start"           A orders/handler.ts  A billing/handler.ts
//! d2..d9  ana "adjust totals"   M orders/handler.ts  M billing/handler.ts
//! d3..d31/7  ana "every week"   M orders/handler.ts
//! d10     bob "split out"       R orders/handler.ts -> orders/main.ts
//! d11     bob merge "Add totals (#12)"  M orders/main.ts  M billing/handler.ts
//! d12     dependabot[bot] "bump"        M package.json
//! ```
//!
//! Days count from 2025-01-01; a range is one commit a day, `/7` one every seventh; `{day}` in a title is the day's number. Lines need no order: commits are
//! sorted by day, those of one day keep the order of their lines. Names and paths with spaces are quoted; in quotes
//! `\"`, `\\` and `\n` are escapes. `R old/ -> new/` moves a folder; `F path` changes a comment, as a formatter might. Empty lines and lines that begin with `#` are
//! passed over.

use lockstep_model::Timestamp;

use crate::PageError;

/// 2025-01-01 12:00 UTC: noon of day 0, in seconds.
const NOON_OF_DAY_0: Timestamp = 1_735_732_800;
const DAY: Timestamp = 86_400;
/// A range of more commits is a slip of the pen.
const MOST_COMMITS: usize = 100_000;

/// A history: its commits, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Script {
    /// The commits of the main line, oldest first.
    pub commits: Vec<Commit>,
}

/// One commit of the main line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its line in the page.
    pub line: usize,
    /// Its day, 0 being 2025-01-01.
    pub day: u32,
    /// The author's name; the address is made from it.
    pub author: String,
    /// The message: a subject, perhaps a body.
    pub title: String,
    /// True for a merge commit of a branch that holds the changes, one commit each.
    pub merge: bool,
    /// What it does, in the order of the line.
    pub changes: Vec<Change>,
}

/// What a commit does to one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `A path`: a new file.
    Add(String),
    /// `M path`: another content.
    Modify(String),
    /// `F path`: another comment, as after a formatter; nothing that a compiler sees.
    Format(String),
    /// `D path`: gone.
    Delete(String),
    /// `R old -> new`: moved, content unchanged. Folders end with `/`.
    Rename(String, String),
}

impl Commit {
    /// Noon of its day; commits of one day follow each other by minutes (see [`crate::PlannedCommit::time`]).
    pub fn noon(&self) -> Timestamp {
        NOON_OF_DAY_0 + Timestamp::from(self.day) * DAY
    }

    /// `ana@example.com`.
    pub fn email(&self) -> String {
        format!("{}@example.com", self.author.replace(char::is_whitespace, "."))
    }

    /// The first line of the message.
    pub fn subject(&self) -> &str {
        self.title.lines().next().unwrap_or("")
    }
}

impl Script {
    /// Reads a script whose first line is line `first_line` of its page.
    ///
    /// # Errors
    /// If a line is not of the shape above.
    pub fn parse(text: &str, first_line: usize) -> Result<Self, PageError> {
        let mut commits = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let number = first_line + index;
            let tokens = tokens(line, number)?;
            if tokens.is_empty() {
                continue;
            }
            let (days, commit) = parse_line(&tokens, number)?;
            if commits.len() + days.len() > MOST_COMMITS {
                return Err(PageError::new(number, "more commits than a test needs"));
            }
            commits.extend(days.into_iter().map(|day| Commit {
                day,
                title: commit.title.replace("{day}", &day.to_string()),
                ..commit.clone()
            }));
        }
        commits.sort_by_key(|commit| commit.day);
        Ok(Self { commits })
    }

    /// This history, then that of `later`, whose days must not be earlier.
    pub fn followed_by(&self, later: &Self) -> Self {
        let mut commits: Vec<Commit> = self.commits.iter().chain(&later.commits).cloned().collect();
        commits.sort_by_key(|commit| commit.day);
        Self { commits }
    }
}

#[derive(Debug, PartialEq)]
struct Token {
    text: String,
    quoted: bool,
}

fn tokens(line: &str, number: usize) -> Result<Vec<Token>, PageError> {
    let mut tokens = Vec::new();
    let mut rest = line.trim_start();
    if rest.starts_with('#') {
        return Ok(tokens);
    }
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('"') {
            let (text, after) = quoted(inside).ok_or_else(|| PageError::new(number, "a quote is not closed"))?;
            tokens.push(Token { text, quoted: true });
            rest = after.trim_start();
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            tokens.push(Token { text: rest[..end].to_owned(), quoted: false });
            rest = rest[end..].trim_start();
        }
    }
    Ok(tokens)
}

/// The text up to the closing quote, and what follows it.
fn quoted(inside: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut letters = inside.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((text, &inside[at + 1..])),
            '\\' => match letters.next()?.1 {
                'n' => text.push('\n'),
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
    None
}

fn parse_line(tokens: &[Token], line: usize) -> Result<(Vec<u32>, Commit), PageError> {
    let error = |message: &str| PageError::new(line, message);
    let mut tokens = tokens.iter().peekable();
    let days = tokens.next().ok_or_else(|| error("an empty line"))?;
    let days = parse_days(&days.text).ok_or_else(|| {
        PageError::new(line, format!("`{}` is no day: `d1`, `d2..d9`, `d2..d30/7`", days.text.escape_debug()))
    })?;
    let author = tokens.next().ok_or_else(|| error("an author is missing after the day"))?.text.clone();
    let merge = tokens.next_if(|token| !token.quoted && token.text == "merge").is_some();
    let title = tokens
        .next()
        .filter(|token| token.quoted)
        .ok_or_else(|| error("a title in double quotes is missing after the author"))?
        .text
        .clone();
    let mut changes = Vec::new();
    let mut letter: Option<(&str, bool)> = None;
    while let Some(token) = tokens.next() {
        if !token.quoted && matches!(token.text.as_str(), "A" | "M" | "F" | "D" | "R") {
            if letter.is_some_and(|(_, used)| !used) {
                return Err(error("a path is missing after a status letter"));
            }
            letter = Some((token.text.as_str(), false));
            continue;
        }
        let Some((kind, _)) = letter else {
            return Err(PageError::new(
                line,
                format!("`{}` stands where a status letter is due: A, M, F, D or R", token.text.escape_debug()),
            ));
        };
        letter = Some((kind, true));
        let path = token.text.clone();
        changes.push(match kind {
            "A" => Change::Add(path),
            "M" => Change::Modify(path),
            "F" => Change::Format(path),
            "D" => Change::Delete(path),
            _ => {
                let arrow = tokens.next().is_some_and(|token| token.text == "->");
                let to = tokens.next().filter(|_| arrow);
                Change::Rename(path, to.ok_or_else(|| error("a rename reads `R old -> new`"))?.text.clone())
            }
        });
    }
    if letter.is_some_and(|(_, used)| !used) {
        return Err(error("a path is missing after a status letter"));
    }
    Ok((days, Commit { line, day: 0, author, title, merge, changes }))
}

/// `d4`, `d2..d9`, `d2..d30/7`.
fn parse_days(text: &str) -> Option<Vec<u32>> {
    let day = |text: &str| text.strip_prefix('d')?.parse::<u32>().ok().filter(|day| *day < 100_000);
    let Some((first, rest)) = text.split_once("..") else { return Some(vec![day(text)?]) };
    let (last, step) = match rest.split_once('/') {
        Some((last, step)) => (last, step.parse::<usize>().ok().filter(|step| *step > 0)?),
        None => (rest, 1),
    };
    let (first, last) = (day(first)?, day(last)?);
    (first <= last).then(|| (first..=last).step_by(step).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Script::parse(text, 10).unwrap_err().to_string()
    }

    #[test]
    fn a_line_is_a_commit_and_a_range_is_many() {
        let script = Script::parse(
            "d1 ana \"start\"  A a.ts  A \"b c.ts\"\n\n# weekly\nd2..d4 ana \"x\" M a.ts\nd3 dependabot[bot] merge \"say \\\"hi\\\" (#12)\\n\\nBody\" R a.ts -> d.ts D \"b c.ts\"\n",
            1,
        )
        .unwrap();
        let seen: Vec<_> = script.commits.iter().map(|commit| (commit.day, commit.line, commit.merge)).collect();
        assert_eq!(seen, [(1, 1, false), (2, 4, false), (3, 4, false), (3, 5, true), (4, 4, false)]);
        let merge = &script.commits[3];
        assert_eq!(merge.subject(), "say \"hi\" (#12)");
        assert_eq!(merge.email(), "dependabot[bot]@example.com");
        assert_eq!(merge.changes, [Change::Rename("a.ts".into(), "d.ts".into()), Change::Delete("b c.ts".into())]);
        assert_eq!(script.commits[0].noon(), 1_735_732_800 + 86_400);
        assert_eq!(parse_days("d2..d30/7").unwrap(), [2, 9, 16, 23, 30]);
    }

    #[test]
    fn one_letter_serves_several_paths() {
        let script = Script::parse("d1 ana \"s\" A a b M c", 1).unwrap();
        assert_eq!(
            script.commits[0].changes,
            [Change::Add("a".into()), Change::Add("b".into()), Change::Modify("c".into())]
        );
    }

    #[test]
    fn errors_name_their_line() {
        let cases = [
            ("\nx1 ana \"t\"", "line 11: `x1` is no day: `d1`, `d2..d9`, `d2..d30/7`"),
            ("d9..d2 ana \"t\"", "line 10: `d9..d2` is no day: `d1`, `d2..d9`, `d2..d30/7`"),
            ("d1", "line 10: an author is missing after the day"),
            ("d1 ana title", "line 10: a title in double quotes is missing after the author"),
            ("d1 ana \"t", "line 10: a quote is not closed"),
            ("d1 ana \"t\" a.ts", "line 10: `a.ts` stands where a status letter is due: A, M, F, D or R"),
            ("d1 ana \"t\" M", "line 10: a path is missing after a status letter"),
            ("d1 ana \"t\" M A a", "line 10: a path is missing after a status letter"),
            ("d1 ana \"t\" R a b", "line 10: a rename reads `R old -> new`"),
        ];
        for (text, expected) in cases {
            assert_eq!(error(text), expected, "{text}");
        }
    }
}
