//! Whether a history that is read from the packs is the one that libgit2 reads: for tests, and for who doubts it.

use std::path::Path;

use lockstep_history::{Mining, Options, Repository, Scope, verify};

/// Mines the repository around `path` in both ways: its main line, or every commit that is no merge.
///
/// # Errors
/// Why it cannot be mined, or the first difference, in words.
pub fn verify_mining(path: &Path, every_commit: bool, jobs: usize) -> Result<Mining, String> {
    let repository = Repository::discover(path).map_err(|error| error.to_string())?;
    let scope = if every_commit { Scope::EveryCommit } else { Scope::default() };
    verify(&repository, &Options { scope, jobs, ..Options::default() }).map_err(|error| error.to_string())
}
