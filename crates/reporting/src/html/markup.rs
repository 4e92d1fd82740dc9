//! Text from strangers on its way into the page. What is shown is harmless for a terminal first (nothing hides, nothing
//! turns the direction of reading) and for HTML then.

use std::fmt;

use askama::filters::HtmlSafe;

use crate::escape;

/// Characters of a name that are shown; names longer than that are nobody's to read.
pub(super) const NAME: usize = 160;
/// Characters of a sentence that are shown.
const SENTENCE: usize = 1_200;

/// A name as it is shown. The template escapes it for HTML.
pub(super) fn name(text: &str) -> String {
    harmless(text, NAME)
}

/// One line that no terminal and no runner of GitHub Actions obeys: a page may be printed into a log.
pub(super) fn harmless(text: &str, columns: usize) -> String {
    escape::cut(text, columns).replace("##[", "# #[")
}

/// A sentence in which names stand between backticks: these are set as code. Displays as HTML that is escaped already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prose(String);

impl Prose {
    pub(super) fn new(text: &str) -> Self {
        Self(harmless(text, SENTENCE))
    }

    /// The text without its markup.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Prose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An odd number of backticks means that one of them is part of a name: then none is taken for markup.
        if !self.0.matches('`').count().is_multiple_of(2) {
            return f.write_str(&escape::html(&self.0));
        }
        for (number, part) in self.0.split('`').enumerate() {
            let part = escape::html(part);
            match number % 2 {
                1 => write!(f, "<code>{part}</code>")?,
                _ => f.write_str(&part)?,
            }
        }
        Ok(())
    }
}

impl HtmlSafe for Prose {}

/// Markup that this crate wrote.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Markup(pub(super) String);

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_sentence_are_code_and_harmless() {
        let cases = [
            ("`a<b>` and `c`", "<code>a&lt;b&gt;</code> and <code>c</code>"),
            ("one ` alone <i>", "one ` alone &lt;i&gt;"),
            ("`x\u{202e}y`", "<code>x\\u{202e}y</code>"),
        ];
        for (text, expected) in cases {
            assert_eq!(Prose::new(text).to_string(), expected);
        }
    }
}
