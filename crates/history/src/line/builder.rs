//! [`Builder`]: makes the bytes of a stretch of a line. Paths, people and contents are numbered in the order in which they are
//! first named, so that the same commits are the same bytes, whoever read them and in how many steps.

use std::{hash::BuildHasher, sync::Arc};

use hashbrown::HashTable;
use lockstep_model::{Author, ChangesetKind, PathId, RepoPath, Timestamp};
use rustc_hash::{FxBuildHasher, FxHashMap};
use zerocopy::{
    Immutable, IntoBytes,
    little_endian::{I64, U32},
};

use super::{
    columns::{BOT, Columns, Counts, FAILED, MERGE, NOBODY},
    part::{FactColumns, MODES, Part},
    rest::Rest,
};
use crate::{
    diff::Side,
    kind::Kinds,
    objects::{ObjectError, ObjectId},
    walk::{Batch, End, Fact, Step},
};

/// Columns that grow.
pub(super) struct Builder {
    ids: Vec<ObjectId>,
    trees: Vec<ObjectId>,
    times: Vec<I64>,
    authors: Vec<U32>,
    writers: Vec<U32>,
    flags: Vec<u8>,
    subject_ends: Vec<U32>,
    fact_ends: Vec<U32>,
    paths: Vec<U32>,
    before: Vec<U32>,
    after: Vec<U32>,
    modes: Vec<u8>,
    blobs: Vec<ObjectId>,
    path_ends: Vec<U32>,
    subjects: Vec<u8>,
    names: Vec<u8>,
    failures: Vec<(u32, ObjectError)>,
    people: Vec<Arc<Author>>,
    /// The numbers of people and of paths.
    of_people: FxHashMap<Arc<Author>, u32>,
    of_paths: HashTable<u32>,
    /// By path, the content that it had last: that is mostly what the next change of it changes.
    last: Vec<u32>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            ids: Vec::new(),
            trees: Vec::new(),
            times: Vec::new(),
            authors: Vec::new(),
            writers: Vec::new(),
            flags: Vec::new(),
            subject_ends: Vec::new(),
            fact_ends: Vec::new(),
            paths: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
            modes: Vec::new(),
            blobs: vec![NOTHING],
            path_ends: Vec::new(),
            subjects: Vec::new(),
            names: Vec::new(),
            failures: Vec::new(),
            people: Vec::new(),
            of_people: FxHashMap::default(),
            of_paths: HashTable::new(),
            last: Vec::new(),
        }
    }
}

/// The id where there is no content.
const NOTHING: ObjectId = [0; 20];

/// A commit to be added.
struct Commit<'c> {
    id: ObjectId,
    tree: ObjectId,
    time: Timestamp,
    kind: ChangesetKind,
    author: &'c Arc<Author>,
    writer: Option<&'c Arc<Author>>,
    bot: bool,
    subject: &'c str,
}

impl Builder {
    /// Adds what was mined, of which each commit is let go when it is added: a history is not in memory twice.
    pub(super) fn mined(&mut self, steps: Vec<Step>, Batch { paths, deeds }: Batch) {
        let mut numbers = vec![None; paths.len()];
        for (step, deed) in steps.into_iter().zip(deeds) {
            let commit = Commit {
                id: step.id,
                tree: step.tree,
                time: step.time,
                kind: step.kind,
                author: &step.author,
                writer: deed.writer.author.as_ref(),
                bot: deed.writer.bot,
                subject: &step.subject,
            };
            let facts = deed.facts.as_ref().map(|facts| facts.iter().copied());
            self.commit(&commit, facts, &mut numbers, |path| &paths[path as usize]);
        }
    }

    /// Adds the first `number` commits of a stretch.
    pub(super) fn first(&mut self, part: &Part, number: usize) {
        let mut numbers = vec![None; part.paths()];
        let view = part.view();
        for entry in view.entries().take(number) {
            let commit = Commit {
                id: entry.id(),
                tree: entry.tree(),
                time: entry.time(),
                kind: entry.kind(),
                author: entry.author(),
                writer: entry.writer(),
                bot: entry.is_by_bot(),
                subject: entry.subject(),
            };
            let facts = entry.facts().map(|facts| facts.iter());
            self.commit(&commit, facts, &mut numbers, |path| part.path(path));
        }
    }

