//! The words of a text of Java, Kotlin or Scala, without what stands in comments and in quotes.

use std::ops::Range;

use super::Dialect;
use crate::names::is_of_name;

/// How deep code may stand in texts that stand in code.
const DEEPEST: usize = 100;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'t> {
    /// A name, or a word of the language.
    Word(&'t str),
    /// A name in backticks.
    Quoted(&'t str),
    /// Any other character; a quote for all of a text, or for what of it stands before code in it, or behind.
    Other(u8),
    /// The end of the text.
    End,
}

/// A text that code stands in.
struct Around {
    quotes: usize,
    /// What was open where the code begins.
    braces: usize,
    parentheses: usize,
}

/// The tokens of a text, in order.
pub(crate) struct Words<'t> {
    dialect: Dialect,
    text: &'t str,
    at: usize,
    /// Where the last token starts.
    start: usize,
    /// Braces that are open.
    braces: usize,
    /// Parentheses and brackets that are open.
    parentheses: usize,
    /// True if nothing was open where the last token stands.
    was_at_top: bool,
    /// Texts that code stands in, outermost first.
    texts: Vec<Around>,
}

impl<'t> Words<'t> {
    pub(crate) fn new(dialect: Dialect, text: &'t str) -> Self {
        Self { dialect, text, at: 0, start: 0, braces: 0, parentheses: 0, was_at_top: true, texts: Vec::new() }
    }

    /// True if no brace or parenthesis was open where the last token stands.
    pub(crate) fn was_at_top(&self) -> bool {
        self.was_at_top
    }

    /// Where the last token stands.
    pub(crate) fn span(&self) -> Range<usize> {
        self.start..self.at
    }

    /// The next token. None if quotes, comments, braces or parentheses do not end as they should: the text was
    /// misunderstood, or is wrong.
    pub(crate) fn next(&mut self) -> Option<Token<'t>> {
        loop {
            self.start = self.at;
            let rest = &self.text.as_bytes()[self.at..];
            self.was_at_top = self.braces == 0 && self.parentheses == 0;
            let Some(first) = rest.first().copied() else { return self.was_at_top.then_some(Token::End) };
            match first {
                b' ' | b'\t' | b'\r' | b'\n' | 0x0c => self.at += 1,
                b'/' if rest.starts_with(b"//") => self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
                b'/' if rest.starts_with(b"/*") => self.comment()?,
                b'"' => {
                    self.quoted()?;
                    return Some(Token::Other(b'"'));
                }
                b'\'' => {
                    self.character()?;
                    return Some(Token::Other(b'\''));
                }
                b'`' => return self.backticks(),
                _ if is_of_name(first) => return Some(Token::Word(self.word())),
                _ => return self.other(first).map(Token::Other),
            }
        }
    }

    fn word(&mut self) -> &'t str {
        let rest = &self.text.as_bytes()[self.at..];
        let length = rest.iter().position(|byte| !is_of_name(*byte)).unwrap_or(rest.len());
        self.at += length;
        // Bytes of characters beyond ASCII are all parts of names, so both ends are ends of characters.
        &self.text[self.at - length..self.at]
    }

    fn backticks(&mut self) -> Option<Token<'t>> {
        let rest = &self.text[self.at + 1..];
        let length = rest.find(['`', '\n']).filter(|end| rest.as_bytes()[*end] == b'`')?;
        self.at += length + 2;
        Some(Token::Quoted(&rest[..length]))
    }

    /// Takes a character that is no name; with the text that goes on behind it if it ends code in one.
    fn other(&mut self, character: u8) -> Option<u8> {
        self.at += 1;
        match character {
            b'{' => self.braces += 1,
            b'}' => {
                if let Some(around) = self.texts.pop_if(|around| around.braces == self.braces) {
                    self.parentheses = self.parentheses.checked_sub(1)?;
                    if self.parentheses != around.parentheses {
                        return None;
                    }
                    self.text_to(around.quotes, true)?;
                    return Some(b'"');
                }
                self.braces = self.braces.checked_sub(1)?;
            }
            b'(' | b'[' => self.parentheses += 1,
            b')' | b']' => self.parentheses = self.parentheses.checked_sub(1)?,
            _ => {}
        }
        Some(character)
    }

    fn comment(&mut self) -> Option<()> {
        let nests = self.dialect != Dialect::Java;
        let bytes = self.text.as_bytes();
        let mut depth = 1usize;
        self.at += 2;
        while depth > 0 {
            self.at += memchr::memchr2(b'*', b'/', &bytes[self.at..])?;
            let rest = &bytes[self.at..];
            if rest.starts_with(b"*/") {
                depth -= 1;
                self.at += 2;
            } else if nests && rest.starts_with(b"/*") {
                depth += 1;
                self.at += 2;
            } else {
                self.at += 1;
            }
        }
        Some(())
    }

    /// Takes a text in quotes.
    fn quoted(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let named = self.at.checked_sub(1).is_some_and(|before| is_of_name(bytes[before]));
        let quotes = if bytes[self.at..].starts_with(b"\"\"\"") { 3 } else { 1 };
        self.at += quotes;
        self.text_to(quotes, self.dialect == Dialect::Kotlin || (self.dialect == Dialect::Scala && named))
    }

    /// Takes a text up to so many quotes, or up to code in it, if it `holds_code`.
    fn text_to(&mut self, quotes: usize, holds_code: bool) -> Option<()> {
        let bytes = self.text.as_bytes();
        loop {
            let rest = &bytes[self.at..];
            let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'$' | b'\n'))?;
            self.at += length;
            let rest = &rest[length..];
            match rest[0] {
                b'\n' if quotes == 1 => return None,
                b'"' if quotes == 1 => {
                    self.at += 1;
                    return Some(());
                }
                b'"' => {
                    let run = rest.iter().take_while(|byte| **byte == b'"').count();
                    self.at += run;
                    // More of them belong to the text.
                    if run >= quotes {
                        return Some(());
                    }
                }
                // In texts of three quotes only Java has escapes.
                b'\\' if quotes == 1 || self.dialect == Dialect::Java => self.at += rest.len().min(2),
                b'$' if holds_code && rest.starts_with(b"$$") => self.at += 2,
                b'$' if holds_code && rest.starts_with(b"${") => {
                    if self.texts.len() == DEEPEST {
                        return None;
                    }
                    self.texts.push(Around { quotes, braces: self.braces, parentheses: self.parentheses });
                    // Code in a text is at the top of nothing.
                    self.parentheses += 1;
                    self.at += 2;
                    return Some(());
                }
                _ => self.at += 1,
            }
        }
    }

    /// Takes a character in quotes, or a quote that is something else.
    fn character(&mut self) -> Option<()> {
        let rest = &self.text[self.at + 1..];
        let mut characters = rest.chars();
        match characters.next()? {
            '\\' => {
                // The escaped character may be a quote.
                let end = rest.get(2..)?.find(['\'', '\n']).filter(|end| rest.as_bytes()[end + 2] == b'\'')?;
                self.at += end + 4;
            }
            first if characters.next() == Some('\'') => self.at += first.len_utf8() + 2,
            // Of Scala: a symbol, or quoted code.
            _ => self.at += 1,
        }
        Some(())
    }
}
