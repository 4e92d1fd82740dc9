//! A quick look at two texts of a language of the C family: if what they say differs, comments and lines that import
//! apart, so do their trees.

use std::{
    cmp::Ordering,
    hash::{Hash, Hasher},
};

use rustc_hash::FxHasher;

use crate::ends;

/// What a language leaves to its writers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Lines that begin with `import` may be in any order, and may say nothing.
    OfImports,
    /// Other lines that bring names in may be in any order as well: only which words there are is looked at.
    OfWords,
    /// Nothing: an import counts where it stands.
    Fixed,
}

/// False if what stands outside of comments surely differs, by `order`. True says nothing.
///
/// The look is rough (it knows no raw strings of C#, say): where it is wrong, a change counts that need not.
pub(super) fn may_agree(order: Order, before: &str, after: &str) -> bool {
    let (before, after) = (before.as_bytes(), after.as_bytes());
    let mut one = Scan { order, bytes: before, at: 0, hash: 0, signs: 0 };
    one.go_on_before(ends::same_start(before, after));
    let mut other = Scan { bytes: after, ..one };
    let same_end = ends::same_end(before, after);
    loop {
        let (left, other_left) = (before.len() - one.at, after.len() - other.at);
        // What is left is the same, and the byte before it, which may end a line: the same is found in it.
        if left == other_left && left < same_end {
            return one.hash == other.hash;
        }
        if one.signs == other.signs && one.hash != other.hash && order != Order::OfWords {
            return false;
        }
        // Side by side as far as is known, so that the first difference ends it.
        let is_behind = match one.signs.cmp(&other.signs) {
            Ordering::Less => left > 0,
            Ordering::Greater => other_left == 0,
            Ordering::Equal => left > other_left,
        };
        let behind = if is_behind { &mut one } else { &mut other };
        let Some(byte) = behind.peek(0) else { return one.hash == other.hash };
        behind.step(byte);
    }
}

/// A look at what stands outside of comments: a hash of all signs in their order, but for white space and what a layout may
/// add or leave out; or of the words, whatever their order.
#[derive(Clone, Copy)]
struct Scan<'a> {
    order: Order,
    bytes: &'a [u8],
    at: usize,
    hash: u64,
    /// How many signs are in it, if their order counts.
    signs: usize,
}

/// No step looks at more bytes than these beyond its end.
const AHEAD: usize = 16;

/// True for bytes at which a comment, a string or an import may begin: see [`Scan::step`].
fn may_open(byte: u8) -> bool {
    matches!(byte, b'/' | b'"' | b'`' | b'\'' | b'i')
}

