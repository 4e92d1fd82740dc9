//! The `lockstep` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    lockstep_cli::run("lockstep", std::env::args_os().collect())
}
