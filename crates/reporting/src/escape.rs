//! Making text from strangers harmless: commit subjects, authors, file names and source lines may hold anything, and
//! terminals and CI runners obey what they read.

use std::borrow::Cow;

/// True for characters that move the cursor, reorder text, hide, or end a line where none should end.
fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What is shown for one character of a line.
pub(crate) fn push_visible(out: &mut String, c: char) {
    match c {
        '\t' => out.push(' '),
        c if is_dangerous(c) => out.extend(c.escape_default()),
        c => out.push(c),
    }
}

/// `text` as one harmless line: control characters, line ends, direction marks and invisible characters become
/// escapes that can be read (`\n`, `\u{1b}`), a tab becomes a space.
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    text.chars().for_each(|c| push_visible(&mut out, c));
    Cow::Owned(out)
}

/// [`line`], cut to `columns` characters with a mark where something is missing.
pub fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    let whole = line(text);
    if whole.chars().count() <= columns {
        return whole;
    }
    let kept: String = whole.chars().take(columns.saturating_sub(3)).collect();
    Cow::Owned(kept.trim_end().to_owned() + "...")
}

/// Text for the log of GitHub Actions, in which no line is a command: the runner obeys lines that start with `::`
/// (white space before it does not help) and, from older days, `##[` anywhere.
pub fn disarm_workflow_commands(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for line in text.split_inclusive(['\n', '\r']) {
        let start = line.len() - line.trim_start().len();
        if line[start..].starts_with("::") {
            out.push_str(&line[..start]);
            out.push_str(": :");
            out.push_str(&line[start + 2..].replace("##[", "# #["));
        } else {
            out.push_str(&line.replace("##[", "# #["));
        }
    }
    out
}

/// A finished JSON document whose strings hold nothing that a terminal or a runner obeys. The document means the
/// same as before: the characters are written as JSON escapes.
pub(crate) fn json(document: &str) -> String {
    let mut out = String::with_capacity(document.len() + 16);
    let mut units = [0u16; 2];
    for c in document.chars() {
        if c != '\n' && is_dangerous(c) {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    // `#` can stand in strings only, so an escape for it is safe.
    out.replace("##[", "#\\u0023[")
}

/// `text` as one harmless line for HTML, in an element or in a quoted attribute.
pub(crate) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A finished JSON document for a `<script>` element: [`json`], and nothing in it can end the element or begin another.
/// The document means the same as before.
pub(crate) fn json_in_html(document: &str) -> String {
    // These can stand in strings only, so escapes for them are safe.
    json(document).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// `text` for XML 1.0, in an element or between double quotes. Characters that no XML document may hold, not even as a
/// reference, become escapes that can be read.
pub(crate) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push(c),
            c if is_dangerous(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    // What a runner of GitHub Actions would obey in a log means the same as a reference.
    let mut safe = String::with_capacity(out.len());
    for line in out.split_inclusive('\n') {
        match line.split_once("::") {
            Some((blank, rest)) if blank.trim().is_empty() => safe.push_str(&format!("{blank}&#58;:{rest}")),
            _ => safe.push_str(line),
        }
    }
    safe.replace("##[", "#&#35;[")
}

/// `path` as the path of a relative URI: all but letters, digits, `-._~` and `/` is percent-encoded, so that no part of
/// it can be taken for a scheme, a query or an address.
pub(crate) fn uri_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len() + 8);
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shows_what_it_disarms() {
        let cases = [
            ("plain `name`", "plain `name`"),
            ("a\nb\r\tc", "a\\nb\\r c"),
            ("\u{1b}[31mred\u{9b}2J", "\\u{1b}[31mred\\u{9b}2J"),
            ("user\u{202e}txt.exe\u{2028}", "user\\u{202e}txt.exe\\u{2028}"),
            ("Zoë 東京", "Zoë 東京"),
        ];
        for (text, expected) in cases {
            assert_eq!(line(text), expected);
        }
    }

    #[test]
    fn cuts_with_a_mark() {
        assert_eq!(cut("abcdefgh", 8), "abcdefgh");
        assert_eq!(cut("abcdefghi", 8), "abcde...");
    }

    #[test]
    fn breaks_commands_and_nothing_else() {
        assert_eq!(
            disarm_workflow_commands("  ::error::x\na::b\n##[add-mask]y"),
            "  : :error::x\na::b\n# #[add-mask]y"
        );
    }

    #[test]
    fn html_holds_no_markup() {
        assert_eq!(html("<a href='x'>\u{202e}\"&\n"), "&lt;a href=&#39;x&#39;&gt;\\u{202e}&quot;&amp;\\n");
    }

    proptest! {
        #[test]
        fn json_for_html_keeps_its_meaning(text in any::<String>(), tail in "[<>&!/\\-\u{2028}\u{2029}a-z]{0,20}") {
            let value = serde_json::json!({ "text": text + &tail });
            let safe = json_in_html(&serde_json::to_string(&value).unwrap());
            prop_assert!(!safe.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{safe}");
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
        }

        #[test]
        fn a_line_is_one_line_without_controls(text in any::<String>()) {
            prop_assert!(!line(&text).chars().any(|c| c.is_control()));
            prop_assert!(!line(&text).contains(['\u{202e}', '\u{2028}', '\u{2029}']), "{text:?}");
        }

        #[test]
        fn no_line_is_a_command(text in "[:# \\[a\n\r\t\u{a0}\u{2003}]{0,40}") {
            let safe = disarm_workflow_commands(&text);
            prop_assert!(!safe.contains("##["));
            for line in safe.split(['\n', '\r']) {
                prop_assert!(!line.trim_start().starts_with("::"), "{safe:?}");
            }
        }

        #[test]
        fn json_keeps_its_meaning(text in any::<String>(), tail in "[#\\[\u{7f}\u{9b}\u{202e}\u{e0041}]{0,9}") {
            let value = serde_json::json!({ "text": text + &tail });
            let safe = json(&serde_json::to_string_pretty(&value).unwrap());
            prop_assert!(!safe.chars().any(|c| c != '\n' && is_dangerous(c)));
            prop_assert!(!safe.contains("##["));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
        }
    }
}