impl<'a> Scan<'a> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// Goes as far as nothing from `end` on is looked at, in what both texts begin with: only what comments and strings look
    /// like has to be known of it.
    fn go_on_before(&mut self, end: usize) {
        while let Some(byte) = self.peek(0) {
            let before = *self;
            if may_open(byte) {
                self.step(byte);
            } else {
                self.at += self.word().len().max(1);
            }
            if self.at + AHEAD > end {
                *self = before;
                return;
            }
        }
    }

    fn step(&mut self, byte: u8) {
        match (byte, self.peek(1)) {
            (b'/', Some(b'/')) => self.skip_past(b"\n"),
            (b'/', Some(b'*')) => self.skip_past(b"*/"),
            (b'"', Some(b'"')) if self.peek(2) == Some(b'"') => self.quoted(b"\"\"\""),
            (b'"', _) => self.quoted(b"\""),
            (b'`', _) => self.quoted(b"`"),
            (b'\'', _) => self.character(),
            (b'i', _) if self.imports(b"import (") => self.skip_past(b")"),
            (b'i', _) if self.imports(b"import ") => self.skip_past(b"\n"),
            _ => self.take(byte),
        }
    }

    /// Lines that bring names in are passed over where they may say nothing: whether the names are used is for the tree to
    /// say.
    fn imports(&self, words: &[u8]) -> bool {
        let starts_line = self.at == 0 || self.bytes[self.at - 1] == b'\n';
        self.order != Order::Fixed && starts_line && self.bytes[self.at..].starts_with(words)
    }

    fn skip_past(&mut self, end: &[u8]) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memmem::find(rest, end).map_or(rest.len(), |at| at + end.len());
    }

    /// What is in a string counts; signs of comments in it are none.
    fn quoted(&mut self, end: &[u8]) {
        self.skip(end.len());
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' if end != b"`" => self.skip(2),
                b'\n' if end == b"\"" => return,
                _ if self.bytes[self.at..].starts_with(end) => {
                    self.skip(end.len());
                    return;
                }
                _ => self.take(byte),
            }
        }
    }

    /// `'"'` and `'\\'` open no string.
    fn character(&mut self) {
        let length = if self.peek(1) == Some(b'\\') { 4 } else { 3 };
        self.skip(if self.peek(length - 1) == Some(b'\'') { length } else { 1 });
    }

    /// Goes past signs that make no word.
    fn skip(&mut self, length: usize) {
        let end = (self.at + length).min(self.bytes.len());
        while self.at < end {
            self.sign(self.bytes[self.at]);
            self.at += 1;
        }
    }

    /// The word that begins here; empty if none does.
    fn word(&self) -> &'a [u8] {
        let rest = &self.bytes[self.at..];
        &rest[..rest.iter().take_while(|byte| is_word(**byte)).count()]
    }

    /// Goes past a word or a sign.
    fn take(&mut self, byte: u8) {
        if !is_word(byte) {
            self.skip(1);
            return;
        }
        let word = self.word();
        self.at += word.len();
        if self.order == Order::OfWords {
            let mut hasher = FxHasher::default();
            word.hash(&mut hasher);
            self.hash = self.hash.wrapping_add(hasher.finish());
        } else {
            self.hash = word.iter().fold(self.hash, |hash, byte| mixed(hash, *byte));
            self.signs += word.len();
        }
    }

    /// Adds one sign, if their order counts.
    fn sign(&mut self, byte: u8) {
        let of_layout = byte.is_ascii_whitespace() || matches!(byte, b'(' | b')' | b',' | b';');
        if self.order != Order::OfWords && !of_layout {
            self.hash = mixed(self.hash, byte);
            self.signs += 1;
        }
    }
}

/// Spreads each sign over the whole hash: the multiplier of `FxHasher`.
const MIX: u64 = 0x517c_c1b7_2722_0a95;

fn mixed(hash: u64, byte: u8) -> u64 {
    (hash.rotate_left(5) ^ u64::from(byte)).wrapping_mul(MIX)
}

fn is_word(byte: u8) -> bool {
    OF_WORDS[usize::from(byte)]
}

/// Per byte: whether words are made of it.
const OF_WORDS: [bool; 256] = {
    let mut of_words = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let ascii = byte as u8;
        of_words[byte] = ascii.is_ascii_alphanumeric() || ascii == b'_' || ascii >= 0x80;
        byte += 1;
    }
    of_words
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The look from the first byte to the last.
    fn whole(order: Order, text: &str) -> u64 {
        let mut scan = Scan { order, bytes: text.as_bytes(), at: 0, hash: 0, signs: 0 };
        while let Some(byte) = scan.peek(0) {
            scan.step(byte);
        }
        scan.hash
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn what_both_have_in_common_need_not_be_looked_at(
            start in "[a-c \n/*\"'`\\\\(),;]{0,40}|(import a;\n|import \\(\n){0,3}",
            middles in ("[a-c \n/*\"'`\\\\]{0,8}", "[a-c \n/*\"'`\\\\]{0,8}"),
            end in "[a-c \n/*\"'`\\\\(),;]{0,40}|(\n|import a;\n|// b\n){0,4}",
            order in prop_oneof![Just(Order::OfImports), Just(Order::OfWords), Just(Order::Fixed)],
        ) {
            let (before, after) = (format!("{start}{}{end}", middles.0), format!("{start}{}{end}", middles.1));
            let expected = whole(order, &before) == whole(order, &after);
            prop_assert_eq!(may_agree(order, &before, &after), expected, "{:?}\n{}", before, after);
        }
    }
}
