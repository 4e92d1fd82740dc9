//! From commits to what each of them changed, on all cores: one thread walks the history and hands on what it finds, the
//! others compare trees; when the walk ends, its thread helps them.
//!
//! What comes out does not depend on who read what: it is put in the order of the history, and so are the paths.

mod commits;
mod queue;
mod writers;

use std::{
    cell::RefCell,
    hash::BuildHasher,
    panic::resume_unwind,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
};

use git2::ObjectType;
use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};

pub(crate) use commits::{Commits, Looked};

use crate::{
    Progress,
    commit::{People, RawCommit},
    diff,
    line::Known,
    mining::queue::Queue,
    objects::{ObjectError, ObjectId, Objects, Store},
    pages::UsualPages,
    threads::Threads,
    walk::{Batch, Deed, End, Fact, MainLine, Step, WrittenBy, step},
};

/// Commits in a piece of work.
const PIECE: usize = 64;

/// How to mine.
pub(crate) struct Miner<'m> {
    pub(crate) store: &'m Store,
    pub(crate) threads: &'m Threads,
    pub(crate) progress: &'m (dyn Fn(Progress) + Sync),
}

/// One commit whose tree is to be compared.
struct Task {
    /// Counts the commits in the order in which they are found.
    number: u32,
    id: ObjectId,
    tree: ObjectId,
    /// The tree that it changed; none for the empty tree.
    before: Option<ObjectId>,
    /// True if the commit itself is still to be read.
    unread: bool,
}

/// Gets what a walk finds.
pub(crate) struct Sink<'s> {
    queue: &'s Queue<Vec<Task>>,
    piece: Vec<Task>,
    steps: Vec<Option<Step>>,
    /// Those that have nothing before them, for all that is known so far.
    first_ones: Vec<(u32, ObjectId, ObjectId)>,
    progress: &'s (dyn Fn(Progress) + Sync),
    /// Called whenever a piece is there for other threads.
    help: &'s dyn Fn(),
}

impl Sink<'_> {
    /// Takes the commit `id`; gives its number.
    pub(crate) fn found(&mut self, looked: &mut Looked) -> u32 {
        self.steps.push(looked.step.take());
        if self.steps.len().is_multiple_of(1024) {
            (self.progress)(Progress::Walked(self.steps.len() as u32));
        }
        (self.steps.len() - 1) as u32
    }

    /// Says what the commit `number` changed: the tree `before`. None if there is none, or it is not here.
    pub(crate) fn changed(&mut self, number: u32, id: ObjectId, tree: ObjectId, before: Option<ObjectId>) {
        match before {
            Some(_) => self.task(number, id, tree, before),
            None => self.first_ones.push((number, id, tree)),
        }
    }

    fn task(&mut self, number: u32, id: ObjectId, tree: ObjectId, before: Option<ObjectId>) {
        let unread = self.steps[number as usize].is_none();
        self.piece.push(Task { number, id, tree, before, unread });
        if self.piece.len() == PIECE {
            self.queue.add(std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE)));
            (self.help)();
        }
    }

    /// The walk is over. Where the history ends before its beginning, the first commits are not known to have changed anything.
    fn ended(&mut self, end: &End) -> Vec<Option<Step>> {
        let mut nothing = Vec::new();
        for (number, id, tree) in std::mem::take(&mut self.first_ones) {
            match end {
                End::Root => self.task(number, id, tree, None),
                End::Shallow | End::Broken(_) => nothing.push((number, id, tree)),
            }
        }
        // Compared with themselves, they change nothing; but they are read, if they have not been.
        nothing.into_iter().for_each(|(number, id, tree)| self.task(number, id, tree, Some(tree)));
        std::mem::take(&mut self.steps)
    }
}

impl Drop for Sink<'_> {
    fn drop(&mut self) {
        if !self.piece.is_empty() {
            self.queue.add(std::mem::take(&mut self.piece));
        }
        self.queue.end();
    }
}

/// What a walk says at its end.
pub(crate) struct Walked {
    /// The numbers of the commits, oldest first, each with the tree that it changed. Those that are missing are left out.
    pub(crate) order: Vec<(u32, Option<ObjectId>)>,
    /// Where it ended.
    pub(crate) end: End,
    /// The commit of the known line that it met.
    pub(crate) met: Option<ObjectId>,
}

/// A walk through a history.
pub(crate) type Walk<'w> = &'w dyn Fn(&mut Commits<'_>, &mut Sink<'_>) -> Walked;

/// What a thread did.
#[derive(Default)]
struct Share {
    /// By the numbers of the commits.
    done: Vec<(u32, Result<Vec<Fact>, ObjectError>)>,
    /// The commits that the walk did not read, by their numbers.
    steps: Vec<(u32, Step)>,
    paths: Paths,
    walked: Option<(Walked, Vec<Option<Step>>)>,
}

/// What was mined.
pub(crate) struct Mined {
    pub(crate) line: MainLine,
    pub(crate) batch: Batch,
    /// The commit of the known line that was met.
    pub(crate) met: Option<ObjectId>,
    /// There if it was much, for as long as it is made into something else.
    pub(crate) pages: Option<UsualPages>,
}

