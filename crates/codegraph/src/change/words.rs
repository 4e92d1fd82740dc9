//! A quick look at two texts of a language of the C family: if what they say differs, comments and lines that import
//! apart, so do their trees.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

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
    look(order, before) == look(order, after)
}

/// A hash of what stands outside of comments: of all signs in their order, but for white space and what a layout may add
/// or leave out; or of the words, whatever their order.
fn look(order: Order, text: &str) -> u64 {
    let mut scan = Scan { order, bytes: text.as_bytes(), at: 0, hash: 0 };
    while let Some(byte) = scan.peek(0) {
        scan.step(byte);
    }
    scan.hash
}

struct Scan<'a> {
    order: Order,
    bytes: &'a [u8],
    at: usize,
    hash: u64,
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

    /// Goes past a word or a sign.
    fn take(&mut self, byte: u8) {
        if self.order != Order::OfWords || !is_word(byte) {
            self.skip(1);
            return;
        }
        let start = self.at;
        while self.peek(0).is_some_and(is_word) {
            self.at += 1;
        }
        let mut hasher = FxHasher::default();
        self.bytes[start..self.at].hash(&mut hasher);
        self.hash = self.hash.wrapping_add(hasher.finish());
    }

    /// Adds one sign, if their order counts.
    fn sign(&mut self, byte: u8) {
        let of_layout = byte.is_ascii_whitespace() || matches!(byte, b'(' | b')' | b',' | b';');
        if self.order != Order::OfWords && !of_layout {
            self.hash = (self.hash.rotate_left(5) ^ u64::from(byte)).wrapping_mul(MIX);
        }
    }
}

/// Spreads each sign over the whole hash: the multiplier of `FxHasher`.
const MIX: u64 = 0x517c_c1b7_2722_0a95;

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
