//! A glance at the lines in which two versions of a JavaScript or TypeScript file differ: if one of them has a word that the
//! other has nowhere, they say different things, and neither need be parsed. Most changes bring a new name, or a new text.
//!
//! Words of comments and of imports say nothing here, nor do numbers, which may be written in several ways. Where it is not
//! sure what a word is, as behind a backslash, nothing is said.

use std::collections::BTreeSet;

use memchr::memmem;

use crate::{ends, names::is_of_name};

/// True if the two surely do not say the same, should they parse. False says nothing.
pub(super) fn tells_apart(before: &str, after: &str) -> bool {
    let (before, after) = (before.as_bytes(), after.as_bytes());
    let start = ends::same_start(before, after);
    let end = ends::same_end(&before[start..], &after[start..]);
    // Whole lines, so that no word and no comment of one line is cut.
    let start = memchr::memrchr(b'\n', &before[..start]).map_or(0, |at| at + 1);
    let tail = &before[before.len() - end..];
    let end = memchr::memchr(b'\n', tail).map_or(0, |at| tail.len() - at);
    let (head, tail) = (&before[..start], &before[before.len() - end..]);
    if is_open(head) {
        return false;
    }
    let lines = [before, after].map(|text| &text[start..text.len() - end]);
    if lines.iter().any(|lines| memchr::memchr(b'\\', lines).is_some()) {
        return false;
    }
    let [one, other] = lines.map(words);
    one.symmetric_difference(&other).any(|word| !has_word(head, word) && !has_word(tail, word))
}

/// True if a comment of several lines or an import may go on behind `head`.
fn is_open(head: &[u8]) -> bool {
    let comment = memmem::rfind(head, b"/*").is_some_and(|opens| memmem::find(&head[opens..], b"*/").is_none());
    let import = memmem::rfind(head, b"import").is_some_and(|at| memchr::memchr2(b'\'', b'"', &head[at..]).is_none());
    comment || import
}

/// The words of whole lines of code.
fn words(text: &[u8]) -> BTreeSet<&[u8]> {
    let (mut words, mut at) = (BTreeSet::new(), 0);
    while let Some(byte) = text.get(at) {
        let rest = &text[at..];
        let length = rest.iter().take_while(|byte| is_of_name(**byte)).count();
        if length == 0 {
            at += match rest {
                [b'/', b'/', ..] => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
                [b'/', b'*', ..] => memmem::find(&rest[2..], b"*/").map_or(rest.len(), |end| end + 4),
                _ => 1,
            };
            continue;
        }
        let word = &rest[..length];
        if word == b"import" {
            at += length_of_import(rest);
            continue;
        }
        if !byte.is_ascii_digit() {
            words.insert(word);
        }
        at += length;
    }
    words
}

/// The bytes up to the end of the text in quotes that an import ends with.
fn length_of_import(rest: &[u8]) -> usize {
    let quoted = |at: usize| {
        let end = memchr::memchr(rest[at], &rest[at + 1..])?;
        Some(at + end + 2)
    };
    memchr::memchr2(b'\'', b'"', rest).and_then(quoted).unwrap_or(rest.len())
}

/// True if `word` stands in `text`, by itself.
fn has_word(text: &[u8], word: &[u8]) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_none_or(|byte| !is_of_name(*byte));
    memmem::find_iter(text, word).any(|at| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        is_end(before) && is_end(text.get(at + word.len()))
    })
}

#[cfg(test)]
mod tests {
    use lockstep_model::RepoPath;
    use proptest::prelude::*;

    use super::{super::agree::agree_by_trees, *};

    #[test]
    fn new_words_are_seen() {
        for (before, after) in [
            ("f(a)\n", "f(b)\n"),
            ("const a = 'x y'\n", "const a = 'x z'\n"),
            ("/* c */\nf()\n", "/* c */\nf()\ng()\n"),
            ("import a from 'a'\na()\n", "import a from 'a'\na(b)\n"),
        ] {
            assert!(tells_apart(before, after) && tells_apart(after, before), "{before}\n---\n{after}");
        }
    }

    #[test]
    fn what_may_say_the_same_is_left_to_the_trees() {
        for (before, after) in [
            ("f(a) // b\n", "f(a) // c\n"),
            ("/*\nb\n*/\nf(a)\n", "/*\nc\n*/\nf(a)\n"),
            ("import {\n  a,\n  b,\n} from './m'\na()\n", "import {\n  a,\n  c,\n} from './m'\na()\n"),
            ("import a from './m'\nf()\n", "f()\n"),
            ("f({ a: a })\n", "f({ a })\n"),
            ("f(255)\n", "f(0xff)\n"),
            ("f('\\u0041')\n", "f('A')\n"),
            ("f(a, b)\nb\n", "f(a)\nb\n"),
        ] {
            assert!(!tells_apart(before, after) && !tells_apart(after, before), "{before}\n---\n{after}");
        }
    }

    /// Lines of which a file may consist.
    const LINES: [&str; 16] = [
        "import { a, b } from './m'",
        "import {",
        "  c,",
        "} from \"./n\"",
        "// d e",
        "/* f",
        "g */",
        "const h = (i) => j(i)",
        "const k = 'l m'",
        "f({ n: n, 'o': 1 })",
        "const p = `q ${r} // s`",
        "if (t) u()",
        "type V = W | 'x'",
        "/[/*]/.test(y)",
        "export { z } from './z'",
        "const t = 'https://a.b/c/*'",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

        #[test]
        fn what_is_told_apart_differs_by_the_trees(
            before in proptest::collection::vec(0..LINES.len(), 0..8),
            removed in 0..8_usize,
            added in proptest::collection::vec(0..LINES.len(), 0..3),
        ) {
            let mut after = before.clone();
            let at = removed.min(after.len());
            after.splice(at..(at + removed % 3).min(before.len()), added);
            let [before, after] = [before, after].map(|lines| -> String {
                lines.into_iter().map(|line| format!("{}\n", LINES[line])).collect()
            });
            if tells_apart(&before, &after) {
                let path = RepoPath::new("a.ts").unwrap();
                prop_assert_ne!(agree_by_trees(&path, &before, &after), Some(true), "{}\n---\n{}", before, after);
            }
        }
    }
}
