//! The account of the rules: on which public repositories each of them spoke, with the commit, the number of findings and
//! what the first of them says.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::Path,
};

use anyhow::Context;
use lockstep_config::{Config, LevelFlag, Levels};
use lockstep_linter::{Options, Project, Silent, lint};

use crate::selection::Repository;

/// Repositories that are shown of a rule.
const SHOWN: usize = 3;
/// Characters of a message that are shown.
const MESSAGE: usize = 160;

/// What a rule said of a repository.
struct Spoke {
    repository: String,
    commit: String,
    findings: usize,
    first: String,
}

/// Lints every repository of `selection` that has a clone below `corpus`, every rule at `warn`, and writes a row for each rule and
/// repository; rules that never spoke have a row that says so.
///
/// # Errors
/// If a clone cannot be opened, or `out` refuses.
pub fn write(selection: &[Repository], corpus: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut spoke: BTreeMap<&'static str, Vec<Spoke>> = BTreeMap::new();
    let mut read = 0;
    for repository in selection {
        match repository.clone_in(corpus) {
            Ok(clone) => {
                one(repository, &clone, &mut spoke).with_context(|| repository.name.clone())?;
                read += 1;
                writeln!(io::stderr().lock(), "{}", repository.name)?;
            }
            Err(why) => writeln!(io::stderr().lock(), "{} is left out: {why}", repository.name)?,
        }
    }
    writeln!(out, "{read} repositories.\n")?;
    writeln!(out, "| rule | spoke in | most often in | at | findings | one of them |\n|---|---|---|---|---|---|")?;
    for rule in lockstep_linter::rules() {
        let mut all = spoke.remove(rule.name).unwrap_or_default();
        all.sort_by(|x, y| y.findings.cmp(&x.findings).then_with(|| x.repository.cmp(&y.repository)));
        if all.is_empty() {
            writeln!(out, "| `{}` | 0 | – | – | 0 | see below |", rule.name)?;
        }
        for (at, one) in all.iter().take(SHOWN).enumerate() {
            let (name, number) =
                if at == 0 { (format!("`{}`", rule.name), all.len().to_string()) } else { Default::default() };
            let Spoke { repository, commit, findings, first } = one;
            writeln!(out, "| {name} | {number} | {repository} | `{commit}` | {findings} | {first} |")?;
        }
    }
    Ok(())
}

fn one(repository: &Repository, clone: &Path, spoke: &mut BTreeMap<&'static str, Vec<Spoke>>) -> anyhow::Result<()> {
    let project = Project::open(clone)?;
    let config = Config { units: repository.units.clone(), ..Config::default() };
    let flag = LevelFlag { level: lockstep_diagnostics::Level::Warn, name: "all".to_owned() };
    let levels = Levels::new(&config, &[flag], &lockstep_linter::rules())
        .map_err(|errors| anyhow::anyhow!("{} errors in the levels", errors.len()))?;
    let options = Options { as_of: None, allow_shallow: false, jobs: rayon::current_num_threads() };
    let report = lint(&project, &config, &levels, &options, &Silent);
    let commit = report.history.state.head.map(|commit| commit.short()).unwrap_or_default();
    let mut found: BTreeMap<&'static str, (usize, String)> = BTreeMap::new();
    for finding in &report.findings {
        found.entry(finding.rule.name).or_insert_with(|| (0, told(&finding.message))).0 += 1;
    }
    for (rule, (findings, first)) in found {
        let repository = repository.name.clone();
        spoke.entry(rule).or_default().push(Spoke { repository, commit: commit.clone(), findings, first });
    }
    Ok(())
}

/// A message as a cell of a table. It holds names of strangers.
fn told(message: &str) -> String {
    let plain = |letter: char| if letter.is_control() || letter == '|' { ' ' } else { letter };
    let mut text: String = message.chars().take(MESSAGE).map(plain).collect();
    if message.chars().nth(MESSAGE).is_some() {
        // A name that is cut would leave its mark open.
        if text.matches('`').count() % 2 == 1 {
            text.push('`');
        }
        text.push('…');
    }
    text.replace('<', "&lt;")
}
