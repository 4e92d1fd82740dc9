//! Where the blocks of a YAML manifest stand, told by indentation alone.
//!
//! A template of 300 kB with a thousand versions takes seconds to parse, and next to no version changes more than one
//! block. So blocks are first found as text and compared as text; only those that differ are parsed. Where indentation
//! does not say enough (flow style, tabs, a key that stands twice), the answer is that it does not.

use std::{collections::BTreeMap, ops::Range};

/// What the lines of a text say of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The bytes of its lines, its key among them.
    At(Range<usize>),
    /// It is not there.
    Absent,
    /// It may be there: only a parser can tell.
    Unclear,
}

/// A key above a line.
struct Above<'t> {
    indent: usize,
    key: &'t str,
    /// The wanted block that it opened: its number, and where it began.
    opened: Option<(usize, usize)>,
}

/// A line that begins with a key.
struct Line<'t> {
    indent: usize,
    key: &'t str,
    /// True if a value follows on the same line.
    has_value: bool,
}

/// Where the blocks that `wanted` lead to stand in `text`, in the order of `wanted`.
pub(super) fn outline<'k>(text: &str, wanted: impl Iterator<Item = &'k [String]>) -> Vec<Place> {
    // No keys lead to the whole text.
    let at_first = |keys: &[String]| if keys.is_empty() { Place::At(0..text.len()) } else { Place::Absent };
    let mut places: Vec<(&[String], Place)> = wanted.map(|keys| (keys, at_first(keys))).collect();
    if !is_block_style(text) {
        return vec![Place::Unclear; places.len()];
    }
    let deepest = places.iter().map(|(keys, _)| keys.len()).max().unwrap_or(0);
    let by_keys: BTreeMap<&[String], usize> =
        places.iter().enumerate().map(|(number, (keys, _))| (*keys, number)).collect();
    let mut above: Vec<Above<'_>> = Vec::new();
    let mut at = 0;
    for whole in text.split_inclusive('\n') {
        let start = at;
        at += whole.len();
        let Some((indent, is_item)) = indentation(whole) else { continue };
        while above.last().is_some_and(|outer| outer.indent > indent || (outer.indent == indent && !is_item)) {
            close(above.pop(), start, &mut places);
        }
        if above.len() == deepest {
            continue;
        }
        let Some(line) = key_of(whole) else { continue };
        let keys: Vec<&str> = above.iter().map(|above| above.key).chain([line.key]).collect();
        let found = by_keys.iter().find(|(path, _)| path.iter().map(String::as_str).eq(keys.iter().copied()));
        let opened = found.map(|(_, number)| (*number, start));
        if line.has_value {
            // What stands on the line of a key above a block may hold the block.
            let holds = |path: &[String]| path.len() > keys.len() && path.iter().zip(&keys).all(|(a, b)| a == b);
            places.iter_mut().filter(|(path, _)| holds(path)).for_each(|(_, place)| *place = Place::Unclear);
        }
        above.push(Above { indent: line.indent, key: line.key, opened });
    }
    while let Some(last) = above.pop() {
        close(Some(last), text.len(), &mut places);
    }
    places.into_iter().map(|(_, place)| place).collect()
}

/// Ends the block that a key opened, if it opened one, at `end`.
fn close(key: Option<Above<'_>>, end: usize, places: &mut [(&[String], Place)]) {
    if let Some((number, start)) = key.and_then(|key| key.opened) {
        let place = &mut places[number].1;
        *place = if *place == Place::Absent { Place::At(start..end) } else { Place::Unclear };
    }
}

/// False for flow style at the top, and for tabs and complex keys, in which indentation is no guide.
fn is_block_style(text: &str) -> bool {
    !text.trim_start().starts_with(['{', '[']) && !text.lines().any(|line| line.starts_with(['\t', '?']))
}

/// The width of the white space before what a line says, and whether it is an item of a list; none if it says nothing.
fn indentation(line: &str) -> Option<(usize, bool)> {
    let said = line.trim_start_matches(' ');
    let nothing = said.trim().is_empty() || said.starts_with('#');
    (!nothing).then(|| (line.len() - said.len(), said.starts_with("- ")))
}

/// The key that a line begins with, be it in an item of a list.
fn key_of(line: &str) -> Option<Line<'_>> {
    let said = line.trim_start_matches([' ']);
    let item = said.strip_prefix("- ").map_or(said, |item| item.trim_start_matches(' '));
    let indent = line.len() - item.len();
    let end = item.find(": ").or_else(|| item.trim_end().strip_suffix(':').map(str::len))?;
    let value = item[end + 1..].trim();
    let has_value = !(value.is_empty() || value.starts_with('#'));
    Some(Line { indent, key: item[..end].trim_end().trim_matches(['"', '\'']), has_value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, keys: &[&str]) -> Vec<String> {
        let keys: Vec<Vec<String>> = keys.iter().map(|path| path.split('/').map(str::to_owned).collect()).collect();
        let places = outline(text, keys.iter().map(Vec::as_slice));
        let told = |place| match place {
            Place::At(range) => text[range].to_owned(),
            Place::Absent => "absent".to_owned(),
            Place::Unclear => "unclear".to_owned(),
        };
        places.into_iter().map(told).collect()
    }

    #[test]
    fn blocks_end_where_the_indentation_does() {
        let text = "Resources:\n  A:\n    Type: x\n\n    # words\n    B: 1\n  \"C\":\n    Type: y\nOutputs:\n  A: 2\n";
        let keys = ["Resources/A", "Resources/C", "Resources/D", "Outputs/A", "Resources"];
        let expected = [
            "  A:\n    Type: x\n\n    # words\n    B: 1\n",
            "  \"C\":\n    Type: y\n",
            "absent",
            "  A: 2\n",
            &text[..text.find("Outputs").unwrap()],
        ];
        assert_eq!(found(text, &keys), expected);
    }

    #[test]
    fn items_of_lists_are_passed_through() {
        for text in ["functions:\n- a:\n    x: 1\n- b: 2\nz: 3\n", "functions:\n  - a:\n      x: 1\n  - b: 2\nz: 3\n"] {
            let [a, b] = &found(text, &["functions/a", "functions/b"])[..] else { panic!("two") };
            assert!(a.trim_start().starts_with("- a:") && a.ends_with("x: 1\n"), "{a}");
            assert!(b.trim_start().starts_with("- b:") && b.ends_with("2\n"), "{b}");
        }
    }

    #[test]
    fn what_indentation_does_not_tell_is_unclear() {
        assert_eq!(found("{a: {b: 1}}\n", &["a/b"]), ["unclear"]);
        assert_eq!(found("a: {b: 1}\n", &["a/b", "a", "c"]), ["unclear", "a: {b: 1}\n", "absent"]);
        assert_eq!(found("a: *other\n", &["a/b"]), ["unclear"]);
        assert_eq!(found("a:\n  b: 1\n  b: 2\n", &["a/b"]), ["unclear"]);
        assert_eq!(found("a:\n\tb: 1\n", &["a/b"]), ["unclear"]);
        assert_eq!(found("a: # words\n  b: 1\n", &["a/b"]), ["  b: 1\n"]);
        // What looks like a key in a text stands below the key of the text.
        assert_eq!(found("a:\n  c: |\n    b: 1\n", &["a/b", "b"]), ["absent", "absent"]);
    }
}
