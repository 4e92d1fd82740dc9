//! [`FileSet`]: the files of a checkout as values, so that a stage can be tested with a map.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, OnceLock},
};

use crate::RepoPath;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileType {
    /// A regular file.
    File,
    /// A symbolic link to a place in the repository.
    Link(RepoPath),
    /// A symbolic link that leads out of the repository, or nowhere; it is never followed.
    LinkOutside(String),
}

/// A file could not be had as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// There is no such file.
    Missing,
    /// It is larger than any source or manifest worth reading; size in bytes.
    TooLarge(u64),
    /// It holds NUL bytes.
    Binary,
    /// It is not UTF-8; the first bad byte.
    NotUtf8(usize),
    /// The operating system refused.
    Io(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("no such file"),
            Self::TooLarge(bytes) => write!(f, "the file has {bytes} bytes, more than are read"),
            Self::Binary => f.write_str("the file is binary"),
            Self::NotUtf8(at) => write!(f, "the file is not UTF-8 (byte {at})"),
            Self::Io(why) => write!(f, "the file cannot be read: {}", why.escape_debug()),
        }
    }
}

impl std::error::Error for ReadError {}

/// Where contents come from when they are first asked for.
pub trait Source: Send + Sync {
    /// The bytes of `path`.
    ///
    /// # Errors
    /// If they cannot be had.
    fn read(&self, path: &RepoPath) -> Result<Vec<u8>, ReadError>;
}

/// One file of the set.
pub struct FileEntry {
    /// What stands there.
    pub file_type: FileType,
    /// Size in bytes, 0 for links.
    pub size: u64,
    text: OnceLock<Result<Arc<str>, ReadError>>,
}

impl FileEntry {
    /// A file of `size` bytes, not read yet.
    pub fn new(file_type: FileType, size: u64) -> Self {
        Self { file_type, size, text: OnceLock::new() }
    }
}

/// The files of a checkout (or of a tree, in a bare repository): the names at once, each content read once, when it
/// is first asked for.
pub struct FileSet {
    files: BTreeMap<RepoPath, FileEntry>,
    folders: BTreeSet<RepoPath>,
    source: Arc<dyn Source>,
}

struct Nothing;

impl Source for Nothing {
    fn read(&self, _: &RepoPath) -> Result<Vec<u8>, ReadError> {
        Err(ReadError::Missing)
    }
}

/// Larger files are never source code or a manifest that a person wrote. 32 MiB.
const LARGEST: u64 = 32 << 20;

impl FileSet {
    /// The files `entries`, whose contents `source` has.
    pub fn new(entries: impl IntoIterator<Item = (RepoPath, FileEntry)>, source: Arc<dyn Source>) -> Self {
        let files: BTreeMap<_, _> = entries.into_iter().collect();
        let mut folders = BTreeSet::from([RepoPath::root()]);
        for path in files.keys() {
            for folder in path.ancestors().skip(1) {
                if !folders.insert(folder) {
                    break;
                }
            }
        }
        Self { files, folders, source }
    }

