//! [`Ahead`]: what is made of the long stretch of a line that is known, by another thread, while what came since is still
//! being read. It does not change whatever follows.

use std::sync::OnceLock;

use lockstep_model::{ChangeKind, RepoPath};

use crate::{
    Line,
    deeds::{Deeds, Moved, Numbers},
    kind::Kinds,
    paths::Paths,
    threads::Threads,
};

/// What is made of the beginning of a line.
pub(crate) struct Ahead {
    /// The beginning; nothing if whatever is to be made is made later.
    pub(crate) line: Line,
    pub(crate) paths: Paths,
    /// The numbers of the paths, stretch by stretch.
    pub(crate) numbers: Vec<Numbers>,
    /// What moved, if renames are followed.
    pub(crate) moved: Moved,
    /// The kinds of the paths.
    pub(crate) kinds: Vec<ChangeKind>,
}

impl Ahead {
    /// Nothing.
    pub(crate) fn nothing() -> Self {
        let (line, paths) = (Line::nothing(), Paths::default());
        Self { line, paths, numbers: Vec::new(), moved: Moved::default(), kinds: Vec::new() }
    }

    /// What can be made of the `beginning` of a line, if there is one, and what `meanwhile` gives.
    pub(crate) fn of<R>(
        beginning: Option<Line>,
        follow_renames: bool,
        kinds: &Kinds,
        threads: &Threads,
        meanwhile: impl FnOnce() -> R,
    ) -> (Self, R) {
        let Some(line) = beginning else {
            return (Self::nothing(), meanwhile());
        };
        let mut paths = Paths::default();
        let deeds = Deeds::of(&line, None, &mut paths, Vec::new());
        let told = OnceLock::new();
        // By whichever thread has nothing else to do first.
        let tell = || _ = told.get_or_init(|| kinds.of(paths.list().iter().map(RepoPath::as_str)));
        let there = || {
            let moved = if follow_renames { deeds.moves(0, &paths, threads) } else { Moved::default() };
            tell();
            moved
        };
        let here = || {
            let given = meanwhile();
            tell();
            given
        };
        let (moved, given) = threads.both(true, there, here);
        let numbers = deeds.into_numbers();
        let kinds = told.into_inner().unwrap_or_default();
        (Self { line, paths, numbers, moved, kinds }, given)
    }
}
