//! What is folded: one finding with everything that is said of it.

use lockstep_diagnostics::Finding;

use super::LINE;
use crate::{
    escape, evidence,
    markdown::{Place, sentence},
    prose, tool,
};

/// Functions that the headline of a fold names.
const NAMES: usize = 4;

/// Characters of such a name.
const NAME: usize = 80;

/// The details of `finding`.
pub(super) fn of(finding: &Finding, all: bool) -> String {
    let primary = format!("{}: {}", prose::place(&finding.primary.location), finding.primary.message);
    let mut items = vec![item(0, &primary, LINE)];
    for detail in evidence::details(finding, all) {
        items.extend(
            detail
                .lines()
                .zip([0].into_iter().chain(std::iter::repeat(1)))
                .map(|(line, depth)| item(depth, line, LINE)),
        );
    }
    let message = sentence(&finding.message, LINE, Place::Prose);
    fold(&headline(finding), &format!("{message}\n\n{}", items.concat().trim_end()))
}

/// One item of a list, with its line end. One without words is none: its dash would make a heading of what is above.
pub(super) fn item(depth: usize, text: &str, columns: usize) -> String {
    match sentence(text, columns, Place::Prose) {
        words if words.is_empty() => String::new(),
        words => format!("{}- {words}\n", "  ".repeat(depth)),
    }
}

/// The name of a rule, which leads to its page.
pub(super) fn rule(finding: &Finding) -> String {
    format!("[{}]({})", finding.rule.name, tool::page(finding.rule))
}

/// `text`, folded under `headline`, which is HTML.
pub(super) fn fold(headline: &str, text: &str) -> String {
    format!("<details><summary>{headline}</summary>\n\n{text}\n\n</details>")
}

/// What the finding is about, as HTML.
fn headline(finding: &Finding) -> String {
    let names = finding.functions.iter().take(NAMES).map(|id| format!("<code>{}</code>", html(id.as_str())));
    let mut names: Vec<_> = names.collect();
    if finding.functions.len() > NAMES {
        names.push(format!("{} more", finding.functions.len() - NAMES));
    }
    if names.is_empty() {
        names.push(format!("<code>{}</code>", html(&prose::place(&finding.primary.location))));
    }
    format!("{}: {}", finding.rule.name, names.join(", "))
}

/// Any text between `<code>` and `</code>`: all but letters, digits, spaces and a few marks is a reference, so that
/// neither HTML nor what GitHub does with the text after it finds anything.
fn html(text: &str) -> String {
    let mut out = String::new();
    for c in escape::cut(text, NAME).chars() {
        match c {
            c if c.is_alphanumeric() => out.push(c),
            ' ' | '/' | '-' | '_' | '.' => out.push(c),
            c => out.push_str(&format!("&#{};", u32::from(c))),
        }
    }
    out
}