impl Miner<'_> {
    /// Mines what `walk` finds. Commits that are `known` are on the main line as well, before its first step.
    pub(crate) fn mine(&self, known: &Known<'_>, walk: Walk<'_>) -> Mined {
        let pages = RefCell::new(None);
        let shares = self.shares(true, walk, &pages).or_else(|| self.shares(false, walk, &pages)).unwrap_or_default();
        let (walked, steps, deeds, paths) = joined(shares);
        let (line, mut batch) = in_order(walked.order, walked.end, steps, deeds, &paths);
        let writers = writers::written_by(self, &line.steps, known);
        for (deed, writer) in batch.deeds.iter_mut().zip(writers) {
            deed.writer = writer;
        }
        Mined { line, batch, met: walked.met, pages: pages.take() }
    }

    /// What each thread did; none if a commit turned out not to be what the commit-graph says.
    fn shares(&self, with_graph: bool, walk: Walk<'_>, pages: &RefCell<Option<UsualPages>>) -> Option<Vec<Share>> {
        let run = Run {
            miner: self,
            queue: Queue::new(),
            graph_is_wrong: AtomicBool::new(false),
            done: AtomicU32::new(0),
            total: AtomicU32::new(0),
        };
        // This thread walks: it is there anyway, and has the better part of the allocator.
        let shares = std::thread::scope(|scope| {
            let others = RefCell::new(Vec::new());
            // The others come when there is more than one piece: what is left over, this one does by itself.
            let help = || {
                let mut others = others.borrow_mut();
                if others.is_empty() {
                    pages.borrow_mut().get_or_insert_with(UsualPages::begin);
                    let run = &run;
                    let other = |_| scope.spawn(move || run.share(self.store.objects(), None));
                    others.extend((1..self.threads.number()).map(other));
                }
            };
            let first = run.walk(with_graph, walk, &help);
            let others =
                others.take().into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            std::iter::once(first).chain(others).collect()
        });
        (!run.graph_is_wrong.into_inner()).then_some(shares)
    }
}

/// What the threads that mine have in common.
struct Run<'m> {
    miner: &'m Miner<'m>,
    queue: Queue<Vec<Task>>,
    graph_is_wrong: AtomicBool,
    /// Commits whose changes are read.
    done: AtomicU32,
    /// Commits in all; 0 as long as that is not known.
    total: AtomicU32,
}

impl Run<'_> {
    /// Walks, and then helps the others.
    fn walk(&self, with_graph: bool, walk: Walk<'_>, help: &dyn Fn()) -> Share {
        let mut commits = Commits::new(self.miner.store, with_graph);
        let walked = {
            let mut sink = Sink {
                queue: &self.queue,
                piece: Vec::with_capacity(PIECE),
                steps: Vec::new(),
                first_ones: Vec::new(),
                progress: self.miner.progress,
                help,
            };
            let walked = walk(&mut commits, &mut sink);
            let steps = sink.ended(&walked.end);
            self.total.store(steps.len() as u32, Ordering::Relaxed);
            (walked, steps)
        };
        self.share(commits.into_objects(), Some(walked))
    }

    /// Takes pieces and does them until there are none.
    fn share(&self, mut objects: Objects<'_>, walked: Option<(Walked, Vec<Option<Step>>)>) -> Share {
        let mut share = Share { walked, ..Share::default() };
        let (mut last, mut people) = (None, People::default());
        while let Some((number, piece)) = self.queue.take(last) {
            last = Some(number);
            for task in &piece {
                if task.unread {
                    match self.step(&mut objects, &mut people, task) {
                        Some(step) => share.steps.push((task.number, step)),
                        None => self.graph_is_wrong.store(true, Ordering::Relaxed),
                    }
                }
                let facts = share.paths.facts(&mut objects, task);
                share.done.push((task.number, facts));
            }
            let length = piece.len() as u32;
            let done = self.done.fetch_add(length, Ordering::Relaxed) + length;
            match self.total.load(Ordering::Relaxed) {
                0 => {}
                total => (self.miner.progress)(Progress::Read { done: done.min(total), total }),
            }
        }
        share
    }

    /// The step that the commit of `task` is; none if it cannot be read, or is not what the commit-graph says.
    fn step(&self, objects: &mut Objects<'_>, people: &mut People, task: &Task) -> Option<Step> {
        let read = |bytes: &[u8]| {
            let commit = RawCommit::parse(bytes).ok()?;
            let agrees = self.miner.store.graph().is_some_and(|graph| graph.agrees(&task.id, &commit));
            agrees.then(|| step(task.id, &commit, people))
        };
        objects.with(&task.id, ObjectType::Commit, read).ok().flatten()
    }
}

/// Paths that a thread met, each once.
#[derive(Default)]
struct Paths {
    /// The numbers of what is in the list, found by the texts there: a copy of each would be as much again.
    ids: HashTable<u32>,
    list: PathList,
    /// Where the facts of one commit are gathered.
    room: Vec<Fact>,
}

