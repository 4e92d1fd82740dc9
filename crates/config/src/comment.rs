//! Comments that accept a finding beside the code or the declaration that it is about:
//! `lockstep: allow(RULE, with = "FUNCTION", expires = 2027-03-01) reason: …`, in any style of comments.

use jiff::civil::Date;
use lockstep_diagnostics::RuleMeta;
use lockstep_model::{Location, RepoPath};

use crate::{ConfigError, IdPatterns, Target};

/// A comment that accepts findings.
#[derive(Clone, Debug, PartialEq)]
pub struct AllowComment {
    /// The rules it is about. Never empty.
    pub targets: Vec<Target>,
    /// The other functions it is about; all if none are named.
    pub with: Option<IdPatterns>,
    /// Why the findings are accepted. Never empty.
    pub reason: String,
    /// The last day on which they are.
    pub expires: Option<Date>,
    /// Where it stands.
    pub location: Location,
}

/// What every such comment begins with, or with a capital.
const MARK: &str = "lockstep:";
/// What may stand right before that: the signs that open a comment, or go on with one.
const OPENERS: [&str; 7] = ["#", "//", "/*", "*", "--", "<!--", ";"];
/// Signs that open a comment which another one closes, maybe within the line.
const CLOSED: [(&str, &str); 2] = [("/*", "*/"), ("<!--", "-->")];
/// What may stand at the end of the line.
const CLOSERS: [&str; 4] = ["*/", "-->", "#}", "%>"];
/// What people write for `allow` elsewhere.
const MEANT: [&str; 6] = ["ignore", "disable", "expect", "skip", "suppress", "noqa"];
/// So many are read in one file: nobody writes more by hand.
const MOST: usize = 1000;
/// How it is written.
const FORM: &str = "write `lockstep: allow(RULE) reason: …`; the book's chapter on suppressions has the whole form";

/// The comments of `text`, the file at `path`, that accept findings, in order; those that cannot be understood as errors
/// at their places. `rules` are the rules there are.
pub fn allow_comments(
    path: &RepoPath,
    text: &str,
    rules: &[&'static RuleMeta],
) -> Vec<Result<AllowComment, ConfigError>> {
    let mut found = Vec::new();
    // Most files hold none, and that is told much faster than line by line.
    if find_mark(text).is_none() {
        return found;
    }
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        let mut from = start;
        while let Some(at) = find_mark(&text[from..end]).map(|at| from + at) {
            let after = at + MARK.len();
            // What stands before the mark is looked at no further back than its sign reaches, or long lines take long.
            if !opens_comment(&text[from..at]) || !is_meant(&text[after..end]) {
                from = after;
                continue;
            }
            if found.len() == MOST {
                let place = Location::of_span(path.clone(), text, at..end);
                let message =
                    format!("there are more than {MOST} such comments in this file, and the rest is not read");
                found.push(Err(ConfigError::at(place, message)));
                return found;
            }
            let (said, next) = comment_end(text, from, at, end);
            let mut words = Words { path, text, at: after, end: said, rules, start: at };
            found.push(words.comment());
            from = next;
        }
        start += line.len();
    }
    found
}

/// Where the next mark stands.
fn find_mark(text: &str) -> Option<usize> {
    let (first, rest) = MARK.split_at(1);
    let found = text.match_indices(rest).map(|(at, _)| at);
    found.filter_map(|at| at.checked_sub(1)).find(|at| text.as_bytes()[*at].eq_ignore_ascii_case(&first.as_bytes()[0]))
}

fn opens_comment(before: &str) -> bool {
    let before = before.trim_end();
    OPENERS.iter().any(|opener| before.ends_with(opener))
}

/// True if what follows the mark is meant for us, rightly spelled or not: prose may begin with the same word.
fn is_meant(after: &str) -> bool {
    let after = after.trim_start();
    let length = after.find(|c: char| !is_name(c)).unwrap_or(after.len());
    let (word, rest) = after.split_at(length);
    let word = word.to_ascii_lowercase();
    !word.is_empty()
        && (strsim::damerau_levenshtein(&word, "allow") <= 1 || MEANT.contains(&word.as_str()) || rest.starts_with('('))
}

/// Where the words of the comment at `at` end, and where the line goes on after it: at the sign that closes it, if it is of
/// a kind that is closed, else with the line, of which a closing sign at its end is no part.
fn comment_end(text: &str, from: usize, at: usize, line_end: usize) -> (usize, usize) {
    let before = text[from..at].trim_end();
    let opened = CLOSED.iter().find(|(opener, _)| before.ends_with(opener));
    if let Some((length, closer)) = opened.and_then(|(_, closer)| Some((text[at..line_end].find(closer)?, closer))) {
        return (at + text[at..at + length].trim_end().len(), at + length + closer.len());
    }
    let line = text[at..line_end].trim_end();
    let closer = CLOSERS.iter().find_map(|closer| line.strip_suffix(closer));
    (at + closer.unwrap_or(line).trim_end().len(), line_end)
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// The rest of a comment, being read.
struct Words<'t> {
    path: &'t RepoPath,
    text: &'t str,
    /// Where the comment begins.
    start: usize,
    at: usize,
    end: usize,
    rules: &'t [&'static RuleMeta],
}

