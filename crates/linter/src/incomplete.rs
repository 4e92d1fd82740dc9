//! [`Incomplete`]: why an answer is less than whole. Missing history is never a clean report.

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_history::OpenError;
use lockstep_model::{DropReason, Function, History};

use crate::change::quoted;

/// One reason why the analysis is incomplete, with the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// What is missing, in one sentence.
    pub reason: String,
    /// What that means.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// True if the user asked to go on all the same.
    pub accepted: bool,
}

impl Incomplete {
    fn new(reason: impl Into<String>, notes: &[&str], help: &[&str]) -> Self {
        let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        Self { reason: reason.into(), notes: owned(notes), help: owned(help), accepted: false }
    }

    /// There is no repository that could be opened.
    pub(crate) fn no_repository(why: Option<&OpenError>) -> Self {
        let reason = why.map_or_else(|| "there is no git repository here".to_owned(), ToString::to_string);
        Self::new(
            reason,
            &["co-change needs history: only the rules that need none were run"],
            &["run it in a clone with its whole history; `lockstep doctor` shows what is found"],
        )
    }

    /// A model cannot be had, or cannot be used: that of the file `name`, if it is one.
    pub(crate) fn of_model(reason: String, name: &str) -> Self {
        let write = match name {
            "" => "lockstep model write FILE".to_owned(),
            name => format!("on the main branch, with its whole history: lockstep model write {}", quoted(name)),
        };
        Self { help: vec![write], ..Self::new(reason, &["the history was looked for in this clone instead"], &[]) }
    }

    /// The change that was asked for cannot be had.
    pub(crate) fn without_change(reason: String, help: Vec<String>) -> Self {
        Self { help, ..Self::new(reason, &["the change was not looked at: `missing-co-change` was not run"], &[]) }
    }

    /// The baseline cannot be had: without it, nobody knows what is new.
    pub(crate) fn without_baseline(reason: String, help: String) -> Self {
        Self { help: vec![help], ..Self::new(reason, &["every finding counts as new"], &[]) }
    }

    /// That the change cannot be had, said to those who ask what to deploy.
    pub(crate) fn nothing_to_deploy_known(self) -> Self {
        Self { notes: vec!["what is deployed now is not known, so nothing is listed".to_owned()], ..self }
    }

    /// What is missing in a history that was read. `before_the_first` says that nothing can be there yet.
    pub(crate) fn of_history(history: &History, allow_shallow: bool, before_the_first: bool) -> Vec<Self> {
        let mut reasons = Vec::new();
        let dropped = |reason| history.dropped.get(&reason).copied().unwrap_or(0);
        if history.state.head.is_none() && !before_the_first {
            reasons.push(Self::new(
                "the repository has no commits",
                &["co-change needs history: only the rules that need none were run"],
                &["commit something, or check out a branch that has commits"],
            ));
        }
        if history.state.shallow {
            let mut shallow = Self::new(
                format!(
                    "this clone is shallow: it has {} of the commits of its main line, and the rest is missing",
                    history.total - dropped(DropReason::ShallowBoundary)
                ),
                &["a shallow clone would report too little coupling whatever the code does"],
                &[
                    "here:            git fetch --unshallow --filter=blob:none",
                    "GitHub Actions:  on actions/checkout set `fetch-depth: 0` and `filter: blob:none`",
                    "GitLab:          set `GIT_DEPTH: 0`",
                    "to go on anyway, at warn level only: --allow-shallow",
                ],
            );
            shallow.accepted = allow_shallow;
            reasons.push(shallow);
        }
        if dropped(DropReason::MissingObject) > 0 {
            reasons.push(Self::new(
                format!("{} commits cannot be read: objects are missing", dropped(DropReason::MissingObject)),
                &["a treeless partial clone lacks what a history is made of"],
                &["git fetch --refetch --filter=blob:none"],
            ));
        }
        reasons
    }

    /// The history cannot be split into a past and a future.
    pub(crate) fn too_short_to_split(changesets: u32, needed: u32) -> Self {
        Self::new(
            format!(
                "the history is too short to split: {changesets} changesets touch functions, and it takes {needed}"
            ),
            &["a backtest learns from the first part of a history and is judged by the rest"],
            &["come back later; until then `lockstep graph` shows the counts, and promises nothing"],
        )
    }

    /// There are functions for sure, and none could be read.
    pub(crate) fn nothing_read(functions: &[Function], problems: &[Problem]) -> Option<Self> {
        let unread: Vec<&str> = problems
            .iter()
            .filter(|problem| matches!(problem.kind, ProblemKind::Unsupported | ProblemKind::InvalidManifest))
            .map(|problem| problem.message.as_str())
            .collect();
        if !functions.is_empty() || unread.is_empty() {
            return None;
        }
        Some(Self::new(
            "no functions were found, though there are manifests",
            &unread,
            &["name the functions in `[[function]]` tables of lockstep.toml: see the book's chapter on platforms"],
        ))
    }
}
