//! `lockstep affected`: the functions that a change makes it necessary to deploy.

use std::io::{self, Write};

use lockstep_linter::affected as compare;
use lockstep_reporting::affected as render;

use crate::{
    args::{AffectedArgs, AffectedFormat},
    base,
    exit::Exit,
    session::{Session, warn},
    terminal,
};

/// Shows them, with the reasons.
pub fn affected(args: &AffectedArgs) -> anyhow::Result<Exit> {
    let environment = |name: &str| std::env::var_os(name);
    let base = if args.staged { None } else { Some(args.base.as_deref().unwrap_or("auto")) };
    let against = base::against(base, args.staged, &environment);
    let Some(session) = Session::open_with(&args.path, &args.common, &[], against)? else { return Ok(Exit::Failed) };
    let Session { project, config, pool, bar, .. } = session;
    let report = pool.install(|| compare(project, &config, &bar));
    bar.finish();
    let complete = report.incomplete.is_empty();
    let options = terminal::options(&args.common);
    terminal::print(|out| match args.format {
        AffectedFormat::Json => render::write_json(&report.affected, complete, out),
        // Without an answer there is no list: an empty one would say that nothing is to be deployed.
        _ if !complete => Ok(()),
        AffectedFormat::Text => render::write_text(&report.affected, &options, out),
        AffectedFormat::List => render::write_list(&report.affected, &options, out),
        AffectedFormat::Matrix => render::write_matrix(&report.affected, out),
    })?;
    if args.common.quiet == 0 && !report.problems.is_empty() && complete {
        let what = lockstep_reporting::count(report.problems.len(), "thing");
        writeln!(
            io::stderr().lock(),
            "note: {what} could not be read or followed: `lockstep functions -v` names each"
        )?;
    }
    Ok(warn(&report.incomplete))
}
