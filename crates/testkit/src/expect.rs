//! Comparing output with what a page expects: `...` on a line of its own stands for any lines, `[..]` inside a line
//! for any text.

/// True if `actual` is what `expected` describes. Spaces at the ends of lines do not count.
pub fn matches(expected: &[String], actual: &[String]) -> bool {
    wildcard(expected, actual, |line| line.trim() == "...", |pattern, line| line_matches(pattern, line))
}

/// True if one line is what `pattern` describes.
pub(crate) fn line_matches(pattern: &str, line: &str) -> bool {
    let (pattern, line) = (pattern.trim_end(), line.trim_end());
    let mut parts = pattern.split("[..]");
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Matching with one kind of wildcard: on a mismatch, the last wildcard takes one item more.
fn wildcard<P, T>(pattern: &[P], items: &[T], any: impl Fn(&P) -> bool, same: impl Fn(&P, &T) -> bool) -> bool {
    let (mut at, mut item) = (0, 0);
    let mut last: Option<(usize, usize)> = None;
    while item < items.len() {
        if at < pattern.len() && any(&pattern[at]) {
            last = Some((at, item));
            at += 1;
        } else if at < pattern.len() && same(&pattern[at], &items[item]) {
            at += 1;
            item += 1;
        } else if let Some((star, start)) = last {
            last = Some((star, start + 1));
            at = star + 1;
            item = start + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(any)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn dots_stand_for_lines_and_brackets_for_text() {
        let cases = [
            ("a\nb", "a\nb", true),
            ("a\nb", "a", false),
            ("a", "a\nb", false),
            ("...", "", true),
            ("a\n...", "a", true),
            ("...\nz", "a\nz\nb\nz", true),
            ("a\n...\nc\n...\nd", "a\nb\nc\nd", true),
            ("a\n...\nc", "a\nb", false),
            ("x [..] z", "x any y z", true),
            ("x [..] z", "x z", false),
            ("[..]a[..]b", "1a2ab", true),
            ("[..]", "", true),
            ("a  ", "a", true),
            ("a[..]a", "a", false),
        ];
        for (expected, actual, result) in cases {
            let actual = if actual.is_empty() && expected == "[..]" { vec![String::new()] } else { lines(actual) };
            assert_eq!(matches(&lines(expected), &actual), result, "{expected:?} / {actual:?}");
        }
    }
}
