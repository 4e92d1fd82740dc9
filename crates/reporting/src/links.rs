//! Places as links that a terminal can open (OSC 8). Only what this crate drew itself becomes one, and an address holds
//! nothing but letters, digits and percent signs of names from the repository.

use std::fmt::Write as _;

/// What precedes a place in a diagnostic, drawn in Unicode and in ASCII.
const BORDERS: [&str; 2] = ["┌─", "-->"];

/// The drawing `text` with the places of its diagnostics linked to files below `root`, an address that ends in `/`.
pub(crate) fn link_places(text: &str, root: &str) -> String {
    let mut out = String::with_capacity(text.len() + 128);
    for line in text.split_inclusive('\n') {
        match place_in(line) {
            Some(start) => {
                let place = line[start..].trim_end();
                out.push_str(&line[..start]);
                link(&mut out, root, place);
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

/// Writes `place` (`path:line:column`) as a link to its file.
fn link(out: &mut String, root: &str, place: &str) {
    let path = place.rsplitn(3, ':').last().unwrap_or(place);
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
            assert_eq!(link_places(&format!("{border}x;/h.py:3:1\n"), &root), format!("{border}{linked}\n"));
        }
        for line in ["3 │ --> x\n", "   = note: ┌─ x\n", "   ┌─ \n", "\n", ""] {
            assert_eq!(link_places(line, &root), line);
        }
    }

    proptest! {
        #[test]
        fn an_address_holds_no_escape(text in "\\PC{0,20}|[\u{1b}\u{7}\\\\;:]{0,9}") {
            let address = address_of(&text);
            prop_assert!(address.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%:".contains(&byte)));
        }
    }
}
