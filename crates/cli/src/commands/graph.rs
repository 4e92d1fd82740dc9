//! `lockstep graph`: how the functions change together.

use lockstep_linter::analyse;
use lockstep_reporting::graph as render;

use crate::{
    args::{GraphArgs, GraphFormat},
    exit::Exit,
    session::{Session, warn_incomplete},
    terminal, views,
};

/// Writes the graph. A graph of half a history says so on standard error and in the exit code.
pub fn graph(args: &GraphArgs) -> anyhow::Result<Exit> {
    let Some(session) = Session::open_all(&args.paths, &args.common, &[])? else { return Ok(Exit::Failed) };
    let options = session.options(&args.history)?;
    let report = session.pool.install(|| analyse(&session.project, &session.config, &options, &session.bar));
    session.bar.finish();
    // What explains a coupling stands in the document only.
    let view = match args.format {
        GraphFormat::Json => views::graph(&report),
        GraphFormat::Dot | GraphFormat::Mermaid | GraphFormat::Svg => views::graph_unexplained(&report),
    };
    terminal::print(|out| match args.format {
        GraphFormat::Json => render::write_json(&view, out),
        GraphFormat::Dot => render::write_dot(&view, out),
        GraphFormat::Mermaid => render::write_mermaid(&view, out),
        GraphFormat::Svg => render::write_svg(&view, out),
    })?;
    Ok(warn_incomplete(&report))
}
