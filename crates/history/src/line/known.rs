//! [`Known`]: the commits of a line that is known, by their ids.

use std::sync::OnceLock;

use hashbrown::HashTable;

use super::{Entry, Line};
use crate::objects::ObjectId;

/// Finds commits on a line. Most often only the newest is asked for; the others are put in a table when another is.
pub(crate) struct Known<'l> {
    line: Option<&'l Line>,
    table: OnceLock<HashTable<u32>>,
}

impl<'l> Known<'l> {
    /// The commits of `line`; none are known without one.
    pub(crate) fn of(line: Option<&'l Line>) -> Self {
        Self { line, table: OnceLock::new() }
    }

    /// The tree of the commit `id`; none if it is not on the line.
    pub(crate) fn tree(&self, id: &ObjectId) -> Option<ObjectId> {
        let line = self.line?;
        if let Some(newest) = line.last().filter(|newest| newest.id() == *id) {
            return Some(newest.tree());
        }
        let table = self.table.get_or_init(|| table(line));
        let is_it = |number: &u32| line.entry(*number as usize).is_some_and(|entry| entry.id() == *id);
        let number = table.find(hash(id), is_it)?;
        line.entry(*number as usize).map(|entry| entry.tree())
    }

    /// True if the commit `id` is on the line.
    pub(crate) fn has(&self, id: &ObjectId) -> bool {
        self.tree(id).is_some()
    }
}

fn table(line: &Line) -> HashTable<u32> {
    let mut table = HashTable::with_capacity(line.len());
    for (number, entry) in (0..).zip(line.entries()) {
        table.insert_unique(hash(&entry.id()), number, |number| line.entry(*number as usize).map_or(0, of_entry));
    }
    table
}

fn of_entry(entry: Entry<'_>) -> u64 {
    hash(&entry.id())
}

/// Ids are as good as random.
fn hash(id: &ObjectId) -> u64 {
    id.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}
