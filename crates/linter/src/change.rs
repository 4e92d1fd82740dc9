//! The change that is looked at: where it comes from, what it touches, and where its first changed lines are.

use lockstep_coupling::CouplingGraph;
use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_history::{Against, Difference, DifferenceError, Repository, RevisionError};
use lockstep_model::{BlobId, ChangesetKind, CommitId, FileChange, History, Location};

use crate::{Incomplete, Project};

/// A change that was asked for.
pub struct ChangeAsked {
    /// What it is told from.
    pub against: Against,
    /// The change, or why it cannot be had.
    pub found: Result<Difference, DifferenceError>,
}

impl ChangeAsked {
    pub(crate) fn new(against: Against, repository: Option<&Repository>) -> Self {
        let found = match repository {
            Some(repository) => repository.difference(&against),
            None => Err(DifferenceError::Revision(RevisionError::NoCommits)),
        };
        Self { against, found }
    }

    /// True if it is what is staged.
    pub fn is_staged(&self) -> bool {
        matches!(self.against, Against::Head { .. })
    }

    /// The commit before the change; none before the first commit, or if there is no change.
    pub fn before(&self) -> Option<CommitId> {
        self.found.as_ref().ok().and_then(|difference| difference.before)
    }

    /// Why the change cannot be looked at, with the way out.
    pub fn incomplete(&self) -> Option<Incomplete> {
        let error = self.found.as_ref().err()?;
        let help = match (error, &self.against) {
            (DifferenceError::NoBase { .. } | DifferenceError::NoMergeBase { .. }, Against::Base(revs)) => {
                ways_to_a_base(error, revs)
            }
            (DifferenceError::Object(_), _) => vec!["git fetch --refetch --filter=blob:none".to_owned()],
            (DifferenceError::Index(_), _) => vec![
                "a split or sparse index is not read: git update-index --no-split-index, or git sparse-checkout disable"
                    .to_owned(),
            ],
            (DifferenceError::Bare, _) => vec!["run it in a work tree, or compare commits: --base REF".to_owned()],
            _ => Vec::new(),
        };
        Some(Incomplete::without_change(error.to_string(), help))
    }

    /// What of the change is not looked at.
    pub(crate) fn problems(&self) -> Option<Problem> {
        let conflicts = &self.found.as_ref().ok()?.conflicts;
        let first = conflicts.first()?;
        let message = format!("{} not merged yet count as unchanged, first `{first}`", paths(conflicts.len()));
        Some(Problem::general(ProblemKind::History, message))
    }
}

fn paths(number: usize) -> String {
    if number == 1 { "1 path that is".to_owned() } else { format!("{number} paths that are") }
}

/// The commands that bring a base.
fn ways_to_a_base(error: &DifferenceError, revs: &[String]) -> Vec<String> {
    let deepen = "in a shallow clone: git fetch --unshallow --filter=blob:none".to_owned();
    let Some(rev) = revs.first() else {
        return vec!["name the base: --base REF".to_owned()];
    };
    if matches!(error, DifferenceError::NoMergeBase { .. }) {
        return vec![deepen, "or name a base that HEAD comes from: --base REF".to_owned()];
    }
    let branch = rev.strip_prefix("refs/remotes/origin/").or_else(|| rev.strip_prefix("origin/")).unwrap_or(rev);
    let is_name = !branch.contains(['~', '^', ':', '@', ' ']);
    let fetch = match branch {
        _ if branch.len() == 40 && branch.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            Some(format!("git fetch --no-tags origin {branch}"))
        }
        _ if is_name => Some(format!(
            "git fetch --no-tags origin {}",
            quoted(&format!("+refs/heads/{branch}:refs/remotes/origin/{branch}"))
        )),
        _ => None,
    };
    fetch.into_iter().chain([deepen]).collect()
}

