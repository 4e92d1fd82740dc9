//! Nouns as bytes. Texts are written once each and then meant by their numbers: paths and names come again and again.
//! What is read is checked as it is read; a number that leads nowhere is the end of it, and never a wrong value.

use std::{cell::OnceCell, collections::BTreeMap};

use lockstep_codegraph::Outline;
use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_discovery::{Build, CodeSource, Declared, HandlerStyle, Resolved};
use lockstep_model::{
    Access, Artifact, ArtifactKind, Basis, BlobId, Call, Channel, ChannelDirection, CloneKind, Closure, ClosureFile,
    CodeClone, Confidence, Declaration, DynamicPlace, Entry, FileKind, Fragment, Function, FunctionId, Invocation,
    Layer, Location, Question, RemoteCall, RemoteCallKind, RemoteTarget, RepoPath, Size, Store, Strength, Symbols,
    UnresolvedImport, Via,
};
use rustc_hash::FxHashMap;

/// A value that can be written and read back.
pub(super) trait Kept: Sized {
    fn write(&self, to: &mut Writer);
    /// None if the bytes are not those of such a value.
    fn read(from: &mut Reader<'_>) -> Option<Self>;
}

/// What is being written.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    texts: Vec<u8>,
    numbers: FxHashMap<Box<str>, u64>,
}

impl Writer {
    /// Seven bits a byte, the lowest first.
    pub(super) fn number(&mut self, number: u64) {
        put_number(&mut self.bytes, number);
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(super) fn text(&mut self, text: &str) {
        let number = match self.numbers.get(text) {
            Some(number) => *number,
            None => {
                let number = self.numbers.len() as u64;
                put_number(&mut self.texts, text.len() as u64);
                self.texts.extend(text.as_bytes());
                self.numbers.insert(text.into(), number);
                number
            }
        };
        self.number(number);
    }

    /// All that was written, the texts first.
    pub(super) fn finish(self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.texts.len() + self.bytes.len() + 16);
        put_number(&mut all, self.numbers.len() as u64);
        all.extend(self.texts);
        all.extend(self.bytes);
        all
    }
}

fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number as u8) | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// What is being read.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    texts: Vec<&'b str>,
    paths: Vec<OnceCell<RepoPath>>,
    ids: Vec<OnceCell<FunctionId>>,
    names: Option<Vec<&'static str>>,
}

impl<'b> Reader<'b> {
    /// Reads the texts of what [`Writer::finish`] made.
    pub(super) fn new(bytes: &'b [u8]) -> Option<Self> {
        let mut reader = Self { bytes, texts: Vec::new(), paths: Vec::new(), ids: Vec::new(), names: None };
        let texts = reader.count()?;
        for _ in 0..texts {
            let length = reader.count()?;
            let (text, rest) = reader.bytes.split_at_checked(length)?;
            reader.texts.push(std::str::from_utf8(text).ok()?);
            reader.bytes = rest;
        }
        reader.paths = vec![OnceCell::new(); reader.texts.len()];
        reader.ids = vec![OnceCell::new(); reader.texts.len()];
        Some(reader)
    }

    /// True if nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let (mut number, mut shift) = (0u64, 0);
        loop {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(number);
            }
            shift += 7;
        }
    }

    /// A number of things, of which each takes a byte at least.
    pub(super) fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= self.bytes.len())
    }

    /// So many bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*bytes)
    }

    fn text_number(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|number| *number < self.texts.len())
    }
}

impl Kept for String {
    fn write(&self, to: &mut Writer) {
        to.text(self);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let number = from.text_number()?;
        Some(from.texts[number].to_owned())
    }
}

impl Kept for RepoPath {
    fn write(&self, to: &mut Writer) {
        to.text(self.as_str());
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let number = from.text_number()?;
        Some(from.paths[number].get_or_init(|| Self::from_git(from.texts[number].as_bytes())).clone())
    }
}

impl Kept for FunctionId {
    fn write(&self, to: &mut Writer) {
        to.text(self.as_str());
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let number = from.text_number()?;
        Some(from.ids[number].get_or_init(|| Self::new(from.texts[number])).clone())
    }
}

/// The names of platforms and languages.
pub(super) fn constants() -> Vec<&'static str> {
    lockstep_discovery::platforms::names().into_iter().chain(lockstep_codegraph::language_names()).collect()
}

/// Names that are constants of the program.
impl Kept for &'static str {
    fn write(&self, to: &mut Writer) {
        to.text(self);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let number = from.text_number()?;
        let names = from.names.get_or_insert_with(constants);
        names.iter().find(|name| **name == from.texts[number]).copied()
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Kept for $type {
            fn write(&self, to: &mut Writer) {
                to.number(*self as u64);
            }

            fn read(from: &mut Reader<'_>) -> Option<Self> {
                from.number()?.try_into().ok()
            }
        }
    )*};
}
numbers!(u32, usize);

