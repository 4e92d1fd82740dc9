//! Reading commits from their raw bytes.

use std::{borrow::Cow, sync::Arc};

use lockstep_model::{Author, Timestamp};
use memchr::memmem;
use rustc_hash::FxHashMap;

use crate::objects::ObjectId;

/// What is needed of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) id: ObjectId,
    pub(crate) tree: ObjectId,
    /// In order; the first is the main line.
    pub(crate) parents: Vec<ObjectId>,
    pub(crate) author: Author,
    /// When it was committed; 0 if the commit does not say.
    pub(crate) time: Timestamp,
    pub(crate) message: String,
}

impl Commit {
    /// The commit `id`, whose bytes are `bytes`. An error says what is wrong.
    pub(crate) fn parse(id: ObjectId, bytes: &[u8]) -> Result<Self, &'static str> {
        let raw = RawCommit::parse(bytes)?;
        let (author, message) = (raw.author(), raw.message().into_owned());
        Ok(Self { id, tree: raw.tree, parents: raw.parents, author, time: raw.time, message })
    }

    /// True if it joins two lines of development.
    pub(crate) fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}

/// A commit whose texts are not decoded yet: of most commits, few are needed.
pub(crate) struct RawCommit<'a> {
    pub(crate) tree: ObjectId,
    /// In order; the first is the main line.
    pub(crate) parents: Vec<ObjectId>,
    /// When it was committed; 0 if the commit does not say.
    pub(crate) time: Timestamp,
    author: &'a [u8],
    message: &'a [u8],
    /// True if its texts are written in ISO 8859-1, else they are UTF-8.
    latin1: bool,
}

impl<'a> RawCommit<'a> {
    /// The commit whose bytes are `bytes`. An error says what is wrong.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, &'static str> {
        let (headers, message) = match memmem::find(bytes, b"\n\n") {
            Some(end) => (&bytes[..end], &bytes[end + 2..]),
            None => (bytes, &[][..]),
        };
        let (mut tree, mut parents, mut author, mut time, mut latin1) = (None, Vec::new(), None, 0, false);
        for line in headers.split(|byte| *byte == b'\n') {
            // Lines of signatures begin with a space and so never look like a header.
            if let Some(hex) = line.strip_prefix(b"tree ") {
                tree = Some(object_id(hex).ok_or("its tree has no name")?);
            } else if let Some(hex) = line.strip_prefix(b"parent ") {
                parents.push(object_id(hex).ok_or("a parent has no name")?);
            } else if let Some(person) = line.strip_prefix(b"author ") {
                author = Some(person);
            } else if let Some(person) = line.strip_prefix(b"committer ") {
                time = time_of(person);
            } else if let Some(encoding) = line.strip_prefix(b"encoding ") {
                latin1 =
                    [&b"ISO-8859-1"[..], b"latin1", b"ISO8859-1"].iter().any(|it| it.eq_ignore_ascii_case(encoding));
            }
        }
        let (tree, author) = (tree.ok_or("it names no tree")?, author.unwrap_or_default());
        Ok(Self { tree, parents, time, author, message, latin1 })
    }

    /// Who wrote it.
    pub(crate) fn author(&self) -> Author {
        person(&self.decoded(self.author))
    }

    /// Who wrote it, once for all commits of the same words.
    pub(crate) fn author_of(&self, people: &mut People) -> Arc<Author> {
        // The time follows the address, and is another in every commit.
        let end = memchr::memrchr(b'>', self.author).filter(|_| self.author.contains(&b'<'));
        let words = &self.author[..end.map_or(self.author.len(), |end| end + 1)];
        let people = &mut people.0[usize::from(self.latin1)];
        if let Some(author) = people.get(words) {
            return Arc::clone(author);
        }
        let author = Arc::new(self.author());
        people.insert(words.into(), Arc::clone(&author));
        author
    }

    /// The whole message.
    pub(crate) fn message(&self) -> Cow<'a, str> {
        self.decoded(self.message)
    }

    /// The first line of the message that says something; empty if none does.
    pub(crate) fn first_line(&self) -> String {
        let lines = self.message.split(|byte| *byte == b'\n').map(|line| self.decoded(line));
        lines.map(|line| line.trim().to_owned()).find(|line| !line.is_empty()).unwrap_or_default()
    }

    fn decoded(&self, bytes: &'a [u8]) -> Cow<'a, str> {
        match self.latin1 {
            true => bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into(),
            false => String::from_utf8_lossy(bytes),
        }
    }
}

