//! `lockstep check`: the whole pipeline, and the rules.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use lockstep_diagnostics::{BaselineState, Finding, Level};
use lockstep_linter::{Options, Report, lint};

use crate::{
    answering::Answering,
    args::{BaselineFileArg, CheckArgs, Common, HistoryArgs},
    base,
    commands::baseline,
    exit::Exit,
    organisation, patience, reports,
    session::{Session, fetch_missing, tell_of_what_was_kept},
    terminal, views,
};

/// Lints and reports. Level flags come in the order of the command line.
pub fn check(args: &CheckArgs, flags: &[(Level, String)]) -> anyhow::Result<Exit> {
    reports::check(&args.output.report)?;
    let asked = Asked {
        paths: &args.paths,
        base: args.base.as_deref(),
        staged: args.staged,
        show_inherited: args.show_inherited,
        fetch_history: args.fetch_history,
        model: args.model.as_deref(),
        baseline: &args.baseline,
        history: &args.history,
        common: &args.common,
    };
    let Some((session, options)) = opened(&asked, flags)? else { return Ok(Exit::Failed) };
    let mut wishes = terminal::options(&args.common);
    wishes.links = terminal::links(&args.common, session.project.root.as_deref());
    wishes.links_of = organisation::links(&session.project);
    wishes.max_findings = args.max_findings;
    wishes.statistics = args.statistics;
    let answering = Answering::of(args, &session, &options, &wishes);
    if let Some(exit) = answering.as_ref().and_then(Answering::known) {
        return exit;
    }
    let Linted { session, options, report } = lint_opened(&asked, session, options);
    let owned = views::OwnedReport::new(&report, &session.project, &options);
    let text_of = |path: &lockstep_model::RepoPath| session.project.files.text(path).ok();
    tell_of_what_was_kept(&session.project, &args.common);
    let graph = || views::graph_unexplained(&report);
    let exit = exit(&report, args.exit_zero);
    let view = owned.view(&report, &graph, &text_of);
    match &answering {
        Some(answering) => answering.write(&reports::text(&view, &args.output, &wishes)?, exit, &session, &options)?,
        None => reports::write(&view, &args.output, &wishes, &args.common)?,
    }
    // The process ends now. To give back every name and number one by one takes a part of the time that people wait.
    drop(owned);
    std::mem::forget((session, report));
    Ok(exit)
}

/// What a run is asked, whatever becomes of its answer.
pub struct Asked<'a> {
    /// A folder of the repository, or several repositories.
    pub paths: &'a [PathBuf],
    /// What the change is held against, if one is looked at.
    pub base: Option<&'a str>,
    /// Whether the change is what is staged.
    pub staged: bool,
    /// Whether findings are shown that were there before the change.
    pub show_inherited: bool,
    /// Whether git may fetch what is missing.
    pub fetch_history: bool,
    /// The model that stands for the history.
    pub model: Option<&'a Path>,
    /// Which baseline is taken.
    pub baseline: &'a BaselineFileArg,
    /// How history is read.
    pub history: &'a HistoryArgs,
    /// What every command takes.
    pub common: &'a Common,
}

/// A run, and what it was made with.
pub struct Linted {
    /// The project, its configuration, its threads.
    pub session: Session,
    /// How history was read.
    pub options: Options,
    /// What was found.
    pub report: Report,
}

/// Lints; none if the configuration is wrong, of which all is said then.
pub fn linted(asked: &Asked<'_>, flags: &[(Level, String)]) -> anyhow::Result<Option<Linted>> {
    let Some((session, options)) = opened(asked, flags)? else { return Ok(None) };
    Ok(Some(lint_opened(asked, session, options)))
}

/// Opens what is to be linted; none if the configuration is wrong, of which all is said then.
fn opened(asked: &Asked<'_>, flags: &[(Level, String)]) -> anyhow::Result<Option<(Session, Options)>> {
    let change = base::against(asked.base, asked.staged, &|name| std::env::var_os(name));
    if asked.fetch_history {
        asked.paths.iter().for_each(|path| fetch_missing(path, change.as_ref()));
    }
    let Some(mut session) = Session::open_all_with(asked.paths, asked.common, flags, change)? else { return Ok(None) };
    baseline::take(&mut session.config, asked.baseline);
    if let Some(model) = asked.model {
        ensure!(
            session.project.members.is_empty(),
            "`--model` stands for the history of one repository: give one PATH"
        );
        let bytes = std::fs::read(model).map_err(|error| error.to_string());
        session.project.use_model(&model.to_string_lossy(), bytes, &session.config);
    }
    let options = session.options(asked.history)?;
    Ok(Some((session, options)))
}

fn lint_opened(asked: &Asked<'_>, session: Session, options: Options) -> Linted {
    // A hook is run quietly, and even so people want to know what a commit waits for.
    let unexplained = asked.staged && asked.common.quiet < 2 && !session.bar.is_wanted();
    let kept = session.project.past.as_ref().filter(|_| unexplained);
    let waiting = patience::explain(kept);
    let mut report =
        session.pool.install(|| lint(&session.project, &session.config, &session.levels, &options, &session.bar));
    drop(waiting);
    session.bar.finish();
    if asked.show_inherited {
        report.findings.iter_mut().for_each(|finding| finding.standing.held_back = false);
    }
    Linted { session, options, report }
}

/// What a report means for the exit code.
pub fn exit(report: &Report, exit_zero: bool) -> Exit {
    if report.incomplete.iter().any(|reason| !reason.accepted) {
        return Exit::Incomplete;
    }
    let shown = |finding: &&Finding| finding.baseline != BaselineState::Known && !finding.standing.held_back;
    let denied = report.findings.iter().filter(shown).any(|finding| finding.level >= Level::Deny);
    if denied && !exit_zero { Exit::Findings } else { Exit::Clean }
}
