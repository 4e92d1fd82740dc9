//! [`ReportView`]: what a report needs to know of a run. The linter owns the report; this borrows it.

use std::{collections::BTreeMap, sync::Arc};

use lockstep_diagnostics::{BaselineState, Finding, Level, Problem, RuleMeta, Severity, SuppressedBy};
use lockstep_model::{CommitId, DropReason, FunctionId, RepoPath, Timestamp};

use crate::{backtest::VerdictView, graph::GraphView};

/// One run of the linter, as formats see it.
#[derive(Clone, Copy)]
pub struct ReportView<'a> {
    /// The findings, in any order. Those at level `allow` are never shown.
    pub findings: &'a [Finding],
    /// Every rule that there is, whether it found something or not.
    pub rules: &'a [&'static RuleMeta],
    /// What could not be read, or only in part.
    pub problems: &'a [Problem],
    /// Why the analysis is incomplete; empty if it is complete.
    pub incomplete: &'a [Incompleteness],
    /// Functions that cannot be judged yet, and changed together so far; the most telling first.
    pub early: &'a [EarlySign],
    /// The change that was looked at; none if none was.
    pub change: Option<&'a ChangeView>,
    /// The figures of the run.
    pub summary: &'a Summary,
    /// What the history could tell.
    pub history: &'a HistoryFacts,
    /// What the baseline did; none if there is no baseline.
    pub baseline: Option<BaselineCounts>,
    /// What became of the couplings since the model; none without one.
    pub since_model: Option<SinceModel>,
    /// How functions change together, made on demand.
    pub graph: &'a dyn Fn() -> GraphView,
    /// The text of a file of the checkout, for snippets; none if it cannot be had.
    pub text_of: &'a dyn Fn(&RepoPath) -> Option<Arc<str>>,
}

/// The change that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeView {
    /// True for what is staged, false for what a branch adds to its base.
    pub staged: bool,
    /// The commit before it; none before the first commit.
    pub before: Option<CommitId>,
    /// Paths that differ.
    pub files: usize,
    /// The functions whose own behaviour it edits, sorted.
    pub functions: Vec<FunctionId>,
    /// Findings that are not shown: what was there before it has them already.
    pub inherited: usize,
}

/// Functions that changed too seldom to be judged, and changed together so far. No finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlySign {
    /// The functions.
    pub functions: Vec<FunctionId>,
    /// Changesets that edit at least two of them.
    pub together: usize,
    /// Changes of the one that changed least, and of the one that changed most.
    pub changes: (u32, u32),
}

/// One reason for which a run cannot be called complete.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Incompleteness {
    /// What is missing: `this clone is shallow: 1 of its commits is here`.
    pub reason: String,
    /// What it means, each a sentence.
    pub notes: Vec<String>,
    /// What mends it, each a sentence or a command.
    pub help: Vec<String>,
    /// True if the user asked to go on all the same.
    pub accepted: bool,
}

/// The figures of a run.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Summary {
    /// Functions found.
    pub functions: usize,
    /// Services they form.
    pub services: usize,
    /// Functions about which nothing can be said, by reason, in words that follow a number: `changed too seldom`.
    pub unknown_by_reason: BTreeMap<&'static str, usize>,
    /// Changesets of the main line.
    pub changesets: ChangesetCounts,
    /// Whether history predicts change here; none if it is too short to tell.
    pub predictive: Option<VerdictView>,
}

impl Summary {
    /// Functions about which nothing can be said.
    pub fn unknown_functions(&self) -> usize {
        self.unknown_by_reason.values().sum()
    }
}

/// How many changesets there are, and how many count.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ChangesetCounts {
    /// Changesets of the main line.
    pub total: u32,
    /// Those that count.
    pub kept: u32,
    /// Those that do not, by reason.
    pub dropped: BTreeMap<DropReason, u32>,
}

/// What the history could tell.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct HistoryFacts {
    /// The commit that was read from; none without commits.
    pub head: Option<CommitId>,
    /// The time from which the age of changes is measured.
    pub as_of: Option<Timestamp>,
    /// True if the clone is shallow.
    pub shallow: bool,
    /// The filter of a partial clone.
    pub partial: Option<String>,
    /// The repositories that were looked at as one; empty if it is one.
    pub repositories: Vec<RepositoryFacts>,
}

