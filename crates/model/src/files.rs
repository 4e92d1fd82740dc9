//! [`FileSet`]: the files of a checkout as values, so that a stage can be tested with a map.

mod notes;
mod package;
mod tree;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock},
};

use self::{notes::Notes, tree::Tree};
pub use self::{
    notes::{Looked, Question},
    package::jvm_package,
};
use crate::{BlobId, RepoPath};

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

    /// The id that git would give what `path` holds, bytes as they are read; none if that is not known. What has the same
    /// id reads the same.
    fn id(&self, _path: &RepoPath) -> Option<BlobId> {
        None
    }
}

/// One file of the set.
pub struct FileEntry {
    /// What stands there.
    pub file_type: FileType,
    /// Size in bytes, 0 for links; none where only reading it tells.
    size: Option<u64>,
    text: OnceLock<Result<Arc<str>, ReadError>>,
    id: OnceLock<Option<BlobId>>,
}

impl FileEntry {
    /// A file of `size` bytes, not read yet.
    pub fn new(file_type: FileType, size: u64) -> Self {
        Self { size: Some(size), ..Self::of_any_size(file_type) }
    }

    /// Its size in bytes, if it is known.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// A file whose size is not known yet: telling it takes as long as reading it.
    pub fn of_any_size(file_type: FileType) -> Self {
        Self { file_type, size: None, text: OnceLock::new(), id: OnceLock::new() }
    }
}

/// The files of a checkout (or of a tree, in a bare repository): the names at once, each content read once, when it
/// is first asked for.
pub struct FileSet {
    tree: Arc<Tree>,
    /// What was looked at, if somebody wants to know.
    notes: Option<Notes>,
    /// What files are known to answer.
    answers: Option<Arc<KnownAnswers>>,
}

/// What files answer to questions, by their own paths.
pub type KnownAnswers = HashMap<RepoPath, Vec<(Question, bool)>>;

struct Nothing;

impl Source for Nothing {
    fn read(&self, _: &RepoPath) -> Result<Vec<u8>, ReadError> {
        Err(ReadError::Missing)
    }
}

impl FileSet {
    /// Larger files are never source code or a manifest that a person wrote. 32 MiB. Who knows the size of a file only when
    /// reading it says [`ReadError::TooLarge`] of those.
    pub const LARGEST: u64 = 32 << 20;

    /// The files `entries`, whose contents `source` has.
    pub fn new(entries: impl IntoIterator<Item = (RepoPath, FileEntry)>, source: Arc<dyn Source>) -> Self {
        Self { tree: Arc::new(Tree::new(entries, source)), notes: None, answers: None }
    }

    /// The same files, which note what is looked at in them through this value; see [`Self::looked`]. The names are not
    /// noted: whoever looks may look at all of them.
    pub fn noting(&self) -> Self {
        self.noting_with(None)
    }

    /// As [`Self::noting`]; what these files are known to answer is answered without reading them.
    pub fn noting_with(&self, answers: Option<Arc<KnownAnswers>>) -> Self {
        Self { tree: Arc::clone(&self.tree), notes: Some(Notes::default()), answers }
    }

    /// What `real` is known to answer.
    fn known_answer(&self, real: &RepoPath, question: &Question) -> Option<bool> {
        let known = self.answers.as_ref()?.get(real)?;
        known.iter().find(|(known, _)| known == question).map(|(_, answer)| *answer)
    }

    /// What was looked at through this value since [`Self::noting`] made it; nothing of one that notes nothing.
    pub fn looked(&self) -> Looked {
        self.notes.as_ref().map(Notes::looked).unwrap_or_default()
    }

    /// Notes what somebody looked at through another value, as if it had been looked at through this one.
    pub fn note(&self, looked: &Looked) {
        if let Some(notes) = &self.notes {
            notes.extend(looked);
        }
    }

    /// The id that git would give what `path` holds, links not followed; none if that cannot be told, or if it is larger
    /// than what is read.
    pub fn id(&self, path: &RepoPath) -> Option<BlobId> {
        let entry = self.tree.get(path).filter(|entry| entry.size.is_none_or(|size| size <= Self::LARGEST))?;
        if entry.text.get().is_none()
            && let Some(id) = self.tree.source.id(path)
        {
            // What will be read later may be something else by then.
            return Some(id);
        }
        *entry.id.get_or_init(|| {
            // Who does not know it before reading knows it afterwards, and then of the text that was read.
            entry.text.get_or_init(|| self.read(path, entry.size));
            self.tree.source.id(path)
        })
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
        self.tree.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.tree.len() == 0
    }

