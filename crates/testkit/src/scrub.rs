//! [`Scrub`]: hides what differs from run to run and from machine to machine.

use std::path::Path;

/// Replacements made in output before it is compared, in the order in which they were given.
#[derive(Clone, Debug, Default)]
pub struct Scrub {
    texts: Vec<(String, String)>,
    version: Option<String>,
}

impl Scrub {
    /// Hides durations (`12.3 ms`, `4s`) as `[DURATION]`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Hides `path`, as given and as the system says it in full, as `name` (`[REPO]`).
    #[must_use]
    pub fn path(mut self, path: &Path, name: &str) -> Self {
        let mut forms = vec![path.to_string_lossy().into_owned()];
        forms.extend(path.canonicalize().map(|full| full.to_string_lossy().into_owned()));
        // The longer first: one may be the beginning of the other.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        self.texts.extend(forms.into_iter().filter(|form| form.len() > 1).map(|form| (form, name.to_owned())));
        self
    }

    /// Hides `version` where it follows `lockstep` (`lockstep 0.1.0`, `"version": "0.1.0"`) as `[VERSION]`.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.version = Some(version.to_owned());
        self
    }

    /// The output without what differs.
    pub fn apply(&self, output: &str) -> String {
        let mut text = output.replace("\r\n", "\n");
        for (from, to) in &self.texts {
            text = text.replace(from, to);
        }
        if let Some(version) = &self.version {
            for before in ["lockstep ", "lockstep/", "lockstep v", "\"version\": \"", "\"semanticVersion\": \""] {
                text = text.replace(&format!("{before}{version}"), &format!("{before}[VERSION]"));
            }
        }
        hide_durations(&text)
    }
}

/// Numbers followed by a unit of time, at most one space between them, and no word on either side.
fn hide_durations(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(letter) = rest.chars().next() {
        let free = !(before.is_alphanumeric() || matches!(before, '_' | '.' | '-' | '/'));
        if let Some(length) = free.then(|| duration(rest)).flatten() {
            result.push_str("[DURATION]");
            rest = &rest[length..];
            before = ']';
        } else {
            result.push(letter);
            rest = &rest[letter.len_utf8()..];
            before = letter;
        }
    }
    result
}

/// The length of the duration at the beginning of `text`.
fn duration(text: &str) -> Option<usize> {
    let number = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    if number == 0 || !text.starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let after = &text[number..];
    let unit = after.strip_prefix(' ').unwrap_or(after);
    let name = ["ns", "µs", "us", "ms", "s"].into_iter().find(|name| {
        unit.strip_prefix(name)
            .is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
    })?;
    Some(text.len() - unit.len() + name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_what_differs_and_nothing_else() {
        let scrub = Scrub::new().version("0.1.0").path(Path::new("/anywhere/shop"), "[REPO]");
        for (text, expected) in [
            ("in 12.3 ms, 4s.", "in [DURATION], [DURATION]."),
            ("12 commits, 3 sources, d2s, v1.2 s3", "12 commits, 3 sources, d2s, v1.2 s3"),
            ("lockstep 0.1.0", "lockstep [VERSION]"),
            ("lodash 0.1.0", "lodash 0.1.0"),
            ("/anywhere/shop/a.ts:1", "[REPO]/a.ts:1"),
            ("a\r\nb", "a\nb"),
        ] {
            assert_eq!(scrub.apply(text), expected);
        }
    }
}