/// One repository of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryFacts {
    /// What the ids of its functions begin with.
    pub name: String,
    /// What its paths begin with.
    pub folder: RepoPath,
    /// The commit that was read from; none if it has none, or cannot be looked at.
    pub head: Option<CommitId>,
}

/// What the baseline did in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct BaselineCounts {
    /// Findings that it holds back.
    pub known: usize,
    /// Entries that match nothing any more.
    pub stale: usize,
    /// Findings that it knows, and that have become worse.
    pub worse: usize,
    /// Findings that it does not know.
    pub new: usize,
    /// Entries that match nothing any more: those of the stale ones that are not over.
    pub gone: usize,
    /// Findings that it holds back, and that have become better.
    pub better: usize,
}

/// What became of the couplings since the model was written that the history was taken from. A coupling is a pair that the
/// rule `lockstep` speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SinceModel {
    /// When the newest commit of the model was made.
    pub at: Timestamp,
    /// Changesets since that edit a function.
    pub changesets: u32,
    /// Couplings then.
    pub then: usize,
    /// Couplings now.
    pub now: usize,
    /// Those of now that were none then.
    pub began: usize,
    /// Those of then that are none now.
    pub ceased: usize,
}

/// How many findings there are of each severity, those known to the baseline left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) notes: usize,
}

impl<'a> ReportView<'a> {
    /// The findings to show to people: neither allowed nor known, those about the change first, then the weightiest.
    pub(crate) fn ranked(&self) -> Vec<&'a Finding> {
        rank(self.shown())
    }

    /// The findings that the baseline holds back, the weightiest first.
    pub(crate) fn known(&self) -> Vec<&'a Finding> {
        rank(self.reported().filter(|finding| finding.baseline == BaselineState::Known))
    }

    /// The findings that were there before the change, and that the baseline does not know, the weightiest first.
    pub(crate) fn inherited(&self) -> Vec<&'a Finding> {
        let held_back = |finding: &&Finding| finding.standing.held_back && finding.baseline != BaselineState::Known;
        rank(self.reported().filter(held_back))
    }

    /// The findings that are silenced by name (not those of rules that are off), the weightiest first.
    pub(crate) fn silenced(&self) -> Vec<&'a Finding> {
        rank(self.findings.iter().filter(|finding| finding.level == Level::Allow && finding.suppression.is_some()))
    }

    /// True if the run fails for want of something: reasons that the user accepted do not count.
    pub(crate) fn is_failed(&self) -> bool {
        self.incomplete.iter().any(|why| !why.accepted)
    }

    /// Those of the reported findings that nothing holds back: neither the baseline nor what was before the change.
    fn shown(&self) -> impl Iterator<Item = &'a Finding> {
        self.reported().filter(|finding| finding.baseline != BaselineState::Known && !finding.standing.held_back)
    }

    /// All findings that are not allowed, those that are held back included.
    pub(crate) fn reported(&self) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().filter(|finding| finding.level != Level::Allow)
    }

    /// How many findings something silences, by what does.
    pub(crate) fn suppressed_by(&self) -> BTreeMap<SuppressedBy, usize> {
        let mut counts = BTreeMap::new();
        for suppression in self.findings.iter().filter_map(|finding| finding.suppression.as_ref()) {
            *counts.entry(suppression.by).or_default() += 1;
        }
        counts
    }

    pub(crate) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for finding in self.shown() {
            match finding.severity() {
                Severity::Error => tally.errors += 1,
                Severity::Warning => tally.warnings += 1,
                Severity::Note => tally.notes += 1,
            }
        }
        tally
    }
}

/// The order in which findings are shown: nothing depends on the order in which they came.
fn rank<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<&'a Finding> {
    let mut ranked: Vec<_> = findings.collect();
    ranked.sort_by(|a, b| {
        (b.of_change.cmp(&a.of_change))
            .then(b.severity().cmp(&a.severity()))
            .then(b.weight.total_cmp(&a.weight))
            .then_with(|| a.rule.name.cmp(b.rule.name))
            .then_with(|| a.functions.cmp(&b.functions))
            .then_with(|| a.primary.location.cmp(&b.primary.location))
            .then_with(|| a.fingerprint.cmp(&b.fingerprint))
            .then_with(|| a.message.cmp(&b.message))
    });
    ranked
}
