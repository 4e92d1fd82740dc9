//! How deep a text of brackets and operators can nest, without parsing it.
//!
//! Parsers and their visitors recurse; a text made to nest a hundred thousand deep would overflow the stack, which
//! no error handling catches. This bound is read off the bytes first.

use memchr::{memchr, memmem};

/// What the scan knows of one bracket level.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Operators and keywords since the last end of a statement or of an item: each may be one level of the tree.
    chain: usize,
    /// A `}`, `;` or end of line was seen: the chain ends, unless the next token goes on with it.
    ended: bool,
    /// It is the `${` of a template string: its `}` goes back into the text.
    template: bool,
}

impl Level {
    /// A new statement or item begins; what encloses it stays.
    fn restart(&mut self) {
        self.chain = 0;
        self.ended = false;
    }
}

/// True for words that open a level without a bracket.
fn is_opener(word: &[u8]) -> bool {
    matches!(
        word,
        b"if"
            | b"else"
            | b"for"
            | b"while"
            | b"do"
            | b"with"
            | b"await"
            | b"typeof"
            | b"void"
            | b"delete"
            | b"new"
            | b"yield"
            | b"keyof"
            | b"async"
            | b"infer"
            | b"case"
    )
}

/// Per byte: whether words are made of it.
const OF_WORDS: [bool; 256] = {
    let mut of_words = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let ascii = byte as u8;
        of_words[byte] = ascii.is_ascii_alphanumeric() || ascii == b'_' || ascii == b'$' || ascii >= 0x80;
        byte += 1;
    }
    of_words
};

/// An upper estimate of how deep the syntax tree of `text` nests, for languages of the C family (JavaScript above
/// all). Strings and comments are passed over; brackets, operators and prefix words are counted.
///
/// Code that people write stays below some hundreds.
pub(super) fn depth_bound(text: &str) -> usize {
    let mut scan =
        Scan { bytes: text.as_bytes(), at: 0, level: Level::default(), outer: Vec::new(), below: 0, deepest: 0 };
    while scan.at < scan.bytes.len() {
        scan.token();
    }
    scan.deepest
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The innermost level, and those around it.
    level: Level,
    outer: Vec<Level>,
    /// Depth of all levels but the innermost.
    below: usize,
    deepest: usize,
}

impl Scan<'_> {
    fn count(&mut self, tokens: usize) {
        self.level.ended = false;
        self.level.chain += tokens;
        self.deepest = self.deepest.max(self.below + self.level.chain);
    }

    /// A token that begins something new if the last one ended something.
    fn fresh(&mut self) {
        if self.level.ended {
            self.level.restart();
        }
    }

    fn open(&mut self, template: bool) {
        self.fresh();
        self.count(1);
        self.below += self.level.chain;
        self.outer.push(std::mem::replace(&mut self.level, Level { template, ..Level::default() }));
    }

    fn close(&mut self) {
        if let Some(outer) = self.outer.pop() {
            self.level = outer;
            self.below = self.below.saturating_sub(outer.chain);
        }
    }

    fn token(&mut self) {
        let rest = &self.bytes[self.at..];
        match rest[0] {
            b'/' if rest.starts_with(b"//") => {
                // The line break itself is left to be read.
                self.at += memchr(b'\n', rest).unwrap_or(rest.len());
            }
            b'/' if rest.starts_with(b"/*") => {
                self.at += memmem::find(&rest[2..], b"*/").map_or(rest.len(), |end| 2 + end + 2);
            }
            quote @ (b'"' | b'\'') => self.string(quote),
            b'(' | b'[' | b'{' => {
                self.open(false);
                self.at += 1;
            }
            b')' | b']' => {
                self.close();
                self.at += 1;
            }
            b'`' => {
                self.fresh();
                self.at += 1;
                self.template();
            }
            b'}' => {
                self.at += 1;
                let template = self.level.template;
                self.close();
                if template {
                    // The parts of a template stand side by side.
                    self.level.chain = self.level.chain.saturating_sub(1);
                    self.template();
                } else {
                    self.level.ended = true;
                }
            }
            b';' | b',' => {
                self.level.restart();
                self.at += 1;
            }
            b'\n' => {
                // The line ends the statement if nothing is open in it: see the operators below.
                self.level.ended = !self.goes_on();
                self.at += 1;
            }
            byte if OF_WORDS[usize::from(byte)] => self.word(),
            b' ' | b'\t' | b'\r' | 0x0c => {
                let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0x0c));
                self.at += blank.count();
            }
            _ => {
                self.count(1);
                self.at += 1;
            }
        }
    }

    /// The text of a template string, up to its end or to the next `${`.
    fn template(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'`' => return,
                b'$' if self.bytes.get(self.at) == Some(&b'{') => {
                    self.at += 1;
                    self.open(true);
                    return;
                }
                _ => {}
            }
        }
    }

    fn string(&mut self, quote: u8) {
        self.fresh();
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                // An apostrophe in JSX text or a comment opens no string that goes over the end of the line.
                b'\n' => break,
                byte if *byte == quote => break,
                _ => {}
            }
        }
    }

    fn word(&mut self) {
        let rest = &self.bytes[self.at..];
        let word = &rest[..rest.iter().take_while(|byte| OF_WORDS[usize::from(**byte)]).count()];
        self.at += word.len();
        if is_opener(word) {
            // `} else if` and an `if` below an `if` go on with what was there: they never start afresh.
            self.count(1);
        } else {
            self.fresh();
        }
    }

    /// True if the last thing before the line break wants more.
    fn goes_on(&self) -> bool {
        let before = self.bytes[..self.at].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        before.is_some_and(|byte| {
            matches!(
                byte,
                b'+' | b'-'
                    | b'*'
                    | b'/'
                    | b'%'
                    | b'&'
                    | b'|'
                    | b'^'
                    | b'!'
                    | b'~'
                    | b'='
                    | b'<'
                    | b'>'
                    | b'?'
                    | b':'
                    | b'.'
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_code_is_shallow_however_long() {
        let line = "export const total = (a, b) => a.price * b.count + tax(a)\nif (x) { y() }\nz.map((q) => q.w)\n";
        assert!(depth_bound(&line.repeat(5_000)) < 50, "{}", depth_bound(&line.repeat(5_000)));
        let table = format!("const rows = [{}];", "{ a: 1, b: 'x' },\n".repeat(20_000));
        assert!(depth_bound(&table) < 20, "{}", depth_bound(&table));
        let text = format!("const s = '{}'; // {}", "(".repeat(5_000), "[".repeat(5_000));
        assert!(depth_bound(&text) < 10);
        let page = format!("const page = `{}`;", "<p class='x'>${ name }</p>\n".repeat(5_000));
        assert!(depth_bound(&page) < 10, "{}", depth_bound(&page));
    }

    #[test]
    fn every_way_of_nesting_is_seen() {
        for part in
            ["(", "[", "{a:", "!", "a+\n", "a?b:", "a=>", "if(a)\n", "if(a){}else ", "new ", "f(1).\n", "a\n+", "`${"]
        {
            let deep = part.repeat(10_000);
            assert!(depth_bound(&deep) >= 10_000, "{part:?}: {}", depth_bound(&deep));
        }
    }
}
