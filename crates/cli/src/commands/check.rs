//! `lockstep check`: the whole pipeline, and the rules.

use anyhow::ensure;
use lockstep_diagnostics::{BaselineState, Finding, Level};
use lockstep_linter::{Report, lint};

use crate::{
    args::CheckArgs,
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
    let change = base::against(args.base.as_deref(), args.staged, &|name| std::env::var_os(name));
    if args.fetch_history {
        args.paths.iter().for_each(|path| fetch_missing(path, change.as_ref()));
    }
    let Some(mut session) = Session::open_all_with(&args.paths, &args.common, flags, change)? else {
        return Ok(Exit::Failed);
    };
    baseline::take(&mut session.config, &args.baseline);
    if let Some(model) = &args.model {
        ensure!(
            session.project.members.is_empty(),
            "`--model` stands for the history of one repository: give one PATH"
        );
        let bytes = std::fs::read(model).map_err(|error| error.to_string());
        session.project.use_model(&model.to_string_lossy(), bytes, &session.config);
    }
    let options = session.options(&args.history)?;
    // A hook is run quietly, and even so people want to know what a commit waits for.
    let unexplained = args.staged && args.common.quiet < 2 && !session.bar.is_wanted();
    let kept = session.project.past.as_ref().filter(|_| unexplained);
    let waiting = patience::explain(kept);
    let mut report =
        session.pool.install(|| lint(&session.project, &session.config, &session.levels, &options, &session.bar));
    drop(waiting);
    session.bar.finish();
    if args.show_inherited {
        report.findings.iter_mut().for_each(|finding| finding.standing.held_back = false);
    }
    let mut wishes = terminal::options(&args.common);
    wishes.links = terminal::links(&args.common, session.project.root.as_deref());
    wishes.links_of = organisation::links(&session.project);
    wishes.max_findings = args.max_findings;
    wishes.statistics = args.statistics;
    let owned = views::OwnedReport::new(&report, &session.project, &options);
    let text_of = |path: &lockstep_model::RepoPath| session.project.files.text(path).ok();
    tell_of_what_was_kept(&session.project, &args.common);
    let graph = || views::graph_unexplained(&report);
    reports::write(&owned.view(&report, &graph, &text_of), &args.output, &wishes, &args.common)?;
    Ok(exit(&report, args.exit_zero))
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
