//! [`Known`]: the commits of a line that is known, by their ids.

use std::sync::OnceLock;

use hashbrown::HashTable;

use super::{Entry, Last, Line, View};
use crate::objects::ObjectId;

/// Finds commits on a line. Most often only the newest is asked for; the others are put in a table when another is.
pub(crate) struct Known<'l> {
    last: Option<Last>,
    views: Vec<View<'l>>,
    /// The numbers of the stretch and of the commit in it.
    table: OnceLock<HashTable<(u32, u32)>>,
}

impl<'l> Known<'l> {
    /// The commits of `line`; none are known without one.
    pub(crate) fn of(line: Option<&'l Line>) -> Self {
        let views = line.map_or(Vec::new(), Line::views);
        Self { last: line.and_then(Line::last), views, table: OnceLock::new() }
    }

    /// The tree of the commit `id`; none if it is not on the line.
    pub(crate) fn tree(&self, id: &ObjectId) -> Option<ObjectId> {
        let last = self.last.as_ref()?;
        if last.id == *id {
            return Some(last.tree);
        }
        let table = self.table.get_or_init(|| self.table());
        let found = table.find(hash(id), |place| self.entry(*place).is_some_and(|entry| entry.id() == *id))?;
        self.entry(*found).map(|entry| entry.tree())
    }

    /// True if the commit `id` is on the line.
    pub(crate) fn has(&self, id: &ObjectId) -> bool {
        self.tree(id).is_some()
    }

    fn entry(&self, (view, at): (u32, u32)) -> Option<Entry<'_, 'l>> {
        self.views.get(view as usize)?.entry(at as usize)
    }

    fn table(&self) -> HashTable<(u32, u32)> {
        let mut table = HashTable::with_capacity(self.views.iter().map(|view| view.part().len()).sum());
        let hash_of = |place: &(u32, u32)| self.entry(*place).map_or(0, |entry| hash(&entry.id()));
        for (number, view) in (0..).zip(&self.views) {
            for (at, entry) in (0..).zip(view.entries()) {
                table.insert_unique(hash(&entry.id()), (number, at), hash_of);
            }
        }
        table
    }
}

/// Ids are as good as random.
fn hash(id: &ObjectId) -> u64 {
    id.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
}