impl Paths {
    fn facts(&mut self, objects: &mut Objects<'_>, task: &Task) -> Result<Vec<Fact>, ObjectError> {
        let mut facts = std::mem::take(&mut self.room);
        facts.clear();
        let differ = diff::diff(objects, task.before.as_ref(), Some(&task.tree), &mut |change| {
            let path = self.id(change.path);
            facts.push(Fact { path, status: change.status, before: change.before, after: change.after });
        });
        // Exactly as large as it need be: there will be as many of them as commits.
        let exact = differ.map(|()| facts.clone());
        self.room = facts;
        exact
    }

    fn id(&mut self, path: &[u8]) -> u32 {
        let Self { ids, list, .. } = self;
        let hash = FxBuildHasher.hash_one(path);
        if let Some(id) = ids.find(hash, |id| *list[*id as usize] == *path) {
            return *id;
        }
        let id = list.len() as u32;
        list.push(path.into());
        ids.insert_unique(hash, id, |id| FxBuildHasher.hash_one(&*list[*id as usize]));
        id
    }
}

/// The paths that one thread met, by its numbers.
type PathList = Vec<Box<[u8]>>;

/// The facts of one commit, and whose paths they name.
type Told = Option<(usize, Result<Vec<Fact>, ObjectError>)>;

/// What all threads did, by the numbers of the commits.
fn joined(shares: Vec<Share>) -> (Walked, Vec<Option<Step>>, Vec<Told>, Vec<PathList>) {
    let nothing = || (Walked { order: Vec::new(), end: End::Root, met: None }, Vec::new());
    let mut shares = shares;
    let (walked, mut steps) = shares.iter_mut().find_map(|share| share.walked.take()).unwrap_or_else(nothing);
    let mut told: Vec<Told> = Vec::new();
    told.resize_with(steps.len(), || None);
    let mut paths = Vec::with_capacity(shares.len());
    for (thread, share) in shares.into_iter().enumerate() {
        for (number, facts) in share.done {
            told[number as usize] = Some((thread, facts));
        }
        for (number, step) in share.steps {
            steps[number as usize] = Some(step);
        }
        paths.push(share.paths.list);
    }
    (walked, steps, told, paths)
}

/// The commits in `order`, and what they did as one batch; its paths in the order in which they are first named. What is large
/// stays where it is: all of it twice would be the most that mining ever holds.
fn in_order(
    order: Vec<(u32, Option<ObjectId>)>,
    end: End,
    mut steps: Vec<Option<Step>>,
    mut told: Vec<Told>,
    paths: &[PathList],
) -> (MainLine, Batch) {
    arrange(&mut steps, &order);
    arrange(&mut told, &order);
    for ((step, told), (_, before)) in steps.iter_mut().zip(&mut told).zip(&order) {
        match step {
            Some(step) if told.is_some() => step.before = *before,
            _ => (*step, *told) = (None, None),
        }
    }
    let mut batch = Batch::default();
    let mut ids: FxHashMap<&[u8], u32> = FxHashMap::default();
    let mut numbers: Vec<Vec<Option<u32>>> = paths.iter().map(|paths| vec![None; paths.len()]).collect();
    for (thread, facts) in told.iter_mut().flatten() {
        let (paths, numbers) = (&paths[*thread], &mut numbers[*thread]);
        for fact in facts.iter_mut().flatten() {
            let at = fact.path as usize;
            fact.path = *numbers[at].get_or_insert_with(|| {
                let path = &*paths[at];
                *ids.entry(path).or_insert_with(|| {
                    batch.paths.push(path.into());
                    (batch.paths.len() - 1) as u32
                })
            });
        }
    }
    let deed = |(_, facts)| Deed { facts, writer: WrittenBy::default() };
    batch.deeds = told.into_iter().flatten().map(deed).collect();
    (MainLine { steps: steps.into_iter().flatten().collect(), end }, batch)
}

/// Puts what stands at each number of `order` where that number stands in it, and forgets the rest.
fn arrange<T>(all: &mut Vec<T>, order: &[(u32, Option<ObjectId>)]) {
    let mut places: Vec<Option<u32>> = vec![None; all.len()];
    (0..).zip(order).for_each(|(place, (number, _))| places[*number as usize] = Some(place));
    let mut rest = order.len() as u32..;
    let mut places: Vec<u32> =
        places.into_iter().map(|place| place.or_else(|| rest.next()).unwrap_or_default()).collect();
    for at in 0..all.len() {
        while places[at] as usize != at {
            let place = places[at] as usize;
            all.swap(at, place);
            places.swap(at, place);
        }
    }
    all.truncate(order.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_order_comes_in_it_and_nothing_else() {
        let order = |numbers: &[u32]| numbers.iter().map(|number| (*number, None)).collect::<Vec<_>>();
        for (numbers, expected) in
            [(&[4, 3, 2, 1, 0][..], "edcba"), (&[0, 1, 2, 3, 4], "abcde"), (&[2, 0, 4], "cae"), (&[3], "d"), (&[], "")]
        {
            let mut all: Vec<char> = "abcde".chars().collect();
            arrange(&mut all, &order(numbers));
            assert_eq!(all.into_iter().collect::<String>(), expected, "{numbers:?}");
        }
    }
}
