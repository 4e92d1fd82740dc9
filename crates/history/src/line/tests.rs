//! Unit tests of [`super`]: what is written comes back, in how many steps it ever was read, and nothing that is read is trusted.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use lockstep_model::{Author, ChangesetKind, History};
use proptest::prelude::*;

use super::*;
use crate::{
    Scope,
    changesets::MadeOf,
    diff::Side,
    kind::Kinds,
    objects::{ObjectError, Store},
    threads::Threads,
    walk::{Deed, Fact, Step, WrittenBy},
};

/// Paths of made-up histories: folders that can move, names that are alike, and one that is no text.
const PATHS: [&[u8]; 10] = [
    b"a/x.ts",
    b"a/y.ts",
    b"a/z.ts",
    b"b/x.ts",
    b"b/y.ts",
    b"b/z.ts",
    b"a.ts",
    b"README.md",
    b"b/deep/x.ts",
    b"b/\xff",
];

/// What a commit leaves at some paths: a content, or nothing.
type Edits = Vec<(usize, Option<u8>)>;

fn side(content: Option<u8>) -> Side {
    content.map_or_else(Side::default, |content| Side { mode: 0o100_644, id: [content + 1; 20] })
}

/// The id of an object of a commit.
fn id(number: usize) -> ObjectId {
    [(number as u8).wrapping_add(1); 20]
}

/// What was mined of commits that make these edits, from number `first` on; `there` is what is there before them.
fn mined(edits: &[Edits], first: usize, there: &mut BTreeMap<usize, u8>) -> (MainLine, Batch) {
    let mut main = MainLine { steps: Vec::new(), end: End::Root };
    let mut batch = Batch::default();
    let author = |name: usize| Arc::new(Author { name: format!("Ana {name}"), email: String::new() });
    for (number, edits) in (first..).zip(edits) {
        let last: BTreeMap<usize, Option<u8>> = edits.iter().copied().collect();
        let mut facts = Vec::new();
        for (path, after) in last {
            let before = there.get(&path).copied();
            if before == after {
                continue;
            }
            match after {
                Some(content) => there.insert(path, content),
                None => there.remove(&path),
            };
            let (before, after) = (side(before), side(after));
            let named = batch.paths.iter().position(|own| **own == *PATHS[path]).unwrap_or_else(|| {
                batch.paths.push(PATHS[path].into());
                batch.paths.len() - 1
            });
            facts.push(Fact { path: named as u32, status: RawStatus::of(before.mode, after.mode), before, after });
        }
        main.steps.push(Step {
            id: id(number),
            tree: id(number + 100),
            before: None,
            merged: None,
            kind: if number % 3 == 0 { ChangesetKind::Merge } else { ChangesetKind::Commit },
            author: author(number % 2),
            time: number as i64,
            subject: format!("Commit {number} – ü"),
            bot_branch: false,
        });
        let writer = WrittenBy { bot: number % 5 == 4, author: (number % 3 == 0).then(|| author(2)) };
        batch.deeds.push(Deed { facts: Ok(facts), writer });
    }
    (main, batch)
}

fn line(edits: &[Edits]) -> Line {
    let (main, batch) = mined(edits, 0, &mut BTreeMap::new());
    Line::of(main, batch)
}

/// What is made of a line.
fn history(line: &Line) -> History {
    history_by(line, 1)
}

/// The same, by so many threads.
fn history_by(line: &Line, jobs: usize) -> History {
    let (kinds, _) = Kinds::new(&[]);
    let store = Store::new(Path::new("nowhere"), Vec::new(), false);
    let mut history = History::default();
    let made_of = MadeOf { line, pending: None, follow_renames: true, kinds: &kinds, scope: Scope::Behaviour };
    let failures = made_of.assemble(&mut history, &mut store.objects(), &Threads::new(jobs));
    assert!(failures.is_empty() || !line.is_whole());
    history
}

fn some() -> Vec<Edits> {
    vec![
        vec![(0, Some(1)), (1, Some(2)), (7, Some(3))],
        vec![(0, None), (3, Some(1)), (9, Some(4))],
        vec![(1, Some(5))],
        vec![(2, Some(6)), (9, None)],
    ]
}

#[test]
fn a_line_comes_back_as_it_was() {
    let line = line(&some());
    let bytes = line.to_bytes().into_owned();
    let again = Line::from_bytes(bytes.clone()).unwrap();
    assert!(again.is_whole() && again.has(CommitId([1; 20])) && !again.has(CommitId([9; 20])));
    assert_eq!((again.head(), again.head_time(), again.len()), (Some(CommitId([4; 20])), Some(3), 4));
    assert!(again.facts().eq(line.facts()));
    assert_eq!(again.to_bytes(), bytes);
    assert_eq!(history(&again), history(&line));
    let paths = again.paths_at(CommitId([2; 20])).unwrap();
    assert_eq!(paths.iter().map(RepoPath::as_str).collect::<Vec<_>>(), ["README.md", "a/y.ts", "b/\\xff", "b/x.ts"]);
}