    /// Adds a commit and its facts; `numbers` are those of the paths that are known here, by the numbers that they have there,
    /// and `path` gives their texts.
    fn commit<'p>(
        &mut self,
        commit: &Commit<'_>,
        facts: Result<impl Iterator<Item = Fact>, &ObjectError>,
        numbers: &mut [Option<u32>],
        path: impl Fn(u32) -> &'p [u8],
    ) {
        let mut flags = if commit.kind == ChangesetKind::Merge { MERGE } else { 0 };
        flags |= if commit.bot { BOT } else { 0 };
        match facts {
            Ok(facts) => {
                for fact in facts {
                    let number = *numbers[fact.path as usize].get_or_insert_with(|| self.path(path(fact.path)));
                    self.fact(number, &fact);
                }
            }
            Err(error) => {
                flags |= FAILED;
                self.failures.push((self.ids.len() as u32, error.clone()));
            }
        }
        self.ids.push(commit.id);
        self.trees.push(commit.tree);
        self.times.push(I64::new(commit.time));
        let author = self.author(commit.author);
        self.authors.push(U32::new(author));
        let writer = commit.writer.map_or(NOBODY, |writer| self.author(writer));
        self.writers.push(U32::new(writer));
        self.flags.push(flags);
        self.subjects.extend(commit.subject.as_bytes());
        self.subject_ends.push(U32::new(self.subjects.len() as u32));
        self.fact_ends.push(U32::new(self.modes.len() as u32));
    }

    fn fact(&mut self, path: u32, fact: &Fact) {
        let mode = |side: &Side| MODES.iter().position(|mode| *mode == side.mode).unwrap_or_default();
        let last = self.last[path as usize];
        let before = self.blob(&fact.before, last);
        let after = self.blob(&fact.after, before);
        self.last[path as usize] = after;
        self.paths.push(U32::new(path));
        self.before.push(U32::new(before));
        self.after.push(U32::new(after));
        self.modes.push((mode(&fact.before) * MODES.len() + mode(&fact.after)) as u8);
    }

    /// The number of a content: 0 of none, that of `likely` if it is that.
    fn blob(&mut self, side: &Side, likely: u32) -> u32 {
        if side.id == NOTHING {
            return 0;
        }
        if self.blobs[likely as usize] == side.id {
            return likely;
        }
        self.blobs.push(side.id);
        (self.blobs.len() - 1) as u32
    }

    fn path(&mut self, path: &[u8]) -> u32 {
        let Self { of_paths, path_ends, names, .. } = self;
        let hash = FxBuildHasher.hash_one(path);
        if let Some(number) = of_paths.find(hash, |number| text(names, path_ends, *number) == path) {
            return *number;
        }
        let number = path_ends.len() as u32;
        names.extend(path);
        path_ends.push(U32::new(names.len() as u32));
        of_paths.insert_unique(hash, number, |number| FxBuildHasher.hash_one(text(names, path_ends, *number)));
        self.last.push(0);
        number
    }

    fn author(&mut self, author: &Arc<Author>) -> u32 {
        if let Some(number) = self.of_people.get(author) {
            return *number;
        }
        let number = self.people.len() as u32;
        self.of_people.insert(Arc::clone(author), number);
        self.people.push(Arc::clone(author));
        number
    }

    /// The paths in the order of their texts.
    fn order(&self) -> Vec<U32> {
        let count = self.path_ends.len() as u32;
        let mut order: Vec<(&[u8], u32)> =
            (0..count).map(|number| (text(&self.names, &self.path_ends, number), number)).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, number)| U32::new(number)).collect()
    }

    /// What moved, as [`Rest`] keeps it.
    fn moves(&self, paths: &[RepoPath]) -> Vec<(u32, u32)> {
        let facts = FactColumns {
            paths: &self.paths,
            before: &self.before,
            after: &self.after,
            modes: &self.modes,
            blobs: &self.blobs,
        };
        facts.moves(&self.fact_ends, &|path: PathId| paths[path.0 as usize].as_str())
    }

    /// Where each name ends and each address, and the text of them.
    fn texts_of_people(&self) -> (Vec<U32>, Vec<U32>, Vec<u8>) {
        let (mut names, mut addresses, mut text) = (Vec::new(), Vec::new(), Vec::new());
        for person in &self.people {
            text.extend(person.name.as_bytes());
            names.push(U32::new(text.len() as u32));
            text.extend(person.email.as_bytes());
            addresses.push(U32::new(text.len() as u32));
        }
        (names, addresses, text)
    }

    /// The stretch of the commits that were added, before which the line ends like that.
    pub(super) fn part(self, end: End) -> Part {
        let (name_ends, address_ends, people) = self.texts_of_people();
        let order = self.order();
        let paths: Vec<RepoPath> = (0..self.path_ends.len() as u32)
            .map(|number| RepoPath::from_git(text(&self.names, &self.path_ends, number)))
            .collect();
        let moves = self.moves(&paths);
        let kinds = kinds(&paths);
        let rest = rest(&end, &self.failures, &moves);
        let counts = Counts {
            commits: self.ids.len(),
            facts: self.modes.len(),
            blobs: self.blobs.len(),
            authors: self.people.len(),
            paths: self.path_ends.len(),
            subjects: self.subjects.len(),
            people: people.len(),
            names: self.names.len(),
            rest: rest.len(),
        };
        let mut bytes = Vec::with_capacity(Columns::of(&counts).length());
        bytes.extend(counts.to_bytes());
        // In the order of the columns. Each is let go when it is written.
        put(&mut bytes, self.ids);
        put(&mut bytes, self.trees);
        put(&mut bytes, self.times);
        put(&mut bytes, self.authors);
        put(&mut bytes, self.writers);
        put(&mut bytes, self.flags);
        put(&mut bytes, self.subject_ends);
        put(&mut bytes, self.fact_ends);
        put(&mut bytes, self.paths);
        put(&mut bytes, self.before);
        put(&mut bytes, self.after);
        put(&mut bytes, self.modes);
        put(&mut bytes, self.blobs);
        put(&mut bytes, name_ends);
        put(&mut bytes, address_ends);
        put(&mut bytes, self.path_ends);
        put(&mut bytes, order);
        put(&mut bytes, kinds);
        put(&mut bytes, self.subjects);
        put(&mut bytes, people);
        put(&mut bytes, self.names);
        put(&mut bytes, rest);
        Part::new(bytes.into(), &counts, self.people, end, self.failures, moves)
    }
}

/// The text of a path.
fn text<'n>(names: &'n [u8], ends: &[U32], number: u32) -> &'n [u8] {
    let end = |number: usize| ends[number].get() as usize;
    let at = number as usize;
    &names[at.checked_sub(1).map_or(0, end)..end(at)]
}

fn put<T: IntoBytes + Immutable>(bytes: &mut Vec<u8>, column: Vec<T>) {
    bytes.extend_from_slice(column.as_bytes());
}

/// The kind of change that each path tells by its name.
fn kinds(paths: &[RepoPath]) -> Vec<u8> {
    let (kinds, _) = Kinds::new(&[]);
    kinds.of(paths.iter().map(RepoPath::as_str)).into_iter().map(|kind| kind as u8).collect()
}

fn rest(end: &End, failures: &[(u32, ObjectError)], moves: &[(u32, u32)]) -> Vec<u8> {
    let failures = failures.iter().map(|(number, error)| (*number, error.clone().into())).collect();
    postcard::to_stdvec(&Rest { end: end.clone().into(), failures, moves: moves.to_vec() }).unwrap_or_default()
}
