//! `lockstep explain RULE`: the page of a rule, or the rules of a group.

use anyhow::anyhow;
use lockstep_config::{Config, Levels, Target};
use lockstep_diagnostics::{Group, RuleMeta};
use lockstep_linter::{RuleSettings, rule_settings, rules as metas};
use lockstep_reporting::rules::{self as render, OptionView, RuleView};

use crate::{
    args::{ExplainArgs, PageFormat},
    commands::rules::view,
    exit::Exit,
    terminal,
};

/// Prints a page, or a list. Nothing of a repository is read: levels are those of the defaults.
pub fn explain(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let rules = rule_settings(&Config::default());
    let chosen = named(&args.rule, &rules)?;
    let views: Vec<RuleView> = chosen.iter().map(|rule| view(rule, &Levels::default())).collect();
    let is_rule = Target::named(&args.rule, &metas()).is_ok_and(|target| matches!(target, Target::Rule(_)));
    if let (true, [rule]) = (is_rule, &chosen[..]) {
        terminal::print(|out| match args.format {
            PageFormat::Markdown => render::write_page(rule.meta, out),
            PageFormat::Json => render::write_page_json(&views[0], &options(rule), out),
        })?;
        return Ok(Exit::Clean);
    }
    terminal::print(|out| match args.format {
        PageFormat::Markdown => {
            writeln!(out, "# {}\n\n{}.\n", args.rule, meaning(&args.rule))?;
            render::write_markdown(&views, out)
        }
        PageFormat::Json => render::write_json(&views, out),
    })?;
    Ok(Exit::Clean)
}

/// The rules that `name` means: one, those of a group, or all.
///
/// # Errors
/// If it names none; with what was probably meant.
pub fn named<'a>(name: &str, rules: &'a [RuleSettings]) -> anyhow::Result<Vec<&'a RuleSettings>> {
    if name == "warnings" {
        return Err(anyhow!(
            "`warnings` is no rule: as in `-D warnings`, it means whatever would be reported at `warn`"
        ));
    }
    let metas: Vec<&'static RuleMeta> = rules.iter().map(|rule| rule.meta).collect();
    let target = Target::named(name, &metas).map_err(|help| {
        let hint = help.filter(|help| help.starts_with("did")).map_or_else(String::new, |help| format!("; {help}"));
        anyhow!("there is no rule or group `{name}`{hint} (`lockstep rules` lists them)")
    })?;
    Ok(rules.iter().filter(|rule| target.means(rule.meta.name, rule.meta.group)).collect())
}

/// What the rules of a group look at.
fn meaning(group: &str) -> &'static str {
    Group::ALL.into_iter().find(|known| known.as_str() == group).map_or("All rules", Group::meaning)
}

fn options(rule: &RuleSettings) -> Vec<OptionView> {
    let told = rule.told.iter().zip(&rule.options);
    told.map(|(option, (name, value))| OptionView {
        name: name.clone(),
        default: value.clone(),
        least: option.range.map(|range| range.least),
        most: option.range.map(|range| range.most),
        meaning: option.meaning.clone(),
    })
    .collect()
}