impl Kept for bool {
    fn write(&self, to: &mut Writer) {
        to.bytes.push(u8::from(*self));
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        match from.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl<const N: usize> Kept for [u8; N] {
    fn write(&self, to: &mut Writer) {
        to.bytes.extend(self);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        from.array()
    }
}

impl<T: Kept> Kept for Option<T> {
    fn write(&self, to: &mut Writer) {
        self.is_some().write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(if bool::read(from)? { Some(T::read(from)?) } else { None })
    }
}

impl<T: Kept> Kept for Vec<T> {
    fn write(&self, to: &mut Writer) {
        to.number(self.len() as u64);
        self.iter().for_each(|one| one.write(to));
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let count = from.count()?;
        (0..count).map(|_| T::read(from)).collect()
    }
}

impl<K: Kept + Ord, V: Kept> Kept for BTreeMap<K, V> {
    fn write(&self, to: &mut Writer) {
        to.number(self.len() as u64);
        for (key, value) in self {
            key.write(to);
            value.write(to);
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let count = from.count()?;
        (0..count).map(|_| Some((K::read(from)?, V::read(from)?))).collect()
    }
}

impl<A: Kept, B: Kept> Kept for (A, B) {
    fn write(&self, to: &mut Writer) {
        self.0.write(to);
        self.1.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some((A::read(from)?, B::read(from)?))
    }
}

impl<A: Kept, B: Kept, C: Kept> Kept for (A, B, C) {
    fn write(&self, to: &mut Writer) {
        self.0.write(to);
        self.1.write(to);
        self.2.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some((A::read(from)?, B::read(from)?, C::read(from)?))
    }
}

/// Bytes that say more, to be read when they are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Bytes {
    /// A value as bytes of its own.
    pub(super) fn of(value: &impl Kept) -> Self {
        let mut writer = Writer::default();
        value.write(&mut writer);
        Self(writer.finish())
    }

    /// Their hash.
    pub(super) fn hash(&self) -> [u8; 32] {
        *blake3::hash(&self.0).as_bytes()
    }

    /// The value; none if they are not those of such a value.
    pub(super) fn value<T: Kept>(&self) -> Option<T> {
        let mut reader = Reader::new(&self.0)?;
        let value = T::read(&mut reader)?;
        reader.is_done().then_some(value)
    }
}

impl Kept for Bytes {
    fn write(&self, to: &mut Writer) {
        to.number(self.0.len() as u64);
        to.bytes.extend(&self.0);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let length = from.count()?;
        let (bytes, rest) = from.bytes.split_at_checked(length)?;
        from.bytes = rest;
        Some(Self(bytes.to_vec()))
    }
}

impl Kept for BlobId {
    fn write(&self, to: &mut Writer) {
        self.0.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self(Kept::read(from)?))
    }
}

impl Kept for Symbols {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::All => None,
            Self::Some(names) => Some(names.clone()),
        }
        .write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Option::<Vec<String>>::read(from)?.map_or(Self::All, Self::Some))
    }
}

impl Kept for RemoteTarget {
    fn write(&self, to: &mut Writer) {
        let parts = match self {
            Self::Text(text) => vec![text.clone()],
            Self::Environment(variable, rest) => vec![variable.clone(), rest.clone()],
            Self::Unknown => Vec::new(),
        };
        parts.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let mut parts = Vec::<String>::read(from)?.into_iter();
        Some(match (parts.next(), parts.next()) {
            (Some(variable), Some(rest)) => Self::Environment(variable, rest),
            (Some(text), None) => Self::Text(text),
            (None, _) => Self::Unknown,
        })
    }
}

