//! The message of a result: one sentence whose names lead to the related places, and below it why and what to do.
//!
//! In SARIF `[text](1)` is a link to the related place 1, and in viewers `[text](https://…)` to anywhere. Only our own
//! links may come out: every other `](` is torn apart. `{0}` stands for an argument, so such braces are doubled.

use std::ops::Range;

use lockstep_diagnostics::Finding;

use super::results::RELATED;
use crate::{escape, evidence, prose::place};

/// Characters of one line.
const LINE: usize = 1_000;

/// Characters of a message; the line that goes over it is the last.
const WHOLE: usize = 8_000;

/// The message of `finding`.
pub(super) fn of(finding: &Finding) -> String {
    let sentence: String = finding.message.chars().take(LINE).collect();
    let links = links(finding, &sentence);
    // Where there is little room, only what ends with the first full stop is shown.
    let mut lines = vec![linked(&sentence, &links) + "."];
    lines.extend(finding.notes.iter().map(|note| plain(note)));
    for piece in evidence::beside_notes(finding, false) {
        lines.extend(evidence::in_words(piece, false).lines().map(torn));
    }
    for (number, label) in finding.related.iter().take(RELATED).enumerate() {
        if !links.iter().any(|link| link.1 == number + 1) {
            let text = format!("{}: {}", place(&label.location), escape::line(&label.message));
            lines.push(format!("[{}]({})", link_text(&text), number + 1));
        }
    }
    if finding.related.len() > RELATED {
        lines.push(format!("and {} more places", finding.related.len() - RELATED));
    }
    lines.extend(finding.help.iter().map(|help| plain(&format!("help: {help}"))));
    join(lines)
}

/// Lines of text without links.
pub(super) fn lines(texts: &[String]) -> String {
    join(texts.iter().map(|text| plain(text)).collect())
}

fn join(lines: Vec<String>) -> String {
    let mut text = String::new();
    for line in lines.iter().filter(|line| !line.is_empty()) {
        if text.len() > WHOLE {
            return text + "\n[cut: the whole text is in `lockstep check`]";
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text += line;
    }
    text
}

/// The places in `sentence` of functions that a related place names as well, each function once, with the numbers of
/// these places.
fn links(finding: &Finding, sentence: &str) -> Vec<(Range<usize>, usize)> {
    let mut links: Vec<(Range<usize>, usize)> = Vec::new();
    for function in &finding.functions {
        let name = format!("`{function}`");
        let named = finding.related.iter().take(RELATED).position(|label| label.message.contains(&name));
        let (Some(number), Some(at)) = (named, sentence.find(&name)) else { continue };
        let range = at..at + name.len();
        if links.iter().all(|(other, taken)| *taken != number + 1 && (other.end <= at || range.end <= other.start)) {
            links.push((range, number + 1));
        }
    }
    links.sort_by_key(|(range, _)| range.start);
    links
}

/// `sentence` with its links.
fn linked(sentence: &str, links: &[(Range<usize>, usize)]) -> String {
    let (mut text, mut from) = (String::new(), 0);
    for (range, number) in links {
        text += &plain(&sentence[from..range.start]);
        text += &format!("[{}]({number})", link_text(&sentence[range.clone()]));
        from = range.end;
    }
    text + &plain(&sentence[from..])
}

/// One harmless line.
fn plain(text: &str) -> String {
    torn(&escape::cut(text, LINE))
}

/// What no viewer takes for a link or an argument.
fn torn(text: &str) -> String {
    let mut out = text.replace("](", "] (");
    for digit in '0'..='9' {
        out = out.replace(&format!("{{{digit}"), &format!("{{{{{digit}"));
    }
    out
}

/// The text of a link: brackets and the backslash are escaped there.
fn link_text(text: &str) -> String {
    let text = plain(text);
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(c, '[' | ']' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
