//! What a result was made from: the names of the files, and what was looked at in some of them. In files of which the same can
//! be said, the same would be made.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::Arc,
};

use lockstep_model::{BlobId, FileSet, FileType, Looked, Question, ReadError, RepoPath};

use super::codec::{Kept, Reader, Writer};
use crate::keep::in_blocks;

/// A hash of everything else that a result depends on.
pub(super) type Digest = [u8; 32];

/// Questions about a file, with their answers.
pub(super) type Answers = Vec<(Question, bool)>;

/// What edited files held before: the id, and the text as it is read.
pub(crate) type Before = BTreeMap<RepoPath, (BlobId, Arc<str>)>;

/// What was looked at in some files, and what was there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Files that were read, with the ids of what they held.
    read: Vec<(RepoPath, BlobId)>,
    /// Files that were asked and not read: what they held, the questions, and what they answered.
    asked: Vec<(RepoPath, BlobId, Answers)>,
}

impl Seen {
    /// What `looked` saw in `files`; none if somebody could not read a file for reasons that are not in it.
    pub(super) fn in_files(files: &FileSet, looked: Looked) -> Option<Self> {
        Self::by_ids(looked, |path| id_of(files, path))
    }

    /// The same, where `id` is [`id_of`] or knows what that would tell.
    pub(super) fn by_ids(looked: Looked, id: impl Fn(&RepoPath) -> Option<BlobId>) -> Option<Self> {
        let mut seen = Self::default();
        for path in looked.read {
            let id = id(&path)?;
            seen.read.push((path, id));
        }
        for (path, questions) in looked.asked {
            let id = id(&path)?;
            seen.asked.push((path, id, questions));
        }
        Some(seen)
    }

    /// True if who looks in `files` for the same sees the same.
    pub(super) fn is_in(&self, files: &FileSet) -> bool {
        let answers = |path: &RepoPath, questions: &[(Question, bool)]| {
            questions.iter().all(|(question, answer)| files.ask(path, question).as_ref() == Ok(answer))
        };
        self.read.iter().all(|(path, id)| holds(files, path, *id))
            && self.asked.iter().all(|(path, id, asked)| holds(files, path, *id) || answers(path, asked))
    }

    /// As [`Self::is_in`], of the files as they were before some were edited that no link leads to: `before` is what those held.
    pub(super) fn was_in(&self, files: &FileSet, before: &Before) -> bool {
        let held = |path: &RepoPath, id: BlobId| match before.get(path) {
            Some((then, _)) => *then == id,
            None => holds(files, path, id),
        };
        let answers = |path: &RepoPath, questions: &Answers| {
            let answer = |question: &Question| match before.get(path) {
                Some((_, text)) => Ok(question.of(text)),
                None => files.ask(path, question),
            };
            questions.iter().all(|(question, said)| answer(question).as_ref() == Ok(said))
        };
        self.read.iter().all(|(path, id)| held(path, *id))
            && self.asked.iter().all(|(path, id, asked)| held(path, *id) || answers(path, asked))
    }

    /// True if who looks in the same files sees the same when `path`, which is no link, holds `text`.
    pub(crate) fn passes_over(&self, path: &RepoPath, text: &str) -> bool {
        let answers = |asked: &Answers| asked.iter().all(|(question, answer)| question.of(text) == *answer);
        self.read.iter().all(|(read, _)| read != path)
            && self.asked.iter().all(|(asked, _, answered)| asked != path || answers(answered))
    }

    /// Adds what `other` saw in the same files.
    pub(super) fn extend(&mut self, other: &Self) {
        let Self { read, asked } = other;
        self.read.extend(read.iter().cloned());
        self.read.sort_unstable();
        self.read.dedup();
        self.asked.extend(asked.iter().cloned());
        self.asked.sort_unstable();
        self.asked.dedup();
    }
}

/// The id of what `path` holds, links followed; none if it could not be read for reasons that are not in it.
pub(super) fn id_of(files: &FileSet, path: &RepoPath) -> Option<BlobId> {
    match files.text(path) {
        Err(ReadError::Missing | ReadError::Io(_) | ReadError::TooLarge(_)) => None,
        Ok(_) | Err(ReadError::Binary | ReadError::NotUtf8(_)) => files.id(&files.resolve(path)?),
    }
}

/// True if `path` holds what has this id, links followed.
pub(super) fn holds(files: &FileSet, path: &RepoPath, id: BlobId) -> bool {
    let own = files.id(path).filter(|_| files.entry(path).is_some_and(|entry| entry.file_type == FileType::File));
    own.or_else(|| files.id(&files.resolve(path)?)) == Some(id)
}