impl Kept for CodeSource {
    fn write(&self, to: &mut Writer) {
        match self {
            Self::Path { base, path } => {
                to.byte(0);
                base.write(to);
                path.write(to);
            }
            Self::Artifact { base, path } => {
                to.byte(1);
                base.write(to);
                path.write(to);
            }
            Self::Image { base, context, dockerfile, command, name, arguments } => {
                to.byte(2);
                base.write(to);
                context.write(to);
                dockerfile.write(to);
                command.write(to);
                name.write(to);
                arguments.write(to);
            }
            Self::Inline => to.byte(3),
            Self::Unknown(why) => {
                to.byte(4);
                why.write(to);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(match from.byte()? {
            0 => Self::Path { base: Kept::read(from)?, path: Kept::read(from)? },
            1 => Self::Artifact { base: Kept::read(from)?, path: Kept::read(from)? },
            2 => Self::Image {
                base: Kept::read(from)?,
                context: Kept::read(from)?,
                dockerfile: Kept::read(from)?,
                command: Kept::read(from)?,
                name: Kept::read(from)?,
                arguments: Kept::read(from)?,
            },
            3 => Self::Inline,
            4 => Self::Unknown(Kept::read(from)?),
            _ => return None,
        })
    }
}

impl Kept for Question {
    fn write(&self, to: &mut Writer) {
        let (kind, words) = match self {
            Self::Holds(words) => (0, words.iter().map(|word| word.to_string()).collect()),
            Self::Mentions(name) => (1, vec![name.clone()]),
            Self::IsOfPackage(package) => (2, vec![package.clone()]),
        };
        to.byte(kind);
        words.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let (kind, words) = (from.byte()?, Vec::<String>::read(from)?);
        let one = |words: Vec<String>| words.into_iter().next();
        Some(match kind {
            0 => Self::Holds(words.into_iter().map(Into::into).collect()),
            1 => Self::Mentions(one(words)?),
            2 => Self::IsOfPackage(one(words)?),
            _ => return None,
        })
    }
}

/// Values of which every part is kept.
macro_rules! parts {
    ($($type:ident { $($part:ident),* })*) => {$(
        impl Kept for $type {
            fn write(&self, to: &mut Writer) {
                let Self { $($part),* } = self;
                $($part.write(to);)*
            }

            fn read(from: &mut Reader<'_>) -> Option<Self> {
                $(let $part = Kept::read(from)?;)*
                Some(Self { $($part),* })
            }
        }
    )*};
}
pub(super) use parts;

/// One of several words.
macro_rules! words {
    ($($type:ident { $($word:ident),* })*) => {$(
        impl Kept for $type {
            fn write(&self, to: &mut Writer) {
                // A word that is missing here does not compile.
                match self {
                    $(Self::$word => {})*
                }
                let place = [$(Self::$word),*].iter().position(|word| word == self).unwrap_or_default();
                to.bytes.push(place as u8);
            }

            fn read(from: &mut Reader<'_>) -> Option<Self> {
                [$(Self::$word),*].get(usize::from(from.byte()?)).copied()
            }
        }
    )*};
}

parts! {
    Location { path, line, column, start, end }
    Problem { kind, location, message }
    Function {
        id, name, service, declarations, entry, unresolved, code_root, artifact, runtime, environment, layers, channels,
        stores, invokes, calls
    }
    Declaration { platform, location, block_end, logical_id, handler }
    Declared {
        name, service, stack_folder, declaration, runtime, code, build, style, environment, layers, channels, stores, invokes
    }
    Build { method, entry_points, binary, make_target }
    Resolved { entry, code_root, why, handler }
    Entry { path, symbol, confidence }
    Artifact { kind, name }
    Layer { name, path }
    Channel { kind, key, direction, strength }
    Store { kind, key, access, strength }
    Invocation { kind, key, function, strength }
    Call { location, function, by, waits }
    Closure { function, basis, start, files, own_folders, external, unresolved, dynamic, remote_calls }
    ClosureFile { path, symbols, own, kind, via, lines }
    Via { location, specifier }
    Outline { package, names, implicit }
    UnresolvedImport { location, specifier, reason }
    DynamicPlace { location, reason }
    RemoteCall { location, kind, target, waits }
    Size { own, shared }
    CodeClone { a, b, lines, tokens, kind }
    Fragment { function, location, last_line }
}

words! {
    ProblemKind {
        InvalidManifest, Unevaluated, UnparsedSource, UnreadableFile, OutsideRepository, History, Unsupported, Configuration,
        Owners
    }
    HandlerStyle { Runtime, Bundler, Path }
    Confidence { Exact, Compiled, Artifact, Convention, ClassSearch }
    ArtifactKind { Folder, Archive, Image }
    ChannelDirection { Receives, Sends }
    Strength { Own, Inherited }
    Access { Read, Write, Unknown }
    Basis { Imports, CodeRoot, Nothing }
    FileKind { Implementation, Contract, TypeOnly, Generated, Vendored, Test }
    RemoteCallKind { Function, StateMachine, Http, Helper }
    CloneKind { Exact, Renamed, Edited }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_cut_is_not() {
        let path = |text: &str| RepoPath::new(text).unwrap();
        let location = Location { path: path("a/b.ts"), line: 3, column: 400_000, start: 1, end: u32::MAX };
        let file = ClosureFile {
            path: path("a/b.ts"),
            symbols: Symbols::Some(vec!["total".to_owned(), "é".to_owned()]),
            own: true,
            kind: FileKind::Vendored,
            via: Some(Via { location: location.clone(), specifier: "./b".to_owned() }),
            lines: 12,
        };
        let closure = Closure {
            function: FunctionId::new("shop/pay"),
            basis: Basis::Imports,
            start: Some(location.clone()),
            files: vec![file],
            own_folders: vec![RepoPath::root()],
            external: vec!["zod".to_owned()],
            unresolved: Vec::new(),
            dynamic: vec![DynamicPlace { location: location.clone(), reason: "eval".to_owned() }],
            remote_calls: vec![RemoteCall {
                location,
                kind: RemoteCallKind::Http,
                target: RemoteTarget::Environment("URL".to_owned(), String::new()),
                waits: Some(false),
            }],
        };
        let bytes = Bytes::of(&closure);
        assert_eq!(bytes.value::<Closure>(), Some(closure));
        for end in 0..bytes.0.len() {
            assert_eq!(Bytes(bytes.0[..end].to_vec()).value::<Closure>(), None, "cut at {end}");
        }
    }
}
