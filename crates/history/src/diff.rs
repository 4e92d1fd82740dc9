//! What differs between two trees, read from their raw bytes.
//!
//! Two trees of neighbouring commits are nearly the same bytes, so the common beginning is skipped as bytes and only
//! the entries that differ are parsed; equal subtrees are never opened. The answer is that of `git diff-tree -r
//! --no-renames`: modes are made canonical before they are compared, and a folder sorts as its name with a slash.

use std::cmp::Ordering;

use memchr::memchr;

use crate::objects::{Bytes, ObjectError, ObjectId, TreeSource};

/// What happened to one path, renames not considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RawStatus {
    Added,
    Deleted,
    Modified,
    /// A file became a link or a submodule, or the other way round.
    TypeChanged,
}

impl RawStatus {
    /// What happened where a mode was `before` and is `after`, 0 for nothing; not both are.
    pub(crate) fn of(before: u32, after: u32) -> Self {
        match (before, after) {
            (0, _) => Self::Added,
            (_, 0) => Self::Deleted,
            _ if before & TYPE == after & TYPE => Self::Modified,
            _ => Self::TypeChanged,
        }
    }
}

/// What stands at a path on one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Side {
    /// The canonical mode; 0 where there is nothing.
    pub(crate) mode: u32,
    /// The blob, or the commit of a submodule; zero where there is nothing.
    pub(crate) id: ObjectId,
}

impl Side {
    /// True for a file, which is no link and no submodule.
    pub(crate) fn is_file(&self) -> bool {
        self.mode & TYPE == 0o100_000
    }
}

/// One path that differs. `before.mode` and `after.mode` are never those of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RawChange<'a> {
    pub(crate) path: &'a [u8],
    pub(crate) status: RawStatus,
    pub(crate) before: Side,
    pub(crate) after: Side,
}

/// A folder.
const FOLDER: u32 = 0o040_000;
/// A symbolic link.
pub(crate) const LINK: u32 = 0o120_000;
/// A commit of another repository.
pub(crate) const SUBMODULE: u32 = 0o160_000;
/// The bits of a mode that tell a file from a link from a submodule.
const TYPE: u32 = 0o170_000;

/// Folders nest no deeper in anybody's sources; git itself stops at 2048.
const MAX_DEPTH: usize = 512;
/// Trees opened and paths named in one comparison. Above it stands no change, but a tree made to explode.
const MAX_STEPS: u32 = 1_000_000;

/// Calls `sink` for every path that differs between the trees `old` and `new`, in git's order. None is the empty tree.
///
/// # Errors
/// If a tree is missing or broken, or too much differs to be a change of sources. `sink` may have been called by then.
pub(crate) fn diff<S: TreeSource>(
    source: &mut S,
    old: Option<&ObjectId>,
    new: Option<&ObjectId>,
    sink: &mut dyn FnMut(RawChange<'_>),
) -> Result<(), ObjectError> {
    let mut walk = Walk { source, sink, path: Vec::with_capacity(256), steps: MAX_STEPS };
    match (old, new) {
        (Some(old), Some(new)) if old == new => Ok(()),
        (Some(old), Some(new)) => walk.changed(old, new, 0),
        (Some(old), None) => walk.whole(old, RawStatus::Deleted, 0),
        (None, Some(new)) => walk.whole(new, RawStatus::Added, 0),
        (None, None) => Ok(()),
    }
}

/// One entry of a tree, as bytes give it.
#[derive(Clone, Copy)]
struct Entry<'a> {
    side: Side,
    name: &'a [u8],
    len: usize,
}

impl<'a> Entry<'a> {
    /// The entry at the beginning of `bytes`; none at the end of the tree; an error says what is wrong.
    fn first(bytes: &'a [u8]) -> Result<Option<Self>, &'static str> {
        if bytes.is_empty() {
            return Ok(None);
        }
        let nul = memchr(0, bytes).ok_or("an entry without an end")?;
        let space = memchr(b' ', &bytes[..nul]).ok_or("an entry without a mode")?;
        let mode = octal(&bytes[..space]).ok_or("a mode that is no number")?;
        let name = &bytes[space + 1..nul];
        if name.is_empty() || memchr(b'/', name).is_some() {
            return Err("a name that is none");
        }
        let id = bytes.get(nul + 1..nul + 21).and_then(|id| id.try_into().ok()).ok_or("an entry cut short")?;
        Ok(Some(Self { side: Side { mode: canonical(mode), id }, name, len: nul + 21 }))
    }

    fn is_folder(&self) -> bool {
        self.side.mode == FOLDER
    }

    /// The order of entries in a tree: a folder stands where its name with a slash would.
    fn order(&self, other: &Self) -> Ordering {
        let common = self.name.len().min(other.name.len());
        let end = |entry: &Self| match entry.name.get(common) {
            Some(byte) => *byte,
            None if entry.is_folder() => b'/',
            None => 0,
        };
        self.name[..common].cmp(&other.name[..common]).then_with(|| end(self).cmp(&end(other)))
    }
}

fn octal(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 7 {
        return None;
    }
    digits.iter().try_fold(0, |mode, digit| match digit {
        b'0'..=b'7' => Some(mode << 3 | u32::from(digit - b'0')),
        _ => None,
    })
}

/// The mode as git compares it: old histories hold `100664` where today's hold `100644`.
pub(crate) fn canonical(mode: u32) -> u32 {
    match mode & TYPE {
        0o100_000 if mode & 0o100 != 0 => 0o100_755,
        0o100_000 => 0o100_644,
        LINK => LINK,
        FOLDER => FOLDER,
        _ => SUBMODULE,
    }
}

/// How many bytes at the beginning of `a` and `b` are the same.
fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    const BLOCK: usize = 32;
    let blocks = a.as_chunks::<BLOCK>().0.iter().zip(b.as_chunks::<BLOCK>().0);
    let same = blocks.take_while(|(a, b)| a == b).count() * BLOCK;
    same + a[same..].iter().zip(&b[same..]).take_while(|(a, b)| a == b).count()
}

