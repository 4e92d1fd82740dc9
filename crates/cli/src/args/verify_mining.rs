//! The options of `verify-mining`.

use std::path::PathBuf;

use clap::Args;

/// `verify-mining`.
#[derive(Debug, Clone, Args)]
pub struct VerifyMiningArgs {
    /// The repository
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Every commit that is no merge, not the main line only
    #[arg(long)]
    pub every_commit: bool,
    /// Threads; as many as there are processors if not given
    #[arg(long, default_value_t = 0)]
    pub jobs: usize,
}
