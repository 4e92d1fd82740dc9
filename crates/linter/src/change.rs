//! The change that is looked at: where it comes from, what it touches, and where its first changed lines are.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use lockstep_coupling::CouplingGraph;
use lockstep_diagnostics::{Finding, Label, Problem, ProblemKind};
use lockstep_history::{Against, Difference, DifferenceError, Repository, RevisionError, changed_lines};
use lockstep_model::{BlobId, ChangesetKind, CommitId, FileChange, FunctionId, History, Location, RepoPath};

use crate::{Ci, Incomplete, Project, Report};

/// A change that was asked for.
pub struct ChangeAsked {
    /// What it is told from.
    pub against: Against,
    /// The change, or why it cannot be had.
    pub found: Result<Difference, DifferenceError>,
    /// The remotes of the repository, by their names.
    remotes: Vec<String>,
}

impl ChangeAsked {
    pub(crate) fn new(against: Against, repository: Option<&Repository>) -> Self {
        let found = match repository {
            Some(repository) => repository.difference(&against),
            None => Err(DifferenceError::Revision(RevisionError::NoCommits)),
        };
        Self { against, found, remotes: repository.map(Repository::remotes).unwrap_or_default() }
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
    pub fn incomplete(&self, ci: Option<Ci>) -> Option<Incomplete> {
        let error = self.found.as_ref().err()?;
        let help = match (error, &self.against) {
            (DifferenceError::NoBase { .. } | DifferenceError::NoMergeBase { .. }, Against::Base(revs)) => {
                let system = ci.map(|ci| ci.whole_history().to_owned());
                system.into_iter().chain(ways_to_a_base(error, revs, &self.remotes)).collect()
            }
            (DifferenceError::Object(_), _) => vec!["git fetch --refetch --filter=blob:none".to_owned()],
            (DifferenceError::SparseIndex, _) => vec!["git sparse-checkout reapply --no-sparse-index".to_owned()],
            (DifferenceError::Index(_), _) => vec!["git fsck tells what is damaged".to_owned()],
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

/// The commands that bring a base, in a repository that knows `remotes`.
fn ways_to_a_base(error: &DifferenceError, revs: &[String], remotes: &[String]) -> Vec<String> {
    let deepen = "in a shallow clone: git fetch --unshallow --filter=blob:none".to_owned();
    let Some(rev) = revs.first() else {
        return vec!["name the base: --base REF".to_owned()];
    };
    if matches!(error, DifferenceError::NoMergeBase { .. }) {
        return vec![deepen, "or name a base that HEAD comes from: --base REF".to_owned()];
    }
    refspec(rev, remotes).into_iter().chain([deepen]).collect()
}

/// The command that fetches `rev`; none if it is no name that a remote could know.
fn refspec(rev: &str, remotes: &[String]) -> Option<String> {
    const ORIGIN: &str = "origin";
    let has_origin = remotes.is_empty() || remotes.iter().any(|remote| remote == ORIGIN);
    let usual = if has_origin { ORIGIN } else { remotes[0].as_str() };
    let fetch = |remote: &str, what: &str| Some(format!("git fetch --no-tags {} {}", quoted(remote), quoted(what)));
    if rev.len() == 40 && rev.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return fetch(usual, rev);
    }
    if rev.contains(['~', '^', ':', '@', ' ']) {
        return None;
    }
    if rev.starts_with("refs/tags/") {
        return fetch(usual, &format!("{rev}:{rev}"));
    }
    let of_remote = |name: &str| {
        let known = remotes.iter().map(String::as_str).chain([ORIGIN]);
        let rests = known.filter_map(|remote| Some((remote.to_owned(), name.strip_prefix(remote)?.strip_prefix('/')?)));
        // Names of remotes may hold slashes: the longest is meant.
        rests.min_by_key(|(_, branch)| branch.len()).map(|(remote, branch)| (remote, branch.to_owned()))
    };
    let (remote, branch) = match (rev.strip_prefix("refs/heads/"), rev.strip_prefix("refs/remotes/")) {
        (Some(branch), _) => (usual.to_owned(), branch.to_owned()),
        (_, Some(name)) => of_remote(name)?,
        _ if rev.starts_with("refs/") => return None,
        _ => of_remote(rev).unwrap_or_else(|| (usual.to_owned(), rev.to_owned())),
    };
    fetch(&remote, &format!("+refs/heads/{branch}:refs/remotes/{remote}/{branch}"))
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

/// Leads the findings that the change brings to it: where one of their places lies in a file of the change, the place to
/// look at first is a changed line; the place that it was follows.
pub(crate) fn lead_to_it(project: &Project, report: &mut Report) {
    let touched = for_rules(project, &report.history, &report.graph);
    let Some((_, pending)) = report.history.pending().find(|(_, changeset)| changeset.kind == ChangesetKind::Pending)
    else {
        return;
    };
    let brought = |finding: &&Finding| finding.standing.introduced == Some(true);
    let places = report.findings.iter().filter(brought).flat_map(|finding| {
        std::iter::once(&finding.primary).chain(&finding.related).map(|label| label.location.path.clone())
    });
    let places: BTreeSet<RepoPath> = places.collect();
    let wanted =
        |change: &&FileChange| change.after != BlobId::default() && places.contains(report.history.path(change.path));
    let mut files: BTreeMap<&RepoPath, Changed> = BTreeMap::new();
    for change in pending.changes.iter().filter(wanted) {
        let (before, after) = (text(project, change.before), text(project, change.after));
        if let Some(after) = after {
            let lines = changed_lines(before.as_deref().unwrap_or_default(), &after);
            files.insert(report.history.path(change.path), Changed { text: after, lines });
        }
    }
    let numbers: BTreeMap<&FunctionId, usize> =
        (0..).zip(report.graph.functions()).map(|(number, node)| (&node.id, number)).collect();
    for finding in report.findings.iter_mut().filter(|finding| finding.standing.introduced == Some(true)) {
        let own = finding.functions.iter().filter_map(|id| touched.as_ref()?.own.get(numbers.get(id)?)?.first());
        let own =
            own.map(|place| Label { location: place.clone(), message: "the change touches this".to_owned() }).next();
        lead(finding, &files, own);
    }
}

/// A file of the change: its text after it, and the lines that changed.
struct Changed {
    text: String,
    lines: Vec<Range<u32>>,
}

impl Changed {
    fn has(&self, line: u32) -> bool {
        self.lines.iter().any(|lines| lines.contains(&line))
    }

    /// The first changed line that says something; none if lines only went.
    fn first(&self, path: &RepoPath) -> Option<Location> {
        let mut at = 0;
        for (number, line) in (1..).zip(self.text.split_inclusive('\n')) {
            let start = at + (line.len() - line.trim_start().len());
            if self.has(number) && !line.trim().is_empty() {
                return Some(Location::of_span(path.clone(), &self.text, start..start + line.trim().len()));
            }
            at += line.len();
        }
        None
    }
}

/// Leads one finding to the change, if there is a way: from the places that it names, the first of all first, else to
/// `own`, the code of its functions that the change edits.
fn lead(finding: &mut Finding, files: &BTreeMap<&RepoPath, Changed>, own: Option<Label>) {
    let is_on = |location: &Location| files.get(&location.path).is_some_and(|file| file.has(location.line));
    if !is_on(&finding.primary.location) {
        if let Some(number) = finding.related.iter().position(|label| is_on(&label.location)) {
            std::mem::swap(&mut finding.primary, &mut finding.related[number]);
        } else if !finding.of_change {
            let places = std::iter::once(&finding.primary).chain(&finding.related);
            let near = places.filter_map(|label| files.get(&label.location.path)?.first(&label.location.path)).next();
            let near = near.map(|location| Label { location, message: "the change touches this".to_owned() });
            if let Some(place) = near.or(own) {
                finding.related.insert(0, std::mem::replace(&mut finding.primary, place));
            }
        }
    }
    finding.standing.on_changed_line = is_on(&finding.primary.location);
}

/// A content as text; none if there is none, or it is no text.
pub(crate) fn text(project: &Project, blob: BlobId) -> Option<String> {
    if blob == BlobId::default() {
        return None;
    }
    let repository = project.repository.as_ref()?.lock().ok()?;
    String::from_utf8(repository.read_blob(blob).ok()?).ok()
}

/// The bytes of the first line of `after` that is not at its place in `before`, without white space around it.
fn first_changed_line(before: &str, after: &str) -> Option<Range<usize>> {
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
        let ways_with = |rev: &str, remotes: &[&str]| {
            let error = DifferenceError::NoBase { rev: rev.to_owned() };
            let remotes: Vec<_> = remotes.iter().map(|remote| (*remote).to_owned()).collect();
            ways_to_a_base(&error, &[rev.to_owned()], &remotes)[0].clone()
        };
        let ways = |rev: &str| ways_with(rev, &[]);
        let main = "git fetch --no-tags origin +refs/heads/main:refs/remotes/origin/main";
        for rev in ["main", "origin/main", "refs/remotes/origin/main", "refs/heads/main"] {
            assert_eq!(ways(rev), main);
        }
        let upstream = "git fetch --no-tags upstream +refs/heads/main:refs/remotes/upstream/main";
        assert_eq!(ways_with("upstream/main", &["origin", "upstream"]), upstream);
        assert_eq!(ways_with("main", &["upstream"]), upstream);
        assert_eq!(
            ways("feature/main"),
            "git fetch --no-tags origin +refs/heads/feature/main:refs/remotes/origin/feature/main"
        );
        assert_eq!(ways("refs/tags/v1"), "git fetch --no-tags origin refs/tags/v1:refs/tags/v1");
        let commit = "02e06db3f5e9b6f2a5c1d4f6a7b8c9d0e1f2a3b4";
        assert_eq!(ways(commit), format!("git fetch --no-tags origin {commit}"));
        assert_eq!(
            ways("a'$(x)"),
            "git fetch --no-tags origin '+refs/heads/a'\\''$(x):refs/remotes/origin/a'\\''$(x)'"
        );
        assert_eq!(ways("HEAD~3"), "in a shallow clone: git fetch --unshallow --filter=blob:none");
    }
}
