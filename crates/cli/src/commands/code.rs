//! `lockstep code FUNCTION`: the code that a function reaches.

use lockstep_linter::{find, follow};
use lockstep_reporting::code as render;

use crate::{
    args::{CodeArgs, ListFormat},
    exit::Exit,
    session::{Session, pick, tell_of_what_was_kept},
    terminal,
};

/// Shows a closure.
pub fn code(args: &CodeArgs) -> anyhow::Result<Exit> {
    let Some(session) = Session::open_all(&args.list.paths, &args.list.common, &[])? else { return Ok(Exit::Failed) };
    let found = session.pool.install(|| find(&session.project, &session.config));
    let function = pick(&found.functions, &args.function)?;
    let followed = session.pool.install(|| follow(&session.project, &session.config, &found, &session.bar));
    session.bar.finish();
    tell_of_what_was_kept(&session.project, &args.list.common);
    let (closure, size) = (&followed.code.closures[function], followed.code.sizes[function]);
    let options = terminal::options(&args.list.common);
    terminal::print(|out| match args.list.format {
        ListFormat::Text => render::write_text(closure, size, &options, out),
        ListFormat::Json => render::write_json(closure, size, out),
    })?;
    Ok(Exit::Clean)
}
