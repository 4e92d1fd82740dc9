//! Places as links that a terminal can open (OSC 8). Only what this crate drew itself becomes one, and an address holds
//! nothing but letters, digits and percent signs of names from the repository.

use std::fmt::Write as _;

/// What precedes a place in a diagnostic, drawn in Unicode and in ASCII.
const BORDERS: [&str; 2] = ["┌─", "-->"];

/// The drawing `text` with the places of its diagnostics linked to files below `root`, an address that ends in `/`; those
/// that begin with the first part of one of `others` to files below its second.
pub(crate) fn link_places(text: &str, root: &str, others: &[(String, String)]) -> String {
    let mut out = String::with_capacity(text.len() + 128);
    for line in text.split_inclusive('\n') {
        match place_in(line) {
            Some(start) => {
                let place = line[start..].trim_end();
                out.push_str(&line[..start]);
                let of = others.iter().filter(|(start, _)| place.starts_with(start.as_str()));
                match of.max_by_key(|(start, _)| start.len()) {
                    Some((start, root)) => link(&mut out, root, place, start.len()),
                    None => link(&mut out, root, place, 0),
                }
                out.push_str(&line[start + place.len()..]);
            }
            None => out.push_str(line),
        }
    }
    out
}

/// Where the place begins in a line that opens an excerpt.
fn place_in(line: &str) -> Option<usize> {
    let opened = skip_blank(line);
    let border = BORDERS.iter().find(|border| opened.starts_with(**border))?;
    let place = skip_blank(&opened[border.len()..]);
    (!place.trim_end().is_empty()).then(|| line.len() - place.len())
}

/// `text` without spaces and colours in front.
fn skip_blank(mut text: &str) -> &str {
    loop {
        let rest = text.trim_start_matches(' ');
        match rest.strip_prefix("\u{1b}[").and_then(|colour| colour.split_once('m')) {
            Some((numbers, after)) if numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') => text = after,
            _ => return rest,
        }
    }
}

/// Writes `place` (`path:line:column`) as a link to its file, which is called in `root` what follows `skipped` bytes.
fn link(out: &mut String, root: &str, place: &str, skipped: usize) {
    let path = place.rsplitn(3, ':').last().unwrap_or(place);
    let path = path.get(skipped..).unwrap_or_default();
    out.push_str("\u{1b}]8;;");
    out.push_str(root);
    push_encoded(out, path);
    // Writing to a string cannot fail.
    let _ = write!(out, "\u{1b}\\{place}\u{1b}]8;;\u{1b}\\");
}

/// The address of the folder `path`, for [`crate::Options::links`].
pub fn address_of(path: &str) -> String {
    let mut out = String::from("file://");
    let path = path.replace('\\', "/");
    if !path.starts_with('/') {
        out.push('/');
    }
    push_encoded(&mut out, &path);
    if !out.ends_with('/') {
        out.push('/');
    }
    out
}

fn push_encoded(out: &mut String, path: &str) {
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn places_become_links_and_nothing_else_does() {
        let root = address_of("/home/a b");
        assert_eq!(root, "file:///home/a%20b/");
        let linked = "\u{1b}]8;;file:///home/a%20b/x%3B/h.py\u{1b}\\x;/h.py:3:1\u{1b}]8;;\u{1b}\\";
        for border in ["   ┌─ ", "  --> ", "  \u{1b}[36m┌─\u{1b}[0m "] {
            assert_eq!(link_places(&format!("{border}x;/h.py:3:1\n"), &root, &[]), format!("{border}{linked}\n"));
        }
        for line in ["3 │ --> x\n", "   = note: ┌─ x\n", "   ┌─ \n", "\n", ""] {
            assert_eq!(link_places(line, &root, &[]), line);
        }
    }

    #[test]
    fn places_of_other_folders_lead_there() {
        let others = [("b/".to_owned(), "file:///else/b/".to_owned())];
        let linked = "  --> \u{1b}]8;;file:///else/b/h.py\u{1b}\\b/h.py:3:1\u{1b}]8;;\u{1b}\\\n";
        assert_eq!(link_places("  --> b/h.py:3:1\n", "file:///here/", &others), linked);
        assert!(link_places("  --> bc/h.py:3:1\n", "file:///here/", &others).contains("file:///here/bc/h.py"));
    }

    proptest! {
        #[test]
        fn an_address_holds_no_escape(text in "\\PC{0,20}|[\u{1b}\u{7}\\\\;:]{0,9}") {
            let address = address_of(&text);
            prop_assert!(address.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%:".contains(&byte)));
        }
    }
}
