//! `lockstep functions`: what is deployed here.

use lockstep_diagnostics::{Problem, ProblemKind};
use lockstep_linter::{find, follow, link_calls, stated_owners};
use lockstep_reporting::functions as render;

use crate::{
    args::{ListArgs, ListFormat},
    exit::Exit,
    session::Session,
    terminal,
};

/// Lists the functions.
pub fn functions(args: &ListArgs) -> anyhow::Result<Exit> {
    let Some(session) = Session::open_all(&args.paths, &args.common, &[])? else { return Ok(Exit::Failed) };
    let (found, owners) = session.pool.install(|| {
        let mut found = find(&session.project, &session.config);
        let followed = follow(&session.project, &session.config, &found, &session.bar);
        link_calls(&mut found, &followed);
        // Calls that stand in code which could not be read are missing.
        let lost = followed.problems.into_iter().filter(is_lost_code);
        let new: Vec<Problem> =
            lost.filter(|problem| found.problems.iter().all(|known| known.location != problem.location)).collect();
        found.problems.extend(new);
        let owners = stated_owners(&session.project, &found.functions, &followed.code.closures);
        let owners = owners.collect(&mut found.problems);
        (found, owners)
    });
    session.bar.finish();
    let options = terminal::options(&args.common);
    terminal::print(|out| match args.format {
        ListFormat::Text => render::write_text(&found.functions, &owners, &found.problems, &options, out),
        ListFormat::Json => render::write_json(&found.functions, &owners, &found.problems, out),
    })?;
    Ok(Exit::Clean)
}

fn is_lost_code(problem: &Problem) -> bool {
    matches!(problem.kind, ProblemKind::UnparsedSource | ProblemKind::UnreadableFile)
}