/// Where the last entry of `tree` that ends within its first `limit` bytes ends.
fn aligned(tree: &[u8], limit: usize) -> usize {
    // The shortest entry, `40000 a`, has its NUL at 7; the name of the object follows and may hold any byte.
    const SHORTEST: usize = 7;
    let mut at = 0;
    while at + SHORTEST + 21 <= limit {
        match memchr(0, &tree[at + SHORTEST..limit]) {
            Some(nul) if at + SHORTEST + nul + 21 <= limit => at += SHORTEST + nul + 21,
            _ => break,
        }
    }
    at
}

struct Walk<'s, S> {
    source: &'s mut S,
    sink: &'s mut dyn FnMut(RawChange<'_>),
    path: Vec<u8>,
    steps: u32,
}

impl<S: TreeSource> Walk<'_, S> {
    fn open(&mut self, id: &ObjectId, depth: usize) -> Result<S::Tree, ObjectError> {
        if depth > MAX_DEPTH {
            return Err(ObjectError::too_large(id, format!("folders nest deeper than {MAX_DEPTH}")));
        }
        self.step(id)?;
        self.source.tree(id)
    }

    fn step(&mut self, id: &ObjectId) -> Result<(), ObjectError> {
        self.steps = self
            .steps
            .checked_sub(1)
            .ok_or_else(|| ObjectError::too_large(id, format!("more than {MAX_STEPS} paths differ")))?;
        Ok(())
    }

    /// Two trees that differ.
    fn changed(&mut self, old_id: &ObjectId, new_id: &ObjectId, depth: usize) -> Result<(), ObjectError> {
        let (old_tree, new_tree) = (self.open(old_id, depth)?, self.open(new_id, depth)?);
        let (mut old, mut new) = (old_tree.bytes(), new_tree.bytes());
        loop {
            let same = common_prefix(old, new);
            if same == old.len() && same == new.len() {
                return Ok(());
            }
            let skip = aligned(old, same);
            (old, new) = (&old[skip..], &new[skip..]);
            let before = Entry::first(old).map_err(|why| ObjectError::broken(old_id, why))?;
            let after = Entry::first(new).map_err(|why| ObjectError::broken(new_id, why))?;
            let order = match (&before, &after) {
                (Some(before), Some(after)) => before.order(after),
                (Some(_), None) => Ordering::Less,
                (None, _) => Ordering::Greater,
            };
            if let Some(before) = before.filter(|_| order.is_le()) {
                old = &old[before.len..];
                match after.filter(|_| order.is_eq()) {
                    Some(after) => {
                        new = &new[after.len..];
                        self.both(before, after, depth)?;
                    }
                    None => self.one(before, RawStatus::Deleted, depth)?,
                }
            } else if let Some(after) = after {
                new = &new[after.len..];
                self.one(after, RawStatus::Added, depth)?;
            }
        }
    }

    /// One name on both sides, both folders or both not.
    fn both(&mut self, before: Entry<'_>, after: Entry<'_>, depth: usize) -> Result<(), ObjectError> {
        if before.side == after.side {
            return Ok(());
        }
        let end = self.enter(before.name);
        if before.is_folder() {
            self.changed(&before.side.id, &after.side.id, depth + 1)?;
        } else {
            let status = RawStatus::of(before.side.mode, after.side.mode);
            self.step(&after.side.id)?;
            (self.sink)(RawChange { path: &self.path, status, before: before.side, after: after.side });
        }
        self.path.truncate(end);
        Ok(())
    }

    /// A name on one side only.
    fn one(&mut self, entry: Entry<'_>, status: RawStatus, depth: usize) -> Result<(), ObjectError> {
        let end = self.enter(entry.name);
        if entry.is_folder() {
            self.whole(&entry.side.id, status, depth + 1)?;
        } else {
            self.step(&entry.side.id)?;
            let (before, after) = match status {
                RawStatus::Deleted => (entry.side, Side::default()),
                _ => (Side::default(), entry.side),
            };
            (self.sink)(RawChange { path: &self.path, status, before, after });
        }
        self.path.truncate(end);
        Ok(())
    }

    /// Everything in a tree that is on one side only.
    fn whole(&mut self, id: &ObjectId, status: RawStatus, depth: usize) -> Result<(), ObjectError> {
        let tree = self.open(id, depth)?;
        let mut rest = tree.bytes();
        while let Some(entry) = Entry::first(rest).map_err(|why| ObjectError::broken(id, why))? {
            rest = &rest[entry.len..];
            self.one(entry, status, depth)?;
        }
        Ok(())
    }

    /// Goes into `name`; gives where the path ended before.
    fn enter(&mut self, name: &[u8]) -> usize {
        let end = self.path.len();
        if end > 0 {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(name);
        end
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, rc::Rc};

    use super::*;

    impl Bytes for Rc<[u8]> {
        fn bytes(&self) -> &[u8] {
            self
        }
    }

    #[derive(Default)]
    struct Trees(HashMap<ObjectId, Rc<[u8]>>);

    impl TreeSource for Trees {
        type Tree = Rc<[u8]>;
        fn tree(&mut self, id: &ObjectId) -> Result<Rc<[u8]>, ObjectError> {
            self.0.get(id).cloned().ok_or_else(|| ObjectError::Missing { id: crate::objects::hex(id) })
        }
    }

    fn entry(mode: &str, name: &str, id: u8) -> Vec<u8> {
        [mode.as_bytes(), b" ", name.as_bytes(), &[0], &[id; 20]].concat()
    }

    fn trees(trees: &[(u8, &[Vec<u8>])]) -> Trees {
        Trees(trees.iter().map(|(id, entries)| ([*id; 20], Rc::from(entries.concat()))).collect())
    }

    /// The changes from tree 1 to tree 2 as `M path`.
    fn told(mut source: Trees) -> Result<Vec<String>, ObjectError> {
        let mut told = Vec::new();
        diff(&mut source, Some(&[1; 20]), Some(&[2; 20]), &mut |change| {
            let letter = format!("{:?}", change.status);
            told.push(format!("{} {}", &letter[..1], String::from_utf8_lossy(change.path)));
        })?;
        Ok(told)
    }

    #[test]
    fn old_spellings_of_modes_are_no_change() {
        let source = trees(&[
            (1, &[entry("100664", "a", 7), entry("40000", "b", 3)]),
            (2, &[entry("100644", "a", 7), entry("040000", "b", 3)]),
        ]);
        assert_eq!(told(source).unwrap(), [""; 0]);
        let source = trees(&[(1, &[entry("100644", "a", 7)]), (2, &[entry("100755", "a", 7)])]);
        assert_eq!(told(source).unwrap(), ["M a"]);
    }

    #[test]
    fn a_folder_stands_where_its_name_with_a_slash_would() {
        let source = trees(&[
            (1, &[entry("100644", "a", 7), entry("100644", "a.b", 7), entry("100644", "a0", 7)]),
            (2, &[entry("100644", "a.b", 7), entry("40000", "a", 3), entry("100644", "a0", 8)]),
            (3, &[entry("120000", "x", 9)]),
        ]);
        assert_eq!(told(source).unwrap(), ["D a", "A a/x", "M a0"]);
    }

    #[test]
    fn bytes_that_agree_inside_an_entry_do_not_hide_it() {
        let ends = |last: u8| [b"100644 a\0".as_slice(), &[7; 19], &[last]].concat();
        let source = trees(&[(1, &[ends(1), entry("100644", "b", 7)]), (2, &[ends(2), entry("100644", "b", 7)])]);
        assert_eq!(told(source).unwrap(), ["M a"]);
    }

    #[test]
    fn trees_made_to_do_harm_are_refused() {
        let broken: [&[u8]; 6] = [
            b"100644 a",
            b"100644a\0",
            b"9 a\0aaaaaaaaaaaaaaaaaaaa",
            b"100644 a\0short",
            b"100644 \0aaaaaaaaaaaaaaaaaaaa",
            b"100644 ../x\0aaaaaaaaaaaaaaaaaaaa",
        ];
        for bytes in broken {
            let source = trees(&[(1, &[]), (2, &[bytes.to_vec()])]);
            assert!(matches!(told(source), Err(ObjectError::Broken { .. })), "{}", bytes.escape_ascii());
        }
        let inside_itself = trees(&[(1, &[]), (2, &[entry("40000", "a", 2)])]);
        assert!(matches!(told(inside_itself), Err(ObjectError::TooLarge { .. })));
        // Twenty names for one folder, six levels deep: 64 million files in seven trees.
        let wide = |id| (b'a'..=b't').map(|name| entry("40000", &char::from(name).to_string(), id)).collect::<Vec<_>>();
        let levels = [wide(3), wide(4), wide(5), wide(6), wide(7), wide(8)];
        let bomb = trees(&[
            (1, &[]),
            (2, &levels[0]),
            (3, &levels[1]),
            (4, &levels[2]),
            (5, &levels[3]),
            (6, &levels[4]),
            (7, &levels[5]),
            (8, &[]),
        ]);
        assert!(matches!(told(bomb), Err(ObjectError::TooLarge { .. })));
        assert!(matches!(told(trees(&[(1, &[])])), Err(ObjectError::Missing { .. })));
    }
}
