//! [`Queue`]: pieces of work that one thread finds in order while the others do them.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

/// Pieces of work, numbered in the order of the history. Neighbours share most of what must be read for them, so whoever took
/// one takes the next; whoever cannot begins in the middle of the longest stretch that nobody has begun. So each thread reads
/// long stretches, and all end together.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    more: Condvar,
}

struct State<T> {
    waiting: BTreeMap<usize, T>,
    added: usize,
    ended: bool,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        let state = State { waiting: BTreeMap::new(), added: 0, ended: false };
        Self { state: Mutex::new(state), more: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the next piece.
    pub(super) fn add(&self, piece: T) {
        let mut state = self.state();
        let number = state.added;
        state.waiting.insert(number, piece);
        state.added += 1;
        self.more.notify_one();
    }

    /// Says that no piece will be added.
    pub(super) fn end(&self) {
        self.state().ended = true;
        self.more.notify_all();
    }

    /// A piece for whoever did number `last` before, with its number; waits for one if more may come.
    pub(super) fn take(&self, last: Option<usize>) -> Option<(usize, T)> {
        let mut state = self.state();
        loop {
            let next = last.map(|last| last + 1).filter(|next| state.waiting.contains_key(next));
            if let Some(number) = next.or_else(|| middle_of_longest(state.waiting.keys().copied())) {
                return state.waiting.remove(&number).map(|piece| (number, piece));
            }
            if state.ended {
                return None;
            }
            state = self.more.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The middle of the longest stretch of neighbours among `numbers`, which are in order.
fn middle_of_longest(numbers: impl Iterator<Item = usize>) -> Option<usize> {
    let mut longest: Option<(usize, usize)> = None;
    let mut stretch: Option<(usize, usize)> = None;
    for number in numbers {
        let grown = match stretch {
            Some((first, length)) if first + length == number => (first, length + 1),
            _ => (number, 1),
        };
        stretch = Some(grown);
        if longest.is_none_or(|(_, length)| grown.1 > length) {
            longest = stretch;
        }
    }
    longest.map(|(first, length)| first + length / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_takes_a_stretch_of_its_own() {
        let queue = Queue::new();
        (0..8).for_each(|piece| queue.add(piece));
        queue.end();
        assert_eq!(queue.take(None), Some((4, 4)));
        assert_eq!(queue.take(Some(4)), Some((5, 5)));
        assert_eq!(queue.take(None), Some((2, 2)));
        assert_eq!(queue.take(Some(5)), Some((6, 6)));
        assert_eq!(queue.take(Some(6)), Some((7, 7)));
        assert_eq!(queue.take(Some(7)), Some((1, 1)));
        assert_eq!(queue.take(Some(2)), Some((3, 3)));
        assert_eq!(queue.take(Some(3)), Some((0, 0)));
        assert_eq!(queue.take(Some(0)), None);
    }

    #[test]
    fn whoever_comes_early_waits() {
        let queue = Queue::new();
        let done: usize = std::thread::scope(|scope| {
            let worker = || {
                let (mut done, mut last) = (0, None);
                while let Some((number, piece)) = queue.take(last) {
                    assert_eq!(number, piece);
                    (done, last) = (done + 1, Some(number));
                }
                done
            };
            let workers = [scope.spawn(worker), scope.spawn(worker), scope.spawn(worker)];
            (0..1000).for_each(|piece| queue.add(piece));
            queue.end();
            workers.map(|worker| worker.join().unwrap()).iter().sum()
        });
        assert_eq!(done, 1000);
    }
}