/// A hash of the names of all files, and of what stands at each.
pub(super) fn names(files: &FileSet) -> Digest {
    let mut hasher = blake3::Hasher::new();
    // A hash takes whatever is written to it.
    let _ = write_names(files, &mut in_blocks(&mut hasher));
    *hasher.finalize().as_bytes()
}

fn write_names(files: &FileSet, to: &mut impl Write) -> io::Result<()> {
    for (path, entry) in files.entries() {
        to.write_all(path.as_str().as_bytes())?;
        match &entry.file_type {
            FileType::Link(target) => write!(to, "\0>{}", target.as_str())?,
            FileType::LinkOutside(target) => write!(to, "\0!{target}")?,
            FileType::File => {}
        }
        to.write_all(b"\0\n")?;
    }
    to.flush()
}

impl Kept for Seen {
    fn write(&self, to: &mut Writer) {
        self.read.write(to);
        self.asked.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { read: Kept::read(from)?, asked: Kept::read(from)? })
    }
}

#[cfg(test)]
pub(super) mod testing {
    use std::{collections::BTreeMap, sync::Arc};

    use lockstep_model::{FileEntry, Source};

    use super::*;

    /// Texts with ids of their own.
    pub(super) struct Texts(pub(super) BTreeMap<RepoPath, String>);

    impl Source for Texts {
        fn read(&self, path: &RepoPath) -> Result<Vec<u8>, ReadError> {
            Ok(self.0[path].clone().into_bytes())
        }

        fn id(&self, path: &RepoPath) -> Option<BlobId> {
            Some(BlobId(*blake3::hash(self.0[path].as_bytes()).as_bytes().first_chunk()?))
        }
    }

    /// Files of these texts.
    pub(in super::super) fn files(texts: &[(&str, &str)]) -> FileSet {
        let texts: BTreeMap<RepoPath, String> =
            texts.iter().map(|(path, text)| (RepoPath::new(path).unwrap(), (*text).to_owned())).collect();
        let entry =
            |(path, text): (&RepoPath, &String)| (path.clone(), FileEntry::new(FileType::File, text.len() as u64));
        let entries: Vec<_> = texts.iter().map(entry).collect();
        FileSet::new(entries, Arc::new(Texts(texts)))
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use lockstep_model::FileEntry;

    use super::{
        super::codec::Bytes,
        testing::{Texts, files},
        *,
    };

    #[test]
    fn what_nobody_looked_at_may_change() {
        let path = |name: &str| RepoPath::new(name).unwrap();
        let first = files(&[("a", "let a"), ("b", "new App()"), ("c", "x")]);
        let noting = first.noting();
        noting.text(&path("a")).unwrap();
        noting.ask(&path("b"), &Question::holds(&["App("])).unwrap();
        let seen = Seen::in_files(&first, noting.looked()).unwrap();
        assert!(seen.is_in(&files(&[("a", "let a"), ("b", "new App()"), ("c", "y")])));
        assert!(seen.is_in(&files(&[("a", "let a"), ("b", "const app = new App()"), ("c", "x")])));
        assert!(!seen.is_in(&files(&[("a", "let a"), ("b", "new Stack()"), ("c", "x")])));
        assert!(!seen.is_in(&files(&[("a", "let b"), ("b", "new App()"), ("c", "x")])));
        // The same before an edit.
        let edited = files(&[("a", "let b"), ("b", "new Stack()"), ("c", "x")]);
        let held = |name: &str, text: &str| {
            let id = files(&[(name, text)]).id(&path(name)).unwrap();
            (path(name), (id, Arc::from(text)))
        };
        let was = |before: &[(RepoPath, (BlobId, Arc<str>))]| seen.was_in(&edited, &before.iter().cloned().collect());
        assert!(was(&[held("a", "let a"), held("b", "new App()")]));
        assert!(was(&[held("a", "let a"), held("b", "const app = new App()")]));
        assert!(!was(&[held("a", "let a"), held("b", "const app")]));
        assert!(!was(&[held("a", "let c"), held("b", "new App()")]));
        assert!(!was(&[held("a", "let a")]) && !was(&[held("b", "new App()")]));
        assert_eq!(Bytes::of(&seen).value(), Some(seen));
    }

    #[test]
    fn names_tell_files_from_links() {
        let entry = |kind| [(RepoPath::new("a").unwrap(), FileEntry::new(kind, 0))];
        let of = |kind| names(&FileSet::new(entry(kind), Arc::new(Texts(BTreeMap::new()))));
        let link = |to: &str| FileType::Link(RepoPath::new(to).unwrap());
        let all = [of(FileType::File), of(link("b")), of(link("c")), of(FileType::LinkOutside("b".to_owned()))];
        assert!((0..4).all(|one| (0..one).all(|other| all[one] != all[other])));
    }
}
