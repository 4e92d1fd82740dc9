//! Finds the functions of one repository and follows their code, and nothing else: what is timed beside other tools that
//! follow imports (`xtask/reference/cruise.py`).

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::Path,
    time::Instant,
};

use lockstep_config::Config;
use lockstep_linter::{Project, Silent, find, follow_with};
use lockstep_model::RepoPath;

/// Follows, and writes how many functions there are, how many files they reach, and how
/// much of the time it took to find the functions, which tools that only follow imports need not do.
///
/// # Errors
/// If the checkout cannot be read, or standard output refuses.
pub fn follow(checkout: &Path) -> anyhow::Result<()> {
    let start = Instant::now();
    let project = Project::open(checkout)?;
    let config = Config::default();
    let found = find(&project, &config);
    let found_after = start.elapsed();
    let code = follow_with(&project, &config, &found, false, &Silent).code;
    let reached: BTreeSet<&RepoPath> =
        code.closures.iter().flat_map(|closure| &closure.files).map(|file| &file.path).collect();
    writeln!(
        io::stdout().lock(),
        "{} functions, found in {:.2} s, reach {} files, in {:.2} s",
        code.closures.len(),
        found_after.as_secs_f64(),
        reached.len(),
        (start.elapsed() - found_after).as_secs_f64()
    )?;
    Ok(())
}
