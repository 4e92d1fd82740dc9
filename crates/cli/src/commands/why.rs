//! `lockstep why A B`: the changesets behind a number.

use lockstep_linter::analyse;
use lockstep_reporting::why as render;

use crate::{
    args::{ListFormat, WhyArgs},
    exit::Exit,
    session::{Session, pick, warn_incomplete},
    terminal, views,
};

/// Lays the case of two functions open.
pub fn why(args: &WhyArgs) -> anyhow::Result<Exit> {
    let Some(session) = Session::open_all(&args.paths, &args.common, &[])? else { return Ok(Exit::Failed) };
    let options = session.options(&args.history)?;
    let report = session.pool.install(|| analyse(&session.project, &session.config, &options, &session.bar));
    session.bar.finish();
    let (a, b) = (pick(&report.found.functions, &args.a)?, pick(&report.found.functions, &args.b)?);
    anyhow::ensure!(a != b, "`{}` and `{}` are the same function", args.a, args.b);
    let view = views::why(&report, a, b);
    let wishes = terminal::options(&args.common);
    terminal::print(|out| match args.format {
        ListFormat::Text => render::write_text(&view, &wishes, out),
        ListFormat::Json => render::write_json(&view, out),
    })?;
    Ok(warn_incomplete(&report))
}
