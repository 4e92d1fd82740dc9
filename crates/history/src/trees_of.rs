//! The trees that a list of files would be written as. What git has of a commit has the same names, so two folders that hold
//! the same are told from their ids, and none of what is the same is read.

use std::{iter::Peekable, rc::Rc};

use git2::{ObjectType, Oid};
use lockstep_model::RepoPath;
use rustc_hash::FxHashMap;

use crate::{
    ObjectError,
    diff::Side,
    index::Folder,
    objects::{ObjectId, TreeSource},
};

/// The trees of some files, beside those of `beneath`.
pub(crate) struct TreesOf<'s, S> {
    made: FxHashMap<ObjectId, Rc<Vec<u8>>>,
    /// The id of the outermost.
    pub(crate) root: ObjectId,
    beneath: &'s mut S,
}

impl<'s, S: TreeSource<Tree = Rc<Vec<u8>>>> TreesOf<'s, S> {
    /// The trees of `files`, which come in the order of their paths; none if an id cannot be computed, or if they are not those
    /// of which some folders are `known`. The trees of these are not made.
    pub(crate) fn new<'f>(
        files: impl Iterator<Item = (&'f RepoPath, &'f Side)>,
        known: Option<&Folder>,
        beneath: &'s mut S,
    ) -> Option<Self> {
        let mut made = FxHashMap::default();
        let mut files = files.map(|(path, side)| (path.as_str(), side)).peekable();
        let root = folder("", &mut files, known, &mut made)?;
        Some(Self { made, root, beneath })
    }
}

impl<S: TreeSource<Tree = Rc<Vec<u8>>>> TreeSource for TreesOf<'_, S> {
    type Tree = Rc<Vec<u8>>;

    fn tree(&mut self, id: &ObjectId) -> Result<Self::Tree, ObjectError> {
        match self.made.get(id) {
            Some(tree) => Ok(Rc::clone(tree)),
            None => self.beneath.tree(id),
        }
    }
}

/// Makes the tree of the folder whose paths begin with `start`, its folders first, unless it is `known`. The order of the paths is that of a tree: a
/// folder stands where its name with a slash would.
fn folder<'f>(
    start: &str,
    files: &mut Peekable<impl Iterator<Item = (&'f str, &'f Side)>>,
    known: Option<&Folder>,
    made: &mut FxHashMap<ObjectId, Rc<Vec<u8>>>,
) -> Option<ObjectId> {
    if let Some((id, number)) = known.and_then(|known| known.tree) {
        let inside = std::iter::from_fn(|| files.next_if(|(path, _)| path.starts_with(start)));
        return (inside.count() == number).then_some(id);
    }
    let mut tree = Vec::new();
    while let Some((path, side)) = files.peek().copied().filter(|(path, _)| path.starts_with(start)) {
        match path[start.len()..].find('/') {
            Some(end) => {
                let inside = &path[..=start.len() + end];
                let name = &inside[start.len()..inside.len() - 1];
                let known = known.and_then(|known| known.folder(name));
                let id = folder(inside, files, known, made)?;
                entry(&mut tree, FOLDER, name, &id);
            }
            None => {
                entry(&mut tree, side.mode, &path[start.len()..], &side.id);
                files.next();
            }
        }
    }
    let id = Oid::hash_object(ObjectType::Tree, &tree).ok()?.as_bytes().try_into().ok()?;
    made.insert(id, Rc::new(tree));
    Some(id)
}

/// The mode of a folder.
const FOLDER: u32 = 0o040_000;

fn entry(tree: &mut Vec<u8>, mode: u32, name: &str, id: &ObjectId) {
    tree.extend(format!("{mode:o} {name}\0").as_bytes());
    tree.extend(id);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::diff::{RawStatus, diff};

    struct Nothing;

    impl TreeSource for Nothing {
        type Tree = Rc<Vec<u8>>;

        fn tree(&mut self, id: &ObjectId) -> Result<Self::Tree, ObjectError> {
            Err(ObjectError::Missing { id: crate::objects::hex(id) })
        }
    }

    fn files(all: &[(&str, u8)]) -> BTreeMap<RepoPath, Side> {
        let file = |(path, id): &(&str, u8)| (RepoPath::new(path).unwrap(), Side { mode: 0o100_644, id: [*id; 20] });
        all.iter().map(file).collect()
    }

    #[test]
    fn what_is_the_same_is_not_read() {
        let before = files(&[("a-b", 1), ("a.b", 2), ("a/b/c", 3), ("a/d", 4), ("a0", 5), ("e/f", 6)]);
        let after = files(&[("a-b", 1), ("a.b", 2), ("a/b/c", 7), ("a/d", 4), ("a0/g", 5), ("e/f", 6)]);
        let mut nothing = Nothing;
        let mut old = TreesOf::new(before.iter(), None, &mut nothing).unwrap();
        let e = old.made.iter().find(|(_, tree)| tree.starts_with(b"100644 f")).map(|(id, _)| *id).unwrap();
        old.made.remove(&e);
        let from = old.root;
        let mut new = TreesOf::new(after.iter(), None, &mut old).unwrap();
        new.made.remove(&e);
        let (to, mut changes) = (new.root, Vec::new());
        diff(&mut new, Some(&from), Some(&to), &mut |change| {
            changes.push((String::from_utf8(change.path.to_vec()).unwrap(), change.status));
        })
        .unwrap();
        let expected = [("a/b/c", RawStatus::Modified), ("a0", RawStatus::Deleted), ("a0/g", RawStatus::Added)];
        assert_eq!(changes, expected.map(|(path, status)| (path.to_owned(), status)));
    }

    #[test]
    fn what_is_known_of_folders_is_not_made_again() {
        let all = files(&[("a", 1), ("b/c", 2), ("b/d/e", 3), ("f/g", 4)]);
        let mut nothing = Nothing;
        let made = TreesOf::new(all.iter(), None, &mut nothing).unwrap();
        let (root, number) = (made.root, made.made.len());
        let of = |start: &str| {
            let file = |path: &RepoPath| Some((path.as_str().strip_prefix(start)?.to_owned(), all[path]));
            let inside: BTreeMap<_, _> = all.keys().filter_map(file).collect();
            let inside = inside.iter().map(|(path, side)| (RepoPath::new(path).unwrap(), *side));
            let inside: BTreeMap<_, _> = inside.collect();
            TreesOf::new(inside.iter(), None, &mut Nothing).unwrap().root
        };
        let known = |files| Folder::new("", None, vec![Folder::new("b", Some((of("b/"), files)), Vec::new())]);
        let mut nothing = Nothing;
        let some = TreesOf::new(all.iter(), Some(&known(2)), &mut nothing).unwrap();
        assert_eq!((some.root, some.made.len()), (root, number - 2));
        // An index whose folders do not go with its files.
        assert!(TreesOf::new(all.iter(), Some(&known(3)), &mut Nothing).is_none());
    }
}
