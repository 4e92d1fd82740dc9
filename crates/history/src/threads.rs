//! [`Threads`]: the threads of a run, started when there is work for more than one. Where little is new there is none, and
//! starting them would take longer than all the rest.

use std::sync::OnceLock;

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

    /// How many there are, this one among them.
    pub(crate) fn number(&self) -> usize {
        self.pool().map_or(1, rayon::ThreadPool::current_num_threads)
    }

    /// What `of` makes of pieces of `items`, in their order. This thread does it where all of them are one piece.
    pub(crate) fn pieces<T: Sync, R: Send>(
        &self,
        items: &[T],
        piece: usize,
        of: impl Fn(&[T]) -> Vec<R> + Sync,
    ) -> Vec<R> {
        if items.len() <= piece {
            return of(items);
        }
        match self.pool() {
            Some(pool) => pool.install(|| items.par_chunks(piece).flat_map_iter(&of).collect()),
            None => of(items),
        }
    }
}