impl<'t> Words<'t> {
    fn comment(&mut self) -> Result<AllowComment, ConfigError> {
        let location = Location::of_span(self.path.clone(), self.text, self.start..self.end);
        let (from, word) = (self.here(), self.word());
        if word != "allow" {
            return Err(self.error(from, format!("a comment can only `allow`, not `{word}`"), FORM));
        }
        if !self.take('(') {
            return Err(self.error(self.at, "`allow` names no rule", FORM));
        }
        let mut comment =
            AllowComment { targets: Vec::new(), with: None, reason: String::new(), expires: None, location };
        while !self.take(')') {
            self.argument(&mut comment)?;
            if !self.take(',') && !self.rest().starts_with(')') {
                return Err(self.error(self.at, "a comma or `)` is missing", FORM));
            }
        }
        if comment.targets.is_empty() {
            return Err(self.error(self.start, "`allow` names no rule", FORM));
        }
        comment.reason = self.reason()?;
        Ok(comment)
    }

    /// One of the things in the brackets.
    fn argument(&mut self, comment: &mut AllowComment) -> Result<(), ConfigError> {
        let (from, name) = (self.here(), self.word());
        if name.is_empty() {
            return Err(self.error(from, "the name of a rule is missing", FORM));
        }
        if !self.take('=') {
            let target = Target::named(name, self.rules).map_err(|help| {
                ConfigError::at(self.span(from), format!("there is no rule or group `{name}`")).with_help(help)
            })?;
            comment.targets.push(target);
            return Ok(());
        }
        let value_from = self.here();
        let value = self.value()?;
        match name {
            "with" if comment.with.is_none() => {
                let patterns = IdPatterns::of_names([value.to_owned()]);
                comment.with = Some(patterns.map_err(|why| self.error(value_from, why, FORM))?);
            }
            "expires" if comment.expires.is_none() => {
                let wrong = |_| self.error(value_from, format!("`{value}` is no day such as 2027-03-01"), FORM);
                comment.expires = Some(value.parse().map_err(wrong)?);
            }
            "with" | "expires" => return Err(self.error(from, format!("`{name}` is set twice"), FORM)),
            "reason" => return Err(self.error(from, "the reason stands behind the brackets", FORM)),
            _ => return Err(self.error(from, format!("there is no `{name}`: only `with` and `expires`"), FORM)),
        }
        Ok(())
    }

    /// A value, in quotes or up to the next comma.
    fn value(&mut self) -> Result<&'t str, ConfigError> {
        let from = self.here();
        let rest = self.rest();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let value = match quote {
            Some(quote) => {
                let inside = &rest[1..];
                let Some(length) = inside.find(quote) else {
                    return Err(self.error(from, "the quotes are not closed", FORM));
                };
                self.at = from + length + 2;
                &inside[..length]
            }
            None => {
                let length = rest.find([',', ')', ' ', '\t']).unwrap_or(rest.len());
                self.at = from + length;
                &rest[..length]
            }
        };
        if value.trim().is_empty() { Err(self.error(from, "a value is missing", FORM)) } else { Ok(value) }
    }

    /// What follows the brackets.
    fn reason(&mut self) -> Result<String, ConfigError> {
        let from = self.here();
        let said = self.word().eq_ignore_ascii_case("reason") && self.take(':');
        let reason = if said { self.rest().trim() } else { "" };
        if reason.is_empty() {
            let help = "write `reason: …` behind the brackets: the next reader will ask why it is accepted";
            return Err(self.error(from.min(self.end), "the reason is missing", help));
        }
        Ok(reason.to_owned())
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..self.end]
    }

    /// The place of the next word.
    fn here(&mut self) -> usize {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        self.at
    }

    fn word(&mut self) -> &'t str {
        self.here();
        let rest = self.rest();
        let length = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn take(&mut self, sign: char) -> bool {
        self.here();
        let there = self.rest().starts_with(sign);
        self.at += if there { sign.len_utf8() } else { 0 };
        there
    }

    fn span(&self, from: usize) -> Location {
        Location::of_span(self.path.clone(), self.text, from..self.at.max(from))
    }

    fn error(&self, from: usize, message: impl Into<String>, help: &str) -> ConfigError {
        ConfigError::at(self.span(from), message).with_help(Some(help.to_owned()))
    }
}

#[cfg(test)]
mod tests;