#[test]
fn what_could_not_be_read_comes_back_too() {
    let (mut main, mut batch) = mined(&some(), 0, &mut BTreeMap::new());
    let missing = ObjectError::Missing { id: "abc".into() };
    batch.deeds[2].facts = Err(missing.clone());
    main.end = End::Broken(ObjectError::TooLarge { id: "abd".into(), why: "it is".into() });
    let end = main.end.clone();
    let again = Line::from_bytes(Line::of(main, batch).to_bytes().into_owned()).unwrap();
    assert_eq!(*again.end(), end);
    assert!(!again.is_whole() && again.paths_at(CommitId([1; 20])).is_none());
    let view = again.parts[0].view();
    let failures: Vec<_> = view.entries().map(|entry| entry.facts().err().cloned()).collect();
    assert_eq!(failures, [None, None, Some(missing), None]);
}

/// Looks at all that a line says: nothing of it may end the run.
fn read_all(line: &Line) {
    let view = line.parts[0].view();
    for entry in view.entries() {
        let said = (entry.author(), entry.writer(), entry.subject(), entry.kind(), entry.is_by_bot(), entry.time());
        assert!(said.0.name.len() < 100);
    }
    let facts = line.facts().count();
    assert!(facts < 100);
    line.head().map(|head| line.paths_at(head));
    history(line);
}

#[test]
fn numbers_that_lead_nowhere_are_an_error() {
    let good = line(&some()).to_bytes().into_owned();
    let mut errors = 0;
    for at in 0..good.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[at] ^= change;
            match Line::from_bytes(bad) {
                Ok(line) => read_all(&line),
                Err(NoLine) => errors += 1,
            }
        }
        assert!(Line::from_bytes(good[..at].to_vec()).is_err(), "cut at {at}");
        assert!(Line::from_bytes([&good[..at], &[0], &good[at..]].concat()).is_err(), "longer at {at}");
    }
    assert!(errors > 600, "only {errors} were seen");
}

#[test]
fn two_threads_make_the_same_as_one() {
    let content = |number: u32, path: u32| (number.wrapping_mul(2_654_435_761) >> (path % 16)) % 7;
    let edit = |number, path: u32| {
        let content = content(number, path);
        (((number + path * 3) % 10) as usize, (content > 1).then_some(content as u8))
    };
    let edits: Vec<Edits> = (0..4_000).map(|number| (0..4).map(|path| edit(number, path)).collect()).collect();
    let line = line(&edits);
    assert!(line.facts().count() > 9_000);
    let alone = history_by(&line, 1);
    assert!(alone.changesets.len() > 2_000 && alone.dropped.len() > 2, "{:?}", alone.dropped);
    assert_eq!(history_by(&line, 2), alone);
}

fn edits() -> impl Strategy<Value = Vec<Edits>> {
    let edit = (0..PATHS.len(), proptest::option::weighted(0.6, 0..6_u8));
    proptest::collection::vec(proptest::collection::vec(edit, 0..6), 1..24)
}

proptest! {
    /// A line that was kept and gone on with is the line that is read at once, byte for byte, and so is the history.
    #[test]
    fn going_on_is_as_reading_anew(edits in edits(), at in 0..24_usize) {
        let whole = line(&edits);
        let at = at.min(edits.len());
        let mut there = BTreeMap::new();
        let (first, second) = edits.split_at(at);
        let (main, batch) = mined(first, 0, &mut there);
        let kept = Line::from_bytes(Line::of(main, batch).to_bytes().into_owned()).unwrap();
        let (main, batch) = mined(second, at, &mut there);
        let on = kept.and(Line::of(main, batch));
        prop_assert_eq!(history(&on), history(&whole));
        prop_assert_eq!(on.to_bytes(), whole.to_bytes());
        for commit in 0..edits.len() {
            let commit = CommitId(id(commit));
            prop_assert_eq!(on.paths_at(commit), whole.paths_at(commit));
        }
        if let Some(head) = on.head() {
            let mut last: Vec<RepoPath> = there.keys().map(|path| RepoPath::from_git(PATHS[*path])).collect();
            last.sort_unstable();
            prop_assert_eq!(on.paths_at(head), Some(last));
        }
        if let Some(growth) = on.growth() {
            let bytes = Line::from_bytes(growth.to_bytes().into_owned()).unwrap();
            prop_assert_eq!(growth.len(), second.len());
            let again = line(first).and(bytes);
            prop_assert_eq!(again.to_bytes(), whole.to_bytes());
        }
        let back = Line::from_bytes(on.to_bytes().into_owned()).unwrap();
        prop_assert_eq!(history(&back), history(&whole));
        if at > 0 {
            let up_to = whole.up_to(&[at as u8; 20]).unwrap();
            let only = line(first);
            prop_assert_eq!(up_to.to_bytes(), only.to_bytes());
        }
    }
}
