//! `lockstep rules`: what there is to say, at which level, and where the level comes from.

use std::path::Path;

use lockstep_config::{Levels, Reach};
use lockstep_diagnostics::Level;
use lockstep_linter::{RuleSettings, rule_settings};
use lockstep_reporting::rules::{self as render, RuleView};

use crate::{
    args::{RulesArgs, RulesFormat},
    commands::explain::named,
    configuration,
    exit::Exit,
    terminal,
};

/// Lists the rules with the levels that are in force here.
pub fn rules(args: &RulesArgs, flags: &[(Level, String)]) -> anyhow::Result<Exit> {
    let Some(configuration) = configuration::of_folder(Path::new("."), &args.common, flags)? else {
        return Ok(Exit::Failed);
    };
    let all = rule_settings(&configuration.config);
    let mut wanted: Vec<&RuleSettings> = Vec::new();
    for name in &args.rules {
        wanted.extend(named(name, &all)?);
    }
    let listed = all.iter().filter(|rule| args.rules.is_empty() || wanted.iter().any(|other| other.meta == rule.meta));
    let views: Vec<RuleView> = listed.map(|rule| view(rule, &configuration.levels)).collect();
    let options = terminal::options(&args.common);
    terminal::print(|out| match args.format {
        RulesFormat::Text => render::write_text(&views, &options, out),
        RulesFormat::Json => render::write_json(&views, out),
        RulesFormat::Markdown => render::write_markdown(&views, out),
    })?;
    Ok(Exit::Clean)
}

/// A rule at the levels in force.
pub fn view(rule: &RuleSettings, levels: &Levels) -> RuleView {
    let meta = rule.meta;
    let asked = Reach::ALL.iter().any(|reach| levels.asked(meta.name, *reach).is_some());
    RuleView {
        meta,
        // What somebody asked for is told instead.
        varies: rule.varies.filter(|_| !asked),
        between: levels.of(meta, Reach::Between),
        inside: levels.of(meta, Reach::Inside),
    }
}