    /// All paths, sorted. Links are among them.
    pub fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        self.entries().map(|(path, _)| path)
    }

    /// All paths with what stands there, sorted, links not followed.
    pub fn entries(&self) -> impl Iterator<Item = (&RepoPath, &FileEntry)> {
        self.tree.iter()
    }

    /// The files inside `folder`, at any depth, sorted.
    pub fn under<'a>(&'a self, folder: &'a RepoPath) -> impl Iterator<Item = &'a RepoPath> {
        self.tree
            .from(folder)
            .take_while(move |path| {
                // `a-b` sorts between `a` and `a/b`, so names that merely begin alike are passed over below.
                path.as_str().starts_with(folder.as_str())
            })
            .filter(move |path| path.starts_with(folder) && *path != folder)
    }

    /// What stands at `path`, links not followed.
    pub fn entry(&self, path: &RepoPath) -> Option<&FileEntry> {
        self.tree.get(path)
    }

    /// True if a file, or a link to a file of the repository, is at `path`; links in its folders are followed.
    pub fn is_file(&self, path: &RepoPath) -> bool {
        match self.tree.get(path).map(|entry| &entry.file_type) {
            Some(FileType::File) => true,
            None if !self.tree.has_links() => false,
            _ => self.resolve(path).is_some_and(|real| self.tree.get(&real).is_some()),
        }
    }

    /// True if `path` is a folder with at least one file in it, or a link to one.
    pub fn is_folder(&self, path: &RepoPath) -> bool {
        self.tree.is_folder(path) || self.resolve(path).is_some_and(|real| self.tree.is_folder(&real))
    }

    /// Where `path` really is, after its symbolic links; none if they lead out, nowhere or in a circle.
    pub fn resolve(&self, path: &RepoPath) -> Option<RepoPath> {
        let mut path = path.clone();
        for _ in 0..40 {
            if matches!(self.tree.get(&path).map(|entry| &entry.file_type), Some(FileType::File))
                || self.tree.is_folder(&path)
            {
                return Some(path);
            }
            if !self.tree.has_links() {
                return None;
            }
            let (link, target) = path.ancestors().find_map(|part| match &self.tree.get(&part)?.file_type {
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
        let entry = self.tree.get(&real).ok_or(ReadError::Missing)?;
        if let Some(notes) = &self.notes {
            notes.read(&real);
        }
        entry.text.get_or_init(|| self.read(&real, entry.size)).clone()
    }

    /// What the text of `path` answers to `question`, links followed. Whoever wants to know no more asks this, and not for
    /// the text: another text that answers the same is as good.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn ask(&self, path: &RepoPath, question: &Question) -> Result<bool, ReadError> {
        let real = self.resolve(path).ok_or(ReadError::Missing)?;
        let entry = self.tree.get(&real).ok_or(ReadError::Missing)?;
        let answer = match self.known_answer(&real, question) {
            Some(answer) => Ok(answer),
            None => match entry.text.get_or_init(|| self.read(&real, entry.size)) {
                Ok(text) => Ok(question.of(text)),
                Err(error) => Err(error.clone()),
            },
        };
        if let Some(notes) = &self.notes {
            match answer {
                Ok(answer) => notes.asked(&real, question, answer),
                Err(_) => notes.read(&real),
            }
        }
        answer
    }

    /// True if `path` holds something else here than in `other`. Contents are read only where the sizes are the same; what
    /// cannot be read differs by its size alone.
    pub fn differs_at(&self, path: &RepoPath, other: &Self) -> bool {
        match (self.entry(path), other.entry(path)) {
            (Some(mine), Some(theirs)) if mine.file_type == FileType::File && theirs.file_type == FileType::File => {
                let same_id = || self.tree.source.id(path).is_some_and(|id| other.tree.source.id(path) == Some(id));
                let other_size = mine.size.zip(theirs.size).is_some_and(|(mine, theirs)| mine != theirs);
                other_size
                    || !same_id()
                        && match (self.text(path), other.text(path)) {
                            (Ok(mine), Ok(theirs)) => mine != theirs,
                            (Err(_), Err(_)) => self.tree.source.read(path) != other.tree.source.read(path),
                            _ => true,
                        }
            }
            (Some(mine), Some(theirs)) => mine.file_type != theirs.file_type,
            (None, None) => false,
            _ => true,
        }
    }

    /// The files that somebody asked for and that could not be had as text, sorted, with the reason; of a value that notes
    /// what is looked at, those that were asked for through it.
    pub fn unreadable(&self) -> impl Iterator<Item = (&RepoPath, &ReadError)> {
        let looked = self.notes.as_ref().map(Notes::looked);
        let all = self.entries().filter_map(|(path, entry)| Some((path, entry.text.get()?.as_ref().err()?)));
        all.filter(move |(path, _)| looked.as_ref().is_none_or(|looked| looked.read.contains(*path)))
    }

    fn read(&self, path: &RepoPath, size: Option<u64>) -> Result<Arc<str>, ReadError> {
        if let Some(size) = size.filter(|size| *size > Self::LARGEST) {
            return Err(ReadError::TooLarge(size));
        }
        let bytes = self.tree.source.read(path)?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        if bytes.contains(&0) {
            return Err(ReadError::Binary);
        }
        std::str::from_utf8(bytes).map(Arc::from).map_err(|error| ReadError::NotUtf8(error.valid_up_to()))
    }
}

impl fmt::Debug for FileSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.paths()).finish()
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
            [(path("a"), entry(2)), (path("b"), entry(FileSet::LARGEST + 1)), (path("c"), entry(2))],
            Arc::new(Bytes),
        );
        assert_eq!(files.unreadable().count(), 0);
        assert_eq!(files.text(&path("a")), Err(ReadError::Binary));
        assert_eq!(files.text(&path("b")), Err(ReadError::TooLarge(FileSet::LARGEST + 1)));
        let names: Vec<&str> = files.unreadable().map(|(path, _)| path.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn what_is_known_is_answered_without_reading() {
        let (asked, other) = (Question::holds(&["App("]), Question::holds(&["Stack("]));
        let files = FileSet::new([(path("a"), FileEntry::new(FileType::File, 2))], Arc::new(Nothing));
        let answers = HashMap::from([(path("a"), vec![(asked.clone(), true)])]);
        let knowing = files.noting_with(Some(Arc::new(answers)));
        assert_eq!(knowing.ask(&path("a"), &asked), Ok(true));
        assert_eq!(knowing.looked().asked[&path("a")], [(asked.clone(), true)]);
        assert_eq!(knowing.unreadable().count(), 0);
        // What is not known has to be read.
        assert_eq!(knowing.ask(&path("a"), &other), Err(ReadError::Missing));
        assert_eq!(files.noting().ask(&path("a"), &asked), Err(ReadError::Missing));
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
