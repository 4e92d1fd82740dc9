//! The guard for Python and Rust: a bound of how deep a text nests, and a thread with as much room as it needs.

use std::thread;

/// How strings and comments look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lexis {
    /// `#` comments, triple quotes, f-strings, statements that end with the line.
    Python,
    /// `//` and nested `/* */` comments, raw strings, lifetimes, statements that end with `;` or `}`.
    Rust,
}

/// Trees that are surely no deeper than this are read on the caller's stack.
const SHALLOW: usize = 60;
/// Trees that may be deeper than this are refused.
const DEEPEST: usize = 4_000;
/// Room for a level: unoptimised builds need some 20 KiB. Only what is used is paid for.
const ROOM: usize = 64 << 10;

/// Why a text was not read.
pub const TOO_DEEP: &str = "nested too deeply to be read safely";

/// An upper estimate of how deep the syntax tree of `text` nests.
pub fn depth_of(text: &str, lexis: Lexis) -> usize {
    Scan::new(text, lexis).deepest().0
}

/// Runs `read`, which parses and walks `text`, with a stack that is large enough.
///
/// # Errors
/// The byte where the text becomes too deep, if it does; 0 if the operating system gives no stack.
pub fn with_room<T: Send>(text: &str, lexis: Lexis, read: impl FnOnce() -> T + Send) -> Result<T, usize> {
    let (depth, at) = Scan::new(text, lexis).deepest();
    if depth <= SHALLOW {
        return Ok(read());
    }
    if depth > DEEPEST {
        return Err(at);
    }
    thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(depth * ROOM).spawn_scoped(scope, read).map_err(|_| 0_usize)?;
        worker.join().map_err(|_| 0)
    })
}

/// Counts, for every open bracket, the tokens since its last separator: an operator, a keyword, an operand can each
/// deepen the tree by one at most, and a separator ends what they began. The sum over the open brackets is the bound.
struct Scan<'a> {
    bytes: &'a [u8],
    lexis: Lexis,
    at: usize,
    open: Vec<usize>,
    here: usize,
    sum: usize,
    indent: usize,
    deepest: (usize, usize),
}