/// A word for a shell. Names of branches may hold almost anything.
pub(crate) fn quoted(word: &str) -> String {
    let plain = word.chars().all(|letter| letter.is_ascii_alphanumeric() || "+/:._-".contains(letter));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// What the change touches, as rules see it; none if there is none.
pub(crate) fn for_rules(project: &Project, history: &History, graph: &CouplingGraph) -> Option<lockstep_rules::Change> {
    let change = graph.change()?;
    let (_, pending) = history.pending().find(|(_, changeset)| changeset.kind == ChangesetKind::Pending)?;
    let place = |file: &FileChange| {
        let path = history.path(file.path).clone();
        let (before, after) = (text(project, file.before), text(project, file.after));
        match after {
            Some(after) => first_changed_line(before.as_deref().unwrap_or_default(), &after).map_or_else(
                || Location::whole_file(path.clone()),
                |line| Location::of_span(path.clone(), &after, line),
            ),
            None => Location::whole_file(path),
        }
    };
    let places = |files: &Vec<_>| {
        let still_there = |file: &&FileChange| files.contains(&file.path) && file.after != BlobId::default();
        pending.changes.iter().filter(still_there).map(place).collect()
    };
    let own = change.own.iter().map(|(function, files)| (*function, places(files))).collect();
    Some(lockstep_rules::Change { own, touched: change.touched.clone() })
}

/// A content as text; none if there is none, or it is no text.
fn text(project: &Project, blob: BlobId) -> Option<String> {
    if blob == BlobId::default() {
        return None;
    }
    let repository = project.repository.as_ref()?.lock().ok()?;
    String::from_utf8(repository.read_blob(blob).ok()?).ok()
}

/// The bytes of the first line of `after` that is not at its place in `before`, without white space around it.
fn first_changed_line(before: &str, after: &str) -> Option<std::ops::Range<usize>> {
    let mut old = before.lines();
    let mut at = 0;
    let mut last = None;
    for line in after.split_inclusive('\n') {
        let text = line.trim();
        let start = at + (line.len() - line.trim_start().len()).min(line.trim_end().len());
        if !text.is_empty() {
            last = Some(start..start + text.len());
        }
        if old.next() != Some(line.trim_end_matches(['\n', '\r'])) && !text.is_empty() {
            return last;
        }
        at += line.len();
    }
    // Lines went from the end: what stands there now is the nearest place.
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_changed_line_is_found() {
        let cases = [
            ("a\nb\nc\n", "a\nx\nc\n", "x"),
            ("", "\n  a\n", "a"),
            ("a\nb\n", "a\n", "a"),
            ("a\r\nb\r\n", "a\r\nc\r\n", "c"),
            ("a\n", "a\n\nb\n", "b"),
        ];
        for (before, after, expected) in cases {
            assert_eq!(first_changed_line(before, after).map(|span| &after[span]), Some(expected), "{after:?}");
        }
        assert_eq!(first_changed_line("a", ""), None);
    }

    #[test]
    fn a_base_that_is_missing_comes_with_the_command_that_brings_it() {
        let ways = |rev: &str| {
            let error = DifferenceError::NoBase { rev: rev.to_owned() };
            ways_to_a_base(&error, &[rev.to_owned()])[0].clone()
        };
        let main = "git fetch --no-tags origin +refs/heads/main:refs/remotes/origin/main";
        for rev in ["main", "origin/main", "refs/remotes/origin/main"] {
            assert_eq!(ways(rev), main);
        }
        let commit = "02e06db3f5e9b6f2a5c1d4f6a7b8c9d0e1f2a3b4";
        assert_eq!(ways(commit), format!("git fetch --no-tags origin {commit}"));
        assert_eq!(
            ways("a'$(x)"),
            "git fetch --no-tags origin '+refs/heads/a'\\''$(x):refs/remotes/origin/a'\\''$(x)'"
        );
        assert_eq!(ways("HEAD~3"), "in a shallow clone: git fetch --unshallow --filter=blob:none");
    }
}
