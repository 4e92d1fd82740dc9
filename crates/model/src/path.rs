//! [`RepoPath`]: a place in the repository, written the same way on every machine.

use std::{borrow::Borrow, fmt, sync::Arc};

use serde::{Serialize, Serializer};

/// A path inside the repository: relative to its root, separated by `/`, without `.` and `..`.
///
/// The root itself is the empty path. Names that are not UTF-8 keep their identity: every byte that does not
/// decode is written as `\xNN`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepoPath(Arc<str>);

/// A relative path climbs out of the repository, or is absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideRepository(pub String);

impl fmt::Display for OutsideRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` lies outside the repository", self.0.escape_debug())
    }
}

impl std::error::Error for OutsideRepository {}

impl RepoPath {
    /// The root of the repository.
    pub fn root() -> Self {
        Self(Arc::from(""))
    }

    /// Reads `text` relative to the root, normalising `.`, `..` and doubled separators.
    ///
    /// # Errors
    /// If the path is absolute or climbs above the root.
    pub fn new(text: &str) -> Result<Self, OutsideRepository> {
        Self::root().join(text)
    }

    /// A path as git stores it: bytes, already normal.
    pub fn from_git(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self(Arc::from(text)),
            Err(_) => {
                let mut text = String::with_capacity(bytes.len() + 8);
                for chunk in bytes.utf8_chunks() {
                    text.push_str(chunk.valid());
                    for byte in chunk.invalid() {
                        text.push_str(&format!("\\x{byte:02x}"));
                    }
                }
                Self(Arc::from(text))
            }
        }
    }

    /// `self` taken as a folder, and `relative` looked up from there.
    ///
    /// # Errors
    /// If the result lies outside the repository, or `relative` is absolute.
    pub fn join(&self, relative: &str) -> Result<Self, OutsideRepository> {
        let outside = || OutsideRepository(relative.to_owned());
        if relative.starts_with('/') || relative.get(1..3).is_some_and(|drive| drive == ":\\" || drive == ":/") {
            return Err(outside());
        }
        let mut parts: Vec<&str> = self.0.split('/').filter(|part| !part.is_empty()).collect();
        for part in relative.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop().ok_or_else(outside)?;
                }
                part => parts.push(part),
            }
        }
        Ok(Self(Arc::from(parts.join("/"))))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for the root of the repository.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The folder that holds this file or folder; none for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(last(&self.0, b'/').map_or_else(Self::root, |at| Self(Arc::from(&self.0[..at]))))
    }

    /// This path and every folder above it, innermost first, the root last.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self.clone()), Self::parent)
    }

    /// The folders that hold this file or folder as text, innermost first, the root (empty) last; none for the root.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        let parent = |path: &str| last(path, b'/').unwrap_or(0);
        let text = self.as_str();
        std::iter::successors((!text.is_empty()).then(|| &text[..parent(text)]), move |folder| {
            (!folder.is_empty()).then(|| &folder[..parent(folder)])
        })
    }

    /// The last part of the path; empty for the root.
    pub fn file_name(&self) -> &str {
        last(&self.0, b'/').map_or(&*self.0, |at| &self.0[at + 1..])
    }

    /// The file name without its last extension.
    pub fn file_stem(&self) -> &str {
        let name = self.file_name();
        last(name, b'.').filter(|at| *at > 0).map_or(name, |at| &name[..at])
    }

    /// What follows the last dot of the file name, without the dot.
    pub fn extension(&self) -> Option<&str> {
        let name = self.file_name();
        last(name, b'.').filter(|at| *at > 0).map(|at| &name[at + 1..])
    }

    /// True if this is `folder` itself or something inside it.
    pub fn starts_with(&self, folder: &Self) -> bool {
        folder.is_root()
            || self.0.strip_prefix(folder.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// What remains of this path below `folder`; none if it is not inside.
    pub fn strip_prefix(&self, folder: &Self) -> Option<&str> {
        if !self.starts_with(folder) {
            return None;
        }
        Some(self.0[folder.0.len()..].trim_start_matches('/'))
    }

    /// The parts between the separators.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }
}

/// So that maps of paths can be asked for a part of one ([`RepoPath::folders`]).
impl Borrow<str> for RepoPath {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl Serialize for RepoPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Where an ASCII character stands last. Names are short: looking at one byte after the other is quickest.
fn last(text: &str, byte: u8) -> Option<usize> {
    text.as_bytes().iter().rposition(|one| *one == byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_as_a_shell_would() {
        let cases = [
            ("a/b", "c", Some("a/b/c")),
            ("a/b", "../c", Some("a/c")),
            ("a/b", "./c//d/", Some("a/b/c/d")),
            ("a", "../..", None),
            ("", "..", None),
            ("a", "/etc/passwd", None),
            ("a", "C:\\x", None),
            ("a", "..", Some("")),
        ];
        for (base, relative, expected) in cases {
            let joined = RepoPath::new(base).unwrap().join(relative).ok();
            assert_eq!(joined.as_ref().map(RepoPath::as_str), expected, "{base} + {relative}");
        }
    }

    #[test]
    fn bytes_that_are_not_text_stay_apart() {
        assert_ne!(RepoPath::from_git(b"a\xff"), RepoPath::from_git(b"a\xfe"));
        assert_eq!(RepoPath::from_git(b"a\xff/b").as_str(), "a\\xff/b");
    }

    #[test]
    fn a_folder_is_no_prefix_of_its_namesakes() {
        let path = RepoPath::new("orders-v2/x.py").unwrap();
        assert!(!path.starts_with(&RepoPath::new("orders").unwrap()));
        assert_eq!(path.strip_prefix(&RepoPath::new("orders-v2").unwrap()), Some("x.py"));
        assert_eq!(path.ancestors().map(|p| p.to_string()).collect::<Vec<_>>(), ["orders-v2/x.py", "orders-v2", ""]);
        assert_eq!(path.folders().collect::<Vec<_>>(), ["orders-v2", ""]);
        assert_eq!(RepoPath::root().folders().count(), 0);
    }
}
