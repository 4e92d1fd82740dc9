//! One repository, tested.

use std::path::Path;

use anyhow::{Context, bail};
use lockstep_config::Config;
use lockstep_linter::{BacktestOptions, Options, Progress, Project, coupling::backtest::Outcome};

use crate::selection::Repository;

/// What came out for a repository.
pub struct Tested {
    /// `owner/name`.
    pub name: String,
    /// The outcome of its backtest.
    pub outcome: Outcome,
}

struct Quiet;

impl Progress for Quiet {
    fn stage(&self, _: &'static str) {}
    fn step(&self, _: usize, _: usize) {}
}

/// Backtests the clone of `repository` below `corpus`.
///
/// # Errors
/// If there is no such clone, or its history is not whole or too short.
pub fn backtest(repository: &Repository, corpus: &Path, wanted: &BacktestOptions) -> anyhow::Result<Tested> {
    let project = Project::open(&repository.clone_in(corpus)?)?;
    let config = Config { units: repository.units.clone(), ..Config::default() };
    if let Some(why) = lockstep_linter::unit_error(&config) {
        bail!("{}: {why}", repository.name);
    }
    let options = Options { as_of: None, allow_shallow: false, jobs: rayon::current_num_threads() };
    let tested = lockstep_linter::backtest(&project, &config, &options, wanted, &Quiet);
    if let Some(reason) = tested.incomplete.first() {
        bail!("{}: {}", repository.name, reason.reason);
    }
    let outcome = tested.outcome.with_context(|| format!("{}: no outcome", repository.name))?;
    Ok(Tested { name: repository.name.clone(), outcome })
}
