//! What a function reaches: the result of following its code.

use serde::{Deserialize, Serialize};

use crate::{FunctionId, Location, RepoPath};

/// All code of one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    /// Whose.
    pub function: FunctionId,
    /// How the files were found.
    pub basis: Basis,
    /// Where the handler is defined in the entry file; none if that is not known.
    pub start: Option<Location>,
    /// The files, sorted by path.
    pub files: Vec<ClosureFile>,
    /// Folders in which no other function has code: what was there in the past, and is gone, was this function's own.
    pub own_folders: Vec<RepoPath>,
    /// Packages from outside the repository, sorted.
    pub external: Vec<String>,
    /// Imports that lead nowhere, in the order of their places.
    pub unresolved: Vec<UnresolvedImport>,
    /// Files that are reached whole because they are more dynamic than names can tell, in the order of their places.
    pub dynamic: Vec<DynamicPlace>,
    /// Calls of what runs elsewhere, in the order of their places.
    pub remote_calls: Vec<RemoteCall>,
}

/// A call of what runs elsewhere, as the code says it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemoteCall {
    /// Where it stands.
    pub location: Location,
    /// How it is made.
    pub kind: RemoteCallKind,
    /// What is called.
    pub target: RemoteTarget,
    /// True if the caller waits for the answer; none where the code does not say.
    pub waits: Option<bool>,
}

/// How something elsewhere is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemoteCallKind {
    /// A function, by an interface made for that (`InvokeCommand`, `httpsCallable`).
    Function,
    /// A state machine.
    StateMachine,
    /// A URL.
    Http,
    /// A helper whose name says that it invokes: a call only if it names a function that is known.
    Helper,
}

/// What a call names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemoteTarget {
    /// Text; parts that are computed are `*`.
    Text(String),
    /// A variable of the environment, and the text behind it (the path of a URL).
    Environment(String, String),
    /// Something computed.
    Unknown,
}

/// How large a function is, in lines of the code that it runs, without blank ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Size {
    /// Lines that no other function reaches.
    pub own: usize,
    /// Lines that others reach as well.
    pub shared: usize,
}

/// How a closure was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// By following imports from the entry file.
    Imports,
    /// The whole code root: the language is not followed yet.
    CodeRoot,
    /// Nothing could be followed: the entry is not known.
    Nothing,
}

/// One file of a closure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosureFile {
    /// The file.
    pub path: RepoPath,
    /// The symbols reached in it.
    pub symbols: Symbols,
    /// True if no other function reaches the file.
    pub own: bool,
    /// What it is.
    pub kind: FileKind,
    /// Who brought it in; none for the entry file and for files that come with the code root.
    pub via: Option<Via>,
    /// How many lines of code are reached in it: those of the symbols, or of the whole file, without blank ones; 0 for
    /// what is no source code.
    pub lines: usize,
}

/// The import that brought a file into a closure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// Where the import stands.
    pub location: Location,
    /// What it says: the module specifier.
    pub specifier: String,
}

/// Which part of a file is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Symbols {
    /// The whole file.
    All,
    /// These names, sorted.
    Some(Vec<String>),
}

impl Symbols {
    /// True if the two parts of one file have something in common.
    pub fn overlap(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, Self::All) => true,
            (Self::All, Self::Some(names)) | (Self::Some(names), Self::All) => !names.is_empty(),
            (Self::Some(mine), Self::Some(others)) => mine.iter().any(|name| others.binary_search(name).is_ok()),
        }
    }
}

/// What a file of a closure is to the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// Code that runs, or data that it reads.
    Implementation,
    /// What a communication channel is made of.
    Contract,
    /// Types that vanish before the code runs.
    TypeOnly,
    /// Code that a program wrote from something else.
    Generated,
    /// Code of others that was copied into the repository.
    Vendored,
    /// Code for tests that something deployed reaches all the same.
    Test,
}

impl FileKind {
    /// The word for it in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Implementation => "implementation",
            Self::Contract => "contract",
            Self::TypeOnly => "type-only",
            Self::Generated => "generated",
            Self::Vendored => "vendored",
            Self::Test => "test",
        }
    }

    /// True for code and data of the repository's own that is there when the function runs, whoever wrote it.
    pub fn runs(self) -> bool {
        !matches!(self, Self::TypeOnly | Self::Contract)
    }
}

/// An import that leads to no file of the repository and names no package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnresolvedImport {
    /// Where it stands.
    pub location: Location,
    /// What it says.
    pub specifier: String,
    /// Why it leads nowhere.
    pub reason: String,
}

/// A place at which a file does what names do not tell, so that it is reached whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DynamicPlace {
    /// Where.
    pub location: Location,
    /// What is done there, in words.
    pub reason: String,
}

/// A file that two functions both reach.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SharedCode {
    /// The file.
    pub path: RepoPath,
    /// How many functions reach it in all.
    pub functions: usize,
}
