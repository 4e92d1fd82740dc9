//! [`Generations`]: a cache that keeps what was used lately, in two generations.

use std::{hash::Hash, rc::Rc};

use rustc_hash::FxHashMap;

use super::Object;

/// Objects read lately. When the younger generation is full, the older one is dropped and the younger one grows old; what is
/// used becomes young again. That costs one look for each use, and no list to keep in order.
pub(crate) struct Generations<K> {
    new: FxHashMap<K, Object>,
    old: FxHashMap<K, Object>,
    bytes: usize,
    /// Bytes in one generation: half of what is kept.
    limit: usize,
}

impl<K: Hash + Eq + Copy> Generations<K> {
    /// A cache of two generations of `limit` bytes each.
    pub(crate) fn new(limit: usize) -> Self {
        Self { new: FxHashMap::default(), old: FxHashMap::default(), bytes: 0, limit }
    }

    pub(crate) fn get(&mut self, key: K) -> Option<Object> {
        if let Some(object) = self.new.get(&key) {
            return Some(object.clone());
        }
        let object = self.old.remove(&key)?;
        self.put(key, &object);
        Some(object)
    }

    pub(crate) fn put(&mut self, key: K, object: &Object) {
        /// What an entry costs beside the bytes.
        const BESIDE: usize = 96;
        let bytes = object.bytes.len() + BESIDE;
        if bytes > self.limit {
            return;
        }
        if self.bytes + bytes > self.limit {
            self.old = std::mem::take(&mut self.new);
            self.bytes = 0;
        }
        self.bytes += bytes;
        self.new.insert(key, Object { kind: object.kind, bytes: Rc::clone(&object.bytes) });
    }
}

#[cfg(test)]
mod tests {
    use git2::ObjectType;

    use super::*;

    #[test]
    fn what_is_used_stays_and_the_rest_goes() {
        let object = |size| Object { kind: ObjectType::Tree, bytes: Rc::new(vec![0; size]) };
        let mut kept = Generations::new(10_000);
        kept.put(0, &object(1_000));
        for key in 1..100 {
            kept.put(key, &object(1_000));
            assert!(kept.get(0).is_some(), "{key}");
        }
        assert!(kept.get(1).is_none());
        assert!(kept.get(99).is_some());
        kept.put(100, &object(20_000));
        assert!(kept.get(100).is_none());
        assert!(kept.new.len() + kept.old.len() <= 20);
    }
}
