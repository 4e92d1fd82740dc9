//! The source files of one language: what each defines, and which of them are loaded together.
//!
//! For languages in which a file says what it loads, but what it names may come from any file that somebody loaded.

use std::sync::OnceLock;

use lockstep_model::RepoPath;
use rustc_hash::FxHashMap;

use crate::{
    Surface,
    draft::{Extent, is_part},
};

/// See the file's head. Shared by threads.
pub(crate) struct Program<'a> {
    ids: FxHashMap<&'a RepoPath, usize>,
    paths: Vec<&'a RepoPath>,
    surfaces: Vec<Surface<'a>>,
    /// What each file defines, sorted.
    defined: Vec<Vec<&'a str>>,
    names: FxHashMap<&'a str, Vec<usize>>,
    loads: Vec<Vec<usize>>,
    loaded_by: Vec<Vec<usize>>,
    together: Vec<OnceLock<Bits>>,
}

impl<'a> Program<'a> {
    /// The program of these files; nothing is known of what they load yet.
    pub(crate) fn new(files: Vec<(&'a RepoPath, Surface<'a>)>) -> Self {
        let mut names: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (id, (_, surface)) in files.iter().enumerate() {
            for symbol in surface.symbols() {
                let places = names.entry(symbol).or_default();
                if places.last() != Some(&id) {
                    places.push(id);
                }
            }
        }
        let count = files.len();
        let defined = |surface: &Surface<'a>| {
            let mut defined: Vec<&str> = surface.symbols().collect();
            defined.sort_unstable();
            defined.dedup();
            defined
        };
        Self {
            defined: files.iter().map(|(_, surface)| defined(surface)).collect(),
            ids: files.iter().enumerate().map(|(id, (path, _))| (*path, id)).collect(),
            paths: files.iter().map(|(path, _)| *path).collect(),
            surfaces: files.into_iter().map(|(_, surface)| surface).collect(),
            names,
            loads: vec![Vec::new(); count],
            loaded_by: vec![Vec::new(); count],
            together: (0..count).map(|_| OnceLock::new()).collect(),
        }
    }

    /// Every file with what it shows.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&'a RepoPath, Surface<'a>)> + '_ {
        self.paths.iter().copied().zip(self.surfaces.iter().copied())
    }

    /// Says that `from` loads `to`. Whoever is `silent` counts as nobody who brings files together: a test.
    pub(crate) fn add_load(&mut self, from: &RepoPath, to: &RepoPath, silent: bool) {
        let (Some(from), Some(to)) = (self.ids.get(from).copied(), self.ids.get(to).copied()) else { return };
        self.loads[from].push(to);
        if !silent {
            self.loaded_by[to].push(from);
        }
    }

    /// The files that define `name`.
    pub(crate) fn defining(&self, name: &str) -> impl Iterator<Item = &'a RepoPath> + '_ {
        self.names.get(name).into_iter().flatten().map(|id| self.paths[*id])
    }

    /// True if somebody loads both, be it one of them.
    pub(crate) fn are_together(&self, one: &RepoPath, other: &RepoPath) -> bool {
        let (Some(one), Some(other)) = (self.ids.get(one), self.ids.get(other)) else { return false };
        one == other || self.together[*one].get_or_init(|| self.companions(*one)).has(*other)
    }

    /// What `name` takes of a file.
    pub(crate) fn names_of(&self, path: &RepoPath, name: &str, extent: Extent) -> Vec<String> {
        let Some(id) = self.ids.get(path) else { return vec![name.to_owned()] };
        let defined = &self.defined[*id];
        let first = defined.partition_point(|found| *found < name);
        let below = defined[first..].iter().take_while(|found| found.starts_with(name));
        below.filter(|found| is_part(found, name, extent)).map(|found| (*found).to_owned()).collect()
    }

    /// All that is loaded by those who load `file`.
    fn companions(&self, file: usize) -> Bits {
        let mut above = Bits::new(self.paths.len());
        spread(vec![file], &self.loaded_by, &mut above);
        let start: Vec<usize> = (0..self.paths.len()).filter(|id| above.has(*id)).collect();
        let mut together = Bits::new(self.paths.len());
        spread(start, &self.loads, &mut together);
        together
    }
}

/// Marks all that `open` leads to.
fn spread(mut open: Vec<usize>, edges: &[Vec<usize>], into: &mut Bits) {
    while let Some(id) = open.pop() {
        if into.add(id) {
            open.extend(&edges[id]);
        }
    }
}

/// A set of small numbers.
struct Bits(Vec<u64>);

impl Bits {
    fn new(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    fn has(&self, index: usize) -> bool {
        self.0[index / 64] & (1 << (index % 64)) != 0
    }

    /// True if it is new.
    fn add(&mut self, index: usize) -> bool {
        let new = !self.has(index);
        self.0[index / 64] |= 1 << (index % 64);
        new
    }
}
