//! `lockstep rules`: what there is to say, and at which level.

use lockstep_linter::rules as metas;
use lockstep_reporting::rules::{self as render, RuleView};

use crate::{
    args::{ListFormat, RulesArgs},
    exit::Exit,
    terminal,
};

/// Lists the rules with their default levels.
pub fn rules(args: &RulesArgs) -> anyhow::Result<Exit> {
    let rules: Vec<RuleView> = metas()
        .into_iter()
        .map(|meta| RuleView {
            meta,
            level: meta.default_level,
            origin: format!("`{}` is `{}` by default", meta.name, meta.default_level),
        })
        .collect();
    terminal::print(|out| match args.format {
        ListFormat::Text => render::write_text(&rules, &lockstep_reporting::Options::default(), out),
        ListFormat::Json => render::write_json(&rules, out),
    })?;
    Ok(Exit::Clean)
}
