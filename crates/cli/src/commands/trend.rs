//! `lockstep trend`: how independence developed.

use std::io::{self, Write};

use lockstep_linter::{Step, analyse, analyse_with_gone};
use lockstep_reporting::trend as render;

use crate::{
    args::{ListFormat, StepArg, TrendArgs},
    exit::Exit,
    session::{Session, warn_incomplete},
    terminal,
    views::{self, TrendWishes},
};

/// Measures the history at the end of each period, and shows how it went.
pub fn trend(args: &TrendArgs) -> anyhow::Result<Exit> {
    let Some(session) = Session::open(&args.path, &args.common, &[])? else { return Ok(Exit::Failed) };
    let options = session.options(&args.history)?;
    let around = args.around.as_deref().map(|text| session.moment(text, "--around")).transpose()?;
    let analysis = if args.with_gone { analyse_with_gone } else { analyse };
    let report = session.pool.install(|| analysis(&session.project, &session.config, &options, &session.bar));
    let wishes =
        TrendWishes { step: step(args.by), around, with_gone: args.with_gone && !session.config.units.is_empty() };
    let view = session.pool.install(|| views::trend(&report, &session.project, &session.config, wishes));
    session.bar.finish();
    if args.with_gone && !wishes.with_gone {
        let _ = writeln!(io::stderr().lock(), "note: functions that are gone are not known; --with-gone is for units");
    }
    let wishes = terminal::options(&args.common);
    terminal::print(|out| match args.format {
        ListFormat::Text => render::write_text(&view, &wishes, out),
        ListFormat::Json => render::write_json(&view, out),
    })?;
    Ok(warn_incomplete(&report))
}

fn step(by: StepArg) -> Step {
    match by {
        StepArg::Month => Step::Month,
        StepArg::Quarter => Step::Quarter,
        StepArg::Year => Step::Year,
    }
}
