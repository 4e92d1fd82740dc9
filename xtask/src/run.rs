//! One repository, tested.

use std::path::Path;

use anyhow::{Context, bail};
use lockstep_config::Config;
use lockstep_linter::{BacktestOptions, Options, Project, Silent, coupling::backtest::Outcome};

use crate::selection::Repository;

/// What came out for a repository.
pub struct Tested {
    /// `owner/name`.
    pub name: String,
    /// The outcome of its backtest.
    pub outcome: Outcome,
}

/// Backtests the clone of `repository` below `corpus`; the reason if its history is not whole or too short.
///
/// # Errors
/// If there is no such clone.
pub fn backtest(
    repository: &Repository,
    corpus: &Path,
    wanted: &BacktestOptions,
) -> anyhow::Result<Result<Tested, String>> {
    let project = Project::open(&repository.clone_in(corpus)?)?;
    let config = Config { units: repository.units.clone(), ..Config::default() };
    if let Some(why) = lockstep_linter::unit_error(&config) {
        bail!("{}: {why}", repository.name);
    }
    let options = Options { as_of: None, allow_shallow: false, jobs: rayon::current_num_threads() };
    let tested = lockstep_linter::backtest(&project, &config, &options, wanted, &Silent);
    if let Some(reason) = tested.incomplete.first() {
        return Ok(Err(reason.reason.clone()));
    }
    let outcome = tested.outcome.with_context(|| format!("{}: no outcome", repository.name))?;
    Ok(Ok(Tested { name: repository.name.clone(), outcome }))
}
