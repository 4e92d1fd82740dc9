//! [`Incomplete`]: why an answer is less than whole. Missing history is never a clean report.

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_history::OpenError;
use lockstep_model::{DropReason, Function, History};

use crate::{Ci, change::quoted};

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
    pub(crate) fn no_repository(why: Option<&OpenError>, ci: Option<Ci>) -> Self {
        let reason = why.map_or_else(|| "there is no git repository here".to_owned(), ToString::to_string);
        let note = "co-change needs history: only the rules that need none were run";
        let with_help = |reason: String, help: Vec<String>| Self { help, ..Self::new(reason, &[note], &[]) };
        match why {
            Some(OpenError::DubiousOwnership { path }) => {
                let path = path.to_string_lossy();
                let trust = format!("if you trust it: git config --global --add safe.directory {}", quoted(&path));
                let container = "in a job with `container:`, that is a step of its own before this one: what \
                                 actions/checkout says of it stands in another home";
                let container = (ci == Some(Ci::GitHub)).then(|| container.to_owned());
                let help = std::iter::once(trust).chain(container).collect();
                with_help(format!("the repository at `{path}` belongs to another user, so it is not read"), help)
            }
            Some(OpenError::UnsupportedFormat { way_out, .. }) => with_help(reason, way_out.iter().cloned().collect()),
            Some(OpenError::Corrupt(_)) => {
                with_help(reason, vec!["git fsck tells what is damaged; or clone it anew".to_owned()])
            }
            Some(OpenError::NotARepository(_)) | None => with_help(
                reason,
                vec!["run it in a clone with its whole history; `lockstep doctor` shows what is found".to_owned()],
            ),
        }
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

    /// That the change cannot be had, said to those who compare two baselines: no findings are asked for.
    #[must_use]
    pub fn nothing_to_compare(self) -> Self {
        Self { notes: vec!["there is no baseline to compare with".to_owned()], ..self }
    }

    /// What is missing in a history that was read on the system `ci`. `before_the_first` says that nothing can be there yet.
    pub(crate) fn of_history(
        history: &History,
        allow_shallow: bool,
        before_the_first: bool,
        ci: Option<Ci>,
    ) -> Vec<Self> {
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
                &[],
            );
            shallow.help = ci.map(|ci| ci.whole_history().to_owned()).into_iter().collect();
            shallow
                .help
                .push("here: git fetch --unshallow --filter=blob:none, or let it be done: --fetch-history".to_owned());
            shallow.help.push("to go on anyway, at warn level only: --allow-shallow".to_owned());
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

    /// The patterns that say which folders or files are functions name none.
    pub(crate) fn no_units(patterns: &[String]) -> Self {
        Self::new(
            format!("no folder and no file is named by the units {}", patterns.join(", ")),
            &["nothing was looked at"],
            &["patterns are relative to the root of the repository: `handlers/*`, `src/{cart,checkout}`"],
        )
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
