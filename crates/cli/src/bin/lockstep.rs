//! The `lockstep` binary.

use std::process::ExitCode;

/// Trees of syntax are many small pieces, made and thrown away by the million.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    lockstep_cli::run("lockstep", std::env::args_os().collect())
}