impl<'a> Scan<'a> {
    fn new(text: &'a str, lexis: Lexis) -> Self {
        Self { bytes: text.as_bytes(), lexis, at: 0, open: Vec::new(), here: 0, sum: 0, indent: 0, deepest: (0, 0) }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn note(&mut self, extra: usize) {
        let depth = self.sum + self.here + self.indent + extra;
        if depth > self.deepest.0 {
            // The place is the one where the limit is passed, not the deepest: that is where a reader looks.
            let at = if self.deepest.0 > DEEPEST { self.deepest.1 } else { self.at };
            self.deepest = (depth, at);
        }
    }

    fn token(&mut self) {
        self.here += 1;
        self.note(0);
    }

    fn deepest(mut self) -> (usize, usize) {
        self.measure_indent();
        while self.at < self.bytes.len() {
            self.step();
        }
        self.deepest
    }

    fn step(&mut self) {
        match (self.peek(0), self.lexis) {
            (b'#', Lexis::Python) => self.skip_line(),
            (b'/', Lexis::Rust) if self.peek(1) == b'/' => self.skip_line(),
            (b'/', Lexis::Rust) if self.peek(1) == b'*' => self.skip_block_comment(),
            (b'(' | b'[' | b'{', _) => self.push(),
            (b')' | b']' | b'}', _) => self.pop(),
            (b',' | b';', _) => self.separator(),
            (b'\n', Lexis::Python) => self.line_end(),
            (b'\\', Lexis::Python) => self.at += if self.peek(1) == b'\r' { 3 } else { 2 },
            (b'"' | b'\'', Lexis::Python) => self.python_string(false),
            (b'"', Lexis::Rust) => self.rust_string(),
            (b'\'', Lexis::Rust) => self.quote(),
            (byte, _) if byte.is_ascii_whitespace() => self.at += 1,
            (byte, _) if is_word(byte) => self.word(),
            _ => {
                self.token();
                self.at += 1;
            }
        }
    }

    fn skip_line(&mut self) {
        self.at += self.bytes[self.at..].iter().position(|byte| *byte == b'\n').unwrap_or(self.bytes.len() - self.at);
    }

    fn skip_block_comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    fn push(&mut self) {
        self.token();
        self.open.push(self.here);
        self.sum += self.here;
        self.here = 0;
        self.at += 1;
    }

    fn pop(&mut self) {
        let block = self.peek(0) == b'}';
        self.here = self.open.pop().unwrap_or(0);
        self.sum -= self.here;
        self.at += 1;
        if self.lexis == Lexis::Rust && block && self.statement_follows() {
            self.here = 0;
        }
    }

    /// After a block: does something new begin, or does the expression go on (`else`, an operator, a call)?
    fn statement_follows(&self) -> bool {
        let rest = self.bytes[self.at..].trim_ascii_start();
        let word = rest.iter().take_while(|byte| is_word(**byte)).count();
        match &rest[..word] {
            b"" => matches!(rest.first(), None | Some(b'#' | b'}' | b'/' | b'\'' | b'"')),
            word => word != b"else" && word != b"as",
        }
    }

    fn separator(&mut self) {
        self.here = 0;
        self.at += 1;
    }

    fn line_end(&mut self) {
        self.at += 1;
        if self.open.is_empty() {
            self.here = 0;
            self.measure_indent();
        }
    }

    /// Each block of Python is indented by at least one column more than the one around it.
    fn measure_indent(&mut self) {
        if self.lexis == Lexis::Python {
            self.indent = self.bytes[self.at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        }
    }

    fn word(&mut self) {
        let start = self.at;
        while is_word(self.peek(0)) {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        self.token();
        match (self.lexis, self.peek(0)) {
            (Lexis::Python, b'"' | b'\'') if word.len() <= 2 => {
                self.python_string(word.iter().any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T')));
            }
            (Lexis::Rust, b'"' | b'#') if matches!(word, b"r" | b"br" | b"cr") => self.raw_string(),
            _ => {}
        }
    }

    fn python_string(&mut self, interpolated: bool) {
        let quote = self.peek(0);
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        self.at += if triple { 3 } else { 1 };
        let (mut braces, mut inside) = (0_usize, 0_usize);
        while self.at < self.bytes.len() {
            let byte = self.peek(0);
            if byte == quote && (!triple || (self.peek(1) == quote && self.peek(2) == quote)) {
                self.at += if triple { 3 } else { 1 };
                break;
            }
            if byte == b'\n' && !triple {
                break;
            }
            if interpolated {
                match byte {
                    b'{' if braces == 0 && self.peek(1) == b'{' => self.at += 1,
                    b'{' => braces += 1,
                    b'}' => braces = braces.saturating_sub(1),
                    _ => {}
                }
                inside = if braces == 0 { 0 } else { inside + 1 };
                self.note(inside);
            }
            self.at += if byte == b'\\' { 2 } else { 1 };
        }
        self.token();
    }

    fn rust_string(&mut self) {
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.token();
    }

    fn raw_string(&mut self) {
        let hashes = self.bytes[self.at..].iter().take_while(|byte| **byte == b'#').count();
        if self.peek(hashes) != b'"' {
            self.at += hashes;
            return;
        }
        self.at += hashes + 1;
        while self.at < self.bytes.len() {
            let closes = self.peek(0) == b'"' && (1..=hashes).all(|ahead| self.peek(ahead) == b'#');
            self.at += 1;
            if closes {
                self.at += hashes;
                return;
            }
        }
    }

    /// A character literal, or the start of a lifetime.
    fn quote(&mut self) {
        self.token();
        if self.peek(1) == b'\\' {
            self.at += 3;
            while self.at < self.bytes.len() && !matches!(self.peek(0), b'\'' | b'\n') {
                self.at += 1;
            }
            self.at += 1;
            return;
        }
        let width = match self.peek(1) {
            0..=0x7f => 1,
            0x80..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        };
        self.at += if self.peek(1 + width) == b'\'' { 2 + width } else { 1 };
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(text: &str, lexis: Lexis) -> usize {
        Scan::new(text, lexis).deepest().0
    }

    #[test]
    fn what_strings_and_comments_hold_does_not_count() {
        for (text, lexis) in [
            ("x = '((((((((((' # ((((((((((\n", Lexis::Python),
            ("x = \"\"\"\n((((((\n((((((\n\"\"\"\n", Lexis::Python),
            ("x = f'{{((((((((((((((((((((((((}}'", Lexis::Python),
            ("let x = \"((((((((((\"; // ((((((((\n /* (((( /* (( */ (((((( */", Lexis::Rust),
            ("let x = r#\"((((((((\"(((((\"#; let y = '('; let z: &'a [u8] = b'\\'';", Lexis::Rust),
        ] {
            assert!(depth(text, lexis) < 16, "{text}: {}", depth(text, lexis));
        }
    }

    #[test]
    fn long_files_are_not_deep() {
        assert!(depth(&"    a = f(b, c)[1] + d\n".repeat(10_000), Lexis::Python) < 25);
        assert!(depth(&format!("x = [{}]", "{'a': 1},\n".repeat(10_000)), Lexis::Python) < 25);
        assert!(depth(&"fn a(b: u8) -> C { if d { e } else { f } }\n".repeat(10_000), Lexis::Rust) < 30);
    }

    #[test]
    fn every_way_of_nesting_is_bounded_from_below() {
        const N: usize = 500;
        for (text, lexis) in [
            (format!("{}1{}", "(".repeat(N), ")".repeat(N)), Lexis::Python),
            (format!("x = {}1", "not ".repeat(N)), Lexis::Python),
            (format!("x = {}1", "-".repeat(N)), Lexis::Python),
            (format!("x = a{}", ".b".repeat(N)), Lexis::Python),
            (format!("x = a{}", "()".repeat(N)), Lexis::Python),
            (format!("x = {}", "1 + ".repeat(N)), Lexis::Python),
            (format!("x = f'{{{}1{}}}'", "(".repeat(N), ")".repeat(N)), Lexis::Python),
            ((0..N).map(|n| format!("{}if a:\n", " ".repeat(n))).collect(), Lexis::Python),
            (format!("fn a() {{ {} {{}} }}", "if a {} else ".repeat(N)), Lexis::Rust),
            (format!("fn a() {{ b{} }}", "?".repeat(N)), Lexis::Rust),
            (format!("type A = {}u8;", "&'a ".repeat(N)), Lexis::Rust),
        ] {
            assert!(depth(&text, lexis) >= N, "{}", &text[..40]);
        }
    }

    #[test]
    fn what_is_too_deep_is_refused_with_its_place() {
        let text = "(".repeat(10_000);
        let at = with_room(&text, Lexis::Python, || ()).unwrap_err();
        assert!((DEEPEST - 5..DEEPEST + 5).contains(&at), "{at}");
        assert_eq!(with_room("a", Lexis::Python, || 7), Ok(7));
        assert_eq!(with_room(&"(".repeat(1_000), Lexis::Rust, || 7), Ok(7));
    }
}
