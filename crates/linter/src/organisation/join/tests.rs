//! Tests of joining: what is one change, what is an epic, and that nothing is joined unless something says so.

use lockstep_model::{Author, ChangeKind, ChangesetKind, CommitId, FileStatus, PathId, RepoPath};

use super::*;

const DAY: Timestamp = 86_400;

/// One changeset: repository, day, author, subject, trailers.
type Word = (&'static str, i64, &'static str, &'static str, &'static [&'static str]);

/// The history of `words`, with the trailers that `rules` ask for: only those are read of a message.
fn history(words: &[Word], rules: &Rules) -> (History, Vec<Marks>) {
    let mut history = History { paths: vec![RepoPath::new("a/x.py").unwrap()], ..History::default() };
    let mut marks = Vec::new();
    for (number, (repository, day, author, subject, trailers)) in words.iter().enumerate() {
        let change = FileChange {
            path: PathId(0),
            then: PathId(0),
            status: FileStatus::Modified,
            kind: ChangeKind::Behaviour,
            before: Default::default(),
            after: Default::default(),
        };
        history.changesets.push(Changeset {
            id: CommitId([number as u8 + 1; 20]),
            time: day * DAY,
            author: Author { name: (*author).into(), email: format!("{author}@Example.org") }.into(),
            subject: (*subject).into(),
            kind: ChangesetKind::Commit,
            changes: vec![change],
        });
        history.origins.push(Origin { repository: (*repository).into(), joined: None });
        history.total += 1;
        let asked = |text: &&&str| text.split_once(':').is_some_and(|(key, _)| rules.is_trailer(key));
        let trailers = trailers.iter().filter(asked).map(|text| (*text).to_owned()).collect();
        marks.push(Marks { branch: None, trailers });
    }
    (history, marks)
}

/// What is joined, by what, as `ticket SHOP-1: a1 b2`, the numbers being those of the changesets from 1.
fn joined(words: &[Word], settings: JoinSettings) -> Vec<String> {
    let rules = Rules::of(&settings);
    let (mut history, marks) = history(words, &rules);
    join(&mut history, &marks, &rules);
    let gone = history.dropped.get(&DropReason::Joined).copied().unwrap_or(0) as usize;
    assert_eq!(history.changesets.len() + gone, words.len(), "none is lost");
    assert_eq!(history.changesets.len(), history.origins.len());
    let said = history.origins.iter().zip(&history.changesets).filter_map(|(origin, changeset)| {
        let joined = origin.joined.as_ref()?;
        assert_eq!(joined.commits.len(), changeset.changes.len());
        assert_eq!(joined.commits.last().map(|last| last.id), Some(changeset.id));
        let commits = joined.commits.iter().map(|commit| format!(" {}{}", commit.repository, commit.id.0[0]));
        Some(format!("{} {}:{}", joined.by, joined.key, commits.collect::<String>()))
    });
    said.collect()
}

/// Three tickets of the project in capitals, so that it is known as one.
const KNOWN: [Word; 3] =
    [("z", -900, "z", "SHOP-901", &[]), ("z", -800, "z", "SHOP-902", &[]), ("z", -700, "z", "SHOP-903", &[])];

fn with_project(words: &[Word]) -> Vec<Word> {
    KNOWN.iter().chain(words).copied().collect()
}

#[test]
fn a_ticket_joins_changesets_of_different_repositories() {
    let words = with_project(&[
        ("a", 1, "ana", "SHOP-1: totals", &[]),
        ("b", 2, "bob", "[#shop-1] totals", &[]),
        ("a", 3, "ana", "SHOP-1: more totals", &[]),
        ("b", 3, "bob", "SHOP-2: other", &[]),
        ("a", 4, "ana", "SHOP-4 and", &[]),
        ("a", 5, "ana", "SHOP-4 again", &[]),
    ]);
    assert_eq!(joined(&words, JoinSettings::default()), ["ticket SHOP-1: a4 b5 a6"]);
    let within = JoinSettings { within: Some(true), ..JoinSettings::default() };
    assert_eq!(joined(&words, within), ["ticket SHOP-1: a4 b5 a6", "ticket SHOP-4: a8 a9"]);
    let none = JoinSettings { tickets: Some(Vec::new()), ..JoinSettings::default() };
    assert!(joined(&words, none).is_empty());
}

#[test]
fn nothing_is_joined_that_nothing_joins() {
    let words = with_project(&[
        ("a", 1, "ana", "Adjust the totals", &[]),
        ("b", 1, "ana", "Adjust the totals", &[]),
        ("a", 2, "ana", "Read UTF-8", &["Signed-off-by: Ana"]),
        ("b", 2, "ana", "Write UTF-8", &["Signed-off-by: Ana"]),
    ]);
    assert!(joined(&words, JoinSettings::default()).is_empty());
}

#[test]
fn an_epic_joins_nothing() {
    let many: Vec<Word> =
        (0..11).map(|day| (if day % 2 == 0 { "a" } else { "b" }, day, "ana", "SHOP-7: the epic", &[][..])).collect();
    assert!(joined(&with_project(&many), JoinSettings::default()).is_empty());
    assert_eq!(joined(&with_project(&many[..10]), JoinSettings::default()).len(), 1);
    let more = JoinSettings { max_changesets: Some(11), ..JoinSettings::default() };
    assert_eq!(joined(&with_project(&many), more).len(), 1);

    let long = |last| with_project(&[("a", 1, "ana", "SHOP-8", &[]), ("b", last, "ana", "SHOP-8", &[])]);
    assert_eq!(joined(&long(31), JoinSettings::default()).len(), 1);
    assert!(joined(&long(32), JoinSettings::default()).is_empty());
    let longer = JoinSettings { max_days: Some(31.0), ..JoinSettings::default() };
    assert_eq!(joined(&long(32), longer).len(), 1);
}

#[test]
fn trailers_join_and_go_before_tickets() {
    let words = with_project(&[
        ("a", 1, "ana", "SHOP-1", &["Change-Id: I1"]),
        ("b", 1, "bob", "Totals", &["Change-Id: I1"]),
        ("b", 2, "bob", "SHOP-1", &[]),
        ("a", 3, "ana", "x", &["Refs: 12"]),
        ("b", 3, "ana", "y", &["Refs: 12"]),
    ]);
    assert_eq!(joined(&words, JoinSettings::default()), ["trailer Change-Id: I1: a4 b5"]);
    let both = JoinSettings { trailers: Some(vec!["Change-Id".into(), "Refs".into()]), ..JoinSettings::default() };
    assert_eq!(joined(&words, both), ["trailer Change-Id: I1: a4 b5", "trailer Refs: 12: a7 b8"]);
    let rules = Rules::of(&JoinSettings::default());
    assert!(rules.is_trailer("change-id") && !rules.is_trailer("Refs"));
    let rules = Rules::of(&JoinSettings { trailers: Some(vec!["Refs".into()]), ..JoinSettings::default() });
    assert!(rules.is_trailer("refs") && !rules.is_trailer("Change-Id"));
}

#[test]
fn authors_join_only_if_that_is_asked_for() {
    let words: [Word; 5] = [
        ("a", 1, "ana", "x", &[]),
        ("b", 1, "ANA", "y", &[]),
        ("a", 1, "bob", "z", &[]),
        ("b", 3, "bob", "z", &[]),
        ("a", 9, "ana", "x", &[]),
    ];
    assert!(joined(&words, JoinSettings::default()).is_empty());
    let hours = |hours| JoinSettings { author_hours: Some(hours), ..JoinSettings::default() };
    assert_eq!(joined(&words, hours(8.0)), ["author ana@example.org: a1 b2"]);
    assert_eq!(joined(&words, hours(48.0)), ["author ana@example.org: a1 b2", "author bob@example.org: a3 b4"]);
}

#[test]
fn a_changeset_goes_with_the_key_that_began_first() {
    let words = with_project(&[
        ("a", 1, "ana", "SHOP-2", &[]),
        ("b", 2, "ana", "SHOP-1 SHOP-2", &[]),
        ("a", 3, "ana", "SHOP-1", &[]),
    ]);
    assert_eq!(joined(&words, JoinSettings::default()), ["ticket SHOP-2: a4 b5"]);
}
