//! A quick look at two texts of a language of the C family: if their words differ, comments and lines that import
//! apart, so do their trees.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

/// False if the words outside of comments and imports surely differ, whatever their order. True says nothing.
///
/// The look is rough (it knows no raw strings of C#, say): where it is wrong, a change counts that need not.
pub(super) fn may_agree(before: &str, after: &str) -> bool {
    sum(before) == sum(after)
}

/// A sum over all words, so that lists may be in another order.
fn sum(text: &str) -> u64 {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, sum: 0 };
    while let Some(byte) = scan.peek(0) {
        scan.step(byte);
    }
    scan.sum
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    sum: u64,
}

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn step(&mut self, byte: u8) {
        match (byte, self.peek(1)) {
            (b'/', Some(b'/')) => self.skip_past(b"\n"),
            (b'/', Some(b'*')) => self.skip_past(b"*/"),
            (b'"', Some(b'"')) if self.peek(2) == Some(b'"') => self.quoted(b"\"\"\""),
            (b'"', _) => self.quoted(b"\""),
            (b'`', _) => self.quoted(b"`"),
            (b'\'', _) => self.character(),
            (b'i', _) if self.starts_line_with(b"import (") => self.skip_past(b")"),
            (b'i', _) if self.starts_line_with(b"import ") => self.skip_past(b"\n"),
            _ if is_word(byte) => self.word(),
            _ => self.at += 1,
        }
    }

    /// Lines that bring names in are passed over: whether the names are used is for the tree to say.
    fn starts_line_with(&self, words: &[u8]) -> bool {
        let starts_line = self.at == 0 || self.bytes[self.at - 1] == b'\n';
        starts_line && self.bytes[self.at..].starts_with(words)
    }

    fn skip_past(&mut self, end: &[u8]) {
        let rest = &self.bytes[self.at..];
        self.at += rest.windows(end.len()).position(|window| window == end).map_or(rest.len(), |at| at + end.len());
    }

    /// The words of a string count; signs of comments in it are none.
    fn quoted(&mut self, end: &[u8]) {
        self.at += end.len();
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' if end != b"`" => self.at += 2,
                b'\n' if end == b"\"" => return,
                _ if self.bytes[self.at..].starts_with(end) => {
                    self.at += end.len();
                    return;
                }
                _ if is_word(byte) => self.word(),
                _ => self.at += 1,
            }
        }
    }

    /// `'"'` and `'\\'` open no string.
    fn character(&mut self) {
        let length = if self.peek(1) == Some(b'\\') { 4 } else { 3 };
        self.at += if self.peek(length - 1) == Some(b'\'') { length } else { 1 };
    }

    fn word(&mut self) {
        let start = self.at;
        while self.peek(0).is_some_and(is_word) {
            self.at += 1;
        }
        let mut hasher = FxHasher::default();
        self.bytes[start..self.at].hash(&mut hasher);
        self.sum = self.sum.wrapping_add(hasher.finish());
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
