//! `lockstep report --html FILE`: everything a run finds out, as one page.

use std::path::Path;

use anyhow::Context;
use lockstep_diagnostics::Level;
use lockstep_reporting::html;

use crate::{
    args::ReportArgs,
    commands::check::{self, Asked, Linted},
    exit::Exit,
    page, reports,
    session::{tell_of_what_was_kept, warn_incomplete},
    terminal, views,
};

/// Lints, and writes the page. Findings are in the page and no failure; an incomplete analysis is one, and the page says so.
pub fn report(args: &ReportArgs, flags: &[(Level, String)]) -> anyhow::Result<Exit> {
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
    let Some(linted) = check::linted(&asked, flags)? else { return Ok(Exit::Failed) };
    let Linted { session, options, report } = &linted;
    tell_of_what_was_kept(&session.project, &args.common);
    let owned = views::OwnedReport::new(report, &session.project, options);
    let text_of = |path: &lockstep_model::RepoPath| session.project.files.text(path).ok();
    let graph = || views::graph_unexplained(report);
    let view = owned.view(report, &graph, &text_of);
    let page = session.pool.install(|| page::page(session, options, report));
    if args.html == Path::new(reports::STDOUT) {
        terminal::print(|out| html::write(&view, &page, out))?;
    } else {
        let mut text = Vec::new();
        html::write(&view, &page, &mut text)?;
        let written = reports::to_file(&args.html, &text);
        written.with_context(|| format!("cannot write the page to `{}`", args.html.display()))?;
    }
    Ok(warn_incomplete(report))
}
