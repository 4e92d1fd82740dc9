//! [`Threads`]: the threads of a run, started when there is work for more than one. Where little is new there is none, and
//! starting them would take longer than all the rest.

use std::{panic::resume_unwind, sync::OnceLock};

use rayon::prelude::*;

/// Threads that may be had.
pub(crate) struct Threads {
    jobs: usize,
    pool: OnceLock<Option<rayon::ThreadPool>>,
}

impl Threads {
    /// So many; 0 for as many as there are processors.
    pub(crate) fn new(jobs: usize) -> Self {
        Self { jobs, pool: OnceLock::new() }
    }

    /// None where threads cannot be had.
    fn pool(&self) -> Option<&rayon::ThreadPool> {
        let start = || rayon::ThreadPoolBuilder::new().num_threads(self.jobs).build().ok();
        self.pool.get_or_init(start).as_ref()
    }

    /// What `there` and `here` give; the first is done by another thread if `worth_it`, and if there may be one.
    pub(crate) fn both<A: Send, B>(
        &self,
        worth_it: bool,
        there: impl FnOnce() -> A + Send,
        here: impl FnOnce() -> B,
    ) -> (A, B) {
        let alone = !worth_it || self.jobs == 1 || std::thread::available_parallelism().is_ok_and(|n| n.get() == 1);
        if alone {
            return (there(), here());
        }
        std::thread::scope(|scope| {
            let there = scope.spawn(there);
            let here = here();
            (there.join().unwrap_or_else(|panic| resume_unwind(panic)), here)
        })
    }

    /// How many there are, this one among them.
    pub(crate) fn number(&self) -> usize {
        self.pool().map_or(1, rayon::ThreadPool::current_num_threads)
    }

    /// What `of` makes of pieces of `items`, in their order. This thread does it where all of them are one piece, or where
    /// it is the only one.
    pub(crate) fn pieces<T: Sync, R: Send>(
        &self,
        items: &[T],
        piece: usize,
        of: impl Fn(&[T]) -> Vec<R> + Sync,
    ) -> Vec<R> {
        if items.len() <= piece || self.jobs == 1 {
            return of(items);
        }
        match self.pool() {
            Some(pool) => pool.install(|| items.par_chunks(piece).flat_map_iter(&of).collect()),
            None => of(items),
        }
    }
}
