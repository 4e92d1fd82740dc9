//! `lockstep explain RULE`: the page of a rule.

use lockstep_linter::rules;
use lockstep_reporting::rules as render;

use crate::{args::ExplainArgs, exit::Exit, session::unknown_rule, terminal};

/// Prints a page.
pub fn explain(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let metas = rules();
    let Some(meta) = metas.iter().find(|meta| meta.name == args.rule) else {
        return Err(unknown_rule(&args.rule, &metas));
    };
    terminal::print(|out| render::write_page(meta, out))?;
    Ok(Exit::Clean)
}