    /// A set of texts, for tests.
    pub fn from_texts<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let entries = texts.into_iter().map(|(path, text)| {
            let entry = FileEntry::new(FileType::File, text.len() as u64);
            let _ = entry.text.set(Ok(Arc::from(text)));
            (RepoPath::from_git(path.as_bytes()), entry)
        });
        Self::new(entries, Arc::new(Nothing))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// All paths, sorted. Links are among them.
    pub fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        self.files.keys()
    }

    /// The files inside `folder`, at any depth, sorted.
    pub fn under<'a>(&'a self, folder: &'a RepoPath) -> impl Iterator<Item = &'a RepoPath> {
        self.files
            .range(folder.clone()..)
            .map(|(path, _)| path)
            .take_while(move |path| {
                // `a-b` sorts between `a` and `a/b`, so names that merely begin alike are passed over below.
                path.as_str().starts_with(folder.as_str())
            })
            .filter(move |path| path.starts_with(folder) && *path != folder)
    }

    /// What stands at `path`, links not followed.
    pub fn entry(&self, path: &RepoPath) -> Option<&FileEntry> {
        self.files.get(path)
    }

    /// True if a file, or a link to a file of the repository, is at `path`; links in its folders are followed.
    pub fn is_file(&self, path: &RepoPath) -> bool {
        self.resolve(path).is_some_and(|real| self.files.contains_key(&real))
    }

    /// True if `path` is a folder with at least one file in it, or a link to one.
    pub fn is_folder(&self, path: &RepoPath) -> bool {
        self.folders.contains(path) || self.resolve(path).is_some_and(|real| self.folders.contains(&real))
    }

    /// Where `path` really is, after its symbolic links; none if they lead out, nowhere or in a circle.
    pub fn resolve(&self, path: &RepoPath) -> Option<RepoPath> {
        let mut path = path.clone();
        for _ in 0..40 {
            if matches!(self.files.get(&path).map(|entry| &entry.file_type), Some(FileType::File))
                || self.folders.contains(&path)
            {
                return Some(path);
            }
            let (link, target) = path.ancestors().find_map(|part| match &self.files.get(&part)?.file_type {
                FileType::Link(target) => Some((part, target.clone())),
                _ => None,
            })?;
            path = target.join(path.strip_prefix(&link)?).ok()?;
        }
        None
    }

    /// The text of `path`, links followed, a byte order mark taken off.
    ///
    /// # Errors
    /// If there is no such file, or it is no text.
    pub fn text(&self, path: &RepoPath) -> Result<Arc<str>, ReadError> {
        let real = self.resolve(path).ok_or(ReadError::Missing)?;
        let entry = self.files.get(&real).ok_or(ReadError::Missing)?;
        entry.text.get_or_init(|| self.read(&real, entry.size)).clone()
    }

    /// True if `path` holds something else here than in `other`. Contents are read only where the sizes are the same; what
    /// cannot be read differs by its size alone.
    pub fn differs_at(&self, path: &RepoPath, other: &Self) -> bool {
        match (self.entry(path), other.entry(path)) {
            (Some(mine), Some(theirs)) if mine.file_type == FileType::File && theirs.file_type == FileType::File => {
                mine.size != theirs.size
                    || match (self.text(path), other.text(path)) {
                        (Ok(mine), Ok(theirs)) => mine != theirs,
                        (Err(_), Err(_)) => self.source.read(path) != other.source.read(path),
                        _ => true,
                    }
            }
            (Some(mine), Some(theirs)) => mine.file_type != theirs.file_type,
            (None, None) => false,
            _ => true,
        }
    }

    /// The files that somebody asked for and that could not be had as text, sorted, with the reason.
    pub fn unreadable(&self) -> impl Iterator<Item = (&RepoPath, &ReadError)> {
        self.files.iter().filter_map(|(path, entry)| Some((path, entry.text.get()?.as_ref().err()?)))
    }

    fn read(&self, path: &RepoPath, size: u64) -> Result<Arc<str>, ReadError> {
        if size > LARGEST {
            return Err(ReadError::TooLarge(size));
        }
        let bytes = self.source.read(path)?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        if bytes.contains(&0) {
            return Err(ReadError::Binary);
        }
        std::str::from_utf8(bytes).map(Arc::from).map_err(|error| ReadError::NotUtf8(error.valid_up_to()))
    }
}

impl fmt::Debug for FileSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.files.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).unwrap()
    }

    #[test]
    fn a_folder_holds_what_is_in_it_and_no_more() {
        let files = FileSet::from_texts([("a/x", ""), ("a-b/y", ""), ("a/c/z", ""), ("a.md", "")]);
        let folder = path("a");
        let inside: Vec<_> = files.under(&folder).map(RepoPath::as_str).collect();
        assert_eq!(inside, ["a/c/z", "a/x"]);
        assert_eq!(files.under(&RepoPath::root()).count(), 4);
        assert!(files.is_folder(&path("a/c")) && !files.is_folder(&path("a/x")));
    }

    #[test]
    fn what_could_not_be_read_is_known() {
        struct Bytes;
        impl Source for Bytes {
            fn read(&self, _: &RepoPath) -> Result<Vec<u8>, ReadError> {
                Ok(vec![b'a', 0])
            }
        }
        let entry = |size| FileEntry::new(FileType::File, size);
        let files = FileSet::new(
            [(path("a"), entry(2)), (path("b"), entry(LARGEST + 1)), (path("c"), entry(2))],
            Arc::new(Bytes),
        );
        assert_eq!(files.unreadable().count(), 0);
        assert_eq!(files.text(&path("a")), Err(ReadError::Binary));
        assert_eq!(files.text(&path("b")), Err(ReadError::TooLarge(LARGEST + 1)));
        let names: Vec<&str> = files.unreadable().map(|(path, _)| path.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn links_are_followed_inside_and_never_out() {
        let entry = |kind| FileEntry::new(kind, 0);
        let files = FileSet::new(
            [
                (path("lib/x.py"), entry(FileType::File)),
                (path("app/lib"), entry(FileType::Link(path("lib")))),
                (path("loop"), entry(FileType::Link(path("loop")))),
                (path("out"), entry(FileType::LinkOutside("/etc/passwd".into()))),
            ],
            Arc::new(Nothing),
        );
        assert_eq!(files.resolve(&path("app/lib/x.py")), Some(path("lib/x.py")));
        assert!(files.is_folder(&path("app/lib")));
        assert_eq!(files.resolve(&path("loop")), None);
        assert_eq!(files.resolve(&path("out")), None);
        assert_eq!(files.text(&path("out")), Err(ReadError::Missing));
    }
}
