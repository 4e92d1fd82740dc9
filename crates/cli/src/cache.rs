//! Where things are kept from run to run: the user's cache folder, as the operating system has it.

use std::{env, path::PathBuf};

use etcetera::BaseStrategy;

/// The variable that names another folder; empty, it says that nothing is kept.
const VARIABLE: &str = "LOCKSTEP_CACHE_DIR";

/// The folders in it.
pub const PARTS: [&str; 4] = ["facts", "past", "traces", "answers"];

/// The folder; none if nothing is kept.
pub fn folder() -> Option<PathBuf> {
    match env::var_os(VARIABLE) {
        Some(named) => Some(PathBuf::from(named)).filter(|path| !path.as_os_str().is_empty()),
        None => Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("lockstep")),
    }
}
