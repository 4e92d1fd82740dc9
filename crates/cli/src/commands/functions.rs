//! `lockstep functions`: what is deployed here.

use lockstep_linter::find;
use lockstep_reporting::functions as render;

use crate::{
    args::{ListArgs, ListFormat},
    exit::Exit,
    session::Session,
    terminal,
};

/// Lists the functions.
pub fn functions(args: &ListArgs) -> anyhow::Result<Exit> {
    let Some(session) = Session::open(&args.path, &args.common, &[])? else { return Ok(Exit::Failed) };
    let found = session.pool.install(|| find(&session.project, &session.config));
    session.bar.finish();
    let options = terminal::options(&args.common);
    terminal::print(|out| match args.format {
        ListFormat::Text => render::write_text(&found.functions, &found.problems, &options, out),
        ListFormat::Json => render::write_json(&found.functions, &found.problems, out),
    })?;
    Ok(Exit::Clean)
}
