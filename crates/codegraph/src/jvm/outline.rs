//! What a file may define for other files, read off its words alone: its package, and the names at its top.
//!
//! A repository has thousands of files, and a function needs a few of them. To know which, no parser is needed, as long as
//! no name is missed: one too many only has its file parsed. A text that is not plain is said not to be, and is parsed.

use lockstep_model::RepoPath;

use super::{
    Dialect,
    words::{Token, Words},
};

/// What a file may define for others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The package that the file says it belongs to; empty for the unnamed one.
    pub package: String,
    /// The names at the top of the file, and maybe others; sorted.
    pub names: Vec<String>,
    /// True if something of it may be used without being named.
    pub implicit: bool,
}

/// The dialect of a file; none if it is of another language.
pub(super) fn dialect(path: &RepoPath) -> Option<Dialect> {
    match path.extension()? {
        "java" => Some(Dialect::Java),
        "kt" => Some(Dialect::Kotlin),
        "scala" => Some(Dialect::Scala),
        _ => None,
    }
}

/// The outline of a file of Java, Kotlin or Scala; none if only a parser can tell. Pure: of the path, only the name counts.
pub fn outline(path: &RepoPath, text: &str) -> Option<Outline> {
    let dialect = dialect(path)?;
    // Another name for what a file holds outside of types.
    if dialect == Dialect::Kotlin && text.contains("JvmName") {
        return None;
    }
    let mut reader =
        Reader { dialect, state: State::Idle, last: b';', head: true, outline: Outline::default(), members: false };
    let mut words = Words::new(dialect, text);
    loop {
        match words.next()? {
            Token::End => break,
            token if words.was_at_top() => reader.take(token)?,
            _ => {}
        }
    }
    let mut outline = reader.outline;
    // Extension functions are among its functions.
    outline.implicit = reader.members && dialect == Dialect::Kotlin;
    if outline.implicit {
        outline.names.push(facade(path.file_stem()));
    }
    outline.names.sort_unstable();
    outline.names.dedup();
    Some(outline)
}

/// The class that holds what a file of Kotlin defines outside of types, as other languages name it.
pub(crate) fn facade(stem: &str) -> String {
    let mut letters = stem.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain("Kt".chars()).collect()
}

/// What the next word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing that matters.
    Idle,
    /// The first name of a package, or another one after a dot.
    Package,
    /// What follows a name of a package: a dot, or something else.
    AfterPackage,
    /// The name of a definition.
    Name,
    /// Maybe the name of a function, which stands among others: `fun <T> List<T>.total()`.
    Function,
    /// Maybe the name of a value: `val a, b = 1`, `val Order.total: Int`.
    Value,
}

/// True for what names of Scala may be made of beside letters and digits.
fn is_operator(character: u8) -> bool {
    b"!#%&*+-/:<=>?@\\^|~".contains(&character)
}

struct Reader {
    dialect: Dialect,
    state: State,
    /// The last token: a character, or `a` for a word.
    last: u8,
    /// True as long as nothing stood there but annotations and packages.
    head: bool,
    outline: Outline,
    /// True if there may be functions or values outside of types.
    members: bool,
}

impl Reader {
    /// Takes a token at the top of the file. None if the text is not plain.
    fn take(&mut self, token: Token<'_>) -> Option<()> {
        match token {
            Token::Word(word) | Token::Quoted(word) => self.word(word, token)?,
            Token::Other(character) => self.character(character)?,
            Token::End => {}
        }
        self.last = match token {
            Token::Other(character) => character,
            // It is no name of a function or a value yet.
            Token::Word("fun" | "val" | "var") => b' ',
            _ => b'a',
        };
        Some(())
    }

    fn word(&mut self, word: &str, token: Token<'_>) -> Option<()> {
        match self.state {
            State::Package if matches!(token, Token::Quoted(_)) => return None,
            State::Package if word == "object" && self.dialect == Dialect::Scala => self.state = State::Name,
            State::Package => {
                if !self.outline.package.is_empty() {
                    self.outline.package.push('.');
                }
                self.outline.package.push_str(word);
                self.state = State::AfterPackage;
                return Some(());
            }
            State::Idle | State::AfterPackage | State::Name | State::Function | State::Value => {
                // Some words of the languages are names where one is expected.
                if matches!(self.state, State::Name | State::Function | State::Value) {
                    self.outline.names.push(word.to_owned());
                }
                let opened = if self.last == b'.' || word.is_empty() { None } else { self.opened_by(word)? };
                match (self.state, opened) {
                    (_, Some(opened)) => self.state = opened,
                    (State::Name | State::AfterPackage, None) => self.state = State::Idle,
                    _ => {}
                }
            }
        }
        self.head &= self.state == State::Package
            || match self.last {
                // Before its package, a file of Kotlin holds annotations of the file alone.
                b'@' => self.dialect != Dialect::Kotlin || word == "file",
                last => matches!(last, b'.' | b':'),
            };
        Some(())
    }

    fn character(&mut self, character: u8) -> Option<()> {
        self.head &= !matches!(character, b'"' | b'\'' | b'{');
        self.state = match (self.state, character) {
            (State::AfterPackage, b'.') => State::Package,
            // A package with braces around what is in it.
            (State::Package, _) | (State::AfterPackage, b'{' | b':') => return None,
            (State::Function, b'(') if self.last == b'a' => State::Idle,
            // A pattern, a type that is no name, an annotation.
            (State::Function | State::Value, b'(' | b'@') => return None,
            // A name made of operators: `def ==`, `val a, =: = pair`.
            (State::Name, _) if self.dialect == Dialect::Scala && is_operator(character) => return None,
            (State::Value, _) if is_operator(character) && matches!(self.last, b' ' | b',') => return None,
            // `Order::class.java`
            (State::Name, b'.') if self.dialect == Dialect::Kotlin => return None,
            (State::Function | State::Value, b'=' | b'{' | b';') | (State::Value, b':') => State::Idle,
            (State::Function | State::Value, _) => self.state,
            (State::Idle | State::Name | State::AfterPackage, _) => State::Idle,
        };
        Some(())
    }

    /// What begins with `word`, if anything does. None if the text is not plain.
    fn opened_by(&mut self, word: &str) -> Option<Option<State>> {
        use Dialect::{Java, Kotlin, Scala};
        let opened = match (word, self.dialect) {
            ("package", _) if self.head => State::Package,
            ("package", _) => return None,
            ("class" | "interface" | "enum", _)
            | ("record", Java)
            | ("object", Kotlin | Scala)
            | ("typealias", Kotlin)
            | ("trait" | "type" | "def", Scala) => State::Name,
            ("fun", Kotlin) => {
                self.members = true;
                State::Function
            }
            ("val" | "var", Kotlin | Scala) => {
                self.members = true;
                State::Value
            }
            ("by", Kotlin) if self.state == State::Value => State::Idle,
            // Used without being named, with definitions inside that count as being outside.
            ("given" | "extension" | "implicit", Scala) => return None,
            _ => return Some(None),
        };
        Some(Some(opened))
    }
}

#[cfg(test)]
mod tests;
