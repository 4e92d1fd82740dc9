//! Our comparison of trees says what git says, on random small repositories and, where asked, on large real ones.

use std::{collections::BTreeMap, path::Path};

use lockstep_history::{Options, Repository, read};
use lockstep_model::{CommitId, RepoPath};
use proptest::prelude::*;

use crate::throwaway::{Op, Script, git};

/// One path of one commit: letter, path, blob before, blob after.
type Fact = (char, String, String, String);

/// What git tells of the main line of the repository at `dir`, by commit.
fn told_by_git(dir: &Path) -> BTreeMap<String, Vec<Fact>> {
    let arguments = ["log", "--first-parent", "-m", "--raw", "--no-renames", "--no-abbrev", "-z", "--format=%x01%H"];
    let output = git(dir, &arguments, b"");
    let mut commits: BTreeMap<String, Vec<Fact>> = BTreeMap::new();
    let mut current = String::new();
    let mut fields = output.split(|byte| *byte == 0).map(|field| field.strip_prefix(b"\n").unwrap_or(field));
    while let Some(field) = fields.next() {
        if let Some(id) = field.strip_prefix(b"\x01") {
            current = String::from_utf8(id.trim_ascii_end().to_vec()).unwrap();
            commits.insert(current.clone(), Vec::new());
        } else if field.starts_with(b":") {
            let words: Vec<_> = std::str::from_utf8(field).unwrap().split(' ').map(String::from).collect();
            let path = RepoPath::from_git(fields.next().unwrap()).to_string();
            // To us, a change of type is a modification.
            let letter = if words[4] == "T" { 'M' } else { words[4].chars().next().unwrap() };
            commits.get_mut(&current).unwrap().push((letter, path, words[2].clone(), words[3].clone()));
        } else {
            assert!(field.is_empty(), "{field:?}");
        }
    }
    commits.values_mut().for_each(|facts| facts.sort());
    commits
}

/// What we tell of the same commits.
fn told_by_us(dir: &Path, commits: impl Iterator<Item = String>) -> BTreeMap<String, Vec<Fact>> {
    let repository = Repository::discover(dir).unwrap();
    let facts_of = |id: &str| {
        let mut bytes = [0; 20];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&id[2 * at..2 * at + 2], 16).unwrap();
        }
        let changes = repository.changes_of(CommitId(bytes)).unwrap();
        let mut facts: Vec<Fact> = changes
            .iter()
            .map(|change| {
                let letter = format!("{:?}", change.status).chars().next().unwrap();
                (letter, change.path.to_string(), format!("{:?}", change.before), format!("{:?}", change.after))
            })
            .collect();
        facts.sort();
        facts
    };
    commits.map(|id| (id.clone(), facts_of(&id))).collect()
}

pub fn assert_equal(dir: &Path) -> usize {
    let by_git = told_by_git(dir);
    let by_us = told_by_us(dir, by_git.keys().cloned());
    for (id, facts) in &by_git {
        assert_eq!(facts, &by_us[id], "{id} in {}", dir.display());
    }
    let history = read(&Repository::discover(dir).unwrap(), &Options::default(), &|_| ());
    assert_eq!(history.value.total as usize, by_git.len());
    let dropped: u32 = history.value.dropped.values().sum();
    assert_eq!(history.value.changesets.len() + dropped as usize, by_git.len());
    by_git.values().map(Vec::len).sum()
}

/// Names that are hard: they sort between a folder and its slash, hold what shells and terminals mind, or are no text.
const NAMES: &[&[u8]] = &[
    b"a",
    b"a.b",
    b"a-b",
    b"a0",
    b"ab",
    b"b",
    b"with space",
    b"quote\"'",
    b"new\nline",
    b"tab\t",
    b"bad\xff\xfe",
    b"\xc3\xbcber",
    b"back\\slash",
];

fn a_path() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(NAMES), 1..4).prop_map(|parts| parts.join(&b'/'))
}

fn an_op() -> impl Strategy<Value = Op> {
    let text = || prop::sample::select(vec![&b""[..], b"one", b"two", b"three"]).prop_map(<[u8]>::to_vec);
    prop_oneof![
        6 => (a_path(), text()).prop_map(|(path, text)| Op::Write(path, text)),
        1 => (a_path(), text()).prop_map(|(path, text)| Op::Executable(path, text)),
        1 => (a_path(), text()).prop_map(|(path, text)| Op::Link(path, text)),
        1 => (a_path(), 1_u8..4).prop_map(|(path, n)| Op::Submodule(path, n)),
        3 => a_path().prop_map(Op::Delete),
    ]
}

/// A commit: whether it is on the side, whether it merges the other line, and what it does.
pub fn a_commit() -> impl Strategy<Value = (bool, bool, Vec<Op>)> {
    (any::<bool>(), prop::bool::weighted(0.3), prop::collection::vec(an_op(), 0..6))
}

/// The history of two branches that `commits` are.
pub fn script_of(commits: Vec<(bool, bool, Vec<Op>)>) -> Script {
    let mut script = Script::new();
    let base = script.commit("main", "Start", &[Op::Write(b"a/a/a".to_vec(), b"x".to_vec())]);
    script.branch("side", base);
    let mut tips = [base, base];
    for (side, merges, ops) in commits {
        let (branch, other) = if side { ("side", tips[0]) } else { ("main", tips[1]) };
        // A file in the way of a folder, or the other way round, is replaced, as fast-import does.
        let parents = if merges && tips[0] != tips[1] { vec![other] } else { Vec::new() };
        tips[usize::from(side)] = script.merge(branch, "Change", &parents, &ops);
    }
    script
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_histories_read_as_git_reads_them(commits in prop::collection::vec(a_commit(), 1..24)) {
        assert_equal(&script_of(commits).repository().path);
    }
}

#[test]
fn what_stood_at_a_name_may_become_anything_else() {
    let file = |path: &str| Op::Write(path.into(), b"x".to_vec());
    let kinds: [fn() -> Vec<Op>; 5] = [
        || vec![Op::Write(b"x".to_vec(), b"1".to_vec())],
        || vec![Op::Write(b"x/y/z".to_vec(), b"1".to_vec()), Op::Write(b"x/w".to_vec(), b"2".to_vec())],
        || vec![Op::Link(b"x".to_vec(), b"a".to_vec())],
        || vec![Op::Submodule(b"x".to_vec(), 3)],
        || vec![Op::Executable(b"x".to_vec(), b"1".to_vec())],
    ];
    let mut script = Script::new();
    script.commit("main", "Start", &[file("x-a"), file("x.b"), file("x0"), file("w")]);
    for before in &kinds {
        for after in &kinds {
            script.commit("main", "Before", &[vec![Op::Delete(b"x".to_vec())], before()].concat());
            script.commit("main", "After", &[vec![Op::Delete(b"x".to_vec())], after()].concat());
        }
    }
    assert!(assert_equal(&script.repository().path) > 50);
}

/// Set `LOCKSTEP_REPOSITORIES` to folders, separated by colons, to compare there too.
#[test]
#[ignore = "needs repositories that are not part of the project"]
fn real_histories_read_as_git_reads_them() {
    let folders = std::env::var("LOCKSTEP_REPOSITORIES").expect("LOCKSTEP_REPOSITORIES names repositories");
    for folder in folders.split(':') {
        assert!(assert_equal(Path::new(folder)) > 0, "{folder} has a history");
    }
}