/// Authors by the words that commits say of them, in UTF-8 and in ISO 8859-1.
#[derive(Default)]
pub(crate) struct People([FxHashMap<Box<[u8]>, Arc<Author>>; 2]);

/// The bytes that forty hexadecimal digits name.
pub(crate) fn object_id(hex: &[u8]) -> Option<ObjectId> {
    let digits: &[u8; 40] = hex.try_into().ok()?;
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    let mut id = [0; 20];
    for (byte, pair) in id.iter_mut().zip(digits.as_chunks::<2>().0) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(id)
}

/// `Name <email> time zone`; what does not look like it is all name.
fn person(text: &str) -> Author {
    match text.split_once('<') {
        Some((name, rest)) => Author {
            name: name.trim().to_owned(),
            email: rest.rsplit_once('>').map_or(rest, |(email, _)| email).trim().to_owned(),
        },
        None => Author { name: text.trim().to_owned(), email: String::new() },
    }
}

fn time_of(person: &[u8]) -> Timestamp {
    let after = person.iter().rposition(|byte| *byte == b'>').map_or(&[][..], |at| &person[at + 1..]);
    let text = std::str::from_utf8(after).unwrap_or_default();
    text.split_ascii_whitespace().next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";

    fn parse(rest: &[u8]) -> Commit {
        Commit::parse([1; 20], &[TREE.as_bytes(), rest].concat()).unwrap()
    }

    #[test]
    fn headers_signatures_and_messages_are_told_apart() {
        let commit = parse(
            b"parent 00000000000000000000000000000000000000ff\nauthor Ana B <ana@x.org> 5 +0100\n\
              committer C <c@x.org> 1700000000 -0300\ngpgsig -----BEGIN\n author Eve <e> 1 +0000\n \n -----END\n\n\
              Add totals\n\nauthor Eve <eve@x.org> 9 +0000\n",
        );
        assert_eq!(commit.parents.len(), 1);
        assert_eq!(commit.parents[0][19], 0xff);
        assert_eq!(commit.author, Author { name: "Ana B".into(), email: "ana@x.org".into() });
        assert_eq!(commit.time, 1_700_000_000);
        assert!(commit.message.starts_with("Add totals\n"));
    }

    #[test]
    fn strange_people_are_read_as_far_as_they_go() {
        let commit = parse(b"author <<a@b>> 1 +0000\ncommitter nobody\n\nx");
        assert_eq!((commit.author.name.as_str(), commit.author.email.as_str()), ("", "<a@b>"));
        assert_eq!(commit.time, 0);
        assert_eq!(parse(b"author just a name\n\n").author.name, "just a name");
        assert_eq!(parse(b"author J\xf6rg <j> 1 +0\nencoding ISO-8859-1\n\n\xfc").message, "ü");
        assert_eq!(parse(b"author J\xf6rg <j> 1 +0\n\n").author.name, "J\u{fffd}rg");
    }

    #[test]
    fn what_is_no_commit_is_said_to_be_none() {
        assert!(Commit::parse([0; 20], b"author A <a> 1 +0\n\nx").is_err());
        assert!(Commit::parse([0; 20], b"tree 12\n\nx").is_err());
        assert_eq!(object_id(b"zz825dc642cb6eb9a060e54bf8d69288fbee4904"), None);
    }
}
